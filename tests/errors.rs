//! Everyday failures: each has its own message and exit status, and leaves nothing behind.

#![expect(clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "a test may stop and talk")]

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use audit::{Moment, audit};
use certwright::store::{CrlSchedule, Draft, Event, Settings, Store};
use mount::Tmpfs;
use sandbox::{CERTWRIGHT, Outcome, Sandbox, hermetic, outcome};
use tree::snapshot;

#[path = "support/audit.rs"]
mod audit;
#[path = "support/mount.rs"]
mod mount;
#[path = "support/sandbox.rs"]
mod sandbox;
#[path = "support/tree.rs"]
mod tree;

const FAILED: i32 = 1;
const USAGE: i32 = 2;
const REFUSED: i32 = 4;
const DAMAGED: i32 = 6;

/// Runs a command that must fail: with this status, with these words on standard error, and with nothing changed anywhere.
fn fails(sandbox: &Sandbox, arguments: &[&str], code: i32, words: &[&str]) -> Outcome {
    let before = snapshot(&sandbox.path(""));
    let outcome = sandbox.run(arguments).exited(code);
    let after = snapshot(&sandbox.path(""));
    for path in before.keys().chain(after.keys()) {
        assert_eq!(before.get(path), after.get(path), "{} changes {}", outcome.what, path.display());
    }
    says(&outcome, words);
    outcome
}

fn says(outcome: &Outcome, words: &[&str]) {
    let stderr = outcome.stderr.to_lowercase();
    assert!(!stderr.contains("panicked") && !stderr.contains("has a bug"), "{}", outcome.stderr);
    for word in words {
        assert!(stderr.contains(&word.to_lowercase()), "{} does not say {word:?}:\n{}", outcome.what, outcome.stderr);
    }
    assert!(outcome.stdout.is_empty(), "{} prints data though it failed: {}", outcome.what, outcome.stdout);
}

#[test]
fn there_is_no_store() {
    fails(&Sandbox::new(), &["issue", "app.test"], FAILED, &["no certwright store", "certwright init"]);
    fails(&Sandbox::new(), &["list"], FAILED, &["no certwright store", "certwright init"]);
}

#[test]
fn the_passphrase_is_wrong_or_missing() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("right"), "correct horse\n").expect("a file");
    fs::write(sandbox.path("wrong"), "battery staple\n").expect("a file");
    sandbox.run(["init", "--passphrase", "file:right"]).succeeded();
    let wrong = &["issue", "app.test", "--passphrase", "file:wrong"];
    fails(&sandbox, wrong, FAILED, &["wrong passphrase", "--passphrase", "authority root"]);
    fails(&sandbox, &["issue", "app.test"], USAGE, &["passphrase", "terminal", "--passphrase"]);
    fails(&sandbox, &["issue", "app.test", "--passphrase", "file:absent"], FAILED, &["absent"]);
    sandbox.run(["issue", "app.test", "--passphrase", "file:right"]).succeeded();
}

#[test]
fn a_file_is_missing_or_is_something_else() {
    let sandbox = Sandbox::with_root();
    fails(&sandbox, &["sign", "absent.csr"], FAILED, &["absent.csr", "no such file"]);
    fails(&sandbox, &["sign", "home"], FAILED, &["home", "directory"]);
    fails(&sandbox, &["sign", "store/authorities/root/ca.pem"], FAILED, &["ca.pem", "certificate"]);
    fails(&sandbox, &["issue", "app.test", "--key-file", "absent.pem"], FAILED, &["absent.pem"]);
    fails(&sandbox, &["issue", "app.test", "--key-file", "store/store.json"], FAILED, &["store.json"]);
}

#[test]
fn a_word_on_the_command_line_is_wrong() {
    let sandbox = Sandbox::with_root();
    fails(&sandbox, &["issue", "app.test", "--profile", "sever"], USAGE, &["sever", "server"]);
    fails(&sandbox, &["issue", "app.test", "--key", "rsa-1024"], USAGE, &["rsa-1024", "rsa-2048"]);
    fails(&sandbox, &["issue", "app.test", "--validity", "soon"], USAGE, &["soon"]);
    fails(&sandbox, &["issue", "app.test", "dns:not a host"], USAGE, &["not a host"]);
    fails(&sandbox, &["issue", "app.test", "--authority", "nobody"], FAILED, &["nobody", "root"]);
    fails(&sandbox, &["isue", "app.test"], USAGE, &["isue", "issue"]);
}

