//! A new authority takes the place of an old one: what is served, trusted, renewed and refused on the way.

#![expect(clippy::expect_used, clippy::panic, reason = "a test may stop")]

use certwright::keys::{Algorithm, PrivateKey};
use certwright::x509::{Extension, KeyUsage, Name, Serial, TbsCertificate, pem};
use sandbox::{Outcome, Sandbox};
use serde_json::Value;

#[path = "support/copy.rs"]
mod copy;
#[path = "support/sandbox.rs"]
mod sandbox;

const ROLLOVER: [&str; 4] = ["authority", "rollover", "root", "--no-passphrase"];

fn json(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {}", outcome.stdout))
}

fn read(sandbox: &Sandbox, path: &str) -> String {
    std::fs::read_to_string(sandbox.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn certificates(text: &str) -> usize {
    text.matches("BEGIN CERTIFICATE").count()
}

/// A root with an issuing authority, and a certificate of each.
fn two_tiers() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run(["init", "--no-passphrase", "--with-issuing", "--cn", "Proof Root"]).succeeded();
    sandbox.run(["issue", "old.test", "--out", "old"]).succeeded();
    sandbox.run(["issue", "direct.test", "--authority", "root", "--out", "direct"]).succeeded();
    sandbox
}

#[test]
fn both_roots_verify_everything_until_it_is_finished() {
    let sandbox = two_tiers();
    sandbox.run(ROLLOVER).succeeded();
    sandbox.run(["authority", "rollover", "issuing", "--no-passphrase"]).succeeded();
    sandbox.run(["issue", "new.test", "--out", "new"]).succeeded();
    for (name, out) in [("old.test", "old-x"), ("direct.test", "direct-x")] {
        sandbox.run(["export", name, "--for", "nginx", "--out", out]).succeeded();
    }
    for chain in ["old-x/fullchain.pem", "direct-x/fullchain.pem", "new/fullchain.pem"] {
        for root in ["root", "root-2"] {
            let anchor = format!("store/public/{root}.pem");
            sandbox.run(["verify", chain, "--anchor", &anchor, "--purpose", "server"]).succeeded();
        }
    }
    assert_eq!(certificates(&read(&sandbox, "new/ca.pem")), 2);
    assert_eq!(certificates(&read(&sandbox, "store/issued/new.test/current/chain.pem")), 2);
    sandbox.run(["truststore", "build", "--out", "both.pem"]).succeeded();
    assert_eq!(certificates(&read(&sandbox, "both.pem")), 2);
    sandbox.run(["publish", "--to", "site"]).succeeded();
    for file in ["root.crt", "root-2.crt", "root.cross.crt", "root-2.cross.pem"] {
        assert!(sandbox.path("site").join(file).exists(), "{file}");
    }
    sandbox.run(["store", "check"]).succeeded();

    let refused = sandbox.run(["authority", "rollover", "root", "--finish"]).exited(4);
    for name in ["direct.test", "authority issuing"] {
        assert!(refused.stderr.contains(name), "{}", refused.stderr);
    }
    sandbox.run(["renew", "--all", "--signed-by", "issuing"]).succeeded();
    sandbox.run(["renew", "--all", "--signed-by", "root"]).succeeded();
    let shown = sandbox.run(["--json", "show", "direct.test"]).succeeded();
    assert_eq!(json(&shown)["authority"], "root-2");
    sandbox.run(["authority", "rollover", "issuing", "--finish"]).succeeded();
    sandbox.run(["authority", "rollover", "root", "--finish"]).succeeded();
    sandbox.run(["authority", "rollover", "root", "--finish"]).succeeded();

    sandbox.run(["truststore", "build", "--out", "one.pem"]).succeeded();
    assert_eq!(read(&sandbox, "one.pem"), read(&sandbox, "store/public/root-2.pem"));
    sandbox.run(["crl", "publish", "--authority", "root"]).succeeded();
    sandbox.run(["publish", "--to", "site"]).succeeded();
    for (file, there) in [("root.crt", false), ("root.cross.crt", false), ("root.crl", true), ("root-2.crt", true)] {
        assert_eq!(sandbox.path("site").join(file).exists(), there, "{file}");
    }
    assert!(!sandbox.path("store/public/root.cross.pem").exists());
    sandbox.run(["issue", "late.test", "--authority", "root"]).exited(4);
    sandbox.run(["issue", "late.test", "--out", "late"]).succeeded();
    assert_eq!(certificates(&read(&sandbox, "late/ca.pem")), 1);
    assert_eq!(certificates(&read(&sandbox, "late/chain.pem")), 1);
    sandbox.run(["store", "check"]).succeeded();
    sandbox.run(["log", "verify"]).succeeded();
    // The next generation.
    sandbox.run(["authority", "rollover", "root-2", "--no-passphrase"]).succeeded();
    let list = sandbox.run(["--json", "authority", "show", "root-3"]).succeeded();
    assert_eq!(json(&list)["subject"], "CN=Proof Root G3");
}

#[test]
fn it_is_told_and_changed_when_run_again() {
    let sandbox = Sandbox::with_root();
    sandbox.run(["issue", "a.test"]).succeeded();
    let planned = sandbox.run([&ROLLOVER[..], &["--dry-run", "--json"]].concat()).succeeded();
    assert_eq!(json(&planned)["certificates"].as_array().map(Vec::len), Some(3));
    let before = sandbox.run(["--json", "authority", "list"]).succeeded();
    assert_eq!(json(&before)["authorities"].as_array().map(Vec::len), Some(1));

    let started = json(&sandbox.run([&ROLLOVER[..], &["--json", "--renewals", "stay"]].concat()).succeeded());
    assert_eq!((&started["action"], &started["successor"]), (&"started".into(), &"root-2".into()));
    assert_eq!(started["in_use"][0]["name"], "a.test");
    sandbox.run(ROLLOVER).exited(4);
    let lines = || read(&sandbox, "store/journal.jsonl").lines().count();
    let count = lines();
    let again = json(&sandbox.run(["--json", "authority", "rollover", "root"]).succeeded());
    assert_eq!((&again["action"], &again["renewals"]), (&"none".into(), &"stay".into()));
    assert_eq!(lines(), count, "nothing is recorded");

    sandbox.run(["renew", "a.test"]).succeeded();
    let shown = json(&sandbox.run(["--json", "show", "a.test"]).succeeded());
    assert_eq!(shown["authority"], "root");
    let changed = json(
        &sandbox.run(["--json", "authority", "rollover", "root", "--renewals", "move", "--retire", "10d"]).succeeded(),
    );
    assert_eq!((&changed["action"], &changed["renewals"]), (&"changed".into(), &"move".into()));
    // It retires soon: what it signed is due, and so it says.
    let status = json(&sandbox.run(["--json", "status"]).exited(3));
    assert_eq!(status["rollovers"][0]["in_use"], 1);
    assert!(status["rollovers"][0]["attention"].as_str().is_some_and(|text| text.contains("retires soon")), "{status}");
    let warned = sandbox.run(["issue", "b.test", "--authority", "root"]).succeeded();
    assert!(warned.stderr.contains("root retires at"), "{}", warned.stderr);
    let renewed = json(&sandbox.run(["--json", "renew", "--due"]).succeeded());
    let renewed: Vec<_> = renewed["renewed"].as_array().expect("a list").iter().collect();
    assert!(renewed.len() == 2 && renewed.iter().all(|item| item["authority"] == "root-2"), "{renewed:?}");
    sandbox.run(["authority", "rollover", "root", "--retire", "never"]).succeeded();
    // From the retirement on, leaves are refused and CRLs are not.
    sandbox.run(["authority", "rollover", "root", "--retire", "2026-01-01"]).succeeded();
    let refused = sandbox.run(["issue", "c.test", "--authority", "root"]).exited(4);
    assert!(refused.stderr.contains("--authority root-2"), "{}", refused.stderr);
    sandbox.run(["authority", "create", "sub", "--parent", "root", "--no-passphrase"]).exited(4);
    sandbox.run(["crl", "publish", "--authority", "root"]).succeeded();
}

#[test]
fn limits_of_the_old_root_bind_the_new_one_and_the_cross_certificates() {
    let sandbox = Sandbox::new();
    sandbox.run(["init", "--no-passphrase", "--cn", "Bound Root", "--permit", "corp.test"]).succeeded();
    sandbox.run(ROLLOVER).succeeded();
    for file in ["root-2.crt", "root.cross.crt", "root-2.cross.crt"] {
        let shown = sandbox.run(["inspect", &format!("store/public/{file}")]).succeeded();
        assert!(shown.stdout.contains("corp.test"), "{file}: {}", shown.stdout);
    }
    sandbox.run(["issue", "other.test"]).exited(4);
    sandbox.run(["issue", "www.corp.test"]).succeeded();
    // Nobody else gets an authority's key or name.
    let csr = ["authority", "csr", "mine", "--cn", "Bound Root", "--no-passphrase", "--out", "mine.csr"];
    sandbox.run(csr).succeeded();
    sandbox.run(["sign", "mine.csr", "--profile", "intermediate"]).exited(4);
    let key =
        ["csr", "create", "--key", "store/authorities/root/key.pem", "--subject", "CN=Bound Root", "--out", "a.csr"];
    sandbox.run(key).succeeded();
    sandbox.run(["sign", "a.csr", "--profile", "intermediate", "--authority", "root-2"]).exited(4);
}

#[test]
fn a_revoked_cross_certificate_is_sent_no_more() {
    let sandbox = Sandbox::with_root();
    sandbox.run(ROLLOVER).succeeded();
    sandbox.run(["issue", "a.test", "--out", "a"]).succeeded();
    assert_eq!(certificates(&read(&sandbox, "a/chain.pem")), 1);
    sandbox.run(["revoke", "store/public/root-2.cross.pem", "--publish"]).succeeded();
    sandbox.run(["issue", "b.test", "--out", "b"]).succeeded();
    assert_eq!(certificates(&read(&sandbox, "b/chain.pem")), 0);
    assert!(!sandbox.path("store/public/root-2.cross.pem").exists());
    sandbox.run(["store", "check"]).succeeded();
}

#[test]
fn keys_that_are_elsewhere_take_part_by_files() {
    // The roots are made where the old root's key is.
    let (offline, online) = (Sandbox::with_root(), Sandbox::new());
    let root = offline.path("store/public/root.pem");
    let text = |path: &std::path::Path| path.to_str().expect("text").to_owned();
    online.run(["authority", "import", "root", "--cert", &text(&root)]).succeeded();
    let refused = online.run(ROLLOVER).exited(1);
    assert!(refused.stderr.contains("--cross"), "{}", refused.stderr);
    offline.run(ROLLOVER).succeeded();
    let public = |name: &str| text(&offline.path("store/public").join(name));
    online.run(["authority", "import", "root-2", "--cert", &public("root-2.crt")]).succeeded();
    let (one, other) = (public("root.cross.pem"), public("root-2.cross.pem"));
    let wrong = ["authority", "rollover", "root", "--as", "root-2", "--cross", &text(&root)];
    online.run(wrong).exited(1);
    online.run(["authority", "rollover", "root", "--as", "root-2", "--cross", &one, &other]).succeeded();
    // An issuing authority whose new certificate was signed there.
    for (name, parent) in [("issuing", "root"), ("issuing-2", "root-2")] {
        let csr = text(&online.path(format!("{name}.csr")));
        online.run(["authority", "csr", name, "--no-passphrase", "--out", &csr]).succeeded();
        let crt = text(&online.path(format!("{name}.crt")));
        offline.run(["sign", &csr, "--profile", "intermediate", "--authority", parent, "--out", &crt]).succeeded();
        if name == "issuing" {
            online.run(["authority", "import", name, "--cert", &crt]).succeeded();
            let told = online.run(["authority", "rollover", "issuing"]).exited(1);
            assert!(told.stderr.contains("authority csr issuing-2"), "{}", told.stderr);
        } else {
            let waits = online.run(["authority", "rollover", "issuing", "--as", name]).exited(1);
            assert!(waits.stderr.contains("waits for its certificate"), "{}", waits.stderr);
            online.run(["authority", "import", name, "--cert", &crt]).succeeded();
        }
    }
    online.run(["authority", "rollover", "issuing", "--as", "issuing-2"]).succeeded();
    online.run(["issue", "a.test", "--out", "a"]).succeeded();
    for root in ["root", "root-2"] {
        let anchor = format!("store/public/{root}.pem");
        online.run(["verify", "a/fullchain.pem", "--anchor", &anchor]).succeeded();
    }
    online.run(["store", "check"]).succeeded();
}

#[test]
fn a_revoked_successor_gives_way_to_another() {
    let sandbox = two_tiers();
    sandbox.run(["authority", "rollover", "issuing", "--no-passphrase", "--renewals", "stay"]).succeeded();
    sandbox.run(["issue", "new.test"]).succeeded();
    sandbox.run(["revoke", "store/public/issuing-2.crt"]).succeeded();
    sandbox.run(["renew", "old.test", "--rekey"]).succeeded();
    for options in [vec!["--force"], vec!["--force", "--dry-run"]] {
        let finish = [vec!["authority", "rollover", "issuing", "--finish"], options].concat();
        let refused = sandbox.run(finish).exited(4);
        assert!(refused.stderr.contains("revoked") && refused.stderr.contains("--as NEW"), "{}", refused.stderr);
    }
    // The old one may be revoked as well: it signs nothing for this.
    sandbox.run(["revoke", "store/public/issuing.crt"]).succeeded();
    let replaced = "--json authority rollover issuing --as issuing-3 --no-passphrase";
    let replaced = json(&sandbox.run(replaced.split(' ')).succeeded());
    assert_eq!((&replaced["successor"], &replaced["renewals"]), (&"issuing-3".into(), &"stay".into()));
    // The name of the one that was given up is not free.
    let shown = json(&sandbox.run(["--json", "authority", "show", "issuing-3"]).succeeded());
    assert_eq!(shown["subject"], "CN=Proof Issuing G3");
    sandbox.run(["authority", "rollover", "issuing", "--as", "issuing-4", "--no-passphrase"]).exited(4);
    sandbox.run(["authority", "rollover", "issuing", "--renewals", "move"]).succeeded();
    for name in ["old.test", "new.test"] {
        sandbox.run(["renew", name]).succeeded();
        assert_eq!(json(&sandbox.run(["--json", "show", name]).succeeded())["authority"], "issuing-3");
    }
    sandbox.run(["issue", "next.test", "--out", "next"]).succeeded();
    sandbox.run(["verify", "next/fullchain.pem", "--anchor", "store/public/root.pem"]).succeeded();
    sandbox.run(["authority", "rollover", "issuing", "--finish"]).succeeded();
    sandbox.run(["store", "check"]).succeeded();
}

/// A root that was made elsewhere, with a path length.
fn import_root(sandbox: &Sandbox, path_len: u8) {
    let key = PrivateKey::generate(Algorithm::EcP256).expect("a key");
    let name = Name::parse("CN=Bound Root").expect("a name");
    let tbs = TbsCertificate {
        serial: Serial::from_random([0x5a; 20]),
        issuer: name.clone(),
        not_before: time::macros::datetime!(2026-01-01 0:00 UTC),
        not_after: time::macros::datetime!(2049-01-01 0:00 UTC),
        subject: name,
        public_key: key.public_key().clone(),
        extensions: vec![
            Extension::basic_constraints(true, Some(path_len)),
            Extension::key_usage(KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN)),
            Extension::subject_key_identifier(&[1; 20]),
        ],
    };
    let der = tbs.sign_der(&key).expect("a certificate");
    std::fs::write(sandbox.path("root.crt"), pem::encode("CERTIFICATE", &der)).expect("a file");
    std::fs::write(sandbox.path("root.key"), key.to_pkcs8_pem(None).expect("PKCS#8")).expect("a file");
    let import = "authority import root --cert root.crt --key root.key --no-passphrase";
    sandbox.run(import.split(' ')).succeeded();
}

