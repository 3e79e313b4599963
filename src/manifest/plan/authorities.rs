//! Authorities: made, brought in, made anew, or left as they are.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::{differences, validity_differs};
use super::{Action, AuthorityWork, Facts, KeyChoice, Kind, Plan, Step, Work};
use crate::ca::{CaError, Preview, check_may_remake, due_from, is_compromised, is_resigned};
use crate::issuance::{IssuerFacts, Profile, Request, Validity};
use crate::keys::{Algorithm, PublicKey};
use crate::manifest::model::Authority;
use crate::store::AuthorityRecord;
use crate::x509::time::format_instant;
use crate::x509::{Certificate, Name, X509Error};

/// What an authority is going to be once the plan is done.
#[derive(Clone)]
pub(super) enum Standing {
    /// As it is now.
    Same {
        certificate: Box<Certificate>,
        chain: Vec<Certificate>,
        /// Whether it is left as it is, so that what it signed before a rollover is too.
        keep: bool,
    },
    /// New, or made anew: what it is going to be, as far as that is known.
    Changing { certificate: Box<Certificate>, chain: Vec<Certificate> },
    /// It cannot be as described.
    Broken,
}

impl Standing {
    /// It, if it stays as it is.
    pub(super) fn facts<'a>(&'a self, name: &'a str) -> Option<IssuerFacts<'a>> {
        match self {
            Self::Same { certificate, chain, .. } => Some(IssuerFacts { name, certificate, chain }),
            Self::Changing { .. } | Self::Broken => None,
        }
    }

    /// It, as it is or is going to be.
    pub(super) fn issuer<'a>(&'a self, name: &'a str) -> Option<IssuerFacts<'a>> {
        match self {
            Self::Same { certificate, chain, .. } | Self::Changing { certificate, chain } => {
                Some(IssuerFacts { name, certificate, chain })
            }
            Self::Broken => None,
        }
    }
}

/// Adds what is to be done; gives what every authority is going to be.
pub(super) fn plan<'a>(facts: &Facts<'a>, plan: &mut Plan) -> BTreeMap<&'a str, Standing> {
    let preview = Preview::new(facts.state, facts.settings, facts.situation.now);
    let order = facts.manifest.authorities_in_order();
    let made = order.iter().filter(|(_, authority)| !authority.keep && authority.certificate.is_none());
    let profiles = facts.read_profiles(made.map(|(_, authority)| authority.profile()));
    let mut standings = BTreeMap::new();
    for (name, authority) in order {
        let standing = match one(facts, &preview, &profiles, &standings, (name, authority), plan) {
            Ok(standing) => standing,
            Err(why) => {
                plan.problem(Kind::Authority, name, why);
                Standing::Broken
            }
        };
        standings.insert(name, standing);
    }
    standings
}

type Profiles<'a> = BTreeMap<&'a str, Result<Profile, crate::issuance::ProfileError>>;

