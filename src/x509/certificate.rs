//! Certificates as they are read: facts, no judgement.

use time::OffsetDateTime;

use super::extension::NameConstraints;
use super::{Extension, GeneralName, KeyUsage, Name, Oid, Serial, X509Error};
use crate::keys::{KeyError, PublicKey, SignatureAlgorithm};

/// `basicConstraints` as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BasicConstraints {
    /// `cA`.
    pub ca: bool,
    /// `pathLenConstraint`.
    pub path_len: Option<u32>,
}

/// A certificate: its DER, byte for byte, and what it says. Reading is strict DER; every extension that is known is
/// decoded, a duplicate extension is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    tbs: std::ops::Range<usize>,
    signature: Vec<u8>,
    /// X.509 version as people count: 1, 2 or 3.
    pub version: u8,
    /// `serialNumber`.
    pub serial: Serial,
    /// The outer `signatureAlgorithm`: DER of the AlgorithmIdentifier (equal to the inner one, else reading fails).
    pub signature_algorithm_der: Vec<u8>,
    /// `issuer`.
    pub issuer: Name,
    /// `notBefore`.
    pub not_before: OffsetDateTime,
    /// `notAfter`.
    pub not_after: OffsetDateTime,
    /// `subject`.
    pub subject: Name,
    /// DER of the `SubjectPublicKeyInfo` (its algorithm may be unknown here).
    pub spki_der: Vec<u8>,
    /// Every extension in order.
    pub extensions: Vec<Extension>,
    /// `basicConstraints`.
    pub basic_constraints: Option<BasicConstraints>,
    /// `keyUsage`.
    pub key_usage: Option<KeyUsage>,
    /// `extendedKeyUsage`.
    pub extended_key_usage: Option<Vec<Oid>>,
    /// `subjectAltName`, empty if absent.
    pub subject_alt_names: Vec<GeneralName>,
    /// `subjectKeyIdentifier`.
    pub subject_key_id: Option<Vec<u8>>,
    /// `keyIdentifier` of `authorityKeyIdentifier`.
    pub authority_key_id: Option<Vec<u8>>,
    /// `nameConstraints`.
    pub name_constraints: Option<NameConstraints>,
    /// URLs in `cRLDistributionPoints`.
    pub crl_urls: Vec<String>,
    /// OCSP URLs in `authorityInfoAccess`.
    pub ocsp_urls: Vec<String>,
    /// caIssuers URLs in `authorityInfoAccess`.
    pub ca_issuer_urls: Vec<String>,
}

impl Certificate {
    /// Reads a certificate in DER; trailing bytes are an error.
    ///
    /// # Errors
    /// [`X509Error::Malformed`].
    pub fn from_der(der: &[u8]) -> Result<Self, X509Error> {
        let _ = der;
        todo!()
    }

    /// The DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The signed part.
    pub fn tbs_der(&self) -> &[u8] {
        &self.der[self.tbs.clone()]
    }

    /// The signature octets.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// PEM text, one `CERTIFICATE` block with a final newline.
    pub fn to_pem(&self) -> String {
        super::pem::encode("CERTIFICATE", &self.der)
    }

    /// The public key.
    ///
    /// # Errors
    /// [`KeyError::Unsupported`] for algorithms unknown here.
    pub fn public_key(&self) -> Result<PublicKey, KeyError> {
        PublicKey::from_spki_der(&self.spki_der)
    }

    /// The signature algorithm.
    ///
    /// # Errors
    /// [`KeyError::Unsupported`].
    pub fn signature_algorithm(&self) -> Result<SignatureAlgorithm, KeyError> {
        SignatureAlgorithm::from_der(&self.signature_algorithm_der)
    }

    /// Verifies this certificate's signature with an issuer's key.
    ///
    /// # Errors
    /// [`KeyError::BadSignature`], [`KeyError::Unsupported`].
    pub fn verify_signature(&self, issuer_key: &PublicKey) -> Result<(), KeyError> {
        issuer_key.verify(self.signature_algorithm()?, self.tbs_der(), &self.signature)
    }

    /// Whether `basicConstraints` says CA.
    pub fn is_ca(&self) -> bool {
        self.basic_constraints.is_some_and(|constraints| constraints.ca)
    }

    /// Whether issuer and subject are the same bytes (RFC 5280 "self-issued").
    pub fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// The SHA-256 of the DER: the certificate's fingerprint.
    pub fn fingerprint(&self) -> [u8; 32] {
        todo!()
    }

    /// The extension with an object identifier.
    pub fn extension(&self, oid: &Oid) -> Option<&Extension> {
        self.extensions.iter().find(|extension| extension.oid == *oid)
    }
}
