//! The kinds of keys that targets tell apart.

use serde::Deserialize;

use crate::keys::{Curve, KeyKind};

/// A kind of key in a target's table; a kind that is in no list (ML-DSA) is one that no target reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum KeyWord {
    #[serde(rename = "ec-p256")]
    EcP256,
    #[serde(rename = "ec-p384")]
    EcP384,
    #[serde(rename = "ec-p521")]
    EcP521,
    #[serde(rename = "ed25519")]
    Ed25519,
    #[serde(rename = "rsa")]
    Rsa,
    #[serde(rename = "rsa-pss")]
    RsaPss,
}

/// What everybody on OpenSSL, Go or Java of today can load. Keys limited to RSA-PSS are not among it (Go refuses them), nor is
/// ML-DSA (OpenSSL since 3.5 only).
pub(super) const CLASSIC: [KeyWord; 5] =
    [KeyWord::Rsa, KeyWord::EcP256, KeyWord::EcP384, KeyWord::EcP521, KeyWord::Ed25519];

impl KeyWord {
    /// Whether a key is of this kind.
    pub(super) fn covers(self, kind: KeyKind) -> bool {
        match kind {
            KeyKind::Ec(Curve::P256) => self == Self::EcP256,
            KeyKind::Ec(Curve::P384) => self == Self::EcP384,
            KeyKind::Ec(Curve::P521) => self == Self::EcP521,
            KeyKind::Ed25519 => self == Self::Ed25519,
            KeyKind::MlDsa(_) => false,
            KeyKind::Rsa(_) => self == Self::Rsa,
            KeyKind::RsaPss(_) => self == Self::RsaPss,
        }
    }

    /// As people know it.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::EcP256 => "EC P-256",
            Self::EcP384 => "EC P-384",
            Self::EcP521 => "EC P-521",
            Self::Ed25519 => "Ed25519",
            Self::Rsa => "RSA",
            Self::RsaPss => "RSA-PSS",
        }
    }
}

/// `RSA, EC P-256 or Ed25519`.
pub(super) fn list(words: &[KeyWord]) -> String {
    let titles: Vec<&str> = words.iter().map(|word| word.title()).collect();
    match titles.split_last() {
        None => "none".to_owned(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}
