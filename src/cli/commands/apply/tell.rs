//! What would change, what did, and what did not.

use std::path::Path;

use serde::Serialize;

use crate::cli::{CliError, Context, Exit};
use crate::manifest::{Action, Kind, Plan, Step};

/// What became of a plan.
pub(super) struct Outcome {
    pub(super) plan: Plan,
    /// For every step why it was not done, or would not be.
    pub(super) results: Vec<Option<CliError>>,
    /// Whether anything was to be done.
    pub(super) done: bool,
}

/// `certwright/apply/1`.
#[derive(Serialize)]
struct Report<'a> {
    manifest: String,
    /// Whether this only says what would be done.
    plan: bool,
    changes: usize,
    steps: Vec<StepReport<'a>>,
    problems: Vec<Problem<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct StepReport<'a> {
    action: &'static str,
    kind: &'static str,
    name: &'a str,
    why: &'a [String],
    follows: bool,
    result: &'static str,
    error: Option<&'a str>,
    hint: Option<&'a str>,
}

#[derive(Serialize)]
struct Problem<'a> {
    kind: &'static str,
    name: &'a str,
    why: &'a str,
}

impl Outcome {
    /// Nothing was done yet; `refused` says for each step why it would not be.
    pub(super) fn planned(plan: Plan, refused: Vec<Option<CliError>>) -> Self {
        Self { plan, results: refused, done: false }
    }

    /// Tells people and programs.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub(super) fn tell(&self, cx: &mut Context, manifest: &Path, only_plan: bool) -> Result<Exit, CliError> {
        let Plan { steps, problems, notes } = &self.plan;
        let failed = |index: usize| self.results.get(index).and_then(Option::as_ref);
        for (index, step) in steps.iter().enumerate() {
            let then = if step.follows { "  " } else { "" };
            // A plan is what was asked for; what was done is said like anything else.
            if only_plan || !cx.ui.is_quiet() {
                cx.ui.line(&format!("{then}{} {}", sign(step.action), words(step)))?;
            }
            if let Some(error) = failed(index) {
                cx.ui.warn(&format!("{} {}: {}", step.kind.word(), step.name, with_hint(error)));
            }
        }
        for (kind, name, why) in problems {
            cx.ui.warn(&format!("{} {name}: {why}", kind.word()));
        }
        for note in notes {
            cx.ui.say(&format!("note: {note}"));
        }
        let failures = (0..steps.len()).filter(|index| failed(*index).is_some()).count();
        cx.ui.say(&self.summary(only_plan, failures));
        let report = Report {
            manifest: manifest.display().to_string(),
            plan: only_plan,
            changes: self.plan.changes(),
            steps: steps.iter().enumerate().map(|(index, step)| self.report(step, failed(index))).collect(),
            problems: problems.iter().map(|(kind, name, why)| Problem { kind: kind.word(), name, why }).collect(),
            notes,
        };
        cx.ui.json("apply", &report)?;
        Ok(if failures > 0 || !problems.is_empty() {
            Exit::Failed
        } else if only_plan && !steps.is_empty() {
            Exit::CheckFailed
        } else {
            Exit::Done
        })
    }

    fn report<'a>(&self, step: &'a Step, error: Option<&'a CliError>) -> StepReport<'a> {
        StepReport {
            action: match step.action {
                Action::Create => "create",
                Action::Change => "change",
                Action::Prune => "prune",
            },
            kind: step.kind.word(),
            name: &step.name,
            why: &step.why,
            follows: step.follows,
            result: match (self.done, error) {
                (false, None) => "planned",
                (false, Some(_)) => "refused",
                (true, None) => "done",
                (true, Some(_)) => "failed",
            },
            error: error.map(|error| error.message.as_str()),
            hint: error.and_then(|error| error.hint.as_deref()),
        }
    }

    fn summary(&self, only_plan: bool, failures: usize) -> String {
        let steps = &self.plan.steps;
        let problems = match self.plan.problems.len() {
            0 => String::new(),
            1 => "; 1 thing cannot be as described".to_owned(),
            count => format!("; {count} things cannot be as described"),
        };
        if steps.is_empty() {
            return match problems.is_empty() {
                true => "everything is as described".to_owned(),
                false => format!("nothing to do{problems}"),
            };
        }
        let is_done = |index: usize| self.results.get(index).is_none_or(Option::is_none);
        let count = |action| {
            let counts = |(index, step): &(usize, &Step)| step.action == action && !step.follows && is_done(*index);
            steps.iter().enumerate().filter(counts).count()
        };
        let (created, changed, pruned) = (count(Action::Create), count(Action::Change), count(Action::Prune));
        let verb = if only_plan { "would be " } else { "" };
        let failed = match failures {
            0 => String::new(),
            count if only_plan => format!("; {count} would fail"),
            count => format!("; {count} failed: run it again when what stands in the way is gone"),
        };
        format!("{created} {verb}created, {changed} changed, {pruned} taken away{failed}{problems}")
    }
}

fn sign(action: Action) -> char {
    match action {
        Action::Create => '+',
        Action::Change => '~',
        Action::Prune => '-',
    }
}

fn words(step: &Step) -> String {
    let why = if step.why.is_empty() { String::new() } else { format!(": {}", step.why.join("; ")) };
    match step.kind {
        // The store is one.
        Kind::Settings => format!("settings{why}"),
        kind => format!("{} {}{why}", kind.word(), step.name),
    }
}

fn with_hint(error: &CliError) -> String {
    match &error.hint {
        Some(hint) => format!("{}; {hint}", error.message),
        None => error.message.clone(),
    }
}
