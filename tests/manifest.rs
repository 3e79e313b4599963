//! `apply`: once, again, after edits, and after kills.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "support/sandbox.rs"]
mod sandbox;

use std::fs;
use std::path::Path;

use sandbox::Sandbox;
use serde_json::{Value, json};

/// A root, two authorities under it, and some certificates with files of every kind.
fn described() -> Value {
    let mut manifest = json!({
        "defaults": {"passphrase": "none", "storepass": "pass:changeit", "authority": "services", "validity": "90d"},
        "authorities": {
            "root": {"cn": "Acme Root CA", "key": "ec-p256"},
            "services": {"parent": "root", "crl": {"validity": "3d"}},
            "people": {"parent": "root", "path_len": 0},
        },
        "profiles": {"internal": profile()},
        "certificates": {
            "db.corp.test": {"deliver": [{"export": "postgres", "to": "out/postgres"}]},
            "alice": {
                "profile": "client", "authority": "people", "key": "ec-p384",
                "deliver": [{"keystore": "out/alice.p12", "alias": "client"}, {"certificate": "out/alice.crt"}],
            },
            "job.corp.test": {"profile": "internal"},
        },
        "truststores": [{"to": "out/trust.jks"}, {"to": "out/roots.pem", "authorities": ["people"]}],
        "crls": [{"to": "public"}],
    });
    for number in 0..6 {
        let name = format!("web{number}.corp.test");
        let deliver = json!([{"pem": format!("out/{name}")}, {"keystore": format!("out/{name}.jks")}]);
        manifest["certificates"][name] = json!({"names": [format!("10.0.0.{number}")], "deliver": deliver});
    }
    manifest
}

fn profile() -> Value {
    json!({
        "description": "Jobs", "kind": "leaf", "validity": {"default": "30d"},
        "names": {"dns": ["**.corp.test"], "required": true},
        "key_usage": ["digitalSignature"], "extended_key_usage": ["clientAuth"],
    })
}

#[test]
fn the_example_of_the_documentation_applies_as_it_stands() {
    let page = include_str!("../docs/manifest.md");
    let example = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("secrets")).unwrap();
    fs::write(sandbox.path("secrets/store.pass"), "secret of the keystores\n").unwrap();
    fs::write(sandbox.path("pki.yaml"), example.replace("/srv/", "srv/")).unwrap();
    let apply = |options: &[&str]| {
        let mut command = sandbox::hermetic(sandbox::CERTWRIGHT, &sandbox.path(""));
        command.args(["apply", "pki.yaml"]).args(options).env("CA_PASS", "secret of the authorities");
        sandbox::outcome(&mut command)
    };
    apply(&[]).succeeded();
    for file in
        ["srv/tls/www/fullchain.pem", "srv/kafka/tls", "clients/alice.p12", "clients/truststore.p12", "srv/www/pki"]
    {
        assert!(sandbox.path(file).exists(), "{file}");
    }
    apply(&["--plan"]).succeeded();
}

#[test]
fn what_a_killed_run_left_of_a_delivery_goes_with_the_next() {
    let sandbox = Sandbox::new();
    let manifest = json!({
        "defaults": {"passphrase": "none"}, "authorities": {"root": {"key": "ec-p256"}},
        "certificates": {"a.test": {"deliver": [{"pem": "out"}]}},
    });
    fs::write(sandbox.path("pki.json"), manifest.to_string()).unwrap();
    fs::create_dir(sandbox.path("out")).unwrap();
    let left = ".key.pem.0123456789abcdef.tmp";
    // A directory that had not got its name, and one that nobody can have begun.
    for (dir, file) in [(".out.fedcba9876543210.tmp", "key.pem"), (".out.0123456789abcdef.tmp", "mine/key.pem")] {
        let path = sandbox.path(dir).join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "a key").unwrap();
    }
    let others = [".key.pem.0123.tmp", ".mine.pem.0123456789abcdef.tmp", "key.pem.tmp"];
    for name in others.iter().chain([&left]) {
        fs::write(sandbox.path("out").join(name), "half a key").unwrap();
    }
    sandbox.run(["apply", "pki.json"]).succeeded();
    assert!(!sandbox.path("out").join(left).exists());
    assert!(!sandbox.path(".out.fedcba9876543210.tmp").exists());
    assert!(sandbox.path(".out.0123456789abcdef.tmp/mine/key.pem").exists());
    for name in others {
        assert!(sandbox.path("out").join(name).exists(), "{name}");
    }
}

struct Scene {
    sandbox: Sandbox,
}

impl Scene {
    fn new() -> Self {
        Self { sandbox: Sandbox::new() }
    }

    fn write(&self, manifest: &Value) {
        fs::write(self.sandbox.path("pki.json"), serde_json::to_vec_pretty(manifest).unwrap()).unwrap();
    }

    fn secret(&self, file: &str, secret: &str) {
        fs::write(self.sandbox.path(file), secret).unwrap();
        set_private(&self.sandbox.path(file));
    }

    fn apply(&self, options: &[&str], code: i32) -> Value {
        let arguments = ["apply", "pki.json", "--json"].iter().chain(options);
        let outcome = self.sandbox.run(arguments).exited(code);
        serde_json::from_str(&outcome.stdout).unwrap()
    }

    fn applied(manifest: &Value) -> Self {
        let scene = Self::new();
        scene.write(manifest);
        scene.apply(&[], 0);
        scene
    }

    /// Nothing is left to do.
    fn is_settled(&self) {
        let report = self.apply(&["--plan"], 0);
        assert_eq!(report["steps"], json!([]), "{report:#}");
        assert_eq!(report["problems"], json!([]), "{report:#}");
        assert_eq!(self.apply(&[], 0)["changes"], 0);
    }

    /// `action kind name` of every step that counts.
    fn changes(report: &Value) -> Vec<String> {
        let steps = report["steps"].as_array().unwrap().iter().filter(|step| step["follows"] == false);
        let text = |step: &Value, field: &str| step[field].as_str().unwrap().to_owned();
        steps.map(|step| ["action", "kind", "name"].map(|field| text(step, field)).join(" ")).collect()
    }

    fn read(&self, file: &str) -> Vec<u8> {
        fs::read(self.sandbox.path(file)).unwrap()
    }

    fn shown(&self, name: &str) -> Value {
        let outcome = self.sandbox.run(["show", name, "--json"]).succeeded();
        serde_json::from_str(&outcome.stdout).unwrap()
    }
}

#[test]
fn a_plan_says_what_apply_does_and_a_second_time_nothing_happens() {
    let scene = Scene::new();
    scene.write(&described());
    let plan = scene.apply(&["--plan"], 3);
    assert!(!scene.sandbox.path("store").exists(), "a plan makes nothing");
    let done = scene.apply(&[], 0);
    assert_eq!(Scene::changes(&plan), Scene::changes(&done));
    // Three authorities, a profile, nine certificates, two truststores and three CRLs.
    assert_eq!(done["changes"], 3 + 1 + 9 + 2 + 3);
    for file in [
        "web0.corp.test/key.pem",
        "web5.corp.test.jks",
        "alice.p12",
        "alice.crt",
        "postgres/server.key",
        "trust.jks",
        "roots.pem",
    ] {
        assert!(scene.sandbox.path("out").join(file).exists(), "{file}");
    }
    let before = scene.read("store/journal.jsonl");
    scene.is_settled();
    assert!(before == scene.read("store/journal.jsonl"), "nothing is recorded when nothing is done");
    scene.sandbox.run(["store", "check"]).succeeded();
    for name in ["root", "services", "people"] {
        assert!(scene.sandbox.path("public").join(format!("{name}.crl")).exists(), "{name}");
    }
}

#[test]
fn ten_edits_are_exactly_ten_changes() {
    let mut manifest = described();
    let scene = Scene::applied(&manifest);
    let key_before = scene.read("out/web0.corp.test/key.pem");
    let certificates = &mut manifest["certificates"];
    certificates["web0.corp.test"]["names"] = json!(["10.0.0.0", "extra.corp.test"]);
    certificates["web1.corp.test"]["profile"] = json!("peer");
    certificates["web2.corp.test"]["key"] = json!("ec-p384");
    certificates["web3.corp.test"]["authority"] = json!("people");
    certificates["web4.corp.test"]["validity"] = json!("91d");
    certificates["web5.corp.test"]["subject"] = json!("CN=five,O=Acme");
    certificates["job.corp.test"]["deliver"] = json!([{"pem": "out/job"}]);
    certificates["new.corp.test"] = json!({});
    manifest["truststores"][1]["authorities"] = json!(["people", "root"]);
    manifest["truststores"].as_array_mut().unwrap().push(json!({"to": "out/more.p12"}));
    manifest["authorities"]["people"]["crl"] = json!({"validity": "9d"});
    scene.write(&manifest);
    let changes = Scene::changes(&scene.apply(&["--plan"], 3));
    let expected = [
        "change settings store",
        "create certificate new.corp.test",
        "create files job.corp.test",
        "change certificate web0.corp.test",
        "change certificate web1.corp.test",
        "change certificate web2.corp.test",
        "change certificate web3.corp.test",
        "change certificate web4.corp.test",
        "change certificate web5.corp.test",
        "create truststore",
    ];
    for wanted in expected {
        assert!(changes.iter().any(|change| change.starts_with(wanted)), "{wanted}: {changes:#?}");
    }
    // The other root of the truststore is the same one, so that this edit changes nothing.
    assert_eq!(changes.len(), 10, "{changes:#?}");
    assert_eq!(Scene::changes(&scene.apply(&[], 0)), changes);
    scene.is_settled();
    assert!(key_before == scene.read("out/web0.corp.test/key.pem"), "the key stays");
    assert_eq!(scene.shown("web0.corp.test")["lineage_serials"].as_array().unwrap().len(), 2);
    scene.sandbox.run(["verify", "out/web3.corp.test/fullchain.pem", "--host", "web3.corp.test"]).succeeded();
}