fn one(
    facts: &Facts<'_>,
    preview: &Preview<'_>,
    profiles: &Profiles<'_>,
    standings: &BTreeMap<&str, Standing>,
    (name, authority): (&str, &Authority),
    plan: &mut Plan,
) -> Result<Standing, String> {
    let record = facts.state.authorities.get(name);
    if authority.keep {
        let record = record.ok_or("it is to be kept, and the store has no such authority")?;
        return same(record, true);
    }
    if authority.certificate.is_some() {
        return brought(facts, standings, (name, authority), record, plan);
    }
    if record.is_none() && facts.state.requested.contains_key(name) {
        return Err(format!(
            "it waits for its certificate: bring that in with \"certwright authority import {name} --cert FILE\""
        ));
    }
    let profile = match profiles.get(authority.profile()) {
        Some(Ok(profile)) => profile,
        Some(Err(error)) => return Err(error.to_string()),
        None => return Err("its profile is not known".to_owned()),
    };
    if !profile.is_authority() {
        return Err(format!("the profile {} makes no authorities", profile.name()));
    }
    let parent = authority.parent.as_deref().map(|parent| (parent, standings.get(parent)));
    if let Some((parent, Some(Standing::Broken) | None)) = parent {
        return Err(format!("the authority above it, {parent}, cannot be as described"));
    }
    let step = |action, why, key, anew| Step {
        action,
        kind: Kind::Authority,
        name: name.to_owned(),
        why,
        follows: false,
        work: Work::Authority(AuthorityWork { key: Some(key), anew }),
    };
    let Some(record) = record else {
        let algorithm = authority.key.unwrap_or_else(|| profile.default_algorithm());
        let above = authority.parent.as_ref().map_or_else(|| "a root".to_owned(), |parent| format!("under {parent}"));
        let key = PublicKey::stand_in(algorithm).map_err(|error| error.to_string())?;
        let standing = rehearse((facts, preview), standings, profile, (name, authority), key)?;
        plan.steps.push(step(Action::Create, vec![above, algorithm.to_string()], KeyChoice::New(algorithm), false));
        return Ok(standing);
    };
    let (certificate, chain) = read(record).map_err(|error| error.to_string())?;
    if record.origin == "imported" {
        return Err(
            "it was brought in from elsewhere: describe it with its \"certificate\", or as keep: true".to_owned()
        );
    }
    let key = certificate.public_key().map_err(|error| error.to_string())?;
    let mut why = Vec::new();
    let mut choice = KeyChoice::Same;
    let lost = is_compromised(facts.state, &key).map_err(|error| error.to_string())?.then(|| {
        let algorithm = authority.key.unwrap_or_else(|| profile.default_algorithm());
        (algorithm, "its key is compromised: a new one".to_owned())
    });
    match lost.or_else(|| key_change(authority.key, profile, &key)) {
        Some((algorithm, reason)) => {
            choice = KeyChoice::New(algorithm);
            why.push(reason);
        }
        None => {
            why.extend(changes(facts, preview, profile, (name, authority), (&certificate, &chain), parent)?);
        }
    }
    if why.is_empty() {
        remark(facts, name, &certificate, plan);
        return Ok(Standing::Same { certificate: Box::new(certificate), chain, keep: false });
    }
    check_may_remake(facts.state, name).map_err(|error| error.to_string())?;
    let key = match choice {
        KeyChoice::New(algorithm) => PublicKey::stand_in(algorithm).map_err(|error| error.to_string())?,
        KeyChoice::Same | KeyChoice::Requested => key,
    };
    let standing = rehearse((facts, preview), standings, profile, (name, authority), key)?;
    plan.steps.push(step(Action::Change, why, choice, true));
    Ok(standing)
}

/// What an authority is going to be, or why it would be refused.
fn rehearse(
    (facts, preview): (&Facts<'_>, &Preview<'_>),
    standings: &BTreeMap<&str, Standing>,
    profile: &Profile,
    (name, authority): (&str, &Authority),
    key: PublicKey,
) -> Result<Standing, String> {
    let parent = authority.parent.as_deref();
    let issuer = parent.and_then(|parent| standings.get(parent)?.issuer(parent));
    if let Some(issuer) = &issuer {
        if !can_sign(facts, issuer.name) {
            return Err(CaError::KeyNotHere(issuer.name.to_owned()).to_string());
        }
        preview.may_sign(issuer, profile).map_err(|error| error.to_string())?;
    }
    let request = request(name, authority, key)?;
    let certificate = preview.authority(name, issuer.as_ref(), profile, &request).map_err(|error| error.to_string())?;
    // Those that the store has were looked at; these are not there yet.
    let namesake = standings.iter().find(|(_, standing)| match standing {
        Standing::Changing { certificate: other, .. } => other.subject.matches(&certificate.subject),
        Standing::Same { .. } | Standing::Broken => false,
    });
    if let Some((other, _)) = namesake {
        let subject = &certificate.subject;
        return Err(format!("{subject} is the name of authority {other} already, which has another key"));
    }
    let above = issuer.map(|issuer| std::iter::once(issuer.certificate).chain(issuer.chain).cloned().collect());
    Ok(Standing::Changing { certificate: Box::new(certificate), chain: above.unwrap_or_default() })
}

