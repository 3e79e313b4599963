//! Revocations: recorded once, and never taken back.

use std::collections::BTreeSet;

use super::{Action, Facts, Kind, Plan, RevocationWork, Step, Work};
use crate::ca::{Reference, find, find_lineage};
use crate::manifest::model::Revocation;
use crate::store::CertificateRecord;
use crate::x509::RevocationReason;

/// Adds what is to be revoked; gives the serials that are then revoked for good.
pub(super) fn plan(facts: &Facts<'_>, plan: &mut Plan) -> BTreeSet<String> {
    let mut revoked = BTreeSet::new();
    for (index, revocation) in facts.manifest.revocations.iter().enumerate() {
        let hold = revocation.reason == Some(RevocationReason::CertificateHold);
        let (name, records) = match targets(facts, revocation) {
            Ok(found) => found,
            Err((name, why)) => {
                plan.problem(Kind::Revocation, &name, why);
                continue;
            }
        };
        let mut serials = Vec::new();
        for record in records {
            let Some(serial) = record.serial() else { continue };
            let entry = facts.found(facts.state.revocation(&record.authority, &serial));
            match entry.map(|entry| entry.reason == Some(RevocationReason::CertificateHold)) {
                // On hold already, or revoked for good.
                Some(on_hold) if hold || !on_hold => {}
                _ => serials.push(record.serial.clone()),
            }
        }
        if !hold {
            revoked.extend(serials.iter().cloned());
        }
        if serials.is_empty() {
            continue;
        }
        let reason = revocation.reason.unwrap_or(RevocationReason::Unspecified);
        let count =
            if serials.len() == 1 { "1 certificate".to_owned() } else { format!("{} certificates", serials.len()) };
        plan.steps.push(Step {
            action: Action::Create,
            kind: Kind::Revocation,
            name,
            why: vec![reason.to_string(), count],
            follows: false,
            work: Work::Revocation(RevocationWork { index, serials }),
        });
    }
    revoked
}

type Targets<'a> = Result<(String, Vec<&'a CertificateRecord>), (String, String)>;

fn targets<'a>(facts: &Facts<'a>, revocation: &Revocation) -> Targets<'a> {
    let now = facts.situation.now;
    if let Some(name) = &revocation.certificate {
        let all = find_lineage(facts.state, name).map_err(|error| (name.clone(), error.to_string()))?;
        if all.is_empty() {
            return Err((name.clone(), "the store has no certificate of this name".to_owned()));
        }
        let lives = |record: &&CertificateRecord| record.not_after().is_ok_and(|end| end >= now);
        return Ok((name.clone(), all.into_iter().filter(lives).collect()));
    }
    let serial = revocation.serial.clone().unwrap_or_default();
    let found =
        find(facts.state, &Reference::Text(serial.clone())).map_err(|error| (serial.clone(), error.to_string()))?;
    match found.as_slice() {
        [one] if !one.authority.is_empty() => Ok((serial, found)),
        _ => Err((serial, "no authority of this store signed a certificate with this serial".to_owned())),
    }
}
