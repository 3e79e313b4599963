//! Revoking certificates, holding them and taking them off hold.

use std::collections::HashSet;

use time::OffsetDateTime;

use super::CaError;
use super::clock::check_clock;
use crate::store::{AuthorityRecord, CertificateRecord, Draft, Event, RevocationRecord, State, Writer, encode_der};
use crate::x509::time::format_instant;
use crate::x509::{Certificate, RevocationReason, RevokedEntry, Serial};

/// A certificate that may be revoked: one that an authority of this store signed, wherever it is recorded.
#[derive(Debug, Clone)]
pub struct Revocable {
    /// The authority that signed it.
    pub authority: String,
    /// Its serial.
    pub serial: Serial,
    /// Its subject, escaped; empty where only the serial is known.
    pub subject: String,
    /// Its lineage, where this store issued it.
    pub lineage: Option<String>,
    /// When it expires, if that is known.
    pub not_after: Option<OffsetDateTime>,
    /// The certificate, where this store has no record of it.
    certificate: Option<Certificate>,
}

/// Why and since when.
#[derive(Debug, Clone, Copy)]
pub struct Cause {
    /// The reason; [`RevocationReason::CertificateHold`] can be released.
    pub reason: RevocationReason,
    /// When the key is thought to have been compromised.
    pub invalidity_date: Option<OffsetDateTime>,
    /// Since when: as a rule now.
    pub revoked_at: OffsetDateTime,
}

/// What became of one certificate.
#[derive(Debug, Clone)]
pub struct Revoked {
    /// Which one.
    pub certificate: Revocable,
    /// Its entry from now on.
    pub entry: RevokedEntry,
    /// Whether it was revoked before, so that nothing was done.
    pub already: bool,
}

impl Revocable {
    /// A certificate that this store issued.
    ///
    /// # Errors
    /// [`CaError::Refused`] for what signed itself: no CRL can speak of it.
    pub fn issued(state: &State, record: &CertificateRecord) -> Result<Self, CaError> {
        let certificate = record.certificate()?;
        let issuer = state.issuer_of(&record.serial)?;
        if certificate.is_root() || issuer.is_some_and(|issuer| issuer.certificate == record.certificate) {
            return Err(self_signed(&certificate));
        }
        if record.authority.is_empty() {
            return Err(unknown_issuer(&certificate));
        }
        Ok(Self {
            authority: record.authority.clone(),
            serial: certificate.serial,
            subject: record.subject.clone(),
            lineage: Some(record.lineage.clone()),
            not_after: Some(certificate.not_after),
            certificate: None,
        })
    }

    /// A certificate from outside: its issuer must be an authority of this store, and its signature must prove that.
    ///
    /// # Errors
    /// [`CaError::Refused`] when no authority here signed it.
    pub fn foreign(state: &State, certificate: &Certificate) -> Result<Self, CaError> {
        if let Some(record) = state.by_serial(&certificate.serial.hex())?
            && record.certificate().is_ok_and(|known| known.der() == certificate.der())
        {
            return Self::issued(state, record);
        }
        if certificate.is_root() {
            return Err(self_signed(certificate));
        }
        for name in state.authorities.keys() {
            for record in state.authority_history(name) {
                let authority = record.certificate()?;
                if certificate.is_signed_by(&authority) {
                    return Ok(Self {
                        authority: name.clone(),
                        serial: certificate.serial.clone(),
                        subject: certificate.subject.to_string(),
                        lineage: None,
                        not_after: Some(certificate.not_after),
                        certificate: Some(certificate.clone()),
                    });
                }
            }
        }
        Err(unknown_issuer(certificate))
    }

    /// A certificate of which nothing is left but its serial. It stays on the CRLs for good, since nobody knows when it
    /// expires.
    ///
    /// # Errors
    /// [`CaError::X509`] for a serial that RFC 5280 does not allow.
    pub fn unknown(authority: &str, serial: &Serial) -> Result<Self, CaError> {
        serial.check()?;
        Ok(Self {
            authority: authority.to_owned(),
            serial: serial.clone(),
            subject: String::new(),
            lineage: None,
            not_after: None,
            certificate: None,
        })
    }

    fn record(&self, cause: &Cause) -> RevocationRecord {
        RevocationRecord {
            authority: self.authority.clone(),
            serial: self.serial.hex(),
            reason: cause.reason.to_string(),
            revoked_at: format_instant(cause.revoked_at),
            invalidity_date: cause.invalidity_date.map(format_instant),
            not_after: self.not_after.map(format_instant),
            certificate: self.certificate.as_ref().map(|certificate| encode_der(certificate.der())),
        }
    }
}

/// Revokes certificates, or puts them on hold, in one transaction. What is revoked already stays as it is; what is on hold can
/// be revoked for good.
///
/// # Errors
/// [`CaError::ClockSetBack`], [`CaError::Store`].
pub fn revoke(
    writer: &mut Writer<'_>,
    certificates: Vec<Revocable>,
    cause: &Cause,
    now: OffsetDateTime,
    actor: &str,
) -> Result<Vec<Revoked>, CaError> {
    check_clock(writer.state(), now)?;
    let entry = |certificate: &Revocable| RevokedEntry {
        serial: certificate.serial.clone(),
        revoked_at: cause.revoked_at,
        reason: Some(cause.reason),
        invalidity_date: cause.invalidity_date,
    };
    let mut seen = HashSet::new();
    let mut drafts = Vec::new();
    let mut done = Vec::new();
    for certificate in certificates {
        if !seen.insert((certificate.authority.clone(), certificate.serial.clone())) {
            continue;
        }
        let before = writer.state().revocation(&certificate.authority, &certificate.serial)?;
        let on_hold = before.as_ref().is_some_and(|entry| entry.reason == Some(RevocationReason::CertificateHold));
        match before {
            Some(entry) if !on_hold || cause.reason == RevocationReason::CertificateHold => {
                done.push(Revoked { certificate, entry, already: true });
            }
            _ => {
                drafts.push(Draft { event: Event::CertificateRevoked(certificate.record(cause)), key_pem: None });
                done.push(Revoked { entry: entry(&certificate), certificate, already: false });
            }
        }
    }
    if cause.reason != RevocationReason::CertificateHold {
        let revoked = done.iter().filter(|one| !one.already).map(|one| &one.certificate);
        drafts.extend(without_cross(writer.state(), &revoked.collect::<Vec<_>>())?);
    }
    writer.commit(now, actor, drafts)?;
    Ok(done)
}