/// Why an authority's certificate has to be made anew.
fn changes(
    facts: &Facts<'_>,
    preview: &Preview<'_>,
    profile: &Profile,
    (name, authority): (&str, &Authority),
    (certificate, chain): (&Certificate, &[Certificate]),
    parent: Option<(&str, Option<&Standing>)>,
) -> Result<Vec<String>, String> {
    let issuer = match parent {
        None if !chain.is_empty() => return Ok(vec!["it becomes a root".to_owned()]),
        None => None,
        Some((parent, standing)) => {
            let Some(issuer) = standing.and_then(|standing| standing.facts(parent)) else {
                let is_new = !facts.state.authorities.contains_key(parent);
                let why = if is_new { "is to stand above it" } else { "above it is made anew" };
                return Ok(vec![format!("{parent} {why}")]);
            };
            if chain.first() != Some(issuer.certificate) {
                let was = chain.first().is_some_and(|above| above.subject == issuer.certificate.subject);
                let why = if was { "above it was made anew" } else { "is to stand above it" };
                return Ok(vec![format!("{parent} {why}")]);
            }
            Some(issuer)
        }
    };
    let key = certificate.public_key().map_err(|error| error.to_string())?;
    let request = request(name, authority, key)?;
    let new = preview.authority(name, issuer.as_ref(), profile, &request).map_err(|error| error.to_string())?;
    let mut why = differences(certificate, &new);
    why.extend(validity_differs(certificate, &request.validity, profile, chain, facts.situation.now, &new));
    Ok(why)
}

/// What an authority is asked for, with a key.
///
/// # Errors
/// When its subject cannot be written.
pub fn request(name: &str, authority: &Authority, key: PublicKey) -> Result<Request, String> {
    let subject = match (&authority.subject, &authority.cn) {
        (Some(subject), _) => subject.clone(),
        (None, Some(cn)) => common_name(cn)?,
        (None, None) => common_name(&format!("{name} CA"))?,
    };
    Ok(Request {
        name: subject.common_name().or_else(|| Some(name.to_owned())),
        subject: Some(subject),
        validity: Validity { not_before: None, not_after: authority.not_after, span: authority.validity },
        variables: authority.set.clone(),
        name_constraints: authority.constraints(),
        path_len: authority.path_len,
        ..Request::new(key)
    })
}

fn common_name(text: &str) -> Result<Name, String> {
    Name::common_name_only(text).map_err(|error: X509Error| error.to_string())
}

/// The algorithm of a new key, and why the one that is there does not do.
pub(super) fn key_change(asked: Option<Algorithm>, profile: &Profile, key: &PublicKey) -> Option<(Algorithm, String)> {
    let kind = key.kind();
    match asked {
        Some(algorithm) if algorithm.kind() != kind => Some((algorithm, format!("key {kind} → {algorithm}"))),
        None if !profile.allows_key(kind) => {
            let algorithm = profile.default_algorithm();
            Some((algorithm, format!("the profile {} allows no {kind}: key → {algorithm}", profile.name())))
        }
        _ => None,
    }
}

/// Whether the store has an authority's key, or is going to have it.
pub(super) fn can_sign(facts: &Facts<'_>, name: &str) -> bool {
    let described = facts.manifest.authorities.get(name);
    let is_brought = described.is_some_and(|authority| authority.private_key.is_some());
    match facts.state.authorities.get(name) {
        Some(record) => record.key || is_brought,
        // One that is to be made needs somebody who can sign above it.
        None => match described {
            Some(Authority { certificate: None, parent, .. }) => {
                parent.as_deref().is_none_or(|parent| can_sign(facts, parent))
            }
            _ => is_brought,
        },
    }
}

