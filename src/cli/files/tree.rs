//! A directory that appears as a whole.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::{CliError, PUBLIC_DIR_MODE, mode, public_directory};
use crate::keys::random_bytes;

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
    let name = dir.file_name().ok_or_else(nameless)?;
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    public_directory(parent)?;
    let mut random = [0; 8];
    random_bytes(&mut random)?;
    let mut temporary = std::ffi::OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".tmp-{}", crate::x509::display::hex(&random)));
    let temporary = Temporary(parent.join(temporary));
    fill(&temporary.0, files).map_err(|(path, error)| {
        // The path that the person knows.
        let path = path.strip_prefix(&temporary.0).map_or_else(|_| dir.to_owned(), |below| dir.join(below));
        CliError::io(path, "write", &error)
    })?;
    place(&temporary.0, dir).map_err(|error| {
        CliError::io(dir, "put in place", &error)
            .hint("if it is the place where a file system is mounted, name a directory in it")
    })?;
    File::open(parent).and_then(|parent| parent.sync_all()).map_err(|error| CliError::io(dir, "write", &error))
}

/// What is removed again, with everything in it.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn fill(root: &Path, files: &[TreeFile<'_>]) -> Result<(), (PathBuf, io::Error)> {
    let make = |dir: &Path| {
        let made = DirBuilder::new().mode(PUBLIC_DIR_MODE).create(dir);
        match made.and_then(|()| fs::set_permissions(dir, Permissions::from_mode(PUBLIC_DIR_MODE))) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            done => done.map_err(|error| (dir.to_owned(), error)),
        }
    };
    make(root)?;
    let mut made = HashSet::new();
    for file in files {
        let mut at = root.to_owned();
        let mut parts = file.path.split('/').peekable();
        while let Some(part) = parts.next() {
            if part.is_empty() || part == "." || part == ".." {
                return Err((root.join(file.path), io::ErrorKind::InvalidInput.into()));
            }
            at.push(part);
            if parts.peek().is_some() && made.insert(at.clone()) {
                make(&at)?;
            }
        }
        let failed = |error| (at.clone(), error);
        let mode = mode(file.secret);
        let mut out = OpenOptions::new().write(true).create_new(true).mode(mode).open(&at).map_err(failed)?;
        out.set_permissions(Permissions::from_mode(mode)).and_then(|()| out.write_all(file.bytes)).map_err(failed)?;
        if !cfg!(target_os = "linux") {
            out.sync_all().map_err(failed)?;
        }
    }
    // One flush of the file system costs less than one of every file.
    #[cfg(target_os = "linux")]
    File::open(root).and_then(|root| Ok(rustix::fs::syncfs(&root)?)).map_err(|error| (root.to_owned(), error))?;
    Ok(())
}

/// Gives the directory its name; one that was there with that name is removed.
fn place(temporary: &Path, dir: &Path) -> io::Result<()> {
    match fs::rename(temporary, dir) {
        Err(error) if [io::ErrorKind::DirectoryNotEmpty, io::ErrorKind::AlreadyExists].contains(&error.kind()) => {}
        done => return done,
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        // What is left under the temporary name is removed with it.
        if renameat_with(CWD, temporary, CWD, dir, RenameFlags::EXCHANGE).is_ok() {
            return Ok(());
        }
    }
    let mut old = temporary.as_os_str().to_owned();
    old.push("-old");
    let old = Temporary(PathBuf::from(old));
    fs::rename(dir, &old.0)?;
    fs::rename(temporary, dir).inspect_err(|_| {
        let _ = fs::rename(&old.0, dir);
    })
}

#[cfg(test)]
mod tests {
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
}
