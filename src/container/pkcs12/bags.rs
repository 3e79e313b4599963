//! The bags in a safe: keys, certificates, and what is passed over.

use super::super::error::damaged;
use super::super::{ContainerError, ber};
use super::read::FORMAT;
use super::safes::{Safes, private_key};
use crate::keys::{KeyError, PrivateKey};
use crate::x509::tlv::{self, Fault, Reader, Tlv};
use crate::x509::{Certificate, escape};

const KEY: &str = "1.2.840.113549.1.12.10.1.1";
const SHROUDED_KEY: &str = "1.2.840.113549.1.12.10.1.2";
const CERTIFICATE: &str = "1.2.840.113549.1.12.10.1.3";
const CRL: &str = "1.2.840.113549.1.12.10.1.4";
const SECRET: &str = "1.2.840.113549.1.12.10.1.5";
const SAFE_CONTENTS: &str = "1.2.840.113549.1.12.10.1.6";
const X509_CERTIFICATE: &str = "1.2.840.113549.1.9.22.1";
const FRIENDLY_NAME: &str = "1.2.840.113549.1.9.20";
const LOCAL_KEY_ID: &str = "1.2.840.113549.1.9.21";
/// Oracle's `trustedKeyUsage`: without it Java sees no anchor.
const TRUSTED_KEY_USAGE: &str = "2.16.840.1.113894.746875.1.1";

/// Bags in one file; the largest truststores have a few hundred.
const MAX_BAGS: usize = 20_000;
/// Keys in one file, each of which is tied to its certificates.
const MAX_KEYS: usize = 1_000;
/// Safes inside bags inside safes.
const MAX_NESTING: usize = 8;

/// What was found.
#[derive(Default)]
pub(super) struct Bags {
    pub(super) keys: Vec<FoundKey>,
    pub(super) certificates: Vec<FoundCertificate>,
    pub(super) skipped: Vec<String>,
    pub(super) protection: Vec<String>,
    count: usize,
}

/// A key and how the file names it.
pub(super) struct FoundKey {
    pub(super) name: Option<String>,
    pub(super) id: Option<Vec<u8>>,
    pub(super) key: Result<PrivateKey, KeyError>,
}

/// A certificate and how the file names it.
pub(super) struct FoundCertificate {
    pub(super) name: Option<String>,
    pub(super) id: Option<Vec<u8>>,
    pub(super) trusted: bool,
    pub(super) certificate: Certificate,
}

impl Bags {
    /// Reads `SafeContents`, which may be BER.
    pub(super) fn read(&mut self, contents: &[u8], safes: &mut Safes<'_>) -> Result<(), ContainerError> {
        let der = ber::to_der(contents).map_err(damaged(FORMAT))?;
        let contents = Tlv::only_contents(&der, tlv::SEQUENCE).map_err(damaged(FORMAT))?;
        self.safe_contents(contents, safes, 0)
    }

    /// Notes how something is encrypted, once.
    pub(super) fn protected_by(&mut self, how: String) {
        if !how.is_empty() && !self.protection.contains(&how) {
            self.protection.push(how);
        }
    }

    fn safe_contents(&mut self, contents: &[u8], safes: &mut Safes<'_>, depth: usize) -> Result<(), ContainerError> {
        let broken = damaged(FORMAT);
        let mut bags = Reader::new(contents);
        while !bags.is_empty() {
            self.count += 1;
            if self.count > MAX_BAGS || self.keys.len() > MAX_KEYS {
                return Err(ContainerError::Unsupported(format!(
                    "a {FORMAT} with more than {MAX_BAGS} bags or {MAX_KEYS} keys"
                )));
            }
            let bag = Bag::read(bags.expect(tlv::SEQUENCE).map_err(&broken)?).map_err(&broken)?;
            self.bag(bag, safes, depth)?;
        }
        Ok(())
    }

