//! The command line: what a person types and reads.
//!
//! One file a subcommand under [`commands`]; everything else here is what they share: settings, secrets, output, errors.

pub mod commands;
mod context;
mod environment;
mod error;
mod exit;
mod files;
mod secret;
mod table;
mod ui;

pub use commands::{Cli, command};
pub use context::{Context, Settings};
pub use environment::Environment;
pub use error::CliError;
pub use exit::Exit;
pub use secret::SecretSource;

/// Parses the arguments, runs the command and gives the process's exit status; everything the process would touch is in
/// `environment`.
pub fn run(environment: Environment) -> Exit {
    let _ = environment;
    todo!()
}