#[test]
fn the_authority_is_expired_or_not_valid_yet() {
    for (from, to, word) in [("2020-01-01", "2021-01-01", "expired"), ("2090-01-01", "2091-01-01", "not valid before")]
    {
        let sandbox = Sandbox::new();
        let (from, to) = (format!("{from}T00:00:00Z"), format!("{to}T00:00:00Z"));
        sandbox.run(["init", "--no-passphrase", "--not-before", &from, "--not-after", &to]).succeeded();
        let outcome = sandbox.run(["issue", "app.test"]);
        assert!([FAILED, REFUSED].contains(&outcome.code), "{}: {}", outcome.code, outcome.stderr);
        fails(&sandbox, &["issue", "app.test"], outcome.code, &["root", word]);
    }
}

#[test]
fn the_leaf_would_outlive_its_authority() {
    let sandbox = Sandbox::new();
    sandbox.run(["init", "--no-passphrase", "--validity", "10d"]).succeeded();
    let outcome = sandbox.run(["issue", "app.test", "--validity", "30d"]);
    if outcome.code != 0 {
        fails(&sandbox, &["issue", "app.test", "--validity", "30d"], REFUSED, &["after its issuer"]);
    }
    let found = audit(&sandbox.path("store"), &[], Moment::AtRest);
    let end = |der: &[u8]| {
        let (_, certificate) = x509_parser::parse_x509_certificate(der).expect("a certificate");
        certificate.validity().not_after.timestamp()
    };
    let root = found.issued.first().map(|root| end(&root.der)).expect("the root is recorded");
    assert!(found.issued.iter().all(|issued| end(&issued.der) <= root), "a leaf outlives its issuer");
}

/// Records settings behind the command line's back.
fn record(sandbox: &Sandbox, settings: Settings, at: time::OffsetDateTime) {
    let store = Store::open(&sandbox.path("store")).expect("the store opens");
    let mut writer = store.lock(Duration::from_secs(1), "test").expect("the lock is free");
    let draft = Draft { event: Event::SettingsChanged { settings }, key_pem: None };
    writer.commit(at, "test", vec![draft]).expect("the settings are recorded");
}

#[test]
fn the_clock_was_set_back() {
    let sandbox = Sandbox::with_root();
    let settings = Settings { default_authority: Some("root".into()), ..Settings::default() };
    record(&sandbox, settings, time::OffsetDateTime::now_utc() + Duration::from_secs(3600));
    fails(&sandbox, &["issue", "app.test"], FAILED, &["clock", "set back"]);
    sandbox.run(["list"]).succeeded();
}

#[test]
fn a_name_is_outside_the_constraints() {
    let sandbox = Sandbox::new();
    sandbox.run(["init", "--no-passphrase", "--with-issuing", "--permit", "corp.test"]).succeeded();
    for name in ["evil.test", "corp.test.evil.test", "notcorp.test"] {
        fails(&sandbox, &["issue", name], REFUSED, &[name, "permit"]);
    }
    fails(&sandbox, &["issue", "www.corp.test", "evil.test"], REFUSED, &["evil.test"]);
    // A word alone is a name as well, and two authorities say no to it: once, with a name that works.
    let word = ["issue", "orders", "--profile", "client"];
    fails(&sandbox, &word, REFUSED, &["orders.corp.test would be inside"]);
    assert_eq!(sandbox.run(word).stderr.matches("is outside the permitted subtrees").count(), 1);
    sandbox.run(["issue", "orders.corp.test", "--profile", "client"]).succeeded();
    assert!(!sandbox.run(["issue", "localhost"]).exited(REFUSED).stderr.contains("would be inside"));
    sandbox.run(["issue", "www.corp.test"]).succeeded();
}

#[test]
fn the_key_is_the_authoritys_own() {
    let sandbox = Sandbox::with_root();
    let key = "store/authorities/root/key.pem";
    fails(&sandbox, &["issue", "app.test", "--key-file", key], REFUSED, &["key of authority root"]);
}

