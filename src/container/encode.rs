//! Writing a keystore: checked before, read again after.

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{ContainerError, Content, Entry, Format, Keystore, OpenedContent, Passwords, Preset};
use super::{check, jks, open, pem_keystore, pkcs12};
use crate::keys::Secret;
use crate::x509::{Certificate, escape};

/// How a keystore is written.
#[derive(Debug, Clone, Copy)]
pub struct Encoding<'a> {
    /// The format.
    pub format: Format,
    /// The encryption of PKCS#12; the other formats know only one.
    pub preset: Preset,
    /// The password of the file: needed for PKCS#12 and JKS, and for PEM the passphrase of the key, if it shall have one.
    pub store_password: Option<&'a Secret>,
    /// The password of the keys where it differs from the file's: JKS only.
    pub key_password: Option<&'a Secret>,
    /// When the entries were made, which JKS writes down.
    pub created: OffsetDateTime,
}

/// Encodes a keystore, reads the result again with the passwords given, compares, and only then returns it.
///
/// # Errors
/// [`ContainerError::Refused`] for what some reader would take for something else: duplicate aliases (upper and lower
/// case are the same), aliases that are empty or have control characters, a key that does not match the first
/// certificate of its chain, a chain out of order, empty passwords; for PKCS#12 also passwords that are not ASCII, a key
/// password of its own, and aliases beyond the Basic Multilingual Plane. A chain that ends before its root is
/// written: see [`super::gap`].
/// [`ContainerError::Unfaithful`] when the comparison fails.
pub fn encode(keystore: &Keystore, encoding: &Encoding<'_>) -> Result<Zeroizing<Vec<u8>>, ContainerError> {
    check::check(keystore, encoding)?;
    let bytes = match encoding.format {
        Format::Jks => jks::write(keystore, encoding)?,
        Format::Pem => pem_keystore::write(keystore, encoding)?,
        Format::Pkcs12 => pkcs12::write(keystore, encoding)?,
    };
    let passwords = Passwords { store: encoding.store_password, key: encoding.key_password };
    compare(keystore, &bytes, encoding.format, &passwords)?;
    Ok(bytes)
}

/// Reads a keystore that was written and compares it entry by entry with what it should be.
fn compare(keystore: &Keystore, bytes: &[u8], format: Format, passwords: &Passwords<'_>) -> Result<(), ContainerError> {
    let opened = open(bytes, passwords)?;
    if let Some(skipped) = opened.skipped.first() {
        return unfaithful(skipped.clone());
    }
    if opened.entries.len() != keystore.entries.len() {
        let (found, written) = (opened.entries.len(), keystore.entries.len());
        return unfaithful(format!("{found} entries where {written} were written"));
    }
    for (index, entry) in keystore.entries.iter().enumerate() {
        // PEM has no aliases, and PKCS#12 may come in another order.
        let found = match format {
            Format::Pem => opened.entries.get(index),
            Format::Jks | Format::Pkcs12 => {
                let alias = entry.alias.to_lowercase();
                opened.entries.iter().find(|found| found.alias.to_lowercase() == alias)
            }
        };
        if !found.is_some_and(|found| same(entry, &found.content)) {
            return unfaithful(format!("the entry \"{}\" is missing or another one", escape(&entry.alias)));
        }
    }
    Ok(())
}

fn same(entry: &Entry, found: &OpenedContent) -> bool {
    match (&entry.content, found) {
        (Content::Key { key, chain }, OpenedContent::Key { key: Ok(found_key), chain: found_chain }) => {
            // A PKCS#12 file does not say where a chain ends: another entry's issuers may make this one's longer.
            key.to_pkcs8_der() == found_key.to_pkcs8_der() && found_chain.starts_with(chain)
        }
        (Content::Trusted(certificate), OpenedContent::Certificate { certificate: found, trusted: true }) => {
            same_certificate(certificate, found)
        }
        _ => false,
    }
}

fn same_certificate(one: &Certificate, other: &Certificate) -> bool {
    one.der() == other.der()
}

fn unfaithful<T>(why: String) -> Result<T, ContainerError> {
    Err(ContainerError::Unfaithful(why))
}
