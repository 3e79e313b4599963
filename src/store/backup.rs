//! A store in one file: a tar archive of what cannot be rebuilt.
//!
//! That is `store.json`, the journal, private keys and profiles; everything else follows from the journal and is made anew by
//! [`restore`](super::restore()). The same store gives the same bytes. The last member, `backup.json`, tells what the others are.

use std::io::{self as std_io, Write};
use std::path::{Path, PathBuf};

use ring::digest::{Context, SHA256, digest};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::event::hex;
use super::{State, Store, StoreError, Writer, io, keyfile};

/// The last member of the archive.
pub(super) const INDEX: &str = "backup.json";

/// What an archive holds: its last member, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// Version of the archive's format.
    pub format: u32,
    /// The store's id.
    pub store_id: String,
    /// Lines of the journal.
    pub lines: u64,
    /// SHA-256 of its last line, hex.
    pub head: String,
    /// How many files there are, this one aside.
    pub files: u64,
    /// SHA-256 over path, length and SHA-256 of each of them, a line each, hex.
    pub sha256: String,
    /// Private keys that the journal knows, and that were not in the store.
    pub missing_keys: Vec<String>,
}

impl Backup {
    /// The format that this version writes and reads.
    pub const FORMAT: u32 = 1;
}

/// Adds up the files of an archive.
pub(super) struct Sum {
    context: Context,
    pub(super) files: u64,
}

impl Sum {
    pub(super) fn new() -> Self {
        Self { context: Context::new(&SHA256), files: 0 }
    }

    pub(super) fn add(&mut self, path: &str, bytes: &[u8]) {
        self.add_hashed(path, bytes.len() as u64, digest(&SHA256, bytes).as_ref());
    }

    /// As [`Sum::add`], for a file of which length and SHA-256 are known.
    pub(super) fn add_hashed(&mut self, path: &str, length: u64, hash: &[u8]) {
        let line = format!("{path} {length} {}\n", hex(hash));
        self.context.update(line.as_bytes());
        self.files += 1;
    }

    pub(super) fn finish(self) -> String {
        hex(self.context.finish().as_ref())
    }
}

impl Writer<'_> {
    /// Writes an archive of the store as it is now; nobody else writes meanwhile. Gives what is in it, and how many of its
    /// private keys are not encrypted.
    ///
    /// # Errors
    /// [`StoreError::Io`]; [`StoreError::Unsafe`] for a key with loose permissions.
    pub fn backup(&mut self, out: &mut dyn Write) -> Result<(Backup, usize), StoreError> {
        if self.unsound {
            self.make_sound()?;
        }
        Source { store: self.store, state: &self.state }.backup(out)
    }

    /// About how large the archive will be, in bytes: room for it from the start leaves no copies of keys behind.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn backup_size(&self) -> Result<u64, StoreError> {
        Source { store: self.store, state: &self.state }.size(self.length)
    }
}

impl Store {
    /// Whether the store is on a file system that is mounted read-only.
    pub fn is_read_only(&self) -> bool {
        use rustix::fs::{StatVfsMountFlags, statvfs};
        statvfs(self.layout().root()).is_ok_and(|found| found.f_flag.contains(StatVfsMountFlags::RDONLY))
    }

    /// Writes an archive as [`Writer::backup`] does, without the lock: for a store on a disk that cannot be written to, so that
    /// nobody else writes either. `state` is what its journal adds up to.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] where a command that was stopped left something, which only the lock can settle, and where somebody
    /// does write; [`StoreError::Io`]; [`StoreError::Unsafe`].
    pub fn backup_read_only(&self, state: &State, out: &mut dyn Write) -> Result<(Backup, usize), StoreError> {
        if !io::files_in(&self.layout().staging())?.is_empty() {
            let why = "a command that was stopped left something in staging/, and the next command that writes settles it: \
                       make the disk writable once";
            return Err(StoreError::Invalid(why.to_owned()));
        }
        let done = Source { store: self, state }.backup(out)?;
        if self.read()?.head != state.head {
            return Err(StoreError::Invalid("somebody writes to the store: run the backup again".to_owned()));
        }
        Ok(done)
    }

    /// About how large the archive of [`Store::backup_read_only`] will be, in bytes.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn backup_size(&self, state: &State) -> Result<u64, StoreError> {
        let journal = self.layout().journal();
        let length = std::fs::metadata(&journal).map_err(|error| StoreError::io(&journal, error))?.len();
        Source { store: self, state }.size(length)
    }
}

/// What is backed up.
struct Source<'a> {
    store: &'a Store,
    state: &'a State,
}

