//! Algorithms of keys and signatures that are not made or not read here, told apart by who knows them.

use super::rule::{EVERYBODY, Rule, seen};
use super::view::{Broken, View};
use super::{Severity, Target};
use crate::x509::escape;
use crate::x509::tlv::{self, Reader, Tlv};

const NEW_KEY: &str = "make a new key, certwright key generate, and have it certified";
const OTHER_HASH: &str = "have it signed again with SHA-256, SHA-384 or SHA-512";

pub(super) const RULES: &[Rule] = &[
    Rule::new("signature-sha224", Severity::Notice, "RFC 5758, RFC 4055", |view, broken| {
        of_hash(view, Foreign::Sha224, "SHA-224", broken);
    })
    .demands("the signature does not rest on SHA-224", OTHER_HASH)
    .refused_by(&[seen(Target::Go), seen(Target::Pyca), seen(Target::Rustls)]),
    Rule::new("signature-sha3", Severity::Notice, "RFC 8702, FIPS 202", |view, broken| {
        of_hash(view, Foreign::Sha3, "SHA-3", broken);
    })
    .demands("the signature does not rest on SHA-3", OTHER_HASH)
    .refused_by(&[
        seen(Target::Go),
        seen(Target::Nss),
        seen(Target::Openssl),
        seen(Target::Pyca),
        seen(Target::Python313),
        seen(Target::Rustls),
    ]),
    Rule::new("signature-sha512-cut", Severity::Notice, "RFC 8017 appendix B.1", |view, broken| {
        of_hash(view, Foreign::Sha512Cut, "SHA-512/224 or SHA-512/256", broken);
    })
    .demands("the signature does not rest on SHA-512/224 or SHA-512/256", OTHER_HASH)
    .refused_by(&[
        seen(Target::Gnutls),
        seen(Target::Go),
        seen(Target::Nss),
        seen(Target::Openssl),
        seen(Target::Pyca),
        seen(Target::Python313),
        seen(Target::Rustls),
    ]),
    Rule::new("signature-pss-salt", Severity::Warning, "RFC 4055 §3.1", pss_salt)
        .demands(
            "the salt of an RSASSA-PSS signature is as long as its hash",
            "have it signed again; for OpenSSL: -sigopt rsa_pss_saltlen:digest",
        )
        .refused_by(&[seen(Target::Gnutls), seen(Target::Go), seen(Target::Pyca), seen(Target::Rustls)]),
    Rule::new("signature-pss-mask", Severity::Warning, "RFC 4055 §3.1", pss_mask)
        .demands(
            "MGF1 of an RSASSA-PSS signature uses the hash that the message has",
            "have it signed again; for OpenSSL: without -sigopt rsa_mgf1_md",
        )
        .refused_by(&[seen(Target::Gnutls), seen(Target::Go), seen(Target::Pyca), seen(Target::Rustls)]),
    Rule::new("signature-unknown", Severity::Notice, "RFC 5280 §4.1.1.2", signature_unknown)
        .demands("the signature algorithm is one that is known here", "find out whether its readers know it")
        .refused_by(EVERYBODY),
    Rule::new("key-p224", Severity::Notice, "RFC 5480 §2.1.1.1", |view, broken| {
        on_curve(view, |curve| curve == P224, "P-224", broken);
    })
    .demands("an EC key is not on P-224", NEW_KEY)
    .refused_by(&[seen(Target::Java), seen(Target::Nss), seen(Target::Pyca), seen(Target::Rustls)]),
    Rule::new("key-secp256k1", Severity::Notice, "SEC 2 §2.4.1", |view, broken| {
        on_curve(view, |curve| curve == SECP256K1, "secp256k1", broken);
    })
    .demands("an EC key is not on secp256k1", NEW_KEY)
    .refused_by(&[
        seen(Target::Gnutls),
        seen(Target::Go),
        seen(Target::Java),
        seen(Target::Nss),
        seen(Target::Pyca),
        seen(Target::Rustls),
    ]),
    Rule::new("key-brainpool", Severity::Notice, "RFC 5639", |view, broken| {
        on_curve(view, |curve| curve.starts_with(BRAINPOOL), "a Brainpool curve", broken);
    })
    .demands("an EC key is on no Brainpool curve", NEW_KEY)
    .refused_by(&[
        seen(Target::Gnutls),
        seen(Target::Go),
        seen(Target::Java),
        seen(Target::Nss),
        seen(Target::Pyca),
        seen(Target::Rustls),
    ]),
    Rule::new("key-ed448", Severity::Notice, "RFC 8410", ed448)
        .demands("neither the key nor that of the issuer is Ed448", NEW_KEY)
        .refused_by(&[seen(Target::Go), seen(Target::Nss), seen(Target::Pyca), seen(Target::Rustls)]),
    Rule::new("key-explicit-curve", Severity::Error, "RFC 5480 §2.1.1", explicit_curve)
        .demands(
            "an EC key names its curve",
            "have the same key certified again from a request that names it: openssl ec -param_enc named_curve",
        )
        .refused_by(&[
            seen(Target::Go),
            seen(Target::Java),
            seen(Target::Nss),
            seen(Target::Openssl),
            seen(Target::Python313),
        ]),
    Rule::new("key-explicit-curve-in-ca", Severity::Error, "RFC 5480 §2.1.1", explicit_curve_in_ca)
        .demands(
            "the EC key of an authority names its curve",
            "make an authority with a key that certwright makes, and move to it: certwright authority rollover",
        )
        .refused_by(EVERYBODY),
    Rule::new("key-unknown", Severity::Notice, "RFC 5280 §4.1.2.7", key_unknown)
        .demands("the key is of an algorithm that is known here", "find out whether its readers know it")
        .refused_by(EVERYBODY),
];

