//! Writing a segment.

use std::fs::File;
use std::path::{Path, PathBuf};

use ring::digest::{Context, SHA256};
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};

use super::footer::{BLOCK, BlockGuard, Footer, GROUP, GroupGuard, LOCATION, TERM, block_hash, hash_of};
use super::segment::{Place, Segment};
use super::term::{Term, terms};
use crate::store::{Event, StoreError, event, io};

/// How many bytes are written at once.
const BUFFER: usize = 1 << 20;

/// What the index keeps of a line, as far as it follows from the line alone.
#[derive(Debug, Default)]
pub(in crate::store) struct Prepared {
    terms: Vec<Term>,
    row: Vec<u8>,
}

impl Prepared {
    pub(in crate::store) fn of(event: &Event) -> Self {
        // Writing to memory does not fail.
        let row = event.certificate().and_then(|record| postcard::to_allocvec(&record.row()).ok()).unwrap_or_default();
        Self { terms: terms(event), row }
    }
}

/// A segment's file, as the index names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::store) struct SegmentFile {
    /// The file's name.
    pub(super) file: String,
    /// How many lines it is about.
    pub(super) lines: u64,
    /// Its length.
    pub(super) bytes: u64,
    /// SHA-256 of the file, hex.
    pub(super) sha256: String,
}

impl SegmentFile {
    /// Opens it in its directory; `None` if it is gone, or another one.
    pub(super) fn open(&self, dir: &Path) -> Option<Segment> {
        Segment::open(&dir.join(&self.file), self.bytes)
    }
}

/// Where the bytes go.
enum Sink {
    File(File),
    Memory(Vec<u8>),
}

/// A segment that is being written.
pub(in crate::store) struct Builder {
    sink: Sink,
    path: PathBuf,
    buffer: Vec<u8>,
    hash: Context,
    first: u64,
    /// Where each line begins in the journal, and where its row ends.
    locations: Vec<(u64, u64)>,
    /// The rows of the group of lines that is being written.
    group: Vec<u8>,
    groups: Vec<GroupGuard>,
    rows: u64,
    terms: Vec<(Term, u32)>,
    finished: bool,
}

impl Builder {
    /// Begins a file in the directory, for lines from this number on.
    pub(in crate::store) fn create(dir: &Path, first: u64) -> Result<Self, StoreError> {
        io::create_dir_if_missing(dir)?;
        let mut random = [0; 6];
        let failed = |_| StoreError::Invalid("the operating system gave no random bytes".to_owned());
        SystemRandom::new().fill(&mut random).map_err(failed)?;
        let path = dir.join(format!("{first}-{}.segment", event::hex(&random)));
        let file = io::create_file(&path, io::KEY_MODE)?;
        // Read again through the same descriptor, whatever happens to the name.
        drop(file);
        let file = io::open_or_create(&path, io::KEY_MODE)?;
        Ok(Self::new(Sink::File(file), path, first))
    }

    /// Begins one in memory.
    pub(in crate::store) fn in_memory(first: u64) -> Self {
        Self::new(Sink::Memory(Vec::new()), PathBuf::from("the index"), first)
    }

    fn new(sink: Sink, path: PathBuf, first: u64) -> Self {
        Self {
            sink,
            path,
            buffer: Vec::new(),
            hash: Context::new(&SHA256),
            first,
            locations: Vec::new(),
            group: Vec::new(),
            groups: Vec::new(),
            rows: 0,
            terms: Vec::new(),
            finished: false,
        }
    }

    /// Adds the next line, which begins here in the journal; `issuer` is the place of who signed in the authorities' history.
    pub(in crate::store) fn add(
        &mut self,
        begin: u64,
        prepared: &Prepared,
        issuer: Option<usize>,
    ) -> Result<(), StoreError> {
        let line = self.next_line()?;
        self.terms.extend(prepared.terms.iter().map(|term| (*term, line)));
        if !prepared.row.is_empty() {
            let issuer = issuer.and_then(|issuer| u32::try_from(issuer + 1).ok()).unwrap_or_default();
            self.group.extend_from_slice(&issuer.to_le_bytes());
            self.group.extend_from_slice(&prepared.row);
        }
        self.end_line(begin)
    }

