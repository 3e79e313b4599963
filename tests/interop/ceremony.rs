//! An offline root: its store and the issuing one share no file but a request and a certificate.

use std::path::Path;

use crate::authority::{Certwright, text};
use crate::imported::{ask_everybody, assert_joined};
use crate::matrix::{Case, Purpose};
use crate::tool;

#[test]
fn a_root_in_one_store_and_its_issuer_in_another() {
    let directory = tool::scratch();
    let place = |name: &str| directory.path().join(name);
    std::fs::create_dir(place("offline")).expect("a directory");
    std::fs::create_dir(place("online")).expect("a directory");
    let offline = Certwright::root_only(&place("offline"), "ec-p384");
    let online = Certwright::empty(&place("online"));

    let (request, certificate) = (place("issuing.csr"), place("issuing.crt"));
    online.ok(["authority", "csr", "issuing", "--no-passphrase", "--out", text(&request)]);
    offline.ok(["sign", text(&request), "--profile", "intermediate", "--out", text(&certificate)]);
    online.ok(["authority", "import", "issuing", "--cert", text(&certificate)]);
    assert_joined(&certificate, &offline.authority("root"));

    let issued = online.issue(&["web.corp.test"], &place("issued"));
    assert_joined(&issued.file("cert.pem"), &certificate);
    let root = offline.authority("root");
    let case = Case {
        profile: "server",
        algorithm: "ec-p256",
        certificate: issued.file("cert.pem"),
        key: Some(issued.file("key.pem")),
        intermediates: Some(issued.file("chain.pem")),
        issuer: certificate,
        root,
        host: Some("web.corp.test"),
        purposes: &[Purpose::Server],
    };
    ask_everybody(&[case]);
    assert_no_private_key(&place("issuing.csr"));
    assert_no_private_key(&place("issuing.crt"));
}

fn assert_no_private_key(file: &Path) {
    let text = std::fs::read_to_string(file).expect("the file is readable");
    assert!(!text.contains("PRIVATE KEY"), "{} crosses the gap", file.display());
}
