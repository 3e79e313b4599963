//! What the key may be used for: basic constraints, key usage, extended key usage.

use super::rule::{Rule, seen, sometimes, told};
use super::view::{Broken, View};
use super::{Severity, Target};
use crate::keys::KeyKind;
use crate::x509::path::Purpose;
use crate::x509::{KeyUsage, oid};

const PROFILE: &str = "issue it again with a built-in profile, which sets this right: certwright profile list";
const NEW_CA: &str = "have the authority's certificate issued again for the same key; what it issued stays good";

pub(super) const RULES: &[Rule] = &[
    Rule::new("ca-not-critical", Severity::Error, "RFC 5280 §4.2.1.9", ca_critical)
        .demands("an authority's basicConstraints are critical", NEW_CA)
        .refused_by(&[seen(Target::Pyca), seen(Target::Python313)]),
    Rule::new("basic-constraints-missing", Severity::Notice, "RFC 5280 §4.2.1.9", no_constraints)
        .demands("there are basicConstraints", PROFILE),
    Rule::new("path-len-without-ca", Severity::Error, "RFC 5280 §4.2.1.9", path_len)
        .demands("a path length is for authorities that may sign", PROFILE)
        .refused_by(&[seen(Target::Python313)]),
    Rule::new("key-usage-missing-in-ca", Severity::Error, "RFC 5280 §4.2.1.3", ca_usage)
        .demands("an authority has keyUsage", NEW_CA)
        .refused_by(&[seen(Target::Pyca), seen(Target::Python313)]),
    Rule::new("key-usage-missing", Severity::Warning, "RFC 5280 §4.2.1.3", leaf_usage)
        .demands("there is keyUsage", PROFILE),
    Rule::new("key-usage-not-critical", Severity::Warning, "RFC 5280 §4.2.1.3", usage_critical)
        .demands("keyUsage is critical", PROFILE),
    Rule::new("key-usage-empty", Severity::Error, "RFC 5280 §4.2.1.3", usage_empty)
        .demands("keyUsage allows something", PROFILE)
        .refused_by(&[seen(Target::Java), seen(Target::Nss), seen(Target::Openssl), seen(Target::Python313)]),
    Rule::new("cert-sign-without-ca", Severity::Error, "RFC 5280 §4.2.1.3", cert_sign)
        .demands("keyCertSign is for authorities", PROFILE)
        .refused_by(&[seen(Target::Pyca), seen(Target::Python313)]),
    Rule::new("ca-without-cert-sign", Severity::Error, "RFC 5280 §4.2.1.9", ca_cert_sign)
        .demands("an authority's keyUsage has keyCertSign", NEW_CA)
        .refused_by(&[
            seen(Target::Gnutls),
            seen(Target::Go),
            seen(Target::Java),
            seen(Target::Nss),
            seen(Target::Openssl),
            seen(Target::Pyca),
            seen(Target::Python313),
            told(Target::Erlang, "public_key, pubkey_cert.erl: invalid_key_usage"),
        ]),
    Rule::new("ca-without-crl-sign", Severity::Warning, "RFC 5280 §4.2.1.3", ca_crl_sign)
        .demands("an authority's keyUsage has cRLSign", NEW_CA),
    Rule::new(
        "key-usage-unfit-for-key",
        Severity::Error,
        "RFC 4055 §1.2, RFC 5480 §3, RFC 8410 §5, RFC 9881 §5",
        usage_fits_key,
    )
    .demands("keyUsage has nothing that the key cannot do", PROFILE),
    Rule::new("cipher-only-without-agreement", Severity::Error, "RFC 5280 §4.2.1.3", cipher_only)
        .demands("encipherOnly and decipherOnly go with keyAgreement", PROFILE),
    Rule::new("eku-missing", Severity::Warning, "RFC 5280 §4.2.1.12", eku_missing)
        .demands("there is extendedKeyUsage", PROFILE)
        .refused_by(&[told(Target::Apple, "support.apple.com/103769")]),
    Rule::new("ca-as-end-entity", Severity::Warning, "RFC 5280 §4.2.1.9", ca_as_leaf)
        .demands("what servers, clients and senders of mail show is no authority's certificate", PROFILE)
        .refused_by(&[seen(Target::Nss), seen(Target::Pyca), seen(Target::Rustls)]),
    Rule::new("eku-any-only", Severity::Warning, "RFC 5280 §4.2.1.12", eku_any_only)
        .demands("what the certificate is for is named: anyExtendedKeyUsage does not do for everybody", PROFILE)
        .refused_by(&[
            seen(Target::Nss),
            seen(Target::Openssl),
            seen(Target::Pyca),
            seen(Target::Python313),
            seen(Target::Rustls),
        ]),
    Rule::new("eku-any-among-others", Severity::Warning, "RFC 5280 §4.2.1.12", eku_any)
        .demands("anyExtendedKeyUsage stands alone", PROFILE),
    Rule::new("eku-repeated", Severity::Warning, "RFC 5280 §4.2.1.12", eku_repeated)
        .demands("a purpose is in extendedKeyUsage once", PROFILE),
    Rule::new("eku-critical-in-ca", Severity::Warning, "Erlang/OTP public_key", eku_critical_ca)
        .demands("an authority's extendedKeyUsage is not critical", NEW_CA)
        .refused_by(&[seen(Target::Pyca), sometimes(Target::Erlang, "erlang/otp#8806, before OTP 27.2")]),
    Rule::new("timestamping-eku", Severity::Error, "RFC 3161 §2.3", timestamping)
        .demands("timeStamping is the only purpose, and critical", "issue it again with --profile timestamping"),
    Rule::new("tls-without-digital-signature", Severity::Warning, "RFC 8446 §4.4.2.2", tls_usage)
        .demands("a certificate for TLS may sign: digitalSignature", PROFILE)
        .refused_by(&[seen(Target::Java)]),
    Rule::new("rsa-without-key-encipherment", Severity::Notice, "NSS", rsa_encipherment)
        .demands(
            "an RSA server's keyUsage has keyEncipherment",
            "issue it again with --profile server, or with an EC key",
        )
        .refused_by(&[seen(Target::Nss)]),
    Rule::new("ocsp-nocheck-missing", Severity::Warning, "RFC 6960 §4.2.2.2.1", ocsp_nocheck)
        .demands("an OCSP responder has ocspNoCheck", "issue it again with --profile ocsp"),
    Rule::new("ocsp-nocheck-misplaced", Severity::Warning, "RFC 6960 §4.2.2.2.1", nocheck_misplaced)
        .demands("ocspNoCheck is for OCSP responders", PROFILE),
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

fn ca_as_leaf(view: &View<'_>, broken: &mut Broken) {
    let asked = view.subject.purpose.is_some_and(|purpose| purpose != Purpose::Authority);
    let shown = asked || view.subject.host.is_some();
    broken.say_if(view.is_ca && shown, "an authority's certificate is to be used as if it were none");
}

fn eku_any_only(view: &View<'_>, broken: &mut Broken) {
    let listed = view.certificate.extended_key_usage.as_deref().unwrap_or_default();
    let by_name = match view.subject.purpose.and_then(Purpose::extended_key_usage) {
        Some(wanted) => listed.contains(&wanted),
        None => listed.len() > 1,
    };
    let relied_on = !view.is_ca && !by_name && listed.contains(&oid::EKU_ANY);
    broken.say_if(relied_on, "extendedKeyUsage has anyExtendedKeyUsage, and not what the certificate is for");
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
    broken.say_if(critical, "an authority's extendedKeyUsage is critical");
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

fn rsa_encipherment(view: &View<'_>, broken: &mut Broken) {
    let rsa = view.key.as_ref().is_some_and(|key| matches!(key.kind(), KeyKind::Rsa(_)));
    let cannot = view.certificate.key_usage.is_some_and(|usage| !usage.contains(KeyUsage::KEY_ENCIPHERMENT));
    broken.say_if(view.is_server() && rsa && cannot, "an RSA server's keyUsage has no keyEncipherment");
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
