//! The journal's bytes: one JSON line per entry, each with the SHA-256 of the line before.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::thread;

use ring::digest::{SHA256, digest};

use super::event::{Line, hex};
use super::head::{Head, HeadFile};
use super::index::{Builder, Prepared};
use super::{Entry, Notice, State, StoreError, io};

/// From this size on several threads parse.
const PARALLEL: usize = 512 * 1024;
/// How much of a long journal is in memory at a time.
const CHUNK: usize = if cfg!(test) { 5000 } else { 8 << 20 };

/// Longest line, in bytes. The largest that is written have a certificate of some megabytes in base64, and its names beside it.
pub(super) const MAX_LINE: usize = if cfg!(test) { 1 << 20 } else { 64 << 20 };

/// What `log verify` tells about a journal whose chain holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalReport {
    /// Number of the last line: how many there are.
    pub seq: u64,
    /// SHA-256 of the last line, lower-case hex.
    pub head: String,
    /// Length in bytes of what counts.
    pub bytes: u64,
    /// Length in bytes of an unfinished transaction at the end, which does not count; 0 if there is none.
    pub unfinished: u64,
    /// What is unusual, but no damage.
    pub notices: Vec<Notice>,
}

/// Reads a journal's bytes, proves the chain and adds it up. An unfinished transaction at the end is ignored. Never panics,
/// whatever the bytes.
///
/// # Errors
/// [`StoreError::Damaged`] names the first bad line.
pub fn parse_journal(bytes: &[u8]) -> Result<State, StoreError> {
    let rules = Rules { path: Path::new("journal.jsonl"), head: None, newer: false, writer: false };
    rules.scan(bytes, State::empty(), 0, &mut |_| ()).map(|scan| scan.state)
}

/// How a journal is read.
pub(super) struct Rules<'a> {
    /// What errors name.
    pub(super) path: &'a Path,
    /// What `journal.head` says.
    pub(super) head: Option<&'a Head>,
    /// Whether a newer version wrote it: unknown events are skipped.
    pub(super) newer: bool,
    /// Whether a last line counts that lacks only its newline. For readers it does where `journal.head` knows it.
    pub(super) writer: bool,
}

/// What a journal is.
pub(super) struct Scan {
    pub(super) state: State,
    /// Length of the whole transactions, without a newline that the last one lacks.
    pub(super) sound: u64,
    /// Whether the last line lacks its newline.
    pub(super) unterminated: bool,
    /// Length of what follows.
    pub(super) torn: u64,
}

impl Scan {
    /// What is unusual about it, in view of the head.
    pub(super) fn notices(&self, head: &HeadFile) -> Vec<Notice> {
        let mut notices = Vec::new();
        if self.unterminated {
            notices.push(Notice("the journal's last line lacked its newline".to_owned()));
        }
        if self.torn > 0 {
            let torn = self.torn;
            notices.push(Notice(format!("the journal ends in {torn} bytes of a transaction that was never finished")));
        }
        match head {
            // Of one line nothing can be cut off unnoticed.
            HeadFile::Found(_) => {}
            _ if self.state.seq <= 1 => {}
            HeadFile::Missing => notices.push(Notice(
                "journal.head was missing: lines cut off the journal's end could not be noticed".to_owned(),
            )),
            HeadFile::Unreadable => notices.push(Notice(
                "journal.head was unreadable: lines cut off the journal's end could not be noticed".to_owned(),
            )),
        }
        notices
    }
}

/// A line that was read by itself, before anything is known about those around it.
pub(super) struct Hashed {
    pub(super) line: Line,
    sha256: String,
    /// What an index is to know of it, where one is built.
    pub(super) prepared: Option<Prepared>,
}

/// What is done while a long journal is read.
pub(super) struct Watch<'a> {
    /// Called back for every entry of a whole transaction.
    pub(super) visit: &'a mut dyn FnMut(&Entry),
    /// The index that is built; without one, nothing is kept of the certificates but their serials.
    pub(super) builder: Option<&'a mut Builder>,
    /// Told how many bytes were read.
    pub(super) progress: &'a dyn Fn(u64),
}

