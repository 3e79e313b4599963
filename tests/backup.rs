//! `store backup` and `store restore`: the same store again, or nothing.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test stops where it fails, and talks"
)]

#[path = "support/copy.rs"]
mod copy;
#[path = "support/mount.rs"]
mod mount;
#[path = "support/sandbox.rs"]
mod sandbox;
#[path = "support/tree.rs"]
mod tree;

use std::os::unix::fs::PermissionsExt;

use sandbox::Sandbox;

/// A store with two authorities, keys, a request, a revocation, a CRL and a profile.
fn furnished() -> Sandbox {
    let sandbox = Sandbox::new();
    for line in [
        "init --no-passphrase --with-issuing --key ec-p256",
        "issue www.test",
        "issue www.test",
        "issue *.wild.test",
        "authority csr away --no-passphrase --out away.csr",
        "revoke www.test --publish",
    ] {
        sandbox.run(line.split(' ')).succeeded();
    }
    let server = sandbox.run(["profile", "show", "server"]).succeeded().stdout;
    std::fs::write(sandbox.path("store/profiles/mine.json"), server).unwrap();
    sandbox
}

#[test]
fn a_restored_store_is_the_same_store() {
    let sandbox = furnished();
    sandbox.run(["store", "backup", "pki.tar"]).succeeded();
    sandbox.run(["store", "backup", "again.tar"]).succeeded();
    let archive = std::fs::read(sandbox.path("pki.tar")).unwrap();
    assert!(archive == std::fs::read(sandbox.path("again.tar")).unwrap(), "the same store gives the same bytes");
    assert_eq!(std::fs::metadata(sandbox.path("pki.tar")).unwrap().permissions().mode() & 0o777, 0o600);
    sandbox.run(["store", "backup", "pki.tar"]).exited(1);
    sandbox.run(["--store", "other/pki", "store", "restore", "pki.tar"]).succeeded();
    let said = sandbox.run(["--store", "other/pki", "store", "check"]).succeeded();
    assert!(said.stdout.starts_with("sound"), "{}", said.stdout);
    let (before, after) = (tree::snapshot(&sandbox.path("store")), tree::snapshot(&sandbox.path("other/pki")));
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (path, was) in &before {
        // Who holds the lock is written into it, and when the journal was changed into its head.
        let own = path.ends_with("lock") || path.ends_with("journal.head");
        assert!(own || after[path] == *was, "{}", path.display());
    }
    sandbox.run(["--store", "other/pki", "issue", "new.test"]).succeeded();
    let said = sandbox.run(["--store", "other/pki", "store", "restore", "pki.tar"]).exited(1);
    assert!(said.stderr.contains("not empty"), "{}", said.stderr);
    assert_eq!(std::fs::read_dir(sandbox.path("other")).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_restore_that_was_killed_does_not_block_the_next_one() {
    let sandbox = furnished();
    sandbox.run(["store", "backup", "pki.tar"]).succeeded();
    let left = sandbox.path(".other.restoring");
    std::fs::create_dir_all(left.join("authorities/root")).unwrap();
    std::fs::write(left.join("journal.jsonl"), "half").unwrap();
    // As long as somebody holds it, it is somebody's.
    let held = std::fs::File::open(&left).unwrap();
    held.lock().unwrap();
    let refused = sandbox.run(["--store", "other", "store", "restore", "pki.tar"]).exited(1);
    assert!(refused.stderr.contains("another restore is running"), "{}", refused.stderr);
    drop(held);
    sandbox.run(["--store", "other", "store", "restore", "pki.tar"]).succeeded();
    assert!(!left.exists());
    sandbox.run(["--store", "other", "store", "check"]).succeeded();
}

#[test]
fn a_store_that_cannot_be_written_to_is_backed_up() {
    let sandbox = furnished();
    sandbox.run(["store", "backup", "before.tar"]).succeeded();
    let Some(disk) = mount::Tmpfs::mount(&sandbox.path("disk"), 8192) else { return };
    copy::copy_tree(&sandbox.path("store"), &sandbox.path("disk/store")).unwrap();
    // Not even the lock's file is there.
    std::fs::remove_file(sandbox.path("disk/store/lock")).unwrap();
    disk.make_read_only();
    sandbox.run(["--store", "disk/store", "store", "backup", "after.tar"]).succeeded();
    assert_eq!(std::fs::read(sandbox.path("before.tar")).unwrap(), std::fs::read(sandbox.path("after.tar")).unwrap());
}

#[test]
fn a_key_of_another_certificate_is_damage() {
    let sandbox = Sandbox::with_root();
    sandbox.run(["issue", "a.test"]).succeeded();
    let key = "store/issued/a.test/current/key.pem";
    let root = "store/authorities/root/key.pem";
    let (own, other) = (std::fs::read(sandbox.path(key)).unwrap(), std::fs::read(sandbox.path(root)).unwrap());
    for (path, bytes, what) in [
        (key, other, "private key of another certificate"),
        (root, own.clone(), "private key of another certificate"),
        (key, b"notes".to_vec(), "holds no private key"),
    ] {
        let before = std::fs::read(sandbox.path(path)).unwrap();
        std::fs::write(sandbox.path(path), bytes).unwrap();
        let said = sandbox.run(["store", "check", "--repair"]).exited(6);
        assert!(said.stderr.contains(what) || said.stdout.contains(what), "{what}: {}{}", said.stdout, said.stderr);
        // Nor does it come out of a backup.
        sandbox.run(["store", "backup", "pki.tar", "--force"]).succeeded();
        sandbox.run(["--store", "other", "store", "restore", "pki.tar"]).exited(6);
        std::fs::write(sandbox.path(path), before).unwrap();
    }
    sandbox.run(["store", "check"]).succeeded();
    // An encrypted key is judged by its form.
    let out = ["key", "convert", key, "--out", "new.key", "--new-passphrase", "pass:longenough"];
    sandbox.run(out).succeeded();
    std::fs::copy(sandbox.path("new.key"), sandbox.path(key)).unwrap();
    sandbox.run(["store", "check"]).succeeded();
}

#[test]
fn no_archive_that_was_touched_becomes_a_store() {
    let sandbox = furnished();
    sandbox.run(["store", "backup", "pki.tar"]).succeeded();
    let whole = std::fs::read(sandbox.path("pki.tar")).unwrap();
    let refused = |name: &str, bytes: &[u8], why: &str| {
        std::fs::write(sandbox.path("bad.tar"), bytes).unwrap();
        let said = sandbox.run(["--store", "new/pki", "store", "restore", "bad.tar"]);
        assert_eq!(said.code, 6, "{name}: {}", said.stderr);
        assert!(said.stderr.contains(why), "{name}: not because \"{why}\", but {}", said.stderr);
        let left = std::fs::read_dir(sandbox.path("new")).map_or(0, Iterator::count);
        assert_eq!(left, 0, "{name}: something is left");
    };
    for cut in [0, 1, 511, 512, 1000, whole.len() / 2, whole.len() - 3000] {
        refused(&format!("cut at {cut}"), &whole[..cut], "");
    }
    // A byte of a key, of the journal, of the settings.
    for needle in [&b"PRIVATE KEY"[..], b"certificate-issued", b"default_authority"] {
        let at = whole.windows(needle.len()).position(|window| window == needle).unwrap();
        let mut changed = whole.clone();
        changed[at + needle.len() + 5] ^= 1;
        refused(&String::from_utf8_lossy(needle), &changed, "not those that backup.json tells of");
    }
    let hostile = |name: &str, kind: tar::EntryType, size: u64| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_mode(0o777);
        let bytes = header.as_old_mut();
        bytes.name[..name.len()].copy_from_slice(name.as_bytes());
        if kind == tar::EntryType::Symlink || kind == tar::EntryType::Link {
            bytes.linkname[..11].copy_from_slice(b"/etc/passwd");
        }
        header.set_cksum();
        [&header.as_bytes()[..], &whole].concat()
    };
    use tar::EntryType as Kind;
    for (name, kind, size, why) in [
        ("../escaped", Kind::Regular, 0, "is nothing that a backup has"),
        ("/tmp/escaped", Kind::Regular, 0, "is nothing that a backup has"),
        ("authorities/../../escaped/key.pem", Kind::Regular, 0, "is nothing that a backup has"),
        ("authorities/root/../key.pem", Kind::Regular, 0, "is nothing that a backup has"),
        ("issued/x/Y/key.pem", Kind::Regular, 0, "is nothing that a backup has"),
        ("issued/www.test/current", Kind::Symlink, 0, "is no regular file"),
        ("store.json", Kind::Symlink, 0, "is no regular file"),
        ("journal.jsonl", Kind::Link, 0, "is no regular file"),
        ("profiles/x.json", Kind::Char, 0, "is no regular file"),
        ("profiles/x.json", Kind::Block, 0, "is no regular file"),
        ("profiles/x.json", Kind::Fifo, 0, "is no regular file"),
        ("profiles", Kind::Directory, 0, "is no regular file"),
        ("profiles/x.json", Kind::GNUSparse, 0, "is no whole tar archive"),
        ("public/root.crl", Kind::Regular, 0, "is nothing that a backup has"),
        ("staging/1.key.pem", Kind::Regular, 0, "is nothing that a backup has"),
        ("store.json", Kind::Regular, 1 << 32, "is larger than"),
        ("journal.jsonl", Kind::Regular, 1 << 32, "archive"),
        ("journal.jsonl", Kind::Regular, u64::MAX / 2, "is larger than"),
        ("profiles/.x.json", Kind::Regular, 0, "is nothing that a backup has"),
        // One that is in it a second time, further on.
        ("store.json", Kind::Regular, 0, "is in it twice"),
    ] {
        refused(&format!("{name} {kind:?} {size}"), &hostile(name, kind, size), why);
    }
    // Behind what tells of all the others.
    let (rest, end) = whole.split_at(whole.len() - 1024);
    let more = hostile("profiles/x.json", Kind::Regular, 0);
    refused("a last one", &[rest, &more[..512], end].concat(), "something follows backup.json");
    assert!(!sandbox.path("escaped").exists() && !sandbox.path("new/escaped").exists());
    sandbox.run(["--store", "new/pki", "store", "restore", "pki.tar"]).succeeded();
}

#[test]
fn a_key_that_is_kept_elsewhere_is_told_and_not_missed() {
    let sandbox = Sandbox::with_root();
    std::fs::rename(sandbox.path("store/authorities/root/key.pem"), sandbox.path("root.key")).unwrap();
    let said = sandbox.run(["store", "backup", "pki.tar"]).succeeded();
    assert!(said.stderr.contains("authorities/root/key.pem is not in the store"), "{}", said.stderr);
    let said = sandbox.run(["--store", "new", "store", "restore", "pki.tar"]).succeeded();
    assert!(said.stderr.contains("authorities/root/key.pem was not in the store"), "{}", said.stderr);
}
