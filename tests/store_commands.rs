//! The commands that read the journal and the settings, on stores made with the library.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use certwright::store::{Draft, Event, Settings, Store};
use serde_json::Value;
use tempfile::TempDir;
use time::OffsetDateTime;
use time::macros::datetime;

const NOON: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

struct Scratch {
    directory: TempDir,
}

impl Scratch {
    /// A store whose settings changed on three days.
    fn new() -> Self {
        let scratch = Self { directory: tempfile::tempdir().unwrap() };
        let store = Store::create(&scratch.store()).unwrap();
        let mut writer = store.lock(Duration::from_secs(5), "test").unwrap();
        for day in 1..=3 {
            let crl_urls = vec![format!("http://pki.example.test/{day}.crl")];
            let event = Event::SettingsChanged { settings: Settings { crl_urls, ..Settings::default() } };
            let when = NOON + time::Duration::days(day);
            writer.commit(when, &format!("actor{day}@host"), vec![Draft { event, key_pem: None }]).unwrap();
        }
        scratch
    }

    fn store(&self) -> PathBuf {
        self.directory.path().join("store")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_certwright"))
            .args(arguments)
            .arg("--store")
            .arg(self.store())
            .env_clear()
            .env("USER", "tester")
            .output()
            .unwrap()
    }

    /// Standard output of a command that succeeds.
    fn text(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.text(&[arguments, &["--json"]].concat())).unwrap()
    }
}

#[test]
fn the_journal_is_shown_as_table_document_and_lines() {
    let scratch = Scratch::new();
    let table = scratch.text(&["log", "show"]);
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("LINE  TIME"), "{table}");
    assert!(lines.len() == 5 && lines[4].contains("2026-03-04T12:00:00Z  actor3@host"), "{table}");
    let document = scratch.json(&["log", "show"]);
    assert_eq!(document["schema"], "certwright/log/1");
    assert_eq!(document["entries"].as_array().unwrap().len(), 4);
    let journal = fs::read_to_string(scratch.store().join("journal.jsonl")).unwrap();
    assert_eq!(scratch.text(&["log", "show", "--jsonl"]), journal, "the lines are those of the journal");
    assert_eq!(scratch.run(&["log", "show", "--jsonl", "--json"]).status.code(), Some(2));
}

#[test]
fn the_journal_is_filtered() {
    let scratch = Scratch::new();
    let actors = |arguments: &[&str]| -> Vec<String> {
        let document = scratch.json(&[&["log", "show", "--kind", "settings-changed"], arguments].concat());
        let entries = document["entries"].as_array().unwrap();
        entries.iter().map(|entry| entry["actor"].as_str().unwrap()[..6].to_owned()).collect()
    };
    assert_eq!(actors(&[]), ["actor1", "actor2", "actor3"]);
    assert_eq!(actors(&["--last", "2"]), ["actor2", "actor3"]);
    assert_eq!(actors(&["--since", "2026-03-03"]), ["actor2", "actor3"]);
    assert_eq!(actors(&["--since", "2026-03-03T12:00:00Z", "--until", "2026-03-04T12:00:00Z"]), ["actor2"]);
    assert_eq!(actors(&["--last", "0"]), Vec::<String>::new());
    assert_eq!(actors(&["--authority", "root"]), Vec::<String>::new());
    assert_eq!(actors(&["--name", "*"]), Vec::<String>::new());
}

#[test]
fn a_sound_journal_is_verified() {
    let scratch = Scratch::new();
    let report = scratch.json(&["log", "verify"]);
    assert_eq!((&report["schema"], &report["lines"]), (&"certwright/log-verify/1".into(), &4.into()));
    let head = report["head"].as_str().unwrap();
    assert_eq!(scratch.text(&["log", "verify"]), format!("4 lines, unbroken; head {head}\n"));
    assert_eq!(scratch.json(&["store", "check"])["lines"], 4);
    assert!(scratch.text(&["store", "check", "--repair"]).starts_with("sound: 4 journal lines"));
}

