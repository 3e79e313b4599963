//! kill -9 at every system call that changes a file, and what the next command finds.
//!
//! A clean run under strace tells which calls a command makes; then each of them is the last thing another run does, on its own
//! copy of the same store. The state before each call is also the state after the one before it, so every state the files go
//! through is looked at.

#![expect(clippy::expect_used, clippy::print_stderr, reason = "a test may stop and talk")]

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Mutex;

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
const ISSUE: [&str; 4] = ["issue", "app.test", "--out", "out"];
const NEXT: &[&str] = &["issue", "next.test"];
const RENEW_DUE: &[&str] = &["renew", "--due"];
const CHECK: &[&str] = &["store", "check"];

#[test]
fn init_can_be_killed_anywhere() {
    let base = Sandbox::new();
    sweep_all("init", &base, INIT, &[&[INIT, NEXT, CHECK]]);
}

#[test]
fn issue_can_be_killed_anywhere() {
    let base = Sandbox::with_root();
    base.run(["issue", "first.test"]).succeeded();
    sweep_all("issue", &base, &ISSUE, &[&[CHECK, NEXT], &[NEXT, CHECK]]);
}

#[test]
fn issue_over_existing_files_can_be_killed_anywhere() {
    let base = Sandbox::with_root();
    base.run(ISSUE).succeeded();
    let again = [&ISSUE[..], &["--force"]].concat();
    sweep_all("issue --force", &base, &again, &[&[NEXT, CHECK]]);
}

#[test]
fn sign_can_be_killed_anywhere() {
    let base = Sandbox::with_root();
    sweep_all("sign", &base, &sign(&base, 3), &[&[CHECK, NEXT], &[NEXT, CHECK]]);
}

/// The same key, then a new one. The journal says where the files are, so the directory is restored instead of copied.
#[test]
fn renew_can_be_killed_anywhere() {
    for more in [None, Some("--rekey")] {
        let base = Sandbox::with_root();
        base.run(ISSUE).succeeded();
        let arguments: Vec<_> = ["renew", "app.test"].into_iter().chain(more).collect();
        sweep_in_place(&arguments.join(" "), base, &arguments, &[RENEW_DUE, CHECK]);
    }
}

#[test]
fn revoke_can_be_killed_anywhere() {
    let base = revocable();
    let revoke = ["revoke", "gone.test", "--reason", "key-compromise", "--publish"];
    sweep_all("revoke --publish", &base, &revoke, &[&[CHECK, NEXT], &[NEXT, CHECK]]);
}

#[test]
fn crl_publish_can_be_killed_anywhere() {
    let base = revocable();
    base.run(["revoke", "gone.test"]).succeeded();
    let next: &[&str] = &["crl", "publish", "--to", "out"];
    sweep_all("crl publish", &base, next, &[&[CHECK, next], &[next, CHECK]]);
    let due: &[&str] = &["crl", "publish", "--if-due", "--to", "out"];
    // An older CRL is in its place, and another one where others fetch it.
    base.run(["crl", "publish", "--to", "out"]).succeeded();
    base.run(["revoke", "held.test"]).succeeded();
    sweep_all("crl publish --if-due", &base, due, &[&[due, CHECK], &[CHECK, due]]);
    base.run(["crl", "settings", "root", "--delta-validity", "1d"]).succeeded();
    sweep_all("crl publish --if-due with a delta", &base, due, &[&[CHECK, due], &[due, CHECK]]);
}

/// Two authorities, both cross-certificates and what they mean for the authority below are one transaction.
#[test]
fn rollover_can_be_killed_anywhere() {
    if !strace::is_installed() {
        return;
    }
    let base = Sandbox::new();
    base.run(INIT).succeeded();
    let rollover: &[&str] = &["authority", "rollover", "root", "--no-passphrase"];
    // A sample: most calls are those of five authorities and certificates, one after the other.
    let points = kill_points(&base, rollover).into_iter().step_by(3).collect();
    sweep("authority rollover", &base, points, rollover, &[&[CHECK, NEXT], &[NEXT, CHECK]]);
    base.run(rollover).succeeded();
    let finish: &[&str] = &["authority", "rollover", "root", "--finish", "--force"];
    let points = kill_points(&base, finish).into_iter().step_by(2).collect();
    sweep("authority rollover --finish", &base, points, finish, &[&[CHECK, NEXT], &[NEXT, CHECK]]);
}

