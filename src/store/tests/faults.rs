//! The store stopped at every single file operation (invariants 1 to 4).

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::fixture::{NOW, WAIT, authority, commit, copy, leaf, lock, root, store_with_root, temporary, tree};
use crate::store::faults::{self, Fault};
use crate::store::io::Step;
use crate::store::{Draft, Event, Settings, Store, StoreError};
use crate::x509::pem;

/// A transaction with everything in it: keys and none, a lineage that is there and one that is not, an authority that is new and
/// one whose key is replaced.
fn drafts() -> Vec<Draft> {
    let settings = Settings { default_authority: Some("sub".to_owned()), ..Settings::default() };
    vec![
        leaf("a", "02", Some("key 02")),
        leaf("b", "03", None),
        authority("sub", "sub certificate", &["root certificate"], Some("sub key")),
        authority("root", "second certificate", &[], Some("second key")),
        Draft { event: Event::SettingsChanged { settings }, key_pem: None },
    ]
}

fn base() -> (tempfile::TempDir, Store) {
    let (dir, store) = store_with_root();
    commit(&store, vec![leaf("a", "01", Some("key 01"))]);
    (dir, store)
}

fn try_commit(root: &Path) -> Result<(), StoreError> {
    Store::open(root)?.lock(WAIT, "test")?.commit(NOW, "tester", drafts())
}

/// Everything but the lock's note and `journal.head`, which may lag.
pub(super) fn content(root: &Path) -> BTreeMap<String, (u32, Vec<u8>)> {
    let mut found = tree(root);
    found.retain(|name, _| name != "lock" && name != "journal.head");
    found
}

/// What a reader may see at any instant: whole files, no certificate without its record, none beside another one's key.
fn assert_never_half(store: &Store) {
    let state = store.read().unwrap();
    for (name, (_, bytes)) in tree(store.layout().root()) {
        let text = String::from_utf8(bytes).unwrap();
        let parts: Vec<&str> = name.split('/').collect();
        match parts.as_slice() {
            ["issued", lineage, serial, file] => {
                let record =
                    state.by_serial(serial).unwrap().unwrap_or_else(|| panic!("{name} is released but not recorded"));
                assert_eq!(record.lineage, *lineage);
                let certificate = pem::encode("CERTIFICATE", format!("certificate {serial}").as_bytes());
                match *file {
                    "key.pem" => assert_eq!(text, format!("key {serial}")),
                    "cert.pem" => assert_eq!(text, certificate),
                    "fullchain.pem" => assert!(text.starts_with(&certificate) && text.ends_with("-----\n"), "{name}"),
                    _ => assert!(text.is_empty() || text.ends_with("-----\n"), "{name}"),
                }
                assert!(store.layout().issued(lineage, serial).join("fullchain.pem").exists());
            }
            ["issued", lineage, "current"] => {
                assert!(store.layout().issued(lineage, &text).join("cert.pem").exists(), "{name} leads nowhere");
            }
            ["authorities", authority, "ca.pem"] => {
                let key = fs::read_to_string(store.layout().authority(authority).join("key.pem")).unwrap();
                let expected = key.replace("key", "certificate");
                assert_eq!(text, pem::encode("CERTIFICATE", expected.as_bytes()), "{name} beside {key}");
            }
            ["public", file] => {
                let record = &state.authorities[file.split('.').next().unwrap()];
                let known: Vec<_> =
                    state.authority_history(&record.authority).map(|one| one.certificate().ok()).collect();
                assert!(!known.is_empty() && text.contains("certificate") | text.ends_with("-----\n"), "{name}");
            }
            _ => {}
        }
    }
}

