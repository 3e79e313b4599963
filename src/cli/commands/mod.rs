//! The subcommands, one file each.

use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};

use super::{CliError, Context, Exit, SecretSource};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "certwright",
    version,
    about = "A private certificate authority on a local directory",
    propagate_version = true,
    disable_help_subcommand = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// The options that every command takes.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// The subcommand.
    #[command(subcommand)]
    pub command: Command,
}

/// The options that every command takes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// The store's directory [env: CERTWRIGHT_STORE] [default: the platform's data directory]
    #[arg(long, global = true, value_name = "DIR")]
    pub store: Option<PathBuf>,
    /// Print a JSON report on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// Never ask on the terminal; a missing value is an error
    #[arg(long, global = true)]
    pub non_interactive: bool,
    /// Say nothing on stderr but warnings and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// How long to wait for another certwright to finish
    #[arg(long, global = true, value_name = "DURATION", default_value = "30s")]
    pub lock_timeout: String,
    /// Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT
    /// [env: CERTWRIGHT_PASSPHRASE_SOURCE]
    #[arg(long, global = true, value_name = "SRC")]
    pub passphrase: Option<SecretSource>,
}

/// Every subcommand.
#[derive(Debug, Subcommand)]
pub enum Command {}

impl Command {
    /// Runs the subcommand.
    ///
    /// # Errors
    /// What the person is told, with the exit code.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let _ = cx;
        match *self {}
    }
}

/// The clap command, for completions and man pages.
pub fn command() -> clap::Command {
    Cli::command()
}