#[test]
fn a_file_that_differs_from_the_journal_is_damage_and_repaired() {
    let scratch = Scratch::new();
    let store = scratch.store();
    fs::write(store.join("store.json.bak"), "stray").unwrap();
    let manifest = fs::read_to_string(store.join("store.json")).unwrap();
    fs::write(store.join("store.json"), manifest.replace("\"ocsp_urls\": []", "\"ocsp_urls\": [\"http://x.test/\"]"))
        .unwrap();
    let found = scratch.run(&["store", "check", "--json"]);
    let report: Value = serde_json::from_slice(&found.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["path"].as_str().unwrap().ends_with("store.json")), "{report}");
    scratch.run(&["store", "check", "--repair"]);
    assert_eq!(fs::read_to_string(store.join("store.json")).unwrap(), manifest);
}

#[test]
fn an_edited_journal_is_exit_6_and_names_the_line() {
    let scratch = Scratch::new();
    let journal = scratch.store().join("journal.jsonl");
    let text = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, text.replace("actor2", "actorX")).unwrap();
    for arguments in [["log", "verify"], ["log", "show"], ["store", "check"], ["store", "settings"]] {
        let output = scratch.run(&[arguments.as_slice(), &["--json"]].concat());
        assert_eq!(output.status.code(), Some(6), "{arguments:?}");
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["error"]["kind"], "damaged");
        let message = document["error"]["message"].as_str().unwrap();
        assert!(message.contains("journal.jsonl") && message.contains("line "), "{message}");
    }
}

#[test]
fn settings_are_shown_changed_and_recorded() {
    let scratch = Scratch::new();
    assert!(scratch.text(&["store", "settings"]).contains("CRL URLs           http://pki.example.test/3.crl"));
    let url = "http://pki.example.test/{{ authority }}.crl";
    let report = scratch.json(&["store", "settings", "--crl-url", url, "--ocsp-url", "http://ocsp.example.test"]);
    assert_eq!((&report["changed"], &report["settings"]["crl_urls"][0]), (&true.into(), &url.into()));
    let entry = scratch.json(&["log", "show", "--last", "1"])["entries"][0].clone();
    assert_eq!((&entry["seq"], &entry["event"]), (&5.into(), &"settings-changed".into()));
    assert!(entry["actor"].as_str().unwrap().starts_with("tester@"));
    let again = scratch.json(&["store", "settings", "--crl-url", url]);
    assert_eq!(again["changed"], false);
    let cleared = scratch.json(&["store", "settings", "--clear-crl-urls"]);
    assert_eq!(cleared["settings"]["crl_urls"], Value::Array(Vec::new()));
    assert_eq!(cleared["settings"]["ocsp_urls"][0], "http://ocsp.example.test");
    assert_eq!(scratch.json(&["log", "verify"])["lines"], 6, "nothing to change is not recorded");
}

