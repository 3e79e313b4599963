//! kill -9 at every system call that changes a file, and what the next command finds.
//!
//! A clean run under strace tells which calls a command makes; then each of them is the last thing another run does, on its own
//! copy of the same store. The state before each call is also the state after the one before it, so every state the files go
//! through is looked at.

#![expect(clippy::expect_used, clippy::print_stderr, reason = "a test may stop and talk")]

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use audit::{Moment, audit, is_complete};
use sandbox::{CERTWRIGHT, Outcome, Sandbox, hermetic, outcome};
use strace::KillPoint;

#[path = "support/audit.rs"]
mod audit;
#[path = "support/copy.rs"]
mod copy;
#[path = "support/csr.rs"]
mod csr;
#[path = "support/der.rs"]
mod der;
#[path = "support/sandbox.rs"]
mod sandbox;
#[path = "support/strace.rs"]
mod strace;

const INIT: &[&str] = &["init", "--no-passphrase", "--key", "ec-p256", "--with-issuing", "--cn", "Kill Root"];
const ISSUE: &[&str] = &["issue", "app.test", "--out", "out"];
const NEXT: &[&str] = &["issue", "next.test"];
const CHECK: &[&str] = &["store", "check"];

#[test]
fn init_can_be_killed_anywhere() {
    let base = Sandbox::new();
    sweep("init", &base, INIT, &[&[INIT, NEXT, CHECK]]);
}

#[test]
fn issue_can_be_killed_anywhere() {
    let base = Sandbox::with_root();
    base.run(["issue", "first.test"]).succeeded();
    sweep("issue", &base, ISSUE, &[&[CHECK, NEXT], &[NEXT, CHECK]]);
}

#[test]
fn issue_over_existing_files_can_be_killed_anywhere() {
    let base = Sandbox::with_root();
    base.run(ISSUE).succeeded();
    let again = [ISSUE, &["--force"]].concat();
    sweep("issue --force", &base, &again, &[&[NEXT, CHECK]]);
}

#[test]
fn sign_can_be_killed_anywhere() {
    let base = Sandbox::with_root();
    let requests = ["a.csr", "b.csr", "c.csr"];
    for name in requests {
        let pair = csr::p256();
        let request = csr::Draft::new(&pair, "kill.test", &["kill.test"]).sign(&pair);
        std::fs::write(base.path(name), request).expect("a request is written");
    }
    let arguments = [&["sign"], &requests[..], &["--profile", "server", "--out-dir", "out"]].concat();
    sweep("sign", &base, &arguments, &[&[CHECK, NEXT], &[NEXT, CHECK]]);
}

#[test]
fn recovery_can_be_killed_anywhere() {
    if !strace::is_installed() {
        return;
    }
    let base = Sandbox::with_root();
    let recorded = |point: &KillPoint| point.call.starts_with("write") && point.shown.contains("journal.jsonl");
    let points = kill_points(&base, ISSUE);
    let written = points.iter().rposition(recorded).expect("the journal is written");
    // The journal has the line, and nothing else happened yet: the most that recovery ever has to do.
    let half = copy_of(&base);
    let killed = run_under(&half, &strace::killing(&points[written + 1]), ISSUE);
    assert_eq!(killed.code, 137, "{}", killed.what);
    sweep("recovery", &half, NEXT, &[&[CHECK, NEXT], &[NEXT, CHECK]]);
}

/// Kills a command at each of its file-changing calls, and each time lets every sequence of next commands repair the result.
fn sweep(label: &str, base: &Sandbox, arguments: &[&str], sequels: &[&[&[&str]]]) {
    if !strace::is_installed() {
        return;
    }
    let points = kill_points(base, arguments);
    let (next, violations) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(point) = points.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = try_point(base, point, arguments, sequels);
                    violations.lock().expect("no worker panics").extend(found);
                }
            });
        }
    });
    let violations = violations.into_inner().expect("no worker panics");
    eprintln!("{label}: killed at {} system calls, {} violations", points.len(), violations.len());
    assert!(points.len() > 10, "{label}: only {} calls change files, which cannot be all", points.len());
    assert!(violations.is_empty(), "{label}:\n{}", violations.join("\n"));
}

/// Kills one run and tells what is wrong afterwards.
fn try_point(base: &Sandbox, point: &KillPoint, arguments: &[&str], sequels: &[&[&[&str]]]) -> Vec<String> {
    let run = copy_of(base);
    let killed = run_under(&run, &strace::killing(point), arguments);
    let mut violations = Vec::new();
    if killed.code != 137 && killed.code != 0 {
        violations.push(format!("exit status {} instead of a kill: {}", killed.code, killed.stderr));
    }
    let (store, out) = (run.path("store"), run.path("out"));
    let seen = audit(&store, &[&out], Moment::Interrupted);
    violations.extend(seen.violations);
    for sequel in sequels {
        let copy = copy_of(&run);
        for command in *sequel {
            let then = copy.run(*command);
            if then.code != 0 {
                violations.push(format!("`{}` exits {}: {}", command.join(" "), then.code, then.stderr.trim_end()));
            }
        }
        let after = audit(&copy.path("store"), &[], Moment::AtRest);
        for directory in reported(&run, &killed).iter().map(|path| moved(path, &run, &copy)) {
            if !after.issued.iter().any(|issued| is_complete(&directory, &issued.der)) {
                violations.push(format!("{} was reported but is not complete", directory.display()));
            }
        }
        for before in &seen.issued {
            if !after.issued.iter().any(|issued| issued.der == before.der) {
                violations.push(format!("serial {} was recorded and is lost", before.serial));
            }
        }
        violations.extend(after.violations);
    }
    let place = format!("killed at {} no. {}, {}", point.call, point.nth, point.shown);
    violations.into_iter().map(|violation| format!("{violation}\n    [{place}]")).collect()
}

/// The directories that `issue` reported on standard output; also those of a run that was killed after its last word.
fn reported(run: &Sandbox, killed: &Outcome) -> Vec<PathBuf> {
    let lines = killed.stdout.lines().filter(|_| killed.what.contains(" issue "));
    lines.map(|line| run.path(line)).collect()
}

/// The same path in a copy of a sandbox.
fn moved(path: &Path, from: &Sandbox, to: &Sandbox) -> PathBuf {
    path.strip_prefix(from.path("")).map_or_else(|_| path.to_owned(), |relative| to.path(relative))
}

/// Every file-changing call of a command that runs to its end.
fn kill_points(base: &Sandbox, arguments: &[&str]) -> Vec<KillPoint> {
    let run = copy_of(base);
    let log = run.path("strace.log");
    run_under(&run, &strace::logging(&log), arguments).succeeded();
    let (store, out) = (run.path("store"), run.path("out"));
    let clean = audit(&store, &[&out], Moment::AtRest);
    assert!(clean.violations.is_empty(), "without a kill:\n{}", clean.violations.join("\n"));
    strace::kill_points(&log)
}

fn run_under(sandbox: &Sandbox, strace: &[std::ffi::OsString], arguments: &[&str]) -> Outcome {
    outcome(hermetic("strace", &sandbox.path("")).args(strace).arg(CERTWRIGHT).args(arguments))
}

fn copy_of(sandbox: &Sandbox) -> Sandbox {
    let copy = Sandbox::new();
    for entry in std::fs::read_dir(sandbox.path("")).expect("a sandbox").flatten() {
        let target = copy.path(entry.file_name());
        match entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            true if target.exists() => {}
            true => copy::copy_tree(&entry.path(), &target).expect("a copy"),
            false => drop(std::fs::copy(entry.path(), target).expect("a copy")),
        }
    }
    copy
}
