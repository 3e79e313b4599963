//! Cross-certificates: a root's key under its own name, certified by another root.
//!
//! RFC 4210 §4.4 has two of them for a new root key: the new key signed with the old one, for those who trust only the old root, and
//! the old key signed with the new one, for those who trust only the new root.

use super::Side;
use crate::ca::guard::Guard;
use crate::ca::issue::urls;
use crate::ca::{CaError, Session};
use crate::issuance::{Prepared, Profile, Request, Validity, prepare};
use crate::store::Settings;
use crate::x509::{Certificate, KeyUsage, Serial};

/// What the records of cross-certificates have for a profile.
pub(super) const PROFILE: &str = "cross";

/// Prepares the certificate of `own`'s key under its own name and with its own constraints, signed by `issuer`. It ends with
/// whichever of the two ends first.
///
/// # Errors
/// [`CaError::Issuance`] when the constraints of the issuer leave no room for it, or its key is too weak to be signed again.
pub(super) fn prepare_cross(
    guard: &Guard<'_>,
    own: &Certificate,
    issuer: &Side,
    settings: &Settings,
    serial: Serial,
    session: &Session<'_>,
) -> Result<Prepared, CaError> {
    let key = own.public_key().map_err(|error| CaError::key(own.subject.to_string(), error))?;
    let profile = profile_of(own)?;
    let end = own.not_after.min(issuer.certificate.not_after);
    let request = Request {
        subject: Some(own.subject.clone()),
        validity: Validity { not_after: Some(end), ..Validity::default() },
        name_constraints: own.name_constraints.clone(),
        ..Request::new(key)
    };
    let prepared = prepare(&profile, &request, Some(&issuer.facts()), &urls(settings), serial, session.now)?;
    guard.check_cross(own, &prepared.tbs().subject, &request.public_key)?;
    Ok(prepared)
}

/// The profile that repeats what a root may do: path length and purposes of its own certificate. Names and constraints come with
/// the request.
fn profile_of(own: &Certificate) -> Result<Profile, CaError> {
    let mut usage = vec!["keyCertSign"];
    if own.key_usage.is_none_or(|usage| usage.contains(KeyUsage::CRL_SIGN)) {
        usage.push("cRLSign");
    }
    let purposes: Vec<String> = own.extended_key_usage.iter().flatten().map(ToString::to_string).collect();
    let path_len = own.basic_constraints.and_then(|constraints| constraints.path_len);
    let json = serde_json::json!({
        "description": "A root, certified by another one",
        "kind": "authority",
        "key": { "any_rsa_exponent": true },
        "validity": { "default": "1y" },
        "subject": { "from_operator": "any" },
        "key_usage": usage,
        "extended_key_usage": purposes,
        "basic_constraints": { "path_len": path_len.and_then(|length| u8::try_from(length).ok()) },
        "name_constraints": { "shut_other_kinds": false },
    });
    Ok(Profile::from_json(PROFILE, json.to_string().as_bytes())?)
}
