//! Parts of a certificate that are read although they are not as they should be.

use time::OffsetDateTime;

use crate::x509::structure::{self, GENERALIZED_TIME, UTC_TIME};
use crate::x509::tlv::{self, Reader, Tlv};
use crate::x509::{Extension, GeneralName};

/// An extension whose critical flag is any octet, if nothing else is wrong with it.
pub(super) fn with_loose_flag(contents: &[u8]) -> Option<Extension> {
    let mut fields = Reader::new(contents);
    let oid = tlv::oid(fields.expect(tlv::OBJECT_IDENTIFIER).ok()?).ok()?;
    let [flag] = fields.expect(tlv::BOOLEAN).ok()? else { return None };
    let value = fields.expect(tlv::OCTET_STRING).ok()?.to_vec();
    fields.finish().ok()?;
    Some(Extension { oid, critical: *flag != 0, value })
}

/// The alternative names but for those with octets above 127, if nothing else is wrong with them.
pub(super) fn ascii_names(value: &[u8]) -> Option<Vec<GeneralName>> {
    let mut items = Reader::new(Tlv::only_contents(value, tlv::SEQUENCE).ok()?);
    let mut names = Vec::new();
    while !items.is_empty() {
        let item = items.read().ok()?;
        match GeneralName::parse_all(&tlv::encode(tlv::SEQUENCE, item.whole)) {
            Ok(read) => names.extend(read),
            Err(_) if !item.contents.is_ascii() => {}
            Err(_) => return None,
        }
    }
    Some(names)
}

/// An instant in one of the forms that X.509 of old allowed: without seconds, or with a difference to UTC, which is ignored.
pub(super) fn loose_instant(time: Tlv<'_>) -> Option<OffsetDateTime> {
    let digits: Vec<u8> = time.contents.iter().copied().take_while(u8::is_ascii_digit).collect();
    let century = match time.tag {
        UTC_TIME if digits.first()? < &b'5' => b"20".as_slice(),
        UTC_TIME => b"19",
        GENERALIZED_TIME => b"",
        _ => return None,
    };
    let mut full = [century, &digits].concat();
    if full.len() == 12 {
        full.extend_from_slice(b"00");
    }
    full.truncate(14);
    full.push(b'Z');
    structure::generalized_time(&full)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_without_seconds_are_understood() {
        let contents = b"2606010000Z";
        let time = Tlv { tag: UTC_TIME, contents, whole: contents };
        assert_eq!(loose_instant(time), Some(time::macros::datetime!(2026-06-01 0:00 UTC)));
        assert_eq!(loose_instant(Tlv { tag: UTC_TIME, contents: b"x", whole: b"x" }), None);
    }
}
