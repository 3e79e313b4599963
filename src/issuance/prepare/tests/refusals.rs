//! Keys, chains, constraints, and what signing makes sure of.

use super::*;
use crate::keys::{KeyError, SignatureAlgorithm, Signer};
use crate::x509::KeyUsage;

fn permit(permitted: &[&str], excluded: &[&str]) -> Option<NameConstraints> {
    let parse = |texts: &[&str]| texts.iter().map(|text| Subtree::parse(text).unwrap()).collect();
    Some(NameConstraints { permitted: parse(permitted), excluded: parse(excluded) })
}

fn constrained(permitted: &[&str], excluded: &[&str]) -> Authority {
    Authority::root_with(|request| request.name_constraints = permit(permitted, excluded))
}

#[test]
fn keys_that_the_profile_does_not_allow_are_refused() {
    let reason = refuse("kafka-broker", &request(Algorithm::Ed25519, "kafka.corp.test"));
    assert!(reason.starts_with("the profile kafka-broker allows no Ed25519 keys, only ec-p256"), "{reason}");
}

#[test]
fn small_rsa_keys_are_refused() {
    let profile = server_with(serde_json::json!({ "key": { "min_rsa_bits": 3072 } }));
    let reason = Authority::issuing().refuse(&profile, &request(Algorithm::Rsa2048, "a.test"));
    assert!(reason.contains("weak key: RSA modulus of 2048 bits"), "{reason}");
}

#[test]
fn an_authoritys_key_is_not_certified_again() {
    let issuing = Authority::issuing();
    for used in [&issuing.key, &Authority::root().key] {
        let request = Request { name: Some("a.test".into()), ..Request::new(used.public_key().clone()) };
        let reason = issuing.refuse(&profile("server"), &request);
        assert!(reason.contains("an authority's own key"), "{reason}");
    }
}

#[test]
fn an_intermediate_with_path_length_zero_makes_no_authority() {
    let reason = refuse("intermediate", &leaf("Third"));
    assert!(reason.contains("path"), "{reason}");
}

#[test]
fn the_path_length_shrinks_to_the_room_that_is_left() {
    let profile = custom(serde_json::json!({
        "description": "deep", "kind": "authority", "validity": { "default": "1d" },
        "subject": { "template": "CN={{ name }}" }, "key_usage": ["keyCertSign", "cRLSign"],
        "basic_constraints": { "path_len": 9 }
    }));
    let root = Authority::root_with(|request| request.path_len = Some(2));
    let issued = root.issue_with(&profile, &leaf("Sub"));
    assert_eq!(issued.certificate.basic_constraints.unwrap().path_len, Some(1));
    let asked = Request { path_len: Some(0), ..leaf("Sub") };
    assert_eq!(root.issue_with(&profile, &asked).certificate.basic_constraints.unwrap().path_len, Some(0));
    assert!(refuse("server", &Request { path_len: Some(0), ..leaf("a.test") }).contains("for authorities only"));
}

#[test]
fn what_is_not_permitted_is_shut_out() {
    let root = constrained(&["corp.test"], &[]);
    let constraints = root.certificate.name_constraints.as_ref().unwrap();
    let show = |list: &[Subtree]| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    assert_eq!(show(&constraints.permitted), "dns:corp.test email:nothing.invalid uri:nothing.invalid");
    assert_eq!(show(&constraints.excluded), "ip:0.0.0.0/0 ip:::/0");
    assert!(root.certificate.extension(&oid::NAME_CONSTRAINTS).unwrap().critical);

    assert_eq!(sans(&root.issue("server", &leaf("www.corp.test"))), ["dns:www.corp.test"]);
    for (profile_name, name) in [
        ("server", "www.evil.test"),
        ("server", "127.0.0.1"),
        ("server", "::1"),
        ("client", "email:a@corp.test"),
        ("client", "uri:https://corp.test/"),
    ] {
        let reason = root.refuse(&profile(profile_name), &leaf(name));
        assert!(reason.contains("subtree"), "{name}: {reason}");
    }
}

#[test]
fn a_common_name_that_openssl_takes_for_a_forbidden_host_is_left_out() {
    let root = constrained(&["10.0.0.0/8"], &[]);
    let issued = root.issue("server", &leaf("10.0.0.1"));
    assert!(issued.certificate.subject.is_empty());
    assert!(issued.report.notes[0].contains("goes without CN=10.0.0.1"), "{:?}", issued.report.notes);
    assert!(root.refuse(&profile("code-signing"), &leaf("builds.corp.test")).contains("reads as a DNS name"));
    assert_eq!(root.issue("code-signing", &leaf("Builds")).certificate.subject.to_string(), "CN=Builds");
    let both = Request { names: vec![gn("10.0.0.1")], ..leaf("www.corp.test") };
    let root = constrained(&["10.0.0.0/8", "corp.test"], &[]);
    assert_eq!(root.issue("server", &both).certificate.subject.to_string(), "CN=www.corp.test");
    assert!(root.issue("server", &leaf("10.0.0.1")).certificate.subject.is_empty());
}

