//! A clock that does not agree with the journal.

use time::{Duration, OffsetDateTime};

use super::CaError;
use crate::store::{Draft, Event, State, Writer};
use crate::x509::time::format_instant;

/// How far the clock may lag behind the journal's last line.
pub(super) const TOLERANCE: Duration = Duration::minutes(5);

/// Refuses a clock that lags behind the journal, since validity and order would no longer be true.
///
/// # Errors
/// [`CaError::ClockSetBack`].
pub fn check_clock(state: &State, now: OffsetDateTime) -> Result<(), CaError> {
    match state.latest {
        Some(latest) if now + TOLERANCE < latest => Err(CaError::ClockSetBack { now, latest }),
        _ => Ok(()),
    }
}

/// Records that the clock is right and the journal was written with one that ran ahead: things are signed again from now on. What
/// was signed in the future stays so; a CRL never begins before the last one. Says whether there was anything to accept.
///
/// # Errors
/// [`CaError::Store`].
pub fn accept_clock(writer: &mut Writer<'_>, now: OffsetDateTime, actor: &str) -> Result<bool, CaError> {
    let Err(CaError::ClockSetBack { latest, .. }) = check_clock(writer.state(), now) else { return Ok(false) };
    let event = Event::ClockAccepted { latest: format_instant(latest) };
    writer.commit(now, actor, vec![Draft { event, key_pem: None }])?;
    Ok(true)
}

/// The authorities whose newest CRL begins in the future: whoever checks one that they sign now takes it for not yet valid until
/// then, which is given.
pub fn crls_ahead(state: &State, now: OffsetDateTime) -> Vec<(String, OffsetDateTime)> {
    let newest = |name: &String| {
        let last = state.standing(name).newest()?;
        (last.this_update > now + TOLERANCE).then(|| (name.clone(), last.this_update))
    };
    state.authorities.keys().filter_map(newest).collect()
}
