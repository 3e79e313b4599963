//! RSASSA-PSS verification for salts of any length, RFC 8017 §8.1.2 and §9.1.2; all its inputs are public.

use num_bigint::BigUint;

use super::rsa::Public;
use super::{Digest, KeyError};

/// Verifies a signature whose salt has exactly `salt` octets; the caller has checked that the key is usable.
pub(super) fn verify(
    digest: Digest,
    salt: usize,
    key: &Public<'_>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), KeyError> {
    let encoded = open(key, signature).ok_or(KeyError::BadSignature)?;
    let hash = ring::digest::digest(digest.algorithm(), message);
    match encoded_fits(digest, salt, key.bits() - 1, hash.as_ref(), &encoded) {
        Some(true) => Ok(()),
        _ => Err(KeyError::BadSignature),
    }
}

/// RSAVP1 and I2OSP to the length of the encoded message.
fn open(key: &Public<'_>, signature: &[u8]) -> Option<Vec<u8>> {
    if signature.len() != key.modulus.len() {
        return None;
    }
    let modulus = BigUint::from_bytes_be(key.modulus);
    let value = BigUint::from_bytes_be(signature);
    if value >= modulus {
        return None;
    }
    let opened = value.modpow(&BigUint::from_bytes_be(key.exponent), &modulus).to_bytes_be();
    let length = (key.bits() - 1).div_ceil(8);
    let mut encoded = vec![0; length.checked_sub(opened.len())?];
    encoded.extend_from_slice(&opened);
    Some(encoded)
}

/// EMSA-PSS-VERIFY with the hash of the message.
fn encoded_fits(digest: Digest, salt: usize, bits: usize, hash: &[u8], encoded: &[u8]) -> Option<bool> {
    let (&trailer, rest) = encoded.split_last()?;
    let (masked, expected) = rest.split_at_checked(rest.len().checked_sub(hash.len())?)?;
    let padding = masked.len().checked_sub(salt.checked_add(1)?)?;
    // The leftmost bits beyond the encoded length are zero.
    let used = 0xff_u8 >> (encoded.len() * 8 - bits);
    let first = *masked.first()?;
    if trailer != 0xbc || first & !used != 0 {
        return Some(false);
    }
    let mut block: Vec<u8> = masked.iter().zip(mask(digest, expected, masked.len())).map(|(a, b)| a ^ b).collect();
    block[0] &= used;
    if block[..padding].iter().any(|octet| *octet != 0) || block[padding] != 1 {
        return Some(false);
    }
    let mut context = ring::digest::Context::new(digest.algorithm());
    context.update(&[0; 8]);
    context.update(hash);
    context.update(&block[padding + 1..]);
    Some(context.finish().as_ref() == expected)
}

/// MGF1, RFC 8017 appendix B.2.1.
fn mask(digest: Digest, seed: &[u8], length: usize) -> Vec<u8> {
    let mut mask = Vec::with_capacity(length + digest.output_len());
    for counter in 0_u32.. {
        if mask.len() >= length {
            break;
        }
        let mut context = ring::digest::Context::new(digest.algorithm());
        context.update(seed);
        context.update(&counter.to_be_bytes());
        mask.extend_from_slice(context.finish().as_ref());
    }
    mask.truncate(length);
    mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Algorithm, PrivateKey, Signer};

    #[test]
    fn agrees_with_ring_on_salts_as_long_as_the_hash() {
        let key = PrivateKey::generate(Algorithm::Rsa2048).unwrap().with_rsa_pss();
        let mut signature = key.sign(b"message").unwrap();
        let public = Public::read(key.public_key().subject_public_key()).unwrap();
        verify(Digest::Sha256, 32, &public, b"message", &signature).unwrap();
        assert!(verify(Digest::Sha256, 31, &public, b"message", &signature).is_err());
        assert!(verify(Digest::Sha256, 33, &public, b"message", &signature).is_err());
        assert!(verify(Digest::Sha384, 32, &public, b"message", &signature).is_err());
        assert!(verify(Digest::Sha256, 32, &public, b"massage", &signature).is_err());
        assert!(verify(Digest::Sha256, 32, &public, b"message", &signature[1..]).is_err());
        for salt in [222, 223, 224, 255, 256, usize::MAX] {
            assert!(verify(Digest::Sha256, salt, &public, b"message", &signature).is_err());
        }
        signature[100] ^= 1;
        assert!(verify(Digest::Sha256, 32, &public, b"message", &signature).is_err());
        assert!(verify(Digest::Sha256, 32, &public, b"message", &[0xff; 256]).is_err());
        assert!(verify(Digest::Sha256, 32, &public, b"message", &[0; 256]).is_err());
    }
}
