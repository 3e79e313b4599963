//! `certwright authority`: the authorities of a store.

mod create;
mod csr;
mod import;
mod list;
mod rollover;
mod show;

use clap::{Args, Subcommand};

use crate::cli::{CliError, Context, Exit};

const EXAMPLES: &str = "\
certwright authority list
certwright authority create staging --parent root --permit staging.corp.test
certwright authority csr issuing --out issuing.csr  # the root is elsewhere, offline
certwright authority import issuing --cert issuing.crt  # its answer, brought back
certwright authority rollover issuing  # a new one takes its place";

/// Make, import, replace and show authorities
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct AuthorityArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: AuthorityCommand,
}

/// The subcommands of `authority`.
#[derive(Debug, Subcommand)]
pub enum AuthorityCommand {
    Create(create::CreateArgs),
    Csr(csr::CsrArgs),
    Import(import::ImportArgs),
    List(list::ListArgs),
    Rollover(rollover::RolloverArgs),
    Show(show::ShowArgs),
}

impl AuthorityArgs {
    /// Runs the subcommand.
    ///
    /// # Errors
    /// Those of the subcommand.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        match &self.command {
            AuthorityCommand::Create(args) => args.run(cx),
            AuthorityCommand::Csr(args) => args.run(cx),
            AuthorityCommand::Import(args) => args.run(cx),
            AuthorityCommand::List(args) => args.run(cx),
            AuthorityCommand::Rollover(args) => args.run(cx),
            AuthorityCommand::Show(args) => args.run(cx),
        }
    }
}
