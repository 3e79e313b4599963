//! Many processes on one store: nobody fails, nothing is lost, readers never wait.

#![expect(clippy::expect_used, clippy::print_stderr, reason = "a test may stop and talk")]

use std::collections::BTreeSet;
use std::fs::File;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use audit::{Moment, audit};
use rustix::process::{Pid, Signal, kill_process};
use sandbox::Sandbox;
use serde_json::Value;

#[path = "support/audit.rs"]
mod audit;
#[path = "support/sandbox.rs"]
mod sandbox;
#[path = "support/strace.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod strace;

/// Processes that issue at the same time, and how often each place in the queue issues.
const AT_ONCE: usize = 32;
const EACH: usize = 32;

#[test]
fn a_thousand_certificates_from_32_processes_at_once() {
    let sandbox = Sandbox::with_root();
    let done = AtomicBool::new(false);
    let (issued, lists) = std::thread::scope(|scope| {
        let sandbox = &sandbox;
        let readers: Vec<_> = (0..2).map(|_| scope.spawn(|| read_until(sandbox, &done))).collect();
        let writers: Vec<_> = (0..AT_ONCE).map(|queue| scope.spawn(move || issue_in_turn(sandbox, queue))).collect();
        let issued: Vec<_> = writers.into_iter().flat_map(|writer| writer.join().expect("a writer")).collect();
        done.store(true, Ordering::Relaxed);
        (issued, readers.into_iter().map(|reader| reader.join().expect("a reader")).sum::<usize>())
    });
    let directories: BTreeSet<_> = issued.iter().collect();
    assert_eq!(directories.len(), AT_ONCE * EACH, "every issue reports a directory of its own");
    assert!(lists > 0, "no reader got a word in");

    let found = audit(&sandbox.path("store"), &[], Moment::AtRest);
    assert!(found.violations.is_empty(), "{}", found.violations.join("\n"));
    let names: BTreeSet<_> = found.issued.iter().map(|issued| &issued.lineage).collect();
    let serials: BTreeSet<_> = found.issued.iter().map(|issued| &issued.serial).collect();
    let certificates: BTreeSet<_> = found.issued.iter().map(|issued| &issued.der).collect();
    // The root's own certificate is the one more.
    let leaves = found.issued.iter().filter(|issued| issued.key).count();
    assert_eq!(leaves, AT_ONCE * EACH, "certificate-issued lines, {} names", names.len());
    assert_eq!(serials.len(), found.issued.len(), "distinct serials");
    assert_eq!(certificates.len(), found.issued.len(), "distinct certificates");
    sandbox.run(["store", "check"]).succeeded();
}

/// Renewals of one certificate, some of them with new keys, beside revocations and CRLs: the files that were put somewhere are those
/// of the last one, and every CRL has a number of its own.
#[test]
fn renewals_do_not_overtake_each_other() {
    let sandbox = Sandbox::with_root();
    sandbox.run(["issue", "app.test", "--out", "out"]).succeeded();
    for turn in 0..8 {
        sandbox.run(["issue", &format!("gone-{turn}.test")]).succeeded();
    }
    std::thread::scope(|scope| {
        let sandbox = &sandbox;
        for queue in 0..8 {
            scope.spawn(move || {
                for turn in 0..4 {
                    let key = if turn % 2 == 0 { &[][..] } else { &["--rekey"] };
                    sandbox.run([&["renew", "app.test"], key].concat()).succeeded();
                }
                sandbox.run(["revoke", &format!("gone-{queue}.test"), "--publish"]).succeeded();
            });
        }
    });
    let (store, out) = (sandbox.path("store"), sandbox.path("out"));
    let found = audit(&store, &[&out], Moment::AtRest);
    assert!(found.violations.is_empty(), "{}", found.violations.join("\n"));
    let newest = found.issued.iter().rfind(|issued| issued.lineage == "app.test").expect("a certificate");
    assert!(audit::is_complete(&out, &newest.der), "the files are not those of the last renewal");
    sandbox.run(["renew", "--due"]).succeeded();
    sandbox.run(["store", "check"]).succeeded();
}

/// Issues one after the other; gives the directories reported.
fn issue_in_turn(sandbox: &Sandbox, queue: usize) -> Vec<String> {
    let issue = |turn| sandbox.run(["issue", &format!("host-{queue}-{turn}.test")]).succeeded().stdout;
    (0..EACH).map(issue).collect()
}

