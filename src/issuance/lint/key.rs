//! The subject's key.

use super::rule::{Rule, seen, sometimes, told};
use super::view::{Broken, View};
use super::{Severity, Target};
use crate::keys::{Curve, KeyKind};
use crate::x509::tlv::{self, Reader, Tlv};

/// Requirements for trusted certificates in iOS 13 and macOS 10.15.
const APPLE: &str = "support.apple.com/103769";
const NEW_KEY: &str = "make a new key, certwright key generate, and have it certified";

pub(super) const RULES: &[Rule] = &[
    Rule::new("rsa-under-2048", Severity::Error, "NIST SP 800-131A", rsa_size)
        .demands("an RSA key has at least 2048 bits", NEW_KEY)
        .refused_by(&[seen(Target::Openssl), seen(Target::Python313), told(Target::Apple, APPLE)]),
    Rule::new("rsa-under-2048-in-ca", Severity::Error, "NIST SP 800-131A", rsa_size_in_ca)
        .demands("the RSA key of an authority has at least 2048 bits", NEW_KEY)
        .refused_by(&[
            told(Target::Pyca, "x509.verification: signatures are by RSA of 2048 bits or more"),
            told(Target::Rustls, "ring RSA_PKCS1_2048_8192_SHA256"),
        ]),
    Rule::new("rsa-under-1024", Severity::Error, "NIST SP 800-131A", rsa_tiny)
        .demands("an RSA key has at least 1024 bits, whatever the policy", NEW_KEY)
        .refused_by(&[
            seen(Target::Java),
            seen(Target::Openssl),
            seen(Target::Python313),
            told(Target::Apple, APPLE),
            told(Target::Windows, "Microsoft KB2661254"),
        ]),
    Rule::new("rsa-size-odd", Severity::Warning, "CA/B BR §6.1.5", rsa_octets)
        .demands("the bits of an RSA key are a multiple of 8", NEW_KEY),
    Rule::new("rsa-large", Severity::Notice, "rustls-webpki, Go crypto/tls", rsa_large)
        .demands("an RSA key has at most 8192 bits", NEW_KEY)
        .refused_by(&[
            told(Target::Go, "Go crypto/tls, maxRSAKeySize"),
            told(Target::Rustls, "ring RSA_PKCS1_2048_8192_SHA256"),
        ]),
    Rule::new("rsa-exponent", Severity::Error, "RFC 8017 §3.1", rsa_exponent)
        .demands("an RSA exponent is odd and greater than 1", NEW_KEY),
    Rule::new("rsa-exponent-small", Severity::Warning, "CA/B BR §6.1.6", rsa_small_exponent)
        .demands("an RSA exponent is at least 65537", NEW_KEY),
    Rule::new("rsa-pss-key", Severity::Notice, "RFC 4055 §1.2", rsa_pss)
        .demands("an RSA key is not bound to PSS", "make an RSA key without that, or an EC key")
        .refused_by(&[seen(Target::Go), seen(Target::Pyca), seen(Target::Rustls)]),
    Rule::new("ec-point-compressed", Severity::Warning, "RFC 5480 §2.2", ec_point)
        .demands(
            "the point of an EC key is written in full",
            "have it certified again from a request with the point in full",
        )
        .refused_by(&[seen(Target::Go), seen(Target::Java)]),
    Rule::new("key-p521", Severity::Notice, "rustls-webpki with ring", p521)
        .demands("an EC key is on P-256 or P-384", "take ec-p256 or ec-p384 where everybody shall read it")
        .refused_by(&[sometimes(Target::Rustls, "rustls-webpki: P-521 with aws-lc-rs, not with ring")]),
    Rule::new("key-ed25519", Severity::Notice, "CA/B BR §6.1.5", ed25519)
        .demands("the key is RSA or EC", "take ec-p256 where everybody shall read it")
        .refused_by(&[seen(Target::Nss), seen(Target::Pyca)]),
    Rule::new("key-ml-dsa", Severity::Notice, "RFC 9881", ml_dsa)
        .demands(
            "the key is of an algorithm that is older than 2024",
            "take ec-p256 until the readers are ready for ML-DSA",
        )
        .refused_by(&[
            seen(Target::Gnutls),
            seen(Target::Go),
            seen(Target::Java),
            seen(Target::Nss),
            seen(Target::Openssl),
            seen(Target::Python313),
        ]),
];

