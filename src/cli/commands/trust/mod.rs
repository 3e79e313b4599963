//! `certwright trust`.

mod change;
pub(super) mod install;
mod outcome;
mod status;
mod target;
mod uninstall;

pub(super) use outcome::StoreReport;

const EXAMPLES: &str = "\
certwright trust install                  # this store's root, everywhere on this machine
certwright trust install --dry-run        # the commands that would run
certwright trust status root --to system  # exit 3 when it is not trusted
certwright trust uninstall";

/// Have this machine trust a root, or no longer
///
/// There are three kinds of stores. `system` is what curl, Python, Go and most other programs use. `nss` are the databases of
/// Firefox, Thunderbird, Chromium and Chrome in your home. `java` are the cacerts of Java runtimes.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

dispatch! {
    Install(Box<install::Args>),
    Status(Box<status::Args>),
    Uninstall(Box<uninstall::Args>),
}
