//! 10,000 P-256 keys and certificates from one file, durable, against making and signing them alone.
//!
//! `cargo bench --bench issue_batch`. `ring alone` generates a key and signs a certificate of hand-written DER for it: nothing is
//! checked, encoded as PEM or kept. `certwright's library` generates, resolves the profile, lints, signs, reads back and verifies,
//! and keeps nothing. `the same files` adds to `ring alone` four files, two directories and a link for each, and one sync of
//! the file system. `issue --batch` is the whole process: it reads the file, checks every line before the first signature, and
//! leaves store and journal, durable; so many keys it keeps in packs, and with `--pack never` in those directories. The table of memory follows: the largest resident set of batches of 1,000 and 10,000.
//!
//! A file system that lately lost many files (a test run before this one) makes new ones more slowly; TMPDIR chooses another.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a benchmark may stop and talk")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use bare::Authority;
use certwright::issuance::{IssuerFacts, Profile, Profiles, Request, Urls, prepare};
use certwright::keys::{Algorithm, PrivateKey};
use certwright::x509::{Certificate, Serial};
use measure::Contender;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use time::OffsetDateTime;

mod bare;
#[path = "../tests/support/der.rs"]
mod der;
mod measure;

const CERTIFICATES: usize = 10_000;
const ROUNDS: usize = 5;
const AT_MOST: Duration = Duration::from_secs(30);
const CERTWRIGHT: &str = env!("CARGO_BIN_EXE_certwright");

fn main() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = |name: &str| directory.path().join(name);
    let list = |count: usize| {
        let mut text = String::from("name\n");
        (0..count).for_each(|number| writeln!(text, "host-{number}.test").expect("text"));
        let file = path(&format!("{count}.csv"));
        std::fs::write(&file, text).expect("a list is written");
        file
    };
    let (small, large) = (list(CERTIFICATES / 10), list(CERTIFICATES));
    init(&path("base"));
    let (certificate, key) = (path("base/authorities/root/ca.pem"), path("base/authorities/root/key.pem"));
    let (authority, library) = (Authority::load(&certificate, &key), Library::load(&certificate, &key));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let names: Vec<String> = (0..CERTIFICATES).map(|number| format!("host-{number}.test")).collect();
    let mut contenders = vec![
        Contender::new(format!("ring alone, {cores} threads"), |_| {
            drop(on_threads(&names, cores, |name| alone(&authority, name)))
        }),
        Contender::new(format!("certwright's library, {cores} threads"), |_| {
            drop(on_threads(&names, cores, |name| library.issue(name)));
        }),
        Contender::new(format!("ring alone and the same files, {cores} threads"), |round| {
            let root = path(&format!("files-{round}"));
            on_threads(&names, cores, |name| write(&root.join(name), &alone(&authority, name)));
            rustix::fs::syncfs(std::fs::File::open(&root).expect("the directory")).expect("a sync");
        }),
        Contender::new("certwright issue --batch, durable", |round| {
            let store = path(&format!("store-{round}"));
            init(&store);
            run(&store, &large, "auto");
        }),
        Contender::new("the same with --pack never", |round| {
            let store = path(&format!("directories-{round}"));
            init(&store);
            run(&store, &large, "never");
        }),
    ];
    measure::interleave(&mut contenders, ROUNDS, AT_MOST);
    measure::print(&contenders);
    let [ring, library, files, own, directories] = [0, 1, 2, 3, 4].map(|index| contenders[index].median());
    println!("{:.0} µs a certificate and key, durable", own * 1e6 / CERTIFICATES as f64);
    println!("issue --batch / certwright's library alone: {:.2} (goal at most 2)", own / library);
    println!("issue --batch / ring alone: {:.2}", own / ring);
    println!(
        "--pack never / certwright's library alone: {:.2}; / ring with the same files: {:.2}",
        directories / library,
        directories / files
    );
    drop(contenders);
    for (count, file) in [(CERTIFICATES / 10, &small), (CERTIFICATES, &large)] {
        let store = path(&format!("memory-{count}"));
        init(&store);
        println!("largest resident set with {count:>6} lines: {:.1} MB", peak(&store, file));
    }
}

