//! What is not described any more.
//!
//! Files that were put somewhere for a certificate that is described, and are not described themselves, are forgotten, and removed if
//! nobody changed them. A certificate that is not described at all is revoked as well, if an authority that is described signed it.
//! Authorities, profiles and settings are never taken away.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::deliveries::is_at;
use super::{Action, Facts, Kind, Plan, Pruned, Step, Work, truststores};
use crate::ca::{responder_lineage, succession};
use crate::manifest::model::Certificate;
use crate::store::{CertificateRecord, DeliveryRecord};

/// Adds what goes.
pub(super) fn plan(facts: &Facts<'_>, plan: &mut Plan) {
    let steps = superfluous(facts);
    plan.steps.extend(steps);
}

/// Says that there is something that would go.
pub(super) fn note(facts: &Facts<'_>, plan: &mut Plan) {
    let count = superfluous(facts).len();
    if count > 0 {
        let things = if count == 1 { "1 thing that is".to_owned() } else { format!("{count} things that are") };
        plan.notes.push(format!("the store has {things} not described here; --prune would take that away"));
    }
}

fn superfluous(facts: &Facts<'_>) -> Vec<Step> {
    let step = |name: &str, kind, why, pruned| Step {
        action: Action::Prune,
        kind,
        name: name.to_owned(),
        why,
        follows: false,
        work: Work::Prune(pruned),
    };
    let mut steps = Vec::new();
    let described: BTreeMap<String, &Certificate> =
        facts.manifest.certificates.iter().map(|(name, one)| (Certificate::lineage(name), one)).collect();
    let revoked: BTreeSet<String> = facts
        .manifest
        .revocations
        .iter()
        .filter_map(|one| one.certificate.as_deref())
        .map(Certificate::lineage)
        .collect();
    // What took the place of an authority signs for it.
    let named = facts.manifest.authorities.keys();
    let authorities: BTreeSet<&str> = named.flat_map(|name| succession(facts.state, name)).collect();
    let mut lineages: Vec<&str> = facts.newest.keys().copied().collect();
    lineages.sort_unstable();
    for lineage in lineages {
        match described.get(lineage) {
            Some(certificate) if certificate.keep => {}
            Some(certificate) => {
                let is_described =
                    |known: &DeliveryRecord| certificate.deliver.iter().any(|delivery| is_at(known, delivery));
                for known in facts.delivered(lineage).iter().filter(|known| !is_described(known)) {
                    let why = vec![format!("files in {}", known.path)];
                    steps.push(step(lineage, Kind::Delivery, why, Pruned::Delivery(Box::new(known.clone()))));
                }
            }
            None if is_ours(facts, &authorities, lineage) => {
                let serials = if revoked.contains(lineage) { Vec::new() } else { alive(facts, lineage) };
                let deliveries = facts.delivered(lineage).to_vec();
                if serials.is_empty() && deliveries.is_empty() {
                    continue;
                }
                let mut why = Vec::new();
                if !serials.is_empty() {
                    why.push(format!("revoke {}", serials.len()));
                }
                why.extend(deliveries.iter().map(|known| format!("files in {}", known.path)));
                let pruned = Pruned::Lineage { lineage: lineage.to_owned(), serials, deliveries };
                steps.push(step(lineage, Kind::Certificate, why, pruned));
            }
            None => {}
        }
    }
    let wanted: BTreeSet<&Path> = facts.manifest.truststores.iter().map(|one| one.to.as_path()).collect();
    for (path, record) in truststores::known(facts) {
        let of_described = |name: &str| authorities.contains(name);
        if !wanted.contains(path.as_path()) && record.lineage.strip_prefix("authority-").is_some_and(of_described) {
            let name = path.display().to_string();
            steps.push(step(&name, Kind::Truststore, Vec::new(), Pruned::Delivery(Box::new(record))));
        }
    }
    steps
}

/// Whether a lineage is of one of the authorities, and neither that authority's own nor its OCSP responder's.
fn is_ours(facts: &Facts<'_>, authorities: &BTreeSet<&str>, lineage: &str) -> bool {
    let Some(record) = facts.newest.get(lineage) else { return false };
    authorities.contains(record.authority.as_str())
        && !lineage.starts_with("authority-")
        && lineage != responder_lineage(&record.authority)
        && record.certificate().is_ok_and(|certificate| !certificate.is_ca())
}

/// What of a lineage is neither expired nor revoked for good.
fn alive(facts: &Facts<'_>, lineage: &str) -> Vec<String> {
    let now = facts.situation.now;
    let lives = |record: &&CertificateRecord| {
        let entry = facts.found(facts.state.revocation_of(&record.authority, &record.serial));
        !record.authority.is_empty()
            && record.not_after().is_ok_and(|end| end >= now)
            && entry.is_none_or(|entry| entry.reason == Some(crate::x509::RevocationReason::CertificateHold))
    };
    let all = facts.found(facts.state.lineage(lineage));
    all.into_iter().filter(lives).map(|record| record.serial.clone()).collect()
}
