//! Certificates: issued, issued again because something differs or they are due, or left as they are.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;

use super::age::{self, Age, endless};
use super::authorities::{Standing, can_sign, key_change, same};
use super::compare::{differences, validity_differs};
use super::{Action, CertificateWork, Facts, KeyChoice, Kind, Plan, Step, Work, deliveries};
use crate::ca::{CaError, Preview, in_parallel, is_to_be_moved, renewing_authority};
use crate::issuance::{IssuerFacts, Profile, ProfileError, Request};
use crate::keys::{Algorithm, PublicKey};
use crate::manifest::model::{Certificate as Described, Delivery, Manifest};
use crate::store::CertificateRecord;
use crate::x509::time::Span;
use crate::x509::{Certificate, RevocationReason, X509Error};

/// What is found about one certificate.
enum Finding {
    /// It is to be issued.
    Issue { action: Action, why: Vec<String>, key: KeyChoice, follows: bool, due: bool, new: Rehearsed },
    /// It is as described; perhaps there is something to know.
    Same(Option<String>),
    /// It stays as it is, and so do its files.
    Left(Option<String>),
    /// It cannot be as described.
    Problem(String),
}

/// A certificate as it is going to be, and those above it.
struct Rehearsed {
    certificate: Box<Certificate>,
    above: Vec<Certificate>,
}

/// Adds what is to be done; `revoked` are the serials that other steps revoke for good.
pub(super) fn plan(
    facts: &Facts<'_>,
    standings: &BTreeMap<&str, Standing>,
    revoked: &BTreeSet<String>,
    plan: &mut Plan,
) {
    let manifest = facts.manifest;
    let described = manifest.certificates.values().filter(|certificate| !certificate.keep);
    let profiles = facts.read_profiles(described.map(|certificate| manifest.profile_of(certificate)));
    let preview = Preview::new(facts.state, facts.settings, facts.situation.now);
    let look = Look { facts, standings, revoked, profiles, preview, stand_ins: Mutex::default() };
    let work: Vec<(&String, &Described)> = manifest.certificates.iter().collect();
    let found = in_parallel(work, |(name, certificate)| {
        let record = facts.newest.get(Described::lineage(name).as_str()).copied();
        let finding = look.at(name, certificate, record).unwrap_or_else(Finding::Problem);
        let files = match (&finding, record) {
            (Finding::Same(_), Some(record)) => deliveries::plan(facts, name, certificate, record),
            _ => Vec::new(),
        };
        Ok::<_, std::convert::Infallible>((name, record, finding, files))
    });
    let Ok(found) = found;
    for (name, record, finding, files) in found {
        match finding {
            Finding::Problem(why) => plan.problem(Kind::Certificate, name, why),
            Finding::Same(note) | Finding::Left(note) => {
                plan.notes.extend(note.map(|note| format!("{name}: {note}")));
                plan.steps.extend(files);
            }
            Finding::Issue { action, why, key, follows, due, new: Rehearsed { certificate: preview, above } } => {
                let work = CertificateWork { key, before: record.cloned().map(Box::new), due, preview, above };
                let (kind, name) = (Kind::Certificate, name.clone());
                plan.steps.push(Step { action, kind, name, why, follows, work: Work::Certificate(work) });
            }
        }
    }
}

struct Look<'a> {
    facts: &'a Facts<'a>,
    standings: &'a BTreeMap<&'a str, Standing>,
    revoked: &'a BTreeSet<String>,
    profiles: BTreeMap<&'a str, Result<Profile, ProfileError>>,
    preview: Preview<'a>,
    /// Keys that stand in for those that are to be made.
    stand_ins: Mutex<BTreeMap<Algorithm, PublicKey>>,
}