impl Source<'_> {
    fn backup(&self, out: &mut dyn Write) -> Result<(Backup, usize), StoreError> {
        let layout = self.store.layout();
        let modified = self.state.latest.map_or(0, time::OffsetDateTime::unix_timestamp);
        let mut archive = Archive { tar: tar::Builder::new(out), sum: Sum::new(), modified, root: layout.root() };
        archive.add(&layout.manifest(), &read(&layout.manifest())?)?;
        archive.add(&layout.journal(), &read(&layout.journal())?)?;
        let (mut missing_keys, mut plain) = (Vec::new(), 0);
        for path in self.key_paths()? {
            let is_pack = path.parent() == Some(&layout.packed());
            match if is_pack { keyfile::read_pack(&path) } else { keyfile::read(&path) } {
                Ok(keys) => {
                    plain += if is_pack { plain_keys(&keys) } else { usize::from(!has(&keys, ENCRYPTED)) };
                    archive.add(&path, &keys)?;
                }
                Err(error) if error.is_not_found() => missing_keys.push(archive.name(&path)?),
                Err(error) => return Err(error),
            }
        }
        // What is too large for a profile was read in part, and would not be restored.
        for (name, bytes) in self.store.read_profiles()? {
            if bytes.len() as u64 > keyfile::MAX_SIZE {
                continue;
            }
            archive.add(&layout.profiles().join(format!("{name}.json")), &bytes)?;
        }
        let Archive { mut tar, sum, .. } = archive;
        let index = Backup {
            format: Backup::FORMAT,
            store_id: self.state.store_id().to_owned(),
            lines: self.state.seq,
            head: self.state.head.clone(),
            files: sum.files,
            sha256: sum.finish(),
            missing_keys,
        };
        let mut bytes = serde_json::to_vec_pretty(&index).map_err(|error| StoreError::Invalid(error.to_string()))?;
        bytes.push(b'\n');
        let failed = |error| StoreError::io(INDEX, error);
        append(&mut tar, INDEX, &bytes, modified).map_err(failed)?;
        tar.finish().and_then(|()| tar.get_mut().flush()).map_err(failed)?;
        Ok((index, plain))
    }

    fn size(&self, journal: u64) -> Result<u64, StoreError> {
        const MEMBER: u64 = 8 * 1024;
        let (paths, packed) = (self.key_paths()?, self.store.layout().packed());
        let packs = paths.iter().filter(|path| path.starts_with(&packed));
        let packs: u64 = packs.filter_map(|path| std::fs::metadata(path).ok()).map(|metadata| metadata.len()).sum();
        Ok(journal + packs + MEMBER * (paths.len() as u64 + 64))
    }

    /// Every private key that should be in the store, or that an authority had before, in order.
    fn key_paths(&self) -> Result<Vec<PathBuf>, StoreError> {
        let layout = self.store.layout();
        let mut paths = Vec::new();
        let with_key = self.state.authorities.values().filter(|record| record.key).map(|record| &record.authority);
        for name in with_key.chain(self.state.requested.keys()) {
            paths.push(layout.authority(name).join("key.pem"));
        }
        for name in self.state.authorities.keys().chain(self.state.requested.keys()) {
            paths.extend(io::files_in(&layout.previous_keys(name))?);
        }
        self.state.for_each_certificate::<StoreError>(&mut |row| {
            match row.pack {
                _ if !row.key => {}
                0 => paths.push(layout.issued(row.lineage, row.serial).join("key.pem")),
                pack if paths.last() == Some(&layout.pack(pack)) => {}
                pack => paths.push(layout.pack(pack)),
            }
            Ok(())
        })?;
        paths.sort();
        paths.dedup();
        Ok(paths)
    }
}

struct Archive<'a> {
    tar: tar::Builder<&'a mut dyn Write>,
    sum: Sum,
    /// The modification time of every member, seconds since 1970.
    modified: i64,
    root: &'a Path,
}

impl Archive<'_> {
    fn name(&self, path: &Path) -> Result<String, StoreError> {
        let inside = path.strip_prefix(self.root).ok().and_then(Path::to_str);
        inside.map(str::to_owned).ok_or_else(|| StoreError::Invalid(format!("{} is not in the store", path.display())))
    }

    fn add(&mut self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        let name = self.name(path)?;
        self.sum.add(&name, bytes);
        append(&mut self.tar, &name, bytes, self.modified).map_err(|error| StoreError::io(path, error))
    }
}

fn append(tar: &mut tar::Builder<&mut dyn Write>, name: &str, bytes: &[u8], modified: i64) -> std_io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Regular);
    header.set_mode(io::KEY_MODE);
    header.set_mtime(modified.try_into().unwrap_or_default());
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(bytes.len() as u64);
    tar.append_data(&mut header, name, bytes)
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    std::fs::read(path).map(Zeroizing::new).map_err(|error| StoreError::io(path, error))
}

fn has(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// How many keys of a pack are not encrypted: each is below a line that begins with `#`.
fn plain_keys(pack: &[u8]) -> usize {
    let text = std::str::from_utf8(pack).unwrap_or_default();
    text.split("\n#").filter(|key| !has(key.as_bytes(), ENCRYPTED)).count()
}

/// What is in every encrypted key in PEM.
const ENCRYPTED: &[u8] = b"ENCRYPTED";
