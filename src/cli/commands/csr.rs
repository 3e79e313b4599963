//! `certwright csr`.

mod create;
mod inspect;

use crate::cli::{CliError, Context, Exit};

const EXAMPLES: &str = "\
certwright csr create --new-key api.key --subject CN=api api.corp.test --out api.csr
certwright csr inspect api.csr";

/// Make and inspect certificate requests
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Create(Box<create::Args>),
    Inspect(inspect::Args),
}

impl Args {
    /// Runs the subcommand.
    ///
    /// # Errors
    /// What the person is told, with the exit code.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        match &self.command {
            Command::Create(args) => args.run(cx),
            Command::Inspect(args) => args.run(cx),
        }
    }
}
