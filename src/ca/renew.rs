//! Renewing certificates: the same subject, names, profile and length once more.

mod prepare;

use std::collections::{BTreeMap, HashMap, HashSet};

use time::OffsetDateTime;
use zeroize::Zeroizing;

pub use self::prepare::{RenewalChanges, RenewalRehearsal};

use self::prepare::{Again, prepare_renewal};
use super::clock::check_clock;
use super::guard::Guard;
use super::issue::verify_chain;
use super::parallel::in_parallel;
use super::serial::draw;
use super::{CaError, LoadedAuthority, Outcome, Session};
use crate::issuance::{Issued, Profile};
use crate::keys::PublicKey;
use crate::store::{CertificateRecord, DeliveryRecord, Draft, Event, Filing, State, Writer};
use crate::x509::display::hex;
use crate::x509::time::format_instant;
use crate::x509::{RevocationReason, Serial};

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
    /// What is to be otherwise than before.
    pub changes: RenewalChanges<'a>,
    /// Whether a command is to run once its files are in place: until it did, they stay pending.
    pub command: bool,
}

impl Renewal<'_> {
    fn again(&self) -> Again<'_> {
        Again {
            record: &self.record,
            issuer: self.authority.facts(),
            profile: self.profile,
            public_key: &self.public_key,
            changes: self.changes,
        }
    }
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
            check_key(writer.state(), &renewal.record, &renewal.public_key)?;
            sign(writer.state(), &guard, session, renewal, &serial)
        });
        (session.progress)();
        Ok::<_, CaError>(signed)
    })?;
    commit(writer, session, renewals, signed)
}

fn sign(
    state: &State,
    guard: &Guard<'_>,
    session: &Session<'_>,
    renewal: &Renewal<'_>,
    serial: &Serial,
) -> Result<Issued, CaError> {
    let again = renewal.again();
    let prepared = prepare_renewal(state, guard, session, &again, serial)?;
    let mut issued = prepared.sign(renewal.authority.signer.as_ref())?;
    let last = again.last();
    let cut = format!("the end was cut to that of the issuer, {}", format_instant(last));
    if issued.certificate.not_after == last && !issued.report.notes.contains(&cut) {
        issued.report.notes.push(cut);
    }
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
        let variables = renewal.again().variables();
        let Renewal { record: old, authority, profile, key_pem, command, .. } = renewal;
        let has_key = key_pem.is_some();
        let mut record =
            CertificateRecord::new(&issued.certificate, &authority.name, &old.lineage, profile.name(), has_key);
        record.variables = variables;
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
        let outcome = Outcome::new((&old.lineage, &old.lineage), authority.served(), issued);
        results.push(Some(Ok(Renewed { outcome, deliveries })));
    }
    drafts.extend(Draft::delivered(pending));
    // What has no directory gets none by being renewed.
    writer.commit_filed(session.now, session.actor, drafts, Filing::AsBefore)?;
    Ok(results)
}

/// Whether a certificate with this key was revoked because somebody else may have the key.
///
/// # Errors
/// [`CaError::Store`] when the journal cannot be read.
pub fn is_compromised(state: &State, key: &PublicKey) -> Result<bool, CaError> {
    any_compromised(state, &state.by_key(&hex(&key.fingerprint()))?)
}

fn any_compromised(state: &State, records: &[&CertificateRecord]) -> Result<bool, CaError> {
    for record in records {
        let entry = state.revocation_of(&record.authority, &record.serial)?;
        let reason = entry.and_then(|entry| entry.reason);
        if matches!(reason, Some(RevocationReason::KeyCompromise | RevocationReason::CaCompromise)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Refuses a key that is compromised; `records` are the certificates with it, and `next` says what to do.
pub(super) fn check_uncompromised(state: &State, records: &[&CertificateRecord], next: &str) -> Result<(), CaError> {
    if any_compromised(state, records)? {
        let why = "the key is compromised: a certificate with it was revoked for that reason".to_owned();
        return Err(CaError::Refused { why, next: next.to_owned() });
    }
    Ok(())
}

/// Refuses a key that is compromised, and that of a certificate that was revoked or put on hold meanwhile.
fn check_key(state: &State, record: &CertificateRecord, public_key: &PublicKey) -> Result<(), CaError> {
    let next = "a new certificate needs a new key: say --rekey";
    let refused = |why: String| Err(CaError::Refused { why, next: next.to_owned() });
    check_uncompromised(state, &state.by_key(&hex(&public_key.fingerprint()))?, next)?;
    let same = record.certificate()?.spki_der == public_key.spki_der();
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
