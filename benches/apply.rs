//! A manifest of 3 authorities and 200 certificates, applied to an empty directory and once more, beside issuing the same
//! certificates in one batch.
//!
//! `cargo bench --bench apply`. The batch is the library's: keys made on all cores, everything signed and durable in one transaction
//! for each authority. PKCS#12 under a password that is a secret (PBKDF2 with 100,000 rounds for writing, as much for reading it again) is
//! told apart, since no program can make that faster; under `changeit` it is what most people have.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a benchmark may stop and talk")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use certwright::ca::{self, Order, RandomSerials, Session};
use certwright::clock::{Clock, SystemClock};
use certwright::issuance::{Profiles, Request};
use certwright::keys::{Algorithm, PrivateKey};
use certwright::store::{Filing, Store};
use measure::Contender;
use serde_json::{Value, json};

#[path = "../tests/support/copy.rs"]
mod copy;
mod measure;

const CERTWRIGHT: &str = env!("CARGO_BIN_EXE_certwright");
const CERTIFICATES: usize = 200;
/// Of PKCS#12 under a secret, fewer are applied: most of a second goes into every ten.
const FEW: usize = 20;
const ROUNDS: usize = 15;
const AT_MOST: Duration = Duration::from_secs(30);

fn main() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let place = |name: &str| directory.path().join(name);
    let kinds = [
        ("none", json!([]), CHANGEIT, CERTIFICATES),
        ("none-few", json!([]), CHANGEIT, FEW),
        ("pem", json!(["pem"]), CHANGEIT, CERTIFICATES),
        ("jks", json!(["pem", "jks"]), CHANGEIT, CERTIFICATES),
        ("p12", json!(["pem", "p12"]), CHANGEIT, CERTIFICATES),
        ("secret-few", json!(["p12"]), "pass:a secret of ours", FEW),
    ];
    for (kind, files, storepass, count) in &kinds {
        write(&place(&format!("{kind}.json")), &manifest(files.as_array().expect("a list"), storepass, *count));
    }
    // The authorities alone, for the batch; and everything, for the second time.
    apply(&place("authorities"), &authorities(&place("authorities.json")), 0);
    for kind in ["jks", "p12"] {
        let there = place(&format!("there-{kind}"));
        std::fs::create_dir(&there).expect("a directory");
        std::fs::copy(place(&format!("{kind}.json")), there.join("pki.json")).expect("a copy");
        apply(&there.join("store"), &there.join("pki.json"), 0);
    }
    for round in 0..=ROUNDS {
        copy::copy_tree(&place("authorities"), &place(&format!("batch-{round}"))).expect("a copy of the store");
    }
    let mut contenders = vec![Contender::new("the certificates in one batch (library)", |round| {
        batch(&place(&format!("batch-{round}")));
    })];
    let first = [
        ("none", "no files"),
        ("pem", "PEM"),
        ("jks", "PEM + JKS"),
        ("p12", "PEM + PKCS#12"),
        ("none-few", "20 only, no files"),
        ("secret-few", "20 only, PKCS#12 under a secret"),
    ];
    for (kind, what) in first {
        let place = &place;
        contenders.push(Contender::new(format!("apply, {what}"), move |round| {
            let here = place(&format!("{kind}-{round}"));
            std::fs::create_dir(&here).expect("a directory");
            std::fs::copy(place(&format!("{kind}.json")), here.join("pki.json")).expect("a copy");
            apply(&here.join("store"), &here.join("pki.json"), 0);
        }));
    }
    for (kind, what) in [("jks", "PEM + JKS"), ("p12", "PEM + PKCS#12")] {
        let place = &place;
        contenders.push(Contender::new(format!("apply again, {what}"), move |_| {
            let there = place(&format!("there-{kind}"));
            apply(&there.join("store"), &there.join("pki.json"), 0);
        }));
    }
    measure::interleave(&mut contenders, ROUNDS, AT_MOST);
    measure::print(&contenders);
    let medians: BTreeMap<&str, f64> = contenders.iter().map(|one| (one.name.as_str(), one.median())).collect();
    let batch = contenders[0].median();
    for (name, what) in [
        ("apply, no files", "no files"),
        ("apply, PEM", "PEM"),
        ("apply, PEM + JKS", "PEM + JKS (goal: under 3)"),
        ("apply, PEM + PKCS#12", "PEM + PKCS#12 under changeit (goal: under 3)"),
    ] {
        println!("{what}: {:.2} times the batch", medians[name] / batch);
    }
    let keystore = medians["apply, 20 only, PKCS#12 under a secret"] - medians["apply, 20 only, no files"];
    println!("PKCS#12 under a secret: {:.1} ms a keystore", keystore / FEW as f64 * 1e3);
    for name in ["apply again, PEM + JKS", "apply again, PEM + PKCS#12"] {
        println!("{name}: {:.1} ms (goal: under 100)", medians[name] * 1e3);
    }
}

