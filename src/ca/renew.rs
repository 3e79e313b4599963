//! Renewing certificates: the same subject, names, profile and length once more.

use std::collections::{BTreeMap, HashMap, HashSet};

use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use super::clock::check_clock;
use super::guard::Guard;
use super::issue::{prepare_guarded, split_chain, verify_chain};
use super::parallel::in_parallel;
use super::revoke::check_not_revoked;
use super::rollover::check_not_retired;
use super::serial::draw;
use super::{CaError, LoadedAuthority, Outcome, Session};
use crate::issuance::{IssuanceError, Issued, Prepared, Profile, Request, Validity};
use crate::keys::PublicKey;
use crate::store::{CertificateRecord, DeliveryRecord, Draft, Event, State, Writer};
use crate::x509::display::hex;
use crate::x509::time::{Span, format_instant};
use crate::x509::{Certificate, GeneralName, RevocationReason, Serial};

/// A certificate to be renewed.
pub struct Renewal<'a> {
    /// The newest certificate of its lineage.
    pub record: CertificateRecord,
    /// Who signs.
    pub authority: &'a LoadedAuthority,
    /// What may be issued.
    pub profile: &'a Profile,
    /// The key to be certified: the same, or a new one.
    pub public_key: PublicKey,
    /// The private key in PEM, where the store is to have it.
    pub key_pem: Option<Zeroizing<Vec<u8>>>,
    /// How long the new certificate is valid; as long as the old one was if nothing is said.
    pub validity: Option<Span>,
    /// Whether a command is to run once its files are in place: until it did, they stay pending.
    pub command: bool,
}

/// A certificate that was renewed and is durable.
#[derive(Debug)]
pub struct Renewed {
    /// The new certificate.
    pub outcome: Outcome,
    /// Where its files are to be put: recorded as pending.
    pub deliveries: Vec<DeliveryRecord>,
}

/// From when on a certificate should be renewed: when two thirds of its lifetime are gone.
pub fn due_from(not_before: OffsetDateTime, not_after: OffsetDateTime) -> OffsetDateTime {
    not_after - (not_after - not_before) / 3
}

/// Renews certificates in one transaction, each as far as it can be: what is refused does not keep the others from being
/// renewed. The result of each is in its place; `None` where somebody else has renewed it meanwhile.
///
/// The new certificate has the subject and the alternative names of the old one, or none is signed. The deliveries of the
/// lineage are recorded as pending in the same transaction, so that a kill does not make anybody forget them.
///
/// # Errors
/// [`CaError::ClockSetBack`]; [`CaError::Store`] when the transaction cannot be recorded.
pub fn renew(
    writer: &mut Writer<'_>,
    session: &Session<'_>,
    renewals: Vec<Renewal<'_>>,
) -> Result<Vec<Option<Result<Renewed, CaError>>>, CaError> {
    check_clock(writer.state(), session.now)?;
    let newest = newest(writer.state(), &renewals)?;
    let mut batch = HashSet::new();
    let mut work = Vec::with_capacity(renewals.len());
    for renewal in &renewals {
        work.push((renewal, draw(session.serials, writer.state(), &mut batch)?));
    }
    let guard = Guard::new(writer.state());
    let signed = in_parallel(work, |(renewal, serial): (&Renewal<'_>, Serial)| {
        let is_newest = newest.get(renewal.record.lineage.as_str()) == Some(&renewal.record.serial);
        let signed = is_newest.then(|| {
            check_key(writer.state(), renewal)?;
            sign(writer.state(), &guard, session, renewal, &serial)
        });
        (session.progress)();
        Ok::<_, CaError>(signed)
    })?;
    commit(writer, session, renewals, signed)
}

