//! What the journal records.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::Settings;
use crate::x509::{Certificate, Csr, X509Error};

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Number of the line, from 1.
    pub seq: u64,
    /// Lower-case hex SHA-256 of the line before, without its newline; 64 zeros on the first line.
    pub prev: String,
    /// `seq` of the first line of the transaction that this one belongs to.
    pub tx: u64,
    /// When, RFC 3339 in UTC.
    pub time: String,
    /// Who: `user@host`, or what the caller said.
    pub actor: String,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// The store began.
    StoreCreated {
        /// Its random id, 32 hex digits.
        store_id: String,
    },
    /// An authority's key was made and a request written, to be signed elsewhere.
    AuthorityRequested {
        /// The authority's name.
        authority: String,
        /// The request, DER in base64.
        request: String,
    },
    /// An authority can be used: created here, signed here, or imported.
    AuthorityAdded(AuthorityRecord),
    /// A certificate was signed by an authority of this store (authorities' own certificates included).
    CertificateIssued(CertificateRecord),
    /// The store's settings changed.
    SettingsChanged {
        /// All of them, as they are from now on.
        settings: Settings,
    },
}

/// An authority as the journal knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorityRecord {
    /// The authority's name, a path-safe word.
    pub authority: String,
    /// Its certificate, DER in base64.
    pub certificate: String,
    /// The certificates above it, nearest first, up to and with the root as far as known; DER in base64.
    pub chain: Vec<String>,
    /// Where it comes from: `created` or `imported`.
    pub origin: String,
    /// Whether the store holds its private key.
    pub key: bool,
}

/// A certificate as the journal knows it: what people look for, and the whole of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateRecord {
    /// The authority that signed it; its own name for a self-signed root; empty for a self-signed leaf.
    pub authority: String,
    /// The lineage it belongs to, a path-safe word.
    pub lineage: String,
    /// Its serial, lower-case hex.
    pub serial: String,
    /// The profile's name.
    pub profile: String,
    /// Its subject, as shown to people.
    pub subject: String,
    /// Its alternative names, `kind:value`.
    pub names: Vec<String>,
    /// Start of its validity, RFC 3339.
    pub not_before: String,
    /// End of its validity, RFC 3339.
    pub not_after: String,
    /// SHA-256 of its `SubjectPublicKeyInfo`, hex.
    pub key_sha256: String,
    /// Whether the store holds its private key (under `issued/<lineage>/<serial>/key.pem`).
    pub key: bool,
    /// The certificate, DER in base64.
    pub certificate: String,
}

impl AuthorityRecord {
    /// Decodes the certificate.
    ///
    /// # Errors
    /// [`X509Error::Malformed`].
    pub fn certificate(&self) -> Result<Certificate, X509Error> {
        todo!()
    }

    /// Decodes the chain above it.
    ///
    /// # Errors
    /// [`X509Error::Malformed`].
    pub fn chain(&self) -> Result<Vec<Certificate>, X509Error> {
        todo!()
    }
}

impl CertificateRecord {
    /// Describes a certificate that is about to be recorded.
    pub fn new(certificate: &Certificate, authority: &str, lineage: &str, profile: &str, key: bool) -> Self {
        let _ = (certificate, authority, lineage, profile, key);
        todo!()
    }

    /// Decodes the certificate.
    ///
    /// # Errors
    /// [`X509Error::Malformed`].
    pub fn certificate(&self) -> Result<Certificate, X509Error> {
        todo!()
    }

    /// End of the validity.
    ///
    /// # Errors
    /// [`X509Error::Invalid`].
    pub fn not_after(&self) -> Result<OffsetDateTime, X509Error> {
        crate::x509::time::parse_instant(&self.not_after)
    }
}

/// Encodes a request for [`Event::AuthorityRequested`].
pub fn encode_request(request: &Csr) -> String {
    let _ = request;
    todo!()
}
