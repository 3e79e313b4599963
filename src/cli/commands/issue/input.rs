//! The file of a batch: JSON Lines or CSV, a certificate a line.

use std::io::Read;
use std::path::Path;

use clap::ValueEnum;

use super::fields::{Field, Fields, shortened};
use crate::x509::escape;

/// How a batch is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum BatchFormat {
    /// One JSON object a line
    Jsonl,
    /// Comma, semicolon or tab separated, with a first line of names
    Csv,
}

impl BatchFormat {
    /// What a file's name says.
    pub(super) fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" | "tsv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            _ => None,
        }
    }
}

/// Longest line, in bytes: a thousand of the longest names fit.
const MAX_LINE: usize = 1 << 20;
/// Most columns, of which each variable of a profile has one.
const MAX_COLUMNS: usize = 1000;

/// A batch that was read, not yet taken apart.
pub(super) struct Input<'a> {
    text: &'a str,
    format: BatchFormat,
    /// Of CSV: what the columns are, and what separates them.
    columns: Vec<Field>,
    delimiter: u8,
}

/// A line as it stands in the file.
pub(super) enum Raw<'a> {
    Json(&'a str),
    Csv(csv::StringRecord),
}

impl<'a> Input<'a> {
    /// Takes a file's bytes; of CSV the first line is read, which names the columns.
    ///
    /// # Errors
    /// What is wrong, with the line where it is one.
    pub(super) fn new(bytes: &'a [u8], format: BatchFormat) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
            format!("line {line}: not UTF-8 text")
        })?;
        // Spreadsheets begin their UTF-8 with a byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // No value goes on in the next line, so this bounds what any of them takes.
        if let Some((number, _)) = (1..).zip(text.lines()).find(|(_, line)| line.len() > MAX_LINE) {
            return Err(format!("line {number}: it is longer than {MAX_LINE} bytes"));
        }
        let mut input = Self { text, format, columns: Vec::new(), delimiter: b',' };
        if format == BatchFormat::Csv {
            let mut lines = (1..).zip(text.lines());
            let header = lines.find(|(_, line)| !line.is_empty() && !line.starts_with('#'));
            let Some((number, header)) = header else { return Ok(input) };
            input.delimiter = *b",;\t".iter().find(|byte| header.as_bytes().contains(byte)).unwrap_or(&b',');
            input.columns = input.read_columns().map_err(|why| format!("line {number}: {why}"))?;
        }
        Ok(input)
    }

    /// Cells come as they are: cutting spaces off would hide a line end in one. A line end follows the text, so that a quote
    /// that nothing closes takes in at least this one.
    fn reader(&self) -> csv::Reader<impl Read + use<'a>> {
        let mut builder = csv::ReaderBuilder::new();
        let text = self.text.as_bytes().chain(b"\n".as_slice());
        builder.delimiter(self.delimiter).comment(Some(b'#')).flexible(true).has_headers(true).from_reader(text)
    }

    fn read_columns(&self) -> Result<Vec<Field>, String> {
        let mut reader = self.reader();
        let header = reader.headers().map_err(|error| escape(&error.to_string()))?;
        if header.len() > MAX_COLUMNS {
            return Err(format!("{} columns, at most {MAX_COLUMNS} are taken", header.len()));
        }
        let mut columns = Vec::with_capacity(header.len());
        for name in &one_line(header.clone())? {
            let field = Field::of_column(name)?;
            if columns.contains(&field) {
                return Err(format!("the column \"{}\" is there twice", shortened(name)));
            }
            columns.push(field);
        }
        if !columns.contains(&Field::Name) {
            return Err("there is no column \"name\"; the first line names the columns".to_owned());
        }
        Ok(columns)
    }

    /// The lines with their numbers, from 1; blank ones and, in CSV, those that begin with # are left out. A line that cannot be
    /// told from the next ends them.
    pub(super) fn lines(&self) -> Box<dyn Iterator<Item = (u64, Result<Raw<'a>, String>)> + 'a> {
        match self.format {
            BatchFormat::Jsonl => {
                let lines = (1..).zip(self.text.lines()).filter(|(_, line)| !line.trim().is_empty());
                Box::new(lines.map(|(number, line)| (number, Ok(Raw::Json(line)))))
            }
            BatchFormat::Csv => {
                let (mut reader, mut ended) = (self.reader(), false);
                let columns = self.columns.len();
                let mut count = LineCount { text: self.text.as_bytes(), at: 0, line: 1 };
                Box::new(std::iter::from_fn(move || {
                    let mut record = csv::StringRecord::new();
                    if ended {
                        return None;
                    }
                    match reader.read_record(&mut record) {
                        Ok(false) => None,
                        Ok(true) => Some((count.of(record.position()), row(record, columns).map(Raw::Csv))),
                        Err(error) => {
                            ended = true;
                            Some((count.of(error.position()), Err(escape(&error.to_string()))))
                        }
                    }
                }))
            }
        }
    }

    /// Takes a line apart.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn fields(&self, raw: &Raw<'_>) -> Result<Fields, String> {
        match raw {
            Raw::Json(line) => serde_json::from_str(line).map_err(|error| json_fault(&error)),
            Raw::Csv(record) => {
                let mut fields = Fields::default();
                let cells = self.columns.iter().zip(record).filter(|(_, text)| !text.is_empty());
                for (column, text) in cells {
                    match (column, fields.slot(column)) {
                        (_, Some(slot)) => *slot = Some(text.to_owned()),
                        (Field::Variable(name), None) => {
                            fields.set.insert(name.clone(), text.to_owned());
                        }
                        (_, None) => fields.names = text.split_whitespace().map(str::to_owned).collect(),
                    }
                }
                Ok(fields)
            }
        }
    }
}

