//! ML-DSA private keys, RFC 9881 §6: a seed, an expanded key, or both.

use aws_lc_rs::encoding::AsRawBytes as _;
use aws_lc_rs::signature::{self as aws, KeyPair as _, PqdsaKeyPair, PqdsaSigningAlgorithm};
use zeroize::Zeroizing;

use super::asn1::{self, OCTET_STRING, Reader, SEQUENCE};
use super::pair::Pair;
use super::private::Parts;
use super::public::expect_len;
use super::{KeyError, MlDsaLevel, random_bytes};

/// The context tag of a seed.
const SEED: u8 = 0x80;

/// Generates a key pair.
pub(super) fn generate(level: MlDsaLevel) -> Result<Parts, KeyError> {
    let mut seed = Zeroizing::new([0; 32]);
    random_bytes(&mut *seed)?;
    from_seed(level, &*seed)
}

/// Reads an `ML-DSA-PrivateKey`. A seed is kept as the short form; an expanded key alone stays expanded.
pub(super) fn read(level: MlDsaLevel, der: &[u8]) -> Result<Parts, KeyError> {
    let mut reader = Reader::new(der, "ML-DSA private key");
    let element = reader.next()?;
    reader.finish()?;
    match element.tag {
        SEED => from_seed(level, element.contents),
        OCTET_STRING => from_expanded(level, element.contents),
        SEQUENCE => {
            let mut both = Reader::new(element.contents, "ML-DSA private key");
            let (seed, expanded) = (both.expect(OCTET_STRING)?, both.expect(OCTET_STRING)?);
            both.finish()?;
            let parts = from_seed(level, seed)?;
            // RFC 9881 §8.1: a key whose halves disagree must not be used.
            let same = match &parts.pair {
                Pair::MlDsa(pair) => pair.private_key().as_raw_bytes().is_ok_and(|raw| raw.as_ref() == expanded),
                _ => false,
            };
            if same {
                return Ok(parts);
            }
            Err(KeyError::Malformed("an ML-DSA private key whose seed does not give its expanded key".to_owned()))
        }
        _ => Err(reader.broken()),
    }
}

fn from_seed(level: MlDsaLevel, seed: &[u8]) -> Result<Parts, KeyError> {
    expect_len("an ML-DSA seed", seed, 32)?;
    let pair = PqdsaKeyPair::from_seed(algorithm(level), seed).map_err(|_| unusable())?;
    let public = pair.public_key().as_ref().to_vec();
    Ok(Parts { pair: Pair::MlDsa(pair), body: asn1::tlv(SEED, &[seed]), public })
}

fn from_expanded(level: MlDsaLevel, expanded: &[u8]) -> Result<Parts, KeyError> {
    let length = match level {
        MlDsaLevel::L44 => 2560,
        MlDsaLevel::L65 => 4032,
        MlDsaLevel::L87 => 4896,
    };
    expect_len("an expanded ML-DSA key", expanded, length)?;
    let pair = PqdsaKeyPair::from_raw_private_key(algorithm(level), expanded).map_err(|_| unusable())?;
    let public = pair.public_key().as_ref().to_vec();
    Ok(Parts { pair: Pair::MlDsa(pair), body: asn1::tlv(OCTET_STRING, &[expanded]), public })
}

fn algorithm(level: MlDsaLevel) -> &'static PqdsaSigningAlgorithm {
    match level {
        MlDsaLevel::L44 => &aws::ML_DSA_44_SIGNING,
        MlDsaLevel::L65 => &aws::ML_DSA_65_SIGNING,
        MlDsaLevel::L87 => &aws::ML_DSA_87_SIGNING,
    }
}

fn unusable() -> KeyError {
    KeyError::Malformed("an ML-DSA private key that cannot be used".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::identifier::Family;
    use crate::keys::{Algorithm, PrivateKey, Signer};

    const LEVELS: [(MlDsaLevel, Algorithm); 3] = [
        (MlDsaLevel::L44, Algorithm::MlDsa44),
        (MlDsaLevel::L65, Algorithm::MlDsa65),
        (MlDsaLevel::L87, Algorithm::MlDsa87),
    ];

    fn pkcs8(level: MlDsaLevel, body: &[u8]) -> Zeroizing<Vec<u8>> {
        let key = asn1::tlv(OCTET_STRING, &[body]);
        asn1::tlv(SEQUENCE, &[&asn1::unsigned(&[0]), &Family::MlDsa(level).to_der(), &key])
    }

    #[test]
    fn all_three_forms_are_the_same_key() {
        for (level, algorithm) in LEVELS {
            let key = PrivateKey::generate(algorithm).unwrap();
            let seed = &key.body()[2..];
            let Parts { pair: Pair::MlDsa(pair), .. } = from_seed(level, seed).unwrap() else { panic!() };
            let raw = pair.private_key().as_raw_bytes().unwrap();
            let octets = asn1::tlv(OCTET_STRING, &[raw.as_ref()]);
            let expanded = PrivateKey::from_pkcs8_der(&pkcs8(level, &octets)).unwrap();
            assert_eq!(expanded.public_key(), key.public_key());
            let signature = expanded.sign(b"message").unwrap();
            key.public_key().verify(key.signature_algorithm(), b"message", &signature).unwrap();
            let again = PrivateKey::from_pkcs8_der(&expanded.to_pkcs8_der()).unwrap();
            assert_eq!(again.public_key(), key.public_key());

            let both = asn1::tlv(SEQUENCE, &[&asn1::tlv(OCTET_STRING, &[seed]), &octets]);
            let both = PrivateKey::from_pkcs8_der(&pkcs8(level, &both)).unwrap();
            assert_eq!(both.to_pkcs8_der(), key.to_pkcs8_der());

            let other = asn1::tlv(SEQUENCE, &[&asn1::tlv(OCTET_STRING, &[&[1; 32]]), &octets]);
            assert!(matches!(PrivateKey::from_pkcs8_der(&pkcs8(level, &other)), Err(KeyError::Malformed(_))));
        }
    }
}
