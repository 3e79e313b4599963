//! Packs: the private keys of many new certificates in one file.
//!
//! `issued/<lineage>/<serial>/` is made for people and scripts that look for one name's files. For thousands of names at once
//! those directories cost several times what keys and signatures do, and nobody looks at them one by one. So a transaction may
//! keep its keys in `packed/<tx>.pem` instead: PEM after PEM, each below a line that names its lineage and serial. The journal has
//! the certificates, and of each where its key is.

use std::io::ErrorKind;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{CertificateRecord, Entry, Event, Layout, StoreError, io, keyfile};

/// Largest pack, in bytes: more than a hundred thousand keys of the largest kind.
pub(super) const MAX_PACK: u64 = 1 << 30;

/// Where the files of new certificates go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filing {
    /// Under `issued/`, a directory for each.
    #[default]
    Directories,
    /// Their keys into one file in `packed/`, and nothing else; but a lineage that has a directory keeps to it, since its `current`
    /// names the newest certificate.
    Packed,
}

/// Where the private key of a certificate is that has no directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packed {
    /// The pack: its file is `packed/<pack>.pem`.
    pub pack: u64,
    /// Where in it the key begins, in bytes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub at: u64,
    /// Length of the key, in bytes; 0 where there is none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub length: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Takes the keys of a transaction's certificates for its pack, and notes in each record where its key is going to be. Those of
/// lineages that have a directory stay as they are. Gives the pack, if a key is in it.
pub(super) fn gather(
    layout: &Layout,
    tx: u64,
    entries: &mut [Entry],
    keys: &mut [Option<Zeroizing<Vec<u8>>>],
) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let mut chosen = Vec::with_capacity(entries.len());
    for (entry, key) in entries.iter_mut().zip(keys) {
        if let Event::CertificateIssued(record) = &mut entry.event
            && !io::is_there(&layout.lineage(&record.lineage))?
        {
            chosen.push((title(record), record, key.take()));
        }
    }
    let room = |(title, _, key): &(String, _, Option<Zeroizing<Vec<u8>>>)| {
        key.as_ref().map_or(0, |key| title.len() + key.len() + 1)
    };
    // Large enough from the start: a vector that grows leaves copies of keys behind.
    let mut pack = Zeroizing::new(Vec::with_capacity(chosen.iter().map(room).sum()));
    for (title, record, key) in chosen {
        let mut packed = Packed { pack: tx, at: 0, length: 0 };
        if let Some(key) = key {
            pack.extend_from_slice(title.as_bytes());
            (packed.at, packed.length) = (pack.len() as u64, key.len() as u64);
            pack.extend_from_slice(&key);
            if !key.ends_with(b"\n") {
                pack.push(b'\n');
            }
        }
        record.packed = Some(packed);
    }
    if pack.len() as u64 > MAX_PACK {
        return Err(StoreError::Invalid("so many keys cannot be kept at once: issue fewer at a time".to_owned()));
    }
    Ok(Some(pack).filter(|pack| !pack.is_empty()))
}

/// The line above a key.
fn title(record: &CertificateRecord) -> String {
    format!("# {} {}\n", record.lineage, record.serial)
}

/// Whether a transaction has a pack.
pub(super) fn is_packed(entries: &[Entry]) -> bool {
    let mut packed = entries.iter().filter_map(|entry| entry.event.certificate()?.packed);
    packed.any(|packed| packed.length > 0)
}

/// Lets the pack of a recorded transaction appear under its final name, durably. Where it is there already, nothing happens.
pub(super) fn place(layout: &Layout, tx: u64) -> Result<(), StoreError> {
    let (staged, target) = (layout.staged_pack(tx), layout.pack(tx));
    if !io::is_there(&staged)? {
        return Ok(());
    }
    let made = io::create_dir_if_missing(&layout.packed())?;
    if io::is_there(&target)? {
        // A power cut may have kept the old name as well.
        if keyfile::same(&staged, &target) {
            return io::remove_file(&staged).map(drop);
        }
        let why =
            format!("has private keys of recorded lines, and their place is taken: move {} away", target.display());
        return Err(StoreError::damaged(staged, None, why));
    }
    io::rename_new(&staged, &target)?;
    io::sync_dir(&layout.packed())?;
    if made { io::sync_dir(layout.root()) } else { Ok(()) }
}

/// Reads the key of a certificate.
pub(super) fn read(layout: &Layout, packed: Packed) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let path = layout.pack(packed.pack);
    if packed.length == 0 {
        return Err(StoreError::io(path, ErrorKind::NotFound.into()));
    }
    keyfile::read_part(&path, packed.at, packed.length)
}
