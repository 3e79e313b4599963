//! `certwright completions`.

use clap::builder::StyledStr;
use clap::{Arg, ArgAction, ValueHint};
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
        let mut command = offering(command());
        if self.shell != Shell::Zsh {
            command = spelled_out(command);
        }
        clap_complete::generate(self.shell, &mut command, "certwright", &mut script);
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

/// With a flag for each value of an option that takes one after an equals sign only. Scripts but that of zsh would offer them as
/// words of their own, which the option does not take.
fn spelled_out(command: clap::Command) -> clap::Command {
    let glued: Vec<Arg> =
        command.get_arguments().filter(|argument| argument.is_require_equals_set()).cloned().collect();
    let command = glued.into_iter().fold(command, |command, option| {
        let Some(long) = option.get_long() else { return command };
        let flag = |id: String, text: String, help: Option<StyledStr>| {
            Arg::new(id).long(text).action(ArgAction::SetTrue).help(help.unwrap_or_default())
        };
        let bare = flag(option.get_id().to_string(), long.to_owned(), option.get_help().cloned());
        let values = option.get_possible_values().into_iter().map(|value| {
            let text = format!("{long}={}", value.get_name());
            flag(text.clone(), text, value.get_help().cloned())
        });
        command.mut_arg(option.get_id(), |_| bare).args(values)
    });
    command.mut_subcommands(spelled_out)
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