#[test]
fn an_output_exists() {
    let sandbox = Sandbox::with_root();
    sandbox.run(["issue", "app.test", "--out", "out"]).succeeded();
    fails(&sandbox, &["issue", "other.test", "--out", "out"], FAILED, &["out/", "exists", "--force"]);
    for name in ["cert.pem", "chain.pem", "fullchain.pem", "ca.pem"] {
        fs::remove_file(sandbox.path("out").join(name)).expect("a file is removed");
    }
    fails(&sandbox, &["issue", "other.test", "--out", "out"], FAILED, &["out/key.pem", "exists", "--force"]);
    fs::write(sandbox.path("file"), "text").expect("a file");
    fails(&sandbox, &["issue", "other.test", "--out", "file"], FAILED, &["file"]);
    fails(&sandbox, &["init", "--no-passphrase"], FAILED, &["root", "exists"]);
}

#[test]
fn the_directory_is_not_a_store() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("store")).expect("a directory");
    fs::write(sandbox.path("store/diary.txt"), "dear diary").expect("a file");
    fails(&sandbox, &["init", "--no-passphrase"], FAILED, &["not empty", "--store"]);
}

#[test]
fn the_journal_was_changed() {
    let sandbox = Sandbox::with_root();
    sandbox.run(["issue", "app.test"]).succeeded();
    let path = sandbox.path("store/journal.jsonl");
    let sound = fs::read_to_string(&path).expect("a journal");
    let lines: Vec<_> = sound.lines().collect();
    let edited = sound.replacen("app.test", "ape.test", 1);
    let cut = lines[..lines.len() - 1].join("\n") + "\n";
    let dropped = sound.replacen(&format!("{}\n", lines[1]), "", 1);
    let swapped = [&[lines[1], lines[0]], &lines[2..]].concat().join("\n") + "\n";
    for (what, journal) in [("edited", edited), ("cut", cut), ("dropped", dropped), ("swapped", swapped)] {
        fs::write(&path, &journal).expect("the journal is changed");
        for arguments in [&["issue", "next.test"][..], &["list"], &["store", "check"]] {
            let outcome = fails(&sandbox, arguments, DAMAGED, &["journal.jsonl", "line"]);
            assert!(outcome.stderr.contains("line "), "{what}: {}", outcome.stderr);
        }
    }
    fs::write(&path, sound).expect("the journal is restored");
    sandbox.run(["issue", "next.test"]).succeeded();
}

#[test]
fn a_newer_version_wrote_the_store() {
    let sandbox = Sandbox::with_root();
    let path = sandbox.path("store/store.json");
    let manifest = fs::read_to_string(&path).expect("a manifest");
    fs::write(&path, manifest.replacen("\"format\": 1", "\"format\": 99", 1)).expect("a manifest");
    assert_ne!(fs::read_to_string(&path).expect("a manifest"), manifest);
    fails(&sandbox, &["issue", "app.test"], FAILED, &["format 99", "upgrade"]);
}

#[test]
fn the_authoritys_key_is_loose_or_elsewhere() {
    let sandbox = Sandbox::with_root();
    let key = sandbox.path("store/authorities/root/key.pem");
    fs::set_permissions(&key, Permissions::from_mode(0o644)).expect("a mode is set");
    fails(&sandbox, &["issue", "app.test"], FAILED, &["key.pem", "chmod 600"]);
    fs::set_permissions(&key, Permissions::from_mode(0o600)).expect("a mode is set");
    fs::rename(&key, sandbox.path("elsewhere.pem")).expect("the key is moved");
    fails(&sandbox, &["issue", "app.test"], FAILED, &["key.pem"]);
    std::os::unix::fs::symlink(sandbox.path("elsewhere.pem"), &key).expect("a link");
    fails(&sandbox, &["issue", "app.test"], FAILED, &["key.pem", "link"]);
}

#[test]
fn standard_output_is_full_or_gone() {
    let sandbox = Sandbox::with_root();
    for arguments in [&["list"][..], &["list", "--json"], &["issue", "app.test"], &["issue", "app.test", "--json"]] {
        let full = OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
        let mut command = hermetic(CERTWRIGHT, &sandbox.path(""));
        let output = command.args(arguments).stdout(full).output().expect("certwright starts");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(FAILED), "{arguments:?}: {stderr}");
        assert!(stderr.contains("space"), "{arguments:?}: {stderr}");
    }
    let script = format!("{CERTWRIGHT} list | true; {CERTWRIGHT} list --json | true");
    let piped = outcome(hermetic("sh", &sandbox.path("")).args(["-c", &script])).succeeded();
    assert!(!piped.stderr.contains("panicked"), "{}", piped.stderr);
    sandbox.run(["store", "check"]).succeeded();
}

