//! Values that a manifest spells as text, read while the text is read, so that an error knows its place.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use time::OffsetDateTime;

use super::model::TrustFormat;
use crate::container::Preset;
use crate::keys::Algorithm;
use crate::notation::hint;
use crate::x509::extension::Subtree;
use crate::x509::time::{Span, parse_instant};
use crate::x509::{GeneralName, Name, RevocationReason};

type Read<T> = fn(&str) -> Result<T, String>;

fn optional<'de, D: Deserializer<'de>, T>(deserializer: D, read: Read<T>) -> Result<Option<T>, D::Error> {
    let text: Option<String> = Deserialize::deserialize(deserializer)?;
    text.map(|text| read(&text).map_err(D::Error::custom)).transpose()
}

/// Reads a list of texts; an error names the one that is wrong.
fn list<'de, D: Deserializer<'de>, T>(deserializer: D, read: Read<T>) -> Result<Vec<T>, D::Error> {
    let texts: Vec<String> = Deserialize::deserialize(deserializer)?;
    texts.iter().map(|text| read(text).map_err(D::Error::custom)).collect()
}

macro_rules! fields {
    ($($(#[$text:meta])* $name:ident: $how:ident -> $into:ty = $read:expr;)*) => {
        $($(#[$text])* pub(super) fn $name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$into, D::Error> {
            $how(deserializer, $read)
        })*
    };
}

fields! {
    algorithm: optional -> Option<Algorithm> = |text| text.parse().map_err(|_| {
        let known: Vec<&str> = Algorithm::ALL.iter().map(|algorithm| algorithm.as_str()).collect();
        format!("unknown key algorithm {text:?}{}", hint(text, &known))
    });
    instant: optional -> Option<OffsetDateTime> = |text| parse_instant(text).map_err(|error| error.to_string());
    span: optional -> Option<Span> = |text| Span::parse(text).map_err(|error| error.to_string());
    subject: optional -> Option<Name> = |text| Name::parse(text).map_err(|error| error.to_string());
    names: list -> Vec<GeneralName> = |text| text.parse::<GeneralName>().map_err(|error| error.to_string());
    subtrees: list -> Vec<Subtree> = |text| Subtree::parse(text).map_err(|error| error.to_string());
    preset: optional -> Option<Preset> = |text| {
        let known = Preset::ALL.map(Preset::name);
        let found = Preset::named(text);
        found.ok_or_else(|| format!("unknown preset {text:?}{}", hint(text, &known)))
    };
    trust_format: optional -> Option<TrustFormat> = |text| {
        TrustFormat::from_word(text).ok_or_else(|| format!("unknown format {text:?}{}", hint(text, &TrustFormat::WORDS)))
    };
    reason: optional -> Option<RevocationReason> = |text| {
        let plain = |text: &str| text.replace(['-', '_'], "").to_ascii_lowercase();
        let known: Vec<_> = RevocationReason::ALL.into_iter().filter(|reason| *reason != RevocationReason::RemoveFromCrl).collect();
        let words: Vec<String> = known.iter().map(ToString::to_string).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let found = known.iter().find(|reason| plain(&reason.to_string()) == plain(text)).copied();
        found.ok_or_else(|| format!("unknown reason {text:?}{}", hint(text, &words)))
    };
}

/// A text; a number or a truth value is taken as it is written, since YAML does not want quotes around `8443`.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }

            fn visit_str<E>(self, value: &str) -> Result<Text, E> {
                Ok(Text(value.to_owned()))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// Variables of a profile or a target.
pub(super) fn variables<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let map: BTreeMap<String, Text> = Deserialize::deserialize(deserializer)?;
    Ok(map.into_iter().map(|(key, value)| (key, value.0)).collect())
}

/// A serial, which YAML may take for a number.
pub(super) fn serial<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text: Option<Text> = Deserialize::deserialize(deserializer)?;
    Ok(text.map(|text| text.0))
}

/// A part that may be left empty, with nothing but comments in it.
pub(super) fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    let part: Option<T> = Deserialize::deserialize(deserializer)?;
    Ok(part.unwrap_or_default())
}

/// A map of things that may be left empty: `www.corp.test:` alone is one with nothing but defaults.
pub(super) fn with_empty<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<BTreeMap<String, T>, D::Error> {
    let map: Option<BTreeMap<String, Option<T>>> = Deserialize::deserialize(deserializer)?;
    Ok(map.unwrap_or_default().into_iter().map(|(key, value)| (key, value.unwrap_or_default())).collect())
}
