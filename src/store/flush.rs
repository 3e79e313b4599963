//! Making what one phase wrote durable, with as few disk commits as possible.
//!
//! A disk pays for each time it is told to flush, not for each file: so a phase writes everything first and syncs after, all
//! at once. From [`WHOLE`] items on, one sync of each file system that they are on is cheaper than one of every file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::{StoreError, io};

/// A disk that takes this long for a sync is waited for by several threads at once.
const SLOW: Duration = Duration::from_millis(2);

/// From how many items on whole file systems are synced.
const WHOLE: usize = 16;

/// What waits to be made durable.
pub(super) struct Flush {
    whole: bool,
    /// By their device, one path on each file system that is to be synced as a whole.
    filesystems: BTreeMap<u64, PathBuf>,
    files: Vec<(File, PathBuf)>,
    dirs: Vec<PathBuf>,
}

impl Flush {
    /// A phase of so many items.
    pub(super) fn new(items: usize) -> Self {
        let whole = cfg!(target_os = "linux") && items >= WHOLE;
        Self { whole, filesystems: BTreeMap::new(), files: Vec::new(), dirs: Vec::new() }
    }

    /// Adds a file that was written; it keeps its name until this runs. One without content is durable with its name.
    pub(super) fn file(&mut self, file: File, path: PathBuf) {
        match file.metadata() {
            Ok(metadata) if metadata.len() == 0 => {}
            Ok(metadata) if self.whole => self.filesystem(metadata.dev(), path),
            _ => self.files.push((file, path)),
        }
    }

    /// Adds a directory whose names changed.
    pub(super) fn dir(&mut self, path: PathBuf) {
        if self.whole
            && let Ok(metadata) = fs::metadata(&path)
        {
            self.filesystem(metadata.dev(), path);
        } else if !self.dirs.contains(&path) {
            self.dirs.push(path);
        }
    }

    fn filesystem(&mut self, device: u64, path: PathBuf) {
        self.filesystems.entry(device).or_insert(path);
    }

    /// Adds what another thread collected.
    pub(super) fn merge(&mut self, other: Self) {
        other.filesystems.into_iter().for_each(|(device, path)| self.filesystem(device, path));
        self.files.extend(other.files);
        self.dirs.extend(other.dirs);
    }

    /// Makes all of it durable.
    pub(super) fn run(self) -> Result<(), StoreError> {
        #[cfg(target_os = "linux")]
        self.filesystems.values().try_for_each(|path| io::sync_filesystem(path))?;
        for (file, _) in self.files.iter().skip(1) {
            io::start_writing(file);
        }
        let files = self.files.iter().map(|(file, path)| Sync::File(file, path));
        let syncs: Vec<_> = files.chain(self.dirs.iter().map(|dir| Sync::Dir(dir))).collect();
        sync_all(&syncs)
    }
}

/// Something to be made durable.
enum Sync<'a> {
    Dir(&'a Path),
    File(&'a File, &'a Path),
}

impl Sync<'_> {
    fn run(&self) -> Result<(), StoreError> {
        match self {
            Sync::Dir(path) => io::sync_dir(path),
            Sync::File(file, path) => io::sync_file(file, path),
        }
    }
}

/// Syncs everything. The first sync commits most of what the others need; where it shows that the disk is slow, the rest are
/// done at once, since the system merges what waits for the disk at the same time. Where it is fast, threads cost more.
fn sync_all(syncs: &[Sync<'_>]) -> Result<(), StoreError> {
    let Some((first, syncs)) = syncs.split_first() else { return Ok(()) };
    let begin = Instant::now();
    first.run()?;
    if begin.elapsed() < SLOW {
        return syncs.iter().try_for_each(Sync::run);
    }
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(sync) = syncs.get(next.fetch_add(1, Ordering::Relaxed)) {
            sync.run()?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let helpers = concurrent(syncs.len()).saturating_sub(1);
        // Where no thread is to be had, the others do its share.
        let helpers: Vec<_> =
            (0..helpers).filter_map(|_| thread::Builder::new().spawn_scoped(scope, work).ok()).collect();
        let own = work();
        helpers.into_iter().map(|helper| helper.join().unwrap_or_else(|_| Err(died()))).fold(own, Result::and)
    })
}

/// How many syncs run at once.
fn concurrent(items: usize) -> usize {
    #[cfg(test)]
    if super::faults::armed() {
        return 1;
    }
    items.min(8)
}

/// Does one step for every item, on several threads where there are many, and collects what is to be made durable.
pub(super) fn spread<T: std::marker::Sync>(
    items: &[T],
    total: usize,
    step: impl Fn(&T, &mut Flush) -> Result<(), StoreError> + std::marker::Sync,
) -> Result<Flush, StoreError> {
    let share = items.len().div_ceil(threads(total)).max(1);
    let work = |items: &[T]| -> Result<Flush, StoreError> {
        let mut flush = Flush::new(total);
        items.iter().try_for_each(|item| step(item, &mut flush))?;
        Ok(flush)
    };
    let mut shares = items.chunks(share);
    let own = shares.next().unwrap_or_default();
    thread::scope(|scope| {
        // Where no thread is to be had, this one does its share.
        let work = &work;
        let start = |items| thread::Builder::new().spawn_scoped(scope, move || work(items)).map_err(|_| items);
        let others: Vec<_> = shares.map(start).collect();
        let mut flush = work(own)?;
        for other in others {
            match other {
                Ok(thread) => flush.merge(thread.join().map_err(|_| died())??),
                Err(items) => flush.merge(work(items)?),
            }
        }
        Ok(flush)
    })
}

/// The error for a thread that ended before its work did.
pub(super) fn died() -> StoreError {
    StoreError::Invalid("a thread that wrote files died".to_owned())
}

/// How many threads share the writing of so many items.
pub(super) fn threads(items: usize) -> usize {
    #[cfg(test)]
    if super::faults::armed() {
        return 1;
    }
    if items < WHOLE { 1 } else { thread::available_parallelism().map_or(1, usize::from).min(8) }
}
