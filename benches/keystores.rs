//! Keystores and truststores: what they cost beside the key derivations that they are made of, and beside their peers.
//!
//! `cargo bench --bench keystores`. A keystore of one key is written, read again and compared; the bare derivations are
//! those of one writing, at the same parameters. The truststores hold the same anchors, 150 of them.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a benchmark may stop and talk")]

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use certwright::ca::{RandomSerials, Session, self_signed_certificate};
use certwright::container::{Content, Encoding, Entry, Format, Keystore, Preset, encode};
use certwright::issuance::{Profiles, Request};
use certwright::keys::{Algorithm, PrivateKey, Secret};
use certwright::store::Filing;
use certwright::x509::Certificate;
use measure::Contender;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

mod measure;

const CERTWRIGHT: &str = env!("CARGO_BIN_EXE_certwright");
const ROUNDS: usize = 50;
const AT_MOST: Duration = Duration::from_secs(15);
const ANCHORS: usize = 150;
/// `keytool -importcert` is timed for so many, and scaled: all would take minutes.
const KEYTOOL_IMPORTS: usize = 3;
/// Rounds of derivation of a keystore, as certwright writes them.
const ITERATIONS: NonZeroU32 = NonZeroU32::new(100_000).expect("more than none");

fn main() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    keystore_of_one_key();
    truststore(directory.path());
}

fn keystore_of_one_key() {
    let key = PrivateKey::generate(Algorithm::EcP256).expect("a key");
    let chain = vec![self_signed(&key, "bench.test")];
    let keystore =
        Keystore { entries: vec![Entry { alias: "bench".to_owned(), content: Content::Key { key, chain } }] };
    let password = Secret::new("a secret of ours");
    let encoding = Encoding {
        format: Format::Pkcs12,
        preset: Preset::Modern,
        store_password: Some(&password),
        key_password: None,
        created: OffsetDateTime::UNIX_EPOCH,
    };
    let mut contenders = [
        Contender::new("bare derivations (certificates, key, MAC)", |_| bare_derivations()),
        Contender::new("keystore of one key, read again", |_| drop(encode(&keystore, &encoding).expect("a keystore"))),
    ];
    measure::interleave(&mut contenders, ROUNDS, AT_MOST);
    measure::print(&contenders);
    println!("keystore / bare: {:.2} (goal below 2)\n", contenders[1].median() / contenders[0].median());
}

/// PBKDF2 for the certificates and for the key, PKCS#12's own derivation for the MAC: an iterated hash.
fn bare_derivations() {
    for salt in [[1; 32], [2; 32]] {
        let mut key = [0; 32];
        ring::pbkdf2::derive(ring::pbkdf2::PBKDF2_HMAC_SHA256, ITERATIONS, &salt, b"a secret of ours", &mut key);
        std::hint::black_box(key);
    }
    let mut block = Sha256::digest([3; 192]);
    for _ in 1..ITERATIONS.get() {
        block = Sha256::digest(block);
    }
    std::hint::black_box(block);
}

fn truststore(directory: &Path) {
    let bundle = directory.join("bundle.pem");
    let pem: Vec<String> = (0..ANCHORS)
        .map(|number| {
            let key = PrivateKey::generate(Algorithm::EcP256).expect("a key");
            self_signed(&key, &format!("anchor-{number}.test")).to_pem()
        })
        .collect();
    std::fs::write(&bundle, pem.concat()).expect("the bundle");
    std::fs::write(directory.join("one.pem"), &pem[0]).expect("an anchor");
    let out = |what: &str, round: usize| directory.join(format!("{what}-{round}.p12"));
    let mut contenders = vec![Contender::new("certwright truststore build", |round| {
        let out = out("certwright", round);
        quietly(Command::new(CERTWRIGHT).args(["truststore", "build"]).arg(&bundle).arg("--out").arg(out));
    })];
    if is_installed("openssl") {
        contenders.push(Contender::new("openssl pkcs12 -export -nokeys", |round| {
            let mut command = Command::new("openssl");
            command.args(["pkcs12", "-export", "-nokeys", "-passout", "pass:changeit", "-in"]).arg(&bundle);
            quietly(command.arg("-out").arg(out("openssl", round)));
        }));
    }
    measure::interleave(&mut contenders, ROUNDS, AT_MOST);
    measure::print(&contenders);
    let own = contenders[0].median();
    if let Some(openssl) = contenders.get(1) {
        println!("openssl / certwright: {:.2} (goal above 1)", openssl.median() / own);
    }
    if is_installed("keytool") {
        let start = Instant::now();
        for number in 0..KEYTOOL_IMPORTS {
            let mut command = Command::new("keytool");
            command.args([
                "-importcert",
                "-noprompt",
                "-storepass",
                "changeit",
                "-alias",
                &number.to_string(),
                "-file",
            ]);
            quietly(command.arg(directory.join("one.pem")).arg("-keystore").arg(directory.join("keytool.p12")));
        }
        let all = start.elapsed().as_secs_f64() / KEYTOOL_IMPORTS as f64 * ANCHORS as f64;
        let ratio = all / own;
        println!(
            "keytool -importcert / certwright: {ratio:.0} (goal at least 20; {KEYTOOL_IMPORTS} imports timed, scaled to {ANCHORS})"
        );
    }
}

fn self_signed(key: &PrivateKey, name: &str) -> Certificate {
    let profile = Profiles::default().get("root").expect("the root profile");
    let request = Request { name: Some(name.to_owned()), ..Request::new(key.public_key().clone()) };
    let session = Session {
        now: OffsetDateTime::now_utc(),
        actor: "bench",
        serials: &RandomSerials,
        progress: &|| {},
        filing: Filing::Directories,
    };
    self_signed_certificate(&profile, &request, key, &session).expect("a certificate").certificate
}

fn quietly(command: &mut Command) {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "{command:?}");
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory: PathBuf| directory.join(program).is_file())
}