#[test]
fn the_file_system_is_read_only() {
    let sandbox = Sandbox::new();
    let Some(disk) = Tmpfs::mount(&sandbox.path("disk"), 4096) else { return };
    sandbox.run(["--store", "disk/store", "init", "--no-passphrase"]).succeeded();
    sandbox.run(["--store", "disk/store", "issue", "app.test"]).succeeded();
    disk.make_read_only();
    fails(&sandbox, &["--store", "disk/store", "issue", "next.test"], FAILED, &["read-only"]);
    fails(&sandbox, &["--store", "disk/other", "init", "--no-passphrase"], FAILED, &["read-only"]);
    sandbox.run(["--store", "disk/store", "list"]).succeeded();
    sandbox.run(["--store", "disk/store", "show", "app.test"]).succeeded();
    // The certificate is safe in the store where only the output cannot be written.
    let delivered = sandbox.run(["init", "--no-passphrase"]).succeeded();
    drop(delivered);
    let outcome = sandbox.run(["issue", "app.test", "--out", "disk/out"]).exited(FAILED);
    says(&outcome, &["read-only"]);
    sandbox.run(["store", "check"]).succeeded();
}

/// Every amount of free space from none to enough: the command succeeds whole, or fails with a clear word and a sound store.
#[test]
fn the_disk_is_full() {
    let sandbox = Sandbox::new();
    let Some(_disk) = Tmpfs::mount(&sandbox.path("disk"), 2048) else { return };
    // Below an intermediate no two files of a certificate have the same bytes, so that each needs room.
    sandbox.run(["--store", "disk/store", "init", "--no-passphrase", "--key", "ec-p256", "--with-issuing"]).succeeded();
    let (store, mut failures, mut successes) = (sandbox.path("disk/store"), 0, 0);
    for pages in 0..40 {
        let recorded = audit(&store, &[], Moment::AtRest).issued.len();
        leave_free(&sandbox.path("disk"), pages);
        let outcome = sandbox.run(["--store", "disk/store", "issue", &format!("host-{pages}.test")]);
        fs::remove_file(sandbox.path("disk/filler")).expect("the filler goes");
        if outcome.code == 0 {
            successes += 1;
        } else {
            failures += 1;
            assert_eq!(outcome.code, FAILED, "{pages} pages free: {}", outcome.stderr);
            says(&outcome, &["space"]);
            let seen = audit(&store, &[], Moment::Interrupted);
            assert_eq!(seen.violations, Vec::<String>::new(), "{pages} pages free");
            if seen.issued.len() > recorded {
                says(&outcome, &["record"]);
            }
        }
        sandbox.run(["--store", "disk/store", "store", "check"]).succeeded();
        sandbox.run(["--store", "disk/store", "issue", "after.test"]).succeeded();
        let found = audit(&store, &[], Moment::AtRest);
        assert_eq!(found.violations, Vec::<String>::new(), "{pages} pages free: {}", outcome.stderr);
        let expected = recorded + 1..=recorded + 2;
        assert!(expected.contains(&found.issued.len()), "{pages} pages free: {}", outcome.stderr);
        if outcome.code == 0 {
            assert_eq!(found.issued.len(), recorded + 2, "what was reported is recorded");
        }
    }
    eprintln!("full disk: {failures} failed cleanly, {successes} fitted");
    assert!(failures > 3 && successes > 3, "{failures} failures, {successes} successes");
}

/// Fills a file system but for so many pages.
fn leave_free(disk: &Path, pages: u64) {
    let stat = rustix::fs::statvfs(disk).expect("free space is known");
    let blocks = stat.f_bavail.saturating_sub(pages);
    let mut filler = File::create(disk.join("filler")).expect("a filler");
    for block in 0..blocks {
        let written = filler.seek(SeekFrom::Start(block * stat.f_frsize)).and_then(|_| filler.write_all(&[1]));
        if written.is_err() {
            panic!("the filler does not fit");
        }
    }
}

#[test]
fn a_store_is_no_place_for_files_of_certificates() {
    let sandbox = Sandbox::new();
    sandbox.run(["init", "--no-passphrase", "--key", "ec-p256"]).succeeded();
    for place in ["store/authorities/root", "store/issued/x", "store"] {
        fails(&sandbox, &["issue", "a.test", "--out", place, "--force"], FAILED, &["belongs to the store"]);
    }
}

