//! What needs attention: certificates, authorities, CRLs, keys and deliveries, judged at an instant.

mod survey;

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use self::survey::Survey;
use super::{CaError, Distrust, Due, Schedule, check_clock, remaining};
use crate::store::{Rollover, State, Store};
use crate::x509::time::{Span, format_instant, parse_instant};

/// What counts as due.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// What has this long or less to live; where nothing is said 30 days, or a third of the lifetime if that is less; for an authority
    /// a tenth of its lifetime if that is more.
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
    /// What is wrong with the clock: nothing is signed while it lags behind the journal.
    pub clock: Option<String>,
    /// How many certificates there are of each kind; authorities' own are not counted.
    pub counts: Counts,
    /// The newest certificates of their names that expire soon, or did lately; soonest first.
    pub certificates: Vec<ExpiringCertificate>,
    /// Every authority.
    pub authorities: Vec<AuthorityStatus>,
    /// Every rollover, those that are finished included.
    pub rollovers: Vec<RolloverStatus>,
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
    /// Whether that is the mode of its key: see [`Status::note_keys`].
    #[serde(skip)]
    pub exposed: bool,
}

/// An authority that another one replaces.
#[derive(Debug, Serialize)]
pub struct RolloverStatus {
    /// The one that is replaced.
    pub authority: String,
    /// The one that takes its place.
    pub successor: String,
    /// From when on the old one signs no certificates any more, RFC 3339.
    pub retire: Option<String>,
    /// Whether the old one is replaced for good.
    pub finished: bool,
    /// How much of what the old one signed is still in use: certificates, and authorities below it.
    pub in_use: usize,
    /// When the last of that lapses, RFC 3339.
    pub lapses: Option<String>,
    /// What is to be done, if anything.
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
            clock: check_clock(state, now).err().map(|error| error.to_string()),
            counts: survey.counts,
            certificates: survey.certificates,
            authorities: authorities(state, limits, now, &survey.longest)?,
            rollovers: rollovers(state, limits, now)?,
            crls: crls(state, &survey.serving, now)?,
            keys: survey.keys,
            deliveries: undelivered(state, now)?,
            calendar: survey.calendar,
        };
        status.ok = status.due().iter().all(|(_, count)| *count == 0);
        Ok(status)
    }

    /// Looks at the private keys of authorities as well, which the journal tells nothing about: one that others can get at is used
    /// for nothing.
    pub fn note_keys(&mut self, store: &Store) {
        for one in self.authorities.iter_mut().filter(|one| one.key && one.attention.is_none()) {
            one.attention = store.exposed_authority_key(&one.authority);
            one.exposed = one.attention.is_some();
        }
        self.ok = self.due().iter().all(|(_, count)| *count == 0);
    }

    /// How many things of each kind need attention.
    pub fn due(&self) -> [(&'static str, usize); 7] {
        [
            ("authority", self.authorities.iter().filter(|one| one.attention.is_some()).count()),
            ("certificate", self.certificates.len()),
            ("clock", usize::from(self.clock.is_some())),
            ("crl", self.crls.iter().filter(|one| one.attention.is_some()).count()),
            ("delivery", self.deliveries.len()),
            ("key", self.keys.len()),
            ("rollover", self.rollovers.iter().filter(|one| one.attention.is_some()).count()),
        ]
    }
}

fn authorities(
    state: &State,
    limits: &Limits,
    now: OffsetDateTime,
    longest: &HashMap<String, Duration>,
) -> Result<Vec<AuthorityStatus>, CaError> {
    let mut all = Vec::with_capacity(state.authorities.len());
    for (name, record) in &state.authorities {
        let certificate = record.certificate()?;
        let end = certificate.not_after;
        let horizon = match limits.within {
            Some(span) => span.after(now)?,
            None => now.saturating_add(notice(end - certificate.not_before)),
        };
        let distrust = super::distrust(state, record)?;
        let revoked = distrust.is_some();
        let replaced = record.rollover.successor.is_some();
        let lasts = longest.get(name).copied().unwrap_or_default();
        let attention = if replaced {
            // What is to be done about it is told with its rollover.
            None
        } else if let Some(distrust) = distrust {
            let which = if distrust == Distrust::Revoked { "it" } else { "an authority above it" };
            Some(format!("{which} is revoked: what it signed is refused"))
        } else if now > end {
            Some("it has expired".to_owned())
        } else if end <= horizon {
            Some("it expires soon: put a new one beside it with authority rollover".to_owned())
        } else if now + lasts > end {
            Some("it ends before what it signs would: put a new one beside it with authority rollover".to_owned())
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
            exposed: false,
        });
    }
    Ok(all)
}

/// How long before its end an authority is announced: all who trust it have to get a new one meanwhile.
fn notice(lifetime: Duration) -> Duration {
    Duration::max(lifetime / 10, Duration::days(30)).min(lifetime / 3)
}

