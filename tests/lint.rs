//! `certwright lint`, `verify --for`, `issue --for`: what is said about certificates that others made.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

#[path = "lint/programs.rs"]
mod programs;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use certwright::issuance::lint::{Rule, Severity, Target, rules};
use certwright::keys::{Algorithm, PrivateKey};
use certwright::x509::{Extension, GeneralName, KeyUsage, Name, Serial, TbsCertificate, oid};
use serde_json::Value;
use tempfile::TempDir;

struct Scene(TempDir);

impl Scene {
    /// An empty directory.
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn with_store() -> Self {
        let scene = Self::new();
        scene.ok("init --no-passphrase --with-issuing");
        scene.ok("issue www.test --out www");
        scene
    }

    fn dir(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_certwright"));
        command.args(arguments.split(' ')).args(["--store", "pki", "--non-interactive"]);
        command.current_dir(self.dir()).env_clear();
        command
    }

    fn run(&self, arguments: &str) -> Output {
        self.command(arguments).stdin(Stdio::null()).output().unwrap()
    }

    fn ok(&self, arguments: &str) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The report of a command, and its exit status.
    fn report(&self, arguments: &str) -> (Value, i32) {
        let output = self.run(&format!("{arguments} --json"));
        let text = String::from_utf8(output.stdout).unwrap();
        let report = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments}: {error}: {text}"));
        (report, output.status.code().unwrap())
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.dir().join(name), bytes).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.dir().join(name)).unwrap()
    }
}

/// The rules that a report names, certificate by certificate.
fn found(report: &Value) -> Vec<Vec<&str>> {
    let certificates = report["certificates"].as_array().unwrap();
    certificates
        .iter()
        .map(|certificate| {
            let findings = certificate["findings"].as_array().unwrap();
            findings.iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
        })
        .collect()
}

/// A certificate for a server, with something wrong.
fn made(change: impl FnOnce(&mut TbsCertificate)) -> Vec<u8> {
    let key = PrivateKey::generate(Algorithm::EcP256).unwrap();
    let mut tbs = TbsCertificate {
        serial: Serial::from_random([0x33; 20]),
        issuer: Name::parse("CN=Somebody").unwrap(),
        not_before: time::macros::datetime!(2026-01-01 0:00 UTC),
        not_after: time::macros::datetime!(2027-01-01 0:00 UTC),
        subject: Name::parse("CN=www.test").unwrap(),
        public_key: key.public_key().clone(),
        extensions: vec![
            Extension::basic_constraints(false, None),
            Extension::key_usage(KeyUsage::DIGITAL_SIGNATURE),
            Extension::extended_key_usage(&[oid::EKU_SERVER_AUTH], false),
            Extension::subject_key_identifier(&[1; 20]),
            Extension::authority_key_identifier(&[2; 20]),
            Extension::subject_alt_name(&[GeneralName::Dns("www.test".into())], false).unwrap(),
        ],
    };
    change(&mut tbs);
    tbs.sign_der(&key).unwrap()
}

fn pem(der: &[u8]) -> String {
    certwright::x509::pem::encode("CERTIFICATE", der)
}

#[test]
fn what_no_other_command_reads_is_linted_as_far_as_it_goes() {
    let scene = Scene::new();
    let twice = made(|tbs| {
        let again = tbs.extensions[5].clone();
        tbs.extensions.push(again);
        tbs.extensions.retain(|extension| extension.oid != oid::AUTHORITY_KEY_IDENTIFIER);
    });
    scene.write("twice.pem", pem(&twice));
    scene.write("trailing.der", [&twice[..], b"\n"].concat());
    scene.write("nothing.pem", pem(b"\x30\x03\x02\x01\x00"));
    assert_eq!(scene.run("inspect twice.pem").status.code(), Some(1));
    let (report, status) = scene.report("lint twice.pem trailing.der nothing.pem");
    assert_eq!(status, 3);
    let rules = found(&report);
    assert_eq!(rules[0], ["extension-repeated", "aki-missing"]);
    assert_eq!(rules[1], ["trailing-bytes", "extension-repeated", "aki-missing"]);
    assert_eq!(rules[2], ["unreadable"]);
    assert_eq!(report["ok"], false);
    assert_eq!(report["certificates"][0]["subject"], "CN=www.test");
    assert_eq!(report["certificates"][2]["subject"], Value::Null);
}

