//! Durable, atomic file writes.

use std::path::Path;

use super::StoreError;

/// Writes a file so that a reader sees either nothing (or the old file) or the whole new one, and so that it survives a
/// power cut once this returns: temporary name beside it, mode set whatever the umask, fsync, rename, fsync of the
/// directory.
///
/// # Errors
/// [`StoreError::Exists`] when it is there and `replace` is false; [`StoreError::Io`], with nothing left behind.
pub fn write(path: &Path, bytes: &[u8], mode: u32, replace: bool) -> Result<(), StoreError> {
    let _ = (path, bytes, mode, replace);
    todo!()
}
