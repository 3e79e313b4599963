//! The fields of a certificate, told apart and not yet read.

use x509_parser::certificate::Validity;
use x509_parser::prelude::FromDer;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::x509::Extension;
use crate::x509::structure::{self, field};
use crate::x509::tlv::{self, Fault, Reader, Tlv};

/// The fields of a `TBSCertificate`.
///
/// x509-parser reads them one by one, and only after a strict look: it passes over what is left in a SEQUENCE, takes BER
/// lengths and does not compare the algorithms. Extensions are read without it, which is a third of the time.
pub(super) struct Layout<'a> {
    pub(super) version: u8,
    pub(super) serial: &'a [u8],
    pub(super) issuer: &'a [u8],
    pub(super) validity: Validity,
    pub(super) subject: &'a [u8],
    pub(super) spki: SubjectPublicKeyInfo<'a>,
    pub(super) extensions: Vec<Extension>,
}

impl<'a> Layout<'a> {
    pub(super) fn read(mut fields: Reader<'a>, outer_algorithm: &[u8]) -> Result<Self, Fault> {
        let version = read_version(fields.optional(tlv::context_constructed(0))?)?;
        let serial = field("serialNumber", structure::read_serial(&mut fields))?;
        if field("signature", structure::read_algorithm(&mut fields))? != outer_algorithm {
            return Err("the signature algorithms inside and outside the signed part differ".into());
        }
        let issuer = field("issuer", fields.read())?;
        let validity = field("validity", fields.read().and_then(read_validity))?;
        let subject = field("subject", fields.read())?;
        let spki = field("subjectPublicKeyInfo", structure::read_spki(&mut fields).and_then(parse))?;
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
        Ok(Self { version, serial, issuer: issuer.whole, validity, subject: subject.whole, spki, extensions })
    }
}

pub(super) fn read_version(tagged: Option<Tlv<'_>>) -> Result<u8, Fault> {
    let Some(tagged) = tagged else { return Ok(1) };
    match Tlv::only_contents(tagged.contents, tlv::INTEGER)? {
        [1] => Ok(2),
        [2] => Ok(3),
        _ => Err("version: not 2 or 3 (version 1 is written by leaving it out)".into()),
    }
}

fn read_validity(validity: Tlv<'_>) -> Result<Validity, Fault> {
    let mut times = Reader::new(validity.expect_tag(tlv::SEQUENCE)?);
    structure::instant(times.read()?)?;
    structure::instant(times.read()?)?;
    times.finish()?;
    parse(validity.whole)
}

/// Has x509-parser read one field.
fn parse<'a, T: FromDer<'a, x509_parser::error::X509Error>>(der: &'a [u8]) -> Result<T, Fault> {
    T::from_der(der).map(|(_, value)| value).map_err(|error| error.to_string())
}