#[test]
fn each_kind_is_shut_in_its_own_way() {
    let show = |authority: &Authority| {
        let constraints = authority.certificate.name_constraints.clone().unwrap();
        let list = |subtrees: &[Subtree]| subtrees.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        format!("{} | {}", list(&constraints.permitted), list(&constraints.excluded))
    };
    assert_eq!(
        show(&constrained(&["10.0.0.0/8"], &[])),
        "ip:10.0.0.0/8 dns:nothing.invalid email:nothing.invalid uri:nothing.invalid | "
    );
    let all = ["corp.test", "10.0.0.0/8", "email:corp.test", "uri:corp.test"];
    assert_eq!(show(&constrained(&all, &[])), "dns:corp.test ip:10.0.0.0/8 email:corp.test uri:corp.test | ");
    assert_eq!(show(&constrained(&[], &["evil.test"])), " | dns:evil.test");
    assert_eq!(show(&constrained(&["dirname:O=Acme"], &[])), "dirname:O=Acme | ");
    assert_eq!(
        show(&constrained(&["corp.test"], &["lab.corp.test"])),
        "dns:corp.test email:nothing.invalid uri:nothing.invalid | dns:lab.corp.test ip:0.0.0.0/0 ip:::/0"
    );
}

#[test]
fn a_profile_constrains_its_authorities() {
    let profile = custom(serde_json::json!({
        "description": "constrained", "kind": "authority", "validity": { "default": "1d" },
        "subject": { "template": "CN={{ name }}" }, "key_usage": ["keyCertSign", "cRLSign"],
        "name_constraints": { "permit": [".corp.test"], "shut_other_kinds": false }
    }));
    let asked = Request { name_constraints: permit(&["dns:corp.test", "10.0.0.0/8"], &[]), ..leaf("Sub") };
    let issued = Authority::root().issue_with(&profile, &asked);
    let permitted = issued.certificate.name_constraints.unwrap().permitted;
    assert_eq!(permitted.iter().map(ToString::to_string).collect::<Vec<_>>(), ["dns:corp.test", "ip:10.0.0.0/8"]);
    let asked = Request { name_constraints: permit(&["corp.test"], &[]), ..leaf("a.test") };
    assert!(refuse("server", &asked).contains("for authorities only"));
}

#[test]
fn what_is_permitted_in_vain_is_said() {
    let profile = profile("intermediate");
    let asked = Request { name_constraints: permit(&["a.corp.test", "other.test", "10.0.0.0/8"], &[]), ..leaf("Sub") };
    let notes = |authority: &Authority| authority.issue_with(&profile, &asked).report.notes.join("\n");
    let notes_below = notes(&constrained(&["corp.test"], &[]));
    for vain in ["dns:other.test", "ip:10.0.0.0/8"] {
        assert!(notes_below.contains(&format!("{vain} is permitted in vain: CN=")), "{notes_below}");
    }
    assert_eq!(notes_below.matches("in vain").count(), 2, "{notes_below}");
    assert!(!notes(Authority::root()).contains("in vain"));
}

#[test]
fn urls_come_from_the_profile_or_the_store() {
    let (crl, issuers, ocsp) = (
        ["http://pki.test/{{ authority }}.crl".to_owned()],
        ["http://pki.test/{{ authority }}.crt".to_owned()],
        ["http://ocsp.test/".to_owned()],
    );
    let urls = Urls { crl: &crl, ca_issuers: &issuers, ocsp: &ocsp };
    let issuing = Authority::issuing();
    let facts = IssuerFacts { name: "a b", ..issuing.facts() };
    let make = |profile: &Profile| {
        let prepared = prepare(profile, &leaf("a.test"), Some(&facts), &urls, serial(), NOW).unwrap();
        prepared.sign(&issuing.key).unwrap().certificate
    };
    let certificate = make(&profile("server"));
    assert_eq!(certificate.crl_urls, ["http://pki.test/a%20b.crl"]);
    assert_eq!(certificate.ca_issuer_urls, ["http://pki.test/a%20b.crt"]);
    assert_eq!(certificate.ocsp_urls, ["http://ocsp.test/"]);
    let own = server_with(serde_json::json!({ "crl_distribution_points": ["http://x.test/{{ name }}"], "ocsp": [] }));
    let certificate = make(&own);
    assert_eq!((certificate.crl_urls, certificate.ocsp_urls), (vec!["http://x.test/a.test".into()], vec![]));
    assert_eq!(certificate.ca_issuer_urls, ["http://pki.test/a%20b.crt"]);

    let key = key(Algorithm::EcP384);
    let request = request(Algorithm::EcP384, "Root");
    let root = prepare(&profile("root"), &request, None, &urls, serial(), NOW).unwrap().sign(key).unwrap();
    assert_eq!(root.certificate.crl_urls, Vec::<String>::new());
}