#[test]
fn bad_settings_are_refused() {
    let scratch = Scratch::new();
    for arguments in [
        ["--crl-url", "ftp://pki.example.test/"].as_slice(),
        &["--crl-url", "http://pki.example.test/{{ name }}"],
        &["--crl-url", "http://pki.example.test/", "--clear-crl-urls"],
        &["--default-authority", "nobody"],
    ] {
        let output = scratch.run(&[&["store", "settings"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(scratch.json(&["log", "verify"])["lines"], 4);
}

#[test]
fn a_lock_that_is_held_is_exit_5() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.store()).unwrap();
    let held = store.lock(Duration::from_secs(5), "a test that holds it").unwrap();
    let change = ["store", "settings", "--clear-crl-urls", "--lock-timeout", "0s"];
    let output = scratch.run(&change);
    assert_eq!(output.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&output.stderr).contains("a test that holds it"));
    assert_eq!(scratch.json(&["log", "verify"])["lines"], 4, "readers do not wait");
    drop(held);
    assert!(scratch.run(&change).status.success());
}

#[test]
fn foreign_files_in_a_store_stop_nobody() {
    let scratch = Scratch::new();
    fs::write(scratch.store().join("profiles/large.json"), vec![b' '; (1 << 20) + 1]).unwrap();
    for dir in ["authorities", "issued"] {
        fs::write(scratch.store().join(dir).join(".DS_Store"), "x").unwrap();
    }
    let listed = scratch.json(&["profile", "list"]);
    let large = listed["profiles"].as_array().unwrap().iter().find(|profile| profile["name"] == "large").unwrap();
    assert!(large["error"].as_str().unwrap().contains("larger than 1048576 bytes"), "{large}");
    let archive = scratch.directory.path().join("b.tar");
    let backup = scratch.run(&["store", "backup", archive.to_str().unwrap()]);
    assert!(backup.status.success());
    let said = String::from_utf8_lossy(&backup.stderr).into_owned();
    assert!(said.contains("profiles/large.json is larger than a profile can be, and so not in the backup"), "{said}");
    let check = scratch.run(&["store", "check"]);
    assert!(check.status.success());
    let said = String::from_utf8_lossy(&check.stderr).into_owned();
    assert_eq!(said.matches(".DS_Store: is not a file of certwright's").count(), 2, "{said}");
}

#[test]
fn an_endless_store_json_is_damage() {
    let scratch = Scratch::new();
    let path = scratch.store().join("store.json");
    fs::File::create(&path).unwrap().set_len(8 << 30).unwrap();
    let output = scratch.run(&["list"]);
    assert_eq!(output.status.code(), Some(6), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn store_json_is_made_again_from_the_journal() {
    let scratch = Scratch::new();
    let path = scratch.store().join("store.json");
    let manifest = fs::read_to_string(&path).unwrap();
    for broken in [None, Some(""), Some(&manifest[..30]), Some("{}")] {
        match broken {
            None => fs::remove_file(&path).unwrap(),
            Some(text) => fs::write(&path, text).unwrap(),
        }
        for arguments in [&["list"][..], &["store", "check"], &["init", "--no-passphrase"]] {
            let output = scratch.run(arguments);
            assert_eq!(output.status.code(), Some(6), "{arguments:?}");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(said.contains("store.json") && said.contains("certwright store check --repair"), "{said}");
        }
        scratch.text(&["store", "check", "--repair"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), manifest);
    }
}

#[test]
fn an_authoritys_key_may_be_elsewhere_but_not_open_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    scratch.text(&["init", "--no-passphrase", "--with-issuing", "-q"]);
    let key = scratch.store().join("authorities/issuing/key.pem");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let checked = scratch.run(&["store", "check"]);
    assert_eq!(checked.status.code(), Some(6));
    assert!(String::from_utf8_lossy(&checked.stderr).contains("authorities/issuing/key.pem: has mode 0644"));
    let told = scratch.run(&["status"]);
    assert!(String::from_utf8_lossy(&told.stderr).ends_with("next: certwright store check --repair\n"));
    let status = scratch.run(&["status", "--json"]);
    assert_eq!(status.status.code(), Some(3));
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    assert!(status["authorities"][0]["attention"].as_str().unwrap().contains("mode 0644"), "{status:#}");
    scratch.text(&["store", "check", "--repair"]);
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    scratch.text(&["status"]);
    // The root's goes offline.
    fs::rename(scratch.store().join("authorities/root/key.pem"), scratch.store().with_extension("root-key")).unwrap();
    let report = scratch.json(&["store", "check"]);
    let finding = &report["findings"][0];
    assert_eq!(finding["damage"], false, "{report:#}");
    assert!(finding["path"].as_str().unwrap().ends_with("authorities/root/key.pem"), "{report:#}");
}
