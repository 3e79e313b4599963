//! Authorities of other programs that move in: what they revoked stays revoked, and their CRLs go on.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::tool::{self, Said};

const CERTWRIGHT: &str = env!("CARGO_BIN_EXE_certwright");

const CONFIG: &str = "\
[ ca ]
default_ca = corp
[ corp ]
dir = ./demo
database = $dir/index.txt
new_certs_dir = ${dir}/newcerts
serial = $dir/serial
crlnumber = $dir/crlnumber
certificate = $dir/cacert.pem
private_key = $dir/private/cakey.pem
default_md = sha256
default_days = 90
default_crl_days = 30
policy = any
unique_subject = no
[ any ]
commonName = supplied
";

#[test]
fn an_authority_of_openssl_moves_in() {
    let Some(openssl) = tool::program("openssl") else { return };
    let scratch = tool::scratch();
    let dir = scratch.path();
    for made in ["demo/private", "demo/newcerts"] {
        std::fs::create_dir_all(dir.join(made)).expect("a directory");
    }
    for (name, text) in
        [("openssl.cnf", CONFIG), ("demo/index.txt", ""), ("demo/serial", "1000\n"), ("demo/crlnumber", "1F\n")]
    {
        std::fs::write(dir.join(name), text).expect("a file");
    }
    let run = |line: &str| tool::must(dir, &openssl, line.split(' '));
    run("req -x509 -newkey rsa:2048 -aes256 -passout pass:secret-of-old -keyout demo/private/cakey.pem -out demo/cacert.pem \
         -days 3650 -subj /CN=Old-Root -addext keyUsage=critical,keyCertSign,cRLSign -sha256"
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .as_str());
    let ca = "ca -config openssl.cnf -batch -passin pass:secret-of-old";
    for name in ["one", "two", "three", "four"] {
        run(&format!("req -new -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.csr -subj /CN={name}.test"));
        run(&format!("{ca} -in {name}.csr -out {name}.crt"));
    }
    run(&format!("{ca} -revoke one.crt -crl_compromise 20260101000000Z"));
    run(&format!("{ca} -revoke two.crt -crl_hold holdInstructionReject"));
    run(&format!("{ca} -gencrl -out demo/crl.pem"));

    let moved = certwright(dir, "store import openssl openssl.cnf --name old --passphrase env:PASS --json");
    let moved = &moved["authorities"][0];
    assert_eq!((&moved["certificates"], &moved["revocations"], &moved["on_hold"]), (&4.into(), &2.into(), &1.into()));
    assert_eq!(moved["last_crl_number"], 0x1f);
    assert!(moved["left"].to_string().contains("holdInstructionReject"), "{moved}");
    let entries = next_crl(dir, "old", "three.crt", 0x20);
    let of = |serial: &str| entries.iter().find(|entry| entry["serial"] == serial).expect("an entry");
    assert_eq!(entries.len(), 3);
    assert_eq!(of("1000")["reason"], "keyCompromise");
    assert_eq!(of("1000")["invalidity_date"], "2026-01-01T00:00:00Z");
    assert_eq!(of("1001")["reason"], "certificateHold");
    for (file, good) in [("one.crt", false), ("two.crt", false), ("three.crt", false), ("four.crt", true)] {
        let said = crl_check(&openssl, dir, "demo/cacert.pem", "old", file);
        assert_eq!(said.success, good, "{file}: {}", said.all());
    }
    let again = run_certwright(dir, "store import openssl openssl.cnf --name other --passphrase env:PASS");
    assert!(!again.success && again.err.contains("in the store already, as authority old"), "{}", again.all());
    // What was on hold there can be released here.
    certwright(dir, "release 1001 --authority old --yes --json");
    certwright(dir, "crl publish --authority old --passphrase env:PASS --json");
    let said = crl_check(&openssl, dir, "demo/cacert.pem", "old", "two.crt");
    assert!(said.success, "{}", said.all());
    assert!(run_certwright(dir, "store check").success);
}

#[test]
fn an_authority_of_easy_rsa_moves_in() {
    let easyrsa = PathBuf::from("/usr/share/easy-rsa/easyrsa");
    if !tool::installed("easyrsa", easyrsa.is_file()) {
        return;
    }
    let Some(openssl) = tool::program("openssl") else { return };
    let scratch = tool::scratch();
    let dir = scratch.path();
    let run = |line: &str| {
        let mut command = Command::new(&easyrsa);
        command.args(["--batch", "--pki-dir=pki"]).args(line.split(' ')).current_dir(dir);
        let said = tool::finish(command.env("EASYRSA", "/usr/share/easy-rsa"));
        assert!(said.success, "{line}: {}", said.all());
    };
    run("init-pki");
    run("build-ca nopass");
    for name in ["web", "gone", "old"] {
        run(&format!("build-server-full {name} nopass"));
    }
    run("revoke gone superseded");
    run("gen-crl");

    let moved = certwright(dir, "store import easy-rsa pki --name vpn --no-passphrase --json");
    let moved = &moved["authorities"][0];
    assert_eq!((&moved["certificates"], &moved["keys"], &moved["revocations"]), (&3.into(), &2.into(), &1.into()));
    let listed = certwright(dir, "list --json");
    let mut names: Vec<&str> = listed["certificates"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|certificate| certificate["lineage"].as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["gone", "old", "web"], "{listed}");
    let entries = next_crl(dir, "vpn", "pki/issued/old.crt", 1);
    let reasons: Vec<_> = entries.iter().map(|entry| entry["reason"].as_str()).collect();
    assert_eq!(reasons, [Some("superseded"), None]);
    for (file, good) in [("pki/issued/web.crt", true), ("pki/issued/old.crt", false)] {
        let said = crl_check(&openssl, dir, "pki/ca.crt", "vpn", file);
        assert_eq!(said.success, good, "{file}: {}", said.all());
    }
    // It goes on signing, and the key that came along is the certificate's.
    certwright(dir, "issue new.test --authority vpn --json");
    certwright(dir, "key match store/issued/web/current/key.pem pki/issued/web.crt --json");
    assert!(run_certwright(dir, "store check").success);
}

/// Revokes a certificate that was signed before the move and publishes; gives the entries of the CRL.
fn next_crl(dir: &Path, authority: &str, file: &str, number: u64) -> Vec<Value> {
    certwright(dir, &format!("revoke {file} --yes --json"));
    let published = certwright(dir, &format!("crl publish --authority {authority} --passphrase env:PASS --json"));
    assert_eq!(published["crls"][0]["number"], number);
    let inspected = certwright(dir, &format!("inspect store/public/{authority}.crl --json"));
    inspected["blocks"][0]["crl"]["entries"].as_array().expect("entries").clone()
}

fn crl_check(openssl: &Path, dir: &Path, anchor: &str, authority: &str, certificate: &str) -> Said {
    let crl = format!("store/public/{authority}.crl.pem");
    let mut command = Command::new(openssl);
    command.args(["verify", "-crl_check", "-CAfile", anchor, "-CRLfile", &crl, certificate]).current_dir(dir);
    tool::finish(&mut command)
}

fn certwright(dir: &Path, line: &str) -> Value {
    let said = run_certwright(dir, line);
    assert!(said.success, "{line}: {}", said.all());
    serde_json::from_str(&said.out).expect("a report")
}

fn run_certwright(dir: &Path, line: &str) -> Said {
    let mut command = Command::new(CERTWRIGHT);
    command.args(line.split(' ')).current_dir(dir).env("CERTWRIGHT_STORE", "store").env("PASS", "secret-of-old");
    tool::finish(&mut command)
}
