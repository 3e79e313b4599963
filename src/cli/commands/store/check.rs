//! `certwright store check`.

use serde::Serialize;

use crate::cli::{CliError, Context, Exit};

const EXAMPLES: &str = "\
certwright store check
certwright store check --repair";

/// Check that the store is sound
///
/// Reads the journal and proves its chain. A damaged store is exit status 6.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// Complete what was recorded and remove what was not
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
}

impl Args {
    /// Checks, and repairs if asked.
    ///
    /// # Errors
    /// Exit 6 when the store is damaged.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let mut repaired = Vec::new();
        if self.repair {
            repaired = cx.lock(&store)?.notices().iter().map(ToString::to_string).collect();
        }
        let state = store.read()?;
        let (certificates, authorities) = (state.certificates.len(), state.authorities.len());
        cx.ui.json("store-check", &Report { lines: state.seq, certificates, authorities, repaired })?;
        let lines = state.seq;
        cx.ui.line(&format!("sound: {lines} journal lines, {certificates} certificates, {authorities} authorities"))?;
        Ok(Exit::Done)
    }
}
