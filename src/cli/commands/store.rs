//! `certwright store`.

mod backup;
mod check;
mod import;
mod restore;
mod settings;

use crate::cli::{CliError, Context, Exit};

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

#[derive(Debug, clap::Subcommand)]
enum Command {
    Backup(backup::Args),
    Check(check::Args),
    Import(Box<import::Args>),
    Restore(restore::Args),
    Settings(settings::Args),
}

impl Args {
    /// Runs the subcommand.
    ///
    /// # Errors
    /// What the person is told, with the exit code.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        match &self.command {
            Command::Backup(args) => args.run(cx),
            Command::Check(args) => args.run(cx),
            Command::Import(args) => args.run(cx),
            Command::Restore(args) => args.run(cx),
            Command::Settings(args) => args.run(cx),
        }
    }
}
