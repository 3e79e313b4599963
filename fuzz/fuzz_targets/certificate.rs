//! One certificate in DER, however broken: what can be saved of it, and every rule of lint on that, for every program.

#![no_main]

use certwright::issuance::lint::{Subject, Target, for_targets, lint_chain, lint_subject, unreadable};
use certwright::x509::path::Purpose;
use certwright::x509::{Certificate, GeneralName};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let salvaged = match Certificate::salvage(bytes) {
        Ok(salvaged) => salvaged,
        Err(error) => return printable(&unreadable(bytes, &error.to_string()).message),
    };
    assert_eq!(Certificate::from_der(bytes).is_ok(), salvaged.defects.is_empty());
    salvaged.defects.iter().for_each(|defect| printable(&defect.why));
    let host = GeneralName::Dns("seed.test".into());
    let subject = Subject {
        certificate: &salvaged.certificate,
        defects: &salvaged.defects,
        issuer: Some(&salvaged.certificate),
        purpose: Some(Purpose::Server),
        host: Some(&host),
    };
    let mut findings = lint_subject(subject);
    findings.extend(lint_chain(&[&salvaged.certificate, &salvaged.certificate]));
    findings.iter().for_each(|finding| printable(&finding.message));
    assert_eq!(for_targets(&findings, &[]).len(), findings.len());
    for target in Target::ALL {
        assert!(for_targets(&findings, &[target]).len() <= findings.len());
    }
});

fn printable(text: &str) {
    assert!(!text.chars().any(char::is_control), "{text:?}");
}
