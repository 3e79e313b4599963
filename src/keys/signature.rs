//! Signature algorithms as X.509 names them.

use super::{KeyError, MlDsaLevel};

/// A hash function inside a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Digest {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// A signature algorithm (an `AlgorithmIdentifier` with its parameters).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// ECDSA with the hash, RFC 5758.
    Ecdsa(Digest),
    /// Ed25519, RFC 8410.
    Ed25519,
    /// ML-DSA, RFC 9881.
    MlDsa(MlDsaLevel),
    /// RSASSA-PKCS1-v1_5 with the hash, RFC 8017.
    RsaPkcs1(Digest),
    /// RSASSA-PSS with hash (MGF1 with the same hash) and salt length in octets, RFC 4055.
    RsaPss(Digest, usize),
}

impl SignatureAlgorithm {
    /// Reads an `AlgorithmIdentifier` from its DER (the whole SEQUENCE).
    ///
    /// # Errors
    /// [`KeyError::Unsupported`] names the algorithm's OID.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let _ = der;
        todo!()
    }

    /// The DER of the `AlgorithmIdentifier`.
    pub fn to_der(self) -> Vec<u8> {
        todo!()
    }

    /// The name OpenSSL prints, such as `ecdsa-with-SHA256`.
    pub fn name(self) -> String {
        todo!()
    }
}
