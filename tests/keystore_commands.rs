//! `keystore` and `truststore` as people use them: what is written, what is refused and what is said about it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

#[path = "support/sandbox.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod sandbox;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use certwright::container::{OpenedContent, Passwords, open};
use certwright::keys::Secret;
use certwright::x509::pem;
use sandbox::{Outcome, Sandbox};

const PASSWORD: &str = "pass:changeit";

/// A store with a root, an authority under it, and two services.
fn services() -> Sandbox {
    let sandbox = Sandbox::new();
    run(&sandbox, "init --no-passphrase --with-issuing --key ec-p256").succeeded();
    run(&sandbox, "issue web.corp.test --out web").succeeded();
    run(&sandbox, "issue api.corp.test --out api").succeeded();
    sandbox
}

fn run(sandbox: &Sandbox, line: &str) -> Outcome {
    sandbox.run(line.split(' '))
}

/// Runs a command that fails, and insists on its status and on what it says.
fn refused(sandbox: &Sandbox, line: &str, code: i32, says: &str) {
    let outcome = run(sandbox, line).exited(code);
    assert!(outcome.stderr.contains(says), "{line}: {}", outcome.stderr);
    assert!(outcome.stderr.contains("hint:"), "{line}: {}", outcome.stderr);
}

/// The entries of a keystore: alias and number of certificates; 0 for an anchor.
fn entries(sandbox: &Sandbox, file: &str) -> Vec<(String, usize)> {
    let password = Secret::new("changeit");
    let opened =
        open(&fs::read(sandbox.path(file)).unwrap(), &Passwords { store: Some(&password), key: None }).unwrap();
    let mut entries: Vec<_> = opened
        .entries
        .iter()
        .map(|entry| match &entry.content {
            OpenedContent::Key { key, chain } => {
                assert!(key.is_ok(), "{entry:?}");
                (entry.alias.clone(), chain.len())
            }
            OpenedContent::Certificate { .. } => (entry.alias.clone(), 0),
        })
        .collect();
    entries.sort();
    entries
}

