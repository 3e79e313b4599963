//! Rollover: a new authority takes the place of an old one, and nobody is locked out meanwhile.
//!
//! The new one stands beside the old one until the operator finishes the rollover. For a root both certify each other's keys (RFC
//! 4210 §4.4), both are anchors, and servers send the cross-certificate of the root that their certificate is from: whoever trusts
//! only one of them finds a way. An issuing authority needs none of that: those who trust the root above trust both.
//!
//! The new authority has a name of its own. With one name and two keys a relying party has to tell CRLs and issuers apart by
//! key identifiers, which not all of them do, and some cache by name.

mod cross;
mod remaining;

use std::collections::HashSet;

use time::{Duration, OffsetDateTime};

use self::cross::prepare_cross;
use super::authority::{authority_lineage, check_free};
use super::clock::check_clock;
use super::guard::Guard;
use super::issue::{prepare_guarded, verify_chain};
use super::revoke::check_not_revoked;
use super::serial::draw;
use super::{AuthorityPlan, CaError, LoadedAuthority, Made, RESPONDER_PROFILE, Session, resolve};
use crate::issuance::{IssuerFacts, Prepared, Profile};
use crate::store::{
    AuthorityRecord, CertificateRecord, Draft, Event, Rollover, State, Writer, encode_der, lineage_name,
};
use crate::x509::time::{format_instant, parse_instant};
use crate::x509::{Certificate, Serial};

pub use remaining::{Remaining, remaining};

/// How long before an authority retires what it signed is due.
const RETIRES_SOON: Duration = Duration::days(30);

/// What shall take an authority's place, and how.
pub struct RolloverPlan<'a> {
    /// The authority that is replaced.
    pub authority: &'a str,
    /// The name of the one that takes its place.
    pub successor: &'a str,
    /// How that one is made; `None` for one that the store has already.
    pub new: Option<AuthorityPlan<'a>>,
    /// The authority that signs the new one; `None` for a root.
    pub parent: Option<&'a str>,
    /// Where the cross-certificates of a root come from.
    pub cross: Cross,
    /// What is agreed on.
    pub terms: Terms,
}

/// Where cross-certificates come from.
#[derive(Debug, Clone)]
pub enum Cross {
    /// Both roots sign here. Nothing for an authority that is no root.
    Signed,
    /// They were signed elsewhere, where the keys are.
    Given(Vec<Certificate>),
    /// There are none.
    None,
}

/// What is agreed on between the old authority and the new one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terms {
    /// From when on the old authority signs no certificates any more.
    pub retire: Option<OffsetDateTime>,
    /// Whether renewals stay with the old authority until then.
    pub renewals_stay: bool,
}

/// The keys that sign, as far as the plan needs them.
#[derive(Default)]
pub struct Signers<'a> {
    /// The authority that is replaced: for cross-certificates.
    pub old: Option<&'a LoadedAuthority>,
    /// The one that takes its place, where it exists: for cross-certificates.
    pub new: Option<&'a LoadedAuthority>,
    /// The one above the new one.
    pub parent: Option<&'a LoadedAuthority>,
}

/// A rollover that was checked, and what is going to be signed for it.
pub struct PreparedRollover {
    /// The new authority's certificate, where it is made now.
    pub new: Option<Prepared>,
    /// The new key, certified by the old root.
    pub new_by_old: Option<Prepared>,
    /// The old key, certified by the new root.
    pub old_by_new: Option<Prepared>,
    given: Vec<Certificate>,
    old: Side,
    side: Side,
}

/// A rollover that has begun.
#[derive(Debug)]
pub struct Begun {
    /// The new authority, where it was made now.
    pub made: Option<Made>,
    /// The cross-certificates: the new key certified by the old root, then the old key by the new root.
    pub cross: Vec<Certificate>,
}

/// A rollover that is finished.
#[derive(Debug)]
pub struct Finished {
    /// What the old authority signed and is still in use: nothing unless it was forced.
    pub left: Vec<Remaining>,
}

