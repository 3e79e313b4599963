//! Identifiers, name constraints, policies, URLs, and extensions as such.

use super::{Broken, Rule, Severity, View};
use crate::x509::tlv::{self, Reader, Tlv};
use crate::x509::{Oid, escape, extension, oid};

pub(super) const RULES: &[Rule] = &[
    Rule { name: "extension-repeated", severity: Severity::Error, source: "RFC 5280 §4.2", check: repeated },
    Rule { name: "extension-unknown-critical", severity: Severity::Warning, source: "RFC 5280 §4.2", check: unknown },
    Rule { name: "ski-missing-in-ca", severity: Severity::Error, source: "RFC 5280 §4.2.1.2", check: ca_key_id },
    Rule { name: "ski-missing", severity: Severity::Notice, source: "RFC 5280 §4.2.1.2", check: key_id },
    Rule { name: "ski-critical", severity: Severity::Error, source: "RFC 5280 §4.2.1.2", check: key_id_critical },
    Rule { name: "key-id-length", severity: Severity::Warning, source: "RFC 5280 §4.2.1.2", check: key_id_length },
    Rule { name: "aki-missing", severity: Severity::Error, source: "RFC 5280 §4.2.1.1", check: authority_key_id },
    Rule { name: "aki-critical", severity: Severity::Error, source: "RFC 5280 §4.2.1.1", check: authority_critical },
    Rule { name: "aki-of-self", severity: Severity::Error, source: "RFC 5280 §4.2.1.1", check: own_key_id },
    Rule {
        name: "name-constraints-without-ca",
        severity: Severity::Error,
        source: "RFC 5280 §4.2.1.10",
        check: constraints_in_leaf,
    },
    Rule {
        name: "name-constraints-not-critical",
        severity: Severity::Error,
        source: "RFC 5280 §4.2.1.10",
        check: constraints_critical,
    },
    Rule {
        name: "name-constraints-leading-dot",
        severity: Severity::Warning,
        source: "RFC 5280 §4.2.1.10",
        check: constraints_dot,
    },
    Rule {
        name: "name-constraints-uncommon",
        severity: Severity::Warning,
        source: "RFC 5280 §4.2.1.10",
        check: constraints_form,
    },
    Rule { name: "policy-repeated", severity: Severity::Error, source: "RFC 5280 §4.2.1.4", check: policies },
    Rule { name: "policies-critical", severity: Severity::Warning, source: "rustls-webpki", check: policies_critical },
    Rule { name: "cdp-url", severity: Severity::Error, source: "RFC 5280 §4.2.1.13", check: crl_urls },
    Rule { name: "cdp-critical", severity: Severity::Warning, source: "RFC 5280 §4.2.1.13", check: crl_critical },
    Rule { name: "aia-url", severity: Severity::Error, source: "RFC 5280 §4.2.2.1", check: access_urls },
    Rule { name: "aia-critical", severity: Severity::Error, source: "RFC 5280 §4.2.2.1", check: access_critical },
    Rule { name: "url-https", severity: Severity::Notice, source: "RFC 5280 §8", check: secure_urls },
];

fn repeated(view: &View<'_>, broken: &mut Broken) {
    let extensions = &view.certificate.extensions;
    for (index, extension) in extensions.iter().enumerate() {
        if extensions[..index].iter().any(|other| other.oid == extension.oid) {
            broken.say(format!("the extension {} is there twice", name(&extension.oid)));
        }
    }
}

fn name(oid: &Oid) -> String {
    oid::label(oid).map_or_else(|| oid.to_string(), str::to_owned)
}

fn unknown(view: &View<'_>, broken: &mut Broken) {
    const KNOWN: [Oid; 10] = [
        oid::AUTHORITY_INFO_ACCESS,
        oid::AUTHORITY_KEY_IDENTIFIER,
        oid::BASIC_CONSTRAINTS,
        oid::CERTIFICATE_POLICIES,
        oid::CRL_DISTRIBUTION_POINTS,
        oid::EXTENDED_KEY_USAGE,
        oid::KEY_USAGE,
        oid::NAME_CONSTRAINTS,
        oid::SUBJECT_ALT_NAME,
        oid::SUBJECT_KEY_IDENTIFIER,
    ];
    // policyMappings, policyConstraints, inhibitAnyPolicy: known to full implementations of RFC 5280.
    let of_policies =
        ["2.5.29.33", "2.5.29.36", "2.5.29.54"].map(|dotted| Oid::new(dotted).unwrap_or(oid::CERTIFICATE_POLICIES));
    for extension in view.certificate.extensions.iter().filter(|extension| extension.critical) {
        if !KNOWN.contains(&extension.oid) && !of_policies.contains(&extension.oid) {
            broken.say(format!("the extension {} is critical, and few consumers know it", name(&extension.oid)));
        }
    }
}

fn ca_key_id(view: &View<'_>, broken: &mut Broken) {
    let missing = view.is_ca && view.certificate.subject_key_id.is_none();
    broken.say_if(missing, "an authority has no subjectKeyIdentifier");
}

fn key_id(view: &View<'_>, broken: &mut Broken) {
    let missing = !view.is_ca && view.certificate.subject_key_id.is_none();
    broken.say_if(missing, "there is no subjectKeyIdentifier");
}

fn key_id_critical(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(view.critical(&oid::SUBJECT_KEY_IDENTIFIER) == Some(true), "subjectKeyIdentifier is critical");
}

