//! Making a store.

use std::ffi::OsString;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};
use time::OffsetDateTime;

use super::journal::{self, Rules, Watch};
use super::lock::Lock;
use super::open::{read_manifest, refuse_newer};
use super::release::write_manifest;
use super::{Layout, Manifest, Notice, State, Store, StoreError, Writer, event, io};

/// How long `create` waits for another one.
const WAIT: Duration = Duration::from_secs(30);

impl Store {
    /// Makes an empty store, or opens one that is there. The directory is created with its parents, mode 0700. A directory
    /// with foreign files in it is refused; what a killed `create` left behind is completed, and a lost `store.json` is
    /// rebuilt from the journal. Time and actor are those of the journal's first line.
    ///
    /// # Errors
    /// [`StoreError::NotAStore`], [`StoreError::TooNew`], [`StoreError::Io`].
    pub fn create(root: &Path, now: OffsetDateTime, actor: &str) -> Result<Self, StoreError> {
        let layout = Layout::new(root);
        if let Some(manifest) = read_manifest(&layout)? {
            refuse_newer(&manifest)?;
            if has_first_line(&layout.journal())? {
                return Self::open(root);
            }
        } else {
            prepare_root(root)?;
        }
        let lock = Lock::take(&layout.lock(), WAIT, "create")?;
        if read_manifest(&layout)?.is_none() {
            io::create_dir_if_missing(&layout.staging())?;
            write_manifest(&layout, &first_manifest(&layout)?)?;
        }
        let store = Self::open(root)?;
        Writer::begin(&store, lock, None)?.begin_journal(now, actor)?;
        Ok(store)
    }
}

/// Makes a `store.json` that is lost or cannot be read again from the journal beside it. Says whether there was such a one.
///
/// # Errors
/// [`StoreError::Locked`], [`StoreError::Damaged`] for the journal, [`StoreError::Io`].
pub fn rebuild_manifest(root: &Path, timeout: Duration, command: &str) -> Result<Option<Notice>, StoreError> {
    let layout = Layout::new(root);
    let lost = || match read_manifest(&layout) {
        Ok(None) => Ok(Some("is missing")),
        Err(StoreError::Damaged { .. }) => Ok(Some("is not what certwright wrote")),
        Ok(Some(_)) => Ok(None),
        Err(error) => Err(error),
    };
    if lost()?.is_none() || !has_first_line(&layout.journal())? {
        return Ok(None);
    }
    let _lock = Lock::take(&layout.lock(), timeout, command)?;
    let Some(why) = lost()? else { return Ok(None) };
    io::create_dir_if_missing(&layout.staging())?;
    write_manifest(&layout, &first_manifest(&layout)?)?;
    Ok(Some(Notice(format!("repaired {}: it {why}", layout.manifest().display()))))
}

/// Whether a journal's first line was written whole.
fn has_first_line(journal: &Path) -> Result<bool, StoreError> {
    let mut start = Vec::new();
    match io::open_file(journal).and_then(|file| file.take(64 * 1024).read_to_end(&mut start)) {
        Ok(_) => Ok(start.contains(&b'\n')),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::io(journal, error)),
    }
}

/// Makes the directory, or checks that it is empty or what a killed `create` left.
fn prepare_root(root: &Path) -> Result<(), StoreError> {
    match fs::read_dir(root) {
        Ok(entries) => {
            let names: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.file_name())).collect();
            // What a `create` that was killed may have left: it writes store.json last.
            let is_own = |name: &OsString| Layout::DIRECTORIES.iter().chain(&Layout::FILES).any(|own| name == own);
            let own = names.iter().all(|name| is_own(name) && name != "store.json")
                && names.iter().any(|name| name == "lock");
            if !names.is_empty() && !own {
                return Err(StoreError::NotAStore(root.to_owned()));
            }
            io::set_mode(root, io::DIR_MODE)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => io::create_dir_with_parents(root, io::DIR_MODE),
        Err(error) if error.kind() == ErrorKind::NotADirectory => Err(StoreError::NotAStore(root.to_owned())),
        Err(error) => Err(StoreError::io(root, error)),
    }
}

/// `store.json` of a new store, or of one whose `store.json` was lost.
fn first_manifest(layout: &Layout) -> Result<Manifest, StoreError> {
    let path = layout.journal();
    let rules = Rules { path: &path, head: None, newer: false, writer: false };
    let state = match journal::open(&path)? {
        None => State::empty(),
        Some(file) => {
            let length = file.metadata().map_err(|error| StoreError::io(&path, error))?.len();
            rules.scan_file(&file, length, Watch { visit: &mut |_| (), builder: None, progress: &|_| () })?.state
        }
    };
    if state.seq > 0 {
        let store_id = state.store_id().to_owned();
        return Ok(Manifest { format: Manifest::FORMAT, store_id, settings: state.settings });
    }
    let mut id = [0; 16];
    let failed = |_| StoreError::Invalid("the operating system gave no random bytes".to_owned());
    SystemRandom::new().fill(&mut id).map_err(failed)?;
    Ok(Manifest { format: Manifest::FORMAT, store_id: event::hex(&id), settings: Default::default() })
}
