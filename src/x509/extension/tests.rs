use super::*;
use crate::x509::{BasicConstraints, Name, describe};

/// Every extension that is written here, with the DER it must have.
fn written() -> Vec<(Extension, Vec<u8>)> {
    let url = |url: &str| vec![url.to_owned()];
    let names: Vec<GeneralName> = vec!["a.test".parse().unwrap(), "10.0.0.1".parse().unwrap()];
    let nc = NameConstraints { permitted: vec![Subtree::parse("a.test").unwrap()], excluded: vec![] };
    let eku = [oid::EKU_SERVER_AUTH, oid::EKU_CLIENT_AUTH];
    let usage = KeyUsage::DIGITAL_SIGNATURE;
    let ca_usage = KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN);
    let decipher_only = KeyUsage::from_name("decipherOnly").unwrap();
    let cases: Vec<(Extension, &[u8])> = vec![
        (Extension::basic_constraints(false, None), b"\x30\x00"),
        (Extension::basic_constraints(false, Some(1)), b"\x30\x00"),
        (Extension::basic_constraints(true, None), b"\x30\x03\x01\x01\xff"),
        (Extension::basic_constraints(true, Some(0)), b"\x30\x06\x01\x01\xff\x02\x01\x00"),
        (Extension::basic_constraints(true, Some(200)), b"\x30\x07\x01\x01\xff\x02\x02\x00\xc8"),
        (Extension::key_usage(KeyUsage::default()), b"\x03\x01\x00"),
        (Extension::key_usage(usage), b"\x03\x02\x07\x80"),
        (Extension::key_usage(usage.with(KeyUsage::KEY_ENCIPHERMENT)), b"\x03\x02\x05\xa0"),
        (Extension::key_usage(ca_usage), b"\x03\x02\x01\x06"),
        (Extension::key_usage(decipher_only), b"\x03\x03\x07\x00\x80"),
        (Extension::key_usage(KeyUsage(0x1ff)), b"\x03\x03\x07\xff\x80"),
        (
            Extension::extended_key_usage(&eku, false),
            b"\x30\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02",
        ),
        (Extension::subject_alt_name(&names, true).unwrap(), b"\x30\x0e\x82\x06a.test\x87\x04\x0a\0\0\x01"),
        (Extension::subject_key_identifier(b"abc"), b"\x04\x03abc"),
        (Extension::authority_key_identifier(b"abc"), b"\x30\x05\x80\x03abc"),
        (Extension::name_constraints(&nc).unwrap(), b"\x30\x0c\xa0\x0a\x30\x08\x82\x06a.test"),
        (
            Extension::crl_distribution_points(&url("http://x")).unwrap(),
            b"\x30\x10\x30\x0e\xa0\x0c\xa0\x0a\x86\x08http://x",
        ),
        (
            Extension::authority_info_access(&url("http://o"), &url("http://i")).unwrap(),
            b"\x30\x2c\x30\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x01\x86\x08http://o\
              \x30\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02\x86\x08http://i",
        ),
        (Extension::certificate_policies(&[oid::ANY_POLICY]), b"\x30\x08\x30\x06\x06\x04\x55\x1d\x20\x00"),
        (Extension::ocsp_nocheck(), b"\x05\x00"),
    ];
    cases.into_iter().map(|(extension, der)| (extension, der.to_vec())).collect()
}

#[test]
fn values_are_the_der_of_rfc_5280() {
    for (extension, der) in written() {
        assert_eq!(extension.value, der, "{}", extension.oid);
    }
}

#[test]
fn criticality_is_what_rfc_5280_asks_for() {
    use oid::{BASIC_CONSTRAINTS, KEY_USAGE, NAME_CONSTRAINTS, SUBJECT_ALT_NAME};
    for (extension, _) in written() {
        let critical = [BASIC_CONSTRAINTS, KEY_USAGE, NAME_CONSTRAINTS, SUBJECT_ALT_NAME].contains(&extension.oid);
        assert_eq!(extension.critical, critical, "{}", extension.oid);
    }
    assert!(Extension::extended_key_usage(&[oid::EKU_TIME_STAMPING], true).critical);
}

