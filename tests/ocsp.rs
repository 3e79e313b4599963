//! What OCSP responses say, who signs them, and what is left alone; by the program on a store, read with the library.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use certwright::x509::ocsp::{BasicResponse, CertIdHash, CertStatus, IssuerId, OcspRequest};
use certwright::x509::{Certificate, RevocationReason, Serial, pem};
use serde_json::Value;
use tempfile::TempDir;

struct Pki {
    dir: TempDir,
}

impl Pki {
    fn new(options: &[&str]) -> Self {
        let pki = Self { dir: TempDir::new().unwrap() };
        pki.ok(&[&["init", "--with-issuing", "--key", "ec-p256"], options].concat());
        pki
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_certwright"));
        command.current_dir(self.path()).env_clear().args(["--non-interactive", "--store", "pki"]);
        command.env("PASS", "correct horse").args(arguments).output().unwrap()
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn publish(&self, options: &[&str]) -> Value {
        let words = ["ocsp", "publish", "--to", "site", "--authority", "issuing", "--json"];
        serde_json::from_str(&self.ok(&[&words[..], options].concat())).unwrap()
    }

    fn issue(&self, name: &str) -> Serial {
        self.ok(&["issue", name, "--no-key-passphrase", "--out", name]);
        self.certificate(&format!("{name}/cert.pem")).serial
    }

    fn certificate(&self, file: &str) -> Certificate {
        pem::read_certificates(&std::fs::read(self.path().join(file)).unwrap()).unwrap().remove(0)
    }

    /// The responses by serial, each of them signed by a responder that the authority certified.
    fn published(&self) -> BTreeMap<Serial, BasicResponse> {
        let issuer = self.certificate("pki/authorities/issuing/ca.pem");
        let mut found = BTreeMap::new();
        for entry in std::fs::read_dir(self.path().join("site/issuing")).unwrap().flatten() {
            let name = entry.file_name().into_string().unwrap();
            let Some(serial) = name.strip_suffix(".ocsp") else { continue };
            let response = BasicResponse::from_der(&std::fs::read(entry.path()).unwrap()).unwrap();
            let responder = Certificate::from_der(&response.certificates[0]).unwrap();
            responder.verify_signature(&issuer.public_key().unwrap()).unwrap();
            response.verify_signature(&responder.public_key().unwrap()).unwrap();
            let [single] = response.responses.as_slice() else { panic!("one certificate") };
            assert_eq!(single.certificate.serial.hex(), serial);
            assert!(single.certificate.is_of(&issuer) && single.next_update.unwrap() <= responder.not_after);
            found.insert(single.certificate.serial.clone(), response);
        }
        found
    }

    fn responders(&self) -> usize {
        std::fs::read_dir(self.path().join("pki/issued/ocsp-issuing")).unwrap().flatten().count() - 1
    }
}

fn status(response: &BasicResponse) -> CertStatus {
    response.responses[0].status
}

#[test]
fn every_live_certificate_has_its_status() {
    let pki = Pki::new(&["--no-passphrase"]);
    let [good, held, revoked] = ["good.test", "held.test", "revoked.test"].map(|name| pki.issue(name));
    pki.ok(&["hold", "held.test"]);
    pki.ok(&["revoke", "revoked.test"]);
    pki.ok(&["revoke", "0x1234", "--authority", "issuing", "--unknown", "--reason", "key-compromise"]);
    let report = pki.publish(&[]);
    assert_eq!(report["authorities"][0]["signed"], 4);
    let found = pki.published();
    assert_eq!(found.len(), 4);
    assert_eq!(status(&found[&good]), CertStatus::Good);
    let reason = |serial: &Serial| match status(&found[serial]) {
        CertStatus::Revoked { reason, .. } => reason,
        other => panic!("{other}"),
    };
    assert_eq!(reason(&held), Some(RevocationReason::CertificateHold));
    assert_eq!(reason(&revoked), None, "unspecified is left out");
    assert_eq!(reason(&Serial::from_content(&[0x12, 0x34])), Some(RevocationReason::KeyCompromise));

    // Only what changed is signed again, by the same responder.
    pki.ok(&["release", "held.test"]);
    let report = pki.publish(&["--if-due"]);
    assert_eq!((&report["authorities"][0]["signed"], &report["written"]), (&1.into(), &2.into()), "{report}");
    let after = pki.published();
    assert_eq!(status(&after[&held]), CertStatus::Good);
    assert_eq!(after[&good].produced_at, found[&good].produced_at);
    assert_eq!(pki.responders(), 1);
}

#[test]
fn a_responder_works_without_the_authority_and_a_revoked_one_is_replaced() {
    let pki = Pki::new(&["--passphrase", "env:PASS"]);
    let with_key = ["--passphrase", "env:PASS"];
    pki.ok(&[&["issue", "a.test", "--no-key-passphrase"], &with_key[..]].concat());
    pki.publish(&[&["--no-key-passphrase"], &with_key[..]].concat());
    // From now on neither a passphrase nor the authority's key is needed.
    let key = pki.path().join("pki/authorities/issuing/key.pem");
    std::fs::rename(&key, pki.path().join("key.pem")).unwrap();
    pki.publish(&[]);
    std::fs::rename(pki.path().join("key.pem"), &key).unwrap();
    assert_eq!(pki.responders(), 1);
    pki.ok(&["revoke", "ocsp-issuing"]);
    assert!(!pki.run(&["ocsp", "publish", "--to", "site"]).status.success());
    let report = pki.publish(&with_key);
    assert_eq!((pki.responders(), &report["authorities"][0]["signed"]), (2, &1.into()));
}

#[test]
fn answers_are_for_authorities_of_the_store_only() {
    let pki = Pki::new(&["--no-passphrase"]);
    let other = Pki::new(&["--no-passphrase"]);
    let serial = pki.issue("a.test");
    let ask = |from: &Pki, serial: &Serial| {
        let issuer = from.certificate("pki/authorities/issuing/ca.pem");
        let id = IssuerId::new(&issuer, CertIdHash::Sha256).unwrap().certificate(serial);
        std::fs::write(pki.path().join("request.der"), OcspRequest::for_one(&id)).unwrap();
        let output = pki.run(&["ocsp", "respond", "request.der", "--out", "response.der", "--force"]);
        (output.status.code(), std::fs::read(pki.path().join("response.der")).unwrap())
    };
    let (code, response) = ask(&pki, &serial);
    assert_eq!((code, status(&BasicResponse::from_der(&response).unwrap())), (Some(0), CertStatus::Good));
    let (code, response) = ask(&pki, &Serial::from_content(&[1]));
    assert_eq!((code, status(&BasicResponse::from_der(&response).unwrap())), (Some(0), CertStatus::Unknown));
    // Of the root's own store nothing is said under the issuing authority's name, nor of another store's certificate.
    let root = pki.certificate("pki/authorities/issuing/ca.pem").serial;
    let (_, response) = ask(&pki, &root);
    assert_eq!(status(&BasicResponse::from_der(&response).unwrap()), CertStatus::Unknown);
    assert_eq!(ask(&other, &serial), (Some(1), vec![0x30, 3, 0x0a, 1, 6]));
    std::fs::write(pki.path().join("request.der"), [0x30; 9]).unwrap();
    let output = pki.run(&["ocsp", "respond", "request.der", "--out", "broken.der"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(std::fs::read(pki.path().join("broken.der")).unwrap(), [0x30, 3, 0x0a, 1, 1]);
}

#[test]
fn a_revoked_authority_says_nothing() {
    let pki = Pki::new(&["--no-passphrase"]);
    pki.issue("a.test");
    let serial = pki.certificate("pki/authorities/issuing/ca.pem").serial.hex();
    pki.ok(&["revoke", &serial, "--reason", "ca-compromise"]);
    assert_eq!(pki.run(&["ocsp", "publish", "--to", "site", "--authority", "issuing"]).status.code(), Some(4));
    // The others go on, and one of them says so.
    pki.ok(&["ocsp", "publish", "--to", "site"]);
    let response = std::fs::read(pki.path().join(format!("site/root/{serial}.ocsp"))).unwrap();
    let response = BasicResponse::from_der(&response).unwrap();
    assert!(matches!(status(&response), CertStatus::Revoked { reason: Some(RevocationReason::CaCompromise), .. }));
    assert!(!pki.path().join("site/issuing").exists());
}

#[test]
fn publish_brings_crls_even_where_no_response_can_be_signed() {
    let pki = Pki::new(&["--passphrase", "env:PASS"]);
    pki.ok(&["issue", "a.test", "--no-key-passphrase", "--passphrase", "env:PASS"]);
    pki.ok(&["crl", "publish", "--passphrase", "env:PASS"]);
    let output = pki.run(&["publish", "--to", "site", "--ocsp"]);
    assert!(!output.status.success());
    for name in ["index.html", "root.crl", "issuing.crl", "issuing.crt", "issuing.chain.pem"] {
        assert!(pki.path().join("site").join(name).exists(), "{name}");
    }
    pki.ok(&["publish", "--to", "site", "--no-ocsp"]);
    // Somebody else's page is left alone.
    std::fs::create_dir(pki.path().join("theirs")).unwrap();
    std::fs::write(pki.path().join("theirs/index.html"), "mine").unwrap();
    assert_eq!(pki.run(&["publish", "--to", "theirs", "--no-ocsp"]).status.code(), Some(1));
    assert_eq!(std::fs::read(pki.path().join("theirs/index.html")).unwrap(), b"mine");
    assert!(!pki.path().join("theirs/root.crt").exists());
}

#[test]
fn what_holds_needs_no_passphrase_and_says_nothing() {
    let pki = Pki::new(&["--passphrase", "env:PASS"]);
    let with_key = ["--passphrase", "env:PASS"];
    pki.ok(&[&["issue", "a.test", "--no-key-passphrase"], &with_key[..]].concat());
    pki.ok(&[&["crl", "publish"], &with_key[..]].concat());
    pki.ok(&[&["publish", "--to", "web", "--ocsp"], &with_key[..]].concat());
    pki.ok(&[&["ocsp", "publish", "--to", "stapled"], &with_key[..]].concat());
    let page = std::fs::read(pki.path().join("web/index.html")).unwrap();
    for words in [&["publish", "--to", "web", "--ocsp"][..], &["ocsp", "publish", "--to", "stapled"]] {
        let output = pki.run(&[words, &["--quiet", "--if-due"]].concat());
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{words:?}: {output:?}");
    }
    assert_eq!(std::fs::read(pki.path().join("web/index.html")).unwrap(), page);
    // What changed is told, once it can be signed.
    pki.ok(&["revoke", "a.test"]);
    assert_eq!(pki.run(&["publish", "--to", "web", "--ocsp", "--quiet", "--if-due"]).status.code(), Some(2));
    let said = pki.ok(&[&["publish", "--to", "web", "--ocsp", "--quiet", "--if-due"], &with_key[..]].concat());
    assert_eq!(said, "web/index.html\n");
    // From now on no passphrase is needed for that.
    pki.publish(&[&["--no-key-passphrase"], &with_key[..]].concat());
    assert_eq!(pki.responders(), 2);
    pki.publish(&["--no-key-passphrase"]);
    assert_eq!(pki.responders(), 2);
}

#[test]
fn a_part_of_a_site_can_be_published_alone() {
    let pki = Pki::new(&["--no-passphrase"]);
    pki.issue("a.test");
    let both = [&["publish", "--to", "web", "--ocsp"][..], &["ocsp", "publish", "--to", "web/ocsp"]];
    for words in both.iter().chain(&both) {
        pki.ok(words);
    }
    assert!(!pki.path().join("web/ocsp/.certwright-site.json").exists());
    let both = [&["ocsp", "publish", "--to", "site/ocsp"][..], &["publish", "--to", "site", "--ocsp"]];
    for words in both.iter().chain(&both) {
        pki.ok(words);
    }
    // What is taken away is taken away by either.
    pki.ok(&["revoke", "a.test"]);
    pki.ok(&["crl", "publish"]);
    let report: Value =
        serde_json::from_str(&pki.ok(&["publish", "--to", "site", "--ocsp", "--if-due", "--json"])).unwrap();
    let written = report["written"].as_array().unwrap();
    assert!(written.iter().any(|path| path.as_str().is_some_and(|path| path.starts_with("ocsp/issuing/"))), "{report}");
}
