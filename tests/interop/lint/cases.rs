//! For each rule one certificate that breaks it and, as far as can be, no other.

use certwright::keys::Algorithm;

use super::craft::{Draft, Hash, Key, attribute, dns, extension, id, purposes, times, usage, utc_time, year};
use super::der::{bit_string, sequence, tlv};

/// Where in the chain the broken certificate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Leaf,
    Intermediate,
    Root,
}

/// A broken certificate.
pub(super) struct Case {
    /// The rule that it breaks.
    pub(super) rule: &'static str,
    pub(super) place: Place,
    /// What the leaf's key is.
    pub(super) key: LeafKey,
    /// The key of the issuing authority, where that is what is wrong; of the root, if that is the place.
    pub(super) issuing: Option<LeafKey>,
    /// Whether the issuing authority has an RSA key.
    pub(super) under_rsa: bool,
    /// The host that it is asked for.
    pub(super) host: &'static str,
    /// Other rules that such a certificate cannot help breaking.
    pub(super) beside: &'static [&'static str],
    pub(super) change: Box<dyn Fn(&mut Draft)>,
}

/// The key of a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeafKey {
    /// Certwright makes it.
    Own(Algorithm),
    /// OpenSSL makes it; so many bits and an exponent.
    Rsa(u32, u32),
    /// OpenSSL makes it, with these options.
    Other(&'static [&'static str]),
}

/// An RSA key for PSS only.
const RSA_PSS: LeafKey = LeafKey::Other(&["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"]);
const ED448: LeafKey = LeafKey::Other(&["-algorithm", "ED448"]);
const P224: LeafKey = LeafKey::Other(&["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-224"]);
const SECP256K1: LeafKey = LeafKey::Other(&["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"]);
const BRAINPOOL: LeafKey = LeafKey::Other(&["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"]);
const EXPLICIT: LeafKey =
    LeafKey::Other(&["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit"]);

pub(super) const HOST: &str = "www.corp.test";

fn case(rule: &'static str, place: Place, change: impl Fn(&mut Draft) + 'static) -> Case {
    let key = LeafKey::Own(Algorithm::EcP256);
    let (issuing, under_rsa) = (None, false);
    Case { rule, place, key, issuing, under_rsa, host: HOST, beside: &[], change: Box::new(change) }
}

fn leaf(rule: &'static str, change: impl Fn(&mut Draft) + 'static) -> Case {
    case(rule, Place::Leaf, change)
}

fn authority(rule: &'static str, change: impl Fn(&mut Draft) + 'static) -> Case {
    case(rule, Place::Intermediate, change)
}

/// The issuing authority has such a key.
fn issued_with(rule: &'static str, key: LeafKey) -> Case {
    Case { issuing: Some(key), ..authority(rule, |_| {}) }
}

/// The signature of the leaf, by an RSA key.
fn signed(rule: &'static str, hash: Hash) -> Case {
    Case { under_rsa: true, ..leaf(rule, move |draft| draft.hash = hash) }
}

impl Case {
    fn with_key(self, key: LeafKey) -> Self {
        Self { key, ..self }
    }

    fn at(self, host: &'static str) -> Self {
        Self { host, ..self }
    }

    fn beside(self, beside: &'static [&'static str]) -> Self {
        Self { beside, ..self }
    }
}

