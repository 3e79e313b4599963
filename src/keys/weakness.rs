//! What makes a public key unfit.

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