#[test]
fn what_is_missing_or_changed_outside_is_put_back() {
    let scene = Scene::applied(&described());
    let serial = scene.shown("web0.corp.test")["serial"].clone();
    fs::remove_file(scene.sandbox.path("out/web0.corp.test/cert.pem")).unwrap();
    fs::write(scene.sandbox.path("out/alice.p12"), "not a keystore").unwrap();
    fs::remove_file(scene.sandbox.path("out/trust.jks")).unwrap();
    fs::remove_file(scene.sandbox.path("public/root.crl")).unwrap();
    let report = scene.apply(&[], 0);
    let mut changes = Scene::changes(&report);
    changes.iter_mut().for_each(|change| *change = change.split('/').next().unwrap().trim().to_owned());
    let expected = ["change files alice", "change files web0.corp.test", "change truststore", "change crl root"];
    assert_eq!(changes, expected);
    assert_eq!(scene.shown("web0.corp.test")["serial"], serial, "nothing is issued for that");
    scene.is_settled();
    scene.sandbox.run(["keystore", "inspect", "out/alice.p12", "--storepass", "pass:changeit"]).succeeded();
}

#[test]
fn a_key_that_is_open_to_others_is_closed() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::applied(&described());
    let mode = |file: &str| fs::metadata(scene.sandbox.path("out").join(file)).unwrap().permissions().mode() & 0o777;
    let open = |file: &str, mode| {
        fs::set_permissions(scene.sandbox.path("out").join(file), fs::Permissions::from_mode(mode)).unwrap();
    };
    // A group that reads a key is a service's; certificates are for everybody.
    for (file, mode) in [("web0.corp.test/key.pem", 0o640), ("web0.corp.test/cert.pem", 0o664), ("trust.jks", 0o666)] {
        open(file, mode);
    }
    scene.is_settled();
    for (file, mode) in [("web1.corp.test/key.pem", 0o644), ("alice.p12", 0o604), ("postgres/server.key", 0o660)] {
        open(file, mode);
    }
    let report = scene.apply(&[], 0);
    let changed = ["change files alice", "change files db.corp.test", "change files web1.corp.test"];
    assert_eq!(Scene::changes(&report), changed);
    assert!(report["steps"][0]["why"][0].as_str().unwrap().ends_with("alice.p12 is open to others"), "{report:#}");
    for file in ["web1.corp.test/key.pem", "alice.p12", "postgres/server.key"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
    assert_eq!(mode("web0.corp.test/key.pem"), 0o640);
    scene.is_settled();
}

#[test]
fn a_password_that_changed_reaches_files_when_that_is_said() {
    let mut manifest = described();
    manifest["defaults"]["storepass"] = json!("file:store.pass");
    let scene = Scene::new();
    scene.write(&manifest);
    scene.secret("store.pass", "the first one\n");
    scene.apply(&[], 0);
    scene.secret("store.pass", "the second one\n");
    scene.is_settled();
    let serial = scene.shown("alice")["serial"].clone();
    let plan = scene.apply(&["--plan", "--rewrite"], 3);
    let quiet = |options: &[&str], code| {
        let arguments = ["--quiet", "apply", "pki.json", "--rewrite"].iter().chain(options);
        let outcome = scene.sandbox.run(arguments).exited(code);
        assert_eq!(outcome.stderr, "", "{options:?}");
        outcome.stdout
    };
    assert!(quiet(&["--plan"], 3).contains("alice.p12 is written again"));
    assert_eq!(quiet(&[], 0), "");
    assert_eq!(Scene::changes(&scene.apply(&["--rewrite"], 0)), Scene::changes(&plan));
    for file in ["out/alice.p12", "out/web0.corp.test.jks", "out/trust.jks"] {
        scene.sandbox.run(["keystore", "inspect", file, "--storepass", "pass:the second one"]).succeeded();
    }
    assert_eq!(scene.shown("alice")["serial"], serial);
    scene.is_settled();
}

#[test]
fn files_of_others_are_not_replaced_and_the_rest_is_done() {
    let scene = Scene::new();
    scene.write(&described());
    fs::create_dir_all(scene.sandbox.path("out")).unwrap();
    fs::write(scene.sandbox.path("out/alice.crt"), "precious").unwrap();
    let report = scene.apply(&[], 1);
    let failed: Vec<_> = report["steps"].as_array().unwrap().iter().filter(|step| step["result"] == "failed").collect();
    assert_eq!(failed.len(), 1, "{failed:#?}");
    assert_eq!(failed[0]["name"], "alice");
    assert!(scene.read("out/alice.crt") == b"precious");
    assert!(!scene.sandbox.path("out/alice.p12").exists(), "a certificate is one thing, with all its files");
    assert!(scene.sandbox.path("out/web0.corp.test/cert.pem").exists());
    let issued = |name: &str| {
        let run = scene.sandbox.run(["list", "--json", "--name", name]).succeeded();
        serde_json::from_str::<Value>(&run.stdout).unwrap()["certificates"].as_array().unwrap().len()
    };
    assert_eq!((issued("alice"), issued("web0.corp.test")), (0, 1));
    scene.apply(&[], 1);
    assert_eq!(issued("alice"), 0);
    fs::remove_file(scene.sandbox.path("out/alice.crt")).unwrap();
    let report = scene.apply(&[], 0);
    assert_eq!(Scene::changes(&report), ["create certificate alice"]);
    scene.is_settled();
}

#[test]
fn a_request_is_signed_and_its_key_stays_with_whoever_made_it() {
    let scene = Scene::new();
    let request = |name: &str, file: &str| {
        let _ = fs::remove_file(scene.sandbox.path(file));
        let key = format!("{file}.key");
        let run = [
            "csr",
            "create",
            "--new-key",
            &key,
            "--no-passphrase",
            "--force",
            "--subject",
            "CN=device.corp.test",
            name,
        ];
        scene.sandbox.run(run.iter().copied().chain(["--out", file])).succeeded();
    };
    let mut manifest = json!({
        "defaults": {"passphrase": "none", "key": "ec-p384"}, "authorities": {"root": {"key": "ec-p256"}},
        "certificates": {
            "device": {
                "csr": "device.csr", "names": ["10.0.0.9"],
                "deliver": [{"pem": "out/device"}, {"certificate": "out/device.crt", "fullchain": true}],
            },
            "web.corp.test": {},
        },
    });
    scene.write(&manifest);
    // One that has not arrived yet keeps nobody else waiting.
    let report = scene.apply(&[], 1);
    assert_eq!(Scene::changes(&report), ["create authority root", "create certificate web.corp.test"]);
    assert!(report["problems"].to_string().contains("device.csr"), "{report:#}");
    request("device.corp.test", "device.csr");
    assert_eq!(Scene::changes(&scene.apply(&[], 0)), ["create certificate device"]);
    scene.is_settled();
    assert!(!scene.sandbox.path("out/device/key.pem").exists());
    scene.sandbox.run(["key", "match", "device.csr.key", "out/device.crt"]).succeeded();
    for host in ["device.corp.test", "10.0.0.9"] {
        let anchor = "out/device/ca.pem";
        scene.sandbox.run(["verify", "out/device.crt", "--anchor", anchor, "--host", host]).succeeded();
    }
    // More names for the same key.
    manifest["certificates"]["device"]["names"] = json!(["10.0.0.10"]);
    scene.write(&manifest);
    assert_eq!(Scene::changes(&scene.apply(&[], 0)), ["change certificate device"]);
    scene.sandbox.run(["key", "match", "device.csr.key", "out/device.crt"]).succeeded();
    // What is revoked is not certified once more; another key is.
    scene.sandbox.run(["revoke", "device", "--reason", "key-compromise"]).succeeded();
    let report = scene.apply(&["--plan"], 1);
    assert!(report["problems"].to_string().contains("the same key"), "{report:#}");
    request("device.corp.test", "device.csr");
    let report = scene.apply(&[], 0);
    assert!(report.to_string().contains("a new one with a new key"), "{report:#}");
    scene.is_settled();
    request("other.corp.test", "device.csr");
    let report = scene.apply(&[], 0);
    assert!(report.to_string().contains("the request has another key"), "{report:#}");
    assert!(report["steps"].to_string().contains("other.corp.test"), "what it asks for is told: {report:#}");
    scene
        .sandbox
        .run(["verify", "out/device.crt", "--anchor", "out/device/ca.pem", "--host", "other.corp.test"])
        .succeeded();
    // Whoever has no proof of its key gets nothing.
    let bytes = scene.read("device.csr");
    let mut der = pem::parse(&bytes).unwrap().into_contents();
    *der.last_mut().unwrap() ^= 1;
    fs::write(scene.sandbox.path("device.csr"), der).unwrap();
    let report = scene.apply(&[], 1);
    assert!(report["problems"].to_string().contains("device.csr"), "{report:#}");
    for (field, value) in [
        ("key", json!("ec-p256")),
        ("key_passphrase", json!("env:X")),
        ("deliver", json!([{"keystore": "a.p12"}])),
        ("deliver", json!([{"export": "nginx", "to": "a"}])),
        ("deliver", json!([{"pem": "a", "key": true}])),
        ("deliver", json!([{"pem": "a", "passphrase": "env:X"}])),
    ] {
        let mut wrong = manifest.clone();
        wrong["certificates"]["device"][field] = value;
        scene.write(&wrong);
        let run = scene.sandbox.run(["manifest", "check", "pki.json"]).exited(3);
        assert!(run.stdout.contains("request"), "{}", run.stdout);
    }
}