// Object identifiers, as the contents of their encoding; of a family what its members begin with.
const PKCS1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1];
const ECDSA_SHA2: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3];
const NIST_HASHES: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2];
const NIST_SIGNATURES: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3];
const SHA1: &[u8] = &[0x2b, 0x0e, 3, 2, 0x1a];
const ED448: &[u8] = &[0x2b, 0x65, 0x71];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P224: &[u8] = &[0x2b, 0x81, 4, 0, 0x21];
const SECP256K1: &[u8] = &[0x2b, 0x81, 4, 0, 0x0a];
const BRAINPOOL: &[u8] = &[0x2b, 0x24, 3, 3, 2, 8, 1, 1];

/// An algorithm of signatures that is known by name only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Foreign {
    /// MD2, MD4 or MD5.
    Md(&'static str),
    Sha224,
    Sha3,
    /// SHA-512/224 and SHA-512/256.
    Sha512Cut,
    Ed448,
    /// RSASSA-PSS with two hashes.
    PssMask,
}

/// What an `AlgorithmIdentifier` names, and its parameters.
fn identifier(der: &[u8]) -> Option<(&[u8], Option<Tlv<'_>>)> {
    let mut fields = Reader::new(Tlv::only_contents(der, tlv::SEQUENCE).ok()?);
    Some((fields.expect(tlv::OBJECT_IDENTIFIER).ok()?, fields.read().ok()))
}

/// The parameters of RSASSA-PSS: the hash of the message, that of MGF1, and the octets of the salt.
struct Pss<'a> {
    hash: &'a [u8],
    mask: &'a [u8],
    salt: usize,
}

impl<'a> Pss<'a> {
    /// Reads them, with the defaults of RFC 4055 §3.1.
    fn read(parameters: Tlv<'a>) -> Option<Self> {
        let mut fields = Reader::new(parameters.expect_tag(tlv::SEQUENCE).ok()?);
        let mut pss = Self { hash: SHA1, mask: SHA1, salt: 20 };
        if let Some(hash) = fields.optional(tlv::context_constructed(0)).ok()? {
            pss.hash = identifier(hash.contents)?.0;
        }
        if let Some(mask) = fields.optional(tlv::context_constructed(1)).ok()? {
            pss.mask = identifier(identifier(mask.contents)?.1?.whole)?.0;
        }
        if let Some(salt) = fields.optional(tlv::context_constructed(2)).ok()? {
            let octets = Tlv::only_contents(salt.contents, tlv::INTEGER).ok().filter(|octets| octets.len() <= 4)?;
            pss.salt = octets.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet));
        }
        Some(pss)
    }

    /// Of the signature of a certificate, where it is one of RSASSA-PSS that counts.
    fn of<'v: 'a>(view: &'a View<'v>) -> Option<Self> {
        match signature(view)? {
            ([start @ .., 10], Some(parameters)) if start == PKCS1 => Self::read(parameters),
            _ => None,
        }
    }
}

/// The signature algorithm, unless nobody looks at it: a root is trusted for what it is, not for its signature on itself.
fn signature<'a>(view: &'a View<'_>) -> Option<(&'a [u8], Option<Tlv<'a>>)> {
    identifier(&view.certificate.signature_algorithm_der).filter(|_| !view.certificate.is_root())
}