fn brought(
    facts: &Facts<'_>,
    standings: &BTreeMap<&str, Standing>,
    (name, authority): (&str, &Authority),
    record: Option<&AuthorityRecord>,
    plan: &mut Plan,
) -> Result<Standing, String> {
    let step = |action, why: &str| Step {
        action,
        kind: Kind::Authority,
        name: name.to_owned(),
        why: vec![why.to_owned()],
        follows: false,
        work: Work::Authority(AuthorityWork { key: None, anew: false }),
    };
    let file = match (facts.situation.brought.get(name), record) {
        (Some(Ok(file)), _) => file,
        // What the store has does not need its file, and goes on signing.
        (Some(Err(why)), Some(record)) => {
            plan.problem(Kind::Authority, name, why);
            return same(record, true);
        }
        (Some(Err(why)), None) => return Err(why.clone()),
        (None, _) => return Err("its certificate was not read".to_owned()),
    };
    match record {
        Some(record) if record.certificate().is_ok_and(|there| there == *file) => {
            if authority.private_key.is_some() && !record.key {
                plan.steps.push(step(Action::Change, "its key is brought in"));
            }
            same(record, true)
        }
        Some(record) if is_resigned(record, file).unwrap_or_default() => Err(format!(
            "it was signed again: certwright authority import {name} --cert FILE takes the new certificate"
        )),
        Some(_) => Err("the store has another certificate under this name than the file".to_owned()),
        None => {
            if let Some(other) = holder(facts, standings, file) {
                return Err(format!("it is the certificate of authority {other} already: describe it once"));
            }
            let has_key = authority.private_key.is_some();
            let why = if has_key { "brought in, with its key" } else { "brought in, an anchor, without its key" };
            plan.steps.push(step(Action::Create, why));
            // What stands above it is found when it is brought in.
            Ok(Standing::Changing { certificate: Box::new(file.clone()), chain: Vec::new() })
        }
    }
}

/// The authority that has a certificate, or is going to have it.
fn holder<'a>(
    facts: &'a Facts<'_>,
    standings: &BTreeMap<&'a str, Standing>,
    certificate: &Certificate,
) -> Option<&'a str> {
    let mut known = facts.state.authorities.values();
    let known = known.find(|record| record.certificate().is_ok_and(|there| there.is_same_authority(certificate)));
    let described = standings.iter().find(|(name, standing)| {
        standing.issuer(name).is_some_and(|issuer| issuer.certificate.is_same_authority(certificate))
    });
    known.map(|record| record.authority.as_str()).or_else(|| described.map(|(name, _)| *name))
}

pub(super) fn same(record: &AuthorityRecord, keep: bool) -> Result<Standing, String> {
    let (certificate, chain) = read(record).map_err(|error| error.to_string())?;
    Ok(Standing::Same { certificate: Box::new(certificate), chain, keep })
}

fn read(record: &AuthorityRecord) -> Result<(Certificate, Vec<Certificate>), X509Error> {
    Ok((record.certificate()?, record.chain()?))
}

/// An authority is not made anew by itself because it grows old: that changes what others trust.
fn remark(facts: &Facts<'_>, name: &str, certificate: &Certificate, plan: &mut Plan) {
    let now = facts.situation.now;
    let end = format_instant(certificate.not_after);
    if now > certificate.not_after {
        plan.notes.push(format!("authority {name} expired on {end}"));
    } else if now >= due_from(certificate.not_before, certificate.not_after) {
        plan.notes.push(format!("authority {name} has two thirds of its life behind it and ends at {end}"));
    }
}

/// The authorities whose certificate changes.
pub(super) fn changing<'a>(standings: &BTreeMap<&'a str, Standing>) -> BTreeSet<&'a str> {
    let is_changing = |standing: &Standing| matches!(standing, Standing::Changing { .. });
    standings.iter().filter(|(_, standing)| is_changing(standing)).map(|(name, _)| *name).collect()
}
