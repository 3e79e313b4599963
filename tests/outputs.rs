//! Where a command writes: never over what it reads, over another of its outputs, or over what a store lives by.

#![expect(clippy::expect_used, reason = "a test may stop")]

use std::fs;
use std::os::unix::fs::symlink;

use sandbox::{Outcome, Sandbox};
use tree::snapshot;

#[path = "support/sandbox.rs"]
mod sandbox;
#[path = "support/tree.rs"]
mod tree;

const FAILED: i32 = 1;
const USAGE: i32 = 2;

/// Runs a command that must be refused, with nothing changed anywhere.
fn refused(sandbox: &Sandbox, line: &str, code: i32, words: &str) -> Outcome {
    let before = snapshot(&sandbox.path(""));
    let outcome = sandbox.run(line.split_whitespace()).exited(code);
    assert!(outcome.stderr.contains(words), "{} does not say {words:?}:\n{}", outcome.what, outcome.stderr);
    assert_eq!(snapshot(&sandbox.path("")), before, "{} changes something", outcome.what);
    outcome
}

#[test]
fn two_outputs_never_have_one_place() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("dir")).expect("a directory");
    symlink("dir", sandbox.path("link")).expect("a link");
    for line in [
        "csr create --new-key k.pem --no-passphrase www.test --out ./k.pem --force",
        "csr create --new-key dir/k.pem --no-passphrase www.test --out link/k.pem --force",
        "key generate --no-passphrase --out k.pem --public-out ./k.pem --force",
        "key generate --no-passphrase --out dir/k.pem --public-out link/../dir/k.pem --force",
    ] {
        refused(&sandbox, line, USAGE, "two outputs would be written to");
    }
    sandbox.run("key generate --no-passphrase --out dir/k.pem --public-out k.pem".split(' ')).succeeded();
}

#[test]
fn what_is_read_is_not_replaced() {
    let sandbox = Sandbox::with_root();
    fs::create_dir(sandbox.path("dir")).expect("a directory");
    fs::write(sandbox.path("pass"), "correct horse battery\n").expect("a file");
    sandbox.run("key generate --no-passphrase --out k.pem".split(' ')).succeeded();
    sandbox.run("csr create --key k.pem www.test --out www.csr".split(' ')).succeeded();
    sandbox.run("issue a.test --out a".split(' ')).succeeded();
    symlink("k.pem", sandbox.path("link.pem")).expect("a link");
    for name in [
        "out/www/cert.pem",
        "out/cert/cert.pem",
        "out/b.test/key.pem",
        "nginx/key.pem",
        "out/b.test/ca.pem",
        "fleet.csv",
    ] {
        fs::create_dir_all(sandbox.path(name).parent().expect("a directory")).expect("a directory");
        fs::write(sandbox.path(name), "name\nb.test\n").expect("a file");
    }
    for line in [
        "csr create --key k.pem www.test --out k.pem --force",
        "csr create --key link.pem www.test --out dir/../k.pem --force",
        "csr create --key link.pem www.test --out link.pem --force",
        "sign www.csr --out ./www.csr --force",
        "ocsp respond www.csr --out www.csr --force",
        "keystore build --cert a/cert.pem --key k.pem --out k.pem --storepass pass:changeit --force",
        "keystore build a.test --out ./pass --format p12 --storepass file:pass --force",
        "truststore build a/ca.pem ./k.pem --out k.pem --force",
        "key generate --passphrase file:pass --out pass --force",
        "key convert k.pem --new-passphrase file:pass --out pass --force",
        "sign www.csr --passphrase file:pass --out dir/../pass --force",
        "sign www.csr --passphrase=file:out/www/cert.pem --out-dir out --force",
        "sign out/cert/cert.pem --out-dir out --force",
        "issue b.test --key-passphrase file:out/www/cert.pem --out out/www --force",
        "issue --batch fleet.csv --key-passphrase file:out/b.test/key.pem --out-dir out --force",
        "issue --batch out/b.test/ca.pem --batch-format csv --out-dir out --force",
        "export a.test --for nginx --key-passphrase file:nginx/key.pem --out nginx --force",
        "export a.test --for nginx --key nginx/key.pem --out nginx --force",
        "keystore build a.test --out ./pass --format jks --storepass env:X --keypass file:pass --force",
        "store backup ./pass --passphrase file:pass --force",
        "authority csr other --new-passphrase file:pass --out pass --force",
        "manifest from-store --passphrase file:pass --out pass --force",
    ] {
        refused(&sandbox, line, USAGE, "is read, and would be replaced");
    }
    let pki = "authorities: {root: {keep: true}}\ncertificates: {c.test: {deliver: [{certificate: pass}]}}\n";
    fs::write(sandbox.path("pki.yaml"), format!("{pki}defaults: {{key_passphrase: 'file:pass'}}\n")).expect("a file");
    let applied = sandbox.run("apply pki.yaml --force".split(' ')).exited(FAILED);
    assert!(applied.stderr.contains("is read, and would be replaced"), "{}", applied.stderr);
    assert_eq!(fs::read_to_string(sandbox.path("pass")).expect("a file"), "correct horse battery\n");
    // This is what somebody means who names one key twice.
    sandbox.run("key convert k.pem --new-passphrase file:pass --out ./k.pem --force".split(' ')).succeeded();
    assert!(fs::read_to_string(sandbox.path("k.pem")).expect("a key").contains("ENCRYPTED"));
}

