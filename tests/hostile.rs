//! Requests that mean harm: each is refused with a clear word, or gives a certificate that is free of the harm.

#![expect(clippy::expect_used, clippy::print_stderr, reason = "a test may stop and talk")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use csr::{Draft, SUBJECT_ALT_NAME, finish, p256, pem};
use der::{header, sequence, tlv, typed};
use nix::sys::resource::{UsageWho, getrusage};
use num_bigint::BigUint;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use rsa::RsaKey;
use sandbox::{Outcome, Sandbox};
use tree::{Node, snapshot};
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer, X509Certificate};

#[path = "support/csr.rs"]
mod csr;
#[path = "support/der.rs"]
mod der;
#[path = "support/rsa.rs"]
mod rsa;
#[path = "support/sandbox.rs"]
mod sandbox;
#[path = "support/tree.rs"]
mod tree;

/// What one hostile input may cost.
const MOST_TIME: Duration = Duration::from_secs(2);
const MOST_MEMORY_KIB: i64 = 256 * 1024;
/// More names than this in a certificate come from an attacker.
const MOST_NAMES: usize = 1000;

/// Processor time is measured over all children of this process, so only one test runs them at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// A hostile request.
struct Case {
    name: String,
    bytes: Vec<u8>,
    /// Whether no certificate at all may come of it.
    refuse: bool,
}

impl Case {
    /// Nothing may be signed.
    fn refused(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into(), refuse: true }
    }

    /// A certificate may be signed, but without what is asked for.
    fn defused(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into(), refuse: false }
    }
}

#[test]
fn a_directory_that_anybody_writes_to_holds_no_key() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::with_root();
    for dir in ["store", "store/authorities", "store/authorities/root"] {
        let chmod = |mode| {
            let permissions = fs::Permissions::from_mode(mode);
            fs::set_permissions(sandbox.path(dir), permissions).expect("a mode");
        };
        chmod(0o777);
        let run = sandbox.run(["issue", "a.test"]).exited(1);
        assert!(run.stderr.contains("has mode 0777, so that anybody can put another key there"), "{}", run.stderr);
        // Nobody replaces what others have in a sticky one, and a group is trusted by whoever let it in.
        for mode in [0o1777, 0o775, 0o700] {
            chmod(mode);
            sandbox.run(["issue", "a.test"]).succeeded();
        }
    }
}

#[test]
fn no_key_that_is_known_for_something_else_is_certified() {
    let sandbox = Sandbox::with_root();
    let csr = |name: &str, key: &[&str]| {
        let subject = format!("CN={name}");
        let mut command = vec!["csr", "create"];
        command.extend(key);
        command.extend(["--subject", &subject, "any.test", "--out", name]);
        sandbox.run(command).succeeded();
    };
    csr("leaf.csr", &["--new-key", "leaf.key", "--no-passphrase"]);
    csr("ca.csr", &["--new-key", "ca.key", "--no-passphrase"]);
    sandbox.run(["sign", "leaf.csr", "--out", "leaf.crt"]).succeeded();
    sandbox.run(["sign", "ca.csr", "--profile", "intermediate", "--out", "ca.crt"]).succeeded();
    // An authority's, though it is signed for somebody else.
    let run = sandbox.run(["sign", "ca.csr", "--out", "again.crt"]).exited(4);
    assert!(run.stderr.contains("the key is that of CN=ca.csr, an authority"), "{}", run.stderr);
    sandbox.run(["issue", "other.test", "--key-file", "ca.key"]).exited(4);
    sandbox.run(["sign", "leaf.csr", "--out", "more.crt"]).succeeded();
    sandbox.run(["sign", "leaf.csr", "--profile", "intermediate", "--out", "sub.crt"]).exited(4);
    sandbox.run(["sign", "ca.csr", "--profile", "intermediate", "--out", "renewed.crt"]).succeeded();
    sandbox.run(["revoke", "leaf.crt", "--reason", "key-compromise"]).succeeded();
    for profile in ["server", "intermediate"] {
        let run = sandbox.run(["sign", "leaf.csr", "--profile", profile, "--out", "late.crt"]).exited(4);
        assert!(run.stderr.contains("compromised"), "{}", run.stderr);
    }
    sandbox.run(["issue", "other.test", "--key-file", "leaf.key"]).exited(4);
}

