//! `certwright export` end to end: what is written for every target, and that a refusal tells the command that helps.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it fails")]

#[path = "support/sandbox.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod sandbox;

#[path = "support/copy.rs"]
mod copy;

use std::os::unix::fs::PermissionsExt;

use copy::copy_tree;
use sandbox::{Outcome, Sandbox};
use serde_json::Value;

/// What is exported for everybody, to see what is refused.
const NAMES: [&str; 8] = [
    "www.corp.test",
    "alice",
    "ed.corp.test",
    "ml.corp.test",
    "*.corp.test",
    "Alice Smith",
    "spiffe://corp.test/web",
    "issuing",
];

/// A store with a root and an issuing authority, and certificates of several sorts.
fn scene() -> Sandbox {
    let sandbox = Sandbox::new();
    for line in [
        "init --no-passphrase --with-issuing",
        "issue www.corp.test",
        "issue alice --profile client",
        "issue node.corp.test --profile peer",
        "issue ed.corp.test --profile peer --key ed25519",
        "issue ml.corp.test --key ml-dsa-44",
        "issue *.corp.test",
        "issue 'Alice Smith' email:alice@corp.test --profile client",
        "issue spiffe://corp.test/web --profile spiffe",
    ] {
        run(&sandbox, line).succeeded();
    }
    sandbox
}

