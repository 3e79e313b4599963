//! Everything of the process that the command line touches, so that tests can hand in their own.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::PathBuf;

use super::prompt::{Prompt, TerminalPrompt};
use crate::clock::{Clock, SystemClock};

/// The process as seen from the command line.
pub struct Environment {
    /// The arguments, the program's name first.
    pub arguments: Vec<OsString>,
    /// Where the running program is, as far as the system tells.
    pub program: Option<PathBuf>,
    /// The environment variables.
    pub variables: BTreeMap<OsString, OsString>,
    /// Standard input.
    pub stdin: Box<dyn Read>,
    /// Standard output.
    pub stdout: Box<dyn Write>,
    /// Standard error.
    pub stderr: Box<dyn Write>,
    /// Whether standard input, output and error are terminals.
    pub terminals: (bool, bool, bool),
    /// Columns of the terminal behind standard output, if it is one.
    pub width: Option<u16>,
    /// The clock.
    pub clock: Box<dyn Clock>,
    /// Who asks for passphrases.
    pub prompt: Box<dyn Prompt>,
}

impl Environment {
    /// The real process.
    pub fn from_process() -> Self {
        let stdout_is_terminal = io::stdout().is_terminal();
        Self {
            arguments: std::env::args_os().collect(),
            program: std::env::current_exe().ok(),
            variables: std::env::vars_os().collect(),
            stdin: Box::new(io::stdin()),
            // A terminal sees every line at once; a pipe or a file gets large writes.
            stdout: if stdout_is_terminal { Box::new(io::stdout()) } else { Box::new(BufWriter::new(io::stdout())) },
            stderr: Box::new(io::stderr()),
            terminals: (io::stdin().is_terminal(), stdout_is_terminal, io::stderr().is_terminal()),
            width: terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0),
            clock: Box::new(SystemClock),
            prompt: Box::new(TerminalPrompt),
        }
    }

    /// A variable that is set and not empty.
    pub fn variable(&self, name: &str) -> Option<&OsStr> {
        variable(&self.variables, name)
    }
}

/// A variable that is set and not empty.
pub(super) fn variable<'a>(variables: &'a BTreeMap<OsString, OsString>, name: &str) -> Option<&'a OsStr> {
    variables.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
}
