//! What lists and surveys need of a certificate, without the certificate itself.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::CertificateRecord;
use crate::x509::{Serial, X509Error};

/// A [`CertificateRecord`] without its DER, chain and variables. A store may have a million certificates: walking through them
/// must not copy what nobody asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateRow<'a> {
    /// The lineage it belongs to.
    pub lineage: &'a str,
    /// SHA-256 of its `SubjectPublicKeyInfo`, hex.
    pub key_sha256: &'a str,
    /// Start of its validity, RFC 3339.
    pub not_before: &'a str,
    /// End of its validity, RFC 3339.
    pub not_after: &'a str,
    /// The authority that signed it; empty where none of this store did.
    pub authority: &'a str,
    /// Its serial, lower-case hex.
    pub serial: &'a str,
    /// The profile's name.
    pub profile: &'a str,
    /// Its subject, as shown to people.
    pub subject: &'a str,
    /// Its alternative names, `kind:value`.
    #[serde(borrow)]
    pub names: Vec<&'a str>,
    /// Whether the store holds its private key.
    pub key: bool,
    /// Whether it was brought with a chain of its own.
    pub brought: bool,
    /// The pack that its key is in; 0 for one that has a directory.
    pub pack: u64,
}

/// The first fields of a [`CertificateRow`], for a look at all of them that takes little time.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct CertificateBrief<'a> {
    /// The lineage it belongs to.
    pub lineage: &'a str,
    /// SHA-256 of its `SubjectPublicKeyInfo`, hex.
    pub key_sha256: &'a str,
    /// Start of its validity, RFC 3339.
    pub not_before: &'a str,
}

impl CertificateRow<'_> {
    /// Its serial number.
    pub fn serial(&self) -> Option<Serial> {
        super::revocation::read_serial(self.serial).ok()
    }

    /// End of the validity.
    ///
    /// # Errors
    /// [`X509Error::Invalid`].
    pub fn not_after(&self) -> Result<OffsetDateTime, X509Error> {
        crate::x509::time::parse_instant(self.not_after)
    }
}

impl CertificateRecord {
    /// What lists show of it.
    pub fn row(&self) -> CertificateRow<'_> {
        CertificateRow {
            lineage: &self.lineage,
            key_sha256: &self.key_sha256,
            not_before: &self.not_before,
            not_after: &self.not_after,
            authority: &self.authority,
            serial: &self.serial,
            profile: &self.profile,
            subject: &self.subject,
            names: self.names.iter().map(String::as_str).collect(),
            key: self.key,
            brought: !self.chain.is_empty(),
            pack: self.packed.map_or(0, |packed| packed.pack),
        }
    }

    /// The least of it.
    pub fn brief(&self) -> CertificateBrief<'_> {
        CertificateBrief { lineage: &self.lineage, key_sha256: &self.key_sha256, not_before: &self.not_before }
    }
}
