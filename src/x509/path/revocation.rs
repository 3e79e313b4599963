//! Revocation by CRLs, RFC 5280 §6.3.3: the CRLs of an issuer itself, complete ones and deltas on top.

use std::cmp::Ordering;

use time::OffsetDateTime;

use super::{PathError, PathRequest, build, checks, title};
use crate::x509::time::format_instant;
use crate::x509::{Certificate, Crl, KeyUsage, RevocationReason, RevokedEntry, Serial};

/// Every bit of `ReasonFlags` but the first, which is not used.
const ALL_REASONS: u16 = 0x1fe;

/// Checks every certificate below the anchor, if there is any CRL.
pub(super) fn check_path(
    path: &[&Certificate],
    request: &PathRequest<'_>,
    checks_left: &mut usize,
) -> Result<(), PathError> {
    if request.crls.is_empty() {
        return Ok(());
    }
    for (depth, pair) in path.windows(2).enumerate().rev() {
        Revocation { depth, certificate: pair[0], issuer: pair[1], at: request.at }.check(request.crls, checks_left)?;
    }
    Ok(())
}

/// The question whether one certificate is revoked.
struct Revocation<'a> {
    depth: usize,
    certificate: &'a Certificate,
    issuer: &'a Certificate,
    at: OffsetDateTime,
}

impl<'a> Revocation<'a> {
    fn check(&self, crls: &[Crl], checks_left: &mut usize) -> Result<(), PathError> {
        let mut problem = None;
        let mut usable: Vec<&Crl> = Vec::new();
        for crl in crls.iter().filter(|crl| self.covers(crl)) {
            match self.check_usable(crl, checks_left) {
                Ok(()) => usable.push(crl),
                Err(error) => problem = problem.or(Some(error)),
            }
        }
        let mut reasons = 0;
        for base in self.newest_per_scope(&usable) {
            let delta = self.delta_for(base, &usable);
            if let Some(entry) = find(base, delta, &self.certificate.serial) {
                return Err(self.revoked(entry));
            }
            match self.check_fresh(base) {
                Ok(()) => reasons |= reasons_of(base),
                Err(error) => problem = problem.or(Some(error)),
            }
        }
        if reasons & ALL_REASONS == ALL_REASONS {
            return Ok(());
        }
        let (name, issuer) = (title(self.certificate), title(self.issuer));
        Err(problem.unwrap_or_else(|| {
            let why = if reasons != 0 {
                "the CRLs given cover only some reasons"
            } else if usable.iter().any(|crl| crl.delta_base.is_some()) {
                "only a delta CRL was given"
            } else {
                "no CRL that covers it was given"
            };
            self.error("crl-missing", format!("whether {issuer} revoked {name} is unknown: {why}"))
        }))
    }

    /// Whether a CRL is by this issuer and claims to be about this certificate.
    fn covers(&self, crl: &Crl) -> bool {
        (crl.issuer == self.issuer.subject || crl.issuer.matches(&self.issuer.subject))
            && crl.issuing_distribution_point().is_none_or(|point| point.covers(self.certificate))
    }

    /// Checks that a CRL is genuine and understood.
    fn check_usable(&self, crl: &Crl, checks_left: &mut usize) -> Result<(), PathError> {
        let issuer = title(self.issuer);
        if self.issuer.key_usage.is_some_and(|usage| !usage.contains(KeyUsage::CRL_SIGN)) {
            return Err(self.error("crl-signature", format!("{issuer} may not sign CRLs: its keyUsage lacks cRLSign")));
        }
        if let Some(algorithm) = checks::weak_algorithm(&crl.signature_algorithm_der) {
            let reason = format!("the signature on the CRL of {issuer} rests on a broken hash: {algorithm}");
            return Err(self.error("crl-signature", reason));
        }
        if *checks_left == 0 {
            let reason = format!("no answer was found within {} signature checks", build::MAX_SIGNATURE_CHECKS);
            return Err(self.error("crl-missing", reason));
        }
        *checks_left -= 1;
        let key = checks::public_key(self.depth + 1, self.issuer)?;
        crl.verify_signature(&key).map_err(|error| {
            self.error("crl-signature", format!("the CRL of {issuer} does not verify under its key: {error}"))
        })?;
        match crl.critical_unknown() {
            None => Ok(()),
            Some(oid) => {
                let reason = format!("the CRL of {issuer} has a critical extension that is not processed: {oid}");
                Err(self.error("unsupported", reason))
            }
        }
    }

