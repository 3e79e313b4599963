//! A part of the index: an immutable file about consecutive lines of the journal.
//!
//! ```text
//! rows       for each certificate the issuer (u32: 0 for none, else 1 + its place in the authorities' history), then a
//!            CertificateRow; for other lines nothing
//! locations  for each line where it begins in the journal (u64) and where its row ends in this file (u64)
//! terms      (term u64, line u32), sorted; lines are counted from 0 here
//! guards     for every group of lines where the first begins in the journal, where the row of the last ends (u64 each), and the
//!            SHA-256 of the group's locations and rows; for every block of terms its first (u64), and its SHA-256
//! footer     MAGIC, first line's number, how many lines, where the last one ends in the journal, length of the rows, how many
//!            terms (u64 each), and the SHA-256 of these and the guards
//! ```
//! All numbers are little-endian. Nothing is believed that was not hashed: what is read of a segment is a whole group or block.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use super::footer::{
    BLOCK, BLOCK_GUARD, FOOTER, Footer, GROUP, GROUP_GUARD, GroupGuard, LOCATION, NUMBERS, TERM, block_hash, hash_of,
    number, octets,
};
use super::term::Term;
use crate::store::{CertificateBrief, CertificateRow, StoreError, io};

/// How many groups are read ahead of whoever looks at all lines, and from how many on that pays.
const AHEAD: usize = 8;
const AHEAD_FROM: u64 = 16;
/// How many groups and blocks are kept that were read.
const RECENT: usize = 4;
const RECENT_BLOCKS: usize = 64;

/// What was read and proved lately, the latest first, by its place.
type Recent<T> = Mutex<Vec<(u64, Arc<T>)>>;

/// Where a segment's bytes are.
#[derive(Debug)]
pub(super) enum Place {
    File(File),
    /// Where no file can be written.
    Memory(Vec<u8>),
}

impl Place {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> std::io::Result<()> {
        match self {
            Self::File(file) => file.read_exact_at(bytes, offset),
            Self::Memory(all) => {
                let begin = usize::try_from(offset).unwrap_or(usize::MAX);
                let found = begin.checked_add(bytes.len()).and_then(|end| all.get(begin..end));
                let found = found.ok_or(std::io::ErrorKind::UnexpectedEof)?;
                bytes.copy_from_slice(found);
                Ok(())
            }
        }
    }
}

/// An open segment.
#[derive(Debug)]
pub(super) struct Segment {
    place: Place,
    path: PathBuf,
    pub(super) footer: Footer,
    /// As they are in the file: a command looks at few of them.
    groups: Vec<u8>,
    blocks: Vec<u8>,
    /// The groups that were read last: a certificate, its row and the line that proves it are close together.
    recent: Recent<Group>,
    /// The blocks that were read last: a batch looks for thousands of terms, and a young index has few blocks.
    recent_blocks: Recent<Vec<u8>>,
}

/// A line in the journal, and its row.
#[derive(Debug, Clone)]
pub(super) struct Location {
    pub(super) begin: u64,
    pub(super) end: u64,
    /// Where the row is among those of its group.
    row: Range<usize>,
}

/// A group of lines, proved.
#[derive(Debug)]
struct Group {
    locations: Vec<Location>,
    rows: Vec<u8>,
}

impl Segment {
    /// Opens one of this length; `None` if it is none, or another one.
    pub(super) fn open(path: &Path, length: u64) -> Option<Self> {
        let file = io::open_regular(path).ok()?;
        (file.metadata().ok()?.len() == length).then_some(())?;
        Self::new(Place::File(file), path.to_owned(), length)
    }

    pub(super) fn new(place: Place, path: PathBuf, length: u64) -> Option<Self> {
        let mut bytes = [0; FOOTER];
        place.read_at(&mut bytes, length.checked_sub(FOOTER as u64)?).ok()?;
        let footer = Footer::decode(&bytes)?;
        (footer.length() == Some(length) && footer.first > 0 && footer.lines <= u64::from(u32::MAX)).then_some(())?;
        let at = footer.guards_at()?;
        let mut guards = vec![0; usize::try_from(length - FOOTER as u64 - at).ok()?];
        place.read_at(&mut guards, at).ok()?;
        // What is hashed is what is written: nothing else is believed.
        (hash_of(&bytes[..NUMBERS], &guards) == bytes[NUMBERS..]).then_some(())?;
        let blocks = guards.split_off(usize::try_from(footer.groups()).ok()?.checked_mul(GROUP_GUARD)?);
        Some(Self {
            place,
            path,
            footer,
            groups: guards,
            blocks,
            recent: Mutex::default(),
            recent_blocks: Mutex::default(),
        })
    }

