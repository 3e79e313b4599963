//! Files of anchors.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::authorities::{Standing, changing};
use super::deliveries::{altered, rewritten};
use super::{Action, Facts, Kind, Plan, Step, TruststoreWork, Work};
use crate::ca::{is_superseded, succession, tops_above};
use crate::manifest::model::{Manifest, TrustFormat, Truststore, format_of};
use crate::store::{AuthorityRecord, DeliveryForm, DeliveryRecord, State, lineage_name};
use crate::x509::Certificate;
use crate::x509::display::hex;

use time::OffsetDateTime;

pub(super) fn plan(facts: &Facts<'_>, standings: &BTreeMap<&str, Standing>, plan: &mut Plan) {
    let changing = changing(standings);
    let known = known(facts);
    for (index, truststore) in facts.manifest.truststores.iter().enumerate() {
        let authorities = authorities_of(facts.manifest, truststore);
        let name = truststore.to.display().to_string();
        if let Some(broken) = authorities.iter().find(|name| matches!(standings.get(**name), Some(Standing::Broken))) {
            plan.problem(Kind::Truststore, &name, format!("the authority {broken} cannot be as described"));
            continue;
        }
        let files = truststore.files.iter().filter_map(|file| facts.situation.anchors.get(file));
        let extra: Vec<&Vec<Certificate>> = match files.map(Result::as_ref).collect() {
            Ok(extra) => extra,
            Err(why) => {
                plan.problem(Kind::Truststore, &name, why);
                continue;
            }
        };
        let step = |action, why, follows| Step {
            action,
            kind: Kind::Truststore,
            name: name.clone(),
            why,
            follows,
            work: Work::Truststore(TruststoreWork { index }),
        };
        let Some(record) = known.get(truststore.to.as_path()) else {
            plan.steps.push(step(Action::Create, Vec::new(), false));
            continue;
        };
        // A root far above counts as well.
        if let Some(name) = above(facts.manifest, &authorities).find(|name| changing.contains(name)) {
            plan.steps.push(step(Action::Change, vec![format!("{name} is made anew")], true));
            continue;
        }
        let anchors = anchors(facts.state, &authorities, extra.iter().copied().flatten(), facts.situation.now);
        let mut why = Vec::new();
        if !is_form(truststore, &record.form, &anchors) {
            why.push("other anchors, or another form".to_owned());
        } else if record.pending {
            why.push("it was not written to its end".to_owned());
        } else {
            why = rewritten(facts, altered(facts, record), record);
            why.extend(strays(facts, record));
        }
        if !why.is_empty() {
            plan.steps.push(step(Action::Change, why, false));
        }
    }
}

/// Anchors that somebody else put into a directory of anchors.
fn strays(facts: &Facts<'_>, record: &DeliveryRecord) -> Vec<String> {
    let is_directory = matches!(&record.form, DeliveryForm::Truststore { format, .. } if format == "hashed");
    if !is_directory || facts.situation.rewrite {
        return Vec::new();
    }
    let names = (facts.situation.anchors_in)(record.dir());
    let others = names.into_iter().filter(|name| !record.files.contains_key(name));
    others.map(|name| format!("{name} is in it as well")).collect()
}

/// The truststores that were written, by their path.
pub(super) fn known(facts: &Facts<'_>) -> BTreeMap<PathBuf, DeliveryRecord> {
    let is_truststore = |record: &&DeliveryRecord| matches!(record.form, DeliveryForm::Truststore { .. });
    let all = facts.deliveries.values().flatten().filter(is_truststore);
    all.map(|record| (PathBuf::from(&record.path), record.clone())).collect()
}

/// The authorities whose roots a truststore holds.
pub(super) fn authorities_of<'a>(manifest: &'a Manifest, truststore: &'a Truststore) -> Vec<&'a str> {
    if truststore.authorities.is_empty() && truststore.files.is_empty() {
        return manifest.authorities.keys().map(String::as_str).collect();
    }
    truststore.authorities.iter().map(String::as_str).collect()
}

/// Authorities and those above them.
fn above<'a>(manifest: &'a Manifest, names: &[&'a str]) -> impl Iterator<Item = &'a str> {
    let chain =
        |name: &'a str| std::iter::successors(Some(name), |name| manifest.authorities.get(*name)?.parent.as_deref());
    names.iter().flat_map(|name| chain(name)).collect::<Vec<_>>().into_iter()
}

impl Truststore {
    /// Its format: the one that is said, else that of the file's ending.
    pub fn format(&self) -> Option<TrustFormat> {
        self.format.or_else(|| format_of(&self.to, None).map(TrustFormat::File))
    }

    /// The anchors that it holds, with their aliases: the roots above authorities and their successors, older ones that are still
    /// valid included, those that were replaced for good left out, then
    /// the certificates of files.
    pub fn anchors<'b>(
        &self,
        manifest: &Manifest,
        state: &State,
        extra: impl Iterator<Item = &'b Certificate>,
        now: OffsetDateTime,
    ) -> Vec<(String, Certificate)> {
        anchors(state, &authorities_of(manifest, self), extra, now)
    }
}

