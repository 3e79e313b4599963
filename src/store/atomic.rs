//! Durable, atomic file writes.

mod sets;
mod tree;

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};
use rustix::fs::{Gid, Uid, fchown};

use super::flush::Flush;
use super::lock::{Held, hold};
use super::{StoreError, event, io};

/// How long another process is waited for that writes to the same directory: that takes milliseconds. Who holds it for longer does
/// something else: a script may well run this under its own lock of the directory.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many files of one directory are as good as a directory of their own, when it comes to whether whole file systems are synced.
const FILES_OF_A_SET: usize = 4;

pub use sets::{FileSet, write_sets, write_sets_holding};
pub use tree::write_tree;

/// Writes a file so that a reader sees either nothing (or the old file) or the whole new one, and so that it survives a
/// power cut once this returns: temporary name beside it, mode set whatever the umask, fsync, rename, fsync of the
/// directory. A symbolic link under the name is replaced, not followed.
///
/// # Errors
/// [`StoreError::Exists`] when it is there and `replace` is false; [`StoreError::Io`], with nothing left behind.
pub fn write(path: &Path, bytes: &[u8], mode: u32, replace: bool) -> Result<(), StoreError> {
    if !replace {
        refuse_existing(path)?;
    }
    let dir = parent(path);
    let mut temporaries = Temporaries::default();
    let (file, temporary) = temporaries.add(dir, path, bytes, mode)?;
    io::sync_file(&file, &temporary)?;
    temporaries.place(path, replace)?;
    io::sync_dir(dir)
}

/// Makes a directory with its parents, all of them durable and with this mode whatever the umask; one that is there, or a link to
/// one, is fine as it is.
///
/// # Errors
/// [`StoreError::Io`] for what is no directory, or cannot be made.
pub fn create_dir(path: &Path, mode: u32) -> Result<(), StoreError> {
    io::create_dir_with_parents(path, mode)
}

/// Makes durable which names a directory has.
///
/// # Errors
/// [`StoreError::Io`] when it is not there, or cannot be read.
pub fn sync_dir(path: &Path) -> Result<(), StoreError> {
    io::sync_dir(path)
}

/// Writes a file that must not exist yet, as [`write()`] does.
///
/// # Errors
/// As [`write()`].
pub fn create_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), StoreError> {
    write(path, bytes, mode, false)
}

/// Writes one set of files, as [`write_sets`] does; a directory that is made has mode 0700.
///
/// # Errors
/// [`StoreError::Exists`] when one is there and `replace` is false, before anything is written; [`StoreError::Invalid`] for a
/// name that is no plain file name or is there twice; [`StoreError::Io`], with no temporary file left behind.
pub fn write_set(dir: &Path, files: &[(&str, &[u8], u32)], replace: bool) -> Result<(), StoreError> {
    write_sets(&[FileSet { dir, dir_mode: io::DIR_MODE, files: files.to_vec() }], replace)
}

/// Writes files `(name, bytes, mode)` that belong together into a directory that is there. A reader never sees a certificate
/// beside another one's key: secret files (nobody but the owner may read them) get their names first; where they replace
/// other ones, the public files are taken away before that. Everything is durable under temporary names before a final name
/// is touched. Another process that writes a set there is waited for: two of them between each other's files would leave a pair
/// that does not belong together.
fn replace_set(dir: &Path, files: &[(&str, &[u8], u32)], replace: bool, held: Option<&Held>) -> Result<(), StoreError> {
    let _held = if held.is_some_and(|held| held.is_of(dir)) { None } else { hold(dir, PATIENCE).ok() };
    let targets: Vec<PathBuf> = files.iter().map(|(name, ..)| dir.join(name)).collect();
    if !replace {
        targets.iter().try_for_each(|target| refuse_existing(target))?;
    }
    // Secret ones first.
    let mut order: Vec<_> = files.iter().zip(&targets).collect();
    order.sort_by_key(|((_, _, mode), _)| !is_secret(*mode));
    let mut temporaries = Temporaries::default();
    let mut flush = Flush::new(files.len() / FILES_OF_A_SET);
    for ((_, bytes, mode), target) in &order {
        let (file, path) = temporaries.add(dir, target, bytes, *mode)?;
        flush.file(file, path);
    }
    flush.run()?;
    let changes_secret = |((_, bytes, mode), target): &(&(&str, &[u8], u32), &PathBuf)| {
        is_secret(*mode) && target.symlink_metadata().is_ok() && !has_content(target, bytes)
    };
    if replace && order.iter().any(changes_secret) {
        for ((_, _, mode), target) in &order {
            if !is_secret(*mode) {
                io::remove_file(target)?;
            }
        }
        io::sync_dir(dir)?;
    }
    let mut secrets = order.iter().filter(|((_, _, mode), _)| is_secret(*mode)).count();
    let mut synced = false;
    for (_, target) in &order {
        temporaries.place(target, replace)?;
        secrets = secrets.saturating_sub(1);
        if secrets == 0 && replace && !synced {
            // The keys before the certificates, after a power cut as well.
            io::sync_dir(dir)?;
            synced = true;
        }
    }
    io::sync_dir(dir)
}