/// Counts lines up to where a record begins; the parser takes the line ends and comments before it as a part of it.
struct LineCount<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl LineCount<'_> {
    fn of(&mut self, position: Option<&csv::Position>) -> u64 {
        let start = position.map_or(self.at, |position| usize::try_from(position.byte()).unwrap_or(usize::MAX));
        let mut start = start.min(self.text.len());
        loop {
            let rest = &self.text[start..];
            let skipped = match rest.first() {
                Some(b'\n' | b'\r') => 1,
                Some(b'#') => rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len()),
                _ => break,
            };
            start += skipped;
        }
        let passed = self.text.get(self.at..start).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.at = self.at.max(start);
        self.line
    }
}

/// The error without the line, which is always the first here.
fn json_fault(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let (what, place) = text.rsplit_once(" at line ").unwrap_or((&text, ""));
    match place.rsplit_once(" column ") {
        Some((_, column)) => format!("column {column}: {}", escape(what)),
        None => escape(what),
    }
}

/// A row with as many cells as there are columns, each of them on one line.
fn row(record: csv::StringRecord, columns: usize) -> Result<csv::StringRecord, String> {
    let record = one_line(record)?;
    match record.len() {
        cells if cells == columns => Ok(record),
        cells => Err(format!("it has {cells} cells, and the first line names {columns}; quote what holds a separator")),
    }
}

