//! What a rule is: a name, how bad it is to break it, where it stands, who minds, what to do.

use serde::Serialize;

use super::view::{Broken, View};
use super::{Severity, Target};
use crate::x509::Certificate;

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its stable name: `san-missing`.
    pub name: &'static str,
    /// How bad it is to break it, whoever reads the certificate.
    pub severity: Severity,
    /// What it demands, in one line.
    pub demand: &'static str,
    /// Where it stands: `RFC 5280 §4.1.2.2`, or the program that wants it.
    pub source: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    /// Who refuses a certificate that breaks it.
    pub cares: &'static [Care],
    pub(super) check: Check,
}

/// How a rule is checked.
pub(super) enum Check {
    /// On one certificate.
    Certificate(fn(&View<'_>, &mut Broken)),
    /// On the certificates of a file, the one in question first.
    Chain(fn(&[&Certificate], &mut Broken)),
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Certificate(_) => "Certificate",
            Self::Chain(_) => "Chain",
        })
    }
}

impl Rule {
    /// A rule that a certificate keeps or breaks.
    pub(super) const fn new(
        name: &'static str,
        severity: Severity,
        source: &'static str,
        check: fn(&View<'_>, &mut Broken),
    ) -> Self {
        Self { name, severity, demand: "", source, remedy: "", cares: &[], check: Check::Certificate(check) }
    }

    /// A rule that a chain of certificates keeps or breaks.
    pub(super) const fn of_chain(
        name: &'static str,
        severity: Severity,
        source: &'static str,
        check: fn(&[&Certificate], &mut Broken),
    ) -> Self {
        Self { name, severity, demand: "", source, remedy: "", cares: &[], check: Check::Chain(check) }
    }

    /// What the rule demands, and what to do about a certificate that breaks it.
    pub(super) const fn demands(mut self, demand: &'static str, remedy: &'static str) -> Self {
        self.demand = demand;
        self.remedy = remedy;
        self
    }

    /// Who refuses what breaks it.
    pub(super) const fn refused_by(mut self, cares: &'static [Care]) -> Self {
        self.cares = cares;
        self
    }

    /// How bad it is for one target to break the rule; `None` where that target does not mind.
    pub fn severity_for(&self, target: Target) -> Option<Severity> {
        severity_for(self.source, self.severity, self.cares, target)
    }
}

/// See [`Rule::severity_for`].
pub(super) fn severity_for(source: &str, own: Severity, cares: &[Care], target: Target) -> Option<Severity> {
    if target == Target::Rfc5280 {
        return source.starts_with("RFC 5280").then_some(own);
    }
    let care = cares.iter().find(|care| care.target == target)?;
    Some(if care.always { Severity::Error } else { own.max(Severity::Warning) })
}

/// That a target refuses what breaks a rule, and how that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Care {
    /// Who refuses it.
    pub target: Target,
    /// Where it says so; `None` where the program was seen to refuse such a certificate.
    pub documented: Option<&'static str>,
    /// Whether it always does, or only in some settings.
    pub always: bool,
}

/// A target that was seen to refuse it, by the interoperability tests.
pub(super) const fn seen(target: Target) -> Care {
    Care { target, documented: None, always: true }
}

/// Every program that was looked at was seen to refuse it.
pub(super) const EVERYBODY: &[Care] = &[
    seen(Target::Gnutls),
    seen(Target::Go),
    seen(Target::Java),
    seen(Target::Nss),
    seen(Target::Openssl),
    seen(Target::Pyca),
    seen(Target::Python313),
    seen(Target::Rustls),
];

/// A target whose makers say that it refuses it.
pub(super) const fn told(target: Target, source: &'static str) -> Care {
    Care { target, documented: Some(source), always: true }
}

/// A target that is known to refuse it in some settings.
pub(super) const fn sometimes(target: Target, source: &'static str) -> Care {
    Care { target, documented: Some(source), always: false }
}