/// Files under temporary names; those that have not got their final one are removed when this goes.
#[derive(Default)]
struct Temporaries(Vec<PathBuf>);

impl Temporaries {
    /// Writes the file that is to become `target`; gives it with its path, not yet durable.
    fn add(&mut self, dir: &Path, target: &Path, bytes: &[u8], mode: u32) -> Result<(File, PathBuf), StoreError> {
        let Some(name) = target.file_name() else {
            return Err(StoreError::Invalid(format!("{} names no file", target.display())));
        };
        let path = dir.join(temporary_name(name)?);
        let mut file = io::create_file(&path, mode)?;
        self.0.push(path.clone());
        io::write(&mut file, &path, bytes)?;
        keep_access(&file, dir, target, mode);
        Ok((file, path))
    }

    /// Gives the file that was added first its final name.
    fn place(&mut self, target: &Path, replace: bool) -> Result<(), StoreError> {
        let Some(path) = self.0.first() else { return Ok(()) };
        if replace {
            io::rename(path, target)?;
        } else {
            io::rename_new(path, target)?;
        }
        self.0.remove(0);
        Ok(())
    }
}

/// Gives a file that takes another one's place its owner, group and mode, as far as that lets nobody in whom the operator did not: the
/// owner where it is this process or the one that the directory is of, the group with it; the mode without more than was
/// meant, but for a group that may read. What the system does not allow stays undone.
fn keep_access(file: &File, dir: &Path, target: &Path, mode: u32) {
    let found = (fs::symlink_metadata(target), fs::metadata(dir), file.metadata());
    let (Ok(old), Ok(dir), Ok(new)) = found else { return };
    let is_shared = dir.mode() & 0o022 != 0;
    let is_trusted = old.uid() == new.uid() || (old.uid() == dir.uid() && !is_shared);
    if !old.is_file() || old.nlink() != 1 || !is_trusted {
        return;
    }
    if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
        let (owner, group) = (Uid::from_raw(old.uid()), Gid::from_raw(old.gid()));
        if fchown(file, Some(owner), Some(group)).is_err() {
            return;
        }
    }
    let mode = match is_secret(mode) {
        // A group that reads a key is a service's. One that everybody may read is never made again.
        true if old.mode() & 0o077 == 0o040 => mode | 0o040,
        // What was secret before and is not any more gets its own mode.
        false if !is_secret(old.mode()) => mode & (old.mode() | 0o600),
        _ => mode,
    };
    let _ = file.set_permissions(Permissions::from_mode(mode));
}

impl Drop for Temporaries {
    fn drop(&mut self) {
        for path in &self.0 {
            // Best effort: what went wrong before is what is reported.
            let _ = io::remove_file(path);
        }
    }
}

fn check_names(files: &[(&str, &[u8], u32)]) -> Result<(), StoreError> {
    for (index, (name, ..)) in files.iter().enumerate() {
        let mut components = Path::new(name).components();
        let plain =
            matches!((components.next(), components.next()), (Some(Component::Normal(only)), None) if only == *name);
        if !plain {
            return Err(StoreError::Invalid(format!("'{}' is no file name", name.escape_default())));
        }
        if files.iter().take(index).any(|(other, ..)| other == name) {
            return Err(StoreError::Invalid(format!("{name} is to be written twice")));
        }
    }
    Ok(())
}

fn refuse_existing(path: &Path) -> Result<(), StoreError> {
    match io::kind(path)? {
        Some(_) => Err(StoreError::Exists(path.display().to_string())),
        None => Ok(()),
    }
}

fn has_content(path: &Path, bytes: &[u8]) -> bool {
    let same_size = |metadata: fs::Metadata| metadata.is_file() && metadata.len() == bytes.len() as u64;
    fs::symlink_metadata(path).is_ok_and(same_size)
        && io::read_regular(path, bytes.len() as u64)
            .is_ok_and(|found| zeroize::Zeroizing::new(found).as_slice() == bytes)
}

fn is_secret(mode: u32) -> bool {
    mode & 0o077 == 0
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A name that nobody can guess, next to the file's own.
fn temporary_name(name: &OsStr) -> Result<String, StoreError> {
    let mut random = [0; 8];
    let failed = |_| StoreError::Invalid("the operating system gave no random bytes".to_owned());
    SystemRandom::new().fill(&mut random).map_err(failed)?;
    // Long names are cut, so that this one does not exceed what a file name may have.
    let start: String = name.to_string_lossy().chars().take(50).collect();
    Ok(format!(".{start}.{}.tmp", event::hex(&random)))
}
