//! `issue --batch` and `sign` of a directory: all lines or none, and what a second run makes of a first.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops where it fails")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use audit::{Moment, audit, is_complete};
use sandbox::{Outcome, Sandbox};
use serde_json::Value;

#[path = "support/audit.rs"]
mod audit;
#[path = "support/csr.rs"]
mod csr;
#[path = "support/der.rs"]
mod der;
#[path = "support/sandbox.rs"]
mod sandbox;

fn write(sandbox: &Sandbox, name: &str, text: impl AsRef<[u8]>) {
    fs::write(sandbox.path(name), text).expect("a file is written");
}

fn journal_lines(sandbox: &Sandbox) -> usize {
    fs::read_to_string(sandbox.path("store/journal.jsonl")).expect("the journal").lines().count()
}

fn json(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).expect("JSON")
}

fn is_there(sandbox: &Sandbox, path: &str) -> bool {
    sandbox.path(path).exists()
}

#[test]
fn the_examples_of_the_documentation_run_as_they_stand() {
    let sandbox = Sandbox::with_root();
    let page = include_str!("../docs/batch.md");
    let blocks: Vec<_> = page.split("\n```\n").collect();
    let begins = |start: &str| *blocks.iter().find(|block| block.starts_with(start)).expect("an example");
    write(&sandbox, "fleet.csv", begins("name,names"));
    write(&sandbox, "fleet.jsonl", begins("{\"name\""));
    for file in ["fleet.csv", "fleet.jsonl"] {
        sandbox.run(["issue", "--batch", file]).succeeded();
    }
}

