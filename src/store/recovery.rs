//! Making a store sound again after a kill or a power cut.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::path::Path;

use super::commit::keeper;
use super::head::{Head, HeadFile, Stamp};
use super::journal::Scan;
use super::open::{read_manifest, refuse_newer};
use super::reading::Reading;
use super::release::{Release, write_manifest};
use super::{Entry, Event, Layout, Manifest, State, Store, StoreError, io, keyfile, pack};

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
    /// When it was last changed: before it was proved, or by the recovery itself.
    pub(super) stamp: Stamp,
    pub(super) notices: Vec<Notice>,
    pub(super) manifest: Manifest,
}

/// Makes a store sound; the lock is held. `known` is what the journal added up to when it was last read.
pub(super) fn recover(store: &Store, known: Option<State>) -> Result<Sound, StoreError> {
    let layout = store.layout();
    // Read again: it may have changed while the lock was waited for.
    let manifest = read_manifest(layout)?.ok_or_else(|| StoreError::Missing(layout.root().to_owned()))?;
    refuse_newer(&manifest)?;
    for dir in [layout.authorities(), layout.issued_root(), layout.profiles(), layout.public(), layout.staging()] {
        // They are all there nearly always, and to look is cheaper than to try.
        if !io::kind(&dir)?.is_some_and(|kind| kind.is_dir()) {
            io::create_dir_if_missing(&dir)?;
        }
    }
    let leftovers = leftovers(&layout.staging())?;
    let head = HeadFile::read(&layout.head())?;
    let path = layout.journal();
    let journal = io::open_or_create(&path, io::FILE_MODE)?;
    let (length, stamp) = Stamp::of(&journal, &path)?;
    let reading = Reading { journal, length, stamp, head };
    let mut unfinished: BTreeMap<u64, Vec<Entry>> = BTreeMap::new();
    let known = known.filter(|known| {
        let now = Head::new(known.seq, &known.head, length, reading.stamp.clone());
        reading.head.found() == Some(&now) && leftovers.is_empty() && store.proved.is(&reading, &path, known)
    });
    let scan = match known {
        Some(state) => Ok(Scan { state, sound: length, unterminated: false, torn: 0 }),
        None => store.add_up(&reading, true, &mut |entry| {
            let range = entry.tx..entry.tx.saturating_add(entry.lines);
            if leftovers.iter().any(|(_, seq)| seq.is_some_and(|seq| range.contains(&seq))) {
                unfinished.entry(entry.tx).or_default().push(entry.clone());
            }
        }),
    }?;
    let Reading { journal, head, stamp, .. } = reading;
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
    if scan.unterminated && scan.state.base().is_some() {
        // The index would begin its next line at that newline.
        io::sync_data(&journal, &path)?;
        drop(journal);
        let again = recover(store, None)?;
        return Ok(Sound { notices: [notices, again.notices].concat(), ..again });
    }
    if scan.torn > 0 || scan.unterminated || scan.state.seq > head.found().map_or(0, |head| head.seq) {
        // Lines that a killed command wrote and did not sync count from now on.
        io::sync_data(&journal, &path)?;
    }
    if scan.state.seq == 0 {
        io::sync_dir(layout.root())?;
    }
    let state = scan.state;
    for (_, seq) in &leftovers {
        add_old(&state, *seq, &mut unfinished)?;
    }
    for (tx, entries) in unfinished {
        complete(store, &state, tx, &entries, &mut notices)?;
    }
    for (name, seq) in leftovers {
        clear(store, &state, &name, seq, &mut notices)?;
    }
    if state.seq > 0 && state.settings != manifest.settings {
        let settings = state.settings.clone();
        write_manifest(layout, &Manifest { settings, ..manifest.clone() })?;
        notices.push(Notice("brought the settings in store.json in line with the journal".to_owned()));
    }
    let mended = scan.torn > 0 || scan.unterminated;
    let stamp = if mended { Stamp::of(&journal, &path)?.1 } else { stamp };
    let current = Head::new(state.seq, &state.head, length, stamp.clone());
    if state.seq > 0
        && head.found() != Some(&current)
        && let Err(error) = current.write(&layout.head())
    {
        notices.push(Notice(format!("journal.head could not be written: {error}")));
    }
    Ok(Sound { state, journal, length, stamp, notices, manifest })
}