impl Look<'_> {
    fn at(&self, name: &str, described: &Described, record: Option<&CertificateRecord>) -> Result<Finding, String> {
        let manifest = self.facts.manifest;
        if described.keep {
            return match record {
                Some(record) => age::kept(self.facts, described, record).map(Finding::Left),
                None => Err("it is to be kept, and the store has no such certificate".to_owned()),
            };
        }
        let profile = match self.profiles.get(manifest.profile_of(described)) {
            Some(Ok(profile)) => profile,
            Some(Err(error)) => return Err(error.to_string()),
            None => return Err("its profile is not known".to_owned()),
        };
        if profile.is_authority() {
            return Err(format!("the profile {} is for authorities: describe it there", profile.name()));
        }
        let named = manifest.authority_of(described).ok_or("nothing says which authority signs it")?;
        let (state, now) = (self.facts.state, self.facts.situation.now);
        // What another one has replaced stands for that one; what it signed before stays until it is due.
        let successor = renewing_authority(state, named, now);
        let signed_by = record.map(|record| record.authority.as_str());
        let is_old =
            |by: &str| named != successor && by != successor && renewing_authority(state, by, now) == successor;
        let authority = signed_by.filter(|by| is_old(by)).unwrap_or(successor);
        let standing_of = |name: &str| match (self.standings.get(named), self.standings.get(name)) {
            (Some(Standing::Broken) | None, _) | (_, Some(Standing::Broken)) => None,
            (_, Some(standing)) => Some(Cow::Borrowed(standing)),
            (Some(above), None) => {
                let keep = matches!(above, Standing::Same { keep: true, .. });
                state.authorities.get(name).and_then(|record| same(record, keep).ok()).map(Cow::Owned)
            }
        };
        let broken = |name: &str| format!("the authority that signs it, {name}, cannot be as described");
        let standing = standing_of(authority).ok_or_else(|| broken(authority))?;
        let standing = standing.as_ref();
        let csr = self.csr(name, described)?;
        let new_key = match csr {
            Some(_) => KeyChoice::Requested,
            None => KeyChoice::New(manifest.key_of(described).unwrap_or_else(|| profile.default_algorithm())),
        };
        // What is issued is issued by the successor.
        let issue = |action, why: Vec<String>, key, follows, due, there: Option<&PublicKey>| {
            let standing = standing_of(successor).ok_or_else(|| broken(successor))?;
            let issuer = standing.issuer(successor).ok_or_else(|| broken(successor))?;
            if !can_sign(self.facts, successor) {
                return Err(CaError::KeyNotHere(successor.to_owned()).to_string());
            }
            if matches!(key, KeyChoice::New(_)) && record.is_some_and(|record| is_of_others(described, record)) {
                return Err(elsewhere(&why));
            }
            let asked = match (csr, key, there) {
                (Some(csr), ..) => Asked::Csr(csr),
                (None, KeyChoice::Same, Some(there)) => Asked::Key(there.clone()),
                (None, KeyChoice::New(algorithm), _) => Asked::Key(self.stand_in(algorithm)?),
                (None, ..) => return Err("its key is not known".to_owned()),
            };
            let new = self.rehearse((name, described), profile, &issuer, asked)?;
            let mut why = why;
            // Whoever wrote the request chose these.
            match (csr, record) {
                (Some(_), Some(record)) if key == KeyChoice::Requested => {
                    let old = record.certificate().map_err(|error: X509Error| error.to_string())?;
                    why.extend(differences(&old, &new.certificate));
                }
                (Some(_), None) => why.push(format!("names {}", names_of(&new.certificate))),
                _ => {}
            }
            Ok(Finding::Issue { action, why, key, follows, due, new })
        };
        let Some(record) = record else {
            let key = match (new_key, &described.csr) {
                (KeyChoice::New(algorithm), _) => algorithm.to_string(),
                (_, file) => format!("for the request {}", file.as_deref().unwrap_or(Path::new("")).display()),
            };
            let mut why = vec![format!("by {authority}"), format!("profile {}", profile.name()), key];
            let places = described.deliver.iter().filter_map(|delivery| delivery.place());
            why.extend(places.map(|place| format!("to {}", place.path().display())));
            return issue(Action::Create, why, new_key, false, false, None);
        };
        let old = record.certificate().map_err(|error: X509Error| error.to_string())?;
        let key = old.public_key().map_err(|error| error.to_string())?;
        let same_key = csr.is_none_or(|csr| csr.public_key == key);
        let entry = self.facts.found(self.facts.state.revocation_of(&record.authority, &record.serial));
        match entry.map(|entry| entry.reason) {
            Some(Some(RevocationReason::CertificateHold)) if !self.revoked.contains(&record.serial) => {
                return Ok(Finding::Left(Some("it is on hold, and left alone".to_owned())));
            }
            None if !self.revoked.contains(&record.serial) => {}
            _ => {
                if csr.is_some() && same_key {
                    return Err(
                        "it is revoked, and the request has the same key: put one with a new key there".to_owned()
                    );
                }
                let follows = self.revoked.contains(&record.serial);
                let why = vec!["it is revoked: a new one with a new key".to_owned()];
                return issue(Action::Change, why, new_key, follows, false, None);
            }
        }
        let mut why = Vec::new();
        let mut choice = KeyChoice::Same;
        if !same_key {
            choice = new_key;
            why.push("the request has another key".to_owned());
        } else if csr.is_none() && !record.key && described.deliver.iter().any(Delivery::takes_key) {
            choice = new_key;
            why.push("its key is not in the store: a new one".to_owned());
        } else if csr.is_none()
            && let Some((algorithm, reason)) = key_change(manifest.key_of(described), profile, &key)
        {
            choice = KeyChoice::New(algorithm);
            why.push(reason);
        }
        if record.profile != profile.name() {
            why.push(format!("profile {} → {}", record.profile, profile.name()));
        }
        let moved = (record.authority != authority).then(|| {
            let before = if record.authority.is_empty() { "itself" } else { &record.authority };
            format!("signed by {before} → {authority}")
        });
        let Standing::Same { certificate, chain, keep } = standing else {
            why.push(moved.unwrap_or_else(|| format!("{authority}, which signs it, is made anew")));
            return issue(Action::Change, why, choice, false, false, Some(&key));
        };
        let signer = self.facts.found(self.facts.state.issuer_of(&record.serial));
        if let Some(moved) = moved {
            why.push(moved);
        } else if !keep
            && signer.map(|signer| (&signer.certificate, &signer.chain))
                != state.authorities.get(authority).map(|now| (&now.certificate, &now.chain))
        {
            why.push(format!("{authority}, which signed it, was made anew"));
        }
        let issuer = IssuerFacts { name: authority, certificate, chain };
        let above: Vec<Certificate> = std::iter::once(certificate.as_ref()).chain(chain).cloned().collect();
        let asked = request(manifest, name, described, csr.map_or_else(|| Asked::Key(key.clone()), Asked::Csr));
        if choice == KeyChoice::Same {
            let new = match self.preview.certificate(&issuer, profile, &asked) {
                Ok(new) => new,
                // What was signed long ago need not be signable today, as long as nothing is asked of it.
                Err(error) => return Err(error.to_string()),
            };
            why.extend(differences(&old, &new));
            why.extend(validity_differs(&old, &asked.validity, profile, &above, now, &new));
            if why.is_empty() && is_to_be_moved(state, authority, None, now).map_err(|error| error.to_string())? {
                let why = vec![format!("{authority} retires: {successor} signs it")];
                return issue(Action::Change, why, choice, false, true, Some(&key));
            }
            if why.is_empty() {
                let new = match authority == successor {
                    true => new,
                    // Its successor may have it live longer.
                    false => {
                        let issuer = standing_of(successor).ok_or_else(|| broken(successor))?;
                        let issuer = issuer.facts(successor).ok_or_else(|| broken(successor))?;
                        self.preview.certificate(&issuer, profile, &asked).map_err(|error| error.to_string())?
                    }
                };
                return match age::due(self.facts, described, &old, &new)? {
                    Age::Fresh(note) => Ok(Finding::Same(note)),
                    Age::Due(why) => issue(Action::Change, vec![why], KeyChoice::Same, false, true, Some(&key)),
                };
            }
        }
        issue(Action::Change, why, choice, false, false, Some(&key))
    }

    /// A certificate as it is going to be, or why it would be refused.
    fn rehearse(
        &self,
        (name, described): (&str, &Described),
        profile: &Profile,
        issuer: &IssuerFacts<'_>,
        asked: Asked<'_>,
    ) -> Result<Rehearsed, String> {
        self.preview.may_sign(issuer, profile).map_err(|error| error.to_string())?;
        let request = request(self.facts.manifest, name, described, asked);
        let new = self.preview.certificate(issuer, profile, &request).map_err(|error| error.to_string())?;
        if let Some(window) = self.facts.manifest.renew_of(described)
            && request.validity.not_after.is_none()
        {
            let length = request.validity.span.unwrap_or_else(|| profile.default_validity());
            let end = |span: Span| span.after(new.not_before).map_err(|error| error.to_string());
            if end(window)? >= end(length)? {
                return Err(endless(window));
            }
        }
        let above = std::iter::once(issuer.certificate).chain(issuer.chain).cloned().collect();
        Ok(Rehearsed { certificate: Box::new(new), above })
    }

    /// What the certificate's signing request asks for, if it has one.
    fn csr(&self, name: &str, described: &Described) -> Result<Option<&Request>, String> {
        match (&described.csr, self.facts.situation.requests.get(name)) {
            (None, _) => Ok(None),
            (Some(_), Some(Ok(request))) => Ok(Some(request)),
            (Some(_), Some(Err(why))) => Err(why.clone()),
            (Some(_), None) => Err("its request was not read".to_owned()),
        }
    }

    /// A key that stands in for one that is to be made, the same for all: an RSA key takes its time even so.
    fn stand_in(&self, algorithm: Algorithm) -> Result<PublicKey, String> {
        let mut known = self.stand_ins.lock().map_err(|_| "the plan was not finished".to_owned())?;
        if let Some(key) = known.get(&algorithm) {
            return Ok(key.clone());
        }
        let key = PublicKey::stand_in(algorithm).map_err(|error| error.to_string())?;
        known.insert(algorithm, key.clone());
        Ok(key)
    }
}

