//! pkilint, a linter of RFC 5280 and of the step from an issuer to a certificate.

use std::process::Command;

use serde::Deserialize;

use crate::authority::text;
use crate::finding::{self, Finding};
use crate::{matrix, tool};

#[test]
fn pkilint_finds_nothing_new() {
    let Some(python) = tool::python("pkilint") else { return };
    let cases = matrix::cases();
    let files: Vec<_> = cases
        .iter()
        .map(|case| serde_json::json!({"certificate": text(&case.certificate), "issuer": text(&case.issuer)}))
        .collect();
    let input = serde_json::to_string(&files).expect("paths are JSON");
    let said = tool::converse(Command::new(python).arg(tool::source("python/lint.py")), &input);
    assert!(said.success, "{}", said.err);
    assert_eq!(said.out.lines().count(), cases.len(), "one line for each certificate");
    let findings: Vec<Finding> = cases
        .iter()
        .zip(said.out.lines())
        .flat_map(|(case, line)| {
            let found: Vec<Found> = serde_json::from_str(line).expect("a list of findings");
            found.into_iter().map(move |Found { id, detail }| Finding { case, id, detail })
        })
        .collect();
    finding::judge("pkilint", &findings);
}

#[derive(Deserialize)]
struct Found {
    id: String,
    detail: String,
}
