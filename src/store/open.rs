//! Opening and reading a store.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use super::journal::Scan;
use super::lock::Lock;
use super::naming::{authority_name, is_serial, is_word};
use super::reading::{Proved, RECENT};
use super::{
    CertificateRecord, CrlRecord, Entry, JournalReport, Layout, Manifest, State, StoreError, Writer, files, io,
    keyfile, pack,
};

/// A store that is open for reading.
pub struct Store {
    pub(super) layout: Layout,
    pub(super) manifest: Manifest,
    /// What of the journal was last read and found whole: see [`Store::lock_knowing`].
    pub(super) proved: Proved,
    /// Told how many bytes of the journal were read, of how many, when all of a long one must be.
    pub(super) progress: Option<Box<dyn Fn(u64, u64) + Send + Sync>>,
    /// From how many lines that the index does not know on it is continued.
    pub(super) recent: u64,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("layout", &self.layout).field("manifest", &self.manifest).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a store.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Damaged`], [`StoreError::Io`]; a newer format can be read as far as it is understood.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let layout = Layout::new(root);
        match read_manifest(&layout)? {
            Some(manifest) => Ok(Self { layout, manifest, proved: Proved::default(), progress: None, recent: RECENT }),
            None if layout.journal().exists() => {
                Err(StoreError::damaged(layout.manifest(), None, "is missing beside the journal"))
            }
            None => Err(StoreError::Missing(root.to_owned())),
        }
    }

    /// Lets somebody be told how many bytes of the journal were read, of how many, when all of a long one must be.
    #[must_use]
    pub fn with_progress(self, progress: Box<dyn Fn(u64, u64) + Send + Sync>) -> Self {
        Self { progress: Some(progress), ..self }
    }

    /// Where things are.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// `store.json`, as it was when the store was opened.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Reads the journal, proves its hash chain and adds it up; never blocks, and ignores a line that a writer is
    /// just appending. What was proved before of a long one, and not written by anybody else since, is not read again.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] names the first bad line.
    pub fn read(&self) -> Result<State, StoreError> {
        self.sum().map(|scan| scan.state)
    }

    /// Calls back with every line of the journal in order, chain proved.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] names the first bad line.
    pub fn for_each_entry(&self, visit: &mut dyn FnMut(&Entry)) -> Result<(), StoreError> {
        self.scan_all(visit).map(drop)
    }

    /// Proves the journal's hash chain and says where it ends.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] names the first bad line.
    pub fn verify(&self) -> Result<JournalReport, StoreError> {
        let (scan, head) = self.scan_all(&mut |_| ())?;
        let notices = scan.notices(&head);
        let Scan { state, sound, torn, .. } = scan;
        Ok(JournalReport { seq: state.seq, head: state.head, bytes: sound, unfinished: torn, notices })
    }

    /// Puts a CRL of the journal together again, DER: the record of line `seq`, and the entries that follow from the lines before.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] names the line, when the CRL does not come out as it was signed.
    pub fn rebuild_crl(&self, state: &State, seq: u64, record: &CrlRecord) -> Result<Vec<u8>, StoreError> {
        let path = self.layout.journal();
        files::crl(state, seq, record).map_err(|error| StoreError::damaged(path, Some(seq), error.to_string()))
    }

    /// Whether an authority's private key is in its place. It is not when it never was here, and when a command was killed
    /// after the authority was recorded: the next lock puts it there.
    pub fn has_authority_key(&self, name: &str) -> bool {
        self.layout.authority(name).join("key.pem").exists()
    }

    /// Why an authority's private key is not used though it is in its place: others can get at it.
    pub fn exposed_authority_key(&self, name: &str) -> Option<String> {
        let path = self.layout.authority(name).join("key.pem");
        let metadata = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
        keyfile::exposed(&metadata).map(|why| format!("its key.pem {why}"))
    }

    /// Reads an authority's private key file (PEM, perhaps encrypted), refusing loose permissions, other owners and
    /// symbolic links.
    ///
    /// # Errors
    /// [`StoreError::Unsafe`], [`StoreError::Io`].
    pub fn read_authority_key(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        keyfile::read(&self.layout.authority(&authority_name(name)?).join("key.pem"))
    }

    /// Reads a certificate's private key file, with the same care.
    ///
    /// # Errors
    /// [`StoreError::Unsafe`], [`StoreError::Io`]; [`StoreError::Invalid`] for what is no lineage or serial.
    pub fn read_issued_key(&self, record: &CertificateRecord) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        if let Some(packed) = record.packed {
            return pack::read(&self.layout, record, packed);
        }
        if !is_word(&record.lineage) || !is_serial(&record.serial) {
            return Err(StoreError::Invalid("no such lineage or serial".to_owned()));
        }
        keyfile::read(&self.issued_key(record))
    }

    /// The file with the private key of a certificate, if the store has it: its own, or a pack.
    pub fn issued_key(&self, record: &CertificateRecord) -> PathBuf {
        match record.packed {
            Some(packed) => self.layout.pack(packed.pack),
            None => self.layout.issued(&record.lineage, &record.serial).join("key.pem"),
        }
    }

    /// The directory with the files of a certificate, if there is one.
    pub fn directory(&self, lineage: &str, serial: &str) -> Option<PathBuf> {
        Some(self.layout.issued(lineage, serial)).filter(|dir| dir.exists())
    }

    /// Reads the private key file of a certificate with the same care, and, where it is not encrypted, makes sure that it is the
    /// key of that certificate.
    ///
    /// # Errors
    /// As [`Store::read_issued_key`]; [`StoreError::Damaged`] names the file that holds another key, or none.
    pub fn read_key_of(&self, record: &CertificateRecord) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let pem = self.read_issued_key(record)?;
        let certificate = record.certificate().ok();
        match certificate.and_then(|certificate| keyfile::wrong_key(&pem, &certificate.spki_der)) {
            Some(why) => Err(StoreError::damaged(self.issued_key(record), None, why)),
            None => Ok(pem),
        }
    }

    /// Reads the user's profile files: (file name without `.json`, bytes), sorted by name.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn read_profiles(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        keyfile::read_profiles(&self.layout.profiles())
    }

    /// Takes the exclusive lock, waiting for others, and makes the store sound: a torn last line is dropped, a recorded
    /// transaction's files are completed, leftovers are removed.
    ///
    /// `command` is what another waiting process is told about the holder.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::TooNew`], [`StoreError::Damaged`], [`StoreError::Io`].
    pub fn lock(&self, timeout: Duration, command: &str) -> Result<Writer<'_>, StoreError> {
        self.take_lock(timeout, command, None)
    }

    /// Takes the lock as [`Store::lock`] does, with what [`Store::read`] gave just before: where not a byte of the journal has
    /// changed since, it need not be proved and added up once more.
    ///
    /// # Errors
    /// As [`Store::lock`].
    pub fn lock_knowing(&self, state: State, timeout: Duration, command: &str) -> Result<Writer<'_>, StoreError> {
        self.take_lock(timeout, command, Some(state))
    }

    fn take_lock(&self, timeout: Duration, command: &str, known: Option<State>) -> Result<Writer<'_>, StoreError> {
        refuse_newer(&self.manifest)?;
        let lock = Lock::take(&self.layout.lock(), timeout, command)?;
        Writer::begin(self, lock, known)
    }

    /// Checks that journal, `store.json` and directories are of one store.
    pub(super) fn check_origin(&self, manifest: &Manifest, state: &State) -> Result<(), StoreError> {
        if state.seq == 0 {
            for dir in [self.layout.authorities(), self.layout.issued_root(), self.layout.packed()] {
                if fs::read_dir(&dir).is_ok_and(|mut entries| entries.next().is_some()) {
                    let why = format!("is missing or empty, but there are files in {}", dir.display());
                    return Err(StoreError::damaged(self.layout.journal(), None, why));
                }
            }
        } else if !state.store_id().is_empty() && state.store_id() != manifest.store_id {
            let why = format!("has another store's id than the journal, which says {}", state.store_id());
            return Err(StoreError::damaged(self.layout.manifest(), None, why));
        }
        Ok(())
    }
}

/// Longest `store.json` that is read, in bytes: it has a few settings for each authority.
const MAX_MANIFEST: u64 = 64 << 20;

/// Reads `store.json`, if it is there.
pub(super) fn read_manifest(layout: &Layout) -> Result<Option<Manifest>, StoreError> {
    let path = layout.manifest();
    match io::read_file(&path, MAX_MANIFEST) {
        Ok(bytes) => Manifest::parse(&path, &bytes).map(Some),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) if error.kind() == ErrorKind::FileTooLarge => {
            Err(StoreError::damaged(path, None, "is far larger than what is written there"))
        }
        Err(error) => Err(StoreError::io(path, error)),
    }
}

/// Refuses to write what a newer version wrote.
pub(super) fn refuse_newer(manifest: &Manifest) -> Result<(), StoreError> {
    if manifest.format > Manifest::FORMAT {
        return Err(StoreError::TooNew { found: manifest.format, supported: Manifest::FORMAT });
    }
    Ok(())
}