fn key_id_length(view: &View<'_>, broken: &mut Broken) {
    let ids = [&view.certificate.subject_key_id, &view.certificate.authority_key_id];
    let odd = ids.into_iter().flatten().any(|id| id.is_empty() || id.len() > 64);
    broken.say_if(odd, "a key identifier is empty or very long");
}

fn authority_key_id(view: &View<'_>, broken: &mut Broken) {
    let missing = view.certificate.authority_key_id.is_none() && !view.certificate.is_self_issued();
    broken.say_if(missing, "there is no authorityKeyIdentifier with a key identifier");
}

fn authority_critical(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(view.critical(&oid::AUTHORITY_KEY_IDENTIFIER) == Some(true), "authorityKeyIdentifier is critical");
}

fn own_key_id(view: &View<'_>, broken: &mut Broken) {
    let certificate = view.certificate;
    let same = certificate.subject_key_id.is_some() && certificate.subject_key_id == certificate.authority_key_id;
    broken.say_if(same && !certificate.is_self_issued(), "the authority's key identifier is the certificate's own");
}

fn constraints_in_leaf(view: &View<'_>, broken: &mut Broken) {
    let stray = !view.is_ca && view.certificate.name_constraints.is_some();
    broken.say_if(stray, "nameConstraints in a certificate that is no authority");
}

fn constraints_critical(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(view.critical(&oid::NAME_CONSTRAINTS) == Some(false), "nameConstraints are not critical");
}

fn constraints_dot(view: &View<'_>, broken: &mut Broken) {
    for (tag, base) in subtree_bases(view) {
        if tag == tlv::context(2) && base.first() == Some(&b'.') {
            let base = String::from_utf8_lossy(base);
            broken.say(format!("the DNS constraint {} has a leading dot: pyca/cryptography refuses it", escape(&base)));
        }
    }
}

fn constraints_form(view: &View<'_>, broken: &mut Broken) {
    const COMMON: [u8; 4] = [tlv::context(1), tlv::context(2), tlv::context(6), tlv::context(7)];
    let uncommon = subtree_bases(view).iter().any(|(tag, _)| !COMMON.contains(tag));
    broken.say_if(uncommon, "a name constraint is of a form that Go does not know: it refuses the certificate");
}

/// Tag and contents of the base of every subtree.
fn subtree_bases<'a>(view: &View<'a>) -> Vec<(u8, &'a [u8])> {
    let mut bases = Vec::new();
    let Some(extension) = view.certificate.extension(&oid::NAME_CONSTRAINTS) else { return bases };
    let mut lists = Reader::new(Tlv::only_contents(&extension.value, tlv::SEQUENCE).unwrap_or_default());
    while let Ok(list) = lists.read() {
        let mut subtrees = Reader::new(list.contents);
        while let Ok(subtree) = subtrees.expect(tlv::SEQUENCE) {
            bases.extend(Reader::new(subtree).read().ok().map(|base| (base.tag, base.contents)));
        }
    }
    bases
}

fn policies(view: &View<'_>, broken: &mut Broken) {
    let Some(extension) = view.certificate.extension(&oid::CERTIFICATE_POLICIES) else { return };
    match extension::decode_certificate_policies(&extension.value) {
        Ok(policies) => {
            let mut seen = std::collections::HashSet::new();
            for policy in policies.iter().filter(|policy| !seen.insert(policy.as_bytes())) {
                broken.say(format!("the policy {policy} is there twice"));
            }
        }
        Err(error) => broken.say(escape(&error.to_string())),
    }
}

fn policies_critical(view: &View<'_>, broken: &mut Broken) {
    let critical = view.critical(&oid::CERTIFICATE_POLICIES) == Some(true);
    broken.say_if(critical, "certificatePolicies are critical: rustls refuses the certificate");
}

fn crl_urls(view: &View<'_>, broken: &mut Broken) {
    check_urls(&view.certificate.crl_urls, &["http", "https", "ldap", "ldaps", "ftp"], "a CRL", broken);
}

fn access_urls(view: &View<'_>, broken: &mut Broken) {
    check_urls(&view.certificate.ocsp_urls, &["http", "https"], "an OCSP responder", broken);
    let schemes = ["http", "https", "ldap", "ldaps", "ftp"];
    check_urls(&view.certificate.ca_issuer_urls, &schemes, "an issuer's certificate", broken);
}

fn check_urls(urls: &[String], schemes: &[&str], of: &str, broken: &mut Broken) {
    for url in urls {
        let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        let known = scheme.is_some_and(|scheme| schemes.contains(&scheme.as_str()));
        if !known || crate::x509::GeneralName::Uri(url.clone()).check().is_err() {
            broken.say(format!("{} is no URL of {of}", escape(url)));
        }
    }
}

fn crl_critical(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(view.critical(&oid::CRL_DISTRIBUTION_POINTS) == Some(true), "cRLDistributionPoints are critical");
}

fn access_critical(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(view.critical(&oid::AUTHORITY_INFO_ACCESS) == Some(true), "authorityInfoAccess is critical");
}

fn secure_urls(view: &View<'_>, broken: &mut Broken) {
    let certificate = view.certificate;
    let urls = certificate.crl_urls.iter().chain(&certificate.ocsp_urls).chain(&certificate.ca_issuer_urls);
    for url in urls.filter(|url| url.starts_with("https:") || url.starts_with("ldaps:")) {
        broken.say(format!("{} may need the very check that it serves: use http", escape(url)));
    }
}
