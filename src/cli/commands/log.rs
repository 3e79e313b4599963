//! `certwright log`.

mod show;
mod verify;

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

dispatch! {
    Show(show::Args),
    Verify(verify::Args),
}
