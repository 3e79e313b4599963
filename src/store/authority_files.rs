//! Putting an authority's files in place, so that no certificate is ever seen beside another one's key.

use std::path::{Path, PathBuf};

use ring::digest::{SHA256, digest};

use super::flush::Flush;
use super::{AuthorityRecord, Layout, StoreError, event, io};

/// An authority that is added, and its record before that.
#[derive(Clone, Copy)]
pub(super) struct Change<'a> {
    pub(super) record: &'a AuthorityRecord,
    pub(super) before: Option<&'a AuthorityRecord>,
}

/// Every file but the key.
const PUBLIC_FILES: [&str; 3] = ["ca.pem", "chain.pem", "csr.pem"];

/// Moves `names`, and `key.pem` if it is there, from a staged directory to `authorities/<name>/`. A key that is replaced, or
/// that the authority no longer has, is kept in `previous/`.
pub(super) fn place(
    layout: &Layout,
    name: &str,
    staged: &Path,
    names: &[&str],
    change: Option<Change<'_>>,
    flush: &mut Flush,
) -> Result<(), StoreError> {
    let target = layout.authority(name);
    flush.dir(layout.authorities());
    if !target.exists() {
        return io::rename(staged, &target);
    }
    let (old_key, new_key) = (target.join("key.pem"), staged.join("key.pem"));
    let has_new_key = new_key.exists();
    if has_new_key || change.is_some_and(|change| !change.record.key && old_key.exists()) {
        for file in PUBLIC_FILES {
            io::remove_file(&target.join(file))?;
        }
        io::sync_dir(&target)?;
        if old_key.exists() {
            keep(layout, name, &old_key, change)?;
        }
        if has_new_key {
            io::rename(&new_key, &target.join("key.pem"))?;
        }
        io::sync_dir(&target)?;
    }
    for name in names {
        io::rename(&staged.join(name), &target.join(name))?;
    }
    if change.is_some() {
        io::remove_file(&target.join("csr.pem"))?;
    }
    flush.dir(target);
    io::remove_dir(staged).map(drop)
}

/// Moves a key to `previous/`, named after the certificate that it belonged to.
fn keep(layout: &Layout, name: &str, key: &Path, change: Option<Change<'_>>) -> Result<(), StoreError> {
    let dir = layout.previous_keys(name);
    io::create_dir_if_missing(&dir)?;
    let stem = match change.and_then(|change| change.before) {
        Some(before) => previous_key_stem(before)?,
        None => "request".to_owned(),
    };
    let candidates = (1_u32..).map(|number| match number {
        1 => format!("{stem}.key.pem"),
        _ => format!("{stem}-{number}.key.pem"),
    });
    for candidate in candidates {
        let path: PathBuf = dir.join(candidate);
        match io::rename_new(key, &path) {
            Err(StoreError::Exists(_)) => {}
            done => return done.and_then(|()| io::sync_dir(&dir)),
        }
    }
    Ok(())
}

/// How a previous key is named: the first 16 hex digits of the SHA-256 of the certificate that it belonged to.
pub(super) fn previous_key_stem(record: &AuthorityRecord) -> Result<String, StoreError> {
    let der = event::decode_der(&record.certificate).map_err(|error| StoreError::Invalid(error.to_string()))?;
    Ok(event::hex(&digest(&SHA256, &der).as_ref()[..8]))
}
