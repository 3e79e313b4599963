//! From a store to a manifest that describes it.
//!
//! The journal does not say which words were typed. So a description is guessed, compared with the store as `apply` would do it, and
//! what does not come out as it is there is described in more words, until nothing would change. What no words describe (a
//! certificate for somebody's request, an authority from elsewhere) is named as kept.

mod authority;
mod certificate;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use self::authority::AuthorityGuess;
use self::certificate::CertificateGuess;
use super::{Kind, Manifest, ManifestError, Seen, Situation, Work, plan, written_for};
use crate::ca::responder_lineage;
use crate::issuance::Profile;
use crate::store::{CertificateRecord, CrlSchedule, DeliveryForm, DeliveryRecord, State, StoreError};
use crate::x509::RevocationReason;

/// How often a description is made longer.
const MOST_ROUNDS: usize = 24;

/// A description of a store.
#[derive(Debug)]
pub struct Description {
    /// The manifest.
    pub manifest: Value,
    /// What it does not describe.
    pub notes: Vec<String>,
}

/// Describes a store: applying the result changes nothing that is not due. `profiles` are those that the store has.
///
/// # Errors
/// [`ManifestError`] when no description of it can be read again, which would be a bug.
pub fn describe(
    state: &State,
    profiles: &[(String, Vec<u8>)],
    now: OffsetDateTime,
) -> Result<Description, ManifestError> {
    let mut sketch = Sketch::new(state, profiles, now).map_err(|error| ManifestError(error.to_string()))?;
    for _ in 0..MOST_ROUNDS {
        let value = sketch.value();
        let text = serde_json::to_vec(&value).map_err(|error| ManifestError(error.to_string()))?;
        let manifest = Manifest::read(&text, Some(super::Notation::Json), |_| Ok(()))?;
        let (brought, anchors, requests) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let look = |_: &Path| Seen::NotLooked;
        let described: Vec<(String, Vec<u8>)> = Vec::new();
        let situation = Situation {
            state,
            store_profiles: profiles,
            profiles: &described,
            brought: &brought,
            anchors: &anchors,
            requests: &requests,
            look: &look,
            anchors_in: &|_| Vec::new(),
            now,
            prune: false,
            rewrite: false,
        };
        let plan = plan(&manifest, &situation).map_err(|error| ManifestError(error.to_string()))?;
        if !sketch.learn(&plan) {
            return Ok(Description { manifest: value, notes: sketch.notes });
        }
    }
    Err(ManifestError("no description was found that would change nothing".to_owned()))
}

/// The note for what no words describe.
fn kept(kind: &str, step: &super::Step) -> String {
    let (name, why) = (&step.name, step.why.join("; "));
    format!(
        "{kind} {name} is kept as it is, and never renewed by apply: described in full it would change at once ({why})"
    )
}

/// A description that is being made.
struct Sketch<'a> {
    state: &'a State,
    profiles: Vec<(String, Value)>,
    authorities: BTreeMap<&'a str, AuthorityGuess>,
    certificates: BTreeMap<String, CertificateGuess>,
    truststores: Vec<Value>,
    revocations: Vec<Value>,
    /// Who signs most.
    usual: Option<String>,
    notes: Vec<String>,
}

