//! A new certificate for an authority that keeps its name and its key, signed elsewhere.

use time::OffsetDateTime;

use super::authority::{check_usable, find_chain};
use super::rollover::{check_may_remake, rollover_above};
use super::{CaError, ImportPlan, Made};
use crate::issuance::Report;
use crate::store::{AuthorityRecord, Draft, Event, State, encode_der};
use crate::x509::Certificate;
use crate::x509::time::format_instant;

/// Whether a certificate is another one of the same authority: its subject, byte for byte, and its key. What it signed and will sign
/// has a valid chain with either.
///
/// # Errors
/// [`CaError::X509`] when the journal holds something unreadable.
pub fn is_resigned(known: &AuthorityRecord, certificate: &Certificate) -> Result<bool, CaError> {
    let old = known.certificate()?;
    Ok(old != *certificate && old.is_same_authority(certificate))
}

/// Puts the new certificate in the place of the one that the authority has, which stays in the journal; the key stays.
///
/// # Errors
/// [`CaError::Import`] for one that is older or does not fit what is above it, and with a key, which is here; [`CaError::Refused`]
/// during a rollover of the authority.
pub(super) fn replace(
    state: &State,
    known: &AuthorityRecord,
    plan: ImportPlan<'_>,
    now: OffsetDateTime,
) -> Result<(Made, Vec<String>, Draft), CaError> {
    let ImportPlan { name, certificate, chain, key, accept_weak } = plan;
    if key.is_some() {
        return Err(CaError::Import(format!(
            "authority {name} keeps the key that it has, or that it lacks: leave the key out"
        )));
    }
    check_may_remake(state, name)?;
    let old = known.certificate()?;
    if certificate.not_before < old.not_before {
        return Err(CaError::Import(format!(
            "{} is older than the certificate that authority {name} has: it began on {}, that one on {}",
            certificate.subject,
            format_instant(certificate.not_before),
            format_instant(old.not_before)
        )));
    }
    let mut notes = Vec::new();
    check_usable(&certificate, accept_weak, now, &mut notes)?;
    if old.subject_key_id != certificate.subject_key_id {
        notes.push(
            "its subject key identifier is another one: some clients find no chain for what was signed before"
                .to_owned(),
        );
    }
    let chain = find_chain(&certificate, chain, state, now)?;
    if known.top()?.is_root() && !chain.last().unwrap_or(&certificate).is_root() {
        return Err(CaError::Import(format!(
            "what stands above {} is not known here, and authority {name} has a root above it: give it with --chain",
            certificate.subject
        )));
    }
    let record = AuthorityRecord {
        certificate: encode_der(certificate.der()),
        chain: chain.iter().map(|above| encode_der(above.der())).collect(),
        rollover: rollover_above(state, &chain),
        ..known.clone()
    };
    let draft = Draft { event: Event::AuthorityAdded(record), key_pem: None };
    Ok((Made { name: name.to_owned(), certificate, chain, report: Report::default() }, notes, draft))
}

/// The authorities below one whose certificate is replaced: their chains with the new one in the place of the old.
///
/// # Errors
/// [`CaError::Import`] when one of them would have no valid chain any more.
pub(super) fn below(
    state: &State,
    old: &AuthorityRecord,
    new: &Made,
    now: OffsetDateTime,
) -> Result<Vec<Draft>, CaError> {
    let mut drafts = Vec::new();
    for known in state.authorities.values() {
        let Some(at) = known.chain.iter().position(|above| *above == old.certificate) else { continue };
        let above = known.chain()?.into_iter().take(at).chain([new.certificate.clone()]).chain(new.chain.clone());
        let above: Vec<Certificate> = above.collect();
        super::issue::check_path(&known.certificate()?, &above, now).map_err(|why| {
            CaError::Import(format!("authority {} would have no valid chain: {why}", known.authority))
        })?;
        let chain = above.iter().map(|above| encode_der(above.der())).collect();
        let record = AuthorityRecord { chain, ..known.clone() };
        drafts.push(Draft { event: Event::AuthorityAdded(record), key_pem: None });
    }
    Ok(drafts)
}
