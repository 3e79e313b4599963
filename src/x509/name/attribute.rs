//! Attribute types and values of a name.

use std::borrow::Cow;

use crate::x509::X509Error;
use crate::x509::display::{escape, hex};
use crate::x509::oid;
use crate::x509::tlv::{self, Tlv};

/// One `AttributeTypeAndValue` as it stands in a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attribute<'a> {
    /// The contents of the type's OBJECT IDENTIFIER.
    pub(super) oid: &'a [u8],
    /// The value.
    pub(super) value: Tlv<'a>,
}

impl Attribute<'_> {
    /// The short name of the type, if it is known.
    pub(super) fn short_name(&self) -> Option<&'static str> {
        KINDS.iter().find(|kind| kind.oid == self.oid).map(|kind| kind.names[0])
    }

    /// The short name of the type, or its dotted number.
    pub(super) fn type_name(&self) -> Cow<'static, str> {
        self.short_name().map_or_else(|| Cow::Owned(oid::dotted(self.oid)), Cow::Borrowed)
    }

    /// The value as text, or `#` and the hex of its DER (RFC 4514 §2.4).
    pub(super) fn text(&self) -> Cow<'_, str> {
        self.decoded().unwrap_or_else(|| Cow::Owned(format!("#{}", hex(self.value.whole))))
    }

    /// The value as text, if it is a string that can be decoded.
    pub(super) fn decoded(&self) -> Option<Cow<'_, str>> {
        let octets = self.value.contents;
        match self.value.tag {
            tlv::UTF8_STRING | tlv::NUMERIC_STRING | tlv::PRINTABLE_STRING | tlv::IA5_STRING | tlv::VISIBLE_STRING => {
                std::str::from_utf8(octets).ok().map(Cow::Borrowed)
            }
            // T.61 by the standard, Latin-1 in every certificate that was ever seen.
            tlv::TELETEX_STRING => Some(Cow::Owned(octets.iter().copied().map(char::from).collect())),
            tlv::BMP_STRING => {
                let (units, rest) = octets.as_chunks::<2>();
                let units = units.iter().map(|unit| u16::from_be_bytes(*unit));
                let text: Result<String, _> = char::decode_utf16(units).collect();
                text.ok().filter(|_| rest.is_empty()).map(Cow::Owned)
            }
            tlv::UNIVERSAL_STRING => {
                let (units, rest) = octets.as_chunks::<4>();
                let text: Option<String> = units.iter().map(|unit| char::from_u32(u32::from_be_bytes(*unit))).collect();
                text.filter(|_| rest.is_empty()).map(Cow::Owned)
            }
            _ => None,
        }
    }
}

/// How the value of a type is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Syntax {
    /// Two letters, PrintableString.
    Country,
    Ia5,
    Printable,
    Utf8,
}

/// An attribute type.
#[derive(Debug)]
struct Kind {
    /// Its short name, then others that people type.
    names: &'static [&'static str],
    /// The contents of its OBJECT IDENTIFIER.
    oid: &'static [u8],
    syntax: Syntax,
    /// Most characters: RFC 5280 appendix A.1, else X.520 (2001) and RFC 4519.
    bound: usize,
}

const KINDS: &[Kind] = &[
    Kind { names: &["CN", "commonName"], oid: b"\x55\x04\x03", syntax: Syntax::Utf8, bound: 64 },
    Kind { names: &["O", "organizationName"], oid: b"\x55\x04\x0a", syntax: Syntax::Utf8, bound: 64 },
    Kind { names: &["OU", "organizationalUnitName"], oid: b"\x55\x04\x0b", syntax: Syntax::Utf8, bound: 64 },
    Kind { names: &["C", "countryName"], oid: b"\x55\x04\x06", syntax: Syntax::Country, bound: 2 },
    Kind { names: &["ST", "S", "stateOrProvinceName"], oid: b"\x55\x04\x08", syntax: Syntax::Utf8, bound: 128 },
    Kind { names: &["L", "localityName"], oid: b"\x55\x04\x07", syntax: Syntax::Utf8, bound: 128 },
    Kind { names: &["STREET", "streetAddress"], oid: b"\x55\x04\x09", syntax: Syntax::Utf8, bound: 128 },
    Kind {
        names: &["DC", "domainComponent"],
        oid: b"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19",
        syntax: Syntax::Ia5,
        bound: 63,
    },
    Kind {
        names: &["UID", "userId"],
        oid: b"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01",
        syntax: Syntax::Utf8,
        bound: 256,
    },
    Kind { names: &["SN", "surname"], oid: b"\x55\x04\x04", syntax: Syntax::Utf8, bound: 32_768 },
    Kind { names: &["GN", "givenName"], oid: b"\x55\x04\x2a", syntax: Syntax::Utf8, bound: 32_768 },
    Kind { names: &["SERIALNUMBER"], oid: b"\x55\x04\x05", syntax: Syntax::Printable, bound: 64 },
    Kind { names: &["TITLE"], oid: b"\x55\x04\x0c", syntax: Syntax::Utf8, bound: 64 },
    Kind {
        names: &["emailAddress", "E", "email"],
        oid: b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01",
        syntax: Syntax::Ia5,
        bound: 255,
    },
    Kind { names: &["name"], oid: b"\x55\x04\x29", syntax: Syntax::Utf8, bound: 32_768 },
    Kind { names: &["initials"], oid: b"\x55\x04\x2b", syntax: Syntax::Utf8, bound: 32_768 },
    Kind { names: &["generationQualifier"], oid: b"\x55\x04\x2c", syntax: Syntax::Utf8, bound: 32_768 },
    Kind { names: &["dnQualifier"], oid: b"\x55\x04\x2e", syntax: Syntax::Printable, bound: 64 },
    Kind { names: &["pseudonym"], oid: b"\x55\x04\x41", syntax: Syntax::Utf8, bound: 128 },
    Kind { names: &["description"], oid: b"\x55\x04\x0d", syntax: Syntax::Utf8, bound: 1024 },
    Kind { names: &["businessCategory"], oid: b"\x55\x04\x0f", syntax: Syntax::Utf8, bound: 128 },
    Kind { names: &["postalCode"], oid: b"\x55\x04\x11", syntax: Syntax::Utf8, bound: 40 },
    Kind { names: &["organizationIdentifier"], oid: b"\x55\x04\x61", syntax: Syntax::Utf8, bound: 256 },
];

