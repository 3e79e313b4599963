//! The private keys that the store has of certificates.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::options::open_key;
use crate::cli::{CliError, Context, SecretSource};
use crate::keys::{PrivateKey, PublicKey};
use crate::store::{CertificateRecord, Store, StoreError};

/// Reads the key of a certificate as it lies in the store, and, where it is not encrypted, makes sure that it is its own.
///
/// # Errors
/// Exit 6 for the key of another certificate, 1 where it is gone or others could read it; names the file.
pub(super) fn read(
    cx: &mut Context,
    store: &Store,
    record: &CertificateRecord,
) -> Result<Zeroizing<Vec<u8>>, CliError> {
    if !store.issued_key(record).exists() {
        // A command that was killed may have recorded it before its key was in place: the lock puts it there.
        drop(cx.lock(store)?);
    }
    read_known(store, record)
}

/// As [`read`], where the lock has been taken since the key was recorded.
///
/// # Errors
/// As [`read`].
pub(super) fn read_known(store: &Store, record: &CertificateRecord) -> Result<Zeroizing<Vec<u8>>, CliError> {
    let path = store.issued_key(record);
    if !path.exists() {
        return Err(CliError::failed(format!(
            "the private key of {} is not where it was: {} is gone",
            record.lineage,
            path.display()
        ))
        .hint(format!(
            "put it back from a backup, or make a new one with \"certwright renew {} --rekey\"",
            record.lineage
        )));
    }
    Ok(store.read_key_of(record)?)
}

/// As [`read`], opened: its passphrase comes from a source of its own if one is given.
///
/// # Errors
/// As [`read`], and those of the passphrase.
pub(super) fn open(
    cx: &mut Context,
    store: &Store,
    record: &CertificateRecord,
    source: Option<&SecretSource>,
) -> Result<PrivateKey, CliError> {
    let pem = read(cx, store, record)?;
    open_read(cx, store, record, &pem, source)
}

/// Opens a key that was read, and makes sure that it is that of its certificate, which of an encrypted one only shows now.
///
/// # Errors
/// As [`open`].
pub(super) fn open_read(
    cx: &mut Context,
    store: &Store,
    record: &CertificateRecord,
    pem: &[u8],
    source: Option<&SecretSource>,
) -> Result<PrivateKey, CliError> {
    let key = open_key(cx, pem, source, &format!("the key of {}", record.lineage))?;
    check_own(&key, &record.certificate()?.public_key()?, store.issued_key(record))?;
    Ok(key)
}

/// Refuses the key of another certificate; `path` is where it lies.
///
/// # Errors
/// Exit 6, naming the file.
pub(super) fn check_own(key: &PrivateKey, own: &PublicKey, path: PathBuf) -> Result<(), CliError> {
    if key.public_key().subject_public_key() == own.subject_public_key() {
        return Ok(());
    }
    let why = "is the private key of another certificate: put its own back from a backup".to_owned();
    Err(StoreError::Damaged { path, line: None, why }.into())
}
