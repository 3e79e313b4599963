//! `store.json`: what the directory is, and its settings.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::StoreError;

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
    /// CRL distribution point URLs; `{{ authority }}` stands for the signing authority's name.
    pub crl_urls: Vec<String>,
    /// caIssuers URLs, likewise.
    pub ca_issuer_urls: Vec<String>,
    /// OCSP responder URLs, likewise.
    pub ocsp_urls: Vec<String>,
    /// How the CRLs of authorities are made, by the authority's name; those of others as [`CrlSchedule::default`] says.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub crl: BTreeMap<String, CrlSchedule>,
}

/// When and how an authority's CRLs are made. Durations are texts such as `7d`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CrlSchedule {
    /// From `thisUpdate` to `nextUpdate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validity: Option<String>,
    /// How long before `nextUpdate` the next CRL is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlap: Option<String>,
    /// From `thisUpdate` to `nextUpdate` of delta CRLs; none are made where it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta_validity: Option<String>,
    /// Whether certificates stay listed after they expired.
    pub keep_expired: bool,
    /// Whether the CRL names its distribution points, as those of the certificates do.
    pub distribution_point: bool,
    /// The number that every CRL from now on exceeds: where an authority comes from another store.
    pub number_after: u64,
}

impl Manifest {
    /// Reads `store.json`: strictly in a format that this version writes, as far as it is understood in a newer one.
    pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Self, StoreError> {
        let damaged = |error: &serde_json::Error| StoreError::damaged(path, None, error.to_string());
        let loose: Loose = serde_json::from_slice(bytes).map_err(|error| damaged(&error))?;
        if loose.format <= Self::FORMAT {
            return serde_json::from_slice(bytes).map_err(|error| damaged(&error));
        }
        let settings = serde_json::from_value(loose.settings).unwrap_or_default();
        Ok(Self { format: loose.format, store_id: loose.store_id, settings })
    }

    /// The file's content.
    pub(super) fn to_json(&self, path: &Path) -> Result<Vec<u8>, StoreError> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|error| StoreError::io(path, error.into()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// What is read of any format.
#[derive(Deserialize)]
struct Loose {
    format: u32,
    #[serde(default)]
    store_id: String,
    #[serde(default)]
    settings: serde_json::Value,
}
