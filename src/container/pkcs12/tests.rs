//! Files that nobody sane writes, and old ones that somebody did.

use super::super::{Integrity, OpenedContent, Passwords, open};
use crate::keys::Secret;
use crate::x509::fixtures::{Node, Spec, key};
use crate::x509::tlv::{self, OCTET_STRING, SEQUENCE, SET, context_constructed, encode};

const DATA: &str = "1.2.840.113549.1.7.1";
const BAGS: &str = "1.2.840.113549.1.12.10.1";

fn oid(text: &str) -> Vec<u8> {
    encode(tlv::OBJECT_IDENTIFIER, crate::x509::Oid::new_unwrap(text).as_bytes())
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    encode(SEQUENCE, &parts.concat())
}

fn number(value: u32) -> Vec<u8> {
    let octets = value.to_be_bytes();
    let skip = octets.iter().take_while(|octet| **octet == 0).count().min(3);
    let sign = if octets[skip] & 0x80 == 0 { &[][..] } else { &[0] };
    encode(tlv::INTEGER, &[sign, &octets[skip..]].concat())
}

/// A `ContentInfo`.
fn content(kind: &str, inside: &[u8]) -> Vec<u8> {
    sequence(&[&oid(kind), &encode(context_constructed(0), inside)])
}

/// A plain safe of bags.
fn safe(bags: &[Vec<u8>]) -> Vec<u8> {
    content(DATA, &encode(OCTET_STRING, &encode(SEQUENCE, &bags.concat())))
}

fn bag(kind: u8, value: &[u8], attributes: &[Vec<u8>]) -> Vec<u8> {
    let value = encode(context_constructed(0), value);
    sequence(&[&oid(&format!("{BAGS}.{kind}")), &value, &encode(SET, &attributes.concat())])
}

fn named(name: &str) -> Vec<u8> {
    let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
    sequence(&[&oid("1.2.840.113549.1.9.20"), &encode(SET, &encode(tlv::BMP_STRING, &units))])
}

fn certificate_bag(der: &[u8], attributes: &[Vec<u8>]) -> Vec<u8> {
    let value = encode(context_constructed(0), &encode(OCTET_STRING, der));
    bag(3, &sequence(&[&oid("1.2.840.113549.1.9.22.1"), &value]), attributes)
}

/// A key that claims to be encrypted with PKCS#12's 3DES, or another scheme under the same arc.
fn shrouded(scheme: u8, iterations: u32) -> Vec<u8> {
    bag(2, &sequence(&[&pbe(scheme, iterations), &encode(OCTET_STRING, &[0; 64])]), &[])
}

fn pbe(scheme: u8, iterations: u32) -> Vec<u8> {
    let parameters = sequence(&[&encode(OCTET_STRING, &[7; 8]), &number(iterations)]);
    sequence(&[&oid(&format!("1.2.840.113549.1.12.1.{scheme}")), &parameters])
}

/// `MacData` that no password fits.
fn mac(algorithm: &str, iterations: u32) -> Vec<u8> {
    let digest = sequence(&[&sequence(&[&oid(algorithm), &[5, 0]]), &encode(OCTET_STRING, &[0; 20])]);
    sequence(&[&digest, &encode(OCTET_STRING, &[1; 8]), &number(iterations)])
}

fn pfx(safes: &[Vec<u8>], mac: &[u8]) -> Vec<u8> {
    let inside = encode(OCTET_STRING, &encode(SEQUENCE, &safes.concat()));
    sequence(&[&number(3), &content(DATA, &inside), mac])
}

fn refusal(file: &[u8]) -> String {
    let password = Secret::new("secret");
    open(file, &Passwords { store: Some(&password), key: None }).unwrap_err().to_string()
}

#[test]
fn work_is_bounded_for_one_derivation_and_for_all() {
    let sha256 = "2.16.840.1.101.3.4.2.1";
    assert!(refusal(&pfx(&[], &mac(sha256, 10_000_001))).contains("10000001 iterations of key derivation, at most"));
    assert!(refusal(&pfx(&[], &mac(sha256, 0))).contains("no iterations"));
    let mut budget = super::safes::Budget::default();
    budget.spend(27_000_000).unwrap();
    assert!(budget.spend(27_000_000).unwrap_err().to_string().contains("more than 30000000 rounds"));
}

