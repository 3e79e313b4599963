//! Names as people type them, and what makes a name well formed.

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use super::{GeneralName, uri};
use crate::x509::display::{escape, is_deceptive};
use crate::x509::{Name, Oid, X509Error, host};

impl FromStr for GeneralName {
    type Err = X509Error;

    /// Reads what a person types: the type by its look, or forced with `dns:`, `ip:`, `email:`, `uri:`, `upn:`, `dirname:`,
    /// `rid:`. `[::1]` and `::1` are IPs; what has `://` is a URI (`spiffe://…` too); what has `@` is an email. DNS names are
    /// lower-cased and internationalised ones become A-labels (UTS 46, as browsers do); a trailing dot is dropped. The
    /// result passes [`GeneralName::check`].
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = read(text).map_err(|why| invalid(text, &why))?;
        name.verify().map_err(|why| invalid(text, &why))?;
        Ok(name)
    }
}

impl GeneralName {
    /// Checks that the value is well formed for its kind (RFC 1034 / 5280 / 5890 syntax: LDH labels of 1–63 octets, 253 in
    /// all, wildcard only as the whole leftmost label with at least one label after it, no underscore; an absolute URI
    /// with a scheme; a mailbox in ASCII). What a foreign request holds may fail this. [`GeneralName::Other`] always fails:
    /// nobody here can vouch for it.
    ///
    /// # Errors
    /// [`X509Error::Invalid`] says why.
    pub fn check(&self) -> Result<(), X509Error> {
        self.verify().map_err(|why| X509Error::Invalid(format!("{self} is not a valid name: {why}")))
    }

    fn verify(&self) -> Result<(), String> {
        match self {
            Self::DirectoryName(name) if name.is_empty() => Err("the directory name is empty".into()),
            Self::DirectoryName(_) | Self::Ip(_) | Self::RegisteredId(_) => Ok(()),
            Self::Dns(name) => match name.split_once('.') {
                Some(("*", rest)) if rest.contains('*') => Err("only the first label may be a wildcard".into()),
                Some(("*", _)) if name.len() > 253 => host::check(name),
                Some(("*", rest)) => host::check(rest),
                _ if name == "*" => Err("a wildcard needs a domain after it, as in *.example.test".into()),
                _ => host::check(name),
            },
            Self::Email(address) => check_email(address),
            Self::Other(_) => Err("names of this form are shown, but not issued".into()),
            Self::Upn(upn) => check_upn(upn),
            Self::Uri(text) => uri::check(text),
        }
    }
}

fn invalid(text: &str, why: &str) -> X509Error {
    let shown: String = text.chars().take(100).collect();
    let rest = if shown.len() < text.len() { "…" } else { "" };
    X509Error::Invalid(format!("\"{}{rest}\" is not a valid name: {why}", escape(&shown)))
}

fn read(text: &str) -> Result<GeneralName, String> {
    let forced = text.split_once(':').map(|(kind, value)| (kind.to_ascii_lowercase(), value));
    let forced = forced.as_ref().map(|(kind, value)| (kind.as_str(), *value));
    if let Some(("dirname", value)) = forced {
        return Name::parse(value).map(GeneralName::DirectoryName).map_err(|error| error.to_string());
    }
    if text.is_empty() {
        return Err("it is empty".into());
    }
    if text.chars().any(|character| character.is_control() || character.is_whitespace()) {
        return Err("it has white space or a control character; give each name on its own".into());
    }
    match forced {
        Some(("dns", value)) => read_dns(value),
        Some(("email", value)) => read_email(value),
        Some(("ip", value)) => read_ip(value),
        Some(("other", _)) => Err("names of this form are shown, but not issued".into()),
        Some(("rid", value)) => {
            Oid::new(value).map(GeneralName::RegisteredId).map_err(|_| "it is no dotted object identifier".into())
        }
        Some(("upn", value)) => Ok(GeneralName::Upn(value.to_owned())),
        Some(("uri", value)) => uri::normalize(value).map(GeneralName::Uri),
        _ => read_by_look(text),
    }
}

