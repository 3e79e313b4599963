//! nginx serves while its certificate is renewed again and again, with the same key and with new ones.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rustix::process::Signal;

use crate::authority::{Certwright, text};
use crate::server::{self, Server};
use crate::tool;

/// How often the certificate is renewed under load.
const RENEWALS: usize = 8;

#[test]
fn nginx_serves_through_renewals() {
    let (Some(nginx), Some(curl), Some(openssl)) =
        (tool::program("nginx"), tool::program("curl"), tool::program("openssl"))
    else {
        return;
    };
    let directory = tool::scratch();
    let place = directory.path();
    let certwright = Certwright::two_tiers(place, "ec-p256");
    let tls = place.join("tls");
    certwright.issue(&["localhost", "127.0.0.1"], &tls);
    let port = server::free_port();
    let conf = configuration(place, &tls, port);
    let nginx_with = |more: &[&str]| {
        let mut command = Command::new(&nginx);
        command.args(["-e", "stderr", "-p"]).arg(place).arg("-c").arg(&conf).args(more);
        command
    };
    let server = Server::polled(&mut nginx_with(&[]), port).stopped_by(Signal::TERM);
    let reload = format!("{} -e stderr -p {} -c {} -s reload", text(&nginx), text(place), text(&conf));
    let (over, visits) = (AtomicBool::new(false), AtomicUsize::new(0));
    let anchor = certwright.authority("root");
    let (failures, mismatches, served) = std::thread::scope(|scope| {
        let visitor = scope.spawn(|| {
            let mut failures = Vec::new();
            while !over.load(Ordering::Relaxed) {
                let url = format!("https://localhost:{port}/");
                let mut command = Command::new(&curl);
                command
                    .args(["--silent", "--show-error", "--max-time", "20", "--noproxy", "*", "--cacert"])
                    .arg(&anchor);
                let said = tool::finish(command.args(["--resolve", &format!("localhost:{port}:127.0.0.1"), &url]));
                visits.fetch_add(1, Ordering::Relaxed);
                if said.out != "hello\n" {
                    failures.push(said.all());
                }
            }
            failures
        });
        let reader = scope.spawn(|| {
            let mut mismatches = 0;
            while !over.load(Ordering::Relaxed) {
                mismatches += usize::from(is_mismatched(&tls));
            }
            mismatches
        });
        let mut served = BTreeSet::new();
        for round in 0..RENEWALS {
            let key = if round % 2 == 0 { &["--rekey"][..] } else { &[] };
            let arguments = [&["renew", "localhost", "--exec", &reload], key].concat();
            let said = certwright.run(arguments);
            assert!(said.success, "{}", said.all());
            let expected = serial(&tls.join("cert.pem"), &openssl);
            // The reload is asked for; the new workers take over a moment later.
            while serial_served(&openssl, port) != expected {}
            served.insert(expected);
            let seen = visits.load(Ordering::Relaxed);
            while visits.load(Ordering::Relaxed) < seen + 3 {
                std::thread::yield_now();
            }
        }
        over.store(true, Ordering::Relaxed);
        let failures = visitor.join().expect("the visitor ends");
        (failures, reader.join().expect("the reader ends"), served)
    });
    assert_eq!(failures, Vec::<String>::new(), "of {} visits:\n{}", visits.into_inner(), server.log());
    assert_eq!(mismatches, 0, "a certificate lay beside another one's key");
    assert_eq!(served.len(), RENEWALS);
    assert!(!server.log().contains("[emerg]"), "{}", server.log());
}

fn configuration(place: &Path, tls: &Path, port: u16) -> std::path::PathBuf {
    let (scratch, tls) = (text(place), text(tls));
    let configuration = format!(
        "daemon off; worker_processes 1; pid {scratch}/nginx.pid; error_log stderr; events {{ }}\n\
         http {{ access_log off; default_type text/html;\n\
           client_body_temp_path {scratch}/body; proxy_temp_path {scratch}/proxy; fastcgi_temp_path {scratch}/fastcgi;\n\
           uwsgi_temp_path {scratch}/uwsgi; scgi_temp_path {scratch}/scgi;\n\
           server {{ listen 127.0.0.1:{port} ssl;\n\
             ssl_certificate {tls}/fullchain.pem; ssl_certificate_key {tls}/key.pem;\n\
             location / {{ return 200 \"hello\\n\"; }} }} }}\n"
    );
    let file = place.join("nginx.conf");
    std::fs::write(&file, configuration).expect("the configuration can be written");
    file
}

/// Reads the certificate, the key and the certificate again: if that is the same both times, the key between them is its own.
fn is_mismatched(tls: &Path) -> bool {
    let read = |name: &str| std::fs::read(tls.join(name)).ok();
    let (Some(before), Some(key), Some(after)) = (read("cert.pem"), read("key.pem"), read("cert.pem")) else {
        return false;
    };
    if before != after {
        return false;
    }
    let certificates = certwright::x509::pem::read_certificates(&before).expect("a certificate");
    let key = certwright::keys::KeyFile::read(&key, &mut || None).expect("a key").key;
    certificates[0].spki_der != key.public_key().spki_der()
}

fn serial(file: &Path, openssl: &Path) -> String {
    tool::run(openssl, ["x509", "-noout", "-serial", "-in", text(file)]).out
}

fn serial_served(openssl: &Path, port: u16) -> String {
    let mut command = Command::new(openssl);
    command.args(["s_client", "-connect", &format!("127.0.0.1:{port}"), "-servername", "localhost"]);
    let said = tool::converse(&mut command, "");
    tool::converse(Command::new(openssl).args(["x509", "-noout", "-serial"]), &said.out).out
}
