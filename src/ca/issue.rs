//! Issuing certificates: one or many in one transaction.

use std::collections::HashSet;
use std::sync::Arc;

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::clock::check_clock;
use super::guard::Guard;
use super::rollover::check_not_retired;
use super::serial::draw;
use super::signing::Signing;
use super::{CaError, LoadedAuthority, SerialSource, Served};
use crate::issuance::{IssuanceError, Issued, IssuerFacts, Prepared, Profile, Report, Request, Urls, prepare};
use crate::keys::Signer;
use crate::store::{DeliveryRecord, Filing, Settings, State, Writer};
use crate::x509::path::{self, PathRequest};
use crate::x509::{Certificate, Serial};

/// How the lineages of authorities' own certificates begin.
pub(super) const AUTHORITY_LINEAGE: &str = "authority-";

/// What stays the same for every order of a run.
pub struct Session<'a> {
    /// The instant of issuance.
    pub now: OffsetDateTime,
    /// Who acts.
    pub actor: &'a str,
    /// Where serials come from.
    pub serials: &'a dyn SerialSource,
    /// Called after each certificate that was signed, from any thread.
    pub progress: &'a (dyn Fn() + Sync),
    /// Where the store keeps the files of new certificates.
    pub filing: Filing,
}

/// One certificate to be issued.
pub struct Order {
    /// What it is called in messages: a CSR's file name, or the name typed.
    pub label: String,
    /// What is asked for.
    pub request: Request,
    /// The lineage it joins, a path-safe word.
    pub lineage: String,
    /// The subject's private key in PEM, to be kept beside the certificate.
    pub key_pem: Option<Zeroizing<Vec<u8>>>,
}

/// An order with who fulfils it and where its files are going to be put.
pub struct Assignment<'a> {
    /// Who signs.
    pub authority: &'a LoadedAuthority,
    /// What may be issued.
    pub profile: &'a Profile,
    /// The order.
    pub order: Order,
    /// Where the files are going to be put; its lineage and serial are filled in.
    pub delivery: Option<DeliveryRecord>,
}

/// A certificate that was issued and is durable.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The order's label.
    pub label: String,
    /// The lineage.
    pub lineage: String,
    /// The certificate.
    pub certificate: Certificate,
    /// What goes with it, the same for all that the authority signed.
    pub served: Arc<Served>,
    /// What was asked and what became of it.
    pub report: Report,
}

impl Outcome {
    /// What came of an order.
    pub(super) fn new(
        (label, lineage): (&str, &str),
        served: Arc<Served>,
        Issued { certificate, report }: Issued,
    ) -> Self {
        Self { label: label.to_owned(), lineage: lineage.to_owned(), certificate, served, report }
    }
}

/// Issues every order in one transaction: all are prepared first, and none is signed if one is refused; a single commit makes
/// them durable. Work is spread over the cores.
///
/// # Errors
/// [`CaError::Item`] names the first order that is refused; [`CaError::ClockSetBack`]; [`CaError::Store`].
pub fn issue(
    writer: &mut Writer<'_>,
    authority: &LoadedAuthority,
    profile: &Profile,
    session: &Session<'_>,
    orders: Vec<Order>,
) -> Result<Vec<Outcome>, CaError> {
    issue_to(writer, authority, profile, session, orders, Vec::new())
}

/// Issues as [`issue`] does, and records in the same transaction where the files are going to be put: for each order its
/// delivery, whose lineage and serial are filled in here.
///
/// # Errors
/// As [`issue`].
pub fn issue_to(
    writer: &mut Writer<'_>,
    authority: &LoadedAuthority,
    profile: &Profile,
    session: &Session<'_>,
    orders: Vec<Order>,
    deliveries: Vec<Option<DeliveryRecord>>,
) -> Result<Vec<Outcome>, CaError> {
    let deliveries = deliveries.into_iter().chain(std::iter::repeat(None));
    let assign = |(order, delivery)| Assignment { authority, profile, order, delivery };
    issue_each(writer, session, orders.into_iter().zip(deliveries).map(assign).collect())
}

/// Issues as [`issue_to`] does, each certificate by an authority and under a profile of its own.
///
/// # Errors
/// As [`issue`].
pub fn issue_each(
    writer: &mut Writer<'_>,
    session: &Session<'_>,
    assignments: Vec<Assignment<'_>>,
) -> Result<Vec<Outcome>, CaError> {
    let signed = Signing::new(writer.state(), session)?.sign(assignments)?;
    signed.record(writer, session)
}

