//! Numbers that may be longer than any machine's: CRL numbers have up to 20 octets (RFC 5280 §5.2.3).

use std::fmt;

use num_bigint::BigUint;
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// A number that is not negative; in JSON an integer with all its digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Integer(BigUint);

impl Integer {
    /// Reads octets, the highest first.
    pub(super) fn from_octets(octets: &[u8]) -> Self {
        Self(BigUint::from_bytes_be(octets))
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Integer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.to_string()).map_err(Error::custom)?.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_digit_is_lost_in_json() {
        #[derive(Serialize)]
        struct Outer {
            #[serde(flatten)]
            inner: Inner,
        }
        #[derive(Serialize)]
        struct Inner {
            number: Option<Integer>,
        }
        for (octets, text) in
            [(&[][..], "0"), (&[0, 0x80], "128"), (&[0x7f; 20], "727885129180488904360266563744972327436484050815")]
        {
            let inner = Inner { number: Some(Integer::from_octets(octets)) };
            assert_eq!(serde_json::to_string(&Outer { inner }).unwrap(), format!("{{\"number\":{text}}}"));
        }
    }
}