/// Cross-certificates that are revoked are not sent any more.
fn without_cross(state: &State, revoked: &[&Revocable]) -> Result<Vec<Draft>, CaError> {
    let mut drafts = Vec::new();
    for record in state.authorities.values().filter(|record| !record.rollover.cross.is_empty()) {
        let mut left = record.clone();
        left.rollover.cross.clear();
        for (cross, text) in record.rollover.cross()?.iter().zip(&record.rollover.cross) {
            let is_it = |one: &&Revocable| {
                let issuer = state.authorities.get(&one.authority).and_then(|issuer| issuer.certificate().ok());
                one.serial == cross.serial && issuer.is_some_and(|issuer| issuer.subject == cross.issuer)
            };
            if !revoked.iter().any(is_it) {
                left.rollover.cross.push(text.clone());
            }
        }
        if left != *record {
            drafts.push(Draft { event: Event::AuthorityAdded(left), key_pem: None });
        }
    }
    Ok(drafts)
}

/// Takes certificates off hold in one transaction.
///
/// # Errors
/// [`CaError::Refused`] for one that is not on hold, with nothing changed; [`CaError::ClockSetBack`], [`CaError::Store`].
pub fn release(
    writer: &mut Writer<'_>,
    certificates: &[Revocable],
    now: OffsetDateTime,
    actor: &str,
) -> Result<(), CaError> {
    check_clock(writer.state(), now)?;
    let mut drafts = Vec::new();
    for certificate in certificates {
        let Revocable { authority, serial, .. } = certificate;
        match writer.state().revocation(authority, serial)?.map(|entry| entry.reason) {
            Some(Some(RevocationReason::CertificateHold)) => {}
            Some(_) => {
                return Err(CaError::Refused {
                    why: format!("the certificate {serial} is revoked for good"),
                    next: "only what \"certwright hold\" suspended can be released; issue a new certificate".to_owned(),
                });
            }
            None => {
                return Err(CaError::Refused {
                    why: format!("the certificate {serial} is not on hold"),
                    next: "\"certwright list --revoked\" shows what is".to_owned(),
                });
            }
        }
        let event = Event::CertificateReleased { authority: authority.clone(), serial: serial.hex() };
        drafts.push(Draft { event, key_pem: None });
    }
    writer.commit(now, actor, drafts)?;
    Ok(())
}

/// Refuses an authority that is revoked, or stands below one that is: nobody would trust what it signs.
///
/// # Errors
/// [`CaError::Refused`].
pub(super) fn check_not_revoked(state: &State, name: &str, path: &[Certificate]) -> Result<(), CaError> {
    let Some((certificate, parent)) = revoked_of(state, path)? else { return Ok(()) };
    Err(CaError::Refused {
        why: format!("authority {name} cannot sign: the certificate of {} is revoked by {parent}", certificate.subject),
        next: "sign with another authority, or make a new one with \"certwright authority create\"".to_owned(),
    })
}

/// The first of these certificates that is revoked, and the authority that did it.
fn revoked_of<'a>(state: &'a State, path: &'a [Certificate]) -> Result<Option<(&'a Certificate, &'a str)>, CaError> {
    for certificate in path.iter().filter(|certificate| !certificate.is_root()) {
        for (parent, record) in &state.authorities {
            if state.revocation(parent, &certificate.serial)?.is_some()
                && record.certificate().is_ok_and(|authority| authority.subject == certificate.issuer)
            {
                return Ok(Some((certificate, parent)));
            }
        }
    }
    Ok(None)
}

/// Why nobody trusts what an authority signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distrust {
    /// Its own certificate is revoked.
    Revoked,
    /// That of an authority above it is.
    BelowRevoked,
}

/// Whether an authority is revoked, or stands below one that is.
///
/// # Errors
/// [`CaError::X509`] and [`CaError::Store`] for a journal that cannot be read.
pub fn distrust(state: &State, record: &AuthorityRecord) -> Result<Option<Distrust>, CaError> {
    let mut path = vec![record.certificate()?];
    path.extend(record.chain()?);
    let found = revoked_of(state, &path)?;
    let is_own = |certificate: &Certificate| path.first().is_some_and(|own| own.serial == certificate.serial);
    Ok(found.map(|(certificate, _)| if is_own(certificate) { Distrust::Revoked } else { Distrust::BelowRevoked }))
}

fn self_signed(certificate: &Certificate) -> CaError {
    CaError::Refused {
        why: format!("{} signed itself: no CRL can revoke it", certificate.subject),
        next: "take it out of every truststore that has it".to_owned(),
    }
}

fn unknown_issuer(certificate: &Certificate) -> CaError {
    CaError::Refused {
        why: format!(
            "no authority of this store signed {} (its issuer is {})",
            certificate.subject, certificate.issuer
        ),
        next: "revoke it where its authority is; \"certwright authority import\" brings an authority here".to_owned(),
    }
}