#[test]
fn files_of_every_kind_are_read() {
    let scene = Scene::with_store();
    scene.ok("keystore build www.test --out www.p12 --storepass pass:secret");
    scene.ok("keystore build www.test --out www.jks --storepass pass:changeit");
    for arguments in ["www/cert.pem", "www/fullchain.pem", "www.jks", "www.p12 --passphrase pass:secret", "www.test"] {
        let (report, status) = scene.report(&format!("lint {arguments}"));
        assert_eq!(status, 0, "{arguments}: {report}");
        assert!(found(&report).iter().all(Vec::is_empty), "{arguments}: {report}");
        assert_eq!(report["certificates"][0]["subject"], "CN=www.test", "{arguments}");
    }
    let mut child = scene.command("lint -").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&scene.read("www/cert.pem")).unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
    for (arguments, says) in [
        ("lint www.p12", "--passphrase"),
        ("lint www.p12 --passphrase pass:wrong", "wrong password"),
        ("lint www/key.pem", "no certificate in it, but a private key"),
        ("lint nobody.test", "no such file, and no certificate of that name"),
        ("lint nowhere/cert.pem", "no such file"),
    ] {
        let output = scene.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(says), "{arguments}: {said}");
    }
    assert_eq!(scene.run("lint").status.code(), Some(2));
    assert_eq!(scene.run("lint www/cert.pem --for jaba").status.code(), Some(2));
}

#[test]
fn the_files_of_a_directory_are_linted_one_by_one() {
    let scene = Scene::with_store();
    scene.ok("keystore build www.test --out www/store.p12 --storepass pass:changeit");
    scene.write("www/notes.txt", "nothing");
    std::fs::create_dir(scene.dir().join("www/deep.pem")).unwrap();
    let files = |report: &Value| {
        let all = report["certificates"].as_array().unwrap().iter();
        let mut files: Vec<String> = all.map(|one| one["file"].as_str().unwrap().to_owned()).collect();
        files.dedup();
        files
    };
    let sound = ["www/ca.pem", "www/cert.pem", "www/chain.pem", "www/fullchain.pem", "www/store.p12"];
    let (report, status) = scene.report("lint www");
    assert_eq!((status, files(&report)), (0, sound.map(str::to_owned).to_vec()), "{report}");
    let said = String::from_utf8(scene.run("lint www").stderr).unwrap();
    assert!(said.contains("left out, since no certificate is called so: notes.txt\n"), "{said}");
    assert!(said.contains("left out, since there is no certificate in it: key.pem\n"), "{said}");
    // One with an error: the status says so, and the file is named.
    scene.write("www/bad.crt", pem(b"\x30\x03\x02\x01\x00"));
    let output = scene.run("lint www");
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stdout).contains("www/bad.crt, line 1"), "{output:?}");
    // One that cannot be read does not hide it.
    scene.write("www/broken.der", "nothing of the kind");
    scene.write("www/torn.cer", "-----BEGIN CERTIFICATE-----\nMIIB\n");
    scene.write("www/empty.cer", "");
    let (report, status) = scene.report("lint www/");
    assert_eq!((status, files(&report).len(), &report["ok"]), (1, sound.len() + 1, &Value::Bool(false)), "{report}");
    let failed: Vec<&str> =
        report["failed"].as_array().unwrap().iter().map(|one| one["file"].as_str().unwrap()).collect();
    assert_eq!(failed, ["www/broken.der", "www/torn.cer"]);
    let output = scene.run("lint www");
    assert!(String::from_utf8_lossy(&output.stdout).contains("; 2 files could not be read"), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("no certificate in it: empty.cer, key.pem\n"),
        "{output:?}"
    );
    // Nothing to lint is no success.
    std::fs::create_dir(scene.dir().join("none")).unwrap();
    for name in ["notes.txt", "key.pem"] {
        scene.write(&format!("none/{name}"), scene.read(&format!("www/{name}")));
        let output = scene.run("lint none");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && said.contains("none: there is no certificate in it"), "{said}");
    }
}

#[test]
fn chains_are_linted_with_their_issuers_and_their_order() {
    let scene = Scene::with_store();
    let (cert, chain, root) =
        (scene.read("www/cert.pem"), scene.read("www/chain.pem"), scene.read("pki/authorities/root/ca.pem"));
    scene.write("backwards.pem", [&cert[..], &root, &chain].concat());
    let (report, status) = scene.report("lint backwards.pem --severity notice");
    assert_eq!(status, 0);
    assert!(found(&report)[0].contains(&"chain-order") && found(&report)[0].contains(&"chain-has-root"), "{report}");
    let issuing = certwright::x509::pem::read_certificates(&chain).unwrap().remove(0);
    let der = made(|tbs| tbs.issuer = issuing.subject.clone());
    scene.write("stranger.pem", [pem(&der).as_bytes(), &chain].concat());
    let (report, status) = scene.report("lint stranger.pem");
    assert_eq!((status, found(&report)[0].as_slice()), (3, ["aki-mismatch"].as_slice()), "{report}");
}

