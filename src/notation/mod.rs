//! Files that people write: where in them something is wrong, and which word was meant.

#[cfg(test)]
pub(crate) mod fits;
pub(crate) mod json;
mod suggest;
mod tree;

use std::str::Utf8Error;

pub(crate) use suggest::{explain, hint, nearest};
pub(crate) use tree::decode;

/// A step from a JSON value to one inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// The value of a key.
    Key(String),
    /// The n-th element, from 0.
    Index(usize),
}

/// Something wrong with a value, and the way to it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    path: Vec<Step>,
    /// A key there that is wrong itself.
    key: Option<Step>,
    why: String,
}

impl Fault {
    /// A fault of the whole file.
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self { path: Vec::new(), key: None, why: why.into() }
    }

    /// The same fault, seen from the object around it.
    #[must_use]
    pub(crate) fn at(mut self, key: &str) -> Self {
        self.path.insert(0, Step::Key(key.to_owned()));
        self
    }

    /// The same fault, seen from the array around it.
    #[must_use]
    pub(crate) fn at_index(mut self, index: usize) -> Self {
        self.path.insert(0, Step::Index(index));
        self
    }

    /// `line 3, column 9: names.dns[0]: …`, given the JSON text that was read.
    pub(crate) fn describe(&self, json: &str) -> String {
        self.describe_at(json::locate(json, &self.path))
    }

    /// The way to what is wrong, and whether it ends at a key rather than at its value.
    pub(crate) fn place(&self) -> (Vec<Step>, bool) {
        (self.path.iter().chain(&self.key).cloned().collect(), self.key.is_some())
    }

    /// As [`Fault::describe`], where the line and column are known.
    pub(crate) fn describe_at(&self, place: Option<(usize, usize)>) -> String {
        let mut way = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) if way.is_empty() => way = crate::x509::escape(key),
                Step::Key(key) => way = format!("{way}.{}", crate::x509::escape(key)),
                Step::Index(index) => way = format!("{way}[{index}]"),
            }
        }
        let place = place.map(|(line, column)| format!("line {line}, column {column}: "));
        let way = if way.is_empty() { way } else { format!("{way}: ") };
        format!("{}{way}{}", place.unwrap_or_default(), self.why)
    }
}

/// The message for a file that is not UTF-8.
pub(crate) fn not_utf8(bytes: &[u8], error: &Utf8Error) -> String {
    let (line, column) = line_column(&bytes[..error.valid_up_to()]);
    format!("line {line}, column {column}: not UTF-8 text")
}

/// Line and column, from 1, of what follows these bytes.
pub(crate) fn line_column(before: &[u8]) -> (usize, usize) {
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    (line, 1 + String::from_utf8_lossy(&before[line_start..]).chars().count())
}

#[cfg(test)]
mod tests {
    use super::Fault;

    #[test]
    fn a_fault_says_the_way_to_it() {
        let fault = Fault::new("bad").at_index(1).at("ab");
        assert_eq!(fault.describe("{\n  \"ab\": [1, 2]\n}"), "line 2, column 13: ab[1]: bad");
    }
}
