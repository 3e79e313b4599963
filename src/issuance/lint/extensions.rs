//! Identifiers, name constraints, policies, URLs, and extensions as such.

use std::collections::HashSet;

use super::rule::{Rule, seen, sometimes, told};
use super::view::{Broken, View};
use super::{Severity, Target};
use crate::x509::{Oid, escape, extension, oid};

const AGAIN: &str = "have it issued again; certwright sign and issue take care of it";
const NEW_CA: &str = "have the authority's certificate issued again for the same key; what it issued stays good";
const URLS: &str = "set the store's URLs, certwright store settings, and issue it again";

pub(super) const RULES: &[Rule] = &[
    Rule::new("extension-repeated", Severity::Error, "RFC 5280 §4.2", repeated)
        .demands("an extension is there once", AGAIN)
        .refused_by(&[
            seen(Target::Gnutls),
            seen(Target::Go),
            seen(Target::Java),
            seen(Target::Openssl),
            seen(Target::Pyca),
            seen(Target::Python313),
            seen(Target::Rustls),
        ]),
    Rule::new("extension-unknown-critical", Severity::Warning, "RFC 5280 §4.2", unknown)
        .demands(
            "a critical extension is one that everybody knows",
            "issue it again with the extension not critical, if its readers can do without it",
        )
        .refused_by(&[
            seen(Target::Gnutls),
            seen(Target::Go),
            seen(Target::Java),
            seen(Target::Nss),
            seen(Target::Openssl),
            seen(Target::Pyca),
            seen(Target::Python313),
            seen(Target::Rustls),
            told(Target::Erlang, "erlang/otp#6198"),
        ]),
    Rule::new("ski-missing-in-ca", Severity::Error, "RFC 5280 §4.2.1.2", ca_key_id)
        .demands("an authority has a subjectKeyIdentifier", NEW_CA)
        .refused_by(&[seen(Target::Python313)]),
    Rule::new("ski-missing", Severity::Notice, "RFC 5280 §4.2.1.2", key_id)
        .demands("there is a subjectKeyIdentifier", AGAIN),
    Rule::new("ski-critical", Severity::Error, "RFC 5280 §4.2.1.2", key_id_critical)
        .demands("subjectKeyIdentifier is not critical", AGAIN)
        .refused_by(&[
            seen(Target::Go),
            seen(Target::Java),
            seen(Target::Openssl),
            seen(Target::Python313),
            seen(Target::Rustls),
        ]),
    Rule::new("key-id-length", Severity::Warning, "RFC 5280 §4.2.1.2", key_id_length)
        .demands("a key identifier has between 1 and 64 octets", AGAIN),
    Rule::new("aki-missing", Severity::Error, "RFC 5280 §4.2.1.1", authority_key_id)
        .demands("there is an authorityKeyIdentifier, but for roots", AGAIN)
        .refused_by(&[seen(Target::Pyca), seen(Target::Python313)]),
    Rule::new("aki-without-key-id", Severity::Error, "RFC 5280 §4.2.1.1", key_id_in_key_id)
        .demands("an authorityKeyIdentifier has a key identifier", AGAIN)
        .refused_by(&[seen(Target::Python313)]),
    Rule::new("aki-critical", Severity::Error, "RFC 5280 §4.2.1.1", authority_critical)
        .demands("authorityKeyIdentifier is not critical", AGAIN)
        .refused_by(&[
            seen(Target::Go),
            seen(Target::Java),
            seen(Target::Openssl),
            seen(Target::Pyca),
            seen(Target::Python313),
            seen(Target::Rustls),
        ]),
    Rule::new("aki-of-self", Severity::Error, "RFC 5280 §4.2.1.1", own_key_id)
        .demands("the authority's key identifier is not the certificate's own", AGAIN),
    Rule::new("policy-repeated", Severity::Error, "RFC 5280 §4.2.1.4", policies)
        .demands("a policy is there once", AGAIN)
        .refused_by(&[seen(Target::Go)]),
    Rule::new("policies-critical", Severity::Warning, "rustls-webpki", policies_critical)
        .demands("certificatePolicies are not critical", AGAIN)
        .refused_by(&[seen(Target::Nss), seen(Target::Pyca), seen(Target::Rustls)]),
    Rule::new("policy-limits-not-critical", Severity::Error, "RFC 5280 §4.2.1.11, §4.2.1.14", policy_limits)
        .demands("policyConstraints and inhibitAnyPolicy are critical", NEW_CA),
    Rule::new("cdp-url", Severity::Error, "RFC 5280 §4.2.1.13", crl_urls)
        .demands("where CRLs are is an HTTP or LDAP URL", URLS),
    Rule::new("cdp-critical", Severity::Warning, "RFC 5280 §4.2.1.13", crl_critical)
        .demands("cRLDistributionPoints are not critical", AGAIN)
        .refused_by(&[seen(Target::Java), seen(Target::Nss), seen(Target::Pyca)]),
    Rule::new("cdp-missing", Severity::Notice, "RFC 5280 §4.2.1.13", no_crl_urls)
        .demands("there is a place to ask about revocation", URLS)
        .refused_by(&[sometimes(
            Target::Windows,
            "Schannel, where the client asks for revocation: curl.exe (curl/curl#12239)",
        )]),
    Rule::new("aia-url", Severity::Error, "RFC 5280 §4.2.2.1", access_urls)
        .demands("where OCSP responders and issuers are is a URL", URLS),
    Rule::new("aia-critical", Severity::Error, "RFC 5280 §4.2.2.1", access_critical)
        .demands("authorityInfoAccess is not critical", AGAIN)
        .refused_by(&[
            seen(Target::Go),
            seen(Target::Java),
            seen(Target::Openssl),
            seen(Target::Pyca),
            seen(Target::Python313),
            seen(Target::Rustls),
        ]),
    Rule::new("url-https", Severity::Notice, "RFC 5280 §8", secure_urls)
        .demands("what is fetched to check certificates comes by plain HTTP", URLS),
];

