//! Transactions that keep their keys in one file.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::faults::{at_every_step, content};
use rustix::fs::{FileType, Mode};

use super::fixture::{NOW, WAIT, commit, copy, leaf, lock, read, store_with_root, temporary, tree};
use crate::store::faults::{self, Fault};
use crate::store::io::Step;
use crate::store::{Draft, Filing, Severity, Store, StoreError, restore};

fn drafts() -> Vec<Draft> {
    vec![leaf("b", "02", Some("key 02\n")), leaf("c", "03", None), leaf("d", "04", Some("key 04"))]
}

fn pack(root: &Path, drafts: Vec<Draft>) -> Result<(), StoreError> {
    Store::open(root)?.lock(WAIT, "test")?.commit_filed(NOW, "tester", drafts, Filing::Packed)
}

/// A store with a certificate that has a directory, and one that is packed: the latter is line 4.
fn base() -> (tempfile::TempDir, Store) {
    let (dir, store) = store_with_root();
    commit(&store, vec![leaf("a", "01", Some("key 01"))]);
    pack(store.layout().root(), vec![leaf("p", "0f", Some("key 0f"))]).unwrap();
    (dir, store)
}

fn key(store: &Store, serial: &str) -> Result<String, StoreError> {
    let record = store.read()?.copy_by_serial(serial)?.unwrap();
    Ok(String::from_utf8(store.read_issued_key(&record)?.to_vec()).unwrap())
}

/// What a check finds: how bad, which path below the store, what.
fn findings(store: &Store) -> Vec<(Severity, String, String)> {
    let root = store.layout().root();
    let name = |path: &Path| path.strip_prefix(root).unwrap().display().to_string();
    store.check().unwrap().into_iter().map(|one| (one.severity, name(&one.path), one.what)).collect()
}

#[test]
fn the_keys_are_in_one_file_and_nothing_else_is_written() {
    let (_dir, store) = base();
    let before = tree(store.layout().root());
    pack(store.layout().root(), drafts()).unwrap();
    let after = tree(store.layout().root());
    let new: Vec<_> = after.keys().filter(|name| !before.contains_key(*name)).collect();
    assert_eq!(new, ["packed/5.pem"]);
    assert_eq!(after["packed"].0, 0o700);
    assert_eq!(after["packed/5.pem"], (0o600, b"# b 02\nkey 02\n# d 04\nkey 04\n".to_vec()));
    assert_eq!([key(&store, "02").unwrap(), key(&store, "04").unwrap()], ["key 02\n", "key 04"]);
    assert!(key(&store, "03").unwrap_err().is_not_found());
    assert_eq!(store.check().unwrap(), []);
}

#[test]
fn a_lineage_that_has_a_directory_keeps_to_it() {
    let (_dir, store) = base();
    pack(store.layout().root(), vec![leaf("a", "02", Some("key 02")), leaf("p", "03", Some("key 03"))]).unwrap();
    assert_eq!(read(store.layout().issued("a", "02").join("key.pem")), "key 02");
    assert_eq!(fs::read_link(store.layout().lineage("a").join("current")).unwrap(), Path::new("02"));
    assert!(!store.layout().lineage("p").exists());
    // And one that was packed gets a directory by a commit that makes some.
    commit(&store, vec![leaf("p", "05", Some("key 05"))]);
    assert_eq!(fs::read_link(store.layout().lineage("p").join("current")).unwrap(), Path::new("05"));
    assert_eq!([key(&store, "03").unwrap(), key(&store, "05").unwrap()], ["key 03", "key 05"]);
    assert_eq!(store.check().unwrap(), []);
}

#[test]
fn a_transaction_killed_at_any_step_is_whole_or_gone() {
    let (_dir, store) = base();
    let before = content(store.layout().root());
    let (mut gone, mut whole) = (0, 0);
    for fault in [Fault::Die, Fault::DieHalfWay, Fault::FailOnce, Fault::Full] {
        let commit = |root: &Path| pack(root, drafts());
        at_every_step(store.layout().root(), fault, commit, |root, result, what| {
            let store = Store::open(root).unwrap();
            let seen = store.read().unwrap().has_serial("02").unwrap();
            let state = lock(&store).state().clone();
            let recorded = state.has_serial("02").unwrap();
            assert!(recorded || !seen, "{what}: a reader saw what is gone now");
            assert_eq!(state.has_serial("04").unwrap(), recorded, "{what}: half a transaction");
            assert!(recorded || result.is_err(), "{what}: success without a record");
            assert_eq!(store.check().unwrap(), [], "{what}");
            if recorded {
                assert_eq!([key(&store, "02").unwrap(), key(&store, "04").unwrap()], ["key 02\n", "key 04"], "{what}");
                whole += 1;
            } else {
                assert_eq!(content(root), before, "{what}: something is left");
                gone += 1;
            }
        });
    }
    assert!(gone > 20 && whole > 10, "{gone} {whole}");
}