    /// The newest complete CRL of each scope, of those that are out already.
    fn newest_per_scope(&self, usable: &[&'a Crl]) -> Vec<&'a Crl> {
        let mut newest: Vec<&Crl> = Vec::new();
        for crl in usable.iter().copied().filter(|crl| crl.delta_base.is_none()) {
            match newest.iter_mut().find(|known| same_scope(known, crl)) {
                Some(known) => {
                    let is_out = |crl: &Crl| crl.this_update <= self.at;
                    let order = is_out(crl).cmp(&is_out(known)).then(crl.this_update.cmp(&known.this_update));
                    if order.then_with(|| compare(&crl.number, &known.number)).is_gt() {
                        *known = crl;
                    }
                }
                None => newest.push(crl),
            }
        }
        newest
    }

    /// The newest delta that fits on a complete CRL (RFC 5280 §5.2.4) and is fresh.
    fn delta_for(&self, base: &Crl, usable: &[&'a Crl]) -> Option<&'a Crl> {
        let fits = |delta: &&Crl| {
            delta.delta_base.is_some()
                && base.number.is_some()
                && same_scope(delta, base)
                && compare(&delta.delta_base, &base.number).is_le()
                && compare(&delta.number, &base.number).is_gt()
                && self.check_fresh(delta).is_ok()
        };
        usable.iter().copied().filter(fits).max_by(|one, other| compare(&one.number, &other.number))
    }

    /// Checks that a CRL is out and not overdue. One without a date for the next is overdue at once.
    fn check_fresh(&self, crl: &Crl) -> Result<(), PathError> {
        let issuer = title(self.issuer);
        if crl.this_update > self.at {
            let when = format_instant(crl.this_update);
            return Err(self.error("crl-stale", format!("the CRL of {issuer} is not valid before {when}")));
        }
        match crl.next_update {
            Some(next) if self.at <= next => Ok(()),
            Some(next) => {
                let reason = format!("the CRL of {issuer} is stale: the next one was due on {}", format_instant(next));
                Err(self.error("crl-stale", reason))
            }
            None => {
                let reason =
                    format!("the CRL of {issuer} does not say when the next one is due, so it counts as stale");
                Err(self.error("crl-stale", reason))
            }
        }
    }

    fn revoked(&self, entry: &RevokedEntry) -> PathError {
        let reason = entry.reason.unwrap_or(RevocationReason::Unspecified);
        let (name, issuer) = (title(self.certificate), title(self.issuer));
        let when = format_instant(entry.revoked_at);
        self.error("revoked", format!("{issuer} revoked {name} on {when}, with the reason {reason}"))
    }

    fn error(&self, rule: &'static str, reason: String) -> PathError {
        PathError::at(self.depth, self.certificate, rule, reason)
    }
}

/// The entry that counts: the delta's word is newer, and it may take an entry back.
fn find<'a>(base: &'a Crl, delta: Option<&'a Crl>, serial: &Serial) -> Option<&'a RevokedEntry> {
    match delta.and_then(|delta| delta.find(serial)) {
        Some(entry) if entry.reason == Some(RevocationReason::RemoveFromCrl) => None,
        Some(entry) => Some(entry),
        None => base.find(serial),
    }
}

fn reasons_of(crl: &Crl) -> u16 {
    crl.issuing_distribution_point().and_then(|point| point.some_reasons).unwrap_or(ALL_REASONS)
}

fn same_scope(one: &Crl, other: &Crl) -> bool {
    one.issuing_distribution_point() == other.issuing_distribution_point()
}

/// Compares CRL numbers (minimal, not negative); none is less than any.
fn compare(one: &Option<Vec<u8>>, other: &Option<Vec<u8>>) -> Ordering {
    let key = |number: &Option<Vec<u8>>| {
        number.as_ref().map(|octets| {
            let digits = octets.strip_prefix(&[0]).unwrap_or(octets).to_vec();
            (digits.len(), digits)
        })
    };
    key(one).cmp(&key(other))
}