/// Refuses the name of an authority's own certificates for another's.
///
/// # Errors
/// [`CaError::BadName`].
pub fn check_lineage(lineage: &str) -> Result<(), CaError> {
    if !lineage.starts_with(AUTHORITY_LINEAGE) {
        return Ok(());
    }
    Err(CaError::BadName(format!(
        "names that begin with {AUTHORITY_LINEAGE} are those of authorities, such as {lineage}: give another with --lineage"
    )))
}

/// What [`issue`] would do for an order, without signing or writing anything.
///
/// # Errors
/// As [`issue`].
pub fn dry_run(
    state: &State,
    authority: Option<&IssuerFacts<'_>>,
    profile: &Profile,
    session: &Session<'_>,
    request: &Request,
) -> Result<Prepared, CaError> {
    Rehearsal::new(state, session)?.prepare(authority, profile, request)
}

/// What [`issue`] would do for any number of orders, without signing or writing anything.
pub struct Rehearsal<'a> {
    state: &'a State,
    guard: Guard<'a>,
    session: &'a Session<'a>,
}

impl<'a> Rehearsal<'a> {
    /// A rehearsal on what a store holds.
    ///
    /// # Errors
    /// [`CaError::ClockSetBack`].
    pub fn new(state: &'a State, session: &'a Session<'a>) -> Result<Self, CaError> {
        check_clock(state, session.now)?;
        Ok(Self { state, guard: Guard::new(state), session })
    }

    /// Prepares a certificate as it would be signed, under a serial that is good for nothing else.
    ///
    /// # Errors
    /// As [`issue`].
    pub fn prepare(
        &self,
        authority: Option<&IssuerFacts<'_>>,
        profile: &Profile,
        request: &Request,
    ) -> Result<Prepared, CaError> {
        let Self { state, guard, session } = self;
        if let Some(authority) = authority {
            check_not_retired(state, authority.name, profile, session.now)?;
        }
        let octets = session.serials.octets().map_err(|error| CaError::key("serial", error))?;
        let serial = Serial::from_random(octets);
        prepare_guarded(guard, authority, profile, request, &state.settings, serial, session.now)
    }
}

/// Prepares one certificate, self-signed without an authority, that takes neither the key nor the name of an authority.
pub(super) fn prepare_guarded(
    guard: &Guard<'_>,
    authority: Option<&IssuerFacts<'_>>,
    profile: &Profile,
    request: &Request,
    settings: &Settings,
    serial: Serial,
    now: OffsetDateTime,
) -> Result<Prepared, CaError> {
    guard.check_key(profile, request)?;
    let prepared = prepare(profile, request, authority, &urls(settings), serial, now)?;
    guard.check_name(profile, &prepared.tbs().subject, &request.public_key)?;
    if !request.key_is_new {
        guard.check_known_key(profile, &prepared.tbs().subject, &request.public_key)?;
    }
    Ok(prepared)
}

/// A certificate signed by its own key, recorded in no store.
///
/// # Errors
/// [`CaError::Issuance`].
pub fn self_signed_certificate(
    profile: &Profile,
    request: &Request,
    signer: &dyn Signer,
    session: &Session<'_>,
) -> Result<Issued, CaError> {
    let serial = draw(session.serials, &State::default(), &mut HashSet::new())?;
    Ok(prepare(profile, request, None, &Urls::default(), serial, session.now)?.sign(signer)?)
}

/// The URL settings as issuance takes them.
pub(super) fn urls(settings: &Settings) -> Urls<'_> {
    Urls { crl: &settings.crl_urls, ca_issuers: &settings.ca_issuer_urls, ocsp: &settings.ocsp_urls }
}

/// Proves the finished certificate against the authority's chain as a relying party would.
pub(super) fn verify_chain(
    certificate: &Certificate,
    authority: &LoadedAuthority,
    now: OffsetDateTime,
) -> Result<(), CaError> {
    check_path(certificate, &authority.full_chain(), now).map_err(|why| IssuanceError::CheckFailed(why).into())
}

/// Whether a certificate has a valid path up to the last of those above it; the error says why not.
pub(super) fn check_path(certificate: &Certificate, above: &[Certificate], now: OffsetDateTime) -> Result<(), String> {
    let (intermediates, anchors) = above.split_at(above.len().saturating_sub(1));
    let request = PathRequest {
        target: certificate,
        intermediates,
        anchors,
        crls: &[],
        at: now.clamp(certificate.not_before, certificate.not_after.max(certificate.not_before)),
        purpose: None,
        host: None,
    };
    path::validate(&request).map(drop).map_err(|error| error.to_string())
}
