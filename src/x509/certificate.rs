//! Certificates as they are read: facts, no judgement.

use time::OffsetDateTime;
use x509_parser::certificate::X509CertificateParser;
use x509_parser::nom::Parser;

use super::extension::{self, NameConstraints};
use super::structure::{self, Signed, field};
use super::tlv::{self, Fault, Reader, Tlv};
use super::{Extension, GeneralName, KeyUsage, Name, Oid, Serial, X509Error, oid};
use crate::keys::{KeyError, PublicKey, SignatureAlgorithm};

/// How errors name what is read here.
const WHAT: &str = "certificate";

/// `basicConstraints` as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BasicConstraints {
    /// `cA`.
    pub ca: bool,
    /// `pathLenConstraint`.
    pub path_len: Option<u32>,
}

/// A certificate: its DER, byte for byte, and what it says. Reading is strict DER; every extension that is known is
/// decoded, a duplicate extension is an error. Allowed are only an explicit `critical FALSE` and an empty list of
/// extensions; a serial may have any length and sign.
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
        let signed = Signed::read(der).map_err(tlv::malformed(WHAT))?;
        let layout = Layout::read(signed.fields, signed.algorithm).map_err(tlv::malformed(WHAT))?;
        let (_, parsed) = X509CertificateParser::new()
            .with_deep_parse_extensions(false)
            .parse(der)
            .map_err(|error| tlv::malformed(WHAT)(error.to_string()))?;
        let parsed = parsed.tbs_certificate;
        let part = structure::inside(WHAT);
        let mut certificate = Self {
            der: der.to_vec(),
            tbs: signed.tbs,
            signature: signed.signature.to_vec(),
            version: layout.version,
            serial: Serial::from_content(parsed.raw_serial()),
            signature_algorithm_der: signed.algorithm.to_vec(),
            issuer: Name::from_der(parsed.issuer.as_raw()).map_err(&part)?,
            not_before: parsed.validity.not_before.to_datetime(),
            not_after: parsed.validity.not_after.to_datetime(),
            subject: Name::from_der(parsed.subject.as_raw()).map_err(&part)?,
            spki_der: parsed.subject_pki.raw.to_vec(),
            extensions: Vec::new(),
            basic_constraints: None,
            key_usage: None,
            extended_key_usage: None,
            subject_alt_names: Vec::new(),
            subject_key_id: None,
            authority_key_id: None,
            name_constraints: None,
            crl_urls: Vec::new(),
            ocsp_urls: Vec::new(),
            ca_issuer_urls: Vec::new(),
        };
        for extension in layout.extensions {
            certificate.decode(&extension).map_err(&part)?;
            certificate.extensions.push(extension);
        }
        Ok(certificate)
    }

    /// The DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The signed part.
    pub fn tbs_der(&self) -> &[u8] {
        &self.der[self.tbs.clone()]
    }

    /// The signature octets; none where they are no whole octets, which verifies under no key.
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
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, &self.der).as_ref());
        fingerprint
    }

    /// The extension with an object identifier.
    pub fn extension(&self, oid: &Oid) -> Option<&Extension> {
        self.extensions.iter().find(|extension| extension.oid == *oid)
    }

    /// Keeps what a known extension says.
    fn decode(&mut self, extension: &Extension) -> Result<(), X509Error> {
        let value = extension.value.as_slice();
        match extension.oid {
            oid::SUBJECT_KEY_IDENTIFIER => self.subject_key_id = Some(extension::decode_key_id(value)?),
            oid::KEY_USAGE => self.key_usage = Some(extension::decode_key_usage(value)?),
            oid::SUBJECT_ALT_NAME => self.subject_alt_names = GeneralName::parse_all(value)?,
            oid::BASIC_CONSTRAINTS => {
                self.basic_constraints = Some(extension::decode_basic_constraints(value)?);
            }
            oid::NAME_CONSTRAINTS => self.name_constraints = Some(NameConstraints::from_der(value)?),
            oid::CRL_DISTRIBUTION_POINTS => self.crl_urls = extension::decode_crl_urls(value)?,
            oid::AUTHORITY_KEY_IDENTIFIER => self.authority_key_id = extension::decode_authority_key_id(value)?,
            oid::EXTENDED_KEY_USAGE => self.extended_key_usage = Some(extension::decode_extended_key_usage(value)?),
            oid::AUTHORITY_INFO_ACCESS => {
                (self.ocsp_urls, self.ca_issuer_urls) = extension::decode_authority_info_access(value)?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// What x509-parser does not check or does not give, read strictly from the `TBSCertificate`.
struct Layout {
    version: u8,
    extensions: Vec<Extension>,
}

impl Layout {
    fn read(mut fields: Reader<'_>, outer_algorithm: &[u8]) -> Result<Self, Fault> {
        let version = match fields.optional(tlv::context_constructed(0))? {
            None => 1,
            Some(tagged) => match Tlv::only_contents(tagged.contents, tlv::INTEGER)? {
                [1] => 2,
                [2] => 3,
                _ => return Err("version: not 2 or 3 (version 1 is written by leaving it out)".into()),
            },
        };
        field("serialNumber", structure::read_serial(&mut fields))?;
        if field("signature", structure::read_algorithm(&mut fields))? != outer_algorithm {
            return Err("the signature algorithms inside and outside the signed part differ".into());
        }
        field("issuer", fields.expect(tlv::SEQUENCE))?;
        field("validity", fields.expect(tlv::SEQUENCE).and_then(check_validity))?;
        field("subject", fields.expect(tlv::SEQUENCE))?;
        field("subjectPublicKeyInfo", structure::read_spki(&mut fields))?;
        for number in [1, 2] {
            if let Some(unique_id) = fields.optional(tlv::context(number))? {
                structure::check_bit_string(unique_id.contents)?;
                if version < 2 {
                    return Err("a unique identifier in a version 1 certificate".into());
                }
            }
        }
        let extensions = match fields.optional(tlv::context_constructed(3))? {
            None => Vec::new(),
            Some(_) if version < 3 => return Err(format!("extensions in a version {version} certificate")),
            Some(tagged) => structure::read_extensions(Tlv::only(tagged.contents)?)?,
        };
        fields.finish()?;
        Ok(Self { version, extensions })
    }
}

fn check_validity(contents: &[u8]) -> Result<(), Fault> {
    let mut times = Reader::new(contents);
    structure::instant(times.read()?)?;
    structure::instant(times.read()?)?;
    times.finish()
}
