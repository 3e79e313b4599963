//! Private and public keys: generate, load, encrypt, sign, verify.
//!
//! ring does everything it can; AWS-LC does what ring cannot: RSA key generation, P-521 and ML-DSA.

mod algorithm;
mod armor;
mod asn1;
mod cipher;
mod ec;
mod ed25519;
mod factor;
mod file;
mod identifier;
mod kdf;
mod legacy;
mod ml_dsa;
mod outline;
mod pair;
mod password;
mod pbes;
mod point;
mod private;
mod pss;
mod public;
mod random;
mod rsa;
mod rsa_private;
mod secret;
mod signature;
mod signer;
mod stand_in;
pub(crate) mod tlv;
mod verify;
mod weakness;

pub use algorithm::{Algorithm, Curve, KeyKind, MlDsaLevel, UnknownAlgorithm};
pub use file::{KeyContainer, KeyEncoding, KeyFile, KeyFormat};
pub use outline::KeyOutline;
pub(crate) use password::{PasswordEncryption, PasswordMac};
pub use private::PrivateKey;
pub use public::PublicKey;
pub use random::random_bytes;
pub use secret::Secret;
pub use signature::{Digest, SignatureAlgorithm};
pub use signer::Signer;
pub use weakness::{KeyRules, Weakness};

/// What can go wrong with a key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The bytes are not a key in any supported form.
    #[error("not a usable key: {0}")]
    Malformed(String),
    /// The algorithm is known but cannot be used here.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// The key is encrypted and no passphrase was given.
    #[error("the key is encrypted and needs a passphrase")]
    PassphraseNeeded,
    /// The passphrase does not open the key.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// A signature does not verify.
    #[error("the signature does not verify under this key")]
    BadSignature,
    /// The key is too weak to be used.
    #[error("weak key: {0}")]
    Weak(#[from] Weakness),
    /// The crypto library failed (out of randomness, a token went away).
    #[error("the key operation failed: {0}")]
    Failed(String),
}
