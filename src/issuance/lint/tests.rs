//! Each rule with a certificate that breaks it, made from one that breaks none.

use std::collections::BTreeSet;

use time::macros::datetime;

mod cases;

use cases::cases;

use super::*;
use crate::keys::{Algorithm, PrivateKey, SignatureAlgorithm};
use crate::x509::tlv::{self, Reader, Tlv};
use crate::x509::{Extension, GeneralName, KeyUsage, Name, NameConstraints, Oid, Serial, TbsCertificate, oid};

/// A server's certificate that breaks no rule.
fn server() -> TbsCertificate {
    TbsCertificate {
        serial: Serial::from_random([0x5a; 20]),
        issuer: Name::parse("CN=Issuer").unwrap(),
        not_before: datetime!(2026-07-01 12:00 UTC),
        not_after: datetime!(2026-10-01 12:00 UTC),
        subject: Name::parse("CN=www.corp.test").unwrap(),
        public_key: key().public_key().clone(),
        extensions: vec![
            Extension::basic_constraints(false, None),
            Extension::key_usage(KeyUsage::DIGITAL_SIGNATURE),
            Extension::extended_key_usage(&[oid::EKU_SERVER_AUTH], false),
            Extension::subject_key_identifier(&[1; 20]),
            Extension::authority_key_identifier(&[2; 20]),
            san(&["dns:www.corp.test"]),
        ],
    }
}

/// An authority's certificate that breaks no rule.
fn authority() -> TbsCertificate {
    let mut tbs = server();
    tbs.subject = Name::parse("CN=Authority").unwrap();
    tbs.extensions = vec![
        Extension::basic_constraints(true, Some(0)),
        Extension::key_usage(KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN)),
        Extension::subject_key_identifier(&[1; 20]),
        Extension::authority_key_identifier(&[2; 20]),
    ];
    tbs
}

fn key() -> &'static PrivateKey {
    static KEY: std::sync::OnceLock<PrivateKey> = std::sync::OnceLock::new();
    KEY.get_or_init(|| PrivateKey::generate(Algorithm::EcP256).unwrap())
}

fn san(names: &[&str]) -> Extension {
    let names: Vec<GeneralName> = names.iter().map(|name| name.parse().unwrap()).collect();
    Extension::subject_alt_name(&names, false).unwrap()
}

fn raw_san(names: &[GeneralName]) -> Extension {
    Extension::subject_alt_name(names, false).unwrap()
}

fn der(tbs: &TbsCertificate) -> Vec<u8> {
    tbs.sign_der(key()).unwrap()
}

/// The findings for a certificate but for notices: the rules' names.
fn broken(certificate: &Certificate) -> BTreeSet<&'static str> {
    names(&lint(certificate))
}

fn names(findings: &[Finding]) -> BTreeSet<&'static str> {
    findings.iter().filter(|finding| !HARMLESS.contains(&finding.rule)).map(|finding| finding.rule).collect()
}

/// What the certificates here lack, so that their cases stay short.
const HARMLESS: [&str; 1] = ["cdp-missing"];

/// Replaces or adds an extension.
fn set(tbs: &mut TbsCertificate, extension: Extension) {
    match tbs.extensions.iter_mut().find(|own| own.oid == extension.oid) {
        Some(own) => *own = extension,
        None => tbs.extensions.push(extension),
    }
}

fn remove(tbs: &mut TbsCertificate, oid: Oid) {
    tbs.extensions.retain(|extension| extension.oid != oid);
}

fn set_critical(tbs: &mut TbsCertificate, oid: Oid, critical: bool) {
    tbs.extensions.iter_mut().find(|extension| extension.oid == oid).unwrap().critical = critical;
}

fn usage(names: &[&str]) -> Extension {
    let usage = names.iter().fold(KeyUsage::default(), |all, name| all.with(KeyUsage::from_name(name).unwrap()));
    Extension::key_usage(usage)
}

/// The certificate with an element of its signed part replaced: 0 version, 1 serial, 2 algorithm (both, unless the outer one
/// is given), 4 validity, 6 key, 7 extensions.
fn replaced(tbs: &TbsCertificate, index: usize, element: &[u8], outer_algorithm: Option<&[u8]>) -> Vec<u8> {
    let der = der(tbs);
    let mut outer = Reader::new(Tlv::only_contents(&der, tlv::SEQUENCE).unwrap());
    let mut fields = Reader::new(outer.expect(tlv::SEQUENCE).unwrap());
    let mut parts = Vec::new();
    while !fields.is_empty() {
        parts.push(fields.read().unwrap().whole.to_vec());
    }
    parts[index] = element.to_vec();
    let own_algorithm = outer.read().unwrap().whole;
    let algorithm = outer_algorithm.unwrap_or(if index == 2 { element } else { own_algorithm });
    let signature = outer.read().unwrap().whole;
    let tbs = tlv::encode(tlv::SEQUENCE, &parts.concat());
    tlv::encode(tlv::SEQUENCE, &[&tbs, algorithm, signature].concat())
}

