//! Making authorities: a root, one under another, a request to be signed elsewhere, an import.

use std::collections::HashSet;
use std::sync::Arc;

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::clock::check_clock;
use super::complete::{complete, completed_by};
use super::guard::Guard;
use super::issue::{AUTHORITY_LINEAGE, prepare_guarded, verify_chain};
use super::resigned::{below, is_resigned, replace};
use super::revoke::check_not_revoked;
use super::rollover::{check_not_retired, rollover_above};
use super::serial::draw;
use super::{CaError, LoadedAuthority, Session};
use crate::issuance::{Issued, Profile, Report, Request};
use crate::keys::{KeyError, KeyRules, PrivateKey};
use crate::store::{
    AuthorityRecord, CertificateRecord, Draft, Event, Settings, State, Writer, authority_name, encode_der,
    encode_request, lineage_name,
};
use crate::x509::path::{self, PathRequest};
use crate::x509::{Certificate, Csr};

/// An authority to be made.
pub struct AuthorityPlan<'a> {
    /// Its name in the store.
    pub name: &'a str,
    /// Its profile.
    pub profile: &'a Profile,
    /// Its subject, validity, constraints; the public key is that of `key`.
    pub request: Request,
    /// Its key.
    pub key: Arc<PrivateKey>,
    /// Its key in PEM, encrypted or not, as it shall lie in the store.
    pub key_pem: Zeroizing<Vec<u8>>,
}

/// An authority that was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its name in the store.
    pub name: String,
    /// Its certificate.
    pub certificate: Certificate,
    /// The certificates above it, nearest first.
    pub chain: Vec<Certificate>,
    /// What was asked and what became of it.
    pub report: Report,
}

/// Makes a self-signed root, and perhaps an issuing authority under it, in one transaction with the settings that go with
/// them.
///
/// # Errors
/// [`CaError::AuthorityExists`], [`CaError::Issuance`], [`CaError::Store`].
pub fn create_root(
    writer: &mut Writer<'_>,
    root: AuthorityPlan<'_>,
    issuing: Option<AuthorityPlan<'_>>,
    settings: Settings,
    session: &Session<'_>,
) -> Result<Vec<Made>, CaError> {
    check_clock(writer.state(), session.now)?;
    let mut drafts = Vec::new();
    if settings != writer.state().settings {
        drafts.push(Draft { event: Event::SettingsChanged { settings: settings.clone() }, key_pem: None });
    }
    let root_key = Arc::clone(&root.key);
    let mut made = vec![make(writer.state(), None, root, &settings, session, &mut drafts)?];
    if let Some(plan) = issuing {
        let parent = LoadedAuthority {
            name: made[0].name.clone(),
            certificate: made[0].certificate.clone(),
            chain: Vec::new(),
            cross: Vec::new(),
            other_anchors: Vec::new(),
            signer: root_key,
            passphrase: None,
        };
        made.push(make(writer.state(), Some(&parent), plan, &settings, session, &mut drafts)?);
    }
    writer.commit(session.now, session.actor, drafts)?;
    Ok(made)
}

/// Makes an authority under another one of this store.
///
/// # Errors
/// [`CaError::AuthorityExists`], [`CaError::Issuance`], [`CaError::Store`].
pub fn create_subordinate(
    writer: &mut Writer<'_>,
    parent: &LoadedAuthority,
    plan: AuthorityPlan<'_>,
    session: &Session<'_>,
) -> Result<Made, CaError> {
    check_clock(writer.state(), session.now)?;
    let settings = writer.state().settings.clone();
    let mut drafts = Vec::new();
    let made = make(writer.state(), Some(parent), plan, &settings, session, &mut drafts)?;
    make_default(&settings, &made.name, &mut drafts);
    writer.commit(session.now, session.actor, drafts)?;
    Ok(made)
}

/// Keeps a key and its request in the store until the certificate, signed elsewhere, is imported.
///
/// # Errors
/// [`CaError::AuthorityExists`], [`CaError::Store`].
pub fn request(
    writer: &mut Writer<'_>,
    name: &str,
    csr: &Csr,
    key_pem: Zeroizing<Vec<u8>>,
    session: &Session<'_>,
) -> Result<(), CaError> {
    check_clock(writer.state(), session.now)?;
    check_free(writer.state(), name)?;
    let event = Event::AuthorityRequested { authority: name.to_owned(), request: encode_request(csr) };
    writer.commit(session.now, session.actor, vec![Draft { event, key_pem: Some(key_pem) }])?;
    Ok(())
}

