//! Serial numbers.

use std::fmt;
use std::str::FromStr;

use super::X509Error;

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
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
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
    /// octets beyond the sign octet are dropped, a sign octet is added where the top bit is set.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let _ = text;
        todo!()
    }
}
