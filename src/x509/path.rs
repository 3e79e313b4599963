//! Certification path validation, RFC 5280 §6, with a reason in plain words.

use std::fmt;

use time::OffsetDateTime;

use super::{Certificate, Crl, GeneralName};

/// What a path is checked for.
#[derive(Debug, Clone)]
pub struct PathRequest<'a> {
    /// The certificate in question.
    pub target: &'a Certificate,
    /// Other certificates that may be part of the path.
    pub intermediates: &'a [Certificate],
    /// The trust anchors; nothing else is ever trusted.
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

/// A use that a certificate must be allowed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Purpose {
    Authority,
    Client,
    CodeSigning,
    Email,
    OcspSigning,
    Server,
    TimeStamping,
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
    /// `crl-missing`, `crl-stale`, `crl-signature`, `weak-key`, `weak-signature`, `unsupported`, `malformed`.
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

/// Builds and validates a path; gives it from the target to the anchor.
///
/// # Errors
/// The reason why the most promising path fails (the one that got furthest).
pub fn validate<'a>(request: &PathRequest<'a>) -> Result<Vec<&'a Certificate>, PathError> {
    let _ = request;
    todo!()
}

/// Checks what a chain of authorities says about a certificate to come: path length, name constraints on its subject and
/// alternative names, validity nested in the issuer's, keyCertSign, extended key usage of the issuers. `chain` goes from the
/// issuer up to the root, as far as known.
///
/// # Errors
/// Every rule that would be broken.
pub fn check_issuance(
    tbs: &super::TbsCertificate,
    chain: &[Certificate],
    now: OffsetDateTime,
) -> Result<(), Vec<PathError>> {
    let _ = (tbs, chain, now);
    todo!()
}
