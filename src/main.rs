//! The `certwright` command.

use std::process::ExitCode;

use certwright::cli::{self, Environment};

fn main() -> ExitCode {
    cli::harden();
    cli::run(Environment::from_process()).into()
}
