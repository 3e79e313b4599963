//! What `lint --for` and `verify --for` say of programs, against what these were seen to say to every case of `test-pki`.

use std::collections::BTreeSet;

use certwright::issuance::lint::Target;
use certwright::testing::{Case, Options, Program, Purpose, TestPki, Verdict};
use certwright::x509::pem::encode;
use serde_json::Value;

use super::Scene;

/// The targets of lint whose programs were asked about every case, and how they were asked.
const MEASURED: [(Target, Program); 7] = [
    (Target::Gnutls, Program::GnuTls),
    (Target::Go, Program::Go),
    (Target::Java, Program::Java),
    (Target::Openssl, Program::Node),
    (Target::Pyca, Program::Pyca),
    (Target::Python313, Program::OpenSsl),
    (Target::Rustls, Program::Rustls),
];

/// Where lint and a measurement may differ.
struct Exception {
    reason: &'static str,
    targets: &'static [Target],
    cases: &'static [&'static str],
    /// The rules that are named for a program which accepts the case; none where it refuses and none is named.
    rules: &'static [&'static str],
}

const EXCEPTIONS: &[Exception] = &[
    Exception {
        reason: "the OpenSSL of a distribution asks for a security level, which openssl verify does not",
        targets: &[Target::Python313],
        cases: &["md5"],
        rules: &["signature-md5"],
    },
    Exception {
        reason: "the OpenSSL of a distribution asks for a security level, which openssl verify does not",
        targets: &[Target::Python313],
        cases: &["sha1", "sha1-ecdsa", "sha1-intermediate"],
        rules: &["signature-sha1"],
    },
    Exception {
        reason: "the OpenSSL of a distribution asks for a higher security level than that of Node.js, and openssl verify for none",
        targets: &[Target::Openssl, Target::Python313],
        cases: &["rsa-1024", "rsa-1024-intermediate"],
        rules: &["rsa-under-2048"],
    },
    Exception {
        reason: "openssl verify reads what the ssl module does not load",
        targets: &[Target::Python313],
        cases: &["trailing-bytes"],
        rules: &["trailing-bytes"],
    },
    Exception {
        reason: "Node.js compares names itself",
        targets: &[Target::Openssl],
        cases: &["san-trailing-dot"],
        rules: &["san-trailing-dot"],
    },
    Exception {
        reason: "hosts are compared as RFC 9525 says, so that these wildcards stand for nothing",
        targets: &[Target::Java],
        cases: &["wildcard-double", "wildcard-middle", "wildcard-partial"],
        rules: &["host"],
    },
    Exception {
        reason: "hosts are compared as RFC 9525 says, so that these wildcards stand for nothing",
        targets: &[Target::Openssl, Target::Python313],
        cases: &["wildcard-partial"],
        rules: &["host"],
    },
    Exception {
        reason: "the JDK has no check of what a certificate for mail is for",
        targets: &[Target::Java],
        cases: &["email-wrong-eku"],
        rules: &["purpose"],
    },
    Exception {
        reason: "neither lint nor verify is told whose mailbox it has to be",
        targets: &[Target::Gnutls, Target::Python313],
        cases: &["email-wrong-mailbox"],
        rules: &[],
    },
];

/// A case in files, with the words that ask about it.
fn words(scene: &Scene, case: &Case) -> (String, String) {
    let chain = [&case.certificate].into_iter().chain(&case.chain);
    scene.write("chain.pem", chain.map(|der| super::pem(der)).collect::<String>());
    scene.write("anchor.pem", super::pem(&case.anchor));
    let mut asked = format!(" chain.pem --purpose {}", case.purpose.as_str());
    if let (Purpose::Server, Some(name)) = (case.purpose, &case.name) {
        asked += &format!(" --host {name}");
    }
    let mut verify = format!("verify{asked} --anchor anchor.pem --at 2026-11-22T12:00:00Z");
    if !case.crls.is_empty() {
        scene.write("crls.pem", case.crls.iter().map(|der| encode("X509 CRL", der)).collect::<String>());
        verify += " --crl crls.pem";
    }
    (verify, format!("lint{asked} --severity notice"))
}

/// The rules for which lint says that a target refuses the certificates of a file.
fn refused(lint: &Value, target: Target) -> BTreeSet<&str> {
    let certificates = lint["certificates"].as_array().unwrap().iter();
    let findings = certificates.flat_map(|certificate| certificate["findings"].as_array().unwrap());
    let minds = |finding: &&Value| {
        let mut cares = finding["refused_by"].as_array().unwrap().iter();
        cares
            .any(|care| care["target"] == target.as_str() && (care["always"] == true || finding["severity"] == "error"))
    };
    findings.filter(minds).map(|finding| finding["rule"].as_str().unwrap()).collect()
}

#[test]
fn what_is_said_of_programs_is_what_they_say() {
    let pki = TestPki::generate(&Options::new("lint", time::macros::datetime!(2026-11-22 12:00 UTC))).unwrap();
    let scene = Scene::new();
    let targets: Vec<&str> = MEASURED.iter().map(|(target, _)| target.as_str()).collect();
    let mut complaints = Vec::new();
    let mut used = BTreeSet::new();
    for case in &pki.cases {
        let (verify, lint) = words(&scene, case);
        let (lint, _) = scene.report(&lint);
        let output = scene.run(&format!("{verify} --for {} --json", targets.join(",")));
        let verify: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        // What cannot be trusted for itself, or cannot be read, is refused whoever is asked about.
        let sound = verify["path"].as_array().is_some_and(|path| !path.is_empty());
        let none = Vec::new();
        let refusals = verify["refusals"].as_array().unwrap_or(&none);
        for (target, program) in MEASURED {
            let named = refused(&lint, target);
            let told: BTreeSet<&str> = refusals
                .iter()
                .filter(|refusal| refusal["target"] == target.as_str())
                .map(|refusal| refusal["rule"].as_str().unwrap())
                .collect();
            let rules: BTreeSet<&str> = named.union(&told).copied().collect();
            // Lint does not look at signatures, times, revocation and the like: only what is unreadable is its own, and
            // what cannot be checked for its algorithm.
            let algorithm = ["unsupported", "weak-signature"].iter().any(|rule| verify["rule"] == *rule);
            let looked = sound || output.status.code() == Some(1) || algorithm;
            let agreed = match case.expected[&program] {
                Verdict::Accepts => rules.is_empty(),
                Verdict::Refuses if sound => !told.is_empty(),
                Verdict::Refuses => !looked || !named.is_empty(),
                Verdict::Unable => true,
            };
            let excepted = EXCEPTIONS.iter().position(|exception| {
                let about = exception.targets.contains(&target) && exception.cases.contains(&case.id);
                about && exception.rules.iter().copied().collect::<BTreeSet<_>>() == rules
            });
            match excepted {
                Some(index) if !agreed => drop(used.insert((index, case.id, target))),
                _ if agreed => {}
                _ => {
                    let verdict = case.expected[&program].as_str();
                    complaints.push(format!("{}: {target} {verdict}, but {rules:?} (sound: {sound})", case.id));
                }
            }
        }
    }
    for (index, exception) in EXCEPTIONS.iter().enumerate() {
        for case in exception.cases {
            for target in exception.targets {
                if !used.contains(&(index, *case, *target)) {
                    complaints.push(format!("{case}: {target} is no exception any more: {}", exception.reason));
                }
            }
        }
    }
    assert!(complaints.is_empty(), "{}\n{}", complaints.len(), complaints.join("\n"));
}
