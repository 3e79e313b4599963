//! Many directories of files that belong together, each appearing at once.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread;

use super::super::flush::{Flush, died, threads};
use super::super::lock::Held;
use super::super::{StoreError, io};
use super::{FILES_OF_A_SET, check_names, parent, replace_set, temporary_name};

/// Files `(name, bytes, mode)` that belong together in a directory of their own.
#[derive(Debug, Clone)]
pub struct FileSet<'a> {
    /// The directory.
    pub dir: &'a Path,
    /// The directory's mode if it is made, and that of parents that are made with it.
    pub dir_mode: u32,
    /// Names, contents and modes.
    pub files: Vec<(&'a str, &'a [u8], u32)>,
}

/// Writes sets of files. A directory that is not there yet appears with all of its files in one step (its parents are made
/// too). In one that is there, or that another process makes meanwhile and may be replaced, files appear one by one, but never
/// a certificate beside another one's key. All of it is durable when this returns; for many sets that costs two syncs of each
/// file system, not some for each.
///
/// # Errors
/// As [`super::write_set`].
pub fn write_sets(sets: &[FileSet<'_>], replace: bool) -> Result<(), StoreError> {
    write_sets_holding(sets, replace, None)
}

/// As [`write_sets`], for somebody who may hold one of the directories already.
///
/// # Errors
/// As [`write_sets`].
pub fn write_sets_holding(sets: &[FileSet<'_>], replace: bool, held: Option<&Held>) -> Result<(), StoreError> {
    sets.iter().try_for_each(|set| check_names(&set.files))?;
    let (fresh, present): (Vec<_>, Vec<_>) = sets.iter().partition(|set| is_missing(set.dir));
    for set in present {
        replace_set(set.dir, &set.files, replace, held)?;
    }
    if fresh.is_empty() {
        return Ok(());
    }
    let mut parents: Vec<(&Path, u32)> = fresh.iter().map(|set| (parent(set.dir), set.dir_mode)).collect();
    parents.sort_unstable();
    parents.dedup();
    parents.iter().try_for_each(|(dir, mode)| io::create_dir_with_parents(dir, *mode))?;
    let staged =
        Staged(fresh.iter().map(|set| Ok((staging_for(set.dir)?, set.dir))).collect::<Result<_, StoreError>>()?);
    stage(&fresh, &staged)?;
    let late = staged.place(replace)?;
    for set in fresh.iter().filter(|set| late.contains(&set.dir)) {
        replace_set(set.dir, &set.files, replace, held)?;
    }
    let mut flush = Flush::new(items(&fresh));
    parents.into_iter().for_each(|(dir, _)| flush.dir(dir.to_owned()));
    flush.run()
}

/// Writes the files of every set into its staged directory, on all cores if there are many, and makes them durable.
fn stage(sets: &[&FileSet<'_>], staged: &Staged<'_>) -> Result<(), StoreError> {
    let work: Vec<(&FileSet<'_>, &Path)> =
        sets.iter().zip(&staged.0).map(|(set, (staging, _))| (*set, staging.as_path())).collect();
    let share = work.len().div_ceil(threads(work.len())).max(1);
    let write = |work: &[(&FileSet<'_>, &Path)]| -> Result<Flush, StoreError> {
        let mut flush = Flush::new(items(sets));
        for (set, staging) in work {
            io::create_dir(staging)?;
            for (name, bytes, mode) in &set.files {
                let path = staging.join(name);
                flush.file(io::write_file(&path, bytes, *mode)?, path);
            }
            if set.dir_mode != io::DIR_MODE {
                io::set_mode(staging, set.dir_mode)?;
            }
            flush.dir(staging.to_path_buf());
        }
        Ok(flush)
    };
    let mut flush = Flush::new(items(sets));
    thread::scope(|scope| {
        let others: Vec<_> = work.chunks(share).skip(1).map(|chunk| scope.spawn(|| write(chunk))).collect();
        flush.merge(write(work.chunks(share).next().unwrap_or_default())?);
        for other in others {
            flush.merge(other.join().map_err(|_| died())??);
        }
        Ok::<(), StoreError>(())
    })?;
    flush.run()
}

/// How many sets there are, as far as syncing goes: one with many files, like a directory of keystores, is as good as many.
fn items(sets: &[&FileSet<'_>]) -> usize {
    sets.len().max(sets.iter().map(|set| set.files.len()).sum::<usize>() / FILES_OF_A_SET)
}

/// Directories under temporary names and what they become; those that have not got their final name are removed when this
/// goes.
struct Staged<'a>(Vec<(PathBuf, &'a Path)>);

impl<'a> Staged<'a> {
    /// Gives the directories their names, and with `replace` tells those that are there by now.
    fn place(mut self, replace: bool) -> Result<Vec<&'a Path>, StoreError> {
        let mut late = Vec::new();
        while let Some((staging, dir)) = self.0.last() {
            match io::rename_new(staging, dir) {
                Err(StoreError::Exists(_)) if replace && dir.is_dir() => {
                    io::remove_tree(staging)?;
                    late.push(*dir);
                }
                done => done?,
            }
            self.0.pop();
        }
        Ok(late)
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        for (staging, _) in &self.0 {
            // Best effort: what went wrong before is what is reported.
            let _ = io::remove_tree(staging);
        }
    }
}

fn is_missing(dir: &Path) -> bool {
    fs::symlink_metadata(dir).is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

/// A temporary name beside a directory.
pub(super) fn staging_for(dir: &Path) -> Result<PathBuf, StoreError> {
    let Some(name) = dir.file_name() else {
        return Err(StoreError::Invalid(format!("{} names no directory", dir.display())));
    };
    Ok(parent(dir).join(temporary_name(name)?))
}
