//! The block ciphers of encrypted key files, in CBC mode with PKCS#7 padding.

use std::fmt;

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{
    BlockCipherDecrypt, BlockModeDecrypt as _, BlockModeEncrypt as _, InnerIvInit as _, KeyInit, KeyIvInit as _,
};
use zeroize::Zeroizing;

/// A cipher; all but AES only to read what older software wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cipher {
    Aes128,
    Aes192,
    Aes256,
    Des,
    Des3,
    /// RC2 with its effective key length in bits.
    Rc2(usize),
}

impl fmt::Display for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aes128 => f.write_str("AES-128-CBC"),
            Self::Aes192 => f.write_str("AES-192-CBC"),
            Self::Aes256 => f.write_str("AES-256-CBC"),
            Self::Des => f.write_str("DES-CBC"),
            Self::Des3 => f.write_str("3DES-CBC"),
            Self::Rc2(bits) => write!(f, "RC2-CBC with {bits} bits"),
        }
    }
}

impl Cipher {
    pub(super) fn key_len(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Aes192 | Self::Des3 => 24,
            Self::Aes256 => 32,
            Self::Des => 8,
            Self::Rc2(bits) => bits / 8,
        }
    }

    pub(super) fn block_len(self) -> usize {
        match self {
            Self::Aes128 | Self::Aes192 | Self::Aes256 => 16,
            Self::Des | Self::Des3 | Self::Rc2(_) => 8,
        }
    }

    /// Decrypts; `None` when key or padding do not fit, which a wrong passphrase gives nearly always.
    pub(super) fn decrypt(self, key: &[u8], iv: &[u8], data: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        match self {
            Self::Aes128 => decrypt(aes::Aes128::new_from_slice(key).ok()?, iv, data),
            Self::Aes192 => decrypt(aes::Aes192::new_from_slice(key).ok()?, iv, data),
            Self::Aes256 => decrypt(aes::Aes256::new_from_slice(key).ok()?, iv, data),
            Self::Des => decrypt(des::Des::new_from_slice(key).ok()?, iv, data),
            Self::Des3 => decrypt(des::TdesEde3::new_from_slice(key).ok()?, iv, data),
            Self::Rc2(bits) => decrypt(rc2::Rc2::new_with_eff_key_len(key, bits), iv, data),
        }
    }
}

fn decrypt<C: BlockCipherDecrypt>(cipher: C, iv: &[u8], data: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut buffer = Zeroizing::new(data.to_vec());
    let cbc = cbc::Decryptor::inner_iv_slice_init(cipher, iv).ok()?;
    let length = cbc.decrypt_padded::<Pkcs7>(&mut buffer).ok()?.len();
    buffer.truncate(length);
    Some(buffer)
}

/// Encrypts with AES-256-CBC.
pub(super) fn encrypt_aes256(key: &[u8], iv: &[u8; 16], data: &[u8]) -> Option<Vec<u8>> {
    // The plaintext is overwritten by the ciphertext in place, so nothing is left to wipe.
    let mut buffer = vec![0; data.len() + 16];
    buffer[..data.len()].copy_from_slice(data);
    let cbc = cbc::Encryptor::<aes::Aes256>::new_from_slices(key, iv).ok()?;
    let length = cbc.encrypt_padded::<Pkcs7>(&mut buffer, data.len()).ok()?.len();
    buffer.truncate(length);
    Some(buffer)
}
