//! What the programs in `--for` would refuse along a path that is right otherwise.

use std::fmt;

use serde::Serialize;

use crate::cli::commands::inspect::facts;
use crate::issuance::lint::{Severity, Subject, Target, lint_chain, lint_subject};
use crate::x509::Certificate;
use crate::x509::path::PathRequest;

/// That a program would refuse the path.
#[derive(Debug, Serialize)]
pub(super) struct Refusal {
    pub(super) target: Target,
    /// The rule of `lint` that is broken.
    pub(super) rule: &'static str,
    pub(super) message: String,
    /// The certificate that breaks it: 0 is the one in question.
    pub(super) depth: usize,
    pub(super) subject: String,
    source: &'static str,
    remedy: &'static str,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, rule, message, subject, source, remedy, .. } = self;
        write!(f, "{target} would refuse this: {subject}: {message} ({rule}, {source}); {remedy}")
    }
}

/// Lints the certificates of a path, the anchor only for those who look at it, and keeps what the targets refuse.
pub(super) fn of(request: &PathRequest<'_>, path: &[&Certificate], targets: &[Target]) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for (depth, certificate) in path.iter().enumerate() {
        let anchor = depth + 1 == path.len();
        let issuer = path.get(depth + 1).copied();
        let subject = Subject {
            purpose: request.purpose.filter(|_| depth == 0),
            host: request.host.filter(|_| depth == 0),
            ..Subject::new(certificate).issued_by(issuer)
        };
        let mut findings = lint_subject(subject);
        if depth == 0 && path.len() > 1 {
            findings.extend(lint_chain(&path[..path.len() - 1]));
        }
        for target in targets {
            let heeded = findings.iter().filter(|finding| !anchor || target.judges_anchor(finding.rule));
            let refused = heeded.filter_map(|finding| finding.seen_by(&[*target]));
            refusals.extend(refused.filter(|finding| finding.severity == Severity::Error).map(|finding| Refusal {
                target: *target,
                rule: finding.rule,
                message: finding.message,
                depth,
                subject: facts::title(&certificate.subject, &certificate.subject_alt_names),
                source: finding.source,
                remedy: finding.remedy,
            }));
        }
    }
    refusals
}