#[test]
fn severities_and_targets_decide_what_is_told_and_the_exit_status() {
    let scene = Scene::new();
    let long = made(|tbs| tbs.not_after = time::macros::datetime!(2029-01-01 0:00 UTC));
    scene.write("long.pem", pem(&long));
    for (options, status, rules) in [
        ("", 0, vec!["validity-too-long"]),
        (" --severity error", 0, vec![]),
        (" --fail-on warning", 3, vec!["validity-too-long"]),
        (" --for apple", 3, vec!["validity-too-long"]),
        (" --for ios,java", 3, vec!["validity-too-long"]),
        (" --for java", 0, vec![]),
        (" --for windows", 0, vec!["cdp-missing"]),
        (" --purpose client", 3, vec!["purpose", "validity-too-long"]),
        (" --host www.test", 0, vec!["validity-too-long"]),
        (" --host api.test --for go", 3, vec!["host"]),
    ] {
        let (report, code) = scene.report(&format!("lint long.pem{options}"));
        assert_eq!((code, found(&report)), (status, vec![rules]), "{options}: {report}");
    }
}

#[test]
fn verify_says_who_would_refuse_a_sound_path() {
    let scene = Scene::with_store();
    let verify = "verify www/fullchain.pem --anchor pki/authorities/root/ca.pem --purpose server";
    let all: Vec<&str> = Target::ALL.iter().map(|target| target.as_str()).collect();
    let (report, status) = scene.report(&format!("{verify} --for {}", all.join(",")));
    assert_eq!((status, &report["ok"]), (0, &Value::Bool(true)), "{report}");
    scene.ok("issue new.test --out new --key ed25519");
    let new = "verify new/fullchain.pem --anchor pki/authorities/root/ca.pem --purpose server";
    assert_eq!(scene.report(new).1, 0);
    assert_eq!(scene.report(&format!("{new} --for java,go")).1, 0);
    let (report, status) = scene.report(&format!("{new} --for java,nss"));
    assert_eq!((status, &report["rule"]), (3, &"key-ed25519".into()), "{report}");
    assert_eq!(report["refusals"][0]["target"], "nss");
    assert_eq!(report["refusals"].as_array().unwrap().len(), 1);
    assert_eq!(report["path"].as_array().unwrap().len(), 3, "the path is right, and is told");
    let said = String::from_utf8(scene.run(&format!("{new} --for nss")).stdout).unwrap();
    assert!(said.contains("\nnss would refuse this: CN=new.test: the key is Ed25519"), "{said}");
}

#[test]
fn nothing_is_signed_that_a_target_would_refuse() {
    let scene = Scene::with_store();
    let lines = || scene.ok("log show --jsonl").lines().count();
    let before = lines();
    for command in ["issue new.test --key ed25519", "issue new.test --key ed25519 --dry-run"] {
        let output = scene.run(&format!("{command} --for java,nss"));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(4), "{said}");
        assert!(said.contains("(key-ed25519, CA/B BR §6.1.5, refused by nss)"), "{said}");
    }
    scene.ok(
        "csr create --new-key new.key --algorithm ed25519 --no-passphrase --subject CN=new.test new.test --out new.csr",
    );
    assert_eq!(scene.run("sign new.csr --for nss --out new.crt").status.code(), Some(4));
    assert_eq!(lines(), before, "nothing was recorded");
    scene.ok("issue new.test --key ed25519 --for java");
    scene.ok("sign new.csr --for apple,java,go,python --out new.crt");
}

#[test]
fn nothing_is_signed_by_authorities_that_a_target_would_refuse() {
    let scene = Scene::new();
    scene.ok("init --no-passphrase --key ed25519");
    let output = scene.run("issue new.test --for java,nss");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("above it: the key is Ed25519") && said.contains("refused by nss"), "{said}");
    scene.ok("issue new.test --for java,go");
}

#[test]
fn errors_that_no_target_minds_are_counted() {
    let scene = Scene::new();
    scene.write("zero.pem", pem(&made(|tbs| tbs.serial = Serial::from_content(&[0]))));
    let (report, status) = scene.report("lint zero.pem --for java");
    assert_eq!((status, &report["counts"]["error"], &report["unminded"]), (0, &0.into(), &1.into()), "{report}");
    let said = scene.ok("lint zero.pem --for java");
    assert!(said.contains("1 more error that these are not known to mind"), "{said}");
    assert_eq!(scene.report("lint zero.pem").0["unminded"], 0);
}

