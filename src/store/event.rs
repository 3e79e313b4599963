//! What the journal records.

mod line;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{CheckpointRecord, CrlRecord, DeliveryRecord, Packed, RevocationRecord, Rollover, Settings};
pub(super) use crate::x509::display::hex;
use crate::x509::{Certificate, Csr, Serial, X509Error};
pub(super) use line::Line;

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Number of the line, from 1.
    pub seq: u64,
    /// Lower-case hex SHA-256 of the line before, without its newline; 64 zeros on the first line.
    pub prev: String,
    /// `seq` of the first line of the transaction that this one belongs to.
    pub tx: u64,
    /// How many lines the transaction has: it counts only when all of them are there.
    pub lines: u64,
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
    /// An authority can be used: created here, signed here, or imported. Recorded again when it is replaced by another one, or
    /// what servers send with its certificates changes: the newest record holds.
    AuthorityAdded(AuthorityRecord),
    /// A certificate was signed by an authority of this store (authorities' own certificates included).
    CertificateIssued(CertificateRecord),
    /// A certificate that was signed elsewhere, or unknown to the journal, was brought in with its key.
    CertificateImported(CertificateRecord),
    /// A certificate was revoked, or put on hold.
    CertificateRevoked(RevocationRecord),
    /// A certificate was taken off hold.
    CertificateReleased {
        /// The authority that signed it.
        authority: String,
        /// Its serial, lower-case hex.
        serial: String,
    },
    /// The clock was found to be right although the journal was last written later than it shows: what follows has earlier times.
    ClockAccepted {
        /// The latest time in the journal before, RFC 3339.
        latest: String,
    },
    /// An authority signed what the journal was before this transaction.
    CheckpointSigned(CheckpointRecord),
    /// A CRL was signed.
    CrlIssued(CrlRecord),
    /// Files of certificates were put outside the store, or are to be.
    Delivered {
        /// Where, and what they are.
        deliveries: Vec<DeliveryRecord>,
    },
    /// The files of a lineage's certificates that were put somewhere are nobody's concern any more.
    DeliveryForgotten {
        /// The lineage.
        lineage: String,
        /// The absolute path of the directory or file.
        path: String,
    },
    /// The store's settings changed.
    SettingsChanged {
        /// All of them, as they are from now on.
        settings: Settings,
    },
}

impl Event {
    /// What the events are called in the journal.
    pub const KINDS: [&'static str; 13] = [
        "store-created",
        "authority-requested",
        "authority-added",
        "certificate-issued",
        "certificate-imported",
        "certificate-revoked",
        "certificate-released",
        "clock-accepted",
        "checkpoint-signed",
        "crl-issued",
        "delivered",
        "delivery-forgotten",
        "settings-changed",
    ];

    /// Whether files follow from it that appear through `staging/`.
    pub(super) fn has_files(&self) -> bool {
        match self {
            Self::AuthorityAdded(_)
            | Self::AuthorityRequested { .. }
            | Self::CertificateImported(_)
            | Self::CertificateIssued(_)
            | Self::CrlIssued(_) => true,
            Self::CertificateReleased { .. }
            | Self::CertificateRevoked(_)
            | Self::Delivered { .. }
            | Self::DeliveryForgotten { .. }
            | Self::CheckpointSigned(_)
            | Self::ClockAccepted { .. }
            | Self::SettingsChanged { .. }
            | Self::StoreCreated { .. } => false,
        }
    }

    /// The certificate that it is about, other than an authority's.
    pub fn certificate(&self) -> Option<&CertificateRecord> {
        match self {
            Self::CertificateIssued(record) | Self::CertificateImported(record) => Some(record),
            Self::AuthorityAdded(_)
            | Self::AuthorityRequested { .. }
            | Self::CertificateReleased { .. }
            | Self::CertificateRevoked(_)
            | Self::CheckpointSigned(_)
            | Self::ClockAccepted { .. }
            | Self::CrlIssued(_)
            | Self::Delivered { .. }
            | Self::DeliveryForgotten { .. }
            | Self::SettingsChanged { .. }
            | Self::StoreCreated { .. } => None,
        }
    }
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
    /// How a rollover concerns it.
    #[serde(default, skip_serializing_if = "Rollover::is_none")]
    pub rollover: Rollover,
}

