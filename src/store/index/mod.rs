//! The index: finds lines of a long journal without reading it.
//!
//! A journal that was read and proved once need not be read again while nobody but certwright has written it: `journal.head`
//! knows when the file was last changed ([`super::head::Stamp`]). What its lines add up to is kept in `cache/`: `index.json`, and
//! [segments](segment) about consecutive lines, which never change. Lines that came later, the tail, are read and added up by
//! every command; when there are too many of them, the command that holds the lock writes a segment about them, and merges it
//! with those before it that are not much larger. A cache that is missing, or of another journal, is rebuilt.

mod builder;
mod compare;
mod footer;
mod keep;
mod segment;
mod summary;
mod term;

use std::collections::HashSet;
use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};

use elsa::sync::FrozenMap;

pub(super) use builder::{Builder, Prepared};
pub(super) use compare::fault;
pub(super) use keep::{Latest, extend, forget, keep, settled};
use segment::{Segment, decode_brief, decode_row};
pub(super) use summary::Summary;
pub(super) use term::{Kind, Term, pair, term};

use super::event::Line;
use super::head::{Head, Stamp};
use super::{CertificateBrief, CertificateRecord, CertificateRow, Entry, Event, Layout, StoreError, io, journal};

/// How often a reader tries again that met a writer halfway.
const ATTEMPTS: usize = 3;

/// An open index.
pub(super) struct Index {
    pub(super) summary: Summary,
    segments: Vec<Segment>,
    journal: File,
    layout: Layout,
    /// Certificates that were asked for, by line.
    loaded: FrozenMap<u64, Box<CertificateRecord>>,
    /// Serials that were looked for and are not in it. One that is drawn is asked for again before it is recorded, and after.
    missing: Mutex<HashSet<Term>>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("seq", &self.summary.seq).finish_non_exhaustive()
    }
}

impl Index {
    /// Opens the index of a journal of this length that was last changed then, if there is one that can be trusted.
    pub(super) fn open(
        layout: &Layout,
        store_id: &str,
        journal: &File,
        head: &Head,
        (length, stamp): (u64, &Stamp),
    ) -> Option<Arc<Self>> {
        (head.bytes == length && head.changed == *stamp).then_some(())?;
        let path = layout.cache().join("index.json");
        for _ in 0..ATTEMPTS {
            let summary = Summary::parse(&io::read_regular(&path, summary::MOST).ok()?)?;
            let fits = summary.store_id == store_id
                && summary.seq <= head.seq
                && summary.bytes <= head.bytes
                && (summary.seq < head.seq || (summary.head == head.sha256 && summary.bytes == head.bytes));
            fits.then_some(())?;
            let open = |file: &builder::SegmentFile| file.open(&layout.cache());
            // A writer may have merged them meanwhile.
            let Some(segments) = summary.segments.iter().map(open).collect::<Option<Vec<_>>>() else { continue };
            return Self::new(layout, summary, segments, journal.try_clone().ok()?).map(Arc::new);
        }
        None
    }

    fn new(layout: &Layout, summary: Summary, segments: Vec<Segment>, journal: File) -> Option<Self> {
        let mut next = 1;
        for segment in &segments {
            (segment.footer.first == next).then_some(())?;
            next += segment.footer.lines;
        }
        let end = segments.last().map_or(0, |segment| segment.footer.end);
        (next == summary.seq + 1 && end == summary.bytes).then_some(())?;
        Some(Self {
            summary,
            segments,
            journal,
            layout: layout.clone(),
            loaded: FrozenMap::new(),
            missing: Mutex::default(),
        })
    }

    /// The numbers of the lines with a term, in order; others may be among them.
    pub(super) fn find(&self, term: Term) -> Result<Vec<u64>, StoreError> {
        let mut found = Vec::new();
        for segment in &self.segments {
            found.extend(segment.find(term)?);
        }
        Ok(found)
    }

    fn segment(&self, seq: u64) -> Result<&Segment, StoreError> {
        let found = self.segments.partition_point(|segment| segment.footer.first + segment.footer.lines <= seq);
        let gone = || StoreError::Invalid(format!("line {seq} is not in the index"));
        self.segments.get(found).ok_or_else(gone)
    }

    /// The bytes of a line of the journal, without its newline.
    fn line(&self, seq: u64) -> Result<Vec<u8>, StoreError> {
        let (begin, end) = self.segment(seq)?.line(seq, |location, _| (location.begin, location.end))?;
        let mut bytes = journal::read_part(&self.journal, &self.layout.journal(), begin, end)?;
        bytes.pop_if(|last| *last == b'\n');
        Ok(bytes)
    }