/// As [`replaced`], for what is a certificate still.
fn patch(tbs: &TbsCertificate, index: usize, element: &[u8]) -> Certificate {
    Certificate::from_der(&replaced(tbs, index, element, None)).unwrap()
}

/// The key of an algorithm.
fn spki(algorithm: Algorithm) -> Vec<u8> {
    PrivateKey::generate(algorithm).unwrap().public_key().spki_der().to_vec()
}

/// An RSA key for PSS that only looks like one.
fn rsa_pss() -> Vec<u8> {
    let rsa = rsa(2048, &[1, 0, 1]);
    let mut fields = Reader::new(Tlv::only_contents(&rsa, tlv::SEQUENCE).unwrap());
    fields.read().unwrap();
    let algorithm = [0x30, 11, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
    tlv::encode(tlv::SEQUENCE, &[&algorithm[..], fields.read().unwrap().whole].concat())
}

fn times(first: (u8, &str), second: (u8, &str)) -> Vec<u8> {
    let time = |(tag, text): (u8, &str)| tlv::encode(tag, text.as_bytes());
    tlv::encode(tlv::SEQUENCE, &[time(first), time(second)].concat())
}

/// An RSA key that only looks like one.
fn rsa(bits: usize, exponent: &[u8]) -> Vec<u8> {
    let mut modulus = vec![0; bits.div_ceil(8)];
    modulus[0] = 1 << ((bits - 1) % 8);
    *modulus.last_mut().unwrap() |= 1;
    if modulus[0] & 0x80 != 0 {
        modulus.insert(0, 0);
    }
    let numbers = [tlv::encode(tlv::INTEGER, &modulus), tlv::encode(tlv::INTEGER, exponent)].concat();
    let bits = [vec![0], tlv::encode(tlv::SEQUENCE, &numbers)].concat();
    let algorithm = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
    tlv::encode(tlv::SEQUENCE, &[algorithm.as_slice(), &tlv::encode(tlv::BIT_STRING, &bits)].concat())
}

fn compressed_point() -> Vec<u8> {
    let spki = key().public_key().spki_der();
    let point = &spki[spki.len() - 65..];
    let algorithm = b"\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
    let bits = [&[0, 2 | point[64] & 1], &point[1..33]].concat();
    tlv::encode(tlv::SEQUENCE, &[algorithm.as_slice(), &tlv::encode(tlv::BIT_STRING, &bits)].concat())
}

fn subject_of(oid_and_value: &[u8]) -> Name {
    let rdn = tlv::encode(tlv::SET, &tlv::encode(tlv::SEQUENCE, oid_and_value));
    Name::from_der(&tlv::encode(tlv::SEQUENCE, &rdn)).unwrap()
}

#[test]
fn sound_certificates_break_no_rule() {
    for tbs in [server(), authority()] {
        assert_eq!(broken(&Certificate::from_der(&der(&tbs)).unwrap()), BTreeSet::new());
    }
}

#[test]
fn each_rule_finds_the_certificate_that_breaks_it() {
    for case in cases() {
        assert!(
            case.findings().iter().any(|finding| finding.rule == case.rule),
            "{}: {:?}",
            case.rule,
            case.findings()
        );
    }
}

#[test]
fn each_rule_is_told_in_full_and_has_a_case() {
    let names: Vec<&str> = rules().map(|rule| rule.name).collect();
    let set: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), set.len());
    assert!(names.len() >= 90);
    let mut tried: BTreeSet<&str> = cases().iter().map(|case| case.rule).collect();
    for bytes in [&b"\x30\x03\x02\x01\x00"[..], b"\x30\x80\x00\x00", b"\x30\x81\x00"] {
        tried.insert(unreadable(bytes, "").rule);
    }
    assert_eq!(set, tried);
    for rule in rules() {
        assert!(!rule.demand.is_empty() && !rule.remedy.is_empty() && !rule.source.is_empty(), "{}", rule.name);
        let targets: BTreeSet<Target> = rule.cares.iter().map(|care| care.target).collect();
        assert_eq!(targets.len(), rule.cares.len(), "{}: a target twice", rule.name);
    }
}

#[test]
fn one_fault_is_not_many_findings() {
    let mut expected = 0;
    for case in cases() {
        let beside: Vec<_> = names(&case.findings()).into_iter().filter(|other| *other != case.rule).collect();
        expected += beside.len();
        // Where there are no extensions at all, those that must be there are missing.
        let most = if case.rule == "extensions-empty" { 5 } else { 3 };
        assert!(beside.len() <= most, "{}: {beside:?}", case.rule);
    }
    assert!(expected < cases().len());
}

