//! Files that the user names: read with a size cap, written durably, never overwritten in silence.

pub(super) mod digest;
mod inputs;
pub(super) mod leftovers;
pub(super) mod ownership;
pub(super) mod places;
pub(super) mod removal;
pub(super) mod scratch;
pub(super) mod secrets;
mod several;
pub(super) mod site;
mod stores;
#[cfg(test)]
mod tests;
pub(super) mod tree;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{CliError, Context, input};
use crate::store::atomic::{self, FileSet};
use crate::store::{Held, StoreError, open_file};
use crate::x509::{Certificate, pem};

pub(super) use inputs::Inputs;
pub(super) use several::{Output, check_key_output, check_outputs, write_key, write_several};
use stores::Except;

/// Mode of directories that others look into.
const PUBLIC_DIR_MODE: u32 = 0o755;

/// An output file to be written.
pub(super) struct OutputFile {
    /// Its name inside the directory.
    pub(super) name: String,
    /// Its bytes.
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// Whether it is secret (mode 0600), else 0644.
    pub(super) secret: bool,
}

/// Reads a whole file, or standard input for `-`; at most `limit` bytes.
///
/// # Errors
/// Names the file and what to do.
pub(super) fn read(cx: &mut Context, path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>, CliError> {
    if is_standard_stream(path) {
        if cx.input.is_terminal() {
            cx.ui.say("reading from the terminal; end with Ctrl-D");
        }
        return cx.input.rest(limit).map_err(|error| CliError::io("standard input", "read", &error));
    }
    read_file(path, limit)
}

/// As [`read`], of a path that stands for nothing but a file.
///
/// # Errors
/// Names the file.
pub(super) fn read_file(path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>, CliError> {
    File::open(path).and_then(|file| whole(file, limit)).map_err(|error| CliError::io(path, "read", &error))
}

/// What is in a file, at most `limit` bytes.
fn whole(mut file: File, limit: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    input::all(&mut file, limit, usize::try_from(length).unwrap_or(limit))
}

/// Reads a file that was written before, as [`read_if_there`] does; one that is gone is an error.
///
/// # Errors
/// Names the file.
pub(super) fn read_again(path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>, CliError> {
    let gone = || CliError::io(path, "read", &io::ErrorKind::NotFound.into());
    read_if_there(path, limit)?.ok_or_else(gone)
}

/// Hands a file, or standard input for `-`, to somebody who reads it piece by piece.
///
/// # Errors
/// Names the file, when it cannot be opened; what `work` does is its result.
pub(super) fn reading<T>(cx: &mut Context, path: &Path, work: impl FnOnce(&mut dyn Read) -> T) -> Result<T, CliError> {
    if is_standard_stream(path) {
        if cx.input.is_terminal() {
            cx.ui.say("reading from the terminal; end with Ctrl-D");
        }
        return Ok(work(cx.input.reader()));
    }
    let file = File::open(path).map_err(|error| CliError::io(path, "read", &error))?;
    Ok(work(&mut BufReader::new(file)))
}

/// Refuses what the command reads or is a store's own, even with `force`, and what exists without it; call it before anything is
/// signed. Devices and pipes (`/dev/null`) are no files that could be lost.
///
/// # Errors
/// Exit 2 for what is read; exit 1, naming the first existing file and `--force`.
pub(super) fn refuse_existing(inputs: &Inputs, paths: &[PathBuf], force: bool) -> Result<(), CliError> {
    inputs.refuse(paths.iter().map(PathBuf::as_path))?;
    refuse_existing_but(paths, Except::Nothing, force)
}

/// Refuses what is a store's own, there or not.
///
/// # Errors
/// Exit 1, naming the file or its directory.
pub(super) fn refuse_in_stores(paths: &[PathBuf]) -> Result<(), CliError> {
    stores::refuse(paths, Except::Nothing)
}

fn refuse_existing_but(paths: &[PathBuf], except: Except, force: bool) -> Result<(), CliError> {
    stores::refuse(paths, except)?;
    for path in paths.iter().filter(|path| !is_standard_stream(path)) {
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(CliError::io(path, "write", &error)),
            Ok(_) if is_device(path) => {}
            Ok(metadata) if metadata.is_dir() => {
                return Err(CliError::io(path, "write", &io::ErrorKind::IsADirectory.into()));
            }
            Ok(_) if force => {}
            Ok(_) => return Err(exists(path)),
        }
    }
    Ok(())
}

/// Refuses a file whose directory is not there; call it before anything is signed.
///
/// # Errors
/// Exit 1, naming the directory.
pub(super) fn refuse_missing_directory(path: &Path) -> Result<(), CliError> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty() && !is_standard_stream(path));
    match dir.filter(|dir| !dir.exists()) {
        Some(dir) => {
            let why = format!("cannot write {}: there is no directory {}", path.display(), dir.display());
            Err(CliError::failed(why).hint("make it first, or name another file"))
        }
        None => Ok(()),
    }
}