/// Runs a command line as a shell would split it.
fn run(sandbox: &Sandbox, line: &str) -> Outcome {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut in_quotes = false;
    for c in line.chars() {
        match c {
            '\'' => in_quotes = !in_quotes,
            ' ' if !in_quotes => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    sandbox.run(words)
}

fn json(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout)
        .unwrap_or_else(|error| panic!("{}: {error}\n{}", outcome.what, outcome.stdout))
}

/// Every role of every target, as (target, role, format): in the format that is made fastest, since what is refused depends
/// on the role only.
fn roles(sandbox: &Sandbox) -> Vec<(String, String, String)> {
    let list = json(&run(sandbox, "export --list --json").succeeded());
    let mut roles = Vec::new();
    for target in list["targets"].as_array().unwrap() {
        let name = target["name"].as_str().unwrap();
        let shown = json(&run(sandbox, &format!("export --show {name} --json")).succeeded());
        for role in target["roles"].as_array().unwrap() {
            let layouts = shown["layouts"].as_array().unwrap().iter().filter(|layout| layout["role"] == *role);
            let formats: Vec<&str> = layouts.map(|layout| layout["format"].as_str().unwrap()).collect();
            let fastest = ["pem", "yaml", "jks"].into_iter().find(|format| formats.contains(format)).unwrap();
            roles.push((name.to_owned(), role.as_str().unwrap().to_owned(), fastest.to_owned()));
        }
    }
    roles
}

#[test]
fn whatever_is_refused_is_followed_by_commands_that_help() {
    let sandbox = scene();
    let mut refused = 0;
    for (target, role, format) in roles(&sandbox) {
        let needs_password = format == "jks" || (target == "tomcat");
        let storepass = if needs_password { " --storepass pass:changeit" } else { "" };
        for (number, name) in NAMES.into_iter().enumerate() {
            let out = format!("{target}-{role}-{number}");
            let options = format!("--for {target} --role {role} --format {format}{storepass} --out {out} --quiet");
            let outcome = run(&sandbox, &format!("export '{name}' {options}"));
            if outcome.code == 0 {
                continue;
            }
            refused += 1;
            let outcome = outcome.exited(4);
            assert!(!sandbox.path(&out).exists(), "{}", outcome.what);
            let commands: Vec<&str> =
                outcome.stderr.lines().filter_map(|line| line.trim().strip_prefix("certwright ")).collect();
            assert!(!commands.is_empty(), "{}: {}", outcome.what, outcome.stderr);
            // A fresh copy, so that the helping command of one case does not help another.
            let copy = Sandbox::new();
            copy_tree(&sandbox.path("store"), &copy.path("store")).unwrap();
            for command in &commands {
                run(&copy, command).succeeded();
            }
            let hint = outcome.stderr.lines().find(|line| line.contains("make one that fits, then export ")).unwrap();
            let then = hint.split("then export ").nth(1).unwrap().trim_end_matches(':');
            let (name, store) = then.split_once(" from ").unwrap_or((then, "store"));
            run(&copy, &format!("--store {store} export {name} {options}")).succeeded();
        }
    }
    assert!(refused > 80, "{refused}");
}

#[test]
fn files_have_their_modes_and_are_not_overwritten() {
    let sandbox = scene();
    let written = run(&sandbox, "export www.corp.test --for postgres --out pg --json").succeeded();
    let report = json(&written);
    assert_eq!(report["role"], "server");
    let files: Vec<(&str, &str)> = report["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| (file["name"].as_str().unwrap(), file["mode"].as_str().unwrap()))
        .collect();
    assert_eq!(files, [("server.crt", "0644"), ("server.key", "0600"), ("root.crt", "0644")]);
    for (name, mode) in files {
        let found = std::fs::metadata(sandbox.path("pg").join(name)).unwrap().permissions().mode() & 0o7777;
        assert_eq!(format!("{found:04o}"), mode, "{name}");
    }
    let key = std::fs::read(sandbox.path("pg/server.key")).unwrap();
    let again = run(&sandbox, "export www.corp.test --for postgres --out pg").exited(1);
    assert!(again.stderr.contains("--force"), "{}", again.stderr);
    run(&sandbox, "issue www.corp.test").succeeded();
    run(&sandbox, "export www.corp.test --for postgres --out pg --force").succeeded();
    assert_ne!(std::fs::read(sandbox.path("pg/server.key")).unwrap(), key);
    let dry = run(&sandbox, "export www.corp.test --for nginx --out dry --dry-run").succeeded();
    assert_eq!(dry.stdout, "dry/fullchain.pem\ndry/key.pem\ndry/ca.pem\n");
    assert!(!sandbox.path("dry").exists());
}

#[test]
fn references_are_names_serials_files_and_authorities() {
    let sandbox = scene();
    let serial = json(&run(&sandbox, "show www.corp.test --json"))["serial"].as_str().unwrap().to_owned();
    let file = format!("store/issued/www.corp.test/{serial}/cert.pem");
    for (number, reference) in [serial.as_str(), &file].into_iter().enumerate() {
        let report = run(&sandbox, &format!("export {reference} --for nginx --out n{number} --json")).succeeded();
        assert_eq!(json(&report)["name"], "www.corp.test");
    }
    let authority = json(&run(&sandbox, "authority show issuing --json"))["serial"].as_str().unwrap().to_owned();
    for (number, reference) in ["issuing", "store/authorities/issuing/ca.pem", &authority].into_iter().enumerate() {
        let report = run(&sandbox, &format!("export {reference} --for curl --out c{number} --json")).succeeded();
        assert_eq!((&json(&report)["name"], &json(&report)["role"]), (&Value::from("issuing"), &Value::from("trust")));
        let root = std::fs::read(sandbox.path("store/authorities/root/ca.pem")).unwrap();
        assert_eq!(std::fs::read(sandbox.path(format!("c{number}/ca.crt"))).unwrap(), root);
    }
    run(&sandbox, "issue issuing --profile client").succeeded();
    let both = run(&sandbox, "export issuing --for curl --out both").exited(1);
    assert!(both.stderr.contains("the authority issuing") && both.stderr.contains("by its serial"), "{}", both.stderr);
    run(&sandbox, "export nobody --for curl --out nobody").exited(1);
}

#[test]
fn keys_come_from_where_they_are() {
    let sandbox = Sandbox::new();
    std::fs::write(sandbox.path("ca"), "correct horse\n").unwrap();
    run(&sandbox, "init --passphrase file:ca").succeeded();
    run(&sandbox, "issue www.corp.test --passphrase file:ca").succeeded();
    let locked = run(&sandbox, "export www.corp.test --for nginx --out locked").exited(2);
    assert!(locked.stderr.contains("passphrase of the key of www.corp.test"), "{}", locked.stderr);
    run(&sandbox, "export www.corp.test --for nginx --out open --key-passphrase file:ca").succeeded();
    run(&sandbox, "export www.corp.test --for nginx --out open2 --passphrase file:ca").succeeded();
    run(&sandbox, "export www.corp.test --for nginx --out wrong --key-passphrase pass:wrong").exited(1);
    assert!(!sandbox.path("wrong").exists());
    // The plan needs no key, nor does a target that takes none.
    run(&sandbox, "export www.corp.test --for nginx --out dry --dry-run").succeeded();
    run(&sandbox, "export root --for curl --out trust").succeeded();
    run(&sandbox, "csr create --new-key app.key --no-passphrase --subject CN=app app.corp.test --out app.csr")
        .succeeded();
    run(&sandbox, "sign app.csr --out app.crt --passphrase file:ca").succeeded();
    let missing = run(&sandbox, "export app.crt --for nginx --out app").exited(1);
    assert!(missing.stderr.contains("--key FILE"), "{}", missing.stderr);
    run(&sandbox, "export app.crt --for nginx --out app --key app.key").succeeded();
    let foreign = run(&sandbox, "export www.corp.test --for nginx --out foreign --key app.key").exited(1);
    assert!(foreign.stderr.contains("does not belong"), "{}", foreign.stderr);
}

#[test]
fn a_password_belongs_to_keystores_only() {
    let sandbox = scene();
    let none = run(&sandbox, "export www.corp.test --for java --out java").exited(2);
    assert!(none.stderr.contains("--storepass"), "{}", none.stderr);
    run(&sandbox, "export www.corp.test --for nginx --out nginx --storepass pass:changeit").exited(2);
    let written =
        run(&sandbox, "export www.corp.test --for java --format jks --storepass pass:changeit --out java --json")
            .succeeded();
    assert!(!written.stdout.contains("changeit") && !written.stderr.contains("changeit"));
}

#[test]
fn a_service_with_its_own_user_reaches_what_is_public() {
    let sandbox = scene();
    for umask in ["000", "077"] {
        let out = format!("srv-{umask}/pg");
        let line = format!("export www.corp.test --for postgres --out {out}");
        let script = format!("umask {umask}; exec {} {line}", sandbox::CERTWRIGHT);
        let ran = sandbox::hermetic("sh", &sandbox.path("")).args(["-c", &script]).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(ran.status.success(), "{said}");
        assert!(said.contains("chown postgres "), "{said}");
        for (path, mode) in
            [("", 0o755), ("/..", 0o755), ("/server.crt", 0o644), ("/root.crt", 0o644), ("/server.key", 0o600)]
        {
            let found = std::fs::metadata(sandbox.path(format!("{out}{path}"))).unwrap().permissions().mode();
            assert_eq!(found & 0o7777, mode, "umask {umask}: {path}");
        }
    }
}

#[test]
fn a_wildcard_is_not_made_a_host() {
    let sandbox = scene();
    run(&sandbox, "issue corp.test").succeeded();
    run(&sandbox, "issue 10.0.0.1 --profile etcd-server").succeeded();
    run(&sandbox, "issue 10.0.0.2").succeeded();
    run(&sandbox, "issue *.db.corp.test --profile kafka-broker").succeeded();
    let export = |what: &str| json(&run(&sandbox, &format!("export {what} --out out --dry-run --json")).succeeded());
    let text = |report: &Value, key: &str| report[key].to_string();

    let wildcard = export("*.corp.test --for kubernetes");
    assert!(text(&wildcard, "snippet").contains(r#"hosts: [\"*.corp.test\"]"#), "{wildcard}");
    assert!(text(&wildcard, "snippet").contains("wildcard.corp.test-tls"), "{wildcard}");
    assert_eq!(wildcard["cautions"], Value::Array(Vec::new()));
    let apex = export("corp.test --for kubernetes");
    assert!(text(&apex, "snippet").contains(r#"\"corp.test-tls\""#), "{apex}");

    // An Ingress has no addresses, Kafka advertises no wildcard.
    for (what, snippet) in [
        ("10.0.0.2 --for kubernetes", r#"hosts: [\"HOST\"]"#),
        ("*.db.corp.test --for kafka --role broker", "SSL://HOST:9093"),
    ] {
        let report = export(what);
        assert!(text(&report, "snippet").contains(snippet), "{report}");
        assert!(text(&report, "cautions").contains("where it says HOST"), "{report}");
    }
    let address = export("10.0.0.1 --for etcd --role server");
    assert!(text(&address, "snippet").contains("https://10.0.0.1:2379"), "{address}");
    assert_eq!(address["cautions"], Value::Array(Vec::new()));
}

#[test]
fn a_directory_that_cannot_be_pasted_is_refused_with_the_way_out() {
    let sandbox = scene();
    let refused = run(&sandbox, "export www.corp.test --for nginx --out a$b").exited(2);
    assert!(refused.stderr.contains("--set dir=DIR"), "{}", refused.stderr);
    let help = run(&sandbox, "export --help").succeeded().stdout;
    assert!(help.contains("Give a variable of the target a value"), "{help}");
}

#[test]
fn a_chain_that_is_not_needed_any_more_goes() {
    let sandbox = Sandbox::new();
    sandbox.run(["init", "--no-passphrase", "--with-issuing"]).succeeded();
    sandbox.run(["issue", "c.test", "--profile", "client"]).succeeded();
    let export = ["export", "c.test", "--for", "apache", "--force", "--out", "x"];
    sandbox.run(export).succeeded();
    let chain = sandbox.path("x/proxy-chain.pem");
    assert!(chain.exists());
    sandbox.run(["issue", "c.test", "--profile", "client", "--authority", "root"]).succeeded();
    sandbox.run(export).succeeded();
    assert!(!chain.exists());
    // What is something else under its name stays.
    std::fs::write(&chain, "notes").unwrap();
    sandbox.run(export).succeeded();
    assert!(chain.exists());
}
