//! Making a store from the archive of a backup. The archive is not trusted: only paths that a backup can have are taken, only
//! regular files, each once and no larger than it can be.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ring::digest::{Context, SHA256};
use rustix::fs::OFlags;
use zeroize::Zeroizing;

use super::backup::{INDEX, Sum};
use super::flush::Flush;
use super::naming::{authority_name, is_serial, is_word};
use super::pack::MAX_PACK;
use super::{Backup, Severity, State, Store, StoreError, io};

/// Largest private key, profile or `store.json`.
const MAX_SMALL: u64 = 1024 * 1024;
/// Largest `backup.json`, which names keys that are missing.
const MAX_INDEX: u64 = 64 * 1024 * 1024;
/// How much of a member is in memory at a time.
const PIECE: usize = 64 * 1024;
/// Largest journal.
const MAX_JOURNAL: u64 = 64 * 1024 * 1024 * 1024;
/// The error for what is no backup at all.
const NAME: &str = "the archive";

/// Makes a store at `root`, which must not exist or be empty, from an archive that [`Writer::backup`](super::Writer::backup)
/// wrote. Everything is made beside it first, and compared with the journal; the store appears whole, in one step.
///
/// # Errors
/// [`StoreError::NotAStore`] where something is in the directory; [`StoreError::Damaged`] for an archive that is not whole, was
/// changed, or has in it what no backup has; [`StoreError::Io`]. Nothing is left behind then.
pub fn restore(input: &mut dyn Read, root: &Path) -> Result<(Backup, State), StoreError> {
    refuse_occupied(root)?;
    let parent = root.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = root.file_name().ok_or_else(|| StoreError::Invalid(format!("{} names no directory", root.display())))?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(".restoring");
    let scratch = parent.join(hidden);
    io::create_dir_with_parents(parent, io::DIR_MODE)?;
    // Held until this returns; the system lets go of it when a restore is killed.
    let _lock = claim(&scratch)?;
    let done = fill(input, &scratch).and_then(|found| {
        refuse_occupied(root)?;
        io::rename(&scratch, root)?;
        io::sync_dir(parent)?;
        Ok(found)
    });
    if done.is_err() {
        // What failed is what is to be told.
        let _ = io::remove_tree(&scratch);
    }
    done
}

/// Makes the scratch directory and locks it. One that a restore left behind that was killed is removed.
fn claim(scratch: &Path) -> Result<File, StoreError> {
    let running =
        || StoreError::Invalid(format!("another restore is running: it makes its store in {}", scratch.display()));
    for _ in 0..2 {
        let left = match io::create_dir(scratch) {
            Ok(()) => false,
            Err(StoreError::Io { source, .. }) if source.kind() == ErrorKind::AlreadyExists => true,
            Err(error) => return Err(error),
        };
        let flags = OFlags::NOFOLLOW | OFlags::DIRECTORY;
        let dir = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(scratch);
        let dir = dir.map_err(|error| StoreError::io(scratch, error))?;
        match dir.try_lock() {
            Ok(()) if !left => return Ok(dir),
            Ok(()) => io::remove_tree(scratch)?,
            Err(TryLockError::WouldBlock) => return Err(running()),
            Err(TryLockError::Error(error)) => return Err(StoreError::io(scratch, error)),
        }
    }
    Err(running())
}

fn refuse_occupied(root: &Path) -> Result<(), StoreError> {
    match fs::read_dir(root) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(StoreError::Exists(format!("{} is not empty: a store in it", root.display()))),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(StoreError::io(root, error)),
    }
}

/// Makes the store in the scratch directory.
fn fill(input: &mut dyn Read, scratch: &Path) -> Result<(Backup, State), StoreError> {
    let backup = unpack(input, scratch)?;
    let store = Store::open(scratch)?;
    let mut writer = store.lock(Duration::ZERO, "restore")?;
    let state = writer.state().clone();
    if (state.seq, state.head.as_str(), state.store_id()) != (backup.lines, &backup.head, &backup.store_id) {
        return Err(damaged("its journal is not the one that backup.json tells of"));
    }
    writer.repair()?;
    drop(writer);
    let missing: HashSet<PathBuf> = backup.missing_keys.iter().map(|path| scratch.join(path)).collect();
    let wrong = store
        .check()?
        .into_iter()
        .find(|finding| finding.severity == Severity::Damage && !missing.contains(&finding.path));
    if let Some(finding) = wrong {
        let path = finding.path.strip_prefix(scratch).unwrap_or(&finding.path);
        return Err(damaged(&format!("{} {}", path.display(), finding.what)));
    }
    Ok((backup, state))
}

