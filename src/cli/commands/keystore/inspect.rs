//! `certwright keystore inspect`.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::target::MAX_SIZE;
use crate::cli::commands::inspect::keystore::KeystoreFacts;
use crate::cli::{CliError, Context, Exit, SecretSource, files};
use crate::container::{self, ContainerError, Opened, Passwords};
use crate::keys::Secret;

const EXAMPLES: &str = "\
certwright keystore inspect keystore.p12 --storepass file:store.pass
certwright keystore inspect keystore.jks --storepass env:STORE_PASS --keypass env:KEY_PASS
certwright keystore inspect keystore.p12 --storepass prompt --json | jq -r '.entries[].alias'";

/// Say what is in a keystore: entries, aliases, chains, how it is protected
///
/// Reads PKCS#12 (also the old forms, without a MAC or without keys), JKS, the certificates of JCEKS, and PEM; the format is
/// recognised. A key that cannot be opened is listed with the reason. No private part is ever shown.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// The keystore; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where its password comes from
    #[arg(long, value_name = "SRC")]
    storepass: Option<SecretSource>,
    /// Where the password of its keys comes from, if it is another
    #[arg(long, value_name = "SRC")]
    keypass: Option<SecretSource>,
}

/// `certwright/keystore-inspect/1`.
#[derive(Serialize)]
struct Report {
    file: String,
    #[serde(flatten)]
    keystore: KeystoreFacts,
}

impl Args {
    /// Prints what is in the keystore.
    ///
    /// # Errors
    /// Exit 1 when it cannot be opened, 2 when no password can be had.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let opening = Opening { storepass: self.storepass.as_ref(), keypass: self.keypass.as_ref(), default: None };
        let opened = open_file(cx, &self.file, &opening)?;
        let keystore = KeystoreFacts::new(&opened, cx.now());
        for line in keystore.lines() {
            cx.ui.line(&line)?;
        }
        cx.ui.json("keystore-inspect", &Report { file: self.file.display().to_string(), keystore })?;
        Ok(Exit::Done)
    }
}

/// The passwords to open a keystore with.
pub(in crate::cli::commands) struct Opening<'a> {
    /// `--storepass`.
    pub(in crate::cli::commands) storepass: Option<&'a SecretSource>,
    /// `--keypass`.
    pub(in crate::cli::commands) keypass: Option<&'a SecretSource>,
    /// What is tried before anybody is asked.
    pub(in crate::cli::commands) default: Option<&'a str>,
}

/// Opens a keystore that a person named. Without a source for its password it is opened without one, if it can be, then
/// with the default, and then somebody is asked.
///
/// # Errors
/// Exit 1 when it cannot be opened, 2 when no password can be had.
pub(in crate::cli::commands) fn open_file(
    cx: &mut Context,
    path: &Path,
    opening: &Opening<'_>,
) -> Result<Opened, CliError> {
    let bytes = files::read(cx, path, MAX_SIZE)?;
    open_bytes(cx, &bytes, path, opening)
}

fn open_bytes(cx: &mut Context, bytes: &[u8], path: &Path, opening: &Opening<'_>) -> Result<Opened, CliError> {
    let shown = path.display().to_string();
    let key = match opening.keypass {
        Some(source) => {
            Some(cx.password(Some(source), &format!("password of the keys in {shown}"), "--keypass", false)?)
        }
        None => None,
    };
    let open = |store: Option<&Secret>| container::open(bytes, &Passwords { store, key: key.as_ref() });
    let told = |error: ContainerError| CliError::from(error).about(&shown);
    let what = format!("password of {shown}");
    if opening.storepass.is_some() {
        let password = cx.password(opening.storepass, &what, "--storepass", false)?;
        return open(Some(&password)).map_err(told);
    }
    if let Some(default) = opening.default.map(Secret::new) {
        match open(Some(&default)) {
            Err(ContainerError::WrongPassword(_)) => {}
            result => return result.map_err(told),
        }
    }
    match open(None) {
        Err(ContainerError::PasswordNeeded(_)) => {
            let password = cx.password(None, &what, "--storepass", false)?;
            open(Some(&password)).map_err(told)
        }
        result => result.map_err(told),
    }
}
