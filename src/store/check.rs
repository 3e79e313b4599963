//! Comparing a store's files with its journal, and rebuilding what follows from it.

use std::path::{Path, PathBuf};

use super::inspection::{Fix, Inspection, Problem};
use super::release::{point, replace, write_manifest};
use super::{Manifest, Notice, Store, StoreError, Writer, io};

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something is lost, wrong or released without a record.
    Damage,
    /// Unusual, but nothing is lost.
    Warning,
}

/// Something in a store that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub path: PathBuf,
    /// What is wrong, a sentence without its subject.
    pub what: String,
    /// Whether [`Writer::repair`], or just taking the lock, puts it right.
    pub repairable: bool,
}

impl Store {
    /// Compares everything in the directory with the journal: its chain and `journal.head`, `store.json`, the files of
    /// every certificate and authority, permissions, and what is there without a record. An empty result means that the
    /// store is sound. Takes no lock: beside a command that writes, it may report files that are about to appear.
    ///
    /// # Errors
    /// [`StoreError::Io`]; a damaged journal is a finding.
    pub fn check(&self) -> Result<Vec<Finding>, StoreError> {
        self.findings(true)
    }

    /// As [`Store::check`], where what lies in `staging/` cannot be settled: nothing waits for it.
    ///
    /// # Errors
    /// As there.
    pub fn check_unsettled(&self) -> Result<Vec<Finding>, StoreError> {
        self.findings(false)
    }

    fn findings(&self, moves: bool) -> Result<Vec<Finding>, StoreError> {
        Ok(Inspection::run(self, moves)?.into_iter().map(|problem| problem.finding).collect())
    }
}

impl Writer<'_> {
    /// Rewrites what is missing or wrong and follows from the journal: certificates, chains, links, public files, settings and
    /// the modes of directories and private keys. What is in private keys is never touched. Says what was done; what cannot be repaired stays
    /// for [`Store::check`] to report.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn repair(&mut self) -> Result<Vec<Notice>, StoreError> {
        if self.unsound {
            self.make_sound()?;
        }
        let mut notices = Vec::new();
        for Problem { finding, fix } in Inspection::run(self.store, true)? {
            let Some(fix) = fix else { continue };
            self.apply(&finding.path, fix)?;
            notices.push(Notice(format!("repaired {}: it {}", finding.path.display(), finding.what)));
        }
        Ok(notices)
    }

    fn apply(&self, path: &Path, fix: Fix) -> Result<(), StoreError> {
        let layout = self.store.layout();
        let parent = path.parent().unwrap_or(layout.root());
        match fix {
            Fix::Content(bytes) => {
                io::create_dir_with_parents(parent, io::DIR_MODE)?;
                replace(layout, "repair", path, &bytes)
            }
            Fix::Link(target) => {
                point(path, &target, &layout.staging().join("repair.link"))?;
                io::sync_dir(parent)
            }
            Fix::Manifest => {
                let (store_id, settings) = (self.state.store_id().to_owned(), self.state.settings.clone());
                write_manifest(layout, &Manifest { format: Manifest::FORMAT, store_id, settings })
            }
            Fix::KeyMode => io::set_mode(path, io::KEY_MODE),
            Fix::Mode => io::set_mode(path, io::DIR_MODE),
            Fix::Cache => io::remove_tree(path),
        }
    }
}