#[test]
fn values_without_an_encoding_are_refused() {
    let foreign = ["http://ü".to_owned()];
    assert!(Extension::crl_distribution_points(&foreign).is_err());
    assert!(Extension::authority_info_access(&foreign, &[]).is_err());
    assert!(Extension::crl_distribution_points(&[]).is_err());
    assert!(Extension::authority_info_access(&[], &[]).is_err());
    assert!(Extension::subject_alt_name(&[], false).is_err());
    assert!(Extension::name_constraints(&NameConstraints::default()).is_err());
}

#[test]
fn decoders_read_what_was_written() {
    for path_len in [None, Some(0), Some(127), Some(128), Some(255)] {
        let read = decode_basic_constraints(&Extension::basic_constraints(true, path_len).value).unwrap();
        assert_eq!(read, BasicConstraints { ca: true, path_len: path_len.map(u32::from) });
    }
    for bits in 0..0x200 {
        assert_eq!(decode_key_usage(&Extension::key_usage(KeyUsage(bits)).value).unwrap(), KeyUsage(bits));
    }
    let eku = [oid::EKU_SERVER_AUTH, oid::EKU_ANY];
    assert_eq!(decode_extended_key_usage(&Extension::extended_key_usage(&eku, false).value).unwrap(), eku);
    assert_eq!(decode_key_id(&Extension::subject_key_identifier(b"k").value).unwrap(), b"k");
    let aki = Extension::authority_key_identifier(b"k").value;
    assert_eq!(decode_authority_key_id(&aki).unwrap().unwrap(), b"k");
    let urls = ["http://a".to_owned(), "http://b".to_owned()];
    assert_eq!(decode_crl_urls(&Extension::crl_distribution_points(&urls).unwrap().value).unwrap(), urls);
    let aia = Extension::authority_info_access(&urls[..1], &urls[1..]).unwrap().value;
    assert_eq!(decode_authority_info_access(&aia).unwrap(), (urls[..1].to_vec(), urls[1..].to_vec()));
    let policies = [oid::ANY_POLICY];
    assert_eq!(decode_certificate_policies(&Extension::certificate_policies(&policies).value).unwrap(), policies);
}

#[test]
fn foreign_forms_that_are_in_use_are_read() {
    let explicit_false = BasicConstraints { ca: false, path_len: None };
    assert_eq!(decode_basic_constraints(b"\x30\x03\x01\x01\x00").unwrap(), explicit_false);
    assert_eq!(decode_basic_constraints(b"\x30\x06\x02\x04\x7f\xff\xff\xff").unwrap().path_len, Some(0x7fff_ffff));
    assert_eq!(decode_basic_constraints(b"\x30\x07\x02\x05\0\xff\xff\xff\xff").unwrap().path_len, Some(u32::MAX));
    assert_eq!(decode_key_usage(b"\x03\x02\x00\x80").unwrap(), KeyUsage::DIGITAL_SIGNATURE);
    assert_eq!(decode_authority_key_id(b"\x30\x00").unwrap(), None);
    let with_serial = b"\x30\x0f\x80\x01k\xa1\x07\xa4\x05\x30\x00\x05\x01\x00\x82\x01\x05";
    assert_eq!(decode_authority_key_id(with_serial).unwrap().unwrap(), b"k");
    assert!(decode_crl_urls(b"\x30\x06\x30\x04\x81\x02\x01\x06").unwrap().is_empty());
    assert!(decode_crl_urls(b"\x30\x06\x30\x04\xa0\x02\xa1\x00").unwrap().is_empty());
    let qualified = b"\x30\x09\x30\x07\x06\x01\x2a\x30\x02\x30\x00";
    assert_eq!(decode_certificate_policies(qualified).unwrap().len(), 1);
}

