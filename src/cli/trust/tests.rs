//! What the tests of stores share, and the stores of systems that no test runs on.

use super::machine::{Machine, Platform};
use super::macos::MacStore;
use super::windows::WindowsStore;
use super::{Anchor, Presence, Step, TrustStore};
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

#[test]
fn the_commands_for_windows() {
    let (anchor, store) = (anchor(), WindowsStore::find(&machine()));
    assert_eq!(
        lines(&store.install(&anchor, &Presence::default()).unwrap(), &anchor),
        [format!("certutil.exe -addstore -f Root {}.pem", anchor.name())]
    );
    let installed = Presence { trusted: true, own: vec!["ab".repeat(20)], others: Vec::new() };
    assert_eq!(
        lines(&store.uninstall(&anchor, &installed), &anchor),
        [format!("certutil.exe -delstore Root {}", "ab".repeat(20))]
    );
}