    /// A line of the journal, proved by the line after it.
    pub(super) fn entry(&self, seq: u64) -> Result<Entry, StoreError> {
        let path = self.layout.journal();
        let bytes = self.line(seq)?;
        let hash = if seq == self.summary.seq {
            self.summary.head.clone()
        } else {
            let next = Line::parse(&self.line(seq + 1)?);
            next.map_err(|why| StoreError::damaged(&path, Some(seq + 1), why))?.prev
        };
        if journal::hash(&bytes) != hash {
            let why = format!("it was changed, or the hash of it in line {} was", seq + 1);
            return Err(StoreError::damaged(&path, Some(seq), why));
        }
        let line = Line::parse(&bytes).and_then(Line::into_entry);
        let entry = line.map_err(|why| StoreError::damaged(&path, Some(seq), why))?;
        if entry.seq == seq {
            Ok(entry)
        } else {
            Err(StoreError::damaged(&path, Some(seq), format!("has the number {}", entry.seq)))
        }
    }

    /// The certificate of a line, if it is a certificate's; it stays in memory.
    pub(super) fn certificate(&self, seq: u64) -> Result<Option<&CertificateRecord>, StoreError> {
        if let Some(known) = self.loaded.get(&seq) {
            return Ok(Some(known));
        }
        Ok(self.read(seq)?.map(|record| self.loaded.insert(seq, Box::new(record))))
    }

    /// The certificate of a line, if it is a certificate's.
    pub(super) fn read(&self, seq: u64) -> Result<Option<CertificateRecord>, StoreError> {
        Ok(match self.entry(seq)?.event {
            Event::CertificateIssued(record) | Event::CertificateImported(record) => Some(record),
            _ => None,
        })
    }

    /// The line of the certificate with a serial.
    pub(super) fn line_of(&self, serial: &str) -> Result<Option<u64>, StoreError> {
        let term = term(Kind::Serial, serial);
        let missing = || self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        if missing().contains(&term) {
            return Ok(None);
        }
        let lines = self.find(term)?;
        if lines.is_empty() {
            missing().insert(term);
        }
        for line in lines {
            if self.with_row(line, |_, row| row.serial == serial)? == Some(true) {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    /// The place in the authorities' history of who signed the certificate of a line.
    pub(super) fn issuer(&self, seq: u64) -> Result<Option<usize>, StoreError> {
        Ok(self.with_row(seq, |issuer, _| issuer)?.flatten())
    }

    fn with_row<T>(
        &self,
        seq: u64,
        look: impl FnOnce(Option<usize>, &CertificateRow<'_>) -> T,
    ) -> Result<Option<T>, StoreError> {
        let segment = self.segment(seq)?;
        segment.line(seq, |_, bytes| {
            if bytes.is_empty() {
                return Ok(None);
            }
            let (issuer, row) = decode_row(bytes).ok_or_else(|| segment.damaged())?;
            Ok(Some(look(issuer, &row)))
        })?
    }

    /// Calls back with what every line says that is not a certificate's, in order.
    pub(super) fn for_each_other(&self, visit: &mut impl FnMut(Event)) -> Result<(), StoreError> {
        for segment in &self.segments {
            segment.scan(&mut |line, _, bytes| {
                if bytes.is_empty() {
                    visit(self.entry(line)?.event);
                }
                Ok::<(), StoreError>(())
            })?;
        }
        Ok(())
    }

    /// Calls back with the least of every certificate, in order.
    pub(super) fn briefs<E: From<StoreError>>(
        &self,
        visit: &mut impl FnMut(&CertificateBrief<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for segment in &self.segments {
            segment.scan(&mut |_, _, bytes| {
                if bytes.is_empty() {
                    return Ok(());
                }
                visit(&decode_brief(bytes).ok_or_else(|| segment.damaged())?)
            })?;
        }
        Ok(())
    }

    /// Calls back with every certificate's row, in order.
    pub(super) fn rows<E: From<StoreError>>(
        &self,
        visit: &mut impl FnMut(Option<usize>, &CertificateRow<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for segment in &self.segments {
            segment.scan(&mut |_, _, bytes| {
                if bytes.is_empty() {
                    return Ok(());
                }
                let (issuer, row) = decode_row(bytes).ok_or_else(|| segment.damaged())?;
                visit(issuer, &row)
            })?;
        }
        Ok(())
    }
}