impl<'a> Sketch<'a> {
    fn new(state: &'a State, profiles: &[(String, Vec<u8>)], now: OffsetDateTime) -> Result<Self, StoreError> {
        let (mut read, mut notes) = (Vec::new(), Vec::new());
        for (name, json) in profiles {
            let checked = Profile::from_json(name, json).map_err(|error| error.to_string());
            match checked.and_then(|_| serde_json::from_slice(json).map_err(|error| error.to_string())) {
                Ok(profile) => read.push((name.clone(), profile)),
                Err(why) => notes.push(format!("the profile {name} is not described: {why}")),
            }
        }
        let mut sketch = Self {
            state,
            profiles: read,
            authorities: BTreeMap::new(),
            certificates: BTreeMap::new(),
            truststores: truststores(state, now)?,
            revocations: revocations(state, now)?,
            usual: None,
            notes,
        };
        for (name, record) in &state.authorities {
            sketch.authorities.insert(name, AuthorityGuess::new(state, record));
        }
        for name in state.requested.keys() {
            sketch.notes.push(format!("authority {name} waits for its certificate"));
        }
        let mut newest: BTreeMap<&str, &CertificateRecord> = BTreeMap::new();
        let mut signed: BTreeMap<&str, usize> = BTreeMap::new();
        state.for_each_in_lineage::<StoreError>(&mut |row, is_newest| {
            if is_newest && let Some(record) = state.by_serial(row.serial)? {
                newest.insert(&record.lineage, record);
            }
            Ok(())
        })?;
        let mut delivered: BTreeMap<String, Vec<DeliveryRecord>> = BTreeMap::new();
        for delivery in state.all_deliveries()? {
            delivered.entry(delivery.lineage.clone()).or_default().push(delivery);
        }
        let mut elsewhere = 0;
        for (lineage, record) in newest {
            if lineage.starts_with("authority-") || lineage == responder_lineage(&record.authority) {
                continue;
            }
            let entry = state.revocation_of(&record.authority, &record.serial)?;
            let is_revoked = entry.is_some_and(|entry| entry.reason != Some(RevocationReason::CertificateHold));
            if is_revoked || record.not_after().is_ok_and(|end| end < now) {
                continue;
            }
            let mut deliveries = delivered.remove(lineage).unwrap_or_default();
            deliveries.sort_by(|one, other| (&one.path, &one.file).cmp(&(&other.path, &other.file)));
            match CertificateGuess::new(state, record, &deliveries, &mut sketch.notes) {
                Some((name, guess)) => {
                    elsewhere += usize::from(!record.key);
                    *signed.entry(&record.authority).or_default() += 1;
                    sketch.certificates.insert(name, guess);
                }
                None => sketch.notes.push(format!("nothing says what the certificates of {lineage} are called")),
            }
        }
        if elsewhere > 0 {
            let these = match elsewhere {
                1 => "1 certificate is for a key that is elsewhere, and kept as it is".to_owned(),
                count => format!("{count} certificates are for keys that are elsewhere, and kept as they are"),
            };
            sketch.notes.push(format!(
                "{these}: \"certwright renew --due\" renews such; name a request in \"csr\" instead, and apply does"
            ));
        }
        let most = signed.iter().max_by_key(|(_, count)| **count).map(|(name, _)| (*name).to_owned());
        let usual = most.or_else(|| state.settings.default_authority.clone());
        sketch.usual = usual.filter(|name| state.authorities.contains_key(name));
        Ok(sketch)
    }

    fn value(&self) -> Value {
        let mut manifest = Map::new();
        let mut defaults = Map::new();
        if let Some(usual) = &self.usual {
            defaults.insert("authority".to_owned(), json!(usual));
        }
        // Only what is made anew takes them, and nobody but the operator knows where they come from.
        defaults.insert("passphrase".to_owned(), json!("prompt"));
        defaults.insert("storepass".to_owned(), json!("prompt"));
        manifest.insert("defaults".to_owned(), defaults.into());
        let mut add = |name: &str, value: Value| {
            let is_empty = value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty);
            if !is_empty {
                manifest.insert(name.to_owned(), value);
            }
        };
        add("settings", self.settings());
        add("profiles", self.profiles.iter().cloned().collect::<Map<_, _>>().into());
        let authority = |(name, guess): (&&str, &AuthorityGuess)| {
            let mut value = guess.value();
            if let (Some(schedule), Some(map)) = (self.state.settings.crl.get(*name), value.as_object_mut()) {
                map.insert("crl".to_owned(), crl(schedule));
            }
            ((*name).to_owned(), value)
        };
        add("authorities", self.authorities.iter().map(authority).collect::<Map<_, _>>().into());
        let certificate =
            |(name, guess): (&String, &CertificateGuess)| (name.clone(), guess.value(name, self.usual.as_deref()));
        add("certificates", self.certificates.iter().map(certificate).collect::<Map<_, _>>().into());
        add("truststores", self.truststores.clone().into());
        add("revocations", self.revocations.clone().into());
        manifest.into()
    }

    fn settings(&self) -> Value {
        let settings = &self.state.settings;
        let mut value = Map::new();
        for (name, urls) in [
            ("crl_urls", &settings.crl_urls),
            ("ca_issuers_urls", &settings.ca_issuer_urls),
            ("ocsp_urls", &settings.ocsp_urls),
        ] {
            if !urls.is_empty() {
                value.insert(name.to_owned(), json!(urls));
            }
        }
        let known = settings.default_authority.as_ref().filter(|name| self.state.authorities.contains_key(*name));
        if let Some(name) = known {
            value.insert("default_authority".to_owned(), json!(name));
        }
        value.into()
    }

    /// Describes in other words what would change; whether there was anything.
    fn learn(&mut self, plan: &super::Plan) -> bool {
        let mut learned = false;
        // What is made anew because of something above it may be described well.
        let waits = |step: &super::Step| step.why.iter().any(|why| why.ends_with("is made anew"));
        for step in &plan.steps {
            match (&step.work, step.kind) {
                _ if waits(step) => {}
                (Work::Authority(_), _) => {
                    if let Some(guess) = self.authorities.get_mut(step.name.as_str()) {
                        if guess.learn(&step.why) {
                            self.notes.push(kept("authority", step));
                        }
                        learned = true;
                    }
                }
                (Work::Certificate(work), _) if !work.due => {
                    if let Some(guess) = self.certificates.get_mut(&step.name) {
                        if guess.learn(&step.why) {
                            self.notes.push(kept("certificate", step));
                        }
                        learned = true;
                    }
                }
                (Work::Truststore(work), _) if !learned => {
                    let why = "it holds other anchors than authorities have: say \"files\" with them";
                    self.notes.push(format!("the truststore {} is not described: {why}", step.name));
                    if work.index < self.truststores.len() {
                        self.truststores.remove(work.index);
                    }
                    // The others have moved.
                    return true;
                }
                _ => {}
            }
        }
        for (kind, name, _) in &plan.problems {
            match kind {
                Kind::Authority => {
                    if let Some(guess) = self.authorities.get_mut(name.as_str()) {
                        learned |= guess.keep();
                    }
                }
                Kind::Certificate => {
                    if let Some(guess) = self.certificates.get_mut(name) {
                        guess.learn(&[]);
                        learned = true;
                    }
                }
                _ => {}
            }
        }
        learned
    }
}

