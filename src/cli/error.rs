//! Errors as people see them: what failed, on what, what to do next. All conversions and hints live here.

mod authority;
mod container;
mod target;

use std::fmt;
use std::io;
use std::path::Path;

use super::Exit;
use crate::issuance::{IssuanceError, ProfileError};
use crate::keys::KeyError;
use crate::store::StoreError;
use crate::x509::X509Error;

/// An error with its exit code and perhaps a hint.
#[derive(Debug)]
pub struct CliError {
    /// The exit status.
    pub exit: Exit,
    /// What failed and on which file or value; safe to print.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl CliError {
    /// A plain failure, exit 1.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { exit: Exit::Failed, message: message.into(), hint: None }
    }

    /// A wrong command line, exit 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into(), hint: None }
    }

    /// A refusal by policy, exit 4.
    pub fn refused(message: impl Into<String>) -> Self {
        Self { exit: Exit::Refused, message: message.into(), hint: None }
    }

    /// A failed file operation; `action` is a verb: `cannot read api.csr: …`.
    pub fn io(path: impl AsRef<Path>, action: &str, error: &io::Error) -> Self {
        let message = format!("cannot {action} {}: {}", path.as_ref().display(), reason(error));
        Self { exit: Exit::Failed, message, hint: io_hint(path.as_ref(), error) }
    }

    /// Standard output that cannot be written. What the command did is done, so it is not to be run again unseen.
    pub(super) fn lost_output(error: &io::Error) -> Self {
        let mut lost = Self::io("standard output", "write", error);
        lost.hint =
            Some("output is lost, what was done is not: \"certwright log show\" tells what was recorded".to_owned());
        lost
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Puts `what: ` before the message, such as a file's name.
    #[must_use]
    pub fn about(mut self, what: impl fmt::Display) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    fn new(exit: Exit, message: impl fmt::Display, hint: &str) -> Self {
        Self { exit, message: message.to_string(), hint: Some(hint.to_owned()) }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CliError {}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Missing(_) => {
                Self::new(Exit::Failed, &error, "run \"certwright init\" to make one, or name one with --store DIR")
            }
            StoreError::NotAStore(_) => Self::new(
                Exit::Failed,
                &error,
                "name an empty or a new directory with --store DIR; nothing was changed",
            ),
            StoreError::TooNew { .. } => {
                Self::new(Exit::Failed, &error, "upgrade certwright; this one reads the store but will not write it")
            }
            StoreError::Locked { .. } => Self::new(
                Exit::LockTimeout,
                &error,
                "run it again, wait longer with --lock-timeout 5m, or see what that process is doing",
            ),
            StoreError::Busy { .. } => Self::new(
                Exit::LockTimeout,
                &error,
                "run it again, or wait longer with --lock-timeout 5m; a \"flock\" of that directory around the command blocks it too",
            ),
            StoreError::Damaged { path, .. } if path.ends_with("store.json") => Self::new(
                Exit::Damaged,
                &error,
                "run \"certwright store check --repair\", which makes it again from the journal; nothing was changed",
            ),
            StoreError::Damaged { .. } => Self::new(
                Exit::Damaged,
                &error,
                "run \"certwright store check\", and restore a backup if it cannot help; nothing was changed",
            ),
            StoreError::Unsafe { .. } => Self::new(
                Exit::Failed,
                &error,
                "a key that others could read or replace is not used; nothing was changed",
            ),
            StoreError::Exists(_) => {
                Self::new(Exit::Failed, &error, "choose another name, or say --force if it takes one")
            }
            StoreError::Invalid(_) => Self::failed(error.to_string()),
            StoreError::Recorded { .. } => Self::new(
                Exit::Failed,
                &error,
                "do not ask for it again: free space or mend the file system, then run \"certwright store check --repair\"",
            ),
            StoreError::Io { path, source } => {
                let mut failed = Self::io(path, "use", source);
                if is_full(source) {
                    failed.hint = failed.hint.map(|hint| format!("what the journal has recorded is safe; {hint}"));
                }
                failed
            }
        }
    }
}

impl From<KeyError> for CliError {
    fn from(error: KeyError) -> Self {
        match &error {
            KeyError::Malformed(_) => {
                Self::new(Exit::Failed, &error, "see what the file is with \"certwright inspect FILE\"")
            }
            KeyError::Unsupported(_) => Self::new(
                Exit::Failed,
                &error,
                "\"certwright key generate --help\" lists the algorithms of keys; a key under another encryption is \
                     written again by \"openssl pkey -aes256\", a request with another hash by \"openssl req -sha256\"",
            ),
            KeyError::PassphraseNeeded => {
                Self::new(Exit::Failed, &error, "name its source with --passphrase, such as env:CA_PASS or file:PATH")
            }
            KeyError::WrongPassphrase => Self::new(
                Exit::Failed,
                &error,
                "check what --passphrase names: only the first line counts, without its line end",
            ),
            KeyError::BadSignature => {
                Self::new(Exit::Failed, &error, "it was changed after signing, or another key signed it")
            }
            KeyError::Weak(_) => Self::new(Exit::Refused, &error, "make a new key with \"certwright key generate\""),
            KeyError::Failed(_) => Self::failed(error.to_string()),
        }
    }
}

