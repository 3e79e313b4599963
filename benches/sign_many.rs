//! 1,000 P-256 requests signed by one process, against verify + sign + encode alone.
//!
//! `cargo bench --bench sign_many`. The whole `certwright sign` process is timed: start, reading a thousand files, checks, the
//! journal, a thousand durable files. The bare loop has everything in memory, checks nothing but the signature, keeps nothing.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a benchmark may stop and talk")]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use bare::{Authority, write_durably};
use measure::Contender;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer;

mod bare;
#[path = "../tests/support/csr.rs"]
mod csr;
#[path = "../tests/support/der.rs"]
mod der;
mod measure;

const REQUESTS: usize = 1000;
const ROUNDS: usize = 30;
const AT_MOST: Duration = Duration::from_secs(20);
const CERTWRIGHT: &str = env!("CARGO_BIN_EXE_certwright");

fn main() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = |name: &str| directory.path().join(name);
    let run = |arguments: &mut dyn Iterator<Item = PathBuf>| {
        let mut command = Command::new(CERTWRIGHT);
        command.args(arguments).env("CERTWRIGHT_STORE", path("store")).current_dir(directory.path());
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(status.is_ok_and(|status| status.success()), "certwright fails");
    };
    let words = |text: &str| text.split(' ').map(PathBuf::from).collect::<Vec<_>>().into_iter();
    run(&mut words("init --no-passphrase --key ec-p256 --cn Bench"));
    let requests: Vec<_> = (0..REQUESTS).map(request).collect();
    let files: Vec<_> = (0..REQUESTS).map(|number| PathBuf::from(format!("{number}.csr"))).collect();
    for (file, pem) in files.iter().zip(&requests) {
        std::fs::write(directory.path().join(file), pem).expect("a request is written");
    }
    let requests: Vec<_> = requests.iter().map(|pem| pem::parse(pem).expect("PEM").into_contents()).collect();
    let authority = Authority::load(&path("store/authorities/root/ca.pem"), &path("store/authorities/root/key.pem"));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut contenders = vec![
        Contender::new("bare loop, one thread, nothing kept", |_| drop(sign_all(&authority, &requests, 1))),
        Contender::new(format!("bare loop, {cores} threads, nothing kept"), |_| {
            drop(sign_all(&authority, &requests, cores));
        }),
        Contender::new(format!("bare loop, {cores} threads, one durable file"), |round| {
            let all = sign_all(&authority, &requests, cores).concat();
            write_durably(&path(&format!("all-{round}")), &all, 0o644).expect("a file");
        }),
        Contender::new("certwright sign, whole process, durable", |round| {
            let out = path(&format!("out-{round}"));
            let arguments = words("sign --profile server --out-dir").chain([out]).chain(files.iter().cloned());
            run(&mut arguments.into_iter());
        }),
    ];
    measure::interleave(&mut contenders, ROUNDS, AT_MOST);
    measure::print(&contenders);
    let [one, all, kept, own] = [0, 1, 2, 3].map(|index| contenders[index].median());
    println!("certwright: {:.0} µs a certificate", own * 1e6 / REQUESTS as f64);
    println!("certwright / bare on one thread: {:.2} (goal at most 1.5)", own / one);
    println!("certwright / bare on {cores} threads: {:.2}; with one durable file {:.2}", own / all, own / kept);
}

fn request(number: usize) -> String {
    let pair = csr::p256();
    let name = format!("host-{number}.test");
    csr::Draft::new(&pair, &name, &[&name]).sign(&pair)
}

/// Verifies and signs all requests on some threads.
fn sign_all(authority: &Authority, requests: &[Vec<u8>], threads: usize) -> Vec<Vec<u8>> {
    std::thread::scope(|scope| {
        let parts = requests.chunks(requests.len().div_ceil(threads));
        let sign = |part: &[Vec<u8>]| part.iter().map(|der| sign_one(authority, der)).collect::<Vec<_>>();
        let workers: Vec<_> = parts.map(|part| scope.spawn(move || sign(part))).collect();
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