#[test]
fn path_lengths_have_room_for_the_other_root_or_it_is_said() {
    const REFUSE: &str = "will refuse what authorities below the other root sign";
    for path_len in 0..3 {
        let sandbox = Sandbox::new();
        import_root(&sandbox, path_len);
        if path_len == 0 {
            let refused = sandbox.run(ROLLOVER).exited(4);
            assert!(refused.stderr.contains("its path length is 0"), "{}", refused.stderr);
            assert!(refused.stderr.contains("--no-cross"), "{}", refused.stderr);
            sandbox.run([&ROLLOVER[..], &["--no-cross"]].concat()).succeeded();
            continue;
        }
        sandbox.run(["authority", "create", "issuing", "--parent", "root", "--no-passphrase"]).succeeded();
        for options in [&["--dry-run"][..], &[]] {
            let begun = sandbox.run([&ROLLOVER[..], options].concat()).succeeded();
            for root in ["root", "root-2"] {
                let warned = begun.stderr.contains(&format!("clients that trust only {root} {REFUSE}"));
                assert_eq!(warned, path_len == 1, "{path_len}: {}", begun.stderr);
            }
        }
        // What is said is what happens.
        sandbox.run(["issue", "a.test", "--authority", "issuing", "--out", "a"]).succeeded();
        let verify = ["verify", "a/fullchain.pem", "--anchor", "store/public/root-2.pem"];
        sandbox.run(verify).exited(if path_len == 1 { 3 } else { 0 });
    }
}

