//! How a change to trust stores is told.

use serde::Serialize;

use super::change::{Change, Direction};
use crate::cli::trust::StepReport;
use crate::cli::trust::{Anchor, Kind, Presence, Step, TrustStore};
use crate::cli::{CliError, Context, Exit};

/// How it went with one store and one anchor.
pub(super) struct Row {
    kind: Kind,
    location: String,
    anchor: Anchor,
    done: Done,
}

pub(super) enum Done {
    Changed {
        presence: Presence,
        steps: Vec<Step>,
    },
    Failed {
        why: String,
        remedy: Option<String>,
        steps: Vec<Step>,
    },
    /// With `--dry-run`: it follows from the change of the system's store.
    Follows,
    /// With the command that does it.
    NeedsRoot(String),
    Nothing(Presence),
    Planned(Vec<Step>),
}

/// `certwright/trust-install/1`, `certwright/trust-uninstall/1`.
#[derive(Serialize)]
struct Report {
    dry_run: bool,
    anchors: Vec<AnchorReport>,
    stores: Vec<StoreReport>,
}

/// A root in a report.
#[derive(Serialize)]
pub(super) struct AnchorReport {
    name: String,
    subject: String,
    sha256: String,
    /// For what it can sign without limits.
    unlimited: Vec<&'static str>,
}

/// A store in a report.
#[derive(Debug, Serialize)]
pub(in crate::cli::commands) struct StoreReport {
    store: Kind,
    location: String,
    sha256: String,
    /// `changed`, `failed`, `planned`, `unchanged`.
    result: &'static str,
    /// Whether the store trusts it now; `null` where that is not known.
    trusted: Option<bool>,
    /// Entries that hold it and that certwright did not make.
    others: Vec<String>,
    steps: Vec<StepReport>,
    /// Why it failed.
    reason: Option<String>,
    /// What to do next.
    remedy: Option<String>,
}

impl From<&Anchor> for AnchorReport {
    fn from(anchor: &Anchor) -> Self {
        Self {
            name: anchor.name().to_owned(),
            subject: anchor.title(),
            sha256: anchor.sha256(),
            unlimited: anchor.unlimited(),
        }
    }
}

impl Row {
    pub(super) fn new(anchor: &Anchor, store: &dyn TrustStore, done: Done) -> Self {
        Self { kind: store.kind(), location: store.location(), anchor: anchor.clone(), done }
    }

    fn steps(&self) -> &[Step] {
        match &self.done {
            Done::Changed { steps, .. } | Done::Failed { steps, .. } | Done::Planned(steps) => steps,
            Done::Follows | Done::NeedsRoot(_) | Done::Nothing(_) => &[],
        }
    }

    /// Why it failed and what to do next.
    fn failure(&self) -> Option<(&str, Option<&str>)> {
        match &self.done {
            Done::Failed { why, remedy, .. } => Some((why, remedy.as_deref())),
            Done::NeedsRoot(_) => Some(("only the administrator may change it", None)),
            _ => None,
        }
    }

    fn report(&self) -> StoreReport {
        let (result, presence) = match &self.done {
            Done::Changed { presence, .. } => ("changed", Some(presence)),
            Done::Failed { .. } | Done::NeedsRoot(_) => ("failed", None),
            Done::Follows | Done::Planned(_) => ("planned", None),
            Done::Nothing(presence) => ("unchanged", Some(presence)),
        };
        let remedy = match &self.done {
            Done::NeedsRoot(command) => Some(command.clone()),
            _ => self.failure().and_then(|(_, remedy)| remedy).map(str::to_owned),
        };
        StoreReport {
            store: self.kind,
            location: self.location.clone(),
            sha256: self.anchor.sha256(),
            result,
            trusted: presence.map(|presence| presence.trusted),
            others: presence.map(|presence| presence.others.clone()).unwrap_or_default(),
            steps: self.steps().iter().map(|step| step.report(&self.anchor)).collect(),
            reason: self.failure().map(|(why, _)| why.to_owned()),
            remedy,
        }
    }

    fn result(&self, direction: Direction) -> String {
        match (&self.done, direction) {
            (Done::Failed { .. } | Done::NeedsRoot(_), _) => "failed".to_owned(),
            (Done::Follows | Done::Planned(_), _) => "planned".to_owned(),
            (Done::Changed { .. }, Direction::Install) => "installed".to_owned(),
            (Done::Nothing(_), Direction::Install) => "trusted already".to_owned(),
            (Done::Changed { presence, .. } | Done::Nothing(presence), Direction::Uninstall) => {
                let removed = matches!(self.done, Done::Changed { .. });
                match (removed, presence.trusted) {
                    (true, false) => "removed".to_owned(),
                    (true, true) => "removed, trusted still".to_owned(),
                    (false, true) => "not ours, left".to_owned(),
                    (false, false) => "not there".to_owned(),
                }
            }
        }
    }
}

