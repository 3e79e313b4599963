//! Files and sets of files outside the store (invariant 3).

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::fixture::{read, temporary, tree};
use crate::store::faults::{self, Fault};
use crate::store::io::{self, Step};
use crate::store::{StoreError, atomic};

type Set<'a> = [(&'a str, &'a [u8], u32); 3];

const OLD: Set<'_> =
    [("cert.pem", b"cert of key 1", 0o644), ("key.pem", b"key 1", 0o600), ("chain.pem", b"chain 1", 0o644)];
const NEW: Set<'_> =
    [("cert.pem", b"cert of key 2", 0o644), ("key.pem", b"key 2", 0o600), ("chain.pem", b"chain 2", 0o644)];

#[test]
fn a_file_is_written_and_replaced_only_when_asked() {
    let dir = temporary();
    let path = dir.path().join("file");
    atomic::create_new(&path, b"one", 0o600).unwrap();
    assert!(matches!(atomic::create_new(&path, b"two", 0o600), Err(StoreError::Exists(_))));
    assert_eq!(read(&path), "one");
    atomic::write(&path, b"two", 0o644, true).unwrap();
    let expected = [("file".to_owned(), (0o644, b"two".to_vec()))].into();
    assert_eq!(tree(dir.path()), expected);
    assert!(matches!(atomic::write(Path::new("/"), b"", 0o644, true), Err(StoreError::Invalid(_))));
    assert!(atomic::write(&dir.path().join("none/file"), b"", 0o644, true).is_err());
}

#[test]
fn a_link_is_replaced_and_not_followed() {
    let dir = temporary();
    let (victim, link) = (dir.path().join("victim"), dir.path().join("link"));
    fs::write(&victim, "precious").unwrap();
    symlink(&victim, &link).unwrap();
    assert!(matches!(atomic::write(&link, b"new", 0o600, false), Err(StoreError::Exists(_))));
    atomic::write(&link, b"new", 0o600, true).unwrap();
    assert_eq!((read(&victim), read(&link)), ("precious".to_owned(), "new".to_owned()));
    assert!(!fs::symlink_metadata(&link).unwrap().is_symlink());
    // One that leads nowhere is there all the same.
    let dangling = dir.path().join("dangling");
    symlink("nowhere", &dangling).unwrap();
    assert!(matches!(atomic::write(&dangling, b"new", 0o600, false), Err(StoreError::Exists(_))));
    assert!(!dir.path().join("nowhere").exists());
}

#[test]
fn sets_that_are_written_at_once_leave_a_pair() {
    for round in 0..40 {
        let dir = temporary();
        let out = dir.path().join("out");
        if round % 2 == 0 {
            fs::create_dir(&out).unwrap();
        }
        let sets = [OLD, NEW];
        std::thread::scope(|scope| {
            for set in sets.iter().cycle().take(6) {
                scope.spawn(|| atomic::write_set(&out, set, true).unwrap());
            }
        });
        let pairs = sets.map(|set| set.map(|(name, bytes, mode)| (name.to_owned(), (mode, bytes.to_vec()))).into());
        assert!(pairs.contains(&tree(&out)), "round {round}: {:?}", tree(&out));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing else is left");
    }
}

#[test]
fn a_failed_write_leaves_nothing_behind() {
    for fault in [Fault::FailOnce, Fault::Full] {
        for at in 0.. {
            let dir = temporary();
            let path = dir.path().join("file");
            fs::write(&path, "old").unwrap();
            let (result, reached) = faults::with(at, fault, || atomic::write(&path, b"new", 0o644, true));
            assert!(reached || result.is_ok());
            assert!(fault == Fault::Full || result.is_err() == reached);
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "{fault:?} at step {at}");
            assert!(["old", "new"].contains(&read(&path).as_str()));
            if !reached {
                break;
            }
        }
    }
}