/// A store with a certificate, another on hold, and a CRL.
fn revocable() -> Sandbox {
    let base = Sandbox::with_root();
    for name in ["gone.test", "held.test"] {
        base.run(["issue", name]).succeeded();
    }
    base.run(["hold", "held.test", "--publish"]).succeeded();
    base
}

/// Everything under a final name is whole, and the next command brings the rest.
#[test]
fn publish_can_be_killed_anywhere() {
    if !strace::is_installed() {
        return;
    }
    let base = Sandbox::with_root();
    base.run(ISSUE).succeeded();
    base.run(["crl", "publish"]).succeeded();
    let publish = ["publish", "--to", "site", "--ocsp"];
    let points = kill_points(&base, &publish);
    assert!(points.len() > 20, "only {} calls change files", points.len());
    for point in points.iter().step_by(2) {
        let run = copy_of(&base);
        run_under(&run, &strace::killing(point), &publish);
        let place = format!("killed at {} no. {}, {}", point.call, point.nth, point.shown);
        let names = |moment: &str| {
            let files = published(&run.path("site"));
            for (name, bytes) in &files {
                let text = || String::from_utf8_lossy(bytes);
                let whole = match name.rsplit('.').next() {
                    Some("html") => text().ends_with("</html>\n"),
                    Some("pem") => text().ends_with("-----\n"),
                    Some("json") => text().ends_with("}\n"),
                    _ => is_whole(bytes),
                };
                assert!(whole, "{moment} {place}: {name} is not whole");
            }
            files.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        names("after being");
        run.run(publish).succeeded();
        run.run(CHECK).succeeded();
        let found = names("later, after being");
        for name in ["index.html", "root.crt", "root.crl", "root.crl.pem", ".certwright-site.json"] {
            assert!(found.iter().any(|found| found == name), "{place}: {name} is missing from {found:?}");
        }
        assert!(found.iter().any(|name| name.ends_with(".ocsp")), "{place}: {found:?}");
    }
}

/// A CRL that is recorded and not yet in place is put there by whoever publishes next.
#[test]
fn publish_finishes_what_crl_publish_began() {
    if !strace::is_installed() {
        return;
    }
    let base = Sandbox::with_root();
    let run = recorded(&base, &["crl", "publish"]);
    run.run(["publish", "--to", "site"]).succeeded();
    assert!(run.path("site/root.crl").exists());
    // Nor is it damage to whoever proves the journal.
    recorded(&base, &["crl", "publish"]).run(["log", "verify"]).succeeded();
}

const APPLY: [&str; 2] = ["apply", "pki.json"];
/// Exit status 3 says that something would change.
const SETTLED: [&str; 3] = ["apply", "pki.json", "--plan"];

const MANIFEST: &str = r#"{
    "defaults": {"passphrase": "none", "storepass": "pass:changeit", "authority": "issuing"},
    "authorities": {"root": {"key": "ec-p256"}, "issuing": {"parent": "root", "crl": {"validity": "3d"}}},
    "certificates": {
        "app.test": {"deliver": [{"pem": "out"}, {"keystore": "stores/app.jks"}]},
        "web.test": {"deliver": [{"export": "nginx", "to": "nginx"}, {"certificate": "stores/web.crt"}]}
    },
    "truststores": [{"to": "stores/trust.pem"}],
    "crls": [{"to": "public"}]
}"#;

/// Whatever one apply had done, the next completes it, and a third has nothing to do.
#[test]
fn apply_can_be_killed_anywhere() {
    let base = Sandbox::new();
    std::fs::write(base.path("pki.json"), MANIFEST).expect("a manifest");
    if !strace::is_installed() {
        return;
    }
    // A sample: many of the calls are alike.
    let points = kill_points(&base, &APPLY).into_iter().step_by(3).collect();
    sweep("apply", &base, points, &APPLY, &[&[&APPLY, &SETTLED, CHECK]]);
}

#[test]
fn making_authorities_anew_can_be_killed_anywhere() {
    let base = Sandbox::new();
    // A copy is elsewhere, and files that were put somewhere are not: so there are none.
    let manifest = r#"{
        "defaults": {"passphrase": "none", "authority": "issuing"},
        "authorities": {"root": {"key": "ALG"}, "issuing": {"parent": "root"}},
        "certificates": {"app.test": {}, "web.test": {"key": "ALG"}}
    }"#;
    std::fs::write(base.path("pki.json"), manifest.replace("ALG", "ec-p256")).expect("a manifest");
    base.run(APPLY).succeeded();
    std::fs::write(base.path("pki.json"), manifest.replace("ALG", "ec-p384")).expect("a manifest");
    sweep_all("apply anew", &base, &APPLY, &[&[&APPLY, &SETTLED, CHECK]]);
}

