//! Names in a subjectAltName and how people write them.

use std::fmt;
use std::net::IpAddr;

use super::display::{escape, hex};
use super::{Name, Oid};

mod codec;
mod parse;
#[cfg(test)]
mod tests;
pub(crate) mod uri;

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

    /// The value without its kind, unescaped: for matching, not for a terminal. A directory name is as [`Name`] displays
    /// it, what has no text is the hex of its DER.
    pub fn value(&self) -> String {
        match self {
            Self::DirectoryName(name) => name.to_string(),
            Self::Dns(text) | Self::Email(text) | Self::Upn(text) | Self::Uri(text) => text.clone(),
            Self::Ip(address) => address.to_string(),
            Self::Other(der) => hex(der),
            Self::RegisteredId(oid) => oid.to_string(),
        }
    }
}

impl GeneralName {
    /// The host in a URI, if it has one and every reader agrees on where it starts and ends; the brackets of an IPv6 address
    /// stay. `None` for every other kind.
    pub fn uri_host(&self) -> Option<&str> {
        match self {
            Self::Uri(text) => uri::undisputed_host(text).filter(|host| !host.is_empty()),
            _ => None,
        }
    }
}

impl fmt::Display for GeneralName {
    /// Writes `kind:value`, control characters escaped, and spaces too: names joined with `, ` stay distinguishable.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.kind())?;
        match self {
            Self::DirectoryName(name) => name.fmt(f),
            Self::Other(der) if der.len() > 64 => write!(f, "{}… ({} octets)", hex(&der[..64]), der.len()),
            _ => f.write_str(&escape(&self.value()).replace(' ', "\\u{20}")),
        }
    }
}
