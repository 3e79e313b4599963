//! TOML.

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mark::{Mark, Place};
use super::{MAX_DEPTH, MAX_VALUES};

pub(super) fn read(text: &str) -> Result<(Value, Mark), String> {
    let table = DeTable::parse(text).map_err(|error| {
        let (line, column) = error.span().map_or((1, 1), |span| place(text, span.start));
        format!("line {line}, column {column}: {}", crate::x509::escape(error.message()))
    })?;
    let mut reader = Reader { text, left: MAX_VALUES };
    reader.table(table.get_ref(), (1, 1), 0)
}

fn place(text: &str, at: usize) -> Place {
    crate::notation::line_column(text.as_bytes().get(..at).unwrap_or_default())
}

struct Reader<'a> {
    text: &'a str,
    left: usize,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>, at: Place, depth: usize) -> Result<(Value, Mark), String> {
        let (mut map, mut marks) = (Map::new(), Vec::new());
        for (key, value) in table {
            let name = key.get_ref().as_ref().to_owned();
            let (value, mark) = self.value(value, depth + 1)?;
            marks.push((name.clone(), place(self.text, key.span().start), mark));
            map.insert(name, value);
        }
        Ok((map.into(), Mark::map(at, marks)))
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, depth: usize) -> Result<(Value, Mark), String> {
        let at = place(self.text, value.span().start);
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