/// An authority as an issuer.
struct Side {
    name: String,
    certificate: Certificate,
    chain: Vec<Certificate>,
}

impl Side {
    fn of(record: &AuthorityRecord) -> Result<Self, CaError> {
        Ok(Self { name: record.authority.clone(), certificate: record.certificate()?, chain: record.chain()? })
    }

    fn facts(&self) -> IssuerFacts<'_> {
        IssuerFacts { name: &self.name, certificate: &self.certificate, chain: &self.chain }
    }

    fn full_chain(&self) -> Vec<Certificate> {
        std::iter::once(&self.certificate).chain(&self.chain).cloned().collect()
    }
}

/// Checks a rollover and prepares what is to be signed, without signing or writing anything.
///
/// # Errors
/// [`CaError::Refused`] when the authority is replaced already or takes part in a rollover that is not finished;
/// [`CaError::AuthorityExists`], [`CaError::Issuance`], [`CaError::Import`] for cross-certificates that are none.
pub fn prepare_rollover(
    state: &State,
    plan: &RolloverPlan<'_>,
    session: &Session<'_>,
) -> Result<PreparedRollover, CaError> {
    check_clock(state, session.now)?;
    let record = resolve(state, Some(plan.authority))?;
    check_may_begin(state, record, session.now)?;
    let old = Side::of(record)?;
    let guard = Guard::new(state);
    let mut batch = HashSet::new();
    let mut serial = || -> Result<Serial, CaError> { draw(session.serials, state, &mut batch) };
    let (new, side) = match &plan.new {
        Some(new) => {
            check_free(state, plan.successor)?;
            let parent = plan.parent.map(|name| resolve(state, Some(name)).and_then(Side::of)).transpose()?;
            if let Some(parent) = &parent {
                check_not_revoked(state, &parent.name, &parent.full_chain())?;
                check_not_retired(state, &parent.name, new.profile, session.now)?;
            }
            let facts = parent.as_ref().map(Side::facts);
            let (settings, now) = (&state.settings, session.now);
            let prepared =
                prepare_guarded(&guard, facts.as_ref(), new.profile, &new.request, settings, serial()?, now)?;
            let chain = parent.as_ref().map(Side::full_chain).unwrap_or_default();
            let side = Side { name: plan.successor.to_owned(), certificate: prepared.preview().clone(), chain };
            (Some(prepared), side)
        }
        None => (None, Side::of(known_successor(state, record, plan.successor)?)?),
    };
    let is_root = old.certificate.is_root();
    if is_root && matches!(plan.cross, Cross::Signed) {
        check_not_revoked(state, &old.name, &old.full_chain())?;
    }
    if is_root != side.certificate.is_self_issued() {
        let (what, other) = if is_root { ("a root", "no root") } else { ("no root", "a root") };
        return Err(CaError::Refused {
            why: format!("authority {} is {what} and {} is {other}", old.name, side.name),
            next: "a root takes the place of a root, an authority below one that of an authority below one".to_owned(),
        });
    }
    let mut prepared = PreparedRollover { new, new_by_old: None, old_by_new: None, given: Vec::new(), old, side };
    let PreparedRollover { old, side, .. } = &prepared;
    match &plan.cross {
        Cross::Signed if is_root => {
            let settings = &state.settings;
            let new_by_old = prepare_cross(&guard, &side.certificate, old, settings, serial()?, session)?;
            let old_by_new = prepare_cross(&guard, &old.certificate, side, settings, serial()?, session)?;
            (prepared.new_by_old, prepared.old_by_new) = (Some(new_by_old), Some(old_by_new));
        }
        Cross::Given(given) => {
            given.iter().try_for_each(|cross| check_given(cross, old, side))?;
            prepared.given.clone_from(given);
        }
        Cross::Signed | Cross::None => {}
    }
    Ok(prepared)
}

