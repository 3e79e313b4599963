//! Authorities whose certificates come from elsewhere: signed again for the key that they have, and those that are not taken.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where it fails")]

#[path = "support/installed.rs"]
mod installed;
#[path = "support/sandbox.rs"]
mod sandbox;

use installed::installed;
use sandbox::{Outcome, Sandbox};
use serde_json::Value;

fn text(sandbox: &Sandbox, path: &str) -> String {
    sandbox.path(path).to_str().unwrap().to_owned()
}

fn read(sandbox: &Sandbox, path: &str) -> String {
    std::fs::read_to_string(sandbox.path(path)).unwrap()
}

fn json(said: &Outcome) -> Value {
    serde_json::from_str(&said.stdout).unwrap()
}

/// A root on one machine, and an issuing authority below it on another one, with another authority below that; the issuing one is
/// valid for 30 days.
fn two_machines() -> (Sandbox, Sandbox) {
    let (offline, online) = (Sandbox::with_root(), Sandbox::new());
    let csr = text(&online, "issuing.csr");
    online.run(["authority", "csr", "issuing", "--passphrase", "pass:secret", "--out", &csr]).succeeded();
    let crt = sign(&offline, &csr, "issuing.crt", "30d");
    let root = text(&offline, "store/authorities/root/ca.pem");
    online.run(["authority", "import", "issuing", "--cert", &crt, "--chain", &root]).succeeded();
    (offline, online)
}

fn sign(offline: &Sandbox, csr: &str, out: &str, validity: &str) -> String {
    let mut profile = json(&offline.run(["profile", "show", "intermediate"]).succeeded());
    profile["basic_constraints"]["path_len"] = 1.into();
    std::fs::write(offline.path("store/profiles/deep.json"), profile.to_string()).unwrap();
    offline.run(["sign", csr, "--profile", "deep", "--validity", validity, "--out", out]).succeeded();
    text(offline, out)
}

#[test]
fn what_was_signed_before_and_after_has_a_chain() {
    let (offline, online) = two_machines();
    let pass = ["--passphrase", "pass:secret"];
    let with = |more: &[&str]| online.run(more.iter().chain(&pass));
    with(&["authority", "create", "lab", "--parent", "issuing", "--validity", "20d", "--new-passphrase", "pass:lab"])
        .succeeded();
    with(&["issue", "old.test", "--authority", "issuing", "--out", "old"]).succeeded();
    with(&["revoke", "old.test", "--publish"]).succeeded();

    // The request is for the same key and subject, and leaves nothing behind.
    let csr = text(&online, "again.csr");
    let lines = read(&online, "store/journal.jsonl").lines().count();
    let told = with(&["authority", "csr", "issuing", "--out", &csr]).succeeded();
    assert!(told.stderr.contains("a new certificate of its key"), "{}", told.stderr);
    assert_eq!(read(&online, "store/journal.jsonl").lines().count(), lines);
    online.run(["key", "match", &csr, "store/authorities/issuing/ca.pem"]).succeeded();
    with(&["authority", "csr", "issuing", "--key", "rsa-2048"]).exited(2);
    with(&["authority", "csr", "issuing", "--cn", "Another"]).exited(2);

    let crt = sign(&offline, &csr, "again.crt", "5y");
    let told = online.run(["authority", "import", "issuing", "--cert", &crt, "--json"]).succeeded();
    assert!(told.stderr.contains("put a new certificate in the place of that of authority issuing"), "{}", told.stderr);
    assert_eq!(read(&online, "store/authorities/issuing/ca.pem"), read(&offline, "again.crt"));

    // The key is the same, and opens with the same passphrase; what is issued outlives the old certificate.
    with(&["issue", "new.test", "--authority", "issuing", "--validity", "90d", "--out", "new"]).succeeded();
    let issue = ["issue", "lab.test", "--authority", "lab", "--out", "lab", "--passphrase", "pass:lab"];
    online.run(issue).succeeded();
    let root = text(&offline, "store/authorities/root/ca.pem");
    for leaf in ["new/fullchain.pem", "lab/fullchain.pem"] {
        online.run(["verify", leaf, "--anchor", &root]).succeeded();
        assert!(read(&online, leaf).contains(&read(&offline, "again.crt")), "{leaf}");
    }
    let old = read(&online, "old/cert.pem") + &read(&offline, "again.crt");
    std::fs::write(online.path("mixed.pem"), old).unwrap();
    online.run(["verify", "mixed.pem", "--anchor", &root]).succeeded();

    // Its revocations are in the next CRL, under the same key.
    with(&["crl", "publish", "--authority", "issuing"]).succeeded();
    let anchors = ["--anchor", &root, "--crl", "store/public/issuing.crl", "--partial-crl"];
    let said = online.run(["verify", "mixed.pem"].iter().chain(&anchors));
    assert_ne!(said.code, 0, "{}", said.stderr);
    online.run(["store", "check"]).succeeded();
    online.run(["log", "verify"]).succeeded();
    assert_eq!(json(&online.run(["authority", "show", "issuing", "--json"]).succeeded())["subject"], "CN=issuing CA");
}

