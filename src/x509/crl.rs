//! Certificate revocation lists (RFC 5280 §5): as they are read here, as they are written in [`encode`].

pub mod encode;

use std::fmt;

use time::OffsetDateTime;

use super::structure::{self, Signed, field};
use super::tlv::{self, Fault, Reader, Tlv};
use super::{Extension, IssuingDistributionPoint, Name, Oid, Serial, X509Error, extension, oid};
use crate::keys::{KeyError, PublicKey, SignatureAlgorithm};

/// How errors name what is read here.
const WHAT: &str = "CRL";

const ISSUER_ALT_NAME: Oid = Oid::new_unwrap("2.5.29.18");
const CRL_NUMBER: Oid = Oid::new_unwrap("2.5.29.20");
const REASON_CODE: Oid = Oid::new_unwrap("2.5.29.21");
const INVALIDITY_DATE: Oid = Oid::new_unwrap("2.5.29.24");
const DELTA_CRL_INDICATOR: Oid = Oid::new_unwrap("2.5.29.27");
const ISSUING_DISTRIBUTION_POINT: Oid = Oid::new_unwrap("2.5.29.28");
const FRESHEST_CRL: Oid = Oid::new_unwrap("2.5.29.46");

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

impl RevocationReason {
    /// Every reason, in the order of its code.
    pub const ALL: [Self; 10] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::CertificateHold,
        Self::RemoveFromCrl,
        Self::PrivilegeWithdrawn,
        Self::AaCompromise,
    ];

    /// The reason with a `reasonCode`; 7 is not used.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| *reason as u8 == code)
    }
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

/// A CRL as read: strict DER, an extension twice is an error. An empty list of entries, which RFC 5280 wants left out, is
/// taken as none.
///
/// Read without x509-parser, which takes 600 bytes for an entry where 120 do.
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
    distribution_point: Option<IssuingDistributionPoint>,
    critical_unknown: Option<Oid>,
}

impl Crl {
    /// Reads a CRL in DER.
    ///
    /// # Errors
    /// [`X509Error::Malformed`].
    pub fn from_der(der: &[u8]) -> Result<Self, X509Error> {
        let signed = Signed::read(der).map_err(tlv::malformed(WHAT))?;
        let list = List::read(signed.fields, signed.algorithm).map_err(tlv::malformed(WHAT))?;
        let part = structure::inside(WHAT);
        let mut crl = Self {
            der: der.to_vec(),
            tbs: signed.tbs,
            signature: signed.signature.to_vec(),
            issuer: structure::read_name(list.issuer).map_err(&part)?,
            signature_algorithm_der: signed.algorithm.to_vec(),
            this_update: list.this_update,
            next_update: list.next_update,
            number: None,
            delta_base: None,
            authority_key_id: None,
            extensions: Vec::new(),
            entries: list.entries,
            distribution_point: None,
            critical_unknown: list.critical_unknown,
        };
        for extension in list.extensions {
            crl.decode(&extension).map_err(&part)?;
            crl.extensions.push(extension);
        }
        Ok(crl)
    }

    /// The DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The signature's octets.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// PEM text, one `X509 CRL` block with a final newline.
    pub fn to_pem(&self) -> String {
        super::pem::encode("X509 CRL", &self.der)
    }

    /// The entry of a serial. Looks through the whole list; where a serial is listed twice, the first one counts.
    pub fn find(&self, serial: &Serial) -> Option<&RevokedEntry> {
        self.entries.iter().find(|entry| entry.serial == *serial)
    }

    /// What the CRL says about its own scope (`issuingDistributionPoint`).
    pub fn issuing_distribution_point(&self) -> Option<&IssuingDistributionPoint> {
        self.distribution_point.as_ref()
    }

    /// A critical extension, of the CRL or of an entry, that is not understood here; such a CRL says nothing about any
    /// certificate that it does not list (RFC 5280 §5.2, §5.3).
    pub fn critical_unknown(&self) -> Option<Oid> {
        self.critical_unknown
    }

    /// Verifies the CRL's signature with an issuer's key.
    ///
    /// # Errors
    /// [`KeyError::BadSignature`], [`KeyError::Unsupported`].
    pub fn verify_signature(&self, issuer_key: &PublicKey) -> Result<(), KeyError> {
        let algorithm = SignatureAlgorithm::from_der(&self.signature_algorithm_der)?;
        issuer_key.verify(algorithm, &self.der[self.tbs.clone()], &self.signature)
    }

