//! `docs/json.md` says what `--json` prints: every report made here has exactly the members documented there.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What the table says of a report.
#[derive(Clone)]
struct Members {
    top: BTreeSet<String>,
    /// Of members that are objects, or lists of such, the members of those, where the table lists them.
    below: BTreeMap<String, BTreeSet<String>>,
}

/// The members of each schema, from the table.
fn documented() -> BTreeMap<String, Members> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json.md")).unwrap();
    let mut schemas = BTreeMap::new();
    for row in text.lines().filter(|line| line.starts_with("| `certwright/")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        schemas.insert(cells[1].trim_matches('`').to_owned(), cells[3].to_owned());
    }
    let follow = |cell: &str| match cell.strip_prefix("as `") {
        Some(other) => members(&schemas[other.trim_end_matches('`')]),
        None => members(cell),
    };
    schemas.iter().map(|(schema, cell)| (schema.clone(), follow(cell))).collect()
}

/// The names in backticks that are not in parentheses: `a`, `b`: `below`, `below`; `c`. What is said otherwise after a colon
/// (`d`: as in …) is not looked into.
fn members(cell: &str) -> Members {
    let (mut top, mut below) = (BTreeSet::new(), BTreeMap::<_, BTreeSet<_>>::new());
    let mut depth = 0_i32;
    for part in cell.split(';') {
        let (mut last, mut parent, mut told) = (String::new(), None, false);
        for (index, piece) in part.split('`').enumerate() {
            if index % 2 == 1 {
                match &parent {
                    _ if depth > 0 => {}
                    None => {
                        top.insert(piece.to_owned());
                        piece.clone_into(&mut last);
                    }
                    Some(parent) if told => {
                        below.entry(String::clone(parent)).or_default().insert(piece.to_owned());
                    }
                    Some(_) => {}
                }
                continue;
            }
            let is_outside = depth == 0;
            depth +=
                i32::try_from(piece.matches('(').count()).unwrap() - i32::try_from(piece.matches(')').count()).unwrap();
            if is_outside && depth == 0 && parent.is_none() && piece.trim_start().starts_with(':') {
                told = !piece.contains(" as ");
                parent = Some(last.clone());
            }
        }
    }
    Members { top, below }
}

fn keys(value: &Value) -> Option<BTreeSet<String>> {
    Some(value.as_object()?.keys().filter(|key| *key != "schema").cloned().collect())
}

impl Members {
    /// Where a report has other members than those below its own that are documented.
    fn differences(&self, report: &Value) -> Vec<String> {
        let mut found = Vec::new();
        for (member, expected) in &self.below {
            let value = &report[member];
            let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            for members in items.iter().filter_map(keys).filter(|members| members != expected) {
                let both = members.symmetric_difference(expected).collect::<Vec<_>>();
                found.push(format!("{member}: one has {both:?}, the other does not"));
            }
        }
        found.dedup();
        found
    }
}

struct Scene<'a> {
    dir: &'a Path,
    /// Reports whose members differ from case to case; the text below the table describes them.
    loose: BTreeSet<&'static str>,
    documented: BTreeMap<String, Members>,
    seen: BTreeSet<String>,
}

impl Scene<'_> {
    fn run(&mut self, arguments: &str, schema: &str) -> Value {
        let output = Command::new(env!("CARGO_BIN_EXE_certwright"))
            .args(arguments.split(' '))
            .args(["--json", "--store", "pki"])
            .current_dir(self.dir)
            .env_clear()
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let report: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments}: {error}\n{text}"));
        // A command that goes on says all there is to say on its first line.
        let begin = if schema == "test-pki-serve" { "{\"schema\":" } else { "{\n  \"schema\": " };
        assert!(text.starts_with(begin), "{arguments}: {text}");
        assert_eq!(report["schema"], format!("certwright/{schema}/1"), "{arguments}: {text}");
        let members = keys(&report).unwrap();
        let documented = &self.documented[&format!("certwright/{schema}/1")];
        assert_eq!(documented.differences(&report), Vec::<String>::new(), "{arguments}");
        let mut expected = documented.top.clone();
        for optional in ["lineage", "certificate", "environment", "stores", "targets"] {
            if !members.contains(optional) && ["issue", "dev"].contains(&schema) {
                expected.remove(optional);
            }
        }
        if !self.loose.contains(schema) {
            assert_eq!(members, expected, "{arguments}");
        }
        self.seen.insert(schema.to_owned());
        report
    }
}

/// A request about the serial 1 of an issuer.
fn ocsp_request(issuer: &Path) -> Vec<u8> {
    use certwright::x509::ocsp::{CertIdHash, IssuerId, OcspRequest};
    let issuer = certwright::x509::Certificate::from_der(&std::fs::read(issuer).unwrap()).unwrap();
    let id = IssuerId::new(&issuer, CertIdHash::Sha1).unwrap();
    OcspRequest::for_one(&id.certificate(&certwright::x509::Serial::from_content(&[1])))
}

