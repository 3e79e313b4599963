//! Certificate requests (PKCS#10, RFC 2986).

use super::{Extension, GeneralName, Name, Oid, X509Error};
use crate::keys::{KeyError, PublicKey, SignatureAlgorithm, Signer};

/// A certificate request as read: facts, no judgement. The key is kept byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Csr {
    der: Vec<u8>,
    info: std::ops::Range<usize>,
    signature: Vec<u8>,
    /// `subject`.
    pub subject: Name,
    /// DER of the `SubjectPublicKeyInfo`.
    pub spki_der: Vec<u8>,
    /// DER of the signature's AlgorithmIdentifier.
    pub signature_algorithm_der: Vec<u8>,
    /// Extensions asked for (`extensionRequest`), in order.
    pub extensions: Vec<Extension>,
    /// `subjectAltName` among them, decoded; empty if absent.
    pub subject_alt_names: Vec<GeneralName>,
    /// Object identifiers of every attribute.
    pub attributes: Vec<Oid>,
}

impl Csr {
    /// Largest request that is read, in bytes.
    pub const MAX_SIZE: usize = 4 * 1024 * 1024;

    /// Reads a request in DER; trailing bytes are an error. The signature is not verified here.
    ///
    /// # Errors
    /// [`X509Error::Malformed`].
    pub fn from_der(der: &[u8]) -> Result<Self, X509Error> {
        let _ = der;
        todo!()
    }

    /// Reads PEM (`CERTIFICATE REQUEST` or `NEW CERTIFICATE REQUEST`, exactly one) or DER.
    ///
    /// # Errors
    /// [`X509Error::Malformed`] says what was found instead: a certificate, a key, two requests.
    pub fn read(bytes: &[u8]) -> Result<Self, X509Error> {
        let _ = bytes;
        todo!()
    }

    /// Makes and signs a request.
    ///
    /// # Errors
    /// [`X509Error::Key`] when the signer fails.
    pub fn create(subject: &Name, extensions: &[Extension], signer: &dyn Signer) -> Result<Self, X509Error> {
        let _ = (subject, extensions, signer);
        todo!()
    }

    /// The DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// PEM text, one `CERTIFICATE REQUEST` block.
    pub fn to_pem(&self) -> String {
        super::pem::encode("CERTIFICATE REQUEST", &self.der)
    }

    /// The public key.
    ///
    /// # Errors
    /// [`KeyError::Unsupported`], [`KeyError::Malformed`].
    pub fn public_key(&self) -> Result<PublicKey, KeyError> {
        PublicKey::from_spki_der(&self.spki_der)
    }

    /// Verifies the proof of possession: the request's signature under its own key.
    ///
    /// # Errors
    /// [`KeyError::BadSignature`], [`KeyError::Unsupported`].
    pub fn verify_signature(&self) -> Result<(), KeyError> {
        let algorithm = SignatureAlgorithm::from_der(&self.signature_algorithm_der)?;
        self.public_key()?.verify(algorithm, &self.der[self.info.clone()], &self.signature)
    }
}
