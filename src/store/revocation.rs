//! What the journal says about revoked certificates and the CRLs that name them.

mod changes;
mod standing;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

pub use changes::{CrlScope, Revocations};
pub use standing::Standing;

use super::event::decode_der;
use crate::x509::time::parse_instant;
use crate::x509::{RevocationReason, RevokedEntry, Serial};

/// A revocation as the journal knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevocationRecord {
    /// The authority that signed the certificate, and whose CRL will list it.
    pub authority: String,
    /// The certificate's serial, lower-case hex.
    pub serial: String,
    /// Why, by its ASN.1 name: `keyCompromise`; `certificateHold` can be released again.
    pub reason: String,
    /// Since when, RFC 3339: the `revocationDate` of CRLs.
    pub revoked_at: String,
    /// When the key is thought to have been compromised, RFC 3339, if that is known (`invalidityDate`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalidity_date: Option<String>,
    /// When the certificate expires, RFC 3339; it leaves the CRLs after that. `None` where only the serial is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<String>,
    /// The certificate, DER in base64, where the authority signed it outside of this store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
}

/// A CRL as the journal knows it: enough to put it together again, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrlRecord {
    /// The authority that signed it.
    pub authority: String,
    /// SHA-256 of the authority's certificate at that time, hex.
    pub issuer_sha256: String,
    /// `cRLNumber`.
    pub number: u64,
    /// For a delta CRL the number of the CRL that it starts from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<u64>,
    /// `thisUpdate`, RFC 3339.
    pub this_update: String,
    /// `nextUpdate`, RFC 3339.
    pub next_update: String,
    /// What the clock said, RFC 3339, where `thisUpdate` lies later: an earlier CRL was made by a clock that ran ahead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<String>,
    /// How many certificates it lists.
    pub entries: u64,
    /// Whether certificates stay listed after they expired.
    #[serde(default, skip_serializing_if = "is_false")]
    pub keep_expired: bool,
    /// `crlExtensions`, DER in base64.
    pub extensions: String,
    /// DER of the signature's AlgorithmIdentifier in base64.
    pub algorithm: String,
    /// The signature's octets in base64.
    pub signature: String,
    /// SHA-256 of the CRL's DER, hex.
    pub sha256: String,
}

/// A CRL and the line that recorded it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Published", into = "Published")]
pub struct IssuedCrl {
    /// Number of the journal line.
    pub seq: u64,
    /// The record.
    pub record: Arc<CrlRecord>,
    /// `thisUpdate`.
    pub this_update: OffsetDateTime,
    /// `nextUpdate`.
    pub next_update: OffsetDateTime,
    /// When it was made, by the clock of that time: never after `thisUpdate`.
    pub made_at: OffsetDateTime,
}

impl CrlRecord {
    /// When it was made, by the clock of that time.
    pub(super) fn made_at(&self) -> Result<OffsetDateTime, String> {
        let this_update = instant(&self.this_update)?;
        self.signed_at.as_deref().map_or(Ok(this_update), |text| Ok(instant(text)?.min(this_update)))
    }
}

/// A CRL as it is written down: the instants follow from the record.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Published {
    seq: u64,
    record: CrlRecord,
}

impl IssuedCrl {
    fn new(seq: u64, record: CrlRecord) -> Result<Self, String> {
        let (this_update, next_update) = (instant(&record.this_update)?, instant(&record.next_update)?);
        let made_at = record.made_at()?;
        Ok(Self { seq, record: Arc::new(record), this_update, next_update, made_at })
    }
}

impl TryFrom<Published> for IssuedCrl {
    type Error = String;

    fn try_from(published: Published) -> Result<Self, String> {
        Self::new(published.seq, published.record)
    }
}

impl From<IssuedCrl> for Published {
    fn from(crl: IssuedCrl) -> Self {
        Self { seq: crl.seq, record: crl.record.as_ref().clone() }
    }
}

/// Why a revocation cannot follow what is said of the certificate.
pub(super) fn revoke_contradiction(record: &RevocationRecord, found: Option<&RevokedEntry>) -> Option<String> {
    match found.map(|entry| entry.reason) {
        None | Some(Some(RevocationReason::CertificateHold)) => None,
        Some(_) => Some(format!("the certificate {} is revoked already", record.serial)),
    }
}

/// Why a release cannot follow what is said of the certificate.
pub(super) fn release_contradiction(serial: &str, found: Option<&RevokedEntry>) -> Option<String> {
    match found.map(|entry| entry.reason) {
        Some(Some(RevocationReason::CertificateHold)) => None,
        Some(_) => Some(format!("the certificate {serial} is revoked for good")),
        None => Some(format!("the certificate {serial} is not on hold")),
    }
}

impl RevocationRecord {
    /// The entry that CRLs have for it.
    pub(super) fn entry(&self) -> Result<RevokedEntry, String> {
        let reason = RevocationReason::ALL.into_iter().find(|reason| reason.to_string() == self.reason);
        let reason = reason.filter(|reason| *reason != RevocationReason::RemoveFromCrl);
        let reason = reason.ok_or_else(|| "it gives no reason of RFC 5280 for a revocation".to_owned())?;
        if let Some(certificate) = &self.certificate {
            decode_der(certificate).map_err(|error| error.to_string())?;
        }
        Ok(RevokedEntry {
            serial: read_serial(&self.serial)?,
            revoked_at: instant(&self.revoked_at)?,
            reason: Some(reason),
            invalidity_date: self.invalidity_date.as_deref().map(instant).transpose()?,
        })
    }
}

/// The serial that the store writes so: the hex of its content octets.
pub(super) fn read_serial(text: &str) -> Result<Serial, String> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        _ => u8::MAX,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let mut octets = Vec::with_capacity(pairs.len());
    let mut wrong = pairs.is_empty() || !rest.is_empty();
    // Lists read a million of them.
    for pair in pairs {
        let (high, low) = (digit(pair[0]), digit(pair[1]));
        wrong |= high.max(low) > 15;
        octets.push(high.wrapping_shl(4) | low);
    }
    if wrong { Err("the serial is not lower-case hex".to_owned()) } else { Ok(Serial::from_content(&octets)) }
}

fn instant(text: &str) -> Result<OffsetDateTime, String> {
    parse_instant(text).map_err(|error| error.to_string())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}
