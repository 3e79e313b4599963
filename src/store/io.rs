//! Every operation by which the store changes files.
//!
//! One place for flags, modes and error paths; and the place where tests stop the store at any step.

use std::fs::{self, File, FileType, OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::StoreError;

/// Mode of every directory.
pub(super) const DIR_MODE: u32 = 0o700;
/// Mode of private keys.
pub(super) const KEY_MODE: u32 = 0o600;
/// Mode of every other file.
pub(super) const FILE_MODE: u32 = 0o644;

/// One kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    CreateDir,
    CreateFile,
    Link,
    Mode,
    WriteAt,
    Remove,
    Rename,
    Symlink,
    Sync,
    SyncFilesystem,
    Truncate,
    Write,
}

/// Makes a directory, mode 0700 whatever the umask.
pub(super) fn create_dir(path: &Path) -> Result<(), StoreError> {
    step(Step::CreateDir, path)?;
    fs::DirBuilder::new().mode(DIR_MODE).create(path).map_err(|error| StoreError::io(path, error))?;
    let mode = fs::symlink_metadata(path).map_err(|error| StoreError::io(path, error))?.mode();
    if mode & 0o777 == DIR_MODE { Ok(()) } else { set_mode(path, DIR_MODE) }
}

/// Makes a directory unless it is there; says whether it made one. A symbolic link or a file in its place is an error.
pub(super) fn create_dir_if_missing(path: &Path) -> Result<bool, StoreError> {
    match create_dir(path) {
        Ok(()) => Ok(true),
        Err(StoreError::Io { source, .. }) if source.kind() == ErrorKind::AlreadyExists => {
            let metadata = fs::symlink_metadata(path).map_err(|error| StoreError::io(path, error))?;
            if metadata.is_dir() {
                return Ok(false);
            }
            let why = "is no directory; move it away".to_owned();
            Err(StoreError::Damaged { path: path.to_owned(), line: None, why })
        }
        Err(error) => Err(error),
    }
}

/// Makes a directory with its parents, all of them durable and with this mode; one that is there, or a link to one, is fine
/// as it is.
pub(super) fn create_dir_with_parents(path: &Path, mode: u32) -> Result<(), StoreError> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let made = match create_dir(path) {
        Err(error) if error.is_not_found() => {
            create_dir_with_parents(parent, mode)?;
            create_dir(path)
        }
        done => done,
    };
    match made {
        Ok(()) if mode != DIR_MODE => set_mode(path, mode)?,
        Ok(()) => {}
        Err(StoreError::Io { source, .. }) if source.kind() == ErrorKind::AlreadyExists => {
            // Another process may have made it first.
            if !path.is_dir() {
                return Err(StoreError::io(path, ErrorKind::NotADirectory.into()));
            }
        }
        Err(error) => return Err(error),
    }
    sync_dir(parent)
}

/// What has this name, if anything: of a link the link itself.
pub(super) fn kind(path: &Path) -> Result<Option<FileType>, StoreError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata.file_type())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::io(path, error)),
    }
}

