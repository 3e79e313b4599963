//! What `inspect`, `csr inspect` and `key inspect` say about files that are wrong.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::process::{Command, Output};

use certwright::keys::{Algorithm, PrivateKey};
use certwright::x509::{Csr, Extension, Name, pem};
use tempfile::TempDir;

/// A key of 1024 bits, whose private half was thrown away.
const SHORT: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC8/Z/FXRSjNgi49xGqIfFYH43X\n\
DU6Ulo1K/9BxDrDm6KtOuIDkzqzzAoF5Cm2llg0aD/LQMWgVT2DJrwj3MzJ29NlK\n\
1Xlo3Ok1ewbQMgix2E7YD7qaqfcsHlJLHVqCUXNzDfkqw7mF9xsmbFOCc47pC34E\n\
0vBTxkPpIkfofCy+twIDAQAB\n\
-----END PUBLIC KEY-----\n";

fn run(scratch: &TempDir, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_certwright"))
        .args(arguments)
        .current_dir(scratch.path())
        .env_clear()
        .env("HOME", scratch.path())
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_changed_request_is_no_proof_of_its_key() {
    let scratch = tempfile::tempdir().unwrap();
    let key = PrivateKey::generate(Algorithm::EcP256).unwrap();
    let names = Extension::subject_alt_name(&["a.test".parse().unwrap()], false).unwrap();
    let csr = Csr::create(&Name::common_name_only("good").unwrap(), &[names], &key).unwrap();
    let mut der = csr.der().to_vec();
    let at = der.windows(4).position(|window| window == b"good").unwrap();
    der[at] = b'w';
    fs::write(scratch.path().join("bad.csr"), pem::encode("CERTIFICATE REQUEST", &der)).unwrap();
    fs::write(scratch.path().join("good.der"), csr.der()).unwrap();
    let bad = run(&scratch, &["csr", "inspect", "bad.csr"]);
    assert_eq!(bad.status.code(), Some(3));
    assert!(text(&bad).contains("signature       ecdsa-with-SHA256, BAD: it was not made with the key"), "{bad:?}");
    assert_eq!(run(&scratch, &["csr", "inspect", "good.der"]).status.code(), Some(0));
    let report = run(&scratch, &["csr", "inspect", "bad.csr", "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).unwrap();
    assert_eq!((&report["schema"], &report["signature_ok"]), (&"certwright/csr-inspect/1".into(), &false.into()));
}

#[test]
fn a_weak_key_is_a_check_that_says_no() {
    let scratch = tempfile::tempdir().unwrap();
    fs::write(scratch.path().join("short.pub"), SHORT).unwrap();
    let output = run(&scratch, &["key", "inspect", "short.pub"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output).contains("weakness        RSA modulus of 1024 bits"), "{output:?}");
}

#[test]
fn foreign_text_stays_in_its_place() {
    let scratch = tempfile::tempdir().unwrap();
    let key = PrivateKey::generate(Algorithm::EcP256).unwrap();
    let hostile = "xy\nsubject         CN=admin\u{1b}[2J\u{202e}";
    let harmless = "é".repeat(hostile.len() / 2);
    let csr = Csr::create(&Name::common_name_only(&harmless).unwrap(), &[], &key).unwrap();
    let mut der = csr.der().to_vec();
    let at = der.windows(harmless.len()).position(|window| window == harmless.as_bytes()).unwrap();
    der[at..at + hostile.len()].copy_from_slice(hostile.as_bytes());
    fs::write(scratch.path().join("x.csr"), pem::encode("CERTIFICATE REQUEST", &der)).unwrap();
    for arguments in [&["inspect", "x.csr"][..], &["csr", "inspect", "x.csr"], &["inspect", "x.csr", "--json"]] {
        let told = text(&run(&scratch, arguments));
        assert!(!told.contains('\u{1b}') && !told.contains('\u{202e}'), "{told}");
        assert_eq!(
            told.lines().filter(|line| line.starts_with("subject")).count(),
            usize::from(!told.starts_with('{'))
        );
    }
}

#[test]
fn a_broken_block_does_not_hide_the_others() {
    let scratch = tempfile::tempdir().unwrap();
    let key = PrivateKey::generate(Algorithm::EcP256).unwrap();
    let broken = pem::encode("CERTIFICATE", &[0x30, 0]);
    let file =
        format!("{broken}{}{}", key.public_key().to_pem(), String::from_utf8_lossy(&key.to_pkcs8_pem(None).unwrap()));
    fs::write(scratch.path().join("all.pem"), file).unwrap();
    let output = run(&scratch, &["inspect", "all.pem"]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output);
    for title in ["1. unreadable (line 1)", "2. public key (line 4)", "3. private key (line 8)", "PKCS#8 in PEM"] {
        assert!(told.contains(title), "{told}");
    }
}

#[test]
fn keystores_are_called_by_their_name() {
    let scratch = tempfile::tempdir().unwrap();
    fs::write(scratch.path().join("x.p12"), b"\x30\x82\x0a\x00\x02\x01\x03\x30\x82").unwrap();
    fs::write(scratch.path().join("x.jks"), b"\xfe\xed\xfe\xed\0\0\0\x02").unwrap();
    for (file, name) in [("x.p12", "damaged PKCS#12 file"), ("x.jks", "damaged JKS")] {
        let output = run(&scratch, &["inspect", file]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && told.contains(file) && told.contains(name), "{told}");
    }
}
