//! Profiles and settings.

use std::collections::BTreeSet;

use super::authorities::can_sign;
use super::{Action, Facts, Kind, Plan, Step, Work};
use crate::ca::{Distrust, distrust, renewing_authority};
use crate::store::{CrlSchedule, Settings};

/// Profiles that the store does not have as they are described.
pub(super) fn profiles(facts: &Facts<'_>, plan: &mut Plan) {
    for (name, json) in facts.situation.profiles {
        let there = facts.situation.store_profiles.iter().find(|(known, _)| known == name);
        let action = match there {
            Some((_, there)) if is_same(there, json) => continue,
            Some(_) => Action::Change,
            None => Action::Create,
        };
        let why = if action == Action::Change { vec!["another content".to_owned()] } else { Vec::new() };
        plan.steps.push(Step {
            action,
            kind: Kind::Profile,
            name: name.clone(),
            why,
            follows: false,
            work: Work::Profile,
        });
    }
}

/// Whether two profiles say the same, however they are laid out.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    let read = |json: &[u8]| serde_json::from_slice::<serde_json::Value>(json).ok();
    one == other || read(one).is_some_and(|one| read(other) == Some(one))
}

/// The settings as they are going to be.
pub(super) fn settings(facts: &Facts<'_>, plan: &mut Plan) -> Settings {
    let (manifest, before) = (facts.manifest, &facts.state.settings);
    let mut after = before.clone();
    let said = &manifest.settings;
    for (given, setting) in [
        (&said.crl_urls, &mut after.crl_urls),
        (&said.ca_issuers_urls, &mut after.ca_issuer_urls),
        (&said.ocsp_urls, &mut after.ocsp_urls),
    ] {
        if let Some(given) = given {
            setting.clone_from(given);
        }
    }
    // A new store gets the one that signs most; one that is there keeps its own unless told otherwise.
    let is_new = facts.state.authorities.is_empty() && before.default_authority.is_none();
    let said_usual = || manifest.defaults.authority.clone().filter(|name| can_sign(facts, name));
    let usual = || said_usual().or_else(|| lowest(facts)).filter(|_| is_new);
    if let Some(name) = said.default_authority.clone().or_else(usual) {
        // One that another has replaced stands for that one.
        let replaced = renewing_authority(facts.state, &name, facts.situation.now) != name;
        if !(replaced && before.default_authority.is_some()) {
            after.default_authority = Some(name);
        }
    }
    note_default(facts, after.default_authority.as_deref(), plan);
    for (name, authority) in &manifest.authorities {
        let Some(terms) = &authority.crl else { continue };
        let number_after = before.crl.get(name).map_or(0, |before| before.number_after);
        let schedule = CrlSchedule { number_after, ..terms.schedule() };
        let there = before.crl.get(name).cloned().unwrap_or_default();
        if !same(&schedule, &there) {
            after.crl.insert(name.clone(), schedule);
        }
    }
    if after != *before {
        let why = differences(before, &after);
        plan.steps.push(Step {
            action: Action::Change,
            kind: Kind::Settings,
            name: "store".to_owned(),
            why,
            // Of a store that is about to be made they are a part.
            follows: is_new,
            work: Work::Settings(Box::new(after.clone())),
        });
    }
    after
}

/// Says of an authority that the manifest names for all certificates, or for the store, why it signs nothing, and who does.
fn note_default(facts: &Facts<'_>, default: Option<&str>, plan: &mut Plan) {
    let (state, manifest) = (facts.state, facts.manifest);
    let named: BTreeSet<&String> =
        manifest.settings.default_authority.iter().chain(&manifest.defaults.authority).collect();
    for name in named {
        let successor = renewing_authority(state, name, facts.situation.now);
        let distrust = state.authorities.get(name).and_then(|record| distrust(state, record).ok()?);
        let why = match distrust {
            _ if successor != name => format!("has a successor: {successor} signs in its place"),
            Some(Distrust::Revoked) => "is revoked".to_owned(),
            Some(Distrust::BelowRevoked) => "stands below an authority that is revoked".to_owned(),
            None if !can_sign(facts, name) => "cannot sign: its key is not here".to_owned(),
            None => continue,
        };
        let other = default.filter(|other| other != name && successor == name);
        let other = other.map(|other| format!("; the store's default is {other}")).unwrap_or_default();
        plan.notes.push(format!("authority {name}, the default of the manifest, {why}{other}"));
    }
}

/// The last authority that can sign, in the order of their making.
fn lowest(facts: &Facts<'_>) -> Option<String> {
    let mut order = facts.manifest.authorities_in_order().into_iter().rev();
    order.find(|(name, _)| can_sign(facts, name)).map(|(name, _)| name.to_owned())
}

/// Whether two schedules are one: `7d` and `1w` are.
fn same(one: &CrlSchedule, other: &CrlSchedule) -> bool {
    use crate::x509::time::Span;
    let spans = |schedule: &CrlSchedule| {
        [&schedule.validity, &schedule.overlap, &schedule.delta_validity]
            .map(|text| text.as_deref().and_then(|text| Span::parse(text).ok()))
    };
    spans(one) == spans(other)
        && one.keep_expired == other.keep_expired
        && one.distribution_point == other.distribution_point
}

fn differences(before: &Settings, after: &Settings) -> Vec<String> {
    let mut why = Vec::new();
    if before.default_authority != after.default_authority {
        let name = after.default_authority.as_deref().unwrap_or("none");
        why.push(format!("the default authority becomes {name}"));
    }
    for (what, before, after) in [
        ("CRL URLs", &before.crl_urls, &after.crl_urls),
        ("CA issuers URLs", &before.ca_issuer_urls, &after.ca_issuer_urls),
        ("OCSP URLs", &before.ocsp_urls, &after.ocsp_urls),
    ] {
        if before != after {
            let list = if after.is_empty() { "none".to_owned() } else { after.join(" ") };
            why.push(format!("the {what} become {list}"));
        }
    }
    for (name, schedule) in &after.crl {
        if before.crl.get(name) != Some(schedule) {
            why.push(format!("the CRL schedule of {name} changes"));
        }
    }
    why
}
