//! By whom, by which profile and with whose key a certificate is renewed.

use time::OffsetDateTime;

use super::Args;
use crate::ca;
use crate::cli::CliError;
use crate::store::{CertificateRecord, State};
use crate::x509::oid;

/// Who signs a renewal: who was named, who signed before, or who has taken that one's place.
pub(super) fn signer_of(args: &Args, state: &State, record: &CertificateRecord, now: OffsetDateTime) -> String {
    let signs = || ca::renewing_authority(state, &record.authority, now).to_owned();
    args.authority.clone().unwrap_or_else(signs)
}

/// Whether one gets a new key. What was signed for a request keeps the requester's, unless a new one is asked for by name.
pub(super) fn rekeys(args: &Args, record: &CertificateRecord) -> bool {
    args.rekey && (record.key || !args.references.is_empty())
}

/// Refuses a new key where nobody here has the old one.
///
/// # Errors
/// Exit 4.
pub(super) fn check_rekey(rekeyed: bool, record: &CertificateRecord) -> Result<(), CliError> {
    if !rekeyed || record.key {
        return Ok(());
    }
    Err(CliError::refused("its private key is not here, so that a new one would reach nobody")
        .hint("leave --rekey out to sign the same key again, or sign a new request with \"certwright sign\""))
}

/// What is said of a certificate whose profile is not known.
pub(super) fn unknown_profile(record: &CertificateRecord, profile: &str, error: CliError) -> CliError {
    match profile {
        IMPORTED => CliError::refused("it was imported, and nothing says which profile makes its like")
            .hint(format!("name one: certwright renew {} --profile NAME", record.lineage)),
        _ => error,
    }
}

/// The profile that a renewal follows. An imported certificate has none; what it may be used for tells which of the built-in ones
/// makes its like.
pub(super) fn profile_of(args: &Args, record: &CertificateRecord) -> String {
    match &args.profile {
        Some(name) => name.clone(),
        None if record.profile == IMPORTED => fitting(record).unwrap_or(IMPORTED).to_owned(),
        None => record.profile.clone(),
    }
}

/// What the records of imported certificates have for a profile.
const IMPORTED: &str = "imported";

fn fitting(record: &CertificateRecord) -> Option<&'static str> {
    let purposes = record.certificate().ok()?.extended_key_usage?;
    match (purposes.contains(&oid::EKU_SERVER_AUTH), purposes.contains(&oid::EKU_CLIENT_AUTH)) {
        (true, true) => Some("peer"),
        (true, false) => Some("server"),
        (false, true) => Some("client"),
        (false, false) => None,
    }
}
