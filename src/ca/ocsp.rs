//! OCSP: who speaks for an authority, and what is said of its certificates.
//!
//! A response is a derived statement: it says what the journal says of a certificate at an instant, for some days. It is not
//! recorded itself, and neither has a number nor takes part in anything that is; the responder's certificate is issued and
//! recorded like any other.

use std::collections::HashSet;
use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use super::clock::check_clock;
use super::revoke::check_not_revoked;
use super::{CaError, LoadedAuthority, Order};
use crate::issuance::Request;
use crate::keys::{PrivateKey, Signer};
use crate::store::{AuthorityRecord, CertificateRecord, State};
use crate::x509::ocsp::{CertId, CertStatus, SingleResponse, TbsResponse};
use crate::x509::time::{Span, format_instant};
use crate::x509::{Certificate, Extension, RevocationReason, RevokedEntry, Serial, oid};

/// The built-in profile of responders.
pub const RESPONDER_PROFILE: &str = "ocsp";

/// Who signs responses for an authority.
pub struct Responder {
    /// The authority's certificate.
    issuer: Certificate,
    /// The responder's, which may be the same.
    certificate: Certificate,
    signer: Arc<dyn Signer>,
}

/// A responder's certificate that the store has.
#[derive(Debug, Clone, Copy)]
pub struct KnownResponder<'a> {
    /// Its record, newest of its lineage.
    pub record: &'a CertificateRecord,
    /// Whether it is in the last third of its life, and should be replaced if that is possible.
    pub due: bool,
}

impl Responder {
    /// The authority itself.
    pub fn direct(authority: LoadedAuthority) -> Self {
        Self { issuer: authority.certificate.clone(), certificate: authority.certificate, signer: authority.signer }
    }

    /// A responder that the authority has certified (RFC 6960 §4.2.2.2).
    ///
    /// # Errors
    /// [`CaError::Refused`] for a certificate that is none, or not of this authority; [`CaError::KeyMismatch`].
    pub fn delegated(authority: &AuthorityRecord, certificate: Certificate, key: PrivateKey) -> Result<Self, CaError> {
        let issuer = authority.certificate()?;
        if !is_responder(&certificate) {
            return Err(CaError::Refused {
                why: format!("the certificate of {} is for no OCSP responder", certificate.subject),
                next: "its profile must give the extended key usage OCSPSigning: \"certwright profile show ocsp\""
                    .to_owned(),
            });
        }
        let key_of_issuer = issuer.public_key().map_err(|error| CaError::key("the authority's key", error))?;
        if certificate.issuer != issuer.subject || certificate.verify_signature(&key_of_issuer).is_err() {
            return Err(CaError::Refused {
                why: format!("{} is not certified by authority {}", certificate.subject, authority.authority),
                next: "only what the authority signed may speak for it".to_owned(),
            });
        }
        if key.public_key().spki_der() != certificate.spki_der {
            return Err(CaError::KeyMismatch(responder_lineage(&authority.authority)));
        }
        Ok(Self { issuer, certificate, signer: Arc::new(key) })
    }

    /// The responder's certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The authority's certificate.
    pub fn issuer(&self) -> &Certificate {
        &self.issuer
    }

    /// Until when a response may be relied on that is made now: never beyond the responder's or the authority's end.
    ///
    /// # Errors
    /// [`CaError::AuthorityNotValid`] when one of them has no time left; [`CaError::X509`] for an instant beyond the calendar.
    pub fn next_update(&self, now: OffsetDateTime, validity: Span) -> Result<OffsetDateTime, CaError> {
        let end = self.certificate.not_after.min(self.issuer.not_after);
        let next = validity.after(now)?.min(end);
        if next - now < Duration::seconds(1) {
            let state = format!("expires on {}: a response could not hold", format_instant(end));
            return Err(CaError::AuthorityNotValid { name: self.certificate.subject.to_string(), state });
        }
        Ok(next)
    }

    /// Signs a response about certificates of the authority; gives it in DER.
    ///
    /// # Errors
    /// [`CaError::X509`] when it cannot be signed, or reads back differently than it was meant.
    pub fn sign(
        &self,
        statements: Vec<(CertId, CertStatus)>,
        (now, next_update): (OffsetDateTime, OffsetDateTime),
        nonce: Option<Extension>,
    ) -> Result<Vec<u8>, CaError> {
        let single = |(certificate, status)| SingleResponse {
            certificate,
            status,
            this_update: now,
            next_update: Some(next_update),
        };
        let response = TbsResponse {
            responder: &self.certificate,
            delegated: self.certificate != self.issuer,
            produced_at: now,
            responses: statements.into_iter().map(single).collect(),
            nonce,
        };
        Ok(response.sign(self.signer.as_ref())?.der)
    }
}

/// The lineage of an authority's responders.
pub fn responder_lineage(authority: &str) -> String {
    format!("ocsp-{authority}")
}

/// What is asked of [`super::issue()`] for a new responder; `key_pem` is its key as the store shall keep it.
pub fn responder_order(authority: &str, key: &PrivateKey, key_pem: zeroize::Zeroizing<Vec<u8>>) -> Order {
    let lineage = responder_lineage(authority);
    let name = Some(format!("OCSP responder of {authority}"));
    let request = Request { name, ..Request::new(key.public_key().clone()) };
    Order { label: lineage.clone(), request, lineage, key_pem: Some(key_pem) }
}