impl Rules<'_> {
    /// Reads all lines in one pass, calling back for every entry of a whole transaction. The bytes begin at `offset` in the
    /// journal, after the lines that add up to `start`.
    pub(super) fn scan(
        &self,
        bytes: &[u8],
        start: State,
        offset: u64,
        visit: &mut dyn FnMut(&Entry),
    ) -> Result<Scan, StoreError> {
        let mut link = Link::new(self, start, offset, Watch { visit, builder: None, progress: &|_| () }, false);
        let whole = link.feed(bytes)?;
        link.end(&bytes[whole..])
    }

    /// Reads the first `length` bytes of a journal in one pass and in little memory: the certificates are not in the state.
    pub(super) fn scan_file<'a>(&'a self, journal: &File, length: u64, watch: Watch<'a>) -> Result<Scan, StoreError> {
        let mut link = Link::new(self, State::empty(), 0, watch, true);
        let (mut at, mut buffer) = (0, Vec::new());
        loop {
            let begin = buffer.len();
            let count = usize::try_from(length - at).unwrap_or(usize::MAX).min(CHUNK);
            buffer.resize(begin + count, 0);
            let read = journal.read_exact_at(&mut buffer[begin..], at);
            read.map_err(|error| StoreError::io(self.path, error))?;
            at += count as u64;
            let whole = link.feed(&buffer)?;
            (link.watch.progress)(at);
            if buffer.len() - whole > MAX_LINE {
                return Err(self.damaged(link.last.0 + 1, too_long()));
            }
            if at == length {
                return link.end(&buffer[whole..]);
            }
            buffer.drain(..whole);
        }
    }

    fn damaged(&self, line: u64, why: impl Into<String>) -> StoreError {
        StoreError::damaged(self.path, Some(line), why)
    }
}

/// Follows the chain line by line.
struct Link<'a, 'b> {
    rules: &'a Rules<'b>,
    watch: Watch<'a>,
    /// Whether certificates are let go.
    lean: bool,
    state: State,
    /// Entries of a transaction whose last line has not come yet, with what an index is to know, and where they begin.
    pending: Vec<(Option<Entry>, Option<Prepared>, u64)>,
    /// How many lines that transaction has.
    lines: u64,
    /// Number and hash of the line before.
    last: (u64, String),
    read: u64,
    sound: u64,
}

impl<'a, 'b> Link<'a, 'b> {
    fn new(rules: &'a Rules<'b>, state: State, offset: u64, watch: Watch<'a>, lean: bool) -> Self {
        let last = (state.seq, state.head.clone());
        Self { rules, watch, lean, state, pending: Vec::new(), lines: 0, last, read: offset, sound: offset }
    }

    /// Takes the whole lines among some bytes; says how long they are.
    fn feed(&mut self, bytes: &[u8]) -> Result<usize, StoreError> {
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        for (line, length) in parse_lines(&bytes[..whole], self.watch.builder.is_some()) {
            self.add(line, length as u64)?;
        }
        Ok(whole)
    }

    /// Takes what follows the last newline.
    fn end(mut self, tail: &[u8]) -> Result<Scan, StoreError> {
        let end = self.read + tail.len() as u64;
        let unterminated = self.add_unterminated(tail);
        let torn = end - self.sound;
        let Link { rules, state, sound, .. } = self;
        if let Some(head) = rules.head
            && head.seq > state.seq
        {
            let why = format!("the journal ends here, but journal.head knows {} lines: its end was cut off", head.seq);
            return Err(rules.damaged(state.seq + 1, why));
        }
        Ok(Scan { state, sound, unterminated, torn })
    }

    /// Takes the text after the last newline as a line if it is one that completes its transaction.
    fn add_unterminated(&mut self, tail: &[u8]) -> bool {
        let seq = self.last.0 + 1;
        let rules = self.rules;
        if tail.is_empty() || !(rules.writer || rules.head.is_some_and(|head| head.seq >= seq)) {
            return false;
        }
        let line = hash_line(tail, self.watch.builder.is_some());
        let completes =
            line.as_ref().is_ok_and(|hashed| hashed.line.tx.checked_add(hashed.line.lines) == Some(seq + 1));
        completes && self.add(line, tail.len() as u64).is_ok()
    }

    fn add(&mut self, line: Result<Hashed, String>, length: u64) -> Result<(), StoreError> {
        let begin = self.read;
        let number = self.last.0 + 1;
        let damaged = |why: String| self.rules.damaged(number, why);
        let Hashed { line, sha256, prepared } = line.map_err(damaged)?;
        let (seq, tx, lines) = (line.seq, line.tx, line.lines);
        if seq != number {
            return Err(damaged(format!("has the number {seq}: lines are missing, added or out of order")));
        }
        if line.prev != self.last.1 {
            let why = match self.last.0 {
                0 => "the first line names a line before it".to_owned(),
                before => format!("it was changed, or the hash of it in line {number} was (line {before})"),
            };
            return Err(self.rules.damaged(self.last.0.max(1), why));
        }
        let first = number - self.pending.len() as u64;
        let fits = tx == first && (1..=u64::from(u32::MAX)).contains(&lines);
        if !fits || (!self.pending.is_empty() && lines != self.lines) {
            return Err(damaged("belongs to another transaction than the lines around it".to_owned()));
        }
        let entry = match line.into_entry() {
            Ok(entry) => Some(entry),
            Err(_) if self.rules.newer => None,
            Err(why) => return Err(damaged(why)),
        };
        if let Some(head) = self.rules.head
            && head.seq == number
            && head.sha256 != sha256
        {
            return Err(damaged("is not the line that journal.head knows: the end was changed".to_owned()));
        }
        self.pending.push((entry, prepared, begin));
        self.lines = lines;
        self.last = (number, sha256);
        self.read += length;
        if number + 1 == first + lines { self.finish() } else { Ok(()) }
    }

