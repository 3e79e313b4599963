//! `apply` killed a hundred times at a random moment, with a PKI of the size that people have: the next one goes on from there.

#![expect(clippy::expect_used, reason = "a test stops where it fails")]

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use audit::{Moment, audit};
use certwright::container::{self, OpenedContent, Passwords};
use certwright::keys::Secret;
use certwright::x509::pem;
use sandbox::{CERTWRIGHT, Sandbox, hermetic};
use serde_json::{Value, json};

#[path = "support/audit.rs"]
mod audit;
#[path = "support/sandbox.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod sandbox;

const LINEAGES: usize = 200;
/// How often it is killed while everything is made for the first time.
const FIRST_KILLS: usize = 10;
/// How often altogether.
const KILLS: usize = 100;
/// After how many kills everything is looked at; after each of them, what anybody could see just then is.
const CHECKED_EVERY: usize = 15;
/// Edits before each kill.
const EDITS: usize = 10;

/// Three authorities, and certificates with PEM files and a keystore each.
fn described() -> Value {
    let mut manifest = json!({
        "defaults": {"passphrase": "none", "storepass": "pass:changeit", "authority": "services"},
        "authorities": {
            "root": {"key": "ec-p256"}, "services": {"parent": "root"}, "people": {"parent": "root", "path_len": 0},
        },
        "certificates": {},
        "truststores": [{"to": "out/trust.jks"}],
        "crls": [{"to": "public"}],
    });
    for number in 0..LINEAGES {
        let deliver = json!([{"pem": format!("out/{number}")}, {"keystore": format!("stores/{number}.jks")}]);
        manifest["certificates"][format!("host-{number}.test")] = json!({"deliver": deliver});
    }
    manifest
}

/// A generator that gives the same in every run (splitmix64): what differs between runs is how far a process came.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit.max(1)
    }
}

struct Scene {
    sandbox: Sandbox,
    manifest: Value,
    random: Random,
}

impl Scene {
    fn write(&self) {
        std::fs::write(self.sandbox.path("pki.json"), self.manifest.to_string()).expect("a manifest");
    }

    /// Applies to the end; gives how long it took.
    fn apply(&self) -> Duration {
        let start = Instant::now();
        self.sandbox.run(["apply", "pki.json"]).succeeded();
        start.elapsed()
    }

    /// Kills an apply after a random part of a duration; gives whether it was still at work.
    fn kill_within(&mut self, whole: Duration) -> bool {
        let micros = u64::try_from(whole.as_micros()).unwrap_or(u64::MAX);
        let moment = Duration::from_micros(self.random.below(micros));
        let mut command = hermetic(CERTWRIGHT, &self.sandbox.path(""));
        command.args(["apply", "pki.json"]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("certwright starts");
        // The moment is what is chosen here; nothing waits for anything to be done by then.
        std::thread::sleep(moment);
        child.kill().expect("it is ours to kill");
        let status = child.wait().expect("it ends");
        self.look(Moment::Interrupted);
        status.code().is_none()
    }

    fn look(&self, moment: Moment) {
        let [out, stores, public] = ["out", "stores", "public"].map(|name| self.sandbox.path(name));
        let mut violations = audit(&self.sandbox.path("store"), &[&out, &stores, &public], moment).violations;
        if moment == Moment::Interrupted {
            // Files that are replaced get their names one by one; it is the key beside them that has to fit at any moment.
            violations.retain(|violation| !violation.contains("fullchain.pem does not"));
        }
        assert!(violations.is_empty(), "{moment:?}: {violations:#?}");
    }

    /// Ten of the edits that people make.
    fn edit(&mut self, round: usize) {
        for edit in 0..EDITS {
            let number = self.random.below(LINEAGES as u64);
            let one = &mut self.manifest["certificates"][format!("host-{number}.test")];
            match edit {
                0 | 1 => one["key"] = json!(if one["key"] == "ec-p384" { "ec-p256" } else { "ec-p384" }),
                2 => one["authority"] = json!(if one["authority"] == "people" { "services" } else { "people" }),
                3 => one["profile"] = json!(if one["profile"] == "peer" { "server" } else { "peer" }),
                4 => drop(std::fs::remove_file(self.sandbox.path(format!("out/{number}/cert.pem")))),
                5 => drop(std::fs::write(self.sandbox.path(format!("stores/{number}.jks")), "no keystore")),
                _ => one["names"] = json!([format!("10.{}.{}.{edit}", round / 250, round % 250)]),
            }
        }
        self.write();
    }

    /// Everything is complete and as described.
    fn check(&self) {
        self.apply();
        self.sandbox.run(["apply", "pki.json", "--plan"]).succeeded();
        self.sandbox.run(["store", "check"]).succeeded();
        self.look(Moment::AtRest);
        let password = Secret::new("changeit");
        for number in 0..LINEAGES {
            let files = self.sandbox.path(format!("out/{number}"));
            let store = self.sandbox.path(format!("stores/{number}.jks"));
            assert!(holds_the_same(&files, &store, &password), "{number}");
        }
    }
}

/// Whether a keystore has the certificate of a directory, with the key that belongs to it.
fn holds_the_same(files: &Path, store: &Path, password: &Secret) -> bool {
    let certificate =
        std::fs::read(files.join("cert.pem")).ok().and_then(|text| pem::read_certificates(&text).ok()?.pop());
    let passwords = Passwords { store: Some(password), key: None };
    let opened = std::fs::read(store).ok().and_then(|bytes| container::open(&bytes, &passwords).ok());
    let (Some(certificate), Some(opened)) = (certificate, opened) else { return false };
    opened.entries.iter().any(|entry| match &entry.content {
        OpenedContent::Key { key: Ok(key), chain } => {
            chain.first() == Some(&certificate) && key.public_key().spki_der() == certificate.spki_der
        }
        _ => false,
    })
}

#[test]
fn apply_can_be_killed_a_hundred_times() {
    let mut scene = Scene { sandbox: Sandbox::new(), manifest: described(), random: Random(2027) };
    scene.write();
    let whole = scene.apply();
    scene.check();
    let mut struck = 0;
    // From nothing: what is left to do becomes less with each of them.
    scene.sandbox = Sandbox::new();
    scene.write();
    for _ in 0..FIRST_KILLS {
        struck += usize::from(scene.kill_within(whole));
    }
    scene.check();
    scene.edit(0);
    let mut usual = scene.apply();
    for round in FIRST_KILLS..KILLS {
        scene.edit(round);
        // Every authority below the root once: half of the certificates are issued again.
        let anew = round % 40 == 20;
        if anew {
            scene.manifest["authorities"]["services"]["cn"] = json!(format!("Services {round}"));
            scene.write();
        }
        struck += usize::from(scene.kill_within(if anew { whole } else { usual }));
        if round % CHECKED_EVERY == 0 {
            scene.check();
            scene.edit(round);
            usual = scene.apply();
        }
    }
    scene.check();
    assert!(struck > KILLS / 2, "only {struck} of {KILLS} were killed at work");
}