/// The newest responder of an authority that can be used: certified by its present certificate, valid now, not revoked, with a
/// key in the store.
pub fn known_responder<'a>(
    state: &'a State,
    authority: &AuthorityRecord,
    now: OffsetDateTime,
) -> Result<Option<KnownResponder<'a>>, CaError> {
    let lineage = responder_lineage(&authority.authority);
    for record in state.lineage(&lineage)?.into_iter().rev().filter(|record| record.key) {
        let Ok(certificate) = record.certificate() else { continue };
        let ours = state.issuer_of(&record.serial)?.is_some_and(|issuer| same_issuer(issuer, authority));
        let standing = state.revocation(&authority.authority, &certificate.serial)?.is_none();
        let valid = certificate.not_before <= now && now < certificate.not_after;
        let third = (certificate.not_after - certificate.not_before) / 3;
        let due = now >= certificate.not_after - third;
        if ours && standing && valid && is_responder(&certificate) {
            return Ok(Some(KnownResponder { record, due }));
        }
    }
    Ok(None)
}

/// Refuses to speak for an authority when the clock runs behind the journal, or when the authority is revoked.
///
/// # Errors
/// [`CaError::ClockSetBack`], [`CaError::Refused`].
pub fn check_may_respond(state: &State, authority: &AuthorityRecord, now: OffsetDateTime) -> Result<(), CaError> {
    check_clock(state, now)?;
    let mut path = vec![authority.certificate()?];
    path.extend(authority.chain()?);
    check_not_revoked(state, &authority.authority, &path)
}

/// What the journal says of a serial of an authority: revoked or on hold, also where only the serial is known; good for what is
/// recorded as signed by it; else unknown.
///
/// # Errors
/// [`CaError::Store`] when the journal cannot be read.
pub fn status(state: &State, authority: &AuthorityRecord, serial: &Serial) -> Result<CertStatus, CaError> {
    if let Some(entry) = state.revocation(&authority.authority, serial)? {
        return Ok(revoked_status(&entry));
    }
    let hex = serial.hex();
    let recorded = state.by_serial(&hex)?.is_some();
    let ours = recorded && state.issuer_of(&hex)?.is_some_and(|issuer| same_issuer(issuer, authority));
    Ok(if ours { CertStatus::Good } else { CertStatus::Unknown })
}

/// The certificates of which relying parties may ask, and what to say of them: what the authority signed and has not expired, without itself and its
/// responders (`ocspNoCheck`); and what it revoked that is recorded elsewhere.
///
/// # Errors
/// [`CaError::Store`] when the journal cannot be read.
pub fn live_statuses(
    state: &State,
    authority: &AuthorityRecord,
    now: OffsetDateTime,
) -> Result<Vec<(Serial, CertStatus)>, CaError> {
    let responders = responder_lineage(&authority.authority);
    let own = authority.certificate()?.serial.hex();
    let revocations = state.revocations(&authority.authority)?;
    let (mut found, mut known) = (Vec::new(), HashSet::new());
    // Hardly ever is there more than one issuer.
    let mut issuers: Vec<(&AuthorityRecord, bool)> = Vec::new();
    state.for_each_with_issuer::<CaError>(&mut |row, issuer| {
        let Some(serial) = row.serial() else { return Ok(()) };
        let revoked = revocations.find(&serial);
        if revoked.is_some() {
            known.insert(serial.clone());
        }
        let is_responder = row.lineage == responders && row.profile == RESPONDER_PROFILE;
        let Some(issuer) = issuer.filter(|_| row.authority == authority.authority && !is_responder) else {
            return Ok(());
        };
        let fits = match issuers.iter().find(|(known, _)| known.certificate == issuer.certificate) {
            Some((_, fits)) => *fits,
            None => {
                let fits = same_issuer(issuer, authority);
                if let Some(issuer) = state.authority_history(&authority.authority).find(|known| *known == issuer) {
                    issuers.push((issuer, fits));
                }
                fits
            }
        };
        if fits && row.serial != own && row.not_after().is_ok_and(|end| now <= end) {
            found.push((serial, revoked.map_or(CertStatus::Good, revoked_status)));
        }
        Ok(())
    })?;
    let elsewhere = revocations.iter().filter(|entry| !known.contains(&entry.serial));
    found.extend(elsewhere.map(|entry| (entry.serial.clone(), revoked_status(entry))));
    Ok(found)
}

fn revoked_status(entry: &RevokedEntry) -> CertStatus {
    let reason = entry.reason.filter(|reason| *reason != RevocationReason::Unspecified);
    CertStatus::Revoked { at: entry.revoked_at, reason }
}

/// Whether two records are of one name and key: a renewed authority speaks for what it signed before.
fn same_issuer(one: &AuthorityRecord, other: &AuthorityRecord) -> bool {
    if one.certificate == other.certificate {
        return true;
    }
    match (one.certificate(), other.certificate()) {
        (Ok(one), Ok(other)) => one.subject == other.subject && one.spki_der == other.spki_der,
        _ => false,
    }
}

fn is_responder(certificate: &Certificate) -> bool {
    let purposes = certificate.extended_key_usage.as_deref().unwrap_or_default();
    purposes.contains(&oid::EKU_OCSP_SIGNING) && !certificate.is_ca()
}