/// What [`import`] brings in.
pub struct ImportPlan<'a> {
    /// The authority's name in the store.
    pub name: &'a str,
    /// Its certificate.
    pub certificate: Certificate,
    /// Certificates that may stand above it; those of this store's authorities are known anyway.
    pub chain: Vec<Certificate>,
    /// Its key and the PEM that shall lie in the store; `None` for one requested here before, or without a key.
    pub key: Option<(PrivateKey, Zeroizing<Vec<u8>>)>,
    /// Whether weak keys and lapsed certificates are accepted, with a remark.
    pub accept_weak: bool,
}

/// Brings in an authority's certificate: for a request made here, with a key from elsewhere, or as an anchor alone. One that is here
/// already can be given the certificates above it, or its key, which it came without, and another certificate of its name and key in
/// the place of the one that it has. Gives the certificate's chain and remarks.
///
/// # Errors
/// [`CaError::Import`] when certificate, key, request or chain do not fit together; [`CaError::AuthorityExists`] for
/// one that is here with another name or key, or lacks nothing.
pub fn import(
    writer: &mut Writer<'_>,
    plan: ImportPlan<'_>,
    session: &Session<'_>,
) -> Result<(Made, Vec<String>), CaError> {
    check_clock(writer.state(), session.now)?;
    let name = plan.name;
    let state = writer.state();
    let known = state.authorities.get(name);
    let replaced = match known {
        Some(known) if is_resigned(known, &plan.certificate)? => Some(known),
        _ => None,
    };
    let (made, notes, added) = match (replaced, known) {
        (Some(known), _) => replace(state, known, plan, session.now)?,
        (None, Some(known)) => complete(state, known, plan, session.now)?,
        (None, None) => plan_import(state, plan, session.now)?,
    };
    let can_sign = matches!(&added.event, Event::AuthorityAdded(record) if record.key);
    let mut drafts = vec![added];
    match replaced {
        Some(old) => drafts.extend(below(state, old, &made, session.now)?),
        None => drafts.extend(completed_by(state, &made, session.now)?),
    }
    if can_sign {
        make_default(&writer.state().settings.clone(), name, &mut drafts);
    }
    writer.commit(session.now, session.actor, drafts)?;
    Ok((made, notes))
}

/// Refuses what a store with nothing in it would not take, before one is made.
///
/// # Errors
/// As [`import`].
pub fn check_import(plan: &ImportPlan<'_>, now: OffsetDateTime) -> Result<(), CaError> {
    let ImportPlan { name, accept_weak, .. } = *plan;
    let key = plan.key.as_ref().map(|(key, _)| key.duplicate()).transpose();
    let key = key.map_err(|error| CaError::key(format!("the key of authority {name}"), error))?;
    let (certificate, chain) = (plan.certificate.clone(), plan.chain.clone());
    let key = key.map(|key| (key, Zeroizing::default()));
    let plan = ImportPlan { name, certificate, chain, key, accept_weak };
    plan_import(&State::default(), plan, now).map(drop)
}

/// Checks what [`import`] brings in; gives the authority, remarks, and what the journal shall record.
pub(super) fn plan_import(
    state: &State,
    plan: ImportPlan<'_>,
    now: OffsetDateTime,
) -> Result<(Made, Vec<String>, Draft), CaError> {
    let mut notes = Vec::new();
    let requested = state.requested.get(plan.name).cloned();
    check_new(state, &plan.certificate)?;
    if requested.is_none() {
        check_free(state, plan.name)?;
    }
    let certificate = plan.certificate;
    check_usable(&certificate, plan.accept_weak, now, &mut notes)?;
    match (&requested, &plan.key) {
        (Some(_), Some(_)) => {
            return Err(CaError::Import(format!(
                "authority {} was requested here and has its key already: leave the key out",
                plan.name
            )));
        }
        (Some(request), None) => check_answers(request, &certificate, &mut notes)?,
        (None, Some((key, _))) => pair(key, &certificate)?,
        (None, None) => notes.push("it has no key here and cannot sign: it serves as an anchor".to_owned()),
    }
    let chain = find_chain(&certificate, plan.chain, state, now)?;
    if !certificate.is_self_issued() && chain.is_empty() {
        notes.push(
            "the certificate of its issuer is not known here: give it with --chain to complete chains".to_owned(),
        );
    }
    let record = AuthorityRecord {
        authority: plan.name.to_owned(),
        certificate: encode_der(certificate.der()),
        chain: chain.iter().map(|above| encode_der(above.der())).collect(),
        origin: "imported".to_owned(),
        key: requested.is_some() || plan.key.is_some(),
        rollover: rollover_above(state, &chain),
    };
    let draft = Draft { event: Event::AuthorityAdded(record), key_pem: plan.key.map(|(_, key_pem)| key_pem) };
    Ok((Made { name: plan.name.to_owned(), certificate, chain, report: Report::default() }, notes, draft))
}

