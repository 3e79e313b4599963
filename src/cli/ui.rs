//! Output: stdout is data, stderr is talk.

use serde::Serialize;

use super::CliError;

/// The two output streams and how to use them.
pub struct Ui {}

impl Ui {
    /// Writes a line of data to stdout; not when `--json` is on.
    ///
    /// # Errors
    /// When stdout is gone; a closed pipe ends the process quietly.
    pub fn line(&mut self, text: &str) -> Result<(), CliError> {
        let _ = text;
        todo!()
    }

    /// Writes raw bytes to stdout.
    ///
    /// # Errors
    /// When stdout is gone.
    pub fn data(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        let _ = bytes;
        todo!()
    }

    /// Writes the command's JSON report to stdout when `--json` is on: `{"schema": "certwright/<name>/1", …}`.
    ///
    /// # Errors
    /// When stdout is gone.
    pub fn json(&mut self, name: &str, report: &impl Serialize) -> Result<(), CliError> {
        let _ = (name, report);
        todo!()
    }

    /// Says something on stderr, for people; not with `--quiet`.
    pub fn say(&mut self, text: &str) {
        let _ = text;
        todo!()
    }

    /// Warns on stderr: `warning: …`, also with `--quiet`.
    pub fn warn(&mut self, text: &str) {
        let _ = text;
        todo!()
    }

    /// Whether JSON is asked for.
    pub fn is_json(&self) -> bool {
        todo!()
    }

    /// A progress bar on stderr, shown only on a terminal and for work that takes long.
    pub fn progress(&self, total: u64, what: &str) -> Progress {
        let _ = (total, what);
        todo!()
    }

    /// Prints a table that fits the terminal (whole lines when stdout is no terminal).
    ///
    /// # Errors
    /// When stdout is gone.
    pub fn table(&mut self, header: &[&str], rows: Vec<Vec<String>>) -> Result<(), CliError> {
        let _ = (header, rows);
        todo!()
    }
}

/// A progress bar; `Sync`, so that workers can tick it.
pub struct Progress {}

impl Progress {
    /// One more is done.
    pub fn tick(&self) {
        todo!()
    }
}
