//! 1,000 P-256 requests signed by one process, against verify + sign + encode alone.
//!
//! `cargo bench --bench sign_many`. The bare loop has everything in memory, checks nothing but the signature and keeps nothing.
//! certwright's library does what issuance is: possession, profile, key and name rules, lint, signature, reading back,
//! verification. The whole `certwright sign` process reads a thousand files, uses every core, and leaves the certificates in the
//! journal, durable, and on standard output; with `--out-dir` it leaves five thousand files and directories as well: its measure then is
//! the bare loop that writes files of these names and sizes with a single sync of the file system.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a benchmark may stop and talk")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use bare::Authority;
use certwright::issuance::{IssuerFacts, Profile, Profiles, Request, Urls, prepare};
use certwright::keys::PrivateKey;
use certwright::x509::{Certificate, Csr, Serial};
use measure::Contender;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use time::OffsetDateTime;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer;

mod bare;
#[path = "../tests/support/copy.rs"]
mod copy;
#[path = "../tests/support/csr.rs"]
mod csr;
#[path = "../tests/support/der.rs"]
mod der;
mod installed;
mod measure;

const REQUESTS: usize = 1000;
const ROUNDS: usize = 30;
const AT_MOST: Duration = Duration::from_secs(20);

fn main() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = |name: &str| directory.path().join(name);
    let certwright = installed::certwright(directory.path());
    let run = |store: &str, arguments: &mut dyn Iterator<Item = PathBuf>| {
        let mut command = Command::new(&certwright);
        command.args(arguments).env("CERTWRIGHT_STORE", path(store)).current_dir(directory.path());
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(status.is_ok_and(|status| status.success()), "certwright fails");
    };
    let words = |text: &str| text.split(' ').map(PathBuf::from).collect::<Vec<_>>().into_iter();
    run("store", &mut words("init --no-passphrase --key ec-p256 --cn Bench"));
    // What a store that has grown costs is another question.
    let of_round = |what: &str, round: usize| format!("store-{what}-{round}");
    for what in ["files", "plain"] {
        for round in 0..=ROUNDS {
            copy::copy_tree(&path("store"), &path(&of_round(what, round))).expect("a copy of the store");
        }
    }
    let requests: Vec<_> = (0..REQUESTS).map(request).collect();
    let files: Vec<_> = (0..REQUESTS).map(|number| PathBuf::from(format!("{number}.csr"))).collect();
    for (file, pem) in files.iter().zip(&requests) {
        std::fs::write(directory.path().join(file), pem).expect("a request is written");
    }
    let requests: Vec<_> = requests.iter().map(|pem| pem::parse(pem).expect("PEM").into_contents()).collect();
    let (certificate, key) = (path("store/authorities/root/ca.pem"), path("store/authorities/root/key.pem"));
    let (authority, library) = (Authority::load(&certificate, &key), Library::load(&certificate, &key));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut contenders = vec![
        Contender::new("bare loop, one thread, nothing kept", |_| drop(sign_all(&authority, &requests, 1))),
        Contender::new(format!("bare loop, {cores} threads, nothing kept"), |_| {
            drop(sign_all(&authority, &requests, cores));
        }),
        Contender::new("certwright's library, one thread", |_| drop(library.sign_all(&requests, 1))),
        Contender::new(format!("certwright's library, {cores} threads"), |_| drop(library.sign_all(&requests, cores))),
        Contender::new(format!("bare loop, {cores} threads, the same files"), |round| {
            write_all(&path(&format!("files-{round}")), &sign_all(&authority, &requests, cores), cores);
        }),
        Contender::new("certwright sign --out-dir, whole process, durable", |round| {
            let out = path(&format!("out-{round}"));
            let arguments = words("sign --profile server --out-dir").chain([out]).chain(files.iter().cloned());
            run(&of_round("files", round), &mut arguments.into_iter());
        }),
        Contender::new("certwright sign to standard output, whole process, durable", |round| {
            run(&of_round("plain", round), &mut words("sign --profile server").chain(files.iter().cloned()));
        }),
    ];
    measure::interleave(&mut contenders, ROUNDS, AT_MOST);
    measure::print(&contenders);
    let [one, all, library_one, library_all, files, own, plain] =
        [0, 1, 2, 3, 4, 5, 6].map(|index| contenders[index].median());
    println!("library / bare on one thread: {:.2}; on {cores}: {:.2}", library_one / one, library_all / all);
    println!(
        "process with --out-dir: {:.0} µs a certificate, durable; / bare with the same files: {:.2}",
        own * 1e6 / REQUESTS as f64,
        own / files
    );
    println!(
        "process to standard output: {:.0} µs a certificate, durable; / bare that keeps nothing, on one thread: {:.2} (goal at most \
         1.5); on {cores}: {:.2}",
        plain * 1e6 / REQUESTS as f64,
        plain / one,
        plain / all
    );
}

/// What `certwright sign` does with a request between reading it and recording the certificate.
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

    fn sign_all(&self, requests: &[Vec<u8>], threads: usize) -> Vec<Vec<u8>> {
        on_threads(requests, threads, |der| self.sign(der))
    }

    fn sign(&self, der: &[u8]) -> Vec<u8> {
        let request = Csr::from_der(der).map(|csr| Request::from_csr(&csr)).expect("a request").expect("possession");
        let issuer = IssuerFacts { name: "root", certificate: &self.certificate, chain: &[] };
        let mut serial = [0; 20];
        SystemRandom::new().fill(&mut serial).expect("randomness");
        let now = OffsetDateTime::now_utc();
        let prepared =
            prepare(&self.profile, &request, Some(&issuer), &Urls::default(), Serial::from_random(serial), now);
        prepared.and_then(|prepared| prepared.sign(&self.key)).expect("a certificate").certificate.der().to_vec()
    }
}

/// Writes what `sign --out-dir` leaves for each certificate: so many have no directory in the store.
fn write_all(root: &Path, certificates: &[Vec<u8>], threads: usize) {
    let numbered: Vec<_> = certificates.iter().enumerate().collect();
    on_threads(&numbered, threads, |(number, der)| {
        let pem = pem::encode(&pem::Pem::new("CERTIFICATE", der.as_slice()));
        let out = root.join(number.to_string());
        std::fs::create_dir_all(&out).expect("a directory");
        for file in ["cert.pem", "fullchain.pem", "ca.pem"] {
            std::fs::write(out.join(file), &pem).expect("a file");
        }
        std::fs::write(out.join("chain.pem"), "").expect("a file");
    });
    rustix::fs::syncfs(std::fs::File::open(root).expect("the directory")).expect("a sync");
}

fn request(number: usize) -> String {
    let pair = csr::p256();
    let name = format!("host-{number}.test");
    csr::Draft::new(&pair, &name, &[&name]).sign(&pair)
}

/// Verifies and signs all requests on some threads.
fn sign_all(authority: &Authority, requests: &[Vec<u8>], threads: usize) -> Vec<Vec<u8>> {
    on_threads(requests, threads, |der| sign_one(authority, der))
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

fn sign_one(authority: &Authority, der: &[u8]) -> Vec<u8> {
    let (_, request) = X509CertificationRequest::from_der(der).expect("a request");
    let info = &request.certification_request_info;
    let point = info.subject_pki.subject_public_key.as_ref();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point);
    key.verify(info.raw, request.signature_value.as_ref()).expect("proof of possession");
    let name = info.subject.iter_common_name().next().and_then(|name| name.as_str().ok()).expect("a common name");
    authority.sign(info.subject_pki.raw, point, name)
}
