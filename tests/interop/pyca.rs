//! pyca/cryptography's verifier, which holds every chain to the Web PKI's rules.

use std::process::Command;

use crate::matrix::{self, Purpose, WEB_PKI};
use crate::tool;

#[test]
fn pyca_verifies_servers_and_clients() {
    let Some(python) = tool::python("cryptography.x509.verification") else { return };
    let mut questions = matrix::questions(&matrix::cases_of(&WEB_PKI));
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
