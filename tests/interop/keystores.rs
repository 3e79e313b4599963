//! The keystores and truststores that programs of the JVM, Node and curl load.

use std::path::Path;

use crate::authority::{Certwright, Issued, text};
use crate::tool;

/// The password of all of them.
pub(crate) const PASSWORD: &str = "changeit";

/// Makes a keystore of a certificate, its key and its chain, in the format of the file's extension.
pub(crate) fn keystore(_certwright: &Certwright, issued: &Issued, file: &Path) {
    let p12 = file.with_extension("stand-in");
    let file_of = |name| text(&issued.file(name)).to_owned();
    tool::must(
        &issued.directory,
        "openssl",
        [
            "pkcs12",
            "-export",
            "-name",
            "party",
            "-passout",
            "pass:changeit",
            "-in",
            &file_of("fullchain.pem"),
            "-inkey",
            &file_of("key.pem"),
            "-out",
            text(&p12),
        ],
    );
    if file.extension().is_some_and(|extension| extension == "jks") {
        tool::must(
            &issued.directory,
            "keytool",
            [
                "-importkeystore",
                "-noprompt",
                "-srckeystore",
                text(&p12),
                "-srcstorepass",
                PASSWORD,
                "-deststorepass",
                PASSWORD,
                "-destkeystore",
                text(file),
                "-deststoretype",
                "JKS",
            ],
        );
    } else {
        std::fs::rename(p12, file).expect("renamed");
    }
}

/// Makes a truststore of the store's root, in the format of the file's extension.
pub(crate) fn truststore(certwright: &Certwright, file: &Path) {
    let kind = if file.extension().is_some_and(|extension| extension == "jks") { "JKS" } else { "PKCS12" };
    tool::must(
        file.parent().expect("a directory"),
        "keytool",
        [
            "-importcert",
            "-noprompt",
            "-alias",
            "root",
            "-file",
            text(&certwright.authority("root")),
            "-keystore",
            text(file),
            "-storetype",
            kind,
            "-storepass",
            PASSWORD,
        ],
    );
}