/// Finds the transaction of a line that the index knows and that was not read, therefore.
fn add_old(state: &State, seq: Option<u64>, unfinished: &mut BTreeMap<u64, Vec<Entry>>) -> Result<(), StoreError> {
    let (Some(seq), Some(base)) = (seq, state.base()) else { return Ok(()) };
    if !(1..=base.summary.seq).contains(&seq) {
        return Ok(());
    }
    let Entry { tx, lines, .. } = base.entry(seq)?;
    if let std::collections::btree_map::Entry::Vacant(vacant) = unfinished.entry(tx) {
        vacant.insert((tx..tx.saturating_add(lines)).map(|seq| base.entry(seq)).collect::<Result<_, _>>()?);
    }
    Ok(())
}

/// What is in `staging/`: names, and the journal line or transaction that a name stands for.
fn leftovers(staging: &Path) -> Result<Vec<(String, Option<u64>)>, StoreError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(staging).map_err(|error| StoreError::io(staging, error))? {
        let name = entry.map_err(|error| StoreError::io(staging, error))?.file_name().to_string_lossy().into_owned();
        let seq = name.split('.').next().and_then(|number| number.parse().ok());
        found.push((name, seq));
    }
    found.sort();
    Ok(found)
}

/// Completes the files of a transaction that is recorded.
fn complete(
    store: &Store,
    state: &State,
    tx: u64,
    entries: &[Entry],
    notices: &mut Vec<Notice>,
) -> Result<(), StoreError> {
    let layout = store.layout();
    Release { layout, state, keeper: keeper(entries), again: true }.run(entries)?;
    for entry in entries {
        settle_staged_key(layout, entry)?;
        if let Some(record) = entry.event.certificate()
            && record.key
            && record.packed.is_none()
            && !store.issued_key(record).exists()
        {
            notices.push(Notice(format!("the private key of certificate {} is not in the store", record.serial)));
        }
    }
    if pack::is_packed(entries) && !layout.pack(tx).exists() {
        notices.push(Notice(format!("the private keys of transaction {tx} are not in the store")));
    }
    io::remove_file(&layout.marker(tx))?;
    let lines = entries.len();
    notices.push(Notice(format!(
        "completed the files of transaction {tx} ({lines} lines): a command that was stopped had recorded it"
    )));
    Ok(())
}

/// Removes a staged key whose file was put in place; puts it there where somebody has taken that away since.
fn settle_staged_key(layout: &Layout, entry: &Entry) -> Result<(), StoreError> {
    let staged = layout.staged_key(entry.seq);
    let dir = match &entry.event {
        Event::AuthorityAdded(record) => layout.authority(&record.authority),
        Event::AuthorityRequested { authority, .. } => layout.authority(authority),
        Event::CertificateIssued(record) | Event::CertificateImported(record) => {
            layout.issued(&record.lineage, &record.serial)
        }
        Event::CertificateReleased { .. }
        | Event::CertificateRevoked(_)
        | Event::CheckpointSigned(_)
        | Event::ClockAccepted { .. }
        | Event::CrlIssued(_)
        | Event::Delivered { .. }
        | Event::DeliveryForgotten { .. }
        | Event::SettingsChanged { .. }
        | Event::StoreCreated { .. } => return Ok(()),
    };
    let key = dir.join("key.pem");
    if !staged.exists() {
        return Ok(());
    }
    if keyfile::same(&staged, &key) {
        return io::remove_file(&staged).map(drop);
    }
    // A certificate has no other way to its key; an authority's gets there with its certificate.
    if entry.event.certificate().is_some() && io::kind(&dir)?.is_some() && io::kind(&key)?.is_none() {
        io::rename(&staged, &key)?;
        io::sync_dir(&dir)?;
    }
    Ok(())
}

/// Removes one name from `staging/`, unless it is a recorded key.
fn clear(
    store: &Store,
    state: &State,
    name: &str,
    seq: Option<u64>,
    notices: &mut Vec<Notice>,
) -> Result<(), StoreError> {
    let path = store.layout().staging().join(name);
    let recorded = seq.is_some_and(|seq| (1..=state.seq).contains(&seq));
    if recorded {
        let is_key = name.ends_with(".key.pem") || name.ends_with(".pack.pem");
        let key = if is_key { path.clone() } else { path.join("key.pem") };
        if key.exists() {
            let why = "has private keys of recorded lines, and in their place are others, or the same ones encrypted: see which \
                       are right (certwright key match), and move this file away";
            return Err(StoreError::damaged(key, None, why));
        }
    } else {
        notices.push(Notice(format!("removed staging/{name}: a command that was stopped had not recorded it")));
    }
    io::remove_tree(&path)
}