/// Whether bytes are one SEQUENCE in DER.
fn is_whole(bytes: &[u8]) -> bool {
    (0..=6).any(|start| {
        bytes.len().checked_sub(start).is_some_and(|length| bytes[..start] == der::header(0x30, length)[..])
    })
}

/// The files below a directory with their contents, those under temporary names left out.
fn published(directory: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.extend(published(&entry.path()));
        } else if !name.ends_with(".tmp") {
            found.push((name, std::fs::read(entry.path()).expect("a file")));
        }
    }
    found
}

/// From some number of requests on, several threads write the files and the whole file system is synced at once.
#[test]
fn a_batch_can_be_killed_anywhere() {
    if !strace::is_installed() {
        return;
    }
    let base = Sandbox::with_root();
    let arguments = sign(&base, 20);
    // A sample: the calls are those of one request, many times over.
    let points = kill_points(&base, &arguments).into_iter().step_by(9).collect();
    sweep("sign 20", &base, points, &arguments, &[&[NEXT, CHECK]]);
}

/// The same command goes on: afterwards every line has one certificate, and its files are where they should be.
#[test]
fn issue_batch_can_be_killed_anywhere() {
    if !strace::is_installed() {
        return;
    }
    let base = Sandbox::with_root();
    // The last one takes two transactions, and is killed a few times on the way.
    for (lines, pack, at_most) in [(20, "never", 40), (20, "always", 40), (1_005, "auto", 4)] {
        let text: String = (0..lines).map(|number| format!("host-{number}.test\n")).collect();
        std::fs::write(base.path("all.csv"), format!("name\n{text}")).expect("a file is written");
        let batch = ["issue", "--batch", "all.csv", "--out-dir", "out", "--pack", pack];
        let points = kill_points(&base, &batch);
        let step = points.len().div_ceil(at_most);
        let points: Vec<_> = points.into_iter().rev().step_by(step).collect();
        let mut stopped = 0;
        for point in &points {
            let run = copy_of(&base);
            let killed = run_under(&run, &strace::killing(point), &batch);
            let (store, out) = (run.path("store"), run.path("out"));
            let place = format!("killed at {} no. {}, {}", point.call, point.nth, point.shown);
            let seen = audit(&store, &[&out], Moment::Interrupted);
            assert_eq!(seen.violations, Vec::<String>::new(), "{place}");
            stopped += usize::from(killed.code == 137);
            run.run([&batch[..], &["--skip-existing", "--force"]].concat()).succeeded();
            run.run(CHECK).succeeded();
            let after = audit(&store, &[], Moment::AtRest);
            assert_eq!(after.violations, Vec::<String>::new(), "{place}");
            for number in 0..lines {
                let name = format!("host-{number}.test");
                let issued: Vec<_> = after.issued.iter().filter(|issued| issued.lineage == name).collect();
                assert_eq!(issued.len(), 1, "{place}: {name}");
                assert!(is_complete(&out.join(&name), &issued[0].der), "{place}: the files of {name}");
            }
            for line in killed.stdout.lines() {
                let found = seen.issued.iter().any(|issued| is_complete(&run.path(line), &issued.der));
                assert!(found, "{place}: {line} was reported but is not complete");
            }
        }
        eprintln!("issue --batch --pack {pack}, {lines} lines: killed at {stopped} of {} system calls", points.len());
        assert!(stopped > 1, "only {stopped} of {} runs were killed", points.len());
    }
}

#[test]
fn recovery_can_be_killed_anywhere() {
    if !strace::is_installed() {
        return;
    }
    let base = Sandbox::with_root();
    sweep_all("recovery", &recorded(&base, &ISSUE), NEXT, &[&[CHECK, NEXT], &[NEXT, CHECK]]);
}

