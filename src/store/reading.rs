//! Reading the journal: all of it, or what came after its index.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::head::{Head, HeadFile, Stamp};
use super::index::{self, Builder, Index};
use super::journal::{self, Rules, Scan, Watch};
use super::lock::Lock;
use super::{Entry, Manifest, State, Store, StoreError};

/// From how many lines that the index does not know on it is continued. A line costs a few microseconds to read; writing a
/// segment costs about as much as a commit.
pub(super) const RECENT: u64 = 256;
/// A journal of this size or more, in bytes, is not read into memory as a whole.
const LONG: u64 = if cfg!(test) { 64 << 10 } else { 4 << 20 };
/// How often a reader looks again whether a writer has noted its commit in `journal.head`, waiting longer each time.
const LOOKS: u32 = 6;

/// What of the journal was last read and found whole.
#[derive(Default)]
pub(super) struct Proved(Mutex<Option<Part>>);

struct Part {
    offset: u64,
    bytes: Vec<u8>,
    stamp: Stamp,
}

/// An open journal, as it was at one moment.
pub(super) struct Reading {
    pub(super) journal: File,
    pub(super) length: u64,
    pub(super) stamp: Stamp,
    pub(super) head: HeadFile,
}

impl Store {
    /// Adds the journal up as a reader does.
    pub(super) fn sum(&self) -> Result<Scan, StoreError> {
        let Some(reading) = self.look()? else { return self.nothing().map(|(scan, _)| scan) };
        let scan = self.add_up(&reading, false, &mut |_| ())?;
        self.settled(scan, reading).map(|(scan, _)| scan)
    }

    /// Reads all lines, whatever the index knows. Of a long journal, no certificates are in the state.
    pub(super) fn scan_all(&self, visit: &mut dyn FnMut(&Entry)) -> Result<(Scan, HeadFile), StoreError> {
        let Some(reading) = self.look()? else { return self.nothing() };
        let (path, progress) = (self.layout.journal(), self.telling(reading.length));
        let rules = self.rules(&path, &reading.head, false);
        let scan = if reading.length < LONG {
            rules.scan(&reading.bytes(&path, 0)?, State::empty(), 0, visit)?
        } else {
            rules.scan_file(&reading.journal, reading.length, Watch { visit, builder: None, progress: &progress })?
        };
        self.settled(scan, reading)
    }

    /// Reads all lines, whatever the index knows, and adds them up.
    pub(super) fn sum_all(&self) -> Result<(Scan, HeadFile), StoreError> {
        let Some(reading) = self.look()? else { return self.nothing() };
        let path = self.layout.journal();
        let rules = self.rules(&path, &reading.head, false);
        let scan = if reading.length < LONG {
            rules.scan(&reading.bytes(&path, 0)?, State::empty(), 0, &mut |_| ())?
        } else {
            let (scan, index) = self.rebuild(&rules, &reading, &mut |_| ())?;
            index::forget(&index);
            scan
        };
        self.settled(scan, reading)
    }

    /// Adds the journal up: what came after the index, or all.
    pub(super) fn add_up(
        &self,
        reading: &Reading,
        writer: bool,
        visit: &mut dyn FnMut(&Entry),
    ) -> Result<Scan, StoreError> {
        let path = self.layout.journal();
        let rules = self.rules(&path, &reading.head, writer);
        if let Some(scan) = self.after_index(&rules, reading, visit) {
            return Ok(scan);
        }
        if reading.length < LONG {
            let bytes = reading.bytes(&path, 0)?;
            let scan = rules.scan(&bytes, State::empty(), 0, visit)?;
            self.proved.keep(&scan, 0, bytes, &reading.stamp);
            return Ok(scan);
        }
        let (scan, index) = self.rebuild(&rules, reading, visit)?;
        let whole = scan.torn == 0 && !scan.unterminated;
        if !(whole && self.keep_index(&scan.state, &index, reading, writer)) {
            index::forget(&index);
        }
        Ok(scan)
    }

    /// Adds up what came after the index; `None` if there is none that can be trusted, or if anything is wrong: reading all
    /// will tell what.
    fn after_index(&self, rules: &Rules<'_>, reading: &Reading, visit: &mut dyn FnMut(&Entry)) -> Option<Scan> {
        let head = reading.head.found().filter(|_| !rules.newer)?;
        let now = (reading.length, &reading.stamp);
        let index = Index::open(&self.layout, &self.manifest.store_id, &reading.journal, head, now)?;
        let offset = index.summary.bytes;
        // As much as that is read piece by piece.
        if reading.length.saturating_sub(offset) > journal::MAX_LINE as u64 {
            return None;
        }
        let bytes = reading.bytes(rules.path, offset).ok()?;
        let scan = rules.scan(&bytes, State::resting_on(index).ok()?, offset, visit).ok()?;
        self.proved.keep(&scan, offset, bytes, &reading.stamp);
        Some(scan)
    }

    /// Reads all of a long journal and makes its index.
    fn rebuild(
        &self,
        rules: &Rules<'_>,
        reading: &Reading,
        visit: &mut dyn FnMut(&Entry),
    ) -> Result<(Scan, Arc<Index>), StoreError> {
        let builder = Builder::create(&self.layout.cache(), 1).unwrap_or_else(|_| Builder::in_memory(1));
        match self.rebuild_with(builder, rules, reading, visit) {
            // Nobody's journal is unreadable because the disk is full.
            Err(StoreError::Io { path, .. }) if path.starts_with(self.layout.cache()) => {
                self.rebuild_with(Builder::in_memory(1), rules, reading, visit)
            }
            done => done,
        }
    }