#[test]
fn somebody_elses_key_is_not_replaced_by_one_of_the_stores() {
    let scene =
        Scene::applied(&json!({"defaults": {"passphrase": "none"}, "authorities": {"root": {"key": "ec-p256"}}}));
    let csr = ["csr", "create", "s.test", "--new-key", "s.key", "--no-passphrase", "--out", "s.csr"];
    scene.sandbox.run(csr).succeeded();
    scene.sandbox.run(["sign", "s.csr", "--out", "s.crt"]).succeeded();
    let mut manifest = json!({
        "defaults": {"passphrase": "none"}, "authorities": {"root": {"key": "ec-p256"}},
        "certificates": {"s.test": {"deliver": [{"certificate": "s.crt"}]}},
    });
    scene.write(&manifest);
    scene.is_settled();
    // Certified once more, as a renewal would.
    manifest["certificates"]["s.test"]["names"] = json!(["10.0.0.1"]);
    scene.write(&manifest);
    assert_eq!(Scene::changes(&scene.apply(&[], 0)), ["change certificate s.test"]);
    scene.sandbox.run(["key", "match", "s.key", "s.crt"]).succeeded();
    let signed = scene.read("s.crt");
    manifest["certificates"]["s.test"]["key"] = json!("rsa-2048");
    scene.write(&manifest);
    let refused = |why: &str| {
        let report = scene.apply(&[], 1);
        let problem = report["problems"][0]["why"].as_str().unwrap();
        assert!(problem.starts_with(why) && problem.contains("with whoever made its request"), "{report:#}");
        assert!(scene.read("s.crt") == signed);
    };
    refused("key EC P-256 → rsa-2048");
    scene.sandbox.run(["revoke", "s.test"]).succeeded();
    refused("it is revoked");
    // Who wants a key of the store's says where it goes.
    manifest["certificates"]["s.test"]["deliver"] = json!([{"pem": "tls"}]);
    scene.write(&manifest);
    assert_eq!(Scene::changes(&scene.apply(&[], 0)), ["change certificate s.test"]);
    scene.sandbox.run(["key", "match", "tls/key.pem", "tls/cert.pem"]).succeeded();
}

#[test]
fn delivered_keys_are_encrypted_on_demand() {
    let scene = Scene::new();
    let manifest = json!({
        "defaults": {"passphrase": "none"}, "authorities": {"root": {"key": "ec-p256"}},
        "certificates": {
            "a.test": {"deliver": [{"pem": "out/a", "passphrase": "file:word"}]},
            "b.test": {"deliver": [{"pem": "out/b"}]},
        },
    });
    fs::write(scene.sandbox.path("word"), "open sesame\n").unwrap();
    scene.write(&manifest);
    scene.apply(&[], 0);
    scene.is_settled();
    let is_encrypted =
        |file: &str| String::from_utf8(scene.read(file)).unwrap().contains("BEGIN ENCRYPTED PRIVATE KEY");
    assert!(is_encrypted("out/a/key.pem") && !is_encrypted("out/b/key.pem"));
    let word = ["--passphrase", "file:word"];
    scene.sandbox.run(["key", "match", "out/a/key.pem", "out/a/cert.pem"].iter().chain(&word)).succeeded();
    // Certified once more over the one that is there, also where nothing noted what that is.
    let mut renewed = manifest.clone();
    renewed["certificates"]["a.test"]["names"] = json!(["b.a.test"]);
    renewed["certificates"]["c.test"] =
        json!({"key_passphrase": "file:word", "deliver": [{"pem": "out/c", "passphrase": "file:word"}]});
    scene.sandbox.run(["issue", "c.test", "--out", "out/c", "--key-passphrase", "file:word"]).succeeded();
    scene.write(&renewed);
    scene.apply(&[], 0);
    renewed["certificates"]["c.test"]["names"] = json!(["b.c.test"]);
    scene.write(&renewed);
    scene.apply(&[], 0);
    scene.is_settled();
    assert!(is_encrypted("out/a/key.pem") && is_encrypted("out/c/key.pem"));
    scene.write(&manifest);
    scene.apply(&[], 0);
    // Described in its own words.
    scene.sandbox.run(["manifest", "from-store", "--out", "again.json"]).succeeded();
    let again: Value = serde_json::from_slice(&scene.read("again.json")).unwrap();
    assert_eq!(again["certificates"]["a.test"]["deliver"][0]["passphrase"], "prompt", "{again:#}");
    // Not any more.
    let mut open = manifest;
    open["certificates"]["a.test"]["deliver"][0].as_object_mut().unwrap().remove("passphrase");
    scene.write(&open);
    assert_eq!(Scene::changes(&scene.apply(&[], 0)), ["change files a.test"]);
    assert!(!is_encrypted("out/a/key.pem"));
    scene.is_settled();
    open["certificates"]["a.test"]["deliver"][0] = json!({"pem": "out/a", "key": false, "passphrase": "env:X"});
    scene.write(&open);
    scene.sandbox.run(["manifest", "check", "pki.json"]).exited(3);
}

#[test]
fn an_authority_that_is_made_anew_makes_its_children_anew() {
    let mut manifest = described();
    let scene = Scene::applied(&manifest);
    let (key, root) = (scene.read("out/web0.corp.test/key.pem"), scene.read("out/web0.corp.test/ca.pem"));
    manifest["authorities"]["root"]["key"] = json!("ec-p384");
    scene.write(&manifest);
    let report = scene.apply(&[], 0);
    // Three authorities and nine certificates; truststores and CRLs follow.
    assert_eq!(Scene::changes(&report).len(), 12, "{report:#}");
    scene.is_settled();
    assert!(key == scene.read("out/web0.corp.test/key.pem"), "the keys of certificates stay");
    assert!(root != scene.read("out/web0.corp.test/ca.pem"));
    for name in ["web0.corp.test", "web5.corp.test"] {
        let file = format!("out/{name}/fullchain.pem");
        let anchor = format!("out/{name}/ca.pem");
        scene.sandbox.run(["verify", &file, "--anchor", &anchor, "--host", name]).succeeded();
    }
    scene.sandbox.run(["store", "check"]).succeeded();
    // An authority in the middle: those below it, and nobody else.
    manifest["authorities"]["services"]["cn"] = json!("Acme Services CA");
    scene.write(&manifest);
    assert_eq!(Scene::changes(&scene.apply(&[], 0)).len(), 1 + 8);
    scene.is_settled();
}

/// Whoever trusts the older root still would not notice that the newer one permits less.
#[test]
fn a_root_that_permits_less_takes_the_place_of_the_older_one() {
    let mut manifest = json!({
        "defaults": {"passphrase": "none"}, "authorities": {"ca": {"key": "ec-p256", "permit": ["test", "corp.example"]}},
        "certificates": {"b.corp.example": {"deliver": [{"pem": "b"}]}}, "truststores": [{"to": "trust.pem"}],
    });
    let scene = Scene::applied(&manifest);
    let verify = ["verify", "b/fullchain.pem", "--anchor", "trust.pem"];
    scene.sandbox.run(verify).succeeded();
    manifest["authorities"]["ca"]["permit"] = json!(["test"]);
    manifest["certificates"] = json!({});
    scene.write(&manifest);
    scene.apply(&[], 0);
    let roots = || String::from_utf8(scene.read("trust.pem")).unwrap().matches("BEGIN CERTIFICATE").count();
    assert_eq!(roots(), 1);
    scene.sandbox.run(verify).exited(3);
    let build = ["truststore", "build", "--out", "built.pem"];
    scene.sandbox.run(build).succeeded();
    assert!(scene.read("built.pem") == scene.read("trust.pem"));
    scene.is_settled();
    // With another key it is another root.
    manifest["authorities"]["ca"]["key"] = json!("ec-p384");
    scene.write(&manifest);
    scene.apply(&[], 0);
    assert_eq!(roots(), 2);
}

#[test]
fn revoking_needs_no_new_key_and_a_revoked_one_is_replaced() {
    let mut manifest = described();
    let scene = Scene::applied(&manifest);
    let serial = scene.shown("web1.corp.test")["serial"].clone();
    manifest["certificates"].as_object_mut().unwrap().remove("web0.corp.test");
    manifest["revocations"] = json!([
        {"certificate": "web0.corp.test", "reason": "superseded"},
        {"serial": serial, "reason": "key-compromise"},
    ]);
    scene.write(&manifest);
    let report = scene.apply(&[], 0);
    assert_eq!(report["changes"], 2, "{report:#}");
    scene.is_settled();
    let shown = scene.shown("web0.corp.test");
    assert_eq!(shown["state"], "revoked");
    assert_eq!(shown["lineage_serials"].as_array().unwrap().len(), 1, "nothing new for what is revoked");
    let shown = scene.shown("web1.corp.test");
    assert_ne!(shown["serial"], serial);
    assert_eq!(shown["state"], "valid");
    let crl = scene.sandbox.run(["crl", "inspect", "public/services.crl", "--json"]).succeeded();
    assert!(crl.stdout.contains("\"revoked\": 2"), "{}", crl.stdout);
}

#[test]
fn only_prune_takes_anything_away() {
    let mut manifest = described();
    let scene = Scene::applied(&manifest);
    fs::write(scene.sandbox.path("out/web2.corp.test/key.pem"), "mine now").unwrap();
    let certificates = manifest["certificates"].as_object_mut().unwrap();
    certificates.remove("web2.corp.test");
    certificates["web3.corp.test"]["deliver"].as_array_mut().unwrap().remove(0);
    scene.write(&manifest);
    let report = scene.apply(&["--plan"], 0);
    assert!(report["notes"][0].as_str().unwrap().contains("--prune"), "{report:#}");
    assert_eq!(Scene::changes(&scene.apply(&[], 0)), [""; 0]);
    let report = scene.apply(&["--prune"], 0);
    assert_eq!(Scene::changes(&report), ["prune certificate web2.corp.test", "prune files web3.corp.test"]);
    let there = |file: &str| scene.sandbox.path("out").join(file).exists();
    assert!(!there("web2.corp.test/cert.pem") && !there("web2.corp.test.jks") && !there("web3.corp.test"));
    assert!(there("web2.corp.test/key.pem"), "what somebody changed is left");
    assert!(there("web3.corp.test.jks"));
    assert_eq!(scene.shown("web2.corp.test")["state"], "revoked");
    assert_eq!(scene.apply(&["--prune"], 0)["changes"], 0);
    scene.is_settled();
}

