//! The little DER that keys need: a strict reader over borrowed bytes and a writer that wipes what it wrote.

use der::asn1::ObjectIdentifier;
use zeroize::Zeroizing;

use super::KeyError;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

/// Reads DER elements one after the other; `what` names the structure in errors.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    what: &'static str,
}

/// One tag-length-value.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) value: &'a [u8],
    pub(super) whole: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], what: &'static str) -> Self {
        Self { rest: bytes, what }
    }

    /// Opens a SEQUENCE that fills all of `bytes`.
    pub(super) fn sequence(bytes: &'a [u8], what: &'static str) -> Result<Self, KeyError> {
        let mut outer = Self::new(bytes, what);
        let value = outer.expect(SEQUENCE)?;
        outer.finish()?;
        Ok(Self::new(value, what))
    }

    /// Reads the next element: definite, minimal lengths and low tag numbers only.
    pub(super) fn next(&mut self) -> Result<Element<'a>, KeyError> {
        let (tag, header, length) = self.header().ok_or_else(|| self.broken())?;
        let end = header.checked_add(length).ok_or_else(|| self.broken())?;
        let whole = self.rest.get(..end).ok_or_else(|| self.broken())?;
        self.rest = &self.rest[end..];
        Ok(Element { tag, value: &whole[header..], whole })
    }

    /// Reads the next element, which must have the tag, and returns its contents.
    pub(super) fn expect(&mut self, tag: u8) -> Result<&'a [u8], KeyError> {
        let element = self.next()?;
        if element.tag == tag { Ok(element.value) } else { Err(self.broken()) }
    }

    /// Reads the next element if it has the tag.
    pub(super) fn optional(&mut self, tag: u8) -> Result<Option<&'a [u8]>, KeyError> {
        if self.rest.first() == Some(&tag) { self.expect(tag).map(Some) } else { Ok(None) }
    }

    /// Opens the next element, a SEQUENCE.
    pub(super) fn nested(&mut self) -> Result<Self, KeyError> {
        Ok(Self::new(self.expect(SEQUENCE)?, self.what))
    }

    /// Reads a non-negative INTEGER and returns its big-endian magnitude without leading zeros.
    pub(super) fn unsigned(&mut self) -> Result<&'a [u8], KeyError> {
        match self.expect(INTEGER)? {
            [0] => Ok(&[]),
            [0, rest @ ..] if rest.first().is_some_and(|byte| byte & 0x80 != 0) => Ok(rest),
            value if value.first().is_some_and(|byte| *byte != 0 && byte & 0x80 == 0) => Ok(value),
            _ => Err(self.broken()),
        }
    }

    /// Reads a non-negative INTEGER that fits 64 bits.
    pub(super) fn small(&mut self) -> Result<u64, KeyError> {
        let bytes = self.unsigned()?;
        if bytes.len() > 8 {
            return Err(self.broken());
        }
        Ok(bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    /// Reads an OBJECT IDENTIFIER.
    pub(super) fn oid(&mut self) -> Result<ObjectIdentifier, KeyError> {
        let value = self.expect(OID)?;
        ObjectIdentifier::from_bytes(value).map_err(|_| self.broken())
    }

    /// Reads a BIT STRING of whole octets.
    pub(super) fn bits(&mut self) -> Result<&'a [u8], KeyError> {
        let value = self.expect(BIT_STRING)?;
        self.whole_octets(value)
    }

    /// Checks that the contents of a BIT STRING have no unused bits and strips the count.
    pub(super) fn whole_octets(&self, value: &'a [u8]) -> Result<&'a [u8], KeyError> {
        match value {
            [0, rest @ ..] => Ok(rest),
            _ => Err(self.broken()),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Fails when something is left over.
    pub(super) fn finish(self) -> Result<(), KeyError> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.broken()) }
    }

    pub(super) fn broken(&self) -> KeyError {
        KeyError::Malformed(format!("broken DER in the {}", self.what))
    }

    fn header(&self) -> Option<(u8, usize, usize)> {
        let tag = *self.rest.first()?;
        if tag & 0x1f == 0x1f {
            return None;
        }
        let first = *self.rest.get(1)?;
        if first < 0x80 {
            return Some((tag, 2, usize::from(first)));
        }
        let count = usize::from(first & 0x7f);
        let octets = self.rest.get(2..2 + count)?;
        if count == 0 || count > 4 || octets[0] == 0 {
            return None;
        }
        let length = octets.iter().fold(0_usize, |length, octet| length << 8 | usize::from(*octet));
        (length >= 0x80).then_some((tag, 2 + count, length))
    }
}

/// Writes one element around the concatenated parts; the buffer never grows, so no stale copy is left behind.
pub(super) fn tlv(tag: u8, parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(length + 6);
    out.push(tag);
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let octets = length.to_be_bytes();
        let skip = octets.iter().take_while(|octet| **octet == 0).count();
        out.push(0x80 | (octets.len() - skip) as u8);
        out.extend_from_slice(&octets[skip..]);
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    Zeroizing::new(out)
}

/// Writes an INTEGER from a big-endian magnitude.
pub(super) fn unsigned(magnitude: &[u8]) -> Zeroizing<Vec<u8>> {
    let skip = magnitude.iter().take_while(|octet| **octet == 0).count();
    let magnitude = &magnitude[skip..];
    match magnitude.first() {
        Some(first) if first & 0x80 == 0 => tlv(INTEGER, &[magnitude]),
        _ => tlv(INTEGER, &[&[0], magnitude]),
    }
}

/// Writes an OBJECT IDENTIFIER.
pub(super) fn oid(oid: &ObjectIdentifier) -> Zeroizing<Vec<u8>> {
    tlv(OID, &[oid.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_wrote() {
        let inner = unsigned(&[0, 0, 0x80, 1]);
        let der = tlv(SEQUENCE, &[&inner, &tlv(OCTET_STRING, &[&[7; 300]])]);
        let mut reader = Reader::sequence(&der, "test").unwrap();
        assert_eq!(reader.unsigned().unwrap(), [0x80, 1]);
        assert_eq!(reader.expect(OCTET_STRING).unwrap(), [7; 300]);
        reader.finish().unwrap();
    }

    #[test]
    fn refuses_what_is_not_der() {
        for bad in [
            &[0x30, 0x80, 0, 0][..], // indefinite length
            &[0x30, 0x81, 1, 0],     // length not minimal
            &[0x30, 0x82, 0, 1, 0],  // leading zero in the length
            &[0x1f, 0x81, 0],        // high tag number
            &[0x30, 5, 0],           // cut off
            &[0x30, 0x84, 255, 255, 255, 255],
            &[0x30, 0x88, 255, 255, 255, 255, 255, 255, 255, 255],
            &[],
        ] {
            assert!(Reader::new(bad, "test").next().is_err(), "{bad:02x?}");
        }
        for bad in [&[2, 2, 0, 1][..], &[2, 1, 0x80], &[2, 0]] {
            assert!(Reader::new(bad, "test").unsigned().is_err(), "{bad:02x?}");
        }
    }
}
