//! Key files: every form that OpenSSL, Java and Go write, read and written.

use zeroize::Zeroizing;

use super::{KeyError, PrivateKey, Secret};

/// How the bytes of a key file are wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum KeyEncoding {
    Der,
    Pem,
}

/// The structure inside a key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyContainer {
    /// `PRIVATE KEY`, RFC 5208 / 5958.
    Pkcs8,
    /// `ENCRYPTED PRIVATE KEY`.
    EncryptedPkcs8,
    /// `RSA PRIVATE KEY`, RFC 8017 appendix A.
    Pkcs1,
    /// `EC PRIVATE KEY`, RFC 5915.
    Sec1,
    /// `RSA/EC PRIVATE KEY` with OpenSSL's `DEK-Info` encryption (read only).
    LegacyEncrypted,
}

/// What a key file was, or shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyFormat {
    /// PEM or DER.
    pub encoding: KeyEncoding,
    /// The structure.
    pub container: KeyContainer,
}

/// A key file read whole: the key and the form it had.
#[derive(Debug)]
pub struct KeyFile {
    /// The key.
    pub key: PrivateKey,
    /// The form it had.
    pub format: KeyFormat,
}

impl KeyFile {
    /// Reads a private key in any form: PEM (also after other PEM blocks, such as certificates or `EC PARAMETERS`) or
    /// DER. `passphrase` is called at most once, and only when the key is encrypted.
    ///
    /// # Errors
    /// [`KeyError::PassphraseNeeded`] when `passphrase` gives `None`, [`KeyError::WrongPassphrase`],
    /// [`KeyError::Malformed`] (with what was found instead), [`KeyError::Unsupported`].
    pub fn read(bytes: &[u8], passphrase: &mut dyn FnMut() -> Option<Secret>) -> Result<Self, KeyError> {
        let _ = (bytes, passphrase);
        todo!()
    }
}

impl PrivateKey {
    /// Writes the key in the form asked. A passphrase makes it an `ENCRYPTED PRIVATE KEY`: PBES2, AES-256-CBC,
    /// PBKDF2-HMAC-SHA-256 with 600,000 iterations.
    ///
    /// # Errors
    /// [`KeyError::Unsupported`] when the key has no such form (an Ed25519 key in SEC1).
    pub fn encode(&self, format: KeyFormat, passphrase: Option<&Secret>) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let _ = (format, passphrase);
        todo!()
    }

    /// The key as PKCS#8 in PEM, encrypted if there is a passphrase: how the store keeps keys.
    ///
    /// # Errors
    /// [`KeyError::Failed`] when the system gives no randomness.
    pub fn to_pkcs8_pem(&self, passphrase: Option<&Secret>) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let container = if passphrase.is_some() { KeyContainer::EncryptedPkcs8 } else { KeyContainer::Pkcs8 };
        self.encode(KeyFormat { encoding: KeyEncoding::Pem, container }, passphrase)
    }
}
