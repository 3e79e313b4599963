//! `GeneralNames` in DER.

use std::net::IpAddr;

use super::GeneralName;
use crate::x509::tlv::{self, Fault, Reader, Tlv, malformed};
use crate::x509::{Name, X509Error, oid};

impl GeneralName {
    /// Reads the value of a subjectAltName extension (`GeneralNames` in DER). Values are kept as they are, even those
    /// that [`GeneralName::check`] refuses; forms that are unknown here become [`GeneralName::Other`].
    ///
    /// # Errors
    /// [`X509Error::Malformed`], also for an empty list and for a DNS name, email address or URI beyond ASCII.
    pub fn parse_all(der: &[u8]) -> Result<Vec<Self>, X509Error> {
        Self::read_all(der).map_err(malformed("subjectAltName"))
    }

    /// Writes `GeneralNames` in DER.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] for a value that has no encoding (non-ASCII in an IA5String), and for no names at all.
    pub fn encode_all(names: &[Self]) -> Result<Vec<u8>, X509Error> {
        if names.is_empty() {
            return Err(X509Error::Invalid("a list of names must have at least one".into()));
        }
        let mut contents = Vec::new();
        for name in names {
            name.push_der(&mut contents)?;
        }
        Ok(tlv::encode(tlv::SEQUENCE, &contents))
    }

    fn read_all(der: &[u8]) -> Result<Vec<Self>, Fault> {
        let mut items = Reader::new(Tlv::only_contents(der, tlv::SEQUENCE)?);
        if items.is_empty() {
            return Err("an empty list of names".into());
        }
        let mut names = Vec::new();
        while !items.is_empty() {
            let tlv = items.read()?;
            let number = names.len() + 1;
            names.push(Self::from_tlv(tlv).map_err(|why| format!("name {number}: {why}"))?);
        }
        Ok(names)
    }

    /// Reads one `GeneralName`.
    pub(crate) fn from_tlv(tlv: Tlv<'_>) -> Result<Self, Fault> {
        const RFC822_NAME: u8 = tlv::context(1);
        const DNS_NAME: u8 = tlv::context(2);
        const URI: u8 = tlv::context(6);
        const IP_ADDRESS: u8 = tlv::context(7);
        const REGISTERED_ID: u8 = tlv::context(8);
        const OTHER_NAME: u8 = tlv::context_constructed(0);
        const X400_ADDRESS: u8 = tlv::context_constructed(3);
        const DIRECTORY_NAME: u8 = tlv::context_constructed(4);
        const EDI_PARTY_NAME: u8 = tlv::context_constructed(5);
        let other = || Self::Other(tlv.whole.to_vec());
        Ok(match tlv.tag {
            RFC822_NAME => Self::Email(tlv::ia5(tlv.contents)?.to_owned()),
            DNS_NAME => Self::Dns(tlv::ia5(tlv.contents)?.to_owned()),
            URI => Self::Uri(tlv::ia5(tlv.contents)?.to_owned()),
            IP_ADDRESS => ip(tlv.contents).map_or_else(other, Self::Ip),
            REGISTERED_ID => tlv::oid(tlv.contents).map_or_else(|_| other(), Self::RegisteredId),
            OTHER_NAME => upn(tlv.contents)?.map_or_else(other, Self::Upn),
            DIRECTORY_NAME => Self::DirectoryName(Name::from_der(tlv.contents).map_err(|error| error.to_string())?),
            X400_ADDRESS | EDI_PARTY_NAME => other(),
            tag => return Err(format!("tag {tag:02x} is no form of a name")),
        })
    }

    /// The number of the context tag: which form of `GeneralName` this is.
    pub(crate) fn form(&self) -> u8 {
        match self {
            Self::DirectoryName(_) => 4,
            Self::Dns(_) => 2,
            Self::Email(_) => 1,
            Self::Ip(_) => 7,
            Self::Other(der) => der.first().map_or(0, |tag| tag & 0x1f),
            Self::RegisteredId(_) => 8,
            Self::Uri(_) => 6,
            Self::Upn(_) => 0,
        }
    }

    /// Appends the DER of this name.
    pub(crate) fn push_der(&self, out: &mut Vec<u8>) -> Result<(), X509Error> {
        let form = self.form();
        match self {
            Self::DirectoryName(name) => tlv::push(out, tlv::context_constructed(form), name.der()),
            Self::Dns(text) | Self::Email(text) | Self::Uri(text) => {
                if !text.is_ascii() {
                    return Err(X509Error::Invalid(format!("{self} is not ASCII and has no encoding")));
                }
                tlv::push(out, tlv::context(form), text.as_bytes());
            }
            Self::Ip(IpAddr::V4(address)) => tlv::push(out, tlv::context(form), &address.octets()),
            Self::Ip(IpAddr::V6(address)) => tlv::push(out, tlv::context(form), &address.octets()),
            Self::Other(der) => {
                Tlv::only(der).map_err(|why| X509Error::Invalid(format!("{self} is no DER: {why}")))?;
                out.extend_from_slice(der);
            }
            Self::RegisteredId(oid) => tlv::push(out, tlv::context(form), oid.as_bytes()),
            Self::Upn(text) => {
                let mut contents = tlv::encode(tlv::OBJECT_IDENTIFIER, oid::UPN.as_bytes());
                let value = tlv::encode(tlv::UTF8_STRING, text.as_bytes());
                tlv::push(&mut contents, tlv::context_constructed(0), &value);
                tlv::push(out, tlv::context_constructed(form), &contents);
            }
        }
        Ok(())
    }
}

fn ip(octets: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(octets).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from)).ok()
}

/// The user principal name in an `otherName`, if it is one.
fn upn(contents: &[u8]) -> Result<Option<String>, Fault> {
    let mut fields = Reader::new(contents);
    let kind = fields.expect(tlv::OBJECT_IDENTIFIER)?;
    let value = fields.expect(tlv::context_constructed(0))?;
    fields.finish()?;
    if kind != oid::UPN.as_bytes() {
        return Ok(None);
    }
    let text = Tlv::only_contents(value, tlv::UTF8_STRING).ok().and_then(|text| std::str::from_utf8(text).ok());
    Ok(text.map(str::to_owned))
}
