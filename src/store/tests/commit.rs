//! What a commit records and which files appear.

use std::fs;
use std::path::Path;

use super::fixture::{
    NOW, authority, certificates, commit, leaf, lock, read, record, root, store, store_with_root, tree,
};
use crate::store::{Draft, Event, Settings, Store, StoreError, encode_der};
use crate::x509::pem;

fn certificate_pem(text: &str) -> String {
    pem::encode("CERTIFICATE", text.as_bytes())
}

#[test]
fn a_new_store_has_one_line_and_private_directories() {
    let (_dir, store) = store();
    let state = store.read().unwrap();
    assert_eq!((state.seq, state.store_id()), (1, store.manifest().store_id.as_str()));
    let names: Vec<String> = tree(store.layout().root()).into_keys().collect();
    let expected = [
        "authorities",
        "issued",
        "journal.head",
        "journal.jsonl",
        "lock",
        "profiles",
        "public",
        "staging",
        "store.json",
    ];
    assert_eq!(names, expected);
}

#[test]
fn creating_twice_opens_the_same_store() {
    let (_dir, store) = store();
    let again = Store::create(store.layout().root(), NOW, "tester").unwrap();
    assert_eq!(again.manifest(), store.manifest());
    assert_eq!(again.read().unwrap().seq, 1);
}

#[test]
fn a_store_whose_making_was_cut_off_begins_with_the_first_thing_recorded() {
    let (_dir, store) = store();
    fs::write(store.layout().journal(), "").unwrap();
    fs::remove_file(store.layout().head()).unwrap();
    // Taking the lock records nothing: it knows neither the time nor who takes it.
    drop(lock(&store));
    assert_eq!(read(store.layout().journal()), "");
    let later = NOW + time::Duration::hours(1);
    lock(&store).commit(later, "somebody", vec![root()]).unwrap();
    let first: serde_json::Value =
        serde_json::from_str(read(store.layout().journal()).lines().next().unwrap()).unwrap();
    assert_eq!((&first["event"], &first["actor"]), (&"store-created".into(), &"somebody".into()));
    assert_eq!(first["time"], crate::store::event::format_instant(later));
    let state = store.read().unwrap();
    assert_eq!((state.seq, state.store_id()), (2, store.manifest().store_id.as_str()));
    assert_eq!(store.check().unwrap(), []);
}

#[test]
fn every_file_follows_from_the_record() {
    let (_dir, store) = store_with_root();
    commit(&store, vec![authority("issuing", "issuing certificate", &["root certificate"], Some("issuing key"))]);
    let signed = record("issuing", "api.example.com", "0a", true);
    commit(&store, vec![Draft { event: Event::CertificateIssued(signed), key_pem: Some(b"leaf key".to_vec().into()) }]);
    let dir = store.layout().issued("api.example.com", "0a");
    let chain = certificate_pem("issuing certificate") + &certificate_pem("root certificate");
    assert_eq!(read(dir.join("cert.pem")), certificate_pem("certificate 0a"));
    assert_eq!(read(dir.join("key.pem")), "leaf key");
    // These made-up certificates are nobody's roots, so that none is left out.
    assert_eq!(read(dir.join("chain.pem")), chain);
    assert_eq!(read(dir.join("fullchain.pem")), certificate_pem("certificate 0a") + &chain);
    assert_eq!(fs::read_link(store.layout().lineage("api.example.com").join("current")).unwrap(), Path::new("0a"));
    let authority = store.layout().authority("issuing");
    assert_eq!(read(authority.join("ca.pem")), certificate_pem("issuing certificate"));
    assert_eq!(read(authority.join("chain.pem")), chain);
    assert_eq!(read(authority.join("key.pem")), "issuing key");
    assert_eq!(read(store.layout().public().join("issuing.crt")), "issuing certificate");
    assert_eq!(read(store.layout().public().join("issuing.pem")), certificate_pem("issuing certificate"));
    assert_eq!(fs::read_dir(store.layout().staging()).unwrap().count(), 0);
}

#[test]
fn current_names_the_newest() {
    let (_dir, store) = store_with_root();
    commit(&store, vec![leaf("a", "01", None), leaf("a", "02", Some("key"))]);
    let current = store.layout().lineage("a").join("current");
    assert_eq!(fs::read_link(&current).unwrap(), Path::new("02"));
    commit(&store, vec![leaf("a", "03", None), leaf("b", "04", None)]);
    assert_eq!(fs::read_link(&current).unwrap(), Path::new("03"));
    let state = store.read().unwrap();
    assert_eq!(
        state.lineage("a").unwrap().iter().map(|record| record.serial.as_str()).collect::<Vec<_>>(),
        ["01", "02", "03"]
    );
}