fn rollovers(state: &State, limits: &Limits, now: OffsetDateTime) -> Result<Vec<RolloverStatus>, CaError> {
    let horizon = limits.within.map_or(Ok(now + Duration::days(30)), |span| span.after(now))?;
    let mut all = Vec::new();
    for (name, record) in &state.authorities {
        let Rollover { successor: Some(successor), retire, finished, .. } = &record.rollover else { continue };
        let left = remaining(state, name, now)?;
        let end = record.certificate()?.not_after;
        let retires = retire.as_deref().map(parse_instant).transpose()?;
        let attention = if *finished {
            None
        } else if left.is_empty() {
            Some("nothing of it is in use any more: finish the rollover".to_owned())
        } else if end <= horizon {
            Some("it expires soon: replace what it signed".to_owned())
        } else {
            retires.filter(|retires| *retires <= horizon).map(|retires| {
                let when = if retires <= now { "it has retired" } else { "it retires soon" };
                format!("{when}: replace what it signed")
            })
        };
        all.push(RolloverStatus {
            authority: name.clone(),
            successor: successor.clone(),
            retire: retire.clone(),
            finished: *finished,
            in_use: left.len(),
            lapses: left.last().map(|last| last.not_after.clone()),
            attention,
        });
    }
    Ok(all)
}

fn crls(state: &State, serving: &HashSet<String>, now: OffsetDateTime) -> Result<Vec<CrlStatus>, CaError> {
    let mut all = Vec::new();
    let ahead = super::crls_ahead(state, now);
    for name in state.authorities.keys() {
        let is_ahead = ahead.iter().any(|(authority, _)| authority == name);
        let (schedule, standing) = (Schedule::of(state, name)?, state.standing(name));
        let full = standing.newest_full();
        let wanted = !state.settings.crl_urls.is_empty() || standing.changed_since(0);
        let owes = owes(state, name, serving, now)?;
        if full.is_some() || (wanted && owes) {
            let due = schedule.due(standing, false, now)?.filter(|_| owes);
            all.push(crl(name, "full", full, due, is_ahead));
        }
        if schedule.delta_validity.is_some() && full.is_some() {
            let due = schedule.due(standing, true, now)?.filter(|_| owes);
            all.push(crl(name, "delta", standing.newest_delta(), due, is_ahead));
        }
    }
    Ok(all)
}

/// Whether somebody may still ask for an authority's CRLs: nobody does for one that has expired, and with it all that it signed.
///
/// # Errors
/// [`CaError::X509`] when the journal holds something unreadable.
pub fn owes_crls(state: &State, name: &str, now: OffsetDateTime) -> Result<bool, CaError> {
    let Some(record) = state.authorities.get(name) else { return Ok(false) };
    if now >= record.certificate()?.not_after {
        return Ok(false);
    }
    // Few are replaced for good, and only then are the certificates to be looked at.
    Ok(!record.rollover.finished || owes(state, name, &survey::serving(state, now)?, now)?)
}

/// Whether somebody may still ask for an authority's CRLs: always, until another authority took its place for good; then as long as
/// something that it signed has not lapsed. The cross-certificate of its successor is sent no more, and an authority below it
/// counts as long as that owes some itself.
fn owes(state: &State, name: &str, serving: &HashSet<String>, now: OffsetDateTime) -> Result<bool, CaError> {
    let Some(record) = state.authorities.get(name) else { return Ok(false) };
    if !record.rollover.finished || serving.contains(name) {
        return Ok(true);
    }
    for (below, other) in &state.authorities {
        // A chain begins with the authority that signed: one that leads back here there cannot be.
        if other.chain.first() == Some(&record.certificate)
            && other.certificate()?.not_after >= now
            && owes(state, below, serving, now)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn crl(
    authority: &str,
    kind: &'static str,
    newest: Option<&crate::store::IssuedCrl>,
    due: Option<Due>,
    is_ahead: bool,
) -> CrlStatus {
    const AHEAD: &str = "begins in the future: nobody takes it for valid before";
    CrlStatus {
        authority: authority.to_owned(),
        kind,
        number: newest.map(|newest| newest.record.number),
        next_update: newest.map(|newest| newest.record.next_update.clone()),
        attention: is_ahead.then_some(AHEAD).or(due.map(|due| match due {
            Due::Ahead => AHEAD,
            Due::Behind => "has a number that is too low",
            Due::Never => "never published",
            Due::Changed => "does not list the newest revocations",
            Due::Soon => "lapses soon",
            Due::Lapsed => "has lapsed",
        })),
    }
}

/// What `renew --due` would write: not what is for a certificate that is revoked, on hold or expired by now.
fn undelivered(state: &State, now: OffsetDateTime) -> Result<Vec<UndeliveredFiles>, CaError> {
    let mut all = Vec::new();
    for delivery in state.pending_deliveries() {
        let newest = state.lineage(&delivery.lineage)?.pop();
        let is_live = newest.map_or(Ok(true), |newest| {
            let revoked = state.revocation_of(&newest.authority, &newest.serial)?.is_some();
            Ok::<_, CaError>(!revoked && newest.not_after()? >= now)
        });
        if is_live? {
            all.push(UndeliveredFiles {
                lineage: delivery.lineage.clone(),
                serial: delivery.serial.clone(),
                path: delivery.path.clone(),
            });
        }
    }
    all.sort_by(|a, b| a.lineage.cmp(&b.lineage).then_with(|| a.path.cmp(&b.path)));
    Ok(all)
}
