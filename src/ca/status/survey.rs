//! One pass over the certificates.

use std::collections::{BTreeMap, HashMap};

use time::{Duration, OffsetDateTime};

use super::{Counts, ExpiringCertificate, KeyStatus, Limits};
use crate::ca::CaError;
use crate::ca::issue::AUTHORITY_LINEAGE;
use crate::ca::renew::due_from;
use crate::keys::KeyRules;
use crate::store::{CertificateRecord, State};
use crate::x509::RevocationReason;
use crate::x509::time::{format_instant, parse_instant};

/// What one pass over the certificates finds. Instants are compared as they are written: all of them are RFC 3339 in UTC with
/// whole seconds.
pub(super) struct Survey {
    pub(super) counts: Counts,
    pub(super) certificates: Vec<ExpiringCertificate>,
    pub(super) keys: Vec<KeyStatus>,
    pub(super) calendar: Vec<(String, u64)>,
    /// The longest lifetime of what each authority signed and is valid.
    pub(super) longest: HashMap<String, Duration>,
}

impl Survey {
    pub(super) fn of(state: &State, limits: &Limits, now: OffsetDateTime) -> Result<Self, CaError> {
        let month = Duration::days(30);
        let horizon = limits.within.map_or(Ok(now.saturating_add(month)), |span| span.after(now))?;
        let lately = format_instant(now.saturating_sub((horizon - now).max(month)));
        let (now_text, horizon_text) = (format_instant(now), format_instant(horizon));
        let year_text = format_instant(now.saturating_add(Duration::days(366)));
        let mut found = Self {
            counts: Counts::default(),
            certificates: Vec::new(),
            keys: Vec::new(),
            calendar: Vec::new(),
            longest: HashMap::new(),
        };
        let mut newest: HashMap<&str, usize> = HashMap::with_capacity(state.certificates.len());
        // For every key when it was first certified, and how often.
        let mut keys: HashMap<&str, (&str, u32)> = HashMap::with_capacity(state.certificates.len());
        for (index, record) in state.certificates.iter().enumerate() {
            newest.insert(&record.lineage, index);
            let key = keys.entry(&record.key_sha256).or_insert((&record.not_before, 0));
            key.0 = key.0.min(&record.not_before);
            key.1 += 1;
        }
        let mut days: BTreeMap<&str, u64> = BTreeMap::new();
        for (index, record) in state.certificates.iter().enumerate() {
            if record.lineage.starts_with(AUTHORITY_LINEAGE) {
                continue;
            }
            let expired = record.not_after < now_text;
            if expired {
                found.counts.expired += 1;
            }
            let is_newest = newest.get(record.lineage.as_str()) == Some(&index);
            if expired && (!is_newest || record.not_after < lately) {
                continue;
            }
            let revocation = record.serial().and_then(|serial| state.revocation(&record.authority, &serial));
            if let Some(revocation) = revocation {
                match revocation.reason {
                    _ if expired => {}
                    Some(RevocationReason::CertificateHold) => found.counts.on_hold += 1,
                    _ => found.counts.revoked += 1,
                }
                continue;
            }
            if !is_newest {
                found.counts.superseded += 1;
                continue;
            }
            if !expired {
                found.counts.valid += 1;
                found.note_length(record)?;
                found.note_key(record, &keys, limits, now)?;
                if record.not_after < year_text
                    && let Some(day) = record.not_after.get(..10)
                {
                    *days.entry(day).or_default() += 1;
                }
            }
            if record.not_after <= horizon_text {
                found.note_expiring(record, limits, now, expired)?;
            }
        }
        found.calendar = days.into_iter().map(|(day, count)| (day.to_owned(), count)).collect();
        found.certificates.sort_by(|a, b| a.not_after.cmp(&b.not_after).then_with(|| a.lineage.cmp(&b.lineage)));
        found.keys.sort_by(|a, b| a.lineage.cmp(&b.lineage));
        Ok(found)
    }

    fn note_expiring(
        &mut self,
        record: &CertificateRecord,
        limits: &Limits,
        now: OffsetDateTime,
        expired: bool,
    ) -> Result<(), CaError> {
        let (begin, end) = (parse_instant(&record.not_before)?, record.not_after()?);
        // What lives for a day is not worth a word until most of it is gone.
        if limits.within.is_none() && now < due_from(begin, end) {
            return Ok(());
        }
        self.certificates.push(ExpiringCertificate {
            lineage: record.lineage.clone(),
            serial: record.serial.clone(),
            profile: record.profile.clone(),
            authority: record.authority.clone(),
            not_after: record.not_after.clone(),
            days: (end - now).whole_days(),
            state: if expired { "expired" } else { "expires soon" },
        });
        Ok(())
    }

    fn note_key(
        &mut self,
        record: &CertificateRecord,
        keys: &HashMap<&str, (&str, u32)>,
        limits: &Limits,
        now: OffsetDateTime,
    ) -> Result<(), CaError> {
        let (since, uses) = keys.get(record.key_sha256.as_str()).copied().unwrap_or((&record.not_before, 1));
        let mut wrong = Vec::new();
        // What was issued here passed the same check; only what was brought may be weak.
        if record.authority.is_empty() || !record.chain.is_empty() {
            let key = record.certificate()?.public_key().map_err(|error| CaError::key(&record.lineage, error))?;
            wrong.extend(key.check(&KeyRules::default()).err().map(|weakness| format!("weak: {weakness}")));
        }
        if uses > limits.key_uses.saturating_add(1) {
            wrong.push(format!("{uses} certificates were made for it"));
        }
        // A certificate that is not yet due may well be older than the limit itself.
        if uses > 1 && limits.key_age.after(parse_instant(since)?)? < now {
            wrong.push(format!("in use for longer than {}", limits.key_age));
        }
        if !wrong.is_empty() {
            self.keys.push(KeyStatus {
                lineage: record.lineage.clone(),
                key_sha256: record.key_sha256.clone(),
                since: since.to_owned(),
                uses,
                attention: wrong.join(", "),
            });
        }
        Ok(())
    }

    fn note_length(&mut self, record: &CertificateRecord) -> Result<(), CaError> {
        if record.authority.is_empty() {
            return Ok(());
        }
        let length = record.not_after()? - parse_instant(&record.not_before)?;
        match self.longest.get_mut(&record.authority) {
            Some(longest) => *longest = (*longest).max(length),
            None => {
                self.longest.insert(record.authority.clone(), length);
            }
        }
        Ok(())
    }
}
