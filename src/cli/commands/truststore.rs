//! `certwright truststore`.

mod anchors;
mod build;
mod hashed;
mod inspect;

use crate::cli::{CliError, Context, Exit};

const EXAMPLES: &str = "\
certwright truststore build --out truststore.p12              # the roots of the store
certwright truststore build partner.pem --out anchors.jks
certwright truststore inspect truststore.p12";

/// The password that Java's truststores have by custom; an anchor is no secret.
const CUSTOMARY: &str = "changeit";

/// Write and read truststores: PKCS#12, JKS, PEM and OpenSSL's hashed directories
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Build(build::Args),
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
            Command::Inspect(args) => args.run(cx),
        }
    }
}
