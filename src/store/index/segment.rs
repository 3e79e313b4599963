//! A part of the index: an immutable file about consecutive lines of the journal.
//!
//! ```text
//! rows       for each certificate the issuer (u32: 0 for none, else 1 + its place in the authorities' history), then a
//!            CertificateRow; for other lines nothing
//! locations  for each line where it begins in the journal (u64) and where its row ends in this file (u64)
//! terms      (term u64, line u32), sorted; lines are counted from 0 here
//! footer     MAGIC, first line's number, how many lines, where the last one ends in the journal, length of the rows, how many
//!            terms (u64 each)
//! ```
//! All numbers are little-endian.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::term::Term;
use crate::store::{CertificateBrief, CertificateRow, StoreError};

pub(super) const MAGIC: u64 = 0x3178_6469_7477_6365;
pub(super) const LOCATION: usize = 16;
pub(super) const TERM: usize = 12;
pub(super) const FOOTER: usize = 48;
/// How many lines are looked at in one read.
const STRIDE: u64 = 8192;

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
}

/// What a segment says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Footer {
    /// Number of the first line.
    pub(super) first: u64,
    /// How many lines there are.
    pub(super) lines: u64,
    /// Where the last line ends in the journal.
    pub(super) end: u64,
    /// Length of the rows.
    pub(super) rows: u64,
    /// How many terms there are.
    pub(super) terms: u64,
}

impl Footer {
    pub(super) fn encode(self) -> Vec<u8> {
        [MAGIC, self.first, self.lines, self.end, self.rows, self.terms].iter().flat_map(|n| n.to_le_bytes()).collect()
    }

    fn decode(bytes: &[u8; FOOTER]) -> Option<Self> {
        let mut numbers = bytes.chunks_exact(8).map(number);
        (numbers.next() == Some(MAGIC)).then_some(())?;
        let mut next = || numbers.next().unwrap_or_default();
        Some(Self { first: next(), lines: next(), end: next(), rows: next(), terms: next() })
    }

    /// Length of the whole file.
    pub(super) fn length(self) -> Option<u64> {
        let locations = self.lines.checked_mul(LOCATION as u64)?;
        let terms = self.terms.checked_mul(TERM as u64)?;
        self.rows.checked_add(locations)?.checked_add(terms)?.checked_add(FOOTER as u64)
    }
}

/// A line in the journal, and its row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Location {
    pub(super) begin: u64,
    pub(super) end: u64,
    row: (u64, u64),
}

impl Segment {
    /// Opens one of this length; `None` if it is none, or another one.
    pub(super) fn open(path: &Path, length: u64) -> Option<Self> {
        let file = File::open(path).ok()?;
        (file.metadata().ok()?.len() == length).then_some(())?;
        Self::new(Place::File(file), path.to_owned(), length)
    }

    pub(super) fn new(place: Place, path: PathBuf, length: u64) -> Option<Self> {
        let mut bytes = [0; FOOTER];
        place.read_at(&mut bytes, length.checked_sub(FOOTER as u64)?).ok()?;
        let footer = Footer::decode(&bytes)?;
        (footer.length() == Some(length) && footer.first > 0 && footer.lines <= u64::from(u32::MAX)).then_some(())?;
        Some(Self { place, path, footer })
    }

