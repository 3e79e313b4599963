//! Java's modified UTF-8 (`DataInput.readUTF`): NUL takes two octets, and what is beyond the Basic Multilingual Plane is
//! a pair of surrogates of three octets each.

/// Writes text without its length.
pub(super) fn encode(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for unit in text.encode_utf16() {
        let low = |shift: u16| 0x80 | (unit >> shift & 0x3f) as u8;
        match unit {
            0x01..=0x7f => out.push(unit as u8),
            0 | 0x80..=0x7ff => out.extend_from_slice(&[0xc0 | (unit >> 6) as u8, low(0)]),
            0x800.. => out.extend_from_slice(&[0xe0 | (unit >> 12) as u8, low(6), low(0)]),
        }
    }
    out
}

/// Reads text; `None` if it is no modified UTF-8 or has half a pair of surrogates.
pub(super) fn decode(octets: &[u8]) -> Option<String> {
    let mut units = Vec::with_capacity(octets.len());
    let mut rest = octets;
    loop {
        let continued = |octet: u8| (octet & 0xc0 == 0x80).then_some(u16::from(octet & 0x3f));
        rest = match rest {
            [] => break,
            [one @ 0..=0x7f, rest @ ..] => {
                units.push(u16::from(*one));
                rest
            }
            [one, two, rest @ ..] if one & 0xe0 == 0xc0 => {
                units.push(u16::from(one & 0x1f) << 6 | continued(*two)?);
                rest
            }
            [one, two, three, rest @ ..] if one & 0xf0 == 0xe0 => {
                units.push(u16::from(one & 0x0f) << 12 | continued(*two)? << 6 | continued(*three)?);
                rest
            }
            _ => return None,
        };
    }
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back() {
        for text in ["", "web", "a\0b", "größe", "€", "鍵", "🔑 key"] {
            assert_eq!(decode(&encode(text)).as_deref(), Some(text));
        }
        assert_eq!(encode("\0"), [0xc0, 0x80]);
        assert_eq!(encode("🔑"), [0xed, 0xa0, 0xbd, 0xed, 0xb4, 0x91]);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for broken in
            [&[0x80][..], &[0xc3], &[0xc3, 0x28], &[0xe2, 0x82], &[0xf0, 0x9f, 0x94, 0x91], &[0xed, 0xa0, 0xbd]]
        {
            assert_eq!(decode(broken), None, "{broken:02x?}");
        }
    }
}
