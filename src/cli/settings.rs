//! The global options and the environment become settings, once.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::commands::GlobalArgs;
use super::environment::{Environment, variable};
use super::{CliError, SecretSource};
use crate::x509::display::is_deceptive;
use crate::x509::time::Span;

/// The global options and environment, resolved once.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The store's directory: `--store`, else `CERTWRIGHT_STORE`, else the platform's data directory. Empty when there is
    /// none of these; [`super::Context::store_path`] says so.
    pub store: PathBuf,
    /// `--store` as it was typed, to be repeated in commands that people are told to run.
    pub store_option: Option<PathBuf>,
    /// `--json`.
    pub json: bool,
    /// `--non-interactive`, or standard input or error is no terminal.
    pub non_interactive: bool,
    /// Whether there is a terminal, and `--non-interactive` says not to ask on it.
    pub forbids_questions: bool,
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

impl Settings {
    pub(super) fn resolve(environment: &Environment, global: &GlobalArgs, command: String) -> Result<Self, CliError> {
        let variables = &environment.variables;
        let (stdin, _, stderr) = environment.terminals;
        let store = global.store.clone().or_else(|| variable(variables, "CERTWRIGHT_STORE").map(PathBuf::from));
        Ok(Self {
            store_option: global.store.clone(),
            store: store.or_else(|| data_directory(variables)).unwrap_or_default(),
            json: global.json,
            non_interactive: global.non_interactive || !stdin || !stderr,
            forbids_questions: global.non_interactive && stdin && stderr,
            quiet: global.quiet,
            lock_timeout: duration(&global.lock_timeout).map_err(|error| error.about("--lock-timeout"))?,
            actor: actor(variables),
            passphrase: passphrase(global, variables)?,
            command,
        })
    }
}

fn passphrase(global: &GlobalArgs, variables: &BTreeMap<OsString, OsString>) -> Result<Option<SecretSource>, CliError> {
    const NAME: &str = "CERTWRIGHT_PASSPHRASE_SOURCE";
    match (&global.passphrase, variable(variables, NAME)) {
        (Some(source), _) => Ok(Some(source.clone())),
        (None, Some(text)) => {
            let source = text.to_str().ok_or_else(|| "the source is not UTF-8".to_owned()).and_then(str::parse);
            source.map(Some).map_err(|why| CliError::usage(format!("{NAME}: {why}")))
        }
        (None, None) => Ok(None),
    }
}

/// The platform's place for a program's data. A relative `XDG_DATA_HOME` does not count (XDG Base Directory, "Basics").
fn data_directory(variables: &BTreeMap<OsString, OsString>) -> Option<PathBuf> {
    let absolute = |name| variable(variables, name).map(Path::new).filter(|path| path.is_absolute());
    let home = absolute("HOME")
        .map(|home| home.join(if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/share" }));
    Some(absolute("XDG_DATA_HOME").map(Path::to_owned).or(home)?.join("certwright"))
}

/// `user@host`: who the environment says, else the user's number; the journal is not where a person proves who they are.
fn actor(variables: &BTreeMap<OsString, OsString>) -> String {
    let user =
        ["USER", "LOGNAME"].iter().find_map(|name| variable(variables, name)).map(|name| word(&name.to_string_lossy()));
    let user = user.filter(|name| !name.is_empty()).unwrap_or_else(|| rustix::process::getuid().as_raw().to_string());
    let host = word(&rustix::system::uname().nodename().to_string_lossy());
    if host.is_empty() { user } else { format!("{user}@{host}") }
}

fn word(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace() && !is_deceptive(*character)).take(64).collect()
}

fn duration(text: &str) -> Result<Duration, CliError> {
    let span = Span::parse(text)?;
    match (span.months, u64::try_from(span.seconds)) {
        (0, Ok(seconds)) => Ok(Duration::from_secs(seconds)),
        _ => Err(CliError::usage(format!("{text} is no time to wait; write 30s, 5m or 1h"))),
    }
}
