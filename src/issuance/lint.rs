//! Rules that a certificate must keep, each with a name.

use crate::x509::Certificate;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Notice,
    /// Some consumers will refuse it.
    Warning,
    /// A standard forbids it.
    Error,
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's stable name: `san-missing`.
    pub rule: &'static str,
    /// How bad.
    pub severity: Severity,
    /// One plain sentence, safe to print.
    pub message: String,
    /// Where the rule stands: `RFC 5280 §4.1.2.2`.
    pub source: &'static str,
}

/// Checks a certificate on its own, without its issuer. Signatures are not looked at, so a certificate that is not signed
/// yet can be checked too.
pub fn lint(certificate: &Certificate) -> Vec<Finding> {
    let _ = certificate;
    todo!()
}