    /// Where the file is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether its file is still there under its name.
    pub(super) fn is_there(&self) -> bool {
        use std::os::unix::fs::MetadataExt;
        let Place::File(file) = &self.place else { return false };
        let found = (file.metadata(), std::fs::symlink_metadata(&self.path));
        matches!(found, (Ok(open), Ok(named)) if (open.dev(), open.ino()) == (named.dev(), named.ino()))
    }

    fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, StoreError> {
        let mut bytes = vec![0; usize::try_from(length).map_err(|_| self.damaged())?];
        self.place.read_at(&mut bytes, offset).map_err(|error| StoreError::io(&self.path, error))?;
        Ok(bytes)
    }

    fn block_guards(&self) -> &[[u8; BLOCK_GUARD]] {
        self.blocks.as_chunks().0
    }

    fn group_guard(&self, index: usize) -> Option<GroupGuard> {
        self.groups.as_chunks::<GROUP_GUARD>().0.get(index).map(|guard| GroupGuard {
            begin: number(&guard[..8]),
            rows: number(&guard[8..16]),
            hash: octets(&guard[16..]),
        })
    }

    /// A block of terms as it is in the file, proved.
    fn block(&self, index: usize) -> Result<Vec<u8>, StoreError> {
        let guard = self.block_guards().get(index).ok_or_else(|| self.damaged())?;
        let from = index as u64 * BLOCK;
        let count = BLOCK.min(self.footer.terms - from);
        let at = self.footer.terms_at().ok_or_else(|| self.damaged())?;
        let bytes = self.read(at + from * TERM as u64, count * TERM as u64)?;
        if block_hash(&bytes) == guard[8..] { Ok(bytes) } else { Err(self.damaged()) }
    }

    /// The numbers of the lines with a term, in order.
    pub(super) fn find(&self, term: Term) -> Result<Vec<u64>, StoreError> {
        // The block before the first that begins with it may end with it.
        let guards = self.block_guards();
        let mut index = guards.partition_point(|guard| number(guard) < term).saturating_sub(1);
        let mut found = Vec::new();
        while guards.get(index).is_some_and(|guard| number(guard) <= term) {
            let bytes = lately(&self.recent_blocks, RECENT_BLOCKS, index as u64, || self.block(index))?;
            let (pairs, _) = bytes.as_chunks::<TERM>();
            let from = pairs.partition_point(|pair| number(pair) < term);
            let lines = pairs.iter().skip(from).map(decode_term).take_while(|(other, _)| *other == term);
            found.extend(lines.map(|(_, line)| self.footer.first + u64::from(line)));
            index += 1;
        }
        Ok(found)
    }

    /// A group of lines, proved.
    fn group(&self, index: u64) -> Result<Group, StoreError> {
        let place = usize::try_from(index).map_err(|_| self.damaged())?;
        let guard = self.group_guard(place).ok_or_else(|| self.damaged())?;
        let rows_from =
            place.checked_sub(1).and_then(|before| self.group_guard(before)).map_or(0, |before| before.rows);
        let end = self.group_guard(place + 1).map_or(self.footer.end, |next| next.begin);
        let from = index * GROUP;
        let count = GROUP.min(self.footer.lines - from);
        let length = guard.rows.checked_sub(rows_from).filter(|_| guard.rows <= self.footer.rows);
        let rows = self.read(rows_from, length.ok_or_else(|| self.damaged())?)?;
        let bytes = self.read(self.footer.rows + from * LOCATION as u64, count * LOCATION as u64)?;
        if hash_of(&bytes, &rows) != guard.hash {
            return Err(self.damaged());
        }
        let mut pairs = bytes.chunks_exact(LOCATION).map(|pair| (number(pair), number(&pair[8..]))).peekable();
        let mut locations = Vec::with_capacity(usize::try_from(count).unwrap_or_default());
        let mut row_begin = rows_from;
        while let Some((begin, row_end)) = pairs.next() {
            let end = pairs.peek().map_or(end, |next| next.0);
            let range = row_begin.checked_sub(rows_from).zip(row_end.checked_sub(rows_from));
            let (Some((from, to)), true) = (range, begin <= end && end <= self.footer.end && row_begin <= row_end)
            else {
                return Err(self.damaged());
            };
            locations.push(Location { begin, end, row: from as usize..to as usize });
            row_begin = row_end;
        }
        Ok(Group { locations, rows })
    }

