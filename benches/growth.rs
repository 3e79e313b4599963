//! What a million certificates cost: everyday commands in a store of a million against the same in a small one, and what takes
//! longer the more there are.
//!
//! `cargo bench --bench growth`. Both stores have an authority and a few certificates that certwright issued; the large one has a
//! million lines more in its journal, written here: one certificate again and again with other names and serials. They have
//! no files in `issued/`, which no command below looks for.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a benchmark may stop and talk")]

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use certwright::store::{CertificateRecord, Entry, Event, Store, encode_der};
use measure::Contender;
use nix::sys::resource::{UsageWho, getrusage};
use ring::digest::{SHA256, digest};

#[path = "../tests/support/copy.rs"]
mod copy;
mod measure;

const CERTWRIGHT: &str = env!("CARGO_BIN_EXE_certwright");
const CERTIFICATES: u64 = 1_000_000;
const ROUNDS: usize = 25;
const AT_MOST: Duration = Duration::from_secs(30);
/// The name whose digits are replaced.
const NAME: &str = "host0000000.bench.test";

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [what, store, rest @ ..] = &arguments[..]
        && what == "alone"
    {
        return alone(Path::new(store), rest);
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    let (small, large) = (directory.path().join("small"), directory.path().join("large"));
    run(&small, &["init", "--no-passphrase", "--key", "ec-p256", "--cn", "Bench Root"]);
    run(&small, &["issue", NAME]);
    run(&small, &["issue", "renewed.test"]);
    for round in 0..=ROUNDS {
        run(&small, &["issue", &format!("revoked{round}.test")]);
    }
    copy::copy_tree(&small, &large).expect("a copy of the store");
    let serial = grow(&large);
    let bytes = fs::metadata(large.join("journal.jsonl")).expect("the journal").len();
    println!("{CERTIFICATES} certificates, journal of {} MB", bytes / 1_000_000);

    let begun = Instant::now();
    run(&large, &["show", &serial]);
    println!("the first command, which makes the index: {:.1} s (goal at most 10)", begun.elapsed().as_secs_f64());
    let hash = Instant::now();
    let journal = fs::read(large.join("journal.jsonl")).expect("the journal");
    assert_ne!(digest(&SHA256, &journal).as_ref()[..8], [0; 8]);
    drop(journal);
    println!("to read and hash the journal alone: {:.1} s", hash.elapsed().as_secs_f64());

    let known = run(&small, &["show", "renewed.test", "--json"]);
    let known: serde_json::Value = serde_json::from_slice(&known).expect("JSON");
    let known = known["record"]["serial"].as_str().or_else(|| known["serial"].as_str()).expect("a serial").to_owned();
    everyday(&small, &large, &known, &serial);
    for arguments in [&["list"][..], &["list", "--json"], &["status"], &["status", "--format", "prometheus"]] {
        let (seconds, megabytes) = in_a_process(&large, arguments);
        println!("{:<32} {seconds:>5.2} s {megabytes:>5.0} MB (goal at most 2 s and 500 MB)", arguments.join(" "));
    }
}

fn everyday(small: &Path, large: &Path, known: &str, serial: &str) {
    let commands = ["issue", "renew", "revoke", "show SERIAL", "show NAME"];
    let mut contenders = Vec::new();
    for name in commands {
        for (size, store, serial) in [("small", small, known), ("large", large, serial)] {
            contenders.push(Contender::new(format!("{name}, {size} store"), move |round| {
                let (new, revoked) = (format!("new{round}.test"), format!("revoked{round}.test"));
                let arguments: [&str; 2] = match name {
                    "issue" => ["issue", &new],
                    "renew" => ["renew", "renewed.test"],
                    "revoke" => ["revoke", &revoked],
                    "show SERIAL" => ["show", serial],
                    _ => ["show", "renewed.test"],
                };
                run(store, &arguments);
            }));
        }
    }
    measure::interleave(&mut contenders, ROUNDS, AT_MOST);
    measure::print(&contenders);
    for (pair, name) in contenders.chunks(2).zip(commands) {
        println!("{name}: large / small = {:.2} (goal at most 1.5)", pair[1].median() / pair[0].median());
    }
}

