//! OpenSSL's `pkcs12` and certificate directories.

use super::{FILES, PASSWORD, PRESETS, SOURCE};
use crate::authority::text;
use crate::tool;

#[test]
fn openssl_reads_every_preset() {
    let Some(openssl) = tool::program("openssl") else { return };
    for preset in PRESETS {
        let file = FILES.path(&format!("{preset}.p12"));
        let mut arguments = vec!["pkcs12", "-in", text(&file), "-passin", SOURCE, "-nodes"];
        if preset == "rc2" {
            let modern = tool::run(&openssl, &arguments);
            assert!(!modern.success, "OpenSSL 3 reads RC2 without being asked to");
            arguments.push("-legacy");
        }
        let read = tool::must(FILES.directory.path(), &openssl, &arguments);
        assert_eq!(read.matches("BEGIN PRIVATE KEY").count(), 2, "{preset}: {read}");
        // The issuing authority stands in both chains.
        assert_eq!(read.matches("BEGIN CERTIFICATE").count(), 4, "{preset}: {read}");
        let key = std::fs::read_to_string(FILES.path("web/key.pem")).expect("the key is readable");
        assert!(read.contains(key.trim()), "{preset}: the key itself");
    }
    let file = FILES.path("trust.p12");
    let arguments = ["pkcs12", "-in", text(&file), "-passin", SOURCE, "-nokeys"];
    let read = tool::must(FILES.directory.path(), &openssl, arguments);
    assert_eq!(read.matches("BEGIN CERTIFICATE").count(), 2, "{read}");
}

#[test]
fn a_hashed_directory_is_the_one_that_rehash_makes() {
    let Some(openssl) = tool::program("openssl") else { return };
    let directory = FILES.path("rehashed");
    std::fs::create_dir_all(&directory).expect("a directory");
    std::fs::copy(FILES.certwright.authority("root"), directory.join("root.pem")).expect("a copy");
    std::fs::copy(FILES.path("twin.pem"), directory.join("twin.pem")).expect("a copy");
    tool::must(&directory, &openssl, ["rehash", text(&directory)]);
    let names = |directory: &std::path::Path| {
        let names =
            std::fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.retain(|name| !name.ends_with(".pem"));
        names.sort();
        names
    };
    assert_eq!(names(&FILES.path("hashed")), names(&directory));
    let (hashed, certificate) = (FILES.path("hashed"), FILES.path("web/cert.pem"));
    let chain = FILES.path("web/chain.pem");
    let verify = ["verify", "-no-CAfile", "-CApath", text(&hashed), "-untrusted", text(&chain), text(&certificate)];
    tool::must(FILES.directory.path(), &openssl, verify);
}

#[test]
fn what_openssl_writes_is_read() {
    let Some(openssl) = tool::program("openssl") else { return };
    let (chain, key) = (FILES.path("web/fullchain.pem"), FILES.path("web/key.pem"));
    for (file, options, expected) in [
        ("openssl.p12", &["-name", "Web"][..], "Web:key:2"),
        ("openssl-legacy.p12", &["-legacy"], "1:key:2"),
        ("openssl-sha512.p12", &["-macalg", "sha512", "-iter", "100000"], "1:key:2"),
        ("openssl-plain.p12", &["-keypbe", "NONE", "-certpbe", "NONE"], "1:key:2"),
        ("openssl-no-mac.p12", &["-nomac"], "1:key:2"),
        ("openssl-no-key.p12", &["-nokeys"], ""),
        ("openssl-aes128.p12", &["-keypbe", "AES-128-CBC", "-certpbe", "AES-192-CBC"], "1:key:2"),
    ] {
        let files = ["pkcs12", "-export", "-inkey", text(&key), "-in", text(&chain), "-passout", SOURCE, "-out", file];
        tool::must(FILES.directory.path(), &openssl, [&files[..], options].concat());
        let listed = FILES.listed(file);
        if expected.is_empty() {
            assert_eq!(listed, ["1:certificate:1", "2:certificate:1"], "{file}");
        } else {
            assert_eq!(listed, [expected], "{file}");
        }
    }
    // No password: the MAC is over an empty one.
    let files =
        ["pkcs12", "-export", "-inkey", text(&key), "-in", text(&chain), "-passout", "pass:", "-out", "empty.p12"];
    tool::must(FILES.directory.path(), &openssl, files);
    let file = FILES.path("empty.p12");
    let report = FILES.certwright.ok(["keystore", "inspect", text(&file)]);
    assert!(report.contains("verified") && report.contains("EC P-256"), "{report}");
    let wrong = FILES.certwright.run(["keystore", "inspect", text(&file), "--storepass", &format!("pass:{PASSWORD}")]);
    assert!(!wrong.success && wrong.err.contains("wrong password"), "{}", wrong.all());
}