fn basics() -> Vec<Case> {
    // From the beginning of this year on, as what is sound: to another time, or to a time that is written otherwise.
    let until = |end: &[u8]| times(&utc_time(0), end);
    let short = |tail: &str| tlv(0x17, format!("{:02}{tail}", year(2) % 100).as_bytes());
    let long = |tail: &str| tlv(0x18, format!("{}{tail}", year(2)).as_bytes());
    vec![
        leaf("serial-not-minimal", |draft| draft.serial.insert(0, 0)),
        leaf("serial-negative", |draft| draft.serial[0] = 0x80),
        leaf("serial-zero", |draft| draft.serial = vec![0]),
        leaf("serial-too-long", |draft| draft.serial = vec![0x5a; 21]),
        leaf("serial-guessable", |draft| draft.serial = vec![0x5a]),
        signed("signature-sha1", Hash::Sha1),
        signed("signature-md5", Hash::Md5),
        signed("signature-sha224", Hash::Sha224),
        leaf("signature-sha224", |draft| draft.hash = Hash::Sha224),
        signed("signature-sha3", Hash::Sha3),
        leaf("signature-sha3", |draft| draft.hash = Hash::Sha3),
        signed("signature-sha512-cut", Hash::Sha512Cut),
        // What OpenSSL takes if nothing is said: as long as fits.
        signed("signature-pss-salt", Hash::PssSalt(222)),
        signed("signature-pss-salt", Hash::PssSalt(20)),
        signed("signature-pss-mask", Hash::PssMask),
        leaf("validity-encoding", move |draft| draft.validity = until(&long("0101000000Z"))),
        leaf("time-fraction", move |draft| draft.validity = until(&long("0101000000.5Z"))),
        leaf("time-impossible", move |draft| draft.validity = until(&short("0230000000Z"))),
        leaf("time-no-seconds", move |draft| draft.validity = until(&short("01010000Z"))),
        leaf("time-no-zone", move |draft| draft.validity = until(&long("0101000000"))),
        leaf("time-offset", move |draft| draft.validity = until(&short("0101000000+0100"))),
        leaf("validity-too-long", move |draft| draft.validity = until(&utc_time(5))),
        authority("subject-empty-in-ca", |draft| draft.subject = sequence(&[])),
        leaf("attribute-invalid", |draft| {
            draft.subject = sequence(&[&attribute(id::COMMON_NAME, 0x0c, &[b'a'; 65])]);
        }),
        leaf("attribute-repeated", |draft| {
            let one = attribute(id::COMMON_NAME, 0x0c, HOST.as_bytes());
            let two = attribute(id::COMMON_NAME, 0x0c, b"other.corp.test");
            draft.subject = sequence(&[&one, &two]);
        }),
        leaf("attribute-old-string", |draft| {
            draft.subject = sequence(&[&attribute(id::ORGANIZATION, 0x14, b"Acme")]);
        }),
        leaf("attribute-characters", |draft| {
            draft.subject = sequence(&[&attribute(id::ORGANIZATION, 0x13, b"Foo_Bar")]);
        }),
        authority("attribute-characters", |draft| {
            draft.subject = sequence(&[&attribute(id::ORGANIZATION, 0x13, b"Foo_Bar")]);
        }),
        leaf("attribute-ampersand", |draft| {
            draft.subject = sequence(&[&attribute(id::ORGANIZATION, 0x13, b"Foo & Bar")]);
        }),
        authority("issuer-characters", |draft| {
            draft.subject = sequence(&[&attribute(id::ORGANIZATION, 0x13, b"Foo_Bar")]);
        }),
    ]
}

fn encoding() -> Vec<Case> {
    let rewrite = |draft: &mut Draft, oid: &'static [u8], flag: &'static [u8]| {
        let list = draft.extensions.as_mut().expect("there are extensions");
        let header = tlv(6, oid);
        let own = list.iter_mut().find(|own| own.windows(header.len()).any(|at| at == header)).expect("it is there");
        let rest = &own[2 + header.len()..];
        *own = sequence(&[&header, flag, rest]);
    };
    vec![
        leaf("encoding", |draft| draft.serial_tag = 5),
        leaf("encoding", |draft| {
            draft.extensions = None;
            draft.tail = tlv(0xa3, &[5, 0]);
        }),
        leaf("extension-encoding", |draft| {
            // A length that is not minimal.
            let value = [&[0x30, 0x81], &dns(&[HOST])[1..]].concat();
            draft.set(id::SUBJECT_ALT_NAME, false, &value);
        }),
        leaf("boolean-not-der", move |draft| rewrite(draft, id::SUBJECT_ALT_NAME, &[1, 1, 1])),
        leaf("name-not-utf8", |draft| draft.subject = sequence(&[&attribute(id::COMMON_NAME, 0x0c, b"a\xff")])),
        leaf("signature-algorithms-differ", |draft| {
            draft.inner_algorithm = Some(sequence(&[&tlv(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3])]));
        }),
        leaf("version", |draft| draft.version = vec![0xa0, 3, 2, 1, 1]),
        leaf("version-unknown", |draft| draft.version = vec![0xa0, 3, 2, 1, 3]),
        leaf("version-old", |draft| {
            draft.version.clear();
            draft.extensions = None;
        })
        .beside(&["san-missing"]),
        leaf("length-indefinite", |draft| {
            draft.subject = [&[0x30, 0x80], &draft.subject[2..], &[0, 0]].concat();
        }),
        leaf("length-not-minimal", |draft| draft.subject.insert(1, 0x81)),
        leaf("trailing-bytes", |draft| draft.behind[1] = vec![0, 0]),
        leaf("trailing-field", |draft| draft.tail = vec![5, 0]),
        leaf("trailing-signature-field", |draft| draft.behind[0] = vec![5, 0]),
        leaf("eku-empty", |draft| draft.set(id::EXTENDED_KEY_USAGE, false, &purposes(&[]))),
        leaf("san-not-ascii", |draft| {
            let names = [dns(&[HOST]), tlv(0x82, b"b\xc3\xbccher.test")].concat();
            draft.set(id::SUBJECT_ALT_NAME, false, &tlv(0x30, &names[2..]));
        }),
        leaf("unique-id", |draft| draft.unique_ids = vec![0x82, 2, 0, 0xaa]),
        leaf("default-encoded", move |draft| rewrite(draft, id::SUBJECT_ALT_NAME, &[1, 1, 0])),
        leaf("extension-repeated", |draft| {
            let again = extension(id::SUBJECT_ALT_NAME, false, &dns(&[HOST]));
            draft.extensions.get_or_insert_default().push(again);
        }),
    ]
}