#[test]
fn prune_leaves_what_others_have_too() {
    let manifest = |certificates: Value| {
        json!({
            "defaults": {"passphrase": "none", "storepass": "pass:changeit"}, "authorities": {"ca": {"key": "ec-p256"}},
            "certificates": certificates,
        })
    };
    let to = |place: Value| json!({"deliver": [place]});
    let nginx = || json!({"export": "nginx", "to": "tls"});
    let scene = Scene::applied(&manifest(
        json!({"a.test": to(nginx()), "b.test": to(json!({"export": "docker", "to": "tls"}))}),
    ));
    let whole = |case: &str, dir: &str| {
        let run = scene.sandbox.run(["verify", &format!("{dir}/fullchain.pem"), "--anchor", &format!("{dir}/ca.pem")]);
        assert_eq!(run.code, 0, "{case}: {}", run.stderr);
        scene.sandbox.run(["key", "match", &format!("{dir}/key.pem"), &format!("{dir}/fullchain.pem")]).succeeded();
        scene.is_settled();
    };
    let prune = |certificates: Value| {
        scene.write(&manifest(certificates));
        let report = scene.apply(&["--prune"], 0);
        assert!(!report["notes"].to_string().contains("is left"), "{report:#}");
        Scene::changes(&report).join(", ")
    };
    // Two programs share the root.
    assert_eq!(prune(json!({"a.test": to(nginx())})), "prune certificate b.test");
    whole("a shared root", "tls");
    // One certificate in the place of another one, two that change places, and another form in one place.
    let pem = |dir: &str| to(json!({ "pem": dir }));
    prune(json!({"www.test": pem("one"), "b.test": pem("two")}));
    assert_eq!(
        prune(json!({"web.test": pem("one"), "b.test": pem("two")})),
        "create certificate web.test, prune certificate www.test"
    );
    whole("a new name", "one");
    prune(json!({"web.test": pem("two"), "b.test": pem("one")}));
    for dir in ["one", "two"] {
        whole("places exchanged", dir);
    }
    prune(json!({"web.test": to(json!({"export": "nginx", "to": "two"})), "b.test": pem("one")}));
    whole("another form", "two");
    assert!(!scene.sandbox.path("two/chain.pem").exists(), "nginx has none");
}

#[test]
fn prune_follows_no_link_that_somebody_put_there() {
    let manifest = |places: Value| {
        json!({
            "defaults": {"passphrase": "none"}, "authorities": {"ca": {"key": "ec-p256"}},
            "certificates": {"a.test": {"deliver": places}},
        })
    };
    let scene = Scene::applied(&manifest(json!([{"pem": "live"}, {"pem": "other"}])));
    let path = |name: &str| scene.sandbox.path(name);
    // The directory itself, moved away with a link in its place.
    fs::rename(path("live"), path("moved")).unwrap();
    std::os::unix::fs::symlink("moved", path("live")).unwrap();
    scene.apply(&["--prune"], 0);
    scene.is_settled();
    // Another one that leads to it.
    fs::remove_dir_all(path("other")).unwrap();
    std::os::unix::fs::symlink("live", path("other")).unwrap();
    scene.write(&manifest(json!([{"pem": "live"}])));
    scene.apply(&["--prune"], 0);
    for file in ["cert.pem", "key.pem", "chain.pem", "fullchain.pem", "ca.pem"] {
        assert!(path("moved").join(file).exists(), "{file}");
    }
    scene.is_settled();
}

#[test]
fn a_place_on_record_is_no_licence_to_replace_what_others_put_there() {
    let manifest = |place: Value| {
        json!({
            "defaults": {"passphrase": "none"}, "authorities": {"ca": {"key": "ec-p256"}},
            "certificates": {"a.test": {"deliver": [place]}},
        })
    };
    let scene = Scene::applied(&manifest(json!({"pem": "out", "key": false})));
    fs::write(scene.sandbox.path("out/key.pem"), "mine").unwrap();
    scene.write(&manifest(json!({"pem": "out"})));
    for options in [&["--plan"][..], &[]] {
        let report = scene.apply(options, 1);
        assert!(report.to_string().contains("out/key.pem exists already"), "{report:#}");
    }
    assert_eq!(scene.read("out/key.pem"), b"mine");
    // Another store with the same place.
    fs::remove_file(scene.sandbox.path("out/key.pem")).unwrap();
    scene.apply(&[], 0);
    scene.sandbox.run(["--store", "second", "apply", "pki.json"]).exited(1);
    scene.sandbox.run(["--store", "second", "apply", "pki.json", "--force"]).succeeded();
    let theirs = scene.read("out/cert.pem");
    let report = scene.apply(&[], 1);
    assert!(report.to_string().contains("a certificate that this store did not issue"), "{report:#}");
    assert!(scene.read("out/cert.pem") == theirs);
    scene.apply(&["--force"], 0);
    scene.is_settled();
    // Another manifest of the same store.
    let other = json!({
        "defaults": {"passphrase": "none"}, "authorities": {"ca": {"key": "ec-p256"}},
        "certificates": {"b.test": {"deliver": [{"pem": "out"}]}},
    });
    scene.write(&other);
    let report = scene.apply(&["--plan"], 3);
    let note = "the files of a.test go, those of b.test take their place";
    assert!(report["notes"].to_string().contains(note), "{report:#}");
}

#[test]
fn no_key_stays_beside_a_certificate_that_is_not_its_own() {
    let csr = ["csr", "create", "--new-key", "r.key", "--no-passphrase", "a.test", "--out", "r.csr"];
    let mut manifest = json!({
        "defaults": {"passphrase": "none"}, "authorities": {"ca": {"key": "ec-p256"}},
        "certificates": {"a.test": {"deliver": [{"pem": "out"}]}},
    });
    let scene = Scene::applied(&manifest);
    scene.sandbox.run(csr).succeeded();
    let key = || scene.sandbox.path("out/key.pem").exists();
    assert!(key());
    manifest["certificates"]["a.test"]["csr"] = json!("r.csr");
    scene.write(&manifest);
    let report = scene.apply(&[], 0);
    assert!(report.to_string().contains("the request has another key"), "{report:#}");
    assert!(!key());
    scene.is_settled();
    // Back again: the key of the request is not here.
    manifest["certificates"]["a.test"].as_object_mut().unwrap().remove("csr");
    scene.write(&manifest);
    let report = scene.apply(&[], 0);
    assert!(report.to_string().contains("its key is not in the store: a new one"), "{report:#}");
    scene.sandbox.run(["key", "match", "out/key.pem", "out/cert.pem"]).succeeded();
    scene.is_settled();
    manifest["certificates"]["a.test"] = json!({"key": "ec-p384", "deliver": [{"pem": "out", "key": false}]});
    scene.write(&manifest);
    scene.apply(&[], 0);
    assert!(!key());
    scene.is_settled();
    // One that somebody put there is not touched.
    fs::write(scene.sandbox.path("out/key.pem"), "mine").unwrap();
    manifest["certificates"]["a.test"]["key"] = json!("ec-p256");
    scene.write(&manifest);
    scene.apply(&[], 0);
    assert_eq!(scene.read("out/key.pem"), b"mine");
}

#[test]
fn nothing_is_pruned_before_what_takes_its_place_is_there() {
    let manifest = |certificates: Value, truststore: &str| {
        json!({
            "defaults": {"passphrase": "none"}, "authorities": {"ca": {"key": "ec-p256", "permit": ["test"]}},
            "certificates": certificates, "truststores": [{"to": truststore}],
        })
    };
    let scene = Scene::applied(&manifest(json!({"a.test": {"deliver": [{"pem": "out/a"}]}}), "trust.pem"));
    let stays = |certificates: Value, truststore: &str| {
        scene.write(&manifest(certificates, truststore));
        for options in [&["--prune", "--plan"][..], &["--prune"]] {
            let report = scene.apply(options, 1);
            assert!(report.to_string().contains("stays, since what takes its place"), "{report:#}");
        }
        assert_eq!(scene.shown("a.test")["state"], "valid");
        scene.sandbox.run(["key", "match", "out/a/key.pem", "out/a/cert.pem"]).succeeded();
        assert!(scene.sandbox.path("trust.pem").exists());
    };
    // What cannot be as described has no step of its own.
    let at = |dir: &str| json!([{ "pem": dir }]);
    stays(json!({"z.test": {"csr": "later.csr", "deliver": at("out/a")}}), "trust.pem");
    stays(json!({"z.test": {"profile": "nosuch", "deliver": at("out/a")}}), "trust.pem");
    stays(json!({"z.org": {"deliver": at("out/a")}}), "trust.pem");
    // Another place of the same certificate.
    fs::create_dir_all(scene.sandbox.path("out/new")).unwrap();
    fs::write(scene.sandbox.path("out/new/key.pem"), "mine").unwrap();
    fs::write(scene.sandbox.path("file"), "").unwrap();
    stays(json!({"a.test": {"deliver": at("out/new")}}), "trust.pem");
    stays(json!({"a.test": {"profile": "nosuch", "deliver": at("out/b")}}), "trust.pem");
    stays(json!({"a.test": {"deliver": at("out/a")}}), "file/trust.pem");
    fs::remove_file(scene.sandbox.path("out/new/key.pem")).unwrap();
    scene.write(&manifest(json!({"a.test": {"deliver": at("out/new")}}), "trust.pem"));
    scene.apply(&["--prune"], 0);
    assert!(!scene.sandbox.path("out/a").exists());
    scene.is_settled();
}

#[test]
fn roles_of_a_program_share_a_directory_and_change_places() {
    let etcd = |role: &str| json!({"export": "etcd", "role": role, "to": "etcd"});
    let manifest = |one: Value, other: Value| {
        json!({
            "defaults": {"passphrase": "none", "profile": "etcd-peer"}, "authorities": {"ca": {"key": "ec-p256"}},
            "certificates": {
                "e.test": {"names": ["127.0.0.1"], "deliver": one}, "p.test": {"names": ["127.0.0.1"], "deliver": other},
            },
        })
    };
    let scene = Scene::applied(&manifest(json!([etcd("server"), etcd("peer")]), json!([])));
    let there = |name: &str| scene.sandbox.path("etcd").join(name).exists();
    scene.write(&manifest(json!([etcd("peer")]), json!([])));
    scene.apply(&["--prune"], 0);
    assert!(there("peer.crt") && there("ca.crt") && !there("server.crt") && !there("server.key"));
    scene.is_settled();
    scene.write(&manifest(json!([etcd("peer")]), json!([etcd("server")])));
    scene.apply(&[], 0);
    scene.is_settled();
    scene.write(&manifest(json!([etcd("server")]), json!([etcd("peer")])));
    scene.apply(&[], 0);
    scene.is_settled();
    for (name, host) in [("server", "e.test"), ("peer", "p.test")] {
        let (file, key) = (format!("etcd/{name}.crt"), format!("etcd/{name}.key"));
        scene.sandbox.run(["verify", &file, "--anchor", "etcd/ca.crt", "--host", host]).succeeded();
        scene.sandbox.run(["key", "match", &key, &file]).succeeded();
    }
    // One directory by two ways.
    std::os::unix::fs::symlink("etcd", scene.sandbox.path("link")).unwrap();
    let two = json!([{"export": "etcd", "role": "server", "to": "link"}]);
    scene.write(&manifest(json!([etcd("server")]), two));
    let run = scene.sandbox.run(["apply", "pki.json"]).exited(1);
    assert!(run.stderr.contains("something else is put there too"), "{}", run.stderr);
}