fn run(store: &Path, arguments: &[&str]) -> Vec<u8> {
    let output =
        Command::new(CERTWRIGHT).args(arguments).env("CERTWRIGHT_STORE", store).output().expect("certwright runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Seconds and megabytes of one command, in a process that has had no other.
fn in_a_process(store: &Path, arguments: &[&str]) -> (f64, f64) {
    let this = std::env::current_exe().expect("this program");
    let output = Command::new(this).arg("alone").arg(store).args(arguments).output().expect("this program runs");
    let text = String::from_utf8(output.stdout).expect("text");
    let numbers: Vec<f64> = text.split_whitespace().map(|number| number.parse().expect("a number")).collect();
    (numbers[0], numbers[1])
}

fn alone(store: &Path, arguments: &[String]) {
    let out = store.with_extension("out");
    let file = File::create(&out).expect("a file");
    let begun = Instant::now();
    let mut command = Command::new(CERTWRIGHT);
    let status =
        command.args(arguments).env("CERTWRIGHT_STORE", store).stdout(Stdio::from(file)).stderr(Stdio::null()).status();
    let seconds = begun.elapsed().as_secs_f64();
    // What is due makes `status` give 3.
    assert!(matches!(status.expect("certwright runs").code(), Some(0 | 3)));
    fs::remove_file(out).expect("the file");
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("what it took");
    println!("{seconds} {}", usage.max_rss() as f64 / 1e3);
}

/// Appends the certificates to a store's journal; gives the serial of one of them.
fn grow(root: &Path) -> String {
    let store = Store::open(root).expect("the store");
    let state = store.read().expect("its journal");
    let record = state.lineage(NAME).expect("the index")[0].clone();
    let certificate = record.certificate().expect("a certificate");
    let der = certificate.der().to_vec();
    let position = |text: &[u8]| der.windows(text.len()).position(|window| window == text).expect("a place");
    let serial_at = position(certificate.serial.content());
    let names: Vec<usize> = (0..der.len()).filter(|at| der[*at..].starts_with(NAME.as_bytes())).collect();
    let path: PathBuf = store.layout().journal();
    let mut journal =
        BufWriter::with_capacity(1 << 20, OpenOptions::new().append(true).open(path).expect("the journal"));
    let (mut head, mut der, mut last) = (state.head.clone(), der, String::new());
    for number in 0..CERTIFICATES {
        let seq = state.seq + 1 + number;
        let name = format!("host{number:07}.bench.test");
        let hash = digest(&SHA256, &number.to_be_bytes());
        let length = certificate.serial.content().len().min(20);
        der[serial_at..serial_at + length].copy_from_slice(&hash.as_ref()[..length]);
        der[serial_at] = der[serial_at] & 0x3f | 0x40;
        for at in &names {
            der[*at..*at + NAME.len()].copy_from_slice(name.as_bytes());
        }
        let serial: String = der[serial_at..serial_at + length].iter().map(|octet| format!("{octet:02x}")).collect();
        let key: String = hash.as_ref().iter().map(|octet| format!("{octet:02x}")).collect();
        let entry = Entry {
            seq,
            prev: head,
            tx: seq,
            lines: 1,
            time: record.not_before.clone(),
            actor: "bench@bench".to_owned(),
            event: Event::CertificateIssued(CertificateRecord {
                packed: None,
                serial: serial.clone(),
                lineage: name.clone(),
                subject: record.subject.replace(NAME, &name),
                names: vec![format!("dns:{name}")],
                key_sha256: key,
                key: false,
                certificate: encode_der(&der),
                ..record.clone()
            }),
        };
        let mut line = serde_json::to_vec(&entry).expect("a line");
        head = digest(&SHA256, &line).as_ref().iter().map(|octet| format!("{octet:02x}")).collect();
        line.push(b'\n');
        journal.write_all(&line).expect("a line");
        if number == CERTIFICATES / 3 {
            last = serial;
        }
    }
    journal.flush().expect("the journal");
    last
}
