//! GnuTLS's `certtool --verify`.

use std::path::Path;

use crate::matrix::{self, CLASSIC, Case, Purpose};
use crate::tool::{self, Said};

#[test]
fn gnutls_verifies_every_profile() {
    let Some(certtool) = tool::program("certtool") else { return };
    for case in matrix::cases_of(&CLASSIC) {
        for purpose in case.purposes {
            let said = verify(&certtool, case, &["--verify-purpose", oid(*purpose)]);
            assert!(said.success, "{} {} as {purpose:?}: {}", case.profile, case.algorithm, said.all());
        }
        let host = case.host.map(|host| ["--verify-hostname", host]);
        let said = verify(&certtool, case, host.as_ref().map_or(&[], |options| options));
        assert!(said.success, "{} {}: {}", case.profile, case.algorithm, said.all());
    }
}

#[test]
fn gnutls_refuses_what_a_certificate_is_not_for() {
    let Some(certtool) = tool::program("certtool") else { return };
    let cases = matrix::cases_of(&CLASSIC);
    let server = cases.iter().find(|case| case.profile == "server").expect("a server certificate");
    for options in [["--verify-hostname", "other.test"], ["--verify-purpose", oid(Purpose::Client)]] {
        let said = verify(&certtool, server, &options);
        assert!(!said.success, "{options:?}: {}", said.all());
    }
}

fn verify(certtool: &Path, case: &Case, options: &[&str]) -> Said {
    let mut chain = std::fs::read_to_string(&case.certificate).expect("the certificate is readable");
    if let Some(intermediates) = &case.intermediates {
        chain += &std::fs::read_to_string(intermediates).expect("the chain is readable");
    }
    let mut command = std::process::Command::new(certtool);
    command.arg("--verify").arg("--load-ca-certificate").arg(&case.root).args(options);
    tool::converse(&mut command, &chain)
}

/// The key purpose as certtool takes it.
fn oid(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Client => "1.3.6.1.5.5.7.3.2",
        Purpose::CodeSigning => "1.3.6.1.5.5.7.3.3",
        Purpose::Email => "1.3.6.1.5.5.7.3.4",
        Purpose::Ocsp => "1.3.6.1.5.5.7.3.9",
        Purpose::Server => "1.3.6.1.5.5.7.3.1",
        Purpose::Timestamping => "1.3.6.1.5.5.7.3.8",
    }
}