#[test]
fn a_keystore_is_built_from_names_serials_files_and_authorities() {
    let sandbox = services();
    for (file, arguments, expected) in [
        ("a.p12", "web.corp.test", vec![("web.corp.test", 2)]),
        ("a.jks", "web.corp.test api.corp.test --include-root", vec![("api.corp.test", 3), ("web.corp.test", 3)]),
        ("b.pfx", "web/cert.pem api.corp.test --alias Web --alias größe", vec![("Web", 2), ("größe", 2)]),
        // The root is in the file for its own sake, so the other chain reaches it, as it does in Java.
        ("c.p12", "root issuing", vec![("issuing", 2), ("root", 1)]),
        ("d.p12", "--cert web/fullchain.pem --key web/key.pem", vec![("web.corp.test", 2)]),
        (
            "e.p12",
            "--cert web/cert.pem --key web/key.pem --chain web/ca.pem --chain web/chain.pem --include-root",
            vec![("web.corp.test", 3)],
        ),
        ("f.pem", "web.corp.test", vec![("web.corp.test", 2)]),
    ] {
        run(&sandbox, &format!("keystore build {arguments} --out {file} --storepass {PASSWORD}")).succeeded();
        let expected: Vec<_> = expected.into_iter().map(|(alias, length)| (alias.to_owned(), length)).collect();
        assert_eq!(entries(&sandbox, file), expected, "{file}");
        let mode = fs::metadata(sandbox.path(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    // A PEM keystore without a password has its key in the clear.
    run(&sandbox, "keystore build web.corp.test --out plain.pem").succeeded();
    assert!(fs::read_to_string(sandbox.path("plain.pem")).unwrap().starts_with("-----BEGIN PRIVATE KEY-----"));
    // A PEM keystore is a source again.
    run(&sandbox, &format!("keystore build --cert plain.pem --out again.p12 --storepass {PASSWORD}")).succeeded();
    assert_eq!(entries(&sandbox, "again.p12"), [("web.corp.test".to_owned(), 2)]);
}

#[test]
fn an_encrypted_key_of_the_store_is_opened_with_its_passphrase() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("ca.pass"), "correct horse\n").unwrap();
    fs::set_permissions(sandbox.path("ca.pass"), fs::Permissions::from_mode(0o600)).unwrap();
    run(&sandbox, "init --passphrase file:ca.pass --key ec-p256").succeeded();
    run(&sandbox, "issue web.corp.test --passphrase file:ca.pass").succeeded();
    let build = |rest: &str| format!("keystore build web.corp.test --out k.p12 --storepass {PASSWORD} {rest}");
    refused(&sandbox, &build("--non-interactive"), 2, "--passphrase");
    refused(&sandbox, &build("--passphrase pass:wronghorse"), 1, "wrong passphrase");
    run(&sandbox, &build("--passphrase file:ca.pass")).succeeded();
    assert_eq!(entries(&sandbox, "k.p12"), [("web.corp.test".to_owned(), 1)]);
    // The passphrase of keys is never taken for the password of the file.
    let line = "keystore build web.corp.test --out other.p12 --passphrase file:ca.pass";
    refused(&sandbox, line, 2, "--storepass");
}

#[test]
fn what_cannot_be_written_is_refused_with_the_way_out() {
    let sandbox = services();
    let build = |rest: &str| format!("keystore build {rest}");
    refused(&sandbox, &build("web.corp.test --out x"), 2, "does not say in which format");
    refused(&sandbox, &build("web.corp.test --out x.p12"), 2, "--storepass");
    refused(&sandbox, &build("web.corp.test --out x.p12 --storepass pass:"), 1, "an empty password");
    refused(&sandbox, &build("web.corp.test --out x.jks --storepass pass:"), 1, "an empty password");
    refused(&sandbox, &build("web.corp.test --out x.p12 --storepass pass:pässword"), 1, "ASCII characters only");
    run(&sandbox, &build("web.corp.test --out umlaut.jks --storepass pass:pässword")).succeeded();
    let p12 = format!("--out x.p12 --storepass {PASSWORD}");
    refused(&sandbox, &build(&format!("web.corp.test web/cert.pem {p12}")), 1, "two entries have the alias");
    refused(&sandbox, &build(&format!("web.corp.test api.corp.test --alias A --alias a {p12}")), 1, "the alias \"a\"");
    refused(&sandbox, &build(&format!("web.corp.test --alias a --alias b {p12}")), 2, "2 aliases for 1 entries");
    refused(&sandbox, &build(&format!("web.corp.test --alias 🔑 {p12}")), 1, "BMPString");
    run(&sandbox, &build(&format!("web.corp.test --alias 🔑 --out key.jks --storepass {PASSWORD}"))).succeeded();
    assert_eq!(entries(&sandbox, "key.jks"), [("🔑".to_owned(), 2)]);
    refused(&sandbox, &build(&format!("web.corp.test --alias \u{1b}[2J {p12}")), 1, "control character");
    refused(&sandbox, &build(&format!("nobody.test {p12}")), 1, "no certificate \"nobody.test\"");
    refused(&sandbox, &build(&format!("--cert web/cert.pem --key api/key.pem {p12}")), 1, "does not belong to");
    refused(&sandbox, &build(&format!("web.corp.test --keypass pass:other {p12}")), 2, "--keypass is for JKS");
    refused(
        &sandbox,
        &build("web.corp.test --preset rc2 --out x.jks --storepass pass:changeit"),
        2,
        "--preset is about",
    );
    refused(&sandbox, &build(&format!("web.corp.test api.corp.test --out x.pem --storepass {PASSWORD}")), 1, "one key");
    assert!(!sandbox.path("x.p12").exists(), "nothing was written");
    fs::write(sandbox.path("x.p12"), "mine").unwrap();
    refused(&sandbox, &build(&format!("web.corp.test {p12}")), 1, "exists already");
    assert_eq!(fs::read(sandbox.path("x.p12")).unwrap(), b"mine");
    run(&sandbox, &build(&format!("web.corp.test {p12} --force"))).succeeded();

    run(&sandbox, "csr create --new-key r.key --no-passphrase --subject CN=r r.corp.test --out r.csr").succeeded();
    run(&sandbox, "sign r.csr --out r.crt").succeeded();
    refused(&sandbox, &build(&format!("r --out r.p12 --storepass {PASSWORD}")), 1, "no private key of");
}

#[test]
fn an_incomplete_chain_is_written_with_a_warning() {
    let sandbox = services();
    let line = format!("keystore build --cert web/cert.pem --key web/key.pem --out x.p12 --storepass {PASSWORD}");
    let outcome = run(&sandbox, &line).succeeded();
    let warning =
        "the chain of web.corp.test is incomplete: the certificate of CN=certwright Issuing CA is not known here";
    assert!(outcome.stderr.contains(warning), "{}", outcome.stderr);
    assert_eq!(entries(&sandbox, "x.p12"), [("web.corp.test".to_owned(), 1)]);
}

#[test]
fn a_keystore_is_inspected_and_nothing_secret_is_shown() {
    let sandbox = services();
    run(&sandbox, &format!("keystore build web.corp.test --out k.p12 --storepass {PASSWORD}")).succeeded();
    run(&sandbox, &format!("keystore build web.corp.test --out k.jks --storepass {PASSWORD} --keypass pass:otherword"))
        .succeeded();
    for command in ["keystore inspect k.p12 --storepass", "inspect k.p12 --passphrase"] {
        let shown = run(&sandbox, &format!("{command} {PASSWORD}")).succeeded().stdout;
        for part in
            ["alias           web.corp.test", "key             EC P-256", "CN=certwright Issuing CA", "verified"]
        {
            assert!(shown.contains(part), "{command}: {shown}");
        }
        assert!(!shown.contains("PRIVATE KEY"), "{shown}");
    }
    let locked = run(&sandbox, &format!("keystore inspect k.jks --storepass {PASSWORD}")).succeeded().stdout;
    assert!(locked.contains("its password is another one than the file's"), "{locked}");
    let opened =
        run(&sandbox, &format!("keystore inspect k.jks --storepass {PASSWORD} --keypass pass:otherword")).succeeded();
    assert!(opened.stdout.contains("EC P-256"), "{}", opened.stdout);
    let unchecked = run(&sandbox, "inspect k.jks").succeeded().stdout;
    assert!(unchecked.contains("unchecked") && unchecked.contains("CN=web.corp.test"), "{unchecked}");

    refused(&sandbox, "keystore inspect k.p12 --storepass pass:wrongword", 1, "wrong password");
    refused(&sandbox, "keystore inspect k.jks --storepass pass:wrongword", 1, "wrong password");
    refused(&sandbox, "keystore inspect k.p12", 2, "--storepass");
    refused(&sandbox, "inspect k.p12", 1, "--passphrase");
    let bytes = fs::read(sandbox.path("k.p12")).unwrap();
    fs::write(sandbox.path("cut.p12"), &bytes[..bytes.len() - 9]).unwrap();
    refused(&sandbox, &format!("keystore inspect cut.p12 --storepass {PASSWORD}"), 1, "damaged PKCS#12 file");
    let bytes = fs::read(sandbox.path("k.jks")).unwrap();
    fs::write(sandbox.path("cut.jks"), &bytes[..bytes.len() - 40]).unwrap();
    refused(&sandbox, &format!("keystore inspect cut.jks --storepass {PASSWORD}"), 1, "damaged JKS");
    fs::write(sandbox.path("other.p12"), "hello").unwrap();
    refused(&sandbox, &format!("keystore inspect other.p12 --storepass {PASSWORD}"), 1, "neither a PKCS#12");
}

#[test]
fn a_truststore_holds_the_roots_of_the_store() {
    let sandbox = services();
    for file in ["t.p12", "t.jks"] {
        run(&sandbox, &format!("truststore build --out {file}")).succeeded();
        assert_eq!(entries(&sandbox, file), [("root".to_owned(), 0)]);
    }
    run(&sandbox, "truststore build issuing --out t.pem").succeeded();
    assert_eq!(
        fs::read_to_string(sandbox.path("t.pem")).unwrap(),
        fs::read_to_string(sandbox.path("web/ca.pem")).unwrap()
    );
    let listed = run(&sandbox, "truststore inspect t.p12").succeeded().stdout;
    assert!(listed.contains("root   trusted  CN=certwright Root CA"), "{listed}");

    refused(&sandbox, "truststore build nobody --out x.p12", 1, "no authority \"nobody\"");
    refused(&sandbox, "truststore build --out x.pem --storepass pass:changeit", 2, "no password");
    refused(&sandbox, "truststore build --out x.p12 --storepass pass:", 1, "empty password");
    refused(&sandbox, "truststore build --out t.p12", 1, "exists already");
    refused(&Sandbox::new(), "truststore build --out x.p12", 1, "store");
}

#[test]
fn equal_subjects_get_aliases_of_their_own_and_copies_are_written_once() {
    let sandbox = services();
    for name in ["one", "two"] {
        let line = format!("--store {name} init --no-passphrase --key ec-p256 --cn Twin");
        run(&sandbox, &line).succeeded();
        fs::copy(sandbox.path(name).join("authorities/root/ca.pem"), sandbox.path(format!("{name}.pem"))).unwrap();
    }
    run(&sandbox, "truststore build one.pem two.pem one.pem root --out t.p12").succeeded();
    assert_eq!(entries(&sandbox, "t.p12"), [("root", 0), ("twin", 0), ("twin-2", 0)].map(|(a, n)| (a.to_owned(), n)));

    run(&sandbox, "truststore build one.pem two.pem root --format hashed --out certs").succeeded();
    let mut names: Vec<_> =
        fs::read_dir(sandbox.path("certs")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    let names: Vec<_> = names.iter().map(|name| name.to_str().unwrap()).collect();
    let twin = pem::read_certificates(&fs::read(sandbox.path("one.pem")).unwrap()).unwrap();
    let twin = format!("{:08x}", twin[0].subject.openssl_hash());
    assert!(
        names.contains(&format!("{twin}.0").as_str()) && names.contains(&format!("{twin}.1").as_str()),
        "{names:?}"
    );
    assert_eq!(names.len(), 3);
}

#[test]
fn a_keystore_becomes_a_lineage() {
    let sandbox = services();
    run(&sandbox, &format!("keystore build web.corp.test api.corp.test --out both.p12 --storepass {PASSWORD}"))
        .succeeded();
    let import = |rest: &str| format!("keystore import both.p12 --storepass {PASSWORD} --no-passphrase {rest}");
    refused(&sandbox, &import("--alias web.corp.test"), 1, "it is in the store already, as web.corp.test");
    refused(&sandbox, &import("--name x"), 2, "has 2 keys: api.corp.test, web.corp.test");
    refused(&sandbox, &import("--alias other"), 1, "no key with the alias");
    refused(&sandbox, "keystore import both.p12 --storepass pass:wrongword --no-passphrase", 1, "wrong password");

    // Another store: a foreign certificate, with the chain that came with it.
    let there = |rest: &str| format!("--store there {rest}");
    let imported = run(&sandbox, &there(&import("--alias WEB.corp.test --name web"))).succeeded();
    assert!(imported.stderr.contains("signed by no authority of this store"), "{}", imported.stderr);
    let chain = run(&sandbox, &there("show web --chain")).succeeded().stdout;
    assert_eq!(chain, fs::read_to_string(sandbox.path("web/chain.pem")).unwrap());
    run(&sandbox, &there("store check")).succeeded();
    run(&sandbox, &there(&format!("keystore build web --out back.p12 --storepass {PASSWORD}"))).succeeded();
    assert_eq!(entries(&sandbox, "back.p12"), [("web".to_owned(), 2)]);
    // A lost file is made again from the journal.
    let lost = fs::read_dir(sandbox.path("there/issued/web")).unwrap().map(|entry| entry.unwrap().path());
    let lost = lost.map(|dir| dir.join("chain.pem")).find(|path| path.exists()).unwrap();
    fs::remove_file(&lost).unwrap();
    run(&sandbox, &there("store check --repair")).succeeded();
    assert_eq!(fs::read_to_string(&lost).unwrap(), chain);

    // A store that has the authority knows who signed it.
    run(&sandbox, "--store third authority import root --cert store/authorities/root/ca.pem").succeeded();
    run(&sandbox, "--store third authority import issuing --cert store/authorities/issuing/ca.pem").succeeded();
    let imported = run(&sandbox, &format!("--store third {}", import("--alias web.corp.test"))).succeeded();
    assert!(imported.stderr.contains("signed by authority issuing"), "{}", imported.stderr);
    run(&sandbox, "--store third store check").succeeded();
}

#[test]
fn keys_of_authorities_come_in_as_authorities_only() {
    let sandbox = services();
    run(&sandbox, &format!("keystore build issuing --include-root --out ca.p12 --storepass {PASSWORD}")).succeeded();
    let import =
        |rest: &str| format!("--store there keystore import ca.p12 --storepass {PASSWORD} --no-passphrase {rest}");
    refused(&sandbox, &import("--name ca"), 1, "is the certificate of an authority");
    run(&sandbox, &import("--authority corp")).succeeded();
    run(&sandbox, "--store there issue new.corp.test --out new").succeeded();
    run(&sandbox, "verify new/fullchain.pem --anchor web/ca.pem").succeeded();
    refused(&sandbox, &import("--authority corp"), 1, "exists already");
    // A leaf with the key of an authority could sign as it.
    let forged =
        "--store forge issue forged.test --self-signed --key-file store/authorities/issuing/key.pem --out forged";
    run(&sandbox, forged).succeeded();
    let line = "--store there keystore import forged/cert.pem --key forged/key.pem --no-passphrase";
    refused(&sandbox, line, 4, "the key is the key of authority corp");
}

#[test]
fn a_pair_of_files_comes_in_too() {
    let sandbox = services();
    let import = |rest: &str| format!("--store there keystore import {rest} --no-passphrase");
    refused(&sandbox, &import("web/cert.pem"), 1, "has no private key");
    refused(&sandbox, &import("web/cert.pem --key api/key.pem"), 1, "the key does not belong to the certificate");
    let imported = run(&sandbox, &import("web/cert.pem --key web/key.pem")).succeeded();
    assert!(imported.stderr.contains("its chain is incomplete"), "{}", imported.stderr);
    run(&sandbox, &import("api/cert.pem --key api/key.pem --chain api/chain.pem --chain api/ca.pem")).succeeded();
    let key = fs::metadata(sandbox.path("there/issued/web.corp.test/current/key.pem")).unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
}

/// Runs a command line with a umask.
fn run_with_umask(sandbox: &Sandbox, umask: &str, line: &str) {
    let script = format!("umask {umask}; exec {} {line}", sandbox::CERTWRIGHT);
    let status = sandbox::hermetic("sh", &sandbox.path("")).args(["-c", &script]).output().unwrap();
    assert!(status.status.success(), "{line}: {}", String::from_utf8_lossy(&status.stderr));
}

fn mode_of(sandbox: &Sandbox, path: &str) -> u32 {
    fs::metadata(sandbox.path(path)).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_hashed_directory_holds_nothing_but_what_was_asked() {
    let sandbox = services();
    for umask in ["000", "077"] {
        run_with_umask(&sandbox, umask, &format!("truststore build --format hashed --out new-{umask}/certs"));
        for dir in ["", "/certs"] {
            assert_eq!(mode_of(&sandbox, &format!("new-{umask}{dir}")), 0o755, "umask {umask}");
        }
    }
    run(&sandbox, "truststore build --format hashed --out certs").succeeded();
    for name in ["0a0b0c0d.0", "0a0b0c0d.r0", "notes.txt"] {
        fs::write(sandbox.path(format!("certs/{name}")), "x").unwrap();
    }
    let line = "truststore build --format hashed --out certs";
    refused(&sandbox, "truststore build web/cert.pem --format hashed --out certs", 1, "0a0b0c0d.0");
    refused(&sandbox, line, 1, "certs holds other anchors, which would stay trusted: 0a0b0c0d.0");
    let forced = run(&sandbox, &format!("{line} --force")).succeeded();
    assert!(forced.stderr.contains("removed from certs: 0a0b0c0d.0"), "{}", forced.stderr);
    for (name, stays) in [("0a0b0c0d.0", false), ("0a0b0c0d.r0", true), ("notes.txt", true)] {
        assert_eq!(sandbox.path(format!("certs/{name}")).exists(), stays, "{name}");
    }

    let listed = run(&sandbox, "truststore inspect certs").succeeded();
    assert!(listed.stdout.contains("format          hashed"), "{}", listed.stdout);
    assert!(listed.stdout.contains("certwright Root CA"), "{}", listed.stdout);
    refused(&sandbox, "truststore inspect home", 1, "no file that OpenSSL would take for an anchor");
}

#[test]
fn a_password_that_java_refuses_is_refused() {
    let sandbox = services();
    for password in ["change\tit", "changeit\r", "\u{7f}changeit"] {
        let line = format!("keystore build web.corp.test --out web.p12 --storepass pass:{password}");
        refused(&sandbox, &line, 1, "control character");
        assert!(!sandbox.path("web.p12").exists());
    }
}

#[test]
fn an_authority_does_not_leave_the_store_unsaid() {
    let sandbox = services();
    let built = run(&sandbox, &format!("keystore build issuing --out ca.p12 --storepass {PASSWORD}")).succeeded();
    assert!(built.stderr.contains("the private key of authority issuing leaves the store"), "{}", built.stderr);
    let built =
        run(&sandbox, &format!("keystore build web.corp.test --out web.p12 --storepass {PASSWORD}")).succeeded();
    assert!(!built.stderr.contains("leaves the store"), "{}", built.stderr);
}

#[test]
fn an_import_names_the_key_password_and_says_what_store_it_made() {
    let sandbox = services();
    let build = format!("keystore build web.corp.test --out web.jks --storepass {PASSWORD} --keypass pass:another");
    run(&sandbox, &build).succeeded();
    let import = |rest: &str| format!("--store mistyped keystore import web.jks --storepass {PASSWORD} {rest}");
    refused(&sandbox, &import("--no-passphrase"), 1, "name its source with --keypass");
    refused(&sandbox, &import("--no-passphrase --keypass pass:wrong"), 1, "check what --keypass names");
    refused(&sandbox, &import("--keypass pass:another"), 2, "--no-passphrase");
    refused(&sandbox, &import("--keypass pass:another --no-passphrase --name Billing/Web"), 2, "such as ");
    assert!(!sandbox.path("mistyped").exists(), "a store was made before all was known");

    let made = run(&sandbox, &import("--keypass pass:another --no-passphrase --name billing")).succeeded();
    assert!(made.stderr.contains("made a new store: mistyped"), "{}", made.stderr);
    assert!(made.stderr.contains("imported billing (\"web.corp.test\" in the file)"), "{}", made.stderr);
}