/// Puts a new authority beside an old one: its certificate, the cross-certificates, the default authority and the CRL schedule
/// in one transaction.
///
/// # Errors
/// As [`prepare_rollover`]; [`CaError::KeyNotHere`] where a key that has to sign is not among the signers; [`CaError::Store`].
pub fn begin_rollover(
    writer: &mut Writer<'_>,
    plan: RolloverPlan<'_>,
    signers: &Signers<'_>,
    session: &Session<'_>,
) -> Result<Begun, CaError> {
    let PreparedRollover { new, new_by_old, old_by_new, given, old, side } =
        prepare_rollover(writer.state(), &plan, session)?;
    let state = writer.state();
    let mut drafts = Vec::new();
    let mut made = None;
    let fresh;
    let mut successor = signers.new;
    let mut record = match (new, plan.new) {
        (Some(prepared), Some(plan_of_new)) => {
            let issued = match (plan.parent, signers.parent) {
                (Some(_), Some(parent)) => prepared.sign(parent.signer.as_ref())?,
                (Some(parent), None) => return Err(CaError::KeyNotHere(parent.to_owned())),
                (None, _) => prepared.sign(plan_of_new.key.as_ref())?,
            };
            if let Some(parent) = signers.parent.filter(|_| plan.parent.is_some()) {
                verify_chain(&issued.certificate, parent, session.now)?;
            }
            let signed_by = plan.parent.unwrap_or(plan.successor);
            let lineage = authority_lineage(plan.successor);
            let issued_record =
                CertificateRecord::new(&issued.certificate, signed_by, &lineage, plan_of_new.profile.name(), false);
            let record = AuthorityRecord {
                authority: plan.successor.to_owned(),
                certificate: issued_record.certificate.clone(),
                chain: side.chain.iter().map(|above| encode_der(above.der())).collect(),
                origin: "created".to_owned(),
                key: true,
                rollover: rollover_above(state, &side.chain),
            };
            drafts.push(Draft { event: Event::CertificateIssued(issued_record), key_pem: None });
            fresh = LoadedAuthority {
                name: plan.successor.to_owned(),
                certificate: issued.certificate.clone(),
                chain: side.chain.clone(),
                cross: Vec::new(),
                other_anchors: Vec::new(),
                signer: plan_of_new.key,
                passphrase: None,
            };
            successor = Some(&fresh);
            made = Some(Made {
                name: plan.successor.to_owned(),
                certificate: issued.certificate,
                chain: side.chain.clone(),
                report: issued.report,
            });
            (record, Some(plan_of_new.key_pem))
        }
        _ => (resolve(state, Some(plan.successor))?.clone(), None),
    };
    let mut sign = |prepared: Prepared, signer: Option<&LoadedAuthority>, of: &str, by: &str| {
        let signer = signer.ok_or_else(|| CaError::KeyNotHere(by.to_owned()))?;
        let certificate = prepared.sign(signer.signer.as_ref())?.certificate;
        verify_chain(&certificate, signer, session.now)?;
        let lineage = lineage_name(&format!("{}.by-{by}", authority_lineage(of)));
        let record = CertificateRecord::new(&certificate, by, &lineage, cross::PROFILE, false);
        drafts.push(Draft { event: Event::CertificateIssued(record), key_pem: None });
        Ok::<_, CaError>(certificate)
    };
    let (old_name, new_name) = (old.name.as_str(), plan.successor);
    let mut new_by_old = new_by_old.map(|prepared| sign(prepared, signers.old, new_name, old_name)).transpose()?;
    let mut old_by_new = old_by_new.map(|prepared| sign(prepared, successor, old_name, new_name)).transpose()?;
    for cross in given {
        let of_new = cross.subject == side.certificate.subject;
        *(if of_new { &mut new_by_old } else { &mut old_by_new }) = Some(cross);
    }
    let new_der = record.0.certificate.clone();
    if old.certificate.is_root() {
        record.0.rollover = beside(new_by_old.as_ref(), &encode_der(old.certificate.der()));
    }
    let mut concerned = Vec::new();
    let given_up = state.authorities.get(&old.name).and_then(|record| record.rollover.successor.clone());
    for other in state.authorities.values() {
        let mut other = other.clone();
        let is_old = other.authority == old.name;
        if is_old {
            let Terms { retire, renewals_stay } = plan.terms;
            let rollover =
                if old.certificate.is_root() { beside(old_by_new.as_ref(), &new_der) } else { other.rollover.clone() };
            let successor = Some(plan.successor.to_owned());
            other.rollover = Rollover { successor, retire: retire.map(format_instant), renewals_stay, ..rollover };
        } else if other.authority != plan.successor && Some(&other.authority) == given_up.as_ref() {
            // What it has signed is renewed by the one that comes instead.
            other.rollover.successor = Some(plan.successor.to_owned());
            other.rollover.finished = true;
        } else if other.authority != plan.successor && old.certificate.is_root() {
            let (cross, anchor) = match () {
                () if other.chain.contains(&encode_der(old.certificate.der())) => (&old_by_new, &new_der),
                () if other.chain.contains(&new_der) => (&new_by_old, &encode_der(old.certificate.der())),
                () => continue,
            };
            let Rollover { cross, anchors, .. } = beside(cross.as_ref(), anchor);
            other.rollover = Rollover { cross, anchors, ..other.rollover };
        } else {
            continue;
        }
        concerned.push(other);
    }
    drafts.insert(0, Draft { event: Event::AuthorityAdded(record.0), key_pem: record.1 });
    drafts.extend(concerned.into_iter().map(|record| Draft { event: Event::AuthorityAdded(record), key_pem: None }));
    drafts.extend(settings_of_successor(state, &old.name, given_up.as_deref(), plan.successor));
    writer.commit(session.now, session.actor, drafts)?;
    Ok(Begun { made, cross: new_by_old.into_iter().chain(old_by_new).collect() })
}

