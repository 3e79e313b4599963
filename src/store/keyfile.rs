//! Reading private keys and other files that people may have touched.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;
use zeroize::Zeroizing;

use super::pack::MAX_PACK;
use super::{StoreError, io};
use crate::keys::{KeyError, KeyFile, KeyOutline, PublicKey};

/// Largest key and profile, in bytes.
pub(super) const MAX_SIZE: u64 = 1024 * 1024;

/// How many directories above a key file are the store's own.
const OWN: usize = 3;
/// And above a pack.
const OWN_OF_PACK: usize = 2;

/// Reads a private key file, refusing one that others may read or may have replaced.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let (file, length) = open(path, OWN, MAX_SIZE)?;
    read_limited(file, length, path)
}

/// Reads a whole pack with the same care.
pub(super) fn read_pack(path: &Path) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let (file, length) = open(path, OWN_OF_PACK, MAX_PACK)?;
    read_limited(file, length, path)
}

/// Reads a part of a pack with the same care; `None` where it is shorter.
pub(super) fn read_part(path: &Path, at: u64, length: u64) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let (file, _) = open(path, OWN_OF_PACK, MAX_PACK)?;
    let length = usize::try_from(length).unwrap_or(usize::MAX).min(MAX_SIZE as usize);
    let mut bytes = Zeroizing::new(vec![0; length]);
    match file.read_exact_at(&mut bytes, at) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(StoreError::io(path, error)),
    }
}

/// Opens a file with private keys, which is below so many directories of the store's; gives its length too.
fn open(path: &Path, own: usize, most: u64) -> Result<(File, u64), StoreError> {
    // Whoever can write to one of them can put another key there.
    for dir in path.ancestors().skip(1).take(own) {
        let mode = fs::metadata(dir).map_or(0, |metadata| metadata.mode() & 0o7777);
        if mode & 0o002 != 0 && mode & 0o1000 == 0 {
            return Err(unfit(
                dir,
                &format!("has mode {mode:04o}, so that anybody can put another key there; chmod 700 it"),
            ));
        }
    }
    // Not to hang on a pipe that somebody put there.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = match OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path) {
        Err(_) if is_symlink(path) => {
            return Err(unfit(path, "is a symbolic link; put the key file itself there"));
        }
        found => found.map_err(|error| StoreError::io(path, error))?,
    };
    let metadata = file.metadata().map_err(|error| StoreError::io(path, error))?;
    if let Some(why) = unsafe_key(&metadata, most) {
        return Err(unfit(path, &why));
    }
    Ok((file, metadata.len()))
}

/// Why a file must not be used for private keys; `most` is how long it may be.
pub(super) fn unsafe_key(metadata: &fs::Metadata, most: u64) -> Option<String> {
    if !metadata.is_file() {
        Some("is no regular file".to_owned())
    } else if let Some(why) = exposed(metadata) {
        Some(why)
    } else if ![0, rustix::process::geteuid().as_raw()].contains(&metadata.uid()) {
        Some(format!(
            "belongs to another user (uid {0}); run the command as that user: sudo -u '#{0}' …",
            metadata.uid()
        ))
    } else if metadata.len() > most {
        Some(format!("is larger than {} MiB, which cannot be", most >> 20))
    } else {
        None
    }
}

/// What is wrong with the mode of a private key, if others can get at it.
pub(super) fn exposed(metadata: &fs::Metadata) -> Option<String> {
    let mode = metadata.mode() & 0o7777;
    (mode & 0o077 != 0).then(|| {
        format!(
            "has mode {mode:04o}, so that others can get at it; chmod 600 it, and replace the key if they might have"
        )
    })
}

/// Whether a private key has a mode that may be put right: it is a file of whoever runs this.
pub(super) fn may_close(metadata: &fs::Metadata) -> bool {
    metadata.is_file() && exposed(metadata).is_some() && metadata.uid() == rustix::process::geteuid().as_raw()
}

/// Why a file does not hold the private key of a `SubjectPublicKeyInfo`. An encrypted one is believed as far as its form goes; a kind
/// of key that this version cannot use is not judged.
pub(super) fn wrong_key(bytes: &[u8], spki: &[u8]) -> Option<String> {
    let unreadable = |error: KeyError| match error {
        KeyError::Malformed(why) => Some(format!("holds no private key: {why}; put it back from a backup")),
        _ => None,
    };
    match KeyOutline::read(bytes) {
        Ok(outline) if outline.encryption.is_some() => return None,
        Ok(_) => {}
        Err(error) => return unreadable(error),
    }
    let key = match KeyFile::read(bytes, &mut || None) {
        Ok(file) => file.key,
        Err(error) => return unreadable(error),
    };
    let public = PublicKey::from_spki_der(spki).ok()?;
    let same = key.public_key().subject_public_key() == public.subject_public_key();
    (!same).then(|| "is the private key of another certificate; put it back from a backup".to_owned())
}

/// Whether two files have the same content.
pub(super) fn same(one: &Path, other: &Path) -> bool {
    let read = |path: &Path| io::read_regular(path, MAX_PACK).map(Zeroizing::new);
    matches!((read(one), read(other)), (Ok(one), Ok(other)) if one == other)
}

/// Reads the files `*.json` of a directory: (name without the ending, bytes), sorted by name. Of one that is larger than any
/// profile, a byte more than a profile may have.
pub(super) fn read_profiles(dir: &Path) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        found => found.map_err(|error| StoreError::io(dir, error))?,
    };
    let mut profiles = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| StoreError::io(dir, error))?;
        let file_name = entry.file_name();
        let Some(name) = file_name.to_str().and_then(|name| name.strip_suffix(".json")) else { continue };
        let path = entry.path();
        let metadata = fs::metadata(&path).map_err(|error| StoreError::io(&path, error))?;
        if name.is_empty() || name.starts_with('.') || !metadata.is_file() {
            continue;
        }
        let mut bytes = Vec::new();
        io::open_file(&path)
            .and_then(|file| file.take(MAX_SIZE + 1).read_to_end(&mut bytes))
            .map_err(|error| StoreError::io(&path, error))?;
        profiles.push((name.to_owned(), bytes));
    }
    profiles.sort();
    Ok(profiles)
}

fn read_limited(file: File, length: u64, path: &Path) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    // Large enough from the start: a vector that grows leaves copies of a key behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(length).unwrap_or_default() + 64));
    file.take(length).read_to_end(&mut bytes).map_err(|error| StoreError::io(path, error))?;
    Ok(bytes)
}

fn is_symlink(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink())
}

fn unfit(path: &Path, why: &str) -> StoreError {
    StoreError::Unsafe { path: path.to_owned(), why: why.to_owned() }
}