/// Whether somebody else has the key of a certificate that is there, and nothing described says that certwright is to have one: its
/// files would be those of a key that they do not have.
fn is_of_others(described: &Described, record: &CertificateRecord) -> bool {
    described.csr.is_none() && !record.key && !described.deliver.iter().any(Delivery::takes_key)
}

/// Why such a one does not get a new key.
fn elsewhere(why: &[String]) -> String {
    let why = why.first().map(|why| format!("{why}; ")).unwrap_or_default();
    format!(
        "{why}but its key is with whoever made its request: name one with a new key in \"csr\", deliver a key with \"pem\", \
         \"keystore\" or \"export\" for one of the store, or describe it as keep: true"
    )
}

/// The names of a certificate in a few words.
fn names_of(certificate: &Certificate) -> String {
    let names = certificate.subject_alt_names.iter().map(ToString::to_string);
    let subject = (!certificate.subject.is_empty()).then(|| certificate.subject.to_string());
    subject.into_iter().chain(names).collect::<Vec<_>>().join(", ")
}

/// What is behind a certificate that a manifest describes.
pub enum Asked<'a> {
    /// A key, and the words of the manifest alone.
    Key(PublicKey),
    /// What a certificate signing request asks for.
    Csr(&'a Request),
}

/// What a certificate is asked for. What it is for is said by the manifest, else by the request, else by its key in the manifest.
pub fn request(manifest: &Manifest, name: &str, described: &Described, asked: Asked<'_>) -> Request {
    let asked = match asked {
        Asked::Key(key) => Request::new(key),
        Asked::Csr(request) => request.clone(),
    };
    let own = described.name.clone().or_else(|| asked.name.clone());
    Request {
        name: Some(own.unwrap_or_else(|| name.to_owned())),
        subject: described.subject.clone(),
        names: described.names.clone(),
        validity: manifest.validity_of(described),
        variables: described.set.clone(),
        ..asked
    }
}
