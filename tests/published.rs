//! What lies where others fetch it is never replaced by something older or foreign.

#![expect(clippy::expect_used, reason = "a test may stop")]

use sandbox::Sandbox;

#[path = "support/copy.rs"]
mod copy;
#[path = "support/sandbox.rs"]
mod sandbox;

#[test]
fn a_store_from_a_backup_does_not_take_published_revocations_back() {
    let sandbox = Sandbox::with_root();
    sandbox.run(["issue", "a.test"]).succeeded();
    sandbox.run(["crl", "publish", "--to", "web"]).succeeded();
    copy::copy_tree(&sandbox.path("store"), &sandbox.path("backup")).expect("a copy");
    sandbox.run(["revoke", "a.test", "--publish"]).succeeded();
    sandbox.run(["crl", "publish"]).succeeded();
    sandbox.run(["crl", "publish", "--to", "web"]).succeeded();
    let published = std::fs::read(sandbox.path("web/root.crl")).expect("a CRL");
    std::fs::remove_dir_all(sandbox.path("store")).expect("the store is lost");
    std::fs::rename(sandbox.path("backup"), sandbox.path("store")).expect("the backup takes its place");
    let refused = sandbox.run(["crl", "publish", "--to", "web"]).exited(4);
    assert!(refused.stderr.contains("--number-after 4"), "{}", refused.stderr);
    assert_eq!(std::fs::read(sandbox.path("web/root.crl")).expect("a CRL"), published);
    // The way out that it names.
    sandbox.run(["revoke", "a.test"]).succeeded();
    sandbox.run(["crl", "settings", "root", "--number-after", "4"]).succeeded();
    sandbox.run(["crl", "publish", "--to", "web"]).succeeded();
    sandbox.run(["crl", "check", "web/root.crl"]).succeeded();
    assert_ne!(std::fs::read(sandbox.path("web/root.crl")).expect("a CRL"), published);
}

/// A store whose site says that a.test is revoked, gone and restored from a backup that does not know of it.
fn restored(publish: &[&str]) -> (Sandbox, Vec<u8>) {
    let sandbox = Sandbox::with_root();
    sandbox.run(["issue", "a.test"]).succeeded();
    sandbox.run(["crl", "publish"]).succeeded();
    copy::copy_tree(&sandbox.path("store"), &sandbox.path("backup")).expect("a copy");
    sandbox.run(["revoke", "a.test", "--publish"]).succeeded();
    sandbox.run(publish).succeeded();
    let published = std::fs::read(sandbox.path("web/root.crl")).expect("a CRL");
    std::fs::remove_dir_all(sandbox.path("store")).expect("the store is lost");
    std::fs::rename(sandbox.path("backup"), sandbox.path("store")).expect("the backup takes its place");
    (sandbox, published)
}

fn journal(sandbox: &Sandbox) -> Vec<u8> {
    std::fs::read(sandbox.path("store/journal.jsonl")).expect("a journal")
}

#[test]
fn a_number_that_others_have_seen_is_not_given_to_another_crl() {
    let (sandbox, published) = restored(&["crl", "publish", "--if-due", "--to", "web"]);
    let before = journal(&sandbox);
    // Its own next CRL would have the number of the one there, and no entry.
    for more in [&[][..], &["--if-due"]] {
        let refused = sandbox.run(["crl", "publish", "--to", "web"].iter().chain(more)).exited(4);
        assert!(refused.stderr.contains("--number-after 2"), "{}", refused.stderr);
        assert_eq!(journal(&sandbox), before, "a number was used up");
    }
    sandbox.run(["crl", "publish"]).succeeded();
    sandbox.run(["crl", "publish"]).succeeded();
    sandbox.run(["crl", "publish", "--to", "web"]).exited(4);
    assert_eq!(std::fs::read(sandbox.path("web/root.crl")).expect("a CRL"), published);
    // The number alone brings no revocation back.
    sandbox.run(["crl", "settings", "root", "--number-after", "3"]).succeeded();
    let refused = sandbox.run(["crl", "publish", "--to", "web"]).exited(4);
    assert!(refused.stderr.contains("lists a certificate"), "{}", refused.stderr);
    sandbox.run(["revoke", "a.test"]).succeeded();
    sandbox.run(["crl", "publish", "--if-due", "--to", "web"]).succeeded();
    assert_ne!(std::fs::read(sandbox.path("web/root.crl")).expect("a CRL"), published);
}

