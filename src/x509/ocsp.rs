//! OCSP (RFC 6960): requests as they are read, responses as they are written and read back.
//!
//! Own encoding, for the one crate that has these structures (x509-ocsp) rests on an older `der`. The module's ASN.1 has
//! explicit tags.

mod request;
mod response;

use std::fmt;

use ring::digest;
use time::OffsetDateTime;

use super::structure::{self, field};
use super::tlv::{self, Fault, Reader};
use super::{Certificate, Oid, RevocationReason, Serial, X509Error};

pub use request::{MAX_REQUEST, OcspRequest};
pub use response::{BasicResponse, Signed, SingleResponse, TbsResponse, refusal};

/// `id-pkix-ocsp-basic`, RFC 6960 §4.2.1.
const BASIC: Oid = Oid::new_unwrap("1.3.6.1.5.5.7.48.1.1");
/// `id-pkix-ocsp-nonce`, RFC 6960 §4.4.1.
const NONCE: Oid = Oid::new_unwrap("1.3.6.1.5.5.7.48.1.2");

/// The hash by which a [`CertId`] names the issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CertIdHash {
    /// What clients send as a rule, and all that RFC 5019 knows.
    Sha1,
    /// RFC 6960 §4.3, RFC 9654.
    Sha256,
    /// Rare.
    Sha384,
    /// Rare.
    Sha512,
}

impl CertIdHash {
    const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    fn oid(self) -> Oid {
        match self {
            Self::Sha1 => Oid::new_unwrap("1.3.14.3.2.26"),
            Self::Sha256 => Oid::new_unwrap("2.16.840.1.101.3.4.2.1"),
            Self::Sha384 => Oid::new_unwrap("2.16.840.1.101.3.4.2.2"),
            Self::Sha512 => Oid::new_unwrap("2.16.840.1.101.3.4.2.3"),
        }
    }

    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, bytes).as_ref().to_vec()
    }
}

impl fmt::Display for CertIdHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        })
    }
}

/// An issuer as a [`CertId`] names it: hashes of its name and of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerId {
    hash: CertIdHash,
    name: Vec<u8>,
    key: Vec<u8>,
}

impl IssuerId {
    /// Names the holder of a certificate as an issuer.
    ///
    /// # Errors
    /// [`X509Error::Malformed`] for a key that cannot be taken apart.
    pub fn new(issuer: &Certificate, hash: CertIdHash) -> Result<Self, X509Error> {
        let key = key_bits(&issuer.spki_der).map_err(tlv::malformed("public key"))?;
        Ok(Self { hash, name: hash.digest(issuer.subject.der()), key: hash.digest(key) })
    }

    /// Names a certificate of this issuer, with NULL parameters as every client writes them.
    pub fn certificate(&self, serial: &Serial) -> CertId {
        let mut algorithm = tlv::encode(tlv::OBJECT_IDENTIFIER, self.hash.oid().as_bytes());
        tlv::push(&mut algorithm, tlv::NULL, &[]);
        let mut fields = tlv::encode(tlv::SEQUENCE, &algorithm);
        tlv::push(&mut fields, tlv::OCTET_STRING, &self.name);
        tlv::push(&mut fields, tlv::OCTET_STRING, &self.key);
        tlv::push(&mut fields, tlv::INTEGER, serial.content());
        CertId {
            der: tlv::encode(tlv::SEQUENCE, &fields),
            hash: Some(self.hash),
            name: self.name.clone(),
            key: self.key.clone(),
            serial: serial.clone(),
        }
    }
}

/// `CertID`: which certificate is meant. The octets of a request are kept, since a response repeats them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertId {
    der: Vec<u8>,
    /// `None` for a hash that is not known here.
    hash: Option<CertIdHash>,
    name: Vec<u8>,
    key: Vec<u8>,
    /// `serialNumber`.
    pub serial: Serial,
}

impl CertId {
    /// The DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whether the holder of a certificate is the issuer that is meant.
    pub fn is_of(&self, issuer: &Certificate) -> bool {
        let id = self.hash.map(|hash| IssuerId::new(issuer, hash));
        matches!(id, Some(Ok(id)) if id.name == self.name && id.key == self.key)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        let whole = reader.read()?;
        let mut fields = Reader::new(whole.expect_tag(tlv::SEQUENCE)?);
        let algorithm = field("hashAlgorithm", structure::read_algorithm(&mut fields))?;
        let hash = structure::algorithm_oid(algorithm)
            .and_then(|oid| CertIdHash::ALL.into_iter().find(|hash| hash.oid() == oid));
        let name = field("issuerNameHash", fields.expect(tlv::OCTET_STRING))?.to_vec();
        let key = field("issuerKeyHash", fields.expect(tlv::OCTET_STRING))?.to_vec();
        let serial = Serial::from_content(field("serialNumber", structure::read_serial(&mut fields))?);
        fields.finish()?;
        Ok(Self { der: whole.whole.to_vec(), hash, name, key, serial })
    }
}

/// `CertStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertStatus {
    /// Issued, and not revoked.
    Good,
    /// Revoked or on hold.
    Revoked {
        /// `revocationTime`.
        at: OffsetDateTime,
        /// `revocationReason`; `None` for `unspecified`.
        reason: Option<RevocationReason>,
    },
    /// The responder knows of no such certificate.
    Unknown,
}

impl fmt::Display for CertStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Good => "good",
            Self::Revoked { reason: Some(RevocationReason::CertificateHold), .. } => "on hold",
            Self::Revoked { .. } => "revoked",
            Self::Unknown => "unknown",
        })
    }
}

/// The subjectPublicKey bits of a SubjectPublicKeyInfo, without the octet that counts the unused ones.
fn key_bits(spki: &[u8]) -> Result<&[u8], Fault> {
    let mut fields = Reader::new(tlv::Tlv::only_contents(spki, tlv::SEQUENCE)?);
    structure::read_algorithm(&mut fields)?;
    match fields.expect(tlv::BIT_STRING)? {
        [0, bits @ ..] => Ok(bits),
        _ => Err("a key of broken octets".into()),
    }
}

/// Appends a GeneralizedTime.
fn push_instant(out: &mut Vec<u8>, instant: OffsetDateTime) -> Result<(), X509Error> {
    tlv::push(out, structure::GENERALIZED_TIME, &super::crl::encode::generalized_time(instant)?);
    Ok(())
}
