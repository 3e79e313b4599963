//! What the CRLs of an authority are at, without what they list.

use serde::{Deserialize, Serialize};

use super::{CrlRecord, IssuedCrl, instant};
use crate::store::Event;

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
    pub(in crate::store) fn add(&mut self, seq: u64, event: &Event) -> Result<(), String> {
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
    pub(in crate::store) fn contradiction(&self, record: &CrlRecord) -> Option<String> {
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
