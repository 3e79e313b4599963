//! URLs that go into certificates.

/// Checks a URL for CRLs, issuers' certificates or OCSP: `http`, `https` or `ldap` with a host, printable ASCII throughout
/// (an `IA5String`, RFC 5280 §4.2.1.13), and no variable but `{{ authority }}`.
///
/// # Errors
/// What is wrong with it.
pub(super) fn checked(text: &str) -> Result<String, String> {
    let plain = without_authority(text)?;
    if let Some(bad) =
        plain.chars().find(|character| !character.is_ascii_graphic() || "\"<>\\^`{|}".contains(*character))
    {
        return Err(format!("{bad:?} cannot be in a URL; percent-encode it"));
    }
    let (scheme, rest) = plain.split_once("://").ok_or("a URL starts with http://, https:// or ldap://")?;
    if !["http", "https", "ldap"].contains(&scheme.to_ascii_lowercase().as_str()) {
        return Err(format!("certificates have http, https or ldap URLs, not {scheme}"));
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.contains('@') {
        return Err("a URL in a certificate is public; leave out the user and password".to_owned());
    }
    if host.is_empty() || host.starts_with(':') {
        return Err("the host is missing".to_owned());
    }
    Ok(text.to_owned())
}

/// The URL with a name in place of each `{{ authority }}`.
fn without_authority(text: &str) -> Result<String, String> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let end = rest[start..].find("}}").map(|end| start + end).ok_or("\"{{\" is not closed")?;
        let variable = rest[start + 2..end].trim();
        if variable != "authority" {
            return Err(format!("{variable:?} is no variable of a URL; {{{{ authority }}}} is the only one"));
        }
        plain.push_str(&rest[..start]);
        plain.push_str("authority");
        rest = &rest[end + 2..];
    }
    plain.push_str(rest);
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_urls_stay_as_they_are() {
        for url in [
            "http://pki.example.test/{{ authority }}.crl",
            "http://pki.example.test/{{authority}}/{{ authority }}.crl?x=1",
            "HTTP://[2001:db8::1]:8080/a%20b",
            "ldap://ldap.example.test/cn=x,dc=y?certificateRevocationList",
            "https://{{ authority }}.example.test",
        ] {
            assert_eq!(checked(url).as_deref(), Ok(url));
        }
    }

    #[test]
    fn bad_urls_are_refused() {
        for url in [
            "",
            "pki.example.test/root.crl",
            "ftp://pki.example.test/",
            "file:///etc/passwd",
            "http:///root.crl",
            "http://:80/",
            "http://user:secret@pki.example.test/",
            "http://pki.example.test/{{ name }}.crl",
            "http://pki.example.test/{{ authority",
            "http://pki.example.test/{% x %}",
            "http://pki.example.test/a b",
            "http://pki.example.test/\u{202e}",
            "http://pki.example.test/\n",
            "http://bücher.test/",
        ] {
            assert!(checked(url).is_err(), "{url:?}");
        }
    }
}