    /// Where the file is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>, StoreError> {
        let mut bytes = vec![0; length];
        self.place.read_at(&mut bytes, offset).map_err(|error| StoreError::io(&self.path, error))?;
        Ok(bytes)
    }

    /// The numbers of the lines with a term, in order.
    pub(super) fn find(&self, term: Term) -> Result<Vec<u64>, StoreError> {
        let begin = self.footer.rows + self.footer.lines * LOCATION as u64;
        let at = |index: u64| -> Result<(Term, u32), StoreError> {
            let mut bytes = [0; TERM];
            let offset = begin + index * TERM as u64;
            self.place.read_at(&mut bytes, offset).map_err(|error| StoreError::io(&self.path, error))?;
            let (term, line) = bytes.split_at(8);
            Ok((number(term), number(line) as u32))
        };
        let (mut low, mut high) = (0, self.footer.terms);
        while low < high {
            let middle = low + (high - low) / 2;
            if at(middle)?.0 < term { low = middle + 1 } else { high = middle }
        }
        let mut found = Vec::new();
        while low < self.footer.terms {
            let (other, line) = at(low)?;
            if other != term {
                break;
            }
            found.push(self.footer.first + u64::from(line));
            low += 1;
        }
        Ok(found)
    }

    /// Where consecutive lines are, counted from 0.
    fn locations(&self, from: u64, count: u64) -> Result<Vec<Location>, StoreError> {
        let count = count.min(self.footer.lines.saturating_sub(from));
        // The row of the first begins where the one before it ends; the last line ends where the next one begins.
        let before = from.min(1);
        let after = u64::from(from + count < self.footer.lines);
        let total = usize::try_from(count + before + after).unwrap_or(usize::MAX);
        let bytes = self.read(self.footer.rows + (from - before) * LOCATION as u64, total.saturating_mul(LOCATION))?;
        let pairs: Vec<(u64, u64)> =
            bytes.chunks_exact(LOCATION).map(|pair| (number(&pair[..8]), number(&pair[8..]))).collect();
        let mut found = Vec::with_capacity(usize::try_from(count).unwrap_or_default());
        for index in usize::try_from(before).unwrap_or_default()..pairs.len() - usize::try_from(after).unwrap_or(0) {
            let (begin, row_end) = pairs[index];
            let row_begin = if index == 0 { 0 } else { pairs[index - 1].1 };
            let end = pairs.get(index + 1).map_or(self.footer.end, |next| next.0);
            if end < begin || row_end < row_begin || row_end > self.footer.rows {
                return Err(self.damaged());
            }
            found.push(Location { begin, end, row: (row_begin, row_end) });
        }
        Ok(found)
    }

    /// Where a line is, by its number.
    pub(super) fn location(&self, line: u64) -> Result<Location, StoreError> {
        let index = line.checked_sub(self.footer.first).filter(|index| *index < self.footer.lines);
        let index = index.ok_or_else(|| self.damaged())?;
        self.locations(index, 1)?.pop().ok_or_else(|| self.damaged())
    }

    /// The bytes of a line's row; empty for a line that has none.
    pub(super) fn row(&self, line: u64) -> Result<Vec<u8>, StoreError> {
        let (begin, end) = self.location(line)?.row;
        self.read(begin, usize::try_from(end - begin).unwrap_or(usize::MAX))
    }

    /// Calls back with every line's number, place, and bytes of its row.
    pub(super) fn scan<E: From<StoreError>>(
        &self,
        visit: &mut impl FnMut(u64, Location, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut from = 0;
        while from < self.footer.lines {
            let locations = self.locations(from, STRIDE)?;
            let (Some(first), Some(last)) = (locations.first(), locations.last()) else { break };
            let base = first.row.0;
            let rows = self.read(base, usize::try_from(last.row.1 - base).unwrap_or(usize::MAX))?;
            for (line, location) in (self.footer.first + from..).zip(&locations) {
                let range = (location.row.0 - base) as usize..(location.row.1 - base) as usize;
                visit(line, *location, rows.get(range).unwrap_or_default())?;
            }
            from += locations.len() as u64;
        }
        Ok(())
    }

    /// All terms as they are in the file.
    pub(super) fn terms(&self) -> Result<Vec<(Term, u32)>, StoreError> {
        let length = usize::try_from(self.footer.terms).unwrap_or(usize::MAX).saturating_mul(TERM);
        let bytes = self.read(self.footer.rows + self.footer.lines * LOCATION as u64, length)?;
        Ok(bytes.chunks_exact(TERM).map(|pair| (number(&pair[..8]), number(&pair[8..]) as u32)).collect())
    }

    pub(super) fn damaged(&self) -> StoreError {
        StoreError::damaged(
            &self.path,
            None,
            "is not as it was written; \"certwright store check --repair\" rebuilds it",
        )
    }
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

/// A little-endian number of four or eight octets.
fn number(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk::<8>(), bytes.first_chunk::<4>()) {
        (Some(octets), _) => u64::from_le_bytes(*octets),
        (None, Some(octets)) => u64::from(u32::from_le_bytes(*octets)),
        (None, None) => 0,
    }
}
