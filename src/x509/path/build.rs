//! Path building: which issuer, tried in which order, and which failure to tell.

use super::{PathError, PathRequest, checks, revocation, title};
use crate::keys::KeyError;
use crate::x509::Certificate;

/// Most certificates in a path, target and anchor included.
const MAX_LENGTH: usize = 10;

/// Most signature checks in a search, those of CRLs included.
pub(super) const MAX_SIGNATURE_CHECKS: usize = 200;

/// A search for a path, depth first.
pub(super) struct Search<'a, 'r> {
    request: &'r PathRequest<'a>,
    path: Vec<&'a Certificate>,
    checks_left: usize,
    best: Option<(Progress, PathError)>,
}

/// How far a path got: greater is further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Progress {
    /// The path ends at this depth: without a candidate (`false`), or with one that did not sign the last certificate.
    Unfinished(usize, bool),
    /// The search took too long.
    GaveUp,
    /// An anchor was reached and a rule is broken; the further down, the further the check got.
    BrokenRule(std::cmp::Reverse<usize>),
    /// Everything is right but revocation.
    Revocation,
}

/// A certificate that may be the issuer of the last one in the path.
struct Candidate<'a> {
    certificate: &'a Certificate,
    is_anchor: bool,
    rank: (u8, bool, bool),
}

impl<'a, 'r> Search<'a, 'r> {
    pub(super) fn new(request: &'r PathRequest<'a>) -> Self {
        Self { request, path: vec![request.target], checks_left: MAX_SIGNATURE_CHECKS, best: None }
    }

    pub(super) fn run(mut self) -> Result<Vec<&'a Certificate>, PathError> {
        if self.request.anchors.iter().any(|anchor| anchor.der() == self.request.target.der()) {
            checks::check_path(&self.path, self.request)?;
            return Ok(self.path);
        }
        if self.extend() {
            return Ok(self.path);
        }
        Err(match self.best {
            Some((_, error)) => error,
            None => no_issuer(&self.path),
        })
    }

    /// Tries every candidate above the last certificate; true once the path is whole and valid.
    fn extend(&mut self) -> bool {
        let Some(last) = self.path.last().copied() else { return false };
        let depth = self.path.len() - 1;
        let candidates = self.candidates(last);
        if candidates.is_empty() {
            self.note(Progress::Unfinished(depth, false), no_issuer(&self.path));
        }
        for candidate in candidates {
            if self.checks_left == 0 {
                let reason = format!("no path was found within {MAX_SIGNATURE_CHECKS} signature checks");
                self.note(Progress::GaveUp, PathError::at(depth, last, "no-issuer", reason));
                return false;
            }
            if let Err(error) = self.check_signature(depth, last, candidate.certificate) {
                self.note(Progress::Unfinished(depth, true), error);
                continue;
            }
            self.path.push(candidate.certificate);
            if if candidate.is_anchor { self.check() } else { self.extend() } {
                return true;
            }
            self.path.pop();
        }
        false
    }

    /// Certificates with the right subject that are not in the path yet, the likely ones first: the right key identifier,
    /// then anchors, then what is valid.
    fn candidates(&self, child: &Certificate) -> Vec<Candidate<'a>> {
        let request = self.request;
        let anchors = request.anchors.iter().map(|certificate| (certificate, true));
        let room_for_more = self.path.len() + 1 < MAX_LENGTH;
        let others = request.intermediates.iter().map(|certificate| (certificate, false)).filter(|_| room_for_more);
        let mut candidates: Vec<Candidate<'a>> = Vec::new();
        for (certificate, is_anchor) in anchors.chain(others) {
            let named = certificate.subject == child.issuer || certificate.subject.matches(&child.issuer);
            // What is older than version 3 cannot say that it is a CA; only trust makes it one (RFC 5280 §6.1.4 (k)).
            if !named || !is_anchor && certificate.version < 3 || self.is_in_path(certificate) {
                continue;
            }
            // No more can be tried, and comparing each with all others takes its time.
            if candidates.len() > MAX_SIGNATURE_CHECKS {
                break;
            }
            if candidates.iter().any(|known| known.certificate.der() == certificate.der()) {
                continue;
            }
            let key_id = match (&child.authority_key_id, &certificate.subject_key_id) {
                (Some(wanted), Some(found)) if wanted == found => 0,
                (Some(_), Some(_)) => 2,
                _ => 1,
            };
            let valid = (certificate.not_before..=certificate.not_after).contains(&request.at);
            candidates.push(Candidate { certificate, is_anchor, rank: (key_id, !is_anchor, !valid) });
        }
        candidates.sort_by_key(|candidate| candidate.rank);
        candidates
    }

    /// Whether the path has this name with this key already; once more would be a loop.
    fn is_in_path(&self, candidate: &Certificate) -> bool {
        self.path.iter().any(|known| known.spki_der == candidate.spki_der && known.subject == candidate.subject)
    }

    fn check_signature(&mut self, depth: usize, child: &Certificate, issuer: &Certificate) -> Result<(), PathError> {
        if let Some(algorithm) = checks::weak_algorithm(&child.signature_algorithm_der) {
            let reason = format!("the signature on {} rests on a broken hash: {algorithm}", title(child));
            return Err(PathError::at(depth, child, "weak-signature", reason));
        }
        let key = checks::public_key(depth + 1, issuer)?;
        self.checks_left -= 1;
        child.verify_signature(&key).map_err(|error| {
            let (child_name, issuer_name) = (title(child), title(issuer));
            match error {
                KeyError::BadSignature => {
                    let reason =
                        format!("the signature on {child_name} does not verify under the key of {issuer_name}");
                    PathError::at(depth, child, "bad-signature", reason)
                }
                error => {
                    let reason = format!("the signature on {child_name} cannot be checked: {error}");
                    PathError::at(depth, child, "unsupported", reason)
                }
            }
        })
    }

    /// Applies the rules to a path that has reached an anchor.
    fn check(&mut self) -> bool {
        if let Err(error) = checks::check_path(&self.path, self.request) {
            let depth = error.depth.unwrap_or(0);
            self.note(Progress::BrokenRule(std::cmp::Reverse(depth)), error);
            return false;
        }
        match revocation::check_path(&self.path, self.request, &mut self.checks_left) {
            Ok(()) => true,
            Err(error) => {
                self.note(Progress::Revocation, error);
                false
            }
        }
    }

    /// Keeps an error if no path got further before; of equals the first, which was the likeliest, stays.
    fn note(&mut self, progress: Progress, error: PathError) {
        if self.best.as_ref().is_none_or(|(best, _)| progress > *best) {
            self.best = Some((progress, error));
        }
    }
}

/// The path ends without an anchor.
fn no_issuer(path: &[&Certificate]) -> PathError {
    let depth = path.len().saturating_sub(1);
    let Some(last) = path.last() else {
        return PathError { depth: None, subject: String::new(), rule: "no-issuer", reason: "there is no path".into() };
    };
    let name = title(last);
    let reason = match (last.is_self_issued(), depth) {
        (true, 0) => format!("{name} is self-signed and not one of the trust anchors"),
        (true, _) => format!("the path ends at {name}, which is self-signed and not one of the trust anchors"),
        (false, _) => format!("no certificate of {}, the issuer of {name}, was given", last.issuer),
    };
    PathError::at(depth, last, "no-issuer", reason)
}