#[test]
fn keys_that_a_killed_command_left_go_an_hour_later() {
    let sandbox = Sandbox::new();
    sandbox.run(["init", "--no-passphrase", "--key", "ec-p256"]).succeeded();
    let left = [".server.0123456789abcdef.tmp", ".server.fedcba9876543210.tmp"].map(|name| sandbox.path(name));
    for dir in &left {
        fs::create_dir(dir).unwrap();
        fs::write(dir.join("key.pem"), "a key").unwrap();
    }
    let old = std::time::SystemTime::now() - Duration::from_secs(2 * 60 * 60);
    File::open(&left[0]).unwrap().set_modified(old).unwrap();
    sandbox.run(["issue", "a.test", "--out", "server"]).succeeded();
    assert_eq!(left.map(|dir| dir.exists()), [false, true]);
}

#[test]
fn what_is_refused_in_an_empty_directory_leaves_no_store() {
    let sandbox = Sandbox::new();
    for (arguments, code, word) in [
        (&["dev", "--validity", "99999y"][..], REFUSED, "past the year 9999"),
        (&["dev", "--validity", "20y"], REFUSED, "nothing was signed"),
        (&["dev", "--for", "consul"], REFUSED, "consul"),
        (&["dev", "--key", "ed25519", "--for", "kafka"], REFUSED, "kafka"),
        (&["init", "--no-passphrase", "--validity", "99999y"], REFUSED, "past the year 9999"),
        (&["init", "--no-passphrase", "--with-issuing", "--not-after", "2020-01-01"], REFUSED, "nothing was signed"),
    ] {
        fails(&sandbox, arguments, code, &[word]);
    }
    fs::create_dir(sandbox.path("certs")).expect("a directory");
    fs::write(sandbox.path("certs/key.pem"), "somebody else's").expect("a file");
    fails(&sandbox, &["dev"], FAILED, &["key.pem was not made by this store", "nothing was issued"]);
    sandbox.run(["dev", "--force"]).succeeded();
    fails(&sandbox, &["dev", "--authority", "dev2", "--force", "--validity", "20y"], REFUSED, &["nothing was signed"]);
}

#[test]
fn spans_that_no_crl_or_response_can_hold_for_are_refused_beforehand() {
    let sandbox = Sandbox::new();
    sandbox.run(["init", "--no-passphrase"]).succeeded();
    sandbox.run(["issue", "a.test"]).succeeded();
    for (arguments, words) in [
        (&["crl", "settings", "root", "--validity", "99999y"][..], &["--validity", "100y at most"][..]),
        (&["crl", "settings", "root", "--validity", "200y"], &["--validity", "100y at most"]),
        (&["crl", "settings", "root", "--validity", "0d"], &["--validity", "holds for nobody"]),
        (&["crl", "settings", "root", "--delta-validity", "8d"], &["--delta-validity", "longer than the validity, 7d"]),
        (&["crl", "settings", "root", "--overlap", "7d"], &["--overlap", "due at once"]),
        (&["crl", "publish", "--validity", "101y"], &["--validity", "100y at most"]),
        (&["ocsp", "publish", "--to", "site", "--validity", "999999y"], &["--validity", "100y at most"]),
        (&["publish", "--to", "site", "--ocsp", "--validity", "999999y"], &["--validity", "100y at most"]),
    ] {
        fails(&sandbox, arguments, USAGE, words);
    }
    sandbox.run(["crl", "settings", "root", "--validity", "100y", "--delta-validity", "100y"]).succeeded();
    sandbox.run(["revoke", "a.test", "--publish"]).succeeded();
    // Settings that nobody would be let have any more: half of what is asked for is not done.
    sandbox.run(["issue", "b.test"]).succeeded();
    let schedule = CrlSchedule { validity: Some("99999y".into()), ..CrlSchedule::default() };
    let settings = Settings { crl: [("root".to_owned(), schedule)].into(), ..Settings::default() };
    record(&sandbox, settings, time::OffsetDateTime::now_utc());
    fails(&sandbox, &["revoke", "b.test", "--publish"], USAGE, &["100y at most", "nothing was recorded"]);
}