/// The cells without the spaces around them, none of which goes on in the next line: no value has one, and a quote that is
/// not closed would take the rest of the file for names.
fn one_line(mut record: csv::StringRecord) -> Result<csv::StringRecord, String> {
    if record.iter().any(|cell| cell.contains(['\n', '\r'])) {
        return Err("a quote is not closed on this line; no value goes on in the next".to_owned());
    }
    record.trim();
    Ok(record)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn read(text: &str, format: BatchFormat) -> Vec<(u64, Result<Fields, String>)> {
        let input = match Input::new(text.as_bytes(), format) {
            Ok(input) => input,
            Err(why) => return vec![(0, Err(why))],
        };
        input.lines().map(|(line, raw)| (line, raw.and_then(|raw| input.fields(&raw)))).collect()
    }

    fn fault(text: &str, format: BatchFormat) -> String {
        let found =
            read(text, format).into_iter().find_map(|(line, fields)| Some(format!("{line}: {}", fields.err()?)));
        found.expect("a fault")
    }

    #[test]
    fn both_formats_say_the_same() {
        let json = r#"{"name": "a.test", "names": ["b.test", "10.0.0.1"], "key": "ed25519", "set": {"team": "x y"}, "profile": null}

{"names": "b.test 10.0.0.1", "name": "a.test", "key": "ed25519", "set": {"team": "x y"}}"#;
        let csv = "name,names,key,set.team\r\na.test,b.test 10.0.0.1,ed25519,\"x y\"\r\n\r\n a.test , b.test  10.0.0.1,ed25519,x y\n";
        let (json, comma) = (read(json, BatchFormat::Jsonl), read(csv, BatchFormat::Csv));
        let expected = Fields {
            name: Some("a.test".to_owned()),
            names: vec!["b.test".to_owned(), "10.0.0.1".to_owned()],
            key: Some("ed25519".to_owned()),
            set: BTreeMap::from([("team".to_owned(), "x y".to_owned())]),
            ..Fields::default()
        };
        assert_eq!(json, [(1, Ok(expected.clone())), (3, Ok(expected.clone()))]);
        assert_eq!(comma, [(2, Ok(expected.clone())), (4, Ok(expected))]);
        for separator in [";", "\t"] {
            let other = read(&format!("\u{feff}{}", csv.replace(',', separator)), BatchFormat::Csv);
            assert_eq!(other, comma, "{separator:?}");
        }
    }

    #[test]
    fn lines_that_begin_with_a_hash_are_comments_in_csv() {
        let text = "# \"the fleet, 2026\n\nname;key\n# a note; \"with a quote\na.test;\n#\n# more\n\n\"# b\";\n#last";
        let names = |lines: Vec<(u64, Result<Fields, String>)>| -> Vec<(u64, String)> {
            lines.into_iter().map(|(line, fields)| (line, fields.unwrap().name.unwrap())).collect()
        };
        for text in [text.to_owned(), text.replace('\n', "\r\n")] {
            let read = names(read(&text, BatchFormat::Csv));
            assert_eq!(read, [(5, "a.test".to_owned()), (9, "# b".to_owned())]);
        }
        assert!(read("name\n# a note\n", BatchFormat::Csv).is_empty());
        assert!(fault("# a note", BatchFormat::Jsonl).starts_with("1: "));
    }

    #[test]
    fn what_is_misspelt_or_there_twice_is_told_with_its_line() {
        let json = |text: &str| fault(&format!("{{\"name\": \"a\"}}\n{text}"), BatchFormat::Jsonl);
        assert_eq!(json(r#"{"nmae": "a"}"#), "2: column 7: \"nmae\" is unknown: did you mean \"name\"?");
        assert!(json(r#"{"colour": "a"}"#).ends_with(
            "known are name, names, profile, authority, key, subject, validity, not_before, not_after, lineage, set"
        ));
        assert_eq!(json(r#"{"name": "a", "name": "b"}"#), "2: column 20: \"name\" is there twice");
        assert_eq!(json(r#"{"set": {"a": "1", "a": "2"}}"#), "2: column 28: the variable a is there twice");
        assert!(json(r#"["a"]"#).contains("expected a JSON object such as"), "{}", json(r#"["a"]"#));
        assert!(json(r#"{"name": 7}"#).contains("invalid type: integer `7`"));
        assert!(json("{\"name\": \"\u{1b}[2J\u{1b}\"}").contains("control character"));
        let csv = |text: &str| fault(text, BatchFormat::Csv);
        assert_eq!(csv("name,profil\na,b"), "0: line 1: \"profil\" is unknown: did you mean \"profile\"?");
        assert_eq!(csv("name,name\n"), "0: line 1: the column \"name\" is there twice");
        assert!(csv("names\na").contains("there is no column \"name\""));
        assert!(csv("name,set\n").contains("such as set.team"));
        assert!(csv("# a\n\nnmae\n").starts_with("0: line 3: \"nmae\" is unknown"));
        assert!(read("", BatchFormat::Csv).is_empty() && read("# a\n", BatchFormat::Csv).is_empty());
        assert_eq!(
            csv("name,key\na,b\nc\n"),
            "3: it has 1 cells, and the first line names 2; quote what holds a separator"
        );
    }

    #[test]
    fn a_quote_that_is_not_closed_takes_in_no_other_line() {
        let csv = |text: &str| fault(text, BatchFormat::Csv);
        let open = "a quote is not closed on this line; no value goes on in the next";
        // In the middle, closed by a later one, on the last line with and without its end, and where the cells do not add up.
        assert_eq!(csv("name,names\na,\"b\nc,d\ne,f\n"), format!("2: {open}"));
        assert_eq!(csv("name,names\na,b\nc,\"d\ne\"\nf,g\n"), format!("3: {open}"));
        assert_eq!(csv("name,names\r\na,b\r\nc,\"d\r\n"), format!("3: {open}"));
        assert_eq!(csv("name,names\na,b\nc,\"d"), format!("3: {open}"));
        assert_eq!(csv("name,names,key\na,\"b,ed25519\nc,d,\n"), format!("2: {open}"));
        assert_eq!(csv("name,names\na,\"b\rc\"\n"), format!("2: {open}"));
        assert_eq!(csv("name,\"names\na,b\n"), format!("0: line 1: {open}"));
        // A closed one does not stop the next lines from being read.
        let lines = read("name,names\na,\"b\nc\"\nd,\"e\"\"\"\n", BatchFormat::Csv);
        assert_eq!(lines.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 4]);
        assert!(lines[1].1.as_ref().is_ok_and(|fields| fields.names == ["e\""]));
    }

    #[test]
    fn lines_and_columns_have_a_limit() {
        let long = format!("{{\"name\": \"a\"}}\n{{\"name\": \"{}\"}}\n", "x".repeat(MAX_LINE));
        assert_eq!(fault(&long, BatchFormat::Jsonl), "0: line 2: it is longer than 1048576 bytes");
        let columns: String = (0..MAX_COLUMNS).map(|number| format!(",set.v{number}")).collect();
        assert_eq!(
            fault(&format!("name{columns}\n"), BatchFormat::Csv),
            "0: line 1: 1001 columns, at most 1000 are taken"
        );
    }

    #[test]
    fn other_encodings_are_refused_with_the_line() {
        let why = Input::new(b"name\na.test\nb\xe4.test\n", BatchFormat::Csv).err();
        assert_eq!(why.as_deref(), Some("line 3: not UTF-8 text"));
    }

    #[test]
    fn the_name_of_a_file_tells_its_format() {
        for (name, format) in [
            ("a.csv", Some(BatchFormat::Csv)),
            ("a.TSV", Some(BatchFormat::Csv)),
            ("a.jsonl", Some(BatchFormat::Jsonl)),
            ("a.ndjson", Some(BatchFormat::Jsonl)),
            ("a.json", None),
            ("-", None),
        ] {
            assert_eq!(BatchFormat::of(Path::new(name)), format, "{name}");
        }
    }
}
