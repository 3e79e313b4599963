//! What programs refuse along a path, from a certificate up to its anchor.

use super::{Finding, Severity, Subject, Target, lint_chain, lint_subject};
use crate::x509::Certificate;

/// That a program refuses a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The program.
    pub target: Target,
    /// The certificate that breaks a rule: 0 is the first of the path.
    pub depth: usize,
    /// How.
    pub finding: Finding,
}

/// Lints the certificates of a path, each beside its issuer, and keeps what the targets refuse. `subject` is the first of
/// them with what is known around it, `above` the others, nearest first. Where the last of these is the anchor (`anchored`), it
/// is judged only for the targets that look at it.
pub fn refused_along(subject: Subject<'_>, above: &[&Certificate], anchored: bool, targets: &[Target]) -> Vec<Refused> {
    let mut all = Vec::new();
    let last = above.len();
    for depth in 0..=last {
        let issuer = above.get(depth).copied();
        let certificate = if depth == 0 { subject.certificate } else { above[depth - 1] };
        let anchor = anchored && depth == last;
        let mut findings = if depth == 0 {
            lint_subject(subject.issued_by(issuer))
        } else {
            lint_subject(Subject::new(certificate).issued_by(issuer))
        };
        if depth == 0 && last > 0 {
            let sent = above.len() - usize::from(anchored);
            let sent: Vec<&Certificate> = std::iter::once(certificate).chain(above[..sent].iter().copied()).collect();
            findings.extend(lint_chain(&sent));
        }
        for target in targets {
            let heeded = findings.iter().filter(|finding| !anchor || target.judges_anchor(finding.rule));
            let refused = heeded.filter_map(|finding| finding.seen_by(&[*target]));
            let refused = refused.filter(|finding| finding.severity == Severity::Error);
            all.extend(refused.map(|finding| Refused { target: *target, depth, finding }));
        }
    }
    all
}
