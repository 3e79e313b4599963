//! Algorithms and keys that are broken.

use super::{Plan, server};
use crate::testing::Program::{self, GnuTls, Go, Java, Node, OpenSsl, Pyca, Rustls};
use crate::testing::Purpose::Server;
use crate::testing::TestingError;
use crate::testing::der::{bit_string, integer, sequence};
use crate::testing::forge::{Forge, Made};
use crate::testing::key::{Hash, Kind, Published};
use crate::x509::tlv;

pub(super) const PLANS: &[Plan] = &[
    server("algorithm-mismatch", "the algorithm that is signed is not the one outside", "RFC 5280 §4.1.1.2", |f| {
        // ecdsa-with-SHA384 inside, ecdsa-with-SHA256 outside.
        f.server(|t| t.inner_algorithm = Some(sequence(&[&[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3]])))
    }),
    server("ec-explicit-parameters", "the curve of its key is spelled out, and not named", "RFC 5480 §2.1.1", |f| {
        f.server(|t| t.spki = explicit_curve(&t.spki))
    })
    .accepted_by(&[GnuTls, Pyca, Rustls]),
    server("md5", "it is signed with MD5", "RFC 8446 §4.4.2.4", |f| rsa(f, Hash::Md5)).accepted_by(&[OpenSsl]),
    server("rsa-1024", "its RSA key has 1024 bits", "RFC 9325 §4.5", |f| {
        f.leaf(&f.line_rsa()?, Server, Kind::Rsa(Published::Short), |_| {})
    })
    .accepted_by(&[GnuTls, Go, Java, Node, OpenSsl, Pyca, Rustls]),
    server("rsa-1024-intermediate", "the RSA key of its issuer has 1024 bits", "RFC 9325 §4.5", |f| {
        let root = f.line_rsa()?.remove(1);
        let issuing = f.below(&root, "issuing-rsa-1024", Kind::Rsa(Published::Short), Some(0), |_| {})?;
        f.leaf(&[issuing, root], Server, Kind::Rsa(Published::Leaf), |_| {})
    })
    .accepted_by(&[GnuTls, Go, Java, Node, OpenSsl]),
    server("rsa-exponent-3", "the public exponent of its RSA key is 3", "FIPS 186-5 §5.1", |f| {
        f.leaf(&f.line_rsa()?, Server, Kind::Rsa(Published::SmallExponent), |_| {})
    })
    .accepted_by(&Program::ALL),
    server("sha1", "it is signed with SHA-1", "RFC 8446 §4.4.2.4, RFC 9155", |f| rsa(f, Hash::Sha1))
        .accepted_by(&[Java, OpenSsl]),
    server("sha1-ecdsa", "it is signed with ECDSA and SHA-1", "RFC 8446 §4.4.2.4, RFC 9155", |f| {
        f.server(|t| t.hash = Some(Hash::Sha1))
    })
    .accepted_by(&[Java, OpenSsl]),
    server("sha1-intermediate", "its issuer is signed with SHA-1", "RFC 8446 §4.4.2.4, RFC 9155", |f| {
        f.server_below(|t| t.hash = Some(Hash::Sha1))
    })
    .accepted_by(&[Java, OpenSsl]),
];

fn rsa(f: &Forge<'_>, hash: Hash) -> Result<Made, TestingError> {
    f.leaf(&f.line_rsa()?, Server, Kind::Rsa(Published::Leaf), |t| t.hash = Some(hash))
}

/// The same key of P-256, with the numbers of the curve (SP 800-186 §3.2.1.3).
fn explicit_curve(spki: &[u8]) -> Vec<u8> {
    const P: &str = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
    const A: &str = "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc";
    const B: &str = "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b";
    const G: &str = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
                     4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
    const N: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let octets = |text: &str| -> Vec<u8> {
        let digit = |octet: u8| char::from(octet).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0);
        text.as_bytes().chunks(2).map(|pair| pair.iter().fold(0, |sum, octet| sum << 4 | digit(*octet))).collect()
    };
    let string = |text: &str| tlv::encode(tlv::OCTET_STRING, &octets(text));
    let prime_field = [6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 1, 1];
    let parameters = sequence(&[
        &[2, 1, 1],
        &sequence(&[&prime_field, &integer(&octets(P))]),
        &sequence(&[&string(A), &string(B)]),
        &string(G),
        &integer(&octets(N)),
        &[2, 1, 1],
    ]);
    // The uncompressed point is the end of the key.
    let point = spki.get(spki.len().saturating_sub(65)..).unwrap_or_default();
    let algorithm = sequence(&[&[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1], &parameters]);
    sequence(&[&algorithm, &bit_string(point)])
}
