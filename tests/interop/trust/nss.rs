//! NSS's databases, asked by `certutil`.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{Scene, exited, root};
use crate::authority::text;
use crate::tool;

/// A database, and `certutil` on it.
struct Database {
    certutil: PathBuf,
    dir: PathBuf,
}

impl Database {
    fn new(certutil: &Path, dir: PathBuf) -> Self {
        std::fs::create_dir_all(&dir).expect("a directory");
        let database = Self { certutil: certutil.to_owned(), dir };
        database.ok(&["-N", "--empty-password"]);
        database
    }

    fn run(&self, arguments: &[&str]) -> tool::Said {
        tool::run(&self.certutil, [arguments, &["-d", &format!("sql:{}", text(&self.dir))]].concat())
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert!(said.success, "{arguments:?}: {}", said.all());
        said.out
    }

    fn listing(&self) -> String {
        self.ok(&["-L"])
    }

    /// Whether it trusts a server's certificate.
    fn trusts(&self, certificate: &Path) -> bool {
        self.ok(&["-A", "-n", "server", "-t", ",,", "-i", text(certificate)]);
        let said = self.run(&["-V", "-n", "server", "-u", "V", "-e"]);
        self.ok(&["-D", "-n", "server"]);
        said.success
    }
}

#[test]
fn every_database_in_the_home_trusts_the_root() {
    let Some(certutil) = tool::program("certutil") else { return };
    let scene = Scene::new();
    let server = scene.server.file("cert.pem");
    let places = [".mozilla/firefox/a.default", "snap/firefox/common/.mozilla/firefox/b.default", ".pki/nssdb"];
    let databases = places.map(|place| Database::new(&certutil, scene.path().join("home").join(place)));
    let before = databases.each_ref().map(Database::listing);

    scene.trust(3, &["status", "--to", "nss"]);
    assert!(databases.iter().all(|database| !database.trusts(&server)));
    let plan = scene.trust(0, &["install", "--to", "nss", "--dry-run"]);
    assert_eq!(plan.matches("certutil -A -d sql:").count(), 3, "{plan}");
    assert_eq!(databases.each_ref().map(Database::listing), before, "a dry run changes nothing");
    let said = scene.trust(0, &["install", "--to", "nss"]);
    assert_eq!(said.matches("installed").count(), 3, "{said}");
    assert!(databases.iter().all(|database| database.trusts(&server)));
    scene.trust(0, &["status", "--to", "nss"]);
    let said = scene.trust(0, &["install", "--to", "nss"]);
    assert_eq!(said.matches("trusted already").count(), 3, "{said}");

    let said = scene.trust(0, &["uninstall", "--to", "nss"]);
    assert_eq!(said.matches("removed").count(), 3, "{said}");
    assert!(databases.iter().all(|database| !database.trusts(&server)));
    assert_eq!(databases.each_ref().map(Database::listing), before);
    scene.trust(0, &["uninstall", "--to", "nss"]);
}

#[test]
fn a_namesake_is_not_taken_for_the_root() {
    let Some(certutil) = tool::program("certutil") else { return };
    let scene = Scene::new();
    let namesake = scene.namesake();
    let database = Database::new(&certutil, scene.path().join("home/.pki/nssdb"));
    let server = scene.server.file("cert.pem");
    // By the user, under a name of their own; certutil shows both for either nickname, since their subjects are equal.
    database.ok(&["-A", "-n", "mine", "-t", "C,,", "-i", text(&namesake)]);
    scene.trust(3, &["status", "--to", "nss"]);
    let before = database.listing();
    scene.trust(0, &["install", "--to", "nss"]);
    assert!(database.trusts(&server));
    scene.trust(0, &["uninstall", "--to", "nss"]);
    assert!(!database.trusts(&server));
    assert_eq!(database.listing(), before);
    // The other one, installed too, goes alone.
    scene.trust(0, &["install", "--to", "nss"]);
    scene.trust(0, &["uninstall", "--to", "nss", text(&namesake)]);
    assert!(database.trusts(&server));
    assert!(database.listing().contains("mine"), "{}", database.listing());
}

