//! Alternative names, and the common name beside them.

use std::collections::HashSet;

use super::rule::{Rule, seen, told};
use super::view::{Broken, View};
use super::{Severity, Target};
use crate::x509::{GeneralName, escape, oid};

/// Requirements for trusted certificates in iOS 13 and macOS 10.15.
const APPLE: &str = "support.apple.com/103769";
const NAMES: &str = "issue it again with the right alternative names: certwright issue NAME SAN…";
const AGAIN: &str = "have it issued again; certwright sign and issue take care of it";

pub(super) const RULES: &[Rule] = &[
    Rule::new("san-missing", Severity::Error, "RFC 9525 §2, RFC 6125 §6.4.4", missing)
        .demands("a server's certificate has alternative names: the common name does not count", NAMES)
        .refused_by(&[seen(Target::Go), seen(Target::Pyca), seen(Target::Rustls), told(Target::Apple, APPLE)]),
    Rule::new("san-missing-in-client", Severity::Notice, "CA/B BR §7.1.2.7.12", missing_in_client)
        .demands("a client's certificate has an alternative name", NAMES)
        .refused_by(&[told(Target::Pyca, "x509.verification: a leaf has to have subjectAltName")]),
    Rule::new("san-not-critical", Severity::Error, "RFC 5280 §4.1.2.6", not_critical)
        .demands("alternative names are critical where there is no subject", AGAIN)
        .refused_by(&[seen(Target::Java), seen(Target::Pyca), seen(Target::Python313)]),
    Rule::new("san-critical", Severity::Warning, "RFC 5280 §4.2.1.6", critical)
        .demands("alternative names are not critical where there is a subject", AGAIN)
        .refused_by(&[seen(Target::Pyca)]),
    Rule::new("san-syntax", Severity::Error, "RFC 5280 §4.2.1.6", syntax)
        .demands("alternative names are well-formed", NAMES),
    Rule::new("san-trailing-dot", Severity::Error, "RFC 5280 §4.2.1.6, RFC 1034 §3.5", trailing_dot)
        .demands("a DNS name has no dot at its end", NAMES)
        .refused_by(&[
            seen(Target::Gnutls),
            seen(Target::Go),
            seen(Target::Java),
            seen(Target::Openssl),
            seen(Target::Pyca),
            seen(Target::Python313),
            seen(Target::Rustls),
        ]),
    Rule::new("san-underscore", Severity::Error, "RFC 5280 §4.2.1.6, RFC 1034 §3.5", underscore)
        .demands(
            "a DNS name has letters, digits and hyphens",
            "rename the host, and issue it again: the underscore is for names of other kinds",
        )
        .refused_by(&[seen(Target::Java), seen(Target::Pyca)]),
    Rule::new("san-other-form", Severity::Notice, "RFC 5280 §4.2.1.6", other_form)
        .demands("alternative names are of a form that is judged here", "nothing, if its readers know it"),
    Rule::new("san-dns-too-long", Severity::Error, "RFC 1035 §2.3.4", dns_length)
        .demands("a DNS name has at most 253 octets", NAMES),
    Rule::new("san-dns-upper-case", Severity::Notice, "RFC 5280 §4.2.1.6", upper_case)
        .demands("DNS names are in lower case", NAMES),
    Rule::new("san-address-as-dns", Severity::Warning, "RFC 5280 §4.2.1.6", address_as_dns)
        .demands("an address is an alternative name of its own kind", NAMES)
        .refused_by(&[
            seen(Target::Gnutls),
            seen(Target::Go),
            seen(Target::Java),
            seen(Target::Openssl),
            seen(Target::Pyca),
            seen(Target::Python313),
            seen(Target::Rustls),
        ]),
    Rule::new("san-repeated", Severity::Warning, "RFC 5280 §4.2.1.6", repeated)
        .demands("an alternative name is there once", NAMES),
    Rule::new("san-wildcard-wide", Severity::Warning, "RFC 6125 §7.2", wide_wildcard)
        .demands("a wildcard stands below a domain, not for a top-level domain", NAMES)
        .refused_by(&[seen(Target::Gnutls), seen(Target::Openssl), seen(Target::Python313), seen(Target::Rustls)]),
    Rule::new("cn-not-in-san", Severity::Warning, "CA/B BR §7.1.4.3", common_name)
        .demands("the common name of a server's certificate is an alternative name too", NAMES),
    Rule::new("spiffe-id", Severity::Warning, "X509-SVID §2, SPIFFE-ID §2", spiffe).demands(
        "a SPIFFE ID is well-formed and the only URI",
        "issue it again: certwright issue spiffe://DOMAIN/PATH --profile spiffe",
    ),
    Rule::new("email-missing", Severity::Warning, "RFC 8550 §3", email).demands(
        "a certificate for mail has a mailbox among its alternative names",
        "issue it again: certwright issue MAILBOX --profile email",
    ),
];

fn missing(view: &View<'_>, broken: &mut Broken) {
    let comparable =
        |name: &GeneralName| matches!(name, GeneralName::Dns(_) | GeneralName::Ip(_) | GeneralName::Uri(_));
    if !view.is_server() || view.certificate.subject_alt_names.iter().any(comparable) {
        return;
    }
    broken.say(match view.certificate.subject.common_name() {
        None => "a server's certificate has no alternative name that clients compare".to_owned(),
        Some(common_name) => format!(
            "a server's certificate has no alternative name that clients compare; the common name {} does not count",
            escape(&common_name)
        ),
    });
}

fn missing_in_client(view: &View<'_>, broken: &mut Broken) {
    let client = !view.is_ca && !view.is_server() && view.has_purpose(&oid::EKU_CLIENT_AUTH);
    let none = view.certificate.subject_alt_names.is_empty();
    broken.say_if(client && none, "a client's certificate has no alternative name");
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
        if matches!(name, GeneralName::Other(_)) || has_underscore(name) || has_trailing_dot(name) {
            continue;
        }
        if let Err(error) = name.check() {
            broken.say(error.to_string());
        }
    }
}

/// Whether a DNS name is fine but for its underscores.
fn has_underscore(name: &GeneralName) -> bool {
    let GeneralName::Dns(text) = name else { return false };
    text.contains('_') && GeneralName::Dns(text.replace('_', "x")).check().is_ok()
}

/// Whether a DNS name is fine but for the dot at its end.
fn has_trailing_dot(name: &GeneralName) -> bool {
    let GeneralName::Dns(text) = name else { return false };
    text.strip_suffix('.').is_some_and(|rest| GeneralName::Dns(rest.to_owned()).check().is_ok())
}

fn trailing_dot(view: &View<'_>, broken: &mut Broken) {
    for name in view.certificate.subject_alt_names.iter().filter(|name| has_trailing_dot(name)) {
        broken.say(format!("{name} ends with a dot"));
    }
}

fn underscore(view: &View<'_>, broken: &mut Broken) {
    for name in view.certificate.subject_alt_names.iter().filter(|name| has_underscore(name)) {
        broken.say(format!("{name} has an underscore"));
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
        broken.say(format!("dns:{} stands for a whole top-level domain", escape(name)));
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