    /// Adds up a transaction that is complete.
    fn finish(&mut self) -> Result<(), StoreError> {
        let first = self.last.0 + 1 - self.pending.len() as u64;
        let mut places = Vec::new();
        for (number, (entry, prepared, begin)) in (first..).zip(self.pending.drain(..)) {
            let is_certificate = entry.as_ref().is_some_and(|entry| entry.event.certificate().is_some());
            if let Some(entry) = entry {
                (self.watch.visit)(&entry);
                self.state.absorb(entry).map_err(|why| self.rules.damaged(number, why))?;
            }
            if let Some(prepared) = prepared {
                places.push((begin, prepared, is_certificate));
            }
        }
        if self.lean {
            let mut issuers = self.state.shed().into_iter();
            if let Some(builder) = &mut self.watch.builder {
                for (begin, prepared, is_certificate) in places {
                    let issuer = if is_certificate { issuers.next().flatten() } else { None };
                    builder.add(begin, &prepared, issuer)?;
                }
            }
        }
        self.state.seq = self.last.0;
        self.state.head.clone_from(&self.last.1);
        self.sound = self.read;
        Ok(())
    }
}

fn hash_line(bytes: &[u8], prepare: bool) -> Result<Hashed, String> {
    let line = Line::parse(bytes)?;
    let prepared = prepare.then(|| line.event().map(Prepared::of).unwrap_or_default());
    Ok(Hashed { line, sha256: hash(bytes), prepared })
}

fn too_long() -> String {
    format!("is longer than {} MiB, which no line of this program is", MAX_LINE >> 20)
}

/// SHA-256 of a line without its newline, hex.
pub(super) fn hash(line: &[u8]) -> String {
    hex(digest(&SHA256, line).as_ref())
}

/// Parses and hashes whole lines; gives each with its length, up to the first that is none. A line's hash depends on nothing but
/// its bytes, so that long journals are shared among the cores.
pub(super) fn parse_lines(bytes: &[u8], prepare: bool) -> Vec<(Result<Hashed, String>, usize)> {
    let parse = |part: &[u8]| -> Vec<_> {
        let mut bad = false;
        // Nobody asks for what follows a line that is none.
        part.split_inclusive(|&byte| byte == b'\n')
            .map(|line| (hash_line(line.strip_suffix(b"\n").unwrap_or(line), prepare), line.len()))
            .take_while(|(line, _)| !std::mem::replace(&mut bad, line.is_err()))
            .collect()
    };
    if bytes.len() < PARALLEL {
        return parse(bytes);
    }
    let count = thread::available_parallelism().map_or(1, usize::from).min(8);
    let mut parts = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let aim = (bytes.len() / count).max(1).min(rest.len());
        let end = rest[aim..].iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| aim + at + 1);
        let (part, after) = rest.split_at(end);
        parts.push(part);
        rest = after;
    }
    thread::scope(|scope| {
        let others: Vec<_> =
            parts.iter().skip(1).map(|part| thread::Builder::new().spawn_scoped(scope, || parse(part)).ok()).collect();
        let mut lines = parts.first().map(|part| parse(part)).unwrap_or_default();
        for (thread, part) in others.into_iter().zip(parts.iter().skip(1)) {
            lines.extend(thread.and_then(|thread| thread.join().ok()).unwrap_or_else(|| parse(part)));
        }
        lines
    })
}

/// Encodes a transaction's entries, giving each the hash of the line before; returns the bytes and the last line's hash.
pub(super) fn encode(entries: &mut [Entry], head: &str) -> Result<(Vec<u8>, String), StoreError> {
    let mut bytes = Vec::new();
    let mut last = head.to_owned();
    for entry in entries {
        entry.prev = last;
        let start = bytes.len();
        serde_json::to_writer(&mut bytes, entry).map_err(|error| StoreError::Invalid(error.to_string()))?;
        if bytes.len() - start > MAX_LINE {
            return Err(StoreError::Invalid(format!("a line of the journal {}", too_long())));
        }
        last = hash(&bytes[start..]);
        bytes.push(b'\n');
    }
    Ok((bytes, last))
}

/// Opens a journal for reading; none if it is missing.
pub(super) fn open(path: &Path) -> Result<Option<File>, StoreError> {
    match io::open_file(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        found => found.map(Some).map_err(|error| StoreError::io(path, error)),
    }
}

/// Reads a part of a journal.
pub(super) fn read_part(journal: &File, path: &Path, begin: u64, end: u64) -> Result<Vec<u8>, StoreError> {
    let mut bytes = vec![0; usize::try_from(end.saturating_sub(begin)).unwrap_or(usize::MAX)];
    journal.read_exact_at(&mut bytes, begin).map_err(|error| StoreError::io(path, error))?;
    Ok(bytes)
}
