//! Bringing in a certificate with its key: of a service that had it before, from here or from elsewhere.

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::clock::check_clock;
use super::guard::Guard;
use super::issue::check_lineage;
use super::{CaError, Session};
use crate::container::{gap, ordered};
use crate::issuance::IssuanceError;
use crate::keys::{KeyRules, PrivateKey};
use crate::store::{AuthorityRecord, CertificateRecord, Draft, Event, State, Writer, encode_der};
use crate::x509::time::format_instant;
use crate::x509::{Certificate, escape};

/// The profile's name in records of imported certificates: no profile made them.
const PROFILE: &str = "imported";

/// A certificate to be brought in.
pub struct CertificateImport<'a> {
    /// The lineage it joins, a path-safe word.
    pub lineage: &'a str,
    /// The certificate.
    pub certificate: Certificate,
    /// Certificates among which those above it are looked for, beside the authorities of the store.
    pub above: Vec<Certificate>,
    /// Its key, and how it shall lie in the store: PEM, encrypted or not.
    pub key: (PrivateKey, Zeroizing<Vec<u8>>),
}

/// Records a certificate that the journal does not know, with its key and the chain above it. Where an authority of the
/// store signed it, it is recorded as that authority's; a foreign one belongs to no authority, so that it can be listed,
/// exported and followed by one that is issued here, but not revoked here. Gives what is to be said about it as well.
///
/// # Errors
/// [`CaError::Import`] when key and certificate do not fit, for an authority's certificate and for one that is here
/// already; [`CaError::Issuance`] for a key of an authority; [`CaError::BadName`]; [`CaError::Store`].
pub fn import_certificate(
    writer: &mut Writer<'_>,
    plan: CertificateImport<'_>,
    session: &Session<'_>,
) -> Result<(CertificateRecord, Vec<String>), CaError> {
    let CertificateImport { lineage, certificate, above, key: (key, key_pem) } = plan;
    check_clock(writer.state(), session.now)?;
    check_lineage(lineage)?;
    check(writer.state(), &certificate, &key)?;
    let mut notes = Vec::new();
    if session.now > certificate.not_after {
        notes.push(format!("it expired on {}", format_instant(certificate.not_after)));
    }
    notes.extend(oddities(&certificate, session.now));
    if let Err(weakness) = key.public_key().check(&KeyRules::default()) {
        notes.push(format!("its key is weak: {weakness}"));
    }
    let chain = chain(writer.state(), &certificate, above)?;
    let signer = chain.get(1).and_then(|issuer| signer(writer.state(), issuer));
    if let Some(missing) = gap(&chain) {
        notes.push(format!(
            "its chain is incomplete: the certificate of {} is not known here",
            escape(&missing.to_string())
        ));
    }
    let mut record =
        CertificateRecord::new(&certificate, signer.as_deref().unwrap_or_default(), lineage, PROFILE, true);
    record.chain = chain.iter().skip(1).map(|above| encode_der(above.der())).collect();
    let draft = Draft { event: Event::CertificateImported(record.clone()), key_pem: Some(key_pem) };
    writer.commit(session.now, session.actor, vec![draft])?;
    Ok((record, notes))
}

/// Refuses what a store with nothing in it would not take, before one is made.
///
/// # Errors
/// As [`import_certificate`].
pub fn check_import_certificate(plan: &CertificateImport<'_>) -> Result<(), CaError> {
    let nothing = State::default();
    check_lineage(plan.lineage)?;
    check(&nothing, &plan.certificate, &plan.key.0)?;
    chain(&nothing, &plan.certificate, plan.above.clone()).map(drop)
}

/// What is unusual about a certificate from elsewhere, and taken all the same.
pub(super) fn oddities(certificate: &Certificate, now: OffsetDateTime) -> Vec<String> {
    let serial =
        certificate.serial.check().err().map(|error| format!("its serial is none that RFC 5280 allows: {error}"));
    let begins = (certificate.not_before > now)
        .then(|| format!("it is not valid before {}", format_instant(certificate.not_before)));
    serial.into_iter().chain(begins).collect()
}

fn check(state: &State, certificate: &Certificate, key: &PrivateKey) -> Result<(), CaError> {
    let refuse = |why: String| Err(CaError::Import(why));
    let subject = certificate.subject.to_string();
    let public = certificate.public_key().map_err(|error| CaError::key(subject.clone(), error))?;
    if public.subject_public_key() != key.public_key().subject_public_key() {
        return refuse(format!("the key does not belong to the certificate {subject}"));
    }
    if certificate.is_ca() {
        return refuse(format!("{subject} is the certificate of an authority: bring it in with --authority NAME"));
    }
    if let Some(known) = state.by_serial(&certificate.serial.hex())? {
        let same = known.certificate().is_ok_and(|known| known == *certificate);
        let what = if same { "it" } else { "another certificate with its serial" };
        return refuse(format!("{what} is in the store already, as {} (serial {})", known.lineage, known.serial));
    }
    match Guard::new(state).holder(&public) {
        Some(authority) => Err(IssuanceError::Refused(vec![format!(
            "the key is the key of authority {authority}: a certificate needs a key of its own"
        )])
        .into()),
        None => Ok(()),
    }
}

/// The certificate and those above it, among what was brought and what the store knows.
fn chain(state: &State, certificate: &Certificate, above: Vec<Certificate>) -> Result<Vec<Certificate>, CaError> {
    let mut pool = above;
    for name in state.authorities.keys() {
        for record in state.authority_history(name) {
            pool.push(record.certificate()?);
            pool.extend(record.chain()?);
        }
    }
    Ok(ordered(certificate, &pool))
}

/// The authority of the store whose certificate this is, or was.
fn signer(state: &State, issuer: &Certificate) -> Option<String> {
    let issuer = encode_der(issuer.der());
    let is_its =
        |name: &&String| state.authority_history(name).any(|record: &AuthorityRecord| record.certificate == issuer);
    state.authorities.keys().find(is_its).cloned()
}
