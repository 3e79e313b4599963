//! Public keys.

use super::{KeyError, KeyKind, KeyRules, SignatureAlgorithm, Weakness};

/// A public key: its `SubjectPublicKeyInfo`, byte for byte, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    spki: Vec<u8>,
    kind: KeyKind,
}

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo` in DER and keeps its bytes.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] for broken DER, [`KeyError::Unsupported`] for other algorithms or curves.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, KeyError> {
        let _ = der;
        todo!()
    }

    /// The `SubjectPublicKeyInfo` in DER, as it was read.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// What the key is.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The contents of the `subjectPublicKey` BIT STRING.
    pub fn subject_public_key(&self) -> &[u8] {
        todo!()
    }

    /// The key identifier for certificates: RFC 7093 method 1, the leftmost 160 bits of the SHA-256 of the
    /// `subjectPublicKey` bits.
    pub fn key_id(&self) -> [u8; 20] {
        todo!()
    }

    /// The SHA-256 of the `SubjectPublicKeyInfo`, which identifies a key across certificates.
    pub fn fingerprint(&self) -> [u8; 32] {
        todo!()
    }

    /// Verifies a signature over the whole message.
    ///
    /// # Errors
    /// [`KeyError::BadSignature`]; [`KeyError::Unsupported`] when key and algorithm do not fit together.
    pub fn verify(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        let _ = (algorithm, message, signature);
        todo!()
    }

    /// Checks the key against the rules: size, exponent, small factors, ROCA, Fermat-close primes, point on curve.
    ///
    /// # Errors
    /// The first weakness found.
    pub fn check(&self, rules: &KeyRules) -> Result<(), Weakness> {
        let _ = rules;
        todo!()
    }
}
