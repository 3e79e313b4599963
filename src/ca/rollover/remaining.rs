//! What an authority signed and is still in use.

use std::collections::HashSet;
use std::fmt;

use serde::Serialize;
use time::OffsetDateTime;

use crate::ca::issue::AUTHORITY_LINEAGE;
use crate::ca::{CaError, RESPONDER_PROFILE, distrust};
use crate::store::{CertificateRow, State};
use crate::x509::RevocationReason;
use crate::x509::time::format_instant;

/// Something that stops working for those who do not trust the old authority any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remaining {
    /// `certificate`, or `authority` for one below.
    pub kind: &'static str,
    /// The lineage, or the authority's name.
    pub name: String,
    /// Lower-case hex.
    pub serial: String,
    /// RFC 3339.
    pub not_after: String,
    /// What is to be done: `renew`, `deliver` where a renewed one waits for its files to be written, `rollover` for an authority,
    /// `sign` where it is the certificate of one whose store is elsewhere: that has to be followed by another one.
    pub next: &'static str,
}

impl fmt::Display for Remaining {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.kind == "authority" { "authority " } else { "" };
        write!(f, "{kind}{} (until {})", self.name, self.not_after)
    }
}

/// What an authority signed and is still in use, soonest to lapse first: the newest certificates of their names that are valid and
/// not revoked, older ones whose files wait for the newest, and the authorities below that nothing has replaced.
///
/// # Errors
/// [`CaError::X509`] when the journal holds something unreadable.
pub fn remaining(state: &State, authority: &str, now: OffsetDateTime) -> Result<Vec<Remaining>, CaError> {
    let mut found = Vec::new();
    let now_text = format_instant(now);
    state.revocations(authority)?;
    let pending: HashSet<&str> = state.pending_deliveries().map(|delivery| delivery.lineage.as_str()).collect();
    state.for_each_in_lineage::<CaError>(&mut |row, newest| {
        let own = row.authority == authority
            && !row.lineage.starts_with(AUTHORITY_LINEAGE)
            && row.profile != RESPONDER_PROFILE
            && row.not_after >= now_text.as_str();
        if !own || is_revoked(state, row)? {
            return Ok(());
        }
        // Authorities have no alternative names: not every certificate has to be looked at.
        let is_ca = || -> Result<bool, CaError> {
            let record = if row.names.is_empty() { state.copy_by_serial(row.serial)? } else { None };
            Ok(record.map(|record| record.certificate()).transpose()?.is_some_and(|certificate| certificate.is_ca()))
        };
        let next = if newest && is_ca()? {
            "sign"
        } else if newest {
            "renew"
        } else if pending.contains(row.lineage) {
            "deliver"
        } else {
            return Ok(());
        };
        let (name, serial, not_after) = (row.lineage.to_owned(), row.serial.to_owned(), row.not_after.to_owned());
        found.push(Remaining { kind: "certificate", name, serial, not_after, next });
        Ok(())
    })?;
    if let Some(own) = state.authorities.get(authority) {
        for (name, record) in &state.authorities {
            if !record.chain.contains(&own.certificate) || record.rollover.finished {
                continue;
            }
            let certificate = record.certificate()?;
            if distrust(state, record)?.is_some() || certificate.not_after < now {
                continue;
            }
            let (serial, not_after) = (certificate.serial.hex(), format_instant(certificate.not_after));
            found.push(Remaining { kind: "authority", name: name.clone(), serial, not_after, next: "rollover" });
        }
    }
    found.sort_by(|a, b| a.not_after.cmp(&b.not_after).then_with(|| a.name.cmp(&b.name)));
    Ok(found)
}

/// Whether a certificate is revoked for good. One on hold may come back.
fn is_revoked(state: &State, row: &CertificateRow<'_>) -> Result<bool, CaError> {
    let revocation = state.revocation_of(row.authority, row.serial)?;
    Ok(revocation.is_some_and(|entry| entry.reason != Some(RevocationReason::CertificateHold)))
}
