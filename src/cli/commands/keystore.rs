//! `certwright keystore`.

mod build;
mod import;
mod inspect;
mod source;
pub(super) mod target;

use crate::cli::{CliError, Context, Exit};

pub(super) use inspect::{Opening, open_file};

const EXAMPLES: &str = "\
certwright keystore build www.corp.test --out keystore.p12 --storepass file:store.pass
certwright keystore inspect keystore.p12 --storepass file:store.pass
certwright keystore import legacy.jks --storepass env:OLD_PASS --name billing --no-passphrase";

/// Write, read and import keystores: PKCS#12, JKS and PEM
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Build(Box<build::Args>),
    Import(Box<import::Args>),
    Inspect(inspect::Args),
}

impl Args {
    /// Runs the subcommand.
    ///
    /// # Errors
    /// What the person is told, with the exit code.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        match &self.command {
            Command::Build(args) => args.run(cx),
            Command::Import(args) => args.run(cx),
            Command::Inspect(args) => args.run(cx),
        }
    }
}