    fn rebuild_with(
        &self,
        mut builder: Builder,
        rules: &Rules<'_>,
        reading: &Reading,
        visit: &mut dyn FnMut(&Entry),
    ) -> Result<(Scan, Arc<Index>), StoreError> {
        let progress = self.telling(reading.length);
        let watch = Watch { visit, builder: Some(&mut builder), progress: &progress };
        let scan = rules.scan_file(&reading.journal, reading.length, watch)?;
        let index = index::settled(&self.layout, &reading.journal, builder, &scan.state, scan.sound)?;
        Ok((Scan { state: State::resting_on(Arc::clone(&index))?, ..scan }, index))
    }

    /// Lets later commands find an index that was made of all lines; says whether they will. A reader does so only if nobody
    /// writes.
    fn keep_index(&self, state: &State, index: &Index, reading: &Reading, locked: bool) -> bool {
        let lock = if locked { None } else { Lock::try_take(&self.layout.lock()) };
        let path = self.layout.journal();
        let unchanged = Stamp::of(&reading.journal, &path)
            .is_ok_and(|(length, stamp)| length == reading.length && stamp == reading.stamp);
        if !unchanged || !(locked || lock.is_some()) {
            return false;
        }
        let head = Head::new(state.seq, &state.head, reading.length, reading.stamp.clone());
        let noted = reading.head.found() == Some(&head) || head.write(&self.layout.head()).is_ok();
        noted && index::keep(index).is_ok()
    }

    /// Opens the journal, and waits a moment for a writer who has appended lines and is about to note them: reading all of a
    /// long journal takes longer.
    fn look(&self) -> Result<Option<Reading>, StoreError> {
        let path = self.layout.journal();
        for look in 0.. {
            // In this order: see `head`.
            let head = HeadFile::read(&self.layout.head())?;
            let Some(journal) = journal::open(&path)? else { return Ok(None) };
            let (length, stamp) = Stamp::of(&journal, &path)?;
            let noted = head.found().is_some_and(|head| head.bytes == length && head.changed == stamp);
            if noted || length < LONG || look == LOOKS || !self.layout.cache().exists() {
                return Ok(Some(Reading { journal, length, stamp, head }));
            }
            thread::sleep(Duration::from_millis(1 << look));
        }
        Ok(None)
    }

    /// What a journal that is missing adds up to.
    fn nothing(&self) -> Result<(Scan, HeadFile), StoreError> {
        let (path, head) = (self.layout.journal(), HeadFile::read(&self.layout.head())?);
        let scan = self.rules(&path, &head, false).scan(&[], State::empty(), 0, &mut |_| ())?;
        self.check_origin(&self.manifest, &scan.state)?;
        Ok((scan, head))
    }

    fn rules<'a>(&self, path: &'a Path, head: &'a HeadFile, writer: bool) -> Rules<'a> {
        Rules { path, head: head.found(), newer: self.manifest.format > Manifest::FORMAT, writer }
    }

    fn telling(&self, total: u64) -> impl Fn(u64) {
        move |read| {
            if let Some(progress) = &self.progress {
                progress(read, total);
            }
        }
    }

    /// What was read, once it is known to be this store's, and durable.
    fn settled(&self, scan: Scan, reading: Reading) -> Result<(Scan, HeadFile), StoreError> {
        self.check_origin(&self.manifest, &scan.state)?;
        self.settle(&scan, &reading)?;
        Ok((scan, reading.head))
    }

    /// Makes lines durable that `journal.head` does not know yet, before anybody is told about them: their writer may not have
    /// come to it.
    fn settle(&self, scan: &Scan, reading: &Reading) -> Result<(), StoreError> {
        if scan.state.seq <= reading.head.found().map_or(0, |head| head.seq) {
            return Ok(());
        }
        match reading.journal.sync_data() {
            // A file system that cannot be written to has nothing to sync.
            Err(error) if !matches!(error.kind(), ErrorKind::ReadOnlyFilesystem | ErrorKind::InvalidInput) => {
                Err(StoreError::io(self.layout.journal(), error))
            }
            _ => Ok(()),
        }
    }
}

impl Reading {
    fn bytes(&self, path: &Path, offset: u64) -> Result<Vec<u8>, StoreError> {
        journal::read_part(&self.journal, path, offset, self.length)
    }
}

impl Proved {
    fn keep(&self, scan: &Scan, offset: u64, bytes: Vec<u8>, stamp: &Stamp) {
        let whole = scan.torn == 0 && !scan.unterminated;
        if let Ok(mut part) = self.0.lock() {
            *part = whole.then(|| Part { offset, bytes, stamp: stamp.clone() });
        }
    }

    /// Whether the journal is still what was proved, and adds up to this state.
    pub(super) fn is(&self, reading: &Reading, path: &Path, state: &State) -> bool {
        let Ok(part) = self.0.lock() else { return false };
        let Some(Part { offset, bytes, stamp }) = part.as_ref() else { return false };
        let last = bytes.strip_suffix(b"\n").map(|whole| whole.rsplit(|&byte| byte == b'\n').next().unwrap_or(whole));
        let head =
            last.map_or_else(|| state.base().map(|base| base.summary.head.clone()), |line| Some(journal::hash(line)));
        let same =
            || journal::read_part(&reading.journal, path, *offset, reading.length).is_ok_and(|now| now == *bytes);
        let from = state.base().map_or(0, |base| base.summary.bytes);
        *stamp == reading.stamp && *offset == from && head.as_deref() == Some(state.head.as_str()) && same()
    }
}
