//! What the programs in `--for` would refuse along a path that is right otherwise.

use std::fmt;

use serde::Serialize;

use crate::cli::commands::inspect::facts;
use crate::issuance::lint::{Refused, Subject, Target, refused_along};
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

/// What the targets refuse along a path that ends in its anchor.
pub(super) fn of(request: &PathRequest<'_>, path: &[&Certificate], targets: &[Target]) -> Vec<Refusal> {
    let Some((first, above)) = path.split_first() else { return Vec::new() };
    let subject = Subject { purpose: request.purpose, host: request.host, ..Subject::new(first) };
    let told = |Refused { target, depth, finding }: Refused| Refusal {
        target,
        rule: finding.rule,
        message: finding.message,
        depth,
        subject: facts::title(&path[depth].subject, &path[depth].subject_alt_names),
        source: finding.source,
        remedy: finding.remedy,
    };
    refused_along(subject, above, true, targets).into_iter().map(told).collect()
}
