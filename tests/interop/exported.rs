//! What `export` writes, for a server, for its client, and for a stranger who is to be refused.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::authority::{Certwright, text};
use crate::tool;

/// A store with a server, that is a client too, and a client; and another store with a client of the same name.
pub(crate) struct Scene {
    pub(crate) directory: tempfile::TempDir,
    pub(crate) here: Certwright,
    elsewhere: Certwright,
}

/// What a command of export wrote.
pub(crate) struct Exported {
    pub(crate) directory: PathBuf,
    pub(crate) snippet: String,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let directory = tool::scratch();
        let store = |name: &str| {
            let place = directory.path().join(name);
            std::fs::create_dir(&place).expect("a directory");
            let certwright = Certwright::two_tiers(&place, "ec-p256");
            certwright.ok(["issue", "alice", "--profile", "client"]);
            certwright
        };
        let (here, elsewhere) = (store("here"), store("elsewhere"));
        here.ok(["issue", "localhost", "127.0.0.1", "--profile", "etcd-server"]);
        Self { directory, here, elsewhere }
    }

    pub(crate) fn export(&self, name: &str, target: &str, options: &[&str]) -> Exported {
        let exported =
            self.directory.path().join(format!("{target} of {name} {}", options.join("-").replace([':', '/'], "")));
        let role = if name == "localhost" && !options.contains(&"--role") { &["--role", "server"][..] } else { &[] };
        export(&self.here, &exported, &[&[name, "--for", target], options, role].concat())
    }

    /// A client of the other store, which trusts this one: only the server can refuse it.
    pub(crate) fn stranger(&self, target: &str, options: &[&str]) -> Exported {
        let directory =
            self.directory.path().join(format!("stranger {target} {}", options.join("-").replace([':', '/'], "")));
        let exported = export(&self.elsewhere, &directory, &[&["alice", "--for", target], options].concat());
        let root = self.here.authority("root");
        for name in ["ca.crt", "ca.pem", "root.crt"].map(|name| directory.join(name)) {
            if name.exists() {
                std::fs::copy(&root, name).expect("the anchor can be replaced");
            }
        }
        exported
    }

    pub(crate) fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.directory.path().join(name);
        std::fs::write(&path, content).expect("a file can be written");
        path
    }

    /// Visits a server with curl's exported configurations: the client is greeted; the stranger, and one without a
    /// certificate, are not.
    pub(crate) fn visited(&self, curl: &Path, port: u16, page: &str) {
        let (client, stranger) = (self.export_once("alice"), self.stranger_once());
        let trust = client.snippet.lines().filter(|line| line.starts_with("cacert")).collect::<String>();
        for (who, snippet, welcome) in [
            ("the client", &client.snippet, true),
            ("a stranger", &stranger.snippet, false),
            ("one without a certificate", &trust, false),
        ] {
            let config = self.file("curlrc", snippet);
            let mut command = Command::new(curl);
            command.args(["--silent", "--show-error", "--max-time", "20", "--noproxy", "*", "--config", text(&config)]);
            let said = tool::finish(command.arg(format!("https://localhost:{port}{page}")));
            assert_eq!(said.out.starts_with("hello"), welcome, "{who}, {page}: {}", said.all());
        }
    }

    fn export_once(&self, name: &str) -> Exported {
        self.export(name, "curl", &["--force"])
    }

    fn stranger_once(&self) -> Exported {
        self.stranger("curl", &["--force"])
    }
}

fn export(certwright: &Certwright, directory: &Path, arguments: &[&str]) -> Exported {
    let report = certwright.ok([&["export", "--json", "--out", text(directory)], arguments].concat());
    let report: Value = serde_json::from_str(&report).expect("a report");
    let snippet = report["snippet"].as_str().expect("a snippet").to_owned();
    Exported { directory: directory.to_owned(), snippet }
}