#[test]
fn keys_and_certificates_of_others_are_not_put_back() {
    let scene = Scene::applied(&json!({
        "defaults": {"passphrase": "none"}, "authorities": {"ca": {"key": "ec-p256"}},
        "certificates": {"a.test": {"deliver": [{"pem": "out"}]}},
    }));
    let other = ["issue", "other.test", "--self-signed", "--out", "theirs"];
    scene.sandbox.run(other).succeeded();
    let theirs = ["cert.pem", "key.pem"].map(|name| scene.read(&format!("theirs/{name}")));
    for (name, bytes) in ["cert.pem", "key.pem"].iter().zip(&theirs) {
        let ours = scene.read(&format!("out/{name}"));
        fs::write(scene.sandbox.path("out").join(name), bytes).unwrap();
        let report = scene.apply(&[], 1);
        assert!(report.to_string().contains("this store"), "{report:#}");
        scene.sandbox.run(["renew", "a.test"]).exited(1);
        assert!(scene.read(&format!("out/{name}")) == *bytes, "{name}");
        fs::write(scene.sandbox.path("out").join(name), ours).unwrap();
        scene.apply(&[], 0);
    }
    // A key that is lost is compromised: neither a certificate nor its authority is made anew with it.
    let key = scene.sandbox.run(["authority", "show", "ca", "--json"]).succeeded().stdout;
    scene.sandbox.run(["revoke", "a.test", "--reason", "ca-compromise"]).succeeded();
    let report = scene.apply(&[], 0);
    assert!(report.to_string().contains("a new one with a new key"), "{report:#}");
    assert_eq!(scene.sandbox.run(["authority", "show", "ca", "--json"]).succeeded().stdout, key);
}

#[test]
fn a_crl_that_was_cut_off_is_put_right() {
    let scene = Scene::applied(&json!({
        "defaults": {"passphrase": "none"}, "authorities": {"ca": {"key": "ec-p256"}}, "crls": [{"to": "public"}],
    }));
    let whole = scene.read("public/ca.crl");
    fs::write(scene.sandbox.path("public/ca.crl"), "").unwrap();
    scene.apply(&[], 0);
    assert!(scene.read("public/ca.crl") == whole);
    fs::write(scene.sandbox.path("public/ca.crl"), &whole[..40]).unwrap();
    for options in [&["--plan"][..], &[]] {
        let report = scene.apply(options, 1);
        assert!(report.to_string().contains("is no CRL, and is not replaced"), "{report:#}");
        assert!(report.to_string().contains("apply --force"), "{report:#}");
    }
    scene.apply(&["--plan", "--force"], 3);
    scene.apply(&["--force"], 0);
    assert!(scene.read("public/ca.crl") == whole);
    scene.is_settled();
}

#[test]
fn what_could_not_be_replaced_is_not_pruned() {
    let certificate = |dir: &str| json!({"deliver": [{"pem": dir}, {"certificate": format!("{dir}/only.crt")}]});
    let mut manifest = json!({
        "defaults": {"passphrase": "none"}, "authorities": {"ca": {"key": "ec-p256"}},
        "certificates": {"www.test": certificate("tls")},
    });
    let scene = Scene::applied(&manifest);
    fs::write(scene.sandbox.path("tls/mine.crt"), "mine").unwrap();
    let mut other = certificate("tls");
    other["deliver"][1]["certificate"] = json!("tls/mine.crt");
    manifest["certificates"] = json!({ "web.test": other });
    scene.write(&manifest);
    let report = scene.apply(&["--prune"], 1);
    assert!(report.to_string().contains("stays, since what takes its place could not be put there"), "{report:#}");
    assert_eq!(scene.shown("www.test")["state"], "valid", "what is in use is not revoked");
    scene.sandbox.run(["key", "match", "tls/key.pem", "tls/cert.pem"]).succeeded();
    fs::remove_file(scene.sandbox.path("tls/mine.crt")).unwrap();
    scene.apply(&["--prune"], 0);
    assert_eq!(scene.shown("www.test")["state"], "revoked");
    scene.sandbox.run(["key", "match", "tls/key.pem", "tls/cert.pem"]).succeeded();
    scene.is_settled();
}

#[test]
fn a_place_has_one_name_by_whatever_way_the_manifest_is_reached() {
    let manifest = json!({
        "defaults": {"passphrase": "none"}, "authorities": {"ca": {"key": "ec-p256"}},
        "certificates": {"a.test": {"deliver": [{"pem": "tls"}]}}, "truststores": [{"to": "./sub/../trust.pem"}],
        "crls": [{"to": "public"}],
    });
    let scene = Scene::new();
    let project = scene.sandbox.path("project");
    fs::create_dir_all(project.join("sub")).unwrap();
    fs::write(project.join("pki.json"), manifest.to_string()).unwrap();
    std::os::unix::fs::symlink("project", scene.sandbox.path("link")).unwrap();
    scene.sandbox.run(["apply", "project/pki.json"]).succeeded();
    let project = project.to_str().unwrap();
    for way in [
        "project/sub/../pki.json",
        "link/pki.json",
        "./link/sub/../../project/pki.json",
        &format!("{project}/pki.json"),
    ] {
        scene.sandbox.run(["apply", way, "--plan", "--prune"]).succeeded();
    }
    // A project that was moved with all that is in it; but for what somebody put there meanwhile.
    fs::rename(project, scene.sandbox.path("elsewhere")).unwrap();
    let key = scene.read("elsewhere/tls/key.pem");
    fs::write(scene.sandbox.path("elsewhere/tls/key.pem"), "mine").unwrap();
    scene.sandbox.run(["apply", "elsewhere/pki.json"]).exited(1);
    assert_eq!(scene.read("elsewhere/tls/key.pem"), b"mine");
    fs::write(scene.sandbox.path("elsewhere/tls/key.pem"), &key).unwrap();
    scene.sandbox.run(["apply", "elsewhere/pki.json", "--prune"]).succeeded();
    scene.sandbox.run(["apply", "elsewhere/pki.json", "--plan", "--prune"]).succeeded();
    assert!(scene.read("elsewhere/tls/key.pem") == key);
}

