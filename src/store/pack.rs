//! Packs: the private keys of many new certificates in one file.
//!
//! `issued/<lineage>/<serial>/` is made for people and scripts that look for one name's files. For thousands of names at once
//! those directories cost several times what keys and signatures do, and nobody looks at them one by one. So a transaction may
//! keep its keys in `packed/<tx>.pem` instead: PEM after PEM, each below a line that names its lineage and serial. The journal has
//! the certificates, and of each where its key is.

use std::io::ErrorKind;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{CertificateRecord, Entry, Event, Layout, State, StoreError, io, keyfile};

/// Largest pack, in bytes: more than a hundred thousand keys of the largest kind.
pub(super) const MAX_PACK: u64 = 1 << 30;

/// Where the files of new certificates go. A lineage that has a directory always keeps to it, since its `current` names the newest
/// certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filing {
    /// Under `issued/`, a directory for each.
    #[default]
    Directories,
    /// Their keys into one file in `packed/`, and nothing else.
    Packed,
    /// As those of their lineages before them; under `issued/` what is new.
    AsBefore,
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

/// Takes the keys of those certificates of a transaction that have no directory for its pack, and notes in each record where its key
/// is going to be. Gives the pack, if a key is in it.
pub(super) fn gather(
    (layout, state): (&Layout, &State),
    filing: Filing,
    entries: &mut [Entry],
    keys: &mut [Option<Zeroizing<Vec<u8>>>],
) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    if filing == Filing::Directories {
        return Ok(None);
    }
    let tx = state.seq + 1;
    let mut chosen = Vec::new();
    for (entry, key) in entries.iter_mut().zip(keys) {
        if let Event::CertificateIssued(record) = &mut entry.event
            && is_chosen(state, filing, &record.lineage)?
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
    if pack.is_empty() {
        return Ok(None);
    }
    if pack.len() as u64 > MAX_PACK {
        return Err(StoreError::Invalid("so many keys cannot be kept at once: issue fewer at a time".to_owned()));
    }
    // Once the transaction is recorded it would be too late to find out.
    match io::kind(&layout.packed())? {
        Some(kind) if !kind.is_dir() => {
            Err(StoreError::damaged(layout.packed(), None, "is no directory; move it away"))
        }
        Some(_) if io::kind(&layout.pack(tx))?.is_some() => {
            Err(StoreError::damaged(layout.pack(tx), None, "is in the place of a new pack; move it away"))
        }
        _ => Ok(Some(pack)),
    }
}

/// Whether a new certificate of a lineage has no directory, where not all have one.
fn is_chosen(state: &State, filing: Filing, lineage: &str) -> Result<bool, StoreError> {
    let newest = state.lineage(lineage)?.pop();
    Ok(newest.map_or(filing == Filing::Packed, |newest| newest.packed.is_some()))
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
    if io::kind(&staged)?.is_none() {
        return Ok(());
    }
    let made = io::create_dir_if_missing(&layout.packed())?;
    if io::kind(&target)?.is_some() {
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
pub(super) fn read(
    layout: &Layout,
    record: &CertificateRecord,
    packed: Packed,
) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let path = layout.pack(packed.pack);
    if packed.length == 0 {
        return Err(StoreError::io(path, ErrorKind::NotFound.into()));
    }
    let other = || {
        let why = format!(
            "does not have the key of {} at byte {}; put it back from a backup, or renew with a new key",
            record.lineage, packed.at
        );
        StoreError::damaged(&path, None, why)
    };
    let title = title(record);
    let begin = packed.at.checked_sub(title.len() as u64).ok_or_else(other)?;
    let piece = keyfile::read_part(&path, begin, title.len() as u64 + packed.length)?.ok_or_else(other)?;
    // Offsets alone would fit the pack of another store.
    piece.strip_prefix(title.as_bytes()).map(|key| Zeroizing::new(key.to_vec())).ok_or_else(other)
}

/// The key of a certificate in a pack that was read whole.
pub(super) fn find<'p>(pack: &'p [u8], record: &CertificateRecord, packed: Packed) -> Option<&'p [u8]> {
    let title = title(record);
    let (at, length) = (usize::try_from(packed.at).ok()?, usize::try_from(packed.length).ok()?);
    pack.get(at.checked_sub(title.len())?..at.checked_add(length)?)?.strip_prefix(title.as_bytes())
}
