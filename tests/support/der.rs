//! Just enough DER to write requests and certificates by hand, right or wrong.

/// A value with its tag and length.
pub(crate) fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut out = header(tag, contents.len());
    out.extend_from_slice(contents);
    out
}

/// The tag and length that go before so many bytes of contents.
pub(crate) fn header(tag: u8, length: usize) -> Vec<u8> {
    let octets = length.to_be_bytes();
    let octets = &octets[octets.iter().take_while(|octet| **octet == 0).count()..];
    match length {
        0..128 => vec![tag, octets.first().copied().unwrap_or_default()],
        _ => [&[tag, 0x80 | octets.len() as u8], octets].concat(),
    }
}

/// A SEQUENCE of encoded values.
pub(crate) fn sequence(values: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &values.concat())
}

/// A BIT STRING without unused bits.
pub(crate) fn bit_string(contents: &[u8]) -> Vec<u8> {
    tlv(0x03, &[&[0], contents].concat())
}

/// An extension, or an attribute of a distinguished name once more wrapped: an object identifier's contents and a value.
pub(crate) fn typed(oid: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[&tlv(0x06, oid), value])
}
