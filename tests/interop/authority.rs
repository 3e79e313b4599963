//! The program under test, with a store of its own.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tool::{self, Said};

/// certwright on one store.
pub(crate) struct Certwright {
    store: PathBuf,
}

impl Certwright {
    /// A new store in `directory`, with `root` and `issuing`, all keys of one algorithm.
    pub(crate) fn two_tiers(directory: &Path, algorithm: &str) -> Self {
        let certwright = Self::empty(directory);
        let algorithms = ["--key", algorithm, "--issuing-key", algorithm];
        certwright.ok([&["init", "--no-passphrase", "--with-issuing"], &algorithms[..]].concat());
        certwright
    }

    /// A new store in `directory`, with `root` alone.
    pub(crate) fn root_only(directory: &Path, algorithm: &str) -> Self {
        let certwright = Self::empty(directory);
        certwright.ok(["init", "--no-passphrase", "--key", algorithm]);
        certwright
    }

    /// A store in `directory` that nobody has made yet.
    pub(crate) fn empty(directory: &Path) -> Self {
        Self { store: directory.join("store") }
    }

    /// A command line on this store, without any setting of the caller's environment.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_certwright"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CERTWRIGHT_") {
                command.env_remove(name);
            }
        }
        command.env("CERTWRIGHT_STORE", &self.store).arg("--non-interactive");
        command
    }

    /// Runs a command that has to succeed; returns its standard output.
    pub(crate) fn ok<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> String {
        let mut command = self.command();
        let said = tool::finish(command.args(arguments));
        assert!(said.success, "{command:?} failed:\n{}", said.all());
        said.out
    }

    /// Runs a command that may fail.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Said {
        tool::finish(self.command().args(arguments))
    }

    /// Issues a certificate under names and options into a directory that it makes.
    pub(crate) fn issue(&self, arguments: &[&str], out: &Path) -> Issued {
        self.ok([&["issue"], arguments, &["--out", text(out)]].concat());
        Issued { directory: out.to_owned() }
    }

    /// The certificate of an authority, as a PEM file.
    pub(crate) fn authority(&self, name: &str) -> PathBuf {
        self.store.join("authorities").join(name).join("ca.pem")
    }

    /// A file that the store releases for web servers.
    pub(crate) fn public(&self, name: &str) -> PathBuf {
        self.store.join("public").join(name)
    }
}

/// The files of an issued certificate.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) directory: PathBuf,
}

impl Issued {
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}

/// A path as an argument; scratch directories have no other characters.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("the path is text")
}
