//! zlint, a linter of RFC 5280, RFC 5480, RFC 5891 and RFC 8813.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::finding::{self, Finding};
use crate::{matrix, tool};

#[test]
fn zlint_finds_nothing_new() {
    let Some(zlint) = tool::program("zlint") else { return };
    let cases = matrix::cases();
    let options = ["-includeSources", "RFC5280,RFC5480,RFC5891,RFC8813"].map(Into::into);
    let files = cases.iter().map(|case| case.certificate.clone());
    let said = tool::run(zlint, options.into_iter().chain(files));
    assert_eq!(said.out.lines().count(), cases.len(), "one line for each certificate: {}", said.err);
    let findings: Vec<Finding> = cases
        .iter()
        .zip(said.out.lines())
        .flat_map(|(case, line)| {
            let lints: BTreeMap<String, Lint> = serde_json::from_str(line).expect("an object of lints");
            assert!(lints.values().any(|lint| lint.result == "pass"), "no lint ran on {}", case.certificate.display());
            let found = lints.into_iter().filter(|(_, lint)| !QUIET.contains(&lint.result.as_str()));
            found.map(move |(id, lint)| Finding { case, id, detail: format!("{} {}", lint.result, lint.details) })
        })
        .collect();
    finding::judge("zlint", &findings);
}

/// Passed; not applicable; not effective at the certificate's date; a remark about the ecosystem, not the certificate.
const QUIET: [&str; 4] = ["pass", "NA", "NE", "info"];

#[derive(Deserialize)]
struct Lint {
    result: String,
    #[serde(default)]
    details: String,
}
