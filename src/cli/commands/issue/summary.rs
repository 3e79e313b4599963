//! What became of a batch, for people and as JSON.

use std::fmt;

use serde::Serialize;

use crate::cli::{CliError, Exit};
use crate::x509::escape;

/// How many refused lines are told in an error.
const TOLD: usize = 20;

/// `certwright/issue-batch/1`.
#[derive(Debug, Default, Serialize)]
pub(super) struct BatchReport {
    pub(super) certificates: Vec<Issued>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) refused: Vec<Refused>,
    /// How many were issued.
    #[serde(skip)]
    pub(super) count: usize,
    /// How many have no directory.
    #[serde(skip)]
    pub(super) packed: usize,
    /// How many reports had remarks.
    #[serde(skip)]
    pub(super) remarks: usize,
}

/// A certificate that was issued.
#[derive(Debug, Serialize)]
pub(super) struct Issued {
    pub(super) line: u64,
    pub(super) lineage: String,
    pub(super) serial: String,
    pub(super) not_after: String,
    /// Where its files are; none where the key is in a pack and no directory was named.
    pub(super) directory: Option<String>,
}

/// A line whose certificate was there.
#[derive(Debug, Serialize)]
pub(super) struct Skipped {
    pub(super) line: u64,
    pub(super) lineage: String,
    pub(super) serial: String,
}

/// A line that cannot be issued.
#[derive(Debug, Serialize)]
pub(in crate::cli::commands) struct Refused {
    pub(super) line: u64,
    pub(super) name: Option<String>,
    #[serde(serialize_with = "Exit::as_status")]
    pub(super) exit: Exit,
    pub(super) why: String,
    #[serde(skip)]
    hint: Option<String>,
}

impl Refused {
    pub(super) fn new(line: u64, name: String, error: CliError) -> Self {
        let name = Some(name).filter(|name| !name.is_empty());
        Self { line, name, exit: error.exit, why: error.message, hint: error.hint }
    }
}

impl fmt::Display for Refused {
    /// `line 7 (www.corp.test): …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(name) = &self.name {
            write!(f, " ({})", escape(&name.chars().take(60).collect::<String>()))?;
        }
        write!(f, ": {}", self.why)
    }
}

impl BatchReport {
    /// The whole in one sentence.
    pub(super) fn sentence(&self, file: &str) -> String {
        if self.count == 0 && self.skipped.is_empty() && self.refused.is_empty() {
            return format!("there is nothing to issue in {file}");
        }
        let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
        let mut text = format!("issued {} from {file}", count(self.count, "certificate"));
        if !self.skipped.is_empty() {
            text.push_str(&format!("; {} there already", count(self.skipped.len(), "line")));
        }
        if !self.refused.is_empty() {
            text.push_str(&format!("; {} refused", count(self.refused.len(), "line")));
        }
        text
    }
}

/// The error for lines that cannot be issued. Its exit status is that of the first, whose hint it takes over.
pub(super) fn refusal(file: &str, refused: &[Refused], lines: usize) -> CliError {
    let mut message = match refused {
        [only] => format!("{file}: {only}"),
        _ => format!("{file}: {} of {lines} lines cannot be issued", refused.len()),
    };
    if refused.len() > 1 {
        message.extend(refused.iter().take(TOLD).map(|refused| format!("\n{refused}")));
        if refused.len() > TOLD {
            message.push_str(&format!("\nand {} more", refused.len() - TOLD));
        }
    }
    let first = refused.first();
    let hint = first.and_then(|first| first.hint.as_deref()).filter(|hint| !hint.contains("nothing was"));
    let hint = hint.map(|hint| format!("; {hint}")).unwrap_or_default();
    CliError {
        exit: first.map_or(Exit::Failed, |first| first.exit),
        message,
        hint: Some(format!("nothing was signed; --keep-going issues the other lines{hint}")),
    }
}
