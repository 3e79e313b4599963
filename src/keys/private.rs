//! Private keys in memory.

use zeroize::Zeroizing;

use super::{Algorithm, KeyError, PublicKey, SignatureAlgorithm, Signer};

/// A private key in memory; its bytes are wiped on drop and never shown.
pub struct PrivateKey {
    public: PublicKey,
}

impl PrivateKey {
    /// Generates a key.
    ///
    /// # Errors
    /// [`KeyError::Failed`] when the system gives no randomness.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let _ = algorithm;
        todo!()
    }

    /// Reads an unencrypted `PrivateKeyInfo` / `OneAsymmetricKey` (PKCS#8 v1 or v2) in DER.
    ///
    /// # Errors
    /// [`KeyError::Malformed`], [`KeyError::Unsupported`].
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, KeyError> {
        let _ = der;
        todo!()
    }

    /// The key as PKCS#8 v1 in DER: what OpenSSL 3.0 and Java read for every algorithm.
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        todo!()
    }

    /// The key with an RSA signer that uses PSS with salt length = hash length, where the key is RSA.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }
}

impl Signer for PrivateKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn signature_algorithm(&self) -> SignatureAlgorithm {
        todo!()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let _ = message;
        todo!()
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey({}, …)", self.public.kind())
    }
}