fn keys() -> Vec<Case> {
    vec![
        leaf("rsa-under-2048", |_| {}).with_key(LeafKey::Rsa(1024, 65537)),
        leaf("rsa-under-1024", |_| {}).with_key(LeafKey::Rsa(768, 65537)),
        leaf("rsa-size-odd", |_| {}).with_key(LeafKey::Rsa(2051, 65537)),
        leaf("rsa-exponent-small", |_| {}).with_key(LeafKey::Rsa(2048, 3)),
        leaf("rsa-pss-key", |_| {}).with_key(RSA_PSS),
        leaf("ec-point-compressed", |draft| {
            let point = draft.spki.split_off(draft.spki.len() - 65);
            let bits = [&[0, 2 | point[64] & 1], &point[1..33]].concat();
            let algorithm = draft.spki[2..23].to_vec();
            draft.spki = sequence(&[&algorithm, &tlv(3, &bits)]);
        }),
        leaf("key-p521", |_| {}).with_key(LeafKey::Own(Algorithm::EcP521)),
        leaf("key-ed25519", |_| {}).with_key(LeafKey::Own(Algorithm::Ed25519)),
        leaf("key-ml-dsa", |_| {}).with_key(LeafKey::Own(Algorithm::MlDsa44)),
        // Nobody need look at the key of a leaf; that of its issuer has to be used.
        issued_with("key-p521", LeafKey::Own(Algorithm::EcP521)),
        issued_with("key-ed25519", LeafKey::Own(Algorithm::Ed25519)),
        issued_with("key-ml-dsa", LeafKey::Own(Algorithm::MlDsa44)),
        issued_with("rsa-pss-key", RSA_PSS),
        issued_with("key-ed448", ED448),
        issued_with("key-p224", P224),
        issued_with("key-secp256k1", SECP256K1),
        issued_with("key-brainpool", BRAINPOOL),
        issued_with("key-explicit-curve-in-ca", EXPLICIT),
        leaf("key-explicit-curve", |_| {}).with_key(EXPLICIT),
        authority("key-unknown", |draft| {
            let point = draft.spki.split_off(draft.spki.len() - 65);
            draft.spki = sequence(&[&sequence(&[&tlv(6, id::UNKNOWN)]), &bit_string(&point)]);
        }),
        leaf("signature-unknown", |draft| draft.algorithm = Some(sequence(&[&tlv(6, id::UNKNOWN)]))),
    ]
}

