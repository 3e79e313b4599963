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
    for settings in ["--overlap 10d", "--delta-validity 1d --overlap 2d", "--number-after 18446744073709551614"] {
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
