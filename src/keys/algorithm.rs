//! The key algorithms that can be generated, and what a foreign key turns out to be.

use std::fmt;
use std::str::FromStr;

/// A key algorithm that certwright generates; its text form is that of the command line (`ec-p256`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Algorithm {
    EcP256,
    EcP384,
    EcP521,
    Rsa2048,
    Rsa3072,
    Rsa4096,
    Ed25519,
    MlDsa44,
    MlDsa65,
    MlDsa87,
}

impl Algorithm {
    /// The algorithm that makes keys of a kind, if there is one.
    pub fn of_kind(kind: KeyKind) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.kind() == kind)
    }

    /// Every algorithm, in the order shown to people.
    pub const ALL: [Self; 10] = [
        Self::EcP256,
        Self::EcP384,
        Self::EcP521,
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
        Self::Ed25519,
        Self::MlDsa44,
        Self::MlDsa65,
        Self::MlDsa87,
    ];

    /// The name on the command line and in profiles.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EcP256 => "ec-p256",
            Self::EcP384 => "ec-p384",
            Self::EcP521 => "ec-p521",
            Self::Rsa2048 => "rsa-2048",
            Self::Rsa3072 => "rsa-3072",
            Self::Rsa4096 => "rsa-4096",
            Self::Ed25519 => "ed25519",
            Self::MlDsa44 => "ml-dsa-44",
            Self::MlDsa65 => "ml-dsa-65",
            Self::MlDsa87 => "ml-dsa-87",
        }
    }
}

impl Algorithm {
    /// What a key that is generated with it is.
    pub fn kind(self) -> KeyKind {
        match self {
            Self::EcP256 => KeyKind::Ec(Curve::P256),
            Self::EcP384 => KeyKind::Ec(Curve::P384),
            Self::EcP521 => KeyKind::Ec(Curve::P521),
            Self::Rsa2048 => KeyKind::Rsa(2048),
            Self::Rsa3072 => KeyKind::Rsa(3072),
            Self::Rsa4096 => KeyKind::Rsa(4096),
            Self::Ed25519 => KeyKind::Ed25519,
            Self::MlDsa44 => KeyKind::MlDsa(MlDsaLevel::L44),
            Self::MlDsa65 => KeyKind::MlDsa(MlDsaLevel::L65),
            Self::MlDsa87 => KeyKind::MlDsa(MlDsaLevel::L87),
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == text)
            .ok_or_else(|| UnknownAlgorithm(text.to_owned()))
    }
}

/// A text that names no algorithm.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown key algorithm {0:?} (one of ec-p256 ec-p384 ec-p521 rsa-2048 rsa-3072 rsa-4096 ed25519 ml-dsa-44 ml-dsa-65 ml-dsa-87)"
)]
pub struct UnknownAlgorithm(pub String);

/// A named elliptic curve of FIPS 186.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Curve {
    P256,
    P384,
    P521,
}

/// A parameter set of FIPS 204.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum MlDsaLevel {
    L44,
    L65,
    L87,
}

/// What a key is; unlike [`Algorithm`], an RSA key may have any size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// An ECDSA key on a named curve.
    Ec(Curve),
    /// An Ed25519 key, RFC 8410.
    Ed25519,
    /// An ML-DSA key, RFC 9881.
    MlDsa(MlDsaLevel),
    /// An RSA key (`rsaEncryption`) with its modulus size in bits.
    Rsa(usize),
    /// An RSA key limited to PSS (`id-RSASSA-PSS`, RFC 4055) with its modulus size in bits.
    RsaPss(usize),
}

impl fmt::Display for KeyKind {
    /// Writes the form people read: `EC P-256`, `RSA 2048`, `Ed25519`, `ML-DSA-65`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ec(Curve::P256) => f.write_str("EC P-256"),
            Self::Ec(Curve::P384) => f.write_str("EC P-384"),
            Self::Ec(Curve::P521) => f.write_str("EC P-521"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::MlDsa(MlDsaLevel::L44) => f.write_str("ML-DSA-44"),
            Self::MlDsa(MlDsaLevel::L65) => f.write_str("ML-DSA-65"),
            Self::MlDsa(MlDsaLevel::L87) => f.write_str("ML-DSA-87"),
            Self::Rsa(bits) => write!(f, "RSA {bits}"),
            Self::RsaPss(bits) => write!(f, "RSA-PSS {bits}"),
        }
    }
}
