//! A process for unit tests: no real environment, terminal or clock.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Write};
use std::rc::Rc;

use zeroize::Zeroizing;

use super::settings::Settings;
use super::ui::Ui;
use super::{Cli, Context, Environment, NoPrompt, Prompt};
use crate::clock::FixedClock;

/// What was written to a stream.
#[derive(Clone, Default)]
pub(crate) struct Written(Rc<RefCell<Vec<u8>>>);

impl Written {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A stream that cannot be written.
pub(crate) struct Broken(pub(crate) io::ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Answers the expected questions in order; any other question, or one too many, fails the test.
pub(crate) struct Answers(VecDeque<(&'static str, &'static str)>);

impl Prompt for Answers {
    fn ask(&mut self, question: &str) -> io::Result<Zeroizing<String>> {
        let (expected, answer) = self.0.pop_front().unwrap_or_else(|| panic!("asked once too often: {question}"));
        assert_eq!(question, expected);
        Ok(Zeroizing::new(answer.to_owned()))
    }

    fn ask_visibly(&mut self, question: &str) -> io::Result<String> {
        self.ask(question).map(|answer| answer.to_string())
    }
}

/// A process to be.
pub(crate) struct Process {
    pub(crate) environment: Environment,
    pub(crate) stdout: Written,
    pub(crate) stderr: Written,
}

impl Process {
    pub(crate) fn new(arguments: &[&str]) -> Self {
        let (stdout, stderr) = (Written::default(), Written::default());
        let environment = Environment {
            arguments: std::iter::once(&"certwright").chain(arguments).map(Into::into).collect(),
            program: Some("/opt/bin/certwright".into()),
            variables: BTreeMap::new(),
            stdin: Box::new(io::empty()),
            stdout: Box::new(stdout.clone()),
            stderr: Box::new(stderr.clone()),
            terminals: (false, false, false),
            width: None,
            clock: Box::new(FixedClock(time::macros::datetime!(2026-01-02 03:04:05 UTC))),
            prompt: Box::new(NoPrompt),
        };
        Self { environment, stdout, stderr }.variable("USER", "tester").variable("PATH", "/usr/bin:/bin")
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.variables.insert(name.into(), value.into());
        self
    }

    pub(crate) fn stdin(mut self, text: &'static str) -> Self {
        self.environment.stdin = Box::new(text.as_bytes());
        self
    }

    /// Puts a person at a terminal who answers these questions.
    pub(crate) fn terminal(mut self, answers: &[(&'static str, &'static str)]) -> Self {
        self.environment.terminals = (true, true, true);
        self.environment.prompt = Box::new(Answers(answers.iter().copied().collect()));
        self
    }

    /// What a command would get.
    pub(crate) fn context(mut self) -> (Context, Written, Written) {
        use clap::Parser;
        let ui = Ui::new(&mut self.environment);
        let cli = Cli::try_parse_from(&self.environment.arguments).unwrap();
        let settings = Settings::resolve(&self.environment, &cli.global, "test".into()).unwrap();
        (Context::new(self.environment, ui, settings), self.stdout, self.stderr)
    }

    pub(crate) fn run(self) -> (super::Exit, String, String) {
        let exit = super::run(self.environment);
        (exit, self.stdout.text(), self.stderr.text())
    }
}
