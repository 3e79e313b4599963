//! Where things are in the directory.

use std::path::{Path, PathBuf};

/// The paths of a store.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The names of a store's directories; what is in `profiles` is the operator's.
    pub const DIRECTORIES: [&str; 7] = ["authorities", "cache", "issued", "packed", "profiles", "public", "staging"];
    /// The names of the files beside them.
    pub const FILES: [&str; 4] = ["journal.head", "journal.jsonl", "lock", "store.json"];

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

    /// `staging/<tx>.pending`: there exactly while the files of a transaction are not all in place, unless a staged key says so.
    pub(super) fn marker(&self, tx: u64) -> PathBuf {
        self.staging().join(format!("{tx}.pending"))
    }

    /// `staging/<seq>.key.pem`: the private key that belongs to a line, until the line is recorded; of one line in a transaction until
    /// all its files are in place.
    pub(super) fn staged_key(&self, seq: u64) -> PathBuf {
        self.staging().join(format!("{seq}.key.pem"))
    }

    /// `staging/<tx>.pack.pem`: the private keys of a transaction that is packed, until it is recorded.
    pub(super) fn staged_pack(&self, tx: u64) -> PathBuf {
        self.staging().join(format!("{tx}.pack.pem"))
    }

    /// `staging/<seq>/`: the files of a recorded line, until they get their final name.
    pub(super) fn staged(&self, seq: u64) -> PathBuf {
        self.staging().join(seq.to_string())
    }

    /// `authorities/`.
    pub fn authorities(&self) -> PathBuf {
        self.root.join("authorities")
    }

    /// `authorities/<name>/previous/`: the keys that an authority had before, `<SHA-256 of the certificate, 16 digits>.key.pem`.
    pub fn previous_keys(&self, name: &str) -> PathBuf {
        self.authority(name).join("previous")
    }

    /// `issued/`.
    pub fn issued_root(&self) -> PathBuf {
        self.root.join("issued")
    }

    /// `authorities/<name>/`.
    pub fn authority(&self, name: &str) -> PathBuf {
        self.authorities().join(name)
    }

    /// `issued/<lineage>/`.
    pub fn lineage(&self, lineage: &str) -> PathBuf {
        self.issued_root().join(lineage)
    }

    /// `issued/<lineage>/<serial>/`.
    pub fn issued(&self, lineage: &str, serial: &str) -> PathBuf {
        self.lineage(lineage).join(serial)
    }

    /// `packed/`: there once a batch was packed.
    pub fn packed(&self) -> PathBuf {
        self.root.join("packed")
    }

    /// `packed/<pack>.pem`: the private keys of many certificates.
    pub fn pack(&self, pack: u64) -> PathBuf {
        self.packed().join(format!("{pack}.pem"))
    }

    /// `profiles/`.
    pub fn profiles(&self) -> PathBuf {
        self.root.join("profiles")
    }

    /// `public/`.
    pub fn public(&self) -> PathBuf {
        self.root.join("public")
    }

    /// `cache/`: what makes a long journal fast to look things up in; rebuilt when it is missing.
    pub(super) fn cache(&self) -> PathBuf {
        self.root.join("cache")
    }

    /// `public/<authority>.crl`, or `<authority>.delta.crl`: the newest CRL in DER; the same in PEM is at `.crl.pem`.
    pub fn crl(&self, authority: &str, delta: bool) -> PathBuf {
        self.public().join(if delta { format!("{authority}.delta.crl") } else { format!("{authority}.crl") })
    }
}
