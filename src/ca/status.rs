//! What needs attention: certificates, authorities, CRLs, keys and deliveries, judged at an instant.

use std::collections::HashMap;

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::renew::due_from;
use super::{CaError, Due, Schedule};
use crate::keys::KeyRules;
use crate::store::{AuthorityRecord, CertificateRecord, State};
use crate::x509::RevocationReason;
use crate::x509::time::{Span, format_instant, parse_instant};

/// How the lineages of authorities' own certificates begin.
const AUTHORITY: &str = "authority-";

/// What counts as due.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// What has this long or less to live; where nothing is said 30 days, or a third of the lifetime if that is less.
    pub within: Option<Span>,
    /// A key is old when it was first certified this long ago.
    pub key_age: Span,
    /// A key is worn when more certificates than this were made for it, the first aside.
    pub key_uses: u32,
}

/// The whole picture.
#[derive(Debug, Serialize)]
pub struct Status {
    /// Whether nothing needs attention.
    pub ok: bool,
    /// The instant it is about, RFC 3339.
    pub at: String,
    /// How many certificates there are of each kind; authorities' own are not counted.
    pub counts: Counts,
    /// The newest certificates of their names that expire soon, or did lately; soonest first.
    pub certificates: Vec<ExpiringCertificate>,
    /// Every authority.
    pub authorities: Vec<AuthorityStatus>,
    /// Every CRL, and those that are missing.
    pub crls: Vec<CrlStatus>,
    /// Keys that are weak, old or worn.
    pub keys: Vec<KeyStatus>,
    /// Files that an earlier renewal could not write, or whose readers could not be told.
    pub deliveries: Vec<UndeliveredFiles>,
    /// How many certificates expire on each day of the coming year that has any: `2026-11-22` and the number.
    pub calendar: Vec<(String, u64)>,
}

/// How many certificates there are.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// The newest of their names, valid now or later.
    pub valid: u64,
    /// Not the newest of their names, but valid.
    pub superseded: u64,
    /// Expired.
    pub expired: u64,
    /// Revoked, and not expired yet.
    pub revoked: u64,
    /// On hold, and not expired yet.
    pub on_hold: u64,
}

/// A certificate that has to be renewed.
#[derive(Debug, Serialize)]
pub struct ExpiringCertificate {
    /// Its lineage.
    pub lineage: String,
    /// Lower-case hex.
    pub serial: String,
    /// Its profile.
    pub profile: String,
    /// Who signed it.
    pub authority: String,
    /// RFC 3339.
    pub not_after: String,
    /// Whole days left; negative once it expired.
    pub days: i64,
    /// `expires soon` or `expired`.
    pub state: &'static str,
}

/// An authority.
#[derive(Debug, Serialize)]
pub struct AuthorityStatus {
    /// Its name.
    pub authority: String,
    /// RFC 3339.
    pub not_after: String,
    /// Whole days left.
    pub days: i64,
    /// Whether the store has its key.
    pub key: bool,
    /// Whether it is revoked.
    pub revoked: bool,
    /// What is wrong, if anything.
    pub attention: Option<String>,
}

/// A CRL.
#[derive(Debug, Serialize)]
pub struct CrlStatus {
    /// Whose.
    pub authority: String,
    /// `full` or `delta`.
    pub kind: &'static str,
    /// Its number; none where there is no CRL.
    pub number: Option<u64>,
    /// When it lapses, RFC 3339.
    pub next_update: Option<String>,
    /// What is wrong, if anything.
    pub attention: Option<&'static str>,
}

/// A key that should be changed.
#[derive(Debug, Serialize)]
pub struct KeyStatus {
    /// The lineage whose newest certificate has it.
    pub lineage: String,
    /// SHA-256 of its `SubjectPublicKeyInfo`, hex.
    pub key_sha256: String,
    /// When it was first certified, RFC 3339.
    pub since: String,
    /// How many certificates were made for it.
    pub uses: u32,
    /// What is wrong.
    pub attention: String,
}

/// Files that are not what they should be.
#[derive(Debug, Serialize)]
pub struct UndeliveredFiles {
    /// The lineage.
    pub lineage: String,
    /// The certificate that should be there, lower-case hex.
    pub serial: String,
    /// The directory or file.
    pub path: String,
}

impl Status {
    /// Judges a store.
    ///
    /// # Errors
    /// [`CaError::X509`] when the journal holds something unreadable, or a duration leaves the calendar.
    pub fn of(state: &State, limits: &Limits, now: OffsetDateTime) -> Result<Self, CaError> {
        let survey = Survey::of(state, limits, now)?;
        let mut status = Self {
            ok: true,
            at: format_instant(now),
            counts: survey.counts,
            certificates: survey.certificates,
            authorities: authorities(state, limits, now, &survey.longest)?,
            crls: crls(state, now)?,
            keys: survey.keys,
            deliveries: undelivered(state),
            calendar: survey.calendar,
        };
        status.ok = status.due().iter().all(|(_, count)| *count == 0);
        Ok(status)
    }

