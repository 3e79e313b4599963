//! What is guessed of a certificate.

use serde_json::{Map, Value, json};

use super::authority::spans;
use super::word;
use crate::issuance::Profiles;
use crate::keys::Algorithm;
use crate::store::{CertificateRecord, DeliveryForm, DeliveryRecord, State, lineage_name};
use crate::x509::time::format_instant;
use crate::x509::{Certificate, GeneralName};

pub(super) struct CertificateGuess {
    keep: bool,
    authority: String,
    /// What is certain.
    facts: Map<String, Value>,
    /// Ways to ask for its names, likely ones first.
    names: Vec<Map<String, Value>>,
    name: usize,
    /// Ways to ask for its validity.
    validities: Vec<(&'static str, String)>,
    validity: usize,
}

impl CertificateGuess {
    /// What it is called in a manifest, and how it may be described; `None` where nothing gives its name in the store.
    pub(super) fn new(
        state: &State,
        record: &CertificateRecord,
        deliveries: &[DeliveryRecord],
        notes: &mut Vec<String>,
    ) -> Option<(String, Self)> {
        let certificate = record.certificate().ok()?;
        let common_name = certificate.subject.common_name().filter(|name| !name.is_empty());
        let sans: Vec<String> = certificate.subject_alt_names.iter().map(GeneralName::value).collect();
        let mut candidates = common_name.iter().chain(&sans).chain([&record.lineage]);
        let name = candidates.find(|name| lineage_name(name) == record.lineage)?.clone();
        let mut guess = Self {
            // Nothing says where the request is of one whose key is elsewhere; no other words would give it the same key in another store.
            keep: record.authority.is_empty() || !state.authorities.contains_key(&record.authority) || !record.key,
            authority: record.authority.clone(),
            facts: Map::new(),
            names: requests(&name, &certificate, common_name.as_deref(), &sans),
            name: 0,
            validities: spans(&certificate).into_iter().map(|span| ("validity", span)).collect(),
            validity: 0,
        };
        guess.validities.push(("not_after", format_instant(certificate.not_after)));
        let mut put = |key: &str, value: Value| drop(guess.facts.insert(key.to_owned(), value));
        if record.profile != "server" {
            put("profile", json!(record.profile));
        }
        let algorithm = certificate.public_key().ok().and_then(|key| Algorithm::of_kind(key.kind()));
        let usual = Profiles::default().get(&record.profile).ok().map(|profile| profile.default_algorithm());
        if let Some(algorithm) = algorithm.filter(|algorithm| Some(*algorithm) != usual) {
            put("key", json!(algorithm.as_str()));
        }
        if !record.variables.is_empty() {
            put("set", json!(record.variables));
        }
        let mut deliver = Vec::new();
        for known in deliveries.iter().filter(|_| !guess.keep) {
            match delivery(known, record, &name) {
                Ok(value) => deliver.push(value),
                Err(why) => notes.push(format!("{name}: the files in {} are not described: {why}", known.path)),
            }
        }
        if !deliver.is_empty() {
            put("deliver", deliver.into());
        }
        Some((name, guess))
    }

    pub(super) fn value(&self, _name: &str, usual: Option<&str>) -> Value {
        if self.keep {
            return json!({"keep": true});
        }
        let mut value = self.facts.clone();
        if usual != Some(&self.authority) {
            value.insert("authority".to_owned(), json!(self.authority));
        }
        if let Some(names) = self.names.get(self.name) {
            value.extend(names.clone());
        }
        if let Some((key, text)) = self.validity.checked_sub(1).and_then(|index| self.validities.get(index)) {
            value.insert((*key).to_owned(), json!(text));
        }
        value.into()
    }

    /// Uses other words for what was found to differ. Says whether there are none left, so that it is kept as it is from now on.
    pub(super) fn learn(&mut self, why: &[String]) -> bool {
        let is_validity = |why: &&String| why.starts_with("validity ");
        let (validity, names) = (why.iter().any(|why| is_validity(&why)), !why.iter().all(|why| is_validity(&why)));
        if validity {
            self.validity += 1;
        }
        if names || why.is_empty() {
            self.name += 1;
        }
        let gives_up = self.name >= self.names.len() || self.validity > self.validities.len();
        gives_up && !std::mem::replace(&mut self.keep, true)
    }
}

/// The ways in which a certificate with these names may have been asked for.
fn requests(
    key: &str,
    certificate: &Certificate,
    common_name: Option<&str>,
    sans: &[String],
) -> Vec<Map<String, Value>> {
    let all: Vec<String> = certificate.subject_alt_names.iter().map(ToString::to_string).collect();
    let others = |name: &str| -> Vec<&String> {
        certificate
            .subject_alt_names
            .iter()
            .zip(&all)
            .filter(|(san, _)| san.value() != name)
            .map(|(_, text)| text)
            .collect()
    };
    let mut ways: Vec<Map<String, Value>> = Vec::new();
    let mut names: Vec<&str> = vec![key];
    names.extend(common_name);
    names.extend(sans.first().map(String::as_str));
    names.dedup();
    let subject = (!certificate.subject.is_empty()).then(|| certificate.subject.to_string());
    for subject in [None, subject.as_ref()] {
        for name in &names {
            for sans in [others(name), all.iter().collect()] {
                let mut way = Map::new();
                let mut put = |key: &str, value: Value| drop(way.insert(key.to_owned(), value));
                if *name != key {
                    put("name", json!(name));
                }
                if !sans.is_empty() {
                    put("names", json!(sans));
                }
                if let Some(subject) = subject {
                    put("subject", json!(subject));
                }
                if !ways.contains(&way) {
                    ways.push(way);
                }
            }
        }
        if ways.is_empty() || certificate.subject.is_empty() {
            break;
        }
    }
    ways
}

/// Files that were put somewhere, as a manifest says it.
fn delivery(known: &DeliveryRecord, record: &CertificateRecord, name: &str) -> Result<Value, &'static str> {
    if known.serial != record.serial {
        return Err("they are those of an older certificate");
    }
    let mut value = Map::new();
    let mut put = |key: &str, one: Value| drop(value.insert(key.to_owned(), one));
    match &known.form {
        DeliveryForm::Keystore { key_password: true, .. } => return Err("their key has a password of its own"),
        DeliveryForm::Truststore { .. } => return Err("they are anchors"),
        DeliveryForm::Bundle { key, encrypted } => {
            put("pem", json!(known.path));
            if !key {
                put("key", json!(false));
            }
            if *encrypted {
                put("passphrase", json!("prompt"));
            }
        }
        DeliveryForm::Certificate { fullchain } => {
            put("certificate", json!(known.path));
            if *fullchain {
                put("fullchain", json!(true));
            }
        }
        DeliveryForm::Export { target, role, format, preset, variables } => {
            put("export", json!(target));
            put("to", json!(known.path));
            put("role", json!(role));
            put("format", json!(format));
            if !variables.is_empty() {
                put("set", json!(variables));
            }
            if let Some(preset) = preset {
                put("preset", json!(preset));
            }
        }
        DeliveryForm::Keystore { format, preset, alias, include_root, protected, .. } => {
            put("keystore", json!(known.path));
            put("format", json!(word(format)));
            if *alias != lineage_name(name) {
                put("alias", json!(alias));
            }
            if *include_root {
                put("include_root", json!(true));
            }
            if let Some(preset) = preset {
                put("preset", json!(preset));
            }
            if *protected && word(format) == "pem" {
                put("storepass", json!("prompt"));
            }
        }
    }
    Ok(value.into())
}
