//! What was agreed on is changed, and a rollover is finished.

use time::OffsetDateTime;

use super::begin::settings_of_successor;
use super::standing::unfit_successor;
use super::{Finished, Remaining, Terms, remaining};
use crate::ca::clock::check_clock;
use crate::ca::{CaError, Session, resolve};
use crate::store::{AuthorityRecord, Draft, Event, Rollover, State, Store, Writer};
use crate::x509::time::format_instant;

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
    check_may_finish(writer.store(), state, authority, session.now)?;
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
pub fn check_may_finish(store: &Store, state: &State, authority: &str, now: OffsetDateTime) -> Result<(), CaError> {
    let mut record = standing(state, authority)?.clone();
    // It may have been taken away since it was made here.
    record.key &= store.has_authority_key(authority);
    match unfit_successor(state, &record, now)? {
        None => Ok(()),
        Some(why) => Err(CaError::Refused {
            why: format!("the rollover of authority {authority} cannot be finished: {why}"),
            next: format!("put another one in its place: certwright authority rollover {authority} --as NEW"),
        }),
    }
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
