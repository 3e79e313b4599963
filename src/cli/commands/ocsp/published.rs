//! What responses say that lie where others fetch them, and that this store does not know.

use std::path::Path;

use super::publish::MAX_RESPONSE;
use crate::cli::CliError;
use crate::cli::commands::crl::bring::first_of;
use crate::cli::files::{self, places};
use crate::store::{Revocations, State};
use crate::x509::ocsp::{BasicResponse, CertStatus};
use crate::x509::{Certificate, RevocationReason, Serial, oid};

/// Most entries of a directory.
const MOST: usize = 1 << 24;

/// Refuses a directory with responses of an authority that call a certificate revoked that is not so here: a store that was restored
/// from a backup would take back what others have seen. Every certificate has a response of its own name there.
///
/// # Errors
/// Exit 4; exit 1 for a directory that cannot be read.
pub(super) fn check_known(state: &State, name: &str, dir: &Path) -> Result<(), CliError> {
    let known = state.revocations(name)?;
    let issuers: Vec<Certificate> =
        state.authority_history(name).map(|record| record.certificate()).collect::<Result<_, _>>()?;
    let mut lacking = Vec::new();
    for path in places::files_of(dir, &["ocsp"], MOST)? {
        // What cannot be read says nothing to anybody.
        let Ok(Some(der)) = files::read_if_there(&path, MAX_RESPONSE) else { continue };
        let Ok(response) = BasicResponse::from_der(&der) else { continue };
        let others = response.responses.iter().filter(|single| {
            let CertStatus::Revoked { reason, .. } = single.status else { return false };
            !is_known(known, &single.certificate.serial, reason)
                && issuers.iter().any(|issuer| single.certificate.is_of(issuer) && speaks_for(&response, issuer))
        });
        lacking.extend(others.map(|single| single.certificate.serial.hex()));
    }
    let these = match lacking.len() {
        0 => return Ok(()),
        1 => "a certificate".to_owned(),
        count => format!("{count} certificates"),
    };
    let serials = first_of(&lacking);
    Err(CliError::refused(format!("has responses that call {these} revoked that this store does not have as revoked"))
        .about(dir.display())
        .hint(format!(
            "was the store restored from a backup? Then revoke again what they say ({serials}): \"certwright revoke SERIAL \
             --authority {name}\", with --unknown where nothing else is known of it, and publish"
        )))
}

/// Whether it is no news that somebody calls a certificate revoked: it is so, or was on hold and was released since.
fn is_known(known: &Revocations, serial: &Serial, reason: Option<RevocationReason>) -> bool {
    let was_held = || reason == Some(RevocationReason::CertificateHold) && known.changed_at(serial).is_some();
    known.find(serial).is_some() || was_held()
}

/// Whether an authority or a responder of it signed a response: whoever else may write there does not keep it from being replaced.
fn speaks_for(response: &BasicResponse, issuer: &Certificate) -> bool {
    let signed =
        |certificate: &Certificate| certificate.public_key().is_ok_and(|key| response.verify_signature(&key).is_ok());
    let Ok(key) = issuer.public_key() else { return false };
    let may = |certificate: &Certificate| {
        certificate.extended_key_usage.as_ref().is_some_and(|purposes| purposes.contains(&oid::EKU_OCSP_SIGNING))
            && certificate.verify_signature(&key).is_ok()
    };
    let mut others = response.certificates.iter().filter_map(|der| Certificate::from_der(der).ok());
    signed(issuer) || others.any(|certificate| may(&certificate) && signed(&certificate))
}
