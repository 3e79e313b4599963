//! The rules of RFC 5280 §6.1 for a path that is built, from the anchor down to the target.

use time::OffsetDateTime;

use super::{PathError, PathRequest, Purpose, host, purpose, title};
use crate::keys::{Digest, KeyError, KeyRules, PublicKey, SignatureAlgorithm};
use crate::x509::time::format_instant;
use crate::x509::{Certificate, Extension, KeyUsage, Oid, oid};

/// Signature algorithms that rest on broken hashes and that are known by nothing but their names here: MD2, MD5 and SHA-1 with
/// RSA, SHA-1 with DSA, with ECDSA, and OIW's SHA-1 with RSA.
const BROKEN: [Oid; 6] = [
    Oid::new_unwrap("1.2.840.113549.1.1.2"),
    Oid::new_unwrap("1.2.840.113549.1.1.4"),
    Oid::new_unwrap("1.2.840.113549.1.1.5"),
    Oid::new_unwrap("1.2.840.10040.4.3"),
    Oid::new_unwrap("1.2.840.10045.4.1"),
    Oid::new_unwrap("1.3.14.3.2.29"),
];

/// Critical extensions that are processed here, or whose contents cannot restrict what is processed.
const KNOWN: [Oid; 9] = [
    oid::SUBJECT_KEY_IDENTIFIER,
    oid::KEY_USAGE,
    oid::SUBJECT_ALT_NAME,
    oid::BASIC_CONSTRAINTS,
    oid::NAME_CONSTRAINTS,
    oid::CRL_DISTRIBUTION_POINTS,
    oid::CERTIFICATE_POLICIES,
    oid::AUTHORITY_KEY_IDENTIFIER,
    oid::EXTENDED_KEY_USAGE,
];

/// Applies every rule but revocation to a path that goes from the target to the anchor.
pub(super) fn check_path(path: &[&Certificate], request: &PathRequest<'_>) -> Result<(), PathError> {
    for (depth, certificate) in path.iter().enumerate().rev() {
        check_validity(depth, certificate, request.at)?;
        check_critical(depth, certificate)?;
        check_key(depth, certificate)?;
        if depth > 0 {
            check_authority(depth, certificate)?;
            let target_counts = request.purpose == Some(Purpose::Authority) && request.target.is_ca();
            check_path_length(depth, certificate, authorities_below(&path[..depth], target_counts))?;
            check_names(certificate, &path[..depth])?;
        }
        if let Some(purpose) = request.purpose
            && (1..path.len() - 1).contains(&depth)
        {
            purpose::check_issuer(depth, certificate, purpose)?;
        }
    }
    if let Some(purpose) = request.purpose {
        purpose::check_target(request.target, purpose)?;
    }
    match request.host {
        Some(host) => host::check(request.target, host),
        None => Ok(()),
    }
}

/// Checks that a certificate is valid at an instant; both ends count (RFC 5280 §4.1.2.5).
pub(super) fn check_validity(depth: usize, certificate: &Certificate, at: OffsetDateTime) -> Result<(), PathError> {
    let name = title(certificate);
    if at > certificate.not_after {
        let reason = format!("the certificate {name} expired on {}", format_instant(certificate.not_after));
        return Err(PathError::at(depth, certificate, "expired", reason));
    }
    if at < certificate.not_before {
        let reason = format!("the certificate {name} is not valid before {}", format_instant(certificate.not_before));
        return Err(PathError::at(depth, certificate, "not-yet-valid", reason));
    }
    Ok(())
}

/// The critical extension for which every path through a certificate is refused, if it has one.
pub fn critical_unknown(certificate: &Certificate) -> Option<&Oid> {
    let unknown = |extension: &&Extension| extension.critical && !KNOWN.contains(&extension.oid);
    certificate.extensions.iter().find(unknown).map(|extension| &extension.oid)
}

fn check_critical(depth: usize, certificate: &Certificate) -> Result<(), PathError> {
    match critical_unknown(certificate) {
        None => Ok(()),
        Some(unknown) => {
            let label = oid::label(unknown).unwrap_or("unknown here");
            let name = title(certificate);
            let reason = format!("{name} has a critical extension that is not processed: {unknown} ({label})");
            Err(PathError::at(depth, certificate, "unknown-critical-extension", reason))
        }
    }
}

