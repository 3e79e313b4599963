//! `certwright completions`.

use clap::{Arg, ValueHint};
use clap_complete::Shell;

use crate::cli::commands::revoke;
use crate::cli::{CliError, Context, Exit, command};
use crate::issuance::Profiles;
use crate::keys::Algorithm;
use crate::x509::path::Purpose;

const EXAMPLES: &str = "\
certwright completions bash > /etc/bash_completion.d/certwright
certwright completions zsh > ~/.zfunc/_certwright
certwright completions fish > ~/.config/fish/completions/certwright.fish";

/// Print a shell's completion script
///
/// The script goes to stdout. The same scripts are in the directory `completions` of the source and of releases.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    /// The shell
    shell: Shell,
}

impl Args {
    /// Prints the script.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut offering(command()), "certwright", &mut script);
        if cx.ui.is_json() {
            let script = String::from_utf8_lossy(&script);
            cx.ui.json("completions", &serde_json::json!({ "shell": self.shell.to_string(), "script": script }))?;
        } else {
            cx.ui.data(&script)?;
        }
        Ok(Exit::Done)
    }
}

/// With what may stand for each value: words where they are few, files and directories where such are meant, else nothing.
fn offering(command: clap::Command) -> clap::Command {
    let command = command.mut_args(|argument| {
        let name = argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
        let has_words = !argument.get_possible_values().is_empty();
        match name.filter(|_| argument.get_action().takes_values() && !has_words) {
            Some(name) => offer(argument, &name),
            None => argument,
        }
    });
    command.mut_subcommands(offering)
}

fn offer(argument: Arg, value: &str) -> Arg {
    let words: Vec<&'static str> = match value {
        "ALG" => Algorithm::ALL.map(Algorithm::as_str).to_vec(),
        "HASH" => vec!["sha1", "sha256"],
        "PROFILE" => Profiles::built_in().collect(),
        "PURPOSE" => Purpose::ALL.map(Purpose::as_str).to_vec(),
        "REASON" => revoke::REASONS.to_vec(),
        _ => Vec::new(),
    };
    if !words.is_empty() {
        return argument.value_parser(words);
    }
    argument.value_hint(match value {
        "CSR" | "FILE" | "IN" | "MANIFEST" | "NEW" | "OUT" | "PATH" | "REF" | "REQUEST" => ValueHint::FilePath,
        "DIR" => ValueHint::DirPath,
        "HOST" => ValueHint::Hostname,
        "COMMAND" | "PROGRAM" => ValueHint::CommandName,
        _ => ValueHint::Other,
    })
}
