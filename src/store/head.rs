//! `journal.head`: what the journal's end was when it was last written, to notice a tail that was cut off.
//!
//! It is overwritten in place after every commit and not synced, so it may lag behind the journal, never be ahead of it.
//! It also knows when the journal was last changed: as long as that is so, nobody else has written it.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::{StoreError, event, io};

/// Length of the file: one write of one line, padded.
const LENGTH: usize = 256;
/// How often a reader tries again that met a writer halfway.
const ATTEMPTS: usize = 3;

/// The end of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    /// Number of the last line.
    pub(super) seq: u64,
    /// Its SHA-256, hex.
    pub(super) sha256: String,
    /// Length of the journal with the line's newline.
    pub(super) bytes: u64,
    /// When the journal was last changed.
    pub(super) changed: Stamp,
    /// A checksum over the rest, against a line that was read while it was being written.
    check: String,
}

/// When a file's content or attributes were last changed, as its file system says (`st_ctime`): seconds and nanoseconds since
/// 1970. No program can set it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp(String);

impl Stamp {
    /// Length and stamp of a file.
    pub(super) fn of(file: &File, path: &Path) -> Result<(u64, Self), StoreError> {
        let metadata = file.metadata().map_err(|error| StoreError::io(path, error))?;
        Ok((metadata.len(), Self(format!("{}.{:09}", metadata.ctime(), metadata.ctime_nsec()))))
    }
}

/// What was found under the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum HeadFile {
    Found(Head),
    Missing,
    Unreadable,
}

impl HeadFile {
    /// Reads the file. Readers do this before they read the journal: a commit in between makes it lag, not lead.
    pub(super) fn read(path: &Path) -> Result<Self, StoreError> {
        for _ in 0..ATTEMPTS {
            match io::read_regular(path, 64 * 1024) {
                // A command was killed between making it and writing it for the first time.
                Ok(bytes) if bytes.is_empty() => return Ok(Self::Missing),
                Ok(bytes) => {
                    if let Some(head) = Head::parse(&bytes) {
                        return Ok(Self::Found(head));
                    }
                }
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::Missing),
                Err(error) => return Err(StoreError::io(path, error)),
            }
        }
        Ok(Self::Unreadable)
    }

    pub(super) fn found(&self) -> Option<&Head> {
        match self {
            Self::Found(head) => Some(head),
            Self::Missing | Self::Unreadable => None,
        }
    }
}

impl Head {
    pub(super) fn new(seq: u64, sha256: &str, bytes: u64, changed: Stamp) -> Self {
        let check = checksum(seq, sha256, bytes, &changed);
        Self { seq, sha256: sha256.to_owned(), bytes, changed, check }
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let head: Self = serde_json::from_slice(bytes).ok()?;
        (head.check == checksum(head.seq, &head.sha256, head.bytes, &head.changed)).then_some(head)
    }

    /// Overwrites the file in place.
    pub(super) fn write(&self, path: &Path) -> Result<(), StoreError> {
        let json = serde_json::to_string(self).map_err(|error| StoreError::io(path, error.into()))?;
        let line = format!("{json:<width$}\n", width = LENGTH - 1);
        let file = io::open_or_create(path, io::FILE_MODE)?;
        io::write_at(&file, path, line.as_bytes(), 0)?;
        let found = file.metadata().map_err(|error| StoreError::io(path, error))?.len();
        if found == line.len() as u64 { Ok(()) } else { io::truncate(&file, path, line.len() as u64) }
    }
}

fn checksum(seq: u64, sha256: &str, bytes: u64, changed: &Stamp) -> String {
    event::hex(&digest(&SHA256, format!("{seq} {sha256} {bytes} {}", changed.0).as_bytes()).as_ref()[..8])
}
