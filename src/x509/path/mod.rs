//! Certification path validation, RFC 5280 §6, with a reason in plain words.
//!
//! A path is built by names and signatures first; then every rule is applied to it, from the anchor down to the target.
//! Policies are not processed: any policy is acceptable, and a critical extension that would restrict them is refused.

use std::fmt;

use time::OffsetDateTime;

use super::{Certificate, Crl, GeneralName};

mod build;
mod checks;
mod host;
mod issuance;
mod purpose;
mod revocation;
#[cfg(test)]
mod tests;

pub use checks::critical_unknown;
pub use issuance::check_issuance;
pub use purpose::Purpose;

/// Checks that an end certificate is for a host: a DNS name or an IP address (RFC 9525 §6, RFC 5280 §4.2.1.6).
///
/// # Errors
/// A [`PathError`] of the rule `host-mismatch`.
pub fn check_host(target: &Certificate, host: &GeneralName) -> Result<(), PathError> {
    host::check(target, host)
}

/// Checks that an end certificate may be used for a purpose, by its own extensions (RFC 5280 §4.2.1.3, §4.2.1.12).
///
/// # Errors
/// A [`PathError`] of the rule `purpose`, `key-usage`, `not-a-ca` or `no-key-cert-sign`.
pub fn check_purpose(target: &Certificate, purpose: Purpose) -> Result<(), PathError> {
    purpose::check_target(target, purpose)
}

/// What a path is checked for.
#[derive(Debug, Clone)]
pub struct PathRequest<'a> {
    /// The certificate in question.
    pub target: &'a Certificate,
    /// Other certificates that may be part of the path.
    pub intermediates: &'a [Certificate],
    /// The trust anchors; nothing else is ever trusted. Their validity, key, keyUsage, path length and name constraints
    /// are checked like those of any CA. One of version 1 or 2 cannot say that it is a CA and is taken as one; one
    /// of version 3 must say so.
    pub anchors: &'a [Certificate],
    /// CRLs; if there is any, every certificate below the anchor must be covered by a fresh one.
    pub crls: &'a [Crl],
    /// The instant to check for.
    pub at: OffsetDateTime,
    /// What the certificate shall be used for, if that matters.
    pub purpose: Option<Purpose>,
    /// The host name or address that the certificate must be for.
    pub host: Option<&'a GeneralName>,
}

/// A rule that a path broke: a stable name for scripts and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    /// Which certificate: 0 is the target, 1 its issuer, and so on; `None` if it is about no single one.
    pub depth: Option<usize>,
    /// The certificate's subject, escaped for a terminal.
    pub subject: String,
    /// The rule's stable name: `expired`, `not-yet-valid`, `no-issuer`, `bad-signature`, `not-a-ca`, `no-key-cert-sign`,
    /// `path-length`, `name-constraint`, `purpose`, `key-usage`, `unknown-critical-extension`, `host-mismatch`, `revoked`,
    /// `crl-missing`, `crl-stale`, `crl-signature`, `weak-key`, `weak-signature`, `unsupported`, `malformed`; from
    /// [`check_issuance`] also `outlives-issuer`.
    pub rule: &'static str,
    /// One plain sentence that says why.
    pub reason: String,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for PathError {}

impl PathError {
    /// An error about one certificate of a path.
    fn at(depth: usize, certificate: &Certificate, rule: &'static str, reason: String) -> Self {
        Self { depth: Some(depth), subject: title(certificate), rule, reason }
    }
}

/// Builds and validates a path; gives it from the target to the anchor.
///
/// Several candidates for an issuer are tried, the likely ones first, with at most 200 signature checks and 10 certificates
/// in a path. A target that is an anchor itself, byte for byte, is its own path: its signature and revocation do not matter,
/// the other rules do.
///
/// # Errors
/// The reason why the most promising path fails (the one that got furthest).
pub fn validate<'a>(request: &PathRequest<'a>) -> Result<Vec<&'a Certificate>, PathError> {
    build::Search::new(request).run()
}

/// How a certificate is called in a sentence: its subject, else a name, else its serial; safe to print.
fn title(certificate: &Certificate) -> String {
    name_or(&certificate.subject, &certificate.subject_alt_names)
        .unwrap_or_else(|| format!("(serial {})", certificate.serial))
}

/// The subject, else the first alternative name.
fn name_or(subject: &super::Name, names: &[GeneralName]) -> Option<String> {
    if subject.is_empty() { names.first().map(ToString::to_string) } else { Some(subject.to_string()) }
}