/// Writes one file, or standard output for `-` (binary or secret data is refused on a terminal). A device or a pipe is
/// written to; anything else is replaced as a whole, a symbolic link too.
///
/// # Errors
/// Names the file.
pub(super) fn write(cx: &mut Context, path: &Path, bytes: &[u8], secret: bool, force: bool) -> Result<(), CliError> {
    write_but(cx, &Output { path, bytes, secret }, Except::Nothing, force)
}

fn write_but(cx: &mut Context, output: &Output<'_>, except: Except, force: bool) -> Result<(), CliError> {
    let Output { path, bytes, secret } = *output;
    if is_standard_stream(path) {
        if cx.ui.is_terminal() && (secret || !is_text(bytes)) {
            let what = if secret { "a private key" } else { "binary data" };
            return Err(CliError::failed(format!("{what} is not written to a terminal"))
                .hint("name a file with --out, or redirect standard output"));
        }
        return cx.ui.data(bytes);
    }
    refuse_existing_but(&[path.to_owned()], except, force)?;
    refuse_missing_directory(path)?;
    if is_device(path) {
        let mut device =
            OpenOptions::new().write(true).open(path).map_err(|error| CliError::io(path, "write", &error))?;
        return device.write_all(bytes).map_err(|error| CliError::io(path, "write", &error));
    }
    atomic::write(path, bytes, mode(secret), force).map_err(told)
}

/// Writes a directory's files together, as [`write_sets`] does.
///
/// # Errors
/// Names the file.
pub(super) fn write_set(dir: &Path, files: &[OutputFile], force: bool) -> Result<(), CliError> {
    write_sets(&[(dir, files)], force)
}

/// As [`write_set`], for programs that run as another user: a directory that is made has mode 0755, so that they get at what
/// is not secret in it.
///
/// # Errors
/// Names the file.
pub(super) fn write_public_set(dir: &Path, files: &[OutputFile], force: bool) -> Result<(), CliError> {
    write_sets_with(&[(dir, files)], PUBLIC_DIR_MODE, force)
}

/// Writes the files of many directories, a reader never seeing a certificate beside another one's key
/// ([`atomic::write_sets`]). A directory that is made here has mode 0700.
///
/// # Errors
/// Names the file.
pub(super) fn write_sets(sets: &[(&Path, &[OutputFile])], force: bool) -> Result<(), CliError> {
    write_sets_with(sets, 0o700, force)
}

/// As [`write_sets`], with the mode of the directories that are made.
///
/// # Errors
/// Names the file.
pub(super) fn write_sets_with(sets: &[(&Path, &[OutputFile])], dir_mode: u32, force: bool) -> Result<(), CliError> {
    write_sets_as(sets, dir_mode, force, None)
}

/// As [`write_sets`], for somebody who holds one of the directories.
///
/// # Errors
/// Names the file.
fn write_sets_holding(sets: &[(&Path, &[OutputFile])], force: bool, held: &Held) -> Result<(), CliError> {
    write_sets_as(sets, 0o700, force, Some(held))
}

fn write_sets_as(
    sets: &[(&Path, &[OutputFile])],
    dir_mode: u32,
    force: bool,
    held: Option<&Held>,
) -> Result<(), CliError> {
    for (dir, files) in sets {
        let paths: Vec<_> = files.iter().map(|file| dir.join(&file.name)).collect();
        refuse_existing_but(&paths, Except::Nothing, force)?;
    }
    let sets: Vec<FileSet<'_>> = sets
        .iter()
        .map(|(dir, files)| {
            let files = files.iter().map(|file| (file.name.as_str(), file.bytes.as_slice(), mode(file.secret)));
            FileSet { dir, dir_mode, files: files.collect() }
        })
        .collect();
    // Keys may be among what a killed command left.
    leftovers::sweep_beside(sets.iter().map(|set| set.dir), leftovers::an_hour_ago());
    atomic::write_sets_holding(&sets, force, held).map_err(told)
}

