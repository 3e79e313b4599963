//! pyca/cryptography's verifier, which holds every chain to the Web PKI's rules.

use std::process::Command;

use crate::matrix::{self, Case, Purpose, WEB_PKI};
use crate::tool;

#[test]
fn pyca_verifies_servers_and_clients() {
    accepts(&matrix::cases_of(&WEB_PKI));
}

/// Has pyca/cryptography verify servers and clients, and refuse the others.
pub(crate) fn accepts(cases: &[&Case]) {
    let Some(python) = tool::python("cryptography.x509.verification") else { return };
    let mut questions = matrix::questions(cases);
    // It verifies servers by their name, and clients; it knows no other purpose.
    questions.retain(|question| match question.purpose {
        Some(Purpose::Client) => true,
        Some(Purpose::Server) => question.host.is_some(),
        _ => false,
    });
    let input = serde_json::to_string(&questions).expect("questions are JSON");
    let said = tool::converse(Command::new(python).arg(tool::source("python/verify.py")), &input);
    assert!(said.success, "{}", said.all());
    matrix::judge(&questions, &said.out);
}