/// Changes what was agreed on.
///
/// # Errors
/// [`CaError::Refused`] for an authority that is not being replaced; [`CaError::Store`].
pub fn change_rollover(
    writer: &mut Writer<'_>,
    authority: &str,
    terms: &Terms,
    session: &Session<'_>,
) -> Result<(), CaError> {
    check_clock(writer.state(), session.now)?;
    let mut record = standing(writer.state(), authority)?.clone();
    record.rollover.retire = terms.retire.map(format_instant);
    record.rollover.renewals_stay = terms.renewals_stay;
    if writer.state().authorities.get(authority) == Some(&record) {
        return Ok(());
    }
    let draft = Draft { event: Event::AuthorityAdded(record), key_pem: None };
    Ok(writer.commit(session.now, session.actor, vec![draft])?)
}

/// Finishes a rollover: the old authority signs nothing but CRLs from now on, it is no anchor beside the new one any more, and
/// no cross-certificates are sent.
///
/// # Errors
/// [`CaError::Refused`] while something that it signed is in use, unless `force`, and for a successor that cannot take its place;
/// [`CaError::Store`].
pub fn finish_rollover(
    writer: &mut Writer<'_>,
    authority: &str,
    force: bool,
    session: &Session<'_>,
) -> Result<Finished, CaError> {
    check_clock(writer.state(), session.now)?;
    let state = writer.state();
    let record = standing(state, authority)?.clone();
    check_may_finish(state, authority, session.now)?;
    let left = remaining(state, authority, session.now)?;
    if !left.is_empty() && !force {
        return Err(still_in_use(&record, &left));
    }
    let successor = record.rollover.successor.clone().unwrap_or_default();
    let is_root = record.certificate()?.is_root();
    let of_new = state.authorities.get(&successor).map(|record| record.certificate.clone());
    let mut drafts = Vec::new();
    for other in state.authorities.values() {
        let mut changed = other.clone();
        let below = |certificate: &String| changed.chain.contains(certificate);
        if other.authority == authority {
            changed.rollover.finished = true;
        } else if !is_root
            || !(other.authority == successor || below(&record.certificate) || of_new.as_ref().is_some_and(below))
        {
            continue;
        }
        if is_root {
            changed.rollover.cross.clear();
            changed.rollover.anchors.clear();
        }
        if changed != *other {
            drafts.push(Draft { event: Event::AuthorityAdded(changed), key_pem: None });
        }
    }
    drafts.extend(settings_of_successor(state, authority, None, &successor));
    writer.commit(session.now, session.actor, drafts)?;
    Ok(Finished { left })
}

