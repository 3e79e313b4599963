//! RSA moduli that can be factored: small primes, the ROCA structure, close primes.

use std::sync::OnceLock;

use num_bigint::BigUint;

/// How many values above √n are tried; primes that close come from broken generators only.
const FERMAT_ROUNDS: u32 = 100;

/// Finds the smallest prime below 2^16 that divides the modulus.
pub(super) fn small(modulus: &BigUint) -> Option<u32> {
    if !modulus.bit(0) {
        return Some(2);
    }
    // One division of the long number for every few primes: their product, as far as it fits a word.
    static GROUPS: OnceLock<Vec<(u64, Vec<u32>)>> = OnceLock::new();
    GROUPS.get_or_init(prime_groups).iter().find_map(|(product, primes)| {
        let rest = low_word(&(modulus % *product));
        primes.iter().copied().find(|prime| rest.is_multiple_of(u64::from(*prime)))
    })
}

/// Whether the modulus has the fingerprint of CVE-2017-15361: a residue in the subgroup that 65537 generates, modulo
/// each small prime (Nemec et al., "The Return of Coppersmith's Attack", §3). A sound key has it once in 2^28 or so.
pub(super) fn is_roca(modulus: &BigUint) -> bool {
    odd_primes(167).into_iter().all(|prime| {
        let residue = low_word(&(modulus % prime));
        let mut power = 1_u64;
        loop {
            if power == residue {
                return true;
            }
            power = power * 65537 % u64::from(prime);
            if power == 1 {
                return false;
            }
        }
    })
}

/// Whether Fermat's method splits the modulus within [`FERMAT_ROUNDS`] (CVE-2022-26320).
pub(super) fn fermat(modulus: &BigUint) -> bool {
    let mut a = modulus.sqrt();
    if &a * &a < *modulus {
        a += 1_u32;
    }
    // n = a² − b² for some a close above √n; stepping a by one adds 2a + 1 to b².
    let mut b2 = &a * &a - modulus;
    for _ in 0..FERMAT_ROUNDS {
        if is_square(&b2) {
            return true;
        }
        b2 += (&a << 1_u32) + 1_u32;
        a += 1_u32;
    }
    false
}

/// Whether the number is a square; residues decide nearly always, so the long root is rarely taken.
fn is_square(number: &BigUint) -> bool {
    const MODULI: [u64; 6] = [63, 65, 11, 17, 19, 23];
    const PRODUCT: u64 = 63 * 65 * 11 * 17 * 19 * 23;
    let rest = low_word(&(number % PRODUCT));
    let low = number.iter_u64_digits().next().unwrap_or(0);
    let residue = |value: u64, modulus: u64| (0..modulus).any(|root| root * root % modulus == value % modulus);
    if !residue(low, 64) || !MODULI.iter().all(|modulus| residue(rest, *modulus)) {
        return false;
    }
    let root = number.sqrt();
    &root * &root == *number
}

fn prime_groups() -> Vec<(u64, Vec<u32>)> {
    let mut groups: Vec<(u64, Vec<u32>)> = Vec::new();
    for prime in odd_primes(0xffff) {
        match groups.last_mut() {
            Some((product, primes)) if product.checked_mul(u64::from(prime)).is_some() => {
                *product *= u64::from(prime);
                primes.push(prime);
            }
            _ => groups.push((u64::from(prime), vec![prime])),
        }
    }
    groups
}

/// The odd primes up to a limit, by sieve.
fn odd_primes(limit: usize) -> Vec<u32> {
    let mut composite = vec![false; limit + 1];
    let mut primes = Vec::new();
    for number in (3..=limit).step_by(2) {
        if composite[number] {
            continue;
        }
        primes.push(number as u32);
        for multiple in (number * number..=limit).step_by(2 * number) {
            composite[multiple] = true;
        }
    }
    primes
}

