//! Files that the user names.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::super::testing::Process;
use super::*;

fn file(name: &str, bytes: &[u8], secret: bool) -> OutputFile {
    OutputFile { name: name.into(), bytes: bytes.to_vec().into(), secret }
}

fn permissions(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_set_appears_with_its_modes() {
    let scratch = tempfile::tempdir().unwrap();
    let dir = scratch.path().join("a/b");
    write_set(&dir, &[file("cert.pem", b"c", false), file("key.pem", b"k", true)], false).unwrap();
    assert_eq!(names(&dir), ["cert.pem", "key.pem"]);
    assert_eq!(fs::read(dir.join("key.pem")).unwrap(), b"k");
    assert_eq!(permissions(&dir), 0o700);
    assert_eq!(permissions(&dir.join("key.pem")), 0o600);
    assert_eq!(permissions(&dir.join("cert.pem")), 0o644);
}

#[test]
fn nothing_changes_when_one_file_exists() {
    let scratch = tempfile::tempdir().unwrap();
    let dir = scratch.path();
    fs::write(dir.join("key.pem"), b"old").unwrap();
    let set = [file("cert.pem", b"c", false), file("key.pem", b"k", true)];
    let error = write_set(dir, &set, false).err().unwrap();
    assert!(error.message.contains("key.pem exists already"), "{error}");
    assert_eq!(names(dir), ["key.pem"]);
    assert_eq!(fs::read(dir.join("key.pem")).unwrap(), b"old");
}

#[test]
fn force_replaces_and_leaves_other_files() {
    let scratch = tempfile::tempdir().unwrap();
    let dir = scratch.path();
    fs::write(dir.join("other"), b"o").unwrap();
    fs::write(dir.join("elsewhere"), b"e").unwrap();
    fs::set_permissions(dir.join("other"), Permissions::from_mode(0o644)).unwrap();
    std::os::unix::fs::symlink("elsewhere", dir.join("key.pem")).unwrap();
    write_set(dir, &[file("cert.pem", b"c", false), file("key.pem", b"k", true)], true).unwrap();
    assert_eq!(names(dir), ["cert.pem", "elsewhere", "key.pem", "other"]);
    assert_eq!(fs::read(dir.join("elsewhere")).unwrap(), b"e", "a symbolic link was followed");
    assert_eq!(permissions(&dir.join("key.pem")), 0o600);
}

fn context(arguments: &[&str]) -> Process {
    Process::new(&[&["completions", "bash"], arguments].concat())
}

#[test]
fn a_file_is_written_once_and_replaced_only_by_force() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("out");
    let (mut cx, ..) = context(&[]).context();
    write(&mut cx, &path, b"one", true, false).unwrap();
    assert_eq!(permissions(&path), 0o600);
    let error = write(&mut cx, &path, b"two", true, false).err().unwrap();
    assert!(error.hint.unwrap().contains("--force"));
    assert_eq!(read(&mut cx, &path, 3).unwrap().as_slice(), b"one");
    write(&mut cx, &path, b"two", false, true).unwrap();
    assert_eq!((fs::read(&path).unwrap().as_slice(), permissions(&path)), (b"two".as_slice(), 0o644));
    assert!(read(&mut cx, &path, 2).is_err());
}

#[test]
fn devices_and_pipes_are_written_to_and_stay() {
    let (mut cx, ..) = context(&[]).context();
    for force in [false, true] {
        write(&mut cx, Path::new("/dev/null"), b"x", true, force).unwrap();
    }
    assert!(fs::metadata("/dev/null").unwrap().permissions().mode() & 0o666 == 0o666);
}

/// Whoever may write to the directory could otherwise read the private key that is meant for a file in it.
#[test]
fn a_pipe_or_link_in_place_of_a_file_is_not_written_to() {
    let (mut cx, ..) = context(&[]).context();
    let scratch = tempfile::tempdir().unwrap();
    let (link, pipe) = (scratch.path().join("link"), scratch.path().join("pipe"));
    std::os::unix::fs::symlink("/dev/null", &link).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RWXU).unwrap();
    for path in [&link, &pipe] {
        let error = write(&mut cx, path, b"x", true, false).err().unwrap();
        assert!(error.hint.unwrap().contains("--force"), "{}", path.display());
        write(&mut cx, path, b"x", true, true).unwrap();
        assert!(fs::symlink_metadata(path).unwrap().is_file());
    }
}

#[test]
fn a_directory_is_never_replaced() {
    let scratch = tempfile::tempdir().unwrap();
    let (mut cx, ..) = context(&[]).context();
    for force in [false, true] {
        let error = write(&mut cx, scratch.path(), b"x", false, force).err().unwrap();
        assert!(error.message.ends_with("is a directory"), "{error}");
    }
}

#[test]
fn a_dash_is_a_standard_stream() {
    let (mut cx, stdout, _) = context(&[]).stdin("in").context();
    assert_eq!(read(&mut cx, Path::new("-"), 10).unwrap().as_slice(), b"in");
    write(&mut cx, Path::new("-"), &[0, 1], true, false).unwrap();
    assert_eq!(stdout.text(), "\0\u{1}");
    assert!(refuse_existing(&Inputs::default(), &["-".into()], false).is_ok());
}

#[test]
fn a_terminal_gets_text_and_no_key() {
    let (mut cx, stdout, _) = context(&[]).terminal(&[]).context();
    assert!(write(&mut cx, Path::new("-"), b"-----BEGIN", true, false).is_err());
    assert!(write(&mut cx, Path::new("-"), &[0x30, 0x82], false, false).is_err());
    write(&mut cx, Path::new("-"), b"-----BEGIN\n", false, false).unwrap();
    assert_eq!(stdout.text(), "-----BEGIN\n");
}
