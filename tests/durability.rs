//! What a command made or took away outlasts a power cut once it says so: seen in its system calls.

#![expect(clippy::expect_used, clippy::print_stderr, reason = "a test may stop and talk")]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

use sandbox::{CERTWRIGHT, Outcome, Sandbox, hermetic, outcome};

#[path = "support/sandbox.rs"]
mod sandbox;
#[path = "support/strace.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod strace;

/// A change that is lost in a power cut until the directory is synced.
#[derive(Debug)]
struct Change {
    /// The system call.
    call: String,
    /// What was made or taken away.
    path: PathBuf,
    synced: bool,
}

/// Runs a command under strace; gives the names that it made or took away, in order, and whether each was synced afterwards.
fn changes(sandbox: &Sandbox, line: &str) -> Vec<Change> {
    let log = sandbox.path("strace.log");
    under(sandbox, &strace::logging(&log), line).succeeded();
    let text = fs::read_to_string(&log).expect("strace's log");
    let mut changes: Vec<Change> = Vec::new();
    for call in text.lines().filter_map(|line| line.split_once(' ')).map(|(_, call)| call.trim_start()) {
        let Some((name, arguments)) = call.split_once('(') else { continue };
        // What another thread interrupts in the log ends on a line of its own.
        if !call.contains(" = 0") && !call.contains("<unfinished") {
            continue;
        }
        // strace shows the path of a file descriptor in angle brackets.
        let open = arguments.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(path, _)| path);
        let named: Vec<&str> = arguments.split('"').skip(1).step_by(2).collect();
        match (name, open) {
            ("syncfs", _) => changes.iter_mut().for_each(|change| change.synced = true),
            ("fsync", Some(dir)) => {
                let dir = real(sandbox, dir);
                let of_it = changes.iter_mut().filter(|change| change.path.parent() == Some(dir.as_path()));
                of_it.for_each(|change| change.synced = true);
            }
            ("mkdir" | "mkdirat" | "unlink" | "unlinkat" | "rmdir" | "rename" | "renameat" | "renameat2", _) => {
                if let Some(path) = named.last().map(|path| real(sandbox, path)) {
                    // With a directory goes what was lost in it.
                    if name == "rmdir" || arguments.contains("AT_REMOVEDIR") {
                        changes.retain(|change| !change.path.starts_with(&path));
                    }
                    changes.push(Change { call: name.to_owned(), path, synced: false });
                }
            }
            _ => {}
        }
    }
    changes
}

fn under(sandbox: &Sandbox, strace: &[OsString], line: &str) -> Outcome {
    outcome(hermetic("strace", &sandbox.path("")).args(strace).arg(CERTWRIGHT).args(line.split_whitespace()))
}

/// A path as strace shows it, from the root, without `.`.
fn real(sandbox: &Sandbox, path: &str) -> PathBuf {
    let root = sandbox.path("").canonicalize().expect("the sandbox");
    root.join(path).components().filter(|part| *part != Component::CurDir).collect()
}

/// Temporary names may come back: nothing reads them.
fn is_temporary(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str().to_string_lossy().ends_with(".tmp"))
}

#[test]
fn directories_that_a_command_makes_are_durable() {
    if !strace::is_installed() {
        return;
    }
    let sandbox = Sandbox::with_root();
    sandbox.run(["issue", "a.test"]).succeeded();
    for (line, made) in [
        ("crl publish --to crl/deep", "crl/deep"),
        ("publish --to site/deep", "site/deep"),
        ("ocsp publish --to ocsp/deep", "ocsp/deep"),
        ("man man/deep", "man/deep"),
        ("truststore build --format hashed --out hashed/deep", "hashed/deep"),
        ("test-pki pki/deep --only good", "pki/deep"),
        ("test-pki pki/deep --only expired --force", "pki/deep"),
        ("export a.test --for nginx --out export/deep", "export/deep"),
        ("issue b.test --out issue/deep", "issue/deep"),
    ] {
        let changes = changes(&sandbox, line);
        let made = real(&sandbox, made);
        let seen: BTreeSet<&Path> = changes.iter().map(|change| change.path.as_path()).collect();
        assert!(seen.contains(made.as_path()), "{line}: strace did not see {} made", made.display());
        let lost: Vec<_> = changes.iter().filter(|change| !change.synced && !is_temporary(&change.path)).collect();
        let lost: Vec<_> =
            lost.into_iter().filter(|change| !change.path.starts_with(real(&sandbox, "store"))).collect();
        assert!(lost.is_empty(), "{line}: not synced: {lost:#?}");
    }
}

#[test]
fn a_key_that_is_pruned_does_not_come_back() {
    if !strace::is_installed() {
        return;
    }
    let sandbox = Sandbox::new();
    let manifest = |certificates: &str| {
        let text = format!(
            r#"{{"defaults": {{"passphrase": "none"}}, "authorities": {{"root": {{"key": "ec-p256"}}}}, "certificates": {{{certificates}}}}}"#
        );
        fs::write(sandbox.path("pki.json"), text).expect("a manifest");
    };
    manifest(r#""a.test": {"deliver": [{"pem": "out/a"}]}, "b.test": {}"#);
    sandbox.run(["apply", "pki.json"]).succeeded();
    assert!(sandbox.path("out/a/key.pem").exists());
    manifest(r#""b.test": {}"#);
    let changes = changes(&sandbox, "apply pki.json --prune");
    assert!(!sandbox.path("out/a").exists());
    let gone = changes.iter().find(|change| change.path == real(&sandbox, "out/a")).expect("the directory goes");
    assert!(gone.call == "rmdir" && gone.synced, "{gone:?}");
}

/// NFS and older FUSE know no rename that refuses an existing name.
#[test]
fn a_file_system_without_such_a_rename_will_do() {
    if !strace::is_installed() {
        return;
    }
    let sandbox = Sandbox::with_root();
    let arguments: Vec<OsString> =
        ["-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat2", "-e", "inject=renameat2:error=EINVAL"]
            .map(OsString::from)
            .to_vec();
    under(&sandbox, &arguments, "issue www.test --out nfs/out").succeeded();
    under(&sandbox, &arguments, "key generate --no-passphrase --out nfs/k.pem").succeeded();
    under(&sandbox, &arguments, "test-pki nfs/pki --only good").succeeded();
    under(&sandbox, &arguments, "test-pki nfs/pki --only good --force").succeeded();
    let names = |dir: &str| -> BTreeSet<String> {
        let entries = fs::read_dir(sandbox.path(dir)).expect("a directory");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(names("nfs"), BTreeSet::from(["k.pem", "out", "pki"].map(str::to_owned)));
    assert!(names("nfs/out").contains("key.pem"));
    under(&sandbox, &arguments, "issue www.test --out nfs/out").exited(1);
    sandbox.run(["store", "check"]).succeeded();
}