/// A kill in the middle of a write leaves the beginning of what should have been written.
#[test]
fn a_torn_journal_is_mended() {
    if !strace::is_installed() {
        return;
    }
    let base = Sandbox::with_root();
    for arguments in [ISSUE.map(str::to_owned).to_vec(), sign(&base, 3)] {
        let before = std::fs::read(base.path("store/journal.jsonl")).expect("a journal");
        let recorded = recorded(&base, &arguments);
        let after = std::fs::read(recorded.path("store/journal.jsonl")).expect("a journal");
        let lines = after.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(end, _)| end);
        let added = lines.clone().filter(|end| *end >= before.len()).count();
        let near_ends = lines.flat_map(|end| end - 1..=end + 1).filter(|cut| (before.len()..after.len()).contains(cut));
        for cut in near_ends.chain((before.len()..after.len()).step_by(497)) {
            let torn = copy_of(&recorded);
            std::fs::write(torn.path("store/journal.jsonl"), &after[..cut]).expect("the journal is torn");
            // Where only the last newline is missing, everything was written.
            let whole = if cut + 1 == after.len() { added } else { 0 };
            torn.run(CHECK).succeeded();
            torn.run(NEXT).succeeded();
            torn.run(CHECK).succeeded();
            let found = audit(&torn.path("store"), &[], Moment::AtRest);
            let place = format!("cut at {cut} of {}", after.len());
            assert_eq!(found.violations, Vec::<String>::new(), "{place}");
            let expected = audit(&base.path("store"), &[], Moment::AtRest).issued.len() + 1;
            let counts = expected..=expected + whole;
            assert!(counts.contains(&found.issued.len()), "{place}: {} certificates", found.issued.len());
        }
    }
}

/// A command that signs so many requests, which are put into the sandbox.
fn sign(sandbox: &Sandbox, requests: usize) -> Vec<String> {
    let names: Vec<_> = (0..requests).map(|number| format!("{number}.csr")).collect();
    for name in &names {
        let pair = csr::p256();
        let request = csr::Draft::new(&pair, "kill.test", &["kill.test"]).sign(&pair);
        std::fs::write(sandbox.path(name), request).expect("a request is written");
    }
    let words = ["sign", "--profile", "server", "--out-dir", "out"].map(str::to_owned);
    words.into_iter().chain(names).collect()
}

/// What a command leaves that is killed when the journal has its line and nothing else happened yet: the most that recovery
/// ever has to do.
fn recorded(base: &Sandbox, arguments: &[impl AsRef<OsStr>]) -> Sandbox {
    let journal = |sandbox: &Sandbox| std::fs::metadata(sandbox.path("store/journal.jsonl")).expect("a journal").len();
    let killed_at = |point: &KillPoint| {
        let run = copy_of(base);
        let killed = run_under(&run, &strace::killing(point), arguments);
        assert_eq!(killed.code, 137, "{}", killed.what);
        run
    };
    let points = kill_points(base, arguments);
    let first = points.partition_point(|point| journal(&killed_at(point)) == journal(base));
    killed_at(&points[first])
}

/// Kills a command at each of its file-changing calls.
fn sweep_all(label: &str, base: &Sandbox, arguments: &[impl AsRef<OsStr> + Sync], sequels: &[&[&[&str]]]) {
    if strace::is_installed() {
        sweep(label, base, kill_points(base, arguments), arguments, sequels);
    }
}