#[test]
fn an_authority_is_completed_by_what_it_came_without() {
    let offline = Sandbox::new();
    offline.run(["init", "--no-passphrase", "--with-issuing", "-q"]).succeeded();
    let text = |path: std::path::PathBuf| path.to_str().expect("text").to_owned();
    let of = |name: &str| text(offline.path(format!("store/authorities/{name}")));
    let (issuing, root) = (format!("{}/ca.pem", of("issuing")), format!("{}/ca.pem", of("root")));
    let key = format!("{}/key.pem", of("issuing"));
    for by_root in [false, true] {
        let online = Sandbox::new();
        let import = ["authority", "import", "issuing", "--cert", &issuing, "--key", &key, "--no-passphrase"];
        let told = online.run(import).succeeded();
        assert!(told.stderr.contains("--chain"), "{}", told.stderr);
        online.run(["issue", "a.test", "--out", "a"]).succeeded();
        assert_eq!(read(&online, "a/ca.pem"), std::fs::read_to_string(&issuing).expect("issuing"));
        // The same without anything new.
        online.run(["authority", "import", "issuing", "--cert", &issuing]).exited(1);
        if by_root {
            online.run(["authority", "import", "root", "--cert", &root]).succeeded();
        } else {
            let told = online.run(["authority", "import", "issuing", "--cert", &issuing, "--chain", &root]).succeeded();
            assert!(told.stderr.contains("completed authority issuing"), "{}", told.stderr);
        }
        online.run(["renew", "a.test"]).succeeded();
        online.run(["issue", "b.test", "--out", "b"]).succeeded();
        online.run(["export", "a.test", "--for", "nginx", "--out", "n"]).succeeded();
        for file in ["a/ca.pem", "b/ca.pem"] {
            assert_eq!(read(&online, file), std::fs::read_to_string(&root).expect("root"), "{file}");
        }
        let built = online.run(["truststore", "build", "--out", "anchors.pem"]).succeeded();
        assert!(!built.stderr.contains("not known here"), "{}", built.stderr);
        assert_eq!(certificates(&read(&online, "anchors.pem")), 1);
        online.run(["store", "check"]).succeeded();
        let other = online.run(["authority", "import", "issuing", "--cert", &root]).exited(1);
        assert!(other.stderr.contains("authority rollover issuing --as issuing-2"), "{}", other.stderr);
    }
}

