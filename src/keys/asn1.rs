//! The little DER that keys need: a reader that knows their types, and a writer that wipes what it wrote.

use der::asn1::ObjectIdentifier;
use zeroize::Zeroizing;

use super::KeyError;
use super::tlv::{self, Fault};
pub(super) use super::tlv::{BIT_STRING, INTEGER, NULL, OBJECT_IDENTIFIER as OID, OCTET_STRING, SEQUENCE, Tlv};

/// Reads DER elements one after the other; `what` names the structure in errors.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    elements: tlv::Reader<'a>,
    what: &'static str,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], what: &'static str) -> Self {
        Self { elements: tlv::Reader::new(bytes), what }
    }

    /// Opens a SEQUENCE that fills all of `bytes`.
    pub(super) fn sequence(bytes: &'a [u8], what: &'static str) -> Result<Self, KeyError> {
        let mut outer = Self::new(bytes, what);
        let value = outer.expect(SEQUENCE)?;
        outer.finish()?;
        Ok(Self::new(value, what))
    }

    /// Reads the next element.
    pub(super) fn next(&mut self) -> Result<Tlv<'a>, KeyError> {
        let read = self.elements.read();
        self.sound(read)
    }

    /// Reads the next element, which must have the tag, and returns its contents.
    pub(super) fn expect(&mut self, tag: u8) -> Result<&'a [u8], KeyError> {
        let read = self.elements.expect(tag);
        self.sound(read)
    }

    /// Reads the next element if it has the tag.
    pub(super) fn optional(&mut self, tag: u8) -> Result<Option<&'a [u8]>, KeyError> {
        let read = self.elements.optional(tag);
        Ok(self.sound(read)?.map(|element| element.contents))
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
        self.elements.is_empty()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.elements.rest()
    }

    /// Fails when something is left over.
    pub(super) fn finish(self) -> Result<(), KeyError> {
        self.sound(self.elements.finish())
    }

    pub(super) fn broken(&self) -> KeyError {
        KeyError::Malformed(format!("broken DER in the {}", self.what))
    }

    /// What was read, or that the structure is broken: of a key nothing more is told.
    fn sound<T>(&self, read: Result<T, Fault>) -> Result<T, KeyError> {
        read.map_err(|_| self.broken())
    }
}

/// Writes one element around the concatenated parts; the buffer never grows, so no stale copy is left behind.
pub(super) fn tlv(tag: u8, parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let header = tlv::header(tag, length);
    let mut out = Vec::with_capacity(header.len() + length);
    out.extend_from_slice(&header);
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
        let broken = Reader::new(&[0x30, 0x80, 0, 0], "test").next().unwrap_err();
        assert_eq!(broken.to_string(), Reader::new(&[], "test").broken().to_string());
        for bad in [&[2, 2, 0, 1][..], &[2, 1, 0x80], &[2, 0]] {
            assert!(Reader::new(bad, "test").unsigned().is_err(), "{bad:02x?}");
        }
    }
}
