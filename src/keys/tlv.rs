//! DER at its plainest: tag, length, value. One flat reader that never recurses and never allocates.
//!
//! The `der` crate refuses universal tags it has no type for (UniversalString, for one), which names may hold.

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;

/// Why bytes are no DER, without the name of the structure.
pub(crate) type Fault = String;

/// One element as it stands in its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tlv<'a> {
    /// The identifier octet.
    pub(crate) tag: u8,
    /// The contents octets.
    pub(crate) contents: &'a [u8],
    /// Identifier, length and contents.
    pub(crate) whole: &'a [u8],
}

impl<'a> Tlv<'a> {
    /// Reads exactly one element; bytes after it are a fault.
    pub(crate) fn only(der: &'a [u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(der);
        let tlv = reader.read()?;
        reader.finish()?;
        Ok(tlv)
    }

    /// Reads exactly one element of a given tag and gives its contents.
    pub(crate) fn only_contents(der: &'a [u8], tag: u8) -> Result<&'a [u8], Fault> {
        Self::only(der)?.expect_tag(tag)
    }

    /// The contents, if the tag is this one.
    pub(crate) fn expect_tag(self, tag: u8) -> Result<&'a [u8], Fault> {
        if self.tag == tag { Ok(self.contents) } else { Err(format!("tag {:02x} where {tag:02x} belongs", self.tag)) }
    }
}

/// Reads elements one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next element: definite minimal length, low tag numbers only.
    pub(crate) fn read(&mut self) -> Result<Tlv<'a>, Fault> {
        let (&tag, after_tag) = self.rest.split_first().ok_or("ends too early")?;
        if tag & 0x1f == 0x1f {
            return Err("a tag number above 30".into());
        }
        let (length, header) = read_length(after_tag)?;
        let end = header.checked_add(1).and_then(|start| start.checked_add(length)).ok_or("a length overflows")?;
        let (whole, rest) = self.rest.split_at_checked(end).ok_or("a length runs past the end")?;
        self.rest = rest;
        Ok(Tlv { tag, contents: &whole[1 + header..], whole })
    }

    /// The contents of the next element, which must have this tag.
    pub(crate) fn expect(&mut self, tag: u8) -> Result<&'a [u8], Fault> {
        self.read()?.expect_tag(tag)
    }

    /// The next element if it has this tag.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Tlv<'a>>, Fault> {
        if self.rest.first() == Some(&tag) { self.read().map(Some) } else { Ok(None) }
    }

    /// What is left.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Faults if anything is left.
    pub(crate) fn finish(self) -> Result<(), Fault> {
        if self.rest.is_empty() { Ok(()) } else { Err("bytes after the end".into()) }
    }
}

/// The length and how many octets it took.
fn read_length(bytes: &[u8]) -> Result<(usize, usize), Fault> {
    let (&first, rest) = bytes.split_first().ok_or("ends too early")?;
    if first < 0x80 {
        return Ok((usize::from(first), 1));
    }
    let count = usize::from(first & 0x7f);
    if count == 0 {
        return Err("an indefinite length".into());
    }
    if count > 4 {
        return Err("a length of more than four octets".into());
    }
    let octets = rest.get(..count).ok_or("ends too early")?;
    let length = octets.iter().fold(0_u64, |sum, octet| sum << 8 | u64::from(*octet));
    if octets[0] == 0 || length < 0x80 {
        return Err("a length that is not minimal".into());
    }
    Ok((usize::try_from(length).map_err(|_| "a length overflows")?, 1 + count))
}

/// Appends one element.
pub(crate) fn push(out: &mut Vec<u8>, tag: u8, contents: &[u8]) {
    out.extend_from_slice(&header(tag, contents.len()));
    out.extend_from_slice(contents);
}

/// One element on its own.
pub(crate) fn encode(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(contents.len() + 6);
    push(&mut out, tag, contents);
    out
}

/// Identifier and length of an element whose contents have so many octets.
pub(crate) fn header(tag: u8, length: usize) -> Header {
    let mut octets = [0; 10];
    octets[0] = tag;
    let size = if let Ok(short @ 0..=0x7f) = u8::try_from(length) {
        octets[1] = short;
        2
    } else {
        let long = length.to_be_bytes();
        let skip = long.iter().take_while(|octet| **octet == 0).count();
        let count = long.len() - skip;
        octets[1] = 0x80 | u8::try_from(count).unwrap_or(8);
        octets[2..2 + count].copy_from_slice(&long[skip..]);
        2 + count
    };
    Header { octets, size }
}

/// Up to ten octets in front of an element's contents.
pub(crate) struct Header {
    octets: [u8; 10],
    size: usize,
}

impl std::ops::Deref for Header {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.octets[..self.size]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_round_trip() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536, 1 << 24] {
            let der = encode(OCTET_STRING, &vec![7; length]);
            let tlv = Tlv::only(&der).unwrap();
            assert_eq!((tlv.tag, tlv.contents.len(), tlv.whole.len()), (OCTET_STRING, length, der.len()));
        }
    }

    #[test]
    fn loose_encodings_are_refused() {
        for (der, why) in [
            (&b""[..], "ends too early"),
            (b"\x04", "ends too early"),
            (b"\x04\x81", "ends too early"),
            (b"\x04\x80\x00\x00", "indefinite"),
            (b"\x04\x81\x01\x00", "not minimal"),
            (b"\x04\x82\x00\x80", "not minimal"),
            (b"\x04\x85\x01\x00\x00\x00\x00", "more than four"),
            (b"\x04\x84\xff\xff\xff\xff", "past the end"),
            (b"\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff", "more than four"),
            (b"\x04\x02\x00", "past the end"),
            (b"\x04\x00\x00", "after the end"),
            (b"\x1f\x81\x01\x00", "tag number"),
        ] {
            let fault = Tlv::only(der).unwrap_err();
            assert!(fault.contains(why), "{der:02x?}: {fault}");
        }
    }
}
