//! The right to write a store.

use std::fs::File;

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::head::{Head, Stamp};
use super::index::Latest;
use super::lock::Lock;
use super::recovery::{self, Sound};
use super::{DeliveryRecord, Event, Filing, Notice, State, Store, StoreError, index};

/// The right to write: exists only while the exclusive lock is held.
#[derive(Debug)]
pub struct Writer<'a> {
    pub(super) store: &'a Store,
    pub(super) state: State,
    pub(super) notices: Vec<Notice>,
    pub(super) journal: File,
    /// Length of the journal in bytes.
    pub(super) length: u64,
    /// When it was last changed, by this writer or before it was proved.
    pub(super) stamp: Option<Stamp>,
    /// The store's id as `store.json` has it.
    store_id: String,
    /// Whether an earlier commit failed in a way that has to be made good before anything else is written.
    pub(super) unsound: bool,
    _lock: Lock,
}

/// Something to be recorded, with the private key that belongs to it.
pub struct Draft {
    /// The event.
    pub event: Event,
    /// The private key in PEM that becomes `key.pem` beside the certificate; for events that have one.
    pub key_pem: Option<Zeroizing<Vec<u8>>>,
}

impl Draft {
    /// Where files were put. Who asks for those of one lineage reads all that stand in its lines: so there are few in each.
    pub fn delivered(deliveries: Vec<DeliveryRecord>) -> impl Iterator<Item = Self> {
        const TOGETHER: usize = 16;
        let mut rest = deliveries.into_iter();
        std::iter::from_fn(move || {
            let deliveries: Vec<_> = rest.by_ref().take(TOGETHER).collect();
            (!deliveries.is_empty()).then_some(Self { event: Event::Delivered { deliveries }, key_pem: None })
        })
    }
}

impl<'a> Writer<'a> {
    /// The store that is locked.
    pub fn store(&self) -> &'a Store {
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

    /// Makes the locked store sound.
    pub(super) fn begin(store: &'a Store, lock: Lock, known: Option<State>) -> Result<Self, StoreError> {
        let Sound { state, journal, length, stamp, notices, manifest } = recovery::recover(store, known)?;
        let stamp = Some(stamp);
        let store_id = manifest.store_id;
        let mut writer = Self { store, state, notices, journal, length, stamp, store_id, unsound: false, _lock: lock };
        writer.continue_index(&Latest::default());
        Ok(writer)
    }

    /// Begins a journal that has no line.
    pub(super) fn begin_journal(&mut self, now: OffsetDateTime, actor: &str) -> Result<(), StoreError> {
        if self.state.seq > 0 {
            return Ok(());
        }
        let event = Event::StoreCreated { store_id: self.store_id.clone() };
        self.record(now, actor, vec![Draft { event, key_pem: None }], Filing::Directories)
    }

    /// Makes the store sound after a commit that failed.
    pub(super) fn make_sound(&mut self) -> Result<(), StoreError> {
        let Sound { state, journal, length, stamp, notices, .. } = recovery::recover(self.store, None)?;
        self.state = state;
        self.stamp = Some(stamp);
        self.journal = journal;
        self.length = length;
        self.notices.extend(notices);
        self.unsound = false;
        Ok(())
    }

    /// Notes the journal's end in `journal.head`.
    pub(super) fn write_head(&mut self) {
        let layout = self.store.layout();
        // Without a stamp of its own line the next command proves everything.
        let Some(stamp) = self.stamp.clone() else { return };
        let written = Head::new(self.state.seq, &self.state.head, self.length, stamp).write(&layout.head());
        if let Err(error) = written {
            self.notices.push(Notice(format!("journal.head could not be written: {error}")));
        }
    }

    /// Continues the index when there are many lines that it does not know.
    pub(super) fn continue_index(&mut self, latest: &Latest<'_>) {
        if self.state.recent_lines() < self.store.recent {
            return;
        }
        let extended = index::extend(self.store.layout(), &self.journal, &self.state, self.length, latest);
        match extended.and_then(State::resting_on) {
            Ok(state) => self.state = state,
            // Commands are slower without it, no more.
            Err(error) => self.notices.push(Notice(format!("the index of the journal could not be written: {error}"))),
        }
    }
}
