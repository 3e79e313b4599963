use time::macros::datetime;

use super::*;

fn options() -> Options {
    Options::new("unit tests", datetime!(2026-11-22 12:00 UTC))
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
    let files = |options: &Options| TestPki::generate(options).unwrap().files().unwrap();
    let (one, again) = (files(&options()), files(&options()));
    assert_eq!(one, again);
    let other = files(&Options { seed: "another".to_owned(), ..options() });
    let shared = ["README.txt"];
    let same = |file: &&TestFile| other.contains(file) && !shared.contains(&file.path.as_str());
    // The keys of RSA are published, and the same for every seed.
    let same: Vec<&str> = one.iter().filter(same).map(|file| file.path.as_str()).collect();
    assert!(same.iter().all(|path| path.ends_with("key.pem")), "{same:?}");
}

#[test]
fn a_case_is_the_same_alone() {
    let all = TestPki::generate(&options()).unwrap();
    for id in ["good", "good-rsa", "revoked-intermediate", "unsorted-chain"] {
        let alone = TestPki::select(&options(), |other| other == id).unwrap();
        let (alone, among) = (alone.case(id).unwrap(), all.case(id).unwrap());
        assert_eq!((&alone.certificate, &alone.chain, &alone.crls), (&among.certificate, &among.chain, &among.crls));
    }
}

#[test]
fn names_are_unique_and_plain_and_every_row_says_why() {
    let entries = entries();
    for pair in entries.windows(2) {
        assert!(pair[0].id < pair[1].id, "{}", pair[0].id);
    }
    for entry in &entries {
        assert!(entry.id.bytes().all(|octet| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'-'));
        assert!(!entry.what.is_empty() && !entry.rule.is_empty(), "{}", entry.id);
        assert_eq!(entry.good, entry.id.starts_with("good"), "{}", entry.id);
        assert!(!entry.good || entry.refused_by.is_empty(), "{}", entry.id);
    }
}

#[test]
fn hosts_and_instants_that_cannot_be_are_refused() {
    for host in ["127.0.0.1", "*.test", "", "Ünicode.test", "a b"] {
        assert!(TestPki::generate(&Options { host: host.to_owned(), ..options() }).is_err(), "{host}");
    }
    assert!(TestPki::generate(&Options::new("", datetime!(2060-01-01 00:00 UTC))).is_err());
}

#[test]
fn keystores_open() {
    use crate::container::{OpenedContent, Passwords, open};
    let pki = TestPki::select(&options(), |id| ["good", "good-rsa", "good-ed25519", "expired"].contains(&id)).unwrap();
    let password = crate::keys::Secret::new(KEYSTORE_PASSWORD.as_bytes().to_vec());
    for file in pki.files().unwrap().iter().filter(|file| file.path.ends_with(".p12")) {
        let opened = open(&file.bytes, &Passwords { store: Some(&password), key: None }).unwrap();
        let [entry] = &opened.entries[..] else { panic!("{}: {} entries", file.path, opened.entries.len()) };
        let OpenedContent::Key { key, chain } = &entry.content else { panic!("{}", file.path) };
        assert!(key.is_ok() && chain.len() == 2, "{}", file.path);
    }
}