/// The next command finds the store sound, with all of the transaction or nothing of it; and can write.
fn assert_recovers(store: &Store, before: &BTreeMap<String, (u32, Vec<u8>)>, what: &str) -> bool {
    let recorded_before = store.read().unwrap().has_serial("02").unwrap();
    // What is on its way is not called missing.
    let staging = store.layout().staging();
    let left = fs::read_dir(&staging).unwrap().count() > 0;
    for finding in store.check().unwrap() {
        // The settings, and a torn head, are no files of certificates.
        let other = ["store.json", "journal.jsonl"].iter().any(|name| finding.path.ends_with(name));
        assert!(other || left && finding.path.starts_with(&staging), "{what}: {finding:?}");
    }
    let writer = lock(store);
    let recorded = writer.state().has_serial("02").unwrap();
    assert!(!recorded_before || recorded, "{what}: a reader saw what is gone now");
    assert_eq!(writer.state().has_serial("03").unwrap(), recorded, "{what}: half a transaction");
    assert_eq!(writer.state().authorities.contains_key("sub"), recorded, "{what}");
    drop(writer);
    assert_eq!(store.check().unwrap(), [], "{what}");
    assert_never_half(store);
    if recorded {
        let key = |path: &Path| fs::read_to_string(path.join("key.pem")).unwrap();
        let issued = store.layout().issued("a", "02");
        assert_eq!(key(&issued), "key 02", "{what}");
        assert_eq!(fs::metadata(issued.join("key.pem")).unwrap().nlink(), 1, "{what}: the key has another name left");
        assert_eq!(key(&store.layout().authority("sub")), "sub key", "{what}");
        assert_eq!(key(&store.layout().authority("root")), "second key", "{what}");
        let previous: Vec<_> = fs::read_dir(store.layout().previous_keys("root")).unwrap().collect();
        assert_eq!(previous.len(), 1, "{what}");
        assert_eq!(fs::read(previous[0].as_ref().unwrap().path()).unwrap(), b"root key", "{what}");
    } else {
        assert_eq!(content(store.layout().root()), *before, "{what}: something is left");
    }
    commit(store, vec![leaf("a", "ff", Some("key ff"))]);
    assert_eq!(store.check().unwrap(), [], "{what}");
    recorded
}

/// Runs `work` on copies of a store with a fault at every step in turn, then `judge`.
pub(super) fn at_every_step(
    root: &Path,
    fault: Fault,
    work: impl Fn(&Path) -> Result<(), StoreError>,
    judge: impl FnMut(&Path, Result<(), StoreError>, &str),
) -> usize {
    at_steps(1, root, fault, work, judge)
}

/// As [`at_every_step`], at every `stride`-th one.
fn at_steps(
    stride: usize,
    root: &Path,
    fault: Fault,
    work: impl Fn(&Path) -> Result<(), StoreError>,
    mut judge: impl FnMut(&Path, Result<(), StoreError>, &str),
) -> usize {
    for at in (0..).step_by(stride) {
        let dir = temporary();
        let target = dir.path().join("store");
        if root.exists() {
            copy(root, &target);
        }
        let (result, reached) = faults::with(at, fault, || work(&target));
        judge(&target, result, &format!("{fault:?} at step {at}"));
        if !reached {
            return at;
        }
    }
    unreachable!()
}

#[test]
fn a_commit_killed_at_any_step_is_whole_or_gone() {
    let (_dir, store) = base();
    let before = content(store.layout().root());
    let (mut gone, mut whole) = (0, 0);
    for fault in [Fault::Die, Fault::DieHalfWay] {
        let steps = at_every_step(store.layout().root(), fault, try_commit, |root, result, what| {
            let store = Store::open(root).unwrap();
            assert_never_half(&store);
            let recorded = assert_recovers(&store, &before, what);
            assert!(recorded || result.is_err(), "{what}: success without a record");
            assert!(recorded || !matches!(result, Err(StoreError::Recorded { .. })), "{what}");
            *(if recorded { &mut whole } else { &mut gone }) += 1;
        });
        assert!(steps > 60, "only {steps} steps were seen");
    }
    assert!(gone > 10 && whole > 50, "{gone} {whole}");
}

#[test]
fn a_commit_where_no_file_has_two_names_is_whole_or_gone() {
    faults::without_links(|| {
        let (_dir, store) = base();
        let before = content(store.layout().root());
        at_every_step(store.layout().root(), Fault::Die, try_commit, |root, result, what| {
            let store = Store::open(root).unwrap();
            assert_never_half(&store);
            assert!(assert_recovers(&store, &before, what) || result.is_err(), "{what}: success without a record");
        });
    });
}

