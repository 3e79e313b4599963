//! `certwright trust uninstall`.

use super::change::{Change, Direction};
use super::target::TargetArgs;
use crate::cli::{CliError, Context, Exit};

const EXAMPLES: &str = "\
certwright trust uninstall            # what trust install did
certwright trust uninstall --to nss
certwright trust uninstall old-root.pem --dry-run";

/// Take back what trust install did
///
/// Removed is an entry that certwright made for this very certificate. Where somebody else installed the same root, under
/// another name, it is left and stays trusted: a warning says so. (The store of macOS keeps no names of entries: there the
/// certificate goes, whoever installed it.)
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    target: TargetArgs,
    /// Print the commands that would run, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Args {
    /// Uninstalls the root.
    ///
    /// # Errors
    /// Exit 1 when a store could not be changed.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let change = Change {
            direction: Direction::Uninstall,
            target: &self.target,
            dry_run: self.dry_run,
            accept_unconstrained: false,
        };
        change.run(cx)
    }
}