/// The regular files of a directory, sorted; none if it is missing.
pub(super) fn files_in(path: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let entries = match fs::read_dir(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        found => found.map_err(|error| StoreError::io(path, error))?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| StoreError::io(path, error))?;
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// Makes a file that was not there, with exactly this mode whatever the umask, never through a symbolic link.
pub(super) fn create_file(path: &Path, mode: u32) -> Result<File, StoreError> {
    step(Step::CreateFile, path)?;
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
        .open(path)
        .map_err(|error| StoreError::io(path, error))?;
    let found = file.metadata().map_err(|error| StoreError::io(path, error))?.mode();
    if found & 0o777 != mode {
        step(Step::Mode, path)?;
        file.set_permissions(Permissions::from_mode(mode)).map_err(|error| StoreError::io(path, error))?;
    }
    Ok(file)
}

/// Makes a file with its content, not yet synced.
pub(super) fn write_file(path: &Path, bytes: &[u8], mode: u32) -> Result<File, StoreError> {
    let mut file = create_file(path, mode)?;
    write(&mut file, path, bytes)?;
    Ok(file)
}

/// Opens a file for reading and writing, making it if it is missing, never through a symbolic link.
pub(super) fn open_or_create(path: &Path, mode: u32) -> Result<File, StoreError> {
    let open =
        || OpenOptions::new().read(true).write(true).custom_flags(OFlags::NOFOLLOW.bits().cast_signed()).open(path);
    match open() {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        found => return found.map_err(|error| StoreError::io(path, error)),
    }
    match create_file(path, mode) {
        // Another process made it first.
        Err(StoreError::Io { source, .. }) if source.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
        Ok(_) => {}
    }
    open().map_err(|error| StoreError::io(path, error))
}

/// Opens a file for reading that must be a regular one, never through a symbolic link, and never waiting for a writer.
pub(super) fn open_regular(path: &Path) -> std::io::Result<File> {
    open_file_with(path, OFlags::NOFOLLOW)
}

/// Opens a file for reading that must be a regular one, or a link to one, never waiting for a writer: a pipe that somebody put in
/// its place would hold up whoever reads it for ever.
///
/// # Errors
/// As for [`File::open`]; [`ErrorKind::InvalidInput`] for what is no regular file.
pub fn open_file(path: &Path) -> std::io::Result<File> {
    open_file_with(path, OFlags::empty())
}

fn open_file_with(path: &Path, flags: OFlags) -> std::io::Result<File> {
    let flags = (flags | OFlags::NONBLOCK).bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    match file.metadata()?.file_type() {
        kind if kind.is_file() => Ok(file),
        kind if kind.is_dir() => Err(ErrorKind::IsADirectory.into()),
        _ => Err(std::io::Error::new(ErrorKind::InvalidInput, "it is no regular file")),
    }
}

/// Reads the whole of what [`open_file`] opens, no more than `most` bytes.
pub(super) fn read_file(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    read_at_most(open_file(path)?, most)
}

/// Reads a regular file that is no longer than `most`.
pub(super) fn read_regular(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    read_at_most(open_regular(path)?, most)
}

fn read_at_most(file: File, most: u64) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    // With room for all of it, and for a byte more that shows its end, it is read at once.
    let length = file.metadata()?.len().min(most);
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default() + 1);
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// Writes at the file's position.
pub(super) fn write(file: &mut File, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    #[cfg(test)]
    super::faults::before_write(file, path, bytes)?;
    #[cfg(not(test))]
    step(Step::Write, path)?;
    file.write_all(bytes).map_err(|error| StoreError::io(path, error))
}

/// Writes at an offset.
pub(super) fn write_at(file: &File, path: &Path, bytes: &[u8], offset: u64) -> Result<(), StoreError> {
    #[cfg(test)]
    super::faults::before_write_at(file, path, bytes, offset)?;
    #[cfg(not(test))]
    step(Step::WriteAt, path)?;
    file.write_all_at(bytes, offset).map_err(|error| StoreError::io(path, error))
}

/// Cuts a file to a length.
pub(super) fn truncate(file: &File, path: &Path, length: u64) -> Result<(), StoreError> {
    step(Step::Truncate, path)?;
    file.set_len(length).map_err(|error| StoreError::io(path, error))
}

/// Makes a file's content and size durable.
pub(super) fn sync_data(file: &File, path: &Path) -> Result<(), StoreError> {
    step(Step::Sync, path)?;
    file.sync_data().map_err(|error| StoreError::io(path, error))
}

/// Makes a file durable.
pub(super) fn sync_file(file: &File, path: &Path) -> Result<(), StoreError> {
    step(Step::Sync, path)?;
    file.sync_all().map_err(|error| StoreError::io(path, error))
}

/// Lets the system begin to write a file's content, so that one commit of the disk can cover several files. No more than
/// advice: a later sync makes it durable.
pub(super) fn start_writing(file: &File) {
    // Linux begins to write back what it is told will not be read again soon.
    #[cfg(target_os = "linux")]
    let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
    #[cfg(not(target_os = "linux"))]
    let _ = file;
}

/// Makes the names in a directory durable.
pub(super) fn sync_dir(path: &Path) -> Result<(), StoreError> {
    step(Step::Sync, path)?;
    File::open(path).and_then(|dir| dir.sync_all()).map_err(|error| StoreError::io(path, error))
}

/// Makes everything written so far on the path's file system durable.
#[cfg(target_os = "linux")]
pub(super) fn sync_filesystem(path: &Path) -> Result<(), StoreError> {
    step(Step::SyncFilesystem, path)?;
    let dir = File::open(path).map_err(|error| StoreError::io(path, error))?;
    rustix::fs::syncfs(&dir).map_err(|error| StoreError::io(path, error.into()))
}

