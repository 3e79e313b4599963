//! Making what one phase wrote durable, with as few disk commits as possible.
//!
//! A journalling file system pays for each of its own commits, not for each file: so a phase writes everything first and
//! syncs after. From [`WHOLE`] items on, one sync of the file system is cheaper than one of every file.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::{StoreError, io};

/// From how many items on the whole file system is synced.
const WHOLE: usize = 16;

/// What waits to be made durable.
pub(super) struct Flush<'a> {
    root: &'a Path,
    whole: bool,
    files: Vec<(File, PathBuf)>,
    dirs: Vec<PathBuf>,
}

impl<'a> Flush<'a> {
    /// A phase of so many items in the store at `root`.
    pub(super) fn new(root: &'a Path, items: usize) -> Self {
        let whole = cfg!(target_os = "linux") && items >= WHOLE;
        Self { root, whole, files: Vec::new(), dirs: Vec::new() }
    }

    /// Adds a file that was written.
    pub(super) fn file(&mut self, file: File, path: PathBuf) {
        if !self.whole {
            self.files.push((file, path));
        }
    }

    /// Adds a directory whose names changed.
    pub(super) fn dir(&mut self, path: PathBuf) {
        if !self.whole && !self.dirs.contains(&path) {
            self.dirs.push(path);
        }
    }

    /// Adds what another thread collected.
    pub(super) fn merge(&mut self, other: Self) {
        self.files.extend(other.files);
        self.dirs.extend(other.dirs);
    }

    /// Makes all of it durable: file contents, then names.
    pub(super) fn run(self) -> Result<(), StoreError> {
        #[cfg(target_os = "linux")]
        if self.whole {
            return io::sync_filesystem(self.root);
        }
        let _ = self.root;
        start_writing(&self.files);
        for (file, path) in &self.files {
            io::sync_file(file, path)?;
        }
        self.dirs.iter().try_for_each(|dir| io::sync_dir(dir))
    }
}

/// Starts writing all files, so that the first sync commits the blocks of all and the others find little left to do.
#[cfg(target_os = "linux")]
fn start_writing(files: &[(File, PathBuf)]) {
    use rustix::fs::{Advice, fadvise};
    if files.len() > 1 {
        for (file, _) in files {
            // A hint only: the syncs that follow are what counts.
            let _ = fadvise(file, 0, None, Advice::DontNeed);
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn start_writing(_: &[(File, PathBuf)]) {}

/// How many threads share the writing of so many items.
pub(super) fn threads(items: usize) -> usize {
    #[cfg(test)]
    if super::faults::armed() {
        return 1;
    }
    if items < WHOLE { 1 } else { std::thread::available_parallelism().map_or(1, usize::from).min(8) }
}
