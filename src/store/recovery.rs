//! Making a store sound again after a kill or a power cut.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use super::head::{Head, HeadFile};
use super::journal::Rules;
use super::open::{read_manifest, refuse_newer};
use super::release::{Release, write_manifest};
use super::{Entry, Event, Manifest, State, Store, StoreError, io};

/// What recovery did, one plain sentence each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice(
    /// The sentence.
    pub String,
);

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A store that is sound and locked.
pub(super) struct Sound {
    pub(super) state: State,
    pub(super) journal: File,
    /// Length of the journal.
    pub(super) length: u64,
    pub(super) notices: Vec<Notice>,
    pub(super) manifest: Manifest,
}

/// Makes a store sound; the lock is held.
pub(super) fn recover(store: &Store) -> Result<Sound, StoreError> {
    let layout = store.layout();
    // Read again: it may have changed while the lock was waited for.
    let manifest = read_manifest(layout)?.ok_or_else(|| StoreError::Missing(layout.root().to_owned()))?;
    refuse_newer(&manifest)?;
    for dir in [layout.authorities(), layout.issued_root(), layout.profiles(), layout.public(), layout.staging()] {
        io::create_dir_if_missing(&dir)?;
    }
    let leftovers = leftovers(&layout.staging())?;
    let head = HeadFile::read(&layout.head())?;
    let path = layout.journal();
    let journal = io::open_or_create(&path, io::FILE_MODE)?;
    let mut bytes = Vec::new();
    (&journal).read_to_end(&mut bytes).map_err(|error| StoreError::io(&path, error))?;
    let mut unfinished: BTreeMap<u64, Vec<Entry>> = BTreeMap::new();
    let rules = Rules { path: &path, head: head.found(), newer: false, writer: true };
    let scan = rules.scan(&bytes, &mut |entry| {
        if leftovers.iter().any(|(_, tx)| *tx == Some(entry.tx)) {
            unfinished.entry(entry.tx).or_default().push(entry.clone());
        }
    })?;
    store.check_origin(&manifest, &scan.state)?;
    let mut notices = scan.notices(&head);
    let mut length = scan.sound;
    if scan.torn > 0 {
        io::truncate(&journal, &path, length)?;
        notices.push(Notice("dropped that unfinished transaction: nothing of it had been released".to_owned()));
    }
    if scan.unterminated {
        io::write_at(&journal, &path, b"\n", length)?;
        length += 1;
        notices.push(Notice("completed the journal's last line".to_owned()));
    }
    if scan.torn > 0 || scan.unterminated || scan.state.seq > head.found().map_or(0, |head| head.seq) {
        // Lines that a killed command wrote and did not sync count from now on.
        io::sync_data(&journal, &path)?;
    }
    if scan.state.seq == 0 {
        io::sync_dir(layout.root())?;
    }
    let state = scan.state;
    for (name, tx) in leftovers {
        let entries = tx.and_then(|tx| unfinished.remove(&tx)).unwrap_or_default();
        settle(store, &state, &name, &entries, &mut notices)?;
    }
    if state.seq > 0 && state.settings != manifest.settings {
        let settings = state.settings.clone();
        write_manifest(layout, &Manifest { settings, ..manifest.clone() })?;
        notices.push(Notice("brought the settings in store.json in line with the journal".to_owned()));
    }
    let current = Head::new(state.seq, &state.head, length);
    if state.seq > 0
        && head.found() != Some(&current)
        && let Err(error) = current.write(&layout.head())
    {
        notices.push(Notice(format!("journal.head could not be written: {error}")));
    }
    Ok(Sound { state, journal, length, notices, manifest })
}

/// What is in `staging/`: names, and the transaction that a name stands for.
fn leftovers(staging: &Path) -> Result<Vec<(String, Option<u64>)>, StoreError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(staging).map_err(|error| StoreError::io(staging, error))? {
        let name = entry.map_err(|error| StoreError::io(staging, error))?.file_name().to_string_lossy().into_owned();
        let tx = name.parse().ok();
        found.push((name, tx));
    }
    found.sort();
    Ok(found)
}

/// Completes a transaction that is recorded, removes one that is not.
fn settle(
    store: &Store,
    state: &State,
    name: &str,
    entries: &[Entry],
    notices: &mut Vec<Notice>,
) -> Result<(), StoreError> {
    let layout = store.layout();
    let staged = layout.staging().join(name);
    let Some(first) = entries.first() else {
        io::remove_tree(&staged)?;
        notices.push(Notice(format!("removed staging/{name}: a command that was stopped had not recorded it")));
        return Ok(());
    };
    Release { layout, state, tx: first.tx, again: true }.run(entries)?;
    for entry in entries {
        let key = staged.join(entry.seq.to_string()).join("key.pem");
        if key.exists() {
            let why = "is a private key whose place is taken; move it to safety";
            return Err(StoreError::damaged(key, None, why));
        }
        if let Event::CertificateIssued(record) = &entry.event
            && record.key
            && !layout.issued(&record.lineage, &record.serial).join("key.pem").exists()
        {
            notices.push(Notice(format!("the private key of certificate {} is not in the store", record.serial)));
        }
    }
    io::remove_tree(&staged)?;
    let (tx, lines) = (first.tx, entries.len());
    notices.push(Notice(format!(
        "completed the files of transaction {tx} ({lines} lines): a command that was stopped had recorded it"
    )));
    Ok(())
}
