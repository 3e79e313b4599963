//! The keystores and truststores that programs of the JVM, Node and curl load, as a person makes them.

use std::path::Path;

use crate::authority::{Certwright, text};

/// The password of all of them.
pub(crate) const PASSWORD: &str = "changeit";

const STOREPASS: &str = "pass:changeit";

/// Makes a keystore of a name's certificate, in the format of the file's extension.
pub(crate) fn keystore(certwright: &Certwright, name: &str, file: &Path, options: &[&str]) {
    let build = ["keystore", "build", name, "--out", text(file), "--storepass", STOREPASS];
    certwright.ok([&build, options].concat());
}

/// Makes a truststore of the store's root, in the format of the file's extension.
pub(crate) fn truststore(certwright: &Certwright, file: &Path) {
    certwright.ok(["truststore", "build", "--out", text(file), "--storepass", STOREPASS]);
}