/// Refuses to finish a rollover whose successor could not take over: nothing would sign any more.
///
/// # Errors
/// [`CaError::Refused`] where nothing takes the authority's place, or what does is revoked, has expired, or has no key here although
/// the old one has.
pub fn check_may_finish(state: &State, authority: &str, now: OffsetDateTime) -> Result<(), CaError> {
    let record = standing(state, authority)?;
    match unfit_successor(state, record, now)? {
        None => Ok(()),
        Some(why) => Err(CaError::Refused {
            why: format!("the rollover of authority {authority} cannot be finished: {why}"),
            next: format!("put another one in its place: certwright authority rollover {authority} --as NEW"),
        }),
    }
}

/// Why the successor of an authority cannot take its place, so that another one may be put there; `None` where it can, and where there
/// is none.
///
/// # Errors
/// [`CaError::X509`], [`CaError::Store`] when the journal cannot be read.
pub fn unfit_successor(
    state: &State,
    record: &AuthorityRecord,
    now: OffsetDateTime,
) -> Result<Option<String>, CaError> {
    let Some(name) = &record.rollover.successor else { return Ok(None) };
    let Some(successor) = state.authorities.get(name) else { return Ok(Some(format!("authority {name} is gone"))) };
    let side = Side::of(successor)?;
    Ok(match check_not_revoked(state, name, &side.full_chain()) {
        Err(CaError::Refused { .. }) => Some(format!("authority {name}, or one above it, is revoked")),
        Err(error) => return Err(error),
        Ok(()) if now > side.certificate.not_after => {
            Some(format!("authority {name} expired at {}", format_instant(side.certificate.not_after)))
        }
        // Where the old key is elsewhere, so may the new one be.
        Ok(()) if record.key && !successor.key => Some(format!("the key of authority {name} is not here")),
        Ok(()) => None,
    })
}

/// Refuses to make an authority anew that takes part in a rollover: others hold cross-certificates and chains of its certificate.
///
/// # Errors
/// [`CaError::Refused`].
pub fn check_may_remake(state: &State, name: &str) -> Result<(), CaError> {
    if let Some(Rollover { successor: Some(successor), .. }) =
        state.authorities.get(name).map(|record| &record.rollover)
    {
        return Err(CaError::Refused {
            why: format!("authority {name} cannot be made anew: {successor} takes its place"),
            next: format!("leave {name} as it is, and change what {successor} is like"),
        });
    }
    match predecessor(state, name) {
        Some(old) => Err(CaError::Refused {
            why: format!("authority {name} cannot be made anew while it takes the place of {}", old.authority),
            next: format!("finish that first: certwright authority rollover {} --finish", old.authority),
        }),
        None => Ok(()),
    }
}

/// The authority whose place another one takes in a rollover that stands.
fn predecessor<'a>(state: &'a State, name: &str) -> Option<&'a AuthorityRecord> {
    let is_replaced =
        |other: &&AuthorityRecord| other.rollover.stands() && other.rollover.successor.as_deref() == Some(name);
    state.authorities.values().find(is_replaced)
}

/// The authority that renews what another one signed: its successor, unless renewals stay with it and it has not retired.
pub fn renewing_authority<'a>(state: &'a State, name: &'a str, now: OffsetDateTime) -> &'a str {
    let mut name = name;
    // More generations than authorities there cannot be.
    for _ in 0..state.authorities.len() {
        let Some(Rollover { successor: Some(successor), renewals_stay, .. }) =
            state.authorities.get(name).map(|record| &record.rollover)
        else {
            break;
        };
        if (*renewals_stay && !has_retired(state, name, now)) || !state.authorities.contains_key(successor) {
            break;
        }
        name = successor;
    }
    name
}

