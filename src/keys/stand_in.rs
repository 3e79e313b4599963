//! Public keys that stand in for ones that are still to be made.

use super::asn1::{self, SEQUENCE};
use super::identifier::Family;
use super::{Algorithm, KeyError, KeyKind, KeyRules, PrivateKey, PublicKey, random_bytes};

/// Draws after which a generator that gives nothing but weak moduli is broken; one in ten is none.
const MOST_DRAWS: usize = 10_000;
/// The exponent 65537.
const EXPONENT: [u8; 3] = [1, 0, 1];

impl PublicKey {
    /// A public key of an algorithm whose private key nobody has: it passes every check, in a fraction of the time that an RSA key
    /// takes, so that a certificate can be prepared before its key is made. Nothing may be signed for it.
    ///
    /// # Errors
    /// [`KeyError::Failed`] when the system gives no randomness.
    pub fn stand_in(algorithm: Algorithm) -> Result<Self, KeyError> {
        let KeyKind::Rsa(bits) = algorithm.kind() else {
            return Ok(PrivateKey::generate(algorithm)?.public_key().clone());
        };
        let rules = KeyRules { min_rsa_bits: bits, max_rsa_bits: bits, any_rsa_exponent: false };
        let mut modulus = vec![0; bits / 8];
        for _ in 0..MOST_DRAWS {
            random_bytes(&mut modulus)?;
            // As long as a product of two primes, and odd as one.
            if let Some(first) = modulus.first_mut() {
                *first |= 0x80;
            }
            if let Some(last) = modulus.last_mut() {
                *last |= 1;
            }
            let parts = [asn1::unsigned(&modulus), asn1::unsigned(&EXPONENT)];
            let key = asn1::tlv(SEQUENCE, &[&parts[0], &parts[1]]);
            let key = Self::from_parts(&Family::Rsa.to_der(), &key)?;
            if key.check(&rules).is_ok() {
                return Ok(key);
            }
        }
        Err(KeyError::Failed("the system's randomness is none".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_has_one_that_passes_for_a_key() {
        for algorithm in Algorithm::ALL {
            let key = PublicKey::stand_in(algorithm).unwrap();
            assert_eq!(key.kind(), algorithm.kind());
            assert_eq!(key.check(&KeyRules::default()), Ok(()), "{algorithm}");
            assert_ne!(key, PublicKey::stand_in(algorithm).unwrap(), "{algorithm}");
        }
    }
}