#[test]
fn every_rule_is_in_the_documentation() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/lint.md");
    let current = document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(file, &current).unwrap();
    }
    let written = std::fs::read_to_string(file).unwrap_or_default();
    assert!(written == current, "docs/lint.md is stale: UPDATE_DOCS=1 cargo test --test lint");
}

const INTRODUCTION: &str = "\
# Lint: what is wrong with a certificate, and who minds

<!-- Written by `UPDATE_DOCS=1 cargo test --test lint` from the table of rules in src/issuance/lint. -->

`certwright lint FILE` holds every certificate of a file against the rules below; the same rules run on what certwright is about
to sign, where an error stops it (exit status 4) and a warning becomes a note in the report. A certificate that no other command
reads is linted as far as it goes: what the strict reader does not like is a finding of `encoding`, `version` or another rule.

`certwright lint DIRECTORY` does so with every file in it that ends in `.pem`, `.crt`, `.cer`, `.der`, `.p12`, `.pfx` or `.jks`, in the order of
their names, and not with the directories in it. What is called otherwise and what has no certificate in it, a key say, is left out with a
word. A file that cannot be read does not keep the others from it; the exit status tells of the first of them.

- **Severity.** `error`: a standard forbids it. `warning`: a standard advises against it, or programs refuse it. `notice`: worth
  knowing; shown with `--severity notice`. Exit status 3 when something is at least as bad as `--fail-on` (an error, if nothing
  else is said).
- **`--for TARGET`** asks about programs: what does not matter to them is left out, and what one of them refuses is an error.
  How many errors are left out so is in the last line.
  `rfc5280` keeps the rules of that standard, with their own severity.
- **`verify --for TARGET`** applies the same to a path that is right otherwise; **`issue --for`** and **`sign --for`** sign nothing
  that these programs would refuse, be it for the authorities above it.
- **Not here**: signatures, the time, revocation, path lengths, name constraints on names; `certwright verify` looks at those. Nor
  is a rule of the CA/Browser Forum here for its own sake: a private authority is not bound by them, and where a program enforces one,
  the program is named.

A mark in the tables is a refusal. ● was seen: the interoperability tests craft a certificate that breaks the rule, show it to the
program as the chain of a TLS server, and compare (`tests/interop/lint`); they also fail where a program refuses what it is not named for. What is said of these programs also
has to agree with what they say to every case of [test-pki](test-pki-programs.md), with the exceptions in `tests/lint/programs.rs`.
○ is documented by its makers and was not tried, ◌ happens in some settings or versions only; the source stands with the rule.
An anchor is judged more mildly: most programs take little more than name and key from it.

## Targets

";

/// What `docs/lint.md` says.
fn document() -> String {
    let mut text = INTRODUCTION.to_owned();
    text += "| target | what it is |\n| --- | --- |\n";
    for target in Target::ALL {
        text += &format!("| `{target}` | {} |\n", target.title());
    }
    text += "\n## Who refuses what\n\nRules that no program is known to mind are left out.\n\n";
    let programs = || Target::ALL.into_iter().filter(|target| *target != Target::Rfc5280);
    let names: Vec<&str> = programs().map(Target::as_str).collect();
    text += &format!("| rule | {} |\n|{}\n", names.join(" | "), " --- |".repeat(names.len() + 1));
    for rule in rules().filter(|rule| !rule.cares.is_empty()) {
        let cells: Vec<&str> = programs().map(|target| mark(rule, target)).collect();
        text += &format!("| [`{0}`](#{0}) | {1} |\n", rule.name, cells.join(" | "));
    }
    text += "\n## Rules\n";
    for severity in [Severity::Error, Severity::Warning, Severity::Notice] {
        text += &format!("\n### Severity `{severity}`\n");
        for rule in rules().filter(|rule| rule.severity == severity) {
            text += &entry(rule);
        }
    }
    text
}

fn mark(rule: &Rule, target: Target) -> &'static str {
    match rule.cares.iter().find(|care| care.target == target) {
        None => "",
        Some(care) if care.documented.is_none() => "●",
        Some(care) if care.always => "○",
        Some(_) => "◌",
    }
}

fn entry(rule: &Rule) -> String {
    let mut text = format!("\n#### `{}`\n\n{}. Source: {}.", rule.name, capital(rule.demand), rule.source);
    for care in rule.cares {
        if let Some(source) = care.documented {
            let how = if care.always { "" } else { ", sometimes" };
            text += &format!(" {}{how}: {source}.", care.target);
        }
    }
    text + &format!(" To do: {}.\n", rule.remedy)
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
