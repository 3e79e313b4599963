//! What can go wrong with a keystore.

use crate::keys::KeyError;
use crate::x509::X509Error;

/// Why a keystore or truststore cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContainerError {
    /// The bytes are damaged, or none of the formats; the text says what was found.
    #[error("{0}")]
    Malformed(String),
    /// It is protected and no password was given.
    #[error("the {0} is protected and needs its password")]
    PasswordNeeded(&'static str),
    /// What was asked cannot be written, or not so that every reader agrees on it.
    #[error("{0}")]
    Refused(String),
    /// An algorithm or a kind of contents that is known, or only has a number, and is not supported.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// What was written was not read back as it should be; nothing is returned.
    #[error("what was written is not read back: {0}")]
    Unfaithful(String),
    /// The password does not open the file. Neither format tells a wrong password from bytes changed by intent.
    #[error("wrong password, or the {0} was changed after it was written")]
    WrongPassword(&'static str),
    /// A key inside, or the crypto library.
    #[error(transparent)]
    Key(KeyError),
    /// A certificate inside.
    #[error(transparent)]
    X509(#[from] X509Error),
}

impl From<KeyError> for ContainerError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Unsupported(what) => Self::Unsupported(what),
            other => Self::Key(other),
        }
    }
}

/// Names the format that is damaged.
pub(super) fn damaged<F: std::fmt::Display>(format: &'static str) -> impl Fn(F) -> ContainerError {
    move |why| ContainerError::Malformed(format!("damaged {format}: {why}"))
}