/// Reads the files of a directory again and compares them with what was to be written.
///
/// # Errors
/// Names the first file that is not as it should be.
pub(super) fn compare_set(dir: &Path, files: &[OutputFile]) -> Result<(), CliError> {
    for file in files {
        let path = dir.join(&file.name);
        let found = read_if_there(&path, file.bytes.len() + 1)?;
        if found.is_none_or(|found| found != file.bytes) {
            return Err(CliError::failed(format!("{} does not hold what was written to it", path.display()))
                .hint("another program may have replaced it, or the disk fails; run the command again with --force"));
        }
    }
    Ok(())
}

/// Takes away files of certificates that an earlier set had: only what is PEM of authorities' certificates and nothing else. Gives the
/// names of those that went.
///
/// # Errors
/// Names the file.
pub(super) fn remove_chains(dir: &Path, names: &[String]) -> Result<Vec<String>, CliError> {
    let mut removed = Vec::new();
    let mut removal = removal::Removal::default();
    for name in names {
        let path = dir.join(name);
        let Some(bytes) = read_if_there(&path, 1 << 20)? else { continue };
        let found = pem::read_certificates(&bytes).unwrap_or_default();
        if is_regular(&path) && !found.is_empty() && found.iter().all(Certificate::is_ca) {
            removal.file(&path)?;
            removed.push(name.clone());
        }
    }
    removal.finish()?;
    Ok(removed)
}

/// Whether a path stands for standard input or output.
pub(super) fn is_standard_stream(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Whether a path names a file that can be read again: neither a stream nor a device.
pub(super) fn is_regular(path: &Path) -> bool {
    !is_standard_stream(path) && fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Makes a directory that others may read and only its owner may write to (mode 0755 whatever the umask), with its parents,
/// durably. One that is there is left as it is.
///
/// # Errors
/// Names the directory.
pub(super) fn public_directory(dir: &Path) -> Result<(), CliError> {
    if dir.is_dir() {
        return Ok(());
    }
    stores::refuse_directories([dir].into_iter())?;
    atomic::create_dir(dir, PUBLIC_DIR_MODE).map_err(|error| match error {
        StoreError::Io { path, source } => CliError::io(path, "make directory", &source),
        error => error.into(),
    })
}

/// The store's error as one about a file of the user.
fn told(error: StoreError) -> CliError {
    match error {
        StoreError::Exists(path) => exists(Path::new(&path)),
        StoreError::Io { path, source } => CliError::io(path, "write", &source),
        error => error.into(),
    }
}

fn exists(path: &Path) -> CliError {
    CliError::failed(format!("{} exists already", path.display()))
        .hint("nothing was written; choose another name, or replace it with --force")
}

/// Whether bytes are written to the path one after the other, for good: there is nothing to replace.
fn is_device(path: &Path) -> bool {
    // A pipe or link that somebody put where a file is expected would carry a private key away.
    if !["/dev", "/proc"].iter().any(|home| path.starts_with(home)) {
        return false;
    }
    fs::metadata(path).is_ok_and(|metadata| {
        let kind = metadata.file_type();
        kind.is_char_device() || kind.is_block_device() || kind.is_fifo() || kind.is_socket()
    })
}

fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~'))
}

fn mode(secret: bool) -> u32 {
    if secret { 0o600 } else { 0o644 }
}

/// As [`read_if_there`], for a file that is to be replaced: where a pipe, a socket or a device stands in its place there is none.
///
/// # Errors
/// As [`read_if_there`].
pub(super) fn read_if_file(path: &Path, limit: usize) -> Result<Option<Zeroizing<Vec<u8>>>, CliError> {
    let is_special = |found: fs::Metadata| !(found.is_file() || found.is_dir());
    if fs::metadata(path).is_ok_and(is_special) { Ok(None) } else { read_if_there(path, limit) }
}

/// Reads a file that may be missing, and that nobody named as an input: a pipe in its place is not waited for.
///
/// # Errors
/// Names the file, when it is there and cannot be read, or is no regular one.
pub(super) fn read_if_there(path: &Path, limit: usize) -> Result<Option<Zeroizing<Vec<u8>>>, CliError> {
    match open_file(path) {
        Ok(file) => whole(file, limit).map(Some).map_err(|error| CliError::io(path, "read", &error)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
            Err(CliError::io(path, "read", &error).hint("take away what is in its place, and run the command again"))
        }
        Err(error) => Err(CliError::io(path, "read", &error)),
    }
}