/// Whether what an authority signed should be renewed by its successor now, whatever its lifetime says: the authority retires before
/// `horizon`, where nothing is said within 30 days.
///
/// # Errors
/// [`CaError::X509`] when the journal holds something unreadable.
pub fn is_to_be_moved(
    state: &State,
    name: &str,
    horizon: Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> Result<bool, CaError> {
    if renewing_authority(state, name, now) == name {
        return Ok(false);
    }
    let Some(Rollover { retire, finished, .. }) = state.authorities.get(name).map(|record| &record.rollover) else {
        return Ok(false);
    };
    let horizon = horizon.unwrap_or_else(|| now.saturating_add(RETIRES_SOON));
    let retires = retire.as_deref().map(parse_instant).transpose()?.is_some_and(|retire| retire <= horizon);
    Ok(*finished || retires)
}

/// Whether a certificate is that of an authority whose rollover is finished: no anchor any more.
pub fn is_superseded(state: &State, certificate: &Certificate) -> bool {
    let der = encode_der(certificate.der());
    state.authorities.values().any(|record| record.rollover.finished && record.certificate == der)
}

/// What the rollover of a root above means for a new authority.
pub(super) fn rollover_above(state: &State, chain: &[Certificate]) -> Rollover {
    let Some(top) = chain.last().map(|top| encode_der(top.der())) else { return Rollover::default() };
    let root = state.authorities.values().find(|record| record.certificate == top);
    root.map_or_else(Rollover::default, |root| Rollover {
        cross: root.rollover.cross.clone(),
        anchors: root.rollover.anchors.clone(),
        ..Rollover::default()
    })
}

/// Refuses an authority that has retired; the certificates of its OCSP responders it still signs.
///
/// # Errors
/// [`CaError::Refused`].
pub(super) fn check_not_retired(
    state: &State,
    name: &str,
    profile: &Profile,
    now: OffsetDateTime,
) -> Result<(), CaError> {
    if profile.name() == RESPONDER_PROFILE || !has_retired(state, name, now) {
        return Ok(());
    }
    let successor = renewing_authority(state, name, now);
    Err(CaError::Refused {
        why: format!("authority {name} has retired and signs no certificates any more: {successor} took its place"),
        next: format!("sign with --authority {successor}; \"certwright authority rollover {name}\" tells more"),
    })
}

fn has_retired(state: &State, name: &str, now: OffsetDateTime) -> bool {
    let Some(Rollover { finished, retire, .. }) = state.authorities.get(name).map(|record| &record.rollover) else {
        return false;
    };
    let past = |text: &String| parse_instant(text).is_ok_and(|retire| now >= retire);
    *finished || retire.as_ref().is_some_and(past)
}

fn standing<'a>(state: &'a State, authority: &str) -> Result<&'a AuthorityRecord, CaError> {
    let record = resolve(state, Some(authority))?;
    match &record.rollover {
        Rollover { successor: None, .. } => Err(CaError::Refused {
            why: format!("nothing takes the place of authority {authority}"),
            next: format!("begin with \"certwright authority rollover {authority}\""),
        }),
        Rollover { successor: Some(successor), finished: true, .. } => Err(CaError::Refused {
            why: format!("the rollover of authority {authority} is finished: {successor} took its place"),
            next: format!("\"certwright authority rollover {successor}\" begins the next one"),
        }),
        _ => Ok(record),
    }
}

