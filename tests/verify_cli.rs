//! `certwright verify`, rule by rule, on a small chain made with the library.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::process::{Command, Output};

use certwright::keys::{Algorithm, PrivateKey};
use certwright::x509::extension::NameConstraints;
use certwright::x509::{Certificate, Extension, KeyUsage, Name, Oid, Serial, Subtree, TbsCertificate, oid};
use serde_json::Value;
use tempfile::TempDir;
use time::OffsetDateTime;
use time::macros::datetime;

const START: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);
const NOON: &str = "2026-06-01T12:00:00Z";

struct Authority {
    key: PrivateKey,
    certificate: Certificate,
}

/// A certificate to be made: what the tests change.
struct Wish<'a> {
    name: &'a str,
    days: i64,
    extensions: Vec<Extension>,
}

fn usage() -> Extension {
    Extension::key_usage(KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN))
}

fn ca(path_len: Option<u8>) -> Vec<Extension> {
    vec![Extension::basic_constraints(true, path_len), usage()]
}

fn server(host: &str) -> Vec<Extension> {
    vec![
        Extension::basic_constraints(false, None),
        Extension::key_usage(KeyUsage::DIGITAL_SIGNATURE),
        Extension::extended_key_usage(&[oid::EKU_SERVER_AUTH], false),
        Extension::subject_alt_name(&[host.parse().unwrap()], false).unwrap(),
    ]
}

fn make(wish: &Wish<'_>, issuer: Option<&Authority>) -> Authority {
    let key = PrivateKey::generate(Algorithm::EcP256).unwrap();
    let subject = Name::common_name_only(wish.name).unwrap();
    let tbs = TbsCertificate {
        serial: Serial::from_random([7; 20]),
        issuer: issuer.map_or_else(|| subject.clone(), |issuer| issuer.certificate.subject.clone()),
        not_before: START,
        not_after: START + time::Duration::days(wish.days),
        subject,
        public_key: key.public_key().clone(),
        extensions: wish.extensions.clone(),
    };
    let certificate = tbs.sign(issuer.map_or(&key, |issuer| &issuer.key)).unwrap();
    Authority { key, certificate }
}

/// Root, intermediate, leaf for api.corp.test, as files.
struct Scratch {
    directory: TempDir,
    root: Authority,
    issuing: Authority,
}

impl Scratch {
    fn new() -> Self {
        let root = make(&Wish { name: "Root", days: 3650, extensions: ca(None) }, None);
        let issuing = make(&Wish { name: "Issuing", days: 1825, extensions: ca(Some(0)) }, Some(&root));
        let scratch = Self { directory: tempfile::tempdir().unwrap(), root, issuing };
        let leaf = make(&Wish { name: "api", days: 365, extensions: server("api.corp.test") }, Some(&scratch.issuing));
        scratch.write("root.crt", &[&scratch.root.certificate]);
        scratch.write("issuing.crt", &[&scratch.issuing.certificate]);
        scratch.write("leaf.crt", &[&leaf.certificate]);
        scratch.write("full.crt", &[&leaf.certificate, &scratch.issuing.certificate]);
        scratch
    }

    fn write(&self, name: &str, certificates: &[&Certificate]) {
        let pem: String = certificates.iter().map(|certificate| certificate.to_pem()).collect();
        fs::write(self.directory.path().join(name), pem).unwrap();
    }

    fn verify(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_certwright"))
            .arg("verify")
            .args(arguments)
            .current_dir(self.directory.path())
            .env_clear()
            .env("HOME", self.directory.path())
            .output()
            .unwrap()
    }