#[test]
fn a_number_that_is_too_low_is_due() {
    let (sandbox, _) = restored(&["crl", "publish", "--if-due", "--to", "web"]);
    sandbox.run(["revoke", "a.test", "--publish"]).succeeded();
    sandbox.run(["crl", "settings", "root", "--number-after", "2"]).succeeded();
    let said = sandbox.run(["crl", "publish", "--if-due", "--to", "web"]).succeeded();
    assert!(
        said.stderr.contains("signed CRL number 3") && said.stderr.contains("number is too low"),
        "{}",
        said.stderr
    );
}

#[test]
fn a_site_takes_no_published_revocation_back() {
    let (sandbox, published) = restored(&["publish", "--to", "web", "--ocsp"]);
    let before = journal(&sandbox);
    for more in [&[][..], &["--ocsp"], &["--force"]] {
        let refused = sandbox.run(["publish", "--to", "web"].iter().chain(more)).exited(4);
        assert!(refused.stderr.contains("--number-after 2"), "{}", refused.stderr);
    }
    assert_eq!(journal(&sandbox), before, "a responder was certified");
    assert_eq!(std::fs::read(sandbox.path("web/root.crl")).expect("a CRL"), published);
}

#[test]
fn responses_take_no_published_revocation_back() {
    let sandbox = Sandbox::with_root();
    for name in ["a.test", "held.test"] {
        sandbox.run(["issue", name]).succeeded();
    }
    copy::copy_tree(&sandbox.path("store"), &sandbox.path("backup")).expect("a copy");
    // What was put on hold is released again: that is known.
    let publish = ["ocsp", "publish", "--to", "web"];
    sandbox.run(["hold", "held.test"]).succeeded();
    sandbox.run(publish).succeeded();
    sandbox.run(["release", "held.test"]).succeeded();
    sandbox.run(publish).succeeded();
    // Issued and revoked after the backup was made.
    sandbox.run(["issue", "later.test"]).succeeded();
    sandbox.run(["revoke", "later.test"]).succeeded();
    sandbox.run(["revoke", "a.test"]).succeeded();
    sandbox.run(publish).succeeded();
    sandbox.run(publish.iter().chain(&["--if-due"])).succeeded();
    let report = sandbox.run(["list", "--name", "later.test", "--json"]).succeeded().stdout;
    let report: serde_json::Value = serde_json::from_str(&report).expect("a report");
    let later = report["certificates"][0]["serial"].as_str().expect("a serial").to_owned();
    std::fs::remove_dir_all(sandbox.path("store")).expect("the store is lost");
    std::fs::rename(sandbox.path("backup"), sandbox.path("store")).expect("the backup takes its place");
    let before = journal(&sandbox);
    for more in [&[][..], &["--if-due"], &["--force"], &["--authority", "root"]] {
        let refused = sandbox.run(publish.iter().chain(more)).exited(4);
        assert!(
            refused.stderr.contains("call 2 certificates revoked") && refused.stderr.contains(&later),
            "{}",
            refused.stderr
        );
    }
    assert_eq!(journal(&sandbox), before, "a responder was certified");
    // The way out that it names.
    sandbox.run(["revoke", "a.test"]).succeeded();
    sandbox.run(publish).exited(4);
    sandbox.run(["revoke", &later, "--authority", "root", "--unknown"]).succeeded();
    sandbox.run(publish).succeeded();
    // What another authority says is nothing to this one.
    let other = |words: &[&str]| sandbox.run(["--store", "other"].iter().chain(words)).succeeded();
    other(&["init", "--no-passphrase", "--key", "ec-p256", "--cn", "Proof Root"]);
    other(&["issue", "b.test"]);
    other(&["revoke", "b.test"]);
    other(&["ocsp", "publish", "--to", "theirs"]);
    for entry in std::fs::read_dir(sandbox.path("theirs/root")).expect("a directory").flatten() {
        if entry.path().extension().is_some_and(|ending| ending == "ocsp") {
            std::fs::copy(entry.path(), sandbox.path("web/root").join(entry.file_name())).expect("a copy");
        }
    }
    sandbox.run(publish).succeeded();
}

#[test]
fn what_is_refused_costs_nothing() {
    let sandbox = Sandbox::with_root();
    sandbox.run(["crl", "publish"]).succeeded();
    sandbox.run(["crl", "publish", "--delta", "--to", "web"]).succeeded();
    sandbox.run(["publish", "--to", "site"]).succeeded();
    // The same name, and another key.
    let other = |words: &[&str]| sandbox.run(["--store", "other"].iter().chain(words));
    other(&["init", "--no-passphrase", "--key", "ec-p256", "--cn", "Proof Root"]).succeeded();
    other(&["issue", "b.test"]).succeeded();
    let journal = || std::fs::read(sandbox.path("other/journal.jsonl")).expect("a journal");
    let before = journal();
    let refused = other(&["crl", "publish", "--to", "web"]).exited(4);
    assert!(refused.stderr.contains("another issuer"), "{}", refused.stderr);
    other(&["publish", "--to", "site", "--ocsp"]).exited(4);
    assert_eq!(journal(), before, "something was signed");
    assert!(sandbox.path("web/root.delta.crl").exists());
}

