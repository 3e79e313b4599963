//! What is written is read, and what must not be written is refused.

use super::*;
use crate::keys::{KeyError, Secret};
use crate::x509::fixtures::{NOW, Node, Spec};

/// A root, an issuing authority and a leaf under it.
struct Pki {
    root: Node,
    issuing: Node,
    leaf: Node,
}

impl Pki {
    fn new() -> Self {
        Self::named("Acme")
    }

    fn named(name: &str) -> Self {
        let root = Node::root(&Spec::ca(&format!("{name} Root"), None));
        let issuing = root.issue(&Spec::ca(&format!("{name} Issuing"), Some(0)));
        let leaf = issuing.issue(&Spec::leaf("web", &["web.corp.test"]));
        Self { root, issuing, leaf }
    }

    fn chain(&self) -> Vec<Certificate> {
        vec![self.leaf.certificate.clone(), self.issuing.certificate.clone(), self.root.certificate.clone()]
    }

    fn entry(&self, alias: &str, length: usize) -> Entry {
        let key = self.leaf.key.duplicate().unwrap();
        Entry { alias: alias.to_owned(), content: Content::Key { key, chain: self.chain()[..length].to_vec() } }
    }

    fn anchor(&self, alias: &str) -> Entry {
        Entry { alias: alias.to_owned(), content: Content::Trusted(self.root.certificate.clone()) }
    }
}

fn secret() -> Secret {
    Secret::new("changeit")
}

fn encoding(format: Format, password: Option<&Secret>) -> Encoding<'_> {
    Encoding { format, preset: Preset::Modern, store_password: password, key_password: None, created: NOW }
}

