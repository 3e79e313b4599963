//! What a profile file looks like: the JSON as it was read, before anything in it is believed.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A profile file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileConfig {
    /// For editors; not looked at.
    #[serde(rename = "$schema", default)]
    pub(super) _schema: Option<String>,
    pub(super) description: String,
    pub(super) kind: KindConfig,
    #[serde(default)]
    pub(super) key: KeyConfig,
    pub(super) validity: ValidityConfig,
    #[serde(default)]
    pub(super) subject: SubjectConfig,
    #[serde(default)]
    pub(super) names: NamesConfig,
    pub(super) key_usage: Vec<String>,
    #[serde(default)]
    pub(super) key_usage_rsa: Vec<String>,
    #[serde(default)]
    pub(super) key_usage_ec: Vec<String>,
    #[serde(default)]
    pub(super) extended_key_usage: Vec<String>,
    #[serde(default)]
    pub(super) extended_key_usage_critical: bool,
    #[serde(default)]
    pub(super) basic_constraints: BasicConstraintsConfig,
    #[serde(default)]
    pub(super) name_constraints: NameConstraintsConfig,
    #[serde(default)]
    pub(super) policies: Vec<String>,
    #[serde(default)]
    pub(super) crl_distribution_points: Option<Vec<String>>,
    #[serde(default)]
    pub(super) ca_issuers: Option<Vec<String>>,
    #[serde(default)]
    pub(super) ocsp: Option<Vec<String>>,
    #[serde(default)]
    pub(super) ocsp_nocheck: bool,
    #[serde(default)]
    pub(super) extensions: Vec<ExtensionConfig>,
    #[serde(default)]
    pub(super) variables: UniqueMap<VariableConfig>,
}

/// `kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum KindConfig {
    Leaf,
    Authority,
}

/// `key`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyConfig {
    #[serde(default)]
    pub(super) algorithms: Option<Vec<String>>,
    #[serde(default)]
    pub(super) default: Option<String>,
    #[serde(default)]
    pub(super) any_rsa_exponent: bool,
    #[serde(default)]
    pub(super) min_rsa_bits: Option<usize>,
}

/// `validity`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ValidityConfig {
    pub(super) default: String,
    #[serde(default)]
    pub(super) max: Option<String>,
    #[serde(default)]
    pub(super) backdate: Option<String>,
}

/// `subject`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubjectConfig {
    #[serde(default)]
    pub(super) template: Option<String>,
    #[serde(default)]
    pub(super) from_csr: AttributesConfig,
    #[serde(default = "AttributesConfig::any")]
    pub(super) from_operator: AttributesConfig,
}

/// `"any"` or a list of attribute types.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected \"any\" or a list of attribute types such as [\"CN\", \"O\"]")]
pub(super) enum AttributesConfig {
    Any(AnyWord),
    List(Vec<String>),
}

/// The word `any`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum AnyWord {
    Any,
}

impl AttributesConfig {
    fn any() -> Self {
        Self::Any(AnyWord::Any)
    }
}

impl Default for AttributesConfig {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

/// `names`: for each kind the patterns that are allowed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NamesConfig {
    #[serde(default)]
    pub(super) dns: Vec<String>,
    #[serde(default)]
    pub(super) ip: Vec<String>,
    #[serde(default)]
    pub(super) email: Vec<String>,
    #[serde(default)]
    pub(super) uri: Vec<String>,
    #[serde(default)]
    pub(super) upn: Vec<String>,
    #[serde(default)]
    pub(super) wildcards: bool,
    #[serde(default)]
    pub(super) required: RequiredConfig,
    #[serde(default)]
    pub(super) max: Option<MaxConfig>,
    #[serde(default)]
    pub(super) add: Vec<String>,
}

/// `names.required`: whether any name, or the kinds that must be there.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected true, false or a list of kinds such as [\"uri\"]")]
pub(super) enum RequiredConfig {
    Any(bool),
    Kinds(Vec<String>),
}

impl Default for RequiredConfig {
    fn default() -> Self {
        Self::Any(false)
    }
}

/// `names.max`: in all, or for each kind.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a number or an object such as {\"uri\": 1}")]
pub(super) enum MaxConfig {
    Total(usize),
    Kinds(UniqueMap<usize>),
}

/// `basic_constraints`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BasicConstraintsConfig {
    #[serde(default)]
    pub(super) path_len: Option<u8>,
}

/// `name_constraints`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NameConstraintsConfig {
    #[serde(default)]
    pub(super) permit: Vec<String>,
    #[serde(default)]
    pub(super) exclude: Vec<String>,
    #[serde(default = "yes")]
    pub(super) shut_other_kinds: bool,
}

impl Default for NameConstraintsConfig {
    fn default() -> Self {
        Self { permit: Vec::new(), exclude: Vec::new(), shut_other_kinds: true }
    }
}

fn yes() -> bool {
    true
}

/// One of `extensions`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExtensionConfig {
    pub(super) oid: String,
    #[serde(default)]
    pub(super) critical: bool,
    pub(super) value: String,
}

/// One of `variables`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VariableConfig {
    pub(super) description: String,
    #[serde(default)]
    pub(super) default: Option<String>,
    #[serde(default)]
    pub(super) pattern: Option<String>,
}

impl ProfileConfig {
    /// Reads the JSON. The error has line, column and, for an unknown word, the nearest known one.
    pub(super) fn from_json(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| explain(&error))
    }
}

/// Says what serde_json said, place first and with a suggestion for a misspelt word.
fn explain(error: &serde_json::Error) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    format!("{place}: {}", crate::notation::explain(text))
}

/// A map whose keys must differ.
#[derive(Debug)]
pub(super) struct UniqueMap<V>(pub(super) BTreeMap<String, V>);

impl<V> Default for UniqueMap<V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<'de, V: DeserializeOwned> Deserialize<'de> for UniqueMap<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Unique<V>(PhantomData<V>);

        impl<'de, V: DeserializeOwned> Visitor<'de> for Unique<V> {
            type Value = UniqueMap<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
                let mut map = BTreeMap::new();
                while let Some(key) = access.next_key::<String>()? {
                    if map.contains_key(&key) {
                        return Err(A::Error::custom(format_args!("duplicate key \"{key}\"")));
                    }
                    map.insert(key, access.next_value()?);
                }
                Ok(UniqueMap(map))
            }
        }

        deserializer.deserialize_map(Unique(PhantomData))
    }
}