    /// Keeps what a known extension says.
    fn decode(&mut self, extension: &Extension) -> Result<(), X509Error> {
        let value = extension.value.as_slice();
        match extension.oid {
            CRL_NUMBER => self.number = Some(number(value).map_err(tlv::malformed("cRLNumber"))?),
            DELTA_CRL_INDICATOR => {
                self.delta_base = Some(number(value).map_err(tlv::malformed("deltaCRLIndicator"))?);
            }
            ISSUING_DISTRIBUTION_POINT => {
                self.distribution_point = Some(IssuingDistributionPoint::from_der(value)?);
            }
            oid::AUTHORITY_KEY_IDENTIFIER => self.authority_key_id = extension::decode_authority_key_id(value)?,
            oid::AUTHORITY_INFO_ACCESS | FRESHEST_CRL | ISSUER_ALT_NAME => {}
            unknown if extension.critical => self.critical_unknown = self.critical_unknown.or(Some(unknown)),
            _ => {}
        }
        Ok(())
    }
}

/// The contents octets of a non-negative INTEGER.
fn number(value: &[u8]) -> Result<Vec<u8>, Fault> {
    match Tlv::only_contents(value, tlv::INTEGER)? {
        [] => Err("an INTEGER without contents".into()),
        [first, ..] if first & 0x80 != 0 => Err("it is negative".into()),
        [0, second, ..] if second & 0x80 == 0 => Err("it is not minimal".into()),
        octets => Ok(octets.to_vec()),
    }
}

/// The fields of a `TBSCertList`.
struct List<'a> {
    issuer: &'a [u8],
    this_update: OffsetDateTime,
    next_update: Option<OffsetDateTime>,
    entries: Vec<RevokedEntry>,
    critical_unknown: Option<Oid>,
    extensions: Vec<Extension>,
}

impl<'a> List<'a> {
    fn read(mut fields: Reader<'a>, outer_algorithm: &[u8]) -> Result<Self, Fault> {
        let version = fields.optional(tlv::INTEGER)?;
        if version.is_some_and(|version| version.contents != [1]) {
            return Err("version: not 2 (version 1 is written by leaving it out)".into());
        }
        if field("signature", structure::read_algorithm(&mut fields))? != outer_algorithm {
            return Err("the signature algorithms inside and outside the signed part differ".into());
        }
        let issuer = fields.read()?;
        field("issuer", issuer.expect_tag(tlv::SEQUENCE))?;
        let mut list = Self {
            issuer: issuer.whole,
            this_update: field("thisUpdate", fields.read().and_then(structure::instant))?,
            next_update: None,
            entries: Vec::new(),
            critical_unknown: None,
            extensions: Vec::new(),
        };
        for tag in [structure::UTC_TIME, structure::GENERALIZED_TIME] {
            if let (None, Some(time)) = (list.next_update, fields.optional(tag)?) {
                list.next_update = Some(field("nextUpdate", structure::instant(time))?);
            }
        }
        if let Some(entries) = fields.optional(tlv::SEQUENCE)? {
            list.read_entries(entries.contents, version.is_some())?;
        }
        if let Some(tagged) = fields.optional(tlv::context_constructed(0))? {
            if version.is_none() {
                return Err("extensions in a version 1 CRL".into());
            }
            list.extensions = structure::read_extensions(Tlv::only(tagged.contents)?)?;
        }
        fields.finish()?;
        Ok(list)
    }

    fn read_entries(&mut self, contents: &[u8], extensions_allowed: bool) -> Result<(), Fault> {
        let mut items = Reader::new(contents);
        while !items.is_empty() {
            let read = self.read_entry(items.expect(tlv::SEQUENCE)?, extensions_allowed);
            read.map_err(|why| format!("entry {}: {why}", self.entries.len() + 1))?;
        }
        self.entries.shrink_to_fit();
        Ok(())
    }

    fn read_entry(&mut self, contents: &[u8], extensions_allowed: bool) -> Result<(), Fault> {
        let mut fields = Reader::new(contents);
        let mut entry = RevokedEntry {
            serial: Serial::from_content(field("userCertificate", structure::read_serial(&mut fields))?),
            revoked_at: field("revocationDate", fields.read().and_then(structure::instant))?,
            reason: None,
            invalidity_date: None,
        };
        if !fields.is_empty() {
            if !extensions_allowed {
                return Err("extensions in a version 1 CRL".into());
            }
            for extension in structure::read_extensions(fields.read()?)? {
                match extension.oid {
                    REASON_CODE => entry.reason = Some(reason(&extension.value)?),
                    INVALIDITY_DATE => entry.invalidity_date = Some(invalidity_date(&extension.value)?),
                    unknown if extension.critical => {
                        self.critical_unknown = self.critical_unknown.or(Some(unknown));
                    }
                    _ => {}
                }
            }
            fields.finish()?;
        }
        self.entries.push(entry);
        Ok(())
    }
}

