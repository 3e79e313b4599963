//! Serial numbers.

use std::fmt;
use std::str::FromStr;

use num_bigint::BigUint;

use super::X509Error;
use super::display::escape;
use super::display::hex;

/// A certificate serial number: the content octets of its INTEGER, byte for byte.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Serial(Vec<u8>);

impl Serial {
    /// Takes the content octets of a DER INTEGER (big-endian, two's complement).
    pub fn from_content(octets: &[u8]) -> Self {
        Self(octets.to_vec())
    }

    /// Makes a positive serial of 20 octets from 20 random ones: the top bit cleared, the next set, so it
    /// always has 159 significant bits and the same length.
    pub fn from_random(mut octets: [u8; 20]) -> Self {
        octets[0] = octets[0] & 0x7f | 0x40;
        Self(octets.to_vec())
    }

    /// The content octets.
    pub fn content(&self) -> &[u8] {
        &self.0
    }

    /// Lower-case hex without separators: how the store names it.
    pub fn hex(&self) -> String {
        hex(&self.0)
    }
}

impl Serial {
    /// Upper-case hex with a colon between octets: how OpenSSL shows it.
    pub fn colon_hex(&self) -> String {
        let octets: Vec<_> = self.0.iter().map(|octet| format!("{octet:02X}")).collect();
        octets.join(":")
    }

    /// Checks what RFC 5280 §4.1.2.2 asks for: a positive number in the shortest encoding, at most 20 octets. Foreign
    /// certificates may have others.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] says which of these it is not.
    pub fn check(&self) -> Result<(), X509Error> {
        let why = match self.0.as_slice() {
            [] => "has no octets",
            [0] => "is zero",
            [first, ..] if first & 0x80 != 0 => "is negative",
            [0, second, ..] if second & 0x80 == 0 => "has needless leading zeros",
            octets if octets.len() > 20 => "has more than 20 octets",
            _ => return Ok(()),
        };
        let shown = self.hex();
        Err(X509Error::Invalid(format!("the serial {} {why}", shown.get(..60).unwrap_or(&shown))))
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Serial({self})")
    }
}

impl FromStr for Serial {
    type Err = X509Error;

    /// Reads hex (`4f…`, `0x4f…`, `4F:…`, either case, odd digits padded) or `dec:` followed by decimal digits; leading zero
    /// octets beyond the sign octet are dropped, a sign octet is added where the top bit is set. So a negative serial of a foreign
    /// certificate cannot be written this way, and zero can.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Room for serials of 66 octets with colons: others sign more than the 20 octets of RFC 5280.
        if text.len() > 200 {
            return Err(X509Error::Invalid("a serial of more than 200 characters".into()));
        }
        let octets = match text.strip_prefix("dec:") {
            Some(digits) => decimal(digits),
            None => hexadecimal(text),
        };
        let octets =
            octets.map_err(|why| X509Error::Invalid(format!("\"{}\" is not a serial: {why}", escape(text))))?;
        let zeros = octets.iter().take_while(|octet| **octet == 0).count();
        let magnitude = &octets[zeros..];
        let signed = magnitude.first().is_none_or(|first| first & 0x80 != 0);
        let mut content = if signed { vec![0] } else { Vec::new() };
        content.extend_from_slice(magnitude);
        Ok(Self(content))
    }
}

fn decimal(digits: &str) -> Result<Vec<u8>, &'static str> {
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err("after dec: only the digits 0 to 9 are allowed");
    }
    let number = BigUint::parse_bytes(digits.as_bytes(), 10).ok_or("after dec: a decimal number is expected")?;
    Ok(number.to_bytes_be())
}

fn hexadecimal(text: &str) -> Result<Vec<u8>, &'static str> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    if digits.is_empty() {
        return Err("there are no digits");
    }
    let nibble = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let octet = |pair: &[u8]| -> Option<u8> {
        match pair {
            [low] => nibble(low),
            [high, low] => Some(nibble(high)? << 4 | nibble(low)?),
            _ => None,
        }
    };
    let octets: Option<Vec<u8>> = if digits.contains(':') {
        digits.split(':').map(|pair| octet(pair.as_bytes())).collect()
    } else {
        let (first, rest) = digits.as_bytes().split_at(digits.len() % 2);
        [first].into_iter().filter(|first| !first.is_empty()).chain(rest.chunks(2)).map(octet).collect()
    };
    octets.ok_or("expected hex digits, perhaps with colons between octets, or dec: and a decimal number")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<u8> {
        text.parse::<Serial>().unwrap().content().to_vec()
    }

    #[test]
    fn every_notation_gives_the_same_serial() {
        for text in
            ["4fa0", "4FA0", "0x4fa0", "0X4FA0", "4F:A0", "4f:a0", "00004fa0", "00:4F:A0", "dec:20384", "dec:0020384"]
        {
            assert_eq!(read(text), [0x4f, 0xa0], "{text}");
        }
    }

    #[test]
    fn odd_digits_are_padded_and_the_sign_octet_is_added() {
        assert_eq!(read("fa0"), [0x0f, 0xa0]);
        assert_eq!(read("f:a0"), [0x0f, 0xa0]);
        assert_eq!(read("ff"), [0x00, 0xff]);
        assert_eq!(read("dec:255"), [0x00, 0xff]);
        assert_eq!(read("0"), [0x00]);
        assert_eq!(read("dec:0"), [0x00]);
    }

    #[test]
    fn decimals_of_full_length_are_exact() {
        let serial: Serial = "dec:730750818665451459101842416358141509827966271487".parse().unwrap();
        assert_eq!(serial.hex(), format!("7f{}", "ff".repeat(19)));
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "", "0x", "dec:", "dec:1a", "dec:-1", "-1", "4g", " 4f", "4f ", "4f a0", "4f\n", "4f:", ":4f", "4f::a0",
            "4fa:0", "ü", "aü", "0x0x4f",
        ] {
            let error = text.parse::<Serial>().unwrap_err().to_string();
            assert!(error.contains("is not a serial"), "{text:?}: {error}");
        }
        assert!("4".repeat(201).parse::<Serial>().is_err());
    }

    #[test]
    fn hex_forms_read_back() {
        let serial = Serial::from_random([0xff; 20]);
        serial.check().unwrap();
        assert_eq!(serial.hex().parse::<Serial>().unwrap(), serial);
        assert_eq!(serial.colon_hex().parse::<Serial>().unwrap(), serial);
        assert!(serial.colon_hex().starts_with("7F:FF:"));
    }

    #[test]
    fn check_names_the_rule() {
        for (octets, why) in [
            (&[][..], "no octets"),
            (&[0], "zero"),
            (&[0x80], "negative"),
            (&[0, 1], "leading zeros"),
            (&[1; 21], "more than 20"),
        ] {
            let error = Serial::from_content(octets).check().unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        Serial::from_content(&[0, 0x80]).check().unwrap();
        Serial::from_content(&[0x7f; 20]).check().unwrap();
    }
}
