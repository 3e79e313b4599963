//! Reading names as people type them: RFC 4514 with allowances, and OpenSSL's `/CN=x/O=y`.

use std::iter::Peekable;
use std::str::Chars;

use super::{Name, attribute};
use crate::x509::X509Error;
use crate::x509::display::escape;

/// Longest text that is read, in octets.
const MAX_LENGTH: usize = 64 * 1024;

pub(super) fn parse(text: &str) -> Result<Name, X509Error> {
    let text = text.trim_start();
    if text.is_empty() {
        return Err(X509Error::Invalid("the name is empty; expected something like CN=…,O=…".into()));
    }
    if text.len() > MAX_LENGTH {
        return Err(X509Error::Invalid(format!("the name is longer than {MAX_LENGTH} octets")));
    }
    let (separators, rest) = text.strip_prefix('/').map_or((&[',', ';'][..], text), |rest| (&['/'][..], rest));
    let mut input = Input { chars: rest.chars().peekable(), separators };
    let (mut rdns, mut rdn, mut types) = (Vec::new(), Vec::new(), Vec::new());
    for part in 1.. {
        let (rdn_type, encoded) = input.attribute().map_err(|error| locate(part, &error))?;
        if types.contains(&rdn_type) {
            let why = format!("{} twice in one multi-valued part; join different types with +", escape(&rdn_type));
            return Err(locate(part, &X509Error::Invalid(why)));
        }
        types.push(rdn_type);
        rdn.push(encoded);
        let next = input.chars.next();
        if next != Some('+') {
            rdns.push(std::mem::take(&mut rdn));
            types.clear();
        }
        if next.is_none() {
            break;
        }
    }
    Ok(Name::from_rdns(rdns))
}

fn locate(part: usize, error: &X509Error) -> X509Error {
    X509Error::Invalid(format!("part {part} of the name: {error}"))
}

struct Input<'a> {
    chars: Peekable<Chars<'a>>,
    /// What ends an RDN.
    separators: &'static [char],
}

impl Input<'_> {
    /// Reads `TYPE=value` up to a separator, `+` or the end: the type in lower case, and the encoded attribute.
    fn attribute(&mut self) -> Result<(String, Vec<u8>), X509Error> {
        let kind = self.kind()?;
        self.skip_spaces();
        let encoded = match self.chars.peek() {
            Some('"') => attribute::encode(&kind, &self.quoted(&kind)?)?,
            Some('#') => {
                self.chars.next();
                attribute::encode_hex(&kind, &self.plain(&kind)?)?
            }
            _ => attribute::encode(&kind, &self.plain(&kind)?)?,
        };
        Ok((kind.to_ascii_lowercase(), encoded))
    }

    /// Reads the type and its `=`.
    fn kind(&mut self) -> Result<String, X509Error> {
        let mut kind = String::new();
        while let Some(character) = self.chars.next_if(|character| !self.separators.contains(character)) {
            match character {
                '=' if kind.trim().is_empty() => {
                    return Err(X509Error::Invalid("there is no type before the =".into()));
                }
                '=' => return Ok(kind.trim().to_owned()),
                '+' => break,
                _ => kind.push(character),
            }
        }
        let separators: String = self.separators.iter().collect();
        Err(X509Error::Invalid(match kind.trim() {
            "" => "nothing is there; a separator at the end, or two in a row?".into(),
            text => format!(
                "\"{}\" is not TYPE=value; inside a value, put a backslash before any of {separators}+",
                escape(&text.chars().take(60).collect::<String>())
            ),
        }))
    }

    /// Reads a value without quotes; spaces at its end do not count unless escaped.
    fn plain(&mut self, kind: &str) -> Result<String, X509Error> {
        let mut octets = Vec::new();
        let mut kept = 0;
        while let Some(character) = self.chars.next_if(|next| *next != '+' && !self.separators.contains(next)) {
            match character {
                '\\' => self.escaped(kind, &mut octets)?,
                '"' => return Err(invalid(kind, "put a backslash before a quote inside the value")),
                _ => push(&mut octets, character),
            }
            if character != ' ' {
                kept = octets.len();
            }
        }
        octets.truncate(kept);
        into_text(kind, octets)
    }

    /// Reads a quoted value; after it only spaces may stand before the next separator.
    fn quoted(&mut self, kind: &str) -> Result<String, X509Error> {
        self.chars.next();
        let mut octets = Vec::new();
        loop {
            match self.chars.next() {
                None => return Err(invalid(kind, "the closing quote is missing")),
                Some('"') => break,
                Some('\\') => self.escaped(kind, &mut octets)?,
                Some(character) => push(&mut octets, character),
            }
        }
        self.skip_spaces();
        match self.chars.peek() {
            Some(next) if *next != '+' && !self.separators.contains(next) => {
                Err(invalid(kind, "something follows the closing quote"))
            }
            _ => into_text(kind, octets),
        }
    }

    /// Reads what follows a backslash: a special character, two hex digits of UTF-8, or `u{…}`.
    fn escaped(&mut self, kind: &str, octets: &mut Vec<u8>) -> Result<(), X509Error> {
        let bad = || invalid(kind, "after a backslash comes a special character, two hex digits or u{…}");
        let first = self.chars.next().ok_or_else(bad)?;
        if first == 'u' {
            self.chars.next_if_eq(&'{').ok_or_else(bad)?;
            let mut digits = String::new();
            while let Some(digit) = self.chars.next_if(|next| next.is_ascii_hexdigit() && digits.len() < 6) {
                digits.push(digit);
            }
            self.chars.next_if_eq(&'}').ok_or_else(bad)?;
            let character = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).ok_or_else(bad)?;
            push(octets, character);
        } else if let Some(high) = first.to_digit(16) {
            let low = self.chars.next().and_then(|digit| digit.to_digit(16)).ok_or_else(bad)?;
            octets.push(u8::try_from(high << 4 | low).map_err(|_| bad())?);
        } else if first.is_alphanumeric() {
            return Err(bad());
        } else {
            push(octets, first);
        }
        Ok(())
    }

    fn skip_spaces(&mut self) {
        while self.chars.next_if_eq(&' ').is_some() {}
    }
}

fn push(octets: &mut Vec<u8>, character: char) {
    octets.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

fn into_text(kind: &str, octets: Vec<u8>) -> Result<String, X509Error> {
    String::from_utf8(octets).map_err(|_| invalid(kind, "the escaped octets are no UTF-8"))
}

fn invalid(kind: &str, why: &str) -> X509Error {
    X509Error::Invalid(format!("{}: {why}", escape(kind)))
}
