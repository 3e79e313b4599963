//! GnuTLS's `certtool --verify`.

use std::path::Path;

use crate::matrix::{self, CLASSIC, Case, Purpose};
use crate::tool::{self, Said};

#[test]
fn gnutls_verifies_every_profile() {
    accepts(&matrix::cases_of(&CLASSIC));
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

/// Has GnuTLS verify leaves for every purpose they have, and under their name. Not authorities: it takes the common name
/// of the certificate in question for a host name, and holds it to the constraints; higher up in a chain it does not.
pub(crate) fn accepts(cases: &[&Case]) {
    let Some(certtool) = tool::program("certtool") else { return };
    for case in cases.iter().filter(|case| !case.purposes.is_empty()) {
        for purpose in case.purposes {
            let said = verify(&certtool, case, &["--verify-purpose", oid(*purpose)]);
            assert!(said.success, "{} {} as {purpose:?}: {}", case.profile, case.algorithm, said.all());
        }
        let host = case.host.map(|host| ["--verify-hostname", host]);
        let said = verify(&certtool, case, host.as_ref().map_or(&[], |options| options));
        assert!(said.success, "{} {}: {}", case.profile, case.algorithm, said.all());
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