/// What [`renew`] would sign.
///
/// # Errors
/// Why it would be refused.
pub(super) fn prepare_renewal(
    state: &State,
    guard: &Guard<'_>,
    session: &Session<'_>,
    renewal: &Renewal<'_>,
    serial: &Serial,
) -> Result<Prepared, CaError> {
    let old = renewal.record.certificate()?;
    if old.is_ca() {
        return Err(CaError::Refused {
            why: format!("{} is the certificate of an authority, which no profile repeats as it is", old.subject),
            next: "sign its request again with \"certwright sign\"".to_owned(),
        });
    }
    let attempt = |request: &Request| {
        let facts = renewal.authority.facts();
        prepare_guarded(guard, Some(&facts), renewal.profile, request, &state.settings, serial.clone(), session.now)
    };
    let mut failure = None;
    for mut request in requests(renewal, &old) {
        match fitted(&mut request, renewal, &old, session.now, &attempt) {
            Ok(prepared) => match difference(&old, prepared.preview()) {
                None => return Ok(prepared),
                Some(why) => failure = failure.or_else(|| Some(IssuanceError::Refused(vec![why]).into())),
            },
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    Err(failure.unwrap_or_else(|| IssuanceError::Refused(vec!["nothing is left to ask for".to_owned()]).into()))
}

fn sign(
    state: &State,
    guard: &Guard<'_>,
    session: &Session<'_>,
    renewal: &Renewal<'_>,
    serial: &Serial,
) -> Result<Issued, CaError> {
    check_not_revoked(state, &renewal.authority.name, &renewal.authority.full_chain())?;
    check_not_retired(state, &renewal.authority.name, renewal.profile, session.now)?;
    let prepared = prepare_renewal(state, guard, session, renewal, serial)?;
    let issued = prepared.sign(renewal.authority.signer.as_ref())?;
    verify_chain(&issued.certificate, renewal.authority, session.now)?;
    Ok(issued)
}

fn commit(
    writer: &mut Writer<'_>,
    session: &Session<'_>,
    renewals: Vec<Renewal<'_>>,
    signed: Vec<Option<Result<Issued, CaError>>>,
) -> Result<Vec<Option<Result<Renewed, CaError>>>, CaError> {
    let (mut drafts, mut pending) = (Vec::new(), Vec::new());
    let mut results = Vec::with_capacity(renewals.len());
    for (renewal, signed) in renewals.into_iter().zip(signed) {
        let issued = match signed {
            None => {
                results.push(None);
                continue;
            }
            Some(Err(error)) => {
                results.push(Some(Err(error)));
                continue;
            }
            Some(Ok(issued)) => issued,
        };
        let Renewal { record: old, authority, profile, key_pem, command, .. } = renewal;
        let has_key = key_pem.is_some();
        let mut record =
            CertificateRecord::new(&issued.certificate, &authority.name, &old.lineage, profile.name(), has_key);
        record.variables = old.variables;
        let to = |delivery: &DeliveryRecord| DeliveryRecord {
            serial: record.serial.clone(),
            pending: true,
            command,
            files: BTreeMap::new(),
            ..delivery.clone()
        };
        let deliveries: Vec<_> = writer.state().deliveries(&old.lineage)?.iter().map(to).collect();
        pending.extend(deliveries.iter().cloned());
        drafts.push(Draft { event: Event::CertificateIssued(record), key_pem });
        let outcome = Outcome::new((&old.lineage, &old.lineage), authority, split_chain(authority), issued);
        results.push(Some(Ok(Renewed { outcome, deliveries })));
    }
    drafts.extend(Draft::delivered(pending));
    writer.commit(session.now, session.actor, drafts)?;
    Ok(results)
}

/// Refuses a key of which a certificate was revoked with the reason keyCompromise; `next` says what to do.
pub(super) fn check_uncompromised(state: &State, key: &PublicKey, next: &str) -> Result<(), CaError> {
    for record in state.by_key(&hex(&key.fingerprint()))? {
        let entry = state.revocation_of(&record.authority, &record.serial)?;
        if entry.is_some_and(|entry| entry.reason == Some(RevocationReason::KeyCompromise)) {
            let why = "the key is compromised: a certificate with it was revoked for that reason".to_owned();
            return Err(CaError::Refused { why, next: next.to_owned() });
        }
    }
    Ok(())
}

/// Refuses a key that is compromised, and that of a certificate that was revoked or put on hold meanwhile.
fn check_key(state: &State, renewal: &Renewal<'_>) -> Result<(), CaError> {
    let record = &renewal.record;
    let next = "a new certificate needs a new key: say --rekey";
    let refused = |why: String| Err(CaError::Refused { why, next: next.to_owned() });
    check_uncompromised(state, &renewal.public_key, next)?;
    let same = record.certificate()?.spki_der == renewal.public_key.spki_der();
    if same && state.revocation_of(&record.authority, &record.serial)?.is_some() {
        return refused(format!("the certificate {} is revoked or on hold", record.serial));
    }
    Ok(())
}

/// The newest serial of every lineage concerned.
fn newest(state: &State, renewals: &[Renewal<'_>]) -> Result<HashMap<String, String>, CaError> {
    let mut found = HashMap::new();
    for Renewal { record, .. } in renewals {
        if let Some(newest) = state.lineage(&record.lineage)?.pop() {
            found.insert(newest.lineage.clone(), newest.serial.clone());
        }
    }
    Ok(found)
}

/// The ways in which the old certificate may have been asked for, likely ones first. The journal does not say which words
/// were typed; which of them give the same certificate again shows in the result.
fn requests(renewal: &Renewal<'_>, old: &Certificate) -> Vec<Request> {
    let common_name = old.subject.common_name().filter(|name| !name.is_empty());
    let first = old.subject_alt_names.first().map(GeneralName::value);
    let mut names = vec![common_name, first, None];
    names.dedup();
    let subject = Some(old.subject.clone()).filter(|subject| !subject.is_empty());
    let mut subjects = vec![subject, None];
    subjects.dedup();
    let one = |(name, subject): (Option<String>, Option<crate::x509::Name>)| Request {
        name,
        subject,
        names: old.subject_alt_names.clone(),
        variables: renewal.record.variables.clone(),
        ..Request::new(renewal.public_key.clone())
    };
    let pairs = subjects.iter().flat_map(|subject| names.iter().map(|name| (name.clone(), subject.clone())));
    pairs.map(one).collect()
}

/// Prepares a request for as long as the old certificate was valid, beginning and end together; no longer than the
/// authorities above.
fn fitted(
    request: &mut Request,
    renewal: &Renewal<'_>,
    old: &Certificate,
    now: OffsetDateTime,
    attempt: &dyn Fn(&Request) -> Result<Prepared, CaError>,
) -> Result<Prepared, CaError> {
    if renewal.validity.is_some() {
        request.validity = Validity { span: renewal.validity, ..Validity::default() };
        return attempt(request);
    }
    let length = old.not_after - old.not_before;
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
    renewal: &Renewal<'_>,
    old: &Certificate,
    now: OffsetDateTime,
    length: Duration,
    attempt: &dyn Fn(&Request) -> Result<Prepared, CaError>,
) -> Result<Prepared, CaError> {
    let chain = renewal.authority.full_chain();
    let last = chain.iter().map(|above| above.not_after).min().unwrap_or(old.not_after);
    let until = |end: OffsetDateTime| Validity { not_after: Some(end.min(last)), ..Validity::default() };
    request.validity = until(now.saturating_add(length));
    let first = attempt(request)?;
    // The backdating is part of the length: renewals would become longer and longer.
    request.validity = until(first.preview().not_before.saturating_add(length));
    let prepared = attempt(request)?;
    let end = prepared.preview().not_after;
    if end <= old.not_after && end == last {
        let name = &renewal.authority.name;
        return Err(CaError::Refused {
            why: format!("authority {name} ends at {}: a renewal would not last longer", format_instant(last)),
            next: "name another one with --authority, or make one with \"certwright authority create\"".to_owned(),
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
    (before != after)
        .then(|| format!("the profile would now give the names {}, not {}", after.join(" "), before.join(" ")))
}
