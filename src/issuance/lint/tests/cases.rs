//! For each rule a certificate that breaks it.

use super::*;
use crate::x509::certificate::Defect;
use crate::x509::path::Purpose;

/// A certificate that breaks a rule, and what is around it.
pub(super) struct Case {
    pub(super) rule: &'static str,
    pub(super) certificate: Certificate,
    defects: Vec<Defect>,
    issuer: Option<Certificate>,
    purpose: Option<Purpose>,
    host: Option<GeneralName>,
    /// What stands behind it in its file.
    chain: Vec<Certificate>,
}

impl Case {
    fn new(rule: &'static str, certificate: Certificate) -> Self {
        let defects = Vec::new();
        Self { rule, certificate, defects, issuer: None, purpose: None, host: None, chain: Vec::new() }
    }

    /// A certificate that only salvage reads.
    fn salvaged(rule: &'static str, der: &[u8]) -> Self {
        let salvaged = Certificate::salvage(der).unwrap();
        Self { defects: salvaged.defects, ..Self::new(rule, salvaged.certificate) }
    }

    pub(super) fn findings(&self) -> Vec<Finding> {
        let subject = Subject {
            certificate: &self.certificate,
            defects: &self.defects,
            issuer: self.issuer.as_ref(),
            purpose: self.purpose,
            host: self.host.as_ref(),
        };
        let chain: Vec<&Certificate> = std::iter::once(&self.certificate).chain(&self.chain).collect();
        [lint_subject(subject), lint_chain(&chain)].concat()
    }
}

/// A certificate that breaks a rule, by changing the server's.
fn of_server(rule: &'static str, change: impl FnOnce(&mut TbsCertificate)) -> Case {
    let mut tbs = server();
    change(&mut tbs);
    Case::new(rule, Certificate::from_der(&der(&tbs)).unwrap())
}

fn of_authority(rule: &'static str, change: impl FnOnce(&mut TbsCertificate)) -> Case {
    let mut tbs = authority();
    change(&mut tbs);
    Case::new(rule, Certificate::from_der(&der(&tbs)).unwrap())
}

/// The server's certificate with the last field of its signed part replaced.
fn with_last_field(rule: &'static str, field: &[u8]) -> Case {
    Case::salvaged(rule, &replaced(&server(), 7, field, None))
}

/// The server's certificate with an extension of a value that the strict reader refuses.
fn of_broken_extension(rule: &'static str, oid: Oid, value: &[u8]) -> Case {
    let mut tbs = server();
    set(&mut tbs, Extension { oid, critical: false, value: value.to_vec() });
    with_last_field(rule, &tlv::encode(0xa3, &Extension::encode_list(&tbs.extensions)))
}