#[test]
fn a_set_refuses_existing_files_before_it_writes() {
    let dir = temporary();
    let out = dir.path().join("new/out");
    atomic::write_set(&out, &OLD, false).unwrap();
    let before = tree(&out);
    assert_eq!(before.len(), 3);
    assert!(matches!(atomic::write_set(&out, &NEW, false), Err(StoreError::Exists(_))));
    assert!(matches!(atomic::write_set(&out, &[("new", b"", 0o644), NEW[0]], false), Err(StoreError::Exists(_))));
    for name in ["", ".", "..", "a/b", "/etc/passwd", "a/"] {
        let result = atomic::write_set(&out, &[(name, b"", 0o644)], true);
        assert!(matches!(result, Err(StoreError::Invalid(_))), "{name}");
    }
    assert!(matches!(atomic::write_set(&out, &[NEW[0], NEW[0]], true), Err(StoreError::Invalid(_))));
    assert_eq!(tree(&out), before);
}

#[test]
fn a_replaced_set_never_shows_a_certificate_beside_another_key() {
    for fault in [Fault::Die, Fault::DieHalfWay, Fault::FailOnce, Fault::Full] {
        for at in 0.. {
            let dir = temporary();
            atomic::write_set(dir.path(), &OLD, false).unwrap();
            let (result, reached) = faults::with(at, fault, || atomic::write_set(dir.path(), &NEW, true));
            let found = tree(dir.path());
            let text = |name: &str| found.get(name).map(|(_, bytes)| String::from_utf8(bytes.clone()).unwrap());
            let key = text("key.pem").unwrap();
            let cert = text("cert.pem");
            assert!(cert.is_none() || cert == Some(format!("cert of {key}")), "{fault:?} at step {at}: {cert:?} {key}");
            let chain = text("chain.pem");
            assert!(chain.is_none() || chain == Some(key.replace("key", "chain")), "{fault:?} at step {at}");
            if !matches!(fault, Fault::Die | Fault::DieHalfWay) && at > 0 {
                assert!(found.keys().all(|name| !name.ends_with(".tmp")) || fault == Fault::FailOnce, "{found:?}");
            }
            if !reached {
                result.unwrap();
                assert_eq!(found.len(), 3);
                break;
            }
        }
    }
}

#[test]
fn a_renewed_certificate_with_its_old_key_is_never_missing() {
    let renewed: Set<'_> = [("cert.pem", b"cert of key 1, renewed", 0o644), OLD[1], OLD[2]];
    for at in 0.. {
        let dir = temporary();
        atomic::write_set(dir.path(), &OLD, false).unwrap();
        let (_, reached) = faults::with(at, Fault::Die, || atomic::write_set(dir.path(), &renewed, true));
        assert!(read(dir.path().join("cert.pem")).starts_with("cert of key 1"), "step {at}");
        if !reached {
            break;
        }
    }
}

#[test]
fn a_directory_that_was_there_keeps_its_mode() {
    let dir = temporary();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
    atomic::write_set(dir.path(), &OLD, false).unwrap();
    assert_eq!(fs::metadata(dir.path()).unwrap().permissions().mode() & 0o777, 0o755);
}

#[test]
fn who_comes_second_takes_nothing_from_the_first() {
    let dir = temporary();
    // The first has placed its key and one file when the second, which found nothing there, starts to write.
    for (name, bytes, mode) in &OLD[..2] {
        atomic::write(&dir.path().join(name), bytes, *mode, false).unwrap();
    }
    assert!(matches!(atomic::write_set(dir.path(), &NEW, false), Err(StoreError::Exists(_))));
    assert_eq!(read(dir.path().join("cert.pem")), "cert of key 1");
    assert_eq!(read(dir.path().join("key.pem")), "key 1");
}

