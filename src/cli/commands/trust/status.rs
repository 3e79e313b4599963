//! `certwright trust status`.

use serde::Serialize;

use super::outcome::AnchorReport;
use super::target::TargetArgs;
use crate::cli::trust::{self, Anchor, Kind, Machine, Presence, Problem, Runner, TrustStore};
use crate::cli::{CliError, Context, Exit};

const EXAMPLES: &str = "\
certwright trust status
certwright trust status --to system || sudo certwright --store ~/pki trust install --to system
certwright trust status root.pem --json | jq '.stores[] | select(.trusted | not)'";

/// Tell which stores trust a root
///
/// Exit status 0 means that every store that was asked trusts it, so that trust install would have nothing to do; 3 that one of
/// them does not; 1 that one could not be asked.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    target: TargetArgs,
}

/// `certwright/trust-status/1`.
#[derive(Serialize)]
struct Report {
    trusted: bool,
    anchors: Vec<AnchorReport>,
    stores: Vec<StoreReport>,
}

#[derive(Serialize)]
struct StoreReport {
    store: Kind,
    location: String,
    sha256: String,
    /// `null` where it could not be asked.
    trusted: Option<bool>,
    /// Entries that certwright made.
    own: Vec<String>,
    /// Entries that somebody else made.
    others: Vec<String>,
    reason: Option<String>,
    remedy: Option<String>,
}

impl Args {
    /// Asks every store.
    ///
    /// # Errors
    /// Exit 1 when one cannot be asked.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let anchors = self.target.anchors(cx, false)?;
        let selection = self.target.selection(cx, false)?;
        let machine = Machine::new(cx)?;
        let stores = trust::find(&selection, &machine, &mut cx.ui)?;
        let mut rows = Vec::new();
        for anchor in &anchors {
            let mut runner = Runner::new(cx, &machine, anchor);
            rows.extend(stores.iter().map(|store| {
                let answer = store.look(anchor, &mut runner);
                StoreReport::new(anchor, store.as_ref(), answer)
            }));
        }
        let trusted = rows.iter().all(|row| row.trusted == Some(true));
        let report = Report { trusted, anchors: anchors.iter().map(AnchorReport::from).collect(), stores: rows };
        cx.ui.json("trust-status", &report)?;
        for anchor in &anchors {
            cx.ui.say(&format!("{}, SHA-256 {}", anchor.title(), anchor.sha256()));
            let rows = report.stores.iter().filter(|row| row.sha256 == anchor.sha256());
            cx.ui.table(&["STORE", "TRUSTED", "WHERE", "AS"], rows.map(StoreReport::cells).collect())?;
        }
        let unknown: Vec<&StoreReport> = report.stores.iter().filter(|row| row.trusted.is_none()).collect();
        if unknown.is_empty() {
            return Ok(if trusted { Exit::Done } else { Exit::CheckFailed });
        }
        let reasons: Vec<String> = unknown
            .iter()
            .map(|row| {
                format!("{} {}: {}", row.store.as_str(), row.location, row.reason.as_deref().unwrap_or_default())
            })
            .collect();
        let stores = if unknown.len() == 1 { "1 store".to_owned() } else { format!("{} stores", unknown.len()) };
        let error = CliError::failed(format!("{stores} could not be asked\n{}", reasons.join("\n")));
        Err(match unknown.iter().find_map(|row| row.remedy.as_deref()) {
            Some(remedy) => error.hint(remedy),
            None => error,
        })
    }
}

impl StoreReport {
    fn new(anchor: &Anchor, store: &dyn TrustStore, answer: Result<Presence, Problem>) -> Self {
        let (presence, reason, remedy) = match answer {
            Ok(presence) => (Some(presence), None, None),
            Err(Problem::Other { why, remedy }) => (None, Some(why), remedy),
            Err(Problem::NeedsRoot) => (None, Some("only the administrator may read it".to_owned()), None),
        };
        let trusted = presence.as_ref().map(|presence| presence.trusted);
        let Presence { own, others, .. } = presence.unwrap_or_default();
        let (store, location, sha256) = (store.kind(), store.location(), anchor.sha256());
        Self { store, location, sha256, trusted, own, others, reason, remedy }
    }

    fn cells(&self) -> Vec<String> {
        let trusted = match self.trusted {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown",
        };
        let names = self.own.iter().chain(&self.others).cloned().collect::<Vec<_>>().join(", ");
        vec![self.store.as_str().to_owned(), trusted.to_owned(), self.location.clone(), names]
    }
}
