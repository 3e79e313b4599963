//! What becomes of what a CSR asks for.

use super::*;
use crate::x509::KeyUsage;
use crate::x509::tlv;

fn dropped(issued: &Issued) -> Vec<String> {
    issued.report.dropped.iter().map(|dropped| dropped.what.clone()).collect()
}

#[test]
fn names_that_the_profile_allows_are_taken_and_the_rest_is_dropped() {
    let request = csr("CN=www.corp.test", &[gn("api.corp.test"), gn("email:a@corp.test"), gn("10.0.0.1")], &[]);
    let issued = issue("server", &request);
    assert_eq!(sans(&issued), ["dns:www.corp.test", "dns:api.corp.test", "ip:10.0.0.1"]);
    assert_eq!(dropped(&issued), ["email:a@corp.test"]);
    assert_eq!(issued.report.dropped[0].why, "the profile server allows no email names");
    assert_eq!(issued.certificate.subject.to_string(), "CN=www.corp.test");
}

#[test]
fn no_request_gets_a_whole_top_level_domain() {
    let request = csr("CN=*.com", &[gn("www.corp.test"), gn("*.com")], &[]);
    let issued = issue("server", &request);
    assert_eq!(sans(&issued), ["dns:www.corp.test"]);
    assert_eq!(dropped(&issued), ["subject CN=*.com", "dns:*.com"]);
    let reason = refuse("server", &csr("CN=*.com", &[], &[]));
    assert!(reason.contains("every host of a top-level domain"), "{reason}");
    // What an operator types is meant.
    let own = Request { csr: None, name: Some("*.com".into()), ..csr("CN=a.test", &[], &[]) };
    assert_eq!(sans(&issue("server", &own)), ["dns:*.com"]);
}

#[test]
fn names_outside_the_patterns_are_dropped() {
    let profile = server_with(serde_json::json!({ "names": { "dns": ["*.corp.test"], "required": true } }));
    let request = csr("CN=www.corp.test", &[gn("www.evil.test"), gn("*.corp.test")], &[]);
    let issued = Authority::issuing().issue_with(&profile, &request);
    assert_eq!(sans(&issued), ["dns:www.corp.test"]);
    let why: Vec<_> = issued.report.dropped.iter().map(ToString::to_string).collect();
    assert_eq!(
        why,
        [
            "dns:www.evil.test (the profile custom allows only dns names that fit *.corp.test)",
            "dns:*.corp.test (the profile custom allows no wildcards)",
        ]
    );
}

#[test]
fn a_common_name_that_is_not_allowed_does_not_slip_into_the_subject() {
    let profile = server_with(serde_json::json!({ "names": { "dns": ["*.corp.test"], "required": true } }));
    let request = csr("CN=www.evil.test", &[gn("www.corp.test")], &[]);
    let issued = Authority::issuing().issue_with(&profile, &request);
    assert_eq!(issued.certificate.subject.to_string(), "CN=www.corp.test");
    assert_eq!(dropped(&issued), ["subject CN=www.evil.test"]);
    let reason = Authority::issuing().refuse(&profile, &csr("CN=www.evil.test", &[], &[]));
    assert!(reason.contains("needs a name (dns); left out were subject CN=www.evil.test"), "{reason}");
}

#[test]
fn a_common_name_in_prose_gives_way_to_a_name() {
    let issued = issue("server", &csr("CN=Acme Web Server", &[gn("www.corp.test")], &[]));
    assert_eq!(issued.certificate.subject.to_string(), "CN=www.corp.test");
    assert_eq!(dropped(&issued), ["subject CN=Acme Web Server"]);
}

#[test]
fn malformed_names_are_dropped_with_the_reason() {
    for bad in
        ["a_b.corp.test", "www corp.test", "www.corp.test\0.evil.test", "-x.test", "a..b", "*.*.test", "x\u{1b}[2J"]
    {
        let mut request = csr("CN=ok.corp.test", &[], &[]);
        request.csr.as_mut().unwrap().names = vec![GeneralName::Dns(bad.into())];
        let issued = issue("server", &request);
        assert_eq!(sans(&issued), ["dns:ok.corp.test"], "{bad:?}");
        let text = issued.report.dropped[0].to_string();
        assert!(text.starts_with("dns:") && text.contains("is not a valid name"), "{text}");
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
}

#[test]
fn dns_names_become_lower_case_and_duplicates_one() {
    let mut request = csr("CN=WWW.Corp.test", &[gn("www.corp.test")], &[]);
    request.csr.as_mut().unwrap().names.push(GeneralName::Dns("Www.CORP.test".into()));
    let issued = issue("server", &request);
    assert_eq!(sans(&issued), ["dns:www.corp.test"]);
    assert_eq!(dropped(&issued), Vec::<String>::new());
}

#[test]
fn extensions_come_from_the_profile() {
    let request = csr(
        "CN=www.corp.test",
        &[],
        &[
            Extension::basic_constraints(true, Some(3)),
            Extension::key_usage(KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN)),
            Extension::extended_key_usage(&[oid::EKU_SERVER_AUTH], false),
            Extension::subject_key_identifier(&[1; 20]),
            Extension { oid: crate::x509::Oid::new_unwrap("1.2.3.4"), critical: false, value: vec![5, 0] },
        ],
    );
    let issued = issue("server", &request);
    assert!(!issued.certificate.is_ca());
    let lines: Vec<_> = issued.report.dropped.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "extension basicConstraints CA:TRUE, pathlen:3 (extensions come from the profile)",
            "extension keyUsage keyCertSign, cRLSign (extensions come from the profile)",
            "extension 1.2.3.4 (extensions come from the profile)",
        ]
    );
    assert!(issued.report.allowed.contains(&"extension extendedKeyUsage serverAuth".to_owned()));
}