    fn bag(&mut self, bag: Bag<'_>, safes: &mut Safes<'_>, depth: usize) -> Result<(), ContainerError> {
        let broken = damaged(FORMAT);
        let label = bag.name.as_deref().map(escape).unwrap_or_default();
        match bag.kind.as_str() {
            KEY => {
                // What is no key here is no matter of passwords.
                let key = match private_key(bag.value) {
                    Err(KeyError::WrongPassphrase) => Err(KeyError::Malformed("a private key".to_owned())),
                    key => key,
                };
                self.protected_by("a key that is not encrypted".to_owned());
                self.keys.push(FoundKey { name: bag.name, id: bag.id, key });
            }
            SHROUDED_KEY => {
                let mut fields = Reader::new(Tlv::only_contents(bag.value, tlv::SEQUENCE).map_err(&broken)?);
                let algorithm = fields.read().map_err(&broken)?.whole;
                let data = fields.expect(tlv::OCTET_STRING).map_err(&broken)?;
                let (key, how) = safes.decrypt_key(algorithm, data)?;
                self.protected_by(how);
                self.keys.push(FoundKey { name: bag.name, id: bag.id, key });
            }
            CERTIFICATE => match certificate(bag.value).map_err(&broken)? {
                Ok(certificate) => self.certificates.push(FoundCertificate {
                    name: bag.name,
                    id: bag.id,
                    trusted: bag.trusted,
                    certificate,
                }),
                Err(why) => self.skipped.push(format!("a certificate \"{label}\": {why}")),
            },
            CRL => self
                .skipped
                .push("a CRL (read it with another program; certwright keeps keys and certificates)".to_owned()),
            SECRET => self.skipped.push(format!("a secret \"{label}\" that is no private key")),
            SAFE_CONTENTS if depth >= MAX_NESTING => {
                return Err(broken(format!("safes inside safes, more than {MAX_NESTING} deep")));
            }
            SAFE_CONTENTS => {
                let contents = Tlv::only_contents(bag.value, tlv::SEQUENCE).map_err(&broken)?;
                self.safe_contents(contents, safes, depth + 1)?;
            }
            other => self.skipped.push(format!("a bag of the unknown type {other}")),
        }
        Ok(())
    }
}

/// A `SafeBag`.
struct Bag<'a> {
    kind: String,
    value: &'a [u8],
    name: Option<String>,
    id: Option<Vec<u8>>,
    trusted: bool,
}

impl<'a> Bag<'a> {
    fn read(contents: &'a [u8]) -> Result<Self, Fault> {
        let mut fields = Reader::new(contents);
        let kind = tlv::oid(fields.expect(tlv::OBJECT_IDENTIFIER)?)?.to_string();
        let value = fields.expect(tlv::context_constructed(0))?;
        let mut bag = Self { kind, value, name: None, id: None, trusted: false };
        if let Some(attributes) = fields.optional(tlv::SET)? {
            let mut attributes = Reader::new(attributes.contents);
            while !attributes.is_empty() {
                bag.attribute(attributes.expect(tlv::SEQUENCE)?)?;
            }
        }
        fields.finish()?;
        Ok(bag)
    }

    fn attribute(&mut self, contents: &[u8]) -> Result<(), Fault> {
        let mut fields = Reader::new(contents);
        let kind = tlv::oid(fields.expect(tlv::OBJECT_IDENTIFIER)?)?.to_string();
        let mut values = Reader::new(fields.expect(tlv::SET)?);
        fields.finish()?;
        let Ok(value) = values.read() else { return Ok(()) };
        match (kind.as_str(), value.tag) {
            (FRIENDLY_NAME, tlv::BMP_STRING) => self.name = bmp_text(value.contents),
            (LOCAL_KEY_ID, tlv::OCTET_STRING) => self.id = Some(value.contents.to_vec()),
            (TRUSTED_KEY_USAGE, _) => self.trusted = true,
            _ => {}
        }
        Ok(())
    }
}

/// Reads a `CertBag`; a certificate that is not understood is no reason to stop.
fn certificate(der: &[u8]) -> Result<Result<Certificate, String>, Fault> {
    let mut fields = Reader::new(Tlv::only_contents(der, tlv::SEQUENCE)?);
    let kind = tlv::oid(fields.expect(tlv::OBJECT_IDENTIFIER)?)?.to_string();
    let value = fields.expect(tlv::context_constructed(0))?;
    fields.finish()?;
    if kind != X509_CERTIFICATE {
        return Ok(Err(format!("a certificate of the type {kind}, which is not X.509")));
    }
    let der = Tlv::only_contents(value, tlv::OCTET_STRING)?;
    Ok(Certificate::from_der(der).map_err(|error| error.to_string()))
}

/// Text of a BMPString: UTF-16, though surrogates do not belong there.
fn bmp_text(contents: &[u8]) -> Option<String> {
    let units: Vec<u16> =
        contents.chunks(2).map(|pair| pair.iter().fold(0, |unit, octet| unit << 8 | u16::from(*octet))).collect();
    let text = String::from_utf16_lossy(&units);
    // A terminator is none of the text.
    let text = text.trim_end_matches('\0');
    (!text.is_empty()).then(|| text.to_owned())
}
