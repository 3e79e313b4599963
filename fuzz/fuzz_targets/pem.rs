//! A file of certificates, CRLs, requests and keys, in PEM or DER, and the lint of what it holds.

#![no_main]

use certwright::issuance::lint::lint;
use certwright::x509::pem::{Block, read_all};
use certwright::x509::{Certificate, Crl};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let blocks = match read_all(bytes) {
        Ok(blocks) => blocks,
        Err(error) => return printable(&error.to_string()),
    };
    for block in &blocks {
        match block {
            Block::Certificate(certificate) => {
                assert_eq!(
                    &Certificate::from_der(certificate.der()).expect("what was read is read again"),
                    certificate
                );
                printable(&certificate.subject.to_string());
                certificate.subject_alt_names.iter().for_each(|name| printable(&name.to_string()));
                lint(certificate).iter().for_each(|finding| printable(&finding.message));
                if let Ok(key) = certificate.public_key() {
                    let _ = key.check(&certwright::keys::KeyRules::default());
                }
            }
            Block::Crl(crl) => assert_eq!(&Crl::from_der(crl.der()).expect("what was read is read again"), crl),
            Block::PrivateKey(label) | Block::Other(label) => printable(label),
            _ => {}
        }
    }
});

fn printable(text: &str) {
    assert!(!text.chars().any(char::is_control), "{text:?}");
}