#[test]
fn what_is_no_new_certificate_of_it_is_refused() {
    let (offline, online) = two_machines();
    let csr = text(&online, "issuing.csr");
    let old = text(&offline, "issuing.crt");
    let import = |cert: &str| online.run(["authority", "import", "issuing", "--cert", cert]);
    // Another key under its name, another name for its key, and one whose root is unknown here.
    let elsewhere = Sandbox::with_root();
    elsewhere.run(["key", "generate", "--no-passphrase", "--out", "other.pem"]).succeeded();
    let request = ["csr", "create", "--key", "other.pem", "--subject", "CN=issuing CA", "--out", "other.csr"];
    elsewhere.run(request).succeeded();
    let other = sign(&elsewhere, &text(&elsewhere, "other.csr"), "other.crt", "30d");
    let told = import(&other).exited(1);
    assert!(told.stderr.contains("certwright authority csr issuing asks for one"), "{}", told.stderr);
    let foreign = Sandbox::new();
    foreign.run(["init", "--no-passphrase", "-q", "--cn", "Foreign"]).succeeded();
    let foreign = sign(&foreign, &csr, "foreign.crt", "30d");
    let before = read(&online, "store/journal.jsonl");
    import(&foreign).exited(1);
    assert_eq!(read(&online, "store/journal.jsonl"), before);
    // What is given for its chain and is none of it is said.
    let newest = sign(&offline, &csr, "newest.crt", "45d");
    let told = online.run(["authority", "import", "issuing", "--cert", &newest, "--chain", &other]).succeeded();
    assert!(told.stderr.contains("CN=issuing CA does not stand above it"), "{}", told.stderr);
    // Nor does an older one take the newer one's place.
    let newer = sign(&offline, &csr, "newer.crt", "60d");
    let validity = json(&online.run(["inspect", &newer, "--json"]).succeeded());
    import(&newer).succeeded();
    let back = import(&old);
    let (old, newer) = (json(&online.run(["inspect", &old, "--json"]).succeeded()), validity);
    if old["not_before"] != newer["not_before"] {
        assert_eq!(back.code, 1, "{}", back.stderr);
        assert!(back.stderr.contains("is older than"), "{}", back.stderr);
    }
    let root = offline.run(["authority", "csr", "root"]).exited(1);
    assert!(root.stderr.contains("is a root"), "{}", root.stderr);
}

#[test]
fn an_authority_has_one_name() {
    let sandbox = Sandbox::with_root();
    let (cert, key) = ("store/authorities/root/ca.pem", "store/authorities/root/key.pem");
    let before = read(&sandbox, "store/journal.jsonl");
    for more in [&["--key", key, "--no-passphrase"][..], &[]] {
        let told = sandbox.run(["authority", "import", "again", "--cert", cert].iter().chain(more)).exited(1);
        assert!(told.stderr.contains("is in the store already, as authority root"), "{}", told.stderr);
    }
    assert_eq!(read(&sandbox, "store/journal.jsonl"), before);
}

#[test]
fn an_authority_that_no_client_could_follow_is_refused_when_it_comes() {
    let sandbox = Sandbox::new();
    let openssl = |arguments: &str| {
        let mut command = std::process::Command::new("openssl");
        let made = command.args(arguments.split(' ')).current_dir(sandbox.path("")).output();
        made.is_ok_and(|made| made.status.success())
    };
    let new = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -keyout ca.key -out ca.pem";
    if !openssl(&format!("{new} -subj /CN=Odd -addext 1.2.3.4=critical,ASN1:NULL")) {
        installed("openssl, 1.1.1 or newer,", false);
        return;
    }
    let import = || sandbox.run("authority import odd --cert ca.pem --key ca.key --no-passphrase".split(' '));
    let told = import().exited(1);
    assert!(told.stderr.contains("a critical extension that is not processed here (1.2.3.4)"), "{}", told.stderr);
    assert!(openssl(&format!("{new} -subj /")));
    assert!(import().exited(1).stderr.contains("it has no subject"));
    // What an anchor says of itself nobody checks.
    assert!(openssl(&format!("{new} -subj /CN=Old -sha1")));
    let told = import().succeeded();
    assert!(told.stderr.contains("its own signature cannot be checked"), "{}", told.stderr);
    sandbox.run(["issue", "a.test", "--out", "a"]).succeeded();
    sandbox.run(["verify", "a/fullchain.pem", "--anchor", "ca.pem"]).succeeded();
}

#[test]
fn what_the_store_revoked_is_not_ok() {
    let sandbox = Sandbox::with_root();
    sandbox.run(["issue", "Web.corp.test", "--out", "web"]).succeeded();
    let verify = |more: &[&str]| sandbox.run(["verify", "web/fullchain.pem", "--json"].iter().chain(more));
    assert_eq!(json(&verify(&[]).succeeded())["revocation_checked"], true);
    let by_file = verify(&["--anchor", "web/ca.pem"]).succeeded();
    assert_eq!(json(&by_file)["revocation_checked"], false);
    assert!(by_file.stderr.contains("was not looked at: name the CRLs"), "{}", by_file.stderr);
    // However the name is written.
    sandbox.run(["revoke", "web.CORP.test.", "--reason", "key-compromise"]).succeeded();
    let refused = json(&verify(&[]).exited(3));
    assert_eq!((&refused["rule"], &refused["depth"]), (&"revoked".into(), &0.into()), "{refused}");
    verify(&["--anchor", "web/ca.pem"]).succeeded();
}
