//! Whether a rollover may begin, and what is signed for it.

use std::collections::HashSet;

use time::OffsetDateTime;

use super::cross::prepare_cross;
use super::standing::{check_not_retired, predecessor, unfit_successor};
use super::{Cross, PreparedRollover, RolloverPlan, Side};
use crate::ca::authority::check_free;
use crate::ca::clock::check_clock;
use crate::ca::guard::Guard;
use crate::ca::issue::prepare_guarded;
use crate::ca::revoke::check_not_revoked;
use crate::ca::serial::draw;
use crate::ca::{CaError, Session, resolve};
use crate::store::{AuthorityRecord, State};
use crate::x509::{Certificate, Serial};

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
