//! Points on the NIST curves, with plain big numbers: everything here is public.

use std::borrow::Cow;

use num_bigint::BigUint;

use super::public::field_len;
use super::{Curve, KeyError};

/// Whether the octets have the shape of a point, compressed or not (SEC 1 §2.3.4).
pub(super) fn check_form(curve: Curve, octets: &[u8]) -> Result<(), KeyError> {
    let field = field_len(curve);
    match octets.first() {
        Some(4) if octets.len() == 1 + 2 * field => Ok(()),
        Some(2 | 3) if octets.len() == 1 + field => Ok(()),
        Some(6 | 7) => Err(KeyError::Unsupported("EC point in the hybrid form".to_owned())),
        _ => Err(KeyError::Malformed("an EC point of the wrong length or form".to_owned())),
    }
}

/// The point in its uncompressed form, which is the only one that ring takes; not checked if it was that already.
pub(super) fn uncompressed(curve: Curve, octets: &[u8]) -> Option<Cow<'_, [u8]>> {
    check_form(curve, octets).ok()?;
    if octets[0] == 4 {
        return Some(Cow::Borrowed(octets));
    }
    let Equation { p, .. } = equation(curve);
    let x = BigUint::from_bytes_be(&octets[1..]);
    let square = right_side(curve, &x)?;
    // All three primes are 3 modulo 4, which makes the root a single power.
    let mut y = square.modpow(&((&p + 1_u32) >> 2), &p);
    if &y * &y % &p != square {
        return None;
    }
    if y.bit(0) != (octets[0] == 3) {
        y = &p - y;
    }
    let mut point = vec![4];
    point.extend_from_slice(&octets[1..]);
    let y = y.to_bytes_be();
    point.resize(1 + 2 * field_len(curve) - y.len(), 0);
    point.extend_from_slice(&y);
    Some(Cow::Owned(point))
}

/// Whether the point satisfies the curve's equation y² = x³ − 3x + b.
pub(super) fn on_curve(curve: Curve, octets: &[u8]) -> bool {
    let Some(point) = uncompressed(curve, octets) else { return false };
    let (x, y) = point[1..].split_at(field_len(curve));
    let (x, y) = (BigUint::from_bytes_be(x), BigUint::from_bytes_be(y));
    let Equation { p, .. } = equation(curve);
    y < p && right_side(curve, &x).is_some_and(|right| &y * &y % &p == right)
}

/// Whether the octets are the canonical encoding of a point on Ed25519's curve (RFC 8032 §5.1.3).
pub(super) fn on_edwards25519(octets: &[u8]) -> bool {
    let mut octets = octets.to_vec();
    let Some(last) = octets.last_mut() else { return false };
    let odd = *last & 0x80 != 0;
    *last &= 0x7f;
    let y = BigUint::from_bytes_le(&octets);
    let p = (BigUint::from(1_u32) << 255) - 19_u32;
    if y >= p {
        return false;
    }
    let square = &y * &y % &p;
    let numerator = (&square + &p - 1_u32) % &p;
    if numerator == BigUint::ZERO {
        return !odd;
    }
    // x² = (y² − 1) / (d·y² + 1): a quotient has a root when the product has one (Euler's criterion).
    let d = BigUint::parse_bytes(EDWARDS25519_D, 16).unwrap_or_default();
    let product = numerator * (d * square + 1_u32) % &p;
    product.modpow(&((&p - 1_u32) >> 1), &p) == BigUint::from(1_u32)
}

/// −121665 / 121666 modulo 2²⁵⁵ − 19.
const EDWARDS25519_D: &[u8] = b"52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3";

struct Equation {
    p: BigUint,
    b: BigUint,
}

/// Field prime and `b` of FIPS 186-4 appendix D.1.2.
fn equation(curve: Curve) -> Equation {
    let power = |bits: u32| BigUint::from(1_u32) << bits;
    let (p, b) = match curve {
        Curve::P256 => (
            power(256) + power(192) + power(96) - power(224) - 1_u32,
            "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
        ),
        Curve::P384 => (
            power(384) + power(32) - power(128) - power(96) - 1_u32,
            "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
        ),
        Curve::P521 => (
            power(521) - 1_u32,
            "51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf\
             073573df883d2c34f1ef451fd46b503f00",
        ),
    };
    Equation { p, b: BigUint::parse_bytes(b.as_bytes(), 16).unwrap_or_default() }
}

/// x³ − 3x + b, unless x is no field element.
fn right_side(curve: Curve, x: &BigUint) -> Option<BigUint> {
    let Equation { p, b } = equation(curve);
    if *x >= p {
        return None;
    }
    Some((x * x * x + (&p - x) * 3_u32 + b) % p)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Algorithm, PrivateKey};

    const CURVES: [(Curve, Algorithm); 3] =
        [(Curve::P256, Algorithm::EcP256), (Curve::P384, Algorithm::EcP384), (Curve::P521, Algorithm::EcP521)];

    #[test]
    fn real_points_are_on_their_curve_and_others_are_not() {
        for (curve, algorithm) in CURVES {
            let key = PrivateKey::generate(algorithm).unwrap();
            let mut point = key.public_key().subject_public_key().to_vec();
            assert!(on_curve(curve, &point), "{algorithm}");
            let last = point.len() - 1;
            point[last] ^= 1;
            assert!(!on_curve(curve, &point), "{algorithm}");
            assert!(!on_curve(curve, &point[..last]));
        }
    }

    #[test]
    fn compression_is_undone() {
        for (curve, algorithm) in CURVES {
            for _ in 0..4 {
                let key = PrivateKey::generate(algorithm).unwrap();
                let point = key.public_key().subject_public_key();
                let mut compressed = point[..=field_len(curve)].to_vec();
                compressed[0] = 2 | (point[point.len() - 1] & 1);
                assert_eq!(uncompressed(curve, &compressed).unwrap(), point);
            }
        }
    }

    #[test]
    fn field_elements_are_reduced() {
        let mut point = vec![4];
        point.extend([0xff; 64]);
        assert!(!on_curve(Curve::P256, &point));
    }

    #[test]
    fn edwards_points() {
        let key = PrivateKey::generate(Algorithm::Ed25519).unwrap();
        assert!(on_edwards25519(key.public_key().subject_public_key()));
        let invalid = (0..=255_u8).filter(|byte| !on_edwards25519(&[*byte; 32])).count();
        assert!((64..192).contains(&invalid), "about half of all octet strings are points, {invalid} were not");
        assert!(!on_edwards25519(&[0xff; 32]));
    }
}