#[test]
fn weak_and_stolen_keys_are_refused() {
    let sandbox = Sandbox::with_root();
    let ca_key = fs::read(sandbox.path("store/authorities/root/key.pem")).expect("the authority's key");
    let ca_key = ::pem::parse(ca_key).expect("a key in PEM");
    let ca_key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, ca_key.contents(), &SystemRandom::new());
    let ca_key = ca_key.expect("a P-256 key");
    let cases = [weak_keys(), vec![Case::refused("the authority's own key", sound(&ca_key).sign(&ca_key))]];
    try_all(&sandbox, cases.into_iter().flatten().collect());
}

#[test]
fn broken_files_are_refused() {
    try_all(&Sandbox::with_root(), [broken_files(), broken_structures()].into_iter().flatten().collect());
}

#[test]
fn nothing_harmful_gets_into_a_certificate() {
    let sandbox = Sandbox::with_root();
    try_all(&sandbox, [hostile_texts(), hostile_extensions()].into_iter().flatten().collect());
    for arguments in [&["list"][..], &["list", "--json"]] {
        assert_eq!(raw_controls(&sandbox.run(arguments).succeeded()), None, "{arguments:?}");
    }
    sandbox.run(["store", "check"]).succeeded();
}

#[test]
fn every_truncation_and_every_flipped_byte_is_refused() {
    let pair = p256();
    let der = ::pem::parse(sound(&pair).sign(&pair)).expect("PEM").into_contents();
    let truncated = (0..der.len()).map(|length| Case::refused(format!("cut at {length}"), &der[..length]));
    let flipped = (0..der.len()).map(|index| {
        let mut der = der.clone();
        der[index] ^= 0x15;
        Case::refused(format!("byte {index} flipped"), der)
    });
    try_all(&Sandbox::with_root(), truncated.chain(flipped).collect());
}

