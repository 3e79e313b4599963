//! Certificates as they are read: facts, no judgement.

use time::OffsetDateTime;

use super::extension::{self, NameConstraints};
use super::structure::{self, Signed};
use super::tlv;
use super::{Extension, GeneralName, KeyUsage, Name, Oid, Serial, X509Error, oid};
use crate::keys::{KeyError, PublicKey, SignatureAlgorithm, Signer};

mod layout;
mod proof;
mod salvage;

use layout::Layout;
pub use salvage::{Defect, DefectKind, Salvaged, length_defect};

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
    proof: proof::Proof,
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
        let part = structure::inside(WHAT);
        let mut certificate = Self {
            der: der.to_vec(),
            tbs: signed.tbs,
            signature: signed.signature.to_vec(),
            version: layout.version,
            serial: Serial::from_content(layout.serial),
            signature_algorithm_der: signed.algorithm.to_vec(),
            issuer: structure::read_name(layout.issuer).map_err(&part)?,
            not_before: layout.validity.not_before.to_datetime(),
            not_after: layout.validity.not_after.to_datetime(),
            subject: structure::read_name(layout.subject).map_err(&part)?,
            spki_der: layout.spki.raw.to_vec(),
            ..Self::blank()
        };
        for extension in layout.extensions {
            certificate.decode(&extension).map_err(&part)?;
            certificate.extensions.push(extension);
        }
        Ok(certificate)
    }

    /// One of version 1 of which nothing was read yet.
    fn blank() -> Self {
        Self {
            der: Vec::new(),
            tbs: 0..0,
            signature: Vec::new(),
            proof: proof::Proof::default(),
            version: 1,
            serial: Serial::from_content(&[0]),
            signature_algorithm_der: Vec::new(),
            issuer: Name::empty(),
            not_before: OffsetDateTime::UNIX_EPOCH,
            not_after: OffsetDateTime::UNIX_EPOCH,
            subject: Name::empty(),
            spki_der: Vec::new(),
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
        }
    }

    /// Signs the very octets of this certificate's signed part, in the place of a signature that was none, with the algorithm
    /// that it names. What came out is read back: the signed part and the algorithm are compared with those that were read
    /// before, the structure around them is read anew.
    ///
    /// # Errors
    /// [`X509Error::Key`] when the signer fails, [`X509Error::Malformed`] if the result does not read back.
    pub(crate) fn signed_by(mut self, signer: &dyn Signer) -> Result<Self, X509Error> {
        let signature = signer.sign(self.tbs_der())?;
        let mut contents = Vec::with_capacity(self.der.len() + signature.len() + 8);
        contents.extend_from_slice(self.tbs_der());
        contents.extend_from_slice(&self.signature_algorithm_der);
        tlv::push(&mut contents, tlv::BIT_STRING, &[&[0], signature.as_slice()].concat());
        let der = tlv::encode(tlv::SEQUENCE, &contents);
        let Signed { tbs, algorithm, signature, .. } = Signed::read(&der).map_err(tlv::malformed(WHAT))?;
        if der.get(tbs.clone()) != Some(self.tbs_der()) || algorithm != self.signature_algorithm_der {
            return Err(tlv::malformed(WHAT)("it reads back differently than it was signed"));
        }
        (self.tbs, self.signature) = (tbs, signature.to_vec());
        self.der = der;
        Ok(self)
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

    /// Whether this and another certificate are of one authority: what has its name, byte for byte, and its key is it. What either
    /// signed has a valid chain with the other.
    pub fn is_same_authority(&self, other: &Self) -> bool {
        let same_key = match (self.public_key(), other.public_key()) {
            // The same bits, however the parameters around them are written.
            (Ok(own), Ok(others)) => own.subject_public_key() == others.subject_public_key(),
            _ => self.spki_der == other.spki_der,
        };
        same_key && self.subject.der() == other.subject.der()
    }

    /// Whether another certificate's authority signed this one: it has the issuer's name, and its key proves the signature.
    pub fn is_signed_by(&self, issuer: &Self) -> bool {
        self.issuer == issuer.subject && issuer.public_key().is_ok_and(|key| self.verify_signature(&key).is_ok())
    }

    /// Verifies this certificate's signature with an issuer's key; a key that has proved it once is remembered.
    ///
    /// # Errors
    /// [`KeyError::BadSignature`], [`KeyError::Unsupported`].
    pub fn verify_signature(&self, issuer_key: &PublicKey) -> Result<(), KeyError> {
        let algorithm = &self.signature_algorithm_der;
        if self.proof.stands(issuer_key, algorithm) {
            return Ok(());
        }
        issuer_key.verify(self.signature_algorithm()?, self.tbs_der(), &self.signature)?;
        self.proof.note(issuer_key, algorithm);
        Ok(())
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

    /// Whether it is a root's: it names itself as its issuer, by name and, where given, by key. A cross-certificate that
    /// follows a change of keys is self-issued but no root.
    pub fn is_root(&self) -> bool {
        let key_ids = (&self.authority_key_id, &self.subject_key_id);
        self.is_self_issued() && !matches!(key_ids, (Some(issuer), Some(own)) if issuer != own)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::fixtures::{NOW, Node, Spec};
    use crate::x509::tlv::{Reader, Tlv};

    #[test]
    fn says_what_was_asked_for() {
        let spec = Spec::ca("Acme Root CA", Some(1)).permit(&["corp.test"]).purposes(&[oid::EKU_SERVER_AUTH]);
        let certificate = Node::root(&spec).certificate;
        assert_eq!(certificate.version, 3);
        assert_eq!(certificate.basic_constraints, Some(BasicConstraints { ca: true, path_len: Some(1) }));
        assert_eq!(certificate.key_usage, spec.key_usage);
        assert_eq!(certificate.extended_key_usage, Some(vec![oid::EKU_SERVER_AUTH]));
        assert_eq!(certificate.name_constraints, Some(spec.constraints));
        assert_eq!(certificate.authority_key_id, certificate.subject_key_id);
        assert!(certificate.not_before < NOW && NOW < certificate.not_after);
        assert!(certificate.is_ca() && certificate.is_self_issued());
        assert!(certificate.tbs_der().len() < certificate.der().len());
        assert!(certificate.to_pem().starts_with("-----BEGIN CERTIFICATE-----\n"));
    }

    #[test]
    fn anything_cut_flipped_or_appended_is_refused_or_read() {
        let spec = Spec::ca("Acme Root CA", Some(1)).permit(&["corp.test", "10.0.0.0/8"]);
        let der = Node::root(&spec).certificate.der().to_vec();
        for length in 0..der.len() {
            assert!(Certificate::from_der(&der[..length]).is_err(), "{length}");
        }
        assert!(Certificate::from_der(&[&der[..], &[0]].concat()).is_err());
        for position in 0..der.len() {
            for bit in 0..8 {
                let mut changed = der.clone();
                changed[position] ^= 1 << bit;
                let _ = Certificate::from_der(&changed);
            }
        }
    }

    /// The parts of a certificate, to be put together wrongly.
    fn parts(certificate: &Certificate) -> Vec<Vec<u8>> {
        let mut fields = Reader::new(Tlv::only_contents(certificate.tbs_der(), tlv::SEQUENCE).unwrap());
        let mut parts = Vec::new();
        while !fields.is_empty() {
            parts.push(fields.read().unwrap().whole.to_vec());
        }
        parts
    }

    fn read(parts: &[Vec<u8>], algorithm: &[u8]) -> Result<Certificate, X509Error> {
        let tbs = tlv::encode(tlv::SEQUENCE, &parts.concat());
        Certificate::from_der(&tlv::encode(tlv::SEQUENCE, &[&tbs, algorithm, &[3, 1, 0]].concat()))
    }

    #[test]
    fn refuses_what_x509_parser_lets_pass() {
        let certificate = Node::root(&Spec::leaf("api.corp.test", &["api.corp.test"])).certificate;
        let algorithm = certificate.signature_algorithm_der.as_slice();
        let good = parts(&certificate);
        read(&good, algorithm).unwrap();
        let changed = |index: usize, with: &[u8]| {
            let mut parts = good.clone();
            parts[index] = with.to_vec();
            read(&parts, algorithm).unwrap_err().to_string()
        };
        assert!(read(&good, &[0x30, 3, 6, 1, 0x2a]).unwrap_err().to_string().contains("differ"));
        assert!(changed(0, &[0xa0, 3, 2, 1, 0]).contains("version"));
        assert!(changed(0, &[0xa0, 3, 2, 1, 3]).contains("version"));
        assert!(changed(0, &[0xa0, 3, 2, 1, 1]).contains("extensions in a version 2"));
        assert!(changed(0, &[]).contains("extensions in a version 1"));
        assert!(changed(1, &[2, 0]).contains("serialNumber"));
        assert!(changed(1, &[2, 2, 0, 1]).contains("not minimal"));
        assert!(changed(4, &[&good[4][..], &[5, 0]].concat()).contains("subject"));
        let times = Tlv::only_contents(&good[4], tlv::SEQUENCE).unwrap();
        assert!(changed(4, &tlv::encode(tlv::SEQUENCE, &[times, &[5, 0]].concat())).contains("validity"));
        let key = Tlv::only_contents(&good[6], tlv::SEQUENCE).unwrap();
        assert!(changed(6, &tlv::encode(tlv::SEQUENCE, &[key, &[5, 0]].concat())).contains("subjectPublicKeyInfo"));
        assert!(changed(7, &[&good[7][..], &[5, 0]].concat()).contains("after the end"));
        assert!(changed(7, &[0xa3, 0x80, 0x30, 0, 0, 0]).contains("indefinite"));
    }

    #[test]
    fn reads_version_1() {
        let certificate = Node::root(&Spec::leaf("api.corp.test", &[])).certificate;
        let parts = parts(&certificate)[1..7].to_vec();
        let old = read(&parts, &certificate.signature_algorithm_der).unwrap();
        assert_eq!((old.version, old.extensions.len(), old.is_ca()), (1, 0, false));
    }
}