fn crl(schedule: &CrlSchedule) -> Value {
    let mut value = Map::new();
    for (name, text) in
        [("validity", &schedule.validity), ("overlap", &schedule.overlap), ("delta_validity", &schedule.delta_validity)]
    {
        if let Some(text) = text {
            value.insert(name.to_owned(), json!(text));
        }
    }
    for (name, flag) in [("keep_expired", schedule.keep_expired), ("distribution_point", schedule.distribution_point)] {
        if flag {
            value.insert(name.to_owned(), json!(true));
        }
    }
    value.into()
}

fn truststores(state: &State, now: OffsetDateTime) -> Result<Vec<Value>, StoreError> {
    let mut found: Vec<(String, Value)> = Vec::new();
    for record in state.all_deliveries()? {
        let DeliveryForm::Truststore { format, preset, anchors } = &record.form else { continue };
        let Some(name) = record.lineage.strip_prefix("authority-").filter(|name| state.authorities.contains_key(*name))
        else {
            continue;
        };
        let names = written_for(state, Some(name), anchors, now).unwrap_or_else(|| vec![name]);
        let mut value = json!({"to": record.path, "authorities": names, "format": word(format)});
        if let (Some(preset), Some(map)) = (preset, value.as_object_mut()) {
            map.insert("preset".to_owned(), json!(preset));
        }
        found.push((record.path.clone(), value));
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(found.into_iter().map(|(_, value)| value).collect())
}

/// What a manifest calls a format of keystores.
fn word(format: &str) -> &'static str {
    match format {
        "PKCS#12" => "p12",
        "JKS" => "jks",
        "hashed" => "hashed",
        _ => "pem",
    }
}

/// What is revoked and has not expired.
fn revocations(state: &State, now: OffsetDateTime) -> Result<Vec<Value>, StoreError> {
    state.load_revocations()?;
    let mut all = Vec::new();
    state.for_each_certificate::<StoreError>(&mut |row| {
        let entry = match row.serial().filter(|_| row.not_after().is_ok_and(|end| end >= now)) {
            Some(serial) => state.revocation(row.authority, &serial)?,
            None => None,
        };
        let Some(entry) = entry else { return Ok(()) };
        let mut value = json!({"serial": row.serial});
        if let (Some(reason), Some(map)) = (entry.reason, value.as_object_mut()) {
            map.insert("reason".to_owned(), json!(reason.to_string()));
        }
        all.push(value);
        Ok(())
    })?;
    Ok(all)
}
