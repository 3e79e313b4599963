//! Output: stdout is data, stderr is talk.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use serde::Serialize;

use super::environment::{Environment, variable};
use super::progress::Progress;
use super::{CliError, table, text};
use crate::ca::in_parallel;

/// How much of a long output is written at once.
const PIECE: usize = 64 * 1024;
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

/// Takes the cells of a row.
pub(super) type TakeRow<'a> = dyn FnMut(&[Cow<'_, str>]) + 'a;

/// Hands the cells of the row with a number to whom takes them.
pub(super) type GiveRow<'a> = dyn Fn(usize, &mut TakeRow<'_>) -> Result<(), CliError> + Sync + 'a;

/// How many rows of a long table are laid out by one thread before the next take their turn, and how many such parts at once.
const ROWS: usize = 1 << 14;
const PARTS: usize = 8;

/// Writes JSON in pieces: a report may be longer than anybody wants in memory.
struct JsonWriter<'a> {
    ui: &'a mut Ui,
    text: Vec<u8>,
    failure: Option<CliError>,
}

impl Write for JsonWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    // The serializer calls it for every few characters.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.text.extend_from_slice(bytes);
        // Never in the middle of a character.
        if self.text.len() >= PIECE && std::str::from_utf8(&self.text).is_ok() {
            if let Err(error) = self.ui.json_text(&self.text) {
                self.failure = Some(error);
                return Err(io::ErrorKind::Other.into());
            }
            self.text.clear();
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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

    fn document(&mut self, name: &str, report: &impl Serialize, pretty: bool) -> Result<(), CliError> {
        if !self.json {
            return Ok(());
        }
        self.reported = true;
        let document = Document { schema: format!("certwright/{name}/1"), report };
        let mut out = JsonWriter { ui: self, text: Vec::new(), failure: None };
        let result = if pretty {
            serde_json::to_writer_pretty(&mut out, &document)
        } else {
            serde_json::to_writer(&mut out, &document)
        };
        let JsonWriter { text, failure, .. } = out;
        if let Some(error) = failure {
            return Err(error);
        }
        result.map_err(|error| CliError::failed(format!("the report {name} cannot be written as JSON: {error}")))?;
        self.json_text(&text)?;
        self.data(b"\n")
    }

    fn json_text(&mut self, text: &[u8]) -> Result<(), CliError> {
        let json = String::from_utf8_lossy(text);
        self.data(text::visible_json(&json).as_bytes())
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

    /// Prints a table as [`Ui::table`] does, of rows that are not in memory all at once: `row` is asked for each of them twice, from
    /// any thread.
    ///
    /// # Errors
    /// As [`Ui::line`]; what `row` gives.
    pub(in crate::cli) fn long_table(
        &mut self,
        header: &[&str],
        count: usize,
        row: &GiveRow<'_>,
    ) -> Result<(), CliError> {
        if self.json {
            return Ok(());
        }
        let parts: Vec<Range<usize>> =
            (0..count).step_by(ROWS).map(|from| from..count.min(from.saturating_add(ROWS))).collect();
        let mut columns = table::Columns::new(header);
        let fit = |mut part: Range<usize>| {
            let mut columns = table::Columns::new(header);
            part.try_for_each(|number| row(number, &mut |cells| columns.fit(cells)))?;
            Ok::<_, CliError>(columns)
        };
        in_parallel(parts.clone(), fit)?.iter().for_each(|part| columns.widen(part));
        if let Some(width) = self.width {
            columns.limit(width);
        }
        let mut text = String::new();
        let header: Vec<Cow<'_, str>> = header.iter().map(|title| Cow::Borrowed(*title)).collect();
        columns.line(&header, &mut text);
        self.data(text.as_bytes())?;
        let lay_out = |mut part: Range<usize>| {
            let mut text = String::new();
            part.try_for_each(|number| row(number, &mut |cells| columns.line(cells, &mut text)))?;
            Ok::<_, CliError>(text)
        };
        for parts in parts.chunks(PARTS) {
            in_parallel(parts.to_vec(), lay_out)?.iter().try_for_each(|text| self.data(text.as_bytes()))?;
        }
        Ok(())
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

/// A report under its schema's name.
#[derive(Serialize)]
struct Document<'a, T: Serialize> {
    schema: String,
    #[serde(flatten)]
    report: &'a T,
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
