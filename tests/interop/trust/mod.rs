//! Trust stores: the programs that use them trust a server once its root is installed, and no longer after.
//!
//! None of it touches a store of the machine: databases and runtimes are copies in scratch directories, and the system's store
//! is that of an overlay in a mount namespace of its own.

mod java;
mod nss;
mod system;

use std::path::Path;
use std::process::Command;

use crate::authority::{Certwright, Issued, text};
use crate::server::Server;
use crate::tool::{self, Said};

/// An authority that may sign for `localhost` alone, and a server of it.
struct Scene {
    directory: tempfile::TempDir,
    certwright: Certwright,
    server: Issued,
}

impl Scene {
    fn new() -> Self {
        let directory = tool::scratch();
        let certwright = Certwright::empty(directory.path());
        certwright.ok(["init", "--no-passphrase", "--key", "ec-p256", "--cn", "Acme Root CA", "--permit", "localhost"]);
        let server = certwright.issue(&["localhost"], &directory.path().join("server"));
        Self { directory, certwright, server }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Another root with the same subject, in a file.
    fn namesake(&self) -> std::path::PathBuf {
        let directory = self.path().join("other");
        std::fs::create_dir_all(&directory).expect("a directory");
        let other = Certwright::empty(&directory);
        other.ok(["init", "--no-passphrase", "--key", "ec-p256", "--cn", "Acme Root CA", "--permit", "localhost"]);
        other.authority("root")
    }

    /// A TLS server on the loopback interface.
    fn serve(&self, openssl: &Path) -> Server {
        let mut command = Command::new(openssl);
        command.args(["s_server", "-accept", "127.0.0.1:0", "-www", "-cert"]).arg(self.server.file("cert.pem"));
        Server::announced(command.arg("-key").arg(self.server.file("key.pem")), "ACCEPT")
    }

    /// Runs `certwright trust …` with a home of its own, insists on the exit status, and gives both streams.
    fn trust(&self, code: i32, arguments: &[&str]) -> String {
        let mut command = self.certwright.command();
        command.env("HOME", self.path().join("home")).env("TMPDIR", self.path()).env_remove("JAVA_HOME");
        command.env_remove("SUDO_USER").arg("trust").args(arguments);
        exited(&mut command, code)
    }
}

/// Runs a command, insists on its exit status, and gives both streams.
fn exited(command: &mut Command, code: i32) -> String {
    let output = command.stdin(std::process::Stdio::null()).output().expect("the program starts");
    let status = output.status.code();
    let said = Said::from(output).all();
    assert_eq!(status, Some(code), "{command:?}\n{said}");
    said
}

/// The root's certificate as a file that is an argument.
fn root(scene: &Scene) -> String {
    text(&scene.certwright.authority("root")).to_owned()
}
