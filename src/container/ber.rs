//! BER made into DER: older programs (NSS, Windows, Java on a stream) write PKCS#12 with lengths left open and octet
//! strings in pieces.

use zeroize::Zeroizing;

/// Constructed elements inside one another; a PKCS#12 file has about ten.
const MAX_DEPTH: usize = 40;
/// Pieces inside pieces of an octet string: no program writes more than two levels, but Java reads any number.
const MAX_PIECES: usize = 300;

const OCTET_STRING: u8 = 0x04;
const CONSTRUCTED: u8 = 0x20;

/// Rewrites one BER element with definite, minimal lengths and octet strings in one piece. Bytes after it are refused.
/// What is inside primitive values stays as it is.
pub(super) fn to_der(bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, String> {
    let mut rest = bytes;
    let der = element(&mut rest, 0)?;
    if rest.is_empty() { Ok(der) } else { Err(format!("{} bytes after the end", rest.len())) }
}

/// Rewrites the next element.
fn element(rest: &mut &[u8], depth: usize) -> Result<Zeroizing<Vec<u8>>, String> {
    let (tag, length) = header(rest)?;
    if tag & CONSTRUCTED == 0 {
        return Ok(write(tag, primitive(rest, length)?));
    }
    // Contents get shorter, never longer: with its length given, nothing outgrows the buffer and stays in memory.
    let mut contents = Zeroizing::new(Vec::with_capacity(length.unwrap_or(256).min(rest.len())));
    if tag == OCTET_STRING | CONSTRUCTED {
        pieces(rest, length, &mut contents, 0)?;
        return Ok(write(OCTET_STRING, &contents));
    }
    if depth >= MAX_DEPTH {
        return Err(format!("it is nested more than {MAX_DEPTH} levels deep"));
    }
    children(rest, length, |rest| {
        contents.extend_from_slice(&element(rest, depth + 1)?);
        Ok(())
    })?;
    Ok(write(tag, &contents))
}

/// Collects the pieces of an octet string.
fn pieces(rest: &mut &[u8], length: Option<usize>, out: &mut Vec<u8>, depth: usize) -> Result<(), String> {
    if depth >= MAX_PIECES {
        return Err(format!("an octet string in pieces more than {MAX_PIECES} levels deep"));
    }
    children(rest, length, |rest| match header(rest)? {
        (OCTET_STRING, length) => {
            out.extend_from_slice(primitive(rest, length)?);
            Ok(())
        }
        (tag, length) if tag == OCTET_STRING | CONSTRUCTED => pieces(rest, length, out, depth + 1),
        _ => Err("an octet string with something else among its pieces".to_owned()),
    })
}

/// Goes through what is in a constructed element, up to its end or the mark for it.
fn children(
    rest: &mut &[u8],
    length: Option<usize>,
    mut child: impl FnMut(&mut &[u8]) -> Result<(), String>,
) -> Result<(), String> {
    let Some(length) = length else {
        loop {
            if let [0, 0, after @ ..] = *rest {
                *rest = after;
                return Ok(());
            }
            child(rest)?;
        }
    };
    let (mut inner, after) = rest.split_at_checked(length).ok_or("it ends too early")?;
    *rest = after;
    while !inner.is_empty() {
        child(&mut inner)?;
    }
    Ok(())
}

/// Takes the contents of a primitive element.
fn primitive<'a>(rest: &mut &'a [u8], length: Option<usize>) -> Result<&'a [u8], String> {
    let length = length.ok_or("a primitive value of open length")?;
    let (contents, after) = rest.split_at_checked(length).ok_or("it ends too early")?;
    *rest = after;
    Ok(contents)
}

/// Takes the tag and the length, `None` for an open one.
fn header(rest: &mut &[u8]) -> Result<(u8, Option<usize>), String> {
    let [tag, first, after @ ..] = *rest else { return Err("it ends too early".to_owned()) };
    if tag & 0x1f == 0x1f {
        return Err("a tag number above 30".to_owned());
    }
    let count = usize::from(first & 0x7f);
    if *first < 0x80 {
        *rest = after;
        return Ok((*tag, Some(count)));
    }
    if count == 0 {
        *rest = after;
        return Ok((*tag, None));
    }
    let (octets, after) = after.split_at_checked(count).ok_or("it ends too early")?;
    let significant = octets.iter().skip_while(|octet| **octet == 0);
    let length = significant.clone().fold(0_usize, |length, octet| length.wrapping_shl(8) | usize::from(*octet));
    if significant.count() > 4 {
        return Err("a length of more than four octets".to_owned());
    }
    *rest = after;
    Ok((*tag, Some(length)))
}

fn write(tag: u8, contents: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = contents.len();
    let mut out = Zeroizing::new(Vec::with_capacity(length + 6));
    out.push(tag);
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let octets = length.to_be_bytes();
        let skip = octets.iter().take_while(|octet| **octet == 0).count();
        out.push(0x80 | (octets.len() - skip) as u8);
        out.extend_from_slice(&octets[skip..]);
    }
    out.extend_from_slice(contents);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_stays_as_it_is() {
        for der in [&[0x30, 3, 2, 1, 5][..], &[0x30, 0], &[4, 2, 0x30, 0x80], &[0xa0, 2, 5, 0]] {
            assert_eq!(*to_der(der).unwrap(), der);
        }
    }

    #[test]
    fn open_lengths_and_pieces_are_joined() {
        let ber =
            [0x30, 0x80, 0x24, 0x80, 4, 1, 7, 0x24, 3, 4, 1, 8, 4, 0x81, 1, 9, 0, 0, 2, 0x84, 0, 0, 0, 1, 5, 0, 0];
        assert_eq!(*to_der(&ber).unwrap(), [0x30, 8, 4, 3, 7, 8, 9, 2, 1, 5]);
    }

    #[test]
    fn what_is_broken_is_refused() {
        let deep = [[0x30, 0x80].repeat(300), [0, 0].repeat(300)].concat();
        assert!(to_der(&deep).unwrap_err().contains("nested"));
        for broken in [
            &[0x30, 0x80, 5, 0][..],      // no end
            &[0x30, 5, 2, 1, 0],          // cut off
            &[4, 0x80, 0, 0],             // primitive of open length
            &[0x24, 4, 2, 2, 0, 1],       // pieces that are no octets
            &[0x30, 0, 0],                // bytes after
            &[0x1f, 1, 0],                // high tag
            &[0x30, 0x85, 1, 0, 0, 0, 0], // beyond four octets
            &[0x30, 0xff],
            &[0x30],
            &[],
        ] {
            assert!(to_der(broken).is_err(), "{broken:02x?}");
        }
    }
}
