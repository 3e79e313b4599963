//! `certwright log`.

mod show;
mod verify;

use crate::cli::{CliError, Context, Exit};

const EXAMPLES: &str = "\
certwright log show --last 20         # what happened lately
certwright log verify                 # is the journal as it was written?";

/// Show or verify the journal
///
/// The journal records every certificate ever signed and every change, with time and actor. Each line carries the SHA-256 of
/// the line before, so a changed or missing line shows.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Show(show::Args),
    Verify(verify::Args),
}

impl Args {
    /// Runs the subcommand.
    ///
    /// # Errors
    /// What the person is told, with the exit code.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        match &self.command {
            Command::Show(args) => args.run(cx),
            Command::Verify(args) => args.run(cx),
        }
    }
}