fn names() -> Vec<Case> {
    vec![
        leaf("san-missing", |draft| draft.remove(id::SUBJECT_ALT_NAME)),
        leaf("san-not-critical", |draft| draft.subject = sequence(&[])),
        leaf("san-critical", |draft| draft.set_critical(id::SUBJECT_ALT_NAME, true)),
        leaf("san-syntax", |draft| draft.set(id::SUBJECT_ALT_NAME, false, &dns(&[HOST, "a..corp.test"]))),
        leaf("san-trailing-dot", |draft| draft.set(id::SUBJECT_ALT_NAME, false, &dns(&[&format!("{HOST}.")]))),
        leaf("san-underscore", |draft| draft.set(id::SUBJECT_ALT_NAME, false, &dns(&[HOST, "a_b.corp.test"])))
            .at("a_b.corp.test"),
        leaf("san-dns-too-long", |draft| {
            draft.set(id::SUBJECT_ALT_NAME, false, &dns(&[HOST, &format!("{}corp.test", "abc.".repeat(62))]));
        }),
        leaf("san-dns-upper-case", |draft| draft.set(id::SUBJECT_ALT_NAME, false, &dns(&["WWW.corp.test"]))),
        leaf("san-address-as-dns", |draft| draft.set(id::SUBJECT_ALT_NAME, false, &dns(&[HOST, "10.0.0.1"])))
            .at("10.0.0.1"),
        leaf("san-repeated", |draft| draft.set(id::SUBJECT_ALT_NAME, false, &dns(&[HOST, HOST]))),
        leaf("san-wildcard-wide", |draft| draft.set(id::SUBJECT_ALT_NAME, false, &dns(&[HOST, "*.test"])))
            .at("corp.test"),
        leaf("cn-not-in-san", |draft| draft.subject = super::craft::name("other.corp.test")),
        leaf("host", |_| {}).at("elsewhere.corp.test"),
    ]
}

fn usages() -> Vec<Case> {
    let both = [id::SERVER_AUTH, id::ANY_PURPOSE];
    vec![
        authority("ca-not-critical", |draft| draft.set_critical(id::BASIC_CONSTRAINTS, false)),
        leaf("basic-constraints-missing", |draft| draft.remove(id::BASIC_CONSTRAINTS)),
        leaf("path-len-without-ca", |draft| draft.set(id::BASIC_CONSTRAINTS, true, &[0x30, 3, 2, 1, 0])),
        authority("key-usage-missing-in-ca", |draft| draft.remove(id::KEY_USAGE)),
        leaf("key-usage-missing", |draft| draft.remove(id::KEY_USAGE)),
        leaf("key-usage-not-critical", |draft| draft.set_critical(id::KEY_USAGE, false)),
        leaf("key-usage-empty", |draft| draft.set(id::KEY_USAGE, true, &usage(&[0]))),
        leaf("cert-sign-without-ca", |draft| draft.set(id::KEY_USAGE, true, &usage(&[2, 0x84]))),
        authority("ca-without-cert-sign", |draft| draft.set(id::KEY_USAGE, true, &usage(&[1, 0x02]))),
        authority("ca-without-crl-sign", |draft| draft.set(id::KEY_USAGE, true, &usage(&[2, 0x04]))),
        leaf("key-usage-unfit-for-key", |draft| draft.set(id::KEY_USAGE, true, &usage(&[5, 0xa0]))),
        leaf("cipher-only-without-agreement", |draft| draft.set(id::KEY_USAGE, true, &usage(&[0, 0x81]))),
        leaf("eku-missing", |draft| draft.remove(id::EXTENDED_KEY_USAGE)),
        leaf("eku-any-only", |draft| draft.set(id::EXTENDED_KEY_USAGE, false, &purposes(&[id::ANY_PURPOSE]))),
        leaf("ca-as-end-entity", |draft| {
            draft.set(id::BASIC_CONSTRAINTS, true, &[0x30, 3, 1, 1, 0xff]);
            draft.set(id::KEY_USAGE, true, &usage(&[2, 0x84]));
        }),
        leaf("purpose-key-usage", |draft| draft.set(id::KEY_USAGE, true, &usage(&[1, 0x02]))),
        leaf("eku-any-among-others", move |draft| draft.set(id::EXTENDED_KEY_USAGE, false, &purposes(&both))),
        leaf("eku-repeated", |draft| {
            draft.set(id::EXTENDED_KEY_USAGE, false, &purposes(&[id::SERVER_AUTH, id::SERVER_AUTH]));
        }),
        authority("eku-critical-in-ca", |draft| draft.set(id::EXTENDED_KEY_USAGE, true, &purposes(&[id::SERVER_AUTH]))),
        leaf("purpose", |draft| draft.set(id::EXTENDED_KEY_USAGE, false, &purposes(&[id::CLIENT_AUTH]))),
        authority("issuer-purposes", |draft| {
            draft.set(id::EXTENDED_KEY_USAGE, false, &purposes(&[id::CLIENT_AUTH]));
        }),
        // digitalSignature is bit 0, keyAgreement bit 4.
        leaf("tls-without-digital-signature", |draft| draft.set(id::KEY_USAGE, true, &usage(&[3, 0x08]))),
        leaf("rsa-without-key-encipherment", |draft| draft.set(id::KEY_USAGE, true, &usage(&[7, 0x80])))
            .with_key(LeafKey::Own(Algorithm::Rsa2048)),
        leaf("ocsp-nocheck-misplaced", |draft| draft.set(id::OCSP_NOCHECK, false, &[5, 0])),
    ]
}