fn encoding_cases() -> Vec<Case> {
    let mut version = Certificate::from_der(&der(&server())).unwrap();
    version.version = 2;
    let extensions = Extension::encode_list(&server().extensions);
    let explicit = tlv::encode(tlv::SEQUENCE, &[6, 2, 0x2a, 3, 1, 1, 0, 4, 2, 5, 0]);
    let others = Tlv::only_contents(&extensions, tlv::SEQUENCE).unwrap();
    let explicit = tlv::encode(tlv::SEQUENCE, &[others, &explicit].concat());
    let other_algorithm = SignatureAlgorithm::Ecdsa(crate::keys::Digest::Sha512).to_der();
    let tagged = |tag: u8, contents: &[u8]| tlv::encode(tag, contents);
    let ending = |end: &str| replaced(&server(), 4, &times((0x17, "260701120000Z"), (0x18, end)), None);
    let sound = der(&server());
    let signature_field = [Tlv::only_contents(&sound, tlv::SEQUENCE).unwrap(), &[5, 0]].concat();
    let ber_flag = tlv::encode(tlv::SEQUENCE, &[6, 2, 0x2a, 3, 1, 1, 1, 4, 2, 5, 0]);
    let ber_flag = tlv::encode(tlv::SEQUENCE, &[others, &ber_flag].concat());
    let not_utf8 = subject_of(b"\x06\x03\x55\x04\x03\x0c\x02a\xff").der().to_vec();
    let signature_field = tlv::encode(tlv::SEQUENCE, &signature_field);
    vec![
        Case::new("version-old", version),
        Case::salvaged("version-unknown", &replaced(&server(), 0, &[0xa0, 3, 2, 1, 3], None)),
        Case::salvaged("time-fraction", &ending("20261001120000.5Z")),
        Case::salvaged("time-impossible", &ending("20260230120000Z")),
        Case::salvaged("time-no-seconds", &ending("202610011200Z")),
        Case::salvaged("time-no-zone", &ending("20261001120000")),
        Case::salvaged("time-offset", &ending("20261001120000+0100")),
        Case::salvaged("trailing-bytes", &[&der(&server())[..], &[0]].concat()),
        with_last_field("trailing-field", &[&tagged(0xa3, &extensions)[..], &[5, 0]].concat()),
        Case::salvaged("trailing-signature-field", &signature_field),
        of_broken_extension("eku-empty", oid::EXTENDED_KEY_USAGE, &[0x30, 0]),
        of_broken_extension("san-not-ascii", oid::SUBJECT_ALT_NAME, b"\x30\x06\x82\x01a\x82\x01\xfc"),
        Case::salvaged("version", &replaced(&server(), 0, &[0xa0, 3, 2, 1, 1], None)),
        with_last_field("encoding", &tagged(0xa3, &[&extensions[..], &[5, 0]].concat())),
        Case::salvaged("encoding", &replaced(&server(), 1, &[2, 0], None)),
        of_broken_extension("extension-encoding", oid::BASIC_CONSTRAINTS, &[0x30, 0, 5, 0]),
        with_last_field("boolean-not-der", &tagged(0xa3, &ber_flag)),
        Case::salvaged("name-not-utf8", &replaced(&server(), 5, &not_utf8, None)),
        Case::salvaged("serial-not-minimal", &replaced(&server(), 1, &[2, 2, 0, 1], None)),
        Case::salvaged(
            "signature-algorithms-differ",
            &replaced(
                &server(),
                2,
                &other_algorithm,
                Some(&SignatureAlgorithm::Ecdsa(crate::keys::Digest::Sha256).to_der()),
            ),
        ),
        with_last_field("unique-id", &[&[0x82, 2, 0, 0xaa][..], &tagged(0xa3, &extensions)].concat()),
        with_last_field("default-encoded", &tagged(0xa3, &explicit)),
        with_last_field("extensions-empty", &[0xa3, 2, 0x30, 0]),
    ]
}

fn chain_cases() -> Vec<Case> {
    let of = |change: fn(&mut TbsCertificate)| {
        let mut tbs = authority();
        (tbs.subject, tbs.issuer) = (Name::parse("CN=Issuer").unwrap(), Name::parse("CN=Root").unwrap());
        set(&mut tbs, Extension::subject_key_identifier(&[2; 20]));
        change(&mut tbs);
        Certificate::from_der(&der(&tbs)).unwrap()
    };
    let beside = |rule, issuer| Case { issuer: Some(issuer), ..of_server(rule, |_| {}) };
    let behind = |rule, chain| Case { chain, ..of_server(rule, |_| {}) };
    vec![
        beside("aki-mismatch", of(|tbs| set(tbs, Extension::subject_key_identifier(&[3; 20])))),
        Case {
            issuer: Some(of(|_| {})),
            ..of_server("aki-serial-mismatch", |tbs| {
                let value = b"\x30\x19\x80\x14\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x82\x01\x05".to_vec();
                set(tbs, Extension { oid: oid::AUTHORITY_KEY_IDENTIFIER, critical: false, value });
            })
        },
        beside("issuer-name-differs", of(|tbs| tbs.subject = Name::parse("CN=Other").unwrap())),
        beside("issuer-purposes", of(|tbs| set(tbs, Extension::extended_key_usage(&[oid::EKU_CLIENT_AUTH], false)))),
        beside("outlives-issuer", of(|tbs| tbs.not_after = datetime!(2026-08-01 0:00 UTC))),
        Case { purpose: Some(Purpose::Client), ..of_server("purpose", |_| {}) },
        Case {
            purpose: Some(Purpose::Server),
            ..of_server("purpose-key-usage", |tbs| set(tbs, usage(&["keyCertSign"])))
        },
        Case { purpose: Some(Purpose::Server), ..of_authority("ca-as-end-entity", |_| {}) },
        Case {
            purpose: Some(Purpose::Server),
            ..of_server("eku-any-only", |tbs| set(tbs, Extension::extended_key_usage(&[oid::EKU_ANY], false)))
        },
        Case { host: "other.test".parse().ok(), ..of_server("host", |_| {}) },
        behind("chain-order", vec![of(|tbs| tbs.subject = Name::parse("CN=Other").unwrap())]),
        behind(
            "chain-has-root",
            vec![
                of(|_| {}),
                of(|tbs| {
                    tbs.issuer = tbs.subject.clone();
                    remove(tbs, oid::AUTHORITY_KEY_IDENTIFIER);
                }),
            ],
        ),
    ]
}