/// What keystores have where nobody says otherwise.
const CHANGEIT: &str = "pass:changeit";

/// Two of three authorities sign half of the certificates each.
fn manifest(files: &[Value], storepass: &str, count: usize) -> Value {
    let mut certificates = serde_json::Map::new();
    for number in 0..count {
        let name = format!("host{number}.bench.test");
        let to = |kind: &Value| match kind.as_str() {
            Some("pem") => json!({"pem": format!("out/{name}")}),
            Some(kind) => json!({"keystore": format!("out/stores/{name}.{kind}")}),
            None => Value::Null,
        };
        let deliver: Vec<Value> = files.iter().map(to).collect();
        let authority = if number % 2 == 0 { "first" } else { "second" };
        certificates.insert(name.clone(), json!({"authority": authority, "deliver": deliver}));
    }
    json!({
        "defaults": {"passphrase": "none", "storepass": storepass},
        "authorities": {"root": {"key": "ec-p256"}, "first": {"parent": "root"}, "second": {"parent": "root"}},
        "certificates": certificates,
    })
}

fn write(path: &Path, manifest: &Value) {
    std::fs::write(path, manifest.to_string()).expect("a manifest");
}

fn authorities(path: &Path) -> PathBuf {
    write(path, &manifest(&[], CHANGEIT, 0));
    path.to_owned()
}

fn apply(store: &Path, manifest: &Path, code: i32) {
    let status = Command::new(CERTWRIGHT)
        .args(["apply", "--quiet", "--store"])
        .arg(store)
        .arg(manifest)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .expect("certwright runs");
    assert_eq!(status.code(), Some(code), "apply {}", manifest.display());
}

fn batch(store: &Path) {
    let store = Store::open(store).expect("a store");
    let state = store.read().expect("a journal");
    let now = SystemClock.now();
    let session =
        Session { now, actor: "bench", serials: &RandomSerials, progress: &|| {}, filing: Filing::Directories };
    let profile = Profiles::default().get("server").expect("a profile");
    let signers = ["first", "second"]
        .map(|name| ca::load(&store, &state.authorities[name], now, &mut |_| None).expect("an authority"));
    let mut writer = store.lock(Duration::from_secs(30), "bench").expect("the lock");
    for (half, authority) in signers.iter().enumerate() {
        let numbers: Vec<usize> = (0..CERTIFICATES).filter(|number| number % 2 == half).collect();
        let order = |number: usize| {
            let name = format!("host{number}.bench.test");
            let key = PrivateKey::generate(Algorithm::EcP256)?;
            let key_pem = Some(key.to_pkcs8_pem(None)?);
            let request = Request { name: Some(name.clone()), ..Request::new(key.public_key().clone()) };
            Ok::<_, certwright::keys::KeyError>(Order { label: name.clone(), request, lineage: name, key_pem })
        };
        let orders = ca::in_parallel(numbers, order).expect("keys");
        ca::issue(&mut writer, authority, &profile, &session, orders).expect("certificates");
    }
}
