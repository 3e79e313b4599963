//! TOML.

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mark::{Mark, Place};
use super::{MAX_DEPTH, MAX_VALUES};

pub(super) fn read(text: &str) -> Result<(Value, Mark), String> {
    let places = Places::of(text);
    let table = DeTable::parse(text).map_err(|error| {
        let (line, column) = error.span().map_or((1, 1), |span| places.at(span.start));
        format!("line {line}, column {column}: {}", crate::x509::escape(error.message()))
    })?;
    let mut reader = Reader { places, left: MAX_VALUES };
    reader.table(table.get_ref(), (1, 1), 0)
}

/// Finds lines and columns without counting from the beginning for each.
struct Places<'a> {
    text: &'a str,
    /// Here and there an offset with its place: every line's start, and more of them in a long line.
    marks: Vec<(usize, Place)>,
}

impl<'a> Places<'a> {
    fn of(text: &'a str) -> Self {
        const STEP: usize = 256;
        let mut marks = vec![(0, (1, 1))];
        let (mut line, mut column, mut last) = (1, 1, 0);
        for (at, character) in text.char_indices() {
            if at - last >= STEP {
                marks.push((at, (line, column)));
                last = at;
            }
            column += 1;
            if character == '\n' {
                (line, column, last) = (line + 1, 1, at + 1);
                marks.push((last, (line, column)));
            }
        }
        Self { text, marks }
    }

    fn at(&self, at: usize) -> Place {
        let mark = self.marks.partition_point(|(mark, _)| *mark <= at).saturating_sub(1);
        let (mark, (line, column)) = self.marks.get(mark).copied().unwrap_or((0, (1, 1)));
        (line, column + self.text.get(mark..at).unwrap_or_default().chars().count())
    }
}

struct Reader<'a> {
    places: Places<'a>,
    left: usize,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>, at: Place, depth: usize) -> Result<(Value, Mark), String> {
        let (mut map, mut marks) = (Map::new(), Vec::new());
        for (key, value) in table {
            let name = key.get_ref().as_ref().to_owned();
            let (value, mark) = self.value(value, depth + 1)?;
            marks.push((name.clone(), self.places.at(key.span().start), mark));
            map.insert(name, value);
        }
        Ok((map.into(), Mark::map(at, marks)))
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, depth: usize) -> Result<(Value, Mark), String> {
        let at = self.places.at(value.span().start);
        let refuse = |why: &str| Err(format!("line {}, column {}: {why}", at.0, at.1));
        if depth > MAX_DEPTH {
            return refuse("nested too deep");
        }
        let Some(left) = self.left.checked_sub(1) else { return refuse("it has too many values") };
        self.left = left;
        let scalar = match value.get_ref() {
            DeValue::Table(table) => return self.table(table, at, depth),
            DeValue::Array(items) => {
                let (mut list, mut marks) = (Vec::new(), Vec::new());
                for item in items {
                    let (value, mark) = self.value(item, depth + 1)?;
                    list.push(value);
                    marks.push(mark);
                }
                return Ok((list.into(), Mark::list(at, marks)));
            }
            DeValue::Boolean(value) => (*value).into(),
            DeValue::String(text) => text.as_ref().into(),
            DeValue::Datetime(instant) => instant.to_string().into(),
            DeValue::Float(number) => number.as_str().into(),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => number.into(),
                Err(_) => number.as_str().into(),
            },
        };
        Ok((scalar, Mark::scalar(at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_that_counting_gives() {
        let text = format!("a = 1\r\nü = \"é\"\n\nlong = [{}]\n[x]", "\"äö\", ".repeat(500));
        let places = Places::of(&text);
        for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
            assert_eq!(places.at(at), crate::notation::line_column(&text.as_bytes()[..at]), "{at}");
        }
    }
}
