//! Patterns for names: `*.corp.test`, `10.0.0.0/8`, `*@corp.test`, `spiffe://corp.test/*`.
//!
//! `*` stands for any run of characters. In a URI it stays inside its part: one in the host never reaches into the path.

use std::fmt;
use std::net::IpAddr;

use crate::x509::GeneralName;

/// A kind of name that a profile can allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::issuance) enum NameKind {
    Dns,
    Ip,
    Email,
    Uri,
    Upn,
}

impl NameKind {
    /// Every kind.
    pub(in crate::issuance) const ALL: [Self; 5] = [Self::Dns, Self::Ip, Self::Email, Self::Uri, Self::Upn];

    /// The word for it, in profiles and before the colon of a name.
    pub(in crate::issuance) fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Ip => "ip",
            Self::Email => "email",
            Self::Uri => "uri",
            Self::Upn => "upn",
        }
    }

    /// The kind of a name, if a profile can allow it at all.
    pub(in crate::issuance) fn of(name: &GeneralName) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name.kind())
    }
}

/// A pattern for names of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::issuance) enum Pattern {
    /// Any name of the kind.
    Any,
    /// Letter case does not matter (DNS names, hosts of mailboxes).
    Text(String),
    /// An address and how many of its leading bits count.
    Network(IpAddr, u8),
    /// Scheme and authority, then path, query and fragment.
    Uri(String, String),
}

impl Pattern {
    /// Reads a pattern; the error is a sentence.
    pub(super) fn parse(kind: NameKind, text: &str) -> Result<Self, String> {
        if text.is_empty() || text.chars().any(|c| c.is_control() || c.is_whitespace()) || !text.is_ascii() {
            return Err(format!(
                "the pattern {text:?} is empty, or not of printable ASCII characters (write A-labels)"
            ));
        }
        if text == "*" {
            return Ok(Self::Any);
        }
        match kind {
            NameKind::Dns if text.chars().all(|c| c.is_ascii_alphanumeric() || ".-*".contains(c)) => {
                Ok(Self::Text(text.to_ascii_lowercase()))
            }
            NameKind::Dns => Err(format!("{text:?} is no pattern for DNS names, such as \"*.corp.test\"")),
            NameKind::Ip => network(text).ok_or_else(|| {
                format!("{text:?} is no address or network, such as \"10.0.0.0/8\" (its host bits zero)")
            }),
            NameKind::Email | NameKind::Upn if text.matches('@').count() == 1 => {
                Ok(Self::Text(text.to_ascii_lowercase()))
            }
            NameKind::Email | NameKind::Upn => {
                Err(format!("{text:?} is no pattern for mailboxes, such as \"*@corp.test\""))
            }
            NameKind::Uri => match split_uri(text) {
                Some((origin, rest)) => Ok(Self::Uri(origin.to_ascii_lowercase(), rest.to_owned())),
                None => Err(format!("{text:?} is no pattern for URIs, such as \"spiffe://corp.test/*\"")),
            },
        }
    }

    /// Whether a name of this pattern's kind fits.
    pub(in crate::issuance) fn fits(&self, name: &GeneralName) -> bool {
        match (self, name) {
            (Self::Any, _) => true,
            (Self::Text(pattern), GeneralName::Dns(text) | GeneralName::Email(text) | GeneralName::Upn(text)) => {
                glob(pattern, &text.to_ascii_lowercase())
            }
            (Self::Network(network, bits), GeneralName::Ip(address)) => contains(*network, *bits, *address),
            (Self::Uri(origin, rest), GeneralName::Uri(text)) => {
                split_uri(text).is_some_and(|(its_origin, its_rest)| {
                    // A path that climbs could leave the prefix it is allowed under.
                    let climbs = its_rest.split(['/', '?', '#']).any(is_dot_segment);
                    !climbs && glob(origin, &its_origin.to_ascii_lowercase()) && glob(rest, its_rest)
                })
            }
            _ => false,
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Text(text) => f.write_str(text),
            Self::Network(address, bits) => write!(f, "{address}/{bits}"),
            Self::Uri(origin, rest) => write!(f, "{origin}{rest}"),
        }
    }
}

/// Whether `*` as any run of characters makes the pattern equal to the text.
pub(in crate::issuance) fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut retry = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p, t));
                p += 1;
            }
            Some(byte) if *byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    p = star + 1;
                    t = from + 1;
                    retry = Some((star, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

/// `.` and `..`, percent-encoded or not (RFC 3986 §6.2.2).
fn is_dot_segment(segment: &str) -> bool {
    let plain = segment.replace("%2e", ".").replace("%2E", ".");
    plain == "." || plain == ".."
}

/// Scheme and authority (`spiffe://corp.test`), and what follows.
fn split_uri(text: &str) -> Option<(&str, &str)> {
    let start = text.find("://")? + 3;
    let end = text[start..].find(['/', '?', '#', '\\']).map_or(text.len(), |length| start + length);
    (start > 3).then(|| text.split_at(end))
}

fn network(text: &str) -> Option<Pattern> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address.parse::<IpAddr>().ok()?, Some(bits.parse::<u8>().ok()?)),
        None => (text.parse::<IpAddr>().ok()?, None),
    };
    let width = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(width);
    (bits <= width && number(address) & host_mask(width, bits) == 0).then_some(Pattern::Network(address, bits))
}

