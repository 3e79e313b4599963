//! Whether a certificate is for a host (RFC 9525, RFC 5280 §4.2.1.6): by its alternative names, never by its subject.

use super::PathError;
use crate::x509::{Certificate, GeneralName};

pub(super) fn check(target: &Certificate, host: &GeneralName) -> Result<(), PathError> {
    let names = &target.subject_alt_names;
    if names.iter().any(|name| matches(name, host)) {
        return Ok(());
    }
    let subject = super::title(target);
    let mut listed: Vec<String> =
        names.iter().filter(|name| name.kind() == host.kind()).take(5).map(ToString::to_string).collect();
    let more = names.len() - listed.len();
    let reason = if names.is_empty() {
        format!("{subject} is not for {host}: it has no subjectAltName (the common name does not count)")
    } else if listed.is_empty() {
        format!("{subject} is not for {host}: its subjectAltName has no name of that kind")
    } else {
        if more > 0 {
            listed.push(format!("{more} more"));
        }
        format!("{subject} is not for {host}, but for {}", listed.join(", "))
    };
    Err(PathError::at(0, target, "host-mismatch", reason))
}

/// Whether a name in a certificate stands for the host that was asked for.
fn matches(name: &GeneralName, host: &GeneralName) -> bool {
    match (name, host) {
        (GeneralName::Dns(pattern), GeneralName::Dns(host)) => matches_dns(pattern, host),
        (GeneralName::Email(mailbox), GeneralName::Email(wanted)) => {
            match (mailbox.rsplit_once('@'), wanted.rsplit_once('@')) {
                (Some((local, domain)), Some((wanted_local, wanted_domain))) => {
                    local == wanted_local && domain.eq_ignore_ascii_case(wanted_domain)
                }
                _ => false,
            }
        }
        _ => name == host,
    }
}

/// Compares DNS names without regard to case or a final dot; `*` stands for exactly one whole leftmost label.
fn matches_dns(pattern: &str, host: &str) -> bool {
    let pattern = pattern.strip_suffix('.').unwrap_or(pattern);
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.is_empty() {
        return false;
    }
    match (pattern.strip_prefix("*."), host.split_once('.')) {
        (Some(domain), Some((label, rest))) => {
            !label.is_empty() && !domain.is_empty() && !domain.contains('*') && domain.eq_ignore_ascii_case(rest)
        }
        (Some(_), None) => false,
        (None, _) => pattern.eq_ignore_ascii_case(host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dns_names() {
        for (pattern, host) in [
            ("api.corp.test", "api.corp.test"),
            ("api.corp.test", "API.Corp.Test."),
            ("api.corp.test.", "api.corp.test"),
            ("*.corp.test", "api.corp.test"),
            ("*.corp.test", "API.CORP.TEST."),
            ("localhost", "localhost"),
        ] {
            assert!(matches_dns(pattern, host), "{pattern} {host}");
        }
        for (pattern, host) in [
            ("*.corp.test", "corp.test"),
            ("*.corp.test", "a.b.corp.test"),
            ("*.corp.test", ".corp.test"),
            ("a*.corp.test", "api.corp.test"),
            ("*", "localhost"),
            ("*.", "localhost"),
            ("*.*.test", "a.*.test"),
            ("", ""),
            (".", "."),
            ("corp.test", "api.corp.test"),
        ] {
            assert!(!matches_dns(pattern, host), "{pattern} {host}");
        }
    }

    #[test]
    fn other_kinds_are_exact() {
        let ip = GeneralName::Ip([10, 0, 0, 1].into());
        assert!(matches(&ip, &ip));
        assert!(!matches(&GeneralName::Dns("10.0.0.1".into()), &ip));
        let email = |text: &str| GeneralName::Email(text.into());
        assert!(matches(&email("a@corp.test"), &email("a@CORP.test")));
        assert!(!matches(&email("a@corp.test"), &email("A@corp.test")));
    }
}
