//! What certificates, requests and CRLs have in common: a signed SEQUENCE, times, extensions.
//!
//! x509-parser reads BER where it can and stops reading where it has what it wants; what is here says no to the rest.

use std::ops::Range;

use time::{Date, Month, OffsetDateTime, Time};

use super::tlv::{self, Fault, Reader, Tlv};
use super::{Extension, Name, Oid, X509Error};

pub(super) const ENUMERATED: u8 = 0x0a;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;

/// A signed structure taken apart: `SEQUENCE { tbs SEQUENCE, AlgorithmIdentifier, BIT STRING }`.
#[derive(Debug)]
pub(super) struct Signed<'a> {
    /// Where the signed part is, its header included.
    pub(super) tbs: Range<usize>,
    /// The contents of the signed part.
    pub(super) fields: Reader<'a>,
    /// The AlgorithmIdentifier, whole.
    pub(super) algorithm: &'a [u8],
    /// The signature octets; none for a BIT STRING of broken octets, so that it verifies under no key.
    pub(super) signature: &'a [u8],
}

impl<'a> Signed<'a> {
    pub(super) fn read(der: &'a [u8]) -> Result<Self, Fault> {
        let outer = Tlv::only_contents(der, tlv::SEQUENCE)?;
        let mut reader = Reader::new(outer);
        let tbs = reader.read()?;
        let fields = Reader::new(tbs.expect_tag(tlv::SEQUENCE)?);
        let algorithm = field("signatureAlgorithm", read_algorithm(&mut reader))?;
        let signature = field("signature", reader.expect(tlv::BIT_STRING))?;
        field("signature", reader.finish())?;
        let start = der.len() - outer.len();
        let signature = match signature.split_first() {
            Some((0, octets)) => octets,
            Some((1..=7, _)) => &[],
            _ => return Err("signature: a bit string with wrong unused bits".into()),
        };
        Ok(Self { tbs: start..start + tbs.whole.len(), fields, algorithm, signature })
    }
}

/// Says in which field a fault lies.
pub(super) fn field<T>(name: &str, result: Result<T, Fault>) -> Result<T, Fault> {
    result.map_err(|why| format!("{name}: {why}"))
}

/// Names the structure in which an error of a part lies: the part's own name becomes the field.
pub(super) fn inside(what: &'static str) -> impl Fn(X509Error) -> X509Error {
    move |error| match error {
        X509Error::Malformed { what: part, why } => X509Error::Malformed { what, why: format!("{part}: {why}") },
        other => other,
    }
}

/// Takes an AlgorithmIdentifier: an object identifier and at most one parameter.
pub(super) fn read_algorithm<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Fault> {
    let whole = reader.read()?;
    let mut fields = Reader::new(whole.expect_tag(tlv::SEQUENCE)?);
    check_oid(fields.expect(tlv::OBJECT_IDENTIFIER)?)?;
    if !fields.is_empty() {
        fields.read()?;
    }
    fields.finish()?;
    Ok(whole.whole)
}

/// The object identifier of an AlgorithmIdentifier.
pub(super) fn algorithm_oid(algorithm: &[u8]) -> Option<Oid> {
    let contents = Tlv::only_contents(algorithm, tlv::SEQUENCE).ok()?;
    tlv::oid(Reader::new(contents).expect(tlv::OBJECT_IDENTIFIER).ok()?).ok()
}

/// Takes a SubjectPublicKeyInfo; what the key is does not matter here.
pub(super) fn read_spki<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Fault> {
    let whole = reader.read()?;
    let mut fields = Reader::new(whole.expect_tag(tlv::SEQUENCE)?);
    read_algorithm(&mut fields)?;
    check_bit_string(fields.expect(tlv::BIT_STRING)?)?;
    fields.finish()?;
    Ok(whole.whole)
}

/// Checks the contents of a BIT STRING: at most seven unused bits, all zero (X.690 §11.2).
pub(super) fn check_bit_string(contents: &[u8]) -> Result<(), Fault> {
    match *contents {
        [0] => Ok(()),
        [unused @ 0..=7, .., last] if last & !(0xff << unused) == 0 => Ok(()),
        _ => Err("a bit string with wrong unused bits".into()),
    }
}

/// Checks that an object identifier is well formed, of whatever length.
fn check_oid(contents: &[u8]) -> Result<(), Fault> {
    let starts = std::iter::once(true).chain(contents.iter().map(|octet| octet & 0x80 == 0));
    let padded = starts.zip(contents).any(|(starts_arc, octet)| starts_arc && *octet == 0x80);
    match contents.last() {
        Some(last) if last & 0x80 == 0 && !padded => Ok(()),
        _ => Err("a broken object identifier".into()),
    }
}

