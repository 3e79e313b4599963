//! Whose the files are that `dev` is about to replace.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::targets::certificates;
use super::{environment, keystores};
use crate::ca;
use crate::cli::{CliError, files};
use crate::container;
use crate::keys::{KeyError, KeyFile, Secret};
use crate::store::{State, StoreError};
use crate::x509::display::hex;
use crate::x509::{Certificate, pem};

/// Largest such file that is read, in bytes.
const MAX_SIZE: usize = 8 << 20;

/// What this store made.
pub(super) struct Own<'a> {
    state: &'a State,
    /// The DER of every authority's certificate, now and before, and of what stands above it.
    authorities: BTreeSet<Vec<u8>>,
}

/// Whose a file is.
enum Whose {
    /// There is none, or nothing in it.
    Nobody,
    /// This store made all that is in it.
    Ours,
    /// It has a certificate or a key that this store did not make, or cannot be opened.
    Theirs,
    /// It has neither certificates nor a key.
    Unclear,
}

impl<'a> Own<'a> {
    /// What a store made.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn new(state: &'a State) -> Result<Self, CliError> {
        let mut authorities = BTreeSet::new();
        for name in state.authorities.keys() {
            for record in state.authority_history(name) {
                let ca::Served { chain, root, other_anchors } = ca::served_authority(record)?;
                let above = record.chain()?.into_iter().chain(chain).chain(root).chain(other_anchors);
                authorities.extend(above.map(|certificate| certificate.der().to_vec()));
                authorities.insert(record.certificate()?.der().to_vec());
            }
        }
        Ok(Self { state, authorities })
    }

    /// The first of these files that this store did not make. What has neither certificates nor keys in it goes with the others:
    /// beside files of this store it is a damaged one.
    ///
    /// # Errors
    /// When a file or the store cannot be read.
    pub(super) fn first_foreign(
        &self,
        paths: Vec<PathBuf>,
        passwords: &[&Secret],
    ) -> Result<Option<PathBuf>, CliError> {
        let (mut unclear, mut any_ours) = (None, false);
        for path in paths {
            match self.whose(&path, passwords)? {
                Whose::Nobody => {}
                Whose::Ours => any_ours = true,
                Whose::Theirs => return Ok(Some(path)),
                Whose::Unclear => unclear = unclear.or(Some(path)),
            }
        }
        Ok(unclear.filter(|_| !any_ours))
    }

    /// The first of the keystores and bundles in a directory that is not this store's: a keystore that does not open with the
    /// password, or has no certificate of this store; a bundle without a root of it. `None` for a password stands for no keystores.
    ///
    /// # Errors
    /// As [`Own::first_foreign`].
    pub(super) fn first_foreign_store(
        &self,
        dir: &Path,
        password: Option<&Secret>,
        with_bundles: bool,
    ) -> Result<Option<PathBuf>, CliError> {
        let changeit = Secret::new(keystores::CHANGEIT);
        let mut paths: Vec<(PathBuf, Vec<&Secret>)> = Vec::new();
        if let Some(password) = password {
            paths.extend(keystores::names().map(|name| (dir.join(name), vec![password, &changeit])));
        }
        if with_bundles {
            paths.push((dir.join(environment::CACERTS), vec![&changeit]));
            paths.push((dir.join(environment::BUNDLE), Vec::new()));
        }
        for (path, passwords) in paths {
            let Some(bytes) = read(&path)? else {
                // A link that leads nowhere is something as well, and so is a pipe.
                if files::places::is_there(&path) {
                    return Ok(Some(path));
                }
                continue;
            };
            let found = match passwords.as_slice() {
                [] => pem::read_certificates(&bytes).unwrap_or_default(),
                some => certificates(&bytes, some),
            };
            let mut is_ours = false;
            for certificate in &found {
                is_ours = is_ours || self.made(certificate)?;
            }
            if !is_ours {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    fn whose(&self, path: &Path, passwords: &[&Secret]) -> Result<Whose, CliError> {
        let Some(bytes) = read(path)? else {
            return Ok(if files::places::is_there(path) { Whose::Theirs } else { Whose::Nobody });
        };
        if bytes.is_empty() {
            return Ok(Whose::Nobody);
        }
        let found = certificates(&bytes, passwords);
        for certificate in &found {
            if !self.made(certificate)? {
                return Ok(Whose::Theirs);
            }
        }
        if !found.is_empty() {
            return Ok(Whose::Ours);
        }
        if container::is_keystore(&bytes) {
            return Ok(Whose::Theirs);
        }
        Ok(match KeyFile::read(&bytes, &mut || None) {
            Ok(file) if self.state.by_key(&hex(&file.key.public_key().fingerprint()))?.is_empty() => Whose::Theirs,
            Ok(_) => Whose::Ours,
            Err(KeyError::PassphraseNeeded) => Whose::Theirs,
            Err(_) => Whose::Unclear,
        })
    }

    fn made(&self, certificate: &Certificate) -> Result<bool, CliError> {
        Ok(self.authorities.contains(certificate.der()) || is_issued(self.state, certificate)?)
    }
}

/// Whether a store issued a certificate.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn is_issued(state: &State, certificate: &Certificate) -> Result<bool, StoreError> {
    let record = state.by_serial(&certificate.serial.hex())?;
    Ok(record.and_then(|record| record.certificate().ok()).is_some_and(|ours| ours.der() == certificate.der()))
}

fn read(path: &Path) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, CliError> {
    files::read_if_file(path, MAX_SIZE)
}