    /// How many things of each kind need attention.
    pub fn due(&self) -> [(&'static str, usize); 5] {
        [
            ("authority", self.authorities.iter().filter(|one| one.attention.is_some()).count()),
            ("certificate", self.certificates.len()),
            ("crl", self.crls.iter().filter(|one| one.attention.is_some()).count()),
            ("delivery", self.deliveries.len()),
            ("key", self.keys.len()),
        ]
    }
}

/// What one pass over the certificates finds. Instants are compared as they are written: all of them are RFC 3339 in UTC with
/// whole seconds.
struct Survey {
    counts: Counts,
    certificates: Vec<ExpiringCertificate>,
    keys: Vec<KeyStatus>,
    calendar: Vec<(String, u64)>,
    /// The longest lifetime of what each authority signed and is valid.
    longest: HashMap<String, Duration>,
}

impl Survey {
    fn of(state: &State, limits: &Limits, now: OffsetDateTime) -> Result<Self, CaError> {
        let month = Duration::days(30);
        let horizon = limits.within.map_or(Ok(now + month), |span| span.after(now))?;
        let lately = format_instant(now - (horizon - now).max(month));
        let (now_text, horizon_text) = (format_instant(now), format_instant(horizon));
        let year_text = format_instant(now + Duration::days(366));
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
        let mut days: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
        for (index, record) in state.certificates.iter().enumerate() {
            if record.lineage.starts_with(AUTHORITY) {
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

fn authorities(
    state: &State,
    limits: &Limits,
    now: OffsetDateTime,
    longest: &HashMap<String, Duration>,
) -> Result<Vec<AuthorityStatus>, CaError> {
    let horizon = limits.within.map_or(Ok(now + Duration::days(30)), |span| span.after(now))?;
    let mut all = Vec::with_capacity(state.authorities.len());
    for (name, record) in &state.authorities {
        let certificate = record.certificate()?;
        let end = certificate.not_after;
        let revoked = is_revoked(state, record)?;
        let lasts = longest.get(name).copied().unwrap_or_default();
        let attention = if revoked {
            Some("it is revoked: what it signed is refused".to_owned())
        } else if now > end {
            Some("it has expired".to_owned())
        } else if end <= horizon {
            Some("it expires soon: put a new one beside it".to_owned())
        } else if now + lasts > end {
            Some("it ends before the certificates that it signs would: put a new one beside it".to_owned())
        } else {
            None
        };
        all.push(AuthorityStatus {
            authority: name.clone(),
            not_after: format_instant(end),
            days: (end - now).whole_days(),
            key: record.key,
            revoked,
            attention,
        });
    }
    Ok(all)
}

fn is_revoked(state: &State, record: &AuthorityRecord) -> Result<bool, CaError> {
    let mut path = vec![record.certificate()?];
    path.extend(record.chain()?);
    match super::revoke::check_not_revoked(state, &record.authority, &path) {
        Ok(()) => Ok(false),
        Err(CaError::Refused { .. }) => Ok(true),
        Err(error) => Err(error),
    }
}

fn crls(state: &State, now: OffsetDateTime) -> Result<Vec<CrlStatus>, CaError> {
    let mut all = Vec::new();
    for name in state.authorities.keys() {
        let (schedule, revocations) = (Schedule::of(state, name)?, state.revocations(name));
        let full = revocations.newest_full();
        let wanted = !state.settings.crl_urls.is_empty() || revocations.changed_since(0);
        if full.is_some() || wanted {
            let due = schedule.due(revocations, false, now)?;
            all.push(crl(name, "full", full, due));
        }
        if schedule.delta_validity.is_some() && full.is_some() {
            all.push(crl(name, "delta", revocations.newest_delta(), schedule.due(revocations, true, now)?));
        }
    }
    Ok(all)
}

fn crl(authority: &str, kind: &'static str, newest: Option<&crate::store::IssuedCrl>, due: Option<Due>) -> CrlStatus {
    CrlStatus {
        authority: authority.to_owned(),
        kind,
        number: newest.map(|newest| newest.record.number),
        next_update: newest.map(|newest| newest.record.next_update.clone()),
        attention: due.map(|due| match due {
            Due::Never => "never published",
            Due::Changed => "does not list the newest revocations",
            Due::Soon => "lapses soon",
            Due::Lapsed => "has lapsed",
        }),
    }
}

fn undelivered(state: &State) -> Vec<UndeliveredFiles> {
    let pending = state.all_deliveries().filter(|delivery| delivery.pending);
    let mut all: Vec<_> = pending
        .map(|delivery| UndeliveredFiles {
            lineage: delivery.lineage.clone(),
            serial: delivery.serial.clone(),
            path: delivery.path.clone(),
        })
        .collect();
    all.sort_by(|a, b| a.lineage.cmp(&b.lineage).then_with(|| a.path.cmp(&b.path)));
    all
}
