//! YAML 1.2: one document, the core schema, aliases within a limit, and the merge key `<<` of YAML 1.1, which many files use.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};
use serde_json::{Map, Value};

use super::mark::{Mark, Place};
use super::{MAX_DEPTH, MAX_VALUES};

pub(super) fn read(text: &str) -> Result<(Value, Mark), String> {
    let mut reader = Reader { parser: Parser::new_from_str(text), anchors: HashMap::new(), left: MAX_VALUES };
    let mut found = None;
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamEnd => break,
            Event::DocumentStart(_) if found.is_some() => {
                return Err(at(place(&span), "a second document begins, and a manifest is one"));
            }
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            event => found = Some(reader.value(event, &span, 0)?),
        }
    }
    let node = found.unwrap_or_else(|| Node { value: Value::Null, mark: Mark::scalar((1, 1)), values: 1 });
    // An empty file describes nothing, as an empty object does.
    let value = if node.value.is_null() { Value::Object(Map::new()) } else { node.value };
    Ok((value, node.mark))
}

#[derive(Clone)]
struct Node {
    value: Value,
    mark: Mark,
    /// How many values are in it, itself included.
    values: usize,
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    anchors: HashMap<usize, Node>,
    left: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), String> {
        let wrong = |error: &ScanError| {
            let marker = error.marker();
            at((marker.line(), marker.col() + 1), &crate::x509::escape(error.info()))
        };
        match self.parser.next_event() {
            Some(Ok(found)) => Ok(found),
            Some(Err(error)) => Err(wrong(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn value(&mut self, event: Event<'a>, span: &Span, depth: usize) -> Result<Node, String> {
        let here = place(span);
        if depth > MAX_DEPTH {
            return Err(at(here, &format!("nested deeper than {MAX_DEPTH} levels")));
        }
        let (node, anchor) = match event {
            Event::Alias(id) => {
                let known = self.anchors.get(&id).ok_or_else(|| at(here, "the alias stands for nothing before it"))?;
                let node = known.clone();
                self.count(node.values, here)?;
                return Ok(node);
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.count(1, here)?;
                let value = scalar(&text, style, tag.as_deref()).map_err(|why| at(here, &why))?;
                (Node { value, mark: Mark::scalar(here), values: 1 }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                no_tag(tag.as_deref()).map_err(|why| at(here, &why))?;
                (self.list(here, depth)?, anchor)
            }
            Event::MappingStart(anchor, tag) => {
                no_tag(tag.as_deref()).map_err(|why| at(here, &why))?;
                (self.map(here, depth)?, anchor)
            }
            _ => return Err(at(here, "a value is expected")),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, here: Place, depth: usize) -> Result<Node, String> {
        self.count(1, here)?;
        let (mut list, mut marks, mut values) = (Vec::new(), Vec::new(), 1);
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(Node { value: list.into(), mark: Mark::list(here, marks), values });
            }
            let node = self.value(event, &span, depth + 1)?;
            values += node.values;
            list.push(node.value);
            marks.push(node.mark);
        }
    }

    fn map(&mut self, here: Place, depth: usize) -> Result<Node, String> {
        self.count(1, here)?;
        let (mut map, mut marks, mut values) = (Map::new(), Vec::new(), 1);
        let mut merged = Vec::new();
        loop {
            let (event, span) = self.next()?;
            let (key, key_place, style) = match event {
                Event::MappingEnd => {
                    merge(merged, &mut map);
                    return Ok(Node { value: map.into(), mark: Mark::map(here, marks), values });
                }
                Event::Scalar(text, style, ..) => (text.into_owned(), place(&span), style),
                _ => return Err(at(place(&span), "a key is a word")),
            };
            if key == "<<" && style == ScalarStyle::Plain {
                let (event, span) = self.next()?;
                let node = self.value(event, &span, depth + 1)?;
                values += node.values;
                merged.extend(maps(node).ok_or_else(|| at(key_place, "only maps can be merged"))?);
                continue;
            }
            if map.contains_key(&key) {
                let why = format!("the key \"{}\" stands here twice", crate::x509::escape(&key));
                return Err(at(key_place, &why));
            }
            let (event, span) = self.next()?;
            let node = self.value(event, &span, depth + 1)?;
            values += node.values;
            marks.push((key.clone(), key_place, node.mark));
            map.insert(key, node.value);
        }
    }

    fn count(&mut self, values: usize, here: Place) -> Result<(), String> {
        self.left = self.left.checked_sub(values).ok_or_else(|| at(here, "it has too many values"))?;
        Ok(())
    }
}

/// The maps that a merge key names: one, or a list of them.
fn maps(node: Node) -> Option<Vec<Map<String, Value>>> {
    match node.value {
        Value::Object(map) => Some(vec![map]),
        Value::Array(list) => {
            let map = |value| match value {
                Value::Object(map) => Some(map),
                _ => None,
            };
            list.into_iter().map(map).collect()
        }
        _ => None,
    }
}

/// Adds what is not said: the earlier of several maps goes before the later. What is wrong with one is shown where it is merged.
fn merge(merged: Vec<Map<String, Value>>, map: &mut Map<String, Value>) {
    for (key, value) in merged.into_iter().flatten() {
        if !map.contains_key(&key) {
            map.insert(key, value);
        }
    }
}

/// A scalar by the core schema (YAML 1.2.2 §10.3), but that numbers which are no plain decimal stay text: `1e5` is a serial.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    match tag {
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => return Ok(text.into()),
        tag => no_tag(tag)?,
    }
    if style != ScalarStyle::Plain {
        return Ok(text.into());
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_decimal = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => true.into(),
        "false" | "False" | "FALSE" => false.into(),
        _ if is_decimal && digits.len() <= 18 => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
        _ => text.into(),
    })
}

fn no_tag(tag: Option<&Tag>) -> Result<(), String> {
    match tag {
        None => Ok(()),
        Some(tag) => Err(format!("the tag {} is not known here", crate::x509::escape(&tag.to_string()))),
    }
}

fn place(span: &Span) -> Place {
    (span.start.line(), span.start.col() + 1)
}

fn at((line, column): Place, why: &str) -> String {
    format!("line {line}, column {column}: {why}")
}
