//! Rules that a certificate must keep, each with a name.

mod basics;
mod extensions;
mod key;
mod names;
mod usage;

#[cfg(test)]
mod tests;

use crate::keys::PublicKey;
use crate::x509::{Certificate, Oid};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Notice,
    /// Some consumers will refuse it.
    Warning,
    /// A standard forbids it.
    Error,
}

impl std::fmt::Display for Severity {
    /// Writes `notice`, `warning` or `error`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
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

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its stable name: `san-missing`.
    pub name: &'static str,
    /// How bad it is to break it.
    pub severity: Severity,
    /// Where it stands: `RFC 5280 §4.1.2.2`.
    pub source: &'static str,
    check: fn(&View<'_>, &mut Broken),
}

/// Every rule there is, by subject.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [basics::RULES, key::RULES, names::RULES, usage::RULES, extensions::RULES].into_iter().flatten()
}

/// Checks a certificate on its own, without its issuer. Signatures are not looked at, so a certificate that is not signed
/// yet can be checked too. The worst findings come first.
pub fn lint(certificate: &Certificate) -> Vec<Finding> {
    let view = View::new(certificate);
    let mut findings = Vec::new();
    for rule in rules() {
        let mut broken = Broken(Vec::new());
        (rule.check)(&view, &mut broken);
        let finding = |message| Finding { rule: rule.name, severity: rule.severity, message, source: rule.source };
        findings.extend(broken.0.into_iter().map(finding));
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// The sentences that say how a rule is broken; no more than a few for one rule.
struct Broken(Vec<String>);

impl Broken {
    const MOST: usize = 20;

    fn say(&mut self, message: impl Into<String>) {
        if self.0.len() < Self::MOST {
            self.0.push(message.into());
        }
    }

    fn say_if(&mut self, broken: bool, message: &str) {
        if broken {
            self.say(message);
        }
    }
}

/// A certificate and what several rules want to know about it.
struct View<'a> {
    certificate: &'a Certificate,
    /// Its key, if the algorithm is known.
    key: Option<PublicKey>,
    is_ca: bool,
}

impl<'a> View<'a> {
    fn new(certificate: &'a Certificate) -> Self {
        Self { certificate, key: certificate.public_key().ok(), is_ca: certificate.is_ca() }
    }

    fn has_purpose(&self, purpose: &Oid) -> bool {
        self.certificate.extended_key_usage.as_ref().is_some_and(|purposes| purposes.contains(purpose))
    }

    /// Whether there is an extension, and if so, whether it is critical.
    fn critical(&self, oid: &Oid) -> Option<bool> {
        self.certificate.extension(oid).map(|extension| extension.critical)
    }

    /// A certificate for servers: what TLS clients compare names with.
    fn is_server(&self) -> bool {
        !self.is_ca && self.has_purpose(&crate::x509::oid::EKU_SERVER_AUTH)
    }
}