fn basics_cases() -> Vec<Case> {
    let sha1 = SignatureAlgorithm::Ecdsa(crate::keys::Digest::Sha1).to_der();
    let md5 = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04\x05\x00";
    let early = (0x17, "260701120000Z");
    vec![
        of_server("serial-zero", |tbs| tbs.serial = Serial::from_content(&[0])),
        of_server("serial-negative", |tbs| tbs.serial = Serial::from_content(&[0x80; 9])),
        of_server("serial-too-long", |tbs| tbs.serial = Serial::from_content(&[1; 21])),
        of_server("serial-guessable", |tbs| tbs.serial = Serial::from_content(&[1, 0])),
        Case::new("signature-sha1", patch(&server(), 2, &sha1)),
        Case::new("signature-md5", patch(&server(), 2, md5)),
        Case::new("signature-unknown", patch(&server(), 2, b"\x30\x05\x06\x03\x2a\x03\x04")),
        signed("signature-sha224", b"\x2a\x86\x48\xce\x3d\x04\x03\x01", b""),
        signed("signature-sha224", b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0e", b"\x05\x00"),
        signed("signature-sha224", PSS, &pss(4, 4, 28)),
        signed("signature-sha3", b"\x60\x86\x48\x01\x65\x03\x04\x03\x0a", b""),
        signed("signature-sha3", PSS, &pss(8, 8, 32)),
        signed("signature-sha512-cut", b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x10", b"\x05\x00"),
        signed("signature-pss-salt", PSS, &pss(1, 1, 20)),
        signed("signature-pss-salt", PSS, &pss(3, 3, 32)),
        signed("signature-pss-mask", PSS, &pss(1, 2, 32)),
        signed("key-ed448", b"\x2b\x65\x71", b""),
        of_server("validity-order", |tbs| tbs.not_after = datetime!(2020-01-01 0:00 UTC)),
        Case::new("validity-encoding", patch(&server(), 4, &times(early, (0x18, "20491231235959Z")))),
        of_server("validity-too-long", |tbs| tbs.not_after = datetime!(2029-07-01 0:00 UTC)),
        of_server("issuer-empty", |tbs| tbs.issuer = Name::empty()),
        of_authority("subject-empty-in-ca", |tbs| tbs.subject = Name::empty()),
        of_server("subject-and-san-empty", |tbs| {
            tbs.subject = Name::empty();
            remove(tbs, oid::SUBJECT_ALT_NAME);
        }),
        of_server("attribute-invalid", |tbs| {
            let long = tlv::encode(tlv::UTF8_STRING, &[b'a'; 65]);
            tbs.subject = subject_of(&[b"\x06\x03\x55\x04\x03".as_slice(), &long].concat());
        }),
        of_server("attribute-invalid", |tbs| tbs.subject = subject_of(b"\x06\x03\x55\x04\x06\x13\x03DEU")),
        of_server("attribute-invalid", |tbs| tbs.subject = subject_of(b"\x06\x03\x55\x04\x03\x0c\x02a\x07")),
        of_server("attribute-repeated", |tbs| tbs.subject = Name::parse("CN=www.corp.test,CN=b").unwrap()),
        of_server("attribute-characters", |tbs| tbs.subject = subject_of(b"\x06\x03\x55\x04\x0a\x13\x03A_B")),
        of_server("attribute-characters", |tbs| tbs.subject = subject_of(b"\x06\x03\x55\x04\x0a\x16\x03A\xe9B")),
        of_server("attribute-characters", |tbs| tbs.subject = subject_of(b"\x06\x03\x55\x04\x0a\x12\x0312B")),
        of_server("issuer-characters", |tbs| tbs.issuer = subject_of(b"\x06\x03\x55\x04\x0a\x13\x03A@B")),
        of_server("attribute-ampersand", |tbs| tbs.subject = subject_of(b"\x06\x03\x55\x04\x0a\x13\x03A&B")),
        of_server("attribute-old-string", |tbs| tbs.subject = subject_of(b"\x06\x03\x55\x04\x0a\x14\x02\xe9A")),
    ]
}

const PSS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";

/// The parameters of RSASSA-PSS with hashes by their number among those of NIST.
fn pss(hash: u8, mask: u8, salt: u8) -> Vec<u8> {
    let identifier = |oid: &[u8], parameters: &[u8]| {
        tlv::encode(tlv::SEQUENCE, &[&tlv::encode(tlv::OBJECT_IDENTIFIER, oid), parameters].concat())
    };
    let nist = |number| identifier(&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, number], &[5, 0]);
    let mask = identifier(b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08", &nist(mask));
    let fields = [tlv::encode(0xa0, &nist(hash)), tlv::encode(0xa1, &mask), tlv::encode(0xa2, &[2, 1, salt])];
    tlv::encode(tlv::SEQUENCE, &fields.concat())
}

/// The server's certificate, which says that it is signed by an algorithm.
fn signed(rule: &'static str, oid: &[u8], parameters: &[u8]) -> Case {
    let fields = [&tlv::encode(tlv::OBJECT_IDENTIFIER, oid), parameters].concat();
    Case::new(rule, patch(&server(), 2, &tlv::encode(tlv::SEQUENCE, &fields)))
}

/// The server's certificate with an EC key whose parameters are these.
fn on_curve(rule: &'static str, parameters: &[u8]) -> Case {
    let fields = [b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01", parameters].concat();
    let spki = [&tlv::encode(tlv::SEQUENCE, &fields)[..], b"\x03\x03\x00\x04\x01"].concat();
    Case::new(rule, patch(&server(), 6, &tlv::encode(tlv::SEQUENCE, &spki)))
}

fn key_cases() -> Vec<Case> {
    let unknown = b"\x30\x0b\x30\x05\x06\x03\x2a\x03\x04\x03\x02\x00\x01";
    vec![
        Case::new("key-unknown", patch(&server(), 6, unknown)),
        on_curve("key-p224", b"\x06\x05\x2b\x81\x04\x00\x21"),
        on_curve("key-secp256k1", b"\x06\x05\x2b\x81\x04\x00\x0a"),
        on_curve("key-brainpool", b"\x06\x09\x2b\x24\x03\x03\x02\x08\x01\x01\x07"),
        on_curve("key-explicit-curve", b"\x30\x03\x02\x01\x01"),
        Case {
            rule: "key-explicit-curve-in-ca",
            certificate: patch(&authority(), 6, &on_curve("", b"\x30\x03\x02\x01\x01").certificate.spki_der),
            ..on_curve("", b"\x30\x03\x02\x01\x01")
        },
        on_curve("key-unknown", b"\x06\x03\x2a\x03\x04"),
        Case::new("key-ed448", patch(&server(), 6, b"\x30\x0a\x30\x05\x06\x03\x2b\x65\x71\x03\x01\x00")),
        Case::new("rsa-under-2048", patch(&server(), 6, &rsa(1024, &[1, 0, 1]))),
        Case::new("rsa-under-2048-in-ca", patch(&authority(), 6, &rsa(1024, &[1, 0, 1]))),
        Case::new("rsa-under-1024", patch(&server(), 6, &rsa(768, &[1, 0, 1]))),
        Case::new("rsa-large", patch(&server(), 6, &rsa(16384, &[1, 0, 1]))),
        Case::new("rsa-without-key-encipherment", patch(&server(), 6, &rsa(2048, &[1, 0, 1]))),
        Case::new("rsa-size-odd", patch(&server(), 6, &rsa(2049, &[1, 0, 1]))),
        Case::new("rsa-exponent", patch(&server(), 6, &rsa(2048, &[1, 0, 0]))),
        Case::new("rsa-exponent-small", patch(&server(), 6, &rsa(2048, &[3]))),
        Case::new("ec-point-compressed", patch(&server(), 6, &compressed_point())),
        Case::new("rsa-pss-key", patch(&server(), 6, &rsa_pss())),
        Case::new("key-p521", patch(&server(), 6, &spki(Algorithm::EcP521))),
        Case::new("key-ed25519", patch(&server(), 6, &spki(Algorithm::Ed25519))),
        Case::new("key-ml-dsa", patch(&server(), 6, &spki(Algorithm::MlDsa44))),
    ]
}

fn name_cases() -> Vec<Case> {
    let dns = |text: &str| GeneralName::Dns(text.into());
    let uri = |text: &str| GeneralName::Uri(text.into());
    vec![
        of_server("san-missing", |tbs| remove(tbs, oid::SUBJECT_ALT_NAME)),
        of_server("san-missing", |tbs| set(tbs, san(&["email:a@corp.test"]))),
        of_server("san-missing-in-client", |tbs| {
            set(tbs, Extension::extended_key_usage(&[oid::EKU_CLIENT_AUTH], false));
            remove(tbs, oid::SUBJECT_ALT_NAME);
        }),
        of_server("san-not-critical", |tbs| tbs.subject = Name::empty()),
        of_server("san-critical", |tbs| set_critical(tbs, oid::SUBJECT_ALT_NAME, true)),
        of_server("san-trailing-dot", |tbs| set(tbs, raw_san(&[dns("www.corp.test.")]))),
        of_server("san-underscore", |tbs| set(tbs, raw_san(&[dns("a_b.test")]))),
        of_server("san-syntax", |tbs| set(tbs, raw_san(&[dns("a.test\0.evil")]))),
        of_server("san-syntax", |tbs| set(tbs, raw_san(&[GeneralName::Email("nobody".into())]))),
        of_server("san-other-form", |tbs| {
            let other = b"\xa0\x0a\x06\x03\x2a\x03\x04\xa0\x03\x0c\x01x".to_vec();
            set(tbs, raw_san(&[dns("www.corp.test"), GeneralName::Other(other)]));
        }),
        of_server("san-dns-too-long", |tbs| set(tbs, raw_san(&[dns(&"abc.".repeat(64))]))),
        of_server("san-dns-upper-case", |tbs| set(tbs, raw_san(&[dns("WWW.corp.test")]))),
        of_server("san-address-as-dns", |tbs| set(tbs, raw_san(&[dns("10.0.0.1")]))),
        of_server("san-repeated", |tbs| set(tbs, raw_san(&[dns("www.corp.test"), dns("www.corp.test")]))),
        of_server("san-wildcard-wide", |tbs| set(tbs, san(&["www.corp.test", "*.test"]))),
        of_server("cn-not-in-san", |tbs| set(tbs, san(&["other.corp.test"]))),
        of_server("spiffe-id", |tbs| set(tbs, raw_san(&[uri("spiffe://corp.test/a"), uri("spiffe://corp.test/b")]))),
        of_server("spiffe-id", |tbs| set(tbs, raw_san(&[uri("spiffe://corp.test/a/")]))),
        of_server("email-missing", |tbs| {
            set(tbs, Extension::extended_key_usage(&[oid::EKU_EMAIL_PROTECTION], false));
        }),
    ]
}

fn usage_cases() -> Vec<Case> {
    let purposes = |list: &[Oid], critical| Extension::extended_key_usage(list, critical);
    let path_len = b"\x30\x03\x02\x01\x00".to_vec();
    vec![
        of_authority("ca-not-critical", |tbs| set_critical(tbs, oid::BASIC_CONSTRAINTS, false)),
        of_server("basic-constraints-missing", |tbs| remove(tbs, oid::BASIC_CONSTRAINTS)),
        of_server("path-len-without-ca", |tbs| {
            set(tbs, Extension { oid: oid::BASIC_CONSTRAINTS, critical: true, value: path_len });
        }),
        of_authority("key-usage-missing-in-ca", |tbs| remove(tbs, oid::KEY_USAGE)),
        of_server("key-usage-missing", |tbs| remove(tbs, oid::KEY_USAGE)),
        of_server("key-usage-not-critical", |tbs| set_critical(tbs, oid::KEY_USAGE, false)),
        of_server("key-usage-empty", |tbs| set(tbs, usage(&[]))),
        of_server("cert-sign-without-ca", |tbs| set(tbs, usage(&["digitalSignature", "keyCertSign"]))),
        of_authority("ca-without-cert-sign", |tbs| set(tbs, usage(&["cRLSign"]))),
        of_authority("ca-without-crl-sign", |tbs| set(tbs, usage(&["keyCertSign"]))),
        of_server("key-usage-unfit-for-key", |tbs| set(tbs, usage(&["digitalSignature", "keyEncipherment"]))),
        of_server("cipher-only-without-agreement", |tbs| set(tbs, usage(&["digitalSignature", "encipherOnly"]))),
        of_server("eku-missing", |tbs| remove(tbs, oid::EXTENDED_KEY_USAGE)),
        of_server("eku-any-among-others", |tbs| set(tbs, purposes(&[oid::EKU_ANY, oid::EKU_SERVER_AUTH], false))),
        of_server("eku-repeated", |tbs| set(tbs, purposes(&[oid::EKU_SERVER_AUTH; 2], false))),
        of_authority("eku-critical-in-ca", |tbs| set(tbs, purposes(&[oid::EKU_SERVER_AUTH], true))),
        of_server("timestamping-eku", |tbs| set(tbs, purposes(&[oid::EKU_TIME_STAMPING], false))),
        of_server("timestamping-eku", |tbs| {
            set(tbs, purposes(&[oid::EKU_TIME_STAMPING, oid::EKU_CODE_SIGNING], true));
        }),
        of_server("tls-without-digital-signature", |tbs| set(tbs, usage(&["keyAgreement"]))),
        of_server("ocsp-nocheck-missing", |tbs| set(tbs, purposes(&[oid::EKU_OCSP_SIGNING], false))),
        of_server("ocsp-nocheck-misplaced", |tbs| set(tbs, Extension::ocsp_nocheck())),
    ]
}

/// The authority's certificate, which permits names of one form.
fn constrained(rule: &'static str, tag: u8, base: &[u8]) -> Case {
    let subtree = tlv::encode(tlv::SEQUENCE, &tlv::encode(tag, base));
    let value = tlv::encode(tlv::SEQUENCE, &tlv::encode(0xa0, &subtree));
    of_authority(rule, |tbs| set(tbs, Extension { oid: oid::NAME_CONSTRAINTS, critical: true, value }))
}

fn extension_cases() -> Vec<Case> {
    let other = |critical| Extension { oid: Oid::new_unwrap("1.2.3.4"), critical, value: vec![5, 0] };
    let constraints = |permitted: Vec<crate::x509::Subtree>| {
        Extension::name_constraints(&NameConstraints { permitted, excluded: vec![] }).unwrap()
    };
    let dns = |base: &str| constraints(vec![crate::x509::Subtree::Dns(base.into())]);
    let policy = Oid::new_unwrap("1.2.3");
    let crl = |url: &str| Extension::crl_distribution_points(&[url.to_owned()]).unwrap();
    let access = |url: &str| Extension::authority_info_access(&[url.to_owned()], &[]).unwrap();
    let mut repeated = Certificate::from_der(&der(&server())).unwrap();
    repeated.extensions.push(repeated.extensions[0].clone());
    vec![
        Case::new("extension-repeated", repeated),
        of_server("extension-unknown-critical", |tbs| tbs.extensions.push(other(true))),
        of_authority("ski-missing-in-ca", |tbs| remove(tbs, oid::SUBJECT_KEY_IDENTIFIER)),
        of_server("ski-missing", |tbs| remove(tbs, oid::SUBJECT_KEY_IDENTIFIER)),
        of_server("ski-critical", |tbs| set_critical(tbs, oid::SUBJECT_KEY_IDENTIFIER, true)),
        of_server("key-id-length", |tbs| set(tbs, Extension::subject_key_identifier(&[]))),
        of_server("aki-missing", |tbs| remove(tbs, oid::AUTHORITY_KEY_IDENTIFIER)),
        of_server("aki-without-key-id", |tbs| {
            let value = b"\x30\x03\x82\x01\x05".to_vec();
            set(tbs, Extension { oid: oid::AUTHORITY_KEY_IDENTIFIER, critical: false, value });
        }),
        of_server("aki-critical", |tbs| set_critical(tbs, oid::AUTHORITY_KEY_IDENTIFIER, true)),
        of_server("aki-of-self", |tbs| set(tbs, Extension::authority_key_identifier(&[1; 20]))),
        of_server("name-constraints-without-ca", |tbs| set(tbs, dns("corp.test"))),
        of_authority("name-constraints-not-critical", |tbs| {
            set(tbs, Extension { critical: false, ..dns("corp.test") });
        }),
        of_authority("name-constraints-leading-dot", |tbs| {
            let value = b"\x30\x0f\xa0\x0d\x30\x0b\x82\x09.corp.com".to_vec();
            set(tbs, Extension { oid: oid::NAME_CONSTRAINTS, critical: true, value });
        }),
        of_authority("name-constraints-uncommon", |tbs| {
            let name = Name::parse("O=Acme").unwrap();
            set(tbs, constraints(vec![crate::x509::Subtree::DirectoryName(name)]));
        }),
        constrained("name-constraints-mask", 0x87, &[10, 0, 0, 0, 255, 0, 255, 0]),
        constrained("name-constraints-mask", 0x87, &[10, 0, 0, 0, 255]),
        constrained("name-constraints-host-bits", 0x87, &[10, 0, 0, 5, 255, 0, 0, 0]),
        constrained("name-constraints-dns", 0x82, b"*.corp.test"),
        constrained("name-constraints-email", 0x81, b"@corp.test"),
        constrained("name-constraints-uri", 0x86, b"https://corp.test"),
        of_server("policy-repeated", |tbs| set(tbs, Extension::certificate_policies(&[policy, policy]))),
        of_server("policies-critical", |tbs| {
            set(tbs, Extension { critical: true, ..Extension::certificate_policies(&[policy]) });
        }),
        of_authority("policy-limits-not-critical", |tbs| {
            let value = vec![0x30, 3, 0x81, 1, 0];
            set(tbs, Extension { oid: oid::POLICY_CONSTRAINTS, critical: false, value });
        }),
        of_server("cdp-missing", |_| {}),
        of_server("cdp-url", |tbs| set(tbs, crl("file:///tmp/x"))),
        of_server("cdp-url", |tbs| set(tbs, crl("http://a b/"))),
        of_server("cdp-critical", |tbs| set(tbs, Extension { critical: true, ..crl("http://x.test/") })),
        of_server("aia-url", |tbs| set(tbs, access("ldap://x.test/"))),
        of_server("aia-critical", |tbs| set(tbs, Extension { critical: true, ..access("http://x.test/") })),
        of_server("url-https", |tbs| set(tbs, crl("https://x.test/"))),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    [encoding_cases(), basics_cases(), key_cases(), name_cases(), usage_cases(), extension_cases(), chain_cases()]
        .into_iter()
        .flatten()
        .collect()
}
