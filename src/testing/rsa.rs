//! RSA in plain arithmetic: it signs with what no library offers any more (MD5, 1024 bits, exponent 3), and the keys that its
//! timing could tell are public anyway.

use num_bigint::BigUint;

use super::TestingError;
use super::der::{integer, sequence};
use super::key::Hash;
use crate::x509::tlv::{self, Reader};

/// A private key, as far as signing needs it.
#[derive(Clone)]
pub(super) struct Rsa {
    modulus: BigUint,
    primes: [BigUint; 2],
    exponents: [BigUint; 2],
    coefficient: BigUint,
}

impl Rsa {
    /// Reads PKCS#8; gives the `RSAPublicKey` as well.
    pub(super) fn read(pkcs8: &[u8]) -> Result<(Self, Vec<u8>), TestingError> {
        let broken = |why: String| TestingError::new(format!("a published key: {why}"));
        let [modulus, exponent, _private, p, q, dp, dq, coefficient] = numbers(pkcs8).map_err(broken)?;
        let public = sequence(&[&integer(&modulus), &integer(&exponent)]);
        let [modulus, p, q, dp, dq, coefficient] =
            [modulus, p, q, dp, dq, coefficient].map(|octets| BigUint::from_bytes_be(&octets));
        Ok((Self { modulus, primes: [p, q], exponents: [dp, dq], coefficient }, public))
    }

    /// Signs a hash with RSASSA-PKCS1-v1_5, RFC 8017 §8.2 and §9.2.
    pub(super) fn sign_pkcs1(&self, hash: Hash, hashed: &[u8]) -> Result<Vec<u8>, TestingError> {
        let oid: &[u8] = match hash {
            Hash::Md5 => &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 5],
            Hash::Sha1 => &[0x2b, 0x0e, 3, 2, 0x1a],
            Hash::Sha256 => &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1],
            Hash::Sha384 => &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2],
        };
        let algorithm = sequence(&[&tlv::encode(tlv::OBJECT_IDENTIFIER, oid), &[tlv::NULL, 0]]);
        let info = sequence(&[&algorithm, &tlv::encode(tlv::OCTET_STRING, hashed)]);
        let padding = vec![0xff; self.length().saturating_sub(info.len() + 3)];
        self.sign(&[&[0, 1], padding.as_slice(), &[0], &info].concat())
    }

    /// Signs a message with RSASSA-PSS and MGF1, RFC 8017 §8.1 and §9.1.1.
    pub(super) fn sign_pss(&self, hash: Hash, message: &[u8], salt: &[u8]) -> Result<Vec<u8>, TestingError> {
        let hashed = hash.of(&[&[0; 8], hash.of(message).as_slice(), salt].concat());
        let masked = self.length().checked_sub(hashed.len() + 1).filter(|room| *room > salt.len() + 1);
        let masked = masked.ok_or_else(|| TestingError::new("the RSA key is too short for PSS with this hash"))?;
        let mut block = vec![0; masked - salt.len() - 1];
        block.push(1);
        block.extend_from_slice(salt);
        for (index, part) in block.chunks_mut(hashed.len()).enumerate() {
            let counter = u32::try_from(index).unwrap_or(u32::MAX).to_be_bytes();
            let mask = hash.of(&[hashed.as_slice(), &counter].concat());
            part.iter_mut().zip(mask).for_each(|(octet, mask)| *octet ^= mask);
        }
        // A modulus of whole octets: the encoded message has one bit less.
        block[0] &= 0x7f;
        block.extend_from_slice(&hashed);
        block.push(0xbc);
        self.sign(&block)
    }

    /// Octets of the modulus.
    fn length(&self) -> usize {
        self.modulus.to_bytes_be().len()
    }

    /// RSASP1 by the Chinese remainder theorem, RFC 8017 §5.2.1.
    fn sign(&self, encoded: &[u8]) -> Result<Vec<u8>, TestingError> {
        let message = BigUint::from_bytes_be(encoded);
        if message >= self.modulus {
            return Err(TestingError::new("a message that is longer than its RSA key"));
        }
        let [p, q] = &self.primes;
        let one = message.modpow(&self.exponents[0], p);
        let two = message.modpow(&self.exponents[1], q);
        let difference = (one + p - &two % p) % p;
        let signature = (&two + (difference * &self.coefficient % p) * q).to_bytes_be();
        let mut out = vec![0; self.length().saturating_sub(signature.len())];
        out.extend_from_slice(&signature);
        Ok(out)
    }
}

/// The eight numbers of an `RSAPrivateKey`: n, e, d, p, q, d mod (p-1), d mod (q-1), q⁻¹ mod p.
fn numbers(pkcs8: &[u8]) -> Result<[Vec<u8>; 8], String> {
    let mut outer = Reader::new(tlv::Tlv::only_contents(pkcs8, tlv::SEQUENCE)?);
    outer.expect(tlv::INTEGER)?;
    outer.expect(tlv::SEQUENCE)?;
    let mut body = Reader::new(tlv::Tlv::only_contents(outer.expect(tlv::OCTET_STRING)?, tlv::SEQUENCE)?);
    body.expect(tlv::INTEGER)?;
    let mut numbers: [Vec<u8>; 8] = Default::default();
    for number in &mut numbers {
        *number = body.expect(tlv::INTEGER)?.to_vec();
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use crate::keys::{Digest, PublicKey, SignatureAlgorithm};
    use crate::testing::key::{Hash, Kind, Published, TestKey};

    #[test]
    fn signatures_verify() {
        let key = TestKey::new("", "", Kind::Rsa(Published::Leaf)).unwrap();
        let public = PublicKey::from_spki_der(key.spki()).unwrap();
        for (hash, digest) in [(Hash::Sha256, Digest::Sha256), (Hash::Sha384, Digest::Sha384)] {
            let signature = key.sign(hash, b"message").unwrap();
            public.verify(SignatureAlgorithm::RsaPkcs1(digest), b"message", &signature).unwrap();
            let salt = vec![7; digest.output_len()];
            let signature = key.sign_pss(hash, b"message", &salt).unwrap();
            public.verify(SignatureAlgorithm::RsaPss(digest, salt.len()), b"message", &signature).unwrap();
        }
        let short = TestKey::new("", "", Kind::Rsa(Published::Short)).unwrap();
        assert!(short.sign_pss(Hash::Sha384, b"message", &[7; 96]).is_err());
    }
}