#[test]
fn a_filter_that_can_fit_nothing_is_no_empty_answer() {
    let sandbox = Sandbox::new();
    sandbox.run(["init", "--no-passphrase"]).succeeded();
    fails(&sandbox, &["log", "show", "--authority", "rot"], FAILED, &["rot", "root"]);
    fails(&sandbox, &["log", "show", "--kind", "nope"], USAGE, &["nope", "certificate-issued"]);
    let none = sandbox.run(["log", "show", "--authority", "root", "--kind", "crl-issued"]).succeeded();
    assert!(none.stderr.contains("no such events"), "{}", none.stderr);
    // One that has asked to be signed is in the journal and no authority yet.
    sandbox.run(["authority", "csr", "asked", "--no-passphrase", "--out", "asked.csr"]).succeeded();
    assert!(sandbox.run(["log", "show", "--authority", "asked"]).succeeded().stdout.contains("authority-requested"));
}

#[test]
fn an_option_is_never_taken_and_ignored() {
    let sandbox = Sandbox::new();
    sandbox.run(["init", "--no-passphrase"]).succeeded();
    let root = "store/authorities/root/cert.pem";
    for (arguments, words) in [
        (&["authority", "import", "x", "--cert", root, "--no-passphrase"][..], &["--key"][..]),
        (&["authority", "import", "x", "--cert", root, "--new-passphrase", "pass:x"], &["--key"]),
        (&["authority", "import", "x", "--cert", root, "--accept-weak"], &["--key"]),
        (&["publish", "--to", "site", "--no-ocsp", "--hash", "sha256"], &["--hash", "--no-ocsp"]),
        (&["publish", "--to", "site", "--no-ocsp", "--validity", "3d"], &["--validity", "--no-ocsp"]),
        (&["publish", "--to", "site", "--direct"], &["--direct", "--ocsp signs them"]),
    ] {
        fails(&sandbox, arguments, USAGE, words);
    }
    let both = sandbox.run(["status", "--json", "--format", "prometheus"]).exited(USAGE);
    assert!(both.stderr.contains("--out FILE"), "{}", both.stderr);
}

#[test]
fn a_refused_command_leaves_no_store_behind() {
    let sandbox = Sandbox::with_root();
    sandbox.run(["issue", "a.test", "--out", "a"]).succeeded();
    let refused = |line: &str, code, words| {
        let line = format!("--store new {line} --no-passphrase");
        fails(&sandbox, &line.split(' ').collect::<Vec<_>>(), code, &[words]);
    };
    refused("authority csr ../x", USAGE, "cannot name an authority");
    refused("authority csr Root --out x.csr", USAGE, "cannot name an authority");
    let root = "store/authorities/root";
    refused(&format!("authority import Root --cert {root}/ca.pem --key {root}/key.pem"), USAGE, "cannot name");
    refused(&format!("authority import x --cert {root}/ca.pem --key a/key.pem"), FAILED, "does not belong");
    refused("authority import x --cert a/cert.pem --key a/key.pem", FAILED, "is not the certificate of an authority");
    refused("authority import x --cert a/cert.pem --key missing.pem", FAILED, "missing.pem");
    refused(&format!("keystore import a/cert.pem --key {root}/key.pem"), FAILED, "does not belong");
    refused(&format!("keystore import {root}/ca.pem --key {root}/key.pem"), FAILED, "--authority");
    refused(
        "keystore import a/cert.pem --key a/key.pem --authority x",
        FAILED,
        "is not the certificate of an authority",
    );
}

#[test]
fn a_revoked_authority_and_those_below_are_shown_as_such() {
    let sandbox = Sandbox::with_root();
    for line in [
        "authority create middle --parent root --path-len 1 --no-passphrase",
        "authority create leaf --parent middle --no-passphrase",
        "authority create other --parent root --no-passphrase",
    ] {
        sandbox.run(line.split(' ')).succeeded();
    }
    sandbox.run(["revoke", "middle", "--reason", "ca-compromise"]).succeeded();
    let (revoked, below) = ("revoked", "an authority above it is revoked");
    let listed = sandbox.run(["authority", "list"]).succeeded().stdout;
    for (name, state) in [("root", "can sign"), ("middle", revoked), ("leaf", below), ("other", "can sign")] {
        let row = listed.lines().find(|line| line.starts_with(name)).expect("a row");
        assert!(row.contains(&format!("  {state}  ")), "{row}");
        let shown = sandbox.run(["authority", "show", name, "--json"]).succeeded().stdout;
        let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
        assert_eq!(shown["state"], state);
    }
    let status = sandbox.run(["status"]).exited(3).stdout;
    assert!(status.contains("an authority above it is revoked") && status.contains("it is revoked"), "{status}");
}
