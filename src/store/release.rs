//! Letting the files of a recorded transaction appear under their final names.
//!
//! Everything is written and synced in `staging/<seq>/` first, then renamed into place, directory by directory. The same
//! steps, taken again, finish what a kill interrupted; until then a key in `staging/`, or `staging/<tx>.pending` where there is
//! none, says that there is something to do.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::files::{self, Contents};
use super::flush::{self, Flush};
use super::{
    AuthorityRecord, CertificateRecord, CrlRecord, Entry, Event, Layout, Manifest, State, StoreError, authority_files,
    io, pack,
};
use crate::x509::pem;

/// A transaction whose files are to appear.
pub(super) struct Release<'a> {
    pub(super) layout: &'a Layout,
    /// The sum of the journal, this transaction included.
    pub(super) state: &'a State,
    /// The line whose key keeps its name in `staging/`.
    pub(super) keeper: Option<u64>,
    /// Whether an earlier attempt may have left pieces.
    pub(super) again: bool,
}

/// Entries that one thread handles in order: those of one lineage, or of one authority.
type Unit<'a> = Vec<&'a Entry>;

impl Release<'_> {
    /// Lets the files appear and makes them durable.
    pub(super) fn run(&self, entries: &[Entry]) -> Result<(), StoreError> {
        let has_directory = |entry: &&Entry| entry.event.certificate().is_none_or(|record| record.packed.is_none());
        let with_files: Vec<&Entry> = entries.iter().filter(has_directory).collect();
        let contents = Contents::new(self.state, with_files.iter().filter_map(|entry| entry.event.certificate()))?;
        let units = units(&with_files);
        self.phase(&units, with_files.len(), |entry, _, flush| self.stage(entry, &contents, flush))?;
        self.phase(&units, with_files.len(), |entry, last, flush| self.place(entry, last, flush))?;
        if let (Some(first), true) = (entries.first(), pack::is_packed(entries)) {
            pack::place(self.layout, first.tx)?;
        }
        if let Some(settings) = entries.iter().rev().find_map(|entry| match &entry.event {
            Event::SettingsChanged { settings } => Some(settings),
            _ => None,
        }) {
            let store_id = self.state.store_id().to_owned();
            let manifest = Manifest { format: Manifest::FORMAT, store_id, settings: settings.clone() };
            write_manifest(self.layout, &manifest)?;
        }
        Ok(())
    }

    /// Does one step for every entry, on several threads if there are many, then makes it durable.
    fn phase(
        &self,
        units: &[Unit<'_>],
        items: usize,
        step: impl Fn(&Entry, bool, &mut Flush) -> Result<(), StoreError> + Sync,
    ) -> Result<(), StoreError> {
        let spread = flush::spread(units, items, |unit, flush| {
            unit.iter().enumerate().try_for_each(|(index, entry)| step(entry, index + 1 == unit.len(), flush))
        });
        spread?.run()
    }

    /// Writes an entry's files in `staging/`; its key is there already.
    fn stage(&self, entry: &Entry, contents: &Contents<'_>, flush: &mut Flush) -> Result<(), StoreError> {
        let seq = entry.seq;
        match &entry.event {
            Event::CertificateIssued(record) | Event::CertificateImported(record) => {
                if self.again && self.layout.issued(&record.lineage, &record.serial).exists() {
                    return Ok(());
                }
                self.write(entry, &contents.certificate(record)?, flush)
            }
            Event::AuthorityRequested { request, .. } => self.write(entry, &[files::request(request)?], flush),
            Event::AuthorityAdded(record) => {
                self.write(entry, &files::authority(record)?, flush)?;
                for (ending, bytes) in files::public(record)? {
                    self.write_file(&self.layout.staged(seq).with_extension(ending), &bytes, flush)?;
                }
                Ok(())
            }
            Event::CrlIssued(record) if !self.is_newest(seq, record) => Ok(()),
            Event::CrlIssued(record) => {
                let der = files::crl(self.state, seq, record)?;
                let pem = pem::encode("X509 CRL", &der).into_bytes();
                for (ending, bytes) in [("crl", der), ("crl.pem", pem)] {
                    self.write_file(&self.layout.staged(seq).with_extension(ending), &bytes, flush)?;
                }
                Ok(())
            }
            Event::CertificateReleased { .. }
            | Event::CertificateRevoked(_)
            | Event::Delivered { .. }
            | Event::DeliveryForgotten { .. }
            | Event::CheckpointSigned(_)
            | Event::ClockAccepted { .. }
            | Event::SettingsChanged { .. }
            | Event::StoreCreated { .. } => Ok(()),
        }
    }

    fn write(&self, entry: &Entry, files: &[files::Content], flush: &mut Flush) -> Result<(), StoreError> {
        let (dir, key) = (self.layout.staged(entry.seq), self.layout.staged_key(entry.seq));
        io::create_dir_if_missing(&dir)?;
        if key.exists() {
            self.place_key(entry, &key, &dir.join("key.pem"))?;
        }
        for (index, (name, bytes)) in files.iter().enumerate() {
            let path = dir.join(name);
            // Where the root itself signed, fullchain.pem is cert.pem: a second name costs no inode and no sync.
            let twin = files.iter().take(index).find(|(_, other)| *name == "fullchain.pem" && other == bytes);
            let linked = match twin {
                Some((twin, _)) => {
                    self.make_room(&path)?;
                    io::hard_link(&dir.join(twin), &path)?
                }
                None => false,
            };
            if !linked {
                self.write_file(&path, bytes, flush)?;
            }
        }
        flush.dir(dir);
        Ok(())
    }

    /// Lets a staged key get its name beside the certificate.
    fn place_key(&self, entry: &Entry, staged: &Path, target: &Path) -> Result<(), StoreError> {
        if self.keeper == Some(entry.seq) {
            self.make_room(target)?;
            if io::hard_link(staged, target)? {
                return Ok(());
            }
            // Without second names another file has to say that there is something to do.
            let marker = self.layout.marker(entry.tx);
            if !marker.exists() {
                io::create_file(&marker, io::FILE_MODE)?;
                io::sync_dir(&self.layout.staging())?;
            }
        }
        io::rename(staged, target)
    }

    /// Removes what an earlier attempt may have left in the place of a new file.
    fn make_room(&self, path: &Path) -> Result<(), StoreError> {
        if self.again { io::remove_file(path).map(drop) } else { Ok(()) }
    }

    fn write_file(&self, path: &Path, bytes: &[u8], flush: &mut Flush) -> Result<(), StoreError> {
        self.make_room(path)?;
        let file = io::write_file(path, bytes, io::FILE_MODE)?;
        flush.file(file, path.to_owned());
        Ok(())
    }

    /// Renames an entry's files into place; `last` of its unit.
    fn place(&self, entry: &Entry, last: bool, flush: &mut Flush) -> Result<(), StoreError> {
        let staged = self.layout.staged(entry.seq);
        match &entry.event {
            Event::CertificateIssued(record) | Event::CertificateImported(record) => {
                self.place_certificate(&staged, record, last, flush)
            }
            Event::AuthorityRequested { authority, .. } => {
                authority_files::place(self.layout, authority, &staged, &["csr.pem"], None, flush)
            }
            Event::AuthorityAdded(record) => self.place_authority(&staged, record, flush),
            Event::CrlIssued(record) if !self.is_newest(entry.seq, record) => Ok(()),
            Event::CrlIssued(record) => self.place_crl(&staged, record, flush),
            Event::CertificateReleased { .. }
            | Event::CertificateRevoked(_)
            | Event::Delivered { .. }
            | Event::DeliveryForgotten { .. }
            | Event::CheckpointSigned(_)
            | Event::ClockAccepted { .. }
            | Event::SettingsChanged { .. }
            | Event::StoreCreated { .. } => Ok(()),
        }
    }

    /// Whether no later CRL has taken its place.
    fn is_newest(&self, seq: u64, record: &CrlRecord) -> bool {
        let standing = self.state.standing(&record.authority);
        let newest = if record.base.is_none() { standing.newest_full() } else { standing.newest_delta() };
        newest.is_some_and(|newest| newest.seq == seq)
    }

    /// A full CRL takes the place of the delta that started from the one before it.
    fn place_crl(&self, staged: &Path, record: &CrlRecord, flush: &mut Flush) -> Result<(), StoreError> {
        let target = self.layout.crl(&record.authority, record.base.is_some());
        for ending in ["crl.pem", "crl"] {
            io::rename(&staged.with_extension(ending), &target.with_extension(ending))?;
        }
        if record.base.is_none() {
            let delta = self.layout.crl(&record.authority, true);
            io::remove_file(&delta)?;
            io::remove_file(&delta.with_extension("crl.pem"))?;
        }
        flush.dir(self.layout.public());
        Ok(())
    }

    fn place_certificate(
        &self,
        staged: &Path,
        record: &CertificateRecord,
        last: bool,
        flush: &mut Flush,
    ) -> Result<(), StoreError> {
        let lineage = self.layout.lineage(&record.lineage);
        let target = lineage.join(&record.serial);
        let mut created = false;
        if !(self.again && target.exists()) {
            created = io::create_dir_if_missing(&lineage)?;
            io::rename(staged, &target)?;
        }
        if created {
            flush.dir(self.layout.issued_root());
        }
        flush.dir(lineage);
        if last { self.point_current(record, created, &staged.with_extension("link")) } else { Ok(()) }
    }

    /// Lets `issued/<lineage>/current` name the newest certificate.
    fn point_current(&self, record: &CertificateRecord, created: bool, temporary: &Path) -> Result<(), StoreError> {
        let link = self.layout.lineage(&record.lineage).join("current");
        if self.again && self.state.lineage(&record.lineage)?.last() != Some(&record) {
            return Ok(());
        }
        if created {
            return io::symlink(&record.serial, &link);
        }
        point(&link, &record.serial, temporary)
    }

    fn place_authority(&self, staged: &Path, record: &AuthorityRecord, flush: &mut Flush) -> Result<(), StoreError> {
        let name = &record.authority;
        let before = self.state.authority_history(name).take_while(|other| *other != record).last();
        let change = authority_files::Change { record, before };
        authority_files::place(self.layout, name, staged, &["chain.pem", "ca.pem"], Some(change), flush)?;
        for ending in files::PUBLIC_ENDINGS {
            let (staged, target) =
                (staged.with_extension(ending), self.layout.public().join(format!("{name}.{ending}")));
            // Most authorities have no cross-certificate, some no longer.
            if ending.starts_with("cross") && !staged.exists() {
                io::remove_file(&target)?;
            } else {
                io::rename(&staged, &target)?;
            }
        }
        flush.dir(self.layout.public());
        Ok(())
    }
}

