//! Looking at one path of a store: a directory, a file, a private key, and what should not be there.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{Fix, Inspection, Problem, finding};
use crate::store::files::Content;
use crate::store::{Severity, StoreError, keyfile};
use crate::x509::{Certificate, X509Error};

/// How bad it is that a private key is not there, and what is to be said about it.
type Gone = (Severity, &'static str);

impl Inspection<'_> {
    /// Checks a directory's mode; says whether there is one.
    pub(super) fn directory(&mut self, path: &Path) -> Result<bool, StoreError> {
        let Some(metadata) = metadata(path)? else { return Ok(false) };
        if !metadata.is_dir() {
            self.report(Severity::Damage, path, "is no directory", None);
            return Ok(false);
        }
        let mode = metadata.mode() & 0o7777;
        if mode & 0o077 != 0 {
            self.report(Severity::Warning, path, format!("has mode {mode:04o}, not 0700"), Some(Fix::Mode));
        }
        Ok(true)
    }

    pub(super) fn contents(&mut self, dir: &Path, expected: &[Content]) -> Result<(), StoreError> {
        expected.iter().try_for_each(|(name, bytes)| self.content(dir.join(name), bytes))
    }

    pub(super) fn content(&mut self, path: PathBuf, expected: &[u8]) -> Result<(), StoreError> {
        let what = match metadata(&path)? {
            None => "is missing",
            Some(metadata) if !metadata.is_file() => "is no regular file",
            Some(_) => match fs::read(&path) {
                Ok(found) if found == expected => return Ok(()),
                Ok(_) => "differs from what the journal says",
                Err(error) => return Err(StoreError::io(path, error)),
            },
        };
        self.report(Severity::Damage, path, what, Some(Fix::Content(expected.to_vec())));
        Ok(())
    }

    pub(super) fn key(
        &mut self,
        path: &Path,
        expected: Option<Gone>,
        certificate: impl FnOnce() -> Result<Certificate, X509Error>,
    ) -> Result<(), StoreError> {
        self.key_of(path, expected, || Ok(certificate()?.spki_der))
    }

    /// Looks at a private key: its file, and, where it is not encrypted, whether it is the one of `spki`. `expected` says what it
    /// means when there is none.
    pub(super) fn key_of(
        &mut self,
        path: &Path,
        expected: Option<Gone>,
        spki: impl FnOnce() -> Result<Vec<u8>, X509Error>,
    ) -> Result<(), StoreError> {
        match (metadata(path)?, expected) {
            (None, Some((severity, what))) => self.report(severity, path, what, None),
            (None, None) => {}
            (Some(_), None) => self.report(Severity::Warning, path, "is a key that the journal does not know", None),
            (Some(metadata), Some(_)) => {
                if let Some(why) = keyfile::unsafe_key(&metadata, keyfile::MAX_SIZE) {
                    // It is refused wherever it is needed.
                    let fix = keyfile::may_close(&metadata).then_some(Fix::KeyMode);
                    self.report(Severity::Damage, path, why, fix);
                } else {
                    let why = match (keyfile::read(path), spki()) {
                        (Ok(bytes), Ok(spki)) => keyfile::wrong_key(&bytes, &spki),
                        (Ok(_), Err(_)) => None,
                        (Err(error), _) => Some(format!("cannot be used: {error}")),
                    };
                    if let Some(why) = why {
                        self.report(Severity::Damage, path, why, None);
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn strays(&mut self, dir: &Path, known: &[&str]) -> Result<(), StoreError> {
        for name in names(dir)? {
            if !known.contains(&name.as_str()) {
                self.report(Severity::Warning, dir.join(name), STRAY, None);
            }
        }
        Ok(())
    }

    /// Reports what the journal should know. Nothing of a store's has a name that begins with a dot: such files are made by systems
    /// and file servers, like `.DS_Store`.
    pub(super) fn unknown(&mut self, path: PathBuf, name: &str, what: &str) {
        let is_hidden = name.starts_with('.');
        let (severity, what) = if is_hidden { (Severity::Warning, STRAY) } else { (Severity::Damage, what) };
        self.report(severity, path, what, None);
    }

    pub(super) fn report(
        &mut self,
        severity: Severity,
        path: impl Into<PathBuf>,
        what: impl Into<String>,
        fix: Option<Fix>,
    ) {
        self.problems.push(Problem { finding: finding(severity, path, what, fix.is_some()), fix });
    }
}

const STRAY: &str = "is not a file of certwright's";

pub(super) fn metadata(path: &Path) -> Result<Option<fs::Metadata>, StoreError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(StoreError::io(path, error)),
    }
}

/// The names in a directory, sorted; none if it is missing.
pub(super) fn names(dir: &Path) -> Result<Vec<String>, StoreError> {
    let entries = match fs::read_dir(dir) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(Vec::new()),
        found => found.map_err(|error| StoreError::io(dir, error))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.map_err(|error| StoreError::io(dir, error))?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
