//! What can go wrong with a store.

use std::io;
use std::path::PathBuf;

/// Why a store cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no store in the directory.
    #[error("no certwright store in {0}")]
    Missing(PathBuf),
    /// The directory exists, has files, and is no store.
    #[error("{0} is not empty and is not a certwright store")]
    NotAStore(PathBuf),
    /// A newer certwright wrote the store.
    #[error("the store has format {found}, this certwright writes up to {supported}")]
    TooNew {
        /// Format in `store.json`.
        found: u32,
        /// Newest format known here.
        supported: u32,
    },
    /// Another process holds the lock for longer than the time-out.
    #[error("the store is locked by {holder} (waited {waited_seconds} s)")]
    Locked {
        /// Who holds it: process id, command, since when.
        holder: String,
        /// How long was waited.
        waited_seconds: u64,
    },
    /// Another process writes to a directory for longer than is waited.
    #[error("{} is being written by another process (waited {waited_seconds} s)", path.display())]
    Busy {
        /// The directory.
        path: PathBuf,
        /// How long was waited.
        waited_seconds: u64,
    },
    /// The journal or another file is not as certwright left it.
    #[error("{path}: {}{why}", line.map(|line| format!("line {line}: ")).unwrap_or_default())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: Option<u64>,
        /// What is wrong.
        why: String,
    },
    /// A key file is readable by others, or is a symbolic link.
    #[error("{path}: {why}")]
    Unsafe {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        why: String,
    },
    /// Something with this name is there already.
    #[error("{0} exists already")]
    Exists(String),
    /// What was to be recorded contradicts itself or the store.
    #[error("{0}")]
    Invalid(String),
    /// The journal has the transaction, but its files could not all be put in place. The next command that writes
    /// completes them; nothing is to be issued again.
    #[error(
        "recorded in the journal, but its files are not all in place yet ({source}); the next command completes them"
    )]
    Recorded {
        /// What went wrong after the record was durable.
        source: Box<StoreError>,
    },
    /// A file operation failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
}

impl StoreError {
    /// Wraps an operating system error with the path it is about.
    pub fn io(path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }

    pub(super) fn damaged(path: impl Into<PathBuf>, line: Option<u64>, why: impl Into<String>) -> Self {
        Self::Damaged { path: path.into(), line, why: why.into() }
    }

    /// Whether it is about something that is not there.
    pub(super) fn is_not_found(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}