#[test]
fn keys_are_durable_before_they_are_recorded() {
    let (_dir, store) = base();
    let (result, steps) = faults::trace(|| pack(store.layout().root(), drafts()));
    result.unwrap();
    let position = |wanted: Step, path: &Path| {
        steps.iter().position(|(step, found)| *step == wanted && found == path).unwrap_or_else(|| panic!("{path:?}"))
    };
    let layout = store.layout();
    let order = [
        position(Step::Write, &layout.staged_pack(5)),
        position(Step::Sync, &layout.staged_pack(5)),
        position(Step::Sync, &layout.staging()),
        position(Step::Sync, &layout.journal()),
        position(Step::Rename, &layout.pack(5)),
        position(Step::Sync, &layout.packed()),
    ];
    assert!(order.is_sorted(), "{order:?}");
}

#[test]
fn a_pack_whose_place_is_taken_is_refused_before_anything_is_recorded() {
    let (_dir, store) = base();
    let before = content(store.layout().root());
    let is_of =
        |error: &StoreError, path: &Path| matches!(error, StoreError::Damaged { path: found, .. } if found == path);
    rustix::fs::mknodat(rustix::fs::CWD, store.layout().pack(5), FileType::Fifo, Mode::RUSR, 0).unwrap();
    let error = pack(store.layout().root(), drafts()).unwrap_err();
    assert!(is_of(&error, &store.layout().pack(5)), "{error}");
    fs::remove_file(store.layout().pack(5)).unwrap();
    assert_eq!(content(store.layout().root()), before);
    let aside = store.layout().root().with_extension("packed");
    fs::rename(store.layout().packed(), &aside).unwrap();
    std::os::unix::fs::symlink(&aside, store.layout().packed()).unwrap();
    let error = pack(store.layout().root(), drafts()).unwrap_err();
    assert!(is_of(&error, &store.layout().packed()), "{error}");
}

#[test]
fn a_recorded_pack_whose_place_is_taken_is_not_lost() {
    let (_dir, store) = base();
    let place = store.layout().pack(5);
    pack(store.layout().root(), drafts()).unwrap();
    // As after a kill just before the pack got its name.
    fs::rename(&place, store.layout().staged_pack(5)).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &place, FileType::Fifo, Mode::RUSR, 0).unwrap();
    let error = store.lock(WAIT, "test").map(drop).unwrap_err();
    assert!(matches!(&error, StoreError::Damaged { path, .. } if *path == store.layout().staged_pack(5)), "{error}");
    fs::remove_file(&place).unwrap();
    drop(lock(&store));
    assert_eq!(key(&store, "02").unwrap(), "key 02\n");
    assert_eq!(store.check().unwrap(), []);
}

/// The same names and lengths, and so the same offsets.
#[test]
fn the_pack_of_another_store_is_not_this_ones() {
    let (_dir, store) = base();
    let (_other_dir, other) = base();
    pack(store.layout().root(), drafts()).unwrap();
    pack(
        other.layout().root(),
        vec![leaf("b", "a2", Some("key a2\n")), leaf("c", "a3", None), leaf("d", "a4", Some("key a4"))],
    )
    .unwrap();
    fs::copy(other.layout().pack(5), store.layout().pack(5)).unwrap();
    assert!(matches!(key(&store, "02"), Err(StoreError::Damaged { .. })));
    let found = findings(&store);
    assert!(found[0].2.starts_with("does not have 2 of the 2 keys that the journal says, those of b, d"), "{found:?}");
}

#[test]
fn keys_of_certificates_that_were_replaced_may_go() {
    let (dir, store) = base();
    pack(store.layout().root(), drafts()).unwrap();
    let again = vec![leaf("b", "12", Some("key 12")), leaf("d", "14", Some("key 14"))];
    let as_before =
        |root: &Path| Store::open(root)?.lock(WAIT, "test")?.commit_filed(NOW, "tester", again, Filing::AsBefore);
    as_before(store.layout().root()).unwrap();
    assert!(!store.layout().lineage("b").exists() && store.layout().pack(8).exists());
    fs::write(store.layout().pack(5), "nothing").unwrap();
    assert_eq!(findings(&store).iter().map(|found| found.0).collect::<Vec<_>>(), [Severity::Warning]);
    let mut archive = Vec::new();
    lock(&store).backup(&mut archive).unwrap();
    restore(&mut archive.as_slice(), &dir.path().join("restored")).unwrap();
    fs::remove_file(store.layout().pack(5)).unwrap();
    assert_eq!(findings(&store).iter().map(|found| found.0).collect::<Vec<_>>(), [Severity::Warning]);
}

