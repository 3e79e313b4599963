//! A private key file, as a report and as labelled lines.

use serde::Serialize;

use super::facts::{KeyFacts, line};
use crate::keys::{KeyContainer, KeyEncoding, KeyError, KeyFile, KeyFormat, KeyOutline, Secret};

/// A private key in `certwright/inspect/1` and `certwright/key-inspect/1`. Nothing of the key itself is in it.
#[derive(Debug, Serialize)]
pub(in crate::cli::commands) struct PrivateKeyFacts {
    /// `PKCS#8`, `encrypted PKCS#8`, `PKCS#1`, `SEC1`, `traditional (OpenSSL)`.
    container: &'static str,
    /// `PEM` or `DER`.
    encoding: &'static str,
    encrypted: bool,
    /// How it is encrypted.
    encryption: Option<String>,
    /// The public half; absent for an encrypted key without its passphrase.
    pub(in crate::cli::commands) key: Option<KeyFacts>,
}

impl PrivateKeyFacts {
    /// Reads a private key, and decrypts it where `passphrase` gives one.
    ///
    /// # Errors
    /// Those of [`KeyFile::read`], but for a missing passphrase.
    pub(in crate::cli::commands) fn read(
        bytes: &[u8],
        passphrase: &mut dyn FnMut() -> Option<Secret>,
    ) -> Result<Self, KeyError> {
        let outline = KeyOutline::read(bytes)?;
        let key = match KeyFile::read(bytes, passphrase) {
            Ok(file) => Some(KeyFacts::new(file.key.public_key())),
            Err(KeyError::PassphraseNeeded) => None,
            Err(KeyError::Weak(weakness)) => Some(KeyFacts {
                kind: None,
                sha256: None,
                key_id: None,
                weakness: Some(weakness.to_string()),
                error: Some("a private key too weak to be used".to_owned()),
            }),
            Err(error) => return Err(error),
        };
        let KeyFormat { container, encoding } = outline.format;
        Ok(Self {
            container: container_name(container),
            encoding: encoding_name(encoding),
            encrypted: outline.encryption.is_some(),
            encryption: outline.encryption,
            key,
        })
    }

    pub(in crate::cli::commands) fn lines(&self) -> Vec<String> {
        let mut lines = vec![line("form", &format!("{} in {}", self.container, self.encoding))];
        lines.push(line("encrypted", self.encryption.as_deref().unwrap_or("no")));
        match &self.key {
            Some(key) => lines.extend(key.lines()),
            None => lines.push(line("key", "hidden without the passphrase")),
        }
        lines
    }
}

fn container_name(container: KeyContainer) -> &'static str {
    match container {
        KeyContainer::EncryptedPkcs8 => "encrypted PKCS#8",
        KeyContainer::LegacyEncrypted => "traditional (OpenSSL)",
        KeyContainer::Pkcs1 => "PKCS#1",
        KeyContainer::Pkcs8 => "PKCS#8",
        KeyContainer::Sec1 => "SEC1",
    }
}

fn encoding_name(encoding: KeyEncoding) -> &'static str {
    match encoding {
        KeyEncoding::Der => "DER",
        KeyEncoding::Pem => "PEM",
    }
}
