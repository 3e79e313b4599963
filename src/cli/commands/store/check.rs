//! `certwright store check`.

use serde::Serialize;

use crate::cli::{CliError, Context, Exit};
use crate::store::{Finding, Notice, Severity, Store, rebuild_manifest};

const EXAMPLES: &str = "\
certwright store check
certwright store check --repair";

/// Check that the store is sound
///
/// Proves the journal's chain and compares everything in the directory with it: the files of every certificate and authority,
/// permissions, settings, and what is there without a record. Damage is exit status 6. --repair completes what a killed
/// command left and rewrites what follows from the journal, store.json as well, and closes private keys that others can read. It never
/// touches what is in private keys or the journal. The key of an authority may be elsewhere.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// Put right what follows from the journal
    #[arg(long)]
    repair: bool,
}

/// `certwright/store-check/1`.
#[derive(Serialize)]
struct Report {
    lines: u64,
    certificates: u64,
    authorities: usize,
    findings: Vec<FindingReport>,
    repaired: Vec<String>,
    notices: Vec<String>,
}

#[derive(Serialize)]
struct FindingReport {
    path: String,
    what: String,
    damage: bool,
    repairable: bool,
}

impl Args {
    /// Checks, and repairs if asked.
    ///
    /// # Errors
    /// Exit 6 when the store is damaged.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let beyond = |error: CliError| match error.exit {
            Exit::Damaged => error.hint("restore the store from a backup; nothing was changed"),
            _ => error,
        };
        let mut repaired = Vec::new();
        if self.repair {
            let (timeout, command) = (cx.settings.lock_timeout, cx.settings.command.clone());
            let found = rebuild_manifest(cx.store_path()?, timeout, &command);
            repaired.extend(found.map_err(|error| beyond(error.into()))?);
        }
        let store = cx.open_store()?;
        self.check(cx, &store, &repaired).map_err(beyond)
    }

    fn check(&self, cx: &mut Context, store: &Store, before: &[Notice]) -> Result<Exit, CliError> {
        let sentences = |notices: &[Notice]| notices.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut repaired = sentences(before);
        if self.repair {
            let mut writer = cx.lock(store)?;
            repaired.extend(sentences(writer.notices()));
            repaired.extend(sentences(&writer.repair()?));
        }
        for done in &repaired {
            cx.ui.say(done);
        }
        let journal = store.verify()?;
        let state = store.read()?;
        let notices = sentences(&journal.notices);
        for notice in &notices {
            cx.ui.warn(notice);
        }
        let found = compare(cx, store)?;
        let findings: Vec<FindingReport> = found.into_iter().map(FindingReport::from).collect();
        let damaged = findings.iter().any(|finding| finding.damage);
        for finding in &findings {
            cx.ui.warn(&format!("{}: {}", finding.path, finding.what));
        }
        let repairable = findings.iter().any(|finding| finding.repairable);
        let report = Report {
            lines: journal.seq,
            certificates: state.certificate_count(),
            authorities: state.authorities.len(),
            findings,
            repaired,
            notices,
        };
        cx.ui.json("store-check", &report)?;
        let Report { lines, certificates, authorities, .. } = report;
        let word = if damaged { "damaged" } else { "sound" };
        cx.ui
            .line(&format!("{word}: {lines} journal lines, {certificates} certificates, {authorities} authorities"))?;
        if damaged && repairable {
            cx.ui.say("\"certwright store check --repair\" puts right what follows from the journal");
        }
        Ok(if damaged { Exit::Damaged } else { Exit::Done })
    }
}

/// Compares a store's files with its journal. What another command is doing, or was killed at, is no damage: the lock waits for it,
/// or settles it, and while it is held nothing moves. Where the journal did not grow meanwhile, it is not needed.
///
/// # Errors
/// When a file cannot be read.
pub(in crate::cli::commands) fn compare(cx: &mut Context, store: &Store) -> Result<Vec<Finding>, CliError> {
    let length = || store.read().ok().map(|state| state.seq);
    let before = length();
    let mut found = store.check()?;
    let staging = store.layout().staging();
    let is_left = |finding: &Finding| finding.path.starts_with(&staging);
    let is_damaged = found.iter().any(|finding| finding.severity == Severity::Damage);
    if !(found.iter().any(is_left) || (is_damaged && before != length())) {
        return Ok(found);
    }
    match cx.lock(store) {
        Ok(writer) => {
            found = store.check()?;
            drop(writer);
        }
        Err(error) if error.exit == Exit::LockTimeout => {
            found.retain(|finding| !is_left(finding));
            cx.ui.warn("another command is writing: files were not compared with the journal");
        }
        Err(error) => {
            cx.ui.warn(&format!("what is left in {} cannot be settled: {}", staging.display(), error.message));
            found = store.check_unsettled()?;
        }
    }
    Ok(found)
}

impl From<Finding> for FindingReport {
    fn from(finding: Finding) -> Self {
        Self {
            path: finding.path.display().to_string(),
            what: finding.what,
            damage: finding.severity == Severity::Damage,
            repairable: finding.repairable,
        }
    }
}
