//! Issuance from end to end, and each of its decisions.

use std::sync::OnceLock;

use time::OffsetDateTime;
use time::macros::datetime;

use super::*;
use crate::issuance::{CsrRequest, Profiles, Validity};
use crate::keys::{Algorithm, PrivateKey};
use crate::x509::extension::{NameConstraints, Subtree};
use crate::x509::time::Span;
use crate::x509::{Csr, Extension, oid};

mod csr;
mod golden;
mod names;
mod refusals;
mod speed;
mod subject;
mod validity;

const NOW: OffsetDateTime = datetime!(2026-07-01 12:00 UTC);

/// A key of an algorithm, made once.
fn key(algorithm: Algorithm) -> &'static PrivateKey {
    static KEYS: OnceLock<std::sync::Mutex<Vec<(Algorithm, &'static PrivateKey)>>> = OnceLock::new();
    let mut keys = KEYS.get_or_init(Default::default).lock().unwrap();
    if let Some((_, key)) = keys.iter().find(|(known, _)| *known == algorithm) {
        return key;
    }
    let key: &'static PrivateKey = Box::leak(Box::new(PrivateKey::generate(algorithm).unwrap()));
    keys.push((algorithm, key));
    key
}

fn serial() -> Serial {
    Serial::from_random([0x5a; 20])
}

fn profile(name: &str) -> Profile {
    Profiles::default().get(name).unwrap()
}

fn custom(json: serde_json::Value) -> Profile {
    Profile::from_json("custom", json.to_string().as_bytes()).unwrap()
}

/// A server profile with some fields replaced.
fn server_with(fields: serde_json::Value) -> Profile {
    let mut json: serde_json::Value = serde_json::from_str(profile("server").json()).unwrap();
    for (name, value) in fields.as_object().unwrap() {
        json[name] = value.clone();
    }
    custom(json)
}

fn request(algorithm: Algorithm, name: &str) -> Request {
    Request { name: Some(name.to_owned()), ..Request::new(key(algorithm).public_key().clone()) }
}

fn leaf(name: &str) -> Request {
    request(Algorithm::EcP256, name)
}

/// An authority for tests: its key and certificate and those above it.
struct Authority {
    key: PrivateKey,
    certificate: Certificate,
    chain: Vec<Certificate>,
}

impl Authority {
    fn root_with(adjust: impl FnOnce(&mut Request)) -> Self {
        let key = PrivateKey::generate(Algorithm::EcP384).unwrap();
        let mut request = Request { name: Some("Test Root".into()), ..Request::new(key.public_key().clone()) };
        adjust(&mut request);
        let prepared = prepare(&profile("root"), &request, None, &Urls::default(), serial(), NOW).unwrap();
        Self { certificate: prepared.sign(&key).unwrap().certificate, key, chain: Vec::new() }
    }

    fn root() -> &'static Self {
        static ROOT: OnceLock<Authority> = OnceLock::new();
        ROOT.get_or_init(|| Self::root_with(|_| {}))
    }

    fn issuing() -> &'static Self {
        static ISSUING: OnceLock<Authority> = OnceLock::new();
        ISSUING.get_or_init(|| Self::root().below("Test Issuing"))
    }

    fn below(&self, name: &str) -> Self {
        let key = PrivateKey::generate(Algorithm::EcP256).unwrap();
        let request = Request { name: Some(name.into()), ..Request::new(key.public_key().clone()) };
        let certificate = self.issue("intermediate", &request).certificate;
        let chain = std::iter::once(&self.certificate).chain(&self.chain).cloned().collect();
        Self { key, certificate, chain }
    }

    fn facts(&self) -> IssuerFacts<'_> {
        IssuerFacts { name: "issuing", certificate: &self.certificate, chain: &self.chain }
    }

    fn prepare(&self, profile: &Profile, request: &Request) -> Result<Prepared, IssuanceError> {
        prepare(profile, request, Some(&self.facts()), &Urls::default(), serial(), NOW)
    }

    fn issue(&self, name: &str, request: &Request) -> Issued {
        self.issue_with(&profile(name), request)
    }

    fn issue_with(&self, profile: &Profile, request: &Request) -> Issued {
        self.prepare(profile, request).unwrap().sign(&self.key).unwrap()
    }

    /// The reasons of a refusal, joined.
    fn refuse(&self, profile: &Profile, request: &Request) -> String {
        match self.prepare(profile, request) {
            Err(IssuanceError::Refused(reasons)) => reasons.join("; "),
            other => panic!("not refused: {other:?}"),
        }
    }
}

fn issue(name: &str, request: &Request) -> Issued {
    Authority::issuing().issue(name, request)
}

fn refuse(name: &str, request: &Request) -> String {
    Authority::issuing().refuse(&profile(name), request)
}

fn gn(text: &str) -> GeneralName {
    text.parse().unwrap()
}

/// The alternative names as text.
fn sans(issued: &Issued) -> Vec<String> {
    issued.certificate.subject_alt_names.iter().map(ToString::to_string).collect()
}

/// A request as a CSR makes it.
fn csr(subject: &str, names: &[GeneralName], extensions: &[Extension]) -> Request {
    let subject = if subject.is_empty() { Name::empty() } else { Name::parse(subject).unwrap() };
    let mut all = extensions.to_vec();
    if !names.is_empty() {
        all.push(Extension::subject_alt_name(names, false).unwrap());
    }
    Request::from_csr(&Csr::create(&subject, &all, key(Algorithm::EcP256)).unwrap()).unwrap()
}
