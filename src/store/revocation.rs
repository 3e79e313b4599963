//! What the journal says about revoked certificates and the CRLs that name them.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::Event;
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

/// The revoked certificates of one authority.
#[derive(Debug, Clone, Default)]
pub struct Revocations {
    /// Every change in order.
    changes: Vec<Change>,
    /// By serial, the index of the last change.
    last: HashMap<Serial, usize>,
    /// Every CRL in order.
    crls: Vec<IssuedCrl>,
}

/// One change.
#[derive(Debug, Clone)]
struct Change {
    /// Number of the journal line.
    seq: u64,
    /// The entry that CRLs have from now on; `removeFromCRL` for a release.
    entry: RevokedEntry,
    not_after: Option<OffsetDateTime>,
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

/// What a CRL is to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrlScope {
    /// The journal line after which nothing counts.
    pub as_of: u64,
    /// For a delta the number of the CRL that it starts from.
    pub base: Option<u64>,
    /// Whether certificates stay listed after they expired.
    pub keep_expired: bool,
    /// When it is made, in whole seconds: what an earlier CRL says of a time after that came from a clock that ran ahead.
    pub made_at: OffsetDateTime,
}

impl Revocations {
    /// What is said of a serial: its entry, if it is revoked or on hold.
    pub fn find(&self, serial: &Serial) -> Option<&RevokedEntry> {
        let change = self.changes.get(*self.last.get(serial)?)?;
        (!change.is_release()).then_some(&change.entry)
    }

    /// The journal line that last revoked or released a serial.
    pub fn changed_at(&self, serial: &Serial) -> Option<u64> {
        self.changes.get(*self.last.get(serial)?).map(|change| change.seq)
    }

    /// Everything that is revoked or on hold, in the order of its last change.
    pub fn iter(&self) -> impl Iterator<Item = &RevokedEntry> {
        self.changes
            .iter()
            .enumerate()
            .filter(|(index, change)| !change.is_release() && self.last.get(&change.entry.serial) == Some(index))
            .map(|(_, change)| &change.entry)
    }

    /// Every CRL, oldest first.
    pub fn crls(&self) -> &[IssuedCrl] {
        &self.crls
    }

    /// What a CRL lists, in the order in which it was revoked. A full one leaves out what had expired when the full one before
    /// it was made: everything is listed at least once after its end (RFC 5280 §3.3). CRLs that a clock made that ran ahead do not
    /// count, since what they took for expired may be valid. A delta lists what changed since its
    /// base: new and changed entries, and `removeFromCRL` for what the base still lists (RFC 5280 §5.2.4).
    pub fn entries(&self, scope: CrlScope) -> Vec<RevokedEntry> {
        let before =
            |crl: &&IssuedCrl| crl.seq < scope.as_of && crl.record.base.is_none() && crl.made_at <= scope.made_at;
        let known = self.changes.partition_point(|change| change.seq <= scope.as_of);
        let changes = &self.changes[..known];
        let Some(base) = scope.base else {
            let previous = self.crls.iter().rev().find(before).map(|crl| crl.made_at);
            let gone = |change: &&Change| match (change.not_after, previous) {
                (Some(end), Some(previous)) => !scope.keep_expired && end < previous,
                _ => false,
            };
            return standing(changes)
                .into_iter()
                .filter(|change| !gone(change))
                .map(|change| change.entry.clone())
                .collect();
        };
        let base = self.crls.iter().find(|crl| crl.record.number == base && crl.record.base.is_none());
        let since = changes.partition_point(|change| base.is_some_and(|base| change.seq <= base.seq));
        let (listed, new) = changes.split_at(since);
        let in_base: std::collections::HashSet<&Serial> = if new.iter().any(Change::is_release) {
            standing(listed).iter().map(|change| &change.entry.serial).collect()
        } else {
            Default::default()
        };
        latest(new)
            .into_iter()
            .filter(|change| !change.is_release() || in_base.contains(&change.entry.serial))
            .map(|change| change.entry.clone())
            .collect()
    }

