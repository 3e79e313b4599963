//! Distinguished names, kept byte for byte.

use std::fmt;

use super::X509Error;

/// A distinguished name: its DER as it was read or built, never re-encoded.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Name {
    der: Vec<u8>,
}

impl Name {
    /// The empty name.
    pub fn empty() -> Self {
        Self { der: vec![0x30, 0x00] }
    }

    /// Reads a `Name` in DER (the whole SEQUENCE) and keeps its bytes.
    ///
    /// # Errors
    /// [`X509Error::Malformed`].
    pub fn from_der(der: &[u8]) -> Result<Self, X509Error> {
        let _ = der;
        todo!()
    }

    /// Parses what people type: `CN=Acme Root CA,O=Acme`, most specific first or last as typed: RDNs are encoded in
    /// the order given, as OpenSSL's `-subj` and step do. Values may be quoted or escaped per RFC 4514 §2.4; `+` joins a
    /// multi-valued RDN; `/CN=x/O=y` (OpenSSL) works too. Known types: CN O OU C ST L STREET DC UID SN GN SERIALNUMBER
    /// TITLE emailAddress, any other as a dotted OID. Values are UTF8String, `C` and `SERIALNUMBER` PrintableString,
    /// `DC` and `emailAddress` IA5String; the upper bounds of RFC 5280 appendix A hold.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] says which part and why.
    pub fn parse(text: &str) -> Result<Self, X509Error> {
        let _ = text;
        todo!()
    }

    /// A name of a single common name.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] when it is empty, over 64 characters or has control characters.
    pub fn common_name_only(common_name: &str) -> Result<Self, X509Error> {
        let _ = common_name;
        todo!()
    }

    /// The DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whether it has no RDN.
    pub fn is_empty(&self) -> bool {
        self.der == [0x30, 0x00]
    }

    /// The first common name, as text.
    pub fn common_name(&self) -> Option<String> {
        todo!()
    }

    /// Every attribute as (short type name or dotted OID, value as text), in encoding order.
    pub fn attributes(&self) -> Vec<(String, String)> {
        todo!()
    }

    /// Whether two names are equal under RFC 5280 §7.1 (case and inner white space of strings folded, string types
    /// ignored).
    pub fn matches(&self, other: &Self) -> bool {
        let _ = other;
        todo!()
    }
}

impl fmt::Display for Name {
    /// Writes `CN=…, O=…` in encoding order, control characters and other unprintables escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let _ = f;
        todo!()
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}
