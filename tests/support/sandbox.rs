//! A directory that stands for a whole machine: a store, a home, outputs, and a way to run certwright in it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The program under test, built by cargo for this run.
pub(crate) const CERTWRIGHT: &str = env!("CARGO_BIN_EXE_certwright");

/// A fresh directory with everything a run may touch; removed on drop.
pub(crate) struct Sandbox {
    /// Removes everything on drop; three levels above `root`, so that an escape from there is seen and cleaned up too.
    _top: TempDir,
    root: PathBuf,
}

/// How a run ended and what it said.
pub(crate) struct Outcome {
    /// What was run, for messages.
    pub(crate) what: String,
    /// The exit status; 128 + n where signal n ended it, as shells say it.
    pub(crate) code: i32,
    /// Standard output, as text.
    pub(crate) stdout: String,
    /// Standard error, as text.
    pub(crate) stderr: String,
}

impl Sandbox {
    /// A sandbox without a store.
    pub(crate) fn new() -> Self {
        let top = tempfile::tempdir().expect("a temporary directory");
        let root = top.path().join("a/sand/box");
        for name in ["home", "tmp"] {
            std::fs::create_dir_all(root.join(name)).expect("a directory in the sandbox");
        }
        Self { _top: top, root }
    }

    /// A sandbox whose store holds one P-256 root with an unencrypted key.
    pub(crate) fn with_root() -> Self {
        let sandbox = Self::new();
        sandbox.run(["init", "--no-passphrase", "--key", "ec-p256", "--cn", "Proof Root"]).succeeded();
        sandbox
    }

    /// A path in the sandbox.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root.join(name)
    }

    /// Runs certwright here to its end.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Outcome {
        let mut command = hermetic(CERTWRIGHT, &self.root);
        command.args(arguments);
        outcome(&mut command)
    }
}

impl Outcome {
    /// Insists on exit status 0.
    pub(crate) fn succeeded(self) -> Self {
        self.exited(0)
    }

    /// Insists on an exit status.
    pub(crate) fn exited(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\nstdout: {}\nstderr: {}", self.what, self.stdout, self.stderr);
        self
    }
}

/// A command in a directory, with nothing of the caller's environment but `PATH`; the store is `store` in that directory.
pub(crate) fn hermetic(program: impl AsRef<OsStr>, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", directory.join("home"))
        .env("TMPDIR", directory.join("tmp"))
        .env("USER", "proof")
        .env("CERTWRIGHT_STORE", directory.join("store"))
        .current_dir(directory)
        .stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn outcome(command: &mut Command) -> Outcome {
    let what = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| String::from_utf8_lossy(word.as_bytes()).into_owned())
        .collect::<Vec<_>>()
        .join(" ");
    let output = command.output().expect("the program starts");
    let code = output.status.code().unwrap_or_else(|| 128 + output.status.signal().unwrap_or_default());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Outcome { what, code, stdout: text(&output.stdout), stderr: text(&output.stderr) }
}
