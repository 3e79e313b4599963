//! What a command that was killed left under temporary names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::places;

/// Removes `.NAME.<16 hex digits>.tmp` of the files with these paths below a directory, where they are at least as old as `age`:
/// a younger one may be somebody's who writes just now. What cannot be removed stays.
pub(in crate::cli) fn sweep<'a>(dir: &Path, files: impl Iterator<Item = &'a str>, age: Duration) {
    let mut names: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    for path in files {
        let path = dir.join(path);
        if let (Some(parent), Some(name)) = (path.parent(), path.file_name()) {
            names.entry(parent.to_owned()).or_default().insert(name.to_string_lossy().into_owned());
        }
    }
    for (parent, names) in names {
        for name in places::file_names(&parent).unwrap_or_default() {
            let stem = name
                .strip_prefix('.')
                .and_then(|rest| rest.strip_suffix(".tmp"))
                .and_then(|rest| rest.rsplit_once('.'));
            let is_ours = stem.is_some_and(|(stem, random)| {
                names.iter().any(|name| name.chars().take(50).eq(stem.chars()))
                    && random.len() == 16
                    && random.bytes().all(|byte| byte.is_ascii_hexdigit())
            });
            let path = parent.join(name);
            let modified = fs::symlink_metadata(&path).and_then(|metadata| metadata.modified());
            if is_ours && modified.is_ok_and(|at| at.elapsed().is_ok_and(|found| found >= age)) {
                let _ = fs::remove_file(path);
            }
        }
    }
}
