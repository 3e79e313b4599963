//! One P-256 server certificate, key and all, by a whole process: certwright, the bare minimum, and its peers.
//!
//! `cargo bench --bench cold_issue`. certwright and the bare program make durable what they write; no peer does. The bare
//! program is this very binary, called with `bare` as its first argument. Every run of certwright has a store of its own,
//! with a root and nothing issued: what a larger one costs is another question.
//!
//! The peers are installed, so certwright and the bare program are as well: see `installed`.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a benchmark may stop and talk")]

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use bare::Authority;
use measure::Contender;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};

mod bare;
#[path = "../tests/support/der.rs"]
mod der;
mod installed;
mod measure;

const ROUNDS: usize = 200;
const AT_MOST: Duration = Duration::from_secs(20);

/// The algorithm identifier of a P-256 key.
const P256: &[u8] = &[0x30, 19, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];

fn main() {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    if let [bare, certificate, key, out] = &arguments[..]
        && bare == "bare"
    {
        return issue_bare(certificate.as_ref(), key.as_ref(), out.as_ref());
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    let this = std::env::current_exe().expect("this program");
    let bench = Bench {
        directory: directory.path(),
        certwright: installed::certwright(directory.path()),
        bare: installed::copy(&this, directory.path().join("bare")),
    };
    bench.compare();
}

struct Bench<'a> {
    directory: &'a Path,
    /// The programs, installed.
    certwright: PathBuf,
    bare: PathBuf,
}

impl Bench<'_> {
    fn compare(&self) {
        let (ca, key) = (self.path("store/authorities/root/ca.pem"), self.path("store/authorities/root/key.pem"));
        let out = |what: &str, round: usize| self.path(&format!("{what}-{round}"));
        let store = |what: &str, round: usize| self.path(&format!("store-{what}-{round}"));
        // Each made by certwright itself: to a copy it would have to prove first that nobody tampered with it.
        let kept = (0..=ROUNDS).flat_map(|round| [store("kept", round), store("delivered", round)]);
        for path in kept.chain([self.path("store")]) {
            let init = ["init", "--no-passphrase", "--key", "ec-p256", "--cn", "Bench Root"];
            self.quietly(Command::new(&self.certwright).args(init).env("CERTWRIGHT_STORE", path));
        }
        let mut contenders = vec![
            Contender::new("bare (ring, two files, durable)", |round| {
                let out = out("bare", round);
                self.quietly(Command::new(&self.bare).arg("bare").args([&ca, &key, &out]));
            }),
            Contender::new("certwright issue (into the store, durable)", |round| {
                let mut command = Command::new(&self.certwright);
                self.quietly(command.args(["issue", "host.test"]).env("CERTWRIGHT_STORE", store("kept", round)));
            }),
            Contender::new("certwright issue --out DIR (durable)", |round| {
                let mut command = Command::new(&self.certwright);
                command.args(["issue", "host.test", "--out"]).arg(out("certwright", round));
                self.quietly(command.env("CERTWRIGHT_STORE", store("delivered", round)));
            }),
        ];
        let first_peer = contenders.len();
        for (name, program, arguments) in self.peers(&ca, &key) {
            if !is_installed(program) {
                println!("{name}: not installed");
                continue;
            }
            contenders.push(Contender::new(format!("{name} (not durable)"), move |round| {
                let mut command = Command::new(program);
                self.quietly(command.args(arguments(self, round)).env("CAROOT", self.path("mkcert")));
            }));
        }
        measure::interleave(&mut contenders, ROUNDS, AT_MOST);
        measure::print(&contenders);
        let (bare, own, delivered) = (contenders[0].median(), contenders[1].median(), contenders[2].median());
        println!("certwright / bare: {:.2} (goal at most 2); with --out {:.2}", own / bare, delivered / bare);
        for peer in &contenders[first_peer..] {
            println!("{} / certwright: {:.2} (goal at least 2)", peer.name, peer.median() / own);
        }
    }

    /// Name, program and arguments of each peer.
    fn peers(&self, ca: &Path, key: &Path) -> [Peer; 3] {
        let (ca, key) = (OsString::from(ca), OsString::from(key));
        let (ca2, key2) = (ca.clone(), key.clone());
        [
            (
                "openssl req -x509 -CA",
                "openssl",
                Box::new(move |bench: &Bench<'_>, round| {
                    let mut words = words("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 90");
                    words.extend(crate::words("-subj /CN=host.test -addext subjectAltName=DNS:host.test"));
                    words.extend(["-CA".into(), ca.clone(), "-CAkey".into(), key.clone()]);
                    let out = |kind: &str| bench.path(&format!("openssl-{round}.{kind}")).into();
                    words.extend(["-out".into(), out("crt"), "-keyout".into(), out("key")]);
                    words
                }),
            ),
            (
                "step certificate create",
                "step",
                Box::new(move |bench: &Bench<'_>, round| {
                    let out = |kind: &str| bench.path(&format!("step-{round}.{kind}")).into();
                    let mut words = words("certificate create host.test");
                    words.extend([out("crt"), out("key"), "--ca".into(), ca2.clone(), "--ca-key".into(), key2.clone()]);
                    words.extend(crate::words("--no-password --insecure --not-after 2160h --force"));
                    words
                }),
            ),
            (
                "mkcert -ecdsa",
                "mkcert",
                Box::new(|bench: &Bench<'_>, round| {
                    let out = |kind: &str| bench.path(&format!("mkcert-{round}.{kind}")).into();
                    let mut words = words("-ecdsa -cert-file");
                    words.extend([out("crt"), "-key-file".into(), out("key"), "host.test".into()]);
                    words
                }),
            ),
        ]
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn quietly(&self, command: &mut Command) {
        let status = command
            .env("HOME", self.directory)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(status.is_ok_and(|status| status.success()), "{command:?}");
    }
}

type Peer = (&'static str, &'static str, Box<dyn Fn(&Bench<'_>, usize) -> Vec<OsString>>);

fn words(text: &str) -> Vec<OsString> {
    text.split(' ').map(OsString::from).collect()
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
}

/// The whole work of the bare program.
fn issue_bare(certificate: &Path, key: &Path, out: &Path) {
    let authority = Authority::load(certificate, key);
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("randomness");
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).expect("a key");
    let point = pair.public_key().as_ref();
    let certificate = authority.sign(&der::sequence(&[P256, &der::bit_string(point)]), point, "host.test");
    let pem = |label: &str, der: &[u8]| pem::encode(&pem::Pem::new(label, der));
    fs::create_dir(out).expect("the output directory");
    write_durably(&out.join("key.pem"), pem("PRIVATE KEY", pkcs8.as_ref()).as_bytes(), 0o600).expect("the key file");
    write_durably(&out.join("cert.pem"), pem("CERTIFICATE", &certificate).as_bytes(), 0o644).expect("the certificate");
}

/// Writes a file so that it is whole and durable under its name.
fn write_durably(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let temporary = path.with_extension("temporary");
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(temporary, path)?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}
