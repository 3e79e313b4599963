//! Every revocation and release of an authority in order, and which of them a CRL lists.

use std::collections::HashMap;

use time::OffsetDateTime;

use super::{IssuedCrl, RevocationRecord, instant, read_serial};
use crate::store::Event;
use crate::x509::{RevocationReason, RevokedEntry, Serial};

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
    pub(in crate::store) fn add(&mut self, seq: u64, event: &Event, time: OffsetDateTime) -> Result<(), String> {
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
