//! Opening a keystore of any format.

use time::OffsetDateTime;

use super::{ContainerError, Content, Entry, Keystore, jks, pem_keystore, pkcs12};
use crate::keys::{KeyError, PrivateKey, Secret};
use crate::x509::{Certificate, escape};

/// The largest keystore that is read, in bytes: forty times the anchors of the world.
const MAX_SIZE: usize = 8 << 20;

/// The passwords that are known. Without one, what is readable without is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Passwords<'a> {
    /// The password of the file.
    pub store: Option<&'a Secret>,
    /// The password of the keys, where it is another.
    pub key: Option<&'a Secret>,
}

/// A keystore that was read.
#[derive(Debug)]
pub struct Opened {
    /// What it is: `PKCS#12`, `JKS`, `JCEKS`, `PEM`, or `hashed` for a directory.
    pub format: &'static str,
    /// How it is protected, for people: `HMAC-SHA-256 (10000 iterations)`, `PBES2, …`.
    pub protection: Vec<String>,
    /// Whether it is what its writer wrote.
    pub integrity: Integrity,
    /// What it holds, in its order, with unique aliases.
    pub entries: Vec<OpenedEntry>,
    /// What could not be read, or is not kept by certwright, and why.
    pub skipped: Vec<String>,
}

/// Whether a keystore's own checksum was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integrity {
    /// There is none.
    None,
    /// There is one, but no password to verify it with.
    Unchecked,
    /// It verifies under the password.
    Verified,
}

/// An entry that was read.
#[derive(Debug)]
pub struct OpenedEntry {
    /// Its name, text as it stands in the file (not safe for a terminal); a number where it has none.
    pub alias: String,
    /// When it was made; JKS says so.
    pub created: Option<OffsetDateTime>,
    /// What it holds.
    pub content: OpenedContent,
}

/// What an entry holds.
#[derive(Debug)]
pub enum OpenedContent {
    /// A certificate without a key.
    Certificate {
        /// The certificate.
        certificate: Certificate,
        /// Whether Java takes it for an anchor. A PKCS#12 file must say so (`trustedKeyUsage`); OpenSSL's do not.
        trusted: bool,
    },
    /// A private key.
    Key {
        /// The key, or why it cannot be used: another password, or an algorithm that is not supported.
        key: Result<PrivateKey, KeyError>,
        /// Its certificates, its own first; none if the file has none for it.
        chain: Vec<Certificate>,
    },
}

/// Opens a keystore of any format, recognised by its content: PKCS#12 (also the BER of older programs), JKS, JCEKS (for
/// its certificates), PEM.
///
/// Files beyond 8 MiB, nested beyond reason or asking for more than thirty million rounds of hashing are refused.
///
/// # Errors
/// [`ContainerError::PasswordNeeded`], [`ContainerError::WrongPassword`]; [`ContainerError::Unsupported`] names the
/// algorithm; [`ContainerError::Malformed`] for anything else.
pub fn open(bytes: &[u8], passwords: &Passwords<'_>) -> Result<Opened, ContainerError> {
    if bytes.len() > MAX_SIZE {
        let (size, most) = (bytes.len(), MAX_SIZE >> 20);
        return Err(ContainerError::Malformed(format!(
            "{size} bytes are too many for a keystore (at most {most} MiB)"
        )));
    }
    let mut opened = match bytes {
        _ if jks::is_jks(bytes) => jks::read(bytes, passwords)?,
        _ if pkcs12::is_pkcs12(bytes) => pkcs12::read(bytes, passwords)?,
        _ if bytes.windows(11).any(|window| window == b"-----BEGIN ") => pem_keystore::read(bytes, passwords)?,
        _ => return Err(ContainerError::Malformed("it is neither a PKCS#12, JKS nor PEM keystore".to_owned())),
    };
    opened.name_entries();
    Ok(opened)
}

/// Whether the bytes look like PKCS#12, JKS or JCEKS. PEM is not told from other PEM files.
pub fn is_keystore(bytes: &[u8]) -> bool {
    jks::is_jks(bytes) || pkcs12::is_pkcs12(bytes)
}

impl Opened {
    /// Everything in it as a keystore that can be written again; certificates without a key become anchors.
    ///
    /// # Errors
    /// [`ContainerError::Refused`] names the first key that cannot be used, and why.
    pub fn into_keystore(self) -> Result<Keystore, ContainerError> {
        let entries = self.entries.into_iter().map(|entry| {
            let content = match entry.content {
                OpenedContent::Certificate { certificate, .. } => Content::Trusted(certificate),
                OpenedContent::Key { key: Ok(key), chain } => Content::Key { key, chain },
                OpenedContent::Key { key: Err(error), .. } => {
                    return Err(ContainerError::Refused(format!("the key \"{}\": {error}", escape(&entry.alias))));
                }
            };
            Ok(Entry { alias: entry.alias, content })
        });
        Ok(Keystore { entries: entries.collect::<Result<_, ContainerError>>()? })
    }

    /// Gives numbers to entries without a name, and makes equal names differ: `name`, `name-2`, …
    pub(super) fn name_entries(&mut self) {
        let mut taken = std::collections::HashMap::new();
        let mut unnamed = 0;
        for entry in &mut self.entries {
            if entry.alias.is_empty() {
                unnamed += 1;
                entry.alias = unnamed.to_string();
            }
            let base = entry.alias.to_lowercase();
            let mut count = taken.get(&base).copied().unwrap_or(0_usize);
            if count > 0 || taken.contains_key(&base) {
                loop {
                    count += 1;
                    let candidate = format!("{}-{}", entry.alias, count + 1);
                    if !taken.contains_key(&candidate.to_lowercase()) {
                        taken.insert(base, count);
                        entry.alias = candidate;
                        break;
                    }
                }
            }
            taken.entry(entry.alias.to_lowercase()).or_insert(0);
        }
    }
}
