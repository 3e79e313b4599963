//! Certificate extensions: encoders and decoders for the standard ones.

pub use super::constraints::{NameConstraints, Subtree};
use super::{GeneralName, Oid, X509Error, oid, structure, tlv};

mod decode;
#[cfg(test)]
mod tests;

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
    /// `basicConstraints`, critical. `path_len` is left out unless `ca`, as RFC 5280 wants.
    pub fn basic_constraints(ca: bool, path_len: Option<u8>) -> Self {
        let mut contents = Vec::new();
        if ca {
            tlv::push(&mut contents, tlv::BOOLEAN, &[0xff]);
            if let Some(length) = path_len {
                let octets = [0, length];
                tlv::push(&mut contents, tlv::INTEGER, if length < 0x80 { &octets[1..] } else { &octets });
            }
        }
        Self::new(oid::BASIC_CONSTRAINTS, true, tlv::encode(tlv::SEQUENCE, &contents))
    }

    /// `keyUsage`, critical; trailing zero bits are trimmed as DER wants. Bits beyond the nine are ignored.
    pub fn key_usage(usage: KeyUsage) -> Self {
        let bits = usage.0 & 0x1ff;
        let [low, high] = bits.to_le_bytes().map(u8::reverse_bits);
        let octets: &[u8] = if high != 0 {
            &[low, high]
        } else if low != 0 {
            &[low]
        } else {
            &[]
        };
        let unused = octets.last().map_or(0, |last| last.trailing_zeros().to_le_bytes()[0]);
        Self::new(oid::KEY_USAGE, true, tlv::encode(tlv::BIT_STRING, &[&[unused], octets].concat()))
    }

    /// `extendedKeyUsage`.
    pub fn extended_key_usage(purposes: &[Oid], critical: bool) -> Self {
        let mut contents = Vec::new();
        for purpose in purposes {
            tlv::push(&mut contents, tlv::OBJECT_IDENTIFIER, purpose.as_bytes());
        }
        Self::new(oid::EXTENDED_KEY_USAGE, critical, tlv::encode(tlv::SEQUENCE, &contents))
    }

    /// `subjectAltName`.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] for a name that has no encoding, and for no names at all.
    pub fn subject_alt_name(names: &[GeneralName], critical: bool) -> Result<Self, X509Error> {
        Ok(Self::new(oid::SUBJECT_ALT_NAME, critical, GeneralName::encode_all(names)?))
    }

    /// `subjectKeyIdentifier`.
    pub fn subject_key_identifier(key_id: &[u8]) -> Self {
        Self::new(oid::SUBJECT_KEY_IDENTIFIER, false, tlv::encode(tlv::OCTET_STRING, key_id))
    }

    /// `authorityKeyIdentifier` with a key identifier only.
    pub fn authority_key_identifier(key_id: &[u8]) -> Self {
        let contents = tlv::encode(tlv::context(0), key_id);
        Self::new(oid::AUTHORITY_KEY_IDENTIFIER, false, tlv::encode(tlv::SEQUENCE, &contents))
    }

    /// `nameConstraints`, critical.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] when a subtree has no encoding, or nothing is constrained.
    pub fn name_constraints(constraints: &NameConstraints) -> Result<Self, X509Error> {
        Ok(Self::new(oid::NAME_CONSTRAINTS, true, constraints.to_der()?))
    }

    /// `cRLDistributionPoints`: one distribution point with these URLs as its full name.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] for a URL that is not ASCII, and for no URL at all.
    pub fn crl_distribution_points(urls: &[String]) -> Result<Self, X509Error> {
        if urls.is_empty() {
            return Err(X509Error::Invalid("a CRL distribution point needs a URL".into()));
        }
        let mut names = Vec::new();
        for url in urls {
            GeneralName::Uri(url.clone()).push_der(&mut names)?;
        }
        let full_name = tlv::encode(tlv::context_constructed(0), &names);
        let point = tlv::encode(tlv::context_constructed(0), &full_name);
        let points = tlv::encode(tlv::SEQUENCE, &point);
        Ok(Self::new(oid::CRL_DISTRIBUTION_POINTS, false, tlv::encode(tlv::SEQUENCE, &points)))
    }

    /// `authorityInfoAccess` with OCSP responders and issuer certificate URLs.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] for a URL that is not ASCII, and for no URL at all.
    pub fn authority_info_access(ocsp: &[String], ca_issuers: &[String]) -> Result<Self, X509Error> {
        let mut contents = Vec::new();
        for (method, urls) in [(oid::AD_OCSP, ocsp), (oid::AD_CA_ISSUERS, ca_issuers)] {
            for url in urls {
                let mut access = tlv::encode(tlv::OBJECT_IDENTIFIER, method.as_bytes());
                GeneralName::Uri(url.clone()).push_der(&mut access)?;
                tlv::push(&mut contents, tlv::SEQUENCE, &access);
            }
        }
        if contents.is_empty() {
            return Err(X509Error::Invalid("authority information access needs a URL".into()));
        }
        Ok(Self::new(oid::AUTHORITY_INFO_ACCESS, false, tlv::encode(tlv::SEQUENCE, &contents)))
    }

    /// `certificatePolicies` without qualifiers.
    pub fn certificate_policies(policies: &[Oid]) -> Self {
        let mut contents = Vec::new();
        for policy in policies {
            let policy = tlv::encode(tlv::OBJECT_IDENTIFIER, policy.as_bytes());
            tlv::push(&mut contents, tlv::SEQUENCE, &policy);
        }
        Self::new(oid::CERTIFICATE_POLICIES, false, tlv::encode(tlv::SEQUENCE, &contents))
    }

    /// `ocspNoCheck`.
    pub fn ocsp_nocheck() -> Self {
        Self::new(oid::OCSP_NOCHECK, false, tlv::encode(tlv::NULL, &[]))
    }

    /// DER of `Extensions`.
    pub fn encode_list(extensions: &[Self]) -> Vec<u8> {
        let mut list = Vec::new();
        for extension in extensions {
            structure::push_extension(&mut list, extension);
        }
        tlv::encode(tlv::SEQUENCE, &list)
    }

    /// Reads DER of `Extensions`.
    ///
    /// # Errors
    /// [`X509Error::Malformed`], also for one that is there twice.
    pub fn parse_list(der: &[u8]) -> Result<Vec<Self>, X509Error> {
        tlv::Tlv::only(der).and_then(structure::read_extensions).map_err(tlv::malformed("extensions"))
    }

    fn new(oid: Oid, critical: bool, value: Vec<u8>) -> Self {
        Self { oid, critical, value }
    }
}
