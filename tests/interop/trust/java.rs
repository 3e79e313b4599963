//! The cacerts of a Java runtime: a copy of the real one's, changed by its `keytool`, used by a client.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Scene, exited, root};
use crate::authority::text;
use crate::server::Server;
use crate::tool;

/// A runtime with a file of its own.
struct Runtime {
    home: PathBuf,
    java: PathBuf,
}

impl Runtime {
    /// Makes one in a directory; it has no roots but one that nobody knows.
    fn new(directory: &Path, namesake: &Path) -> Option<Self> {
        let (java, keytool) = (tool::program("java")?, tool::program("keytool")?);
        let home = directory.join("jdk");
        for dir in ["bin", "lib/security"] {
            fs::create_dir_all(home.join(dir)).expect("a directory");
        }
        symlink(fs::canonicalize(keytool).expect("it is there"), home.join("bin/keytool")).expect("a link");
        let runtime = Self { home, java };
        runtime.keytool(&["-importcert", "-noprompt", "-alias", "mine", "-file", text(namesake)]);
        Some(runtime)
    }

    fn cacerts(&self) -> PathBuf {
        self.home.join("lib/security/cacerts")
    }

    fn keytool(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(self.home.join("bin/keytool"));
        command.args(["-J-Duser.language=en", "-keystore"]).arg(self.cacerts()).args(["-storepass", "changeit"]);
        exited(command.args(arguments), 0)
    }

    fn aliases(&self) -> Vec<String> {
        let listing = self.keytool(&["-list"]);
        let entries = listing.lines().filter(|line| line.contains("trustedCertEntry"));
        entries.filter_map(|line| line.split(',').next()).map(str::to_owned).collect()
    }

    fn trusts(&self, server: &Server) -> bool {
        let mut command = Command::new(&self.java);
        command.arg(format!("-Djavax.net.ssl.trustStore={}", text(&self.cacerts())));
        command.arg("-Djavax.net.ssl.trustStorePassword=changeit").arg(tool::source("trust/Connect.java"));
        let said = exited(command.arg(server.port.to_string()), 0);
        assert!(said.contains("trusted CN=localhost") != said.contains("refused "), "{said}");
        said.contains("trusted ")
    }
}

#[test]
fn a_java_client_trusts_the_root_until_it_is_uninstalled() {
    let Some(openssl) = tool::program("openssl") else { return };
    let scene = Scene::new();
    let Some(runtime) = Runtime::new(scene.path(), &scene.namesake()) else { return };
    let server = scene.serve(&openssl);
    let trust = |code, verb: &str| scene.trust(code, &[verb, "--java-home", text(&runtime.home)]);
    trust(3, "status");
    assert!(!runtime.trusts(&server));
    let said = trust(0, "install");
    assert!(said.contains("installed"), "{said}");
    assert!(runtime.trusts(&server));
    assert_eq!(runtime.aliases().len(), 2);
    trust(0, "status");
    assert!(trust(0, "install").contains("trusted already"));
    assert!(trust(0, "uninstall").contains("removed"));
    assert!(!runtime.trusts(&server));
    assert_eq!(runtime.aliases(), ["mine"]);
    assert!(trust(0, "uninstall").contains("not there"));
}

#[test]
fn what_somebody_else_imported_stays_and_a_password_is_no_argument() {
    let scene = Scene::new();
    let Some(runtime) = Runtime::new(scene.path(), &scene.namesake()) else { return };
    runtime.keytool(&["-importcert", "-noprompt", "-alias", "by hand", "-file", &root(&scene)]);
    let home = text(&runtime.home);
    assert!(scene.trust(0, &["install", "--java-home", home]).contains("trusted already"));
    let said = scene.trust(0, &["uninstall", "--java-home", home]);
    assert!(said.contains("not ours, left") && said.contains("by hand"), "{said}");
    runtime.keytool(&["-delete", "-alias", "by hand"]);

    runtime.keytool(&["-storepasswd", "-new", "geheim1"]);
    let said = scene.trust(1, &["install", "--java-home", home]);
    assert!(said.contains("--java-storepass"), "{said}");
    let password = scene.path().join("password");
    fs::write(&password, "geheim1\n").expect("the password is written");
    let source = format!("cmd:cat '{}'", text(&password));
    let with_password = |verb, more: &[&str]| {
        scene.trust(0, &[&[verb, "--java-home", home, "--java-storepass", &source], more].concat())
    };
    let plan = with_password("install", &["--dry-run"]);
    assert!(plan.contains("-storepass:file /dev/stdin") && !plan.contains("geheim1"), "{plan}");
    with_password("install", &[]);
    with_password("status", &[]);
    with_password("uninstall", &[]);
}
