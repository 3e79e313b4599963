//! What a target's file looks like: strict JSON, checked as a whole before anything of it is used.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de::Error as _};

use super::key::KeyWord;
use crate::container::Format;
use crate::keys::Algorithm;
use crate::x509::{Oid, oid};

/// A target.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TargetConfig {
    pub(super) description: String,
    #[serde(default)]
    pub(super) variables: BTreeMap<String, VariableConfig>,
    pub(super) layouts: Vec<LayoutConfig>,
}

/// A variable of templates.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VariableConfig {
    pub(super) description: String,
    /// A template over `name`, `role` and `format`.
    pub(super) default: String,
    pub(super) kind: VariableKind,
    /// For `choice`.
    #[serde(default)]
    pub(super) choices: Vec<String>,
}

/// What a variable's value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum VariableKind {
    /// One of `choices`.
    Choice,
    /// A host, perhaps with a port.
    Host,
    /// A DNS label: a Kubernetes namespace (RFC 1123).
    Label,
    /// Digits.
    Number,
    /// DNS labels with dots between: the name of a Kubernetes object.
    Subdomain,
    /// Letters, digits and `. _ -`.
    Word,
}

/// The files for one role in one format.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LayoutConfig {
    pub(super) role: String,
    pub(super) format: String,
    #[serde(default)]
    pub(super) needs: NeedsConfig,
    pub(super) make: MakeConfig,
    #[serde(default)]
    pub(super) cautions: Vec<CautionConfig>,
    pub(super) files: Vec<FileConfig>,
}

/// What the certificate must be.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NeedsConfig {
    /// An authority's certificate (with keyCertSign); else one that is none.
    #[serde(default)]
    pub(super) authority: bool,
    /// Extended key usages, all of them.
    #[serde(default, deserialize_with = "purposes")]
    pub(super) purposes: Vec<Oid>,
    /// Kinds of its key; all classic ones when absent.
    #[serde(default)]
    pub(super) keys: Option<Vec<KeyWord>>,
    /// Kinds of keys of all authorities above it.
    #[serde(default)]
    pub(super) issuer_keys: Option<Vec<KeyWord>>,
    /// Alternative names that must be there, templates.
    #[serde(default)]
    pub(super) names: Vec<String>,
    /// Its common name; `*` is any.
    #[serde(default)]
    pub(super) common_name: Option<String>,
    /// Whether no authority above may have a critical extended key usage.
    #[serde(default)]
    pub(super) no_critical_issuer_purposes: bool,
    /// Why, by rule: `purposes`, `keys`, `issuer_keys`, `names`, `common_name`, `authority`; a sentence without full stop.
    #[serde(default)]
    pub(super) why: BTreeMap<String, String>,
}

/// How to make a certificate that fits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MakeConfig {
    pub(super) profile: String,
    #[serde(default = "p256", deserialize_with = "algorithm")]
    pub(super) key: Algorithm,
    #[serde(default)]
    pub(super) cn: Option<String>,
    #[serde(default)]
    pub(super) root_cn: Option<String>,
    #[serde(default = "p384", deserialize_with = "algorithm")]
    pub(super) root_key: Algorithm,
}

/// Something to say beside the files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CautionConfig {
    pub(super) text: String,
    /// Only for these keys.
    #[serde(default)]
    pub(super) keys: Vec<KeyWord>,
    /// Only where this purpose is missing.
    #[serde(default, deserialize_with = "purposes")]
    pub(super) lacks: Vec<Oid>,
}

/// A file: PEM parts, a keystore, a truststore or a template.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileConfig {
    /// A template.
    pub(super) name: String,
    #[serde(default)]
    pub(super) holds: Vec<Part>,
    #[serde(default)]
    pub(super) keystore: Option<StoreFormat>,
    #[serde(default)]
    pub(super) truststore: Option<StoreFormat>,
    #[serde(default)]
    pub(super) template: Option<String>,
    /// For a template: what is in it, for people.
    #[serde(default)]
    pub(super) what: Option<String>,
    /// For a template: whether the private key is in it.
    #[serde(default)]
    pub(super) secret: bool,
    /// Whether it is left out where there are no intermediates.
    #[serde(default)]
    pub(super) only_with_intermediates: bool,
}

/// A piece of PEM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Part {
    /// The certificate.
    Cert,
    /// The intermediates, nearest first.
    Chain,
    /// The private key in PKCS#8.
    Key,
    /// The private key as OpenSSL wrote it of old: PKCS#1 or SEC1.
    KeyTraditional,
    /// The root.
    Root,
}

/// The format of a keystore or truststore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum StoreFormat {
    Jks,
    #[serde(rename = "p12")]
    Pkcs12,
}

impl From<StoreFormat> for Format {
    fn from(format: StoreFormat) -> Self {
        match format {
            StoreFormat::Jks => Self::Jks,
            StoreFormat::Pkcs12 => Self::Pkcs12,
        }
    }
}

impl TargetConfig {
    /// Reads and checks a target.
    pub(super) fn from_json(json: &str) -> Result<Self, String> {
        let config: Self = serde_json::from_str(json).map_err(|error| error.to_string())?;
        if config.layouts.is_empty() {
            return Err("it has no layouts".to_owned());
        }
        for layout in &config.layouts {
            let at = |why: &str| format!("{} {}: {why}", layout.role, layout.format);
            if layout.files.is_empty() {
                return Err(at("it has no files"));
            }
            if let Some(file) = layout.files.iter().find(|file| file.contents() != 1) {
                return Err(at(&format!("{} must have one of holds, keystore, truststore, template", file.name)));
            }
        }
        Ok(config)
    }
}

impl FileConfig {
    /// How many of the ways to say what is in it are used.
    fn contents(&self) -> usize {
        usize::from(!self.holds.is_empty())
            + usize::from(self.keystore.is_some())
            + usize::from(self.truststore.is_some())
            + usize::from(self.template.is_some())
    }

    /// Whether the private key is in it: it gets mode 0600.
    pub(super) fn holds_key(&self) -> bool {
        let in_parts = self.holds.iter().any(|part| matches!(part, Part::Key | Part::KeyTraditional));
        in_parts || self.keystore.is_some() || self.secret
    }
}

fn p256() -> Algorithm {
    Algorithm::EcP256
}

fn p384() -> Algorithm {
    Algorithm::EcP384
}

fn algorithm<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Algorithm, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

fn purposes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Oid>, D::Error> {
    let words = Vec::<String>::deserialize(deserializer)?;
    words
        .iter()
        .map(|word| oid::parse(word).ok_or_else(|| D::Error::custom(format_args!("unknown purpose {word:?}"))))
        .collect()
}