#[test]
fn malformed_values_are_named() {
    fn why<T: std::fmt::Debug>(read: impl Fn(&[u8]) -> Result<T, X509Error>, der: &[u8]) -> String {
        match read(der) {
            Err(X509Error::Malformed { what, why }) => format!("{what}: {why}"),
            other => panic!("{der:02x?}: {other:?}"),
        }
    }
    for (der, reason) in [
        (&b"\x30\x03\x02\x01\xff"[..], "negative"),
        (b"\x30\x06\x01\x01\xff\x02\x01\x80", "negative"),
        (b"\x30\x07\x02\x05\x01\0\0\0\0", "too large"),
        (b"\x30\x04\x02\x02\0\x01", "not minimal"),
        (b"\x30\x02\x02\x00", "no octets"),
        (b"\x30\x03\x01\x01\x01", "boolean"),
        (b"\x30\x02\x01\x00", "boolean"),
        (b"\x30\x00\x00", "after the end"),
        (b"\x30\x06\x02\x01\x00\x01\x01\xff", "after the end"),
        (b"\x31\x00", "tag 31"),
        (b"", "too early"),
    ] {
        let error = why(decode_basic_constraints, der);
        assert!(error.starts_with("basicConstraints: ") && error.contains(reason), "{error}");
    }
    for (der, reason) in [
        (&b"\x03\x00"[..], "first octet"),
        (b"\x03\x01\x01", "too many unused"),
        (b"\x03\x02\x08\x80", "too many unused"),
        (b"\x03\x02\x01\x01", "not zero"),
        (b"\x03\x03\x00\x00\x40", "beyond decipherOnly"),
        (b"\x03\x04\x00\x80\x00\x01", "beyond decipherOnly"),
        (b"\x04\x01\x00", "tag 04"),
    ] {
        let error = why(decode_key_usage, der);
        assert!(error.starts_with("keyUsage: ") && error.contains(reason), "{error}");
    }
    assert!(why(decode_extended_key_usage, b"\x30\x00").contains("empty"));
    assert!(why(decode_extended_key_usage, b"\x30\x03\x06\x01\x80").contains("object identifier"));
    assert!(why(decode_key_id, b"\x30\x00").contains("subjectKeyIdentifier: tag 30"));
    assert!(why(decode_authority_key_id, b"\x30\x06\x82\x01\x01\x80\x01k").contains("after the end"));
    assert!(why(decode_crl_urls, b"\x30\x00").contains("empty"));
    assert!(why(decode_crl_urls, b"\x30\x09\x30\x07\xa0\x05\xa0\x03\x86\x01\xff").contains("above 127"));
    assert!(why(decode_authority_info_access, b"\x30\x00").contains("empty"));
    assert!(why(decode_certificate_policies, b"\x30\x02\x30\x00").contains("too early"));
}

/// Flips every bit and cuts at every octet; no decoder may panic, and what still reads must still be printable.
#[test]
fn mutations_never_panic() {
    let subtrees = ["a.test", "10.0.0.0/8", "::/0", "a@b", "uri:.c", "dirname:CN=x+OU=y,O=z"]
        .map(|text| Subtree::parse(text).unwrap());
    let constraints = NameConstraints { permitted: subtrees.to_vec(), excluded: subtrees.to_vec() };
    let names: Vec<GeneralName> =
        ["*.a.test", "10.0.0.1", "::1", "a@b", "https://c.d/e", "upn:a@b", "rid:1.2.3", "dirname:CN=x+OU=y,O=z"]
            .map(|text| text.parse().unwrap())
            .to_vec();
    let mut seeds: Vec<Vec<u8>> = written().into_iter().map(|(_, der)| der).collect();
    seeds.push(GeneralName::encode_all(&names).unwrap());
    seeds.push(constraints.to_der().unwrap());
    seeds.push(Name::parse("C=DE,O=Acme+OU=x,1.2.3.4=y,emailAddress=a@b").unwrap().der().to_vec());
    let mut survivors = 0;
    for seed in &seeds {
        for cut in 0..seed.len() {
            survivors += exercise(&seed[..cut], &names);
        }
        for bit in 0..seed.len() * 8 {
            let mut mutant = seed.clone();
            mutant[bit / 8] ^= 1 << (bit % 8);
            survivors += exercise(&mutant, &names);
        }
        for (index, replacement) in
            (0..seed.len()).flat_map(|index| [0x00, 0x80, 0x84, 0xff].map(|octet| (index, octet)))
        {
            let mut mutant = seed.clone();
            mutant[index] = replacement;
            survivors += exercise(&mutant, &names);
        }
    }
    assert!(survivors > 1000, "{survivors}: the mutants are read at all");
}

