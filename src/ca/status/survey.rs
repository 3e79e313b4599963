//! One pass over the certificates.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use time::{Duration, OffsetDateTime};

use super::{Counts, ExpiringCertificate, KeyStatus, Limits};
use crate::ca::issue::AUTHORITY_LINEAGE;
use crate::ca::renew::due_from;
use crate::ca::{CaError, RESPONDER_PROFILE};
use crate::keys::KeyRules;
use crate::store::{CertificateBrief, CertificateRow, State};
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
    /// The authorities of which a certificate has not expired, be it revoked; those of OCSP responders aside, who only serve them.
    pub(super) serving: HashSet<String>,
}

/// [`Survey::serving`] alone.
pub(super) fn serving(state: &State, now: OffsetDateTime) -> Result<HashSet<String>, CaError> {
    let now = format_instant(now);
    let mut found = HashSet::new();
    state.for_each_certificate::<CaError>(&mut |row| {
        if serves(row, &now) && !found.contains(row.authority) {
            found.insert(row.authority.to_owned());
        }
        Ok(())
    })?;
    Ok(found)
}

/// Whether those who check a certificate may ask for its authority's CRLs.
fn serves(row: &CertificateRow<'_>, now: &str) -> bool {
    !row.lineage.starts_with(AUTHORITY_LINEAGE) && row.not_after >= now && row.profile != RESPONDER_PROFILE
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
            serving: HashSet::new(),
        };
        state.load_revocations()?;
        let mut keys = Keys::expecting(state.expected());
        let mut newest = state.newest(&mut |brief| keys.note(brief))?.into_iter();
        keys.settle();
        let mut days: BTreeMap<String, u64> = BTreeMap::new();
        state.for_each_certificate::<CaError>(&mut |row| {
            let is_newest = newest.next().unwrap_or_default();
            if row.lineage.starts_with(AUTHORITY_LINEAGE) {
                return Ok(());
            }
            let expired = row.not_after < now_text.as_str();
            if expired {
                found.counts.expired += 1;
            }
            if serves(row, &now_text) && !found.serving.contains(row.authority) {
                found.serving.insert(row.authority.to_owned());
            }
            if expired && (!is_newest || row.not_after < lately.as_str()) {
                return Ok(());
            }
            if let Some(revocation) = state.revocation_of(row.authority, row.serial)? {
                match revocation.reason {
                    _ if expired => {}
                    Some(RevocationReason::CertificateHold) => found.counts.on_hold += 1,
                    _ => found.counts.revoked += 1,
                }
                return Ok(());
            }
            if !is_newest {
                found.counts.superseded += 1;
                return Ok(());
            }
            if !expired {
                found.counts.valid += 1;
                found.note_length(row)?;
                found.note_key(state, row, &keys, limits, now)?;
                if row.not_after < year_text.as_str()
                    && let Some(day) = row.not_after.get(..10)
                {
                    match days.get_mut(day) {
                        Some(count) => *count += 1,
                        None => {
                            days.insert(day.to_owned(), 1);
                        }
                    }
                }
            }
            if row.not_after <= horizon_text.as_str() {
                found.note_expiring(row, limits, now, expired)?;
            }
            Ok(())
        })?;
        found.calendar = days.into_iter().collect();
        found.certificates.sort_by(|a, b| a.not_after.cmp(&b.not_after).then_with(|| a.lineage.cmp(&b.lineage)));
        found.keys.sort_by(|a, b| a.lineage.cmp(&b.lineage));
        Ok(found)
    }

    fn note_expiring(
        &mut self,
        row: &CertificateRow<'_>,
        limits: &Limits,
        now: OffsetDateTime,
        expired: bool,
    ) -> Result<(), CaError> {
        let (begin, end) = (parse_instant(row.not_before)?, row.not_after()?);
        // What lives for a day is not worth a word until most of it is gone.
        if limits.within.is_none() && now < due_from(begin, end) {
            return Ok(());
        }
        self.certificates.push(ExpiringCertificate {
            lineage: row.lineage.to_owned(),
            serial: row.serial.to_owned(),
            profile: row.profile.to_owned(),
            authority: row.authority.to_owned(),
            not_after: row.not_after.to_owned(),
            days: (end - now).whole_days(),
            state: if expired { "expired" } else { "expires soon" },
        });
        Ok(())
    }

    fn note_key(
        &mut self,
        state: &State,
        row: &CertificateRow<'_>,
        keys: &Keys,
        limits: &Limits,
        now: OffsetDateTime,
    ) -> Result<(), CaError> {
        let (since, uses) = keys.get(row)?;
        let mut wrong = Vec::new();
        // What was issued here passed the same check; only what was brought may be weak.
        if (row.authority.is_empty() || row.brought)
            && let Some(record) = state.by_serial(row.serial)?
        {
            let key = record.certificate()?.public_key().map_err(|error| CaError::key(row.lineage, error))?;
            wrong.extend(key.check(&KeyRules::default()).err().map(|weakness| format!("weak: {weakness}")));
        }
        // A requester's key only the requester can change.
        if row.key && uses > limits.key_uses.saturating_add(1) {
            wrong.push(format!("{uses} certificates were made for it"));
        }
        // A certificate that is not yet due may well be older than the limit itself.
        if row.key && uses > 1 && limits.key_age.after(since)? < now {
            wrong.push(format!("in use for longer than {}", limits.key_age));
        }
        if !wrong.is_empty() {
            self.keys.push(KeyStatus {
                lineage: row.lineage.to_owned(),
                key_sha256: row.key_sha256.to_owned(),
                since: format_instant(since),
                uses,
                attention: wrong.join(", "),
            });
        }
        Ok(())
    }

    fn note_length(&mut self, row: &CertificateRow<'_>) -> Result<(), CaError> {
        if row.authority.is_empty() {
            return Ok(());
        }
        let length = row.not_after()? - parse_instant(row.not_before)?;
        match self.longest.get_mut(row.authority) {
            Some(longest) => *longest = (*longest).max(length),
            None => {
                self.longest.insert(row.authority.to_owned(), length);
            }
        }
        Ok(())
    }
}

