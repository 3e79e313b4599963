//! `certwright log verify`.

use serde::Serialize;

use crate::cli::{CliError, Context, Exit};

const EXAMPLES: &str = "\
certwright log verify
certwright log verify --json | jq -r .head    # keep it elsewhere, to compare later";

/// Prove that no line of the journal was changed
///
/// Prints how many lines there are and the SHA-256 of the last one. Whoever keeps that pair outside the store can tell later
/// that nothing before it was rewritten. A damaged journal is exit status 6.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {}

/// `certwright/log-verify/1`.
#[derive(Serialize)]
struct Report<'a> {
    lines: u64,
    head: &'a str,
}

impl Args {
    /// Reads the whole journal.
    ///
    /// # Errors
    /// Exit 6 with the first line that does not fit.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let state = cx.open_store()?.read()?;
        cx.ui.json("log-verify", &Report { lines: state.seq, head: &state.head })?;
        cx.ui.line(&format!("{} lines, unbroken; head {}", state.seq, state.head))?;
        Ok(Exit::Done)
    }
}