/// Reads octets as everything that can be read, and counts what succeeds.
fn exercise(der: &[u8], names: &[GeneralName]) -> usize {
    let mut read = 0;
    let known = [
        oid::AUTHORITY_INFO_ACCESS,
        oid::AUTHORITY_KEY_IDENTIFIER,
        oid::BASIC_CONSTRAINTS,
        oid::CERTIFICATE_POLICIES,
        oid::CRL_DISTRIBUTION_POINTS,
        oid::EXTENDED_KEY_USAGE,
        oid::KEY_USAGE,
        oid::NAME_CONSTRAINTS,
        oid::OCSP_NOCHECK,
        oid::SUBJECT_ALT_NAME,
        oid::SUBJECT_KEY_IDENTIFIER,
        oid::UPN,
    ];
    for oid in known {
        let lines = describe(&Extension { oid, critical: false, value: der.to_vec() });
        assert!(!lines.is_empty() && lines.iter().all(|line| !line.chars().any(char::is_control)), "{lines:?}");
        read += usize::from(!lines[0].starts_with("malformed"));
    }
    if let Ok(constraints) = NameConstraints::from_der(der) {
        names.iter().for_each(|name| drop(constraints.check(name)));
        assert_eq!(constraints.to_der().unwrap(), der, "what is read can be written as it was");
    }
    if let Ok(foreign) = GeneralName::parse_all(der) {
        foreign.iter().for_each(|name| drop(name.check()));
        assert_eq!(GeneralName::encode_all(&foreign).unwrap(), der);
    }
    if let Ok(name) = Name::from_der(der) {
        assert!(name.matches(&name) && name.is_within(&Name::empty()));
        drop((name.to_string(), name.attributes(), name.common_name()));
        assert_eq!(name.der(), der);
    }
    read
}

#[test]
fn descriptions_are_plain_and_bounded() {
    let text = |extension: Extension| describe(&extension).join(" | ");
    let usage = KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_ENCIPHERMENT);
    let custom = Oid::new_unwrap("1.2.3.4");
    assert_eq!(text(Extension::key_usage(usage)), "digitalSignature, keyEncipherment");
    assert_eq!(text(Extension::extended_key_usage(&[oid::EKU_SERVER_AUTH, custom], false)), "serverAuth | 1.2.3.4");
    assert_eq!(text(Extension::basic_constraints(true, Some(0))), "a certificate authority | path length 0");
    assert_eq!(text(Extension::basic_constraints(false, None)), "no certificate authority");
    assert_eq!(text(Extension::subject_key_identifier(&[0xab, 1])), "key identifier ab01");
    assert_eq!(text(Extension::authority_key_identifier(&[0xab])), "key identifier ab");
    assert_eq!(text(Extension::ocsp_nocheck()), "present");
    assert_eq!(text(Extension::certificate_policies(&[oid::ANY_POLICY])), "anyPolicy");
    let names = ["a.test".parse().unwrap(), "10.0.0.1".parse().unwrap()];
    assert_eq!(text(Extension::subject_alt_name(&names, false).unwrap()), "dns:a.test | ip:10.0.0.1");
    let urls = ["http://\u{7}x".to_owned()];
    assert_eq!(text(Extension::crl_distribution_points(&urls).unwrap()), "http://\\u{7}x");
    assert_eq!(
        text(Extension::authority_info_access(&urls, &urls).unwrap()),
        "OCSP http://\\u{7}x | caIssuers http://\\u{7}x"
    );
    let constraints = NameConstraints {
        permitted: vec![Subtree::parse("a").unwrap()],
        excluded: vec![Subtree::parse("::/0").unwrap()],
    };
    assert_eq!(text(Extension::name_constraints(&constraints).unwrap()), "permitted dns:a | excluded ip:::/0");
    let unknown = |value: Vec<u8>| text(Extension { oid: custom, critical: true, value });
    assert_eq!(unknown(vec![]), "value empty");
    assert_eq!(unknown(vec![0xff; 64]), format!("value {}", "ff".repeat(64)));
    assert_eq!(unknown(vec![0xff; 65]), format!("value {}… (65 octets)", "ff".repeat(64)));
    let broken = Extension { oid: oid::KEY_USAGE, critical: true, value: vec![3, 0] };
    assert_eq!(text(broken), "malformed: keyUsage: a bit string without its first octet | value 0300");
    let no_names = Extension { oid: oid::ISSUER_ALT_NAME, critical: false, value: vec![0x30, 0] };
    assert_eq!(text(no_names), "malformed: issuerAltName: an empty list of names | value 3000");
    let no_null = Extension { oid: oid::OCSP_NOCHECK, critical: false, value: vec![5, 0, 0] };
    assert!(text(no_null).starts_with("malformed"));
}
