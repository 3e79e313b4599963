//! Stores, records and looks at directories for the tests.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;
use time::OffsetDateTime;
use time::macros::datetime;
use zeroize::Zeroizing;

use crate::store::{
    AuthorityRecord, CertificateRecord, CertificateRow, Draft, Event, Rollover, State, Store, StoreError, Writer,
    encode_der,
};

pub(super) const NOW: OffsetDateTime = datetime!(2027-01-31 12:00 UTC);
pub(super) const WAIT: Duration = Duration::from_secs(20);

/// A directory of its own, in memory where there is such a place: these tests sync a lot.
pub(super) fn temporary() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// A store in a directory of its own.
pub(super) fn store() -> (TempDir, Store) {
    let dir = temporary();
    let store = Store::create(&dir.path().join("store"), NOW, "tester").unwrap();
    (dir, store)
}

/// A store with the authority `root`.
pub(super) fn store_with_root() -> (TempDir, Store) {
    let (dir, store) = store();
    commit(&store, vec![root()]);
    (dir, store)
}

pub(super) fn lock(store: &Store) -> Writer<'_> {
    store.lock(WAIT, "test").unwrap()
}

pub(super) fn commit(store: &Store, drafts: Vec<Draft>) {
    lock(store).commit(NOW, "tester", drafts).unwrap();
}

/// Stands for DER: the store does not look into it, but for whether it is a root.
pub(super) fn der(text: &str) -> String {
    encode_der(text.as_bytes())
}

pub(super) fn root() -> Draft {
    authority("root", "root certificate", &[], Some("root key"))
}

pub(super) fn authority(name: &str, certificate: &str, chain: &[&str], key: Option<&str>) -> Draft {
    let record = AuthorityRecord {
        authority: name.to_owned(),
        certificate: der(certificate),
        chain: chain.iter().map(|text| der(text)).collect(),
        origin: "created".to_owned(),
        key: key.is_some(),
        rollover: Rollover::default(),
    };
    Draft { event: Event::AuthorityAdded(record), key_pem: key.map(pem) }
}

/// Every certificate of a state.
pub(super) fn certificates(state: &State) -> Vec<CertificateRecord> {
    let mut serials = Vec::new();
    let visit = &mut |row: &CertificateRow<'_>| {
        serials.push(row.serial.to_owned());
        Ok::<(), StoreError>(())
    };
    state.for_each_certificate(visit).unwrap();
    serials.iter().map(|serial| state.copy_by_serial(serial).unwrap().unwrap()).collect()
}

/// A certificate of the authority `root`.
pub(super) fn leaf(lineage: &str, serial: &str, key: Option<&str>) -> Draft {
    let record = record("root", lineage, serial, key.is_some());
    Draft { event: Event::CertificateIssued(record), key_pem: key.map(pem) }
}

pub(super) fn record(authority: &str, lineage: &str, serial: &str, key: bool) -> CertificateRecord {
    CertificateRecord {
        authority: authority.to_owned(),
        lineage: lineage.to_owned(),
        serial: serial.to_owned(),
        profile: "server".to_owned(),
        subject: format!("CN={lineage}"),
        names: vec![format!("dns:{lineage}")],
        not_before: "2027-01-01T00:00:00Z".to_owned(),
        not_after: "2027-04-01T00:00:00Z".to_owned(),
        key_sha256: "00".repeat(32),
        key,
        packed: None,
        certificate: der(&format!("certificate {serial}")),
        chain: Vec::new(),
        variables: BTreeMap::new(),
    }
}

fn pem(text: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(text.as_bytes().to_vec())
}

pub(super) fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path.as_ref()).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

/// Every path below a directory with its mode and content (a link's target).
pub(super) fn tree(root: &Path) -> BTreeMap<String, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    visit(root, root, &mut found);
    found
}

fn visit(root: &Path, dir: &Path, found: &mut BTreeMap<String, (u32, Vec<u8>)>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::symlink_metadata(&path).unwrap();
        let name = path.strip_prefix(root).unwrap().display().to_string();
        let content = if metadata.is_dir() {
            visit(root, &path, found);
            Vec::new()
        } else if metadata.is_symlink() {
            fs::read_link(&path).unwrap().display().to_string().into_bytes()
        } else {
            fs::read(&path).unwrap()
        };
        found.insert(name, (metadata.mode() & 0o7777, content));
    }
}

/// A copy of a directory.
pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        let metadata = fs::symlink_metadata(&path).unwrap();
        if metadata.is_dir() {
            copy(&path, &target);
        } else if metadata.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&path).unwrap(), target).unwrap();
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
}
