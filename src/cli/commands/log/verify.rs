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
    unfinished: u64,
    notices: Vec<String>,
}

impl Args {
    /// Reads the whole journal.
    ///
    /// # Errors
    /// Exit 6 with the first line that does not fit.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let journal = cx.open_store()?.verify()?;
        let notices: Vec<String> = journal.notices.iter().map(ToString::to_string).collect();
        for notice in &notices {
            cx.ui.warn(notice);
        }
        let (lines, head, unfinished) = (journal.seq, journal.head.as_str(), journal.unfinished);
        cx.ui.json("log-verify", &Report { lines, head, unfinished, notices })?;
        cx.ui.line(&format!("{lines} lines, unbroken; head {head}"))?;
        Ok(Exit::Done)
    }
}