/// Kills a command at each of these calls; the next commands, which must repair the result, take turns.
fn sweep(
    label: &str,
    base: &Sandbox,
    points: Vec<KillPoint>,
    arguments: &[impl AsRef<OsStr> + Sync],
    sequels: &[&[&[&str]]],
) {
    let (queue, violations) = (Mutex::new(points.iter().zip(sequels.iter().cycle())), Mutex::new(Vec::new()));
    let take = || queue.lock().expect("no worker panics").next();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((point, sequel)) = take() {
                    let found = try_point(base, point, arguments, sequel);
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

/// Kills a command at each of its file-changing calls, always in the same directory. Whatever was recorded has its files in
/// `out` after the next commands.
fn sweep_in_place(label: &str, base: Sandbox, arguments: &[&str], sequel: &[&[&str]]) {
    if !strace::is_installed() {
        return;
    }
    let before = copy_of(&base);
    let points = kill_points_of(&base, arguments);
    let (store, out) = (base.path("store"), base.path("out"));
    let mut violations = Vec::new();
    for point in &points {
        for directory in [&store, &out] {
            std::fs::remove_dir_all(directory).expect("the sandbox is emptied");
        }
        copy::copy_tree(&before.path("store"), &store).expect("a copy");
        copy::copy_tree(&before.path("out"), &out).expect("a copy");
        let killed = run_under(&base, &strace::killing(point), arguments);
        let mut found = Vec::new();
        if killed.code != 137 && killed.code != 0 {
            found.push(format!("exit status {} instead of a kill: {}", killed.code, killed.stderr));
        }
        // With the same key cert.pem and fullchain.pem are replaced one after the other: servers read one of them.
        let seen = audit(&store, &[&out], Moment::Interrupted).violations;
        found.extend(seen.into_iter().filter(|what| !what.ends_with("fullchain.pem does not begin with cert.pem")));
        for command in sequel {
            let then = base.run(*command);
            if then.code != 0 {
                found.push(format!("`{}` exits {}: {}", command.join(" "), then.code, then.stderr.trim_end()));
            }
        }
        let after = audit(&store, &[], Moment::AtRest);
        let newest = after.issued.iter().rfind(|issued| issued.lineage == "app.test").expect("a certificate");
        if !is_complete(&out, &newest.der) {
            found.push(format!("{} is recorded, but its files are not in place", newest.serial));
        }
        found.extend(after.violations);
        let place = format!("killed at {} no. {}, {}", point.call, point.nth, point.shown);
        violations.extend(found.into_iter().map(|violation| format!("{violation}\n    [{place}]")));
    }
    eprintln!("{label}: killed at {} system calls, {} violations", points.len(), violations.len());
    assert!(points.len() > 20, "{label}: only {} calls change files, which cannot be all", points.len());
    assert!(violations.is_empty(), "{label}:\n{}", violations.join("\n"));
}

/// Kills one run, lets the next commands go on, and tells what is wrong afterwards.
fn try_point(base: &Sandbox, point: &KillPoint, arguments: &[impl AsRef<OsStr>], sequel: &[&[&str]]) -> Vec<String> {
    let run = copy_of(base);
    let killed = run_under(&run, &strace::killing(point), arguments);
    let mut violations = Vec::new();
    if killed.code != 137 && killed.code != 0 {
        violations.push(format!("exit status {} instead of a kill: {}", killed.code, killed.stderr));
    }
    let (store, out) = (run.path("store"), run.path("out"));
    let seen = audit(&store, &[&out], Moment::Interrupted);
    for command in sequel {
        let then = run.run(*command);
        // An init that was recorded before it was killed is done: a second one says so.
        let done = *command == INIT && !seen.issued.is_empty() && then.stderr.contains("exists already");
        if then.code != 0 && !done {
            violations.push(format!("`{}` exits {}: {}", command.join(" "), then.code, then.stderr.trim_end()));
        }
    }
    let after = audit(&store, &[], Moment::AtRest);
    for directory in reported(&run, &killed) {
        if !after.issued.iter().any(|issued| is_complete(&directory, &issued.der)) {
            violations.push(format!("{} was reported but is not complete", directory.display()));
        }
    }
    for before in &seen.issued {
        if !after.issued.iter().any(|issued| issued.der == before.der) {
            violations.push(format!("serial {} was recorded and is lost", before.serial));
        }
    }
    for (authority, serial) in seen.revoked.iter().filter(|revoked| !after.revoked.contains(revoked)) {
        violations.push(format!("the revocation of {serial} by {authority} was recorded and is lost"));
    }
    violations.extend(seen.violations.into_iter().chain(after.violations));
    let place = format!("killed at {} no. {}, {}", point.call, point.nth, point.shown);
    violations.into_iter().map(|violation| format!("{violation}\n    [{place}]")).collect()
}

/// The directories that `issue` reported on standard output; also those of a run that was killed after its last word.
fn reported(run: &Sandbox, killed: &Outcome) -> Vec<PathBuf> {
    let lines = killed.stdout.lines().filter(|_| killed.what.contains(" issue "));
    lines.map(|line| run.path(line)).collect()
}

/// Every file-changing call of a command that runs to its end on a copy.
fn kill_points(base: &Sandbox, arguments: &[impl AsRef<OsStr>]) -> Vec<KillPoint> {
    kill_points_of(&copy_of(base), arguments)
}

/// Every file-changing call of a command that runs to its end here.
fn kill_points_of(run: &Sandbox, arguments: &[impl AsRef<OsStr>]) -> Vec<KillPoint> {
    let log = run.path("strace.log");
    run_under(run, &strace::logging(&log), arguments).succeeded();
    let (store, out) = (run.path("store"), run.path("out"));
    let clean = audit(&store, &[&out], Moment::AtRest);
    assert!(clean.violations.is_empty(), "without a kill:\n{}", clean.violations.join("\n"));
    strace::kill_points(&log)
}

fn run_under(sandbox: &Sandbox, strace: &[std::ffi::OsString], arguments: &[impl AsRef<OsStr>]) -> Outcome {
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
