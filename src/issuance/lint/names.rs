//! Alternative names, and the common name beside them.

use std::collections::HashSet;

use super::{Broken, Rule, Severity, View};
use crate::x509::{GeneralName, escape, oid};

pub(super) const RULES: &[Rule] = &[
    Rule { name: "san-missing", severity: Severity::Error, source: "RFC 6125 §6.4.4, RFC 9525 §2", check: missing },
    Rule {
        name: "san-missing-in-client",
        severity: Severity::Notice,
        source: "CA/B BR §7.1.2.7.12, pyca/cryptography",
        check: missing_in_client,
    },
    Rule { name: "san-not-critical", severity: Severity::Error, source: "RFC 5280 §4.1.2.6", check: not_critical },
    Rule { name: "san-critical", severity: Severity::Warning, source: "RFC 5280 §4.2.1.6", check: critical },
    Rule { name: "san-syntax", severity: Severity::Error, source: "RFC 5280 §4.2.1.6", check: syntax },
    Rule { name: "san-other-form", severity: Severity::Notice, source: "RFC 5280 §4.2.1.6", check: other_form },
    Rule { name: "san-dns-too-long", severity: Severity::Error, source: "RFC 1035 §2.3.4", check: dns_length },
    Rule { name: "san-dns-upper-case", severity: Severity::Notice, source: "RFC 5280 §4.2.1.6", check: upper_case },
    Rule {
        name: "san-address-as-dns",
        severity: Severity::Warning,
        source: "RFC 5280 §4.2.1.6",
        check: address_as_dns,
    },
    Rule { name: "san-repeated", severity: Severity::Warning, source: "RFC 5280 §4.2.1.6", check: repeated },
    Rule { name: "san-wildcard-wide", severity: Severity::Warning, source: "RFC 6125 §7.2", check: wide_wildcard },
    Rule { name: "cn-not-in-san", severity: Severity::Warning, source: "CA/B BR §7.1.4.3", check: common_name },
    Rule { name: "spiffe-id", severity: Severity::Warning, source: "X509-SVID §2, SPIFFE-ID §2", check: spiffe },
    Rule { name: "email-missing", severity: Severity::Warning, source: "RFC 8550 §3", check: email },
];

fn missing(view: &View<'_>, broken: &mut Broken) {
    let comparable =
        |name: &GeneralName| matches!(name, GeneralName::Dns(_) | GeneralName::Ip(_) | GeneralName::Uri(_));
    let none = !view.certificate.subject_alt_names.iter().any(comparable);
    broken.say_if(view.is_server() && none, "a server's certificate has no alternative name that clients compare");
}

fn missing_in_client(view: &View<'_>, broken: &mut Broken) {
    let client = !view.is_ca && !view.is_server() && view.has_purpose(&oid::EKU_CLIENT_AUTH);
    let none = view.certificate.subject_alt_names.is_empty();
    broken.say_if(client && none, "a client's certificate has no alternative name: pyca/cryptography refuses it");
}

fn not_critical(view: &View<'_>, broken: &mut Broken) {
    let bare = view.certificate.subject.is_empty() && view.critical(&oid::SUBJECT_ALT_NAME) == Some(false);
    broken.say_if(bare, "the subject is empty, but subjectAltName is not critical");
}

fn critical(view: &View<'_>, broken: &mut Broken) {
    let needless = !view.certificate.subject.is_empty() && view.critical(&oid::SUBJECT_ALT_NAME) == Some(true);
    broken.say_if(needless, "subjectAltName is critical although there is a subject");
}

fn syntax(view: &View<'_>, broken: &mut Broken) {
    for name in &view.certificate.subject_alt_names {
        if matches!(name, GeneralName::Other(_)) {
            continue;
        }
        if let Err(error) = name.check() {
            broken.say(error.to_string());
        }
    }
}

fn other_form(view: &View<'_>, broken: &mut Broken) {
    for name in view.certificate.subject_alt_names.iter().filter(|name| matches!(name, GeneralName::Other(_))) {
        broken.say(format!("{name} has a form that is not judged here"));
    }
}

/// The DNS names.
fn dns<'a>(view: &View<'a>) -> impl Iterator<Item = &'a str> {
    view.certificate.subject_alt_names.iter().filter_map(|name| match name {
        GeneralName::Dns(text) => Some(text.as_str()),
        _ => None,
    })
}

fn dns_length(view: &View<'_>, broken: &mut Broken) {
    for name in dns(view).filter(|name| name.len() > 253) {
        broken.say(format!("a DNS name has {} octets, more than 253", name.len()));
    }
}

fn upper_case(view: &View<'_>, broken: &mut Broken) {
    for name in dns(view).filter(|name| name.bytes().any(|octet| octet.is_ascii_uppercase())) {
        broken.say(format!("dns:{} has upper-case letters", escape(name)));
    }
}

fn address_as_dns(view: &View<'_>, broken: &mut Broken) {
    for name in dns(view).filter(|name| name.parse::<std::net::IpAddr>().is_ok()) {
        broken.say(format!("dns:{} is an address: clients look for it among the IP addresses", escape(name)));
    }
}

fn repeated(view: &View<'_>, broken: &mut Broken) {
    let mut seen = HashSet::new();
    for name in view.certificate.subject_alt_names.iter().filter(|name| !seen.insert(*name)) {
        broken.say(format!("{name} is there twice"));
    }
}

fn wide_wildcard(view: &View<'_>, broken: &mut Broken) {
    for name in dns(view).filter(|name| name.strip_prefix("*.").is_some_and(|rest| !rest.contains('.'))) {
        broken.say(format!("dns:{} stands for a whole top-level domain: browsers refuse it", escape(name)));
    }
}

fn common_name(view: &View<'_>, broken: &mut Broken) {
    let certificate = view.certificate;
    let Some(common_name) = certificate.subject.common_name().filter(|_| view.is_server()) else { return };
    let listed = certificate.subject_alt_names.iter().any(|name| name.value().eq_ignore_ascii_case(&common_name));
    if !listed && !certificate.subject_alt_names.is_empty() {
        broken.say(format!("the common name {} is not among the alternative names", escape(&common_name)));
    }
}

fn spiffe(view: &View<'_>, broken: &mut Broken) {
    if view.is_ca {
        return;
    }
    let uris = || {
        view.certificate.subject_alt_names.iter().filter_map(|name| match name {
            GeneralName::Uri(uri) => Some(uri),
            _ => None,
        })
    };
    let is_id = |uri: &str| uri.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("spiffe:"));
    let Some(id) = uris().find(|uri| is_id(uri)) else { return };
    broken.say_if(uris().count() > 1, "beside a SPIFFE ID there may be no other URI");
    if let Err(why) = crate::issuance::spiffe::check(id) {
        broken.say(format!("uri:{} is no SPIFFE ID of a workload: {why}", escape(id)));
    }
}

fn email(view: &View<'_>, broken: &mut Broken) {
    let none = !view.certificate.subject_alt_names.iter().any(|name| matches!(name, GeneralName::Email(_)));
    let wants = !view.is_ca && view.has_purpose(&oid::EKU_EMAIL_PROTECTION);
    broken.say_if(wants && none, "a certificate for mail has no mailbox among its alternative names");
}