fn check_key(depth: usize, certificate: &Certificate) -> Result<(), PathError> {
    let rules = KeyRules { any_rsa_exponent: true, max_rsa_bits: 16_384, ..KeyRules::default() };
    let key = public_key(depth, certificate)?;
    key.check(&rules).map_err(|weakness| {
        let reason = format!("the key of {} is too weak: {weakness}", title(certificate));
        PathError::at(depth, certificate, "weak-key", reason)
    })
}

/// The public key of a certificate.
pub(super) fn public_key(depth: usize, certificate: &Certificate) -> Result<PublicKey, PathError> {
    certificate.public_key().map_err(|error| {
        let rule = if matches!(error, KeyError::Unsupported(_)) { "unsupported" } else { "malformed" };
        PathError::at(depth, certificate, rule, format!("the key of {} cannot be used: {error}", title(certificate)))
    })
}

/// Checks that a certificate is that of a CA that may sign certificates. What is older than version 3 has no way to say so
/// and gets here only as an anchor (see [`super::build`]).
pub(super) fn check_authority(depth: usize, issuer: &Certificate) -> Result<(), PathError> {
    if !issuer.is_ca() && issuer.version >= 3 {
        let why = if issuer.basic_constraints.is_some() { "say so" } else { "are missing" };
        let reason = format!("{} is no CA: its basicConstraints {why}", title(issuer));
        return Err(PathError::at(depth, issuer, "not-a-ca", reason));
    }
    if issuer.key_usage.is_some_and(|usage| !usage.contains(KeyUsage::KEY_CERT_SIGN)) {
        let reason = format!("{} may not sign certificates: its keyUsage lacks keyCertSign", title(issuer));
        return Err(PathError::at(depth, issuer, "no-key-cert-sign", reason));
    }
    Ok(())
}

/// How many CAs are in the part of a path below an issuer: self-issued ones do not count, the target only if it shall act
/// as a CA itself.
fn authorities_below(below: &[&Certificate], target_counts: bool) -> usize {
    let first = usize::from(!target_counts);
    below.iter().skip(first).filter(|certificate| !certificate.is_self_issued()).count()
}

/// Checks `pathLenConstraint` against the number of CAs below.
pub(super) fn check_path_length(depth: usize, issuer: &Certificate, below: usize) -> Result<(), PathError> {
    let Some(limit) = issuer.basic_constraints.and_then(|constraints| constraints.path_len) else { return Ok(()) };
    if usize::try_from(limit).is_ok_and(|limit| below > limit) {
        let name = title(issuer);
        let reason = match limit {
            0 => format!("{name} may not sign CAs: its path length is 0"),
            _ => format!("{name} may have {limit} CAs below it, not {below}: its path length is {limit}"),
        };
        return Err(PathError::at(depth, issuer, "path-length", reason));
    }
    Ok(())
}

/// Checks the name constraints of an issuer against everything below it; self-issued CAs are exempt (RFC 5280 §6.1.3 (b)).
/// A common name is no host name and is not compared as one.
fn check_names(issuer: &Certificate, below: &[&Certificate]) -> Result<(), PathError> {
    let Some(constraints) = &issuer.name_constraints else { return Ok(()) };
    for (lower, certificate) in below.iter().enumerate().rev() {
        if lower > 0 && certificate.is_self_issued() {
            continue;
        }
        constraints.check_all(&certificate.subject, &certificate.subject_alt_names).map_err(|why| {
            let reason = format!("{} does not allow a name in {}: {why}", title(issuer), title(certificate));
            PathError::at(lower, certificate, "name-constraint", reason)
        })?;
    }
    Ok(())
}

/// Checks that a signature does not rest on a broken hash; `algorithm` is the DER of its AlgorithmIdentifier.
pub(super) fn weak_algorithm(algorithm: &[u8]) -> Option<String> {
    let parsed = SignatureAlgorithm::from_der(algorithm);
    let weak = match parsed {
        Ok(SignatureAlgorithm::Ecdsa(digest) | SignatureAlgorithm::RsaPkcs1(digest)) => digest == Digest::Sha1,
        Ok(SignatureAlgorithm::RsaPss(digest, _)) => digest == Digest::Sha1,
        _ => false,
    };
    let oid = crate::x509::structure::algorithm_oid(algorithm)?;
    if weak || BROKEN.contains(&oid) {
        Some(parsed.map_or_else(|_| oid.to_string(), SignatureAlgorithm::name))
    } else {
        None
    }
}