fn reason(value: &[u8]) -> Result<RevocationReason, Fault> {
    match Tlv::only_contents(value, structure::ENUMERATED)? {
        [code] => RevocationReason::from_code(*code).ok_or_else(|| format!("reasonCode {code} does not exist")),
        _ => Err("reasonCode is not of one octet".into()),
    }
}

fn invalidity_date(value: &[u8]) -> Result<OffsetDateTime, Fault> {
    let contents = Tlv::only_contents(value, structure::GENERALIZED_TIME)?;
    structure::generalized_time(contents).ok_or_else(|| "invalidityDate is no time as RFC 5280 wants it".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::fixtures::{CrlSpec, NOW, Node, Spec};

    #[test]
    fn says_what_was_asked_for() {
        let authority = Node::root(&Spec::ca("Acme", None));
        let (one, two) = (Serial::from_content(&[1]), Serial::from_content(&[0x00, 0x80]));
        let spec =
            CrlSpec::new(7).revoke(&one, Some(1)).revoke(&two, None).with("2.5.29.28", true, &[0x30, 3, 0x81, 1, 0xff]);
        let crl = authority.crl(&spec);
        crl.verify_signature(authority.key.public_key()).unwrap();
        assert_eq!(crl.number, Some(vec![7]));
        assert_eq!((crl.this_update, crl.next_update), (spec.this_update, spec.next_update));
        assert_eq!(crl.find(&one).and_then(|entry| entry.reason), Some(RevocationReason::KeyCompromise));
        assert_eq!(crl.find(&two).map(|entry| entry.reason), Some(None));
        assert_eq!(crl.find(&Serial::from_content(&[3])), None);
        assert!(crl.issuing_distribution_point().unwrap().only_user_certs);
        assert_eq!(crl.critical_unknown(), None);
        assert!(crl.to_pem().starts_with("-----BEGIN X509 CRL-----\n"));
    }

    #[test]
    fn critical_extensions_that_are_unknown_are_named() {
        let authority = Node::root(&Spec::ca("Acme", None));
        let odd = authority.crl(&CrlSpec::new(1).with("1.2.3.4", true, &[5, 0]));
        assert_eq!(odd.critical_unknown(), Some(Oid::new_unwrap("1.2.3.4")));
        assert_eq!(authority.crl(&CrlSpec::new(1).with("1.2.3.4", false, &[5, 0])).critical_unknown(), None);
    }

    #[test]
    fn every_reason_has_its_code() {
        let codes: Vec<u8> = RevocationReason::ALL.into_iter().map(|reason| reason as u8).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 8, 9, 10]);
        assert_eq!(RevocationReason::from_code(7), None);
        assert_eq!(reason(&[0x0a, 1, 6]), Ok(RevocationReason::CertificateHold));
        assert!(reason(&[0x0a, 2, 0, 1]).is_err());
    }

    #[test]
    fn anything_cut_or_flipped_is_refused_or_read() {
        let authority = Node::root(&Spec::ca("Acme", None));
        let spec = CrlSpec::new(7).revoke(&Serial::from_content(&[1]), Some(1)).delta_on(6);
        let der = authority.crl(&spec).der().to_vec();
        for length in 0..der.len() {
            assert!(Crl::from_der(&der[..length]).is_err(), "{length}");
        }
        for position in 0..der.len() {
            for bit in 0..8 {
                let mut changed = der.clone();
                changed[position] ^= 1 << bit;
                if let Ok(crl) = Crl::from_der(&changed) {
                    assert!(crl.verify_signature(authority.key.public_key()).is_err(), "{position}");
                }
            }
        }
        assert!(Crl::from_der(&[]).is_err());
    }

    #[test]
    fn a_hundred_thousand_entries_are_read_in_no_time() {
        let authority = Node::root(&Spec::ca("Acme", None));
        let mut spec = CrlSpec::new(1);
        spec.entries = (0..100_000_u32).map(|number| ([&[1], &number.to_be_bytes()[..]].concat(), Some(4))).collect();
        let started = std::time::Instant::now();
        let crl = authority.crl(&spec);
        assert_eq!(crl.entries.len(), 100_000);
        assert!(crl.find(&Serial::from_content(&[1, 0, 1, 0x86, 0x9f])).is_some());
        assert!(crl.this_update < NOW && started.elapsed().as_secs() < 10);
    }
}
