//! The places where programs look for the roots that they trust.
//!
//! A kind of store is a file here that implements [`TrustStore`]: it says what the store holds ([`TrustStore::look`]) and which
//! [`Step`]s would change that ([`TrustStore::install`], [`TrustStore::uninstall`]). Steps are data: `--dry-run` prints them,
//! [`Runner`] carries them out. Everything of the machine that matters is in [`Machine`].
//!
//! What is installed carries a name made of a few plain characters of the subject and the start of the fingerprint
//! ([`Anchor::name`]), so nothing that a certificate says becomes a path, an option or shell text; and it is removed only
//! where both that name and the whole certificate are the same.

mod anchor;
mod find;
mod java;
mod machine;
mod macos;
mod nss;
mod runner;
mod step;
mod system;
#[cfg(test)]
mod tests;

pub(super) use anchor::Anchor;
pub(super) use find::{Selection, find};
pub(super) use java::CHANGEIT;
pub(super) use machine::Machine;
pub(super) use runner::Runner;
pub(super) use step::{Step, StepReport};

use serde::Serialize;

/// A kind of trust store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// What the operating system's programs trust: curl, Python, Go, …
    System,
    /// The databases of Firefox, Thunderbird, Chromium and Chrome
    Nss,
    /// The cacerts of Java runtimes
    Java,
}

impl Kind {
    /// How it is written on the command line.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Nss => "nss",
            Self::Java => "java",
        }
    }
}

/// What a store says of an anchor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Presence {
    /// Whether programs that use the store trust it.
    pub(super) trusted: bool,
    /// The names of entries that certwright made for it.
    pub(super) own: Vec<String>,
    /// The names of entries that hold it and that somebody else made.
    pub(super) others: Vec<String>,
}

/// Why something could not be done to a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Problem {
    /// Only the administrator may change it.
    NeedsRoot,
    /// Anything else: why, and what to do next.
    Other { why: String, remedy: Option<String> },
}

impl Problem {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self::Other { why: why.into(), remedy: None }
    }

    /// Adds what to do next.
    pub(super) fn remedy(self, text: impl Into<String>) -> Self {
        match self {
            Self::NeedsRoot => self,
            Self::Other { why, .. } => Self::Other { why, remedy: Some(text.into()) },
        }
    }

    /// Says which place it is about.
    pub(super) fn about(self, place: &str) -> Self {
        match self {
            Self::NeedsRoot => self,
            Self::Other { why, remedy } => Self::Other { why: format!("{place}: {why}"), remedy },
        }
    }
}

impl From<super::CliError> for Problem {
    fn from(error: super::CliError) -> Self {
        Self::Other { why: error.message, remedy: error.hint }
    }
}

/// One place that programs take their roots from.
pub(super) trait TrustStore {
    /// What kind it is.
    fn kind(&self) -> Kind;

    /// Where it is, for people.
    fn location(&self) -> String;

    /// Asks what it says of an anchor.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn look(&self, anchor: &Anchor, runner: &mut Runner<'_>) -> Result<Presence, Problem>;

    /// What makes it trust the anchor, which it does not yet.
    ///
    /// # Errors
    /// When that would undo what somebody else meant.
    fn install(&self, anchor: &Anchor, presence: &Presence) -> Result<Vec<Step>, Problem>;

    /// What takes the entries away that certwright made.
    fn uninstall(&self, anchor: &Anchor, presence: &Presence) -> Vec<Step>;

    /// Says better what to do when a step failed.
    fn explain(&self, problem: Problem) -> Problem {
        problem
    }

    /// Whether this process may not change it.
    fn needs_root(&self) -> bool;

    /// Whether it is made from the system store, which is changed instead.
    fn follows_system(&self) -> bool {
        false
    }
}