fn low_word(number: &BigUint) -> u64 {
    number.iter_u64_digits().next().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::asn1::{self, SEQUENCE};
    use crate::keys::identifier::Family;
    use crate::keys::{Algorithm, KeyRules, PrivateKey, PublicKey, Weakness};

    fn check(modulus: &BigUint, exponent: &[u8], rules: &KeyRules) -> Result<(), Weakness> {
        let key = asn1::tlv(SEQUENCE, &[&asn1::unsigned(&modulus.to_bytes_be()), &asn1::unsigned(exponent)]);
        PublicKey::from_parts(&Family::Rsa.to_der(), &key).unwrap().check(rules)
    }

    /// Whether the number is prime to bases 2 and 3, which is enough to build test moduli.
    fn is_prime(n: &BigUint) -> bool {
        let passes = |base: u32| BigUint::from(base).modpow(&(n - 1_u32), n) == BigUint::from(1_u32);
        small(n).is_none() && passes(2) && passes(3)
    }

    fn next_prime(number: BigUint) -> BigUint {
        let mut number = number | BigUint::from(1_u32);
        while !is_prime(&number) {
            number += 2_u32;
        }
        number
    }

    fn pattern(bits: u32, seed: u32) -> BigUint {
        let mut value = BigUint::from(3_u32);
        let mut state = u64::from(seed);
        while value.bits() < u64::from(bits) {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            value = (value << 16_u32) + ((state >> 40) & 0xffff);
        }
        let excess = value.bits() - u64::from(bits);
        value >> excess
    }

    #[test]
    fn sound_keys_pass() {
        for algorithm in [Algorithm::Rsa2048, Algorithm::EcP521, Algorithm::Ed25519, Algorithm::MlDsa44] {
            PrivateKey::generate(algorithm).unwrap().public_key().check(&KeyRules::default()).unwrap();
        }
    }

    #[test]
    fn close_primes_are_found() {
        let p = next_prime(pattern(1024, 1));
        let near = next_prime(&p + 2_u32);
        assert_eq!(check(&(&p * near), &[1, 0, 1], &KeyRules::default()), Err(Weakness::Fermat));
        assert_eq!(check(&(&p * &p), &[1, 0, 1], &KeyRules::default()), Err(Weakness::Fermat));
        let far = next_prime(&p + (BigUint::from(1_u32) << 600_u32));
        assert_eq!(check(&(&p * far), &[1, 0, 1], &KeyRules::default()), Ok(()));
    }

    #[test]
    fn roca_keys_are_found() {
        // Primes of the form k·M + (65537^a mod M), as the flawed library made them.
        let primorial = odd_primes(701).into_iter().fold(BigUint::from(2_u32), |product, prime| product * prime);
        let prime = |exponent: u32, start: u32| {
            let residue = BigUint::from(65537_u32).modpow(&BigUint::from(exponent), &primorial);
            let offset = (&primorial * start) << (1020 - primorial.bits());
            let mut candidate = offset / &primorial * &primorial + residue;
            while !is_prime(&candidate) {
                candidate += &primorial;
            }
            candidate
        };
        let modulus = prime(123_456, 13) * prime(654_321, 14);
        assert!((2040..=2056).contains(&modulus.bits()), "{}", modulus.bits());
        assert_eq!(
            check(&modulus, &[1, 0, 1], &KeyRules { min_rsa_bits: 2000, ..KeyRules::default() }),
            Err(Weakness::Roca)
        );
    }

    #[test]
    fn small_factors_are_found_and_named() {
        let p = next_prime(pattern(2040, 2));
        for factor in [2_u32, 3, 5, 251, 257, 65_519, 65_521] {
            let modulus = &p * factor;
            let rules = KeyRules { min_rsa_bits: 2041, ..KeyRules::default() };
            assert_eq!(check(&modulus, &[1, 0, 1], &rules), Err(Weakness::SmallFactor(factor)));
        }
        assert_eq!(small(&(p * 65_537_u32)), None);
    }

    #[test]
    fn sizes_and_exponents_follow_the_rules() {
        let modulus = next_prime(pattern(1024, 3)) * next_prime(pattern(1024, 4));
        let rules = KeyRules::default();
        let lax = KeyRules { any_rsa_exponent: true, ..KeyRules::default() };
        assert_eq!(check(&modulus, &[1, 0, 1], &rules), Ok(()));
        assert_eq!(check(&modulus, &[3], &rules), Err(Weakness::RsaExponent("3".to_owned())));
        assert_eq!(check(&modulus, &[3], &lax), Ok(()));
        assert_eq!(check(&modulus, &[1], &lax), Err(Weakness::RsaExponent("1".to_owned())));
        assert_eq!(check(&modulus, &[1, 0, 0], &lax), Err(Weakness::RsaExponent("65536".to_owned())));
        let short = next_prime(pattern(1024, 5));
        let size = Weakness::RsaSize { bits: 1024, min: 2048, max: 8192 };
        assert_eq!(check(&short, &[1, 0, 1], &rules), Err(size));
        let long = BigUint::from(1_u32) << 8192_u32;
        assert!(matches!(check(&long, &[1, 0, 1], &rules), Err(Weakness::RsaSize { bits: 8193, .. })));
    }

    #[test]
    fn squares_are_told_from_others() {
        for root in [0_u32, 1, 2, 3, 1000, 65_535] {
            let square = BigUint::from(root) * root;
            assert!(is_square(&square));
            assert!(root == 0 || !is_square(&(square + 1_u32)));
        }
    }

    #[test]
    fn points_off_the_curve_are_found() {
        let key = PrivateKey::generate(Algorithm::EcP256).unwrap();
        let mut spki = key.public_key().spki_der().to_vec();
        let last = spki.len() - 1;
        spki[last] ^= 1;
        let key = PublicKey::from_spki_der(&spki).unwrap();
        assert_eq!(key.check(&KeyRules::default()), Err(Weakness::OffCurve));
    }
}
