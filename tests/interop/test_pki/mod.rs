//! What `certwright test-pki` makes, shown to every program that `expectations.json` names: each case, and its verdict.

mod document;
mod programs;
mod served;
mod webpki;

use std::path::PathBuf;
use std::sync::OnceLock;

use certwright::testing::{Expectations, Program, Record};
use serde::Deserialize;

use crate::authority::{Certwright, text};
use crate::tool;

/// A test PKI on disk.
pub(crate) struct Fixture {
    pub(crate) dir: PathBuf,
    pub(crate) expectations: Expectations,
}

impl Fixture {
    /// The one that all these tests share: today's, of a seed that stays the same.
    pub(crate) fn made() -> &'static Self {
        static FIXTURE: OnceLock<Fixture> = OnceLock::new();
        FIXTURE.get_or_init(|| {
            let scratch = tool::lasting_directory();
            let dir = scratch.join("pki");
            Certwright::empty(&scratch).ok(["test-pki", text(&dir), "--seed", "interop"]);
            let json = std::fs::read(dir.join("expectations.json")).expect("the expectations are there");
            Self { dir, expectations: Expectations::read(&json).expect("the expectations are readable") }
        })
    }

    /// The path of one of its files.
    pub(crate) fn file(&self, name: &str) -> String {
        text(&self.dir.join(name)).to_owned()
    }

    /// The cases that a program can be asked about.
    pub(crate) fn cases(&self, program: Program) -> impl Iterator<Item = &Record> {
        self.expectations.cases.iter().filter(move |record| !record.entry.unable.contains(&program))
    }
}

/// What a program said about a case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    pub(crate) id: String,
    pub(crate) trusted: bool,
    pub(crate) why: String,
}

/// The answers of a program that prints one JSON object a line.
fn answers(output: &str) -> Vec<Answer> {
    output.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"))).collect()
}

/// Fails with every answer that is not what the expectations say.
fn judge(program: Program, answers: &[Answer]) {
    let mut wrong = Vec::new();
    for record in Fixture::made().cases(program) {
        let entry = &record.entry;
        let said = match answers.iter().find(|answer| answer.id == entry.id) {
            None => "no answer".to_owned(),
            Some(answer) if answer.trusted == entry.accepted_by.contains(&program) => continue,
            Some(Answer { trusted: true, .. }) => {
                "is accepted; the row in src/testing/catalogue says refused".to_owned()
            }
            Some(answer) => format!("is refused; the row in src/testing/catalogue says accepted: {}", answer.why),
        };
        wrong.push(format!("{}: {said}", entry.id));
    }
    // For people who want to know the reasons: a program may refuse for another one than what is wrong.
    if let Some(dir) = std::env::var_os("TEST_PKI_ANSWERS") {
        let line = |answer: &Answer| format!("{}\t{}\t{:?}\n", answer.id, answer.trusted, answer.why);
        let lines: String = answers.iter().map(line).collect();
        std::fs::write(PathBuf::from(dir).join(program.as_str()), lines).expect("the answers are written");
    }
    assert!(wrong.is_empty(), "{}: {} wrong\n{}", program.as_str(), wrong.len(), wrong.join("\n"));
}
