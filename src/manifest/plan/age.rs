//! How old certificates are, and whether that is a reason to renew them.

use time::OffsetDateTime;

use super::Facts;
use crate::ca::due_from;
use crate::manifest::model::Certificate as Described;
use crate::store::CertificateRecord;
use crate::x509::time::{Span, format_instant};
use crate::x509::{Certificate, X509Error};

/// Whether a certificate that is as described is to be renewed.
pub(super) enum Age {
    /// It is not; perhaps there is something to know.
    Fresh(Option<String>),
    /// It is, and why.
    Due(String),
}

/// What is to be known of a certificate that stays as it is.
pub(super) fn kept(
    facts: &Facts<'_>,
    described: &Described,
    record: &CertificateRecord,
) -> Result<Option<String>, String> {
    if facts.found(facts.state.revocation_of(&record.authority, &record.serial)).is_some() {
        return Ok(None);
    }
    let certificate = record.certificate().map_err(|error: X509Error| error.to_string())?;
    let now = facts.situation.now;
    let end = format_instant(certificate.not_after);
    if now > certificate.not_after {
        return Err(format!("it is kept as it is, and expired on {end}"));
    }
    let window = facts.manifest.renew_of(described);
    let from = window_end(&certificate, window).map_err(|error| error.to_string())?;
    let lineage = &record.lineage;
    let next = match facts.state.authorities.contains_key(&record.authority) {
        true => format!("; \"certwright renew {lineage}\" renews it, with its key"),
        false => String::new(),
    };
    Ok((now >= from).then(|| format!("it is due, and kept as it is: it ends at {end}{next}")))
}

/// A certificate that is as described, and perhaps old.
pub(super) fn due(
    facts: &Facts<'_>,
    described: &Described,
    old: &Certificate,
    new: &Certificate,
) -> Result<Age, String> {
    let now = facts.situation.now;
    let window = facts.manifest.renew_of(described);
    let from = window_end(old, window).map_err(|error| error.to_string())?;
    if now < from {
        return Ok(Age::Fresh(None));
    }
    let end = format_instant(old.not_after);
    // One that has a fixed end is as old as it was meant to become.
    if described.not_after.is_some() {
        return match now > old.not_after {
            true => Err(format!("it expired on {end}, its \"not_after\": say a later one, or describe it no longer")),
            false => Ok(Age::Fresh(Some(format!("it is due, and stays as it is until its \"not_after\", {end}")))),
        };
    }
    if new.not_after <= old.not_after {
        return Ok(Age::Fresh(Some(format!("it is due, but ends with its authority at {end}"))));
    }
    if window_end(new, window).map_err(|error| error.to_string())? <= now {
        return Err(window.map_or_else(|| "it would be due at once".to_owned(), endless));
    }
    Ok(Age::Due(if now > old.not_after { format!("expired on {end}") } else { format!("due, ends at {end}") }))
}

pub(super) fn endless(window: Span) -> String {
    format!("it is to be renewed {window} before its end, which is as long as it lives")
}

/// From when on a certificate is due: so long before its end, or when two thirds of its life are gone.
fn window_end(certificate: &Certificate, window: Option<Span>) -> Result<OffsetDateTime, X509Error> {
    match window {
        None => Ok(due_from(certificate.not_before, certificate.not_after)),
        Some(window) => {
            let length = window.after(certificate.not_before)? - certificate.not_before;
            Ok(certificate.not_after - length)
        }
    }
}