#[test]
fn targets_see_what_they_refuse_as_an_error() {
    let mut tbs = server();
    remove(&mut tbs, oid::SUBJECT_ALT_NAME);
    tbs.not_after = datetime!(2029-07-01 0:00 UTC);
    let findings = lint(&Certificate::from_der(&der(&tbs)).unwrap());
    let seen = |targets: &[Target]| -> Vec<(&str, Severity)> {
        for_targets(&findings, targets).iter().map(|finding| (finding.rule, finding.severity)).collect()
    };
    assert_eq!(seen(&[Target::Go]), [("san-missing", Severity::Error)]);
    assert_eq!(seen(&[Target::Openssl]), []);
    assert_eq!(seen(&[Target::Apple]), [("san-missing", Severity::Error), ("validity-too-long", Severity::Error)]);
    assert_eq!(seen(&[Target::Windows]), [("cdp-missing", Severity::Warning)]);
    assert_eq!(seen(&[]).len(), findings.len());
    assert!(
        seen(&[Target::Rfc5280]).iter().all(|(rule, severity)| *rule == "cdp-missing" && *severity == Severity::Notice)
    );
}

#[test]
fn targets_are_read_by_several_names() {
    for target in Target::ALL {
        assert_eq!(target.as_str().parse(), Ok(target));
        assert!(rules().any(|rule| rule.severity_for(target).is_some()), "{target}: no rule is about it");
    }
    assert_eq!("python".parse(), Ok(Target::Python313));
    assert_eq!("webpki".parse(), Ok(Target::Rustls));
    assert!("jaba".parse::<Target>().unwrap_err().contains("one of apple "));
}

#[test]
fn the_worst_findings_come_first() {
    let mut tbs = server();
    remove(&mut tbs, oid::SUBJECT_KEY_IDENTIFIER);
    set_critical(&mut tbs, oid::AUTHORITY_KEY_IDENTIFIER, true);
    remove(&mut tbs, oid::EXTENDED_KEY_USAGE);
    let findings = lint(&Certificate::from_der(&der(&tbs)).unwrap());
    let severities: Vec<Severity> = findings.iter().map(|finding| finding.severity).collect();
    assert_eq!(severities, [Severity::Error, Severity::Warning, Severity::Notice, Severity::Notice]);
}

#[test]
fn messages_are_safe_to_print() {
    for case in cases() {
        for finding in case.findings() {
            assert!(!finding.message.chars().any(char::is_control), "{}: {finding:?}", case.rule);
        }
    }
}

#[test]
fn rsa_pss_keys_and_the_others_have_their_usages() {
    for algorithm in [Algorithm::Ed25519, Algorithm::MlDsa44] {
        let mut tbs = server();
        tbs.public_key = PrivateKey::generate(algorithm).unwrap().public_key().clone();
        set(&mut tbs, usage(&["digitalSignature", "keyAgreement"]));
        let certificate = Certificate::from_der(&der(&tbs)).unwrap();
        assert!(broken(&certificate).contains("key-usage-unfit-for-key"));
    }
    let mut tbs = server();
    set(&mut tbs, usage(&["digitalSignature", "keyAgreement", "encipherOnly"]));
    assert_eq!(broken(&Certificate::from_der(&der(&tbs)).unwrap()), BTreeSet::new());
}

#[test]
fn damaged_certificates_do_not_make_it_panic() {
    let mut read = 0;
    for case in cases().iter().step_by(5) {
        let der = case.certificate.der();
        for at in 0..der.len() {
            let mut damaged = der.to_vec();
            damaged[at] ^= 1 << (at % 8);
            if let Ok(salvaged) = Certificate::salvage(&damaged) {
                let defects = &salvaged.defects;
                let findings = lint_subject(Subject { defects, ..Subject::new(&salvaged.certificate) });
                assert!(findings.iter().all(|finding| !finding.message.chars().any(char::is_control)));
                read += 1;
            }
        }
    }
    assert!(read > 1000);
}

/// Give a directory of certificates in `CERTWRIGHT_TEST_CERTIFICATES`.
#[test]
#[ignore = "needs a collection of certificates"]
fn foreign_certificates_do_not_make_it_panic() {
    for file in std::fs::read_dir(std::env::var("CERTWRIGHT_TEST_CERTIFICATES").expect("a directory")).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for certificate in crate::x509::pem::read_certificates(&bytes).unwrap_or_default() {
            for finding in lint(&certificate) {
                assert!(!finding.message.chars().any(char::is_control), "{finding:?}");
            }
        }
    }
}
