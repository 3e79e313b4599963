//! Keystores and truststores: the files that carry a key, its chain, or anchors to those who use them.

mod ber;
mod chain;
mod check;
mod encode;
mod error;
mod format;
mod jks;
mod open;
pub mod pem;
mod pem_keystore;
mod pkcs12;
pub mod target;
#[cfg(test)]
mod tests;

pub use chain::{gap, ordered};
pub use encode::{Encoding, encode};
pub use error::ContainerError;
pub use format::{Format, Preset};
pub use open::{Integrity, Opened, OpenedContent, OpenedEntry, Passwords, is_keystore, open};

use crate::keys::PrivateKey;
use crate::x509::Certificate;

/// What a keystore or truststore holds, whatever its format.
#[derive(Debug)]
pub struct Keystore {
    /// The entries in their order; aliases are unique, upper and lower case being the same (as in Java).
    pub entries: Vec<Entry>,
}

/// One entry.
#[derive(Debug)]
pub struct Entry {
    /// Its name: `alias` in Java, `friendlyName` in PKCS#12.
    pub alias: String,
    /// What it holds.
    pub content: Content,
}

/// What an entry holds.
#[derive(Debug)]
pub enum Content {
    /// A private key.
    Key {
        /// The key.
        key: PrivateKey,
        /// Its certificate, then the issuers, each next to what it issued; the root may or may not be in it.
        chain: Vec<Certificate>,
    },
    /// A certificate that is trusted: an anchor.
    Trusted(Certificate),
}
