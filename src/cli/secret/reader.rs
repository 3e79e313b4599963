//! Reading secrets, each source at most once.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::super::environment::variable;
use super::super::files::secrets;
use super::super::input::{self, Input};
use super::super::prompt::Prompt;
use super::super::{CliError, SecretSource};
use crate::keys::Secret;

/// The longest secret, bytes.
const LIMIT: usize = 4096;

/// Reads secrets; each source is read at most once.
///
/// Two secrets from standard input are two lines of it, and two prompts are two questions; everything else gives the same
/// secret however often it is asked.
pub(in crate::cli) struct Secrets {
    variables: BTreeMap<OsString, OsString>,
    secret_variables: BTreeSet<OsString>,
    prompt: Box<dyn Prompt>,
    interactive: bool,
    cache: Vec<(SecretSource, String, Secret)>,
    warnings: Vec<String>,
}

impl Secrets {
    pub(in crate::cli) fn new(
        variables: BTreeMap<OsString, OsString>,
        arguments: &[OsString],
        prompt: Box<dyn Prompt>,
        interactive: bool,
    ) -> Self {
        let secret_variables = named(&variables, arguments, b"env:").map(OsStr::to_owned).collect();
        Self { variables, secret_variables, prompt, interactive, cache: Vec::new(), warnings: Vec::new() }
    }

    /// Reads a secret. `slot` tells two secrets from standard input apart, `question` two prompts.
    pub(in crate::cli) fn read(
        &mut self,
        source: &SecretSource,
        slot: &str,
        question: &str,
        input: &mut Input,
    ) -> Result<Secret, CliError> {
        let slot = match source {
            SecretSource::Prompt => question,
            SecretSource::Stdin => slot,
            _ => "",
        };
        if let Some((_, _, secret)) = self.cache.iter().find(|(known, of, _)| known == source && of == slot) {
            return Ok(secret.clone());
        }
        let secret = match source {
            SecretSource::Command(command) => self.run(command)?,
            SecretSource::Env(name) => self.variable(name)?,
            SecretSource::Fd(number) => descriptor(*number)?,
            SecretSource::File(path) => self.file(path)?,
            SecretSource::Pass(text) => self.plain(text)?,
            SecretSource::Prompt => self.ask(question)?,
            SecretSource::Stdin => line(source, input.line(LIMIT))?,
        };
        self.cache.push((source.clone(), slot.to_owned(), secret.clone()));
        Ok(secret)
    }

    /// Asks for a new secret twice.
    pub(in crate::cli) fn ask_twice(&mut self, question: &str) -> Result<Secret, CliError> {
        let known =
            |(source, of, _): &&(SecretSource, String, Secret)| *source == SecretSource::Prompt && of == question;
        if let Some((_, _, secret)) = self.cache.iter().find(known) {
            return Ok(secret.clone());
        }
        let what = question.strip_prefix("new ").unwrap_or(question);
        let first = self.ask(&format!("New {what}"))?;
        let second = self.ask(&format!("Repeat {what}"))?;
        if first.expose() != second.expose() {
            return Err(CliError::failed("the two passphrases differ").hint("nothing was done; run the command again"));
        }
        self.cache.push((SecretSource::Prompt, question.to_owned(), first.clone()));
        Ok(first)
    }

    /// An environment variable that is set and not empty.
    pub(in crate::cli) fn environment(&self, name: &str) -> Option<&OsStr> {
        variable(&self.variables, name)
    }

    /// Whether the person at the terminal types `yes`; nobody agrees where nobody is.
    pub(in crate::cli) fn agrees(&mut self, question: &str) -> Result<bool, CliError> {
        if !self.interactive {
            return Ok(false);
        }
        let answer = self.prompt.ask_visibly(question);
        let answer = answer.map_err(|error| CliError::failed(format!("cannot ask on the terminal: {error}")))?;
        Ok(answer.trim().eq_ignore_ascii_case("yes"))
    }

    /// Whether a person can be asked.
    pub(in crate::cli) fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// What should be said about the sources read since the last call.
    pub(in crate::cli) fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    /// Keeps a variable from children, as those are that the command line names.
    pub(in crate::cli) fn hide(&mut self, variable: &str) {
        self.secret_variables.insert(OsString::from(variable));
    }

    /// A child process that inherits no secret: without the variables that hold one and without certwright's own.
    pub(in crate::cli) fn child(&self, program: &OsStr) -> Command {
        let mut command = Command::new(program);
        let inherited = self
            .variables
            .iter()
            .filter(|(name, _)| !self.secret_variables.contains(*name) && !name.as_bytes().starts_with(b"CERTWRIGHT_"));
        command.env_clear().envs(inherited);
        command
    }

