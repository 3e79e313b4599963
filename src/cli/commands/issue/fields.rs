//! What a line of a batch says.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::notation::nearest;
use crate::x509::escape;

/// How a column for a variable of the profile begins.
const VARIABLE: &str = "set.";

/// What a line says, each value as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) name: Option<String>,
    pub(super) names: Vec<String>,
    pub(super) profile: Option<String>,
    pub(super) authority: Option<String>,
    pub(super) key: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) validity: Option<String>,
    pub(super) not_before: Option<String>,
    pub(super) not_after: Option<String>,
    pub(super) lineage: Option<String>,
    pub(super) set: BTreeMap<String, String>,
}

/// A member of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Field {
    Authority,
    Key,
    Lineage,
    Name,
    Names,
    NotAfter,
    NotBefore,
    Profile,
    Set,
    /// A column with one variable.
    Variable(String),
    Subject,
    Validity,
}

impl Field {
    const KNOWN: [(&'static str, Self); 11] = [
        ("name", Self::Name),
        ("names", Self::Names),
        ("profile", Self::Profile),
        ("authority", Self::Authority),
        ("key", Self::Key),
        ("subject", Self::Subject),
        ("validity", Self::Validity),
        ("not_before", Self::NotBefore),
        ("not_after", Self::NotAfter),
        ("lineage", Self::Lineage),
        ("set", Self::Set),
    ];

    fn of(name: &str) -> Result<Self, String> {
        if let Some((_, field)) = Self::KNOWN.iter().find(|(known, _)| *known == name) {
            return Ok(field.clone());
        }
        let known = Self::KNOWN.map(|(known, _)| known);
        let hint = match nearest(name, known) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("known are {}", known.join(", ")),
        };
        Err(format!("\"{}\" is unknown: {hint}", shortened(name)))
    }

    /// The field of a column.
    pub(super) fn of_column(name: &str) -> Result<Self, String> {
        match name.strip_prefix(VARIABLE) {
            Some(variable) if !variable.is_empty() => Ok(Self::Variable(variable.to_owned())),
            _ if name == "set" => Err(format!("a variable has a column of its own, such as {VARIABLE}team")),
            _ => Self::of(name),
        }
    }
}

impl Fields {
    /// Where a member with a single value is kept.
    pub(super) fn slot(&mut self, field: &Field) -> Option<&mut Option<String>> {
        Some(match field {
            Field::Authority => &mut self.authority,
            Field::Key => &mut self.key,
            Field::Lineage => &mut self.lineage,
            Field::Name => &mut self.name,
            Field::NotAfter => &mut self.not_after,
            Field::NotBefore => &mut self.not_before,
            Field::Profile => &mut self.profile,
            Field::Subject => &mut self.subject,
            Field::Validity => &mut self.validity,
            Field::Names | Field::Set | Field::Variable(_) => return None,
        })
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object such as {\"name\": \"www.corp.test\"}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let (mut fields, mut seen) = (Fields::default(), Vec::new());
        while let Some(name) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            let field = Field::of(&name).map_err(de::Error::custom)?;
            if seen.contains(&field) {
                return Err(de::Error::custom(format!("\"{name}\" is there twice")));
            }
            match (&field, fields.slot(&field)) {
                // `null` is as good as nothing.
                (_, Some(slot)) => *slot = map.next_value()?,
                (Field::Names, None) => fields.names = map.next_value::<Words>()?.0,
                (_, None) => fields.set = map.next_value::<Variables>()?.0,
            }
            seen.push(field);
        }
        Ok(fields)
    }
}

/// A list of words, or one text with spaces between them.
struct Words(Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordsVisitor;
        impl<'de> Visitor<'de> for WordsVisitor {
            type Value = Words;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of names")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Words, E> {
                Ok(Words(text.split_whitespace().map(str::to_owned).collect()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Words, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = seq.next_element()? {
                    words.push(word);
                }
                Ok(Words(words))
            }
        }
        deserializer.deserialize_any(WordsVisitor)
    }
}

/// Variables of the profile, none of them twice.
struct Variables(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Variables {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct VariablesVisitor;
        impl<'de> Visitor<'de> for VariablesVisitor {
            type Value = Variables;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Variables, A::Error> {
                let mut variables = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, String>()? {
                    if variables.insert(name.clone(), value).is_some() {
                        return Err(de::Error::custom(format!("the variable {} is there twice", escape(&name))));
                    }
                }
                Ok(Variables(variables))
            }
        }
        deserializer.deserialize_map(VariablesVisitor)
    }
}

pub(super) fn shortened(text: &str) -> String {
    escape(&text.chars().take(40).collect::<String>())
}
