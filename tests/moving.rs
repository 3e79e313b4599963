//! `store import`: what moves in, what stays behind and is told, and what is refused with nothing changed.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where it fails")]

#[path = "support/sandbox.rs"]
mod sandbox;

use std::path::Path;

use sandbox::{Outcome, Sandbox};
use serde_json::Value;

/// An authority in a store of its own, laid out as `openssl ca` has it: `ca/`. Gives the serials of a.test, b.test and c.test.
fn tree() -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::with_root();
    let mut serials = Vec::new();
    for name in ["ca/private", "ca/newcerts", "ca/crl"] {
        std::fs::create_dir_all(sandbox.path(name)).unwrap();
    }
    for name in ["a.test", "b.test", "c.test"] {
        let said = sandbox.run(["issue", name, "--json"]).succeeded();
        let serial = serde_json::from_str::<Value>(&said.stdout).unwrap()["serial"].as_str().unwrap().to_owned();
        let file = format!("ca/newcerts/{}.pem", serial.to_uppercase());
        std::fs::copy(sandbox.path(format!("store/issued/{name}/current/cert.pem")), sandbox.path(file)).unwrap();
        serials.push(serial);
    }
    for (from, to) in [("ca.pem", "cacert.pem"), ("key.pem", "private/cakey.pem")] {
        let from = sandbox.path("store/authorities/root").join(from);
        std::fs::copy(from, sandbox.path("ca").join(to)).unwrap();
    }
    (sandbox, serials)
}

fn index(sandbox: &Sandbox, lines: &[(&str, &str, &str)]) {
    let line = |(state, revoked, serial): &(&str, &str, &str)| {
        format!("{state}\t20991231235959Z\t{revoked}\t{}\tunknown\t/CN=x\n", serial.to_uppercase())
    };
    std::fs::write(sandbox.path("ca/index.txt"), lines.iter().map(line).collect::<String>()).unwrap();
}

fn import(sandbox: &Sandbox, more: &[&str]) -> Outcome {
    let first = ["--store", "new", "store", "import", "openssl", "ca", "--no-passphrase", "--json"];
    sandbox.run(first.iter().chain(more))
}

fn report(said: &Outcome) -> Value {
    serde_json::from_str::<Value>(&said.stdout).unwrap()["authorities"][0].clone()
}

#[test]
fn what_only_the_crl_lists_is_carried_and_what_the_index_denies_is_told() {
    let (sandbox, serials) = tree();
    sandbox.run(["revoke", "a.test", "--reason", "superseded"]).succeeded();
    sandbox.run(["hold", "b.test", "--publish"]).succeeded();
    std::fs::copy(sandbox.path("store/public/root.crl"), sandbox.path("ca/crl.pem")).unwrap();
    // Of a.test there is no line, of b.test one that says it is good, and one of a certificate that is lost.
    index(
        &sandbox,
        &[("V", "", &serials[1]), ("V", "", &serials[2]), ("R", "250101000000Z", "0abc"), ("V", "", "0abd")],
    );
    let said = import(&sandbox, &[]).succeeded();
    let moved = report(&said);
    assert_eq!((&moved["certificates"], &moved["revocations"], &moved["on_hold"]), (&3.into(), &2.into(), &0.into()));
    assert_eq!((&moved["last_crl_number"], &moved["name"]), (&1.into(), &"root".into()));
    let left = moved["left"].to_string();
    for told in [&serials[1], "0abd", "can be revoked by its serial", "its revocation is carried over"] {
        assert!(left.contains(told), "{told}: {left}");
    }
    let said = sandbox.run(["--store", "new", "crl", "publish", "--json"]).succeeded();
    let published: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!((&published["crls"][0]["number"], &published["crls"][0]["entries"]), (&2.into(), &2.into()));
    let said = sandbox.run(["--store", "new", "log", "verify"]).succeeded();
    assert!(said.stdout.contains("1 checkpoints signed"), "{}", said.stdout);
    sandbox.run(["--store", "new", "store", "check"]).succeeded();
}

#[test]
fn what_the_authority_did_not_sign_stays_behind() {
    let (sandbox, serials) = tree();
    sandbox.run(["issue", "alien.test", "--self-signed", "--out", "alien"]).succeeded();
    std::fs::copy(sandbox.path("alien/cert.pem"), sandbox.path("ca/newcerts/AA.pem")).unwrap();
    std::fs::write(sandbox.path("ca/newcerts/noise.pem"), "noise").unwrap();
    let file = sandbox.path(format!("ca/newcerts/{}.pem", serials[0].to_uppercase()));
    // The same names and serial, and another signature.
    let der = pem_to_der(&file);
    let mut forged = der.clone();
    *forged.last_mut().unwrap() ^= 1;
    std::fs::write(&file, forged).unwrap();
    index(&sandbox, &[("R", "250101000000Z", &serials[0])]);
    let moved = report(&import(&sandbox, &[]).succeeded());
    assert_eq!((&moved["certificates"], &moved["revocations"]), (&2.into(), &1.into()), "{moved}");
    let left = moved["left"].to_string();
    for told in ["signed it, not this authority", "noise.pem", "its signature cannot be verified"] {
        assert!(left.contains(told), "{told}: {left}");
    }
}

