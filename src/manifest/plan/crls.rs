//! CRLs: signed when they are due, and brought to where they are published.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use ring::digest::{SHA256, digest};

use super::authorities::{Standing, can_sign, changing};
use super::{Action, CrlWork, Facts, Kind, Plan, Pruned, Seen, Step, Work};
use crate::ca::{Due, Schedule, succession};
use crate::store::{IssuedCrl, decode_der};
use crate::x509::display::hex;

pub(super) fn plan(facts: &Facts<'_>, standings: &BTreeMap<&str, Standing>, plan: &mut Plan) {
    let changing = changing(standings);
    let revoking = revoking(facts, plan);
    let mut published: BTreeMap<&str, Vec<PathBuf>> = BTreeMap::new();
    for output in &facts.manifest.crls {
        let all = facts.manifest.authorities.keys();
        let names: Vec<&String> =
            if output.authorities.is_empty() { all.collect() } else { output.authorities.iter().collect() };
        // What takes the place of an authority signs CRLs of its own.
        for name in names.into_iter().flat_map(|name| succession(facts.state, name)) {
            published.entry(name).or_default().push(output.to.clone());
        }
    }
    for (name, to) in published {
        let is_described = facts.manifest.authorities.contains_key(name);
        let is_broken = is_described && matches!(standings.get(name), Some(Standing::Broken) | None);
        if is_broken {
            continue;
        }
        if !can_sign(facts, name) {
            plan.notes.push(format!("no CRL of {name} is signed: its key is not here"));
            continue;
        }
        match due(facts, name, changing.contains(name), revoking.contains(name)) {
            Ok((full, delta, why, follows)) => {
                let mut why: Vec<String> = why.into_iter().collect();
                let standing = facts.state.standing(name);
                if !full && !delta {
                    why.extend(missing(facts, name, standing, &to));
                }
                if why.is_empty() {
                    continue;
                }
                let action = if standing.newest_full().is_none() { Action::Create } else { Action::Change };
                let work = CrlWork { authority: name.to_owned(), full, delta, to };
                let name = name.to_owned();
                plan.steps.push(Step { action, kind: Kind::Crl, name, why, follows, work: Work::Crl(work) });
            }
            Err(why) => plan.problem(Kind::Crl, name, why),
        }
    }
}

/// Whether a full and a delta CRL are due, why, and whether only because of other steps.
fn due(
    facts: &Facts<'_>,
    name: &str,
    is_changing: bool,
    is_revoking: bool,
) -> Result<(bool, bool, Option<String>, bool), String> {
    let schedule = facts.settings.crl.get(name).cloned().unwrap_or_default();
    let schedule = Schedule::read(&schedule).map_err(|error| error.to_string())?;
    let standing = facts.state.standing(name);
    let now = facts.situation.now;
    let with_delta = schedule.delta_validity.is_some();
    if standing.newest_full().is_none() {
        return Ok((true, with_delta, Some("never signed yet".to_owned()), false));
    }
    if is_changing || is_of_another(facts, name, standing) {
        return Ok((true, with_delta, Some("its authority is made anew".to_owned()), is_changing));
    }
    let word = |due: Due| match due {
        Due::Never => "never signed yet",
        Due::Changed => "something was revoked or released",
        Due::Soon => "it will lapse soon",
        Due::Lapsed => "it has lapsed",
        Due::Ahead => "a clock that ran ahead made it",
        Due::Behind => "its number is too low",
    };
    let full = schedule.due(standing, false, now).map_err(|error| error.to_string())?;
    if let Some(full) = full {
        return Ok((true, with_delta, Some(word(full).to_owned()), false));
    }
    if is_revoking {
        return Ok((!with_delta, with_delta, Some("something is revoked".to_owned()), true));
    }
    if with_delta && let Some(delta) = schedule.due(standing, true, now).map_err(|error| error.to_string())? {
        return Ok((false, true, Some(format!("delta: {}", word(delta))), false));
    }
    Ok((false, false, None, false))
}

/// Whether the newest CRL was signed under an earlier certificate of the authority.
fn is_of_another(facts: &Facts<'_>, name: &str, standing: &crate::store::Standing) -> bool {
    let current = facts.state.authorities.get(name).and_then(|record| decode_der(&record.certificate).ok());
    match (standing.newest_full(), current) {
        (Some(newest), Some(der)) => newest.record.issuer_sha256 != hex(digest(&SHA256, &der).as_ref()),
        _ => false,
    }
}

/// What is missing where CRLs are published.
fn missing(facts: &Facts<'_>, name: &str, standing: &crate::store::Standing, to: &[PathBuf]) -> Vec<String> {
    let mut why = Vec::new();
    let newest: [(&str, Option<&IssuedCrl>); 2] =
        [("crl", standing.newest_full()), ("delta.crl", standing.newest_delta())];
    for dir in to {
        for (ending, crl) in newest {
            let Some(crl) = crl else { continue };
            let file = dir.join(format!("{name}.{ending}"));
            let text = dir.join(format!("{name}.{ending}.pem"));
            match facts.look(&file) {
                Seen::NotLooked => {}
                Seen::Missing => why.push(format!("{} is missing", file.display())),
                Seen::File { sha256, .. } if sha256 == crl.record.sha256 => {
                    if facts.look(&text) == Seen::Missing {
                        why.push(format!("{} is missing", text.display()));
                    }
                }
                Seen::Unreadable => why.push(format!("{} cannot be read", file.display())),
                Seen::File { .. } | Seen::Other => why.push(format!("{} is not the newest CRL", file.display())),
            }
        }
    }
    why
}

/// The authorities of whose certificates this plan revokes some.
fn revoking(facts: &Facts<'_>, plan: &Plan) -> BTreeSet<String> {
    let serials = plan.steps.iter().flat_map(|step| match &step.work {
        Work::Revocation(work) => work.serials.as_slice(),
        Work::Prune(Pruned::Lineage { serials, .. }) => serials.as_slice(),
        _ => &[],
    });
    let records = serials.filter_map(|serial| facts.found(facts.state.by_serial(serial)));
    records.map(|record| record.authority.clone()).collect()
}
