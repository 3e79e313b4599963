//! A directory that appears as a whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{CliError, PUBLIC_DIR_MODE, leftovers, mode, public_directory, stores, told};
use crate::store::{StoreError, atomic};

/// A file of it.
pub(in crate::cli) struct TreeFile<'a> {
    /// Its path below the directory; every part is a plain name.
    pub(in crate::cli) path: &'a str,
    /// Its bytes.
    pub(in crate::cli) bytes: &'a [u8],
    /// Whether it is secret (mode 0600), else 0644.
    pub(in crate::cli) secret: bool,
}

/// Refuses what [`write_tree`] would: call it before any work is done. `foreign` names
/// what is in a directory that this command did not put there, so that it may not be replaced.
///
/// # Errors
/// Exit 1 for a directory that is not empty without `force`, and for one of something else with it.
pub(in crate::cli) fn check_tree(
    dir: &Path,
    force: bool,
    foreign: &dyn Fn(&Path) -> Option<PathBuf>,
) -> Result<(), CliError> {
    stores::refuse_directories([dir].into_iter())?;
    let failed = |error: io::Error| CliError::io(dir, "write", &error);
    let metadata = match fs::symlink_metadata(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found.map_err(failed)?,
    };
    if !metadata.is_dir() {
        return Err(CliError::failed(format!("{} is no directory", dir.display()))
            .hint("nothing was written; name a new directory"));
    }
    if fs::canonicalize(dir).ok() == fs::canonicalize(".").ok() {
        return Err(CliError::failed("the directory that this runs in cannot appear as a whole")
            .hint("nothing was written; name a new directory in it"));
    }
    if fs::read_dir(dir).map_err(failed)?.next().is_none() {
        return Ok(());
    }
    if !force {
        return Err(CliError::failed(format!("{} is not empty", dir.display()))
            .hint("nothing was written; name a new directory, or replace what was made here before with --force"));
    }
    if let Some(path) = foreign(dir) {
        return Err(CliError::failed(format!("{} holds something else: {}", dir.display(), path.display()))
            .hint("nothing was written: --force replaces only what this command made; name a new directory"));
    }
    Ok(())
}

/// Writes a directory beside its place, makes it durable, and puts it there in one step; what was there before goes away. A
/// directory has mode 0755, a secret file 0600, others 0644, whatever the umask.
///
/// # Errors
/// As [`check_tree`]; names the file that cannot be written. Nothing is left behind.
pub(in crate::cli) fn write_tree(
    dir: &Path,
    files: &[TreeFile<'_>],
    force: bool,
    foreign: &dyn Fn(&Path) -> Option<PathBuf>,
) -> Result<(), CliError> {
    check_tree(dir, force, foreign)?;
    let nameless = || CliError::failed(format!("{} is no name of a new directory", dir.display()));
    dir.file_name().ok_or_else(nameless)?;
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    public_directory(parent)?;
    // Keys may be among what a killed command left.
    leftovers::sweep_trees_beside(dir, leftovers::an_hour_ago());
    let files: Vec<_> = files.iter().map(|file| (file.path, file.bytes, mode(file.secret))).collect();
    atomic::write_tree(dir, PUBLIC_DIR_MODE, &files).map_err(|error| match error {
        StoreError::Io { source, .. } if source.kind() == io::ErrorKind::ResourceBusy => {
            CliError::io(dir, "put in place", &source)
                .hint("if it is the place where a file system is mounted, name a directory in it")
        }
        error => told(error),
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::{Duration, SystemTime};

    use super::*;

    fn files() -> [TreeFile<'static>; 2] {
        [
            TreeFile { path: "mark", bytes: b"1", secret: false },
            TreeFile { path: "a/b/key.pem", bytes: b"secret", secret: true },
        ]
    }

    #[test]
    fn a_tree_appears_and_is_replaced_only_where_it_is_ours() {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path().join("new/out");
        let ours = |dir: &Path| (!dir.join("mark").exists()).then(|| dir.join("a"));
        write_tree(&dir, &files(), false, &ours).unwrap();
        let mode = fs::metadata(dir.join("a/b/key.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(dir.join("stray"), "").unwrap();
        assert!(write_tree(&dir, &files(), false, &ours).unwrap_err().message.contains("not empty"));
        write_tree(&dir, &files(), true, &ours).unwrap();
        assert!(!dir.join("stray").exists());
        fs::remove_file(dir.join("mark")).unwrap();
        assert!(write_tree(&dir, &files(), true, &ours).unwrap_err().message.contains("something else"));
        assert!(dir.join("a/b/key.pem").exists());
        assert_eq!(fs::read_dir(scratch.path().join("new")).unwrap().count(), 1, "nothing is left behind");
    }

    #[test]
    fn an_empty_directory_is_filled_and_paths_stay_below() {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path().join("empty");
        fs::create_dir(&dir).unwrap();
        let outside = [TreeFile { path: "../outside", bytes: b"", secret: false }];
        assert!(write_tree(&dir, &outside, false, &|dir| Some(dir.to_owned())).is_err());
        write_tree(&dir, &files(), false, &|dir| Some(dir.to_owned())).unwrap();
        assert!(dir.join("mark").exists());
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_killed_command_left_goes_an_hour_later() {
        let scratch = tempfile::tempdir().unwrap();
        let left = [".out.0123456789abcdef.tmp", ".out.fedcba9876543210.tmp", ".out.00112233445566aa.tmp"]
            .map(|name| scratch.path().join(name));
        for dir in &left {
            fs::create_dir_all(dir.join("bad/x")).unwrap();
            fs::write(dir.join("bad/x/key.pem"), "a key").unwrap();
        }
        // No tree has a link.
        std::os::unix::fs::symlink("x", left[2].join("bad/link")).unwrap();
        for dir in [&left[0], &left[2]] {
            fs::File::open(dir).unwrap().set_modified(SystemTime::now() - Duration::from_secs(2 * 60 * 60)).unwrap();
        }
        write_tree(&scratch.path().join("out"), &files(), false, &|_| None).unwrap();
        assert_eq!(left.map(|dir| dir.exists()), [false, true, true]);
    }
}
