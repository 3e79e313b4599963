//! Modes whatever the umask, symbolic links, foreign and read-only directories (invariant 10).

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::process::Command;

use super::fixture::{NOW, commit, leaf, store_with_root, temporary, tree};
use crate::store::{Store, StoreError, atomic};

/// Run by the test below in a process of its own, since the umask is the whole process's.
#[test]
fn modes_under_the_umask_of_this_process() {
    let Ok(umask) = std::env::var("CERTWRIGHT_TEST_UMASK") else { return };
    rustix::process::umask(rustix::fs::Mode::from_bits_truncate(u32::from_str_radix(&umask, 8).unwrap()));
    let dir = temporary();
    let root = dir.path().join("parent").join("store");
    let store = Store::create(&root, NOW, "tester").unwrap();
    commit(&store, vec![super::fixture::root(), leaf("a", "01", Some("key")), leaf("b", "02", None)]);
    commit(&store, (16..40).map(|n| leaf(&format!("host{n}"), &format!("{n:02x}"), Some("key"))).collect());
    atomic::write_set(&dir.path().join("out"), &[("key.pem", b"k", 0o600), ("cert.pem", b"c", 0o644)], false).unwrap();
    for (name, (mode, _)) in tree(dir.path()) {
        let path = dir.path().join(&name);
        let expected = match fs::symlink_metadata(&path).unwrap() {
            metadata if metadata.is_dir() => 0o700,
            metadata if metadata.is_symlink() => continue,
            _ if name.ends_with("key.pem") => 0o600,
            _ => 0o644,
        };
        assert_eq!(mode, expected, "{name} under umask {umask}");
    }
    assert_eq!(store.check().unwrap(), []);
}

#[test]
fn modes_do_not_depend_on_the_umask() {
    for umask in ["000", "022", "077", "177"] {
        let test = "store::tests::permissions::modes_under_the_umask_of_this_process";
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test])
            .env("CERTWRIGHT_TEST_UMASK", umask)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "umask {umask}: {text}");
    }
}

#[test]
fn loose_or_linked_authority_keys_are_refused() {
    let (dir, store) = store_with_root();
    let path = store.layout().authority("root").join("key.pem");
    assert_eq!(store.read_authority_key("root").unwrap().as_slice(), b"root key");
    for mode in [0o640, 0o604, 0o660, 0o610] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let error = store.read_authority_key("root").unwrap_err();
        assert!(matches!(error, StoreError::Unsafe { .. }), "{mode:o}: {error}");
    }
    fs::set_permissions(&path, Permissions::from_mode(0o400)).unwrap();
    store.read_authority_key("root").unwrap();
    let elsewhere = dir.path().join("elsewhere.pem");
    fs::rename(&path, &elsewhere).unwrap();
    symlink(&elsewhere, &path).unwrap();
    assert!(matches!(store.read_authority_key("root"), Err(StoreError::Unsafe { .. })));
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
    assert!(matches!(store.read_authority_key("root"), Err(StoreError::Unsafe { .. })));
    fs::remove_dir(&path).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    assert!(matches!(store.read_authority_key("root"), Err(StoreError::Unsafe { .. })));
    fs::remove_file(&path).unwrap();
    fs::write(&path, vec![b'x'; 1024 * 1024 + 1]).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    assert!(matches!(store.read_authority_key("root"), Err(StoreError::Unsafe { .. })));
    for name in ["../root", "", ".", "/etc"] {
        assert!(matches!(store.read_authority_key(name), Err(StoreError::Invalid(_))), "{name}");
    }
    if rustix::process::geteuid().is_root() {
        fs::write(&path, "key").unwrap();
        std::os::unix::fs::chown(&path, Some(12345), None).unwrap();
        assert!(matches!(store.read_authority_key("root"), Err(StoreError::Unsafe { .. })));
    }
}

#[test]
fn a_directory_with_foreign_files_is_refused_and_left_alone() {
    let dir = temporary();
    fs::write(dir.path().join("thesis.tex"), "text").unwrap();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
    assert!(matches!(Store::create(dir.path(), NOW, "tester"), Err(StoreError::NotAStore(_))));
    assert!(matches!(Store::create(&dir.path().join("thesis.tex"), NOW, "tester"), Err(StoreError::NotAStore(_))));
    assert!(matches!(Store::open(dir.path()), Err(StoreError::Missing(_))));
    assert!(matches!(Store::open(&dir.path().join("none")), Err(StoreError::Missing(_))));
    assert_eq!(tree(dir.path()).len(), 1);
    assert_eq!(fs::metadata(dir.path()).unwrap().mode() & 0o777, 0o755);
    let site = dir.path().join("site");
    fs::create_dir_all(site.join("public")).unwrap();
    assert!(matches!(Store::create(&site, NOW, "tester"), Err(StoreError::NotAStore(_))));
}

#[test]
fn an_empty_directory_becomes_private() {
    let dir = temporary();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o777)).unwrap();
    Store::create(dir.path(), NOW, "tester").unwrap();
    assert_eq!(fs::metadata(dir.path()).unwrap().mode() & 0o777, 0o700);
}

#[test]
fn links_in_place_of_the_stores_own_files_are_not_followed() {
    let (dir, store) = store_with_root();
    let victim = dir.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    for name in ["lock", "journal.head"] {
        let path = store.layout().root().join(name);
        fs::remove_file(&path).unwrap();
        symlink(&victim, &path).unwrap();
        let _ = store.lock(std::time::Duration::ZERO, "test").map(drop);
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious", "{name}");
        fs::remove_file(&path).unwrap();
    }
    fs::remove_dir(store.layout().staging()).unwrap();
    let elsewhere = dir.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    symlink(&elsewhere, store.layout().staging()).unwrap();
    assert!(matches!(store.lock(super::fixture::WAIT, "test"), Err(StoreError::Damaged { .. })));
}

#[test]
fn profiles_are_read_in_order() {
    let (_dir, store) = store_with_root();
    for (name, text) in [("b.json", "2"), ("a.json", "1"), ("notes.txt", "x"), (".hidden.json", "x"), (".json", "x")] {
        fs::write(store.layout().profiles().join(name), text).unwrap();
    }
    let expected = [("a".to_owned(), b"1".to_vec()), ("b".to_owned(), b"2".to_vec())];
    assert_eq!(store.read_profiles().unwrap(), expected);
}
