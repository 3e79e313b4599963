//! Go's `crypto/x509`.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::matrix::{self, CLASSIC, Case};
use crate::tool;

#[test]
fn go_verifies_every_profile() {
    accepts(&matrix::cases_of(&CLASSIC));
}

/// Has Go verify certificates for every purpose they have, and refuse them for others.
pub(crate) fn accepts(cases: &[&Case]) {
    let Some(go) = program() else { return };
    let questions = matrix::questions(cases);
    let input = serde_json::to_string(&questions).expect("questions are JSON");
    let said = tool::converse(Command::new(go).arg("verify"), &input);
    assert!(said.success, "{}", said.all());
    matrix::judge(&questions, &said.out);
}

/// The program in `go/`, compiled once; without arguments it says what it does.
pub(crate) fn program() -> Option<PathBuf> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    let build = || {
        let go = tool::program("go")?;
        let program = tool::scratch().keep().join("x509");
        let out = program.to_str().expect("the path is text");
        tool::must(&tool::source("go"), go, ["build", "-o", out, "."]);
        Some(program)
    };
    PROGRAM.get_or_init(build).clone()
}
