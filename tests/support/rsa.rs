//! RSA keys that no library would generate: too short, with a small exponent, with primes chosen badly.

use num_bigint::BigUint;
use ring::digest::{SHA256, digest};

use crate::der::{bit_string, sequence, tlv, typed};

/// Contents of the object identifier `rsaEncryption`.
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// Contents of the object identifier `sha256WithRSAEncryption`.
const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
/// What goes before a SHA-256 hash in a PKCS#1 v1.5 signature (RFC 8017 §9.2).
const DIGEST_INFO: &[u8] =
    &[0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// An RSA key that can sign.
pub(crate) struct RsaKey {
    modulus: BigUint,
    exponent: BigUint,
    private: BigUint,
}

impl RsaKey {
    /// The key of two primes; `None` where the exponent has no inverse.
    pub(crate) fn of(p: &BigUint, q: &BigUint, exponent: u32) -> Option<Self> {
        let one = BigUint::from(1_u8);
        let exponent = BigUint::from(exponent);
        let private = exponent.modinv(&((p - &one) * (q - &one)))?;
        Some(Self { modulus: p * q, exponent, private })
    }

    /// A key of a size, the same one every time; its primes are far apart.
    pub(crate) fn of_size(bits: usize, exponent: u32) -> Self {
        let seeds = (0..u8::MAX).step_by(2);
        let mut keys = seeds.filter_map(|seed| Self::of(&prime(bits / 2, seed), &prime(bits / 2, seed + 1), exponent));
        keys.next().expect("most primes will do")
    }

    /// A key whose primes are neighbours.
    pub(crate) fn of_neighbours(bits: usize) -> Self {
        let mut p = prime(bits / 2, 1);
        loop {
            let q = next_prime(&p + 2_u8);
            if let Some(key) = Self::of(&p, &q, 65537) {
                return key;
            }
            p = q;
        }
    }

    /// A 2048-bit key with primes of the form k·M + 65537^a mod M, as the Infineon library made them (CVE-2017-15361).
    pub(crate) fn of_infineon() -> Self {
        let is_small_prime = |n: &u32| (2..*n).take_while(|d| d * d <= *n).all(|d| !n.is_multiple_of(d));
        let m: BigUint = (2..).filter(is_small_prime).take(126).map(BigUint::from).product();
        let prime = |seed: u32| {
            let residue = BigUint::from(65537_u32).modpow(&BigUint::from(1000 + seed), &m);
            let k = (BigUint::from(3_u8) << 1022_u32) / &m + seed;
            (0_u32..).map(|step| (&k + step) * &m + &residue).find(is_prime).expect("primes never end")
        };
        (2_u32..).find_map(|seed| Self::of(&prime(1), &prime(seed * 1000), 65537)).expect("most primes will do")
    }

    /// The `SubjectPublicKeyInfo`.
    pub(crate) fn spki(&self) -> Vec<u8> {
        spki(&self.modulus, &self.exponent)
    }

    /// A whole request around an encoded `CertificationRequestInfo`, signed with PKCS#1 v1.5 and SHA-256.
    pub(crate) fn finish(&self, info: &[u8]) -> Vec<u8> {
        let length = self.modulus.bits().div_ceil(8) as usize;
        let hashed = [DIGEST_INFO, digest(&SHA256, info).as_ref()].concat();
        let padding = vec![0xff; length - hashed.len() - 3];
        let message = BigUint::from_bytes_be(&[&[0, 1], &padding[..], &[0], &hashed].concat());
        let signature = message.modpow(&self.private, &self.modulus).to_bytes_be();
        let signature = [vec![0; length - signature.len()], signature].concat();
        with_signature(info, &signature)
    }
}

/// The `SubjectPublicKeyInfo` of a modulus and exponent of any kind.
pub(crate) fn spki(modulus: &BigUint, exponent: &BigUint) -> Vec<u8> {
    let key = sequence(&[&integer(modulus), &integer(exponent)]);
    sequence(&[&typed(RSA_ENCRYPTION, &[0x05, 0x00]), &bit_string(&key)])
}

/// A request with a signature of any bytes.
pub(crate) fn with_signature(info: &[u8], signature: &[u8]) -> Vec<u8> {
    sequence(&[info, &typed(SHA256_WITH_RSA, &[0x05, 0x00]), &bit_string(signature)])
}

fn integer(value: &BigUint) -> Vec<u8> {
    let octets = value.to_bytes_be();
    let sign = if octets[0] & 0x80 != 0 { &[0][..] } else { &[] };
    tlv(0x02, &[sign, &octets].concat())
}

/// A prime with its two top bits set, the same one every time.
fn prime(bits: usize, seed: u8) -> BigUint {
    let octets: Vec<u8> =
        (0..bits / 256).flat_map(|part| digest(&SHA256, &[seed, part as u8]).as_ref().to_vec()).collect();
    let mut start = BigUint::from_bytes_be(&octets);
    for bit in [0, bits as u64 - 1, bits as u64 - 2] {
        start.set_bit(bit, true);
    }
    next_prime(start)
}

fn next_prime(odd: BigUint) -> BigUint {
    (0_u32..).map(|step| &odd + 2 * step).find(is_prime).expect("primes never end")
}

/// Fermat's test, which is enough for numbers that nobody chose to fool it.
fn is_prime(number: &BigUint) -> bool {
    let zero = BigUint::ZERO;
    let small = (3_u32..2000).step_by(2).any(|divisor| number % divisor == zero);
    !small && number.bit(0) && BigUint::from(2_u8).modpow(&(number - 1_u8), number) == BigUint::from(1_u8)
}