/// Encodes an `AttributeTypeAndValue` from a type as typed and a value as text.
pub(super) fn encode(kind: &str, value: &str) -> Result<Vec<u8>, X509Error> {
    let invalid = |why: &str| X509Error::Invalid(format!("{}: {why}", escape(kind)));
    let (type_der, known) = resolve(kind)?;
    if value.is_empty() {
        return Err(invalid("the value is empty"));
    }
    if let Some(control) = value.chars().find(|character| character.is_control()) {
        return Err(invalid(&format!("the value has a control character ({})", escape(&control.to_string()))));
    }
    if known.is_some_and(|known| known.names[0] == "DC") && value.contains('.') {
        return Err(invalid("one label for each DC, as in DC=corp,DC=test"));
    }
    let bound = known.map_or(32_768, |known| known.bound);
    let length = value.chars().count();
    if length > bound && known.is_none_or(|known| known.syntax != Syntax::Country) {
        return Err(invalid(&format!("{length} characters, at most {bound} are allowed")));
    }
    let (tag, value) = match known.map_or(Syntax::Utf8, |known| known.syntax) {
        Syntax::Utf8 => (tlv::UTF8_STRING, Cow::Borrowed(value)),
        Syntax::Ia5 if value.is_ascii() => (tlv::IA5_STRING, Cow::Borrowed(value)),
        Syntax::Ia5 => return Err(invalid("the value must be ASCII (write a domain as its xn-- form)")),
        Syntax::Printable if value.bytes().all(tlv::is_printable) => (tlv::PRINTABLE_STRING, Cow::Borrowed(value)),
        Syntax::Printable => return Err(invalid("only letters, digits, space and '()+,-./:=? are allowed")),
        Syntax::Country if length == 2 && value.bytes().all(|octet| octet.is_ascii_alphabetic()) => {
            (tlv::PRINTABLE_STRING, Cow::Owned(value.to_ascii_uppercase()))
        }
        Syntax::Country => return Err(invalid("a country is two letters, as in C=DE (ISO 3166)")),
    };
    Ok(assemble(&type_der, &tlv::encode(tag, value.as_bytes())))
}

/// Encodes an attribute whose value is given in hex (`1.2.3=#0c0141`), for types without rules of their own.
pub(super) fn encode_hex(kind: &str, digits: &str) -> Result<Vec<u8>, X509Error> {
    let invalid = |why: &str| X509Error::Invalid(format!("{}: {why}", escape(kind)));
    let (type_der, known) = resolve(kind)?;
    if known.is_some() {
        return Err(invalid(
            "a value that starts with # is DER in hex, which this type does not take; write \\# for the sign",
        ));
    }
    let der = unhex(digits).ok_or_else(|| invalid("after # an even number of hex digits is expected"))?;
    Tlv::only(&der).map_err(|why| invalid(&format!("the hex after # is no DER: {why}")))?;
    Ok(assemble(&type_der, &der))
}

fn assemble(type_der: &[u8], value_der: &[u8]) -> Vec<u8> {
    let mut contents = tlv::encode(tlv::OBJECT_IDENTIFIER, type_der);
    contents.extend_from_slice(value_der);
    tlv::encode(tlv::SEQUENCE, &contents)
}

/// The contents of a type's OBJECT IDENTIFIER, and what is known about it.
fn resolve(kind: &str) -> Result<(Vec<u8>, Option<&'static Kind>), X509Error> {
    if let Some(known) = KINDS.iter().find(|known| known.names.iter().any(|name| name.eq_ignore_ascii_case(kind))) {
        return Ok((known.oid.to_vec(), Some(known)));
    }
    let dotted = kind.get(..4).filter(|prefix| prefix.eq_ignore_ascii_case("OID.")).map_or(kind, |_| &kind[4..]);
    let Some(der) = oid::contents_from_dotted(dotted) else {
        let known: Vec<_> = KINDS.iter().map(|known| known.names[0]).collect();
        return Err(X509Error::Invalid(format!(
            "{:?} is no attribute type; known are {} and dotted object identifiers",
            escape(kind),
            known.join(" ")
        )));
    };
    let known = KINDS.iter().find(|known| known.oid == der);
    Ok((der, known))
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let nibble = |digit: u8| char::from(digit).to_digit(16);
    let octets = pairs.iter().map(|[high, low]| u8::try_from(nibble(*high)? << 4 | nibble(*low)?).ok());
    octets.collect::<Option<Vec<_>>>().filter(|octets| rest.is_empty() && !octets.is_empty())
}