fn refusal(entries: Vec<Entry>, encoding: &Encoding<'_>) -> String {
    match encode(&Keystore { entries }, encoding) {
        Err(ContainerError::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}

/// What was found, in short: alias, kind, certificates.
fn listing(opened: &Opened) -> Vec<String> {
    let describe = |entry: &OpenedEntry| match &entry.content {
        OpenedContent::Certificate { trusted, .. } => format!("{} trusted={trusted}", entry.alias),
        OpenedContent::Key { key, chain } => format!("{} key={} chain={}", entry.alias, key.is_ok(), chain.len()),
    };
    let mut list: Vec<String> = opened.entries.iter().map(describe).collect();
    list.sort();
    list
}

#[test]
fn every_format_gives_back_what_was_put_in() {
    let (pki, other) = (Pki::new(), Pki::named("Other"));
    let password = secret();
    for preset in Preset::ALL {
        let keystore =
            Keystore { entries: vec![pki.entry("web", 2), other.entry("größe", 3), pki.anchor("root ca")] };
        let bytes = encode(&keystore, &Encoding { preset, ..encoding(Format::Pkcs12, Some(&password)) }).unwrap();
        let opened = open(&bytes, &Passwords { store: Some(&password), key: None }).unwrap();
        assert_eq!(opened.integrity, Integrity::Verified);
        // The root of the first chain is in the file as an anchor, which no chain is made of.
        assert_eq!(listing(&opened), ["größe key=true chain=3", "root ca trusted=true", "web key=true chain=2"]);
    }
    let keystore = Keystore { entries: vec![pki.entry("Web", 2), pki.anchor("🔑")] };
    let bytes = encode(&keystore, &encoding(Format::Jks, Some(&password))).unwrap();
    let opened = open(&bytes, &Passwords { store: Some(&password), key: None }).unwrap();
    assert_eq!(listing(&opened), ["web key=true chain=2", "🔑 trusted=true"]);
    assert_eq!(opened.entries[0].created, Some(NOW));

    for password in [None, Some(&password)] {
        let keystore = Keystore { entries: vec![pki.entry("web", 3)] };
        let bytes = encode(&keystore, &encoding(Format::Pem, password)).unwrap();
        let label = if password.is_some() { "ENCRYPTED PRIVATE KEY" } else { "PRIVATE KEY" };
        assert!(bytes.starts_with(format!("-----BEGIN {label}-----").as_bytes()));
        let opened = open(&bytes, &Passwords { store: password, key: None }).unwrap();
        assert_eq!(listing(&opened), ["web key=true chain=3"]);
    }
    let anchors = Keystore { entries: vec![pki.anchor("a"), other.anchor("b")] };
    let bytes = encode(&anchors, &encoding(Format::Pem, None)).unwrap();
    let opened = open(&bytes, &Passwords::default()).unwrap();
    assert_eq!(listing(&opened), ["Acme Root trusted=true", "Other Root trusted=true"]);
}

#[test]
fn the_comparison_after_writing_sees_every_difference() {
    let (pki, other, password) = (Pki::new(), Pki::named("Other"), secret());
    let passwords = Passwords { store: Some(&password), key: None };
    let compare = |written: Vec<Entry>, wanted: Vec<Entry>, format| {
        let bytes = encode(&Keystore { entries: written }, &encoding(format, Some(&password))).unwrap();
        encode::compare(&Keystore { entries: wanted }, &bytes, format, &passwords)
    };
    for format in [Format::Pkcs12, Format::Jks] {
        compare(vec![pki.entry("web", 2)], vec![pki.entry("web", 2)], format).unwrap();
        for (written, wanted) in [
            (vec![pki.entry("web", 2)], vec![pki.entry("api", 2)]),
            (vec![pki.entry("web", 2)], vec![other.entry("web", 2)]),
            (vec![pki.entry("web", 2)], vec![pki.entry("web", 3)]),
            (vec![pki.entry("web", 2)], vec![pki.anchor("web")]),
            (vec![pki.anchor("web")], vec![other.anchor("web")]),
            (vec![pki.anchor("web"), pki.entry("x", 2)], vec![pki.anchor("web")]),
        ] {
            let compared = compare(written, wanted, format);
            assert!(matches!(compared, Err(ContainerError::Unfaithful(_))), "{format}: {compared:?}");
        }
    }
}

#[test]
fn another_password_opens_nothing() {
    let (pki, password, wrong) = (Pki::new(), secret(), Secret::new("changeIt"));
    for format in [Format::Pkcs12, Format::Jks] {
        let keystore = Keystore { entries: vec![pki.entry("web", 2)] };
        let bytes = encode(&keystore, &encoding(format, Some(&password))).unwrap();
        let opened = open(&bytes, &Passwords { store: Some(&wrong), key: None });
        assert!(matches!(opened, Err(ContainerError::WrongPassword(_))), "{format}: {opened:?}");
    }
    let keystore = Keystore { entries: vec![pki.entry("web", 2)] };
    let bytes = encode(&keystore, &encoding(Format::Pkcs12, Some(&password))).unwrap();
    assert!(matches!(open(&bytes, &Passwords::default()), Err(ContainerError::PasswordNeeded(_))));
    // JKS lists its certificates without a password, and vouches for nothing.
    let bytes = encode(&keystore, &encoding(Format::Jks, Some(&password))).unwrap();
    let opened = open(&bytes, &Passwords::default()).unwrap();
    assert_eq!(opened.integrity, Integrity::Unchecked);
    assert_eq!(listing(&opened), ["web key=false chain=2"]);
}

#[test]
fn a_key_in_jks_may_have_a_password_of_its_own() {
    let (pki, store, key) = (Pki::new(), secret(), Secret::new("€ and 🔑"));
    let keystore = Keystore { entries: vec![pki.entry("web", 2)] };
    let jks = Encoding { key_password: Some(&key), ..encoding(Format::Jks, Some(&store)) };
    let bytes = encode(&keystore, &jks).unwrap();
    let opened = open(&bytes, &Passwords { store: Some(&store), key: None }).unwrap();
    let OpenedContent::Key { key: Err(KeyError::WrongPassphrase), .. } = &opened.entries[0].content else {
        panic!("{opened:?}")
    };
    assert!(opened.into_keystore().unwrap_err().to_string().contains("the key \"web\": wrong passphrase"));
    let opened = open(&bytes, &Passwords { store: Some(&store), key: Some(&key) }).unwrap();
    assert_eq!(opened.into_keystore().unwrap().entries.len(), 1);
    let refused = refusal(keystore.entries, &Encoding { format: Format::Pkcs12, ..jks });
    assert!(refused.contains("has the password of the file"), "{refused}");
}

#[test]
fn what_readers_would_take_for_something_else_is_refused() {
    let (pki, password) = (Pki::new(), secret());
    let p12 = encoding(Format::Pkcs12, Some(&password));
    let jks = encoding(Format::Jks, Some(&password));
    let pem = encoding(Format::Pem, None);
    let refused = |entries, encoding: &Encoding<'_>, why: &str| {
        let refused = refusal(entries, encoding);
        assert!(refused.contains(why), "{refused}");
    };
    refused(vec![], &p12, "nothing to write");
    refused(vec![pki.entry("web", 2), pki.entry("WEB", 2)], &jks, "two entries have the alias \"WEB\"");
    refused(vec![pki.entry(" ", 2)], &p12, "an alias is empty");
    refused(vec![pki.entry("web ", 2)], &p12, "begins or ends with a blank");
    refused(vec![pki.entry("a\u{1b}[2J", 2)], &p12, "control character");
    refused(vec![pki.entry(&"x".repeat(256), 2)], &p12, "more than 255");
    refused(vec![pki.entry("key 🔑", 2)], &p12, "BMPString");
    refused(vec![pki.entry("web", 2), pki.anchor("root")], &pem, "or anchors");
    refused(vec![pki.entry("web", 2), pki.entry("web2", 2)], &pem, "one key");

    let empty = Secret::new("");
    for format in [Format::Pkcs12, Format::Jks] {
        refused(vec![pki.entry("web", 2)], &encoding(format, Some(&empty)), "empty password");
        refused(vec![pki.entry("web", 2)], &encoding(format, None), "needs a password");
    }
    let umlaut = Secret::new("pässword");
    refused(vec![pki.entry("web", 2)], &encoding(Format::Pkcs12, Some(&umlaut)), "ASCII characters only");
    encode(&Keystore { entries: vec![pki.entry("web", 2)] }, &encoding(Format::Jks, Some(&umlaut))).unwrap();
}

#[test]
fn a_chain_must_belong_to_the_key_and_hang_together() {
    let (pki, other, password) = (Pki::new(), Pki::new(), secret());
    let p12 = encoding(Format::Pkcs12, Some(&password));
    let entry = |chain: &[&Certificate]| {
        let key = pki.leaf.key.duplicate().unwrap();
        let chain = chain.iter().map(|certificate| (*certificate).clone()).collect();
        vec![Entry { alias: "web".to_owned(), content: Content::Key { key, chain } }]
    };
    let (leaf, issuing, root) = (&pki.leaf.certificate, &pki.issuing.certificate, &pki.root.certificate);
    assert!(refusal(entry(&[]), &p12).contains("has no certificate"));
    let foreign = refusal(entry(&[&other.leaf.certificate]), &p12);
    assert!(foreign.contains("does not belong to its first certificate (CN=web)"), "{foreign}");
    let reversed = refusal(entry(&[leaf, root, issuing]), &p12);
    assert!(reversed.contains("CN=Acme Root did not issue CN=web"), "{reversed}");
    // The names fit, the keys do not.
    let stranger = refusal(entry(&[leaf, &other.issuing.certificate]), &p12);
    assert!(stranger.contains("out of order"), "{stranger}");
    // A chain that ends early is written, and it can be asked where it ends.
    encode(&Keystore { entries: entry(&[leaf]) }, &p12).unwrap();
    assert_eq!(gap(std::slice::from_ref(leaf)), Some(&issuing.subject));
    assert_eq!(gap(&pki.chain()), None);
    assert_eq!(ordered(leaf, &[root.clone(), other.issuing.certificate.clone(), issuing.clone()]), pki.chain());
}

#[test]
fn issuers_of_one_name_do_not_share_a_pkcs12_file() {
    let (pki, password) = (Pki::new(), secret());
    let twin = Pki::new();
    let entries = || vec![pki.entry("one", 2), twin.entry("two", 2)];
    let refused = refusal(entries(), &encoding(Format::Pkcs12, Some(&password)));
    assert!(refused.contains("two different certificates of the issuer CN=Acme Issuing"), "{refused}");
    encode(&Keystore { entries: entries() }, &encoding(Format::Jks, Some(&password))).unwrap();
}

/// A password that everybody tries first is no secret, however slowly it is tried; anything else is one.
#[test]
fn secrets_take_many_rounds_and_defaults_few() {
    let pki = Pki::new();
    let (many, few): ([u8; 5], [u8; 4]) = ([0x02, 0x03, 0x01, 0x86, 0xa0], [0x02, 0x02, 0x08, 0x00]);
    let has = |bytes: &[u8], number: &[u8]| bytes.windows(number.len()).any(|found| found == number);
    for (password, is_secret) in [("changeit", false), ("Changeit", true), ("changeit ", true), ("kfdj39r", true)] {
        let password = Secret::new(password);
        let with = encoding(Format::Pkcs12, Some(&password));
        let keys = encode(&Keystore { entries: vec![pki.entry("one", 2)] }, &with).unwrap();
        assert_eq!((has(&keys, &many), has(&keys, &few)), (is_secret, !is_secret));
        let anchors = encode(&Keystore { entries: vec![pki.anchor("root")] }, &with).unwrap();
        assert_eq!((has(&anchors, &many), has(&anchors, &few)), (false, true));
    }
}

#[test]
fn damage_is_an_error_wherever_it_is() {
    let (pki, password) = (Pki::new(), secret());
    let passwords = Passwords { store: Some(&password), key: None };
    for format in [Format::Pkcs12, Format::Jks] {
        // Anchors alone: their derivations are cheap enough to try every octet.
        let keystore = Keystore { entries: vec![pki.anchor("root")] };
        let good = encode(&keystore, &encoding(format, Some(&password))).unwrap();
        for length in (0..good.len()).step_by(7) {
            assert!(open(&good[..length], &passwords).is_err(), "{format} cut to {length}");
        }
        for at in (0..good.len()).step_by(31) {
            let mut bad = good.to_vec();
            bad[at] ^= 0x41;
            if let Ok(opened) = open(&bad, &passwords) {
                panic!("{format} changed at {at}: {opened:?}");
            }
        }
        let longer = [good.as_slice(), b"x"].concat();
        assert!(open(&longer, &passwords).is_err());
    }
    let unknown = open(b"hello", &passwords).unwrap_err().to_string();
    assert_eq!(unknown, "it is neither a PKCS#12, JKS nor PEM keystore");
    assert!(open(&vec![0; 9 << 20], &passwords).unwrap_err().to_string().contains("too many"));
}

#[test]
fn names_are_made_unique() {
    let pki = Pki::new();
    let entry = |alias: &str| OpenedEntry {
        alias: alias.to_owned(),
        created: None,
        content: OpenedContent::Certificate { certificate: pki.root.certificate.clone(), trusted: true },
    };
    let entries = ["a", "A", "a", "", "", "a-2", "1"].map(entry).into();
    let (protection, skipped) = (Vec::new(), Vec::new());
    let mut opened = Opened { format: "PEM", protection, integrity: Integrity::None, entries, skipped };
    opened.name_entries();
    let names: Vec<&str> = opened.entries.iter().map(|entry| entry.alias.as_str()).collect();
    assert_eq!(names, ["a", "A-2", "a-3", "1", "2", "a-2-2", "1-2"]);
}
