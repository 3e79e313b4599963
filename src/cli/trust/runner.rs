//! Carrying out steps: the only place here that starts programs.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

use super::step::{Argument, Invocation};
use super::{Anchor, Machine, Problem, Step};
use crate::cli::files::places;
use crate::cli::files::scratch::Scratch;
use crate::cli::{Context, input};
use crate::x509::escape;

/// The most that a program may say on each stream, bytes; some hundred roots in PEM are half of one per cent of it.
const LIMIT: usize = 64 << 20;
/// Characters of a program's complaint that are passed on.
const COMPLAINT: usize = 300;

/// Runs programs for one anchor.
pub(in crate::cli) struct Runner<'a> {
    cx: &'a Context,
    machine: &'a Machine,
    anchor: &'a Anchor,
    /// The anchor's file, made when the first program wants it.
    file: Option<Scratch>,
}

/// What a program said.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) success: bool,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Answer {
    /// What it complained of: the first line that calls itself an error (keytool prints that on standard output, and warnings
    /// on the other), else the last line of all.
    pub(super) fn complaint(&self) -> String {
        let lines = || self.stdout.lines().chain(self.stderr.lines()).map(str::trim).filter(|line| !line.is_empty());
        let said = lines().find(|line| line.to_ascii_lowercase().contains("error")).or_else(|| lines().next_back());
        escape(said.unwrap_or("it did not say why")).chars().take(COMPLAINT).collect()
    }
}

impl<'a> Runner<'a> {
    pub(in crate::cli) fn new(cx: &'a Context, machine: &'a Machine, anchor: &'a Anchor) -> Self {
        Self { cx, machine, anchor, file: None }
    }

    /// Runs a program to its end and gives what it said.
    ///
    /// # Errors
    /// When it cannot be started, or says more than anybody reads.
    pub(super) fn ask(&mut self, invocation: &Invocation) -> Result<Answer, Problem> {
        let mut command = self.command(invocation)?;
        let name = invocation.program.display().to_string();
        let failed = |error: std::io::Error| Problem::new(format!("cannot run {name}: {error}"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
        if let (Some(password), Some(mut stdin)) = (&invocation.password, child.stdin.take()) {
            // A program that does not want it has its reasons, and tells them.
            let _ = stdin.write_all(password.expose()).and_then(|()| stdin.write_all(b"\n"));
        }
        let (stdout, stderr) = outputs(&mut child).map_err(failed)?;
        let status = child.wait().map_err(failed)?;
        Ok(Answer { success: status.success(), stdout, stderr })
    }

    /// Carries out a step.
    ///
    /// # Errors
    /// Says what failed, and the step as a command where that helps.
    pub(in crate::cli) fn carry_out(&mut self, step: &Step) -> Result<(), Problem> {
        match step {
            Step::MakeDirectory(dir) => Ok(crate::cli::files::public_directory(dir)?),
            Step::Remove(path) => Ok(places::remove(path)?),
            Step::Write(path) => Ok(places::place(path, self.anchor.certificate.to_pem().as_bytes())?),
            Step::Run(invocation) => {
                let again = |problem: Problem| problem.remedy(format!("run: {}", step.shell(self.anchor)));
                let answer = self.ask(invocation).map_err(again)?;
                if answer.success {
                    return Ok(());
                }
                let why = format!("{} failed: {}", invocation.program.display(), answer.complaint());
                Err(again(Problem::new(why)))
            }
        }
    }

    fn command(&mut self, invocation: &Invocation) -> Result<Command, Problem> {
        let mut command = self.machine.child(self.cx, &invocation.program);
        for argument in &invocation.arguments {
            match argument {
                Argument::Certificate => command.arg(self.file()?.path()),
                Argument::Word(word) => command.arg(word),
            };
        }
        command.stdin(if invocation.password.is_some() { Stdio::piped() } else { Stdio::null() });
        Ok(command)
    }

    fn file(&mut self) -> Result<&Scratch, Problem> {
        if self.file.is_none() {
            let pem = self.anchor.certificate.to_pem();
            let name = format!("{}.pem", self.anchor.name());
            self.file = Some(Scratch::new(&self.machine.temporary, &name, pem.as_bytes())?);
        }
        self.file.as_ref().ok_or_else(|| Problem::new("the certificate has no file"))
    }
}

/// Reads both streams to their ends; a program that exceeds the limit is ended.
fn outputs(child: &mut Child) -> std::io::Result<(String, String)> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = std::thread::scope(|scope| {
        let errors = scope.spawn(move || stderr.map_or_else(|| Ok(String::new()), text));
        let output = stdout.map_or_else(|| Ok(String::new()), text);
        if output.is_err() {
            let _ = child.kill();
        }
        (output, errors.join().unwrap_or_else(|_| Ok(String::new())))
    });
    Ok((stdout?, stderr?))
}

fn text(mut stream: impl Read) -> std::io::Result<String> {
    Ok(String::from_utf8_lossy(&input::all(&mut stream, LIMIT, 0)?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_told_and_not_the_warning_after_it() {
        let answer =
            |stdout: &str, stderr: &str| Answer { success: false, stdout: stdout.into(), stderr: stderr.into() };
        let keytool = answer("keytool error: wrong password\n", "Warning: use -cacerts\n");
        assert_eq!(keytool.complaint(), "keytool error: wrong password");
        assert_eq!(answer("", "first\n last \n\n").complaint(), "last");
        assert_eq!(answer("", "").complaint(), "it did not say why");
        let hostile = answer("", &format!("error \u{1b}[2J{}", "x".repeat(1 << 20)));
        assert!(hostile.complaint().len() <= COMPLAINT && !hostile.complaint().contains('\u{1b}'));
    }
}
