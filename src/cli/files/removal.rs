//! Taking files away for good: a power cut does not bring a private key back that nothing knows of any more.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::CliError;
use crate::store::atomic;

/// Files and directories that went away; each directory that had some is synced once, by [`Removal::finish`].
#[derive(Debug, Default)]
#[must_use = "what went away is durable once it is finished"]
pub(in crate::cli) struct Removal {
    dirs: BTreeSet<PathBuf>,
}

impl Removal {
    /// Takes a file away.
    ///
    /// # Errors
    /// Names the file; it is no error if it is gone already.
    pub(in crate::cli) fn file(&mut self, path: &Path) -> Result<(), CliError> {
        match fs::remove_file(path) {
            Ok(()) => self.dirs.extend(directory(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(CliError::io(path, "remove", &error)),
        }
        Ok(())
    }

    /// Takes a directory away if there is nothing in it; says whether it went.
    pub(in crate::cli) fn empty_directory(&mut self, dir: &Path) -> bool {
        // Whatever keeps it there, a file above all, is a reason to leave it.
        let went = fs::remove_dir(dir).is_ok();
        if went {
            self.dirs.remove(dir);
            self.dirs.extend(directory(dir));
        }
        went
    }

    /// Makes it durable.
    ///
    /// # Errors
    /// Names the directory.
    pub(in crate::cli) fn finish(self) -> Result<(), CliError> {
        // A directory that another process took away takes its names with it.
        let mut there = self.dirs.iter().filter(|dir| dir.is_dir());
        there.try_for_each(|dir| atomic::sync_dir(dir)).map_err(super::told)
    }
}

fn directory(path: &Path) -> Option<PathBuf> {
    path.parent().map(|dir| if dir.as_os_str().is_empty() { Path::new(".") } else { dir }.to_owned())
}
