//! PEM armor taken off: forgiving about everything around the base64, exact about what is in it.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// One block of a PEM file.
#[derive(Debug)]
pub(super) struct Armored<'a> {
    /// The label, printable ASCII.
    pub(super) label: &'a str,
    /// The line of its BEGIN, counted from 1.
    pub(super) line: usize,
    /// What the base64 holds.
    pub(super) der: Zeroizing<Vec<u8>>,
}

/// Takes every block out of a file; none if it is no PEM. Text outside the blocks is ignored.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Armored<'_>>, String> {
    if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        return Err("it is UTF-16 text; save it as plain ASCII or UTF-8".into());
    }
    let mut blocks = Vec::new();
    let mut lines = bytes.split(|byte| *byte == b'\n').zip(1..);
    while let Some((text, line)) = lines.next() {
        let Some(label) = boundary(text, b"-----BEGIN ") else { continue };
        let der = read_body(label, &mut lines)
            .map_err(|why| format!("block {} ({label:?}, line {line}): {why}", blocks.len() + 1))?;
        blocks.push(Armored { label, line, der });
    }
    Ok(blocks)
}

/// Reads up to the END line.
fn read_body<'a>(
    label: &str,
    lines: &mut impl Iterator<Item = (&'a [u8], usize)>,
) -> Result<Zeroizing<Vec<u8>>, String> {
    // It may be a private key: nothing of it stays in memory, but what an outgrown buffer of the base64 held.
    let mut base64 = Zeroizing::new(Vec::with_capacity(8 * 1024));
    let mut in_headers = false;
    loop {
        let Some((text, _)) = lines.next() else {
            return Err("it has no END line".into());
        };
        if text.contains(&b'-') {
            match boundary(text, b"-----END ") {
                Some(end) if end == label => break,
                Some(end) => return Err(format!("it ends as {end:?}")),
                None if boundary(text, b"-----BEGIN ").is_some() => {
                    return Err("the next block begins before its END line".into());
                }
                None => {}
            }
        }
        let text = text.trim_ascii();
        // RFC 1421 headers, as in `Proc-Type: 4,ENCRYPTED`, go up to an empty line.
        in_headers = if base64.is_empty() && text.contains(&b':') { true } else { in_headers && !text.is_empty() };
        if !in_headers {
            base64.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
        }
    }
    match BASE64.decode(&*base64).map(Zeroizing::new) {
        Ok(der) if der.is_empty() => Err("nothing is in it".into()),
        Ok(der) => Ok(der),
        Err(error) => Err(format!("broken base64: {error}")),
    }
}

/// The label of a BEGIN or END line; blanks and a byte order mark around it are ignored.
fn boundary<'a>(line: &'a [u8], start: &[u8]) -> Option<&'a str> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
    let label = line.strip_prefix(start)?.strip_suffix(b"-----")?;
    let printable = label.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    if printable && label.len() <= 64 { std::str::from_utf8(label).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Result<Vec<u8>, String> {
        read(text.as_bytes()).map(|blocks| blocks.iter().flat_map(|block| block.der.to_vec()).collect())
    }

    #[test]
    fn forgives_what_surrounds_the_base64() {
        for text in [
            "-----BEGIN X-----\nAQID\n-----END X-----\n",
            "-----BEGIN X-----\r\nAQID\r\n-----END X-----",
            "\u{feff}-----BEGIN X-----\nAQID\n-----END X-----\n",
            "subject=CN = a: b\n  -----BEGIN X-----  \n A Q\n\n ID\t\n\t-----END X----- \ntail",
            "-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES,\n  00\n\nAQID\n-----END X-----",
        ] {
            assert_eq!(one(text), Ok(vec![1, 2, 3]), "{text:?}");
        }
        assert_eq!(one("-----BEGIN X-----\nAQ\n-----END X-----\n"), Ok(vec![1]), "missing padding");
        assert_eq!(one("no block here"), Ok(vec![]));
    }

    #[test]
    fn names_the_block_that_is_broken() {
        let good = "-----BEGIN X-----\nAQID\n-----END X-----\n";
        for (bad, why) in [
            ("-----BEGIN Y-----\nAQID\n", "no END"),
            ("-----BEGIN Y-----\nAQID\n-----END Z-----\n", "ends as \"Z\""),
            ("-----BEGIN Y-----\nAQID\n-----BEGIN Z-----\n", "next block"),
            ("-----BEGIN Y-----\nAQ?D\n-----END Y-----\n", "base64"),
            ("-----BEGIN Y-----\n-----END Y-----\n", "nothing"),
        ] {
            let error = one(&format!("{good}{bad}")).unwrap_err();
            assert!(error.contains("block 2 (\"Y\", line 4)") && error.contains(why), "{error}");
        }
        assert!(read(b"\xff\xfe-\0-\0").unwrap_err().contains("UTF-16"));
    }
}