/// Prepares and signs one authority's certificate and adds what the journal shall record.
fn make(
    state: &State,
    parent: Option<&LoadedAuthority>,
    plan: AuthorityPlan<'_>,
    settings: &Settings,
    session: &Session<'_>,
    drafts: &mut Vec<Draft>,
) -> Result<Made, CaError> {
    check_free(state, plan.name)?;
    let serial = draw(session.serials, state, &mut HashSet::new())?;
    let facts = parent.map(LoadedAuthority::facts);
    let guard = Guard::new(state);
    let prepared = prepare_guarded(&guard, facts.as_ref(), plan.profile, &plan.request, settings, serial, session.now)?;
    let Issued { certificate, report } = match parent {
        Some(parent) => prepared.sign(parent.signer.as_ref())?,
        None => prepared.sign(plan.key.as_ref())?,
    };
    let chain = match parent {
        Some(parent) => {
            check_not_revoked(state, &parent.name, &parent.full_chain())?;
            check_not_retired(state, &parent.name, plan.profile, session.now)?;
            verify_chain(&certificate, parent, session.now)?;
            parent.full_chain()
        }
        None => Vec::new(),
    };
    let signed_by = parent.map_or(plan.name, |parent| &parent.name);
    let issued =
        CertificateRecord::new(&certificate, signed_by, &authority_lineage(plan.name), plan.profile.name(), false);
    let added = AuthorityRecord {
        authority: plan.name.to_owned(),
        certificate: issued.certificate.clone(),
        chain: chain.iter().map(|above| encode_der(above.der())).collect(),
        origin: "created".to_owned(),
        key: true,
        rollover: rollover_above(state, &chain),
    };
    drafts.push(Draft { event: Event::AuthorityAdded(added), key_pem: Some(plan.key_pem) });
    drafts.push(Draft { event: Event::CertificateIssued(issued), key_pem: None });
    Ok(Made { name: plan.name.to_owned(), certificate, chain, report })
}

/// The lineage of an authority's own certificates.
pub(super) fn authority_lineage(name: &str) -> String {
    lineage_name(&format!("{AUTHORITY_LINEAGE}{name}"))
}

/// The first authority that can sign becomes the default one; later ones do not take over.
fn make_default(settings: &Settings, name: &str, drafts: &mut Vec<Draft>) {
    if settings.default_authority.is_none() {
        let settings = Settings { default_authority: Some(name.to_owned()), ..settings.clone() };
        drafts.push(Draft { event: Event::SettingsChanged { settings }, key_pem: None });
    }
}

/// Refuses a name that no authority can have, and one that is taken.
///
/// # Errors
/// [`CaError::BadName`], [`CaError::AuthorityExists`].
pub fn check_free(state: &State, name: &str) -> Result<(), CaError> {
    authority_name(name).map_err(|error| CaError::BadName(error.to_string()))?;
    if state.authorities.contains_key(name) || state.requested.contains_key(name) {
        return Err(CaError::AuthorityExists(name.to_owned()));
    }
    Ok(())
}

/// Refuses an authority that is here, under whatever name: each of the two would publish CRLs without what the other one revoked.
fn check_new(state: &State, certificate: &Certificate) -> Result<(), CaError> {
    for known in state.authorities.values() {
        if known.certificate()?.is_same_authority(certificate) {
            return Err(CaError::Import(format!(
                "{} is in the store already, as authority {}: its name and its key are those",
                certificate.subject, known.authority
            )));
        }
    }
    Ok(())
}

