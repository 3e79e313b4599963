//! Rules that a certificate must keep, each with a name.
//!
//! One table: the same rules run on what is about to be signed and on any certificate that somebody brings. A new rule is an
//! entry in one of the modules below, a function that says how it is broken, and a case in the tests.

mod algorithms;
mod along;
mod basics;
mod chain;
mod constraints;
mod defects;
mod encoding;
mod extensions;
mod key;
mod names;
mod rule;
mod target;
mod usage;
mod view;

#[cfg(test)]
mod tests;

pub use along::{Refused, refused_along};
pub use rule::{Care, Rule};
pub use target::Target;
pub use view::Subject;

use rule::Check;
use view::{Broken, View};

use crate::x509::Certificate;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Notice,
    /// Some consumers will refuse it.
    Warning,
    /// A standard forbids it, or the program that is asked about refuses it.
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

impl std::str::FromStr for Severity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let all = [Self::Notice, Self::Warning, Self::Error];
        all.into_iter()
            .find(|severity| severity.to_string() == text)
            .ok_or_else(|| format!("unknown severity {text:?} (one of notice warning error)"))
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
    /// Who refuses such a certificate.
    pub cares: &'static [Care],
    /// What to do.
    pub remedy: &'static str,
}

impl Finding {
    fn new(rule: &'static Rule, message: String) -> Self {
        let Rule { name, severity, source, cares, remedy, .. } = *rule;
        Self { rule: name, severity, message, source, cares, remedy }
    }

    /// The same finding as some targets see it: an error where one of them refuses the certificate. `None` where none of
    /// them minds; without targets the finding is what it was.
    pub fn seen_by(&self, targets: &[Target]) -> Option<Self> {
        if targets.is_empty() {
            return Some(self.clone());
        }
        let of = |target: &Target| rule::severity_for(self.source, self.severity, self.cares, *target);
        let severity = targets.iter().filter_map(of).max()?;
        Some(Self { severity, ..self.clone() })
    }
}

/// Every rule there is, by subject.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        encoding::RULES,
        defects::RULES,
        basics::RULES,
        key::RULES,
        algorithms::RULES,
        names::RULES,
        usage::RULES,
        extensions::RULES,
        constraints::RULES,
        chain::RULES,
    ]
    .into_iter()
    .flatten()
}

/// Checks a certificate on its own, without its issuer. Signatures are not looked at, so a certificate that is not signed
/// yet can be checked too. The worst findings come first.
pub fn lint(certificate: &Certificate) -> Vec<Finding> {
    lint_subject(Subject::new(certificate))
}

/// Checks a certificate with what is known around it. The worst findings come first.
pub fn lint_subject(subject: Subject<'_>) -> Vec<Finding> {
    let view = View::new(subject);
    collect(|check, broken| {
        if let Check::Certificate(check) = check {
            check(&view, broken);
        }
    })
}

/// Checks the certificates of a file as the chain that a server sends: the certificate in question first. A file that
/// begins with an authority's certificate is no such chain, and nothing is found in it.
pub fn lint_chain(certificates: &[&Certificate]) -> Vec<Finding> {
    if certificates.first().is_none_or(|first| first.is_ca()) {
        return Vec::new();
    }
    collect(|check, broken| {
        if let Check::Chain(check) = check {
            check(certificates, broken);
        }
    })
}

/// The finding for what is called a certificate and cannot be read as one at all: the bytes, and what the reader said.
pub fn unreadable(bytes: &[u8], why: &str) -> Finding {
    let rule = defects::of_lengths(bytes).unwrap_or(&encoding::UNREADABLE);
    Finding::new(rule, crate::x509::escape(why))
}

/// What every rule finds, the worst first.
fn collect(run: impl Fn(&Check, &mut Broken)) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in rules() {
        let mut broken = Broken(Vec::new());
        run(&rule.check, &mut broken);
        findings.extend(broken.0.into_iter().map(|message| Finding::new(rule, message)));
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// Puts the findings as some targets see them; see [`Finding::seen_by`]. The worst come first.
pub fn for_targets(findings: &[Finding], targets: &[Target]) -> Vec<Finding> {
    let mut seen: Vec<Finding> = findings.iter().filter_map(|finding| finding.seen_by(targets)).collect();
    seen.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    seen
}