    /// The report, and the exit status that must come with it.
    fn report(&self, arguments: &[&str], status: i32) -> Value {
        let output = self.verify(&[arguments, &["--json"]].concat());
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {told}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The rule that is broken, with the reason on standard output.
    fn broken(&self, arguments: &[&str]) -> String {
        let report = self.report(arguments, 3);
        assert_eq!(report["ok"], false);
        let text = String::from_utf8(self.verify(arguments).stdout).unwrap();
        assert_eq!(text, format!("failed: {}\n", report["reason"].as_str().unwrap()));
        report["rule"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_good_path_is_told_link_by_link() {
    let scratch = Scratch::new();
    let output = scratch.verify(&["full.crt", "--anchor", "root.crt", "--purpose", "server", "--at", NOON]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        text.lines().collect::<Vec<_>>(),
        [
            "ok: CN=api ← CN=Issuing ← CN=Root (anchor)",
            "certificate     CN=api, valid until 2027-01-01T00:00:00Z (213 days left)",
            "intermediate    CN=Issuing, valid until 2030-12-31T00:00:00Z (1673 days left)",
            "anchor          CN=Root, valid until 2035-12-30T00:00:00Z (3498 days left)",
        ]
    );
    let report = scratch.report(&["full.crt", "--anchor", "root.crt", "--at", NOON], 0);
    assert_eq!(report["schema"], "certwright/verify/1");
    assert_eq!(report["anchors_from"], "files");
    let roles: Vec<_> = report["path"].as_array().unwrap().iter().map(|link| link["role"].clone()).collect();
    assert_eq!(roles, ["certificate", "intermediate", "anchor"]);
}

#[test]
fn options_may_stand_before_the_file() {
    let scratch = Scratch::new();
    for arguments in [
        &["--at", NOON, "--anchor", "root.crt", "full.crt"][..],
        &["--chain", "issuing.crt", "--at", NOON, "--anchor", "root.crt", "leaf.crt"],
        &["--at", NOON, "--anchor", "root.crt", "--chain", "issuing.crt", "leaf.crt"],
        &["--anchor", "root.crt", "--chain", "issuing.crt", "--at", NOON, "--", "leaf.crt"],
        &["leaf.crt", "--at", NOON, "--anchor", "issuing.crt", "root.crt"],
    ] {
        let output = scratch.verify(arguments);
        assert!(output.stdout.starts_with("ok: CN=api".as_bytes()), "{arguments:?}: {output:?}");
    }
    for arguments in [&["--anchor", "full.crt"][..], &["--anchor", "root.crt", "--anchor", "full.crt"], &[]] {
        assert_eq!(scratch.verify(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn what_is_missing_or_untrusted_is_named() {
    let scratch = Scratch::new();
    assert_eq!(scratch.broken(&["leaf.crt", "--anchor", "root.crt", "--at", NOON]), "no-issuer");
    let other = make(&Wish { name: "Root", days: 3650, extensions: ca(None) }, None);
    scratch.write("other.crt", &[&other.certificate]);
    assert_eq!(scratch.broken(&["full.crt", "--anchor", "other.crt", "--at", NOON]), "bad-signature");
    assert_eq!(scratch.broken(&["full.crt", "--anchor", "root.crt", "--at", "2027-01-02"]), "expired");
    assert_eq!(scratch.broken(&["full.crt", "--anchor", "root.crt", "--at", "2025-12-31"]), "not-yet-valid");
}

#[test]
fn host_and_purpose_count() {
    let scratch = Scratch::new();
    let with = |more: &[&'static str]| [&["full.crt", "--anchor", "root.crt", "--at", NOON], more].concat();
    assert_eq!(scratch.report(&with(&["--host", "api.corp.test"]), 0)["host"], "dns:api.corp.test");
    assert_eq!(scratch.broken(&with(&["--host", "corp.test"])), "host-mismatch");
    assert_eq!(scratch.broken(&with(&["--host", "10.0.0.1"])), "host-mismatch");
    assert_eq!(scratch.broken(&with(&["--purpose", "client"])), "purpose");
    assert_eq!(scratch.broken(&with(&["--purpose", "authority"])), "not-a-ca");
    assert_eq!(scratch.verify(&with(&["--purpose", "sever"])).status.code(), Some(2));
    assert_eq!(scratch.verify(&with(&["--host", "email:a@b.test"])).status.code(), Some(2));
}

#[test]
fn rules_of_the_chain_count() {
    let scratch = Scratch::new();
    let constraints =
        NameConstraints { permitted: vec![Subtree::parse("example.test").unwrap()], excluded: Vec::new() };
    let mut narrow = ca(None);
    narrow.push(Extension::name_constraints(&constraints).unwrap());
    let unknown = Extension { oid: Oid::new_unwrap("1.2.3.4.5"), critical: true, value: vec![5, 0] };
    let sign = vec![Extension::basic_constraints(true, None), Extension::key_usage(KeyUsage::CRL_SIGN)];
    for (rule, issuer) in [
        ("name-constraint", narrow),
        ("not-a-ca", vec![Extension::basic_constraints(false, None)]),
        ("no-key-cert-sign", sign),
        ("unknown-critical-extension", [ca(None), vec![unknown]].concat()),
    ] {
        let issuer = make(&Wish { name: "Issuer", days: 900, extensions: issuer }, Some(&scratch.root));
        let leaf = make(&Wish { name: "leaf", days: 300, extensions: server("api.corp.test") }, Some(&issuer));
        scratch.write("bad.crt", &[&leaf.certificate, &issuer.certificate]);
        assert_eq!(scratch.broken(&["bad.crt", "--anchor", "root.crt", "--at", NOON]), rule);
    }
    let below = make(&Wish { name: "Below", days: 900, extensions: ca(None) }, Some(&scratch.issuing));
    let leaf = make(&Wish { name: "leaf", days: 300, extensions: server("api.corp.test") }, Some(&below));
    scratch.write("deep.crt", &[&leaf.certificate, &below.certificate, &scratch.issuing.certificate]);
    assert_eq!(scratch.broken(&["deep.crt", "--anchor", "root.crt", "--at", NOON]), "path-length");
}

#[test]
fn nothing_is_trusted_by_itself() {
    let scratch = Scratch::new();
    let error = &scratch.report(&["full.crt", "--at", NOON], 2)["error"];
    assert!(error["message"].as_str().unwrap().contains("there is no store"), "{error}");
    fs::write(scratch.directory.path().join("empty.crt"), "").unwrap();
    for anchor in ["missing.crt", "empty.crt"] {
        let error = &scratch.report(&["full.crt", "--anchor", "root.crt", anchor], 1)["error"];
        assert!(error["message"].as_str().unwrap().contains(anchor), "{error}");
    }
    let error = &scratch.report(&["full.crt", "--anchor", "root.crt", "--crl", "root.crt"], 1)["error"];
    assert!(error["message"].as_str().unwrap().contains("no CRL in it, but a certificate"), "{error}");
}
