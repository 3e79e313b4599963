//! Looking at directories of the machine, and public files put into them and taken away again.

use std::collections::HashMap;
use std::fs::{self, FileType};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::removal::Removal;
use crate::cli::CliError;
use crate::store::atomic;

/// Entries of one directory that are looked at.
const MOST_ENTRIES: usize = 4096;

/// What is in a directory, sorted; nothing where there is none or it cannot be read.
pub(in crate::cli) fn entries(dir: &Path) -> Vec<PathBuf> {
    let Ok(found) = fs::read_dir(dir) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = found.flatten().take(MOST_ENTRIES).map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// The regular files of a directory with one of these endings, sorted; nothing where there is no such directory.
///
/// # Errors
/// Names the directory, when it cannot be read or has more than `limit` entries.
pub(in crate::cli) fn files_of(dir: &Path, endings: &[&str], limit: usize) -> Result<Vec<PathBuf>, CliError> {
    let failed = |error: &io::Error| CliError::io(dir, "read", error);
    let found = match fs::read_dir(dir) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        found => found.map_err(|error| failed(&error))?,
    };
    let mut paths = Vec::new();
    for (count, entry) in found.enumerate() {
        let path = entry.map_err(|error| failed(&error))?.path();
        if count >= limit {
            return Err(CliError::failed(format!("{} has more than {limit} entries", dir.display())));
        }
        if path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted)) && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// What is in a directory and of what kind, sorted; links are not followed. `None` where anything of it cannot be looked at.
pub(in crate::cli) fn kinds(dir: &Path) -> Option<Vec<(PathBuf, FileType)>> {
    let found = fs::read_dir(dir).ok()?;
    let mut kinds = found
        .map(|entry| entry.and_then(|entry| Ok((entry.path(), entry.file_type()?))))
        .collect::<io::Result<Vec<_>>>()
        .ok()?;
    kinds.sort_by(|(one, _), (other, _)| one.cmp(other));
    Some(kinds)
}

/// The names in a directory, whatever they stand for, but for those of directories; sorted. None where there is no directory.
///
/// # Errors
/// Names the directory, when it cannot be read.
pub(in crate::cli) fn file_names(dir: &Path) -> Result<Vec<String>, CliError> {
    let failed = |error: io::Error| CliError::io(dir, "read", &error);
    let found = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        found => found.map_err(failed)?,
    };
    let mut names = Vec::new();
    for entry in found {
        let entry = entry.map_err(failed)?;
        if !entry.file_type().map_err(failed)?.is_dir() {
            names.extend(entry.file_name().into_string());
        }
    }
    names.sort();
    Ok(names)
}

/// Whether there is a directory, perhaps behind a link.
pub(in crate::cli) fn is_directory(path: &Path) -> bool {
    path.is_dir()
}

/// Whether other users get at nothing that is in a directory.
pub(in crate::cli) fn is_closed_to_others(dir: &Path) -> bool {
    fs::metadata(dir).is_ok_and(|found| found.permissions().mode() & 0o001 == 0)
}

/// Whether a path is a link to what is not there.
pub(in crate::cli) fn leads_nowhere(path: &Path) -> bool {
    is_link(path) && !path.exists()
}

/// Whether there is a file, perhaps behind a link.
pub(in crate::cli) fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// Whether a name is taken, be it by a link to nowhere.
pub(in crate::cli) fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Whether this process may write to what is there.
pub(in crate::cli) fn is_writable(path: &Path) -> bool {
    access(path, Access::WRITE_OK).is_ok()
}

/// The path with every link followed, if it leads somewhere.
pub(in crate::cli) fn followed(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// The path from the root; a relative one starts at the current directory.
///
/// # Errors
/// When the current directory is gone, or the path is empty.
pub(in crate::cli) fn absolute(path: &Path) -> Result<PathBuf, CliError> {
    std::path::absolute(path).map_err(|error| CliError::io(path, "use", &error))
}

/// Where a name is or would be: its directory with every link followed as far as it is there. What the name itself stands for is not
/// looked at.
///
/// # Errors
/// As [`absolute`].
pub(in crate::cli) fn name_in_place(path: &Path) -> Result<PathBuf, CliError> {
    name_in_known(path, &mut HashMap::new())
}

/// As [`name_in_place`], for one of many paths: where a directory really is, is looked up once.
///
/// # Errors
/// As [`absolute`].
pub(in crate::cli) fn name_in_known(
    path: &Path,
    directories: &mut HashMap<PathBuf, PathBuf>,
) -> Result<PathBuf, CliError> {
    let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else { return located(path) };
    if let Some(real) = directories.get(dir) {
        return Ok(real.join(name));
    }
    let real = if dir.as_os_str().is_empty() { located(Path::new("."))? } else { located(dir)? };
    let place = real.join(name);
    directories.insert(dir.to_owned(), real);
    Ok(place)
}

/// Whether a path is a symbolic link.
pub(in crate::cli) fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink())
}

/// The path with every link followed, as far as it is there: what is not there yet is made below what is.
///
/// # Errors
/// As [`absolute`].
pub(in crate::cli) fn located(path: &Path) -> Result<PathBuf, CliError> {
    let absolute = absolute(path)?;
    let there = absolute.ancestors().find_map(|parent| Some((followed(parent)?, absolute.strip_prefix(parent).ok()?)));
    Ok(match there {
        Some((real, rest)) if rest.as_os_str().is_empty() => real,
        Some((real, rest)) => real.join(rest),
        None => absolute,
    })
}

/// Writes a new file that everybody may read (mode 0644), durably; it is no error if it is there with these bytes.
///
/// # Errors
/// Names the file; what is there with other bytes is left alone.
pub(in crate::cli) fn place(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let is_file = fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
    if is_file && matches!(super::read_if_there(path, bytes.len() + 1), Ok(Some(found)) if *found == bytes) {
        return Ok(());
    }
    atomic::write(path, bytes, 0o644, false).map_err(super::told)
}

/// Takes one file away, durably.
///
/// # Errors
/// Names the file; it is no error if it is gone already.
pub(in crate::cli) fn remove(path: &Path) -> Result<(), CliError> {
    let mut removal = Removal::default();
    removal.file(path)?;
    removal.finish()
}
