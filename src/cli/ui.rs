//! Output: stdout is data, stderr is talk.

mod document;
mod long_table;

use std::io::{self, Write};

use serde::Serialize;

use super::environment::{Environment, variable};
use super::progress::Progress;
use super::{CliError, table, text};

/// ANSI styles (ECMA-48 SGR) of the labels: bold red, yellow, cyan.
const ERROR: &str = "1;31";
const WARNING: &str = "33";
const HINT: &str = "36";

/// The two output streams and how to use them.
///
/// Everything that people read is made visible once more on its way out (`cli::text`), so foreign text never drives
/// the terminal. When the reader of stdout goes away (`certwright list | head -1`), the rest of the output is dropped and
/// the command goes on: what it does and its exit status never depend on who listens.
pub struct Ui {
    stdout: Box<dyn Write>,
    stderr: Box<dyn Write>,
    json: bool,
    quiet: bool,
    /// Whether stdout and stderr are terminals.
    terminals: (bool, bool),
    colour: bool,
    width: Option<u16>,
    /// Whether stdout's reader is gone.
    closed: bool,
    /// Whether a JSON document is on stdout.
    reported: bool,
}

impl Ui {
    /// Takes the output streams of an environment; what stays behind writes to nowhere.
    pub(super) fn new(environment: &mut Environment) -> Self {
        let (_, stdout, stderr) = environment.terminals;
        let dumb = variable(&environment.variables, "TERM").is_some_and(|term| term == "dumb");
        Self {
            stdout: std::mem::replace(&mut environment.stdout, Box::new(io::sink())),
            stderr: std::mem::replace(&mut environment.stderr, Box::new(io::sink())),
            json: false,
            quiet: false,
            terminals: (stdout, stderr),
            colour: !dumb && variable(&environment.variables, "NO_COLOR").is_none(),
            width: environment.width.filter(|_| stdout),
            closed: false,
            reported: false,
        }
    }

    pub(super) fn configure(&mut self, json: bool, quiet: bool) {
        self.json = json;
        self.quiet = quiet;
    }

    /// Writes a line of data to stdout; not when `--json` is on.
    ///
    /// # Errors
    /// When stdout cannot be written; a closed pipe is no error.
    pub fn line(&mut self, text: &str) -> Result<(), CliError> {
        if self.json { Ok(()) } else { self.data(format!("{}\n", text::visible(text)).as_bytes()) }
    }

    /// Writes raw bytes to stdout.
    ///
    /// # Errors
    /// As [`Ui::line`].
    pub fn data(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        if self.closed {
            return Ok(());
        }
        let written = self.stdout.write_all(bytes);
        self.settled(written)
    }

    /// Writes the command's JSON report to stdout when `--json` is on: `{"schema": "certwright/<name>/1", …}`. A command
    /// writes one report, and nothing else to stdout.
    ///
    /// # Errors
    /// As [`Ui::line`].
    pub fn json(&mut self, name: &str, report: &impl Serialize) -> Result<(), CliError> {
        self.document(name, report, true)
    }

    /// As [`Ui::json`], on a single line: for a command that goes on, and whose reader must not wait for the end.
    ///
    /// # Errors
    /// As [`Ui::line`].
    pub fn json_line(&mut self, name: &str, report: &impl Serialize) -> Result<(), CliError> {
        self.document(name, report, false)
    }

    /// Says something on stderr, for people; not with `--quiet`.
    pub fn say(&mut self, text: &str) {
        if !self.quiet {
            self.talk(&text::visible(text));
        }
    }

    /// Warns on stderr: `warning: …`, also with `--quiet`.
    pub fn warn(&mut self, text: &str) {
        let label = self.coloured(WARNING, "warning:");
        self.talk(&format!("{label} {}", text::visible_message(text)));
    }

    /// Whether JSON is asked for.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether `--quiet` is on.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether stdout is a terminal.
    pub fn is_terminal(&self) -> bool {
        self.terminals.0
    }

