//! `store check` and `store check --repair`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::fixture::{commit, leaf, lock, read, store_with_root, tree};
use crate::store::{Severity, Store};

fn sample() -> (tempfile::TempDir, Store) {
    let (dir, store) = store_with_root();
    commit(&store, vec![leaf("a", "01", Some("key 01")), leaf("a", "02", None)]);
    assert_eq!(store.check().unwrap(), []);
    (dir, store)
}

/// Breaks a store and expects one finding, about this path.
fn broken(path: &str, severity: Severity, repairable: bool, harm: impl Fn(&std::path::Path)) {
    let (_dir, store) = sample();
    let before = tree(store.layout().root());
    let path = store.layout().root().join(path);
    harm(&path);
    let findings = store.check().unwrap();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!((&findings[0].path, findings[0].severity, findings[0].repairable), (&path, severity, repairable));
    let mut writer = lock(&store);
    let notices = writer.repair().unwrap();
    drop(writer);
    if repairable {
        assert_eq!(notices.len(), 1, "{notices:?}");
        assert_eq!(store.check().unwrap(), []);
        assert_eq!(tree(store.layout().root()), before);
    } else {
        assert_eq!(notices, []);
        assert_eq!(store.check().unwrap(), findings);
    }
}

#[test]
fn what_follows_from_the_journal_is_repaired() {
    let remove = |path: &std::path::Path| fs::remove_file(path).unwrap();
    for path in ["cert.pem", "chain.pem", "fullchain.pem"] {
        broken(&format!("issued/a/01/{path}"), Severity::Damage, true, remove);
        broken(&format!("issued/a/01/{path}"), Severity::Damage, true, |path| fs::write(path, "other").unwrap());
    }
    for path in ["authorities/root/ca.pem", "authorities/root/chain.pem", "public/root.crt", "public/root.pem"] {
        broken(path, Severity::Damage, true, remove);
    }
    broken("issued/a/current", Severity::Damage, true, remove);
    broken("issued/a/current", Severity::Damage, true, |path| {
        fs::remove_file(path).unwrap();
        std::os::unix::fs::symlink("01", path).unwrap();
    });
    broken("issued/a", Severity::Warning, true, |path| {
        fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap()
    });
}

#[test]
fn keys_and_strays_are_reported_and_left_alone() {
    // Nothing is lost with the key of what another one replaced, nor with an authority's that is elsewhere.
    broken("issued/a/01/key.pem", Severity::Warning, false, |path| fs::remove_file(path).unwrap());
    broken("authorities/root/key.pem", Severity::Warning, false, |path| fs::remove_file(path).unwrap());
    for key in ["authorities/root/key.pem", "issued/a/01/key.pem"] {
        broken(key, Severity::Damage, true, |path| {
            fs::set_permissions(path, Permissions::from_mode(0o640)).unwrap();
        });
    }
    broken("issued/a/02/key.pem", Severity::Warning, false, |path| fs::write(path, "key").unwrap());
    broken("issued/a/03", Severity::Damage, false, |path| fs::create_dir(path).unwrap());
    broken("issued/b", Severity::Damage, false, |path| fs::create_dir(path).unwrap());
    broken("authorities/other", Severity::Damage, false, |path| fs::create_dir(path).unwrap());
    broken("issued/a/02/notes.txt", Severity::Warning, false, |path| fs::write(path, "notes").unwrap());
}

#[test]
fn a_lost_certificate_directory_is_rebuilt() {
    let (_dir, store) = sample();
    let before = tree(store.layout().root());
    fs::remove_dir_all(store.layout().issued("a", "02")).unwrap();
    assert_eq!(store.check().unwrap().len(), 3);
    assert_eq!(lock(&store).repair().unwrap().len(), 3);
    assert_eq!(tree(store.layout().root()), before);
}

#[test]
fn settings_edited_by_hand_give_way_to_the_journal() {
    let (_dir, store) = sample();
    let path = store.layout().manifest();
    let before = read(&path);
    fs::write(&path, before.replace("\"crl_urls\": []", "\"crl_urls\": [\"http://pki.test/\"]")).unwrap();
    assert_eq!(store.check().unwrap()[0].path, path);
    let writer = lock(&store);
    assert_eq!(writer.notices().len(), 1);
    drop(writer);
    assert_eq!(read(&path), before);
}

#[test]
fn a_damaged_journal_is_a_finding() {
    let (_dir, store) = sample();
    let path = store.layout().journal();
    fs::write(&path, read(&path).replacen("tester", "teste2", 1)).unwrap();
    let findings = store.check().unwrap();
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::Damage));
    assert!(findings[0].what.starts_with("line 1: "), "{}", findings[0].what);
}
