//! NSS's `certutil -V`, which Firefox and Chromium's Linux builds share.

use std::path::Path;

use crate::authority::text;
use crate::matrix::{self, Purpose, WEB_PKI};
use crate::tool;

#[test]
fn nss_verifies_servers_clients_and_email() {
    let Some(certutil) = tool::program("certutil") else { return };
    let directory = tool::scratch();
    for case in matrix::cases_of(&WEB_PKI) {
        let usages: Vec<&str> = case.purposes.iter().filter_map(|purpose| usage(*purpose)).collect();
        if usages.is_empty() {
            continue;
        }
        // A database for each, since all authorities carry the same names.
        let database = directory.path().join(format!("{}-{}", case.profile, case.algorithm));
        std::fs::create_dir(&database).expect("a directory");
        let database = format!("sql:{}", text(&database));
        let in_database = |arguments: &[&str]| tool::run(&certutil, [arguments, &["-d", &database]].concat());
        let add = |name: &str, trust: &str, file: &Path| {
            let said = in_database(&["-A", "-n", name, "-t", trust, "-i", text(file)]);
            assert!(said.success, "{}", said.all());
        };
        let made = in_database(&["-N", "--empty-password"]);
        assert!(made.success, "{}", made.all());
        add("issuing", ",,", &case.issuer);
        add("leaf", ",,", &case.certificate);
        for usage in &usages {
            let untrusted = in_database(&["-V", "-n", "leaf", "-u", usage, "-e"]);
            assert!(!untrusted.success, "{} {}: trusted without a root", case.profile, case.algorithm);
        }
        add("root", "CT,C,C", &case.root);
        for usage in usages {
            let said = in_database(&["-V", "-n", "leaf", "-u", usage, "-e"]);
            assert!(said.success, "{} {} as {usage}: {}", case.profile, case.algorithm, said.all());
        }
    }
}

/// NSS's letter for a purpose, if its tool has one that it still checks.
fn usage(purpose: Purpose) -> Option<&'static str> {
    match purpose {
        Purpose::Client => Some("C"),
        Purpose::Email => Some("S"),
        Purpose::Ocsp => Some("O"),
        Purpose::Server => Some("V"),
        Purpose::CodeSigning | Purpose::Timestamping => None,
    }
}
