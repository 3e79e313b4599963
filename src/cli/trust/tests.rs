//! What the tests of stores share, and the store of a system that no test runs on.

use time::macros::datetime;

use super::machine::{Machine, Platform};
use super::macos::MacStore;
use super::{Anchor, Presence, Step, TrustStore};
use crate::cli::Exit;
use crate::cli::testing::Process;
use crate::x509::fixtures::{Node, Spec};

/// A root's certificate, another one at each call.
pub(super) fn anchor() -> Anchor {
    Anchor::new(Node::root(&Spec::ca("Acme Root CA", None)).certificate)
}

/// A Linux machine with nothing on it.
pub(super) fn machine() -> Machine {
    Machine {
        platform: Platform::Linux,
        home: None,
        path: Vec::new(),
        java_home: None,
        temporary: std::env::temp_dir(),
        person: None,
        keeper: None,
    }
}

fn lines(steps: &[Step], anchor: &Anchor) -> Vec<String> {
    steps.iter().map(|step| step.shell(anchor)).collect()
}

#[test]
fn the_commands_for_macos() {
    let (anchor, store) = (anchor(), MacStore::find(&machine()));
    let file = format!("{}.pem", anchor.name());
    let keychain = "/Library/Keychains/System.keychain";
    assert_eq!(
        lines(&store.install(&anchor, &Presence::default()).unwrap(), &anchor),
        [format!("/usr/bin/security add-trusted-cert -d -r trustRoot -p ssl -p basic -k {keychain} {file}")]
    );
    let installed = Presence { trusted: true, own: vec![anchor.sha256()], others: Vec::new() };
    assert_eq!(
        lines(&store.uninstall(&anchor, &installed), &anchor),
        [
            format!("/usr/bin/security remove-trusted-cert -d {file}"),
            format!("/usr/bin/security delete-certificate -Z {} -t {keychain}", anchor.sha256().to_uppercase()),
        ]
    );
    assert!(store.uninstall(&anchor, &Presence::default()).is_empty());
}

/// A directory that looks like a Debian image, and a root in it that can sign for everything.
fn image() -> tempfile::TempDir {
    let image = tempfile::tempdir().unwrap();
    for dir in ["usr/local/share/ca-certificates", "usr/sbin"] {
        std::fs::create_dir_all(image.path().join(dir)).unwrap();
    }
    std::fs::write(image.path().join("usr/sbin/update-ca-certificates"), "").unwrap();
    let spec = Spec {
        not_before: datetime!(2025-01-01 0:00 UTC),
        not_after: datetime!(2027-01-01 0:00 UTC),
        ..Spec::ca("Root", None)
    };
    std::fs::write(image.path().join("root.pem"), Node::root(&spec).certificate.to_pem()).unwrap();
    image
}

fn install(image: &tempfile::TempDir, more: &[&str]) -> Process {
    let (dir, file) = (image.path().to_str().unwrap(), image.path().join("root.pem"));
    // No program of this machine is to run.
    let arguments = ["trust", "install", file.to_str().unwrap(), "--root", dir];
    Process::new(&[&arguments, more].concat()).variable("PATH", "/nonexistent")
}

fn installed(image: &tempfile::TempDir) -> usize {
    std::fs::read_dir(image.path().join("usr/local/share/ca-certificates")).unwrap().count()
}

#[test]
fn a_root_for_everything_takes_a_yes() {
    const QUESTION: &str = "Trust it all the same? Type yes";
    let image = image();
    for answer in ["", "y", "no", "yesterday"] {
        let (exit, _, stderr) = install(&image, &[]).terminal(&[(QUESTION, answer)]).run();
        assert_eq!((exit, installed(&image)), (Exit::Refused, 0), "{answer}: {stderr}");
    }
    for process in [install(&image, &[]), install(&image, &["--non-interactive"]).terminal(&[])] {
        let (exit, _, stderr) = process.run();
        assert_eq!((exit, installed(&image)), (Exit::Refused, 0), "{stderr}");
        assert!(stderr.contains("any DNS name") && stderr.contains("--accept-unconstrained"), "{stderr}");
    }
    // A dry run asks nobody.
    let (exit, stdout, stderr) = install(&image, &["--dry-run"]).run();
    assert_eq!((exit, installed(&image)), (Exit::Done, 0), "{stderr}");
    assert!(stdout.contains("/usr/sbin/update-ca-certificates"), "{stdout}");
    // The image has no program that could run, but the file gets there.
    let (exit, _, stderr) = install(&image, &[]).terminal(&[(QUESTION, "yes")]).run();
    assert_eq!((exit, installed(&image)), (Exit::Failed, 1), "{stderr}");
    assert!(stderr.contains("run: /usr/sbin/chroot "), "{stderr}");
}