/// When each key was first certified, and how often. There may be a million of them: a hash that nobody can aim at tells them
/// apart.
struct Keys {
    hasher: RandomState,
    /// Each time that one was certified: its hash, and when, in seconds since 1970.
    all: Vec<(u64, i64)>,
    /// Those that were certified more than once: since when, and how often.
    again: HashMap<u64, (i64, u32)>,
}

impl Keys {
    fn expecting(count: usize) -> Self {
        Self { hasher: RandomState::new(), all: Vec::with_capacity(count), again: HashMap::new() }
    }

    fn note(&mut self, brief: &CertificateBrief<'_>) -> Result<(), CaError> {
        let begin = parse_instant(brief.not_before)?.unix_timestamp();
        self.all.push((self.hasher.hash_one(brief.key_sha256), begin));
        Ok(())
    }

    /// Finds those that were certified more than once, when all are noted.
    fn settle(&mut self) {
        let mut all = std::mem::take(&mut self.all);
        all.sort_unstable();
        for same in all.chunk_by(|one, next| one.0 == next.0) {
            if let [(hash, first), _, ..] = same {
                self.again.insert(*hash, (*first, u32::try_from(same.len()).unwrap_or(u32::MAX)));
            }
        }
    }

    /// Since when the key of a certificate is certified, and how often it was.
    fn get(&self, row: &CertificateRow<'_>) -> Result<(OffsetDateTime, u32), CaError> {
        let known = match self.again.is_empty() {
            true => None,
            false => self.again.get(&self.hasher.hash_one(row.key_sha256)),
        };
        Ok(match known {
            Some((since, uses)) => {
                (OffsetDateTime::from_unix_timestamp(*since).unwrap_or(OffsetDateTime::UNIX_EPOCH), *uses)
            }
            None => (parse_instant(row.not_before)?, 1),
        })
    }
}