/// Nothing that is under `issued/` for a packed certificate is the store's.
#[test]
fn a_directory_of_a_packed_certificate_is_a_stranger() {
    let (_dir, store) = base();
    let dir = store.layout().issued("p", "0f");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("key.pem"), "another key").unwrap();
    let found = findings(&store);
    assert_eq!((found[0].0, found[0].1.as_str()), (Severity::Damage, "issued/p"), "{found:?}");
    // And it does not decide where the next one goes.
    let next = vec![leaf("p", "10", Some("key 10"))];
    store.lock(WAIT, "test").unwrap().commit_filed(NOW, "tester", next, Filing::AsBefore).unwrap();
    assert_eq!(key(&store, "10").unwrap(), "key 10");
    assert!(!store.layout().issued("p", "10").exists());
}

#[test]
fn a_check_tells_what_is_wrong_with_a_pack_once() {
    let (_dir, store) = base();
    pack(store.layout().root(), drafts()).unwrap();
    let path = store.layout().pack(5);
    let damage = |what: &str| vec![(Severity::Damage, "packed/5.pem".to_owned(), what.to_owned())];

    fs::write(&path, "# b 02\n").unwrap();
    let what = "does not have 2 of the 2 keys that the journal says, those of b, d: put it back from a backup, or renew these with \
                --rekey";
    assert_eq!(findings(&store), damage(what));
    assert!(matches!(key(&store, "02"), Err(StoreError::Damaged { .. })));

    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    assert!(findings(&store)[0].2.starts_with("has mode 0640"));
    assert!(matches!(key(&store, "02"), Err(StoreError::Unsafe { .. })));
    assert_eq!(lock(&store).repair().unwrap().len(), 1);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

    fs::remove_file(&path).unwrap();
    assert_eq!(
        findings(&store),
        damage(
            "is missing, and the keys of its certificates with it: put it back from a backup, or renew these with --rekey"
        )
    );
    fs::write(store.layout().packed().join("notes.txt"), "").unwrap();
    assert!(findings(&store).iter().any(|(_, path, what)| path == "packed/notes.txt" && what.contains("no keys")));
}

#[test]
fn a_backup_has_packs() {
    let (dir, store) = base();
    pack(store.layout().root(), drafts()).unwrap();
    let mut archive = Vec::new();
    let (backup, plain) = lock(&store).backup(&mut archive).unwrap();
    // The authority's, that of `a`, and three in packs.
    assert_eq!((plain, backup.missing_keys.as_slice()), (5, &[][..]));
    let target = dir.path().join("restored");
    restore(&mut archive.as_slice(), &target).unwrap();
    let restored = Store::open(&target).unwrap();
    assert_eq!(key(&restored, "04").unwrap(), "key 04");
    let kept = |root: &Path| {
        let mut found = content(root);
        found.retain(|name, _| !name.starts_with("cache"));
        found
    };
    assert_eq!(kept(&target), kept(store.layout().root()));

    fs::remove_file(store.layout().pack(5)).unwrap();
    let mut archive = Vec::new();
    let (backup, _) = lock(&store).backup(&mut archive).unwrap();
    assert_eq!(backup.missing_keys, ["packed/5.pem"]);
    restore(&mut archive.as_slice(), &dir.path().join("without")).unwrap();
}

#[test]
fn a_long_journal_knows_packs_by_its_index() {
    let (_dir, store) = base();
    let many = |from: u32| (from..from + 400).map(|n| leaf(&format!("host{n}"), &format!("{n:04x}"), Some("key")));
    pack(store.layout().root(), many(0x1000).collect()).unwrap();
    pack(store.layout().root(), many(0x2000).collect()).unwrap();
    assert!(store.layout().root().join("cache/index.json").exists());
    let again = temporary();
    copy(store.layout().root(), &again.path().join("store"));
    let store = Store::open(&again.path().join("store")).unwrap();
    assert_eq!(key(&store, "1007").unwrap(), "key");
    let mut packs = std::collections::BTreeMap::<u64, usize>::new();
    let count = &mut |row: &crate::store::CertificateRow<'_>| {
        *packs.entry(row.pack).or_default() += 1;
        Ok::<_, StoreError>(())
    };
    store.read().unwrap().for_each_certificate(count).unwrap();
    assert_eq!(packs.into_iter().collect::<Vec<_>>(), [(0, 1), (4, 1), (5, 400), (405, 400)]);
    assert_eq!(store.check().unwrap(), []);
}
