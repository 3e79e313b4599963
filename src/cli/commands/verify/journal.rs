//! What the store's own journal says of a path: no CRL has to be published for it.

use time::OffsetDateTime;

use crate::cli::CliError;
use crate::store::State;
use crate::x509::Certificate;
use crate::x509::path::PathError;
use crate::x509::time::format_instant;

/// What is known of the revocation of a path's certificates.
pub(super) struct Known {
    /// Whether every certificate below the anchor has an issuer of this store, which would know.
    pub(super) all: bool,
    /// The first of them that is revoked at the instant, or on hold.
    pub(super) revoked: Option<PathError>,
}

/// Looks a path up, which goes from the target to the anchor.
///
/// # Errors
/// Exit 6 for a journal that cannot be read.
pub(super) fn look(state: &State, path: &[&Certificate], at: OffsetDateTime) -> Result<Known, CliError> {
    let mut known = Known { all: true, revoked: None };
    for (depth, pair) in path.windows(2).enumerate() {
        let [certificate, issuer] = pair else { continue };
        let mut is_here = false;
        for (name, record) in &state.authorities {
            let authority = record.certificate()?;
            if !record.key || !authority.is_same_authority(issuer) {
                continue;
            }
            is_here = true;
            let Some(entry) = state.revocation(name, &certificate.serial)?.filter(|entry| entry.revoked_at <= at)
            else {
                continue;
            };
            let subject = certificate.subject.to_string();
            let when = format_instant(entry.revoked_at);
            let why = entry.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
            let reason =
                format!("the certificate {subject} was revoked on {when}{why}, as the journal of this store has it");
            let rule = "revoked";
            known.revoked.get_or_insert(PathError { depth: Some(depth), subject, rule, reason });
        }
        known.all &= is_here;
    }
    Ok(known)
}
