//! RSA public keys and signatures with them, RFC 8017.

use num_bigint::BigUint;
use ring::signature as ring_signature;

use super::asn1::Reader;
use super::{Digest, KeyError, Weakness, pss};

/// The sizes in bits that are verified and signed with at all; below is broken, above costs too much.
pub(super) const MIN_BITS: usize = 2048;
pub(super) const MAX_BITS: usize = 8192;

/// An `RSAPublicKey`: big-endian magnitudes without leading zeros.
pub(super) struct Public<'a> {
    pub(super) modulus: &'a [u8],
    pub(super) exponent: &'a [u8],
}

impl<'a> Public<'a> {
    /// Reads an `RSAPublicKey` in DER.
    pub(super) fn read(der: &'a [u8]) -> Result<Self, KeyError> {
        let mut reader = Reader::sequence(der, "RSA public key")?;
        let (modulus, exponent) = (reader.unsigned()?, reader.unsigned()?);
        reader.finish()?;
        if modulus.is_empty() || exponent.is_empty() {
            return Err(KeyError::Malformed("an RSA key with a modulus or exponent of zero".to_owned()));
        }
        Ok(Self { modulus, exponent })
    }

    pub(super) fn bits(&self) -> usize {
        bits(self.modulus)
    }

    /// Refuses sizes and exponents that would be unsafe or slow to compute with.
    pub(super) fn check_usable(&self) -> Result<(), Weakness> {
        check_size(self.bits())?;
        if !self.exponent_is_sane() {
            return Err(Weakness::RsaExponent(self.exponent_text()));
        }
        if is_odd(self.modulus) { Ok(()) } else { Err(Weakness::SmallFactor(2)) }
    }

    /// Whether the exponent is odd, at least 3 and at most 33 bits long: ring's bound, since a longer one only makes
    /// verifying slow.
    pub(super) fn exponent_is_sane(&self) -> bool {
        is_odd(self.exponent) && self.exponent != [1] && bits(self.exponent) <= 33
    }

    /// The exponent in decimal, or its size when nobody would read the digits.
    pub(super) fn exponent_text(&self) -> String {
        match bits(self.exponent) {
            bits if bits > 128 => format!("of {bits} bits"),
            _ => BigUint::from_bytes_be(self.exponent).to_string(),
        }
    }
}

fn is_odd(magnitude: &[u8]) -> bool {
    magnitude.last().is_some_and(|octet| octet & 1 == 1)
}

/// Number of bits of a big-endian magnitude without leading zeros.
pub(super) fn bits(magnitude: &[u8]) -> usize {
    magnitude.first().map_or(0, |first| magnitude.len() * 8 - first.leading_zeros() as usize)
}

pub(super) fn check_size(bits: usize) -> Result<(), Weakness> {
    if (MIN_BITS..=MAX_BITS).contains(&bits) {
        return Ok(());
    }
    Err(Weakness::RsaSize { bits, min: MIN_BITS, max: MAX_BITS })
}

/// Verifies RSASSA-PKCS1-v1_5; `key` is an `RSAPublicKey` in DER.
pub(super) fn verify_pkcs1(digest: Digest, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
    Public::read(key)?.check_usable()?;
    let algorithm = match digest {
        Digest::Sha1 => return Err(KeyError::Unsupported("signatures with SHA-1".to_owned())),
        Digest::Sha256 => &ring_signature::RSA_PKCS1_2048_8192_SHA256,
        Digest::Sha384 => &ring_signature::RSA_PKCS1_2048_8192_SHA384,
        Digest::Sha512 => &ring_signature::RSA_PKCS1_2048_8192_SHA512,
    };
    let key = ring_signature::UnparsedPublicKey::new(algorithm, key);
    key.verify(message, signature).map_err(|_| KeyError::BadSignature)
}

/// Verifies RSASSA-PSS; `key` is an `RSAPublicKey` in DER.
pub(super) fn verify_pss(
    (digest, salt): (Digest, usize),
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), KeyError> {
    let public = Public::read(key)?;
    public.check_usable()?;
    let algorithm = match digest {
        Digest::Sha1 => return Err(KeyError::Unsupported("signatures with SHA-1".to_owned())),
        // ring wants the salt as long as the hash; OpenSSL's default is the longest that fits.
        _ if salt != digest.output_len() => return pss::verify(digest, salt, &public, message, signature),
        Digest::Sha256 => &ring_signature::RSA_PSS_2048_8192_SHA256,
        Digest::Sha384 => &ring_signature::RSA_PSS_2048_8192_SHA384,
        Digest::Sha512 => &ring_signature::RSA_PSS_2048_8192_SHA512,
    };
    let key = ring_signature::UnparsedPublicKey::new(algorithm, key);
    key.verify(message, signature).map_err(|_| KeyError::BadSignature)
}
