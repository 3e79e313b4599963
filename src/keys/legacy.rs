//! OpenSSL's traditional encryption of PEM blocks (`Proc-Type: 4,ENCRYPTED`), for reading only.

use zeroize::Zeroizing;

use super::armor::Block;
use super::cipher::Cipher;
use super::{KeyError, Secret, kdf};

/// Octets of the initialisation vector that salt the key.
const SALT: usize = 8;

/// The `DEK-Info` header, understood.
pub(super) struct DekInfo {
    cipher: Cipher,
    iv: Vec<u8>,
}

impl DekInfo {
    /// Reads the headers of a block; `None` when it is not encrypted in this way.
    pub(super) fn read(block: &Block) -> Result<Option<Self>, KeyError> {
        let Some(info) = block.header("DEK-Info") else {
            return match block.header("Proc-Type") {
                Some(kind) if kind.contains("ENCRYPTED") => {
                    Err(KeyError::Malformed("an encrypted PEM block without DEK-Info".to_owned()))
                }
                _ => Ok(None),
            };
        };
        let (name, iv) = info.split_once(',').unwrap_or((info, ""));
        let cipher = match name.trim() {
            "AES-128-CBC" => Cipher::Aes128,
            "AES-192-CBC" => Cipher::Aes192,
            "AES-256-CBC" => Cipher::Aes256,
            "DES-CBC" => Cipher::Des,
            "DES-EDE3-CBC" => Cipher::Des3,
            other => {
                let other = other.escape_debug().take(40).collect::<String>();
                return Err(KeyError::Unsupported(format!("PEM encryption with {other}")));
            }
        };
        let iv = unhex(iv.trim()).filter(|iv| iv.len() == cipher.block_len());
        let broken = || KeyError::Malformed("a DEK-Info with a broken initialisation vector".to_owned());
        Ok(Some(Self { cipher, iv: iv.ok_or_else(broken)? }))
    }

    /// How it is encrypted, for people.
    pub(super) fn describe(&self) -> String {
        format!("OpenSSL's traditional encryption (one round of MD5), {}", self.cipher)
    }

    /// Decrypts; what comes out is not looked at beyond its padding.
    pub(super) fn decrypt(&self, passphrase: &Secret, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let key = kdf::bytes_to_key(passphrase.expose(), &self.iv[..SALT], self.cipher.key_len());
        self.cipher.decrypt(&key, &self.iv, data).ok_or(KeyError::WrongPassphrase)
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.chars().map(|digit| digit.to_digit(16)).collect::<Option<Vec<u32>>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| (high << 4 | low) as u8).collect())
}
