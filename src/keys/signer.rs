//! The interface of anything that can sign: a key in memory, later a hardware token or an agent.

use super::{KeyError, PublicKey, SignatureAlgorithm};

/// Something that signs with a private key it may not be able to hand out.
pub trait Signer: Send + Sync {
    /// The public key that verifies what this signs.
    fn public_key(&self) -> &PublicKey;

    /// The algorithm that [`Signer::sign`] uses, as it goes into a certificate.
    fn signature_algorithm(&self) -> SignatureAlgorithm;

    /// Signs the whole message (hashing is part of it) and returns the signature as X.509 carries it: DER
    /// `ECDSA-Sig-Value` for ECDSA, raw octets otherwise.
    ///
    /// # Errors
    /// [`KeyError::Failed`] when the library or the token refuses.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError>;
}