/// A store that was killed when everything but a staged key had gone its way.
fn killed_at_the_end() -> (tempfile::TempDir, Store) {
    let (_dir, store) = base();
    let issue = |root: &Path| {
        Store::open(root)?.lock(WAIT, "test")?.commit(NOW, "tester", vec![leaf("a", "02", Some("key 02"))])
    };
    let [whole, killed] = [temporary(), temporary()];
    for dir in [&whole, &killed] {
        copy(store.layout().root(), &dir.path().join("store"));
    }
    let (result, steps) = faults::trace(|| issue(&whole.path().join("store")));
    result.unwrap();
    let last = steps.iter().rposition(|(step, path)| *step == Step::Remove && path.ends_with("4.key.pem")).unwrap();
    let root = killed.path().join("store");
    let (result, _) = faults::with(last, Fault::Die, || issue(&root));
    result.unwrap();
    assert!(root.join("staging/4.key.pem").exists());
    let store = Store::open(&root).unwrap();
    (killed, store)
}

#[test]
fn a_key_that_somebody_took_away_after_a_kill_comes_back() {
    let (_dir, store) = killed_at_the_end();
    let key = store.layout().issued("a", "02").join("key.pem");
    fs::remove_file(&key).unwrap();
    lock(&store);
    assert_eq!(fs::read_to_string(&key).unwrap(), "key 02");
    assert_eq!(store.check().unwrap(), []);
}