fn extensions() -> Vec<Case> {
    let policies = |list: &[&[u8]]| {
        let items: Vec<u8> = list.iter().flat_map(|oid| sequence(&[&tlv(6, oid)])).collect();
        tlv(0x30, &items)
    };
    let crl = |url: &str| sequence(&[&sequence(&[&tlv(0xa0, &tlv(0xa0, &tlv(0x86, url.as_bytes())))])]);
    let access =
        |url: &str| sequence(&[&sequence(&[&tlv(6, &[0x2b, 6, 1, 5, 5, 7, 48, 1]), &tlv(0x86, url.as_bytes())])]);
    vec![
        leaf("extension-unknown-critical", |draft| draft.set(id::UNKNOWN, true, &[5, 0])),
        authority("ski-missing-in-ca", |draft| draft.remove(id::SUBJECT_KEY_ID)),
        leaf("ski-missing", |draft| draft.remove(id::SUBJECT_KEY_ID)),
        leaf("ski-critical", |draft| draft.set_critical(id::SUBJECT_KEY_ID, true)),
        leaf("key-id-length", |draft| draft.set(id::SUBJECT_KEY_ID, false, &[4, 0])),
        leaf("aki-missing", |draft| draft.remove(id::AUTHORITY_KEY_ID)),
        leaf("aki-critical", |draft| draft.set_critical(id::AUTHORITY_KEY_ID, true)),
        leaf("aki-without-key-id", |draft| draft.set(id::AUTHORITY_KEY_ID, false, &[0x30, 0])),
        leaf("aki-serial-mismatch", |draft| {
            let list = draft.extensions.as_mut().expect("there are extensions");
            let own = list.iter_mut().find(|own| own[4..7] == *id::AUTHORITY_KEY_ID).expect("it is there");
            let key_id = own[own.len() - 22..].to_vec();
            // [1] is of names, [2] the serial number.
            let names = tlv(0xa1, &tlv(0xa4, &super::craft::name("Nobody")));
            let value = sequence(&[&key_id, &names, &tlv(0x82, &[5])]);
            draft.set(id::AUTHORITY_KEY_ID, false, &value);
        }),
        leaf("aki-mismatch", |draft| {
            draft.set(id::AUTHORITY_KEY_ID, false, &tlv(0x30, &tlv(0x80, &[9; 20])));
        }),
        leaf("policy-repeated", move |draft| {
            draft.set(id::CERTIFICATE_POLICIES, false, &policies(&[id::UNKNOWN, id::UNKNOWN]));
        }),
        leaf("policies-critical", move |draft| {
            draft.set(id::CERTIFICATE_POLICIES, true, &policies(&[id::UNKNOWN]));
        }),
        authority("policy-limits-not-critical", |draft| {
            draft.set(id::POLICY_CONSTRAINTS, false, &[0x30, 3, 0x81, 1, 0]);
        }),
        leaf("cdp-url", move |draft| draft.set(id::CRL_DISTRIBUTION_POINTS, false, &crl("file:///x"))),
        leaf("cdp-critical", move |draft| draft.set(id::CRL_DISTRIBUTION_POINTS, true, &crl("http://x.test/"))),
        leaf("aia-url", move |draft| draft.set(id::AUTHORITY_INFO_ACCESS, false, &access("x"))),
        leaf("aia-critical", move |draft| draft.set(id::AUTHORITY_INFO_ACCESS, true, &access("http://x.test/"))),
        leaf("issuer-name-differs", |draft| {
            draft.issuer = sequence(&[&attribute(id::COMMON_NAME, 0x13, b"Lint Issuing")]);
        }),
        leaf("name-constraints-without-ca", |draft| draft.set(id::NAME_CONSTRAINTS, true, &permitted(0x82, HOST))),
        authority("name-constraints-not-critical", |draft| {
            draft.set(id::NAME_CONSTRAINTS, false, &permitted(0x82, "corp.test"));
        }),
        authority("name-constraints-leading-dot", |draft| {
            draft.set(id::NAME_CONSTRAINTS, true, &permitted(0x82, ".corp.test"));
        }),
        authority("name-constraints-mask", |draft| {
            draft.set(id::NAME_CONSTRAINTS, true, &excluded(0x87, &[192, 168, 0, 0, 255, 0, 255, 0]));
        }),
        authority("name-constraints-host-bits", |draft| {
            draft.set(id::NAME_CONSTRAINTS, true, &excluded(0x87, &[192, 168, 0, 5, 255, 255, 0, 0]));
        }),
        authority("name-constraints-dns", |draft| {
            draft.set(id::NAME_CONSTRAINTS, true, &permitted(0x82, "*.corp.test"));
        }),
        authority("name-constraints-email", |draft| {
            draft.set(id::NAME_CONSTRAINTS, true, &excluded(0x81, b"@other.test"));
        }),
        authority("name-constraints-uri", |draft| {
            draft.set(id::NAME_CONSTRAINTS, true, &excluded(0x86, b"https://other.test/"));
        }),
        authority("name-constraints-uncommon", uncommon),
    ]
}

