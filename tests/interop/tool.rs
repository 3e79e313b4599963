//! The foreign programs: finding them, running them, skipping what is not installed.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub(crate) use super::installed::installed;

/// The program of a name, from `.ci/install`'s directory or the path.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::iter::once(tools().join("bin"))
        .chain(std::env::split_paths(&path))
        .map(|directory| directory.join(name))
        .find(|candidate| candidate.is_file());
    installed(name, found.is_some()).then_some(found)?
}

/// A Python interpreter that can import a module.
pub(crate) fn python(module: &str) -> Option<PathBuf> {
    let own = tools().join("python/bin/python");
    let found = [own, PathBuf::from("python3")].into_iter().find(|python| {
        let import = Command::new(python).args(["-c", &format!("import {module}")]).output();
        import.is_ok_and(|output| output.status.success())
    });
    installed(&format!("the Python module {module}"), found.is_some()).then_some(found)?
}

/// Where `.ci/install` puts what no system package brings: beside the build's own output.
pub(crate) fn tools() -> PathBuf {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    scratch.parent().expect("the scratch directory lies in the target directory").join("ci")
}

/// A file beside these tests.
pub(crate) fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop").join(name)
}

/// A scratch directory that goes away with its value.
pub(crate) fn scratch() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("interop-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a scratch directory")
}

/// A directory for this process that outlives the tests, so that a failure can be looked into; a day later it is swept.
pub(crate) fn lasting_directory() -> PathBuf {
    let parent = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let day = std::time::Duration::from_secs(24 * 60 * 60);
    for entry in std::fs::read_dir(parent).expect("the scratch directory is readable").flatten() {
        let old =
            entry.metadata().and_then(|data| data.modified()).is_ok_and(|at| at.elapsed().is_ok_and(|age| age > day));
        if old && entry.file_name().to_string_lossy().starts_with("interop-") {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    scratch().keep()
}

/// What a finished program said: whether it succeeded, and both of its streams.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) success: bool,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// Both streams, for a message.
    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            success: output.status.success(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Runs a program to its end with nothing on its standard input.
pub(crate) fn run<S: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: impl IntoIterator<Item = S>) -> Said {
    finish(Command::new(program).args(arguments))
}

/// Runs a prepared command to its end with nothing on its standard input.
pub(crate) fn finish(command: &mut Command) -> Said {
    let output = command.stdin(Stdio::null()).output();
    output.unwrap_or_else(|error| panic!("{command:?}: {error}")).into()
}

/// Runs a program that has to succeed, in a directory.
pub(crate) fn must<S: AsRef<OsStr>>(
    directory: &Path,
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = S>,
) -> String {
    let mut command = Command::new(program);
    let said = finish(command.current_dir(directory).args(arguments));
    assert!(said.success, "{command:?} failed:\n{}", said.all());
    said.out
}

/// Runs a command that is given a text on its standard input; its end closes the input.
pub(crate) fn converse(command: &mut Command, input: &str) -> Said {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut stdin = child.stdin.take().expect("its input is a pipe");
    // A program that refuses its peer is gone before it has read anything.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("the program ends").into()
}