    fn run(&self, command: &str) -> Result<Secret, CliError> {
        let failed = |why: String| {
            CliError::failed(format!("the command of cmd: {why}")).hint("run it by itself to see what it prints")
        };
        let mut child = self
            .child(OsStr::new("sh"))
            .args(["-c", command])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(|error| failed(format!("cannot be started: {error}")))?;
        let mut stdout = child.stdout.take().ok_or_else(|| failed("has no output".to_owned()))?;
        let first = input::first_line(&mut stdout, LIMIT);
        // The rest is read and thrown away, so that the command does not die of a closed pipe and seem to fail.
        let rest = io::copy(&mut stdout, &mut io::sink());
        let status = child.wait().map_err(|error| failed(error.to_string()))?;
        if !status.success() {
            return Err(failed(format!("failed ({status})")));
        }
        rest.map_err(|error| failed(error.to_string()))?;
        line(&SecretSource::Command(String::new()), first)
    }

    fn variable(&self, name: &str) -> Result<Secret, CliError> {
        let value = self.variables.get(OsStr::new(name)).ok_or_else(|| {
            CliError::failed(format!("environment variable {name} is not set"))
                .hint(format!("set it and export it, or name another source than env:{name}"))
        })?;
        checked(&SecretSource::Env(name.to_owned()), value.as_bytes())
    }

    fn file(&mut self, path: &Path) -> Result<Secret, CliError> {
        let (mut file, is_open_to_others) = secrets::open(path).map_err(|error| CliError::io(path, "read", &error))?;
        if is_open_to_others {
            self.warnings.push(format!("{0} can be read by others; run: chmod 600 {0}", path.display()));
        }
        line(&SecretSource::File(path.to_owned()), input::first_line(&mut file, LIMIT))
    }

    fn plain(&mut self, text: &str) -> Result<Secret, CliError> {
        if text != "changeit" {
            let why = "a secret given as pass: can be seen by every process on this machine; use env:, file: or prompt";
            self.warnings.push(why.to_owned());
        }
        checked(&SecretSource::Pass(String::new()), text.as_bytes())
    }

    fn ask(&mut self, question: &str) -> Result<Secret, CliError> {
        if !self.interactive {
            return Err(CliError::usage(format!("{question} is asked for, but there is no terminal to ask on"))
                .hint("name a source that needs no terminal: env:VAR, file:PATH, fd:N, stdin or cmd:COMMAND"));
        }
        let answer = self
            .prompt
            .ask(question)
            .map_err(|error| CliError::failed(format!("cannot ask for {question}: {error}")))?;
        checked(&SecretSource::Prompt, answer.as_bytes())
    }
}

/// The files that secrets come from: those that any argument names as `file:PATH`, used yet or not.
pub(in crate::cli) fn secret_files(
    variables: &BTreeMap<OsString, OsString>,
    arguments: &[OsString],
) -> BTreeSet<PathBuf> {
    named(variables, arguments, b"file:").filter(|path| !path.is_empty()).map(PathBuf::from).collect()
}

/// What arguments name as the source of a secret, after the word for its kind: `VAR` of `env:VAR`, used yet or not.
fn named<'a>(
    variables: &'a BTreeMap<OsString, OsString>,
    arguments: &'a [OsString],
    kind: &'static [u8],
) -> impl Iterator<Item = &'a OsStr> {
    let default = variables.get(OsStr::new("CERTWRIGHT_PASSPHRASE_SOURCE"));
    arguments.iter().chain(default).filter_map(move |argument| {
        let bytes = argument.as_bytes();
        let value = bytes.strip_prefix(kind).or_else(|| {
            let equals = bytes.iter().position(|byte| *byte == b'=')?;
            bytes[equals + 1..].strip_prefix(kind)
        })?;
        Some(OsStr::from_bytes(value))
    })
}

/// Reads an inherited descriptor by its name in `/dev/fd`: adopting a bare number would take unsafe code.
fn descriptor(number: i32) -> Result<Secret, CliError> {
    let source = SecretSource::Fd(number);
    let (mut file, _) = secrets::open(Path::new(&format!("/dev/fd/{number}"))).map_err(|error| {
        CliError::failed(format!("{}: {error}", source.label()))
            .hint(format!("open it for reading in the calling shell: {number}< FILE"))
    })?;
    line(&source, input::first_line(&mut file, LIMIT))
}

fn line(source: &SecretSource, read: io::Result<Option<impl AsRef<[u8]>>>) -> Result<Secret, CliError> {
    match read {
        Ok(Some(line)) => checked(source, line.as_ref()),
        Ok(None) => Err(CliError::failed(format!("{} gave no passphrase", source.label()))
            .hint("each secret is one line; two secrets from standard input are two lines")),
        Err(error) => Err(CliError::failed(format!("cannot read a passphrase from {}: {error}", source.label()))),
    }
}

fn checked(source: &SecretSource, bytes: &[u8]) -> Result<Secret, CliError> {
    if bytes.len() > LIMIT {
        return Err(CliError::failed(format!("{}: a passphrase has at most {LIMIT} bytes", source.label())));
    }
    Ok(Secret::new(bytes))
}