#[test]
fn an_authority_whose_store_is_elsewhere_is_listed_with_what_can_be_done() {
    let (offline, online) = (Sandbox::with_root(), Sandbox::new());
    let csr = online.path("issuing.csr").to_str().expect("text").to_owned();
    online.run(["authority", "csr", "issuing", "--no-passphrase", "--out", &csr]).succeeded();
    offline
        .run(["sign", &csr, "--profile", "intermediate", "--lineage", "issuing", "--out", "issuing.crt"])
        .succeeded();
    let told = json(&offline.run(["authority", "rollover", "root", "--no-passphrase", "--json"]).succeeded());
    assert_eq!(told["in_use"][0]["next"], "sign", "{told:#}");
    let steps = told["next"].to_string();
    assert!(steps.contains("certwright sign") && !steps.contains("renew"), "{steps}");
    let serial = told["in_use"][0]["serial"].as_str().expect("serial").to_owned();
    offline.run(["authority", "rollover", "root", "--finish"]).exited(4);
    offline.run(["revoke", &serial, "--reason", "superseded"]).succeeded();
    offline.run(["authority", "rollover", "root", "--finish"]).succeeded();
}

#[test]
fn a_root_whose_key_went_offline_takes_part_in_its_rollover() {
    let (offline, online) = (Sandbox::new(), Sandbox::new());
    offline.run(["init", "--no-passphrase", "--with-issuing", "-q"]).succeeded();
    copy::copy_tree(&offline.path("store"), &online.path("store")).expect("copied");
    std::fs::remove_file(online.path("store/authorities/root/key.pem")).expect("offline");
    let refused = online.run(ROLLOVER).exited(1);
    assert!(refused.stderr.contains("--cross"), "{}", refused.stderr);
    offline.run(ROLLOVER).succeeded();
    let public = |name: &str| offline.path(format!("store/public/{name}")).to_str().expect("text").to_owned();
    online.run(["authority", "import", "root-2", "--cert", &public("root-2.crt")]).succeeded();
    let (one, other) = (public("root.cross.pem"), public("root-2.cross.pem"));
    online.run(["authority", "rollover", "root", "--as", "root-2", "--cross", &one, &other]).succeeded();
    online.run(["authority", "csr", "issuing-2", "--no-passphrase", "--out", "i.csr"]).succeeded();
    let path = |name: &str| online.path(name).to_str().expect("text").to_owned();
    let sign = ["sign", &path("i.csr"), "--profile", "intermediate", "--authority", "root-2", "--out", &path("i.crt")];
    offline.run(sign).succeeded();
    online.run(["authority", "import", "issuing-2", "--cert", "i.crt"]).succeeded();
    online.run(["authority", "rollover", "issuing", "--as", "issuing-2"]).succeeded();
    for name in ["issuing", "root"] {
        online.run(["authority", "rollover", name, "--finish"]).succeeded();
    }
    online.run(["issue", "a.test", "--out", "a"]).succeeded();
    online.run(["verify", "a/fullchain.pem", "--anchor", &public("root-2.crt")]).succeeded();
    online.run(["store", "check"]).succeeded();
}
