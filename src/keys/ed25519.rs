//! Ed25519 private keys, RFC 8410 §7.

use ring::signature::{Ed25519KeyPair, KeyPair as _};
use zeroize::Zeroizing;

use super::asn1::{self, OCTET_STRING, Reader};
use super::pair::Pair;
use super::private::Parts;
use super::public::expect_len;
use super::{KeyError, random_bytes};

/// Generates a key pair.
pub(super) fn generate() -> Result<Parts, KeyError> {
    let mut seed = Zeroizing::new([0; 32]);
    random_bytes(&mut *seed)?;
    from_seed(&*seed)
}

/// Reads a `CurvePrivateKey`: an OCTET STRING with the seed.
pub(super) fn read(der: &[u8]) -> Result<Parts, KeyError> {
    let mut reader = Reader::new(der, "Ed25519 private key");
    let seed = reader.expect(OCTET_STRING)?;
    reader.finish()?;
    from_seed(seed)
}

fn from_seed(seed: &[u8]) -> Result<Parts, KeyError> {
    expect_len("an Ed25519 private key", seed, 32)?;
    let pair = Ed25519KeyPair::from_seed_unchecked(seed)
        .map_err(|_| KeyError::Malformed("an Ed25519 private key that cannot be used".to_owned()))?;
    let public = pair.public_key().as_ref().to_vec();
    Ok(Parts { pair: Pair::Ed25519(pair), body: asn1::tlv(OCTET_STRING, &[seed]), public })
}
