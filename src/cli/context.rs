//! What every command gets: the resolved settings and the ways to talk.

use std::path::PathBuf;
use std::time::Duration;

use time::OffsetDateTime;

use super::secret::Secrets;
use super::ui::Ui;
use super::{CliError, SecretSource};
use crate::clock::Clock;
use crate::keys::Secret;
use crate::store::{Store, Writer};

/// The global options and environment, resolved once.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The store's directory: `--store`, else `CERTWRIGHT_STORE`, else the platform's data directory.
    pub store: PathBuf,
    /// `--json`.
    pub json: bool,
    /// `--non-interactive`, or standard input or error is no terminal.
    pub non_interactive: bool,
    /// `--quiet`.
    pub quiet: bool,
    /// `--lock-timeout`, 30 s if not given.
    pub lock_timeout: Duration,
    /// Who acts, for the journal: `user@host`.
    pub actor: String,
    /// `--passphrase`, else `CERTWRIGHT_PASSPHRASE_SOURCE`.
    pub passphrase: Option<SecretSource>,
    /// The command's name, for the lock file.
    pub command: String,
}

/// What a command works with.
pub struct Context {
    /// The settings.
    pub settings: Settings,
    /// Output.
    pub ui: Ui,
    /// Passphrases.
    pub secrets: Secrets,
    clock: Box<dyn Clock>,
}

impl Context {
    /// The current instant.
    pub fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    /// The clock, to hand on.
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// Opens the store that the settings name.
    ///
    /// # Errors
    /// With the hint how to make one.
    pub fn open_store(&self) -> Result<Store, CliError> {
        todo!()
    }

    /// Locks a store and tells what recovery did.
    ///
    /// # Errors
    /// Exit 5 when the lock is not free in time.
    pub fn lock<'a>(&mut self, store: &'a Store) -> Result<Writer<'a>, CliError> {
        let _ = store;
        todo!()
    }

    /// The passphrase for something that exists: from the given source, else the global one, else a prompt that says
    /// `what` it is for. `None` never: no source and no terminal is an error that names the flag.
    ///
    /// # Errors
    /// Usage error naming `--passphrase`.
    pub fn passphrase(&mut self, source: Option<&SecretSource>, what: &str) -> Result<Secret, CliError> {
        let _ = (source, what);
        todo!()
    }

    /// A new passphrase: as [`Context::passphrase`], but a prompt asks twice, and an empty one is refused.
    ///
    /// # Errors
    /// Usage error naming `--passphrase` and `--no-passphrase`.
    pub fn new_passphrase(&mut self, source: Option<&SecretSource>, what: &str) -> Result<Secret, CliError> {
        let _ = (source, what);
        todo!()
    }
}