#[test]
fn what_cannot_be_settled_hides_nothing_else() {
    let (_dir, store) = killed_at_the_end();
    let key = store.layout().issued("a", "02").join("key.pem");
    // It is another file that takes the place: what is written into this one is in staging/ as well.
    fs::remove_file(&key).unwrap();
    fs::write(&key, "another key").unwrap();
    fs::remove_file(store.layout().issued("a", "01").join("cert.pem")).unwrap();
    let error = store.lock(WAIT, "test").map(drop).unwrap_err().to_string();
    assert!(error.contains("4.key.pem") && error.contains("certwright key match"), "{error}");
    let paths = |found: Vec<crate::store::Finding>| {
        found.into_iter().map(|finding| finding.path.file_name().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(paths(store.check().unwrap()), ["4.key.pem"]);
    let all = store.check_unsettled().unwrap();
    assert!(all.iter().any(|finding| finding.path.ends_with("a/01/cert.pem")), "{all:?}");
    assert!(all.iter().all(|finding| !(finding.repairable && finding.path.ends_with("4.key.pem"))), "{all:?}");
}

#[test]
fn a_commit_without_keys_killed_at_any_step_has_its_files() {
    let (_dir, store) = base();
    let sign = |root: &Path| Store::open(root)?.lock(WAIT, "test")?.commit(NOW, "tester", vec![leaf("a", "02", None)]);
    at_every_step(store.layout().root(), Fault::Die, sign, |root, _, what| {
        let store = Store::open(root).unwrap();
        assert_never_half(&store);
        lock(&store);
        assert_eq!(store.check().unwrap(), [], "{what}");
    });
}

#[test]
fn a_recovery_killed_at_any_step_can_be_repeated() {
    let (_dir, store) = base();
    let before = content(store.layout().root());
    let recover = |root: &Path| Store::open(root)?.lock(WAIT, "test").map(drop);
    at_steps(5, store.layout().root(), Fault::Die, try_commit, |root, _, first| {
        at_every_step(root, Fault::Die, recover, |root, _, second| {
            let store = Store::open(root).unwrap();
            assert_never_half(&store);
            assert_recovers(&store, &before, &format!("{first}, then {second}"));
        });
    });
}

#[test]
fn creating_killed_at_any_step_can_be_repeated() {
    let create = |root: &Path| Store::create(root, NOW, "tester").map(drop);
    for fault in [Fault::Die, Fault::DieHalfWay] {
        let missing = temporary().path().join("none");
        at_every_step(&missing, fault, create, |target, _, what| {
            match Store::open(target) {
                Ok(store) => {
                    store.read().unwrap_or_else(|error| panic!("{what}: {error}"));
                }
                Err(error) => assert!(matches!(error, StoreError::Missing(_)), "{what}: {error}"),
            }
            let store = Store::create(target, NOW, "tester").unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!(store.read().unwrap().store_id(), store.manifest().store_id);
            assert_eq!(store.check().unwrap(), [], "{what}");
            commit(&store, vec![root()]);
        });
    }
}

#[test]
fn an_error_at_any_step_leaves_nothing_or_says_that_it_is_recorded() {
    let (_dir, store) = base();
    let before = content(store.layout().root());
    for fault in [Fault::FailOnce, Fault::Full] {
        at_every_step(store.layout().root(), fault, try_commit, |root, result, what| {
            let store = Store::open(root).unwrap();
            assert_never_half(&store);
            let recorded = store.read().unwrap().has_serial("02").unwrap();
            match &result {
                Ok(()) | Err(StoreError::Recorded { .. }) => assert!(recorded, "{what}: {result:?}"),
                Err(_) => assert!(!recorded, "{what}: {result:?}, but it is recorded"),
            }
            if result.is_ok() {
                assert_eq!(store.check().unwrap().iter().filter(|one| !one.repairable).count(), 0, "{what}");
            }
            if fault == Fault::Full && !recorded {
                assert_eq!(content(root), before, "{what}: something is left");
            }
            assert_recovers(&store, &before, what);
        });
    }
}

#[test]
fn a_writer_whose_commit_failed_goes_on() {
    let (_dir, store) = base();
    let twice = |root: &Path| {
        let store = Store::open(root)?;
        let mut writer = store.lock(WAIT, "test")?;
        let first = writer.commit(NOW, "tester", drafts());
        if matches!(first, Err(StoreError::Io { .. })) {
            writer.commit(NOW, "tester", drafts())?;
        }
        writer.commit(NOW, "tester", vec![leaf("c", "04", Some("key 04"))])
    };
    at_every_step(store.layout().root(), Fault::FailOnce, twice, |root, result, what| {
        let store = Store::open(root).unwrap();
        // Only a failure while the lock is taken, or of the second commit, ends it.
        if result.is_ok() {
            assert!(
                store.read().unwrap().has_serial("04").unwrap() && store.read().unwrap().has_serial("02").unwrap(),
                "{what}"
            );
        }
        lock(&store);
        assert_eq!(store.check().unwrap(), [], "{what}");
    });
}

#[test]
fn recorded_before_released_and_durable_before_renamed() {
    let (_dir, store) = base();
    let root = store.layout().root();
    let (result, steps) = faults::trace(|| try_commit(root));
    result.unwrap();
    let position = |wanted: Step, path: &Path| {
        steps.iter().position(|(step, found)| *step == wanted && found == path).unwrap_or_else(|| panic!("{path:?}"))
    };
    let recorded = position(Step::Sync, &store.layout().journal());
    assert!(position(Step::WriteAt, &store.layout().journal()) < recorded);
    let written: Vec<_> = steps.iter().enumerate().filter(|(_, (step, _))| *step == Step::Write).collect();
    assert_eq!(written.len(), 18);
    for (index, (_, path)) in written {
        let key = path.to_str().unwrap().ends_with(".key.pem");
        assert_eq!(index < recorded, key, "{path:?}");
        // Every file is synced under its temporary name.
        assert!(index < position(Step::Sync, path), "{path:?}");
    }
    let linked: Vec<_> = steps.iter().enumerate().filter(|(_, (step, _))| *step == Step::Link).collect();
    assert_eq!(linked.len(), 1, "a key that keeps its name in staging/: {linked:?}");
    for (index, (_, path)) in linked {
        assert!(recorded < index && index < position(Step::Sync, path.parent().unwrap()), "{path:?}");
    }
    for (index, (step, path)) in steps.iter().enumerate() {
        let released = !path.starts_with(store.layout().staging()) && *step == Step::Rename;
        if released {
            assert!(index > recorded, "{path:?} before it was recorded");
            let synced_after =
                steps[index..].iter().any(|(step, dir)| *step == Step::Sync && path.parent() == Some(dir));
            assert!(synced_after, "the name {path:?} is not durable");
            let inside = |file: &Path| file.starts_with(store.layout().staging()) && !file.ends_with("staging");
            let last_write =
                steps[..index].iter().rposition(|(step, file)| *step == Step::Write && inside(file)).unwrap();
            let unsynced = steps[last_write..index].iter().any(|(step, file)| *step == Step::Sync && inside(file));
            assert!(unsynced, "{path:?} was renamed before it was durable");
        }
    }
}