#[test]
fn what_is_not_supported_is_named() {
    for (file, name) in [
        (pfx(&[], &mac("1.2.643.2.2.9", 1)), "a MAC with GOST R 34.11-94 (1.2.643.2.2.9)"),
        (pfx(&[], &mac("1.2.3.4", 1)), "a MAC with 1.2.3.4"),
        (pfx(&[content("1.2.840.113549.1.7.3", &[5, 0])], &[]), "encrypted to a key"),
        (sequence(&[&number(3), &content("1.2.840.113549.1.7.2", &[5, 0])]), "signed with a key"),
        (
            pfx(
                &[content(
                    "1.2.840.113549.1.7.6",
                    &sequence(&[
                        &number(0),
                        &sequence(&[&oid(DATA), &pbe(1, 2048), &encode(tlv::context(0), &[1; 8])]),
                    ]),
                )],
                &[],
            ),
            "encryption with pbeWithSHA1And128BitRC4 (1.2.840.113549.1.12.1.1)",
        ),
    ] {
        let refusal = refusal(&file);
        assert!(refusal.starts_with("not supported: ") && refusal.contains(name), "{refusal}");
    }
    // A key under RC4 hides nothing else.
    let opened = open(&pfx(&[safe(&[shrouded(1, 2048)])], &[]), &Passwords::default()).unwrap();
    let OpenedContent::Key { key: Err(error), .. } = &opened.entries[0].content else { panic!("{opened:?}") };
    assert!(error.to_string().contains("pbeWithSHA1And128BitRC4"), "{error}");
}

#[test]
fn safes_may_hold_safes_but_not_without_end() {
    let leaf = Node::root(&Spec::ca("Nested", None)).certificate;
    let mut inner = certificate_bag(leaf.der(), &[named("inner")]);
    for depth in 1..=9 {
        inner = bag(6, &encode(SEQUENCE, &inner), &[]);
        let opened = open(&pfx(&[safe(std::slice::from_ref(&inner))], &[]), &Passwords::default());
        match opened {
            Ok(opened) => {
                assert!(depth <= 8);
                assert_eq!(opened.entries[0].alias, "inner");
                assert_eq!(opened.integrity, Integrity::None);
            }
            Err(error) => assert!(depth == 9 && error.to_string().contains("safes inside safes"), "{depth}: {error}"),
        }
    }
    let many = vec![bag(4, &[5, 0], &[]); 20_001];
    assert!(refusal(&pfx(&[safe(&many)], &[])).contains("more than 20000 bags"));
}

#[test]
fn what_is_passed_over_is_named() {
    let anchor = Node::root(&Spec::ca("Kept", None)).certificate;
    let bags = [
        bag(4, &[5, 0], &[]),
        bag(5, &[5, 0], &[named("pin\u{1b}[2J")]),
        bag(9, &[5, 0], &[]),
        certificate_bag(&[0x30, 0], &[named("broken")]),
        certificate_bag(anchor.der(), &[named("kept")]),
    ];
    let opened = open(&pfx(&[safe(&bags)], &[]), &Passwords::default()).unwrap();
    assert_eq!(opened.entries.len(), 1);
    let skipped = opened.skipped.join("\n");
    for part in ["a CRL", "a secret \"pin\\u{1b}[2J\"", "12.10.1.9", "a certificate \"broken\": "] {
        assert!(skipped.contains(part), "{skipped}");
    }
    // Not marked as Java wants it.
    assert!(matches!(opened.entries[0].content, OpenedContent::Certificate { trusted: false, .. }));
}

#[test]
fn a_plain_key_finds_its_certificate_by_its_public_key() {
    let root = Node::root(&Spec::ca("Plain", None));
    let leaf = root.issue(&Spec::leaf("web", &["web.test"]));
    let bags = [
        certificate_bag(root.certificate.der(), &[]),
        bag(1, &leaf.key.to_pkcs8_der(), &[named("web")]),
        certificate_bag(leaf.certificate.der(), &[]),
        bag(1, &key().to_pkcs8_der(), &[]),
    ];
    let opened = open(&pfx(&[safe(&bags)], &[]), &Passwords::default()).unwrap();
    let chains: Vec<usize> = opened
        .entries
        .iter()
        .map(|entry| match &entry.content {
            OpenedContent::Key { chain, .. } => chain.len(),
            OpenedContent::Certificate { .. } => panic!("{entry:?}"),
        })
        .collect();
    // The other key is alone.
    assert_eq!(chains, [2, 0]);
    assert!(opened.protection.contains(&"a key that is not encrypted".to_owned()));
}

#[test]
fn structures_that_are_broken_are_damage() {
    for (file, why) in [
        (sequence(&[&number(2), &content(DATA, &[4, 0])]), "neither a PKCS#12"),
        (sequence(&[&number(3), &content(DATA, &[5, 0])]), "damaged PKCS#12 file"),
        (pfx(&[content("1.2.3", &[5, 0])], &[]), "a safe of the unknown type 1.2.3"),
        (pfx(&[content(DATA, &encode(OCTET_STRING, &[0x31, 0]))], &[]), "damaged PKCS#12 file"),
        ([pfx(&[], &[]), vec![0]].concat(), "1 bytes after the end"),
    ] {
        let refusal = refusal(&file);
        assert!(refusal.contains(why), "{why}: {refusal}");
    }
    let empty = open(&pfx(&[], &[]), &Passwords::default());
    assert!(matches!(&empty, Ok(opened) if opened.entries.is_empty()), "{empty:?}");
}
