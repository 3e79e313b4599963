//! A directory with others in it that appears as a whole, also in the place of another one.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::super::flush::Flush;
use super::super::{StoreError, io};
use super::{parent, sets::staging_for};

/// Writes files `(path below the directory, bytes, mode)` and gives them their place in one step: a reader sees what was there before, or
/// all of it. What was there goes away. Directories have the mode `dir_mode`; the parent must be there.
///
/// # Errors
/// [`StoreError::Invalid`] for a path that leads elsewhere; [`StoreError::Io`], with nothing left behind.
pub fn write_tree(dir: &Path, dir_mode: u32, files: &[(&str, &[u8], u32)]) -> Result<(), StoreError> {
    let staging = Staging(staging_for(dir)?);
    fill(&staging.0, dir_mode, files).map_err(|error| known(error, &staging.0, dir))?;
    let old = place(staging, dir)?;
    io::sync_dir(parent(dir))?;
    match old {
        // The keys in it shall not come back after a power cut.
        Some(old) => {
            io::remove_tree(&old.0)?;
            io::sync_dir(parent(dir))
        }
        None => Ok(()),
    }
}

/// What is removed again, with everything in it.
struct Staging(PathBuf);

impl Drop for Staging {
    fn drop(&mut self) {
        // Best effort: what went wrong before is what is reported.
        let _ = io::remove_tree(&self.0);
    }
}

fn fill(root: &Path, dir_mode: u32, files: &[(&str, &[u8], u32)]) -> Result<(), StoreError> {
    let mut made = BTreeSet::from([root.to_owned()]);
    let mut flush = Flush::new(files.len());
    io::create_dir(root)?;
    for (path, bytes, mode) in files {
        let mut at = root.to_owned();
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            if matches!(part, "" | "." | "..") {
                return Err(StoreError::Invalid(format!("'{}' leads elsewhere", path.escape_default())));
            }
            at.push(part);
            if parts.peek().is_some() && made.insert(at.clone()) {
                io::create_dir(&at)?;
            }
        }
        flush.file(io::write_file(&at, bytes, *mode)?, at);
    }
    for dir in made {
        if dir_mode != io::DIR_MODE {
            io::set_mode(&dir, dir_mode)?;
        }
        flush.dir(dir);
    }
    flush.run()
}

/// Gives the directory its name; gives one that was there with that name, under a temporary one.
fn place(staging: Staging, dir: &Path) -> Result<Option<Staging>, StoreError> {
    match io::rename(&staging.0, dir) {
        Err(StoreError::Io { source, .. })
            if matches!(source.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists) => {}
        Err(error) => return Err(error),
        Ok(()) => return Ok(None),
    }
    if io::exchange(&staging.0, dir)? {
        return Ok(Some(staging));
    }
    let old = staging_for(dir)?;
    io::rename(dir, &old).map_err(|error| known(error, &old, dir))?;
    if let Err(error) = io::rename(&staging.0, dir) {
        // Where it cannot be put back it stays under the other name: it is the only one there is.
        let _ = io::rename(&old, dir);
        return Err(error);
    }
    Ok(Some(Staging(old)))
}

/// The error with the path that the caller knows.
fn known(error: StoreError, staging: &Path, dir: &Path) -> StoreError {
    match error {
        StoreError::Io { path, source } => match path.strip_prefix(staging) {
            Ok(below) if below.as_os_str().is_empty() => StoreError::io(dir, source),
            Ok(below) => StoreError::io(dir.join(below), source),
            Err(_) => StoreError::Io { path, source },
        },
        error => error,
    }
}