fn certwright(store: &Path) -> Command {
    let mut command = Command::new(CERTWRIGHT);
    command.env("CERTWRIGHT_STORE", store).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn init(store: &Path) {
    let status = certwright(store).args(["init", "--no-passphrase", "--key", "ec-p256", "--cn", "Bench"]).status();
    assert!(status.is_ok_and(|status| status.success()), "certwright init fails");
}

fn run(store: &Path, list: &Path, pack: &str) {
    let status = certwright(store).args(["issue", "--pack", pack, "--batch"]).arg(list).status();
    assert!(status.is_ok_and(|status| status.success()), "certwright issue fails");
}

/// Peak memory of a batch in megabytes, as the kernel counts it; looked at while it runs, so a little less than the truth.
fn peak(store: &Path, list: &Path) -> f64 {
    let mut child = certwright(store).args(["issue", "--batch"]).arg(list).spawn().expect("certwright starts");
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = 0.0_f64;
    while child.try_wait().expect("a child").is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
        peak = peak.max(kilobytes.unwrap_or_default() / 1024.0);
        std::thread::sleep(Duration::from_millis(2));
    }
    peak
}

/// A key in PKCS#8 and its certificate, both DER.
type Pair = (Vec<u8>, Vec<u8>);

fn alone(authority: &Authority, name: &str) -> Pair {
    let random = SystemRandom::new();
    let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
    let key = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, key.as_ref(), &random).expect("the same key");
    let point = pair.public_key().as_ref();
    let algorithm = der::sequence(&[
        &der::tlv(0x06, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]),
        &der::tlv(0x06, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]),
    ]);
    let spki = der::sequence(&[&algorithm, &der::bit_string(point)]);
    (key.as_ref().to_vec(), authority.sign(&spki, point, name))
}

/// What certwright does for each certificate but for the store.
struct Library {
    certificate: Certificate,
    key: PrivateKey,
    profile: Profile,
}

impl Library {
    fn load(certificate: &Path, key: &Path) -> Self {
        let certificate = pem::parse(std::fs::read(certificate).expect("the certificate")).expect("PEM");
        let key = pem::parse(std::fs::read(key).expect("the key")).expect("PEM");
        Self {
            certificate: Certificate::from_der(certificate.contents()).expect("a certificate"),
            key: PrivateKey::from_pkcs8_der(key.contents()).expect("a key"),
            profile: Profiles::new(Vec::new()).get("server").expect("the profile"),
        }
    }

    fn issue(&self, name: &str) -> Pair {
        let key = PrivateKey::generate(Algorithm::EcP256).expect("a key");
        let request = Request { name: Some(name.to_owned()), ..Request::new(key.public_key().clone()) };
        let issuer = IssuerFacts { name: "root", certificate: &self.certificate, chain: &[] };
        let mut serial = [0; 20];
        SystemRandom::new().fill(&mut serial).expect("randomness");
        let (serial, now) = (Serial::from_random(serial), OffsetDateTime::now_utc());
        let prepared = prepare(&self.profile, &request, Some(&issuer), &Urls::default(), serial, now);
        let issued = prepared.and_then(|prepared| prepared.sign(&self.key)).expect("a certificate");
        (key.to_pkcs8_der().to_vec(), issued.certificate.der().to_vec())
    }
}

/// What a batch leaves in the store for each certificate: four files and a link, in two directories.
fn write(lineage: &Path, (key, certificate): &Pair) {
    let text = |label: &str, der: &[u8]| pem::encode(&pem::Pem::new(label, der));
    let serial = lineage.join("serial");
    std::fs::create_dir_all(&serial).expect("a directory");
    std::os::unix::fs::symlink("serial", lineage.join("current")).expect("a link");
    let certificate = text("CERTIFICATE", certificate);
    for (name, text) in
        [("key.pem", &text("PRIVATE KEY", key)), ("cert.pem", &certificate), ("fullchain.pem", &certificate)]
    {
        std::fs::write(serial.join(name), text).expect("a file");
    }
    std::fs::write(serial.join("chain.pem"), "").expect("a file");
}

fn on_threads<T: Sync, R: Send>(items: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let work = &work;
    std::thread::scope(|scope| {
        let parts = items.chunks(items.len().div_ceil(threads));
        let workers: Vec<_> =
            parts.map(|part| scope.spawn(move || part.iter().map(work).collect::<Vec<_>>())).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker")).collect()
    })
}
