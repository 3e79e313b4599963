//! The command line: what a person types and reads.
//!
//! One file a subcommand under [`commands`]; everything else here is what they share: settings, secrets, output, errors.

pub mod commands;
mod context;
mod environment;
mod error;
mod exit;
mod files;
pub(crate) mod glob;
mod help;
mod input;
mod needs;
mod process;
mod progress;
mod prompt;
mod secret;
mod settings;
mod shell;
mod table;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
mod trust;
mod ui;
mod url;

pub use commands::{Cli, command};
pub use context::Context;
pub use environment::Environment;
pub use error::CliError;
pub use exit::Exit;
pub use process::harden;
pub use progress::Progress;
pub use prompt::{NoPrompt, Prompt, TerminalPrompt};
pub use secret::{SecretSource, SecretSourceParser};
pub use settings::Settings;
pub use ui::Ui;

use clap::{ArgMatches, FromArgMatches};

/// Parses the arguments, runs the command and gives the process's exit status; everything the process would touch is in
/// `environment`.
pub fn run(mut environment: Environment) -> Exit {
    let mut ui = Ui::new(&mut environment);
    ui.configure(
        environment.arguments.iter().take_while(|argument| *argument != "--").any(|argument| argument == "--json"),
        false,
    );
    let columns = environment.width.unwrap_or(100).clamp(40, 100);
    let parse = |command: clap::Command| {
        command
            .term_width(columns.into())
            .try_get_matches_from(&environment.arguments)
            .and_then(|matches| Cli::from_arg_matches(&matches).map(|cli| (cli, matches)))
    };
    let parsed = parse(commands::parser(&environment.arguments)).or_else(|_| parse(command()));
    let (cli, matches): (Cli, ArgMatches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return tell(&mut ui, &error),
    };
    let settings = needs::check(|| commands::parser(&environment.arguments), &environment.arguments, &matches)
        .and_then(|()| Settings::resolve(&environment, &cli.global, help::command_path(&matches)));
    let settings = match settings {
        Ok(settings) => settings,
        Err(error) => return finish(ui, Err(error)),
    };
    let mut cx = Context::new(environment, ui, settings);
    let result = cli.command.run(&mut cx);
    finish(cx.ui, result)
}

/// Prints what clap has to say: help and the version are data, the rest is a usage error.
fn tell(ui: &mut Ui, error: &clap::Error) -> Exit {
    let result = ui.help(error).and_then(|()| ui.flush());
    match result {
        Err(error) => {
            ui.error(&error);
            error.exit
        }
        Ok(()) if error.use_stderr() => {
            ui.error_document(&help::usage_error(error));
            Exit::Usage
        }
        Ok(()) => Exit::Done,
    }
}

/// Tells the error, if there is one, and sees to it that all output has left the process.
fn finish(mut ui: Ui, result: Result<Exit, CliError>) -> Exit {
    let exit = result.unwrap_or_else(|error| {
        ui.error(&error);
        error.exit
    });
    match ui.flush() {
        // An error that was told already says more than this one.
        Err(error) if exit == Exit::Done => {
            ui.error(&error);
            error.exit
        }
        _ => exit,
    }
}
