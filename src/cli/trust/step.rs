//! What is to be done, as data.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use serde::Serialize;

use super::Anchor;
use crate::cli::shell;
use crate::keys::Secret;

/// One thing to do to a trust store.
#[derive(Debug, Clone)]
pub(in crate::cli) enum Step {
    /// Makes a directory with its parents.
    MakeDirectory(PathBuf),
    /// Takes away a file that holds the anchor in PEM.
    Remove(PathBuf),
    /// Runs a program.
    Run(Invocation),
    /// Writes the anchor in PEM to a new file.
    Write(PathBuf),
}

/// A program with its arguments.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Invocation {
    /// The program.
    pub(super) program: PathBuf,
    /// Its arguments.
    pub(super) arguments: Vec<Argument>,
    /// What it reads on standard input.
    pub(super) password: Option<Secret>,
}

/// An argument of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Argument {
    /// The name of a file with the anchor in PEM.
    Certificate,
    /// A word.
    Word(OsString),
}

impl Invocation {
    pub(super) fn new(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), arguments: Vec::new(), password: None }
    }

    pub(super) fn arg(mut self, word: impl Into<OsString>) -> Self {
        self.arguments.push(Argument::Word(word.into()));
        self
    }

    pub(super) fn args<'a>(self, words: impl IntoIterator<Item = &'a str>) -> Self {
        words.into_iter().fold(self, |invocation, word| invocation.arg(word))
    }

    pub(super) fn certificate(mut self) -> Self {
        self.arguments.push(Argument::Certificate);
        self
    }

    /// The words as a shell has them; `file` stands for the certificate's.
    fn words<'a>(&'a self, file: &'a OsStr) -> impl Iterator<Item = &'a OsStr> {
        let arguments = self.arguments.iter().map(move |argument| match argument {
            Argument::Certificate => file,
            Argument::Word(word) => word,
        });
        std::iter::once(self.program.as_os_str()).chain(arguments)
    }
}

impl Step {
    /// As a line of shell: exactly what would happen, `<name>.pem` standing for a file with the certificate.
    pub(in crate::cli) fn shell(&self, anchor: &Anchor) -> String {
        let file = OsString::from(format!("{}.pem", anchor.name()));
        match self {
            Self::MakeDirectory(dir) => shell::line(["mkdir".as_ref(), "-p".as_ref(), dir.as_os_str()]),
            Self::Remove(path) => shell::line(["rm".as_ref(), path.as_os_str()]),
            Self::Run(invocation) => {
                let line = shell::line(invocation.words(&file));
                if invocation.password.is_some() { format!("{line} < PASSWORD-FILE") } else { line }
            }
            Self::Write(path) => {
                shell::line(["install".as_ref(), "-m".as_ref(), "644".as_ref(), file.as_os_str(), path.as_os_str()])
            }
        }
    }

    pub(in crate::cli) fn report(&self, anchor: &Anchor) -> StepReport {
        let file = OsString::from(format!("{}.pem", anchor.name()));
        let shell = self.shell(anchor);
        let (action, words) = match self {
            Self::MakeDirectory(path) => ("make-directory", vec![path.as_os_str()]),
            Self::Remove(path) => ("remove", vec![path.as_os_str()]),
            Self::Run(invocation) => ("run", invocation.words(&file).collect()),
            Self::Write(path) => ("write", vec![path.as_os_str()]),
        };
        let words = words.into_iter().map(|word| word.to_string_lossy().into_owned()).collect();
        StepReport { action, words, shell }
    }
}

/// A step in a report.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct StepReport {
    /// `make-directory`, `remove`, `run`, `write`.
    action: &'static str,
    /// The path, or the program and its arguments.
    words: Vec<String>,
    /// The same as a line of shell.
    shell: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let invocation = Invocation { password: Some(Secret::new("hunter2")), ..Invocation::new("keytool") };
        assert!(!format!("{invocation:?}").contains("hunter2"));
    }
}