#[test]
fn extensions_that_the_certificate_has_anyway_are_not_dropped() {
    let request = csr(
        "CN=www.corp.test",
        &[],
        &[Extension::basic_constraints(false, None), Extension::key_usage(KeyUsage::DIGITAL_SIGNATURE)],
    );
    assert_eq!(dropped(&issue("server", &request)), Vec::<String>::new());
}

#[test]
fn strict_fails_on_a_drop() {
    let mut request = csr("CN=www.corp.test,O=Evil", &[], &[]);
    request.strict = true;
    match Authority::issuing().prepare(&profile("server"), &request) {
        Err(IssuanceError::Dropped(dropped)) => assert_eq!(dropped[0].what, "subject O=Evil"),
        other => panic!("{other:?}"),
    }
    let mut request = csr("CN=www.corp.test", &[], &[]);
    request.strict = true;
    assert!(Authority::issuing().prepare(&profile("server"), &request).is_ok());
}

#[test]
fn a_csr_is_believed_only_with_proof_of_possession() {
    let name = Name::parse("CN=a.test").unwrap();
    let csr = Csr::create(&name, &[], key(Algorithm::EcP256)).unwrap();
    let mut der = csr.der().to_vec();
    let at = der.windows(6).position(|octets| octets == b"a.test").unwrap();
    der[at] = b'b';
    let forged = Csr::from_der(&der).unwrap();
    assert!(matches!(Request::from_csr(&forged), Err(IssuanceError::Possession(_))));
}

#[test]
fn the_operators_name_goes_before_that_of_the_csr() {
    let mut request = csr("CN=old.corp.test", &[gn("old.corp.test")], &[]);
    request.name = Some("new.corp.test".into());
    let issued = issue("server", &request);
    assert_eq!(issued.certificate.subject.to_string(), "CN=new.corp.test");
    assert_eq!(sans(&issued), ["dns:new.corp.test", "dns:old.corp.test"]);
    assert_eq!(dropped(&issued), ["subject CN=old.corp.test"]);
}

#[test]
fn a_request_without_any_name_is_refused() {
    let reason = refuse("server", &csr("", &[], &[]));
    assert!(reason.contains("the profile server needs a name (dns, ip)"), "{reason}");
}

#[test]
fn a_csr_for_an_authority_keeps_its_subject_byte_for_byte() {
    // A PrintableString, and an order of its own: what Name::parse would not write.
    let der = [
        b"\x30\x1c".as_slice(),
        b"\x31\x0d\x30\x0b\x06\x03\x55\x04\x0a\x13\x04Acme",
        b"\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x13\x02CA",
    ]
    .concat();
    let mut request = csr("CN=CA", &[], &[]);
    request.csr = Some(CsrRequest { subject: Name::from_der(&der).unwrap(), names: vec![], extensions: vec![] });
    let issued = Authority::root().issue("intermediate", &request);
    assert_eq!(issued.certificate.subject.der(), der);
}

#[test]
fn old_string_types_are_written_anew() {
    let der = b"\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x14\x02\xe9A";
    let mut request = csr("CN=x", &[], &[]);
    request.name = Some("éA".into());
    request.csr = Some(CsrRequest { subject: Name::from_der(der).unwrap(), names: vec![], extensions: vec![] });
    let issued = Authority::root().issue("intermediate", &request);
    assert_eq!(issued.certificate.subject, Name::parse("CN=éA").unwrap());
}

#[test]
fn strings_with_characters_that_their_type_lacks_are_written_anew() {
    for (tag, text) in [(0x13, "Foo_Bar"), (0x13, "AT&T"), (0x13, "a@b"), (0x16, "é")] {
        let value = [&[tag, text.len() as u8], text.as_bytes()].concat();
        let attribute = |oid, value: &[u8]| {
            let contents = [&[6, 3, 0x55, 4, oid], value].concat();
            tlv::encode(tlv::SET, &tlv::encode(tlv::SEQUENCE, &contents))
        };
        let der = tlv::encode(tlv::SEQUENCE, &[attribute(10, &value), attribute(3, b"\x13\x02CA")].concat());
        let mut request = csr("CN=CA", &[], &[]);
        request.csr = Some(CsrRequest { subject: Name::from_der(&der).unwrap(), names: vec![], extensions: vec![] });
        let issued = Authority::root().issue("intermediate", &request);
        let expected = [[&[0x0c, text.len() as u8], text.as_bytes()].concat(), b"\x13\x02CA".to_vec()];
        let expected = [attribute(10, &expected[0]), attribute(3, &expected[1])].concat();
        assert_eq!(issued.certificate.subject.der(), tlv::encode(tlv::SEQUENCE, &expected), "{text}");
    }
}

/// Give a directory of requests in `CERTWRIGHT_TEST_REQUESTS`.
#[test]
#[ignore = "needs a collection of requests"]
fn foreign_requests_do_not_get_around_the_profile() {
    for file in std::fs::read_dir(std::env::var("CERTWRIGHT_TEST_REQUESTS").expect("a directory")).unwrap() {
        let Ok(csr) = Csr::read(&std::fs::read(file.unwrap().path()).unwrap()) else { continue };
        let Ok(request) = Request::from_csr(&csr) else { continue };
        for (name, _) in Profiles::default().names() {
            let authority = if name == "intermediate" { Authority::root() } else { Authority::issuing() };
            if let Ok(prepared) = authority.prepare(&profile(&name), &request) {
                let issued = prepared.sign(&authority.key).unwrap();
                assert_eq!(issued.certificate.is_ca(), profile(&name).is_authority());
            }
        }
    }
}
