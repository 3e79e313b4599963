//! `certwright authority`: the authorities of a store.

mod create;
mod csr;
mod import;
mod list;
mod show;

use clap::{Args, Subcommand};

use crate::cli::{CliError, Context, Exit};

/// Arguments of `authority`.
#[derive(Debug, Args)]
#[command(before_help = "\
Examples:
  certwright authority list
  certwright authority create staging --parent root --permit staging.corp.test
  certwright authority csr issuing --out issuing.csr          the root is elsewhere, offline
  certwright authority import issuing --cert issuing.crt      its answer, brought back")]
pub struct AuthorityArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: AuthorityCommand,
}

/// The subcommands of `authority`.
#[derive(Debug, Subcommand)]
pub enum AuthorityCommand {
    /// Make an authority under another one
    Create(create::CreateArgs),
    /// Make a key and a request, to be signed by an authority elsewhere
    Csr(csr::CsrArgs),
    /// Bring in an authority: an answered request, a certificate with its key, or an anchor
    Import(import::ImportArgs),
    /// List the authorities
    List(list::ListArgs),
    /// Show an authority, or print its certificate
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
            AuthorityCommand::Show(args) => args.run(cx),
        }
    }
}