/// An authority and its successors, and whether any root above them was not replaced for good.
fn with_successors<'a>(state: &'a State, name: &'a str) -> impl Iterator<Item = (&'a str, bool)> {
    let records = succession(state, name).filter_map(|name| state.authorities.get(name));
    let mut roots = records.flat_map(|record| {
        record.top().into_iter().chain(record.rollover.anchors().unwrap_or_default()).collect::<Vec<_>>()
    });
    let has_other = roots.any(|root| !is_superseded(state, &root));
    succession(state, name).map(move |name| (name, has_other))
}

fn anchors<'b>(
    state: &State,
    authorities: &[&str],
    extra: impl Iterator<Item = &'b Certificate>,
    now: OffsetDateTime,
) -> Vec<(String, Certificate)> {
    let mut found: Vec<(String, Certificate)> = Vec::new();
    let mut add = |alias: String, anchor: Certificate| {
        if found.iter().any(|(_, known)| *known == anchor) {
            return;
        }
        let numbered = (2..).map(|number| format!("{alias}-{number}"));
        let mut names = std::iter::once(alias.clone()).chain(numbered);
        let free = names.find(|name| !found.iter().any(|(taken, _)| taken == name));
        found.push((free.unwrap_or(alias), anchor));
    };
    // During a rollover both roots are trusted, and the new one alone when it is finished, unless nothing has taken the place of
    // what is below the old one.
    for (name, has_other) in authorities.iter().flat_map(|name| with_successors(state, name)) {
        // The newest first: some readers take the first of a subject.
        let tops = tops_above(state, name, now).rev().filter_map(Result::ok).map(|(_, top)| top);
        let newest = state.authorities.get(name);
        let others = newest.and_then(|newest| newest.rollover.anchors().ok()).unwrap_or_default();
        for anchor in tops.chain(others) {
            if has_other && is_superseded(state, &anchor) {
                continue;
            }
            let own = state
                .authorities
                .values()
                .find(|other| other.certificate().is_ok_and(|certificate| certificate.subject == anchor.subject));
            add(own.map_or_else(|| alias_of(&anchor), |own| own.authority.clone()), anchor);
        }
    }
    for certificate in extra {
        add(alias_of(certificate), certificate.clone());
    }
    found
}

/// The authorities of which a truststore has the anchors that are noted: the one that it is noted for, and as few others as give them in
/// their order.
pub(in crate::manifest) fn written_for<'a>(
    state: &'a State,
    owner: Option<&'a str>,
    noted: &[String],
    now: OffsetDateTime,
) -> Option<Vec<&'a str>> {
    let mut others: Vec<&AuthorityRecord> = state.authorities.values().collect();
    others.sort_by_key(|record| record.chain.len());
    let candidates = owner.into_iter().chain(others.into_iter().map(|record| record.authority.as_str()));
    let candidates: Vec<(&str, Vec<String>)> = candidates
        .map(|name| {
            let held = anchors(state, &[name], std::iter::empty(), now);
            (name, held.iter().map(|(_, anchor)| hex(&anchor.fingerprint())).collect())
        })
        .collect();
    let (mut names, mut found) = (Vec::new(), 0);
    while found < noted.len() {
        let (there, left) = noted.split_at_checked(found)?;
        let (name, more) = candidates.iter().find_map(|(name, held)| {
            let new: Vec<&String> = held.iter().filter(|anchor| !there.contains(anchor)).collect();
            let fits =
                !new.is_empty() && new.len() <= left.len() && new.iter().zip(left).all(|(new, left)| *new == left);
            fits.then_some((*name, new.len()))
        })?;
        names.push(name);
        found += more;
    }
    (!names.is_empty()).then_some(names)
}

fn alias_of(certificate: &Certificate) -> String {
    lineage_name(&certificate.subject.common_name().unwrap_or_else(|| certificate.subject.to_string()).to_lowercase())
}

fn is_form(truststore: &Truststore, form: &DeliveryForm, anchors: &[(String, Certificate)]) -> bool {
    let DeliveryForm::Truststore { format, preset, anchors: known } = form else { return false };
    truststore.format().is_some_and(|asked| asked.name() == format)
        && preset.as_deref().unwrap_or(crate::container::Preset::default().name())
            == truststore.preset.unwrap_or_default().name()
        && known.iter().eq(anchors.iter().map(|(_, anchor)| hex(&anchor.fingerprint())).collect::<Vec<_>>().iter())
}