fn check_may_begin(state: &State, record: &AuthorityRecord, now: OffsetDateTime) -> Result<(), CaError> {
    let name = &record.authority;
    if let Some(successor) = &record.rollover.successor
        && (record.rollover.finished || unfit_successor(state, record, now)?.is_none())
    {
        return Err(CaError::Refused {
            why: format!("authority {successor} takes the place of {name} already"),
            next: format!("\"certwright authority rollover {name}\" shows how far that is"),
        });
    }
    match predecessor(state, name) {
        Some(predecessor) => Err(CaError::Refused {
            why: format!("authority {name} is still taking the place of {}", predecessor.authority),
            next: format!("finish that first: certwright authority rollover {} --finish", predecessor.authority),
        }),
        None => Ok(()),
    }
}

/// An authority of the store that may take another one's place.
fn known_successor<'a>(state: &'a State, old: &AuthorityRecord, name: &str) -> Result<&'a AuthorityRecord, CaError> {
    let successor = resolve(state, Some(name))?;
    let refuse = |why: String| {
        let next = "name another one with --as, or a new name to make one".to_owned();
        Err(CaError::Refused { why, next })
    };
    if name == old.authority {
        return refuse(format!("authority {name} cannot take its own place"));
    }
    if successor.rollover.successor.is_some() {
        return refuse(format!("authority {name} is itself being replaced"));
    }
    if let Some(taken) = predecessor(state, name) {
        return refuse(format!("authority {name} takes the place of {} already", taken.authority));
    }
    let path = Side::of(successor)?.full_chain();
    check_not_revoked(state, name, &path)?;
    Ok(successor)
}

/// A cross-certificate that was signed elsewhere: one root's name and key, signed by the other.
fn check_given(cross: &Certificate, old: &Side, new: &Side) -> Result<(), CaError> {
    let is = |own: &Side, issuer: &Side| {
        let keys = (cross.public_key(), own.certificate.public_key(), issuer.certificate.public_key());
        let (Ok(key), Ok(own_key), Ok(issuer_key)) = keys else { return false };
        cross.is_ca()
            && cross.subject == own.certificate.subject
            && key.subject_public_key() == own_key.subject_public_key()
            && cross.issuer == issuer.certificate.subject
            && cross.verify_signature(&issuer_key).is_ok()
    };
    if is(old, new) || is(new, old) {
        return Ok(());
    }
    Err(CaError::Import(format!(
        "{} signed by {} is no cross-certificate between {} and {}",
        cross.subject, cross.issuer, old.name, new.name
    )))
}

/// What is sent and trusted beside a root.
fn beside(cross: Option<&Certificate>, anchor: &str) -> Rollover {
    Rollover {
        cross: cross.iter().map(|cross| encode_der(cross.der())).collect(),
        anchors: vec![anchor.to_owned()],
        ..Rollover::default()
    }
}

/// The successor signs where nothing else is said, and its CRLs are made as those of the old authority.
fn settings_of_successor(state: &State, old: &str, given_up: Option<&str>, new: &str) -> Option<Draft> {
    let mut settings = state.settings.clone();
    let default = settings.default_authority.as_deref();
    if default == Some(old)
        || (default.is_some() && default == given_up)
        || (default.is_none() && state.authorities.len() == 1)
    {
        settings.default_authority = Some(new.to_owned());
    }
    if let Some(schedule) = state.settings.crl.get(old) {
        let schedule = crate::store::CrlSchedule { number_after: 0, ..schedule.clone() };
        settings.crl.entry(new.to_owned()).or_insert(schedule);
    }
    (settings != state.settings).then(|| Draft { event: Event::SettingsChanged { settings }, key_pem: None })
}

fn still_in_use(record: &AuthorityRecord, left: &[Remaining]) -> CaError {
    const SHOWN: usize = 10;
    let name = &record.authority;
    let mut shown: Vec<String> = left.iter().take(SHOWN).map(Remaining::to_string).collect();
    if left.len() > SHOWN {
        shown.push(format!("and {} more", left.len() - SHOWN));
    }
    CaError::Refused {
        why: format!("what authority {name} signed is still in use: {}", shown.join(", ")),
        next: format!(
            "renew it (\"certwright authority rollover {name}\" lists all of it and says how), or say --force: clients that \
             trust only the new authority refuse it then"
        ),
    }
}
