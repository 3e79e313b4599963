//! How Java protects a key in JKS (`sun.security.provider.KeyProtector`): a stream of chained SHA-1 hashes and a digest.
//! It is weak whatever the password: JKS is for what cannot read PKCS#12.

use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};
use zeroize::Zeroizing;

use super::DIGEST;
use crate::keys::{KeyError, Secret, random_bytes};

/// A password as Java hashes it: UTF-16, big-endian; `None` if it is no text.
pub(super) fn utf16(password: &Secret) -> Option<Zeroizing<Vec<u8>>> {
    let text = std::str::from_utf8(password.expose()).ok()?;
    let mut out = Zeroizing::new(Vec::with_capacity(2 * text.len()));
    text.encode_utf16().for_each(|unit| out.extend_from_slice(&unit.to_be_bytes()));
    Some(out)
}

pub(super) fn sha1(parts: &[&[u8]]) -> [u8; DIGEST] {
    let mut context = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    parts.iter().for_each(|part| context.update(part));
    let mut out = [0; DIGEST];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// Protects a PKCS#8 key: salt, masked key, digest.
pub(super) fn protect(pkcs8: &[u8], password: &Secret) -> Result<Vec<u8>, KeyError> {
    let mut salt = [0; DIGEST];
    random_bytes(&mut salt)?;
    let password = utf16(password).ok_or_else(not_text)?;
    let mut out = Vec::with_capacity(pkcs8.len() + 2 * DIGEST);
    out.extend_from_slice(&salt);
    // In place, so that the key in the clear is overwritten.
    out.extend_from_slice(pkcs8);
    mask(&mut out[DIGEST..], &password, &salt);
    out.extend_from_slice(&sha1(&[&password, pkcs8]));
    Ok(out)
}

/// Takes the protection off.
pub(super) fn recover(protected: &[u8], password: &Secret) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let broken = || KeyError::Malformed("a protected key that is too short".to_owned());
    let (salt, rest) = protected.split_at_checked(DIGEST).ok_or_else(broken)?;
    let (masked, digest) = rest.len().checked_sub(DIGEST).map(|end| rest.split_at(end)).ok_or_else(broken)?;
    let password = utf16(password).ok_or(KeyError::WrongPassphrase)?;
    let mut key = Zeroizing::new(masked.to_vec());
    mask(&mut key, &password, salt);
    if sha1(&[&password, &key]) == digest { Ok(key) } else { Err(KeyError::WrongPassphrase) }
}

/// Adds the key stream: H(password, salt), H(password, the hash before), …
fn mask(data: &mut [u8], password: &[u8], salt: &[u8]) {
    let mut block = Zeroizing::new(sha1(&[password, salt]));
    for chunk in data.chunks_mut(DIGEST) {
        chunk.iter_mut().zip(block.iter()).for_each(|(octet, key)| *octet ^= key);
        *block = sha1(&[password, &*block]);
    }
}

fn not_text() -> KeyError {
    KeyError::Failed("the password is no UTF-8 text".to_owned())
}
