//! Authorities, as a manifest describes them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use time::OffsetDateTime;

use crate::keys::Algorithm;
use crate::manifest::field;
use crate::store::CrlSchedule;
use crate::x509::Name;
use crate::x509::extension::{NameConstraints, Subtree};
use crate::x509::time::Span;

/// An authority: to be made, or brought in from files.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a map that describes an authority")]
pub struct Authority {
    /// Whether it is to be there and is otherwise left as it is.
    pub keep: bool,
    /// The authority above it; a root has none.
    pub parent: Option<String>,
    /// Its common name.
    pub cn: Option<String>,
    /// Its whole subject instead.
    #[serde(deserialize_with = "field::subject")]
    pub subject: Option<Name>,
    /// Its profile: `root` or `intermediate` if nothing is said.
    pub profile: Option<String>,
    /// Its key algorithm; the profile's default if nothing is said.
    #[serde(deserialize_with = "field::algorithm")]
    pub key: Option<Algorithm>,
    /// How long it is valid.
    #[serde(deserialize_with = "field::span")]
    pub validity: Option<Span>,
    /// Until when it is valid.
    #[serde(deserialize_with = "field::instant")]
    pub not_after: Option<OffsetDateTime>,
    /// Names that it may certify, and no others.
    #[serde(deserialize_with = "field::subtrees")]
    pub permit: Vec<Subtree>,
    /// Names that it may not certify.
    #[serde(deserialize_with = "field::subtrees")]
    pub exclude: Vec<Subtree>,
    /// How many authorities may follow below it.
    pub path_len: Option<u8>,
    /// Variables of its profile.
    #[serde(deserialize_with = "field::variables")]
    pub set: BTreeMap<String, String>,
    /// The passphrase of its key in the store.
    pub passphrase: Option<String>,
    /// A certificate to bring in, relative to the manifest.
    pub certificate: Option<PathBuf>,
    /// The private key of that certificate.
    pub private_key: Option<PathBuf>,
    /// The passphrase of that file.
    pub private_key_passphrase: Option<String>,
    /// Certificates above it.
    pub chain: Vec<PathBuf>,
    /// How its CRLs are made.
    pub crl: Option<CrlTerms>,
}

/// How an authority's CRLs are made; what is not named is as `certwright crl settings` says by default.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a map that says how CRLs are made")]
pub struct CrlTerms {
    /// How long one holds.
    #[serde(deserialize_with = "field::span")]
    pub validity: Option<Span>,
    /// How long before its end the next is due.
    #[serde(deserialize_with = "field::span")]
    pub overlap: Option<Span>,
    /// How long a delta CRL holds.
    #[serde(deserialize_with = "field::span")]
    pub delta_validity: Option<Span>,
    /// Whether certificates stay listed after they expired.
    pub keep_expired: bool,
    /// Whether it names its distribution points.
    pub distribution_point: bool,
}

impl CrlTerms {
    /// As the store has them in its settings.
    pub fn schedule(&self) -> CrlSchedule {
        let text = |span: Option<Span>| span.map(|span| span.to_string());
        CrlSchedule {
            validity: text(self.validity),
            overlap: text(self.overlap),
            delta_validity: text(self.delta_validity),
            keep_expired: self.keep_expired,
            distribution_point: self.distribution_point,
            ..CrlSchedule::default()
        }
    }
}

impl Authority {
    /// Its profile's name.
    pub fn profile(&self) -> &str {
        let usual = if self.parent.is_some() { "intermediate" } else { "root" };
        self.profile.as_deref().unwrap_or(usual)
    }

    /// Its name constraints, if there are any.
    pub fn constraints(&self) -> Option<NameConstraints> {
        let none = self.permit.is_empty() && self.exclude.is_empty();
        (!none).then(|| NameConstraints { permitted: self.permit.clone(), excluded: self.exclude.clone() })
    }
}
