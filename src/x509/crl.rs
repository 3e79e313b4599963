//! Certificate revocation lists as they are read (RFC 5280 §5).

use std::fmt;

use time::OffsetDateTime;

use super::{Extension, Name, Serial, X509Error};
use crate::keys::{KeyError, PublicKey, SignatureAlgorithm};

/// Why a certificate was revoked, RFC 5280 §5.3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum RevocationReason {
    Unspecified = 0,
    KeyCompromise = 1,
    CaCompromise = 2,
    AffiliationChanged = 3,
    Superseded = 4,
    CessationOfOperation = 5,
    CertificateHold = 6,
    RemoveFromCrl = 8,
    PrivilegeWithdrawn = 9,
    AaCompromise = 10,
}

impl fmt::Display for RevocationReason {
    /// Writes the ASN.1 name: `keyCompromise`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::CaCompromise => "cACompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::CertificateHold => "certificateHold",
            Self::RemoveFromCrl => "removeFromCRL",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
            Self::AaCompromise => "aACompromise",
        })
    }
}

/// One revoked certificate in a CRL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokedEntry {
    /// Its serial.
    pub serial: Serial,
    /// `revocationDate`.
    pub revoked_at: OffsetDateTime,
    /// `reasonCode`, if given.
    pub reason: Option<RevocationReason>,
    /// `invalidityDate`, if given.
    pub invalidity_date: Option<OffsetDateTime>,
}

/// A CRL as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crl {
    der: Vec<u8>,
    tbs: std::ops::Range<usize>,
    signature: Vec<u8>,
    /// `issuer`.
    pub issuer: Name,
    /// DER of the signature's AlgorithmIdentifier.
    pub signature_algorithm_der: Vec<u8>,
    /// `thisUpdate`.
    pub this_update: OffsetDateTime,
    /// `nextUpdate`.
    pub next_update: Option<OffsetDateTime>,
    /// `cRLNumber`, as the content octets of its INTEGER.
    pub number: Option<Vec<u8>>,
    /// `BaseCRLNumber` of a delta CRL indicator, likewise.
    pub delta_base: Option<Vec<u8>>,
    /// `keyIdentifier` of `authorityKeyIdentifier`.
    pub authority_key_id: Option<Vec<u8>>,
    /// Every extension in order.
    pub extensions: Vec<Extension>,
    /// Every entry in order.
    pub entries: Vec<RevokedEntry>,
}

impl Crl {
    /// Reads a CRL in DER.
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

    /// Verifies the CRL's signature with an issuer's key.
    ///
    /// # Errors
    /// [`KeyError::BadSignature`], [`KeyError::Unsupported`].
    pub fn verify_signature(&self, issuer_key: &PublicKey) -> Result<(), KeyError> {
        let algorithm = SignatureAlgorithm::from_der(&self.signature_algorithm_der)?;
        issuer_key.verify(algorithm, &self.der[self.tbs.clone()], &self.signature)
    }
}
