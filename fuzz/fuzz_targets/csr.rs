//! A request from anyone, up to the certificate that could be signed for it, and what is said about it.

#![no_main]

use std::sync::OnceLock;

use certwright::issuance::{IssuerFacts, Profile, Profiles, Request, Urls, prepare};
use certwright::keys::{Algorithm, PrivateKey};
use certwright::x509::{Certificate, Csr, Name, Serial};
use libfuzzer_sys::fuzz_target;
use time::OffsetDateTime;

fuzz_target!(|bytes: &[u8]| {
    let Ok(csr) = Csr::read(bytes) else { return };
    assert_eq!(Csr::from_der(csr.der()).expect("what was read is read again"), csr);
    printable(&csr.subject.to_string());
    csr.subject_alt_names.iter().for_each(|name| printable(&name.to_string()));
    // Nearly no mutated request is signed by its own key: go on without the proof, to reach what comes after it.
    let request = match Request::from_csr(&csr) {
        Ok(request) => request,
        Err(error) => {
            printable(&error.to_string());
            let Ok(public_key) = csr.public_key() else { return };
            Request {
                subject: Some(csr.subject.clone()),
                names: csr.subject_alt_names.clone(),
                ..Request::new(public_key)
            }
        }
    };
    let Setup { profile, authority } = setup();
    let facts = IssuerFacts { name: "root", certificate: authority, chain: &[] };
    let serial = Serial::from_random([0x5a; 20]);
    match prepare(profile, &request, Some(&facts), &Urls::default(), serial, now()) {
        Err(error) => printable(&error.to_string()),
        Ok(prepared) => {
            let report = prepared.report();
            report.dropped.iter().for_each(|dropped| printable(&dropped.to_string()));
            [&report.asked, &report.allowed, &report.added, &report.notes]
                .into_iter()
                .flatten()
                .for_each(|line| printable(line));
            let tbs = prepared.tbs();
            assert!(!certwright::x509::GeneralName::encode_all(&tbs_names(tbs)).expect("names encode").is_empty());
        }
    }
});

struct Setup {
    profile: Profile,
    authority: Certificate,
}

fn setup() -> &'static Setup {
    static SETUP: OnceLock<Setup> = OnceLock::new();
    SETUP.get_or_init(|| {
        let profiles = Profiles::default();
        let key = PrivateKey::generate(Algorithm::EcP256).expect("a key");
        let request = Request {
            name: Some("Fuzz Root".into()),
            subject: Some(Name::common_name_only("Fuzz Root").expect("a name")),
            ..Request::new(key.public_key().clone())
        };
        let root = profiles.get("root").expect("the root profile");
        let serial = Serial::from_random([0x7a; 20]);
        let prepared = prepare(&root, &request, None, &Urls::default(), serial, now()).expect("a root");
        Setup {
            profile: profiles.get("server").expect("the server profile"),
            authority: prepared.sign(&key).expect("a signature").certificate,
        }
    })
}

fn tbs_names(tbs: &certwright::x509::TbsCertificate) -> Vec<certwright::x509::GeneralName> {
    let is_san = |extension: &&certwright::x509::Extension| extension.oid.to_string() == "2.5.29.17";
    let value = tbs.extensions.iter().find(is_san).map(|extension| extension.value.clone());
    value.map(|der| certwright::x509::GeneralName::parse_all(&der).expect("what is signed is read")).unwrap_or_default()
}

fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_800_000_000).expect("a time")
}

fn printable(text: &str) {
    assert!(!text.chars().any(|char| char.is_control()), "{text:?}");
}