#[test]
fn extra_extensions_and_policies_are_written() {
    let profile = server_with(serde_json::json!({
        "policies": ["1.3.6.1.4.1.99999.1"],
        "extensions": [
            { "oid": "1.3.6.1.5.5.7.1.24", "value": "hex:30:03:02:01:05" },
            { "oid": "1.2.3.4", "value": "utf8:für {{ name }}" },
            { "oid": "1.2.3.5", "value": "asn1-null" }
        ]
    }));
    let certificate = Authority::issuing().issue_with(&profile, &leaf("a.test")).certificate;
    let value = |dotted: &str| certificate.extension(&crate::x509::Oid::new_unwrap(dotted)).unwrap().value.clone();
    assert_eq!(value("1.3.6.1.5.5.7.1.24"), [0x30, 3, 2, 1, 5]);
    assert_eq!(value("1.2.3.4"), ["\u{c}\u{b}für a.test".as_bytes()].concat());
    assert_eq!(value("1.2.3.5"), [5, 0]);
    assert!(certificate.extension(&oid::CERTIFICATE_POLICIES).is_some());
}

#[test]
fn a_certificate_that_breaks_a_rule_is_not_prepared() {
    let profile = server_with(serde_json::json!({ "key_usage": ["digitalSignature", "keyEncipherment"] }));
    match Authority::issuing().prepare(&profile, &leaf("a.test")) {
        Err(IssuanceError::Lint(findings)) => assert!(findings[0].contains("key-usage-unfit-for-key"), "{findings:?}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_self_signed_server_is_possible() {
    let key = key(Algorithm::EcP256);
    let prepared = prepare(&profile("server"), &leaf("a.test"), None, &Urls::default(), serial(), NOW).unwrap();
    let certificate = prepared.sign(key).unwrap().certificate;
    assert!(certificate.is_self_issued() && !certificate.is_ca());
    certificate.verify_signature(key.public_key()).unwrap();
}

#[test]
fn an_issuer_without_identifier_is_identified_by_its_key() {
    let issuing = Authority::issuing();
    let mut certificate = issuing.certificate.clone();
    certificate.subject_key_id = None;
    let facts = IssuerFacts { name: "x", certificate: &certificate, chain: &issuing.chain };
    let prepared = prepare(&profile("server"), &leaf("a.test"), Some(&facts), &Urls::default(), serial(), NOW).unwrap();
    let issued = prepared.sign(&issuing.key).unwrap();
    assert_eq!(issued.certificate.authority_key_id.unwrap(), issuing.key.public_key().key_id());
}

#[test]
fn another_key_does_not_sign() {
    let prepared = Authority::issuing().prepare(&profile("server"), &leaf("a.test")).unwrap();
    assert!(matches!(prepared.sign(key(Algorithm::EcP256)), Err(IssuanceError::CheckFailed(_))));
}

/// A token that is broken in some way.
struct Broken<'a>(&'a PrivateKey, fn(Signature) -> Signature);

type Signature = Result<Vec<u8>, KeyError>;

impl Signer for Broken<'_> {
    fn public_key(&self) -> &PublicKey {
        self.0.public_key()
    }

    fn signature_algorithm(&self) -> SignatureAlgorithm {
        self.0.signature_algorithm()
    }

    fn sign(&self, message: &[u8]) -> Signature {
        (self.1)(self.0.sign(message))
    }
}

#[test]
fn a_broken_token_releases_nothing() {
    let issuing = Authority::issuing();
    let prepare = || issuing.prepare(&profile("server"), &leaf("a.test")).unwrap();
    let flip = |signature: Signature| {
        signature.map(|mut octets| {
            let last = octets.len() - 1;
            octets[last] ^= 1;
            octets
        })
    };
    assert!(matches!(prepare().sign(&Broken(&issuing.key, flip)), Err(IssuanceError::CheckFailed(_))));
    let fail = |_| Err(KeyError::Failed("gone".into()));
    assert!(matches!(prepare().sign(&Broken(&issuing.key, fail)), Err(IssuanceError::Key(KeyError::Failed(_)))));
}

#[test]
fn all_reasons_are_given() {
    let mut bad = request(Algorithm::Ed25519, "Alice Smith");
    bad.validity.span = Some(Span::parse("9y").unwrap());
    bad.path_len = Some(1);
    let reasons = match Authority::issuing().prepare(&profile("kafka-broker"), &bad) {
        Err(IssuanceError::Refused(reasons)) => reasons,
        other => panic!("{other:?}"),
    };
    assert!(reasons.len() >= 4, "{reasons:#?}");
}

#[test]
fn key_usage_follows_the_key() {
    let usage = |algorithm| issue("server", &request(algorithm, "a.test")).certificate.key_usage.unwrap();
    assert_eq!(usage(Algorithm::EcP256), KeyUsage::DIGITAL_SIGNATURE);
    assert_eq!(usage(Algorithm::MlDsa44), KeyUsage::DIGITAL_SIGNATURE);
    assert_eq!(usage(Algorithm::Rsa2048), KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_ENCIPHERMENT));
}