#[test]
fn inputs_without_an_end_are_refused() {
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let sandbox = Sandbox::with_root();
    let huge = sandbox.path("huge.csr");
    fs::File::create(&huge).and_then(|file| file.set_len(8 << 30)).expect("a sparse file");
    for path in [huge.as_path(), Path::new("/dev/zero")] {
        let before = cost();
        let arguments = ["sign".as_ref(), path.as_os_str(), "--profile".as_ref(), "server".as_ref()];
        let outcome = sandbox.run(arguments.into_iter().chain(["--out-dir".as_ref(), "out".as_ref()])).exited(1);
        assert_eq!(complaints(&outcome, before), Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn large_inputs_cost_no_more_than_their_size() {
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let sandbox = Sandbox::with_root();
    let write = |name: &str, text: String| fs::write(sandbox.path(name), text).expect("a file");
    let root = fs::read_to_string(sandbox.path("store/public/root.pem")).expect("the root");
    write("many.pem", root.repeat(12_000));
    let pair = p256();
    let unit = |number: u32| tlv(0x31, &typed(&[0x55, 0x04, 0x0b], &tlv(0x0c, format!("u{number}").as_bytes())));
    let subject = tlv(0x30, &(0..50_000).flat_map(unit).collect::<Vec<_>>());
    write("units.csr", Draft { subject, ..sound(&pair) }.sign(&pair));
    let table = |number: u32| format!("[certificates.c{number}]\nnames = [\"c{number}.test\"]\nauthority = \"root\"\n");
    write(
        "pki.toml",
        std::iter::once("[authorities.root]\nkeep = true\n".to_owned()).chain((0..10_000).map(table)).collect(),
    );
    let names: Vec<String> = (0..20_000).map(|number| format!("\"n{number}.test\"")).collect();
    write("names.jsonl", format!("{{\"name\": \"a.test\", \"names\": [{}]}}\n", names.join(",")));
    write("line.jsonl", format!("{{\"name\": \"{}\"}}\n", "a".repeat(50 << 20)));
    write(
        "columns.csv",
        format!("name{}\na\n", (0..80_000).map(|number| format!(",set.v{number}")).collect::<String>()),
    );
    for (arguments, code, said) in [
        ("inspect many.pem", 0, ""),
        ("sign units.csr --dry-run", 0, ""),
        ("manifest check pki.toml", 0, ""),
        (
            "issue --batch names.jsonl --out-dir out",
            4,
            "20000 alternative names are asked for, at most 1000 are signed",
        ),
        ("issue --batch line.jsonl --out-dir out", 2, "line 1: it is longer than 1048576 bytes"),
        ("issue --batch columns.csv --out-dir out", 2, "line 1: 80001 columns, at most 1000 are taken"),
    ] {
        let before = cost();
        let outcome = sandbox.run(arguments.split(' ')).exited(code);
        assert!(outcome.stderr.contains(said), "{arguments}: {}", outcome.stderr);
        // Of a large file there is much to say.
        let complaints: Vec<_> =
            complaints(&outcome, before).into_iter().filter(|what| !what.starts_with("says ")).collect();
        assert_eq!(complaints, Vec::<String>::new(), "{arguments}");
    }
    let names: Vec<String> = (0..1200).map(|number| format!("n{number}.test")).collect();
    let outcome = sandbox.run(std::iter::once("issue").chain(names.iter().map(String::as_str))).exited(4);
    assert!(outcome.stderr.contains("at most 1000 are signed"), "{}", outcome.stderr);
}

/// Whoever writes to one after the other waits until somebody reads the first.
#[test]
fn pipes_and_standard_input_are_read_in_the_order_of_the_command_line() {
    let sandbox = Sandbox::with_root();
    for name in ["a", "b"] {
        let (key, csr, subject) = (format!("{name}.key"), format!("{name}.csr"), format!("CN={name}.test"));
        let words = ["csr", "create", "--new-key", &key, "--no-passphrase", "--subject", &subject, "--out", &csr];
        sandbox.run(words).succeeded();
    }
    let line =
        format!("mkfifo f && {{ cat a.csr >f; cat b.csr; }} | timeout 60 {} sign f - --out-dir o", sandbox::CERTWRIGHT);
    let status = sandbox::hermetic("sh", &sandbox.path("")).args(["-c", &line]).status().expect("a shell");
    assert!(status.success(), "{status}");
    let subject = |dir: &str| sandbox.run(["inspect", &format!("o/{dir}/cert.pem")]).succeeded().stdout;
    assert!(subject("f").contains("a.test") && subject("stdin").contains("b.test"));
}

#[test]
fn a_pipe_among_the_outputs_holds_nobody_up() {
    let sandbox = Sandbox::with_root();
    let pipe = |path: &str| {
        fs::remove_file(sandbox.path(path)).expect("a file was there");
        let made = std::process::Command::new("mkfifo").arg(sandbox.path(path)).status().expect("mkfifo runs");
        assert!(made.success());
    };
    sandbox.run(["issue", "a.test", "--out", "tls"]).succeeded();
    pipe("tls/key.pem");
    let outcome = sandbox.run(["renew", "a.test", "--rekey"]).exited(1);
    assert!(outcome.stderr.contains("key.pem: it is no regular file"), "{}", outcome.stderr);
    fs::write(sandbox.path("b.csv"), "name\nb.test\n").expect("a file");
    let batch = ["issue", "--batch", "b.csv", "--out-dir", "many", "--skip-existing"];
    sandbox.run(batch).succeeded();
    pipe("many/b.test/key.pem");
    sandbox.run(batch).succeeded();
    assert!(fs::symlink_metadata(sandbox.path("many/b.test/key.pem")).expect("a file").is_file());
    sandbox.run(["crl", "publish", "--to", "pub"]).succeeded();
    pipe("pub/root.crl");
    sandbox.run(["crl", "publish", "--to", "pub"]).exited(1);
    for name in ["store.json", "journal.jsonl"] {
        let whole = fs::read(sandbox.path("store").join(name)).expect("a file");
        pipe(&format!("store/{name}"));
        let outcome = sandbox.run(["list"]).exited(1);
        assert!(outcome.stderr.contains("it is no regular file"), "{}", outcome.stderr);
        fs::remove_file(sandbox.path("store").join(name)).expect("the pipe");
        fs::write(sandbox.path("store").join(name), whole).expect("a file");
    }
}

#[test]
fn hostile_words_on_the_command_line_are_refused_or_defused() {
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let sandbox = Sandbox::with_root();
    let mut failures = Vec::new();
    for text in
        texts().into_iter().chain(["", " ", "-", "--", "*", "*.", "*.*.test", "a..b", "dns:", "ip:", "ip:1.2.3"])
    {
        if text.contains('\0') {
            continue;
        }
        let (before, outside) = (cost(), elsewhere(&sandbox));
        let outcome = sandbox.run(["issue", "--profile", "server", "--", text]);
        let mut found = complaints(&outcome, before);
        if outside != elsewhere(&sandbox) {
            found.push("files outside of the store changed".into());
        }
        found.extend(bad_paths(&sandbox.path("store")));
        failures.extend(found.into_iter().map(|failure| format!("{text:?}: {failure}")));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(raw_controls(&sandbox.run(["list"]).succeeded()), None);
}

/// Signs every case and tells all that is wrong.
fn try_all(sandbox: &Sandbox, cases: Vec<Case>) {
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut failures = Vec::new();
    let mut signed = 0;
    for case in &cases {
        let found = try_one(sandbox, case, &mut signed);
        failures.extend(found.into_iter().map(|failure| format!("{}: {failure}", case.name)));
    }
    eprintln!("{} requests, {signed} signed without what they asked for, {} failures", cases.len(), failures.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn try_one(sandbox: &Sandbox, case: &Case, signed: &mut usize) -> Vec<String> {
    let (input, out) = (sandbox.path("input.csr"), sandbox.path("out"));
    fs::write(&input, &case.bytes).expect("the input is written");
    if out.exists() {
        fs::remove_dir_all(&out).expect("the output of the case before goes");
    }
    let journal = sandbox.path("store/journal.jsonl");
    let lines = || fs::read(&journal).expect("a journal");
    let (before, recorded, outside) = (cost(), lines(), elsewhere(sandbox));
    let outcome = sandbox.run(["sign", "input.csr", "--profile", "server", "--out-dir", "out"]);
    let mut failures = complaints(&outcome, before);
    if elsewhere(sandbox) != outside {
        failures.push("files outside of the store and the output directory changed".into());
    }
    failures.extend(bad_paths(&sandbox.path("store")).into_iter().chain(bad_paths(&out)));
    let files = snapshot(&out);
    if outcome.code == 0 {
        *signed += 1;
        if case.refuse {
            failures.push("is signed".into());
        }
        let leaves = files.iter().filter(|(path, _)| path.ends_with("cert.pem"));
        let certificates: Vec<_> = leaves.filter_map(|(_, node)| certificate(node)).collect();
        if certificates.is_empty() {
            failures.push("exit status 0 without a certificate".into());
        }
        failures.extend(certificates.iter().flat_map(|der| harm(der)));
    } else {
        if !files.is_empty() {
            failures.push("is refused but leaves files".into());
        }
        if lines() != recorded {
            failures.push("is refused but recorded".into());
        }
    }
    let journal = lines();
    let added = String::from_utf8_lossy(journal.get(recorded.len()..).unwrap_or_default()).into_owned();
    if let Some(control) = added.chars().find(|char| is_control(*char)) {
        failures.push(format!("{control:?} got into the journal"));
    }
    failures
}

/// What is wrong with how a run ended.
fn complaints(outcome: &Outcome, before: Duration) -> Vec<String> {
    let mut failures = Vec::new();
    let spent = cost().saturating_sub(before);
    if ![0, 1, 2, 4].contains(&outcome.code) {
        failures.push(format!("exit status {}", outcome.code));
    }
    if outcome.code != 0 && outcome.stderr.trim().is_empty() {
        failures.push("fails without a word".into());
    }
    if ["panicked", "has a bug", "overflowed"].iter().any(|word| outcome.stderr.contains(word)) {
        failures.push(outcome.stderr.clone());
    }
    if let Some(control) = raw_controls(outcome) {
        failures.push(format!("{control:?} got onto the terminal"));
    }
    if outcome.stdout.len() + outcome.stderr.len() > 64 * 1024 {
        failures.push(format!("says {} bytes", outcome.stdout.len() + outcome.stderr.len()));
    }
    if spent > MOST_TIME {
        failures.push(format!("takes {spent:?} of processor time"));
    }
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage").max_rss();
    if peak > MOST_MEMORY_KIB {
        failures.push(format!("this case or one before takes {peak} KiB"));
    }
    failures
}

/// Processor time of all children so far.
fn cost() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage");
    let micros = |time: nix::sys::time::TimeVal| time.tv_sec() as u64 * 1_000_000 + time.tv_usec() as u64;
    Duration::from_micros(micros(usage.user_time()) + micros(usage.system_time()))
}

/// Every file that a run has no business with, three levels above its directory too.
fn elsewhere(sandbox: &Sandbox) -> Vec<(std::path::PathBuf, Node)> {
    let mine = |path: &Path| path.components().any(|part| part.as_os_str() == "store" || part.as_os_str() == "out");
    snapshot(&sandbox.path("../../..")).into_iter().filter(|(path, _)| !mine(path)).collect()
}

/// File names that are not plain.
fn bad_paths(directory: &Path) -> Vec<String> {
    let plain = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || "._@-/".contains(char);
    let paths = snapshot(directory).into_keys();
    paths.filter(|path| !path.to_string_lossy().chars().all(plain)).map(|path| format!("file name {path:?}")).collect()
}

fn certificate(node: &Node) -> Option<Vec<u8>> {
    let Node::File(_, bytes) = node else { return None };
    let blocks = ::pem::parse_many(bytes).ok()?;
    blocks.into_iter().find(|block| block.tag() == "CERTIFICATE").map(::pem::Pem::into_contents)
}

/// What a server's certificate must not have.
fn harm(der: &[u8]) -> Vec<String> {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else { return vec!["is no certificate".into()] };
    let mut failures = Vec::new();
    if certificate.is_ca() {
        failures.push("is an authority".into());
    }
    let mut seen = BTreeSet::new();
    for extension in certificate.extensions() {
        let oid = extension.oid.to_id_string();
        let known = ["2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.31", "2.5.29.35", "2.5.29.37"];
        if !known.contains(&oid.as_str()) && oid != "1.3.6.1.5.5.7.1.1" {
            failures.push(format!("has extension {oid}"));
        }
        if !seen.insert(oid.clone()) {
            failures.push(format!("has extension {oid} twice"));
        }
        match extension.parsed_extension() {
            ParsedExtension::KeyUsage(usage) if usage.key_cert_sign() || usage.crl_sign() => {
                failures.push("may sign certificates or CRLs".into());
            }
            ParsedExtension::SubjectAlternativeName(names) => {
                if names.general_names.len() > MOST_NAMES {
                    failures.push(format!("has {} names", names.general_names.len()));
                }
                failures.extend(names.general_names.iter().filter_map(harmful_name));
            }
            _ => {}
        }
    }
    for attribute in certificate.subject().iter_attributes() {
        let value = String::from_utf8_lossy(attribute.as_slice());
        if value.chars().any(is_control) || value.contains('\u{fffd}') || value.chars().count() > 64 {
            failures.push(format!("has {value:?} in its subject"));
        }
    }
    failures
}

fn harmful_name(name: &GeneralName<'_>) -> Option<String> {
    let sound = match name {
        GeneralName::DNSName(name) => is_host(name.strip_prefix("*.").unwrap_or(name)),
        GeneralName::IPAddress(octets) => octets.len() == 4 || octets.len() == 16,
        _ => false,
    };
    (!sound).then(|| format!("has the name {name:?}"))
}

fn is_host(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

/// A control that reached a terminal; line ends and the escape-free rest are fine.
fn raw_controls(outcome: &Outcome) -> Option<char> {
    outcome.stdout.chars().chain(outcome.stderr.chars()).find(|char| is_control(*char))
}

/// Control characters (C0 without the line end, C1, DEL), bidirectional controls and other invisible formatting.
fn is_control(char: char) -> bool {
    char != '\n' && char.is_control()
        || matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A request with nothing wrong.
fn sound(pair: &EcdsaKeyPair) -> Draft {
    Draft::new(pair, "sound.test", &["sound.test"])
}

fn weak_keys() -> Vec<Case> {
    let rsa = |name: &str, key: RsaKey| {
        let info = Draft { spki: key.spki(), ..sound(&p256()) }.info();
        Case::refused(name, pem(&key.finish(&info)))
    };
    let unsigned = |name: &str, spki: Vec<u8>| {
        let info = Draft { spki, ..sound(&p256()) }.info();
        Case::refused(name, pem(&rsa::with_signature(&info, &[0x5a; 256])))
    };
    let number = |bits: u64| (BigUint::from(1_u8) << bits) - 1_u8;
    let mut off_curve = p256().public_key().as_ref().to_vec();
    off_curve[64] ^= 1;
    let point = |name: &str, point: &[u8]| {
        let pair = p256();
        Case::refused(name, Draft { spki: csr::ec_spki(point), ..sound(&pair) }.sign(&pair))
    };
    vec![
        rsa("RSA of 512 bits", RsaKey::of_size(512, 65537)),
        rsa("RSA of 1024 bits", RsaKey::of_size(1024, 65537)),
        rsa("RSA with exponent 3", RsaKey::of_size(2048, 3)),
        rsa("RSA with neighbouring primes", RsaKey::of_neighbours(2048)),
        rsa("RSA with the ROCA structure", RsaKey::of_infineon()),
        unsigned("RSA with exponent 1", rsa::spki(&number(2048), &BigUint::from(1_u8))),
        unsigned("RSA with exponent 0", rsa::spki(&number(2048), &BigUint::ZERO)),
        unsigned("RSA with a huge exponent", rsa::spki(&number(2048), &number(2047))),
        unsigned("RSA with an even modulus", rsa::spki(&(number(2047) << 1_u8), &BigUint::from(65537_u32))),
        unsigned("RSA with modulus 0", rsa::spki(&BigUint::ZERO, &BigUint::from(65537_u32))),
        unsigned("RSA of 16,384 bits", rsa::spki(&number(16384), &BigUint::from(65537_u32))),
        unsigned("RSA of 8,000,000 bits", rsa::spki(&number(8_000_000), &BigUint::from(65537_u32))),
        point("a point off the curve", &off_curve),
        point("the point at infinity", &[0]),
        point("a point of zeros", &[&[4][..], &[0; 64]].concat()),
        point("a point too short", &off_curve[..64]),
        point("no point", &[]),
    ]
}

fn broken_files() -> Vec<Case> {
    let pair = p256();
    let request = sound(&pair).sign(&pair);
    let key = ::pem::encode(&::pem::Pem::new("PRIVATE KEY", vec![0x30, 0x00]));
    let relabelled = |label: &str| request.replace("CERTIFICATE REQUEST", label);
    let der = ::pem::parse(&request).expect("PEM").into_contents();
    vec![
        Case::refused("an empty file", ""),
        Case::refused("white space", " \n\t\n"),
        Case::refused("binary garbage", (0..4096_u32).map(|n| (n * 167 + n / 7) as u8).collect::<Vec<_>>()),
        Case::refused("text", "Subject: \u{1b}[31mred\u{1b}[0m\n"),
        Case::refused("a wrong label", relabelled("CERTIFICATE")),
        Case::refused("a label with terminal escapes", relabelled("\u{1b}[2J\u{7}CERTIFICATE REQUEST")),
        Case::refused("a private key", key),
        Case::refused("two requests", request.repeat(2)),
        Case::refused("no last boundary", request.replace("-----END CERTIFICATE REQUEST-----", "")),
        Case::refused("a broken base64", request.replacen("\nMII", "\nM!I", 1).replacen("\nMI", "\nM!", 1)),
        Case::refused("bytes after the request", [&der[..], &[0]].concat()),
        Case::refused("two requests in DER", [&der[..], &der].concat()),
        Case::refused("32 MB of zeros", vec![0; 32 << 20]),
        Case::refused("32 MB of PEM", format!("-----BEGIN CERTIFICATE REQUEST-----\n{}", "A".repeat(32 << 20))),
        Case::refused("a million PEM blocks", "-----BEGIN A-----\n-----END A-----\n".repeat(1 << 20)),
    ]
}

fn broken_structures() -> Vec<Case> {
    let pair = p256();
    let request = sound(&pair);
    let other = p256();
    let Draft { subject, spki, .. } = &request;
    let signed = |name: &str, parts: &[&[u8]]| Case::refused(name, pem(&finish(&sequence(parts), &pair)));
    let long = |length: &[u8]| [&[0x30][..], length].concat();
    let mut cases = vec![
        Case::refused("a signature by another key", request.sign(&other)),
        Case::refused("no signature", pem(&request.info())),
        signed("version 2", &[&[0x02, 0x01, 0x01], subject, spki, &[0xa0, 0x00]]),
        signed("a version of 1000 octets", &[&tlv(0x02, &[0x11; 1000]), subject, spki, &[0xa0, 0x00]]),
        signed("the key missing", &[&[0x02, 0x01, 0x00], subject, &[0xa0, 0x00]]),
        signed("the subject an OCTET STRING", &[&[0x02, 0x01, 0x00], &tlv(0x04, subject), spki, &[0xa0, 0x00]]),
        Case::refused("a length of 2^32 - 1", long(&[0x84, 0xff, 0xff, 0xff, 0xff])),
        Case::refused("a length of 2^64 - 1", long(&[0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])),
        Case::refused("a length of 127 octets", [&long(&[0xff])[..], &[0xff; 200]].concat()),
        Case::refused("an indefinite length", [&long(&[0x80])[..], &request.info(), &[0, 0]].concat()),
        Case::refused("100,000 indefinite lengths", long(&[0x80]).repeat(100_000)),
    ];
    for tag in [0x30, 0x31, 0xa0, 0x24] {
        let nested = nest(tag, 100_000);
        cases.push(Case::refused(format!("100,000 levels of tag {tag:#x}"), nested.clone()));
        let name = format!("an attribute with 100,000 levels of tag {tag:#x}");
        let attribute = typed(&[0x2a, 0x03], &tlv(0x31, &nested));
        cases.push(Case::defused(
            name,
            pem(&finish(&sequence(&[&[0x02, 0x01, 0x00], subject, spki, &tlv(0xa0, &attribute)]), &pair)),
        ));
        let name = format!("a subject with 100,000 levels of tag {tag:#x}");
        cases.push(Case::refused(name, Draft { subject: nested, ..sound(&pair) }.sign(&pair)));
    }
    cases
}

/// Values inside one another, each all the contents of the one around it.
fn nest(tag: u8, levels: usize) -> Vec<u8> {
    let mut headers = Vec::with_capacity(levels);
    let mut length = 0;
    for _ in 0..levels {
        headers.push(header(tag, length));
        length += headers.last().map_or(0, Vec::len);
    }
    headers.reverse();
    headers.concat()
}

/// Texts that are no name of a server.
fn texts() -> Vec<&'static str> {
    vec![
        "a\nb.test",
        "a\r\nSubject: CN=admin.test",
        "bank.test\0.evil.test",
        "\0",
        "../../../../escape",
        "/etc/certwright-escape",
        "..",
        ".",
        "a/../../b",
        "..\\..\\escape",
        "C:\\escape",
        "con",
        "\u{1b}[31mred\u{1b}[0m",
        "\u{1b}]0;title\u{7}",
        "\u{9b}31m",
        "\u{7f}\u{8}\u{8}\u{8}",
        "gro\u{202e}tset.knab",
        "zero\u{200b}width.test",
        "\u{feff}bom.test",
        "line\u{2028}separator.test",
        "$(reboot).test",
        "`reboot`.test",
        "' OR 1=1 --",
        "{{ name }}",
        "\",\"event\":\"store-created",
        "-rf",
        "--force",
        "*",
        "*.*",
        "under_score.test",
        "xn--.test",
        "xn--a-ecp.test",
        "аррӏе.test",
        "\u{1f4a9}.test",
        "127.0.0.1\u{202e}",
        "ａ.test",
    ]
}

fn hostile_texts() -> Vec<Case> {
    let pair = p256();
    let mut cases = Vec::new();
    for text in texts() {
        let subject = csr::name(text.as_bytes());
        cases.push(Case::defused(format!("subject {text:?}"), Draft { subject, ..sound(&pair) }.sign(&pair)));
        for (kind, tag) in [("dns", 0x82), ("email", 0x81), ("uri", 0x86)] {
            let names = tlv(0x30, &[tlv(0x82, b"sound.test"), tlv(tag, text.as_bytes())].concat());
            let request = Draft { extensions: vec![extension(SUBJECT_ALT_NAME, &names)], ..sound(&pair) };
            cases.push(Case::defused(format!("{kind} {text:?}"), request.sign(&pair)));
        }
        let only = Draft { subject: csr::name(text.as_bytes()), extensions: vec![], ..sound(&pair) };
        cases.push(Case::defused(format!("nothing but subject {text:?}"), only.sign(&pair)));
    }
    let long = "a".repeat(100_000);
    for subject in [csr::name(long.as_bytes()), csr::name(b"\xff\xfe\xfd"), csr::name(b""), sequence(&[])] {
        cases.push(Case::defused("a subject of odd bytes", Draft { subject, ..sound(&pair) }.sign(&pair)));
    }
    let many = tlv(0x30, &tlv(0x31, &typed(&[0x55, 0x04, 0x03], &tlv(0x0c, b"x"))).repeat(50_000));
    cases.push(Case::defused("a subject of 50,000 parts", Draft { subject: many, ..sound(&pair) }.sign(&pair)));
    cases
}

fn hostile_extensions() -> Vec<Case> {
    let pair = p256();
    let asking =
        |name: &str, extensions: Vec<Vec<u8>>| Case::defused(name, Draft { extensions, ..sound(&pair) }.sign(&pair));
    let names = |names: &[u8]| extension(SUBJECT_ALT_NAME, &tlv(0x30, names));
    let dns = |name: &[u8]| tlv(0x82, name);
    let many: Vec<u8> = (0..100_000).flat_map(|n: u32| dns(format!("host-{n}.sound.test").as_bytes())).collect();
    let sound_names = || names(&dns(b"sound.test"));
    let duplicated = Draft { extensions: vec![sound_names(), sound_names()], ..sound(&pair) };
    vec![
        asking("CA:TRUE", vec![sound_names(), extension(&[0x55, 0x1d, 0x13], &[0x30, 0x03, 0x01, 0x01, 0xff])]),
        asking("keyCertSign", vec![sound_names(), extension(&[0x55, 0x1d, 0x0f], &[0x03, 0x02, 0x01, 0x06])]),
        asking("a critical extension of its own", vec![sound_names(), critical(&[0x2a, 0x03], &[0x05, 0x00])]),
        asking("an extension of 1 MB", vec![sound_names(), extension(&[0x2a, 0x03], &vec![0x41; 1 << 20])]),
        asking("an object identifier of 1 MB", vec![sound_names(), extension(&vec![0x81; 1 << 20], &[0x05, 0x00])]),
        asking("100,000 names", vec![names(&many)]),
        asking("100,000 times one name", vec![names(&dns(b"sound.test").repeat(100_000))]),
        asking("100,000 extensions", vec![extension(&[0x2a, 0x03], &[0x05, 0x00]).repeat(100_000)]),
        asking("an address of 5 octets", vec![names(&tlv(0x87, &[1, 2, 3, 4, 5]))]),
        asking("an address of no octets", vec![names(&tlv(0x87, &[]))]),
        asking("an empty name", vec![names(&dns(b""))]),
        asking("a name of 1 MB", vec![names(&dns(&vec![b'a'; 1 << 20]))]),
        asking("a name that is not ASCII", vec![names(&dns(b"\xc3\xa4.test"))]),
        asking("a label of 64 octets", vec![names(&dns(format!("{}.test", "a".repeat(64)).as_bytes()))]),
        asking("no names", vec![names(&[])]),
        asking("names of 100,000 levels", vec![names(&nest(0xa4, 100_000))]),
        asking("an other name of 100,000 levels", vec![names(&tlv(0xa0, &nest(0x30, 100_000)))]),
        asking("names that are no SEQUENCE", vec![extension(SUBJECT_ALT_NAME, b"garbage")]),
        asking("no extension", vec![]),
        Case::refused("an extension twice", duplicated.sign(&pair)),
    ]
}

fn extension(oid: &[u8], value: &[u8]) -> Vec<u8> {
    typed(oid, &tlv(0x04, value))
}

fn critical(oid: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[&tlv(0x06, oid), &[0x01, 0x01, 0xff], &tlv(0x04, value)])
}
