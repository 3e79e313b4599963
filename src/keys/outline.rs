//! What a private key file tells without its passphrase.

use super::armor::{self, Block, Content};
use super::legacy::DekInfo;
use super::pbes::Encrypted;
use super::{KeyContainer, KeyEncoding, KeyError, KeyFormat};

/// The form of a private key file, and how it is encrypted; the key itself is not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyOutline {
    /// The form.
    pub format: KeyFormat,
    /// How it is encrypted, for people: `PBES2, PBKDF2 (HMAC-SHA-256, 600000 iterations), AES-256-CBC`. None if it is not.
    pub encryption: Option<String>,
}

impl KeyOutline {
    /// Reads the outline of the first private key in PEM or DER.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] when there is none, [`KeyError::Unsupported`] for an encryption or a form unknown here.
    pub fn read(bytes: &[u8]) -> Result<Self, KeyError> {
        if Content::of(bytes) != Content::Unknown {
            return Self::of_der(bytes, KeyEncoding::Der);
        }
        let blocks = armor::read(bytes)?;
        match blocks.iter().find(|block| block.label.ends_with("PRIVATE KEY")) {
            Some(block) => Self::of_block(block),
            None => Err(KeyError::Malformed("found no private key".to_owned())),
        }
    }

    fn of_block(block: &Block) -> Result<Self, KeyError> {
        if block.label == "OPENSSH PRIVATE KEY" {
            return Err(KeyError::Unsupported(Content::OpenSsh.to_string()));
        }
        let Some(info) = DekInfo::read(block)? else {
            return Self::of_der(&block.der, KeyEncoding::Pem);
        };
        let format = KeyFormat { encoding: KeyEncoding::Pem, container: KeyContainer::LegacyEncrypted };
        Ok(Self { format, encryption: Some(info.describe()) })
    }

    fn of_der(der: &[u8], encoding: KeyEncoding) -> Result<Self, KeyError> {
        let (container, encryption) = match Content::of(der) {
            Content::EncryptedPkcs8 => (KeyContainer::EncryptedPkcs8, Some(Encrypted::read(der)?.describe())),
            Content::Pkcs1 => (KeyContainer::Pkcs1, None),
            Content::Pkcs8 => (KeyContainer::Pkcs8, None),
            Content::Sec1 => (KeyContainer::Sec1, None),
            other => return Err(KeyError::Malformed(format!("found {other}, expected a private key"))),
        };
        Ok(Self { format: KeyFormat { encoding, container }, encryption })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Algorithm, PrivateKey, Secret};

    #[test]
    fn encryption_is_told_without_the_passphrase() {
        let key = PrivateKey::generate(Algorithm::EcP256).unwrap();
        let plain = KeyOutline::read(&key.to_pkcs8_pem(None).unwrap()).unwrap();
        assert_eq!((plain.format.container, plain.encryption), (KeyContainer::Pkcs8, None));
        let pem = key.to_pkcs8_pem(Some(&Secret::new("secret"))).unwrap();
        let outline = KeyOutline::read(&pem).unwrap();
        assert_eq!(outline.format.container, KeyContainer::EncryptedPkcs8);
        let told = outline.encryption.unwrap();
        assert_eq!(told, "PBES2, PBKDF2 (HMAC-SHA-256, 600000 iterations), AES-256-CBC");
    }

    #[test]
    fn the_traditional_encryption_is_named() {
        let pem = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\
            DEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAA\n-----END EC PRIVATE KEY-----\n";
        let outline = KeyOutline::read(pem.as_bytes()).unwrap();
        assert_eq!(outline.format.container, KeyContainer::LegacyEncrypted);
        assert_eq!(outline.encryption.unwrap(), "OpenSSL's traditional encryption (one round of MD5), AES-256-CBC");
    }
}
