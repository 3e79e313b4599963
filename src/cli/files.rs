//! Files that the user names: read with a size cap, written durably, never overwritten in silence.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{CliError, Context};

/// An output file to be written.
pub struct OutputFile {
    /// Its name inside the directory.
    pub name: String,
    /// Its bytes.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Whether it is secret (mode 0600), else 0644.
    pub secret: bool,
}

/// Reads a whole file, or standard input for `-`; at most `limit` bytes.
///
/// # Errors
/// Names the file and what to do.
pub fn read(cx: &mut Context, path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>, CliError> {
    let _ = (cx, path, limit);
    todo!()
}

/// Refuses what exists unless `force`; call it before anything is signed.
///
/// # Errors
/// Exit 1, naming the first existing file and `--force`.
pub fn refuse_existing(paths: &[PathBuf], force: bool) -> Result<(), CliError> {
    let _ = (paths, force);
    todo!()
}

/// Writes one file, or standard output for `-` (binary or secret data is refused on a terminal).
///
/// # Errors
/// Names the file.
pub fn write(cx: &mut Context, path: &Path, bytes: &[u8], secret: bool, force: bool) -> Result<(), CliError> {
    let _ = (cx, path, bytes, secret, force);
    todo!()
}

/// Writes a directory's files together, a reader never seeing a certificate beside another one's key.
///
/// # Errors
/// Names the file.
pub fn write_set(dir: &Path, files: &[OutputFile], force: bool) -> Result<(), CliError> {
    let _ = (dir, files, force);
    todo!()
}