#[test]
fn one_authority_that_cannot_sign_does_not_keep_the_others_from_it() {
    let sandbox = Sandbox::new();
    let (long, past) = (["2019-01-01", "2043-12-01"], ["2020-01-01", "2021-01-01"]);
    let validity = |[from, to]: [&'static str; 2]| ["--not-before", from, "--not-after", to];
    let (long, past) = (validity(long), validity(past));
    sandbox.run(["init", "--no-passphrase", "--key", "ec-p256"].iter().chain(&long)).succeeded();
    let old = ["authority", "create", "old", "--parent", "root", "--no-passphrase"];
    sandbox.run(old.iter().chain(&past)).succeeded();
    let said = sandbox.run(["crl", "publish", "--if-due", "--to", "web"]).succeeded();
    assert!(said.stderr.contains("left out old: it expired at 2021-01-01"), "{}", said.stderr);
    assert!(sandbox.path("web/root.crl").exists() && !sandbox.path("web/old.crl").exists());
    let said = sandbox.run(["crl", "publish", "--authority", "old"]).exited(4);
    assert!(said.stderr.contains("expired"), "{}", said.stderr);
    let listed = sandbox.run(["crl", "list"]).succeeded().stdout;
    assert!(listed.lines().any(|line| line.starts_with("old ") && line.ends_with('-')), "{listed}");
    // A passphrase that nobody gives.
    let locked = ["--passphrase", "file:pass", "authority", "create", "a-locked", "--parent", "root"];
    std::fs::write(sandbox.path("pass"), "correct horse").expect("a file");
    sandbox.run(locked).succeeded();
    sandbox.run(["issue", "c.test", "--authority", "root"]).succeeded();
    sandbox.run(["revoke", "c.test"]).succeeded();
    let said = sandbox.run(["crl", "publish", "--if-due", "--to", "web", "--json"]).exited(2);
    assert!(said.stdout.contains("\"why\": \"the passphrase of authority a-locked is needed"), "{}", said.stdout);
    assert!(said.stderr.contains("a-locked: ") && said.stderr.contains("root: signed CRL number 2"), "{}", said.stderr);
}

#[test]
fn a_crl_that_lapses_where_its_key_is_not_is_told() {
    let sandbox = Sandbox::with_root();
    sandbox.run(["crl", "settings", "root", "--overlap", "2d"]).succeeded();
    sandbox.run(["crl", "publish", "--validity", "1h"]).succeeded();
    std::fs::remove_file(sandbox.path("store/authorities/root/key.pem")).expect("the key goes");
    let said = sandbox.run(["crl", "publish", "-q", "--if-due"]).succeeded();
    assert!(
        said.stderr.contains("the CRL of root laps") && said.stderr.contains("its key is not here"),
        "{}",
        said.stderr
    );
}

#[test]
fn publishing_again_brings_what_an_earlier_run_could_not() {
    let sandbox = Sandbox::new();
    std::fs::write(sandbox.path("pass"), "correct horse").expect("a file");
    let with = |words: &[&str]| sandbox.run(["--passphrase", "file:pass"].iter().chain(words));
    with(&["init", "--key", "ec-p256", "--cn", "Proof Root"]).succeeded();
    with(&["issue", "a.test"]).succeeded();
    with(&["crl", "publish"]).succeeded();
    for (verb, entries) in [("hold", 1), ("release", 0), ("revoke", 1)] {
        let before = journal(&sandbox);
        let refused = sandbox.run([verb, "a.test", "--publish"]).exited(2);
        assert!(refused.stderr.contains("nothing was recorded"), "{}", refused.stderr);
        assert_eq!(journal(&sandbox), before, "{verb}");
        // Recorded by one command, published by the next, and then done.
        sandbox.run([verb, "a.test"]).succeeded();
        let again = sandbox.run([verb, "a.test"]).succeeded();
        assert!(
            again.stderr.contains("nothing to do") && again.stderr.contains("does not say so yet"),
            "{}",
            again.stderr
        );
        let done = with(&[verb, "a.test", "--publish", "--json"]).succeeded();
        assert!(done.stdout.contains(&format!("\"entries\": {entries},")), "{}", done.stdout);
        let code = if verb == "release" { 4 } else { 0 };
        let idle = sandbox.run([verb, "a.test", "--publish"]).exited(code);
        assert!(!idle.stderr.contains("does not say so yet"), "{}", idle.stderr);
    }
}

#[test]
fn a_revocation_is_not_to_be_published_where_the_key_is_not() {
    let sandbox = Sandbox::with_root();
    sandbox.run(["issue", "a.test"]).succeeded();
    std::fs::remove_file(sandbox.path("store/authorities/root/key.pem")).expect("the key goes");
    let said = sandbox.run(["revoke", "a.test"]).succeeded();
    assert!(said.stderr.contains("its key is not here") && !said.stderr.contains("run \""), "{}", said.stderr);
}

#[test]
fn the_site_of_another_store_stays() {
    let sandbox = Sandbox::with_root();
    sandbox.run(["publish", "--to", "web"]).succeeded();
    sandbox.run(["--store", "other", "init", "--no-passphrase", "--key", "ec-p256", "--cn", "Other, Root"]).succeeded();
    let root = std::fs::read(sandbox.path("web/root.crt")).expect("a root");
    let refused = sandbox.run(["--store", "other", "publish", "--to", "web"]).exited(4);
    assert!(refused.stderr.contains("another store"), "{}", refused.stderr);
    assert_eq!(std::fs::read(sandbox.path("web/root.crt")).expect("a root"), root);
    sandbox.run(["--store", "other", "publish", "--to", "web", "--force"]).succeeded();
    let page = std::fs::read_to_string(sandbox.path("web/index.html")).expect("a page");
    assert!(page.contains("CN=Other, Root") && !page.contains("Other\\, Root"), "{page}");
}

#[test]
fn another_issuers_crl_and_what_is_none_stay() {
    let sandbox = Sandbox::with_root();
    sandbox.run(["crl", "publish", "--to", "web"]).succeeded();
    let other = ["--store", "other", "init", "--no-passphrase", "--key", "ec-p256", "--cn", "Other Root"];
    sandbox.run(other).succeeded();
    let published = std::fs::read(sandbox.path("web/root.crl")).expect("a CRL");
    let refused = sandbox.run(["--store", "other", "crl", "publish", "--to", "web"]).exited(4);
    assert!(refused.stderr.contains("another issuer"), "{}", refused.stderr);
    assert_eq!(std::fs::read(sandbox.path("web/root.crl")).expect("a CRL"), published);
    std::fs::write(sandbox.path("web/root.crl"), "notes").expect("a file");
    let refused = sandbox.run(["crl", "publish", "--to", "web"]).exited(4);
    assert!(refused.stderr.contains("is no CRL"), "{}", refused.stderr);
    assert_eq!(std::fs::read(sandbox.path("web/root.crl")).expect("a file"), b"notes");
}

#[test]
fn a_crl_that_is_gone_from_the_store_is_told() {
    let sandbox = Sandbox::with_root();
    sandbox.run(["crl", "publish"]).succeeded();
    std::fs::remove_file(sandbox.path("store/public/root.crl")).expect("the CRL goes");
    let told = sandbox.run(["crl", "publish", "--if-due"]).exited(6);
    assert!(told.stderr.contains("store check --repair"), "{}", told.stderr);
    sandbox.run(["store", "check", "--repair"]).succeeded();
    sandbox.run(["crl", "publish", "--if-due"]).succeeded();
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let sandbox = Sandbox::with_root();
    for settings in [
        "--validity 0d",
        "--delta-validity 0s",
        "--overlap 10d",
        "--delta-validity 1d --overlap 2d",
        "--number-after 18446744073709551614",
    ] {
        let words = ["crl", "settings", "root"].into_iter().chain(settings.split(' '));
        sandbox.run(words).exited(2);
    }
    sandbox.run(["crl", "settings", "root", "--number-after", "1000"]).succeeded();
    sandbox.run(["crl", "settings", "root", "--number-after", "5"]).exited(2);
}

#[test]
fn a_compromised_key_has_more_certificates_than_one() {
    let sandbox = Sandbox::with_root();
    sandbox.run(["issue", "a.test", "--out", "a"]).succeeded();
    sandbox.run(["renew", "a.test"]).succeeded();
    let warned = sandbox.run(["revoke", "a.test", "--reason", "key-compromise"]).succeeded();
    assert!(warned.stderr.contains("1 other certificate that is still valid has the same key"), "{}", warned.stderr);
    let all = sandbox.run(["revoke", "--key", "a/key.pem", "--reason", "key-compromise"]).succeeded();
    assert!(!all.stderr.contains("same key"), "{}", all.stderr);
    // A pattern that fits a root as well: what signed itself is left out.
    let shown = sandbox.run(["revoke", "--name", "*", "--dry-run"]).succeeded();
    assert!(
        shown.stderr.contains("would revoke a.test") && !shown.stderr.contains("authority-root"),
        "{}",
        shown.stderr
    );
}
