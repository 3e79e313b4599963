//! Writing a description down, as a person would.

use serde_json::{Map, Value};

use super::Notation;

/// The order in which people want to read it.
const ORDER: [&str; 9] = [
    "$schema",
    "defaults",
    "settings",
    "profiles",
    "authorities",
    "certificates",
    "truststores",
    "crls",
    "revocations",
];

/// Writes a manifest; `comments` stand at its head where the notation has them.
pub fn write(manifest: &Value, notation: Notation, comments: &[String]) -> String {
    let mut text = String::new();
    if notation != Notation::Json {
        for comment in comments {
            text.push_str(&format!("# {}\n", crate::x509::escape(comment)));
        }
        if !comments.is_empty() {
            text.push('\n');
        }
    }
    let empty = Map::new();
    let map = manifest.as_object().unwrap_or(&empty);
    let known = ORDER.iter().filter_map(|key| map.get_key_value(*key));
    let rest = map.iter().filter(|(key, _)| !ORDER.contains(&key.as_str()));
    let ordered: Vec<(&String, &Value)> = known.chain(rest).collect();
    match notation {
        Notation::Json => {
            text.push_str(&serde_json::to_string_pretty(manifest).unwrap_or_default());
            text.push('\n');
        }
        Notation::Yaml => ordered.iter().for_each(|(key, value)| yaml_entry(&mut text, key, value, 0)),
        Notation::Toml => toml_tables(&mut text, &ordered),
    }
    text
}

/// A scalar or an inline list; JSON's strings are YAML's and TOML's as well.
fn scalar(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn yaml_entry(text: &mut String, key: &str, value: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    text.push_str(&format!("{indent}{}:", yaml_text(key)));
    yaml_value(text, value, depth);
}

/// What follows a colon.
fn yaml_value(text: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            text.push('\n');
            map.iter().for_each(|(key, value)| yaml_entry(text, key, value, depth + 1));
        }
        Value::Array(list) if list.iter().any(|item| item.is_object() || item.is_array()) => {
            text.push('\n');
            list.iter().for_each(|item| yaml_item(text, item, depth + 1));
        }
        Value::Array(list) => {
            let items: Vec<String> = list.iter().map(yaml_scalar).collect();
            text.push_str(&format!(" [{}]\n", items.join(", ")));
        }
        value => text.push_str(&format!(" {}\n", yaml_scalar(value))),
    }
}

fn yaml_item(text: &mut String, item: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    match item {
        Value::Object(map) if !map.is_empty() => {
            for (index, (key, value)) in map.iter().enumerate() {
                let lead = if index == 0 { "- " } else { "  " };
                text.push_str(&format!("{indent}{lead}{}:", yaml_text(key)));
                yaml_value(text, value, depth + 1);
            }
        }
        // JSON is YAML, and rare here.
        item => text.push_str(&format!("{indent}- {}\n", scalar(item))),
    }
}

fn yaml_scalar(value: &Value) -> String {
    match value {
        Value::String(string) => yaml_text(string),
        value => scalar(value),
    }
}

/// A text without quotes where nobody could take it for something else.
fn yaml_text(string: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/' | '-' | '@');
    let is_plain = string.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && string.chars().all(plain)
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
            .contains(&string.to_ascii_lowercase().as_str());
    if is_plain { string.to_owned() } else { scalar(&Value::from(string)) }
}

fn toml_tables(text: &mut String, entries: &[(&String, &Value)]) {
    for (key, value) in entries {
        match value {
            // A table for each authority and certificate.
            Value::Object(map) if !map.is_empty() && map.values().all(Value::is_object) => {
                for (name, one) in map {
                    text.push_str(&format!("[{}.{}]\n", toml_key(key), toml_key(name)));
                    toml_entries(text, one);
                }
            }
            Value::Object(map) => {
                if !map.is_empty() {
                    text.push_str(&format!("[{}]\n", toml_key(key)));
                    toml_entries(text, value);
                }
            }
            Value::Array(list) => {
                for item in list {
                    text.push_str(&format!("[[{}]]\n", toml_key(key)));
                    toml_entries(text, item);
                }
            }
            value => text.push_str(&format!("{} = {}\n", toml_key(key), toml_value(value))),
        }
    }
}

fn toml_entries(text: &mut String, table: &Value) {
    for (key, value) in table.as_object().into_iter().flatten() {
        text.push_str(&format!("{} = {}\n", toml_key(key), toml_value(value)));
    }
    text.push('\n');
}

fn toml_value(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let entries: Vec<String> =
                map.iter().map(|(key, value)| format!("{} = {}", toml_key(key), toml_value(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(toml_value).collect::<Vec<_>>().join(", ")),
        // TOML has no null; an empty text is the nearest, and nothing here is null.
        Value::Null => "\"\"".to_owned(),
        // DEL is the one character that JSON may leave as it is and TOML may not.
        value => scalar(value).replace('\u{7f}', "\\u007f"),
    }
}

fn toml_key(key: &str) -> String {
    let is_bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if is_bare { key.to_owned() } else { toml_value(&Value::from(key)) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::manifest::document::Document;

    #[test]
    fn what_is_written_reads_back_in_every_notation() {
        let manifest = json!({
            "defaults": {"validity": "90d", "passphrase": "env:CA"},
            "profiles": {"odd \" name": {"key_usage": ["digitalSignature"], "nested": {"a": [{"b": true}], "c": 3}}},
            "authorities": {"root": {"cn": "Root: \"one\"\u{7f}"}, "a.b": {"parent": "root", "path_len": 1}},
            "certificates": {
                "*.corp.test": {"names": ["dns:a", "ip:::1"], "deliver": [{"pem": "/tls/x y"}, {"keystore": "a.p12"}]},
                "no": {"set": {"dc": "true"}},
            },
            "revocations": [{"serial": "1234"}, {"serial": "0x7f", "reason": "superseded"}],
        });
        for notation in [Notation::Json, Notation::Toml, Notation::Yaml] {
            let text = write(&manifest, notation, &["a comment\nof two lines".to_owned()]);
            let read: Value = Document::read(text.as_bytes(), Some(notation))
                .and_then(|document| document.decode())
                .unwrap_or_else(|error| panic!("{notation:?}: {error}\n{text}"));
            assert_eq!(read, manifest, "{notation:?}:\n{text}");
        }
    }
}