fn repeated(view: &View<'_>, broken: &mut Broken) {
    let mut seen = HashSet::new();
    for extension in &view.certificate.extensions {
        if !seen.insert(extension.oid) {
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
    // Known to full implementations of RFC 5280.
    const OF_POLICIES: [Oid; 3] = [oid::POLICY_MAPPINGS, oid::POLICY_CONSTRAINTS, oid::INHIBIT_ANY_POLICY];
    for extension in view.certificate.extensions.iter().filter(|extension| extension.critical) {
        if !KNOWN.contains(&extension.oid) && !OF_POLICIES.contains(&extension.oid) {
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
    let certificate = view.certificate;
    let missing = certificate.extension(&oid::AUTHORITY_KEY_IDENTIFIER).is_none() && !certificate.is_self_issued();
    // A version that has no extensions is a finding of its own.
    broken.say_if(missing && certificate.version == 3, "there is no authorityKeyIdentifier");
}

fn key_id_in_key_id(view: &View<'_>, broken: &mut Broken) {
    let certificate = view.certificate;
    let without =
        certificate.extension(&oid::AUTHORITY_KEY_IDENTIFIER).is_some() && certificate.authority_key_id.is_none();
    broken.say_if(without && !certificate.is_self_issued(), "the authorityKeyIdentifier has no key identifier");
}

fn authority_critical(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(view.critical(&oid::AUTHORITY_KEY_IDENTIFIER) == Some(true), "authorityKeyIdentifier is critical");
}

fn own_key_id(view: &View<'_>, broken: &mut Broken) {
    let certificate = view.certificate;
    let same = certificate.subject_key_id.is_some() && certificate.subject_key_id == certificate.authority_key_id;
    broken.say_if(same && !certificate.is_self_issued(), "the authority's key identifier is the certificate's own");
}

fn policies(view: &View<'_>, broken: &mut Broken) {
    let Some(extension) = view.certificate.extension(&oid::CERTIFICATE_POLICIES) else { return };
    match extension::decode_certificate_policies(&extension.value) {
        Ok(policies) => {
            let mut seen = HashSet::new();
            for policy in policies.iter().filter(|policy| !seen.insert(policy.as_bytes())) {
                broken.say(format!("the policy {policy} is there twice"));
            }
        }
        Err(error) => broken.say(escape(&error.to_string())),
    }
}

fn policies_critical(view: &View<'_>, broken: &mut Broken) {
    let critical = view.critical(&oid::CERTIFICATE_POLICIES) == Some(true);
    broken.say_if(critical, "certificatePolicies are critical");
}

fn policy_limits(view: &View<'_>, broken: &mut Broken) {
    for id in [oid::POLICY_CONSTRAINTS, oid::INHIBIT_ANY_POLICY] {
        if view.critical(&id) == Some(false) {
            broken.say(format!("{} is not critical", name(&id)));
        }
    }
}

fn no_crl_urls(view: &View<'_>, broken: &mut Broken) {
    let certificate = view.certificate;
    let none = certificate.crl_urls.is_empty() && certificate.ocsp_urls.is_empty();
    let exempt = certificate.is_root() || certificate.extension(&oid::OCSP_NOCHECK).is_some();
    broken.say_if(none && !exempt, "there is neither a CRL distribution point nor an OCSP responder");
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
