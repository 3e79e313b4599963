//! Completing authorities that came without the certificates above them.

use time::OffsetDateTime;

use super::authority::{find_chain, pair};
use super::rollover::rollover_above;
use super::{CaError, ImportPlan, Made};
use crate::issuance::Report;
use crate::store::{AuthorityRecord, Draft, Event, Rollover, State, encode_der};
use crate::x509::Certificate;

/// What is added to an authority whose certificate is brought once more: the certificates above it, and its key where it had none.
///
/// # Errors
/// [`CaError::AuthorityExists`] for another certificate, and where nothing is new; [`CaError::Import`] for a key or a chain that does not
/// fit.
pub(super) fn complete(
    state: &State,
    known: &AuthorityRecord,
    plan: ImportPlan<'_>,
    now: OffsetDateTime,
) -> Result<(Made, Vec<String>, Draft), CaError> {
    let exists = || CaError::AuthorityExists(known.authority.clone());
    if known.certificate != encode_der(plan.certificate.der()) || (known.key && plan.key.is_some()) {
        return Err(exists());
    }
    if let Some((key, _)) = &plan.key {
        pair(key, &plan.certificate)?;
    }
    let mut notes = Vec::new();
    let found = longer(state, known, plan.chain, now)?;
    if found.is_none() && plan.key.is_none() {
        return Err(exists());
    }
    let mut record = found.unwrap_or_else(|| known.clone());
    record.key |= plan.key.is_some();
    let chain = record.chain()?;
    if !record.top()?.is_root() {
        notes.push("the root above it is still not known here: give it with --chain".to_owned());
    }
    let draft = Draft { event: Event::AuthorityAdded(record), key_pem: plan.key.map(|(_, key_pem)| key_pem) };
    let made = Made { name: known.authority.clone(), certificate: plan.certificate, chain, report: Report::default() };
    Ok((made, notes, draft))
}

/// The other authorities whose chains a certificate completes that is new here.
///
/// # Errors
/// [`CaError::X509`] when the journal holds something unreadable.
pub(super) fn completed_by(state: &State, new: &Made, now: OffsetDateTime) -> Result<Vec<Draft>, CaError> {
    let mut drafts = Vec::new();
    for known in state.authorities.values().filter(|known| known.authority != new.name) {
        let above: Vec<Certificate> = std::iter::once(&new.certificate).chain(&new.chain).cloned().collect();
        // What does not fit to it is none of its chain.
        if let Ok(Some(record)) = longer(state, known, above, now) {
            drafts.push(Draft { event: Event::AuthorityAdded(record), key_pem: None });
        }
    }
    Ok(drafts)
}

/// The record of an authority with more above it than it has, if that can be found.
fn longer(
    state: &State,
    known: &AuthorityRecord,
    given: Vec<Certificate>,
    now: OffsetDateTime,
) -> Result<Option<AuthorityRecord>, CaError> {
    if known.top()?.is_root() {
        return Ok(None);
    }
    let chain = find_chain(&known.certificate()?, given, state, now)?;
    if chain.len() <= known.chain.len() {
        return Ok(None);
    }
    let above = rollover_above(state, &chain);
    let Rollover { cross, anchors, .. } = above;
    let rollover = match known.rollover.anchors.is_empty() {
        true => Rollover { cross, anchors, ..known.rollover.clone() },
        false => known.rollover.clone(),
    };
    let chain = chain.iter().map(|above| encode_der(above.der())).collect();
    Ok(Some(AuthorityRecord { chain, rollover, ..known.clone() }))
}
