//! The subject's key.

use super::{Broken, Rule, Severity, View};
use crate::keys::KeyKind;
use crate::x509::escape;
use crate::x509::tlv::{self, Reader, Tlv};

pub(super) const RULES: &[Rule] = &[
    Rule { name: "key-unknown", severity: Severity::Notice, source: "RFC 5280 §4.1.2.7", check: unknown },
    Rule { name: "rsa-too-small", severity: Severity::Error, source: "NIST SP 800-131A", check: rsa_size },
    Rule { name: "rsa-size-odd", severity: Severity::Warning, source: "CA/B BR §6.1.5", check: rsa_octets },
    Rule { name: "rsa-exponent", severity: Severity::Error, source: "RFC 8017 §3.1", check: rsa_exponent },
    Rule {
        name: "rsa-exponent-small",
        severity: Severity::Warning,
        source: "CA/B BR §6.1.6",
        check: rsa_small_exponent,
    },
    Rule { name: "ec-point-compressed", severity: Severity::Warning, source: "RFC 5480 §2.2", check: ec_point },
];

fn unknown(view: &View<'_>, broken: &mut Broken) {
    if let Err(error) = view.certificate.public_key() {
        broken.say(format!("the key cannot be judged here: {}", escape(&error.to_string())));
    }
}

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
