//! Subtrees as people write them.

use std::fmt;
use std::net::IpAddr;

use super::{Subtree, network};
use crate::x509::display::{escape, hex};
use crate::x509::{GeneralName, Name, X509Error, host};

impl Subtree {
    /// Parses what a person types after `--permit`: `corp.test`, `dns:corp.test`, `10.0.0.0/8`, `ip:::1/128`, `ip:127.0.0.1`,
    /// `email:corp.test`, `uri:corp.test`, `dirname:O=Acme`. A leading dot of a DNS name is dropped (pyca refuses it). For
    /// emails, `ann@corp.test` is a mailbox, `corp.test` the mailboxes of that very host, `.corp.test` those of all hosts below
    /// it; for URIs likewise, mailboxes aside (RFC 5280 §4.2.1.10).
    ///
    /// # Errors
    /// [`X509Error::Invalid`].
    pub fn parse(text: &str) -> Result<Self, X509Error> {
        read(text).map_err(|why| {
            let shown: String = text.chars().take(100).collect();
            X509Error::Invalid(format!("\"{}\" is not a valid name constraint: {why}", escape(&shown)))
        })
    }
}

impl Subtree {
    /// The narrowest subtree that permits a name: the host of a DNS name or a URI, the domain of a wildcard, an address, a
    /// mailbox. `None` where there is none: for a URI without a host that constraints can be compared with, and for other kinds.
    pub fn covering(name: &GeneralName) -> Option<Self> {
        match name {
            GeneralName::Dns(name) => Some(Self::Dns(name.strip_prefix("*.").unwrap_or(name).to_owned())),
            GeneralName::Email(mailbox) => Some(Self::Email(mailbox.clone())),
            GeneralName::Ip(address) => Some(Self::Ip(*address, if address.is_ipv4() { 32 } else { 128 })),
            GeneralName::Uri(_) => name.uri_host().and_then(|host| read_host(host).ok()).map(Self::Uri),
            _ => None,
        }
    }
}

impl fmt::Display for Subtree {
    /// Writes `kind:value`, the form that [`Subtree::parse`] reads, with control characters escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DirectoryName(name) => write!(f, "dirname:{name}"),
            Self::Dns(base) => write!(f, "dns:{}", escape(base)),
            Self::Email(base) => write!(f, "email:{}", escape(base)),
            Self::Ip(address, prefix) => write!(f, "ip:{address}/{prefix}"),
            Self::Other(der) if der.len() > 64 => write!(f, "other:{}… ({} octets)", hex(&der[..64]), der.len()),
            Self::Other(der) => write!(f, "other:{}", hex(der)),
            Self::Uri(base) => write!(f, "uri:{}", escape(base)),
        }
    }
}

fn read(text: &str) -> Result<Subtree, String> {
    let forced = text.split_once(':').map(|(kind, value)| (kind.to_ascii_lowercase(), value));
    let forced = forced.as_ref().map(|(kind, value)| (kind.as_str(), *value));
    if let Some(("dirname", value)) = forced {
        return Name::parse(value).map(Subtree::DirectoryName).map_err(|error| error.to_string());
    }
    if text.is_empty() {
        return Err("it is empty".into());
    }
    if text.chars().any(|character| character.is_control() || character.is_whitespace()) {
        return Err("it has white space or a control character; give each constraint on its own".into());
    }
    match forced {
        Some(("dns", value)) => read_dns(value),
        Some(("email", value)) => read_email(value),
        Some(("ip", value)) => read_ip(value),
        Some(("uri", value)) => read_host(value).map(Subtree::Uri),
        Some((kind @ ("other" | "rid" | "upn"), _)) => Err(format!("{kind} names cannot be constrained here")),
        _ if text.contains("://") => {
            Err("a URI constraint is a host alone: uri:corp.test, or uri:.corp.test for all below".into())
        }
        _ if text.contains('/') || text.starts_with('[') || text.parse::<IpAddr>().is_ok() => read_ip(text),
        _ if text.contains('@') => read_email(text),
        _ => read_dns(text),
    }
}

fn read_dns(text: &str) -> Result<Subtree, String> {
    if text.starts_with('*') {
        return Err("a DNS constraint covers all subdomains by itself; leave out the *".into());
    }
    host::to_ascii(text.strip_prefix('.').unwrap_or(text)).map(Subtree::Dns)
}

fn read_email(text: &str) -> Result<Subtree, String> {
    if !text.contains('@') {
        return read_host(text).map(Subtree::Email);
    }
    let mailbox: GeneralName = format!("email:{text}").parse().map_err(|error: X509Error| error.to_string())?;
    Ok(Subtree::Email(mailbox.value()))
}

/// A host, or a domain with its leading dot.
fn read_host(text: &str) -> Result<String, String> {
    match text.strip_prefix('.') {
        Some(domain) => host::to_ascii(domain).map(|domain| format!(".{domain}")),
        None => host::to_ascii(text),
    }
}

fn read_ip(text: &str) -> Result<Subtree, String> {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let inner = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
    let address: IpAddr = inner.parse().map_err(|_| "it is no IP address or range such as 10.0.0.0/8")?;
    let bits = if address.is_ipv4() { 32 } else { 128 };
    let prefix = match prefix {
        None => bits,
        Some(digits) => {
            let plain = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
            let prefix = digits.parse().ok().filter(|prefix| plain && *prefix <= bits);
            prefix.ok_or_else(|| format!("the prefix length is a number from 0 to {bits}"))?
        }
    };
    let base = network(address, prefix);
    if base == address {
        Ok(Subtree::Ip(address, prefix))
    } else {
        Err(format!(
            "{address} has bits set beyond the prefix; write {base}/{prefix}, or {address} for this address alone"
        ))
    }
}
