//! The linters on every CRL: full and delta, with entries and without, with a distribution point and freshestCRL.

use std::collections::BTreeMap;
use std::process::Command;

use serde::Deserialize;

use super::Story;
use crate::tool;

#[test]
fn pkilint_finds_nothing_in_crls() {
    let Some(python) = tool::python("pkilint") else { return };
    let story = Story::told();
    let input = serde_json::json!(story.every.iter().map(|(crl, _)| crl).collect::<Vec<_>>()).to_string();
    let said = tool::converse(Command::new(python).arg(tool::source("python/lint_crl.py")), &input);
    assert!(said.success, "{}", said.err);
    assert_eq!(said.out.lines().count(), story.every.len(), "one line for each CRL");
    for ((crl, _), line) in story.every.iter().zip(said.out.lines()) {
        assert_eq!(line, "[]", "{}", crl.display());
    }
}

#[test]
fn zlint_finds_nothing_in_crls() {
    let Some(zlint) = tool::program("zlint") else { return };
    let story = Story::told();
    let options = ["-includeSources", "RFC5280,RFC5480,RFC5891,RFC8813"].map(Into::into);
    let said = tool::run(zlint, options.into_iter().chain(story.every.iter().map(|(crl, _)| crl.clone())));
    assert_eq!(said.out.lines().count(), story.every.len(), "one line for each CRL: {}", said.err);
    for ((crl, _), line) in story.every.iter().zip(said.out.lines()) {
        let lints: BTreeMap<String, Lint> = serde_json::from_str(line).expect("an object of lints");
        assert!(lints.values().any(|lint| lint.result == "pass"), "no lint ran on {}", crl.display());
        let found: Vec<_> =
            lints.iter().filter(|(_, lint)| ["warn", "error", "fatal"].contains(&&*lint.result)).collect();
        assert!(found.is_empty(), "{}: {found:?}", crl.display());
    }
}

#[derive(Debug, Deserialize)]
struct Lint {
    result: String,
    #[serde(default)]
    #[expect(dead_code, reason = "shown where something is found")]
    details: String,
}

#[test]
fn every_kind_of_crl_is_there() {
    let Some(openssl) = tool::program("openssl") else { return };
    let all: Vec<String> = Story::told()
        .every
        .iter()
        .map(|(crl, authority)| {
            let mut command = Command::new(&openssl);
            command.args(["crl", "-noout", "-text", "-in"]).arg(crl).arg("-CAfile").arg(authority);
            let said = tool::finish(&mut command);
            assert!(said.success && said.err.contains("verify OK"), "{}", said.all());
            said.out
        })
        .collect();
    for kind in [
        "No Revoked Certificates",
        "Delta CRL Indicator",
        "Issuing Distribution Point",
        "Freshest CRL",
        "Certificate Hold",
        "Remove From CRL",
    ] {
        assert!(all.iter().any(|text| text.contains(kind)), "{kind}");
    }
}