    /// Ends the line whose row is the last of the group.
    fn end_line(&mut self, begin: u64) -> Result<(), StoreError> {
        self.locations.push((begin, self.rows + self.group.len() as u64));
        if (self.locations.len() as u64).is_multiple_of(GROUP) { self.end_group() } else { Ok(()) }
    }

    fn end_group(&mut self) -> Result<(), StoreError> {
        let lines = self.locations.get(self.groups.len() * GROUP as usize..).unwrap_or_default();
        let Some((begin, _)) = lines.first() else { return Ok(()) };
        let bytes: Vec<u8> = lines.iter().copied().flat_map(encode_location).collect();
        let rows = std::mem::take(&mut self.group);
        self.rows += rows.len() as u64;
        self.groups.push(GroupGuard { begin: *begin, rows: self.rows, hash: hash_of(&bytes, &rows) });
        self.put(&rows)
    }

    /// Adds all lines of a segment, the next ones.
    pub(super) fn append(&mut self, segment: &Segment) -> Result<(), StoreError> {
        let shift = self.next_line()?;
        let shifted = |(term, line): (Term, u32)| (term, line.saturating_add(shift));
        self.terms.extend(segment.terms()?.into_iter().map(shifted));
        segment.scan(&mut |_, location, row| {
            self.group.extend_from_slice(row);
            self.end_line(location.begin)
        })
    }

    fn next_line(&self) -> Result<u32, StoreError> {
        let full = || StoreError::Invalid("the journal has too many lines for its index".to_owned());
        u32::try_from(self.locations.len()).map_err(|_| full())
    }

    /// Finishes it; the last line ends here in the journal. The file is durable then.
    pub(super) fn finish(mut self, end: u64) -> Result<(Segment, SegmentFile), StoreError> {
        self.terms.sort_unstable();
        self.end_group()?;
        let footer = Footer {
            first: self.first,
            lines: self.locations.len() as u64,
            end,
            rows: self.rows,
            terms: self.terms.len() as u64,
        };
        for location in std::mem::take(&mut self.locations) {
            self.put(&encode_location(location))?;
        }
        let mut blocks = Vec::new();
        for block in std::mem::take(&mut self.terms).chunks(BLOCK as usize) {
            let bytes: Vec<u8> = block.iter().copied().flat_map(encode_term).collect();
            blocks.push(BlockGuard { first: block.first().map_or(0, |first| first.0), hash: block_hash(&bytes) });
            self.put(&bytes)?;
        }
        let groups = std::mem::take(&mut self.groups);
        self.put(&footer.encode(&groups, &blocks))?;
        self.flush()?;
        let sha256 = event::hex(self.hash.clone().finish().as_ref());
        let place = match std::mem::replace(&mut self.sink, Sink::Memory(Vec::new())) {
            Sink::File(file) => {
                io::sync_data(&file, &self.path)?;
                Place::File(file)
            }
            Sink::Memory(bytes) => Place::Memory(bytes),
        };
        let bytes = footer.length().unwrap_or_default();
        let file = self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let segment = Segment::new(place, self.path.clone(), bytes);
        let segment = segment.ok_or_else(|| StoreError::damaged(&self.path, None, "could not be written"))?;
        self.finished = true;
        Ok((segment, SegmentFile { file, lines: footer.lines, bytes, sha256 }))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        self.hash.update(&self.buffer);
        match &mut self.sink {
            Sink::File(file) => io::write(file, &self.path, &self.buffer)?,
            Sink::Memory(all) => all.extend_from_slice(&self.buffer),
        }
        self.buffer.clear();
        Ok(())
    }
}

fn encode_location((begin, row): (u64, u64)) -> [u8; LOCATION] {
    let mut bytes = [0; LOCATION];
    bytes[..8].copy_from_slice(&begin.to_le_bytes());
    bytes[8..].copy_from_slice(&row.to_le_bytes());
    bytes
}

fn encode_term((term, line): (Term, u32)) -> [u8; TERM] {
    let mut bytes = [0; TERM];
    bytes[..8].copy_from_slice(&term.to_le_bytes());
    bytes[8..].copy_from_slice(&line.to_le_bytes());
    bytes
}

impl Drop for Builder {
    fn drop(&mut self) {
        if !self.finished && matches!(self.sink, Sink::File(_)) {
            // Nobody knows of it; the next index that is written removes it otherwise.
            let _ = io::remove_file(&self.path);
        }
    }
}
