//! A CRL of one million entries: certwright's encoder against rcgen's, and against the least that it can cost.
//!
//! `cargo bench --bench crl`. Every run is a process of its own (this very binary, called with the contender's name), which
//! makes the entries, signs, and says how long encoding and signing took and how much memory it had at most beyond its entries.
//! The least is to copy and hash as many bytes.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a benchmark may stop and talk")]

use std::process::Command;
use std::time::Instant;

use certwright::keys::{Algorithm, PrivateKey};
use certwright::x509::{Extension, Name, RevocationReason, RevokedEntry, Serial, TbsCertList};
use ring::digest::{SHA256, digest};
use time::{Duration, OffsetDateTime};

const ENTRIES: u32 = 1_000_000;
const ROUNDS: usize = 5;
const CONTENDERS: [&str; 3] = ["certwright", "rcgen", "copy and hash"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [contender] = &arguments[..]
        && CONTENDERS.contains(&contender.as_str())
    {
        return run(contender);
    }
    let this = std::env::current_exe().expect("this program");
    let mut results = vec![Vec::new(); CONTENDERS.len()];
    for _ in 0..ROUNDS {
        for (contender, results) in CONTENDERS.iter().zip(&mut results) {
            let output = Command::new(&this).arg(contender).output().expect("this program runs");
            let text = String::from_utf8(output.stdout).expect("text");
            let numbers: Vec<f64> = text.split_whitespace().map(|number| number.parse().expect("a number")).collect();
            results.push((numbers[0], numbers[1]));
        }
    }
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let medians: Vec<(f64, f64)> = results
        .iter()
        .map(|results| {
            (median(results.iter().map(|one| one.0).collect()), median(results.iter().map(|one| one.1).collect()))
        })
        .collect();
    for (contender, (seconds, megabytes)) in CONTENDERS.iter().zip(&medians) {
        println!("{contender:<16} {:>6.0} ms {megabytes:>6.0} MB", seconds * 1e3);
    }
    let [own, rcgen, least] = [0, 1, 2].map(|index| medians[index]);
    println!("certwright: {:.2} s (goal at most 0.3) and {:.0} MB (goal at most 120)", own.0, own.1);
    println!(
        "rcgen / certwright: {:.1} in time, {:.1} in memory; certwright / least: {:.1}",
        rcgen.0 / own.0,
        rcgen.1 / own.1,
        own.0 / least.0
    );
}

fn run(contender: &str) {
    let now = OffsetDateTime::now_utc().replace_nanosecond(0).expect("whole seconds");
    let (seconds, before) = match contender {
        "rcgen" => rcgen_crl(now),
        "certwright" => own_crl(now),
        _ => least(),
    };
    println!("{seconds} {}", memory("VmHWM") - before);
}

fn serial(number: u32) -> Vec<u8> {
    let random = digest(&SHA256, &number.to_be_bytes());
    let mut octets = random.as_ref()[..20].to_vec();
    octets[0] = octets[0] & 0x7f | 0x40;
    octets
}

fn own_crl(now: OffsetDateTime) -> (f64, f64) {
    let key = PrivateKey::generate(Algorithm::EcP256).expect("a key");
    let entry = |number| RevokedEntry {
        serial: Serial::from_content(&serial(number)),
        revoked_at: now - Duration::seconds(i64::from(number)),
        reason: Some(RevocationReason::KeyCompromise),
        invalidity_date: None,
    };
    let entries: Vec<_> = (0..ENTRIES).map(entry).collect();
    let list = TbsCertList {
        issuer: Name::parse("CN=Bench").expect("a name"),
        this_update: now,
        next_update: Some(now + Duration::days(7)),
        extensions: vec![Extension::crl_number(1)],
    };
    let before = memory("VmRSS");
    let start = Instant::now();
    let der = list.sign(&entries, &key).expect("a CRL");
    let seconds = start.elapsed().as_secs_f64();
    assert!(der.len() > 40_000_000);
    (seconds, before)
}

fn rcgen_crl(now: OffsetDateTime) -> (f64, f64) {
    let key = PrivateKey::generate(Algorithm::EcP256).expect("a key");
    let signer = Rcgen(&key);
    let revoked = |number| rcgen::RevokedCertParams {
        serial_number: rcgen::SerialNumber::from_slice(&serial(number)),
        revocation_time: now - Duration::seconds(i64::from(number)),
        reason_code: Some(rcgen::RevocationReason::KeyCompromise),
        invalidity_date: None,
    };
    let parameters = rcgen::CertificateRevocationListParams {
        this_update: now,
        next_update: now + Duration::days(7),
        crl_number: rcgen::SerialNumber::from(1_u64),
        issuing_distribution_point: None,
        revoked_certs: (0..ENTRIES).map(revoked).collect(),
        key_identifier_method: rcgen::KeyIdMethod::PreSpecified(vec![1; 20]),
    };
    let mut authority = rcgen::CertificateParams::default();
    authority.key_usages = vec![rcgen::KeyUsagePurpose::CrlSign];
    let issuer = rcgen::Issuer::new(authority, &signer);
    let before = memory("VmRSS");
    let start = Instant::now();
    let crl = parameters.signed_by(&issuer).expect("a CRL");
    let seconds = start.elapsed().as_secs_f64();
    assert!(crl.der().len() > 40_000_000);
    (seconds, before)
}

/// The key as rcgen sees it.
struct Rcgen<'a>(&'a PrivateKey);

impl rcgen::PublicKeyData for Rcgen<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0.public_key().subject_public_key()
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for Rcgen<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        certwright::keys::Signer::sign(self.0, message).map_err(|_| rcgen::Error::RemoteKeyError)
    }
}

fn least() -> (f64, f64) {
    let bytes = vec![0x30_u8; 50_000_000];
    let before = memory("VmRSS");
    let start = Instant::now();
    let copy = bytes.clone();
    assert_ne!(digest(&SHA256, &copy).as_ref()[0..4], [0; 4]);
    (start.elapsed().as_secs_f64(), before)
}

/// A figure of `/proc/self/status` in megabytes; 0 where there is no such file.
fn memory(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.split_whitespace().nth(1)).and_then(|kilobytes| kilobytes.parse().ok()).unwrap_or(0.0)
        / 1e3
}
