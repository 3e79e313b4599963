//! Recording a transaction.

use std::collections::HashSet;

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::flush;
use super::head::Stamp;
use super::index::Latest;
use super::release::Release;
use super::{
    AuthorityRecord, Draft, Entry, Event, Filing, Notice, StoreError, Writer, event, files, io, journal, pack,
};

/// A transaction that may be recorded: nothing of it contradicts the store.
struct Transaction {
    entries: Vec<Entry>,
    /// For every entry its private key.
    keys: Vec<Option<Zeroizing<Vec<u8>>>>,
    /// The private keys that are kept in one file.
    pack: Option<Zeroizing<Vec<u8>>>,
}

impl Writer<'_> {
    /// Records a transaction and lets its files appear: keys are made durable in `staging/`, then all lines are appended to
    /// the journal in one write and synced, then files are completed, synced and renamed into place. When this returns
    /// `Ok`, everything is durable.
    ///
    /// # Errors
    /// [`StoreError::Io`], with nothing recorded when it failed before the journal was written; [`StoreError::Recorded`]
    /// when it failed after that; [`StoreError::Invalid`] and [`StoreError::Exists`] when the drafts contradict themselves
    /// or the store, with nothing touched.
    pub fn commit(&mut self, now: OffsetDateTime, actor: &str, drafts: Vec<Draft>) -> Result<(), StoreError> {
        self.commit_filed(now, actor, drafts, Filing::Directories)
    }

    /// As [`Writer::commit`], with a choice of where the files of new certificates go.
    ///
    /// # Errors
    /// As there.
    pub fn commit_filed(
        &mut self,
        now: OffsetDateTime,
        actor: &str,
        drafts: Vec<Draft>,
        filing: Filing,
    ) -> Result<(), StoreError> {
        if self.unsound {
            self.make_sound()?;
        }
        if drafts.is_empty() {
            return Ok(());
        }
        // The first line is missing where `create` was killed before it.
        self.begin_journal(now, actor)?;
        self.record(now, actor, drafts, filing)
    }

    pub(super) fn record(
        &mut self,
        now: OffsetDateTime,
        actor: &str,
        drafts: Vec<Draft>,
        filing: Filing,
    ) -> Result<(), StoreError> {
        let mut transaction = self.prepare(now, actor, drafts)?;
        let Transaction { entries, keys, pack } = &mut transaction;
        *pack = pack::gather((self.store.layout(), &self.state), filing, entries, keys)?;
        let (lines, last) = journal::encode(&mut transaction.entries, &self.state.head)?;
        self.unsound = true;
        self.stage(&transaction)?;
        self.append(&transaction, &lines)?;
        // From here on the transaction is recorded, whatever happens.
        self.finish(&transaction.entries, &lines, last)
            .map_err(|error| StoreError::Recorded { source: Box::new(error) })
    }

    /// Checks the drafts and numbers them.
    fn prepare(&self, now: OffsetDateTime, actor: &str, drafts: Vec<Draft>) -> Result<Transaction, StoreError> {
        let added: HashSet<&str> = drafts.iter().filter_map(|draft| added_authority(&draft.event)).collect();
        let mut names = HashSet::new();
        // Lines are added up one by one, so that a revocation must come after its authority.
        let mut before = HashSet::new();
        for draft in &drafts {
            self.check(draft, &added, &before)?;
            before.extend(added_authority(&draft.event));
            let (kind, name) = match &draft.event {
                Event::AuthorityAdded(record) => ("authority", &record.authority),
                Event::AuthorityRequested { authority, .. } => ("authority", authority),
                Event::CertificateIssued(record) | Event::CertificateImported(record) => ("serial", &record.serial),
                Event::CertificateReleased { serial, .. } => ("release", serial),
                Event::CertificateRevoked(record) => ("revocation", &record.serial),
                Event::CheckpointSigned(record) => ("checkpoint", &record.authority),
                Event::CrlIssued(record) => ("CRL", &record.authority),
                Event::ClockAccepted { .. }
                | Event::Delivered { .. }
                | Event::DeliveryForgotten { .. }
                | Event::SettingsChanged { .. }
                | Event::StoreCreated { .. } => continue,
            };
            if !names.insert((kind, name.clone())) {
                return Err(StoreError::Exists(format!("{kind} {name} in this transaction")));
            }
        }
        let (tx, lines, time) = (self.state.seq + 1, drafts.len() as u64, event::format_instant(now));
        let (events, keys): (Vec<_>, Vec<_>) = drafts.into_iter().map(|draft| (draft.event, draft.key_pem)).unzip();
        let entry = |(seq, event)| {
            let (time, actor) = (time.clone(), actor.to_owned());
            Entry { seq, prev: String::new(), tx, lines, time, actor, event }
        };
        Ok(Transaction { entries: (tx..).zip(events).map(entry).collect(), keys, pack: None })
    }

    /// Whether the key of an authority needs not to be given: it is here, or was recorded before and may be elsewhere by now.
    fn knows_key(&self, record: &AuthorityRecord) -> bool {
        let known = self.state.authorities.get(&record.authority);
        self.store.has_authority_key(&record.authority)
            || known.is_some_and(|known| known.key && known.certificate == record.certificate)
    }

    fn check(&self, draft: &Draft, added: &HashSet<&str>, before: &HashSet<&str>) -> Result<(), StoreError> {
        let Draft { event, key_pem } = draft;
        if let Some(record) = event.certificate()
            && self.state.has_serial(&record.serial)?
        {
            return Err(StoreError::Exists(format!("serial {}", record.serial)));
        }
        if let Some(why) = self.state.contradiction(event, before) {
            return Err(StoreError::Invalid(why));
        }
        files::check(event)?;
        let has_key = |name: &str| self.store.has_authority_key(name);
        let (given, invalid) = (key_pem.is_some(), |why: String| Err(StoreError::Invalid(why)));
        match event {
            Event::AuthorityAdded(record) if given && !record.key => {
                invalid(format!("a key was given for authority {}, whose record has none", record.authority))
            }
            Event::AuthorityAdded(record) if record.key && !given && !self.knows_key(record) => {
                invalid(format!("authority {} has no key in the store, and none was given", record.authority))
            }
            Event::AuthorityRequested { authority, .. } if given && has_key(authority) => {
                Err(StoreError::Exists(format!("a key of authority {authority}")))
            }
            Event::AuthorityRequested { authority, .. } if !given && !has_key(authority) => {
                invalid(format!("authority {authority} has no key in the store, and none was given"))
            }
            Event::CertificateIssued(record) | Event::CertificateImported(record) if given != record.key => {
                invalid(format!("certificate {} and its record differ on whether the store has its key", record.serial))
            }
            Event::CertificateIssued(record) | Event::CertificateImported(record) if !record.authority.is_empty() => {
                let name = record.authority.as_str();
                match added.contains(name) || self.state.authorities.contains_key(name) {
                    true => Ok(()),
                    false => invalid(format!("authority {name}, which is said to have signed, is not in the store")),
                }
            }
            Event::CertificateReleased { .. }
            | Event::CertificateRevoked(_)
            | Event::CheckpointSigned(_)
            | Event::ClockAccepted { .. }
            | Event::CrlIssued(_)
            | Event::Delivered { .. }
            | Event::DeliveryForgotten { .. }
            | Event::SettingsChanged { .. }
            | Event::StoreCreated { .. }
                if given =>
            {
                invalid("a key was given for an event that has none".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Makes the transaction's keys, or its marker, durable in `staging/`; leaves nothing if it fails.
    fn stage(&mut self, transaction: &Transaction) -> Result<(), StoreError> {
        if !transaction.entries.iter().any(|entry| entry.event.has_files()) {
            return Ok(());
        }
        self.write_staged(transaction).inspect_err(|_| self.unstage(transaction))
    }

    fn write_staged(&self, transaction: &Transaction) -> Result<(), StoreError> {
        let layout = self.store.layout();
        if keeper(&transaction.entries).is_none() {
            io::create_file(&layout.marker(self.state.seq + 1), io::FILE_MODE)?;
        }
        let keys = transaction.entries.iter().zip(&transaction.keys);
        let keys: Vec<_> = keys.filter_map(|(entry, key)| Some((entry.seq, key.as_ref()?))).collect();
        let total = keys.len();
        let mut flush = flush::spread(&keys, total, |(seq, key), flush| {
            let path = layout.staged_key(*seq);
            flush.file(io::write_file(&path, key, io::KEY_MODE)?, path);
            Ok(())
        })?;
        if let Some(pack) = &transaction.pack {
            let path = layout.staged_pack(self.state.seq + 1);
            flush.file(io::write_file(&path, pack, io::KEY_MODE)?, path);
        }
        flush.dir(layout.staging());
        flush.run()
    }

    /// Removes what was staged for a transaction that is not recorded. The store is sound again if that succeeds.
    fn unstage(&mut self, transaction: &Transaction) {
        let layout = self.store.layout();
        let keys = transaction.entries.iter().zip(&transaction.keys).filter(|(_, key)| key.is_some());
        let tx = self.state.seq + 1;
        let pack = transaction.pack.as_ref().map(|_| layout.staged_pack(tx));
        let mut left = keys.map(|(entry, _)| layout.staged_key(entry.seq)).chain(pack).chain([layout.marker(tx)]);
        self.unsound = left.any(|path| io::remove_file(&path).is_err());
    }

    /// Appends lines to the journal and makes them durable; if that fails, takes them back.
    fn append(&mut self, transaction: &Transaction, lines: &[u8]) -> Result<(), StoreError> {
        let path = self.store.layout().journal();
        let (found, stamp) = Stamp::of(&self.journal, &path)?;
        if found != self.length || self.stamp.as_ref().is_some_and(|before| *before != stamp) {
            self.unstage(transaction);
            self.unsound = true;
            return Err(StoreError::damaged(path, None, "was changed by something that does not hold the lock"));
        }
        let written =
            io::write_at(&self.journal, &path, lines, self.length).and_then(|()| io::sync_data(&self.journal, &path));
        let Err(error) = written else {
            self.length += lines.len() as u64;
            self.stamp = Stamp::of(&self.journal, &path).ok().map(|(_, stamp)| stamp);
            return Ok(());
        };
        let taken_back =
            io::truncate(&self.journal, &path, self.length).and_then(|()| io::sync_data(&self.journal, &path));
        self.stamp = Stamp::of(&self.journal, &path).ok().map(|(_, stamp)| stamp);
        // If the lines may still be there, their keys must stay as well: the next lock decides.
        if taken_back.is_ok() {
            self.unstage(transaction);
        }
        Err(error)
    }

    /// Does what is left once the journal has the transaction.
    fn finish(&mut self, entries: &[Entry], lines: &[u8], last: String) -> Result<(), StoreError> {
        let Some(tx) = entries.first().map(|entry| entry.tx) else { return Ok(()) };
        for entry in entries {
            self.state.apply(entry)?;
        }
        self.state.head = last;
        self.write_head();
        let layout = self.store.layout();
        let keeper = keeper(entries);
        Release { layout, state: &self.state, keeper, again: false }.run(entries)?;
        let key = keeper.map_or(Ok(false), |seq| io::remove_file(&layout.staged_key(seq)));
        let removed = key.and_then(|key| if key { Ok(true) } else { io::remove_file(&layout.marker(tx)) });
        match removed {
            Ok(_) => {
                self.unsound = false;
                self.continue_index(&Latest { lines, entries });
            }
            // Everything is durable; the next lock removes the rest.
            Err(error) => self.notices.push(Notice(format!("left for the next command to remove: {error}"))),
        }
        Ok(())
    }
}

/// The line of a transaction whose key keeps its name in `staging/` until all files are in place, and so says until then, as a
/// marker does for a transaction without such a line, that there is something to do.
pub(super) fn keeper(entries: &[Entry]) -> Option<u64> {
    let keeps = |entry: &&Entry| entry.event.certificate().is_some_and(|record| record.key && record.packed.is_none());
    entries.iter().find(keeps).map(|entry| entry.seq)
}

fn added_authority(event: &Event) -> Option<&str> {
    match event {
        Event::AuthorityAdded(record) => Some(&record.authority),
        _ => None,
    }
}
