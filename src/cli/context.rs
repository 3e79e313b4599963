//! What every command gets: the resolved settings and the ways to talk.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use time::OffsetDateTime;

use super::input::Input;
use super::progress::Progress;
use super::secret::{Secrets, secret_files};
use super::ui::Ui;
use super::{CliError, Environment, SecretSource, Settings};
use crate::clock::Clock;
use crate::keys::Secret;
use crate::store::{State, Store, StoreError, Writer};

/// Journals are long when they are told in these.
const MEGABYTE: u64 = 1_000_000;
/// A new passphrase shorter than this is warned about.
const SHORT: usize = 8;

/// What a command works with.
pub struct Context {
    /// The settings.
    pub settings: Settings,
    /// Output.
    pub ui: Ui,
    /// Standard input.
    pub(super) input: Input,
    pub(super) secrets: Secrets,
    /// Files that are read, whatever the command, and that nothing may replace.
    inputs: BTreeSet<PathBuf>,
    /// Where the running program is, as far as the system tells.
    program: Option<PathBuf>,
    clock: Box<dyn Clock>,
    /// What was typed, the program's name first.
    arguments: Vec<OsString>,
}

impl Context {
    pub(super) fn new(environment: Environment, mut ui: Ui, settings: Settings) -> Self {
        ui.configure(settings.json, settings.quiet);
        let Environment { variables, arguments, program, stdin, prompt, terminals, clock, .. } = environment;
        let inputs = secret_files(&variables, &arguments);
        let secrets = Secrets::new(variables, &arguments, prompt, !settings.non_interactive);
        Self { settings, ui, input: Input::new(stdin, terminals.0), secrets, inputs, program, clock, arguments }
    }

    /// What was typed right after an option, where that stood alone.
    pub fn typed_after(&self, option: &str) -> Option<&str> {
        let typed = self.arguments.split(|argument| argument == "--").next()?;
        typed.windows(2).find_map(|pair| match pair {
            [before, word] if before == option => word.to_str(),
            _ => None,
        })
    }

    /// The current instant.
    pub fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    /// The clock, to hand on.
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// Where the store is or will be.
    ///
    /// # Errors
    /// Usage error when nothing says where.
    pub fn store_path(&self) -> Result<&Path, CliError> {
        if self.settings.store.as_os_str().is_empty() {
            return Err(CliError::usage("nothing says where the store is")
                .hint("name its directory with --store DIR or CERTWRIGHT_STORE; HOME is not set either"));
        }
        Ok(&self.settings.store)
    }

    /// Opens the store that the settings name.
    ///
    /// # Errors
    /// With the hint how to make one.
    pub fn open_store(&self) -> Result<Store, CliError> {
        let store = Store::open(self.store_path()?)?;
        let (bar, drawn) = (OnceLock::new(), self.ui.draws_progress());
        Ok(store.with_progress(Box::new(move |read, total| {
            let bar = bar.get_or_init(|| Progress::new(total.div_ceil(MEGABYTE), "reading the journal (MB)", drawn));
            bar.set(read.div_ceil(MEGABYTE));
        })))
    }

    /// The store that the settings name, if there is one.
    ///
    /// # Errors
    /// As [`Store::open`], but for one that is missing.
    pub fn store_if_there(&self) -> Result<Option<Store>, CliError> {
        match Store::open(self.store_path()?) {
            Err(StoreError::Missing(_)) => Ok(None),
            opened => Ok(Some(opened?)),
        }
    }

    /// Makes the store that the settings name, or opens it where it is there.
    ///
    /// # Errors
    /// As [`Store::create`].
    pub fn create_store(&self) -> Result<Store, CliError> {
        Ok(Store::create(self.store_path()?, self.now(), &self.settings.actor)?)
    }

