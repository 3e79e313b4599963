//! `store.json`: what the directory is, and its settings.

use serde::{Deserialize, Serialize};

/// `store.json`. The settings are a copy of the journal's last word on them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Format version of the whole store.
    pub format: u32,
    /// Random id, 32 hex digits.
    pub store_id: String,
    /// The settings.
    pub settings: Settings,
}

impl Manifest {
    /// The newest format that this version writes.
    pub const FORMAT: u32 = 1;
}

/// What the operator set for the whole store.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The authority that signs when none is named.
    pub default_authority: Option<String>,
    /// Whether private keys in the store are encrypted.
    pub encrypt_keys: bool,
    /// CRL distribution point URLs; `{{ authority }}` stands for the signing authority's name.
    pub crl_urls: Vec<String>,
    /// caIssuers URLs, likewise.
    pub ca_issuer_urls: Vec<String>,
    /// OCSP responder URLs, likewise.
    pub ocsp_urls: Vec<String>,
}
