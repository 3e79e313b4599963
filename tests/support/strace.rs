//! Kills a process at a chosen system call, with strace.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// System calls that change files; `openat` counts where it may create, truncate or write.
const FILE_CHANGING: [&str; 38] = [
    "chmod",
    "chown",
    "copy_file_range",
    "creat",
    "fallocate",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "fchown",
    "fchownat",
    "fdatasync",
    "fsync",
    "ftruncate",
    "link",
    "linkat",
    "mkdir",
    "mkdirat",
    "open",
    "openat",
    "openat2",
    "pwrite64",
    "pwritev",
    "pwritev2",
    "rename",
    "renameat",
    "renameat2",
    "rmdir",
    "sendfile",
    "symlink",
    "symlinkat",
    "sync_file_range",
    "syncfs",
    "truncate",
    "unlink",
    "unlinkat",
    "utimensat",
    "write",
    "writev",
];

/// One place to kill a run: on entry to the `nth` call of a name, before the call does anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KillPoint {
    /// The system call.
    pub(crate) call: String,
    /// Which of its calls, from 1.
    pub(crate) nth: usize,
    /// The call as strace shows it.
    pub(crate) shown: String,
}

/// Whether strace is there; without it a test can only be skipped, and in CI not even that.
pub(crate) fn is_installed() -> bool {
    let installed = Command::new("strace")
        .arg("-V")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !installed {
        eprintln!("skipped: strace is not installed");
        assert!(std::env::var_os("CERTWRIGHT_CI").is_none(), "CERTWRIGHT_CI is set, so strace must be installed");
    }
    installed
}

/// The kill points of a program, from a run that was traced to its end. With more than one thread, calls are counted for each
/// thread, as strace counts them when it injects.
pub(crate) fn kill_points(log: &Path) -> Vec<KillPoint> {
    let text = fs::read_to_string(log).expect("strace's log");
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut points: Vec<KillPoint> = Vec::new();
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let Some((call, arguments)) = rest.trim_start().split_once('(') else { continue };
        if !FILE_CHANGING.contains(&call) {
            continue;
        }
        let count = counts.entry((thread, call)).or_default();
        *count += 1;
        let changes = !call.starts_with("open")
            || ["O_CREAT", "O_TRUNC", "O_WRONLY", "O_RDWR", "O_TMPFILE"].iter().any(|flag| arguments.contains(flag));
        let seen = points.iter().any(|point| point.call == call && point.nth == *count);
        if changes && !seen {
            points.push(KillPoint { call: call.to_owned(), nth: *count, shown: rest.trim_start().to_owned() });
        }
    }
    points
}

/// Arguments for strace that make it log the file-changing calls of the command after them.
pub(crate) fn logging(log: &Path) -> Vec<OsString> {
    let set = FILE_CHANGING.map(|call| format!("?{call}")).join(",");
    let mut arguments =
        words(["-f", "-qq", "-y", "-s", "48", "-e", "signal=none", "-e", &format!("trace={set}"), "-o"]);
    arguments.push(log.into());
    arguments
}

/// Arguments for strace that make it kill the command after them at a point.
pub(crate) fn killing(point: &KillPoint) -> Vec<OsString> {
    let KillPoint { call, nth, .. } = point;
    let (trace, inject) = (format!("trace={call}"), format!("inject={call}:signal=KILL:when={nth}"));
    words(["-f", "-qq", "-e", "signal=none", "-e", &trace, "-e", &inject, "-o", "/dev/null"])
}

fn words<const N: usize>(words: [&str; N]) -> Vec<OsString> {
    words.map(OsString::from).to_vec()
}