/// An imported certificate must be able to sign: a CA with a subject, keyCertSign, valid, with a sound key, and nothing in it for which
/// chains through it are refused.
pub(super) fn check_usable(
    certificate: &Certificate,
    accept_weak: bool,
    now: OffsetDateTime,
    notes: &mut Vec<String>,
) -> Result<(), CaError> {
    let refuse = |why: &str| Err(CaError::Import(format!("{} {why}", certificate.subject)));
    if !certificate.is_ca() {
        return refuse("is not the certificate of an authority: it has no basicConstraints CA:TRUE");
    }
    if certificate.key_usage.is_some_and(|usage| !usage.contains(crate::x509::KeyUsage::KEY_CERT_SIGN)) {
        return refuse("may not sign certificates: its keyUsage lacks keyCertSign");
    }
    if certificate.subject.is_empty() {
        return Err(CaError::Import("it has no subject: nothing that it signs could name its issuer".to_owned()));
    }
    if let Some(unknown) = path::critical_unknown(certificate) {
        return refuse(&format!(
            "has a critical extension that is not processed here ({unknown}): no chain through it is valid"
        ));
    }
    if now > certificate.not_after {
        return refuse(&format!("expired on {}", crate::x509::time::format_instant(certificate.not_after)));
    }
    notes.extend(super::import::oddities(certificate, now));
    let key = certificate.public_key().map_err(|error| CaError::key(certificate.subject.to_string(), error))?;
    if let Err(weakness) = key.check(&KeyRules::default()) {
        if !accept_weak {
            return refuse(&format!("has a weak key: {weakness}"));
        }
        notes.push(format!("its key is weak: {weakness}"));
    }
    // Of an anchor nobody checks it; what it says of itself may rest on SHA-1.
    match certificate.verify_signature(&key) {
        Err(KeyError::BadSignature) if certificate.is_self_issued() => refuse("has a bad signature"),
        Err(error) if certificate.is_self_issued() => {
            notes.push(format!("its own signature cannot be checked: {error}"));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The certificate must carry the key of the request that was made here, under the name it asked for.
fn check_answers(request: &str, certificate: &Certificate, notes: &mut Vec<String>) -> Result<(), CaError> {
    let der = crate::store::decode_der(request)?;
    let csr = Csr::from_der(&der)?;
    let (wanted, found) = (csr.public_key(), certificate.public_key());
    let same = matches!((wanted, found), (Ok(wanted), Ok(found))
        if wanted.subject_public_key() == found.subject_public_key());
    if same && !certificate.subject.matches(&csr.subject) {
        notes.push(format!("{} was asked for, and {} was signed", csr.subject, certificate.subject));
    }
    if !same {
        return Err(CaError::Import(format!(
            "{} has another key than the request made here: it answers a different request",
            certificate.subject
        )));
    }
    Ok(())
}

/// Refuses a key that is not that of a certificate.
pub(super) fn pair(key: &PrivateKey, certificate: &Certificate) -> Result<(), CaError> {
    let public = certificate.public_key().map_err(|error| CaError::key(certificate.subject.to_string(), error))?;
    if public.subject_public_key() != key.public_key().subject_public_key() {
        return Err(CaError::Import(format!("the key does not belong to the certificate {}", certificate.subject)));
    }
    Ok(())
}

/// Finds what stands above an imported certificate among what was given and what the store knows, and proves it.
pub(super) fn find_chain(
    certificate: &Certificate,
    given: Vec<Certificate>,
    state: &State,
    now: OffsetDateTime,
) -> Result<Vec<Certificate>, CaError> {
    if certificate.is_self_issued() {
        return Ok(Vec::new());
    }
    let mut pool = given;
    for record in state.authorities.values() {
        pool.push(record.certificate()?);
        pool.extend(record.chain()?);
    }
    let anchors: Vec<Certificate> = pool.iter().filter(|known| known.is_root()).cloned().collect();
    if anchors.is_empty() {
        return partial_chain(certificate, &pool);
    }
    let request = PathRequest {
        target: certificate,
        intermediates: &pool,
        anchors: &anchors,
        crls: &[],
        at: now.max(certificate.not_before),
        purpose: None,
        host: None,
    };
    match path::validate(&request) {
        Ok(path) => Ok(path.into_iter().skip(1).cloned().collect()),
        Err(error) if error.rule == "no-issuer" => partial_chain(certificate, &pool),
        Err(error) => Err(CaError::Import(error.to_string())),
    }
}

/// As much of a chain as is known, nearest first, each signature verified.
fn partial_chain(certificate: &Certificate, pool: &[Certificate]) -> Result<Vec<Certificate>, CaError> {
    const DEEPEST: usize = 8;
    let mut chain: Vec<Certificate> = Vec::new();
    while chain.len() < DEEPEST {
        let lowest = chain.last().unwrap_or(certificate);
        let issuer = pool.iter().find(|candidate| candidate.is_ca() && lowest.is_signed_by(candidate));
        match issuer {
            Some(issuer) if !lowest.is_self_issued() => chain.push(issuer.clone()),
            _ => break,
        }
    }
    Ok(chain)
}
