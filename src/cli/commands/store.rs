//! `certwright store`.

mod backup;
pub(super) mod check;
mod clock;
mod import;
mod restore;
mod settings;

const EXAMPLES: &str = "\
certwright store check                # is everything as it should be?
certwright store check --repair       # complete what a crash left half done
certwright store backup pki.tar       # all of it in one file
certwright store import easy-rsa pki  # move an authority in
certwright store settings --crl-url 'http://pki.example.test/{{ authority }}.crl'";

/// Check the store, back it up, move authorities in, change settings
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

dispatch! {
    Backup(backup::Args),
    Check(check::Args),
    Clock(clock::Args),
    Import(Box<import::Args>),
    Restore(restore::Args),
    Settings(settings::Args),
}