    /// Adds what a line says, if it is about revocation at all.
    pub(super) fn add(&mut self, seq: u64, event: &Event, time: OffsetDateTime) -> Result<(), String> {
        match event {
            Event::CertificateRevoked(record) => self.revoke(seq, record),
            Event::CertificateReleased { serial, .. } => self.release(seq, serial, time),
            Event::CrlIssued(record) => {
                self.crls.push(IssuedCrl::new(seq, record.clone())?);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn revoke(&mut self, seq: u64, record: &RevocationRecord) -> Result<(), String> {
        let entry = record.entry()?;
        let not_after = record.not_after.as_deref().map(instant).transpose()?;
        self.push(Change { seq, entry, not_after });
        Ok(())
    }

    /// Takes a certificate off hold.
    fn release(&mut self, seq: u64, serial: &str, time: OffsetDateTime) -> Result<(), String> {
        let serial = read_serial(serial)?;
        let not_after =
            self.last.get(&serial).and_then(|index| self.changes.get(*index)).and_then(|change| change.not_after);
        let reason = Some(RevocationReason::RemoveFromCrl);
        let revoked_at = time.replace_nanosecond(0).unwrap_or(time);
        self.push(Change { seq, entry: RevokedEntry { serial, revoked_at, reason, invalidity_date: None }, not_after });
        Ok(())
    }

    fn push(&mut self, change: Change) {
        self.last.insert(change.entry.serial.clone(), self.changes.len());
        self.changes.push(change);
    }
}

/// What the CRLs of an authority are at now: enough to tell what is due and what may come next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    full: Option<IssuedCrl>,
    delta: Option<IssuedCrl>,
    /// The line of the last revocation or release; 0 before the first.
    changed: u64,
}

impl Standing {
    /// The newest full CRL.
    pub fn newest_full(&self) -> Option<&IssuedCrl> {
        self.full.as_ref()
    }

    /// The newest delta CRL that starts from the newest full one.
    pub fn newest_delta(&self) -> Option<&IssuedCrl> {
        self.delta.as_ref()
    }

    /// The newest CRL of either kind.
    pub fn newest(&self) -> Option<&IssuedCrl> {
        self.newest_delta().or_else(|| self.newest_full())
    }

    /// Whether anything was revoked or released since a journal line.
    pub fn changed_since(&self, seq: u64) -> bool {
        self.changed > seq
    }

    /// Adds what a line says, if it is about revocation at all.
    pub(super) fn add(&mut self, seq: u64, event: &Event) -> Result<(), String> {
        match event {
            Event::CertificateRevoked(_) | Event::CertificateReleased { .. } => self.changed = seq,
            Event::CrlIssued(record) => {
                let crl = IssuedCrl::new(seq, record.clone())?;
                let is_delta = record.base.is_some();
                *(if is_delta { &mut self.delta } else { &mut self.full }) = Some(crl);
                if !is_delta {
                    self.delta = None;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Why a CRL cannot follow what is here: numbers only rise, time only goes on (RFC 5280 §5.2.3).
    pub(super) fn contradiction(&self, record: &CrlRecord) -> Option<String> {
        let CrlRecord { number, base, this_update, .. } = record;
        let Ok(this) = instant(this_update) else {
            return Some("the CRL's thisUpdate is no RFC 3339 instant".to_owned());
        };
        if let Some(last) = self.newest() {
            if *number <= last.record.number {
                return Some(format!("a CRL with the number {number} after the one with {}", last.record.number));
            }
            if this < last.this_update {
                return Some(format!("a CRL of {this_update} after the one of {}", last.record.this_update));
            }
        }
        let has_base = |base: &u64| self.newest_full().is_some_and(|full| full.record.number == *base);
        base.filter(|base| !has_base(base))
            .map(|base| format!("a delta CRL that starts from number {base}, which is not the newest full CRL"))
    }
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

impl Change {
    fn is_release(&self) -> bool {
        self.entry.reason == Some(RevocationReason::RemoveFromCrl)
    }
}

/// The last change of every serial, in order.
fn latest(changes: &[Change]) -> Vec<&Change> {
    let mut seen = std::collections::HashSet::with_capacity(changes.len());
    let mut found: Vec<_> = changes.iter().rev().filter(|change| seen.insert(&change.entry.serial)).collect();
    found.reverse();
    found
}

/// What is revoked or on hold after these changes.
fn standing(changes: &[Change]) -> Vec<&Change> {
    let mut found = latest(changes);
    found.retain(|change| !change.is_release());
    found
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
