//! What is to be signed in the place of a certificate: the same once more, judged without the authority's key.

use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};

use super::check_key;
use crate::ca::guard::Guard;
use crate::ca::issue::prepare_guarded;
use crate::ca::load::issuers_of;
use crate::ca::revoke::check_not_revoked;
use crate::ca::rollover::check_not_retired;
use crate::ca::{CaError, Session};
use crate::issuance::{IssuanceError, IssuerFacts, Prepared, Profile, Request, Validity};
use crate::keys::PublicKey;
use crate::store::{CertificateRecord, State};
use crate::x509::time::{Span, format_instant};
use crate::x509::{Certificate, GeneralName, Serial};

/// What would be renewed, and what be refused; signs nothing and needs no authority's key. `Sync`: many can be tried at once.
pub struct RenewalRehearsal<'a> {
    state: &'a State,
    guard: Guard<'a>,
    session: &'a Session<'a>,
}

impl<'a> RenewalRehearsal<'a> {
    /// On what a store holds.
    pub fn new(state: &'a State, session: &'a Session<'a>) -> Self {
        Self { state, guard: Guard::new(state), session }
    }

    /// The certificate that would follow one: with the same key, or where that is to be another one, with any.
    ///
    /// # Errors
    /// As [`renew`](super::renew).
    pub fn certificate(
        &self,
        record: &CertificateRecord,
        issuer: IssuerFacts<'_>,
        profile: &Profile,
        rekey: bool,
        changes: RenewalChanges<'_>,
    ) -> Result<Certificate, CaError> {
        let public_key = record.certificate()?.public_key().map_err(|error| CaError::key(&record.lineage, error))?;
        if !rekey {
            check_key(self.state, record, &public_key)?;
        }
        let again = Again { record, issuer, profile, public_key: &public_key, changes };
        let octets = self.session.serials.octets().map_err(|error| CaError::key("serial", error))?;
        let serial = Serial::from_random(octets);
        Ok(prepare_renewal(self.state, &self.guard, self.session, &again, &serial)?.preview().clone())
    }
}

/// What is asked to be otherwise than in the old certificate.
#[derive(Debug, Clone, Copy)]
pub struct RenewalChanges<'a> {
    /// How long the new one is valid; as long as the old one was if nothing is said.
    pub validity: Option<Span>,
    /// Values for variables of the profile.
    pub variables: &'a BTreeMap<String, String>,
}

/// A renewal as far as it can be judged without the authority's key.
pub(super) struct Again<'a> {
    pub(super) record: &'a CertificateRecord,
    pub(super) issuer: IssuerFacts<'a>,
    pub(super) profile: &'a Profile,
    pub(super) public_key: &'a PublicKey,
    pub(super) changes: RenewalChanges<'a>,
}

impl Again<'_> {
    fn path(&self) -> Vec<Certificate> {
        std::iter::once(self.issuer.certificate).chain(self.issuer.chain).cloned().collect()
    }

    /// The values of the profile's variables: those that were given now, and those of the old certificate that the profile still has.
    pub(super) fn variables(&self) -> BTreeMap<String, String> {
        let known = self.profile.variables();
        let is_known = |name: &String| known.iter().any(|(known, ..)| known == name);
        let old = self.record.variables.iter().filter(|(name, _)| is_known(name));
        old.chain(self.changes.variables).map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// When the first of the authorities above ends.
    pub(super) fn last(&self) -> OffsetDateTime {
        let own = self.issuer.certificate.not_after;
        self.issuer.chain.iter().map(|above| above.not_after).fold(own, OffsetDateTime::min)
    }
}

