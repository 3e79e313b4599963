//! What makes a public key unfit.

use num_bigint::BigUint;

use super::{KeyKind, PublicKey, factor, point, rsa};

/// The rules a public key must meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRules {
    /// Smallest RSA modulus in bits.
    pub min_rsa_bits: usize,
    /// Largest RSA modulus in bits (verification cost grows with its cube).
    pub max_rsa_bits: usize,
    /// Whether RSA public exponents other than 65537 are accepted (still odd and ≥ 3).
    pub any_rsa_exponent: bool,
}

impl Default for KeyRules {
    fn default() -> Self {
        Self { min_rsa_bits: 2048, max_rsa_bits: 8192, any_rsa_exponent: false }
    }
}

impl PublicKey {
    /// Checks the key against the rules: size, exponent, small factors, ROCA, Fermat-close primes, point on curve.
    ///
    /// # Errors
    /// The first weakness found.
    pub fn check(&self, rules: &KeyRules) -> Result<(), Weakness> {
        let key = self.subject_public_key();
        let sound = match self.kind() {
            KeyKind::Ec(curve) => point::on_curve(curve, key),
            KeyKind::Ed25519 => point::on_edwards25519(key),
            // Every octet string of the right length is an ML-DSA public key.
            KeyKind::MlDsa(_) => true,
            KeyKind::Rsa(_) | KeyKind::RsaPss(_) => match rsa::Public::read(key) {
                Ok(public) => return check_rsa(&public, rules),
                Err(_) => false,
            },
        };
        if sound { Ok(()) } else { Err(Weakness::OffCurve) }
    }
}

fn check_rsa(key: &rsa::Public<'_>, rules: &KeyRules) -> Result<(), Weakness> {
    let bits = key.bits();
    if !(rules.min_rsa_bits..=rules.max_rsa_bits).contains(&bits) {
        return Err(Weakness::RsaSize { bits, min: rules.min_rsa_bits, max: rules.max_rsa_bits });
    }
    let usual = key.exponent == [1, 0, 1];
    if !(usual || rules.any_rsa_exponent && key.exponent_is_sane()) {
        return Err(Weakness::RsaExponent(key.exponent_text()));
    }
    let modulus = BigUint::from_bytes_be(key.modulus);
    if let Some(prime) = factor::small(&modulus) {
        return Err(Weakness::SmallFactor(prime));
    }
    if factor::is_roca(&modulus) {
        return Err(Weakness::Roca);
    }
    if factor::fermat(&modulus) { Err(Weakness::Fermat) } else { Ok(()) }
}

/// Why a public key is unfit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Weakness {
    /// The RSA modulus is too short or too long.
    #[error("RSA modulus of {bits} bits, allowed are {min} to {max}")]
    RsaSize {
        /// Bits found.
        bits: usize,
        /// Bits allowed at least.
        min: usize,
        /// Bits allowed at most.
        max: usize,
    },
    /// The RSA public exponent is not 65537 (or, if any is allowed, even or below 3).
    #[error("RSA public exponent {0}, expected 65537")]
    RsaExponent(String),
    /// The RSA modulus is divisible by a small prime.
    #[error("RSA modulus divisible by {0}")]
    SmallFactor(u32),
    /// The RSA modulus has the structure of CVE-2017-15361 (ROCA).
    #[error("RSA modulus with the structure of the ROCA flaw (CVE-2017-15361)")]
    Roca,
    /// The RSA primes are so close that Fermat's method factors the modulus (CVE-2022-26320).
    #[error("RSA primes too close together (Fermat factorisation, CVE-2022-26320)")]
    Fermat,
    /// The point is not on its curve.
    #[error("the public point is not on the curve")]
    OffCurve,
}
