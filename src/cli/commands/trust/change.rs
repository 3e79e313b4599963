//! Installing and uninstalling: look, plan, ask, do, look again.

use super::outcome::{self, Done, Row};
use super::target::TargetArgs;
use crate::cli::trust::{self, Anchor, Kind, Machine, Presence, Problem, Runner, Step, TrustStore};
use crate::cli::{CliError, Context, Exit};

/// What is done to trust stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Install,
    Uninstall,
}

/// A change to all stores that are meant.
pub(super) struct Change<'a> {
    pub(super) direction: Direction,
    pub(super) target: &'a TargetArgs,
    pub(super) dry_run: bool,
    /// Whether roots without limits are accepted.
    pub(super) accept_unconstrained: bool,
}

/// What is to be done to one store for one anchor.
struct Item<'a> {
    anchor: &'a Anchor,
    store: &'a dyn TrustStore,
    plan: Result<Plan, Problem>,
}

enum Plan {
    /// It is as it should be.
    Nothing(Presence),
    /// The change of the system's store changes it too.
    Follows,
    Steps(Vec<Step>),
}

impl Direction {
    pub(super) fn verb(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Uninstall => "uninstall",
        }
    }
}

impl Change<'_> {
    /// Makes the change and tells about it.
    ///
    /// # Errors
    /// Exit 1 when a store could not be changed, 4 when a root must not be trusted or nobody agreed to it.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let (anchors, rows) = self.carry_out(cx)?;
        outcome::tell(cx, self, &anchors, &rows)
    }

    /// Makes the change; what failed is among the rows.
    ///
    /// # Errors
    /// As [`Change::run`], but for single stores.
    pub(super) fn carry_out(&self, cx: &mut Context) -> Result<(Vec<Anchor>, Vec<Row>), CliError> {
        let anchors = self.target.anchors(cx, self.direction == Direction::Uninstall)?;
        if self.direction == Direction::Install {
            refuse_unfit(cx, &anchors)?;
        }
        let selection = self.target.selection(cx, self.direction == Direction::Uninstall)?;
        let machine = Machine::new(cx)?;
        let stores = trust::find(&selection, &machine, &mut cx.ui)?;
        let items = self.plan(cx, &machine, &anchors, &stores);
        let is_change = |item: &Item<'_>| matches!(item.plan, Ok(Plan::Steps(_)));
        if self.direction == Direction::Install {
            let touched: Vec<&Anchor> = anchors
                .iter()
                .filter(|anchor| items.iter().any(|item| is_change(item) && item.anchor.is_same(anchor)))
                .collect();
            self.agree(cx, &touched)?;
        }
        let rows: Vec<Row> = items.into_iter().map(|item| self.settle(cx, &machine, item)).collect();
        Ok((anchors, rows))
    }

    fn plan<'a>(
        &self,
        cx: &Context,
        machine: &Machine,
        anchors: &'a [Anchor],
        stores: &'a [Box<dyn TrustStore>],
    ) -> Vec<Item<'a>> {
        let mut items = Vec::new();
        for anchor in anchors {
            let mut runner = Runner::new(cx, machine, anchor);
            let mut system_changes = false;
            for store in stores {
                let store = store.as_ref();
                let presence = store.look(anchor, &mut runner);
                let plan = presence.and_then(|presence| self.plan_one(store, anchor, presence, system_changes));
                system_changes |= store.kind() == Kind::System && !matches!(plan, Ok(Plan::Nothing(_)));
                items.push(Item { anchor, store, plan });
            }
        }
        items
    }

    /// What is to be done to a store that says this of an anchor.
    fn plan_one(
        &self,
        store: &dyn TrustStore,
        anchor: &Anchor,
        presence: Presence,
        system_changes: bool,
    ) -> Result<Plan, Problem> {
        let steps = match self.direction {
            Direction::Install if presence.trusted => Vec::new(),
            Direction::Install if store.follows_system() && system_changes => return Ok(Plan::Follows),
            Direction::Install => store.install(anchor, &presence)?,
            Direction::Uninstall => store.uninstall(anchor, &presence),
        };
        if steps.is_empty() {
            return Ok(Plan::Nothing(presence));
        }
        if !self.dry_run && store.needs_root() { Err(Problem::NeedsRoot) } else { Ok(Plan::Steps(steps)) }
    }

    /// Carries out one plan and looks whether it had its effect.
    fn settle(&self, cx: &Context, machine: &Machine, item: Item<'_>) -> Row {
        let row = |done| Row::new(item.anchor, item.store, done);
        let mut runner = Runner::new(cx, machine, item.anchor);
        let follows = matches!(item.plan, Ok(Plan::Follows));
        // What the system's store feeds may be as it should be by now.
        let plan = match item.plan {
            Ok(Plan::Follows | Plan::Steps(_)) if item.store.follows_system() && !self.dry_run => {
                let presence = item.store.look(item.anchor, &mut runner);
                presence.and_then(|presence| self.plan_one(item.store, item.anchor, presence, false))
            }
            plan => plan,
        };
        let steps = match plan {
            Err(Problem::NeedsRoot) => {
                let command = self.with_sudo(cx, &[item.store.kind()]);
                return row(Done::NeedsRoot(command));
            }
            Err(Problem::Other { why, remedy }) => return row(Done::Failed { why, remedy, steps: Vec::new() }),
            Ok(Plan::Nothing(presence)) if follows => return row(Done::Changed { presence, steps: Vec::new() }),
            Ok(Plan::Nothing(presence)) => return row(Done::Nothing(presence)),
            Ok(Plan::Follows) => return row(Done::Follows),
            Ok(Plan::Steps(steps)) if self.dry_run => return row(Done::Planned(steps)),
            Ok(Plan::Steps(steps)) => steps,
        };
        let carried_out = steps.iter().try_for_each(|step| runner.carry_out(step));
        let carried_out = carried_out.map_err(|problem| item.store.explain(problem));
        let checked = carried_out.and_then(|()| {
            let presence = item.store.look(item.anchor, &mut runner)?;
            match self.direction {
                Direction::Install if !presence.trusted => {
                    Err(Problem::new("everything was done, and it is still not trusted"))
                }
                Direction::Uninstall if !presence.own.is_empty() => {
                    Err(Problem::new(format!("everything was done, and {} is still there", presence.own.join(", "))))
                }
                _ => Ok(presence),
            }
        });
        match checked {
            Ok(presence) => row(Done::Changed { presence, steps }),
            Err(Problem::NeedsRoot) => row(Done::NeedsRoot(self.with_sudo(cx, &[item.store.kind()]))),
            Err(Problem::Other { why, remedy }) => row(Done::Failed { why, remedy, steps }),
        }
    }

    /// Lets a person agree to roots that can sign for everything.
    fn agree(&self, cx: &mut Context, anchors: &[&Anchor]) -> Result<(), CliError> {
        let mut is_free = false;
        for anchor in anchors {
            let unlimited = anchor.unlimited();
            if !unlimited.is_empty() {
                is_free = true;
                cx.ui.warn(&format!(
                    "{} can sign for {}: whoever has its key can pose as anybody there to this machine",
                    anchor.title(),
                    unlimited.join(" and ")
                ));
            }
        }
        if !is_free || self.dry_run || self.accept_unconstrained {
            return Ok(());
        }
        if cx.is_interactive() {
            return match cx.agrees("Trust it all the same? Type yes")? {
                true => Ok(()),
                false => Err(CliError::refused("nobody agreed to trust it").hint("nothing was changed")),
            };
        }
        Err(CliError::refused("a root without name constraints is not trusted without being asked for").hint(
            "nothing was changed; say --accept-unconstrained if you mean it, or make a root with limits: certwright init --permit corp.test",
        ))
    }

    pub(super) fn with_sudo(&self, cx: &Context, kinds: &[Kind]) -> String {
        let more: &[&str] = if self.accept_unconstrained { &["--accept-unconstrained"] } else { &[] };
        self.target.with_sudo(cx, self.direction.verb(), kinds, more)
    }
}

/// Refuses what nobody should trust.
fn refuse_unfit(cx: &mut Context, anchors: &[Anchor]) -> Result<(), CliError> {
    for anchor in anchors {
        if let Some(why) = anchor.unfit(cx.now()) {
            return Err(CliError::refused(format!("{} is not installed: {why}", anchor.title()))
                .hint("nothing was changed; \"certwright inspect FILE\" shows what it is, \"certwright authority list\" which roots there are"));
        }
        if cx.now() < anchor.certificate.not_before {
            cx.ui.warn(&format!("{} is not valid yet", anchor.title()));
        }
    }
    Ok(())
}
