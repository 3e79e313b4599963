//! Where in a JSON text a value stands.

use super::{Step, line_column};

/// Line and column, from 1, of the value at the end of the path in a valid JSON text. When the path leaves the text (a
/// missing key), the place of the innermost value that is there.
pub(crate) fn locate(json: &str, path: &[Step]) -> Option<(usize, usize)> {
    let mut scanner = Scanner { bytes: json.as_bytes(), at: 0 };
    scanner.skip_space();
    for step in path {
        let start = scanner.at;
        if !scanner.enter(step)? {
            scanner.at = start;
            break;
        }
    }
    Some(line_column(&json.as_bytes()[..scanner.at]))
}

/// Walks JSON that is known to be valid; `None` when it is not.
struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    /// Moves from the start of a value to the start of one inside it; false if there is none.
    fn enter(&mut self, step: &Step) -> Option<bool> {
        let open = self.peek()?;
        match (open, step) {
            (b'{', Step::Key(wanted)) => self.find(b'}', |scanner, _| {
                let start = scanner.at;
                scanner.skip_value()?;
                let key: String = serde_json::from_slice(&scanner.bytes[start..scanner.at]).ok()?;
                scanner.skip_space();
                scanner.at += 1;
                scanner.skip_space();
                Some(key == *wanted)
            }),
            (b'[', Step::Index(wanted)) => self.find(b']', |_, index| Some(index == *wanted)),
            _ => Some(false),
        }
    }

    /// Goes through the members up to the one that is wanted.
    fn find(&mut self, close: u8, wanted: impl Fn(&mut Self, usize) -> Option<bool>) -> Option<bool> {
        self.at += 1;
        for index in 0.. {
            self.skip_space();
            if self.peek()? == close {
                return Some(false);
            }
            if wanted(self, index)? {
                return Some(true);
            }
            self.skip_value()?;
            self.skip_space();
            if self.peek()? == b',' {
                self.at += 1;
            }
        }
        None
    }

    fn skip_value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => self.skip_string()?,
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                _ => {
                    let rest = &self.bytes[self.at..];
                    self.at += rest.iter().position(|byte| b",:]} \t\r\n".contains(byte)).unwrap_or(rest.len());
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    fn skip_string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some(())
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str =
        "{\n  \"a\\u0062\": [1, {\"x\\\"y\": \"}\"}, [] ,\n    \"ü\", true],\n  \"c\": {\"d\": {\"e\": null}}\n}";

    fn place(path: &[Step]) -> (usize, usize) {
        locate(JSON, path).unwrap()
    }

    #[test]
    fn finds_values_by_key_and_index() {
        let key = |text: &str| Step::Key(text.to_owned());
        assert_eq!(place(&[]), (1, 1));
        assert_eq!(place(&[key("ab")]), (2, 14));
        assert_eq!(place(&[key("ab"), Step::Index(1), key("x\"y")]), (2, 27));
        assert_eq!(place(&[key("ab"), Step::Index(3)]), (3, 5));
        assert_eq!(place(&[key("ab"), Step::Index(4)]), (3, 10));
        assert_eq!(place(&[key("c"), key("d"), key("e")]), (4, 20));
    }

    #[test]
    fn a_missing_key_is_shown_at_the_object_that_lacks_it() {
        let key = |text: &str| Step::Key(text.to_owned());
        assert_eq!(place(&[key("c"), key("nope"), key("e")]), (4, 8));
    }
}
