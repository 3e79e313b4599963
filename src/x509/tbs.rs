//! The to-be-signed certificate and its encoding.
//!
//! rcgen encodes; issuer, subject, key and algorithm are then replaced by their exact bytes, because rcgen would
//! rebuild them (see `sign`).

use time::OffsetDateTime;

use super::{Certificate, Extension, Name, Serial, X509Error};
use crate::keys::{PublicKey, Signer};

/// Everything that goes into a certificate, before it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TbsCertificate {
    /// `serialNumber`.
    pub serial: Serial,
    /// `issuer`, byte for byte the issuer certificate's subject.
    pub issuer: Name,
    /// `notBefore`, whole seconds UTC.
    pub not_before: OffsetDateTime,
    /// `notAfter`, whole seconds UTC.
    pub not_after: OffsetDateTime,
    /// `subject`.
    pub subject: Name,
    /// The subject's key.
    pub public_key: PublicKey,
    /// Extensions in the order they shall have.
    pub extensions: Vec<Extension>,
}

impl TbsCertificate {
    /// Encodes, signs and reads the certificate back. UTCTime before 2050, GeneralizedTime from then on.
    ///
    /// # Errors
    /// [`X509Error::Key`] when the signer fails, [`X509Error::Malformed`] if the result does not read back.
    pub fn sign(&self, signer: &dyn Signer) -> Result<Certificate, X509Error> {
        let _ = signer;
        todo!()
    }
}
