//! A keystore as PEM text: a private key with its chain, or anchors.

use zeroize::Zeroizing;

use super::chain::Linker;
use super::{ContainerError, Content, Encoding, Integrity, Keystore, Opened, OpenedContent, OpenedEntry, Passwords};
use crate::keys::{KeyError, KeyFile, PrivateKey};
use crate::x509::Certificate;
use crate::x509::pem::{self, Block};

/// Writes the key, then its chain, or the anchors one after the other.
pub(super) fn write(keystore: &Keystore, encoding: &Encoding<'_>) -> Result<Zeroizing<Vec<u8>>, ContainerError> {
    let mut out = Zeroizing::new(Vec::with_capacity(64 * 1024));
    for entry in &keystore.entries {
        match &entry.content {
            Content::Key { key, chain } => {
                let passphrase = encoding.key_password.or(encoding.store_password);
                out.extend_from_slice(&key.to_pkcs8_pem(passphrase)?);
                chain.iter().for_each(|certificate| out.extend_from_slice(certificate.to_pem().as_bytes()));
            }
            Content::Trusted(certificate) => out.extend_from_slice(certificate.to_pem().as_bytes()),
        }
    }
    Ok(out)
}

/// Reads a PEM file: at most one private key, and any certificates.
pub(super) fn read(bytes: &[u8], passwords: &Passwords<'_>) -> Result<Opened, ContainerError> {
    let (mut certificates, mut keys, mut skipped) = (Vec::new(), 0, Vec::new());
    for block in pem::read_all(bytes)? {
        match block {
            Block::Certificate(certificate) => certificates.push(certificate),
            Block::PrivateKey(_) => keys += 1,
            other => skipped.push(other.describe()),
        }
    }
    let mut entries = Vec::new();
    let mut chain = Vec::new();
    match keys {
        0 => {}
        1 => {
            let password = passwords.key.or(passwords.store);
            let key = KeyFile::read(bytes, &mut || password.cloned()).map(|file| file.key);
            chain = chain_of(&key, &certificates);
            entries.push(OpenedEntry {
                alias: name(chain.first()),
                created: None,
                content: OpenedContent::Key { key, chain: chain.clone() },
            });
        }
        many => {
            return Err(ContainerError::Unsupported(format!(
                "a PEM file with {many} private keys: which certificate belongs to which is nowhere said"
            )));
        }
    }
    for certificate in certificates {
        if !chain.contains(&certificate) {
            let alias = name(Some(&certificate));
            let content = OpenedContent::Certificate { certificate, trusted: true };
            entries.push(OpenedEntry { alias, created: None, content });
        }
    }
    Ok(Opened { format: "PEM", protection: Vec::new(), integrity: Integrity::None, entries, skipped })
}

/// The certificate of the key and its issuers; without a usable key, the first certificate's.
fn chain_of(key: &Result<PrivateKey, KeyError>, certificates: &[Certificate]) -> Vec<Certificate> {
    let pool: Vec<&Certificate> = certificates.iter().collect();
    let leaf = match key {
        Ok(key) => certificates.iter().find(|certificate| certificate.spki_der == key.public_key().spki_der()),
        Err(_) => certificates.first(),
    };
    leaf.map(|leaf| Linker::new(&pool).chain(leaf).into_iter().cloned().collect()).unwrap_or_default()
}

/// PEM has no aliases: the common name takes their place.
fn name(certificate: Option<&Certificate>) -> String {
    certificate.and_then(|certificate| certificate.subject.common_name()).unwrap_or_default()
}