#[test]
fn what_the_user_said_of_the_root_stays() {
    let Some(certutil) = tool::program("certutil") else { return };
    let scene = Scene::new();
    let database = Database::new(&certutil, scene.path().join("home/.pki/nssdb"));
    let mine = |flags: &str| database.ok(&["-A", "-n", "my own", "-t", flags, "-i", &root(&scene)]);
    mine("C,,");
    let before = database.listing();
    assert!(scene.trust(0, &["install", "--to", "nss"]).contains("trusted already"));
    let said = scene.trust(0, &["uninstall", "--to", "nss"]);
    assert!(said.contains("not ours, left") && said.contains("my own"), "{said}");
    assert_eq!(database.listing(), before);
    // Distrusted on purpose, perhaps: the command to change that is told, not run.
    mine("p,,");
    let before = database.listing();
    let said = scene.trust(1, &["install", "--to", "nss"]);
    assert!(said.contains("certutil -M ") && said.contains("'my own'"), "{said}");
    assert_eq!(database.listing(), before);
}

#[test]
fn a_database_may_have_a_password_or_be_missing() {
    let Some(certutil) = tool::program("certutil") else { return };
    let scene = Scene::new();
    let directory = scene.path().join("made/for/it");
    let made = text(&directory);
    scene.trust(0, &["install", "--nss-db", made]);
    let database = Database { certutil: certutil.clone(), dir: directory.clone() };
    assert!(database.trusts(&scene.server.file("cert.pem")));

    let password = scene.path().join("password");
    std::fs::write(&password, "geheim1\n").expect("the password is written");
    std::fs::set_permissions(&password, PermissionsExt::from_mode(0o600)).expect("its mode");
    let locked = scene.path().join("locked");
    std::fs::create_dir(&locked).expect("a directory");
    tool::must(&locked, &certutil, ["-N", "-d", "sql:.", "-f", text(&password)]);
    let said = scene.trust(1, &["install", "--nss-db", text(&locked)]);
    assert!(said.contains("--nss-password SRC") && !said.contains("run: "), "{said}");
    scene.trust(0, &["install", "--nss-db", text(&locked), "--nss-password", &format!("file:{}", text(&password))]);
    scene.trust(0, &["status", "--nss-db", text(&locked)]);
}

#[test]
fn under_sudo_the_databases_of_the_caller_are_meant() {
    let Some(certutil) = tool::program("certutil") else { return };
    if !tool::installed("a root user to be sudo's", is_root()) {
        return;
    }
    let scene = Scene::new();
    let (home, bin) = (scene.path().join("home-of-ann"), scene.path().join("bin"));
    let database = Database::new(&certutil, home.join(".pki/nssdb"));
    std::fs::create_dir(&bin).expect("a directory");
    // Stands for sudo: tells what it was asked, and runs it.
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$*\" >> '{0}/asked'\nwhile [ \"$1\" != -- ]; do shift; done\nshift\nHOME='{1}' exec \"$@\"\n",
        text(&bin),
        text(&home)
    );
    std::fs::write(bin.join("sudo"), script).expect("the script is written");
    std::fs::set_permissions(bin.join("sudo"), PermissionsExt::from_mode(0o755)).expect("its mode");
    let path = format!("{}:{}", text(&bin), std::env::var("PATH").unwrap_or_default());
    let mut command = scene.certwright.command();
    command.env("PATH", path).env("SUDO_USER", "ann").env("HOME", "/nonexistent").env("TMPDIR", scene.path());
    exited(command.args(["trust", "install", "--to", "nss"]), 0);
    assert!(database.trusts(&scene.server.file("cert.pem")));
    let asked = std::fs::read_to_string(bin.join("asked")).expect("sudo was asked");
    let adding = asked.lines().find(|line| line.contains("certutil -A")).expect("certutil ran");
    assert!(adding.starts_with("-n -H -u ann -- "), "{adding}");
}

/// Whether this process is root's.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}