#[test]
fn a_large_batch_has_all_its_files() {
    let (_dir, store) = store_with_root();
    let drafts = (0..100).map(|n| leaf(&format!("host{}", n % 70), &format!("{n:04x}"), (n % 2 == 0).then_some("key")));
    commit(&store, drafts.collect());
    let state = store.read().unwrap();
    assert_eq!((state.seq, state.certificate_count()), (102, 100));
    for record in certificates(&state) {
        let dir = store.layout().issued(&record.lineage, &record.serial);
        assert_eq!(read(dir.join("cert.pem")), certificate_pem(&format!("certificate {}", record.serial)));
        assert_eq!(dir.join("key.pem").exists(), record.key);
    }
    assert_eq!(fs::read_link(store.layout().lineage("host5").join("current")).unwrap(), Path::new("004b"));
    assert_eq!(fs::read_dir(store.layout().staging()).unwrap().count(), 0);
}

#[test]
fn settings_are_in_the_journal_and_in_store_json() {
    let (_dir, store) = store();
    let settings = Settings { default_authority: Some("root".to_owned()), ..Settings::default() };
    commit(&store, vec![Draft { event: Event::SettingsChanged { settings: settings.clone() }, key_pem: None }]);
    assert_eq!(store.read().unwrap().settings, settings);
    assert_eq!(Store::open(store.layout().root()).unwrap().manifest().settings, settings);
}

#[test]
fn a_request_keeps_its_key_when_the_certificate_comes() {
    let (_dir, store) = store();
    let request = |key: Option<&str>| Draft {
        event: Event::AuthorityRequested { authority: "sub".to_owned(), request: encode_der(b"request") },
        key_pem: key.map(|key| key.as_bytes().to_vec().into()),
    };
    commit(&store, vec![request(Some("sub key"))]);
    let dir = store.layout().authority("sub");
    assert_eq!(read(dir.join("csr.pem")), pem::encode("CERTIFICATE REQUEST", b"request"));
    assert!(store.read().unwrap().requested.contains_key("sub"));
    let error = lock(&store).commit(NOW, "tester", vec![request(Some("another key"))]).unwrap_err();
    assert!(matches!(error, StoreError::Exists(_)), "{error}");
    let mut answer = authority("sub", "sub certificate", &["root certificate"], Some("x"));
    answer.key_pem = None;
    commit(&store, vec![answer]);
    assert_eq!(read(dir.join("key.pem")), "sub key");
    assert_eq!(read(dir.join("ca.pem")), certificate_pem("sub certificate"));
    assert!(!dir.join("csr.pem").exists());
    assert!(store.read().unwrap().requested.is_empty());
}

#[test]
fn a_replaced_authority_key_is_kept() {
    let (_dir, store) = store_with_root();
    commit(&store, vec![leaf("a", "01", None)]);
    commit(&store, vec![authority("root", "second certificate", &[], Some("second key"))]);
    let dir = store.layout().authority("root");
    assert_eq!(read(dir.join("key.pem")), "second key");
    assert_eq!(read(dir.join("ca.pem")), certificate_pem("second certificate"));
    let previous: Vec<_> = fs::read_dir(store.layout().previous_keys("root")).unwrap().collect();
    assert_eq!(previous.len(), 1);
    assert_eq!(read(previous[0].as_ref().unwrap().path()), "root key");
    let state = store.read().unwrap();
    // What the first one signed keeps its chain.
    assert_eq!(state.issuer_of("01").unwrap().unwrap().certificate, encode_der(b"root certificate"));
    assert_eq!(state.authority_history("root").count(), 2);
}

#[test]
fn a_draft_that_contradicts_leaves_nothing() {
    let (_dir, store) = store_with_root();
    commit(&store, vec![leaf("a", "01", None)]);
    let before = tree(store.layout().root());
    let mut unknown = record("nobody", "a", "02", false);
    let bad = [
        vec![leaf("a", "01", None)],
        vec![leaf("a", "02", None), leaf("b", "02", None)],
        vec![leaf("../a", "02", None)],
        vec![leaf("a", "../02", None)],
        vec![leaf("a", "0A", None)],
        vec![authority("../x", "c", &[], None)],
        vec![Draft { event: Event::CertificateIssued(unknown.clone()), key_pem: None }],
        vec![Draft { event: leaf("a", "02", Some("key")).event, key_pem: None }],
        vec![Draft { event: Event::StoreCreated { store_id: "ab".to_owned() }, key_pem: None }],
        vec![root(), root()],
        vec![{
            unknown.authority = "root".to_owned();
            unknown.certificate = "no base64".to_owned();
            Draft { event: Event::CertificateIssued(unknown), key_pem: None }
        }],
    ];
    for (number, drafts) in bad.into_iter().enumerate() {
        let mut writer = lock(&store);
        let error = writer.commit(NOW, "tester", drafts).unwrap_err();
        assert!(matches!(error, StoreError::Exists(_) | StoreError::Invalid(_)), "{number}: {error}");
        drop(writer);
        assert_eq!(tree(store.layout().root()), before, "{number}");
    }
}

#[test]
fn a_writer_goes_on_after_a_commit() {
    let (_dir, store) = store_with_root();
    let mut writer = lock(&store);
    for serial in ["01", "02", "03"] {
        writer.commit(NOW, "tester", vec![leaf("a", serial, Some("key"))]).unwrap();
        assert!(writer.state().has_serial(serial).unwrap());
    }
    assert_eq!(writer.notices(), []);
    assert_eq!(writer.state().seq, 5);
}
