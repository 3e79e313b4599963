//! Names in a subjectAltName and how people write them.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::{Name, Oid, X509Error};

mod codec;

/// One `GeneralName`, RFC 5280 §4.2.1.6.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GeneralName {
    /// `directoryName`.
    DirectoryName(Name),
    /// `dNSName`: lower-case A-labels, perhaps with a leftmost `*`.
    Dns(String),
    /// `rfc822Name`.
    Email(String),
    /// `iPAddress`.
    Ip(IpAddr),
    /// Any other `otherName` or form: its whole DER, which is shown but never issued.
    Other(Vec<u8>),
    /// `registeredID`.
    RegisteredId(Oid),
    /// `uniformResourceIdentifier`.
    Uri(String),
    /// A user principal name in an `otherName` (Microsoft).
    Upn(String),
}

impl GeneralName {
    /// The kind as written before the colon: `dns`, `ip`, `email`, `uri`, `upn`, `dirname`, `rid`, `other`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::DirectoryName(_) => "dirname",
            Self::Dns(_) => "dns",
            Self::Email(_) => "email",
            Self::Ip(_) => "ip",
            Self::Other(_) => "other",
            Self::RegisteredId(_) => "rid",
            Self::Uri(_) => "uri",
            Self::Upn(_) => "upn",
        }
    }

    /// The value without its kind, unescaped: for matching, not for a terminal.
    pub fn value(&self) -> String {
        todo!()
    }

    /// Checks that the value is well formed for its kind (RFC 1034 / 5280 / 5890 syntax: LDH labels of 1–63 octets, 253 in
    /// all, wildcard only as the whole leftmost label with at least one label after it, no underscore; an absolute URI
    /// with a scheme; a mailbox in ASCII). What a foreign request holds may fail this.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] says why.
    pub fn check(&self) -> Result<(), X509Error> {
        todo!()
    }
}

impl FromStr for GeneralName {
    type Err = X509Error;

    /// Reads what a person types: the type by its look, or forced with `dns:`, `ip:`, `email:`, `uri:`, `upn:`. `[::1]`
    /// and `::1` are IPs; what has `://` is a URI (`spiffe://…` too); what has `@` is an email. DNS names are lower-cased
    /// and internationalised ones become A-labels (UTS 46, as browsers do); a trailing dot is dropped. The result
    /// passes [`GeneralName::check`].
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let _ = text;
        todo!()
    }
}

impl fmt::Display for GeneralName {
    /// Writes `kind:value`, control characters escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let _ = f;
        todo!()
    }
}