#[test]
fn an_import_that_fails_changes_nothing() {
    let (sandbox, serials) = tree();
    index(&sandbox, &[("V", "", &serials[0])]);
    let refused = |why: &str, more: &[&str]| {
        let said = import(&sandbox, more).exited(1);
        assert!(said.stdout.contains(why), "{why}: {}", said.stdout);
        assert!(!sandbox.path("new").exists(), "{why}");
    };
    std::fs::write(sandbox.path("ca/index.txt"), "V\tx\n").unwrap();
    refused("index.txt: line 1: six fields", &[]);
    index(&sandbox, &[("V", "", &serials[0])]);
    std::fs::write(sandbox.path("ca/crlnumber"), "FFFFFFFFFFFFFFFFFF\n").unwrap();
    refused("larger than 64 bits", &[]);
    std::fs::write(sandbox.path("ca/crlnumber"), "next\n").unwrap();
    refused("no hexadecimal number", &[]);
    std::fs::write(sandbox.path("ca/crlnumber"), "0A\n").unwrap();
    sandbox.run(["key", "generate", "--no-passphrase", "--out", "other.key"]).succeeded();
    let key = std::fs::read(sandbox.path("ca/private/cakey.pem")).unwrap();
    std::fs::copy(sandbox.path("other.key"), sandbox.path("ca/private/cakey.pem")).unwrap();
    refused("the key does not belong to the certificate", &[]);
    std::fs::write(sandbox.path("ca/private/cakey.pem"), key).unwrap();
    let moved = report(&import(&sandbox, &["--name", "old"]).succeeded());
    assert_eq!(moved["last_crl_number"], 9);
    // A second time, under its name or another.
    let said = import(&sandbox, &["--name", "old"]).exited(1);
    assert!(said.stdout.contains("exists already"), "{}", said.stdout);
    let said = import(&sandbox, &["--name", "else"]).exited(1);
    assert!(said.stdout.contains("in the store already, as authority old"), "{}", said.stdout);
}

#[test]
fn names_that_are_taken_keep_their_certificate() {
    let (sandbox, serials) = tree();
    index(&sandbox, &[("V", "", &serials[0])]);
    sandbox.run(["--store", "new", "init", "--no-passphrase", "--key", "ec-p256", "--cn", "Other"]).succeeded();
    sandbox.run(["--store", "new", "issue", "a.test"]).succeeded();
    let current = std::fs::read_link(sandbox.path("new/issued/a.test/current")).unwrap();
    import(&sandbox, &["--name", "old"]).succeeded();
    assert_eq!(std::fs::read_link(sandbox.path("new/issued/a.test/current")).unwrap(), current);
    assert!(sandbox.path("new/issued/a.test@old").join(&serials[0]).is_dir());
    let said = sandbox.run(["--store", "new", "issue", "more.test", "--json"]).succeeded();
    assert!(said.stdout.contains("CN=Other"), "the default authority stays: {}", said.stdout);
}

#[test]
fn what_moved_in_is_renewed_as_what_it_is() {
    let (sandbox, serials) = tree();
    index(&sandbox, &[("V", "", &serials[0])]);
    import(&sandbox, &[]).succeeded();
    let renewed = sandbox.run(["--store", "new", "renew", "a.test", "--json"]).succeeded();
    let report: Value = serde_json::from_str(&renewed.stdout).unwrap();
    assert_eq!(report["renewed"][0]["profile"], "server", "{report}");
    sandbox.run(["--store", "new", "store", "check"]).succeeded();
}

#[test]
fn a_root_and_its_issuing_authority_of_step_come_together() {
    let sandbox = Sandbox::new();
    sandbox.run(["init", "--no-passphrase", "--with-issuing", "--key", "ec-p256"]).succeeded();
    for name in ["step/certs", "step/secrets", "step/config", "step/db"] {
        std::fs::create_dir_all(sandbox.path(name)).unwrap();
    }
    std::fs::write(sandbox.path("pass"), "correct horse\n").unwrap();
    for (from, to) in [("root", "root_ca"), ("issuing", "intermediate_ca")] {
        let from = format!("store/authorities/{from}");
        std::fs::copy(sandbox.path(&from).join("ca.pem"), sandbox.path(format!("step/certs/{to}.crt"))).unwrap();
        let (key, out) = (format!("{from}/key.pem"), format!("step/secrets/{to}_key"));
        sandbox.run(["key", "convert", &key, "--new-passphrase", "file:pass", "--out", &out]).succeeded();
    }
    let config = r#"{"authority": {"provisioners": [{"type": "ACME", "name": "acme"}]}, "crl": {"enabled": true}}"#;
    std::fs::write(sandbox.path("step/config/ca.json"), config).unwrap();
    let line = "--store new store import step step --passphrase file:pass --json";
    let said = sandbox.run(line.split(' ')).succeeded();
    let report: Value = serde_json::from_str(&said.stdout).unwrap();
    let names: Vec<_> = report["authorities"].as_array().unwrap().iter().map(|made| made["name"].as_str()).collect();
    assert_eq!(names, [Some("root"), Some("issuing")]);
    for told in ["acme", "database", "--number-after"] {
        assert!(said.stdout.contains(told), "{told}: {}", said.stdout);
    }
    let line = "--store new issue new.test --passphrase file:pass --out out";
    sandbox.run(line.split(' ')).succeeded();
    let root = "step/certs/root_ca.crt";
    sandbox.run(["verify", "out/fullchain.pem", "--anchor", root, "--host", "new.test"]).succeeded();
    sandbox.run(["--store", "new", "store", "check"]).succeeded();
    let key = std::fs::read_to_string(sandbox.path("new/authorities/issuing/key.pem")).unwrap();
    assert!(key.contains("ENCRYPTED"), "the passphrase that opened it protects it here");
}

fn pem_to_der(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    certwright::x509::pem::read_certificates(&bytes).expect("a certificate")[0].der().to_vec()
}
