//! `certwright completions`.

use clap_complete::Shell;

use crate::cli::{CliError, Context, Exit, command};

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
        clap_complete::generate(self.shell, &mut command(), "certwright", &mut script);
        if cx.ui.is_json() {
            let script = String::from_utf8_lossy(&script);
            cx.ui.json("completions", &serde_json::json!({ "shell": self.shell.to_string(), "script": script }))?;
        } else {
            cx.ui.data(&script)?;
        }
        Ok(Exit::Done)
    }
}