    /// Looks at a line, by its number: where it is, and the bytes of its row, which are none for a line that has none.
    pub(super) fn line<T>(&self, line: u64, look: impl FnOnce(&Location, &[u8]) -> T) -> Result<T, StoreError> {
        let index = line.checked_sub(self.footer.first).filter(|index| *index < self.footer.lines);
        let index = index.ok_or_else(|| self.damaged())?;
        let place = index / GROUP;
        let group = lately(&self.recent, RECENT, place, || self.group(place))?;
        let Group { locations, rows } = group.as_ref();
        let location = locations.get((index % GROUP) as usize).ok_or_else(|| self.damaged())?;
        Ok(look(location, rows.get(location.row.clone()).ok_or_else(|| self.damaged())?))
    }

    /// Calls back with every line's number, place, and bytes of its row. Of a long segment, another thread reads and proves the
    /// groups that come next meanwhile.
    pub(super) fn scan<E: From<StoreError>>(
        &self,
        visit: &mut impl FnMut(u64, &Location, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut number = self.footer.first;
        let mut look = |group: Result<Group, StoreError>| {
            let Group { locations, rows } = group?;
            for location in &locations {
                visit(number, location, rows.get(location.row.clone()).unwrap_or_default())?;
                number += 1;
            }
            Ok(())
        };
        let mut groups = (0..self.footer.groups()).map(|index| self.group(index));
        if self.footer.groups() < AHEAD_FROM {
            return groups.try_for_each(look);
        }
        thread::scope(|scope| {
            let (sender, receiver) = mpsc::sync_channel(AHEAD);
            let reader = thread::Builder::new().spawn_scoped(scope, move || {
                // Whoever has seen enough hangs up.
                let _ = groups.try_for_each(|group| sender.send(group));
            });
            match reader {
                Ok(_) => receiver.into_iter().try_for_each(&mut look),
                // Where no thread is to be had, nobody reads ahead.
                Err(_) => (0..self.footer.groups()).map(|index| self.group(index)).try_for_each(&mut look),
            }
        })
    }

    /// All terms as they are in the file.
    pub(super) fn terms(&self) -> Result<Vec<(Term, u32)>, StoreError> {
        let mut all = Vec::with_capacity(usize::try_from(self.footer.terms).unwrap_or_default());
        for index in 0..self.block_guards().len() {
            all.extend(self.block(index)?.as_chunks::<TERM>().0.iter().map(decode_term));
        }
        Ok(all)
    }

    pub(super) fn damaged(&self) -> StoreError {
        StoreError::damaged(
            &self.path,
            None,
            "of the index is not as it was written: remove the directory cache/, and it is made again",
        )
    }
}

/// What is at a place, read and proved now or lately; so many are kept.
fn lately<T>(
    recent: &Recent<T>,
    most: usize,
    place: u64,
    read: impl FnOnce() -> Result<T, StoreError>,
) -> Result<Arc<T>, StoreError> {
    let recent = || recent.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, known)) = recent().iter().find(|(known, _)| *known == place) {
        return Ok(Arc::clone(known));
    }
    let found = Arc::new(read()?);
    let mut recent = recent();
    recent.truncate(most - 1);
    recent.insert(0, (place, Arc::clone(&found)));
    Ok(found)
}

/// The issuer's place in the authorities' history, and the row.
pub(super) fn decode_row(bytes: &[u8]) -> Option<(Option<usize>, CertificateRow<'_>)> {
    let (issuer, row) = bytes.split_at_checked(4)?;
    let issuer = usize::try_from(number(issuer)).ok()?.checked_sub(1);
    Some((issuer, postcard::from_bytes(row).ok()?))
}

/// The first fields of a row.
pub(super) fn decode_brief(bytes: &[u8]) -> Option<CertificateBrief<'_>> {
    postcard::take_from_bytes(bytes.get(4..)?).ok().map(|(brief, _)| brief)
}

fn decode_term(pair: &[u8; TERM]) -> (Term, u32) {
    (number(&pair[..8]), number(&pair[8..]) as u32)
}