impl From<X509Error> for CliError {
    fn from(error: X509Error) -> Self {
        match error {
            X509Error::Key(error) => error.into(),
            X509Error::Malformed { .. } => {
                Self::new(Exit::Failed, &error, "see what the file is with \"certwright inspect FILE\"")
            }
            // A value that a person typed: the message says what is accepted.
            X509Error::Invalid(_) => Self::usage(error.to_string()),
        }
    }
}

impl From<IssuanceError> for CliError {
    fn from(error: IssuanceError) -> Self {
        match error {
            IssuanceError::Key(error) => error.into(),
            IssuanceError::X509(error) => error.into(),
            IssuanceError::Profile(error) => error.into(),
            IssuanceError::Refused(_) => Self::new(
                Exit::Refused,
                error,
                "nothing was signed; \"certwright profile show PROFILE\" and \"certwright authority show NAME\" say what is allowed",
            ),
            IssuanceError::Dropped(_) => Self::new(
                Exit::Refused,
                error,
                "without --strict the rest is issued and the report says what was dropped",
            ),
            IssuanceError::Lint(_) => {
                Self::new(Exit::Refused, error, "nothing was signed; change the request or the profile")
            }
            IssuanceError::Possession(_) => {
                Self::new(Exit::Refused, error, "make the request again with the private key that belongs to it")
            }
            IssuanceError::Variable(_) => Self::new(
                Exit::Usage,
                error,
                "\"certwright profile show PROFILE\" lists its variables; issue, sign and renew take one with --set KEY=VALUE",
            ),
            IssuanceError::CheckFailed(_) => Self::new(
                Exit::Failed,
                error,
                "nothing was released; please report this, with the command and its version",
            ),
        }
    }
}

impl From<ProfileError> for CliError {
    fn from(error: ProfileError) -> Self {
        match &error {
            ProfileError::Invalid { .. } => Self::new(
                Exit::Failed,
                &error,
                "\"certwright profile check FILE\" checks it, \"certwright profile schema\" describes it",
            ),
            ProfileError::Unknown { .. } => Self::new(Exit::Usage, &error, "\"certwright profile list\" lists them"),
        }
    }
}

/// The operating system's reason in lower case, without its number.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn io_hint(path: &Path, error: &io::Error) -> Option<String> {
    let hint = match error.kind() {
        io::ErrorKind::NotFound if path.is_absolute() => "check the path",
        io::ErrorKind::NotFound => "check the path; a relative one starts at the current directory",
        io::ErrorKind::PermissionDenied => "check who owns it and its permissions, or run as its owner",
        _ if is_full(error) => "free some space and run the same command again",
        io::ErrorKind::ReadOnlyFilesystem => {
            "the file system is read-only: commands that only read work, those that write need it mounted for writing"
        }
        io::ErrorKind::FileTooLarge => {
            "it is larger than anything certwright works with; check that it is the right file"
        }
        io::ErrorKind::IsADirectory => "name a file in it",
        io::ErrorKind::NotADirectory => "a part of the path is a file",
        _ => return None,
    };
    Some(hint.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn io_error(kind: io::ErrorKind) -> StoreError {
        StoreError::io("/s/journal.jsonl", io::Error::from(kind))
    }

    #[test]
    fn exit_codes_follow_the_documentation() {
        let locked = StoreError::Locked { holder: "process 7 (sign)".into(), waited_seconds: 30 };
        let damaged = StoreError::Damaged { path: "journal.jsonl".into(), line: Some(3), why: "bad hash".into() };
        let unknown = ProfileError::Unknown { name: "sever".into(), suggestion: Some("server".into()) };
        for (error, exit) in [
            (CliError::from(StoreError::Missing("/s".into())), Exit::Failed),
            (locked.into(), Exit::LockTimeout),
            (damaged.into(), Exit::Damaged),
            (StoreError::TooNew { found: 2, supported: 1 }.into(), Exit::Failed),
            (KeyError::WrongPassphrase.into(), Exit::Failed),
            (IssuanceError::Refused(vec!["no".into()]).into(), Exit::Refused),
            (IssuanceError::Lint(vec!["no".into()]).into(), Exit::Refused),
            (IssuanceError::Dropped(Vec::new()).into(), Exit::Refused),
            (IssuanceError::Possession(KeyError::BadSignature).into(), Exit::Refused),
            (X509Error::Invalid("no".into()).into(), Exit::Usage),
            (unknown.into(), Exit::Usage),
        ] {
            assert_eq!(error.exit, exit, "{error}");
            assert!(error.hint.is_some() || exit == Exit::Usage, "{error}: no hint");
        }
    }

    #[test]
    fn a_full_disk_says_what_is_safe() {
        let error = CliError::from(io_error(io::ErrorKind::StorageFull));
        assert_eq!(error.message, "cannot use /s/journal.jsonl: no storage space");
        assert!(error.hint.unwrap().contains("safe"));
    }

    #[test]
    fn the_operating_systems_words_lose_their_number() {
        assert_eq!(reason(&io::Error::from_raw_os_error(2)), "no such file or directory");
    }
}