/// Reads a `Time`, RFC 5280 §4.1.2.5: with seconds, in UTC, without fractions.
pub(super) fn instant(time: Tlv<'_>) -> Result<OffsetDateTime, Fault> {
    let parts = match time.tag {
        UTC_TIME => utc_time(time.contents),
        GENERALIZED_TIME => generalized_time(time.contents),
        tag => return Err(format!("tag {tag:02x} where a time belongs")),
    };
    parts.ok_or_else(|| "a time not written as RFC 5280 wants it (…MMDDHHMMSSZ)".into())
}

fn utc_time(contents: &[u8]) -> Option<OffsetDateTime> {
    let (year, rest) = contents.split_at_checked(2)?;
    let year = number(year)?;
    date_time(if year < 50 { 2000 + year } else { 1900 + year }, rest)
}

/// Reads the contents of a GeneralizedTime as RFC 5280 profiles it.
pub(super) fn generalized_time(contents: &[u8]) -> Option<OffsetDateTime> {
    let (year, rest) = contents.split_at_checked(4)?;
    date_time(number(year)?, rest)
}

fn date_time(year: i32, rest: &[u8]) -> Option<OffsetDateTime> {
    let digits: &[u8; 10] = rest.strip_suffix(b"Z")?.try_into().ok()?;
    let mut fields = [0_u8; 5];
    for (value, pair) in fields.iter_mut().zip(digits.chunks_exact(2)) {
        *value = u8::try_from(number(pair)?).ok()?;
    }
    let [month, day, hour, minute, second] = fields;
    let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
    Some(OffsetDateTime::new_utc(date, Time::from_hms(hour, minute, second).ok()?))
}

fn number(digits: &[u8]) -> Option<i32> {
    digits.iter().try_fold(0, |value, digit| digit.is_ascii_digit().then(|| value * 10 + i32::from(digit - b'0')))
}

/// Reads a `Name`. Its text is not judged but for one thing: a UTF8String that is no UTF-8 makes every other tool refuse
/// the whole structure.
pub(super) fn read_name(name: &[u8]) -> Result<Name, X509Error> {
    let name = Name::from_der(name)?;
    check_utf8(name.der()).map_err(tlv::malformed("name"))?;
    Ok(name)
}

fn check_utf8(name: &[u8]) -> Result<(), Fault> {
    let mut rdns = Reader::new(Tlv::only_contents(name, tlv::SEQUENCE)?);
    while !rdns.is_empty() {
        let mut attributes = Reader::new(rdns.read()?.contents);
        while !attributes.is_empty() {
            let mut attribute = Reader::new(attributes.read()?.contents);
            attribute.read()?;
            let value = attribute.read()?;
            if value.tag == tlv::UTF8_STRING && std::str::from_utf8(value.contents).is_err() {
                return Err("a UTF8String that is no UTF-8".into());
            }
        }
    }
    Ok(())
}

/// Takes a serial number: a minimal INTEGER (X.690 §8.3.2) of any length and sign.
pub(super) fn read_serial<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Fault> {
    match reader.expect(tlv::INTEGER)? {
        [] => Err("an INTEGER without contents".into()),
        [0x00, second, ..] if second & 0x80 == 0 => Err("an INTEGER that is not minimal".into()),
        [0xff, second, ..] if second & 0x80 != 0 => Err("an INTEGER that is not minimal".into()),
        octets => Ok(octets),
    }
}

/// Reads `Extensions`: none twice. An empty list, which RFC 5280 forbids and every tool reads, is taken as none.
pub(super) fn read_extensions(list: Tlv<'_>) -> Result<Vec<Extension>, Fault> {
    let mut items = Reader::new(list.expect_tag(tlv::SEQUENCE)?);
    let mut extensions = Vec::with_capacity(12);
    while !items.is_empty() {
        extensions.push(read_extension(items.expect(tlv::SEQUENCE)?)?);
    }
    check_unique(&extensions)?;
    Ok(extensions)
}

/// Reads the contents of one `Extension`.
pub(super) fn read_extension(contents: &[u8]) -> Result<Extension, Fault> {
    let mut fields = Reader::new(contents);
    let oid = tlv::oid(fields.expect(tlv::OBJECT_IDENTIFIER)?)?;
    // An explicit FALSE is no DER, but old tools write it and it can only mean one thing.
    let critical = match fields.optional(tlv::BOOLEAN)?.map(|tlv| tlv.contents) {
        None | Some([0x00]) => false,
        Some([0xff]) => true,
        Some(_) => return Err(format!("extension {oid}: critical is no DER boolean")),
    };
    let value = fields.expect(tlv::OCTET_STRING)?.to_vec();
    fields.finish()?;
    Ok(Extension { oid, critical, value })
}

