//! Java's `KeyStore` and keytool.

use std::process::Command;

use super::{FILES, PASSWORD, PRESETS};
use crate::authority::text;
use crate::tool;

#[test]
fn java_loads_every_keystore_and_uses_its_keys() {
    let Some(java) = tool::program("java") else { return };
    let mut questions = Vec::new();
    for preset in PRESETS {
        questions.push(("PKCS12", format!("{preset}.p12"), PASSWORD, "größe:key:2 web:key:2"));
        // Since JDK 9 the name JKS opens both.
        questions.push(("JKS", format!("{preset}.p12"), PASSWORD, "größe:key:2 web:key:2"));
    }
    questions.push(("JKS", "keys.jks".to_owned(), "€ key", "api.corp.test:key:3 web.corp.test:key:3"));
    for kind in ["JKS", "PKCS12"] {
        questions.push((kind, "trust.p12".to_owned(), PASSWORD, "certwright-root-ca:trusted root:trusted"));
    }
    questions.push(("JKS", "trust.jks".to_owned(), PASSWORD, "certwright-root-ca:trusted root:trusted"));
    let lines: Vec<String> = questions
        .iter()
        .map(|(kind, file, key_password, _)| [*kind, text(&FILES.path(file)), PASSWORD, key_password].join("\t"))
        .collect();
    let mut command = Command::new(java);
    command.arg("-Dfile.encoding=UTF-8").arg(tool::source("java/Keystores.java"));
    let said = tool::converse(&mut command, &format!("{}\n", lines.join("\n")));
    assert!(said.success, "{}", said.all());
    let answers: Vec<&str> = said.out.lines().collect();
    assert_eq!(answers.len(), questions.len(), "{}", said.all());
    for ((kind, file, _, expected), answer) in questions.iter().zip(answers) {
        assert_eq!(answer, *expected, "{kind} {file}");
    }
}

#[test]
fn keytool_lists_kinds_aliases_and_chains() {
    let Some(keytool) = tool::program("keytool") else { return };
    let list = |file: &str| {
        let file = FILES.path(file);
        let arguments = ["-J-Dfile.encoding=UTF-8", "-list", "-v", "-keystore", text(&file), "-storepass", PASSWORD];
        tool::must(FILES.directory.path(), &keytool, arguments)
    };
    let count = |listing: &str, what: &str| listing.matches(what).count();
    let keys = list("one-modern.p12");
    assert!(keys.contains("Alias name: web.corp.test") && keys.contains("Entry type: PrivateKeyEntry"), "{keys}");
    assert!(keys.contains("Certificate chain length: 2"), "{keys}");
    for trust in ["trust.p12", "trust.jks"] {
        let anchors = list(trust);
        assert_eq!(count(&anchors, "Entry type: trustedCertEntry"), 2, "{anchors}");
        assert!(
            anchors.contains("Alias name: root") && anchors.contains("Alias name: certwright-root-ca"),
            "{anchors}"
        );
    }
    let jks = list("keys.jks");
    assert!(jks.contains("Keystore type: JKS"), "{jks}");
    assert_eq!(count(&jks, "Certificate chain length: 3"), 2, "{jks}");
}

#[test]
fn what_keytool_writes_is_read() {
    let Some(keytool) = tool::program("keytool") else { return };
    let directory = FILES.directory.path();
    let run = |arguments: &[&str]| tool::must(directory, &keytool, arguments);
    let root = FILES.path("api/ca.pem");
    for (kind, file) in [("PKCS12", "keytool.p12"), ("JKS", "keytool.jks")] {
        let store = ["-keystore", file, "-storetype", kind, "-storepass", PASSWORD];
        let names = ["-dname", "CN=keytool", "-keyalg", "RSA", "-keysize", "2048", "-keypass", PASSWORD];
        run(&[&["-genkeypair", "-alias", "own"], &store[..], &names].concat());
        run(&[&["-importcert", "-noprompt", "-alias", "anchor", "-file", text(&root)], &store[..]].concat());
        assert_eq!(FILES.listed(file), ["anchor:trusted:1", "own:key:1"], "{kind}");
    }
    // A copy of certwright's own, chain and all, in keytool's hand.
    let from = FILES.path("modern.p12");
    let source = ["-srckeystore", text(&from), "-srcstorepass", PASSWORD];
    for (kind, file) in [("PKCS12", "copy.p12"), ("JKS", "copy.jks")] {
        let to = ["-destkeystore", file, "-deststoretype", kind, "-deststorepass", PASSWORD];
        run(&[&["-importkeystore", "-noprompt"], &source[..], &to].concat());
        assert_eq!(FILES.listed(file), ["größe:key:2", "web:key:2"], "{kind}");
    }
}
