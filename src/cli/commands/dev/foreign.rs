//! Whose the keystores and bundles are that `dev` is about to replace.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::targets::Wanted;
use super::{environment, keystores};
use crate::cli::{CliError, files};
use crate::container::{self, OpenedContent, Passwords};
use crate::keys::Secret;
use crate::store::{State, StoreError};
use crate::x509::{Certificate, pem};

/// Largest such file that is read, in bytes.
const MAX_SIZE: usize = 8 << 20;

/// The first of the files that `dev` would replace and that this store did not make: a keystore that does not open with the
/// password, or has no certificate of this store; a bundle without a root of it.
///
/// # Errors
/// When a file or the store cannot be read.
pub(super) fn find(
    dir: &Path,
    password: Option<&Secret>,
    with_bundles: bool,
    state: &State,
) -> Result<Option<PathBuf>, CliError> {
    let own = authorities(state)?;
    let changeit = Secret::new(keystores::CHANGEIT);
    let mut found: Vec<(PathBuf, Vec<&Secret>)> = Vec::new();
    if let Some(password) = password {
        found.extend(keystores::names().map(|name| (dir.join(name), vec![password, &changeit])));
    }
    if with_bundles {
        found.push((dir.join(environment::CACERTS), vec![&changeit]));
        found.push((dir.join(environment::BUNDLE), Vec::new()));
    }
    for (path, passwords) in found {
        let bytes = match files::read_if_there(&path, MAX_SIZE)? {
            Some(bytes) => bytes,
            // A link that leads nowhere is something as well.
            None if files::places::is_there(&path) => return Ok(Some(path)),
            None => continue,
        };
        let certificates = match passwords.as_slice() {
            [] => pem::read_certificates(&bytes).unwrap_or_default(),
            some => some.iter().find_map(|password| opened(&bytes, password)).unwrap_or_default(),
        };
        let mut is_ours = false;
        for certificate in &certificates {
            is_ours = is_ours || own.contains(certificate.der()) || is_issued(state, certificate)?;
        }
        if !is_ours {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// The first directory of a program with files in it and no certificate of this store.
///
/// # Errors
/// When a file or the store cannot be read.
pub(super) fn find_of_targets(
    dir: &Path,
    targets: &[Wanted],
    password: &Secret,
    state: &State,
) -> Result<Option<PathBuf>, CliError> {
    let own = authorities(state)?;
    let changeit = Secret::new(keystores::CHANGEIT);
    for wanted in targets {
        let Some(certificates) = wanted.present(dir, &[password, &changeit])? else { continue };
        let mut is_ours = false;
        for certificate in &certificates {
            is_ours = is_ours || own.contains(certificate.der()) || is_issued(state, certificate)?;
        }
        if !is_ours {
            return Ok(Some(wanted.directory(dir)));
        }
    }
    Ok(None)
}

/// The DER of every authority's certificate, now and before, and of what stands above it.
fn authorities(state: &State) -> Result<BTreeSet<Vec<u8>>, CliError> {
    let mut all = BTreeSet::new();
    for name in state.authorities.keys() {
        for record in state.authority_history(name) {
            all.insert(record.certificate()?.der().to_vec());
            all.extend(record.chain()?.iter().map(|certificate| certificate.der().to_vec()));
        }
    }
    Ok(all)
}

/// The certificates in a keystore: those of the keys' subjects, and the trusted ones.
fn opened(bytes: &[u8], password: &Secret) -> Option<Vec<Certificate>> {
    let opened = container::open(bytes, &Passwords { store: Some(password), key: None }).ok()?;
    let certificates = opened.entries.into_iter().filter_map(|entry| match entry.content {
        OpenedContent::Key { chain, .. } => chain.into_iter().next(),
        OpenedContent::Certificate { certificate, .. } => Some(certificate),
    });
    Some(certificates.collect())
}

fn is_issued(state: &State, certificate: &Certificate) -> Result<bool, StoreError> {
    let record = state.by_serial(&certificate.serial.hex())?;
    Ok(record.and_then(|record| record.certificate().ok()).is_some_and(|ours| ours.der() == certificate.der()))
}
