//! Certificate requests that other programs made.

use std::path::Path;
use std::process::Command;

use x509_parser::prelude::*;

use crate::authority::{Certwright, text};
use crate::imported::{ask_everybody, assert_joined, first_certificate};
use crate::matrix::{Case, Purpose};
use crate::{go, tool};

#[test]
fn requests_made_by_openssl() {
    let Some(openssl) = tool::program("openssl") else { return };
    let directory = tool::scratch();
    std::fs::write(directory.path().join("openssl.cnf"), CONFIGURATION).expect("the configuration can be written");
    let p256: &[&str] = &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    let p384: &[&str] = &["ec", "-pkeyopt", "ec_paramgen_curve:P-384"];
    let p521: &[&str] = &["ec", "-pkeyopt", "ec_paramgen_curve:P-521"];
    let pss = ["-sigopt", "rsa_padding_mode:pss"];
    let digest_salt = [&pss[..], &["-sigopt", "rsa_pss_saltlen:digest"]].concat();
    let requests: [(&str, &[&str], &[&str]); 9] = [
        ("p256", p256, &["-sha256"]),
        ("p256-sha384", p256, &["-sha384"]),
        ("p384-sha256", p384, &["-sha256"]),
        ("p521-sha512", p521, &["-sha512"]),
        ("rsa", &["rsa:2048"], &["-sha256"]),
        ("rsa-pss-default-salt", &["rsa:2048"], &pss),
        ("rsa-pss-digest-salt", &["rsa:2048"], &digest_salt),
        ("ed25519", &["ed25519"], &[]),
        ("bare", p256, &["-config", "/dev/null", "-subj", "/CN=app.corp.test"]),
    ];
    for (name, key, options) in requests {
        let (out, keyout) = (format!("{name}.csr"), format!("{name}.key"));
        let files = ["-noenc", "-out", &out, "-keyout", &keyout, "-newkey"];
        let request = ["req", "-new", "-config", "openssl.cnf"];
        tool::must(directory.path(), &openssl, [&request[..], &files, key, options].concat());
    }
    sign_all(directory.path(), &requests.map(|(name, ..)| name), "app.corp.test");
}

#[test]
fn requests_made_by_keytool() {
    let Some(keytool) = tool::program("keytool") else { return };
    let directory = tool::scratch();
    let keys = [
        ("keytool-ec", ["EC", "-groupname", "secp384r1"], "SHA256withECDSA"),
        ("keytool-rsa", ["RSA", "-keysize", "2048"], "SHA512withRSA"),
    ];
    for (name, key, signature) in keys {
        let common = ["-keystore", "keys.p12", "-storepass", "changeit", "-alias", name];
        let subject = ["-genkeypair", "-dname", "CN=jvm.corp.test, O=Corp", "-keyalg"];
        tool::must(directory.path(), &keytool, [&subject[..], &key, &common].concat());
        let out = format!("{name}.csr");
        let request = ["-certreq", "-sigalg", signature, "-ext", "san=dns:jvm.corp.test,ip:127.0.0.1", "-file", &out];
        tool::must(directory.path(), &keytool, [&request[..], &common].concat());
    }
    sign_all(directory.path(), &keys.map(|(name, ..)| name), "jvm.corp.test");
}

#[test]
fn requests_made_by_go() {
    let Some(go) = go::program() else { return };
    let directory = tool::scratch();
    tool::must(directory.path(), go, ["request", text(directory.path())]);
    let names = ["p256-sha512", "p521-sha256", "rsa-sha384", "rsa-pss", "ed25519"];
    sign_all(directory.path(), &names, "go.corp.test");
}

#[test]
fn requests_made_by_node_forge() {
    let modules = tool::tools().join("node/node_modules");
    if !tool::installed("the npm package node-forge", modules.join("node-forge").is_dir()) {
        return;
    }
    let Some(node) = tool::program("node") else { return };
    let directory = tool::scratch();
    let mut command = Command::new(node);
    command.env("NODE_PATH", modules).arg(tool::source("node/request.cjs")).arg(directory.path().join("forge.csr"));
    let said = tool::finish(&mut command);
    assert!(said.success, "{}", said.all());
    sign_all(directory.path(), &["forge"], "forge.corp.test");
}

