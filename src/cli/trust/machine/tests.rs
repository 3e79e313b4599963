//! Whose files root runs and changes, and on whose behalf.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;
use crate::cli::testing::Process;

fn person() -> Person {
    Person { name: "ann".into(), sudo: "/usr/bin/sudo".into() }
}

/// A machine where the tester is what root is elsewhere.
fn kept() -> Machine {
    Machine { keeper: Some(rustix::process::geteuid().as_raw()), ..super::super::tests::machine() }
}

fn directory() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = fs::canonicalize(dir.path()).unwrap();
    (dir, path)
}

fn open(path: &Path) {
    fs::set_permissions(path, Permissions::from_mode(0o777)).unwrap();
}

/// Written by another process: one of this process that starts meanwhile would hold it open.
fn script(path: &Path, text: &str) {
    let write = r#"printf '#!/bin/sh\n%s\n' "$2" >"$1" && chmod 755 "$1""#;
    let status = Command::new("sh").args(["-c", write, "-"]).arg(path).arg(text).status().unwrap();
    assert!(status.success());
}

#[test]
fn what_others_can_change_is_run_as_the_person_or_not_at_all() {
    let ((_home, home), (_elsewhere, elsewhere)) = (directory(), directory());
    open(&home);
    symlink(&elsewhere, home.join("jdk")).unwrap();
    symlink(&home, elsewhere.join("back")).unwrap();
    let alone = Machine { home: Some(home.clone()), ..kept() };
    let machine = Machine { person: Some(person()), ..alone.clone() };
    for (path, is_theirs) in [
        (home.join("jdk"), true),
        (elsewhere.join("back"), true),
        (home.join("not/there/yet"), true),
        (elsewhere.clone(), false),
        (elsewhere.join("not/there/yet"), false),
    ] {
        let via = machine.owner_of([&elsewhere, &path]).unwrap();
        assert_eq!(matches!(via, Via::Person(_)), is_theirs, "{}", path.display());
        // su -m, doas, docker -u 0 -e HOME=…
        assert_eq!(alone.owner_of([&elsewhere, &path]).is_err(), is_theirs, "{}", path.display());
    }
    let line = machine.owner_of([&home]).unwrap().program("/jdk/bin/keytool".as_ref());
    assert_eq!(line.program, Path::new("/usr/bin/sudo"));
    let nobody = Machine { keeper: None, ..alone };
    assert_eq!(nobody.owner_of([&home]), Ok(Via::Here));
}

#[test]
fn programs_that_others_can_change_are_not_found() {
    let ((_open, open_dir), (_ours, ours)) = (directory(), directory());
    for dir in [&open_dir, &ours] {
        script(&dir.join("certwright-test-tool"), "exit");
    }
    symlink(open_dir.join("certwright-test-tool"), ours.join("certwright-test-link")).unwrap();
    open(&open_dir);
    let machine = Machine { path: vec![open_dir.clone(), ours.clone()], ..kept() };
    assert_eq!(machine.program("certwright-test-tool"), Some(ours.join("certwright-test-tool")));
    assert_eq!(machine.program("certwright-test-link"), None);
    let (cx, ..) = Process::new(&["trust", "status"]).variable("JAVA_TOOL_OPTIONS", "-javaagent:x").context();
    let environment: Vec<_> = machine.child(&cx, "x".as_ref()).get_envs().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(environment, ["PATH"]);
    let path = machine.child(&cx, "x".as_ref()).get_envs().next().unwrap().1.unwrap().to_owned();
    let path: Vec<PathBuf> = std::env::split_paths(&path).collect();
    assert!(path.contains(&ours) && !path.contains(&open_dir), "{path:?}");
    let nobody = Machine { keeper: None, ..machine };
    assert_eq!(nobody.program("certwright-test-link"), Some(ours.join("certwright-test-link")));
}

#[test]
fn the_person_is_known_or_nothing_is_done() {
    let (_bin, bin) = directory();
    script(&bin.join("sudo"), "test \"$4\" = ann && echo /home/ann");
    let made = |user: &str, temporary: &Path| {
        let process = Process::new(&["trust", "status"]).variable("SUDO_USER", user).variable("HOME", "/root");
        let process = process.variable("PATH", bin.to_str().unwrap()).variable("TMPDIR", temporary.to_str().unwrap());
        Machine::kept_by(&process.context().0, kept().keeper)
    };
    let machine = made("ann", &bin).unwrap();
    assert_eq!(machine.home, Some("/home/ann".into()));
    assert_eq!(machine.person.unwrap().sudo, bin.join("sudo"));
    for name in ["bob", "-u", "a b", "a;b"] {
        assert!(made(name, &bin).unwrap_err().message.contains("SUDO_USER"), "{name}");
    }
    for name in ["root", ""] {
        let machine = made(name, &bin).unwrap();
        assert_eq!((machine.person, machine.home), (None, Some("/root".into())), "{name}");
        assert_eq!(machine.temporary, bin);
    }
    // Neither the stub nor the directory for temporary files counts where others can change it.
    open(&bin);
    assert_eq!(made("root", &bin).unwrap().temporary, Path::new(TEMPORARY));
    assert!(!made("ann", &bin).is_ok_and(|machine| machine.person.is_some_and(|person| person.sudo.starts_with(&bin))));
}

#[test]
fn a_person_has_a_plain_name() {
    for name in ["ann", "a.b-c_9", "ann@corp.test"] {
        assert!(is_person(name), "{name}");
    }
    for name in ["", "root", "-u", "a b", "a;b", "a\nb", "a/b"] {
        assert!(!is_person(name), "{name}");
    }
}
