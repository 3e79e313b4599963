//! JSON documents.

use std::io::{self, Write};

use serde::Serialize;

use super::Ui;
use crate::cli::{CliError, text};

/// How much of a long output is written at once.
const PIECE: usize = 64 * 1024;
/// A report under its schema's name.
#[derive(Serialize)]
struct Document<'a, T: Serialize> {
    schema: String,
    #[serde(flatten)]
    report: &'a T,
}

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
    pub(super) fn document(&mut self, name: &str, report: &impl Serialize, pretty: bool) -> Result<(), CliError> {
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
}