fn read_by_look(text: &str) -> Result<GeneralName, String> {
    if text.starts_with('[') || text.parse::<IpAddr>().is_ok() {
        return read_ip(text);
    }
    if text.contains("://") {
        return uri::normalize(text).map(GeneralName::Uri);
    }
    if text.contains('@') {
        return read_email(text);
    }
    if let Some((host, port)) = text.rsplit_once(':') {
        if !host.contains(':') && port.bytes().all(|octet| octet.is_ascii_digit()) {
            return Err(format!("a name has no port; write {}", escape(host)));
        }
        return Err("it has a colon but is no IPv6 address; kinds are forced with dns:, ip:, email:, uri:, upn:".into());
    }
    if text.contains('/') {
        return Err("it has a slash, which only URIs and the ranges of name constraints have".into());
    }
    read_dns(text)
}

fn read_dns(text: &str) -> Result<GeneralName, String> {
    let name = match text.strip_prefix("*.") {
        Some(rest) if rest.contains('*') => return Err("only the first label may be a wildcard".into()),
        Some(rest) => format!("*.{}", host::to_ascii(rest)?),
        None if text == "*" => return Err("a wildcard needs a domain after it, as in *.example.test".into()),
        None => host::to_ascii(text)?,
    };
    Ok(GeneralName::Dns(name))
}

fn read_ip(text: &str) -> Result<GeneralName, String> {
    if let Some(inner) = text.strip_prefix('[') {
        let (address, rest) = inner.split_once(']').ok_or("the closing bracket is missing")?;
        if !rest.is_empty() {
            return Err("nothing may follow the bracket; a name has no port".into());
        }
        let address = address.parse::<Ipv6Addr>().map_err(|_| "there is no IPv6 address in the brackets")?;
        return Ok(GeneralName::Ip(address.into()));
    }
    if text.contains('%') {
        return Err("an address in a certificate has no zone".into());
    }
    if text.contains('/') {
        return Err("a certificate names single addresses; ranges belong into name constraints".into());
    }
    text.parse().map(GeneralName::Ip).map_err(|_| "it is no IPv4 or IPv6 address".into())
}

fn read_email(text: &str) -> Result<GeneralName, String> {
    let Some((local, domain)) = text.rsplit_once('@') else { return Err("an email address has an @".into()) };
    let domain = if domain.starts_with('[') { domain.to_owned() } else { host::to_ascii(domain)? };
    Ok(GeneralName::Email(format!("{local}@{domain}")))
}

fn check_email(address: &str) -> Result<(), String> {
    let (local, domain) = address.rsplit_once('@').ok_or("an email address has an @")?;
    if !local.is_ascii() {
        return Err("the part before the @ must be ASCII: an rfc822Name holds nothing else (RFC 5280)".into());
    }
    if local.starts_with('"') {
        return Err("a quoted part before the @ is not supported".into());
    }
    let is_atom = |octet: u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&octet);
    if !local.split('.').all(|part| !part.is_empty() && part.bytes().all(is_atom)) {
        return Err(
            "the part before the @ is no mailbox (RFC 5321): letters, digits, single dots and !#$%&'*+-/=?^_`{|}~"
                .into(),
        );
    }
    if local.len() > 64 || address.len() > 254 {
        return Err("an email address has at most 64 octets before the @ and 254 in all".into());
    }
    if domain.starts_with('[') {
        return Err("an address in brackets is not supported after the @".into());
    }
    host::check(domain).map_err(|why| format!("the domain is not valid: {why}"))
}

fn check_upn(upn: &str) -> Result<(), String> {
    let (user, domain) = upn.split_once('@').ok_or("a user principal name has an @")?;
    if user.is_empty() || domain.is_empty() || domain.contains('@') {
        return Err("a user principal name is user@domain with a single @".into());
    }
    if upn.len() > 1024 {
        return Err("a user principal name has at most 1024 octets".into());
    }
    if upn.chars().any(|character| is_deceptive(character) || character.is_whitespace()) {
        return Err("it has white space or an invisible character".into());
    }
    Ok(())
}