/// Tells how it went.
pub(super) fn tell(cx: &mut Context, change: &Change<'_>, anchors: &[Anchor], rows: &[Row]) -> Result<Exit, CliError> {
    let report = Report {
        dry_run: change.dry_run,
        anchors: anchors.iter().map(AnchorReport::from).collect(),
        stores: rows.iter().map(Row::report).collect(),
    };
    cx.ui.json(&format!("trust-{}", change.direction.verb()), &report)?;
    if change.dry_run {
        tell_plan(cx, anchors, rows)?;
    } else {
        let cells = |row: &Row| vec![row.kind.as_str().into(), row.result(change.direction), title(row, anchors)];
        cx.ui.table(&["STORE", "RESULT", "WHERE"], rows.iter().map(cells).collect())?;
        if change.direction == Direction::Uninstall {
            tell_leftovers(cx, rows);
        }
        let is_read_at_start =
            |row: &&Row| matches!(row.done, Done::Changed { .. }) && matches!(row.kind, Kind::Nss | Kind::Java);
        if rows.iter().any(|row| is_read_at_start(&row)) {
            cx.ui.say("browsers and Java programs that are running see it after a restart");
        }
    }
    conclude(cx, change, rows)
}

/// Tells it on the side, as a part of another command, whose report has what this gives.
pub(super) fn mention(
    cx: &mut Context,
    change: &Change<'_>,
    anchors: &[Anchor],
    rows: &[Row],
) -> Result<Vec<StoreReport>, CliError> {
    for row in rows {
        cx.ui.say(&format!("{} {}: {}", row.kind.as_str(), title(row, anchors), row.result(change.direction)));
    }
    conclude(cx, change, rows)?;
    Ok(rows.iter().map(Row::report).collect())
}

/// The place, and the root where there are several.
fn title(row: &Row, anchors: &[Anchor]) -> String {
    if anchors.len() == 1 { row.location.clone() } else { format!("{}: {}", row.location, row.anchor.title()) }
}

/// Prints a shell script, more or less.
fn tell_plan(cx: &mut Context, anchors: &[Anchor], rows: &[Row]) -> Result<(), CliError> {
    let mut is_nothing = true;
    for row in rows {
        let about = match &row.done {
            Done::Follows => "follows from the system store",
            Done::Nothing(_) => "nothing to do",
            _ => "",
        };
        if !about.is_empty() {
            cx.ui.say(&format!("{} {}: {about}", row.kind.as_str(), title(row, anchors)));
        } else if !row.steps().is_empty() {
            is_nothing = false;
            cx.ui.line(&format!("# {} {}", row.kind.as_str(), title(row, anchors).replace('\n', " ")))?;
            for step in row.steps() {
                cx.ui.line(&step.shell(&row.anchor))?;
            }
        }
    }
    if !is_nothing {
        for anchor in anchors {
            cx.ui.say(&format!("{}.pem stands for a file with {}", anchor.name(), anchor.title()));
        }
    }
    Ok(())
}

/// Says why a store still trusts what was to be removed.
fn tell_leftovers(cx: &mut Context, rows: &[Row]) {
    for row in rows {
        let (Done::Changed { presence, .. } | Done::Nothing(presence)) = &row.done else { continue };
        if presence.trusted {
            let place = if presence.others.is_empty() { "another source".into() } else { presence.others.join(", ") };
            let text = format!("{} {}: still trusted, from {place}", row.kind.as_str(), row.location);
            cx.ui.warn(&format!("{text}, which certwright did not install"));
        }
    }
}

/// The exit status, and for what failed how to finish it.
fn conclude(cx: &mut Context, change: &Change<'_>, rows: &[Row]) -> Result<Exit, CliError> {
    let failed: Vec<&Row> = rows.iter().filter(|row| row.failure().is_some()).collect();
    if failed.is_empty() {
        return Ok(Exit::Done);
    }
    let verb = change.direction.verb();
    let mut lines = vec![format!("{verb} failed for {} of {} stores", failed.len(), rows.len())];
    let mut remedies: Vec<String> = Vec::new();
    for row in &failed {
        let (why, remedy) = row.failure().unwrap_or_default();
        lines.push(format!("{} {}: {why}", row.kind.as_str(), row.location));
        remedies.extend(remedy.map(|remedy| format!("{}: {remedy}", row.kind.as_str())));
    }
    let mut kinds: Vec<Kind> =
        failed.iter().filter(|row| matches!(row.done, Done::NeedsRoot(_))).map(|row| row.kind).collect();
    kinds.dedup();
    if !kinds.is_empty() {
        remedies.insert(0, format!("run: {}", change.with_sudo(cx, &kinds)));
    }
    remedies.dedup();
    let error = CliError::failed(lines.join("\n"));
    Err(if remedies.is_empty() { error } else { error.hint(remedies.join("\n")) })
}
