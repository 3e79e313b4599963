//! rustls-webpki, the verifier inside rustls, in this process.

use std::path::Path;
use std::time::Duration;

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use crate::matrix::{self, Case, Purpose, Question};

#[test]
fn webpki_verifies_every_leaf() {
    let cases: Vec<_> = matrix::cases().iter().filter(|case| !case.purposes.is_empty()).collect();
    accepts(&cases);
}

/// Has rustls-webpki verify leaves for every purpose they have, and refuse them for others.
pub(crate) fn accepts(cases: &[&Case]) {
    let mut answers = String::new();
    let questions = matrix::questions(cases);
    for question in &questions {
        let answer = ask(question);
        let why = answer.as_ref().err().cloned().unwrap_or_default();
        let answer = serde_json::json!({"id": question.id, "trusted": answer.is_ok(), "why": why});
        answers += &format!("{answer}\n");
    }
    matrix::judge(&questions, &answers);
}

/// Asks about one certificate.
pub(crate) fn ask(question: &Question) -> Result<(), String> {
    let root = certificates(Path::new(&question.root)).remove(0);
    let anchor = anchor_from_trusted_cert(&root).map_err(|error| error.to_string())?;
    let intermediates = question.intermediates.as_deref().map_or_else(Vec::new, |file| certificates(Path::new(file)));
    let leaf = certificates(Path::new(&question.certificate)).remove(0);
    let leaf = EndEntityCert::try_from(&leaf).map_err(|error| error.to_string())?;
    let usage = match question.purpose.expect("a leaf has a purpose") {
        Purpose::Client => KeyUsage::client_auth(),
        Purpose::CodeSigning => KeyUsage::required_if_present(&[43, 6, 1, 5, 5, 7, 3, 3]),
        Purpose::Email => KeyUsage::required_if_present(&[43, 6, 1, 5, 5, 7, 3, 4]),
        Purpose::Ocsp => KeyUsage::required_if_present(&[43, 6, 1, 5, 5, 7, 3, 9]),
        Purpose::Server => KeyUsage::server_auth(),
        Purpose::Timestamping => KeyUsage::required_if_present(&[43, 6, 1, 5, 5, 7, 3, 8]),
    };
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_err(|error| error.to_string())?;
    let now = UnixTime::since_unix_epoch(Duration::from_secs(now.as_secs()));
    leaf.verify_for_usage(ALL_VERIFICATION_ALGS, &[anchor], &intermediates, now, usage, None, None)
        .map_err(|error| error.to_string())?;
    let Some(host) = &question.host else { return Ok(()) };
    let name = ServerName::try_from(host.as_str()).map_err(|error| error.to_string())?;
    leaf.verify_is_valid_for_subject_name(&name).map_err(|error| error.to_string())
}

fn certificates(file: &Path) -> Vec<CertificateDer<'static>> {
    let certificates = CertificateDer::pem_file_iter(file).expect("the file is readable");
    certificates.map(|certificate| certificate.expect("the file is PEM")).collect()
}
