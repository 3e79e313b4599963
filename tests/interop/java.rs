//! The JDK's PKIX validation, the one behind every `TrustManager`.

use std::process::Command;

use crate::matrix::{self, CLASSIC, Case};
use crate::tool;

#[test]
fn java_verifies_every_profile() {
    accepts(&matrix::cases_of(&CLASSIC));
}

/// Has the JDK validate paths, and use the private keys that belong to them.
pub(crate) fn accepts(cases: &[&Case]) {
    let Some(java) = tool::program("java") else { return };
    let mut questions = matrix::questions(cases);
    // Its certificate path says nothing about host names or purposes; `mutual_tls` asks about those by a handshake.
    questions.retain(|question| question.trusted || question.id.ends_with("another root"));
    let lines: Vec<String> = questions
        .iter()
        .map(|question| {
            let [key, intermediates] =
                [&question.key, &question.intermediates].map(|file| file.as_deref().unwrap_or("-"));
            [&question.id, &question.certificate, key, intermediates, &question.root].join("\t")
        })
        .collect();
    let said = tool::converse(Command::new(java).arg(tool::source("java/Verify.java")), &lines.join("\n"));
    assert!(said.success, "{}", said.all());
    matrix::judge(&questions, &said.out);
}