#[test]
fn a_rehearsal_of_requests_says_which_are_refused() {
    let sandbox = Sandbox::with_root();
    for name in ["a.test", "b.test"] {
        let file = format!("requests/{name}.csr");
        fs::create_dir_all(sandbox.path("requests")).expect("a directory");
        let key = format!("{name}.key");
        let create = ["csr", "create", "--new-key", &key, "--no-passphrase", name, "--out", &file];
        sandbox.run(create).succeeded();
    }
    write(&sandbox, "requests/bad.csr", "no request");
    let run = sandbox.run(["sign", "requests", "--dry-run", "--keep-going", "--json"]).exited(1);
    let report = json(&run);
    assert_eq!(report["certificates"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        (&report["refused"][0]["request"], &report["refused"][0]["exit"]),
        (&"requests/bad.csr".into(), &1.into())
    );
    sandbox.run(["sign", "requests", "--dry-run"]).exited(1);
    // The first one that was refused decides, whatever the others are.
    sandbox.run(["sign", "requests", "--keep-going", "--profile", "email"]).exited(4);
    fs::remove_file(sandbox.path("requests/bad.csr")).expect("it is there");
    fs::copy(sandbox.path("requests/a.test.csr"), sandbox.path("requests/copy.csr")).expect("a copy");
    let run = sandbox.run(["sign", "requests"]).exited(2);
    assert!(
        run.stderr
            .contains("requests/copy.csr: its key and its name in the store, a.test, are those of requests/a.test.csr"),
        "{}",
        run.stderr
    );
    let run = sandbox.run(["sign", "requests", "--keep-going", "--json"]).exited(2);
    assert_eq!(json(&run)["certificates"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_request_whose_files_are_there_is_refused_and_the_others_are_signed() {
    let sandbox = Sandbox::with_root();
    for dir in ["requests", "more", "out/a"] {
        fs::create_dir_all(sandbox.path(dir)).expect("a directory");
    }
    for (name, file) in [("a.test", "requests/a.csr"), ("b.test", "requests/b.csr"), ("c.test", "more/a.csr")] {
        let key = format!("{name}.key");
        sandbox.run(["csr", "create", "--new-key", &key, "--no-passphrase", name, "--out", file]).succeeded();
    }
    write(&sandbox, "out/a/cert.pem", "theirs");
    let all = ["sign", "requests", "more", "--out-dir", "out"];
    let run = sandbox.run(all).exited(1);
    assert!(run.stderr.contains("requests/a.csr: out/a/cert.pem exists already"), "{}", run.stderr);
    for words in [&["--dry-run"][..], &[]] {
        let run = sandbox.run(all.iter().chain(words).chain(&["--keep-going", "--json"])).exited(1);
        let report = json(&run);
        assert_eq!(report["certificates"].as_array().map(Vec::len), Some(1), "{report:#}");
        let refused = report["refused"].as_array().expect("a list");
        let told: Vec<_> = refused.iter().map(|one| (one["request"].clone(), one["exit"].clone())).collect();
        assert_eq!(told, [("requests/a.csr".into(), 1.into()), ("more/a.csr".into(), 1.into())]);
    }
    assert!(sandbox.path("out/b/cert.pem").exists());
    assert_eq!(fs::read(sandbox.path("out/a/cert.pem")).expect("a file"), b"theirs");
    // Of two requests that go to one place the first one does.
    let run = sandbox.run(all.iter().chain(&["--keep-going", "--force"])).exited(2);
    assert!(run.stderr.contains("more/a.csr: another request is written to out/a already"), "{}", run.stderr);
    assert_ne!(fs::read(sandbox.path("out/a/cert.pem")).expect("a file"), b"theirs");
}

#[test]
fn comments_are_no_lines_and_no_line_is_nothing_to_do() {
    let sandbox = Sandbox::with_root();
    write(&sandbox, "fleet.csv", "name\n# a note\norders\n");
    sandbox.run(["issue", "--batch", "fleet.csv", "--profile", "client"]).succeeded();
    assert_eq!(sandbox.run(["list", "--quiet"]).succeeded().stdout.matches("note").count(), 0);
    for (name, text) in [("header.csv", "name\n"), ("notes.csv", "name\n# a note\n"), ("empty.jsonl", "\n")] {
        write(&sandbox, name, text);
        let run = sandbox.run(["issue", "--batch", name, "--skip-existing"]).succeeded();
        assert!(run.stderr.contains(&format!("there is nothing to issue in {name}")), "{}", run.stderr);
        sandbox.run(["issue", "--batch", name, "--dry-run"]).succeeded();
    }
}

#[test]
fn every_line_says_what_it_wants_and_the_options_say_the_rest() {
    let sandbox = Sandbox::new();
    sandbox.run(["init", "--no-passphrase", "--key", "ec-p256", "--with-issuing"]).succeeded();
    let end = (time::OffsetDateTime::now_utc() + time::Duration::days(40)).date();
    let fleet = r#"{"name": "www.corp.test", "names": ["api.corp.test", "10.0.0.5"]}
{"name": "alice@corp.test", "profile": "client", "validity": "30d"}

{"name": "offline.test", "authority": "root", "key": "ec-p256", "lineage": "old-box", "not_after": "END"}
"#;
    write(&sandbox, "fleet.jsonl", fleet.replace("END", &end.to_string()));
    let run =
        sandbox.run(["issue", "--batch", "fleet.jsonl", "--out-dir", "out", "--key", "ec-p384", "--json"]).succeeded();
    assert!(run.stderr.contains("issued 3 certificates from fleet.jsonl"), "{}", run.stderr);
    let report = json(&run);
    assert_eq!(report["schema"], "certwright/issue-batch/1");
    let lines: Vec<_> =
        report["certificates"].as_array().expect("a list").iter().map(|one| one["line"].as_u64()).collect();
    assert_eq!(lines, [Some(1), Some(2), Some(4)]);
    assert_eq!(report["certificates"][2]["not_after"], format!("{end}T00:00:00Z"));
    assert_eq!(report["certificates"][2]["directory"], "out/old-box");
    let show = |name: &str| json(&sandbox.run(["show", name, "--json"]).succeeded());
    assert_eq!(
        show("www.corp.test")["names"],
        serde_json::json!(["dns:www.corp.test", "dns:api.corp.test", "ip:10.0.0.5"])
    );
    assert_eq!(show("alice@corp.test")["profile"], "client");
    assert_eq!(show("old-box")["authority"], "root");
    assert_eq!(show("www.corp.test")["authority"], "issuing");
    for name in ["www.corp.test", "alice@corp.test", "old-box"] {
        for file in ["cert.pem", "key.pem", "chain.pem", "fullchain.pem", "ca.pem"] {
            assert!(is_there(&sandbox, &format!("out/{name}/{file}")), "{name}/{file}");
        }
        let key = sandbox.path(format!("out/{name}/key.pem"));
        assert_eq!(fs::metadata(&key).expect("a key").permissions().mode() & 0o777, 0o600);
        let out = format!("out/{name}");
        sandbox.run(["key", "match", &format!("{out}/key.pem"), &format!("{out}/cert.pem")]).succeeded();
        sandbox.run(["verify", &format!("{out}/fullchain.pem"), "--anchor", &format!("{out}/ca.pem")]).succeeded();
    }
    let found = audit(&sandbox.path("store"), &[&sandbox.path("out")], Moment::AtRest);
    assert_eq!(found.violations, Vec::<String>::new());
    sandbox.run(["store", "check"]).succeeded();
    // A renewal knows where the files are.
    let renewed = sandbox.run(["renew", "www.corp.test", "--json"]).succeeded();
    assert_eq!(json(&renewed)["renewed"][0]["deliveries"][0]["written"], true);
}

#[test]
fn nothing_is_signed_when_a_line_is_wrong_and_every_wrong_line_is_told() {
    let sandbox = Sandbox::with_root();
    let lines = "\
name,names,profile,key
good.test,,,
bad name,,,
a.test,b.test,sever,
c.test,,,rsa-1024
good.test,,,
d.test,10.0.0.300,,
authority-x,,client,
";
    write(&sandbox, "bad.csv", lines);
    let before = journal_lines(&sandbox);
    let run = sandbox.run(["issue", "--batch", "bad.csv", "--out-dir", "out"]).exited(4);
    for told in [
        "bad.csv: 6 of 7 lines cannot be issued",
        "line 3 (bad name): ",
        "line 4 (a.test): no profile \"sever\" (did you mean \"server\"?)",
        "line 5 (c.test): unknown key algorithm \"rsa-1024\"",
        "line 6 (good.test): its name in the store, good.test, is that of line 2",
        "line 7 (d.test): \"10.0.0.300\" is not a valid name",
        "line 8 (authority-x): names that begin with authority-",
        "nothing was signed; --keep-going issues the other lines",
    ] {
        assert!(run.stderr.contains(told), "{told:?} is not in\n{}", run.stderr);
    }
    assert_eq!(journal_lines(&sandbox), before);
    assert!(!is_there(&sandbox, "out"));
    let kept = sandbox.run(["issue", "--batch", "bad.csv", "--out-dir", "out", "--keep-going", "--json"]).exited(4);
    let report = json(&kept);
    let refused: Vec<_> =
        report["refused"].as_array().expect("a list").iter().map(|one| one["line"].as_u64()).collect();
    assert_eq!(refused, [3, 4, 5, 6, 7, 8].map(Some));
    assert_eq!(report["certificates"].as_array().map(Vec::len), Some(1));
    assert!(is_there(&sandbox, "out/good.test/key.pem"));
}

#[test]
fn values_and_flags_that_do_not_go_together_are_usage_errors() {
    let sandbox = Sandbox::with_root();
    write(&sandbox, "one.csv", "name\na.test\n");
    write(&sandbox, "one.txt", "name\na.test\n");
    write(&sandbox, "both.jsonl", r#"{"name": "a.test", "validity": "1d", "not_after": "2031-01-01"}"#);
    for (arguments, told) in [
        (&["issue", "--batch", "one.txt"][..], "say --batch-format jsonl or --batch-format csv"),
        (&["issue", "--batch", "both.jsonl"], "both validity and not_after"),
        (&["issue", "a.test", "--batch", "one.csv"], "cannot be used with"),
        (&["issue", "a.test", "--keep-going"], "--batch"),
        (&["issue", "--batch", "one.csv", "--out", "x"], "cannot be used with"),
        (&["issue", "--batch", "one.csv", "--force"], "--out"),
        (&["issue"], "NAME"),
    ] {
        let run = sandbox.run(arguments).exited(2);
        assert!(run.stderr.contains(told), "{told:?} is not in\n{}", run.stderr);
    }
    let run = sandbox.run(["issue", "--batch", "missing.csv"]).exited(1);
    assert!(run.stderr.contains("cannot read missing.csv"), "{}", run.stderr);
    sandbox.run(["issue", "--batch", "one.txt", "--batch-format", "csv"]).succeeded();
}

#[test]
fn what_a_program_would_refuse_is_not_issued() {
    let sandbox = Sandbox::with_root();
    write(&sandbox, "all.jsonl", "{\"name\": \"a.test\"}\n{\"name\": \"b.test\", \"key\": \"ed25519\"}\n");
    let batch = ["issue", "--batch", "all.jsonl", "--for", "nss"];
    for more in [&[][..], &["--dry-run"]] {
        let run = sandbox.run([&batch[..], more].concat()).exited(4);
        assert!(run.stderr.contains("line 2 (b.test)") && run.stderr.contains("nss"), "{}", run.stderr);
    }
    sandbox.run([&batch[..], &["--keep-going"]].concat()).exited(4);
    assert!(is_there(&sandbox, "store/issued/a.test") && !is_there(&sandbox, "store/issued/b.test"));
}

#[test]
fn a_second_run_goes_on_where_the_first_was_stopped() {
    let sandbox = Sandbox::with_root();
    let batch = ["issue", "--batch", "all.csv", "--out-dir", "out"];
    write(&sandbox, "all.csv", "name,names\na.test,\nb.test,\n");
    sandbox.run(batch).succeeded();
    // Without a word about it, nothing is issued twice or written over.
    let again = sandbox.run(batch).exited(1);
    assert!(again.stderr.contains("out/a.test/cert.pem exists already"), "{}", again.stderr);
    // One line is new, one has other names, the files of one are gone.
    write(&sandbox, "all.csv", "name,names\na.test,\nb.test,\nc.test,\n");
    fs::remove_dir_all(sandbox.path("out/b.test")).expect("the files go");
    let before = journal_lines(&sandbox);
    let run = sandbox.run([&batch[..], &["--skip-existing", "--json"]].concat()).succeeded();
    let report = json(&run);
    assert_eq!(report["skipped"].as_array().map(Vec::len), Some(2), "{}", run.stdout);
    assert_eq!(report["certificates"].as_array().map(Vec::len), Some(1));
    assert!(run.stderr.contains("wrote the files of 1 certificates that were issued before"), "{}", run.stderr);
    assert_eq!(journal_lines(&sandbox), before + 2);
    let found = audit(&sandbox.path("store"), &[&sandbox.path("out")], Moment::AtRest);
    assert_eq!(found.violations, Vec::<String>::new());
    for issued in found.issued.iter().filter(|issued| issued.lineage == "b.test") {
        assert!(is_complete(&sandbox.path("out/b.test"), &issued.der));
    }
    // A file that is missing is enough, and so is the certificate of another run.
    let again = [&batch[..], &["--skip-existing"]].concat();
    fs::remove_file(sandbox.path("out/a.test/key.pem")).expect("the key goes");
    fs::copy(sandbox.path("out/c.test/cert.pem"), sandbox.path("out/b.test/cert.pem")).expect("a copy");
    let run = sandbox.run(&again).succeeded();
    assert!(run.stderr.contains("wrote the files of 2 certificates"), "{}", run.stderr);
    for name in ["a.test", "b.test"] {
        let (key, certificate) = (format!("out/{name}/key.pem"), format!("out/{name}/cert.pem"));
        sandbox.run(["key", "match", &key, &certificate]).succeeded();
    }
    // One that this store did not make is nobody's to replace.
    write(&sandbox, "out/b.test/cert.pem", "mine");
    let run = sandbox.run(&again).exited(1);
    assert!(run.stderr.contains("out/b.test/cert.pem was not made by this store"), "{}", run.stderr);
    sandbox.run([&again[..], &["--force"]].concat()).succeeded();
    // What is there with other names, or revoked, is not what the line asks for.
    sandbox.run(["revoke", "c.test"]).succeeded();
    write(&sandbox, "all.csv", "name,names\na.test,x.test\nb.test,\nc.test,\n");
    let run = sandbox.run(["issue", "--batch", "all.csv", "--skip-existing", "--json"]).succeeded();
    let lines: Vec<_> =
        json(&run)["certificates"].as_array().expect("a list").iter().map(|one| one["line"].as_u64()).collect();
    assert_eq!(lines, [Some(2), Some(4)]);
    let nothing = sandbox.run(["issue", "--batch", "all.csv", "--skip-existing"]).succeeded();
    assert!(nothing.stderr.contains("issued 0 certificates from all.csv; 3 lines there already"), "{}", nothing.stderr);
}

#[test]
fn keys_are_encrypted_as_those_of_single_certificates_are() {
    let sandbox = Sandbox::new();
    write(&sandbox, "ca.pass", "secret of the authority");
    write(&sandbox, "key.pass", "secret of the keys");
    write(&sandbox, "two.csv", "name\na.test\nb.test\n");
    let ca = ["--passphrase", "file:ca.pass"];
    sandbox.run([&["init", "--key", "ec-p256"][..], &ca].concat()).succeeded();
    sandbox.run([&["issue", "--batch", "two.csv", "--out-dir", "out"][..], &ca].concat()).succeeded();
    let inspect = |path: &str, pass: &str| {
        let run = sandbox.run(["key", "inspect", path, "--passphrase", pass, "--json"]).succeeded();
        json(&run)["private_key"]["encrypted"] == true
    };
    for name in ["a.test", "b.test"] {
        assert!(inspect(&format!("store/issued/{name}/current/key.pem"), "file:ca.pass"));
        assert!(!inspect(&format!("out/{name}/key.pem"), "file:ca.pass"));
    }
    // The keys in the store can be opened again.
    fs::remove_dir_all(sandbox.path("out/b.test")).expect("the files go");
    let again = ["issue", "--batch", "two.csv", "--out-dir", "out", "--skip-existing"];
    sandbox.run([&again[..], &ca].concat()).succeeded();
    sandbox.run(["key", "match", "out/b.test/key.pem", "out/b.test/cert.pem"]).succeeded();
    let own = ["issue", "--batch", "two.csv", "--out-dir", "own", "--key-passphrase", "file:key.pass"];
    sandbox.run([&own[..], &ca].concat()).succeeded();
    assert!(inspect("store/issued/a.test/current/key.pem", "file:key.pass"));
    assert!(inspect("own/a.test/key.pem", "file:key.pass"));
    // Each has an initialisation vector of its own.
    let bytes = |name: &str| fs::read(sandbox.path(format!("own/{name}/key.pem"))).expect("a key");
    assert_ne!(bytes("a.test"), bytes("b.test"));
    let none = ["issue", "--batch", "two.csv", "--no-key-passphrase"];
    sandbox.run([&none[..], &ca].concat()).succeeded();
    assert!(!inspect("store/issued/a.test/current/key.pem", "file:key.pass"));
}

#[test]
fn standard_input_and_dry_runs_are_batches_too() {
    let sandbox = Sandbox::with_root();
    write(&sandbox, "one.csv", "name;names\na.test;b.test c.test\n");
    let before = journal_lines(&sandbox);
    let run = sandbox.run(["issue", "--batch", "one.csv", "--dry-run"]).succeeded();
    assert!(run.stdout.contains("Would sign line 2:"), "{}", run.stdout);
    assert_eq!(journal_lines(&sandbox), before);
    // Every refused line is in the JSON, and those that are not told one by one are counted.
    let bad: String = (0..13).map(|_| "a b.test;\n").collect();
    write(&sandbox, "bad.csv", format!("name;names\ngood.test;\n{bad}"));
    let run = sandbox.run(["issue", "--batch", "bad.csv", "--dry-run", "--keep-going", "--json"]);
    assert!(run.stderr.contains("bad.csv: 3 more lines were refused"), "{}", run.stderr);
    let report = json(&run);
    assert_eq!(report["refused"].as_array().map(Vec::len), Some(13), "{report}");
    assert_eq!(report["refused"][12]["line"], 15);
    assert_eq!(report["certificates"].as_array().map(Vec::len), Some(1));
    let mut command = sandbox::hermetic(sandbox::CERTWRIGHT, &sandbox.path(""));
    command.args(["issue", "--batch", "-", "--batch-format", "csv"]);
    command.stdin(fs::File::open(sandbox.path("one.csv")).expect("a file"));
    let run = sandbox::outcome(&mut command).succeeded();
    assert!(run.stdout.contains("store/issued/a.test/"), "{}", run.stdout);
}

/// More than one transaction, several threads, and the files of all.
#[test]
fn thousands_are_issued_in_several_transactions() {
    let sandbox = Sandbox::with_root();
    let names: Vec<_> = (0..1100).map(|number| format!("host-{number}.test")).collect();
    write(&sandbox, "many.csv", format!("name\n{}\n", names.join("\n")));
    let run = sandbox.run(["issue", "--batch", "many.csv"]).succeeded();
    // So many have no directory each.
    assert_eq!(run.stdout.lines().collect::<Vec<_>>(), names);
    let files = |dir: &str| fs::read_dir(sandbox.path(dir)).map_or(0, Iterator::count);
    assert_eq!((files("store/issued"), files("store/packed")), (1, 2));
    let checked = sandbox.run(["store", "check", "--json"]).succeeded();
    assert_eq!(json(&checked)["certificates"], 1101);
    let found = audit(&sandbox.path("store"), &[], Moment::AtRest);
    assert_eq!(found.violations, Vec::<String>::new());
}

/// Keys in one file, and whatever needs one finds it there.
#[test]
fn what_is_packed_is_used_like_the_rest() {
    let sandbox = Sandbox::with_root();
    write(&sandbox, "all.csv", "name\na.test\nb.test\nc.test\n");
    sandbox.run(["issue", "c.test"]).succeeded();
    let batch = ["issue", "--batch", "all.csv", "--pack", "always", "--json"];
    let run = sandbox.run(batch).succeeded();
    let issued = json(&run);
    // A name that has a directory keeps to it: its current is the newest.
    let kept: Vec<_> = (0..3).map(|at| issued["certificates"][at]["directory"].is_string()).collect();
    assert_eq!(kept, [false, false, true], "{}", run.stdout);
    assert!(run.stderr.contains("the keys of 2 are in packed/ of the store"), "{}", run.stderr);
    assert!(!is_there(&sandbox, "store/issued/a.test"));
    let shown = json(&sandbox.run(["show", "a.test", "--json"]).succeeded());
    assert_eq!((shown["directory"].is_null(), shown["packed"]["at"].is_u64()), (true, true), "{shown}");
    assert!(sandbox.run(["show", "a.test"]).succeeded().stdout.contains("store/packed/"));

    sandbox.run(["export", "a.test", "--for", "nginx", "--out", "nginx"]).succeeded();
    sandbox.run(["key", "match", "nginx/key.pem", "nginx/fullchain.pem"]).succeeded();
    // A renewal keeps the key, makes no directory, and writes where files are.
    sandbox.run(["renew", "a.test"]).succeeded();
    assert!(!is_there(&sandbox, "store/issued/a.test"));
    sandbox.run(["key", "match", "nginx/key.pem", "nginx/fullchain.pem"]).succeeded();
    // What has no directory is known by its name, and a hook is not sent to the root directory.
    let hook = "test -z \"${CERTWRIGHT_DIRECTORY+set}\"";
    let run = sandbox.run(["renew", "b.test", "--rekey", "--exec", hook]).succeeded();
    assert_eq!(run.stdout, "b.test\n");
    sandbox.run(["keystore", "build", "b.test", "--out", "b.p12", "--storepass", "pass:changeit"]).succeeded();
    sandbox.run(["issue", "--batch", "all.csv", "--skip-existing", "--out-dir", "out"]).succeeded();
    for name in ["a.test", "b.test", "c.test"] {
        let (key, certificate) = (format!("out/{name}/key.pem"), format!("out/{name}/cert.pem"));
        sandbox.run(["key", "match", &key, &certificate]).succeeded();
    }
    // Issued by its name, it gets a directory.
    sandbox.run(["issue", "b.test"]).succeeded();
    assert!(is_there(&sandbox, "store/issued/b.test/current/key.pem"));
    let found = audit(&sandbox.path("store"), &[&sandbox.path("out")], Moment::AtRest);
    assert_eq!(found.violations, Vec::<String>::new());

    // Two keys that changed places are the wrong keys.
    let pack = shown["packed"]["pack"].as_u64().expect("a number");
    let path = sandbox.path(format!("store/packed/{pack}.pem"));
    let text = fs::read_to_string(&path).expect("a pack");
    let (one, other) = text.split_at(text.len() / 2);
    write(&sandbox, &path.display().to_string(), format!("{other}{one}"));
    let old = shown["serial"].as_str().expect("a serial");
    let run = sandbox.run(["export", old, "--for", "nginx", "--out", "again"]).exited(6);
    assert!(run.stderr.contains("does not have the key of a.test at byte"), "{}", run.stderr);
    // Both were replaced since; so it is no damage yet.
    let run = sandbox.run(["store", "check"]).succeeded();
    assert!(run.stderr.contains("does not have 2 of the 2 keys"), "{}{}", run.stderr, run.stdout);
}

#[test]
fn encrypted_keys_are_packed_encrypted() {
    let sandbox = Sandbox::new();
    sandbox.run(["init", "--passphrase", "pass:a good one"]).succeeded();
    write(&sandbox, "all.csv", "name\na.test\nb.test\n");
    let passphrase = ["--passphrase", "pass:a good one"];
    sandbox.run([&["issue", "--batch", "all.csv", "--pack", "always"], &passphrase[..]].concat()).succeeded();
    let pack = fs::read_dir(sandbox.path("store/packed")).expect("a directory").flatten().next().expect("a pack");
    let text = fs::read_to_string(pack.path()).expect("a pack");
    assert_eq!(text.matches("-----BEGIN ENCRYPTED PRIVATE KEY-----").count(), 2, "{text}");
    assert!(!text.contains("BEGIN PRIVATE KEY"));
    sandbox.run([&["export", "a.test", "--for", "nginx", "--out", "nginx"], &passphrase[..]].concat()).succeeded();
    sandbox.run(["key", "match", "nginx/key.pem", "nginx/fullchain.pem"]).succeeded();
}

#[test]
fn requests_can_be_signed_without_directories() {
    let sandbox = Sandbox::with_root();
    fs::create_dir(sandbox.path("requests")).expect("a directory");
    for name in ["a", "b"] {
        request(&sandbox.path("requests"), &format!("{name}.csr"), &format!("{name}.test"));
    }
    sandbox.run(["sign", "requests", "--pack", "always", "--out-dir", "out"]).succeeded();
    assert!(is_there(&sandbox, "out/b/fullchain.pem"));
    assert!(!is_there(&sandbox, "store/issued/a.test") && !is_there(&sandbox, "store/packed"));
    sandbox.run(["renew", "a.test"]).succeeded();
    assert!(!is_there(&sandbox, "store/issued/a.test"));
    sandbox.run(["store", "check"]).succeeded();
}

fn request(dir: &Path, file: &str, name: &str) {
    let pair = csr::p256();
    fs::write(dir.join(file), csr::Draft::new(&pair, name, &[name]).sign(&pair)).expect("a request is written");
}

#[test]
fn a_directory_of_requests_is_signed_in_order() {
    let sandbox = Sandbox::with_root();
    let dir = sandbox.path("requests");
    fs::create_dir_all(dir.join("deeper.csr")).expect("a directory");
    for (file, name) in [("c.req", "c.test"), ("a.csr", "a.test"), ("b.pem", "b.test")] {
        request(&dir, file, name);
    }
    request(&sandbox.path(""), "z.csr", "z.test");
    write(&sandbox, "requests/notes.txt", "not a request");
    let run = sandbox.run(["sign", "z.csr", "requests", "--out-dir", "out", "--json"]).succeeded();
    assert!(run.stderr.contains("left out, since no request is called so: notes.txt"), "{}", run.stderr);
    let report = json(&run);
    let names: Vec<_> =
        report["certificates"].as_array().expect("a list").iter().map(|one| one["lineage"].as_str()).collect();
    assert_eq!(names, ["z.test", "a.test", "b.test", "c.test"].map(Some));
    assert!(is_there(&sandbox, "out/c/cert.pem"));
    // What is called like a request and is none stops all of it.
    write(&sandbox, "requests/d.pem", "nothing");
    let before = journal_lines(&sandbox);
    let run = sandbox.run(["sign", "requests", "--out-dir", "again"]).exited(1);
    assert!(run.stderr.contains("requests/d.pem"), "{}", run.stderr);
    assert_eq!(journal_lines(&sandbox), before);
    fs::create_dir(sandbox.path("empty")).expect("a directory");
    let run = sandbox.run(["sign", "empty"]).exited(1);
    assert!(run.stderr.contains("there is no certificate request in it"), "{}", run.stderr);
    let run = sandbox.run(["sign", "requests", "--out", "one.pem"]).exited(2);
    assert!(run.stderr.contains("--out takes one certificate"), "{}", run.stderr);
}
