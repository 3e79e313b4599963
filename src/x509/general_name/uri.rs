//! URIs in names: RFC 3986 as far as RFC 5280 §4.2.1.6 asks for it, and SPIFFE IDs.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::x509::host as host_name;

/// Longest URI, in octets. SPIFFE's own limit is 2,048.
const MAX_LENGTH: usize = 8192;

/// Brings a URI as typed to its form in a certificate: lower-case scheme, an internationalised host as A-labels.
pub(super) fn normalize(text: &str) -> Result<String, String> {
    if text.len() > MAX_LENGTH {
        return Err(format!("it is longer than {MAX_LENGTH} octets"));
    }
    let (scheme, rest) = text.split_once(':').ok_or("it has no scheme, such as https://")?;
    let mut uri = scheme.to_ascii_lowercase();
    uri.push(':');
    match host(text).filter(|host| !host.is_ascii()) {
        // The host is a part of `rest`, after the slashes and the user.
        Some(host) => {
            let ascii = host_name::to_ascii(host).map_err(|why| format!("its host is not valid: {why}"))?;
            let authority = authority(text).unwrap_or_default();
            uri.push_str(&rest.replacen(authority, &authority.replacen(host, &ascii, 1), 1));
        }
        None => uri.push_str(rest),
    }
    Ok(uri)
}

/// Checks a URI: a scheme, only the characters of RFC 3986, a host that is one, and SPIFFE's rules for `spiffe:`.
pub(super) fn check(uri: &str) -> Result<(), String> {
    if uri.len() > MAX_LENGTH {
        return Err(format!("it is longer than {MAX_LENGTH} octets"));
    }
    let (scheme, rest) = uri.split_once(':').ok_or("it has no scheme, such as https://")?;
    let scheme_character = |octet: u8| octet.is_ascii_alphanumeric() || b"+-.".contains(&octet);
    if !scheme.starts_with(|first: char| first.is_ascii_alphabetic()) || !scheme.bytes().all(scheme_character) {
        return Err("it does not start with a scheme, such as https://".into());
    }
    if rest.is_empty() || rest == "//" {
        return Err("nothing follows its scheme".into());
    }
    check_characters(rest)?;
    if scheme.eq_ignore_ascii_case("spiffe") {
        return check_spiffe(uri);
    }
    authority(uri).map_or(Ok(()), check_authority)?;
    // Brackets are for a host alone, and a fragment begins once: Go and Java read nothing of what breaks this.
    let brackets = host(uri).filter(|host| host.starts_with('[')).map_or(0, |_| 1);
    if [b'[', b']'].iter().any(|bracket| rest.bytes().filter(|octet| octet == bracket).count() != brackets) {
        return Err("[ and ] stand only around the IPv6 address of its host".into());
    }
    if rest.bytes().filter(|octet| *octet == b'#').count() > 1 {
        return Err("it has more than one #".into());
    }
    Ok(())
}

/// The host of a URI for comparison with constraints: only if every reader agrees on where it starts and ends. A
/// backslash or a second `@` before the path is read differently by browsers and by RFC 3986.
pub(crate) fn undisputed_host(uri: &str) -> Option<&str> {
    let authority = authority(uri)?;
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:@[]".contains(&octet);
    let undisputed = authority.bytes().all(plain) && authority.matches('@').count() <= 1;
    if undisputed { host(uri) } else { None }
}

/// The host of a URI, if it has an authority. Brackets stay.
fn host(uri: &str) -> Option<&str> {
    let authority = authority(uri)?;
    let host_port = authority.rsplit_once('@').map_or(authority, |(_, host_port)| host_port);
    let end = match host_port.rfind(']') {
        Some(bracket) => bracket + 1,
        None => host_port.find(':').unwrap_or(host_port.len()),
    };
    Some(&host_port[..end])
}

/// What stands between `//` and the path, query or fragment.
fn authority(uri: &str) -> Option<&str> {
    let rest = uri.split_once(':')?.1.strip_prefix("//")?;
    Some(rest.split(['/', '?', '#']).next().unwrap_or(rest))
}

fn check_authority(authority: &str) -> Result<(), String> {
    if authority.is_empty() {
        return Ok(());
    }
    let host_port = authority.rsplit_once('@').map_or(authority, |(_, host_port)| host_port);
    let (host, port) = match host_port.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']').ok_or("its host has no closing bracket")?;
            address.parse::<Ipv6Addr>().map_err(|_| "its host is no IPv6 address")?;
            (None, port)
        }
        None => {
            let end = host_port.find(':').unwrap_or(host_port.len());
            (Some(&host_port[..end]), &host_port[end..])
        }
    };
    match port.strip_prefix(':') {
        None if port.is_empty() => {}
        Some(digits)
            if digits.bytes().all(|digit| digit.is_ascii_digit())
                && (digits.is_empty() || digits.parse::<u16>().is_ok()) => {}
        _ => return Err("its port is no number from 0 to 65535".into()),
    }
    match host {
        Some(host) if host.parse::<Ipv4Addr>().is_err() => {
            host_name::check(host).map_err(|why| format!("its host is not valid: {why}"))
        }
        _ => Ok(()),
    }
}

fn check_characters(text: &str) -> Result<(), String> {
    let octets = text.as_bytes();
    for (index, octet) in octets.iter().enumerate() {
        match octet {
            b'%' => {
                let escape = octets.get(index + 1..index + 3).unwrap_or_default();
                if escape.len() != 2 || !escape.iter().all(u8::is_ascii_hexdigit) {
                    return Err("a % in it is not followed by two hex digits".into());
                }
            }
            128.. => return Err("it has characters beyond ASCII, which must be percent-encoded".into()),
            octet if octet.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(octet) => {}
            _ => return Err("it has a character that must be percent-encoded".into()),
        }
    }
    Ok(())
}

/// SPIFFE ID, sections 2.1 to 2.3 of the standard: `spiffe://trust-domain/path`, nothing else.
fn check_spiffe(uri: &str) -> Result<(), String> {
    if uri.len() > 2048 {
        return Err("a SPIFFE ID has at most 2048 octets".into());
    }
    let rest = uri.split_once("://").ok_or("a SPIFFE ID starts with spiffe://")?.1;
    if rest.contains(['?', '#']) {
        return Err("a SPIFFE ID has no query and no fragment".into());
    }
    let (trust_domain, path) = rest.split_once('/').map_or((rest, None), |(domain, path)| (domain, Some(path)));
    if trust_domain.contains(['@', ':']) {
        return Err("a SPIFFE ID has no user and no port".into());
    }
    let domain_character = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || b".-_".contains(&octet);
    if trust_domain.is_empty() || trust_domain.len() > 255 || !trust_domain.bytes().all(domain_character) {
        return Err(
            "the trust domain of a SPIFFE ID has only lower-case letters, digits, dots, hyphens and underscores".into(),
        );
    }
    let segment_character = |octet: u8| octet.is_ascii_alphanumeric() || b".-_".contains(&octet);
    for segment in path.into_iter().flat_map(|path| path.split('/')) {
        if segment.is_empty() || segment == "." || segment == ".." || !segment.bytes().all(segment_character) {
            return Err(
                "the path of a SPIFFE ID has no empty or dot segments and only letters, digits, dots, hyphens and \
                        underscores"
                    .into(),
            );
        }
    }
    Ok(())
}
