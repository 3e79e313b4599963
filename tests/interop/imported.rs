//! Authorities that other programs made: what certwright issues under them chains, byte for byte.

use std::path::{Path, PathBuf};

use x509_parser::prelude::*;

use crate::authority::{Certwright, Issued, text};
use crate::matrix::{Case, Purpose};
use crate::{gnutls, go, java, openssl, tool, webpki};

#[test]
fn authorities_made_by_openssl() {
    let Some(program) = tool::program("openssl") else { return };
    let directory = tool::scratch();
    // Names as they come out of directories: domain components, two units, a set of two attributes; and other encodings.
    let subjects = [
        "/DC=com/DC=corp/OU=Security/OU=Platform/CN=Imported root+serialNumber=42",
        "/C=DE/O=Söhne & Töchter, GmbH/O=Second/CN=Imported root",
        "/UID=ca-1/emailAddress=pki@corp.test/CN=Imported root",
    ];
    let keys: [&[&str]; 5] = [
        &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
        &["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
        &["ec", "-pkeyopt", "ec_paramgen_curve:P-521"],
        &["rsa:2048"],
        &["ed25519"],
    ];
    let identifiers = ["hash", "01:02:03:04", "hash", "hash", "00112233445566778899aabbccddeeff0011223344556677"];
    let masks = ["utf8only", "nombstr"];
    let mut authorities = Vec::new();
    for (index, (key, identifier)) in keys.iter().zip(identifiers).enumerate() {
        let name = format!("openssl-{index}");
        let mask = masks[index % masks.len()];
        std::fs::write(directory.path().join("openssl.cnf"), configuration(mask, identifier)).unwrap();
        let (certificate, private) = (format!("{name}.crt"), format!("{name}.key"));
        let subject = subjects[index % subjects.len()];
        let request = ["req", "-x509", "-config", "openssl.cnf", "-utf8", "-subj", subject, "-days", "3650", "-noenc"];
        let files = ["-keyout", &private, "-out", &certificate, "-newkey"];
        tool::must(directory.path(), &program, [&request[..], &files, key].concat());
        authorities.push(name);
    }
    issue_under(directory.path(), &authorities);
}

#[test]
fn authorities_made_by_keytool() {
    let (Some(keytool), Some(openssl)) = (tool::program("keytool"), tool::program("openssl")) else { return };
    let directory = tool::scratch();
    let mut authorities = Vec::new();
    for (name, key) in [("keytool-ec", ["EC", "-groupname", "secp256r1"]), ("keytool-rsa", ["RSA", "-keysize", "2048"])]
    {
        let store = format!("{name}.p12");
        let mut arguments = vec!["-genkeypair", "-alias", "ca", "-keystore", &store, "-storepass", "changeit"];
        arguments.extend([
            "-dname",
            "CN=Keytool root, OU=B, OU=A, O=\"Corp, Inc.\", L=Zürich, C=CH",
            "-validity",
            "3650",
        ]);
        arguments.extend(["-ext", "bc:c", "-ext", "ku:c=keyCertSign,cRLSign", "-keyalg"]);
        arguments.extend(key);
        tool::must(directory.path(), &keytool, arguments);
        // The files as openssl writes them: with its remarks about bags before the PEM.
        for (kind, extension) in [("-nokeys", "crt"), ("-nocerts", "key")] {
            let out = format!("{name}.{extension}");
            let common = ["pkcs12", "-in", &store, "-passin", "pass:changeit", "-nodes", kind, "-out", &out];
            tool::must(directory.path(), &openssl, common);
        }
        authorities.push(name.to_owned());
    }
    issue_under(directory.path(), &authorities);
}

#[test]
fn authorities_made_by_go() {
    let Some(go) = go::program() else { return };
    let directory = tool::scratch();
    tool::must(directory.path(), go, ["authority", text(directory.path())]);
    issue_under(directory.path(), &["sec1", "pkcs1", "pkcs8"].map(str::to_owned));
}

/// Imports NAME.crt and NAME.key of a directory, and has everybody look at what is issued under them.
fn issue_under(directory: &Path, authorities: &[String]) {
    let certwright = Certwright::root_only(directory, "ec-p256");
    let cases: Vec<Case> = authorities
        .iter()
        .map(|name| {
            let file = |extension: &str| directory.join(format!("{name}.{extension}"));
            let (certificate, key) = (file("crt"), file("key"));
            let files = ["--cert", text(&certificate), "--key", text(&key)];
            certwright.ok([&["authority", "import", name, "--no-passphrase"], &files[..]].concat());
            let names = ["web.corp.test", "--profile", "server", "--authority", name];
            let issued = certwright.issue(&names, &directory.join(format!("{name}-issued")));
            assert_joined(&issued.file("cert.pem"), &certificate);
            case(&issued, certificate)
        })
        .collect();
    ask_everybody(&cases);
}

/// A server certificate right under a root.
fn case(issued: &Issued, root: PathBuf) -> Case {
    Case {
        profile: "server",
        algorithm: "ec-p256",
        certificate: issued.file("cert.pem"),
        key: Some(issued.file("key.pem")),
        intermediates: None,
        issuer: root.clone(),
        root,
        host: Some("web.corp.test"),
        purposes: &[Purpose::Server],
    }
}

/// Has every verifier look at what was issued.
pub(crate) fn ask_everybody(cases: &[Case]) {
    let cases: Vec<&Case> = cases.iter().collect();
    gnutls::accepts(&cases);
    go::accepts(&cases);
    java::accepts(&cases);
    openssl::accepts(&cases);
    webpki::accepts(&cases);
}

/// That a certificate names its issuer as the issuer names itself, byte for byte.
pub(crate) fn assert_joined(certificate: &Path, issuer: &Path) {
    let (certificate, issuer) = (first_certificate(certificate), first_certificate(issuer));
    let (_, certificate) = X509Certificate::from_der(&certificate).expect("a certificate");
    let (_, issuer) = X509Certificate::from_der(&issuer).expect("a certificate");
    assert_eq!(certificate.issuer().as_raw(), issuer.subject().as_raw(), "the issuer's name");
    let own = issuer.iter_extensions().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(identifier) => Some(identifier.0),
        _ => None,
    });
    let named = certificate.iter_extensions().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityKeyIdentifier(identifier) => identifier.key_identifier.as_ref().map(|id| id.0),
        _ => None,
    });
    assert!(own.is_some(), "the issuer has a key identifier");
    assert_eq!(named, own, "the issuer's key identifier");
}

/// The DER of the first certificate of a PEM file, whatever stands before it.
pub(crate) fn first_certificate(file: &Path) -> Vec<u8> {
    let text = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let blocks = Pem::iter_from_buffer(&text).map(|block| block.expect("the file is PEM"));
    let certificate = blocks.into_iter().find(|block| block.label == "CERTIFICATE");
    certificate.expect("the file has a certificate").contents
}

fn configuration(mask: &str, identifier: &str) -> String {
    format!(
        "[req]\nstring_mask = {mask}\ndistinguished_name = dn\nx509_extensions = ca\nprompt = no\n[dn]\n\
         [ca]\nbasicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign, cRLSign\n\
         subjectKeyIdentifier = {identifier}\n"
    )
}
