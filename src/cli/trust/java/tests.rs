//! Java runtimes made of empty files, and listings as `keytool` prints them.

use std::os::unix::fs::PermissionsExt;

use super::super::machine::Person;
use super::super::tests::{anchor, machine};
use super::*;

fn runtime(dir: &Path) {
    for file in ["lib/security/cacerts", "bin/keytool"] {
        std::fs::create_dir_all(dir.join(file).parent().unwrap()).unwrap();
        std::fs::write(dir.join(file), "").unwrap();
    }
    // Whatever the umask.
    for place in ["", "bin", "lib", "lib/security", "bin/keytool", "lib/security/cacerts"] {
        std::fs::set_permissions(dir.join(place), PermissionsExt::from_mode(0o755)).unwrap();
    }
}

fn words(step: &Step) -> String {
    step.shell(&anchor())
}

#[test]
fn entries_are_found_by_the_certificate() {
    let (wanted, other) = (anchor(), anchor());
    let entry = |alias: &str, anchor: &Anchor| {
        format!(
            "Alias name: {alias}\nCreation date: today\nEntry type: trustedCertEntry\n\n{}\n\n",
            anchor.certificate.to_pem()
        )
    };
    let listing = [entry("mine", &wanted), entry("not mine", &other), entry("again", &wanted)].concat();
    assert_eq!(aliases_of(&wanted, &listing), ["mine", "again"]);
    assert!(aliases_of(&wanted, "Alias name: x\n-----BEGIN CERTIFICATE-----\nnonsense").is_empty());
}

#[test]
fn a_password_that_is_secret_is_no_argument() {
    let home = tempfile::tempdir().unwrap();
    runtime(home.path());
    let steps = |password: &str| {
        let store = JavaStore::at(&machine(), home.path(), None, &Secret::new(password)).unwrap().unwrap();
        store.install(&anchor(), &Presence::default()).unwrap()
    };
    assert!(words(&steps(CHANGEIT)[0]).contains(" -storepass changeit "));
    let line = words(&steps("hunter2")[0]);
    assert!(line.contains(" -storepass:file /dev/stdin ") && !line.contains("hunter2"), "{line}");
}

#[test]
fn runtimes_that_share_a_file_are_one_store() {
    let dir = tempfile::tempdir().unwrap();
    let (jvm, home) = (dir.path().join("jvm"), dir.path().join("home"));
    runtime(&jvm);
    runtime(&home.join(".jdks/other"));
    std::fs::create_dir_all(home.join(".jdks/same/lib/security")).unwrap();
    std::os::unix::fs::symlink(jvm.join("lib/security/cacerts"), home.join(".jdks/same/lib/security/cacerts")).unwrap();
    let machine = Machine { home: Some(home.clone()), java_home: Some(jvm.clone()), ..machine() };
    let found = JavaStore::find(&machine, None, &Secret::new(CHANGEIT));
    let ours: Vec<_> = found.iter().flatten().filter(|store| store.file.starts_with(dir.path())).collect();
    assert_eq!(ours.len(), 2, "{ours:?}");
    assert_eq!(ours[0].keytool, Some(jvm.join("bin/keytool")));
}

#[test]
fn root_runs_no_tool_that_others_can_change() {
    let dir = tempfile::tempdir().unwrap();
    let dir = places::followed(dir.path()).map(|path| (path, dir)).unwrap();
    let (jdk, open) = (dir.0.join("jdk"), dir.0.join("open"));
    runtime(&jdk);
    runtime(&open);
    std::fs::set_permissions(&open, PermissionsExt::from_mode(0o777)).unwrap();
    let keeper = Some(rustix::process::geteuid().as_raw());
    let (kept, changeit) = (Machine { keeper, ..machine() }, Secret::new(CHANGEIT));
    let at = |machine: &Machine, home: &Path| JavaStore::at(machine, home, None, &changeit).map(Option::unwrap);
    assert_eq!(at(&kept, &jdk).unwrap().via, Via::Here);
    // The directory itself, then a tool and a file behind links.
    assert!(at(&kept, &open).is_err());
    for (file, target) in [("bin/keytool", "bin/keytool"), ("lib/security/cacerts", "lib/security/cacerts")] {
        let linked = dir.0.join(format!("linked-{}", file.len()));
        runtime(&linked);
        std::fs::remove_file(linked.join(file)).unwrap();
        std::os::unix::fs::symlink(open.join(target), linked.join(file)).unwrap();
        assert!(at(&kept, &linked).is_err(), "{file}");
        assert!(at(&machine(), &linked).is_ok(), "{file}");
        let person = Some(Person { name: "ann".into(), sudo: "/usr/bin/sudo".into() });
        let via = at(&Machine { person, ..kept.clone() }, &linked).unwrap().via;
        assert!(matches!(via, Via::Person(_)), "{file}");
    }
    let both = Machine { java_home: Some(open.clone()), home: None, ..kept };
    let found = JavaStore::find(&both, None, &changeit);
    let left_out = |problem: &Problem| matches!(problem, Problem::Other { why, .. } if why.starts_with(&format!("{}: ", open.display())));
    assert!(found.iter().any(|store| store.as_ref().is_err_and(left_out)), "{found:?}");
}

#[test]
fn only_what_certwright_made_is_deleted() {
    let home = tempfile::tempdir().unwrap();
    runtime(home.path());
    let store = JavaStore::at(&machine(), home.path(), None, &Secret::new(CHANGEIT)).unwrap().unwrap();
    let presence = Presence { trusted: true, own: vec!["a".into()], others: vec!["theirs".into()] };
    let steps = store.uninstall(&anchor(), &presence);
    assert_eq!(steps.len(), 1);
    let line = words(&steps[0]);
    assert!(line.contains(" -delete ") && line.ends_with(" -alias a"), "{line}");
}
