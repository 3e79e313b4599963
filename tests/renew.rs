//! What a renewal promises: the same certificate once more, its files where they were, nothing forgotten, and a status that tells
//! what is due. Time stands still where the test says.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration as Wait;

use certwright::cli::{Environment, NoPrompt, run};
use certwright::clock::Clock;
use certwright::keys::KeyFile;
use certwright::x509::time::parse_instant;
use certwright::x509::{Certificate, pem};
use serde_json::Value;
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};

#[derive(Clone, Default)]
struct Written(Rc<RefCell<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Shows one instant, and notes how long it was asked to wait.
struct Stopped(OffsetDateTime, Arc<Mutex<Vec<Wait>>>);

impl Clock for Stopped {
    fn now(&self) -> OffsetDateTime {
        self.0
    }

    fn sleep(&self, duration: Wait) {
        self.1.lock().unwrap().push(duration);
    }
}

struct Said {
    exit: u8,
    out: String,
    err: String,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }
}

struct Scene {
    dir: TempDir,
    slept: Arc<Mutex<Vec<Wait>>>,
}

impl Scene {
    fn new() -> Self {
        let scene = Self { dir: TempDir::new().unwrap(), slept: Arc::default() };
        scene.ok(0, "init --no-passphrase --key ec-p256 --with-issuing");
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs a command some days after the beginning; `@/` in it stands for the scene's directory.
    fn at(&self, days: i64, command: &str) -> Said {
        let words: Vec<String> =
            command.split(' ').map(|word| word.replace("@/", &format!("{}/", self.dir.path().display()))).collect();
        self.words(days, &words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn words(&self, days: i64, words: &[&str]) -> Said {
        let (stdout, stderr) = (Written::default(), Written::default());
        let store = self.path("store");
        let variables =
            [("USER", "tester".into()), ("PATH", "/usr/bin:/bin".into()), ("CERTWRIGHT_STORE", store.into_os_string())];
        let environment = Environment {
            arguments: std::iter::once(&"certwright").chain(words).map(Into::into).collect(),
            program: None,
            variables: BTreeMap::from(variables.map(|(name, value)| (name.into(), value))),
            stdin: Box::new(io::empty()),
            stdout: Box::new(stdout.clone()),
            stderr: Box::new(stderr.clone()),
            terminals: (false, false, false),
            width: None,
            clock: Box::new(Stopped(instant(days), Arc::clone(&self.slept))),
            prompt: Box::new(NoPrompt),
        };
        let exit = run(environment) as u8;
        let text = |written: &Written| String::from_utf8(written.0.borrow().clone()).unwrap();
        Said { exit, out: text(&stdout), err: text(&stderr) }
    }

    fn ok(&self, days: i64, command: &str) -> Said {
        let said = self.at(days, command);
        assert_eq!(said.exit, 0, "{command}: {}{}", said.out, said.err);
        said
    }

    fn certificate(&self, file: &str) -> Certificate {
        let bytes = std::fs::read(self.path(file)).unwrap();
        pem::read_certificates(&bytes).unwrap().remove(0)
    }

    /// The certificate in a directory, whose key must be beside it.
    fn pair(&self, dir: &str) -> Certificate {
        let certificate = self.certificate(&format!("{dir}/cert.pem"));
        let key = KeyFile::read(&std::fs::read(self.path(&format!("{dir}/key.pem"))).unwrap(), &mut || None).unwrap();
        assert_eq!(key.key.public_key().spki_der(), certificate.spki_der, "{dir}");
        certificate
    }

    fn current(&self, lineage: &str) -> Certificate {
        self.certificate(&format!("store/issued/{lineage}/current/cert.pem"))
    }
}

fn instant(days: i64) -> OffsetDateTime {
    parse_instant("2030-06-01T12:00:00Z").unwrap() + Duration::days(days)
}

/// What a renewal must not change.
fn facts(certificate: &Certificate) -> (String, Vec<String>, Duration, Vec<u8>, String) {
    (
        certificate.subject.to_string(),
        certificate.subject_alt_names.iter().map(ToString::to_string).collect(),
        certificate.not_after - certificate.not_before,
        certificate.spki_der.clone(),
        format!("{:?} {:?}", certificate.key_usage, certificate.extended_key_usage),
    )
}

#[test]
fn whatever_was_issued_is_issued_again_as_it_was() {
    let scene = Scene::new();
    let profile = r#"{ "description": "by team", "kind": "leaf", "validity": { "default": "30d", "max": "31d" },
        "subject": { "template": "CN={{ name }},OU={{ team }}" }, "names": { "dns": ["*"], "required": true },
        "variables": { "team": { "description": "whose it is" } },
        "key_usage": ["digitalSignature"], "extended_key_usage": ["serverAuth"] }"#;
    std::fs::write(scene.path("store/profiles/team.json"), profile).unwrap();
    for command in [
        "issue www.corp.test api.corp.test 10.0.0.5 *.corp.test",
        "issue alice@corp.test --profile client",
        "issue orders --profile client --subject CN=orders,OU=billing",
        "issue spiffe://corp.test/web --profile spiffe --validity 24h",
        "issue mail@corp.test --profile email",
        "issue code --profile code-signing --validity 1y",
        "issue team.corp.test --profile team --set team=red",
        "issue other.corp.test --lineage blue --subject CN=x.corp.test",
        "issue tsa --profile timestamping",
        "issue broker1.corp.test --profile kafka-broker --key rsa-2048",
    ] {
        scene.ok(0, command);
    }
    scene.ok(0, "key generate --no-passphrase --out @/k.pem");
    scene.ok(0, "csr create --key @/k.pem --subject CN=csr.corp.test,O=Acme csr.corp.test --out @/x.csr");
    scene.ok(0, "sign @/x.csr --out @/x.crt --san extra.corp.test");
    let lineages: Vec<String> = scene.ok(0, "list --current --json").json()["certificates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["lineage"].as_str().unwrap().to_owned())
        .filter(|lineage| !lineage.starts_with("authority-"))
        .collect();
    assert_eq!(lineages.len(), 11, "{lineages:?}");
    let old: Vec<Certificate> = lineages.iter().map(|lineage| scene.current(lineage)).collect();
    for round in 1..=3 {
        let said = scene.ok(0, "renew --all --json").json();
        assert_eq!(said["renewed"].as_array().unwrap().len(), 11, "{said:#}");
        for (lineage, old) in lineages.iter().zip(&old) {
            let new = scene.current(lineage);
            assert_ne!(new.serial, old.serial);
            assert_eq!(facts(&new), facts(old), "{lineage}, round {round}");
        }
    }
    assert_eq!(scene.certificate("x.crt").serial, scene.current("csr.corp.test").serial);
    let refused = scene.at(0, "renew csr.corp.test --rekey");
    assert_eq!(refused.exit, 4, "{}", refused.err);
    assert!(refused.err.contains("its private key is not here"), "{}", refused.err);
    scene.ok(0, "store check");
}

#[test]
fn a_profile_that_has_got_a_variable_since_is_given_its_value() {
    let scene = Scene::new();
    let profile = |subject: &str, variables: &str| {
        let text = format!(
            r#"{{ "description": "by team", "kind": "leaf", "validity": {{ "default": "30d", "max": "31d" }}, "subject": {{ "template": "{subject}" }},
                "names": {{ "dns": ["*"], "required": true }}, "variables": {{ {variables} }},
                "key_usage": ["digitalSignature"], "extended_key_usage": ["serverAuth"] }}"#
        );
        std::fs::write(scene.path("store/profiles/team.json"), text).unwrap();
    };
    let recorded = |days: i64| {
        let shown = scene.ok(days, "log show --json").json();
        let entries = shown["entries"].as_array().unwrap().clone();
        entries.iter().rev().find_map(|entry| entry.get("variables").cloned()).unwrap_or_default()
    };
    profile("CN={{ name }}", r#""old": { "description": "what goes again" }"#);
    scene.ok(0, "issue a.test --profile team --set old=x");
    profile("CN={{ name }}", r#""team": { "description": "whose it is", "pattern": "r*" }"#);
    for command in ["renew a.test", "renew a.test --dry-run", "renew a.test --set team=blue"] {
        let refused = scene.at(1, command);
        assert_eq!(refused.exit, 2, "{command}: {}", refused.err);
        assert!(refused.err.contains("team"), "{command}: {}", refused.err);
    }
    scene.ok(1, "renew a.test --set team=red --dry-run");
    scene.ok(1, "renew a.test --set team=red");
    assert_eq!(recorded(1), serde_json::json!({ "team": "red" }));
    scene.ok(2, "renew a.test");
    scene.ok(2, "renew a.test --set team=rose");
    assert_eq!(recorded(2), serde_json::json!({ "team": "rose" }));
    // What would be said differently is not signed with any value.
    profile("CN={{ name }},OU={{ team }}", r#""team": { "description": "whose it is" }"#);
    assert_eq!(scene.at(3, "renew a.test --set team=red").exit, 4);
    for wrong in
        ["renew --due --set team=red", "renew a.test --set team=red --set team=rose", "renew a.test --set other=1"]
    {
        assert_eq!(scene.at(3, wrong).exit, 2, "{wrong}");
    }
}

#[test]
fn a_passphrase_for_new_keys_is_for_the_store_as_well_unless_that_is_to_have_none() {
    let scene = Scene::new();
    scene.ok(0, "issue a.test --key-passphrase pass:of-the-key --out @/a");
    let encrypted = |path: &str| std::fs::read_to_string(scene.path(path)).unwrap().contains("ENCRYPTED PRIVATE KEY");
    let both = || (encrypted("store/issued/a.test/current/key.pem"), encrypted("a/key.pem"));
    assert_eq!(both(), (true, true));
    scene.ok(1, "renew a.test --rekey --key-passphrase pass:of-the-key --no-key-passphrase");
    assert_eq!(both(), (false, true));
    scene.ok(2, "renew a.test --rekey --key-passphrase pass:of-the-key");
    assert_eq!(both(), (true, true));
}

#[test]
fn a_renewal_is_due_when_two_thirds_are_gone_or_as_asked() {
    let scene = Scene::new();
    scene.ok(0, "issue www.corp.test --out @/www");
    scene.ok(0, "issue later.corp.test --validity 200d");
    let first = scene.pair("www");
    let early = scene.ok(59, "renew --due");
    assert!(early.err.contains("nothing is due; the next is www.corp.test from 2030-07-31"), "{}", early.err);
    assert_eq!(early.out, "");
    let dry = scene.ok(59, "renew --due --within 32d --dry-run --json").json();
    assert_eq!((dry["renewed"][0]["lineage"].as_str(), dry["dry_run"].as_bool()), (Some("www.corp.test"), Some(true)));
    assert_eq!(scene.pair("www").serial, first.serial);
    assert!(scene.ok(61, "renew --due").err.contains("renewed www.corp.test: valid until 2030-10-30"));
    let second = scene.pair("www");
    assert_eq!((second.not_after - first.not_after).whole_days(), 61);
    assert!(scene.ok(61, "renew --due").err.contains("nothing is due"));
    // Expired certificates of services that are long gone do not come to life again unasked.
    let late = scene.ok(300, "renew --due");
    assert!(late.err.contains("left out: 2 that expired"), "{}", late.err);
    assert_eq!(scene.ok(300, "renew --due --expired --json").json()["renewed"].as_array().unwrap().len(), 2);
    assert_eq!(scene.at(300, &format!("renew {}", first.serial)).exit, 1);
    assert_eq!(scene.at(300, "renew issuing").exit, 4);
}

#[test]
fn revoked_certificates_get_a_new_key_or_nothing() {
    let scene = Scene::new();
    scene.ok(0, "issue bad.test --out @/bad");
    scene.ok(0, "issue held.test");
    let old = scene.pair("bad");
    scene.ok(1, "revoke bad.test --reason key-compromise");
    scene.ok(1, "hold held.test");
    let due = scene.ok(61, "renew --due --json").json();
    let left: Vec<_> = due["left_out"].as_array().unwrap().iter().map(|item| item["why"].as_str().unwrap()).collect();
    assert_eq!((left, due["renewed"].as_array().unwrap().len()), (vec!["revoked", "on hold"], 0));
    let refused = scene.at(61, "renew bad.test --json");
    assert_eq!((refused.exit, refused.json()["failed"][0]["exit"].as_u64()), (4, Some(4)));
    assert_eq!(scene.at(61, "renew bad.test --force").exit, 2);
    scene.ok(61, "renew bad.test --rekey --force");
    assert_ne!(scene.pair("bad").spki_der, old.spki_der);
    // A compromised key is not certified again, whichever of its certificates was revoked.
    scene.ok(61, "issue twice.test");
    let first = scene.current("twice.test").serial.hex();
    scene.ok(62, "renew twice.test");
    scene.ok(63, &format!("revoke {first} --reason key-compromise"));
    let refused = scene.at(64, "renew twice.test");
    assert_eq!(refused.exit, 4, "{}", refused.err);
    assert!(refused.err.contains("the key is compromised") && refused.err.contains("--rekey"), "{}", refused.err);
    scene.ok(64, "renew twice.test --rekey");
}

#[test]
fn files_go_where_they_were_put_and_nothing_else_is_replaced() {
    let scene = Scene::new();
    scene.ok(0, "issue www.corp.test --out @/tls");
    scene.ok(0, "export www.corp.test --for nginx --out @/nginx");
    scene.ok(0, "export www.corp.test --for haproxy --out @/haproxy");
    scene.ok(0, "keystore build www.corp.test --out @/www.p12 --storepass pass:changeit");
    let places = ["tls/cert.pem", "nginx/fullchain.pem"];
    // The same key: nothing but certificates changes. Then a new one.
    for (day, more) in [(1, ""), (2, " --rekey")] {
        let before = std::fs::read(scene.path("www.p12")).unwrap();
        let key = std::fs::read(scene.path("tls/key.pem")).unwrap();
        let said = scene.at(day, &format!("renew www.corp.test --json{more}"));
        assert_eq!(said.exit, 1, "{}", said.err);
        let delivered = said.json()["renewed"][0]["deliveries"].clone();
        let written: Vec<bool> = delivered.as_array().unwrap().iter().map(|one| one["written"] == true).collect();
        assert_eq!(written, [true, true, true, false], "{delivered:#}");
        assert!(said.err.contains("name its source with --storepass"), "{}", said.err);
        let new = scene.current("www.corp.test");
        for place in places {
            assert_eq!(scene.certificate(place).serial, new.serial, "{place}");
        }
        assert_eq!(scene.pair("tls").serial, new.serial);
        assert_eq!(std::fs::read(scene.path("tls/key.pem")).unwrap() == key, more.is_empty());
        assert_eq!(
            std::fs::read(scene.path("nginx/key.pem")).unwrap(),
            std::fs::read(scene.path("tls/key.pem")).unwrap()
        );
        assert_eq!(std::fs::read(scene.path("www.p12")).unwrap(), before);
        // It is not forgotten, and done once the password is there.
        assert_eq!(scene.at(day, "status").exit, 3);
        assert_eq!(scene.at(day, "renew --due").exit, 1);
        scene.ok(day, "renew --due --storepass pass:changeit");
        assert!(scene.ok(day, "renew --due").err.contains("nothing is due"));
        let inspected = scene.ok(day, "inspect @/www.p12 --passphrase pass:changeit --json").out;
        assert!(inspected.contains(&new.serial.hex()), "{inspected}");
    }
    // Somebody else's certificate, and a directory that is gone.
    scene.ok(3, "issue other.test --self-signed --out @/other");
    std::fs::copy(scene.path("other/cert.pem"), scene.path("tls/cert.pem")).unwrap();
    std::fs::remove_dir_all(scene.path("nginx")).unwrap();
    let said = scene.at(3, "renew www.corp.test --storepass pass:changeit");
    assert_eq!(said.exit, 1);
    assert!(said.err.contains("holds no certificate of www.corp.test"), "{}", said.err);
    assert!(said.err.contains("nginx is not there any more"), "{}", said.err);
    assert_eq!(scene.certificate("tls/cert.pem").serial, scene.certificate("other/cert.pem").serial);
    assert!(!scene.path("nginx").exists());
    scene.ok(3, "renew www.corp.test --forget @/nginx");
    scene.ok(3, "renew www.corp.test --forget @/tls");
    assert_eq!(scene.at(3, "renew www.corp.test --forget @/tls").exit, 1);
    scene.ok(3, "renew --due");
    scene.ok(3, "renew www.corp.test --storepass pass:changeit");
}

#[test]
fn the_command_runs_after_and_is_run_again_until_it_succeeds() {
    let scene = Scene::new();
    scene.ok(0, "issue www.corp.test --out @/tls");
    scene.ok(0, "issue bare.corp.test");
    let file = scene.path("said");
    let command = format!(
        "echo \"$CERTWRIGHT_LINEAGE $CERTWRIGHT_SERIAL $CERTWRIGHT_DELIVERIES ${{CERTWRIGHT_STORE-none}}\" >> {}; test -e {}",
        file.display(),
        scene.path("fine").display()
    );
    let said = scene.words(1, &["renew", "www.corp.test", "bare.corp.test", "--exec", &command]);
    assert_eq!(said.exit, 1);
    assert!(said.err.contains("www.corp.test: the command in --exec failed"), "{}", said.err);
    let new = scene.pair("tls").serial.hex();
    assert_eq!(new, scene.current("www.corp.test").serial.hex());
    std::fs::write(scene.path("fine"), "").unwrap();
    // Without it nobody is told: that stays to be done.
    let quiet = scene.words(1, &["renew", "--due"]);
    assert!(quiet.err.contains("has not: give it with --exec"), "{}", quiet.err);
    assert_eq!(scene.words(1, &["renew", "--due", "--exec", &command]).exit, 0);
    assert!(scene.words(1, &["renew", "--due", "--exec", &command]).err.contains("nothing is due"));
    let bare = scene.current("bare.corp.test").serial.hex();
    let line = format!("www.corp.test {new} {} none\n", scene.path("tls").display());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("{line}bare.corp.test {bare}  none\n{line}"));
}

#[test]
fn new_keys_are_kept_as_the_old_ones_were() {
    let scene = Scene { dir: TempDir::new().unwrap(), slept: Arc::default() };
    scene.ok(0, "init --passphrase pass:of-the-authority --key ec-p256");
    scene.ok(0, "issue a.test --passphrase pass:of-the-authority --out @/a");
    scene.ok(0, "issue b.test --passphrase pass:of-the-authority --key-passphrase pass:of-the-key --out @/b");
    // The same key needs no passphrase but the authority's.
    scene.ok(1, "renew a.test b.test --passphrase pass:of-the-authority");
    scene.ok(1, "renew a.test --rekey --passphrase pass:of-the-authority");
    scene.pair("a");
    let encrypted = |path: &str| std::fs::read_to_string(scene.path(path)).unwrap().contains("ENCRYPTED PRIVATE KEY");
    assert!(encrypted("store/issued/a.test/current/key.pem") && !encrypted("a/key.pem"));
    let said = scene.at(2, "renew b.test --rekey --passphrase pass:of-the-authority");
    assert_eq!(said.exit, 1);
    assert!(said.err.contains("the key there is encrypted"), "{}", said.err);
    scene.ok(2, "renew b.test --rekey --passphrase pass:of-the-authority --key-passphrase pass:of-the-new-key");
    assert!(encrypted("b/key.pem") && encrypted("store/issued/b.test/current/key.pem"));
    let key = std::fs::read(scene.path("b/key.pem")).unwrap();
    let secret = || Some(certwright::keys::Secret::new("of-the-new-key"));
    let key = KeyFile::read(&key, &mut || secret()).unwrap().key;
    assert_eq!(key.public_key().spki_der(), scene.certificate("b/cert.pem").spki_der);
}

#[test]
fn jitter_waits_no_longer_than_said() {
    let scene = Scene::new();
    for _ in 0..20 {
        scene.ok(0, "renew --due --jitter 1h");
    }
    scene.ok(0, "renew --due");
    let slept = scene.slept.lock().unwrap();
    assert!(slept.iter().all(|wait| *wait <= Wait::from_secs(3600)), "{slept:?}");
    assert!(slept.iter().collect::<std::collections::BTreeSet<_>>().len() > 5, "{slept:?}");
    assert_eq!(scene.at(0, "renew --due --jitter 25h").exit, 2);
}

#[test]
fn an_authority_that_ends_is_named_and_another_may_sign() {
    let scene = Scene::new();
    scene.ok(0, "authority create short --parent root --no-passphrase --validity 80d");
    scene.ok(0, "issue www.corp.test --authority short");
    let said = scene.at(70, "renew www.corp.test --json");
    assert_eq!(said.exit, 4);
    let why = said.json()["failed"][0]["why"].as_str().unwrap().to_owned();
    assert!(why.contains("authority short ends at"), "{why}");
    assert_eq!(
        scene.at(70, "status --json").json()["authorities"][2]["attention"].as_str().unwrap().split(':').next(),
        Some("it expires soon")
    );
    scene.ok(70, "renew www.corp.test --authority issuing --validity 90d");
    assert_eq!((scene.current("www.corp.test").not_after - instant(70)).whole_days(), 90);
}

#[test]
fn status_tells_what_is_due_and_nothing_else() {
    let scene = Scene::new();
    scene.ok(0, "issue www.corp.test");
    scene.ok(0, "issue day.corp.test --validity 1d");
    let fresh = scene.ok(0, "status");
    assert!(fresh.out.contains("2 valid, 0 superseded") && fresh.err.contains("nothing is due"), "{}", fresh.out);
    scene.ok(0, "status --within 1h");
    assert_eq!(scene.at(0, "status --within 2d").exit, 3);
    let due = scene.at(61, "status --json");
    assert_eq!(due.exit, 3);
    let names: Vec<_> = due.json()["certificates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["lineage"].clone(), one["state"].clone()))
        .collect();
    assert_eq!(names, [("www.corp.test".into(), "expires soon".into())]);
    scene.ok(61, "renew --due");
    let after = scene.ok(61, "status --json").json();
    assert_eq!(
        after["counts"],
        serde_json::json!({ "valid": 1, "superseded": 1, "expired": 1, "revoked": 0, "on_hold": 0 })
    );
    assert_eq!(after["calendar"], serde_json::json!([["2030-10-30", 1]]));
    // A revocation that no CRL tells of, then one that lapses.
    scene.ok(61, "revoke www.corp.test");
    assert_eq!(scene.at(61, "status --json").json()["crls"][0]["attention"], "never published");
    scene.ok(61, "crl publish --authority issuing");
    scene.ok(61, "status");
    assert_eq!(scene.at(66, "status --json").json()["crls"][0]["attention"], "lapses soon");
    assert_eq!(scene.at(69, "status --json").json()["crls"][0]["attention"], "has lapsed");
    // A key that is used again and again.
    scene.ok(70, "issue worn.test");
    for _ in 0..9 {
        scene.ok(70, "renew worn.test");
    }
    scene.ok(70, "crl publish");
    let worn = scene.at(70, "status --json");
    assert_eq!(
        (worn.exit, worn.json()["keys"][0]["attention"].as_str()),
        (3, Some("10 certificates were made for it"))
    );
    scene.ok(70, "renew worn.test --rekey");
    scene.ok(70, "status");
}

#[test]
fn an_authority_that_was_replaced_owes_crls_until_what_it_signed_has_lapsed() {
    let scene = Scene::new();
    scene.ok(0, "issue www.corp.test --validity 90d");
    scene.ok(0, "crl publish");
    scene.ok(0, "authority rollover root --no-passphrase");
    scene.ok(0, "authority rollover issuing --no-passphrase");
    scene.ok(0, "renew www.corp.test --validity 1y");
    scene.ok(0, "authority rollover issuing --finish");
    scene.ok(0, "authority rollover root --finish");
    let owing = |days| {
        let crls = scene.at(days, "status --json").json()["crls"].clone();
        let owing = crls.as_array().unwrap().iter().filter(|crl| !crl["attention"].is_null());
        owing.map(|crl| crl["authority"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // The old certificate is valid until day 90: its CRL, and that of the root above, are asked for.
    assert_eq!(owing(0), [""; 0]);
    assert_eq!(owing(80), ["issuing", "root"]);
    assert_eq!(owing(91), [""; 0]);
    // Before the rollover is finished, all of them are.
    scene.ok(91, "crl publish");
    scene.ok(91, "authority rollover root-2 --no-passphrase");
    assert!(owing(100).contains(&"root-2".to_owned()));
}

#[test]
fn metrics_are_in_the_text_format_and_replace_their_file() {
    let scene = Scene::new();
    scene.ok(0, "issue www.corp.test");
    scene.ok(0, "crl publish");
    let said = scene.ok(0, "status --format prometheus --out @/certwright.prom");
    assert_eq!(said.out, "");
    let text = std::fs::read_to_string(scene.path("certwright.prom")).unwrap();
    let mut typed = std::collections::BTreeSet::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let name = rest.strip_suffix(" gauge").unwrap();
            assert!(typed.insert(name), "{name} twice");
            continue;
        }
        if line.starts_with("# HELP ") {
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap();
        value.parse::<i64>().unwrap();
        let name = series.split('{').next().unwrap();
        assert!(typed.contains(name), "{line}");
        assert!(series == name || series.ends_with("\"}"), "{line}");
    }
    let end = scene.current("www.corp.test").not_after.unix_timestamp();
    let expected = format!(
        "certwright_certificate_not_after_timestamp_seconds{{lineage=\"www.corp.test\",profile=\"server\",authority=\"issuing\"}} {end}\n"
    );
    assert!(text.contains(&expected), "{text}");
    assert!(text.contains("certwright_due{kind=\"certificate\"} 0\n"));
    assert_eq!(scene.at(61, "status --format prometheus --out @/certwright.prom").exit, 3);
    assert!(
        std::fs::read_to_string(scene.path("certwright.prom"))
            .unwrap()
            .contains("certwright_due{kind=\"certificate\"} 1\n")
    );
    assert_eq!(scene.at(0, "status --out @/x").exit, 2);
    assert!(!Path::new(&scene.path("x")).exists());
}

#[test]
fn nothing_of_others_is_replaced_and_access_stays() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let scene = Scene::new();
    for name in ["one", "two"] {
        scene.ok(0, &format!("issue {name}.test --out @/{name}"));
        scene.ok(0, &format!("export {name}.test --for nginx --out @/{name}-nginx"));
        scene.ok(0, &format!("keystore build {name}.test --out @/{name}.p12 --storepass pass:password-{name}"));
    }
    let mode = |path: &str, mode| {
        std::fs::set_permissions(scene.path(path), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode("one/cert.pem", 0o640);
    mode("one-nginx/key.pem", 0o640);
    let copy = |from: &str, to: &str| std::fs::copy(scene.path(from), scene.path(to)).map(drop).unwrap();
    let read = |path: &str| std::fs::read(scene.path(path)).unwrap();
    let left = |said: &Said, path: &str| {
        assert!(said.exit == 1 && said.err.contains(path), "{path}: {}", said.err);
    };
    // The certificate of another lineage, its key, its keystore.
    copy("two-nginx/fullchain.pem", "one-nginx/fullchain.pem");
    left(&scene.at(1, "renew one.test --storepass pass:password-one"), "one-nginx/fullchain.pem holds a certificate");
    assert_eq!(read("one-nginx/fullchain.pem"), read("two-nginx/fullchain.pem"));
    scene.ok(1, "export one.test --for nginx --force --out @/one-nginx");
    let own = read("one-nginx/key.pem");
    copy("two-nginx/key.pem", "one-nginx/key.pem");
    mode("one-nginx/key.pem", 0o640);
    left(&scene.at(1, "renew one.test --rekey --storepass pass:password-one"), "one-nginx/key.pem holds a private key");
    assert_eq!(read("one-nginx/key.pem"), read("two-nginx/key.pem"));
    std::fs::write(scene.path("one-nginx/key.pem"), own).unwrap();
    let keystore = read("one.p12");
    left(&scene.at(2, "renew one.test --storepass pass:password-two"), "one.p12 has another password");
    copy("two.p12", "one.p12");
    left(&scene.at(2, "renew one.test --storepass pass:password-two"), "one.p12 holds a certificate");
    assert_eq!(read("one.p12"), read("two.p12"));
    std::fs::write(scene.path("one.p12"), keystore).unwrap();
    scene.ok(3, "renew one.test --rekey --storepass pass:password-one");
    let mode_of = |path: &str| std::fs::metadata(scene.path(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode_of("one/cert.pem"), mode_of("one-nginx/key.pem"), mode_of("one/key.pem")), (0o640, 0o640, 0o600));
    // A directory that became a link.
    std::fs::rename(scene.path("one"), scene.path("elsewhere")).unwrap();
    symlink(scene.path("elsewhere"), scene.path("one")).unwrap();
    let before = read("elsewhere/cert.pem");
    left(&scene.at(4, "renew one.test --storepass pass:password-one"), "leads to");
    assert_eq!(read("elsewhere/cert.pem"), before);
    scene.ok(4, "renew one.test --forget @/one");
}

#[test]
fn a_clock_that_ran_ahead_is_told_and_can_be_accepted() {
    let scene = Scene::new();
    scene.ok(0, "issue a.test");
    scene.ok(300, "crl publish");
    scene.ok(300, "revoke a.test --publish");
    for command in ["renew --due", "crl publish --if-due", "issue b.test"] {
        let said = scene.at(1, command);
        assert!(said.exit == 1 && said.err.contains("store clock --accept"), "{command}: {}", said.err);
    }
    let status = scene.at(1, "status --json");
    assert_eq!(status.exit, 3);
    assert!(status.json()["clock"].as_str().is_some_and(|clock| clock.contains("set back")), "{}", status.out);
    assert_eq!(scene.at(1, "store clock").exit, 3);
    let accepted = scene.ok(1, "store clock --accept --json");
    assert_eq!(accepted.json()["accepted"], true);
    assert_eq!(accepted.json()["crls"].as_array().map(Vec::len), Some(2), "{}", accepted.out);
    assert_eq!(scene.ok(1, "store clock --json").json()["behind"], false);
    scene.ok(1, "issue b.test");
    scene.ok(1, "revoke b.test");
    // Numbers go on, and no CRL begins before the last one.
    let crls = scene.ok(1, "crl publish --authority issuing --json").json();
    assert_eq!(crls["crls"][0]["number"], 3);
    assert_eq!(crls["crls"][0]["this_update"], certwright::x509::time::format_instant(instant(300)));
    // Whoever asks is told that they are no use until then.
    let status = scene.at(1, "status --json");
    assert_eq!(status.exit, 3);
    let attention = |one: &Value| one["attention"].as_str().is_some_and(|text| text.contains("begins in the future"));
    assert!(status.json()["crls"].as_array().is_some_and(|crls| crls.iter().any(attention)), "{}", status.out);
    for command in
        ["crl publish --authority issuing", "crl publish --if-due", "issue d.test", "hold d.test --publish", "crl list"]
    {
        let said = scene.ok(1, command);
        assert!(said.err.contains("are not valid before"), "{command}: {}", said.err);
    }
    scene.ok(1, "log verify");
    scene.ok(1, "store check");
    assert_eq!(scene.at(0, "issue c.test").exit, 1);
}

#[test]
fn what_expired_only_by_a_clock_that_ran_ahead_stays_on_the_crls() {
    let scene = Scene::new();
    scene.ok(0, "issue a.test");
    scene.ok(0, "revoke a.test --publish");
    // By this clock a.test has expired, and is left out the second time.
    scene.ok(300, "crl publish --authority issuing");
    let ahead = scene.ok(301, "crl publish --authority issuing --json").json();
    assert_eq!(ahead["crls"][0]["entries"], 0);
    scene.ok(1, "store clock --accept");
    // The CRL that lacks it is replaced without being asked for, and once is enough.
    let entries = |command: &str| {
        let crls = scene.ok(1, command).json();
        (crls["crls"][0]["signed"].clone(), crls["crls"][0]["entries"].clone())
    };
    assert_eq!(entries("crl publish --authority issuing --if-due --json"), (true.into(), 1.into()));
    assert_eq!(entries("crl publish --authority issuing --if-due --json"), (false.into(), 1.into()));
    assert_eq!(entries("crl publish --authority issuing --json"), (true.into(), 1.into()));
    for file in ["issuing.crl", "issuing.crl.pem"] {
        std::fs::remove_file(scene.path(&format!("store/public/{file}"))).unwrap();
    }
    scene.ok(1, "store check --repair");
    scene.ok(1, "store check");
    // It goes once it has expired, and was listed after that.
    let listed =
        |day: i64| scene.ok(day, "crl publish --authority issuing --json").json()["crls"][0]["entries"].clone();
    assert_eq!([listed(290), listed(291)], [Value::from(1), Value::from(0)]);
}

#[test]
fn a_name_that_is_shown_can_be_typed() {
    for name in ["*.wild.test", "Bob Smith"] {
        let scene = Scene::new();
        let profile = if name.starts_with('*') { "server" } else { "client" };
        let said = scene.words(0, &["issue", name, "--profile", profile, "--out", scene.path("out").to_str().unwrap()]);
        assert_eq!(said.exit, 0, "{}", said.err);
        let shown = scene.ok(0, "list --json").json()["certificates"][0]["lineage"].as_str().unwrap().to_owned();
        assert_ne!(shown, name);
        // What renewing cannot write names a command, which works as it is.
        std::fs::rename(scene.path("out"), scene.path("gone")).unwrap();
        let said = scene.words(1, &["renew", name]);
        assert_eq!(said.exit, 1, "{}", said.err);
        let command = said.err.split("run \"certwright ").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        assert!(command.starts_with(&format!("renew {shown} --forget ")), "{command}");
        scene.ok(1, command);
        std::fs::remove_dir_all(scene.path("gone")).unwrap();
        for command in ["renew", "show", "hold", "release"] {
            scene.ok(2, &format!("{command} {shown}"));
        }
        scene.ok(2, &format!("keystore build {shown} --out @/{shown}.p12 --storepass pass:changeit"));
        scene.ok(2, &format!("issue more.wild.test --lineage {shown}"));
        assert_eq!(scene.current(&shown).subject.common_name().as_deref(), Some("more.wild.test"));
        assert!(scene.ok(2, &format!("revoke --lineage {shown} --reason superseded")).err.contains(&shown));
    }
    // What is called like the directory of another name, and was asked for so, stays apart from it.
    let scene = Scene::new();
    scene.ok(3, "issue *.wild.test");
    scene.ok(3, "issue _.wild.test --profile client");
    assert_eq!(scene.ok(3, "list --name _.wild.test --json").json()["certificates"].as_array().unwrap().len(), 2);
}

#[test]
fn a_key_that_is_gone_is_written_again() {
    let scene = Scene::new();
    scene.ok(0, "issue w.corp.test --out @/w");
    let empty = |keep: &str| {
        for file in std::fs::read_dir(scene.path("w")).unwrap() {
            let file = file.unwrap();
            if file.file_name() != keep {
                std::fs::remove_file(file.path()).unwrap();
            }
        }
    };
    for (day, keep) in [(1, ""), (2, "cert.pem")] {
        empty(keep);
        scene.ok(day, "renew w.corp.test");
        assert_eq!(scene.pair("w").serial, scene.current("w.corp.test").serial, "{keep}");
        assert_eq!(std::fs::read_dir(scene.path("w")).unwrap().count(), 5);
    }
    // The store's own: the same key cannot be certified, a new one can.
    let newest = scene.current("w.corp.test").serial.hex();
    std::fs::remove_file(scene.path(&format!("store/issued/w.corp.test/{newest}/key.pem"))).unwrap();
    let said = scene.at(3, "renew w.corp.test");
    assert_eq!(said.exit, 1);
    assert!(said.err.contains("is gone") && said.err.contains("certwright renew w.corp.test --rekey"), "{}", said.err);
    let checked = scene.at(3, "store check --json");
    assert_eq!(checked.exit, 6, "{}", checked.out);
    scene.ok(3, "renew w.corp.test --rekey");
    assert_eq!(scene.pair("w").serial, scene.current("w.corp.test").serial);
    // Now it is no loss any more.
    let findings = scene.ok(3, "store check --json").json()["findings"].clone();
    assert_eq!(findings[0]["damage"], false, "{findings:#}");
}

#[test]
fn the_key_of_another_certificate_is_never_put_beside_one() {
    let scene = Scene::new();
    for name in ["a", "b"] {
        scene.ok(0, &format!("issue {name}.corp.test"));
    }
    let key = |name: &str| {
        let serial = scene.current(&format!("{name}.corp.test")).serial.hex();
        scene.path(&format!("store/issued/{name}.corp.test/{serial}/key.pem"))
    };
    let (a, b) = (std::fs::read(key("a")).unwrap(), std::fs::read(key("b")).unwrap());
    std::fs::write(key("a"), &b).unwrap();
    std::fs::write(key("b"), &a).unwrap();
    let lines = || std::fs::read_to_string(scene.path("store/journal.jsonl")).unwrap().lines().count();
    let before = lines();
    for command in [
        "renew a.corp.test",
        "export a.corp.test --for nginx --out @/nginx",
        "keystore build a.corp.test --out @/a.p12 --storepass pass:changeit",
    ] {
        let said = scene.at(1, command);
        assert_eq!(said.exit, 6, "{command}: {}", said.err);
        let named = key("a").display().to_string();
        assert!(
            said.err.contains(&named) && said.err.contains("is the private key of another certificate"),
            "{}",
            said.err
        );
    }
    assert_eq!(lines(), before);
    scene.ok(1, "renew a.corp.test --rekey");
}

#[test]
fn an_encrypted_key_is_compared_when_it_is_opened() {
    let scene = Scene { dir: TempDir::new().unwrap(), slept: Arc::default() };
    scene.ok(0, "init --passphrase pass:word --key ec-p256");
    for name in ["a", "b"] {
        scene.ok(0, &format!("issue {name}.test --passphrase pass:word"));
    }
    let key = |name: &str| {
        let serial = scene.current(&format!("{name}.test")).serial.hex();
        scene.path(&format!("store/issued/{name}.test/{serial}/key.pem"))
    };
    std::fs::copy(key("b"), key("a")).unwrap();
    let said = scene.at(0, "export a.test --for nginx --out @/nginx --passphrase pass:word");
    assert_eq!(said.exit, 6, "{}", said.err);
    assert!(said.err.contains(&key("a").display().to_string()), "{}", said.err);
}

#[test]
fn a_life_that_was_cut_is_as_long_as_ever_under_another_authority() {
    let scene = Scene::new();
    scene.ok(0, "authority create short --parent root --no-passphrase --validity 100d");
    scene.ok(22, "issue cut.test --authority short");
    scene.ok(22, "issue y.test --authority short --validity 60d");
    let length = |name: &str| {
        let certificate = scene.current(name);
        (certificate.not_after - certificate.not_before).whole_days()
    };
    assert_eq!((length("cut.test"), length("y.test")), (78, 60));
    // The authority ends first: it is said.
    let said = scene.ok(50, "renew y.test");
    assert!(said.err.contains("the end was cut to that of the issuer"), "{}", said.err);
    assert_eq!(length("y.test"), 50);
    scene.ok(50, "authority rollover short --no-passphrase");
    assert!(!scene.ok(51, "renew cut.test y.test").err.contains("cut to"));
    assert_eq!((length("cut.test"), length("y.test")), (90, 60));
}

#[test]
fn a_dry_run_promises_nothing_that_is_refused() {
    let scene = Scene::new();
    let profile = |names: &str| {
        let text =
            r#"{"description":"D","kind":"leaf","validity":{"default":"90d"},"subject":{"template":"CN={{ name }}"},"#;
        let text =
            format!(r#"{text}"names":{names},"key_usage":["digitalSignature"],"extended_key_usage":["clientAuth"]}}"#);
        std::fs::write(scene.path("store/profiles/mine.json"), text).unwrap();
    };
    profile("{}");
    scene.words(0, &["issue", "A Client", "--profile", "mine", "--lineage", "cl2"]);
    scene.ok(0, "issue www.corp.test");
    let both = |command: &str, lineage: &str, why: &str| {
        let lines = || std::fs::read(scene.path("store/journal.jsonl")).unwrap();
        let before = lines();
        let dry = scene.at(1, &format!("{command} --dry-run --json"));
        assert_eq!(lines(), before);
        let real = scene.at(1, &format!("{command} --json"));
        assert!(dry.exit != 0 && dry.exit == real.exit, "{} {}: {}", dry.exit, real.exit, dry.err);
        let (dry, real) = (dry.json(), real.json());
        assert_eq!(dry["failed"], real["failed"]);
        assert_eq!(dry["failed"][0]["lineage"], lineage);
        assert!(dry["failed"][0]["why"].as_str().unwrap().contains(why), "{dry:#}");
        assert_eq!(dry["renewed"].as_array().unwrap().len(), real["renewed"].as_array().unwrap().len());
    };
    profile(r#"{"dns":["*"],"add":["dns:cl2"]}"#);
    both("renew --all", "cl2", "give the names dns:cl2, where there were none");
    std::fs::remove_file(scene.path("store/profiles/mine.json")).unwrap();
    both("renew cl2", "cl2", "mine");
}

#[test]
fn what_expired_long_ago_and_what_is_revoked_is_not_told_for_ever() {
    let scene = Scene::new();
    scene.ok(0, "issue gone.test --validity 10d");
    assert!(scene.ok(20, "renew --due -q").err.contains("gone.test is left out: expired"));
    assert_eq!(scene.ok(60, "renew --due -q").err, "");
    let said = scene.ok(60, "renew --due --json");
    assert_eq!(said.json()["left_out"][0]["lineage"], "gone.test");
    assert!(said.err.contains("1 that expired more than 30 days ago"), "{}", said.err);
    // Files that wait for what is revoked wait for nothing.
    scene.ok(60, "issue www.corp.test --out @/tls");
    std::fs::remove_dir_all(scene.path("tls")).unwrap();
    assert_eq!(scene.at(60, "renew www.corp.test").exit, 1);
    assert_eq!(scene.at(60, "status --json").json()["deliveries"][0]["lineage"], "www.corp.test");
    scene.ok(60, "revoke --lineage www.corp.test");
    scene.ok(60, "crl publish");
    assert_eq!(scene.ok(60, "status --json").json()["deliveries"], serde_json::json!([]));
}

#[test]
fn following_the_documentation_leaves_nothing_due() {
    let scene = Scene::new();
    scene.ok(0, "issue www.corp.test --out @/tls");
    scene.ok(
        0,
        "csr create --no-passphrase --new-key @/key.pem --subject CN=app.corp.test app.corp.test --out @/app.csr",
    );
    scene.ok(0, "sign @/app.csr --out @/app.crt");
    for day in (0..800).step_by(30) {
        scene.ok(day, "renew --due --rekey --quiet");
        scene.ok(day, "status");
    }
    scene.pair("tls");
    assert_eq!(scene.certificate("app.crt").serial, scene.current("app.corp.test").serial);
    assert_eq!(scene.at(800, "renew app.corp.test --rekey").exit, 4);
    // A root is announced while there is time to bring another one to everybody.
    let root = |day: i64| {
        let status = scene.at(day, "status --json").json();
        let all = status["authorities"].as_array().unwrap().clone();
        all.into_iter().find(|one| one["authority"] == "root").unwrap()["attention"].clone()
    };
    assert_eq!(root(3200), Value::Null);
    assert!(root(3300).as_str().unwrap().contains("authority rollover"));
}

#[test]
fn nothing_is_signed_for_a_place_that_is_not_there() {
    let scene = Scene::new();
    scene.ok(
        0,
        "csr create --no-passphrase --new-key @/key.pem --subject CN=app.corp.test app.corp.test --out @/app.csr",
    );
    let before = std::fs::read(scene.path("store/journal.jsonl")).unwrap();
    let said = scene.at(0, "sign @/app.csr --out @/x/y/z.crt");
    assert_eq!(said.exit, 1);
    assert!(said.err.contains("x/y/z.crt") && said.err.contains("there is no directory"), "{}", said.err);
    assert!(!said.err.contains(".z.crt."), "{}", said.err);
    assert_eq!(std::fs::read(scene.path("store/journal.jsonl")).unwrap(), before);
}

#[test]
fn what_was_written_is_on_record() {
    use std::fmt::Write as _;
    let scene = Scene::new();
    scene.ok(0, "issue www.corp.test --out @/tls");
    scene.ok(0, "export www.corp.test --for nginx --out @/nginx");
    scene.ok(0, "keystore build www.corp.test --out @/www.p12 --storepass pass:changeit");
    scene.ok(1, "renew www.corp.test --storepass pass:changeit");
    let journal = std::fs::read_to_string(scene.path("store/journal.jsonl")).unwrap();
    let last: Value = serde_json::from_str(journal.lines().last().unwrap()).unwrap();
    let mut count = 0;
    for delivery in last["deliveries"].as_array().unwrap() {
        let path = Path::new(delivery["path"].as_str().unwrap());
        let dir = if path.is_dir() { path } else { path.parent().unwrap() };
        for (name, sum) in delivery["files"].as_object().unwrap() {
            let bytes = std::fs::read(dir.join(name)).unwrap();
            let mut hex = String::new();
            for byte in ring::digest::digest(&ring::digest::SHA256, &bytes).as_ref() {
                write!(hex, "{byte:02x}").unwrap();
            }
            assert_eq!(*sum, hex, "{name}");
            count += 1;
        }
    }
    assert!(count >= 8, "{last:#}");
}