/// What is to be signed.
///
/// # Errors
/// Why it is refused.
pub(super) fn prepare_renewal(
    state: &State,
    guard: &Guard<'_>,
    session: &Session<'_>,
    renewal: &Again<'_>,
    serial: &Serial,
) -> Result<Prepared, CaError> {
    check_not_revoked(state, renewal.issuer.name, &renewal.path())?;
    check_not_retired(state, renewal.issuer.name, renewal.profile, session.now)?;
    let old = renewal.record.certificate()?;
    if old.is_ca() {
        return Err(CaError::Refused {
            why: format!("{} is the certificate of an authority, which no profile repeats as it is", old.subject),
            next: "sign its request again with \"certwright sign\"".to_owned(),
        });
    }
    let attempt = |request: &Request| {
        prepare_guarded(
            guard,
            Some(&renewal.issuer),
            renewal.profile,
            request,
            &state.settings,
            serial.clone(),
            session.now,
        )
    };
    let length = length(state, renewal.record, &old)?;
    let mut failure = None;
    for mut request in requests(renewal, &old) {
        match fitted(&mut request, renewal, &old, session.now, length, &attempt) {
            Ok(prepared) => match difference(&old, prepared.preview()) {
                None => return Ok(prepared),
                Some(why) => failure = failure.or_else(|| Some(IssuanceError::Refused(vec![why]).into())),
            },
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    Err(failure.unwrap_or_else(|| IssuanceError::Refused(vec!["nothing is left to ask for".to_owned()]).into()))
}

/// The ways in which the old certificate may have been asked for, likely ones first. The journal does not say which words
/// were typed; which of them give the same certificate again shows in the result.
fn requests(renewal: &Again<'_>, old: &Certificate) -> Vec<Request> {
    let common_name = old.subject.common_name().filter(|name| !name.is_empty());
    let first = old.subject_alt_names.first().map(GeneralName::value);
    let mut names = vec![common_name, first, None];
    names.dedup();
    let subject = Some(old.subject.clone()).filter(|subject| !subject.is_empty());
    let mut subjects = vec![subject, None];
    subjects.dedup();
    let variables = renewal.variables();
    let one = |(name, subject): (Option<String>, Option<crate::x509::Name>)| Request {
        name,
        subject,
        names: old.subject_alt_names.clone(),
        variables: variables.clone(),
        ..Request::new(renewal.public_key.clone())
    };
    let pairs = subjects.iter().flat_map(|subject| names.iter().map(|name| (name.clone(), subject.clone())));
    pairs.map(one).collect()
}

/// How long the certificates of a lineage are valid: as long as the newest, or the last before it, that did not end just when an
/// authority above it does. `None` where all of them did: their ends were cut, and the profile knows better.
fn length(state: &State, record: &CertificateRecord, old: &Certificate) -> Result<Option<Duration>, CaError> {
    let is_cut = |record: &CertificateRecord, certificate: &Certificate| -> Result<bool, CaError> {
        let above = issuers_of(state, record)?;
        Ok(above.iter().any(|above| above.not_after == certificate.not_after))
    };
    if !is_cut(record, old)? {
        return Ok(Some(old.not_after - old.not_before));
    }
    for before in state.lineage(&record.lineage)?.into_iter().rev().filter(|before| before.serial != record.serial) {
        let certificate = before.certificate()?;
        if !is_cut(before, &certificate)? {
            return Ok(Some(certificate.not_after - certificate.not_before));
        }
    }
    Ok(None)
}

/// Prepares a request for as long as the old certificate was valid, beginning and end together; no longer than the
/// authorities above.
fn fitted(
    request: &mut Request,
    renewal: &Again<'_>,
    old: &Certificate,
    now: OffsetDateTime,
    length: Option<Duration>,
    attempt: &dyn Fn(&Request) -> Result<Prepared, CaError>,
) -> Result<Prepared, CaError> {
    if renewal.changes.validity.is_some() {
        request.validity = Validity { span: renewal.changes.validity, ..Validity::default() };
        return attempt(request);
    }
    let Some(length) = length else {
        request.validity = Validity::default();
        return lasting(attempt(request)?, renewal, old);
    };
    match try_length(request, renewal, old, now, length, attempt) {
        // A calendar year or month is not always as long as the last one was.
        Err(error) if length > Duration::days(27) => {
            let shorter = length - Duration::days(if length > Duration::days(360) { 1 } else { 3 });
            try_length(request, renewal, old, now, shorter, attempt).map_err(|_| error)
        }
        result => result,
    }
}

fn try_length(
    request: &mut Request,
    renewal: &Again<'_>,
    old: &Certificate,
    now: OffsetDateTime,
    length: Duration,
    attempt: &dyn Fn(&Request) -> Result<Prepared, CaError>,
) -> Result<Prepared, CaError> {
    let last = renewal.last();
    let until = |end: OffsetDateTime| Validity { not_after: Some(end.min(last)), ..Validity::default() };
    request.validity = until(now.saturating_add(length));
    let first = attempt(request)?;
    // The backdating is part of the length: renewals would become longer and longer.
    request.validity = until(first.preview().not_before.saturating_add(length));
    lasting(attempt(request)?, renewal, old)
}

/// Refuses what would not last longer than the old one, because the authority does not.
fn lasting(prepared: Prepared, renewal: &Again<'_>, old: &Certificate) -> Result<Prepared, CaError> {
    let (end, last) = (prepared.preview().not_after, renewal.last());
    if end <= old.not_after && end == last {
        let name = renewal.issuer.name;
        return Err(CaError::Refused {
            why: format!("authority {name} ends at {}: a renewal would not last longer", format_instant(last)),
            next: format!(
                "put a new one in its place with \"certwright authority rollover {name}\", or name another one with --authority"
            ),
        });
    }
    Ok(prepared)
}

/// What the new certificate would say differently.
fn difference(old: &Certificate, new: &Certificate) -> Option<String> {
    let sorted = |certificate: &Certificate| {
        let mut names: Vec<String> = certificate.subject_alt_names.iter().map(ToString::to_string).collect();
        names.sort();
        names
    };
    if !old.subject.matches(&new.subject) && old.subject != new.subject {
        return Some(format!("the profile would now give the subject {}, not {}", new.subject, old.subject));
    }
    let (before, after) = (sorted(old), sorted(new));
    (before != after).then(|| match (before.join(" "), after.join(" ")) {
        (before, after) if before.is_empty() => {
            format!("the profile would now give the names {after}, where there were none")
        }
        (before, after) if after.is_empty() => format!("the profile would now leave out the names {before}"),
        (before, after) => format!("the profile would now give the names {after}, not {before}"),
    })
}
