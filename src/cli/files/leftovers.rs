//! What a command that was killed left under temporary names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirEntry, FileType};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::places;

/// This moment by the system's clock, whatever clock was handed in: the times of files go by it.
pub(in crate::cli) fn this_moment() -> SystemTime {
    SystemTime::now()
}

/// An hour ago: what is older is nobody's who writes just now. Who holds the store's lock may take the moment when it got it
/// instead: what others left who held it is older, and what somebody writes just now who needs no lock is younger.
pub(in crate::cli) fn an_hour_ago() -> SystemTime {
    this_moment().checked_sub(Duration::from_secs(60 * 60)).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// Removes `.NAME.<16 hex digits>.tmp` of the files with these paths below a directory that were last written before a moment
/// of the system's clock. What cannot be removed stays.
pub(in crate::cli) fn sweep<'a>(dir: &Path, files: impl Iterator<Item = &'a str>, before: SystemTime) {
    let mut names: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    for path in files {
        let path = dir.join(path);
        if let (Some(parent), Some(name)) = (path.parent(), path.file_name()) {
            names.entry(parent.to_owned()).or_default().insert(name.to_string_lossy().into_owned());
        }
    }
    for (parent, names) in names {
        for name in places::file_names(&parent).unwrap_or_default() {
            let is_ours =
                stem(&name).is_some_and(|stem| names.iter().any(|name| name.chars().take(50).eq(stem.chars())));
            let path = parent.join(name);
            if is_ours && fs::symlink_metadata(&path).is_ok_and(|metadata| is_older(&metadata, before)) {
                let _ = fs::remove_file(path);
            }
        }
    }
}

/// Removes `.DIR.<16 hex digits>.tmp` beside directories: what they would have become. The files of a certificate are made in one with
/// its key, and it gets its name when it is complete. Only what belongs to this user, holds nothing but files, and was
/// made before a moment of the system's clock is removed.
pub(in crate::cli) fn sweep_beside<'a>(dirs: impl Iterator<Item = &'a Path>, before: SystemTime) {
    sweep_directories(dirs, before, &|entry| entry.is_ok_and(|entry| kind(&entry).is_some_and(|kind| kind.is_file())));
}

/// As [`sweep_beside`] for a directory that has others in it: what is removed holds nothing but files and directories.
pub(in crate::cli) fn sweep_trees_beside(dir: &Path, before: SystemTime) {
    sweep_directories([dir].into_iter(), before, &is_plain_tree);
}

fn sweep_directories<'a>(
    dirs: impl Iterator<Item = &'a Path>,
    before: SystemTime,
    may_hold: &dyn Fn(io::Result<DirEntry>) -> bool,
) {
    let mut names: BTreeMap<&Path, BTreeSet<String>> = BTreeMap::new();
    for dir in dirs {
        if let (Some(parent), Some(name)) = (dir.parent(), dir.file_name()) {
            let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            names.entry(parent).or_default().insert(name.to_string_lossy().chars().take(50).collect());
        }
    }
    let user = rustix::process::geteuid().as_raw();
    for (parent, names) in names {
        let Ok(entries) = fs::read_dir(parent) else { continue };
        for entry in entries.flatten() {
            let is_ours = entry.file_name().to_str().and_then(stem).is_some_and(|stem| names.contains(stem));
            let is_own = || {
                entry.metadata().is_ok_and(|found| found.is_dir() && found.uid() == user && is_older(&found, before))
            };
            let is_left = || fs::read_dir(entry.path()).is_ok_and(|mut entries| entries.all(may_hold));
            if is_ours && is_own() && is_left() {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

fn is_plain_tree(entry: io::Result<DirEntry>) -> bool {
    entry.is_ok_and(|entry| match kind(&entry) {
        Some(kind) if kind.is_dir() => fs::read_dir(entry.path()).is_ok_and(|mut below| below.all(is_plain_tree)),
        Some(kind) => kind.is_file(),
        None => false,
    })
}

fn kind(entry: &DirEntry) -> Option<FileType> {
    entry.file_type().ok()
}

fn is_older(metadata: &fs::Metadata, before: SystemTime) -> bool {
    metadata.modified().is_ok_and(|at| at <= before)
}

/// The name that a temporary one stands for, cut off where it is long.
fn stem(name: &str) -> Option<&str> {
    let (stem, random) = name.strip_prefix('.')?.strip_suffix(".tmp")?.rsplit_once('.')?;
    (random.len() == 16 && random.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(stem)
}