/// What is foreign about the signature, if something is.
pub(super) fn of_signature(view: &View<'_>) -> Option<Foreign> {
    if let Some(pss) = Pss::of(view) {
        let of_hash = pss.hash.strip_prefix(NIST_HASHES).and_then(|rest| match rest {
            [4] => Some(Foreign::Sha224),
            [5 | 6] => Some(Foreign::Sha512Cut),
            [7..=10] => Some(Foreign::Sha3),
            _ => None,
        });
        return of_hash.or_else(|| (pss.mask != pss.hash).then_some(Foreign::PssMask));
    }
    let (oid, _) = signature(view)?;
    let (last, start) = oid.split_last()?;
    match (start, *last) {
        (PKCS1, 2) => Some(Foreign::Md("MD2")),
        (PKCS1, 3) => Some(Foreign::Md("MD4")),
        (PKCS1, 4) => Some(Foreign::Md("MD5")),
        (PKCS1, 14) | (ECDSA_SHA2, 1) => Some(Foreign::Sha224),
        (PKCS1, 15 | 16) => Some(Foreign::Sha512Cut),
        (NIST_SIGNATURES, 9..=16) => Some(Foreign::Sha3),
        _ if oid == ED448 => Some(Foreign::Ed448),
        _ => None,
    }
}

fn of_hash(view: &View<'_>, foreign: Foreign, name: &str, broken: &mut Broken) {
    if of_signature(view) == Some(foreign) {
        broken.say(format!("the certificate is signed with {name}, which few programs verify"));
    }
}

fn pss_salt(view: &View<'_>, broken: &mut Broken) {
    let Some(pss) = Pss::of(view) else { return };
    let length = match pss.hash.strip_prefix(NIST_HASHES) {
        Some([1]) => 32,
        Some([2]) => 48,
        Some([3]) => 64,
        // What rests on another hash has a rule of its own.
        _ => return,
    };
    if pss.salt != length {
        broken.say(format!("the salt of the RSASSA-PSS signature has {} octets, not {length} as its hash", pss.salt));
    }
}

fn pss_mask(view: &View<'_>, broken: &mut Broken) {
    let differs = of_signature(view) == Some(Foreign::PssMask);
    broken.say_if(differs, "MGF1 of the RSASSA-PSS signature uses another hash than the message");
}

fn signature_unknown(view: &View<'_>, broken: &mut Broken) {
    if let Err(error) = view.certificate.signature_algorithm()
        && !view.certificate.is_root()
        && of_signature(view).is_none()
    {
        broken.say(format!("the signature algorithm is not known here: {}", escape(&error.to_string())));
    }
}

/// What the `AlgorithmIdentifier` of the key names, and its parameters.
fn key<'a>(view: &'a View<'_>) -> Option<(&'a [u8], Option<Tlv<'a>>)> {
    let fields = Tlv::only_contents(&view.certificate.spki_der, tlv::SEQUENCE).ok()?;
    identifier(Reader::new(fields).read().ok()?.whole)
}

/// The parameters of an EC key.
fn ec_parameters<'a>(view: &'a View<'_>) -> Option<Tlv<'a>> {
    key(view).filter(|(oid, _)| *oid == EC)?.1
}

fn named_curve<'a>(view: &'a View<'_>) -> Option<&'a [u8]> {
    ec_parameters(view)?.expect_tag(tlv::OBJECT_IDENTIFIER).ok()
}

fn on_curve(view: &View<'_>, is_it: impl Fn(&[u8]) -> bool, name: &str, broken: &mut Broken) {
    if named_curve(view).is_some_and(is_it) {
        broken.say(format!("the key is on {name}, which not everybody reads"));
    }
}

const EXPLICIT: &str = "the key writes its curve out in parameters instead of naming it";

fn is_explicit(view: &View<'_>) -> bool {
    ec_parameters(view).is_some_and(|parameters| parameters.tag == tlv::SEQUENCE)
}

fn explicit_curve(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(!view.is_ca && is_explicit(view), EXPLICIT);
}

fn explicit_curve_in_ca(view: &View<'_>, broken: &mut Broken) {
    broken.say_if(view.is_ca && is_explicit(view), EXPLICIT);
}

fn ed448(view: &View<'_>, broken: &mut Broken) {
    let own = key(view).is_some_and(|(oid, _)| oid == ED448);
    broken.say_if(own, "the key is Ed448, which few programs read");
    let signed = of_signature(view) == Some(Foreign::Ed448);
    broken.say_if(signed && !own, "the certificate is signed with Ed448, which few programs verify");
}

fn key_unknown(view: &View<'_>, broken: &mut Broken) {
    let Err(error) = view.certificate.public_key() else { return };
    let told = key(view).is_some_and(|(oid, _)| oid == ED448)
        || named_curve(view).is_some_and(|curve| [P224, SECP256K1].contains(&curve) || curve.starts_with(BRAINPOOL))
        || is_explicit(view);
    if !told {
        broken.say(format!("the key cannot be judged here: {}", escape(&error.to_string())));
    }
}
