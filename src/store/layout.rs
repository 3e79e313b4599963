//! Where things are in the directory.

use std::path::{Path, PathBuf};

/// The paths of a store.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The layout under a directory.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The store's directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `store.json`.
    pub fn manifest(&self) -> PathBuf {
        self.root.join("store.json")
    }

    /// `journal.jsonl`.
    pub fn journal(&self) -> PathBuf {
        self.root.join("journal.jsonl")
    }

    /// `journal.head`: number and hash of the journal's last line, to notice a tail that was cut off.
    pub fn head(&self) -> PathBuf {
        self.root.join("journal.head")
    }

    /// `lock`.
    pub fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// `staging/`: what a transaction prepares before its files get their final names.
    pub fn staging(&self) -> PathBuf {
        self.root.join("staging")
    }

    /// `authorities/<name>/`.
    pub fn authority(&self, name: &str) -> PathBuf {
        self.root.join("authorities").join(name)
    }

    /// `issued/<lineage>/`.
    pub fn lineage(&self, lineage: &str) -> PathBuf {
        self.root.join("issued").join(lineage)
    }

    /// `issued/<lineage>/<serial>/`.
    pub fn issued(&self, lineage: &str, serial: &str) -> PathBuf {
        self.lineage(lineage).join(serial)
    }

    /// `profiles/`.
    pub fn profiles(&self) -> PathBuf {
        self.root.join("profiles")
    }

    /// `public/`.
    pub fn public(&self) -> PathBuf {
        self.root.join("public")
    }
}

/// Turns any text (a name from a hostile request) into a word that is safe as one path component: lower-case letters, digits
/// and `._@-`, never starting with a dot or dash, at most 100 characters, never a Windows device name; `*` becomes `_`. Where
/// something was lost, a short hash of the text keeps different texts apart.
pub fn lineage_name(text: &str) -> String {
    let _ = text;
    todo!()
}

/// x
pub fn authority_name(text: &str) -> Result<String, super::StoreError> {
    let _ = text;
    todo!()
}
