//! What the key may be used for: basic constraints, key usage, extended key usage.

use super::{Broken, Rule, Severity, View};
use crate::keys::KeyKind;
use crate::x509::{KeyUsage, oid};

pub(super) const RULES: &[Rule] = &[
    Rule { name: "ca-not-critical", severity: Severity::Error, source: "RFC 5280 §4.2.1.9", check: ca_critical },
    Rule {
        name: "basic-constraints-missing",
        severity: Severity::Notice,
        source: "RFC 5280 §4.2.1.9",
        check: no_constraints,
    },
    Rule { name: "path-len-without-ca", severity: Severity::Error, source: "RFC 5280 §4.2.1.9", check: path_len },
    Rule { name: "key-usage-missing-in-ca", severity: Severity::Error, source: "RFC 5280 §4.2.1.3", check: ca_usage },
    Rule { name: "key-usage-missing", severity: Severity::Warning, source: "RFC 5280 §4.2.1.3", check: leaf_usage },
    Rule {
        name: "key-usage-not-critical",
        severity: Severity::Warning,
        source: "RFC 5280 §4.2.1.3",
        check: usage_critical,
    },
    Rule { name: "key-usage-empty", severity: Severity::Error, source: "RFC 5280 §4.2.1.3", check: usage_empty },
    Rule { name: "cert-sign-without-ca", severity: Severity::Error, source: "RFC 5280 §4.2.1.3", check: cert_sign },
    Rule { name: "ca-without-cert-sign", severity: Severity::Error, source: "RFC 5280 §4.2.1.9", check: ca_cert_sign },
    Rule { name: "ca-without-crl-sign", severity: Severity::Warning, source: "RFC 5280 §4.2.1.3", check: ca_crl_sign },
    Rule {
        name: "key-usage-unfit-for-key",
        severity: Severity::Error,
        source: "RFC 4055 §1.2, RFC 5480 §3, RFC 8410 §5, RFC 9881 §5",
        check: usage_fits_key,
    },
    Rule {
        name: "cipher-only-without-agreement",
        severity: Severity::Error,
        source: "RFC 5280 §4.2.1.3",
        check: cipher_only,
    },
    Rule { name: "eku-missing", severity: Severity::Warning, source: "RFC 5280 §4.2.1.12", check: eku_missing },
    Rule { name: "eku-any-among-others", severity: Severity::Warning, source: "RFC 5280 §4.2.1.12", check: eku_any },
    Rule { name: "eku-repeated", severity: Severity::Warning, source: "RFC 5280 §4.2.1.12", check: eku_repeated },
    Rule {
        name: "eku-critical-in-ca",
        severity: Severity::Warning,
        source: "Erlang/OTP public_key",
        check: eku_critical_ca,
    },
    Rule { name: "timestamping-eku", severity: Severity::Error, source: "RFC 3161 §2.3", check: timestamping },
    Rule {
        name: "tls-without-digital-signature",
        severity: Severity::Warning,
        source: "RFC 8446 §4.4.2.2",
        check: tls_usage,
    },
    Rule {
        name: "ocsp-nocheck-missing",
        severity: Severity::Warning,
        source: "RFC 6960 §4.2.2.2.1",
        check: ocsp_nocheck,
    },
    Rule {
        name: "ocsp-nocheck-misplaced",
        severity: Severity::Warning,
        source: "RFC 6960 §4.2.2.2.1",
        check: nocheck_misplaced,
    },
];

fn ca_critical(view: &View<'_>, broken: &mut Broken) {
    let bare = view.is_ca && view.critical(&oid::BASIC_CONSTRAINTS) == Some(false);
    broken.say_if(bare, "an authority's basicConstraints are not critical");
}

fn no_constraints(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(view.certificate.basic_constraints.is_none(), "there are no basicConstraints");
}

fn path_len(view: &View<'_>, broken: &mut Broken) {
    let stray = view.certificate.basic_constraints.is_some_and(|own| !own.ca && own.path_len.is_some());
    broken.say_if(stray, "there is a path length, but no authority");
    let useless = view.is_ca
        && view.certificate.basic_constraints.is_some_and(|own| own.path_len.is_some())
        && view.certificate.key_usage.is_some_and(|usage| !usage.contains(KeyUsage::KEY_CERT_SIGN));
    broken.say_if(useless, "there is a path length, but no keyCertSign");
}

fn ca_usage(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(view.is_ca && view.certificate.key_usage.is_none(), "an authority has no keyUsage");
}

fn leaf_usage(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(!view.is_ca && view.certificate.key_usage.is_none(), "there is no keyUsage");
}

fn usage_critical(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(view.critical(&oid::KEY_USAGE) == Some(false), "keyUsage is not critical");
}

fn usage_empty(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(view.certificate.key_usage == Some(KeyUsage::default()), "keyUsage allows nothing");
}

fn uses(view: &View<'_>, usage: KeyUsage) -> bool {
    view.certificate.key_usage.is_some_and(|own| own.contains(usage))
}

fn cert_sign(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(!view.is_ca && uses(view, KeyUsage::KEY_CERT_SIGN), "keyCertSign, but no authority");
}

fn ca_cert_sign(view: &View<'_>, broken: &mut Broken) {
    let cannot = view.certificate.key_usage.is_some_and(|usage| !usage.contains(KeyUsage::KEY_CERT_SIGN));
    broken.say_if(view.is_ca && cannot, "an authority without keyCertSign");
}