/// What a root is, of whose certificate many programs take no more than name and key.
pub(super) fn of_roots() -> Vec<Case> {
    let root = |rule, change: fn(&mut Draft)| case(rule, Place::Root, change);
    vec![
        root("key-usage-missing-in-ca", |draft| draft.remove(id::KEY_USAGE)),
        root("ca-without-cert-sign", |draft| draft.set(id::KEY_USAGE, true, &usage(&[1, 0x02]))),
        root("extension-unknown-critical", |draft| draft.set(id::UNKNOWN, true, &[5, 0])),
        root("ski-missing-in-ca", |draft| {
            draft.remove(id::SUBJECT_KEY_ID);
        }),
        root("ca-not-critical", |draft| draft.set_critical(id::BASIC_CONSTRAINTS, false)),
        Case { issuing: Some(RSA_PSS), ..root("rsa-pss-key", |_| {}) },
        Case { issuing: Some(P224), ..root("key-p224", |_| {}) },
        Case { issuing: Some(EXPLICIT), ..root("key-explicit-curve-in-ca", |_| {}) },
        Case { issuing: Some(LeafKey::Own(Algorithm::Ed25519)), ..root("key-ed25519", |_| {}) },
        root("name-constraints-mask", |draft| {
            draft.set(id::NAME_CONSTRAINTS, true, &excluded(0x87, &[192, 168, 0, 0, 255, 0, 255, 0]));
        }),
        root("name-constraints-dns", |draft| {
            draft.set(id::NAME_CONSTRAINTS, true, &permitted(0x82, "*.corp.test"));
        }),
        root("name-constraints-uri", |draft| {
            draft.set(id::NAME_CONSTRAINTS, true, &excluded(0x86, b"https://other.test/"));
        }),
        root("name-constraints-uncommon", uncommon),
        root("attribute-characters", |draft| {
            draft.subject = sequence(&[&attribute(id::ORGANIZATION, 0x13, b"Foo_Bar")]);
            draft.issuer.clone_from(&draft.subject);
        }),
    ]
}

/// Excludes names that begin with an organization of which nobody has heard.
fn uncommon(draft: &mut Draft) {
    let other = sequence(&[&attribute(id::ORGANIZATION, 0x0c, b"Nobody")]);
    draft.set(id::NAME_CONSTRAINTS, true, &excluded(0xa4, &other));
}

/// Excludes what no certificate here is for.
fn excluded(tag: u8, base: &[u8]) -> Vec<u8> {
    sequence(&[&tlv(0xa1, &sequence(&[&tlv(tag, base)]))])
}

fn permitted(tag: u8, base: &str) -> Vec<u8> {
    sequence(&[&tlv(0xa0, &sequence(&[&tlv(tag, base.as_bytes())]))])
}

pub(super) fn all() -> Vec<Case> {
    [basics(), encoding(), keys(), names(), usages(), extensions()].into_iter().flatten().collect()
}

/// Makes the key of a leaf.
pub(super) fn make(key: LeafKey, directory: &std::path::Path) -> Key {
    match key {
        LeafKey::Own(algorithm) => Key::new(algorithm),
        LeafKey::Rsa(bits, exponent) => {
            let (bits, exponent) = (format!("rsa_keygen_bits:{bits}"), format!("rsa_keygen_pubexp:{exponent}"));
            Key::by_openssl(directory, &["-algorithm", "RSA", "-pkeyopt", &bits, "-pkeyopt", &exponent])
        }
        LeafKey::Other(options) => Key::by_openssl(directory, options),
    }
}
