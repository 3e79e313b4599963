//! What a rollover means for everything else: who signs and renews, what is trusted, what may not be changed.

use time::{Duration, OffsetDateTime};

use crate::ca::{CaError, Distrust, RESPONDER_PROFILE, distrust};
use crate::issuance::Profile;
use crate::store::{AuthorityRecord, Rollover, State, encode_der};
use crate::x509::time::{format_instant, parse_instant};
use crate::x509::{Certificate, X509Error};

/// How long before an authority retires what it signed is due.
const RETIRES_SOON: Duration = Duration::days(30);

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

/// An authority and those that took its place, one after the other, whether or not that is finished.
pub fn succession<'a>(state: &'a State, name: &'a str) -> impl Iterator<Item = &'a str> {
    let next = |name: &&'a str| state.authorities.get(*name)?.rollover.successor.as_deref();
    // More generations than authorities there cannot be.
    std::iter::successors(Some(name), next).take(state.authorities.len().max(1))
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

/// Whether a certificate is one that an authority has or had whose rollover is finished: no anchor any more.
pub fn is_superseded(state: &State, certificate: &Certificate) -> bool {
    let der = encode_der(certificate.der());
    let finished = state.authorities.values().filter(|record| record.rollover.finished);
    let mut history = finished.flat_map(|record| state.authority_history(&record.authority));
    history.any(|record| record.certificate == der)
}

/// Through what an authority is trusted, oldest first: the topmost certificates above its newest record, and above older ones as long
/// as they are valid. One that was signed again for the same key does not count: whatever is below the older is below the newer as well, and
/// where that permits less, trust in the older would undo it. During a rollover the other root, [`Rollover::anchors`], is trusted as
/// well.
///
/// # Errors
/// Each by itself: [`X509Error::Malformed`] when the journal holds something unreadable.
pub fn tops_above<'a>(
    state: &'a State,
    name: &'a str,
    now: OffsetDateTime,
) -> impl DoubleEndedIterator<Item = Result<(&'a AuthorityRecord, Certificate), X509Error>> {
    let newest = state.authorities.get(name);
    let all: Vec<_> = state.authority_history(name).map(|record| Ok((record, record.top()?))).collect();
    let counts = |place: usize, found: &Result<(&AuthorityRecord, Certificate), X509Error>| {
        let Ok((record, top)) = found else { return true };
        let is_signed_again = all.iter().skip(place + 1).flatten().any(|(_, later)| later.is_same_authority(top));
        Some(*record) == newest || (top.not_after >= now && !is_signed_again)
    };
    let counting: Vec<bool> = all.iter().enumerate().map(|(place, found)| counts(place, found)).collect();
    all.into_iter().zip(counting).filter_map(|(found, counts)| counts.then_some(found))
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
    let end = successor.certificate()?.not_after;
    Ok(match distrust(state, successor)? {
        Some(Distrust::Revoked) => Some(format!("authority {name} is revoked")),
        Some(Distrust::BelowRevoked) => Some(format!("an authority above {name} is revoked")),
        None if now > end => Some(format!("authority {name} expired at {}", format_instant(end))),
        // Where the old key is elsewhere, so may the new one be.
        None if record.key && !successor.key => Some(format!("the key of authority {name} is not here")),
        None => None,
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

/// What the rollover of a root above means for a new authority.
pub(in crate::ca) fn rollover_above(state: &State, chain: &[Certificate]) -> Rollover {
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
pub(in crate::ca) fn check_not_retired(
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

/// The authority whose place another one takes in a rollover that stands.
pub(super) fn predecessor<'a>(state: &'a State, name: &str) -> Option<&'a AuthorityRecord> {
    let is_replaced =
        |other: &&AuthorityRecord| other.rollover.stands() && other.rollover.successor.as_deref() == Some(name);
    state.authorities.values().find(is_replaced)
}

fn has_retired(state: &State, name: &str, now: OffsetDateTime) -> bool {
    let Some(Rollover { finished, retire, .. }) = state.authorities.get(name).map(|record| &record.rollover) else {
        return false;
    };
    let past = |text: &String| parse_instant(text).is_ok_and(|retire| now >= retire);
    *finished || retire.as_ref().is_some_and(past)
}
