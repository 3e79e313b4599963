//! DER as certificates and what goes with them have it: the reader and writer of [`crate::keys::tlv`], more types, and errors.

use super::{Oid, X509Error};
pub(crate) use crate::keys::tlv::{
    BIT_STRING, Fault, INTEGER, NULL, OBJECT_IDENTIFIER, OCTET_STRING, Reader, SEQUENCE, Tlv, encode, header, push,
};

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const NUMERIC_STRING: u8 = 0x12;
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
pub(crate) const TELETEX_STRING: u8 = 0x14;
pub(crate) const IA5_STRING: u8 = 0x16;
pub(crate) const VISIBLE_STRING: u8 = 0x1a;
pub(crate) const UNIVERSAL_STRING: u8 = 0x1c;
pub(crate) const BMP_STRING: u8 = 0x1e;
pub(crate) const SET: u8 = 0x31;

/// The identifier octet of `[number]`, primitive.
pub(crate) const fn context(number: u8) -> u8 {
    0x80 | number
}

/// The identifier octet of `[number]`, constructed.
pub(crate) const fn context_constructed(number: u8) -> u8 {
    0xa0 | number
}

/// Names the structure in which a fault lies.
pub(crate) fn malformed<F: Into<String>>(what: &'static str) -> impl Fn(F) -> X509Error {
    move |why| X509Error::Malformed { what, why: why.into() }
}

impl Tlv<'_> {
    /// The first octet that a string of this type cannot hold (X.680 §41). Types of other than single octets are not judged.
    pub(crate) fn stray_character(self) -> Option<u8> {
        let fits: fn(&u8) -> bool = match self.tag {
            NUMERIC_STRING => |octet| octet.is_ascii_digit() || *octet == b' ',
            PRINTABLE_STRING => |octet| is_printable(*octet),
            IA5_STRING => u8::is_ascii,
            VISIBLE_STRING => |octet| matches!(octet, b' '..=b'~'),
            _ => |_| true,
        };
        self.contents.iter().copied().find(|octet| !fits(octet))
    }
}

/// The characters of a PrintableString (X.680 §41.4).
pub(crate) fn is_printable(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&octet)
}

/// Reads the contents of an OBJECT IDENTIFIER.
pub(crate) fn oid(contents: &[u8]) -> Result<Oid, Fault> {
    Oid::from_bytes(contents).map_err(|_| "an object identifier that cannot be read here".into())
}

/// Reads an IA5String's contents: ASCII, NUL and control characters included.
pub(crate) fn ia5(contents: &[u8]) -> Result<&str, Fault> {
    match std::str::from_utf8(contents) {
        Ok(text) if text.is_ascii() => Ok(text),
        _ => Err("an IA5String with octets above 127".into()),
    }
}
