//! A file for programs that take nothing but a file's name.

use std::fs::{self, DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::cli::CliError;
use crate::keys::random_bytes;
use crate::x509::display::hex;

/// A public file in a directory of its own; both go when this does. Others may read it, nobody but its owner replace it.
#[derive(Debug)]
pub(in crate::cli) struct Scratch {
    dir: PathBuf,
    file: PathBuf,
}

impl Scratch {
    /// Writes the file under `parent`, which is the system's directory for temporary files.
    ///
    /// # Errors
    /// Names the directory or the file.
    pub(in crate::cli) fn new(parent: &Path, name: &str, bytes: &[u8]) -> Result<Self, CliError> {
        let mut random = [0; 16];
        random_bytes(&mut random)?;
        let dir = parent.join(format!("certwright-{}", hex(&random)));
        DirBuilder::new().mode(0o755).create(&dir).map_err(|error| CliError::io(&dir, "make directory", &error))?;
        let scratch = Self { file: dir.join(name), dir };
        // Whatever the umask: the program may run as another user.
        let readable = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode));
        readable(&scratch.dir, 0o755)
            .and_then(|()| fs::write(&scratch.file, bytes))
            .and_then(|()| readable(&scratch.file, 0o644))
            .map_err(|error| CliError::io(&scratch.file, "write", &error))?;
        Ok(scratch)
    }

    /// Where the file is.
    pub(in crate::cli) fn path(&self) -> &Path {
        &self.file
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Best effort: it is public, and in the directory for what may be lost.
        let _ = fs::remove_file(&self.file);
        let _ = fs::remove_dir(&self.dir);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_readable_and_goes_away() {
        let parent = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(parent.path(), "root.pem", b"x").unwrap();
        let (file, mode) = (scratch.path().to_owned(), |path: &Path| fs::metadata(path).unwrap().permissions().mode());
        assert_eq!(fs::read(&file).unwrap(), b"x");
        assert_eq!((mode(&file) & 0o777, mode(file.parent().unwrap()) & 0o777), (0o644, 0o755));
        drop(scratch);
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}