/// Makes a symbolic link, atomically replacing one that names something else.
pub(super) fn point(link: &Path, target: &str, temporary: &Path) -> Result<(), StoreError> {
    if fs::read_link(link).is_ok_and(|found| found == Path::new(target)) {
        return Ok(());
    }
    io::remove_file(temporary)?;
    io::symlink(target, temporary)?;
    io::rename(temporary, link)
}

/// Writes `store.json` atomically and durably.
pub(super) fn write_manifest(layout: &Layout, manifest: &Manifest) -> Result<(), StoreError> {
    replace(layout, "store.json", &layout.manifest(), &manifest.to_json(&layout.manifest())?)
}

/// Replaces one file of the store atomically and durably; its temporary name is in `staging/`.
pub(super) fn replace(layout: &Layout, name: &str, target: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let temporary = layout.staging().join(name);
    io::remove_file(&temporary)?;
    let file = io::write_file(&temporary, bytes, io::FILE_MODE)?;
    io::sync_file(&file, &temporary)?;
    io::rename(&temporary, target)?;
    target.parent().map_or(Ok(()), io::sync_dir)
}

fn units<'a>(entries: &[&'a Entry]) -> Vec<Unit<'a>> {
    let mut units: Vec<Unit<'_>> = Vec::new();
    let mut lineages = HashMap::new();
    for &entry in entries {
        if let Some(record) = entry.event.certificate() {
            let unit = *lineages.entry(record.lineage.as_str()).or_insert(units.len());
            if let Some(unit) = units.get_mut(unit) {
                unit.push(entry);
                continue;
            }
        }
        units.push(vec![entry]);
    }
    units
}
