//! OpenSSL's `verify`, with the checks that it only makes when it is told to be strict.

use std::path::Path;

use crate::matrix::{self, CLASSIC, Case, Purpose};
use crate::tool::{self, Said};

#[test]
fn openssl_verifies_every_profile() {
    accepts(&matrix::cases_of(&CLASSIC));
}

#[test]
fn openssl_refuses_what_a_certificate_is_not_for() {
    let Some(openssl) = tool::program("openssl") else { return };
    let cases = matrix::cases_of(&CLASSIC);
    let server = cases.iter().find(|case| case.profile == "server").expect("a server certificate");
    let other = cases.iter().find(|case| case.algorithm != server.algorithm).expect("another authority");
    for (root, options, complaint) in [
        (&server.root, ["-purpose", "sslclient"], "nsuitable certificate purpose"),
        (&server.root, ["-verify_hostname", "other.test"], "ostname mismatch"),
        (&server.root, ["-verify_ip", "127.0.0.2"], "IP address mismatch"),
        (&other.root, ["-purpose", "sslserver"], "error"),
    ] {
        let said = verify(&openssl, server, root, &options);
        assert!(!said.success && said.all().contains(complaint), "{options:?}: {}", said.all());
    }
}

/// Has OpenSSL verify certificates for every purpose they have, and under their name.
pub(crate) fn accepts(cases: &[&Case]) {
    let Some(openssl) = tool::program("openssl") else { return };
    for case in cases {
        let purposes = if case.purposes.is_empty() { vec!["any"] } else { case.purposes.iter().map(flag).collect() };
        for purpose in purposes {
            let said = verify(&openssl, case, &case.root, &["-purpose", purpose]);
            assert!(said.success, "{} {} as {purpose}: {}", case.profile, case.algorithm, said.all());
        }
        if let Some(host) = case.host {
            let said = verify(&openssl, case, &case.root, &["-verify_hostname", host]);
            assert!(said.success, "{} {} at {host}: {}", case.profile, case.algorithm, said.all());
        }
    }
}

fn verify(openssl: &Path, case: &Case, root: &Path, options: &[&str]) -> Said {
    let mut command = std::process::Command::new(openssl);
    command.args(["verify", "-x509_strict", "-check_ss_sig", "-no-CApath", "-no-CAstore", "-CAfile"]).arg(root);
    if let Some(intermediates) = &case.intermediates {
        command.arg("-untrusted").arg(intermediates);
    }
    tool::finish(command.args(options).arg(&case.certificate))
}

/// OpenSSL's word for a purpose; 3.0 has none for code signing.
fn flag(purpose: &Purpose) -> &'static str {
    match purpose {
        Purpose::Client => "sslclient",
        Purpose::CodeSigning => "any",
        Purpose::Email => "smimesign",
        Purpose::Ocsp => "ocsphelper",
        Purpose::Server => "sslserver",
        Purpose::Timestamping => "timestampsign",
    }
}