#[test]
fn reports_have_the_members_that_are_documented() {
    let dir = tempfile::TempDir::new().unwrap();
    let loose = BTreeSet::from(["csr-inspect", "inspect", "key-inspect", "profile-check", "verify"]);
    let mut scene = Scene { dir: dir.path(), loose, documented: documented(), seen: BTreeSet::new() };
    scene.run("list", "error");
    scene.run("init --no-passphrase --with-issuing", "init");
    scene.run("authority create lab --parent root --no-passphrase", "authority-create");
    scene.run("authority csr away --no-passphrase --out away.csr", "authority-csr");
    scene.run("authority list", "authority-list");
    scene.run("authority show lab", "authority-show");
    let issued = scene.run("issue www.test --out www", "issue");
    assert!(issued["certificate"].as_str().unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    scene.run("issue www.test --self-signed --out self", "issue");
    let planned = scene.run("issue www.test --dry-run", "dry-run");
    // Extensions have one form everywhere.
    let extension = &planned["certificates"][0]["extensions"][0];
    assert_eq!((&extension["oid"], &extension["name"]), (&"2.5.29.19".into(), &"basicConstraints".into()));
    assert!(extension["says"].is_array(), "{extension}");
    std::fs::write(dir.path().join("fleet.csv"), "name\na.test\nb c\n").unwrap();
    scene.run("issue --batch fleet.csv", "error");
    let batch = scene.run("issue --batch fleet.csv --keep-going", "issue-batch");
    assert_eq!(batch["certificates"][0]["lineage"], "a.test");
    assert_eq!(batch["refused"][0]["line"], 3);
    scene.run("sign away.csr --profile intermediate --authority root --out away.crt", "sign");
    scene.run("authority import away --cert away.crt", "authority-import");
    scene.run("export www.test --for nginx --out nginx", "export");
    scene.run("export www.test --for java --storepass pass:changeit --out java --dry-run", "export");
    scene.run("export --list", "export-list");
    scene.run("export --show consul", "export-show");
    scene.run("export www.test --for kafka --out kafka", "error");
    scene.run("list", "list");
    let shown = scene.run("show www.test", "show");
    assert_eq!(shown["serial"], issued["serial"]);
    assert_eq!(shown["certificate"], issued["certificate"]);
    scene.run("dev --check", "dev");
    scene.run("dev --env --out env", "dev");
    scene.run("dev --for nginx --out web", "dev");
    scene.run("dev", "dev");
    scene.run("dev", "dev");
    scene.run("log show", "log");
    scene.run("log verify", "log-verify");
    scene.run("store check", "store-check");
    scene.run("store clock", "store-clock");
    scene.run("store settings", "store-settings");
    scene.run("authority rollover root --no-passphrase", "authority-rollover");
    scene.run("store backup pki.tar", "store-backup");
    let restored = Command::new(env!("CARGO_BIN_EXE_certwright"))
        .args(["store", "restore", "pki.tar", "--json", "--store", "restored"])
        .current_dir(dir.path())
        .env_clear()
        .output()
        .unwrap();
    let restored: Value = serde_json::from_slice(&restored.stdout).unwrap();
    assert_eq!(keys(&restored).unwrap(), scene.documented["certwright/store-restore/1"].top);
    scene.seen.insert("store-restore".to_owned());
    let moving = dir.path().join("ca");
    std::fs::create_dir_all(moving.join("private")).unwrap();
    scene.run("issue ca.test --self-signed --profile root --out old", "issue");
    std::fs::copy(dir.path().join("old/cert.pem"), moving.join("cacert.pem")).unwrap();
    std::fs::copy(dir.path().join("old/key.pem"), moving.join("private/cakey.pem")).unwrap();
    std::fs::write(moving.join("index.txt"), "R\t300101000000Z\t250101000000Z\t01\tunknown\t/CN=a\n").unwrap();
    let moved = scene.run("store import openssl ca --name moved --no-passphrase", "store-import");
    assert_eq!(moved["authorities"][0]["revocations"], 1);
    scene.run("crl publish --to published", "crl-publish");
    scene.run("hold www.test", "hold");
    scene.run("release www.test", "release");
    scene.run("renew www.test", "renew");
    scene.run("renew --due --dry-run", "renew");
    scene.run("status", "status");
    scene.run("revoke www.test --reason superseded --publish", "revoke");
    let listed = scene.run("crl list", "crl-list");
    scene.run("crl settings lab --validity 3d", "crl-settings");
    let checked = scene.run("crl check pki/public/issuing.crl --previous published/issuing.crl", "crl-check");
    let inspected = scene.run("inspect pki/public/issuing.crl", "inspect");
    // And so do the numbers of CRLs.
    let crls = listed["crls"].as_array().unwrap();
    let number = &crls.iter().find(|crl| crl["authority"] == "issuing").unwrap()["number"];
    assert!(number.is_u64() && *number == checked["number"], "{number} {}", checked["number"]);
    assert_eq!(*number, inspected["blocks"][0]["crl"]["number"]);
    scene.run("publish --to site --ocsp --base-url http://pki.test", "publish");
    scene.run("ocsp publish --to responses", "ocsp-publish");
    // One certificate of nobody, by its serial alone.
    std::fs::write(dir.path().join("request.der"), ocsp_request(&dir.path().join("pki/public/issuing.crt"))).unwrap();
    scene.run("ocsp respond request.der --out response.der", "ocsp-respond");
    scene.run("manifest from-store", "manifest-from-store");
    scene.run("manifest from-store --out all.json", "manifest-from-store");
    scene.run("manifest check all.json", "manifest-check");
    scene.run("manifest init wrong.toml", "manifest-init");
    scene.run("manifest schema", "manifest-schema");
    let plan = scene.run("apply all.json --plan", "apply");
    assert_eq!(plan["steps"].as_array().unwrap().len(), 0, "{plan}");
    scene.run("completions bash", "completions");
    scene.run("man man", "man");
    scene.run("key generate --no-passphrase --out k.pem", "key-generate");
    scene.run("key inspect k.pem", "key-inspect");
    scene.run("key convert k.pem --no-passphrase --to sec1 --out k.sec1", "key-convert");
    scene.run("key match k.pem www/cert.pem", "key-match");
    scene.run("csr create --key k.pem --subject CN=x www.test --out x.csr", "csr-create");
    scene.run("csr inspect x.csr", "csr-inspect");
    scene.run("inspect www/fullchain.pem", "inspect");
    scene.run("keystore build www.test --storepass pass:changeit --out www.p12", "keystore-build");
    scene.run("keystore inspect www.p12 --storepass pass:changeit", "keystore-inspect");
    scene.run("issue imported.test --self-signed --out imported", "issue");
    scene.run("keystore import imported/cert.pem --key imported/key.pem --no-passphrase", "keystore-import");
    scene.run("inspect www.p12 --passphrase pass:changeit", "inspect");
    scene.run("truststore build --out roots.p12", "truststore-build");
    scene.run("truststore inspect roots.p12", "truststore-inspect");
    scene.run("verify www/fullchain.pem", "verify");
    scene.run("verify www/fullchain.pem --for java", "verify");
    scene.run("lint www/fullchain.pem --for java", "lint");
    scene.run("lint --list", "lint-list");
    scene.run("profile list", "profile-list");
    scene.run("profile show server", "profile-show");
    scene.run("profile check pki/store.json", "profile-check");
    scene.run("profile schema", "profile-schema");
    scene.run("test-pki test-pki --only good expired", "test-pki");
    scene.run("test-pki --list", "test-pki-list");
    scene.run("test-pki serve test-pki --exit-after 0s", "test-pki-serve");
    for directory in ["image/usr/local/share/ca-certificates", "image/usr/sbin"] {
        std::fs::create_dir_all(dir.path().join(directory)).unwrap();
    }
    std::fs::write(dir.path().join("image/usr/sbin/update-ca-certificates"), "").unwrap();
    let planned = scene.run("trust install --root image --dry-run", "trust-install");
    assert_eq!(planned["stores"][0]["steps"][0]["action"], "write");
    let status = scene.run("trust status --root image", "trust-status");
    assert_eq!(status["trusted"], false);
    scene.run("trust uninstall --root image", "trust-uninstall");
    let all: BTreeSet<String> = scene
        .documented
        .keys()
        .map(|schema| schema.trim_start_matches("certwright/").trim_end_matches("/1").to_owned())
        .collect();
    let missing: Vec<_> = all.difference(&scene.seen).collect();
    assert!(missing.is_empty(), "documented, but no command here printed it: {missing:?}");
}

#[test]
fn the_table_is_understood() {
    let read = members(
        "`a` (with `x`: of `y`), `b`: `c`, `d` (of `x`), `e`: as in [f](#f), `g`; `h`: as in `i`; `j`: of both `k`",
    );
    assert_eq!(read.top, ["a", "b", "h", "j"].map(str::to_owned).into());
    let below = [("b", vec!["c", "d", "e", "g"]), ("j", vec!["k"])];
    let below = below.map(|(name, list)| (name.to_owned(), list.into_iter().map(str::to_owned).collect()));
    assert_eq!(read.below, BTreeMap::from(below));
}