fn rsa_bits(view: &View<'_>) -> Option<usize> {
    match view.key.as_ref()?.kind() {
        KeyKind::Rsa(bits) | KeyKind::RsaPss(bits) => Some(bits),
        _ => None,
    }
}

fn rsa_size(view: &View<'_>, broken: &mut Broken) {
    if let Some(bits) = rsa_bits(view).filter(|bits| *bits < 2048) {
        broken.say(format!("the RSA key has {bits} bits, fewer than 2048"));
    }
}

fn rsa_size_in_ca(view: &View<'_>, broken: &mut Broken) {
    if let Some(bits) = rsa_bits(view).filter(|bits| view.is_ca && *bits < 2048) {
        broken.say(format!("an authority's RSA key has {bits} bits, and some verify nothing under it"));
    }
}

fn rsa_tiny(view: &View<'_>, broken: &mut Broken) {
    if let Some(bits) = rsa_bits(view).filter(|bits| *bits < 1024) {
        broken.say(format!("the RSA key has {bits} bits, fewer than 1024"));
    }
}

fn rsa_large(view: &View<'_>, broken: &mut Broken) {
    if let Some(bits) = rsa_bits(view).filter(|bits| *bits > 8192) {
        broken.say(format!("the RSA key has {bits} bits, more than 8192"));
    }
}

fn rsa_octets(view: &View<'_>, broken: &mut Broken) {
    if let Some(bits) = rsa_bits(view).filter(|bits| !bits.is_multiple_of(8)) {
        broken.say(format!("the RSA key has {bits} bits, no multiple of 8"));
    }
}

/// The octets of the public exponent, big-endian, without leading zeros.
fn exponent<'a>(view: &'a View<'_>) -> Option<&'a [u8]> {
    rsa_bits(view)?;
    let key = view.key.as_ref()?.subject_public_key();
    let mut numbers = Reader::new(Tlv::only_contents(key, tlv::SEQUENCE).ok()?);
    numbers.expect(tlv::INTEGER).ok()?;
    let exponent = numbers.expect(tlv::INTEGER).ok()?;
    let zeros = exponent.iter().take_while(|octet| **octet == 0).count();
    Some(&exponent[zeros..])
}

fn rsa_exponent(view: &View<'_>, broken: &mut Broken) {
    let Some(exponent) = exponent(view) else { return };
    let even = exponent.last().is_none_or(|last| last & 1 == 0);
    broken.say_if(even || exponent == [1], "the RSA exponent is even or 1");
}

fn rsa_small_exponent(view: &View<'_>, broken: &mut Broken) {
    let Some(exponent) = exponent(view) else { return };
    broken.say_if(exponent.len() < 3, "the RSA exponent is smaller than 65537");
}

fn ec_point(view: &View<'_>, broken: &mut Broken) {
    let Some(key) = view.key.as_ref().filter(|key| matches!(key.kind(), KeyKind::Ec(_))) else { return };
    let compressed = key.subject_public_key().first() != Some(&4);
    broken.say_if(compressed, "the EC point is compressed: many consumers cannot read it");
}

/// The kind of the key, if it is known.
fn kind(view: &View<'_>) -> Option<KeyKind> {
    view.key.as_ref().map(crate::keys::PublicKey::kind)
}

fn rsa_pss(view: &View<'_>, broken: &mut Broken) {
    let bound = matches!(kind(view), Some(KeyKind::RsaPss(_)));
    broken.say_if(bound, "the RSA key is for PSS only (id-RSASSA-PSS): few programs read such a certificate");
}

fn p521(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(kind(view) == Some(KeyKind::Ec(Curve::P521)), "the key is on P-521, which not everybody reads");
}

fn ed25519(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(kind(view) == Some(KeyKind::Ed25519), "the key is Ed25519, which browsers do not read");
}

fn ml_dsa(view: &View<'_>, broken: &mut Broken) {
    if let Some(kind @ KeyKind::MlDsa(_)) = kind(view) {
        broken.say(format!("the key is {kind}, which hardly anybody reads yet"));
    }
}