/// A certificate as the journal knows it: what people look for, and the whole of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateRecord {
    /// The authority that signed it; its own name for a self-signed root; empty for a self-signed leaf and for what an
    /// authority signed that is not in the store.
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
    /// Whether the store holds its private key: in `issued/<lineage>/<serial>/key.pem`, or in a pack.
    pub key: bool,
    /// Where its key is instead of a directory with its files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packed: Option<Packed>,
    /// The certificate, DER in base64.
    pub certificate: String,
    /// For an imported certificate those above it, nearest first, up to and with the root as far as known; DER in base64.
    /// Those above an issued one are its authority's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<String>,
    /// The values that were given for the profile's variables, for a renewal.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
}

impl AuthorityRecord {
    /// Decodes the certificate.
    ///
    /// # Errors
    /// [`X509Error::Malformed`].
    pub fn certificate(&self) -> Result<Certificate, X509Error> {
        Certificate::from_der(&decode_der(&self.certificate)?)
    }

    /// Decodes the chain above it.
    ///
    /// # Errors
    /// [`X509Error::Malformed`].
    pub fn chain(&self) -> Result<Vec<Certificate>, X509Error> {
        self.chain.iter().map(|text| Certificate::from_der(&decode_der(text)?)).collect()
    }

    /// The topmost certificate that is known above it; its own where it is a root, or nothing is known.
    ///
    /// # Errors
    /// [`X509Error::Malformed`].
    pub fn top(&self) -> Result<Certificate, X509Error> {
        self.chain()?.pop().map_or_else(|| self.certificate(), Ok)
    }
}

impl CertificateRecord {
    /// Describes a certificate that is about to be recorded.
    pub fn new(certificate: &Certificate, authority: &str, lineage: &str, profile: &str, key: bool) -> Self {
        Self {
            authority: authority.to_owned(),
            lineage: lineage.to_owned(),
            serial: certificate.serial.hex(),
            profile: profile.to_owned(),
            subject: certificate.subject.to_string(),
            names: certificate.subject_alt_names.iter().map(ToString::to_string).collect(),
            not_before: format_instant(certificate.not_before),
            not_after: format_instant(certificate.not_after),
            key_sha256: hex(digest(&SHA256, &certificate.spki_der).as_ref()),
            key,
            packed: None,
            certificate: encode_der(certificate.der()),
            chain: Vec::new(),
            variables: BTreeMap::new(),
        }
    }

    /// Decodes the chain that was brought with it.
    ///
    /// # Errors
    /// [`X509Error::Malformed`].
    pub fn chain(&self) -> Result<Vec<Certificate>, X509Error> {
        self.chain.iter().map(|text| Certificate::from_der(&decode_der(text)?)).collect()
    }

    /// Decodes the certificate.
    ///
    /// # Errors
    /// [`X509Error::Malformed`].
    pub fn certificate(&self) -> Result<Certificate, X509Error> {
        Certificate::from_der(&decode_der(&self.certificate)?)
    }

    /// Its serial number.
    pub fn serial(&self) -> Option<Serial> {
        super::revocation::read_serial(&self.serial).ok()
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
    encode_der(request.der())
}

/// Encodes DER as the journal keeps it: standard base64 in one line.
pub fn encode_der(der: &[u8]) -> String {
    STANDARD.encode(der)
}

/// Decodes what [`encode_der`] wrote.
///
/// # Errors
/// [`X509Error::Malformed`].
pub fn decode_der(text: &str) -> Result<Vec<u8>, X509Error> {
    let malformed = |error: base64::DecodeError| X509Error::Malformed { what: "base64", why: error.to_string() };
    STANDARD.decode(text).map_err(malformed)
}

/// An instant as the journal writes it.
pub(super) fn format_instant(instant: OffsetDateTime) -> String {
    crate::x509::time::format_instant(instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_are_those_that_the_journal_has() {
        let error = serde_json::from_str::<Event>(r#"{"event": "nope"}"#).unwrap_err().to_string();
        let (_, expected) = error.split_once("expected one of ").unwrap();
        let expected: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        assert_eq!(expected, Event::KINDS);
    }
}
