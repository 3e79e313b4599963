//! `certwright store check`.

use serde::Serialize;

use crate::cli::{CliError, Context, Exit};
use crate::store::Notice;

const EXAMPLES: &str = "\
certwright store check
certwright store check --repair";

/// Check that the store is sound
///
/// Reads the whole journal, proves its chain and adds it up. A damaged store is exit status 6, and names the first bad line.
/// What a killed command left behind is no damage: the next command that writes puts it right, and so does --repair. The
/// journal itself is never rewritten.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// Complete what was recorded, and remove what was not
    #[arg(long)]
    repair: bool,
}

/// `certwright/store-check/1`.
#[derive(Serialize)]
struct Report {
    lines: u64,
    certificates: usize,
    authorities: usize,
    repaired: Vec<String>,
    notices: Vec<String>,
}

impl Args {
    /// Checks, and repairs if asked.
    ///
    /// # Errors
    /// Exit 6 when the store is damaged.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        self.check(cx).map_err(|error| match error.exit {
            Exit::Damaged => error.hint("restore the store from a backup; nothing was changed"),
            _ => error,
        })
    }

    fn check(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let sentences = |notices: &[Notice]| notices.iter().map(ToString::to_string).collect::<Vec<_>>();
        let repaired = if self.repair { sentences(cx.lock(&store)?.notices()) } else { Vec::new() };
        let journal = store.verify()?;
        let state = store.read()?;
        let notices = sentences(&journal.notices);
        for notice in &notices {
            cx.ui.warn(notice);
        }
        let report = Report {
            lines: journal.seq,
            certificates: state.certificates.len(),
            authorities: state.authorities.len(),
            repaired,
            notices,
        };
        cx.ui.json("store-check", &report)?;
        let Report { lines, certificates, authorities, .. } = report;
        cx.ui.line(&format!("sound: {lines} journal lines, {certificates} certificates, {authorities} authorities"))?;
        Ok(Exit::Done)
    }
}