/// Issuing, revoking, holding and publishing at the same time.
#[test]
fn writers_of_every_kind_at_once_lose_nothing() {
    let sandbox = Sandbox::with_root();
    std::thread::scope(|scope| {
        for queue in 0..AT_ONCE {
            let sandbox = &sandbox;
            scope.spawn(move || {
                let name = format!("host-{queue}.test");
                sandbox.run(["issue", &name]).succeeded();
                match queue % 4 {
                    0 => drop(sandbox.run(["revoke", &name, "--publish"]).succeeded()),
                    1 => drop(sandbox.run(["hold", &name]).succeeded()),
                    2 => {
                        sandbox.run(["hold", &name]).succeeded();
                        sandbox.run(["release", &name, "--publish"]).succeeded();
                    }
                    _ => drop(sandbox.run(["crl", "publish"]).succeeded()),
                }
            });
        }
    });
    let found = audit(&sandbox.path("store"), &[], Moment::AtRest);
    assert!(found.violations.is_empty(), "{}", found.violations.join("\n"));
    assert_eq!(found.revoked.len(), AT_ONCE / 4 * 3);
    assert_eq!(found.crls.len(), AT_ONCE / 4 * 3);
    let standing = sandbox.run(["list", "--revoked", "--json"]).succeeded();
    let report: Value = serde_json::from_str(&standing.stdout).expect("a list in JSON");
    assert_eq!(report["certificates"].as_array().map(Vec::len), Some(AT_ONCE / 2));
    sandbox.run(["store", "check"]).succeeded();
}

/// Lists again and again; gives how often.
fn read_until(sandbox: &Sandbox, done: &AtomicBool) -> usize {
    let mut lists = 0;
    while !done.load(Ordering::Relaxed) {
        let list = sandbox.run(["list", "--json"]).succeeded();
        serde_json::from_str::<Value>(&list.stdout).expect("a list in JSON");
        lists += 1;
    }
    lists
}

#[test]
fn a_writer_that_waits_too_long_names_the_holder() {
    let sandbox = Sandbox::with_root();
    let journal = std::fs::read(sandbox.path("store/journal.jsonl")).expect("a journal");
    let lock = File::options().write(true).open(sandbox.path("store/lock")).expect("the lock file stays");
    lock.lock().expect("nobody else holds the lock");

    let begun = Instant::now();
    let waited = sandbox.run(["--lock-timeout", "1s", "issue", "late.test"]).exited(5);
    assert!(begun.elapsed() >= Duration::from_millis(900), "it waits before it gives up");
    assert!(waited.stderr.contains("locked by"), "{}", waited.stderr);
    assert!(waited.stdout.is_empty(), "{}", waited.stdout);
    assert_eq!(std::fs::read(sandbox.path("store/journal.jsonl")).expect("a journal"), journal, "nothing is recorded");
    sandbox.run(["list", "--json"]).succeeded();

    drop(lock);
    sandbox.run(["--lock-timeout", "1s", "issue", "late.test"]).succeeded();
}

/// A writer that holds the store's lock until this goes.
struct Holder(Child);

impl Holder {
    /// Starts it: its first fsync, which comes with the lock held, takes ten minutes to begin.
    fn start(sandbox: &Sandbox, arguments: &[&str]) -> Self {
        let mut strace = sandbox::hermetic("strace", &sandbox.path(""));
        strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync"]);
        strace.args(["-e", "inject=fsync:delay_enter=600s:when=1", "--", sandbox::CERTWRIGHT]).args(arguments);
        let holder = Self(strace.spawn().expect("strace starts"));
        let begun = Instant::now();
        while std::fs::read(sandbox.path("store/lock")).expect("the lock file").trim_ascii().is_empty() {
            assert!(begun.elapsed() < Duration::from_secs(60), "the writer does not get the lock");
            std::thread::sleep(Duration::from_millis(5));
        }
        holder
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_holder_is_named_by_its_process() {
    if !strace::is_installed() {
        return;
    }
    let sandbox = Sandbox::with_root();
    let holder = Holder::start(&sandbox, &["issue", "slow.test"]);
    let waited = sandbox.run(["--lock-timeout", "1s", "issue", "late.test"]).exited(5);
    let named = waited.stderr.split_once("process ").and_then(|(_, rest)| rest.split_once(" (issue) since "));
    let pid: i32 = named.and_then(|(pid, _)| pid.parse().ok()).unwrap_or_else(|| panic!("{}", waited.stderr));
    let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).expect("the process that is named");
    assert_eq!(command.split('\0').collect::<Vec<_>>(), [sandbox::CERTWRIGHT, "issue", "slow.test", ""]);
    // With the process goes the lock.
    kill_process(Pid::from_raw(pid).expect("a process"), Signal::KILL).expect("the writer is killed");
    drop(holder);
    sandbox.run(["issue", "late.test"]).succeeded();
    sandbox.run(["store", "check"]).succeeded();
}