fn contains(network: IpAddr, bits: u8, address: IpAddr) -> bool {
    let width = if network.is_ipv4() { 32 } else { 128 };
    network.is_ipv4() == address.is_ipv4() && (number(network) ^ number(address)) & !host_mask(width, bits) == 0
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// Ones where the host part is.
fn host_mask(width: u8, bits: u8) -> u128 {
    1_u128.checked_shl(u32::from(width - bits)).map_or(u128::MAX, |bit| bit - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(kind: NameKind, pattern: &str, name: &GeneralName) -> bool {
        Pattern::parse(kind, pattern).unwrap().fits(name)
    }

    #[test]
    fn globs() {
        for (pattern, text, expected) in [
            ("*.corp.test", "www.corp.test", true),
            ("*.corp.test", "a.b.corp.test", true),
            ("*.corp.test", "corp.test", false),
            ("*.corp.test", "corp.test.evil", false),
            ("*.corp.test", "*.corp.test", true),
            ("a*b*c", "abbbc", true),
            ("a*b*c", "abbb", false),
            ("", "", true),
            ("**", "", true),
            ("x", "", false),
        ] {
            assert_eq!(glob(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn dns_patterns_ignore_case() {
        assert!(fits(NameKind::Dns, "*.Corp.test", &GeneralName::Dns("www.corp.TEST".into())));
    }

    #[test]
    fn networks() {
        let ip = |text: &str| GeneralName::Ip(text.parse().unwrap());
        assert!(fits(NameKind::Ip, "10.0.0.0/8", &ip("10.255.0.1")));
        assert!(!fits(NameKind::Ip, "10.0.0.0/8", &ip("11.0.0.1")));
        assert!(!fits(NameKind::Ip, "0.0.0.0/0", &ip("::1")));
        assert!(fits(NameKind::Ip, "0.0.0.0/0", &ip("203.0.113.9")));
        assert!(fits(NameKind::Ip, "::/0", &ip("::1")));
        assert!(fits(NameKind::Ip, "::1", &ip("::1")));
        assert!(!fits(NameKind::Ip, "::1", &ip("::2")));
        for bad in ["10.0.0.1/8", "10.0.0.0/33", "corp.test", "10/8"] {
            assert!(Pattern::parse(NameKind::Ip, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_star_in_a_uri_stays_in_its_part() {
        let uri = |text: &str| GeneralName::Uri(text.into());
        assert!(fits(NameKind::Uri, "spiffe://corp.test/*", &uri("spiffe://corp.test/ns/web")));
        assert!(!fits(NameKind::Uri, "spiffe://corp.test/*", &uri("spiffe://corp.test.evil/ns/web")));
        assert!(!fits(NameKind::Uri, "https://*.corp.test/*", &uri("https://evil.test/.corp.test/x")));
        assert!(!fits(NameKind::Uri, "https://*.corp.test/*", &uri("https://evil.test?.corp.test/x")));
        assert!(!fits(NameKind::Uri, "https://*.corp.test/*", &uri("https://evil.test\\.corp.test/x")));
        assert!(!fits(NameKind::Uri, "spiffe://corp.test/ns/*", &uri("spiffe://corp.test/ns/../admin")));
        assert!(!fits(NameKind::Uri, "spiffe://corp.test/ns/*", &uri("spiffe://corp.test/ns/%2E./admin")));
        assert!(!fits(NameKind::Uri, "spiffe://corp.test", &uri("spiffe://corp.test/x")));
    }

    #[test]
    fn mailboxes() {
        let email = |text: &str| GeneralName::Email(text.into());
        assert!(fits(NameKind::Email, "*@corp.test", &email("alice@Corp.test")));
        assert!(!fits(NameKind::Email, "*@corp.test", &email("alice@evil.test")));
        assert!(Pattern::parse(NameKind::Email, "corp.test").is_err());
    }

    #[test]
    fn odd_patterns_are_refused() {
        for (kind, text) in [
            (NameKind::Dns, ""),
            (NameKind::Dns, "a b"),
            (NameKind::Dns, "bücher.test"),
            (NameKind::Dns, "a_b.test"),
            (NameKind::Uri, "corp.test/*"),
            (NameKind::Uri, "://x"),
        ] {
            assert!(Pattern::parse(kind, text).is_err(), "{text:?}");
        }
    }
}
