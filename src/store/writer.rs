//! Opening, reading and writing a store.

use std::path::Path;
use std::time::Duration;

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{Event, Layout, Manifest, Notice, State, StoreError};

/// A store that is open for reading.
#[derive(Debug)]
pub struct Store {
    layout: Layout,
    manifest: Manifest,
}

impl Store {
    /// Makes an empty store, or opens one that is there. The directory is created with its parents, mode 0700. A directory
    /// with foreign files in it is refused; what a killed `create` left behind is completed.
    ///
    /// # Errors
    /// [`StoreError::NotAStore`], [`StoreError::TooNew`], [`StoreError::Io`].
    pub fn create(root: &Path) -> Result<Self, StoreError> {
        let _ = root;
        todo!()
    }

    /// Opens a store.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Damaged`], [`StoreError::Io`]; a newer format can be read as far as it is understood.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let _ = root;
        todo!()
    }

    /// Where things are.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// `store.json`.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Reads the journal, proves its hash chain and adds it up; never blocks, and ignores a line that a writer is
    /// just appending.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] names the first bad line.
    pub fn read(&self) -> Result<State, StoreError> {
        todo!()
    }

    /// Calls back with every line of the journal in order, chain proved.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] names the first bad line.
    pub fn for_each_entry(&self, visit: &mut dyn FnMut(&super::Entry)) -> Result<(), StoreError> {
        let _ = visit;
        todo!()
    }

    /// Reads an authority's private key file (PEM, perhaps encrypted), refusing loose permissions, other owners and
    /// symbolic links.
    ///
    /// # Errors
    /// [`StoreError::Unsafe`], [`StoreError::Io`].
    pub fn read_authority_key(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let _ = name;
        todo!()
    }

    /// Reads the user's profile files: (file name without `.json`, bytes), sorted by name.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn read_profiles(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        todo!()
    }

    /// Takes the exclusive lock, waiting for others, and makes the store sound: a torn last line is dropped, a recorded
    /// transaction's files are completed, leftovers are removed.
    ///
    /// `command` is what another waiting process is told about the holder.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::TooNew`], [`StoreError::Damaged`], [`StoreError::Io`].
    pub fn lock(&self, timeout: Duration, command: &str) -> Result<Writer<'_>, StoreError> {
        let _ = (timeout, command);
        todo!()
    }
}

/// The right to write: exists only while the exclusive lock is held.
#[derive(Debug)]
pub struct Writer<'a> {
    store: &'a Store,
    state: State,
    notices: Vec<Notice>,
}

/// Something to be recorded, with the private key that belongs to it.
pub struct Draft {
    /// The event.
    pub event: Event,
    /// The private key in PEM that becomes `key.pem` beside the certificate; for events that have one.
    pub key_pem: Option<Zeroizing<Vec<u8>>>,
}

impl Writer<'_> {
    /// The store that is locked.
    pub fn store(&self) -> &Store {
        self.store
    }

    /// What the journal adds up to now.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What recovery had to do when the lock was taken.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Records a transaction and lets its files appear: keys are made durable in `staging/`, then all lines are appended to
    /// the journal in one write and synced, then files are completed, synced and renamed into place. When this returns
    /// `Ok`, everything is durable.
    ///
    /// # Errors
    /// [`StoreError::Io`], with nothing recorded when it failed before the journal was written.
    pub fn commit(&mut self, now: OffsetDateTime, actor: &str, drafts: Vec<Draft>) -> Result<(), StoreError> {
        let _ = (now, actor, drafts);
        todo!()
    }
}