#[test]
fn nothing_of_a_store_is_an_output() {
    let sandbox = Sandbox::with_root();
    sandbox.run("issue a.test --out a".split(' ')).succeeded();
    sandbox.run("csr create --new-key k.pem --no-passphrase www.test --out www.csr".split(' ')).succeeded();
    symlink("store", sandbox.path("link")).expect("a link");
    for line in [
        "status --format prometheus --out store/journal.jsonl",
        "status --format prometheus --out link/store.json",
        "status --format prometheus --out store/journal.head",
        "status --format prometheus --out store/public/new.prom",
        "sign www.csr --out store/journal.jsonl --force",
        "sign www.csr --out store/public/../lock --force",
        "truststore build --out store/authorities/root/key.pem --force",
        "truststore build --format hashed --out store/authorities/new",
        "keystore build a.test --out store/authorities/root/key.pem --force",
        "key generate --no-passphrase --out store/authorities/root/key.pem --force",
        "store backup store/journal.jsonl --force",
        "store backup store/authorities",
        "manifest from-store --out store/public/x.yaml",
        "authority csr other --no-passphrase --out store/staging/x --force",
        "key convert k.pem --out store/journal.jsonl --force",
        "test-pki store/issued/pki",
        "publish --to store/public/new",
    ] {
        refused(&sandbox, line, FAILED, "belongs to the store");
    }
    // What else is in the directory is the operator's.
    sandbox.run("status --format prometheus --out store/metrics.prom".split(' ')).succeeded();
    sandbox.run("store check".split(' ')).succeeded();
}

/// The one file of a store that operators replace: the passphrase of a key is changed so.
#[test]
fn the_passphrase_of_a_key_in_the_store_is_changed() {
    let sandbox = Sandbox::with_root();
    sandbox.run("issue a.test".split(' ')).succeeded();
    fs::write(sandbox.path("pass"), "correct horse battery\n").expect("a file");
    for key in ["store/authorities/root/key.pem", "store/issued/a.test/current/key.pem"] {
        let convert = format!("key convert {key} --out {key} --new-passphrase file:pass");
        sandbox.run(format!("{convert} --force").split(' ')).succeeded();
        sandbox.run(convert.split(' ')).exited(FAILED);
    }
    sandbox.run("issue b.test --passphrase file:pass".split(' ')).succeeded();
    sandbox.run("store check".split(' ')).succeeded();
}