/// Renames, replacing a file of that name.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    step(Step::Rename, to)?;
    fs::rename(from, to).map_err(|error| StoreError::io(to, error))
}

/// Lets two names change places; says whether the file system can do that.
pub(super) fn exchange(one: &Path, other: &Path) -> Result<bool, StoreError> {
    step(Step::Rename, other)?;
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok())
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = one;
        Ok(false)
    }
}

/// Renames unless something has the new name already ([`StoreError::Exists`]).
pub(super) fn rename_new(from: &Path, to: &Path) -> Result<(), StoreError> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    step(Step::Rename, to)?;
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        Err(Errno::EXIST) => Err(StoreError::Exists(to.display().to_string())),
        // NFS and some others have no such rename.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => rename_new_anywhere(from, to),
        Err(error) => Err(StoreError::io(to, error.into())),
    }
}

/// What [`rename_new`] does on every file system. A hard link refuses an existing name; no directory can have one, but a rename puts a
/// directory in the place of nothing else than an empty one.
pub(super) fn rename_new_anywhere(from: &Path, to: &Path) -> Result<(), StoreError> {
    let is_dir = fs::symlink_metadata(from).map_err(|error| StoreError::io(from, error))?.is_dir();
    let done = if is_dir { fs::rename(from, to) } else { fs::hard_link(from, to) };
    match done {
        Ok(()) if is_dir => Ok(()),
        Ok(()) => fs::remove_file(from).map_err(|error| StoreError::io(from, error)),
        Err(error) => match error.kind() {
            ErrorKind::AlreadyExists | ErrorKind::DirectoryNotEmpty => {
                Err(StoreError::Exists(to.display().to_string()))
            }
            ErrorKind::NotADirectory if fs::symlink_metadata(to).is_ok() => {
                Err(StoreError::Exists(to.display().to_string()))
            }
            _ => Err(StoreError::io(to, error)),
        },
    }
}

/// Gives a file a second name; says whether the file system can do that.
pub(super) fn hard_link(from: &Path, to: &Path) -> Result<bool, StoreError> {
    step(Step::Link, to)?;
    #[cfg(test)]
    if super::faults::linkless() {
        return Ok(false);
    }
    // File systems say in many ways that they cannot; whatever else the reason is, what the caller does instead meets it too.
    Ok(fs::hard_link(from, to).is_ok())
}

/// Makes a symbolic link.
pub(super) fn symlink(target: &str, path: &Path) -> Result<(), StoreError> {
    step(Step::Symlink, path)?;
    std::os::unix::fs::symlink(target, path).map_err(|error| StoreError::io(path, error))
}

/// Sets a mode.
pub(super) fn set_mode(path: &Path, mode: u32) -> Result<(), StoreError> {
    step(Step::Mode, path)?;
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(|error| StoreError::io(path, error))
}

/// Removes a file or symbolic link; says whether there was one.
pub(super) fn remove_file(path: &Path) -> Result<bool, StoreError> {
    step(Step::Remove, path)?;
    absent_is_fine(fs::remove_file(path)).map_err(|error| StoreError::io(path, error))
}

/// Removes an empty directory; says whether there was one.
pub(super) fn remove_dir(path: &Path) -> Result<bool, StoreError> {
    step(Step::Remove, path)?;
    absent_is_fine(fs::remove_dir(path)).map_err(|error| StoreError::io(path, error))
}

/// Removes a file, a link, or a directory with all that is in it.
pub(super) fn remove_tree(path: &Path) -> Result<(), StoreError> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(StoreError::io(path, error)),
    };
    if !metadata.is_dir() {
        return remove_file(path).map(drop);
    }
    for child in fs::read_dir(path).map_err(|error| StoreError::io(path, error))? {
        remove_tree(&child.map_err(|error| StoreError::io(path, error))?.path())?;
    }
    remove_dir(path).map(drop)
}

fn absent_is_fine(result: std::io::Result<()>) -> std::io::Result<bool> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
fn step(step: Step, path: &Path) -> Result<(), StoreError> {
    super::faults::step(step, path)
}

#[cfg(not(test))]
#[inline]
fn step(_: Step, _: &Path) -> Result<(), StoreError> {
    Ok(())
}
