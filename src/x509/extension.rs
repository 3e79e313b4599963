//! Certificate extensions: encoders and decoders for the standard ones.

pub use super::constraints::{NameConstraints, Subtree};
use super::{GeneralName, Oid, X509Error};

mod decode;

pub use decode::{
    decode_authority_info_access, decode_authority_key_id, decode_basic_constraints, decode_certificate_policies,
    decode_crl_urls, decode_extended_key_usage, decode_key_id, decode_key_usage,
};

/// One extension with its value as DER.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// `extnID`.
    pub oid: Oid,
    /// `critical`.
    pub critical: bool,
    /// The contents of `extnValue`.
    pub value: Vec<u8>,
}

/// Key usage bits, RFC 5280 §4.2.1.3, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct KeyUsage(
    /// Bit n is bit n of the ASN.1 `KeyUsage`.
    pub u16,
);

impl KeyUsage {
    /// The names in bit order: `digitalSignature` … `decipherOnly`.
    pub const NAMES: [&'static str; 9] = [
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly",
    ];
    /// `digitalSignature`.
    pub const DIGITAL_SIGNATURE: Self = Self(1);
    /// `keyEncipherment`.
    pub const KEY_ENCIPHERMENT: Self = Self(1 << 2);
    /// `keyCertSign`.
    pub const KEY_CERT_SIGN: Self = Self(1 << 5);
    /// `cRLSign`.
    pub const CRL_SIGN: Self = Self(1 << 6);

    /// The set of one named bit.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().position(|known| *known == name).map(|bit| Self(1 << bit))
    }

    /// Whether every bit of the other set is in this one.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets together.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The names of the bits that are set.
    pub fn names(self) -> Vec<&'static str> {
        (0..9).filter(|bit| self.0 & (1 << bit) != 0).map(|bit| Self::NAMES[bit]).collect()
    }
}

impl Extension {
    /// `basicConstraints`, critical.
    pub fn basic_constraints(ca: bool, path_len: Option<u8>) -> Self {
        let _ = (ca, path_len);
        todo!()
    }

    /// `keyUsage`, critical; trailing zero bits are trimmed as DER wants.
    pub fn key_usage(usage: KeyUsage) -> Self {
        let _ = usage;
        todo!()
    }

    /// `extendedKeyUsage`.
    pub fn extended_key_usage(purposes: &[Oid], critical: bool) -> Self {
        let _ = (purposes, critical);
        todo!()
    }

    /// `subjectAltName`.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] for a name that has no encoding.
    pub fn subject_alt_name(names: &[GeneralName], critical: bool) -> Result<Self, X509Error> {
        let _ = (names, critical);
        todo!()
    }

    /// `subjectKeyIdentifier`.
    pub fn subject_key_identifier(key_id: &[u8]) -> Self {
        let _ = key_id;
        todo!()
    }

    /// `authorityKeyIdentifier` with a key identifier only.
    pub fn authority_key_identifier(key_id: &[u8]) -> Self {
        let _ = key_id;
        todo!()
    }

    /// `nameConstraints`, critical.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] when a subtree has no encoding.
    pub fn name_constraints(constraints: &NameConstraints) -> Result<Self, X509Error> {
        let _ = constraints;
        todo!()
    }

    /// `cRLDistributionPoints`: one distribution point with these URLs as its full name.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] for a URL that is not ASCII.
    pub fn crl_distribution_points(urls: &[String]) -> Result<Self, X509Error> {
        let _ = urls;
        todo!()
    }

    /// `authorityInfoAccess` with OCSP responders and issuer certificate URLs.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] for a URL that is not ASCII.
    pub fn authority_info_access(ocsp: &[String], ca_issuers: &[String]) -> Result<Self, X509Error> {
        let _ = (ocsp, ca_issuers);
        todo!()
    }

    /// `certificatePolicies` without qualifiers.
    pub fn certificate_policies(policies: &[Oid]) -> Self {
        let _ = policies;
        todo!()
    }

    /// `ocspNoCheck`.
    pub fn ocsp_nocheck() -> Self {
        todo!()
    }
}