    /// Locks a store and tells what recovery did.
    ///
    /// # Errors
    /// Exit 5 when the lock is not free in time.
    pub fn lock<'a>(&mut self, store: &'a Store) -> Result<Writer<'a>, CliError> {
        let writer = store.lock(self.settings.lock_timeout, &self.settings.command)?;
        self.tell_recovery(writer)
    }

    /// Locks a store as [`Context::lock`] does, with what its journal added up to when it was read just before.
    ///
    /// # Errors
    /// Exit 5 when the lock is not free in time.
    pub fn lock_knowing<'a>(&mut self, store: &'a Store, state: State) -> Result<Writer<'a>, CliError> {
        let writer = store.lock_knowing(state, self.settings.lock_timeout, &self.settings.command)?;
        self.tell_recovery(writer)
    }

    fn tell_recovery<'a>(&mut self, writer: Writer<'a>) -> Result<Writer<'a>, CliError> {
        for notice in writer.notices() {
            self.ui.warn(&notice.to_string());
        }
        Ok(writer)
    }

    /// The passphrase for something that exists: from the given source, else the global one, else a prompt that says
    /// `what` it is for, such as `passphrase of authority root`. No source and no terminal is an error that names the flag.
    ///
    /// Every source is read once. Standard input gives a line to the global source, and one to each `what` of a given
    /// source; a prompt asks once for each `what`.
    ///
    /// # Errors
    /// Usage error naming `--passphrase`.
    pub fn passphrase(&mut self, source: Option<&SecretSource>, what: &str) -> Result<Secret, CliError> {
        let (source, slot) = self.source(source, what);
        if source == SecretSource::Prompt && !self.secrets.is_interactive() {
            return Err(self
                .nobody_to_ask(what)
                .hint("name its source: --passphrase env:VAR, file:PATH, fd:N, stdin or cmd:COMMAND"));
        }
        let secret = self.secrets.read(&source, &slot, what, &mut self.input);
        self.tell_warnings();
        secret
    }

    /// A new passphrase: as [`Context::passphrase`], but a prompt asks twice, and an empty one is refused.
    ///
    /// # Errors
    /// Usage error naming `--passphrase` and `--no-passphrase`.
    pub fn new_passphrase(&mut self, source: Option<&SecretSource>, what: &str) -> Result<Secret, CliError> {
        let (source, slot) = self.source(source, what);
        let secret = if source == SecretSource::Prompt {
            if !self.secrets.is_interactive() {
                return Err(self.nobody_to_ask(what).hint(
                    "name its source with --passphrase (env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND), or say --no-passphrase to keep keys unencrypted",
                ));
            }
            self.secrets.ask_twice(what)
        } else {
            self.secrets.read(&source, &slot, what, &mut self.input)
        };
        self.tell_warnings();
        let secret = secret?;
        if secret.is_empty() {
            return Err(CliError::usage(format!("the {what} is empty"))
                .hint("give one, or say --no-passphrase to keep keys unencrypted"));
        }
        if secret.expose().len() < SHORT {
            self.ui.warn(&format!("the {what} is shorter than {SHORT} characters and soon guessed"));
        }
        Ok(secret)
    }

    fn nobody_to_ask(&self, what: &str) -> CliError {
        let why = if self.settings.forbids_questions {
            "--non-interactive forbids to ask"
        } else {
            "there is no terminal to ask on"
        };
        CliError::usage(format!("the {what} is needed, and {why}"))
    }

    /// The password of a keystore: from the given source, else from a prompt, which asks twice for a `new` one. The global
    /// source is for private keys and is not used.
    ///
    /// # Errors
    /// Usage error naming `flag` when there is no source and no terminal.
    pub fn password(
        &mut self,
        source: Option<&SecretSource>,
        what: &str,
        flag: &str,
        new: bool,
    ) -> Result<Secret, CliError> {
        let source = source.cloned().unwrap_or(SecretSource::Prompt);
        if source == SecretSource::Prompt && !self.secrets.is_interactive() {
            return Err(self
                .nobody_to_ask(what)
                .hint(format!("name its source: {flag} env:VAR, file:PATH, fd:N, stdin or cmd:COMMAND")));
        }
        let secret = match source {
            SecretSource::Prompt if new => self.secrets.ask_twice(what),
            source => self.secrets.read(&source, what, what, &mut self.input),
        };
        self.tell_warnings();
        secret
    }

    /// A child process that inherits no secret: without the environment variables that `env:` sources name and without
    /// certwright's own.
    pub fn child(&self, program: impl AsRef<OsStr>) -> Command {
        self.secrets.child(program.as_ref())
    }

    /// Keeps an environment variable that holds a secret from children.
    pub(super) fn hide_variable(&mut self, name: &str) {
        self.secrets.hide(name);
    }

    /// The files that are read, whatever the command: those that secrets come from, and what was added.
    pub(super) fn inputs(&self) -> impl Iterator<Item = &Path> {
        self.inputs.iter().map(PathBuf::as_path)
    }

    /// Keeps a file that is read from being replaced.
    pub(super) fn protect(&mut self, input: &Path) {
        self.inputs.insert(input.to_owned());
    }

    /// What starts this program again, wherever programs are looked for then: its path, else its name.
    pub(super) fn program(&self) -> &Path {
        self.program.as_deref().unwrap_or(Path::new("certwright"))
    }

    /// An environment variable that is set and not empty.
    pub(super) fn variable(&self, name: &str) -> Option<&OsStr> {
        self.secrets.environment(name)
    }

    /// Asks a person to agree to something by typing `yes`.
    ///
    /// # Errors
    /// When there is a terminal and it cannot be used.
    pub(super) fn agrees(&mut self, question: &str) -> Result<bool, CliError> {
        self.secrets.agrees(question)
    }

    /// Whether a person can be asked.
    pub(super) fn is_interactive(&self) -> bool {
        self.secrets.is_interactive()
    }

    pub(super) fn tell_warnings(&mut self) {
        for warning in self.secrets.take_warnings() {
            self.ui.warn(&warning);
        }
    }

    /// The source to use, and what tells its secret from others of the same source.
    fn source(&self, given: Option<&SecretSource>, what: &str) -> (SecretSource, String) {
        match (given, &self.settings.passphrase) {
            (Some(source), _) => (source.clone(), what.to_owned()),
            (None, Some(source)) => (source.clone(), String::new()),
            (None, None) => (SecretSource::Prompt, String::new()),
        }
    }
}