/// Appends one extension.
pub(super) fn push_extension(out: &mut Vec<u8>, extension: &Extension) {
    let mut fields = tlv::encode(tlv::OBJECT_IDENTIFIER, extension.oid.as_bytes());
    if extension.critical {
        tlv::push(&mut fields, tlv::BOOLEAN, &[0xff]);
    }
    tlv::push(&mut fields, tlv::OCTET_STRING, &extension.value);
    tlv::push(out, tlv::SEQUENCE, &fields);
}

/// Checks that no extension occurs twice (RFC 5280 §4.2).
pub(super) fn check_unique(extensions: &[Extension]) -> Result<(), Fault> {
    match duplicate(extensions.iter().map(|extension| extension.oid)) {
        Some(oid) => Err(format!("extension {oid} occurs twice")),
        None => Ok(()),
    }
}

/// The first object identifier, in numerical order, that occurs twice.
pub(super) fn duplicate(oids: impl Iterator<Item = Oid>) -> Option<Oid> {
    let mut sorted: Vec<Oid> = oids.collect();
    sorted.sort_unstable();
    sorted.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn time(tag: u8, text: &str) -> Option<OffsetDateTime> {
        instant(Tlv { tag, contents: text.as_bytes(), whole: &[] }).ok()
    }

    #[test]
    fn times_of_rfc_5280_only() {
        assert_eq!(time(UTC_TIME, "491231235959Z"), Some(datetime!(2049-12-31 23:59:59 UTC)));
        assert_eq!(time(UTC_TIME, "500101000000Z"), Some(datetime!(1950-01-01 0:00 UTC)));
        assert_eq!(time(GENERALIZED_TIME, "20500101000000Z"), Some(datetime!(2050-01-01 0:00 UTC)));
        assert_eq!(time(GENERALIZED_TIME, "99991231235959Z"), Some(datetime!(9999-12-31 23:59:59 UTC)));
        for text in ["4912312359Z", "491231235959+0000", "491331235959Z", "490230000000Z", "491231235960Z", "", "Z"] {
            assert_eq!(time(UTC_TIME, text), None, "{text}");
        }
        assert_eq!(time(GENERALIZED_TIME, "20500101000000.5Z"), None);
        assert_eq!(time(tlv::INTEGER, "491231235959Z"), None);
    }

    #[test]
    fn object_identifiers_of_any_size_but_well_formed() {
        for good in [&[0x2a][..], &[0x55, 0x1d, 0x11], &[0x69, 0x84, 0x80, 0x01]] {
            assert!(check_oid(good).is_ok(), "{good:02x?}");
        }
        for bad in [&[][..], &[0x80, 0x01], &[0x2a, 0x80, 0x01], &[0x2a, 0x81]] {
            assert!(check_oid(bad).is_err(), "{bad:02x?}");
        }
    }

    #[test]
    fn text_that_says_utf8_is_utf8() {
        let mut name = Name::common_name_only("Zoë").unwrap().der().to_vec();
        assert!(read_name(&name).is_ok());
        let last = name.len() - 1;
        name[last] = 0x20;
        assert!(read_name(&name).unwrap_err().to_string().contains("UTF-8"));
    }

    #[test]
    fn bit_strings_have_zero_unused_bits() {
        assert!(check_bit_string(&[0]).is_ok());
        assert!(check_bit_string(&[3, 0xf8]).is_ok());
        for bad in [&[][..], &[1], &[3, 0xf4], &[8, 0]] {
            assert!(check_bit_string(bad).is_err(), "{bad:02x?}");
        }
    }

    #[test]
    fn extensions_are_unique() {
        let one = tlv::encode(tlv::SEQUENCE, &[6, 1, 0x2a, 4, 0]);
        let read = |contents: &[u8]| {
            let list = tlv::encode(tlv::SEQUENCE, contents);
            read_extensions(Tlv::only(&list).unwrap()).map(|extensions| extensions.len())
        };
        assert_eq!(read(&one), Ok(1));
        assert_eq!(read(&[]), Ok(0));
        assert!(read(&[&one[..], &one].concat()).unwrap_err().contains("twice"));
        assert!(read(&tlv::encode(tlv::SEQUENCE, &[6, 1, 0x2a, 1, 1, 1, 4, 0])).is_err());
        assert!(read(&tlv::encode(tlv::SEQUENCE, &[6, 0, 4, 0])).is_err());
    }
}