fn ca_crl_sign(view: &View<'_>, broken: &mut Broken) {
    let cannot = view.certificate.key_usage.is_some_and(|usage| !usage.contains(KeyUsage::CRL_SIGN));
    broken.say_if(view.is_ca && cannot, "an authority without cRLSign cannot revoke");
}

const NON_REPUDIATION: KeyUsage = KeyUsage(1 << 1);
const DATA_ENCIPHERMENT: KeyUsage = KeyUsage(1 << 3);
const KEY_AGREEMENT: KeyUsage = KeyUsage(1 << 4);
const CIPHER_ONLY: KeyUsage = KeyUsage(1 << 7 | 1 << 8);

/// What a key of a kind can do at all.
fn possible(kind: KeyKind) -> KeyUsage {
    let signs =
        KeyUsage::DIGITAL_SIGNATURE.with(NON_REPUDIATION).with(KeyUsage::KEY_CERT_SIGN).with(KeyUsage::CRL_SIGN);
    match kind {
        KeyKind::Rsa(_) => signs.with(KeyUsage::KEY_ENCIPHERMENT).with(DATA_ENCIPHERMENT),
        KeyKind::Ec(_) => signs.with(KEY_AGREEMENT).with(CIPHER_ONLY),
        KeyKind::Ed25519 | KeyKind::MlDsa(_) | KeyKind::RsaPss(_) => signs,
    }
}

fn usage_fits_key(view: &View<'_>, broken: &mut Broken) {
    let (Some(usage), Some(key)) = (view.certificate.key_usage, view.key.as_ref()) else { return };
    let beyond = KeyUsage(usage.0 & !possible(key.kind()).0);
    if beyond != KeyUsage::default() {
        broken.say(format!("keyUsage {} is not for {} keys", beyond.names().join(", "), key.kind()));
    }
}

fn cipher_only(view: &View<'_>, broken: &mut Broken) {
    let only = view.certificate.key_usage.is_some_and(|usage| usage.0 & CIPHER_ONLY.0 != 0);
    broken.say_if(only && !uses(view, KEY_AGREEMENT), "encipherOnly or decipherOnly without keyAgreement");
}

fn eku_missing(view: &View<'_>, broken: &mut Broken) {
    let missing = !view.is_ca && view.certificate.extended_key_usage.is_none();
    broken.say_if(missing, "there is no extendedKeyUsage: the certificate is good for everything");
}

fn eku_any(view: &View<'_>, broken: &mut Broken) {
    let others = view.certificate.extended_key_usage.as_ref().is_some_and(|purposes| purposes.len() > 1);
    broken.say_if(others && view.has_purpose(&oid::EKU_ANY), "anyExtendedKeyUsage makes the others meaningless");
}

fn eku_repeated(view: &View<'_>, broken: &mut Broken) {
    let purposes = view.certificate.extended_key_usage.as_deref().unwrap_or_default();
    let repeated = purposes.iter().enumerate().any(|(index, purpose)| purposes[..index].contains(purpose));
    broken.say_if(repeated, "a purpose is in extendedKeyUsage twice");
}

fn eku_critical_ca(view: &View<'_>, broken: &mut Broken) {
    let critical = view.is_ca && view.critical(&oid::EXTENDED_KEY_USAGE) == Some(true);
    broken.say_if(critical, "an authority's extendedKeyUsage is critical: Erlang refuses it");
}

fn timestamping(view: &View<'_>, broken: &mut Broken) {
    if view.is_ca || !view.has_purpose(&oid::EKU_TIME_STAMPING) {
        return;
    }
    let sole = view.certificate.extended_key_usage.as_ref().is_some_and(|purposes| purposes.len() == 1);
    broken.say_if(!sole, "timeStamping is not the only purpose");
    let critical = view.critical(&oid::EXTENDED_KEY_USAGE) == Some(true);
    broken.say_if(!critical, "the extendedKeyUsage of a time-stamping certificate is not critical");
}

fn tls_usage(view: &View<'_>, broken: &mut Broken) {
    let tls = view.has_purpose(&oid::EKU_SERVER_AUTH) || view.has_purpose(&oid::EKU_CLIENT_AUTH);
    let cannot = view.certificate.key_usage.is_some_and(|usage| !usage.contains(KeyUsage::DIGITAL_SIGNATURE));
    broken
        .say_if(!view.is_ca && tls && cannot, "a certificate for TLS without digitalSignature is no good for TLS 1.3");
}

fn ocsp_nocheck(view: &View<'_>, broken: &mut Broken) {
    let responder = !view.is_ca && view.has_purpose(&oid::EKU_OCSP_SIGNING);
    let missing = view.certificate.extension(&oid::OCSP_NOCHECK).is_none();
    broken.say_if(responder && missing, "an OCSP responder without ocspNoCheck must itself be checked");
}

fn nocheck_misplaced(view: &View<'_>, broken: &mut Broken) {
    let misplaced =
        !view.has_purpose(&oid::EKU_OCSP_SIGNING) && view.certificate.extension(&oid::OCSP_NOCHECK).is_some();
    broken.say_if(misplaced, "ocspNoCheck is for OCSP responders");
}