#[test]
fn a_store_describes_itself() {
    let mut manifest = described();
    manifest["authorities"]["elder"] = json!({"cn": "Elder Root CA", "key": "ec-p256"});
    let others = json!({"to": "out/others.pem", "authorities": ["services", "elder", "people"]});
    manifest["truststores"].as_array_mut().unwrap().push(others);
    let scene = Scene::applied(&manifest);
    scene.sandbox.run(["issue", "spare.corp.test", "--validity", "20d", "--authority", "people"]).succeeded();
    scene.sandbox.run(["revoke", "spare.corp.test"]).succeeded();
    scene.sandbox.run(["issue", "*.wild.test", "--profile", "peer", "--out", "wild"]).succeeded();
    let csr = ["csr", "create", "--new-key", "k.pem", "--no-passphrase", "--subject", "CN=csr.test", "--out", "k.csr"];
    scene.sandbox.run(csr).succeeded();
    scene.sandbox.run(["sign", "k.csr", "--out", "k.crt"]).succeeded();
    scene.sandbox.run(["crl", "publish"]).succeeded();
    for file in ["again.yaml", "again.toml", "again.json"] {
        scene.sandbox.run(["manifest", "from-store", "--out", file]).succeeded();
        let plan = scene.sandbox.run(["apply", file, "--plan", "--prune", "--json"]).succeeded();
        let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
        assert_eq!((&plan["steps"], &plan["problems"]), (&json!([]), &json!([])), "{file}: {plan:#}");
    }
    let text = fs::read_to_string(scene.sandbox.path("again.yaml")).unwrap();
    for word in ["Acme Root CA", "out/alice.p12", "web0.corp.test", "*.wild.test", "internal:"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    // Nothing says where the request is.
    let again: Value = serde_json::from_slice(&scene.read("again.json")).unwrap();
    assert_eq!(again["certificates"]["csr.test"], json!({"keep": true}), "{text}");
    assert_eq!(text.matches("keep: true").count(), 1, "{text}");
    let truststores = again["truststores"].as_array().unwrap().iter().map(|one| &one["authorities"]);
    assert!(truststores.clone().any(|all| *all == json!(["elder", "root"])), "{text}");
    assert!(truststores.clone().any(|all| *all == json!(["services", "elder"])), "{text}");
    assert!(!text.contains("spare.corp.test"), "what is revoked is not described as a certificate: {text}");
}

#[test]
fn what_would_change_at_once_is_kept_and_told() {
    let sandbox = Sandbox::with_root();
    sandbox.run(["issue", "a.test"]).succeeded();
    assert!(!sandbox.run(["manifest", "from-store"]).succeeded().stderr.contains("is kept as it is"));
    sandbox.run(["store", "settings", "--crl-url", "http://crl.test"]).succeeded();
    let run = sandbox.run(["manifest", "from-store"]).succeeded();
    let told = "certificate a.test is kept as it is, and never renewed by apply: described in full it would change at once (cRLDist";
    assert!(run.stderr.contains(told) && run.stdout.contains("keep: true"), "{}", run.stderr);
}

#[test]
fn secrets_come_from_their_sources() {
    let mut manifest = described();
    manifest["defaults"]["passphrase"] = json!("file:ca.pass");
    manifest["authorities"]["root"]["passphrase"] = json!("file:root.pass");
    let scene = Scene::new();
    scene.write(&manifest);
    let outcome = scene.sandbox.run(["apply", "pki.json"]).exited(1);
    assert!(outcome.stderr.contains("ca.pass"), "{}", outcome.stderr);
    // A file is looked for beside the manifest, wherever the command runs; what has no password asks for none.
    fs::create_dir(scene.sandbox.path("sub")).unwrap();
    let open = json!({
        "defaults": {"passphrase": "file:own.pass", "storepass": "env:NOT_THERE"},
        "authorities": {"root": {"key": "ec-p256"}},
        "truststores": [{"to": "roots.pem"}],
    });
    fs::write(scene.sandbox.path("sub/open.json"), open.to_string()).unwrap();
    scene.secret("sub/own.pass", "third secret\n");
    scene.sandbox.run(["apply", "sub/open.json", "--store", "sub/store"]).succeeded();
    assert!(scene.sandbox.path("sub/roots.pem").exists());
    for (file, secret) in [("ca.pass", "first secret\n"), ("root.pass", "second secret\n")] {
        fs::write(scene.sandbox.path(file), secret).unwrap();
        set_private(&scene.sandbox.path(file));
    }
    scene.apply(&[], 0);
    scene.is_settled();
    let key = |file: &str| String::from_utf8(scene.read(file)).unwrap();
    for file in
        ["store/authorities/root/key.pem", "store/authorities/services/key.pem", "store/issued/alice/current/key.pem"]
    {
        assert!(key(file).contains("ENCRYPTED"), "{file}");
    }
    let convert = ["key", "convert", "store/authorities/root/key.pem", "--no-passphrase", "--out", "k.pem"];
    scene.sandbox.run(convert.iter().chain(&["--passphrase", "file:root.pass"])).succeeded();
    // A file that is put back takes the key out of the store.
    fs::remove_file(scene.sandbox.path("out/alice.p12")).unwrap();
    scene.apply(&[], 0);
    scene.is_settled();
}

/// A root whose key changes, one authority under it with a passphrase of its own, and a certificate whose key has its own too.
fn locked() -> (Value, Scene) {
    let manifest = json!({
        "defaults": {"passphrase": "file:ca.pass", "authority": "services", "validity": "90d"},
        "authorities": {
            "root": {"cn": "Acme Root CA", "key": "ec-p256"},
            "services": {"parent": "root", "passphrase": "file:services.pass"},
        },
        "certificates": {"a.test": {"key_passphrase": "file:key.pass", "deliver": [{"pem": "out/a"}]}},
    });
    let scene = Scene::new();
    scene.write(&manifest);
    for file in ["ca.pass", "services.pass", "key.pass"] {
        scene.secret(file, &format!("the right one of {file}\n"));
    }
    scene.apply(&[], 0);
    (manifest, scene)
}

#[test]
fn a_mistyped_passphrase_locks_no_new_key_away() {
    let (mut manifest, scene) = locked();
    manifest["authorities"]["root"]["key"] = json!("ec-p384");
    manifest["certificates"]["a.test"]["key"] = json!("ec-p384");
    scene.write(&manifest);
    let (journal, key) = (scene.read("store/journal.jsonl"), scene.read("store/authorities/root/key.pem"));
    for (file, told) in [
        ("ca.pass", "/ca.pass gives does not open the key that authority root has"),
        ("services.pass", "authority services: wrong passphrase"),
        ("key.pass", "/key.pass gives does not open the key that a.test has"),
    ] {
        scene.secret(file, "a slip of the finger\n");
        let refused = scene.sandbox.run(["apply", "pki.json"]).exited(1);
        assert!(refused.stderr.contains(told), "{file}: {}", refused.stderr);
        assert!(refused.stderr.contains("nothing was done"), "{file}: {}", refused.stderr);
        assert!(journal == scene.read("store/journal.jsonl"), "{file}: something was recorded");
        assert!(key == scene.read("store/authorities/root/key.pem"), "{file}");
        scene.secret(file, &format!("the right one of {file}\n"));
    }
    scene.apply(&[], 0);
    scene.is_settled();
    // A passphrase is changed with the key that is there, and then for what comes.
    let path = "store/authorities/root/key.pem";
    scene.secret("new.pass", "another one\n");
    let convert =
        ["key", "convert", path, "--out", path, "--passphrase", "file:ca.pass", "--force", "--new-passphrase"];
    scene.sandbox.run(convert.iter().chain(&["file:new.pass"])).succeeded();
    manifest["defaults"]["passphrase"] = json!("file:new.pass");
    manifest["authorities"]["root"]["key"] = json!("ec-p256");
    scene.write(&manifest);
    scene.apply(&[], 0);
    scene.is_settled();
    // A root beside it, too: whatever has the source of others opens one of them.
    manifest["authorities"]["other"] = json!({});
    scene.write(&manifest);
    scene.secret("new.pass", "a slip of the finger\n");
    let report = scene.apply(&[], 1);
    assert!(report["steps"][0]["error"].as_str().unwrap().contains("the key of authority root"), "{report:#}");
    scene.sandbox.run(["store", "check"]).succeeded();
}

fn set_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_plan_says_what_will_be_refused() {
    let mut manifest = described();
    manifest["authorities"]["services"]["permit"] = json!(["corp.test", "10.0.0.0/8"]);
    let scene = Scene::applied(&manifest);
    let certificates = &mut manifest["certificates"];
    certificates["web0.corp.test"]["names"] = json!(["192.0.2.1"]);
    certificates["www.elsewhere.test"] = json!({});
    // Keys that take long to make, and profiles that do not have them.
    certificates["rsa.elsewhere.test"] = json!({"key": "rsa-3072"});
    certificates["rsa.corp.test"] = json!({"key": "rsa-2048"});
    certificates["web1.corp.test"]["key"] = json!("rsa-2048");
    certificates["web1.corp.test"]["names"] = json!(["192.0.2.1"]);
    // Authorities, and what those that are not there yet will refuse.
    let authorities = &mut manifest["authorities"];
    authorities["narrow"] = json!({"parent": "root", "permit": ["corp.test"], "path_len": 0, "validity": "60d"});
    authorities["other"] = json!({"parent": "root", "cn": "narrow CA"});
    authorities["below"] = json!({"parent": "narrow"});
    authorities["twice"] = json!({"cn": "Acme Root CA"});
    authorities["longer"] = json!({"parent": "root", "not_after": "2190-01-01"});
    authorities["good"] = json!({"parent": "root"});
    let certificates = &mut manifest["certificates"];
    certificates["outside.test"] = json!({"authority": "narrow"});
    certificates["inside.corp.test"] = json!({"authority": "narrow"});
    certificates["under.test"] = json!({"authority": "below"});
    certificates["long.corp.test"] =
        json!({"renew": "30d", "validity": null, "profile": "internal", "not_after": null});
    // Files that are there.
    certificates["taken.corp.test"] = json!({"deliver": [{"pem": "mine"}]});
    certificates["alice"]["deliver"] = json!([{"certificate": "mine/alice.crt"}]);
    certificates["db2.corp.test"] = json!({"deliver": [{"export": "postgres", "to": "mine"}]});
    manifest["truststores"] = json!([{"to": "mine/anchors.jks", "authorities": ["root"]}]);
    manifest["defaults"].as_object_mut().unwrap().remove("validity");
    fs::create_dir(scene.sandbox.path("mine")).unwrap();
    for file in ["cert.pem", "alice.crt", "server.key", "anchors.jks"] {
        fs::write(scene.sandbox.path("mine").join(file), "precious").unwrap();
    }
    scene.write(&manifest);
    let refusals = |report: &Value, word: &str| {
        let name = |one: &Value| format!("{} {}", one["kind"].as_str().unwrap(), one["name"].as_str().unwrap());
        let steps = report["steps"].as_array().unwrap().iter().filter(|step| step["result"] == word);
        let mut all: Vec<_> = steps.chain(report["problems"].as_array().unwrap()).map(name).collect();
        all.sort();
        all
    };
    let plan = scene.apply(&["--plan"], 1);
    let planned = refusals(&plan, "refused");
    let anchors = format!("truststore {}", scene.sandbox.path("mine/anchors.jks").display());
    let expected = [
        "authority below",
        "authority longer",
        "authority other",
        "authority twice",
        "certificate db2.corp.test",
        "certificate long.corp.test",
        "certificate outside.test",
        "certificate rsa.elsewhere.test",
        "certificate taken.corp.test",
        "certificate under.test",
        "certificate web0.corp.test",
        "certificate web1.corp.test",
        "certificate www.elsewhere.test",
        "files alice",
        &anchors,
    ];
    assert_eq!(planned, expected, "{plan:#}");
    let forced = refusals(&scene.apply(&["--plan", "--force"], 1), "refused");
    assert!(!forced.iter().any(|name| name.contains("taken") || name.contains("mine")), "{forced:#?}");
    let done = scene.apply(&[], 1);
    assert_eq!(refusals(&done, "failed"), planned, "{done:#}");
    let made = Scene::changes(&done);
    for name in ["authority narrow", "authority good", "certificate inside.corp.test", "certificate rsa.corp.test"] {
        assert!(made.contains(&format!("create {name}")), "{name}: {made:#?}");
    }
}

#[test]
fn a_directory_of_anchors_holds_those_that_are_described() {
    let store = json!({"to": "anchors", "format": "hashed"});
    let mut manifest = json!({
        "defaults": {"passphrase": "none"}, "truststores": [store],
        "authorities": {"one": {"key": "ec-p256"}, "two": {"key": "ec-p256"}},
    });
    let scene = Scene::applied(&manifest);
    scene.is_settled();
    let anchors = || {
        let files = fs::read_dir(scene.sandbox.path("anchors")).unwrap();
        let mut names: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let both = anchors();
    assert!(both.len() == 2 && both.iter().all(|name| name.len() == 10 && name.ends_with(".0")), "{both:?}");
    // Described by the store as it is here, what goes missing is put back, and what is not described any more goes.
    scene.sandbox.run(["manifest", "from-store", "--out", "again.json"]).succeeded();
    scene.sandbox.run(["apply", "again.json", "--plan", "--prune"]).succeeded();
    let again: Value = serde_json::from_slice(&scene.read("again.json")).unwrap();
    assert_eq!(again["truststores"][0]["format"], "hashed", "{again:#}");
    assert_eq!(again["truststores"][0]["authorities"], json!(["one", "two"]), "{again:#}");
    fs::remove_file(scene.sandbox.path("anchors").join(&both[0])).unwrap();
    scene.apply(&[], 0);
    assert_eq!(anchors(), both);
    manifest["truststores"][0]["authorities"] = json!(["two"]);
    scene.write(&manifest);
    scene.apply(&[], 0);
    scene.is_settled();
    let one = anchors();
    assert!(one.len() == 1 && both.contains(&one[0]), "{one:?}");
    // What somebody else put into such a directory is told before it would be trusted beside these.
    manifest["truststores"][0]["to"] = json!("others");
    fs::create_dir(scene.sandbox.path("others")).unwrap();
    let foreign = scene.sandbox.path("others/0a1b2c3d.0");
    fs::write(&foreign, scene.read(&format!("anchors/{}", one[0]))).unwrap();
    fs::write(scene.sandbox.path("others/readme"), "mine").unwrap();
    scene.write(&manifest);
    for options in [&["--plan"][..], &[]] {
        let report = scene.apply(options, 1);
        assert!(
            report.to_string().contains("holds other anchors") && report.to_string().contains("--force"),
            "{report:#}"
        );
    }
    scene.apply(&["--force"], 0);
    assert!(!foreign.exists() && scene.sandbox.path("others").join(&one[0]).exists());
    scene.is_settled();
    // Afterwards too.
    fs::write(&foreign, scene.read(&format!("anchors/{}", one[0]))).unwrap();
    assert!(scene.apply(&[], 1).to_string().contains("0a1b2c3d.0"));
    scene.apply(&["--force"], 0);
    assert!(!foreign.exists());
    scene.is_settled();
    manifest["truststores"] = json!([]);
    scene.write(&manifest);
    scene.apply(&["--prune"], 0);
    assert!(!scene.sandbox.path("anchors").exists());
    assert!(scene.sandbox.path("others/readme").exists() && !scene.sandbox.path("others").join(&one[0]).exists());
    for (key, value) in [("storepass", json!("env:X")), ("preset", json!("3des"))] {
        let mut wrong = json!({"to": "anchors", "format": "hashed"});
        wrong[key] = value;
        manifest["truststores"] = json!([wrong]);
        scene.write(&manifest);
        scene.sandbox.run(["manifest", "check", "pki.json"]).exited(3);
    }
}

#[test]
fn authorities_are_brought_in_and_kept() {
    let scene = Scene::new();
    let init = ["--store", "other", "init", "--no-passphrase", "--cn", "Partner CA", "--quiet"];
    scene.sandbox.run(init).succeeded();
    let mut manifest = json!({
        "defaults": {"passphrase": "none"},
        "authorities": {
            "partner": {"certificate": "other/authorities/root/ca.pem", "private_key": "other/authorities/root/key.pem"},
        },
        "certificates": {"a.test": {"authority": "partner"}},
    });
    scene.write(&manifest);
    scene.apply(&[], 0);
    scene.is_settled();
    manifest["authorities"]["partner"] = json!({"keep": true});
    manifest["certificates"]["b.test"] = json!({});
    scene.write(&manifest);
    assert_eq!(Scene::changes(&scene.apply(&[], 0)), ["create certificate b.test"]);
    manifest["authorities"]["other"] = json!({"keep": true});
    manifest["defaults"]["authority"] = json!("partner");
    scene.write(&manifest);
    assert_eq!(scene.apply(&["--plan"], 1)["problems"][0]["name"], "other");
}

/// What is signed in the run that brings an authority in is no less protected than what comes later.
#[test]
fn keys_below_an_authority_that_is_brought_in_are_encrypted_as_its_own() {
    let elsewhere = Sandbox::new();
    elsewhere.run(["init", "--no-passphrase", "--cn", "Ext"]).succeeded();
    let from = |name: &str| elsewhere.path(format!("store/authorities/root/{name}"));
    let scene = Scene::new();
    scene.secret("pass", "a good passphrase");
    for name in ["ca.pem", "key.pem"] {
        fs::copy(from(name), scene.sandbox.path(name)).unwrap();
    }
    scene.write(&json!({
        "defaults": {"passphrase": "file:pass"},
        "authorities": {"ext": {"certificate": "ca.pem", "private_key": "key.pem"}},
        "certificates": {"a.test": {}},
    }));
    scene.apply(&[], 0);
    for key in ["authorities/ext/key.pem", "issued/a.test/current/key.pem"] {
        let text = fs::read_to_string(scene.sandbox.path(format!("store/{key}"))).unwrap();
        assert!(text.contains("BEGIN ENCRYPTED PRIVATE KEY"), "{key}: {text}");
    }
}

#[test]
fn nothing_is_signed_whose_files_want_a_password_that_is_not_there() {
    let scene = Scene::new();
    scene.write(&json!({
        "defaults": {"passphrase": "none"}, "authorities": {"ca": {"key": "ec-p256"}},
        "certificates": {
            "a.test": {"deliver": [{"keystore": "a.p12", "storepass": "env:CERTWRIGHT_TEST_NOT_THERE"}]}, "b.test": {},
        },
    }));
    let report = scene.apply(&[], 1);
    assert!(report.to_string().contains("CERTWRIGHT_TEST_NOT_THERE"), "{report:#}");
    scene.sandbox.run(["show", "a.test"]).exited(1);
    scene.sandbox.run(["show", "b.test"]).succeeded();
}

/// A file that is cut off in one place.
#[test]
fn a_damaged_crl_keeps_a_revocation_from_no_other_place() {
    let mut manifest = json!({
        "defaults": {"passphrase": "none"}, "authorities": {"ca": {"key": "ec-p256"}},
        "certificates": {"a.test": {}}, "crls": [{"to": "one"}, {"to": "two"}],
    });
    let scene = Scene::applied(&manifest);
    let cut = scene.sandbox.path("one/ca.crl");
    fs::write(&cut, &fs::read(&cut).unwrap()[..100]).unwrap();
    manifest["certificates"] = json!({});
    manifest["revocations"] = json!([{"certificate": "a.test", "reason": "keyCompromise"}]);
    scene.write(&manifest);
    scene.apply(&[], 1);
    let inspect = |path: &str| scene.sandbox.run(["crl", "inspect", path]).succeeded().stdout;
    assert!(inspect("two/ca.crl").contains("keyCompromise"), "{}", inspect("two/ca.crl"));
    assert_eq!(fs::metadata(&cut).unwrap().len(), 100);
    fs::remove_file(&cut).unwrap();
    scene.apply(&[], 0);
    assert!(inspect("one/ca.crl").contains("keyCompromise"));
}

#[test]
fn an_authority_without_its_key_signs_nothing() {
    let scene = Scene::new();
    for (store, cn) in [("one", "One CA"), ("two", "Two CA")] {
        scene.sandbox.run(["--store", store, "init", "--no-passphrase", "--cn", cn, "--quiet"]).succeeded();
    }
    let certificate = |store: &str| json!({"certificate": format!("{store}/authorities/root/ca.pem")});
    let mut manifest = json!({
        "defaults": {"passphrase": "none"},
        "authorities": {"partner": certificate("one"), "viewer": certificate("two")},
        "certificates": {"a.test": {"authority": "partner"}, "b.test": {"authority": "viewer"}},
    });
    manifest["authorities"]["partner"]["private_key"] = json!("one/authorities/root/key.pem");
    manifest["authorities"]["below"] = json!({"parent": "viewer"});
    scene.write(&manifest);
    let problems = |report: &Value| -> Vec<String> {
        let all = report["problems"].as_array().unwrap();
        all.iter().map(|one| format!("{} {}", one["name"], one["why"])).collect()
    };
    // A plan promises what is done, and says once what is not.
    let steps = ["create authority partner", "create authority viewer", "create certificate a.test"];
    for options in [&["--plan"][..], &[], &["--plan"]] {
        let report = scene.apply(options, 1);
        let problems = problems(&report);
        assert_eq!(problems.len(), 2, "{report:#}");
        for (problem, name) in problems.iter().zip(["below", "b.test"]) {
            assert!(problem.starts_with(&format!("\"{name}\"")) && problem.contains("private key"), "{problem}");
        }
        if report["steps"] != json!([]) {
            assert_eq!(Scene::changes(&report), steps);
        }
    }
    // Who signs when none is named is somebody who can.
    scene.sandbox.run(["issue", "x.test", "--out", "x"]).succeeded();
    // The same certificate under a second name.
    manifest["authorities"]["zweiter"] = certificate("two");
    scene.write(&manifest);
    let report = scene.apply(&["--plan"], 1);
    assert!(problems(&report).iter().any(|why| why.contains("authority viewer already")), "{report:#}");
    // The key may come later.
    manifest["authorities"].as_object_mut().unwrap().remove("zweiter");
    manifest["authorities"]["viewer"]["private_key"] = json!("two/authorities/root/key.pem");
    scene.write(&manifest);
    let report = scene.apply(&[], 0);
    assert_eq!(
        Scene::changes(&report),
        ["change authority viewer", "create authority below", "create certificate b.test"]
    );
    scene.is_settled();
    // What the store has needs its file no more to go on; that it is gone is told.
    fs::rename(scene.sandbox.path("two"), scene.sandbox.path("gone")).unwrap();
    manifest["certificates"]["c.test"] = json!({"authority": "viewer"});
    manifest["truststores"] = json!([{"to": "mine.pem"}, {"to": "more.pem", "files": ["gone.pem"]}]);
    scene.write(&manifest);
    let check = scene.sandbox.run(["manifest", "check", "pki.json"]).succeeded();
    assert!(check.stderr.contains("two/authorities/root/ca.pem"), "{}", check.stderr);
    let report = scene.apply(&[], 1);
    assert_eq!(
        Scene::changes(&report),
        ["create certificate c.test", "create truststore mine.pem"]
            .map(|step| { step.replace("mine.pem", &scene.sandbox.path("mine.pem").display().to_string()) })
    );
    let found = problems(&report);
    assert!(found.len() == 2 && found[0].contains("viewer") && found[1].contains("gone.pem"), "{found:?}");
}

#[test]
fn a_rollover_is_not_undone() {
    let manifest = json!({
        "defaults": {"passphrase": "none", "authority": "services", "validity": "90d"},
        "authorities": {"root": {"key": "ec-p256"}, "services": {"parent": "root"}},
        "settings": {"default_authority": "services"},
        "certificates": {"a.test": {}, "b.test": {}},
    });
    let scene = Scene::applied(&manifest);
    let run = |arguments: &[&str]| drop(scene.sandbox.run(arguments).succeeded());
    let signer = |name: &str| scene.shown(name)["authority"].clone();
    run(&["authority", "rollover", "services", "--no-passphrase"]);
    scene.is_settled();
    let notes = scene.apply(&["--plan"], 0)["notes"].to_string();
    let note = "authority services, the default of the manifest, has a successor: services-2 signs in its place";
    assert!(notes.contains(note), "{notes}");
    run(&["renew", "a.test"]);
    scene.is_settled();
    assert_eq!([signer("a.test"), signer("b.test")], ["services-2", "services"]);
    // What changes is signed by the one that takes over.
    let mut edited = manifest.clone();
    edited["certificates"]["b.test"] = json!({"names": ["10.0.0.1"]});
    edited["certificates"]["c.test"] = json!({});
    scene.write(&edited);
    scene.apply(&[], 0);
    assert_eq!([signer("b.test"), signer("c.test")], ["services-2", "services-2"]);
    scene.is_settled();
    run(&["authority", "rollover", "services", "--finish"]);
    scene.is_settled();
    // An authority that was replaced is not made anew, before anything is done.
    let mut other = edited.clone();
    other["authorities"]["services"]["cn"] = json!("Other");
    scene.write(&other);
    let refused = scene.apply(&[], 1);
    assert!(refused["problems"][0].to_string().contains("services-2 takes its place"), "{refused:#}");
}

#[test]
fn what_renews_a_certificate_that_is_kept_is_told() {
    let scene = Scene { sandbox: Sandbox::with_root() };
    let run = |line: &str| scene.sandbox.run(line.split(' ')).succeeded().stderr;
    run("csr create --new-key dev.pem --no-passphrase dev.test --out dev.csr");
    run("sign dev.csr --validity 30d --out dev.crt");
    let said = run("manifest from-store --out pki.json");
    assert!(said.contains("\"certwright renew --due\" renews such"), "{said}");
    let mut manifest: Value = serde_json::from_slice(&fs::read(scene.sandbox.path("pki.json")).unwrap()).unwrap();
    assert_eq!(manifest["certificates"], json!({"dev.test": {"keep": true}}));
    manifest["defaults"]["renew"] = json!("30d");
    scene.write(&manifest);
    let report = scene.apply(&[], 0);
    assert!(report["notes"].to_string().contains("certwright renew dev.test\\\" renews it"), "{report:#}");
    let before = fs::read(scene.sandbox.path("dev.crt")).unwrap();
    run("renew dev.test");
    assert_ne!(fs::read(scene.sandbox.path("dev.crt")).unwrap(), before);
    scene.is_settled();
}

#[test]
fn a_default_that_cannot_sign_is_told() {
    let other = Sandbox::with_root();
    let scene = Scene::new();
    let anchor = fs::read(other.path("store/authorities/root/ca.pem")).unwrap();
    fs::write(scene.sandbox.path("partner.pem"), anchor).unwrap();
    let mut manifest = json!({
        "defaults": {"passphrase": "none", "authority": "partner"},
        "authorities": {"own": {"key": "ec-p256"}, "services": {"parent": "own"}, "partner": {"certificate": "partner.pem"}},
        "certificates": {"a.test": {"authority": "services"}},
    });
    let told = |code: i32, words: &str| {
        let report = scene.apply(&["--plan"], code);
        assert!(report["notes"].to_string().contains(words), "{report:#}");
    };
    scene.write(&manifest);
    let checked = scene.sandbox.run(["manifest", "check", "pki.json"]).succeeded();
    assert!(
        checked.stderr.contains("the default authority partner is described without its key"),
        "{}",
        checked.stderr
    );
    let partner = "authority partner, the default of the manifest, cannot sign: its key is not here";
    told(3, &format!("{partner}; the store's default is services"));
    scene.apply(&[], 0);
    // One that is named for the store is taken at its word.
    manifest["settings"] = json!({"default_authority": "partner"});
    scene.write(&manifest);
    told(3, &format!("{partner}\""));
    manifest["defaults"]["authority"] = json!("services");
    manifest["settings"] = json!({"default_authority": "own"});
    manifest["certificates"]["a.test"] = json!({"authority": "own"});
    scene.write(&manifest);
    scene.apply(&[], 0);
    scene.sandbox.run(["revoke", "services", "--reason", "ca-compromise"]).succeeded();
    told(3, "authority services, the default of the manifest, is revoked; the store's default is own");
}

#[test]
fn a_rollover_of_the_root_reaches_truststores_and_crls() {
    let scene = Scene::applied(&json!({
        "defaults": {"passphrase": "none", "authority": "services", "validity": "90d"},
        "authorities": {"root": {"key": "ec-p256"}, "services": {"parent": "root"}},
        "certificates": {"a.test": {"deliver": [{"pem": "a"}]}},
        "truststores": [{"to": "roots.pem"}, {"to": "services.pem", "authorities": ["services"]}],
        "crls": [{"to": "public"}],
    }));
    let run = |arguments: &[&str]| drop(scene.sandbox.run(arguments).succeeded());
    let roots = |file: &str| String::from_utf8(scene.read(file)).unwrap().matches("BEGIN CERTIFICATE").count();
    let verify = || {
        for anchors in ["roots.pem", "services.pem"] {
            run(&["verify", "a/fullchain.pem", "--anchor", anchors, "--purpose", "server"]);
        }
    };
    let apply = |expected: &[&str]| {
        assert_eq!(Scene::changes(&scene.apply(&[], 0)), expected);
        scene.is_settled();
        verify();
    };
    assert_eq!([roots("roots.pem"), roots("services.pem")], [1, 1]);
    run(&["authority", "rollover", "root", "--no-passphrase"]);
    // Both roots are trusted as long as it lasts.
    let path = |name: &str| scene.sandbox.path(name).display().to_string();
    let stores = [path("roots.pem"), path("services.pem")].map(|path| format!("change truststore {path}"));
    apply(&[&stores[0], &stores[1], "create crl root-2"]);
    assert_eq!([roots("roots.pem"), roots("services.pem")], [2, 2]);
    assert!(scene.sandbox.path("public/root-2.crl").exists());
    // The new root's certificates have CRLs, and its renewed ones no other root.
    run(&["authority", "rollover", "services", "--no-passphrase"]);
    apply(&["create crl services-2"]);
    run(&["renew", "a.test"]);
    verify();
    run(&["authority", "rollover", "services", "--finish"]);
    run(&["authority", "rollover", "root", "--finish"]);
    scene.apply(&[], 0);
    scene.is_settled();
    assert_eq!([roots("roots.pem"), roots("services.pem")], [1, 1]);
    verify();
}

#[test]
fn what_a_finished_rollover_replaced_is_trusted_no_more_and_pruned_as_well() {
    let mut manifest = json!({
        "defaults": {"passphrase": "none", "authority": "root", "validity": "90d"},
        "authorities": {"root": {"cn": "Old", "key": "ec-p256"}},
        "certificates": {"a.test": {"deliver": [{"pem": "a"}]}, "gone.test": {"deliver": [{"pem": "gone"}]}},
        "truststores": [{"to": "roots.pem"}],
    });
    let scene = Scene::applied(&manifest);
    // The root that is replaced has an earlier certificate, which is no anchor either.
    manifest["authorities"]["root"]["cn"] = json!("New");
    scene.write(&manifest);
    scene.apply(&[], 0);
    let run = |arguments: &[&str]| drop(scene.sandbox.run(arguments).succeeded());
    run(&["authority", "rollover", "root", "--no-passphrase"]);
    run(&["renew", "--all", "--signed-by", "root"]);
    run(&["authority", "rollover", "root", "--finish"]);
    scene.apply(&[], 0);
    scene.is_settled();
    run(&["truststore", "build", "--out", "built.pem"]);
    for file in ["roots.pem", "built.pem"] {
        let text = String::from_utf8(scene.read(file)).unwrap();
        assert_eq!(text.matches("BEGIN CERTIFICATE").count(), 1, "{file}");
        assert_eq!(text, String::from_utf8(scene.read("store/authorities/root-2/ca.pem")).unwrap(), "{file}");
    }
    manifest["certificates"].as_object_mut().unwrap().remove("gone.test");
    scene.write(&manifest);
    assert_eq!(scene.apply(&["--prune"], 0)["changes"], 1);
    assert_eq!(scene.shown("gone.test")["state"], "revoked");
}

#[test]
fn a_plan_knows_the_places_where_nothing_can_be_put() {
    let scene = Scene::new();
    let (out, real) = (scene.sandbox.path("out"), scene.sandbox.path("out/real"));
    fs::create_dir_all(&real).unwrap();
    std::os::unix::fs::symlink("real", out.join("link")).unwrap();
    std::os::unix::fs::symlink("nowhere", out.join("dangling")).unwrap();
    fs::create_dir(out.join("roots.pem")).unwrap();
    fs::write(out.join("file"), "").unwrap();
    let deliver = |to: &str| json!({"deliver": [{"pem": to}]});
    scene.write(&json!({
        "defaults": {"passphrase": "none"},
        "authorities": {"root": {"key": "ec-p256"}},
        "certificates": {
            "a.test": deliver("out/link"), "c.test": deliver("out/dangling"),
        },
        "truststores": [{"to": "out/roots.pem"}],
        "crls": [{"to": "out/file"}],
    }));
    let failures = |report: &Value| {
        let steps = report["steps"].as_array().unwrap().iter();
        let failed = steps.filter(|step| ["refused", "failed"].contains(&step["result"].as_str().unwrap_or_default()));
        failed.map(|step| step["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let plan = scene.apply(&["--plan", "--force"], 1);
    let done = scene.apply(&["--force"], 1);
    assert_eq!(failures(&plan), failures(&done), "{plan:#}\n{done:#}");
    scene.sandbox.run(["store", "check"]).succeeded();
}