    /// Whether the reader of stdout is gone, so that a long listing may stop.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// A progress bar on stderr, shown only on a terminal and for work that takes long.
    pub fn progress(&self, total: u64, what: &str) -> Progress {
        Progress::new(total, what, self.draws_progress())
    }

    /// Whether progress bars are drawn.
    pub(super) fn draws_progress(&self) -> bool {
        self.terminals.1 && !self.quiet
    }

    /// Prints a table that fits the terminal (whole lines when stdout is no terminal); nothing at all without rows or
    /// when `--json` is on.
    ///
    /// # Errors
    /// As [`Ui::line`].
    pub fn table(&mut self, header: &[&str], rows: Vec<Vec<String>>) -> Result<(), CliError> {
        if rows.is_empty() || self.json { Ok(()) } else { self.line(&table::render(header, &rows, self.width)) }
    }

    /// Tells an error: for people on stderr, and with `--json` as the one document on stdout unless there is one already.
    pub(super) fn error(&mut self, error: &CliError) {
        let label = self.coloured(ERROR, "error:");
        self.talk(&format!("{label} {}", text::visible_message(&error.message)));
        if let Some(hint) = &error.hint {
            let label = self.coloured(HINT, "hint:");
            self.talk(&format!("  {label} {}", text::visible_message(hint).replace('\n', "\n  ")));
        }
        self.error_document(error);
    }

    /// The part of [`Ui::error`] for scripts.
    pub(super) fn error_document(&mut self, error: &CliError) {
        if self.json && !self.reported {
            // Whether or not stdout can be written, the exit status tells of the failure.
            let _ = self.json("error", &ErrorReport::from(error));
        }
    }

    /// Writes what clap says: help and the version are data; an error may quote what was typed, so it is made visible.
    pub(super) fn help(&mut self, error: &clap::Error) -> Result<(), CliError> {
        let text = error.render();
        if error.use_stderr() {
            let text = text::visible(text.to_string().trim_end());
            let line = match text.strip_prefix("error:") {
                Some(rest) => self.coloured(ERROR, "error:") + rest,
                None => text,
            };
            self.talk(&line);
            return Ok(());
        }
        let text = if self.terminals.0 && self.colour { text.ansi().to_string() } else { text.to_string() };
        self.data(format!("{}\n", text.trim_end()).as_bytes())
    }

    /// Hands everything written to the operating system.
    pub(super) fn flush(&mut self) -> Result<(), CliError> {
        if self.closed {
            return Ok(());
        }
        let flushed = self.stdout.flush();
        self.settled(flushed)
    }

    fn settled(&mut self, result: io::Result<()>) -> Result<(), CliError> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            result => result.map_err(|error| CliError::lost_output(&error)),
        }
    }

    /// Writes a line to stderr. Data goes first, so that both appear in order on a shared terminal. Where stderr is gone
    /// there is nobody left to tell.
    fn talk(&mut self, line: &str) {
        if !self.closed {
            let _ = self.stdout.flush();
        }
        let _ = self.stderr.write_all(format!("{line}\n").as_bytes());
        let _ = self.stderr.flush();
    }

    fn coloured(&self, code: &str, label: &str) -> String {
        if self.terminals.1 && self.colour { format!("\u{1b}[{code}m{label}\u{1b}[0m") } else { label.to_owned() }
    }
}

/// `certwright/error/1`.
#[derive(Serialize)]
struct ErrorReport<'a> {
    error: ErrorBody<'a>,
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    exit: u8,
    kind: &'static str,
    message: &'a str,
    hint: Option<&'a str>,
}

impl<'a> From<&'a CliError> for ErrorReport<'a> {
    fn from(error: &'a CliError) -> Self {
        let hint = error.hint.as_deref();
        Self { error: ErrorBody { exit: error.exit as u8, kind: error.exit.name(), message: &error.message, hint } }
    }
}