/// Writes the members of the archive.
fn unpack(input: &mut dyn Read, scratch: &Path) -> Result<Backup, StoreError> {
    let unreadable = |error: std::io::Error| match error.kind() {
        ErrorKind::UnexpectedEof | ErrorKind::Other | ErrorKind::InvalidInput | ErrorKind::InvalidData => {
            damaged(&format!("it is no whole tar archive: {error}"))
        }
        _ => StoreError::io(NAME, error),
    };
    let mut archive = tar::Archive::new(input);
    let mut sum = Sum::new();
    let mut seen = HashSet::new();
    let mut flush = Flush::new(usize::MAX);
    let mut members = archive.entries().map_err(unreadable)?;
    while let Some(member) = members.next() {
        let mut member = member.map_err(unreadable)?;
        let name =
            String::from_utf8(member.path_bytes().into_owned()).map_err(|_| damaged("a member's name is no text"))?;
        let shown: String = name.chars().take(200).flat_map(char::escape_default).collect();
        if member.header().entry_type() != tar::EntryType::Regular {
            return Err(damaged(&format!("'{shown}' is no regular file")));
        }
        let Some(limit) = limit(&name) else {
            return Err(damaged(&format!("'{shown}' is nothing that a backup has")));
        };
        if member.size() > limit {
            return Err(damaged(&format!("'{shown}' is larger than {limit} bytes")));
        }
        if name == INDEX {
            let mut bytes = Vec::new();
            (&mut member).take(limit + 1).read_to_end(&mut bytes).map_err(unreadable)?;
            if bytes.len() as u64 != member.size() {
                return Err(damaged("it is cut off"));
            }
            let backup: Backup =
                serde_json::from_slice(&bytes).map_err(|error| damaged(&format!("{INDEX}: {error}")))?;
            if backup.format != Backup::FORMAT {
                return Err(damaged(&format!(
                    "its format is {}, and this version reads {}",
                    backup.format,
                    Backup::FORMAT
                )));
            }
            if (sum.files, sum.finish()) != (backup.files, backup.sha256.clone()) {
                return Err(damaged("its files are not those that backup.json tells of"));
            }
            drop(member);
            if members.next().is_some() {
                return Err(damaged("something follows backup.json, which is its end"));
            }
            flush.run()?;
            return Ok(backup);
        }
        if !seen.insert(name.clone()) {
            return Err(damaged(&format!("'{shown}' is in it twice")));
        }
        let path = scratch.join(&name);
        path.parent().map_or(Ok(()), |parent| io::create_dir_with_parents(parent, io::DIR_MODE))?;
        let is_key = name.ends_with("key.pem") || name.starts_with("packed/");
        let mode = if is_key { io::KEY_MODE } else { io::FILE_MODE };
        let mut file = io::create_file(&path, mode)?;
        let mut hash = Context::new(&SHA256);
        let mut piece = Zeroizing::new([0; PIECE]);
        let mut length = 0;
        loop {
            let count = match member.read(piece.as_mut_slice()) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(unreadable(error)),
            };
            hash.update(&piece[..count]);
            io::write(&mut file, &path, &piece[..count])?;
            length += count as u64;
        }
        if length != member.size() {
            return Err(damaged("it is cut off"));
        }
        sum.add_hashed(&name, length, hash.finish().as_ref());
        flush.file(file, path);
    }
    Err(damaged("it is no backup, or cut off: backup.json is not in it"))
}

/// How large a member may be; `None` for what no backup has.
fn limit(name: &str) -> Option<u64> {
    let parts: Vec<&str> = name.split('/').collect();
    let authority = |name: &str| authority_name(name).is_ok();
    match parts.as_slice() {
        [INDEX] => Some(MAX_INDEX),
        ["journal.jsonl"] => Some(MAX_JOURNAL),
        ["store.json"] => Some(MAX_SMALL),
        ["authorities", name, "key.pem"] if authority(name) => Some(MAX_SMALL),
        ["authorities", name, "previous", key] if authority(name) && is_word(key) && key.ends_with(".key.pem") => {
            Some(MAX_SMALL)
        }
        ["issued", lineage, serial, "key.pem"] if is_word(lineage) && is_serial(serial) => Some(MAX_SMALL),
        ["packed", pack] if is_pack(pack) => Some(MAX_PACK),
        ["profiles", profile] if profile.ends_with(".json") && !profile.starts_with('.') && !profile.contains('\0') => {
            Some(MAX_SMALL)
        }
        _ => None,
    }
}

/// Whether this is the name of a pack: `<number>.pem`.
fn is_pack(name: &str) -> bool {
    let number = name.strip_suffix(".pem").and_then(|number| number.parse::<u64>().ok());
    number.is_some_and(|number| name == format!("{number}.pem"))
}

fn damaged(why: &str) -> StoreError {
    StoreError::damaged(NAME, None, why)
}
