//! `certwright trust install`.

use super::change::{Change, Direction};
use super::outcome::{self, StoreReport};
use super::target::TargetArgs;
use crate::cli::trust::Kind;
use crate::cli::{CliError, Context, Exit};

const EXAMPLES: &str = "\
certwright trust install                              # everything that is found here
certwright trust install --to nss                     # browsers only; needs no sudo
sudo certwright --store ~/pki trust install root --to system,java
certwright trust install root.pem --root /mnt/image   # into an image
certwright trust install root.pem --nss-db profile --java-home /opt/jdk-21
certwright trust install --dry-run                    # the commands that would run";

/// Have this machine trust a root
///
/// Without --to and without a named place, every store that is found here is changed: the system's, the NSS databases in your
/// home (in that of the person who called sudo), the cacerts of Java runtimes. Stores are changed by the programs that they
/// belong to; what trusts the root already is left alone, so it does no harm to run it again. Every store is asked afterwards
/// whether it trusts the root.
///
/// Only roots are installed, and no expired ones. A root that may sign for any name is installed after a question, or with
/// --accept-unconstrained. When some stores could not be changed, exit status 1 comes with the command that finishes.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    target: TargetArgs,
    /// Print the commands that would run, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Trust a root that can sign for any name, without a question
    #[arg(long)]
    accept_unconstrained: bool,
}

impl Args {
    /// Installs the root.
    ///
    /// # Errors
    /// Exit 1 when a store could not be changed, 4 when a root must not be trusted or nobody agreed to it.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let change = Change {
            direction: Direction::Install,
            target: &self.target,
            dry_run: self.dry_run,
            accept_unconstrained: self.accept_unconstrained,
        };
        change.run(cx)
    }
}

/// Has the stores of some kinds, or all that are found, trust the root of an authority, as a part of another command.
///
/// # Errors
/// As [`Args::run`].
pub(in crate::cli::commands) fn install_authority(
    cx: &mut Context,
    authority: &str,
    kinds: &[Kind],
) -> Result<Vec<StoreReport>, CliError> {
    let target = TargetArgs::of(authority, kinds);
    let change = Change { direction: Direction::Install, target: &target, dry_run: false, accept_unconstrained: false };
    let (anchors, rows) = change.carry_out(cx)?;
    outcome::mention(cx, &change, &anchors, &rows)
}
