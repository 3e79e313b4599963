//! Reading JSON, YAML and TOML into one tree that knows where everything stands.
//!
//! A text from outside may be large, deep, or expand into something huge (YAML aliases): there are limits, and none of the
//! readers recurses deeper than them.

mod json;
mod mark;
mod toml;
mod yaml;

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use self::mark::Mark;
use crate::notation::{self, Fault};

/// The largest text that is read, in bytes.
pub const MAX_SIZE: usize = 8 << 20;
/// How deep lists and maps may stand in each other.
const MAX_DEPTH: usize = 32;
/// How many values a text may have, those included that YAML aliases stand for.
const MAX_VALUES: usize = 500_000;

/// How a manifest is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// JSON, RFC 8259.
    Json,
    /// TOML 1.
    Toml,
    /// YAML 1.2, core schema.
    Yaml,
}

impl Notation {
    /// What the ending of a file's name stands for.
    pub fn of_path(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match ending.as_str() {
            "json" => Self::Json,
            "toml" => Self::Toml,
            "yaml" | "yml" => Self::Yaml,
            _ => return None,
        })
    }

    /// What a text without a file's name is taken for: JSON where it begins like an object, else YAML.
    pub fn of_text(text: &str) -> Self {
        if text.trim_start().starts_with('{') { Self::Json } else { Self::Yaml }
    }
}

/// A text that was read.
pub(super) struct Document {
    value: Value,
    places: Places,
}

enum Places {
    Json(String),
    Marks(Mark),
}

impl Document {
    /// Reads a text; the error has line and column.
    pub(super) fn read(bytes: &[u8], notation: Option<Notation>) -> Result<Self, String> {
        if bytes.len() > MAX_SIZE {
            return Err(format!("the file is larger than {MAX_SIZE} bytes"));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| notation::not_utf8(bytes, &error))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match notation.unwrap_or_else(|| Notation::of_text(text)) {
            Notation::Json => json::read(text).map(|value| Self { value, places: Places::Json(text.to_owned()) }),
            Notation::Toml => toml::read(text).map(Self::marked),
            Notation::Yaml => yaml::read(text).map(Self::marked),
        }
    }

    fn marked((value, mark): (Value, Mark)) -> Self {
        Self { value, places: Places::Marks(mark) }
    }

    /// Gives the tree the form of a type, strictly; the error has line, column, the way to the value, and for a misspelt key the
    /// nearest one.
    pub(super) fn decode<T: DeserializeOwned>(&self) -> Result<T, String> {
        let mut value = self.value.clone();
        if let Value::Object(object) = &mut value {
            // As in Compose files: what is only there to be referred to.
            object.retain(|key, _| !key.starts_with("x-"));
        }
        notation::decode(&value).map_err(|fault| self.describe(&fault))
    }

    /// A fault, as people read it, with its line and column.
    pub(super) fn describe(&self, fault: &Fault) -> String {
        let (path, key) = fault.place();
        fault.describe_at(match &self.places {
            Places::Json(text) => notation::json::locate(text, &path),
            Places::Marks(mark) => Some(mark.locate(&path, key)),
        })
    }
}

#[cfg(test)]
mod tests;
