//! Several files of one directory, written together.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::{CliError, OutputFile, mode, refuse_existing};

/// Writes a directory's files together, a reader never seeing a certificate beside another one's key.
///
/// Everything is on disk under temporary names before a final name is touched. Then old public files make way, the secret
/// files get their names, and the public files last: in between a certificate may be missing, but none is wrong.
/// A directory that is made here has mode 0700.
///
/// # Errors
/// Names the file.
pub(in crate::cli) fn write_set(dir: &Path, files: &[OutputFile], force: bool) -> Result<(), CliError> {
    let named = |file: &OutputFile| dir.join(&file.name);
    refuse_existing(&files.iter().map(named).collect::<Vec<_>>(), force)?;
    make_directory(dir)?;
    let mut staged = Staged::default();
    for file in files {
        staged.add(dir, file).map_err(|error| CliError::io(named(file), "write", &error))?;
    }
    if force {
        make_way(dir, files)?;
    }
    for secret in [true, false] {
        for (index, file) in files.iter().enumerate().filter(|(_, file)| file.secret == secret) {
            let target = named(file);
            staged.place(index, &target, force).map_err(|error| CliError::io(&target, "write", &error))?;
        }
        sync_directory(dir)?;
    }
    Ok(())
}

/// Removes the public files that will be replaced, before another key appears.
fn make_way(dir: &Path, files: &[OutputFile]) -> Result<(), CliError> {
    for file in files.iter().filter(|file| !file.secret) {
        let path = dir.join(&file.name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(CliError::io(path, "replace", &error)),
            _ => {}
        }
    }
    sync_directory(dir)
}

/// Makes a directory with its parents, mode 0700 whatever the umask.
fn make_directory(dir: &Path) -> Result<(), CliError> {
    if dir.is_dir() {
        return Ok(());
    }
    let failed = |error: io::Error| CliError::io(dir, "make directory", &error);
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(failed)?;
    fs::set_permissions(dir, Permissions::from_mode(0o700)).map_err(failed)?;
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync_directory(parent)
}

fn sync_directory(dir: &Path) -> Result<(), CliError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(|error| CliError::io(dir, "write", &error))
}

/// Files under temporary names; what did not get its final name is removed in the end.
#[derive(Default)]
struct Staged {
    paths: Vec<PathBuf>,
}

impl Staged {
    fn add(&mut self, dir: &Path, file: &OutputFile) -> io::Result<()> {
        let path = dir.join(format!(".{}.{}.tmp", file.name, std::process::id()));
        // What a killed process of the same number left behind.
        let _ = fs::remove_file(&path);
        let mut out = OpenOptions::new().write(true).create_new(true).mode(mode(file.secret)).open(&path)?;
        self.paths.push(path);
        out.set_permissions(Permissions::from_mode(mode(file.secret)))?;
        out.write_all(&file.bytes)?;
        out.sync_all()
    }

    /// Gives a file its final name; without `force` only if nobody has taken it meanwhile.
    fn place(&self, index: usize, target: &Path, force: bool) -> io::Result<()> {
        let path = self.paths.get(index).ok_or(io::ErrorKind::NotFound)?;
        if force {
            return fs::rename(path, target);
        }
        match fs::hard_link(path, target) {
            Ok(()) => fs::remove_file(path),
            // A file system without hard links; that the name is free was looked at before.
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => fs::rename(path, target),
            Err(error) => Err(error),
        }
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        for path in &self.paths {
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: &[u8], secret: bool) -> OutputFile {
        OutputFile { name: name.into(), bytes: bytes.to_vec().into(), secret }
    }

    fn permissions(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_set_appears_with_its_modes() {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path().join("a/b");
        write_set(&dir, &[file("cert.pem", b"c", false), file("key.pem", b"k", true)], false).unwrap();
        assert_eq!(names(&dir), ["cert.pem", "key.pem"]);
        assert_eq!(fs::read(dir.join("key.pem")).unwrap(), b"k");
        assert_eq!(permissions(&dir), 0o700);
        assert_eq!(permissions(&dir.join("key.pem")), 0o600);
        assert_eq!(permissions(&dir.join("cert.pem")), 0o644);
    }

    #[test]
    fn nothing_changes_when_one_file_exists() {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path();
        fs::write(dir.join("key.pem"), b"old").unwrap();
        let set = [file("cert.pem", b"c", false), file("key.pem", b"k", true)];
        let error = write_set(dir, &set, false).err().unwrap();
        assert!(error.message.contains("key.pem exists already"), "{error}");
        assert_eq!(names(dir), ["key.pem"]);
        assert_eq!(fs::read(dir.join("key.pem")).unwrap(), b"old");
    }

    #[test]
    fn force_replaces_and_leaves_other_files() {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path();
        fs::write(dir.join("other"), b"o").unwrap();
        fs::write(dir.join("elsewhere"), b"e").unwrap();
        fs::set_permissions(dir.join("other"), Permissions::from_mode(0o644)).unwrap();
        std::os::unix::fs::symlink("elsewhere", dir.join("key.pem")).unwrap();
        write_set(dir, &[file("cert.pem", b"c", false), file("key.pem", b"k", true)], true).unwrap();
        assert_eq!(names(dir), ["cert.pem", "elsewhere", "key.pem", "other"]);
        assert_eq!(fs::read(dir.join("elsewhere")).unwrap(), b"e", "a symbolic link was followed");
        assert_eq!(permissions(&dir.join("key.pem")), 0o600);
    }
}