#[test]
fn a_request_with_a_wrong_signature_is_refused() {
    let Some(go) = go::program() else { return };
    let directory = tool::scratch();
    tool::must(directory.path(), go, ["request", text(directory.path())]);
    let certwright = Certwright::two_tiers(directory.path(), "ec-p256");
    for name in ["p256-sha512", "p521-sha256", "rsa-sha384", "rsa-pss", "ed25519"] {
        let mut der = request(&directory.path().join(format!("{name}.csr")));
        *der.last_mut().expect("a request has a signature") ^= 1;
        let (forged, out) = (directory.path().join(format!("{name}.der")), directory.path().join("forged.pem"));
        std::fs::write(&forged, der).expect("the request can be written");
        let said = certwright.run(["sign", text(&forged), "--profile", "server", "--out", text(&out)]);
        assert!(!said.success && said.err.contains("signature"), "{name}: {}", said.all());
        assert!(!out.exists(), "{name}: nothing is written");
    }
}

/// Signs NAME.csr for each name, and has everybody look at the result.
fn sign_all(directory: &Path, names: &[&str], host: &'static str) {
    let certwright = Certwright::two_tiers(directory, "ec-p256");
    let issuing = certwright.authority("issuing");
    let cases: Vec<Case> = names
        .iter()
        .map(|name| {
            let file = |extension: &str| directory.join(format!("{name}.{extension}"));
            let (csr, certificate) = (file("csr"), file("crt"));
            certwright.ok(["sign", text(&csr), "--profile", "server", "--out", text(&certificate)]);
            assert_joined(&certificate, &issuing);
            assert_key(&csr, &certificate);
            Case {
                profile: "server",
                algorithm: "ec-p256",
                certificate,
                key: None,
                intermediates: Some(issuing.clone()),
                issuer: issuing.clone(),
                root: certwright.authority("root"),
                host: Some(host),
                purposes: &[Purpose::Server],
            }
        })
        .collect();
    ask_everybody(&cases);
}

/// That a certificate has the key of its request, byte for byte, and nothing that only the request asked for.
fn assert_key(csr: &Path, certificate: &Path) {
    let (csr, certificate) = (request(csr), first_certificate(certificate));
    let (_, csr) = X509CertificationRequest::from_der(&csr).expect("a request");
    let (_, certificate) = X509Certificate::from_der(&certificate).expect("a certificate");
    assert_eq!(certificate.public_key().raw, csr.certification_request_info.subject_pki.raw, "the request's key");
    for extension in certificate.extensions() {
        let oid = extension.oid.to_id_string();
        assert!(!["1.3.6.1.4.1.55555.1", "1.3.6.1.5.5.7.1.24"].contains(&oid.as_str()), "{oid} came from the request");
    }
    assert!(!certificate.is_ca(), "a request makes no authority of itself");
}

/// The DER of a request in PEM, under either of its labels.
fn request(file: &Path) -> Vec<u8> {
    let text = std::fs::read(file).expect("the request is readable");
    let (_, block) = parse_x509_pem(&text).expect("the request is PEM");
    block.contents
}

/// A request with what certwright has no use for: attributes, an unknown extension, and the wish to be an authority.
const CONFIGURATION: &str = "\
[req]
distinguished_name = dn
attributes = attributes
req_extensions = extensions
prompt = no
[dn]
O = Corp
CN = app.corp.test
[attributes]
challengePassword = a challenge
unstructuredName = a name
[extensions]
subjectAltName = DNS:app.corp.test, DNS:app-alt.corp.test, IP:127.0.0.1
basicConstraints = CA:TRUE
keyUsage = keyCertSign
extendedKeyUsage = codeSigning
1.3.6.1.4.1.55555.1 = ASN1:UTF8String:unknown
";
