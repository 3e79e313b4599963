//! The advisory lock: waited for without polling, taken in the order of arrival.

use std::fs::{File, TryLockError};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::fs::OFlags;

use super::{StoreError, event, io};

/// Length of the note about a holder, in bytes. It is always the same, so that it is written over the last one: to cut the file to
/// nothing and to let it grow again takes a file system ten times as long.
const NOTE: usize = 128;

/// The lock, held until it is dropped. The file stays.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock, waiting at most `timeout`, and notes who has it.
    pub(super) fn take(path: &Path, timeout: Duration, command: &str) -> Result<Self, StoreError> {
        let file = io::open_or_create(path, io::FILE_MODE)?;
        let file = match file.try_lock() {
            Ok(()) => file,
            Err(TryLockError::WouldBlock) => wait(file, path, timeout)?,
            Err(TryLockError::Error(error)) => return Err(StoreError::io(path, error)),
        };
        let lock = Self { file, path: path.to_owned() };
        lock.note(command)?;
        Ok(lock)
    }

    /// Takes the lock if nobody has it and it can be had at all.
    pub(super) fn try_take(path: &Path) -> Option<Self> {
        let file = File::options().write(true).open(path).ok()?;
        file.try_lock().ok()?;
        Some(Self { file, path: path.to_owned() })
    }

    /// Writes the holder into the file, for those who wait. The file's time tells since when.
    fn note(&self, command: &str) -> Result<(), StoreError> {
        // As a killed command of another version may have left it.
        if self.file.metadata().is_ok_and(|found| found.len() > NOTE as u64) {
            io::truncate(&self.file, &self.path, NOTE as u64)?;
        }
        self.write(&format!("process {} ({})", std::process::id(), printable(command)))
    }

    /// Fills the note with a text.
    fn write(&self, text: &str) -> Result<(), StoreError> {
        let mut note = [b' '; NOTE];
        if let Some((end, room)) = note.split_last_mut() {
            *end = b'\n';
            room.iter_mut().zip(text.bytes()).for_each(|(place, byte)| *place = byte);
        }
        io::write_at(&self.file, &self.path, &note, 0)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The note is a courtesy; the lock itself goes with the file descriptor.
        let _ = self.write("");
    }
}

/// A directory that one process at a time writes to, by an advisory lock on itself: no file for it lies there. It ends when this
/// is dropped.
#[derive(Debug)]
pub struct Held {
    dir: Option<File>,
}

impl Held {
    /// Whether it is of this directory, so that it must not be waited for.
    pub(super) fn is_of(&self, dir: &Path) -> bool {
        let (held, dir) = (self.dir.as_ref().and_then(|held| held.metadata().ok()), std::fs::metadata(dir).ok());
        held.zip(dir).is_some_and(|(held, dir)| (held.dev(), held.ino()) == (dir.dev(), dir.ino()))
    }
}

/// Waits until no other process holds a directory, and holds it. Where the file system has no such locks, or the directory
/// cannot be opened, nothing is held.
///
/// # Errors
/// [`StoreError::Busy`] when another one holds it for longer than `timeout`.
pub fn hold(dir: &Path, timeout: Duration) -> Result<Held, StoreError> {
    let directory = OFlags::DIRECTORY.bits().cast_signed();
    let Ok(file) = File::options().read(true).custom_flags(directory).open(dir) else {
        return Ok(Held { dir: None });
    };
    let held = match file.try_lock() {
        Ok(()) => Some(file),
        Err(TryLockError::Error(_)) => None,
        Err(TryLockError::WouldBlock) => match wait(file, dir, timeout) {
            Err(StoreError::Locked { waited_seconds, .. }) => {
                return Err(StoreError::Busy { path: dir.to_owned(), waited_seconds });
            }
            waited => Some(waited?),
        },
    };
    Ok(Held { dir: held })
}

/// Waits in a thread of its own: the system queues the waiters, and the time-out does not have to poll. A lock that comes too
/// late is released at once.
fn wait(file: File, path: &Path, timeout: Duration) -> Result<File, StoreError> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let waiter = thread::Builder::new().name("lock".to_owned()).spawn(move || {
        let result = file.lock().map(|()| file);
        let _ = sender.send(result);
    });
    waiter.map_err(|error| StoreError::io(path, error))?;
    match receiver.recv_timeout(timeout) {
        Ok(result) => result.map_err(|error| StoreError::io(path, error)),
        Err(_) => Err(StoreError::Locked { holder: holder(path), waited_seconds: timeout.as_secs() }),
    }
}

/// Who holds the lock, as the file says.
fn holder(path: &Path) -> String {
    let mut note = Vec::new();
    let read = File::open(path).and_then(|file| {
        let since = file.metadata()?.modified()?;
        file.take(NOTE as u64).read_to_end(&mut note)?;
        Ok(event::format_instant(since.into()))
    });
    match (printable(String::from_utf8_lossy(&note).trim()), read) {
        (holder, Ok(since)) if !holder.is_empty() => format!("{holder} since {since}"),
        _ => "another process".to_owned(),
    }
}

fn printable(text: &str) -> String {
    text.chars().map(|found| if found.is_control() { ' ' } else { found }).collect()
}