#[test]
fn a_new_directory_appears_with_all_of_its_files() {
    let dir = temporary();
    let many: Vec<_> = (0..40).map(|number| dir.path().join(format!("deep/{number}"))).collect();
    let sets: Vec<_> = many.iter().map(|dir| atomic::FileSet { dir, dir_mode: 0o700, files: NEW.to_vec() }).collect();
    atomic::write_sets(&sets, false).unwrap();
    assert_eq!(tree(&dir.path().join("deep")).len(), 40 * 4);
    for dir in &many {
        assert_eq!(read(dir.join("chain.pem")), "chain 2");
        assert_eq!(fs::metadata(dir).unwrap().permissions().mode() & 0o777, 0o700);
    }
    assert!(matches!(atomic::write_sets(&sets, false), Err(StoreError::Exists(_))));
}

/// Each file system is told to write out what was put on it, before the directories get their names and after.
#[cfg(target_os = "linux")]
#[test]
#[expect(clippy::print_stderr, reason = "what is skipped is told")]
fn directories_on_two_file_systems_are_durable_on_both() {
    use std::os::unix::fs::MetadataExt;
    let (disk, memory) = (tempfile::tempdir().unwrap(), temporary());
    let device = |dir: &Path| fs::metadata(dir).unwrap().dev();
    if device(disk.path()) == device(memory.path()) {
        eprintln!("skipped: /dev/shm is no other file system than that of temporary files");
        assert!(std::env::var_os("CERTWRIGHT_CI").is_none(), "CERTWRIGHT_CI is set, so there must be two file systems");
        return;
    }
    let dirs: Vec<_> = [disk.path(), memory.path()]
        .into_iter()
        .flat_map(|root| (0..10).map(move |number| root.join(format!("out-{number}"))))
        .collect();
    let sets: Vec<_> = dirs.iter().map(|dir| atomic::FileSet { dir, dir_mode: 0o700, files: NEW.to_vec() }).collect();
    let (result, steps) = faults::trace(|| atomic::write_sets(&sets, false));
    result.unwrap();
    for root in [disk.path(), memory.path()] {
        let of = |wanted: &[Step]| -> Vec<Step> {
            steps
                .iter()
                .filter(|(step, path)| wanted.contains(step) && path.starts_with(root))
                .map(|(step, _)| *step)
                .collect()
        };
        let mut order = of(&[Step::SyncFilesystem, Step::Rename]);
        order.dedup();
        assert_eq!(order, [Step::SyncFilesystem, Step::Rename, Step::SyncFilesystem], "{}", root.display());
        assert_eq!(of(&[Step::Sync]), [], "nothing is synced by itself");
    }
}

/// File systems without a rename that refuses an existing name.
#[test]
fn a_new_name_takes_nothing_away_on_any_file_system() {
    let dir = temporary();
    let path = |name: &str| dir.path().join(name);
    let is_taken = |from: &str, to: &str| {
        matches!(io::rename_new_anywhere(&path(from), &path(to)), Err(StoreError::Exists(_))) && path(from).exists()
    };
    fs::write(path("file"), "old").unwrap();
    fs::create_dir(path("full")).unwrap();
    fs::write(path("full/key.pem"), "old").unwrap();
    symlink("nowhere", path("link")).unwrap();
    fs::write(path("new file"), "new").unwrap();
    fs::create_dir(path("new dir")).unwrap();
    fs::write(path("new dir/key.pem"), "new").unwrap();
    for taken in ["file", "full", "link"] {
        assert!(is_taken("new file", taken) && is_taken("new dir", taken), "{taken}");
    }
    assert_eq!((read(path("file")), read(path("full/key.pem"))), ("old".to_owned(), "old".to_owned()));
    io::rename_new_anywhere(&path("new file"), &path("a")).unwrap();
    io::rename_new_anywhere(&path("new dir"), &path("b")).unwrap();
    assert_eq!((read(path("a")), read(path("b/key.pem"))), ("new".to_owned(), "new".to_owned()));
    assert!(!path("new file").exists() && !path("new dir").exists());
    assert!(matches!(io::rename_new_anywhere(&path("none"), &path("c")), Err(StoreError::Io { .. })));
}
