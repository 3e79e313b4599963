//! Keystores and truststores, as other programs read them, and those that others write, as certwright reads them.

mod gnutls;
mod java;
mod node;
mod nss;
mod openssl;

use std::path::PathBuf;
use std::sync::LazyLock;

use crate::authority::{Certwright, text};
use crate::tool;

/// The password of every file here.
const PASSWORD: &str = "changeit";
const SOURCE: &str = "pass:changeit";
/// The presets of PKCS#12.
const PRESETS: [&str; 3] = ["modern", "3des", "rc2"];

/// Files that are made once for all tests: for each preset a keystore of two keys, truststores of two anchors with one
/// subject, a JKS with a key password of its own.
struct Files {
    directory: tempfile::TempDir,
    certwright: Certwright,
}

static FILES: LazyLock<Files> = LazyLock::new(Files::make);

impl Files {
    fn make() -> Self {
        let directory = tool::scratch();
        let certwright = Certwright::two_tiers(directory.path(), "ec-p256");
        let files = Self { directory, certwright };
        files.certwright.issue(&["web.corp.test"], &files.path("web"));
        files.certwright.issue(&["api.corp.test", "--key", "rsa-2048"], &files.path("api"));
        for preset in PRESETS {
            let name = format!("{preset}.p12");
            files.build(
                &["web.corp.test", "api.corp.test", "--alias", "Web", "--alias", "größe"],
                &name,
                &["--preset", preset],
            );
            files.build(&["web.corp.test"], &format!("one-{preset}.p12"), &["--preset", preset]);
        }
        files.build(&["web.corp.test", "api.corp.test"], "keys.jks", &["--include-root", "--keypass", "pass:€ key"]);
        // Another root of the same subject.
        let twin = tool::scratch();
        let other = Certwright::two_tiers(twin.path(), "ec-p256");
        std::fs::copy(other.authority("root"), files.path("twin.pem")).expect("the root is copied");
        for name in ["trust.p12", "trust.jks", "trust.pem"] {
            files.truststore(&["root"], name);
        }
        files.certwright.ok([
            "truststore",
            "build",
            "root",
            text(&files.path("twin.pem")),
            "--format",
            "hashed",
            "--out",
            text(&files.path("hashed")),
        ]);
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn build(&self, references: &[&str], name: &str, options: &[&str]) {
        let out = self.path(name);
        let arguments = [&["keystore", "build"], references, &["--storepass", SOURCE, "--out", text(&out)], options];
        self.certwright.ok(arguments.concat());
    }

    fn truststore(&self, references: &[&str], name: &str) {
        let (out, twin) = (self.path(name), self.path("twin.pem"));
        self.certwright.ok([&["truststore", "build"], references, &[text(&twin), "--out", text(&out)]].concat());
    }

    /// What certwright lists of a keystore that another program wrote: alias, kind and number of certificates.
    fn listed(&self, name: &str) -> Vec<String> {
        let file = self.path(name);
        let report = self.certwright.ok(["keystore", "inspect", text(&file), "--storepass", SOURCE, "--json"]);
        let report: serde_json::Value = serde_json::from_str(&report).expect("a report");
        let entries = report["entries"].as_array().expect("entries");
        let mut listed: Vec<String> = entries
            .iter()
            .map(|entry| {
                assert!(entry["key"]["error"].is_null(), "{entry}");
                let certificates = entry["certificates"].as_array().expect("certificates").len();
                let text = |name: &str| entry[name].as_str().expect("text").to_owned();
                format!("{}:{}:{certificates}", text("alias"), text("kind"))
            })
            .collect();
        listed.sort();
        listed
    }
}
