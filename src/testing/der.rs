//! DER in pieces, right or wrong: what a template is filled with.

use time::{OffsetDateTime, UtcOffset};

use crate::x509::tlv;
use crate::x509::{Extension, Oid, oid};

/// A SEQUENCE of encoded elements.
pub(super) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv::encode(tlv::SEQUENCE, &parts.concat())
}

/// A BIT STRING of whole octets.
pub(super) fn bit_string(octets: &[u8]) -> Vec<u8> {
    tlv::encode(tlv::BIT_STRING, &[&[0], octets].concat())
}

/// An INTEGER that is not negative, of a big-endian magnitude.
pub(super) fn integer(magnitude: &[u8]) -> Vec<u8> {
    let skip = magnitude.iter().take_while(|octet| **octet == 0).count();
    let magnitude = &magnitude[skip.min(magnitude.len().saturating_sub(1))..];
    let sign: &[u8] = if magnitude.first().is_none_or(|first| first & 0x80 != 0) { &[0] } else { &[] };
    tlv::encode(tlv::INTEGER, &[sign, magnitude].concat())
}

/// A distinguished name that says what it is for, with a common name if there is one.
pub(super) fn name(common_name: Option<&str>) -> Vec<u8> {
    const ORGANIZATION: u8 = 0x0a;
    const COMMON_NAME: u8 = 0x03;
    let attribute = |kind: u8, value: &str| {
        let pair = sequence(&[&[6, 3, 0x55, 4, kind], &tlv::encode(tlv::UTF8_STRING, value.as_bytes())]);
        tlv::encode(tlv::SET, &pair)
    };
    let mut out = attribute(ORGANIZATION, "TEST ONLY");
    out.extend(common_name.map(|common_name| attribute(COMMON_NAME, common_name)).unwrap_or_default());
    tlv::encode(tlv::SEQUENCE, &out)
}

/// A `Time` as RFC 5280 §4.1.2.5 wants it.
pub(super) fn time(instant: OffsetDateTime) -> Vec<u8> {
    let year = instant.to_offset(UtcOffset::UTC).year();
    if (1950..2050).contains(&year) { utc_time(&digits(instant)[2..], "Z") } else { generalized_time(instant, "Z") }
}

/// A UTCTime of some digits and what follows them.
pub(super) fn utc_time(digits: &str, zone: &str) -> Vec<u8> {
    tlv::encode(0x17, format!("{digits}{zone}").as_bytes())
}

/// A GeneralizedTime with what follows the seconds.
pub(super) fn generalized_time(instant: OffsetDateTime, zone: &str) -> Vec<u8> {
    tlv::encode(0x18, format!("{}{zone}", digits(instant)).as_bytes())
}

/// `YYYYMMDDHHMMSS`
pub(super) fn digits(instant: OffsetDateTime) -> String {
    let instant = instant.to_offset(UtcOffset::UTC);
    let (year, month, day) = instant.to_calendar_date();
    let (hour, minute, second) = instant.to_hms();
    format!("{year:04}{:02}{day:02}{hour:02}{minute:02}{second:02}", u8::from(month))
}

/// A name in a subjectAltName, of any bytes.
pub(super) enum Alt<'a> {
    Dns(&'a str),
    DnsOctets(&'a [u8]),
    Email(&'a str),
    Ip(&'a [u8]),
}

/// `subjectAltName`, not critical.
pub(super) fn san(names: &[Alt<'_>]) -> Extension {
    let mut contents = Vec::new();
    for name in names {
        let (form, octets) = match name {
            Alt::Dns(name) => (2, name.as_bytes()),
            Alt::DnsOctets(name) => (2, *name),
            Alt::Email(mailbox) => (1, mailbox.as_bytes()),
            Alt::Ip(octets) => (7, *octets),
        };
        tlv::push(&mut contents, tlv::context(form), octets);
    }
    Extension { oid: oid::SUBJECT_ALT_NAME, critical: false, value: tlv::encode(tlv::SEQUENCE, &contents) }
}

/// An extension with a critical flag of any octet, or none.
pub(super) fn raw_extension(oid: &Oid, critical: Option<u8>, value: &[u8]) -> Vec<u8> {
    let flag = critical.map(|octet| tlv::encode(tlv::BOOLEAN, &[octet])).unwrap_or_default();
    let oid = tlv::encode(tlv::OBJECT_IDENTIFIER, oid.as_bytes());
    sequence(&[&oid, &flag, &tlv::encode(tlv::OCTET_STRING, value)])
}

/// The same element with a length that is one octet longer than it need be.
pub(super) fn longer_length(element: &[u8]) -> Vec<u8> {
    let Ok(tlv::Tlv { tag, contents, .. }) = tlv::Tlv::only(element) else { return element.to_vec() };
    let length = contents.len().to_be_bytes();
    let skip = length.iter().take_while(|octet| **octet == 0).count().saturating_sub(1);
    let octets = if contents.len() < 0x80 { &length[7..] } else { &length[skip..] };
    let count = u8::try_from(octets.len()).unwrap_or(8);
    [&[tag, 0x80 | count], octets, contents].concat()
}

/// The same element with an indefinite length, as BER has it.
pub(super) fn indefinite(element: &[u8]) -> Vec<u8> {
    match tlv::Tlv::only(element) {
        Ok(tlv::Tlv { tag, contents, .. }) => [&[tag, 0x80], contents, &[0, 0]].concat(),
        Err(_) => element.to_vec(),
    }
}
