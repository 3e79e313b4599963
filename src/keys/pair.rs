//! The key pairs of the two libraries, ready to sign.

use aws_lc_rs::rand::SystemRandom as AwsRandom;
use aws_lc_rs::signature as aws;
use ring::rand::SystemRandom;
use ring::signature as ring_keys;

use super::ec::Fresh;
use super::{Digest, KeyError, SignatureAlgorithm};

/// A loaded key pair; loading costs as much as signing, so it is kept.
pub(super) enum Pair {
    EcAws(aws::EcdsaKeyPair),
    EcFresh(Box<Fresh>),
    EcRing(ring_keys::EcdsaKeyPair),
    Ed25519(ring_keys::Ed25519KeyPair),
    MlDsa(aws::PqdsaKeyPair),
    RsaAws(aws::RsaKeyPair),
    RsaRing(Box<ring_keys::RsaKeyPair>),
}

impl Pair {
    pub(super) fn sign(&self, algorithm: SignatureAlgorithm, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match self {
            Self::EcAws(pair) => {
                let signature = pair.sign(&AwsRandom::new(), message).map_err(|_| failed())?;
                Ok(signature.as_ref().to_vec())
            }
            Self::EcFresh(fresh) => fresh.pair()?.sign(algorithm, message),
            Self::EcRing(pair) => {
                let signature = pair.sign(&SystemRandom::new(), message).map_err(|_| failed())?;
                Ok(signature.as_ref().to_vec())
            }
            Self::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Self::MlDsa(pair) => {
                let mut signature = vec![0; pair.algorithm().signature_len()];
                let length = pair.sign(message, &mut signature).map_err(|_| failed())?;
                signature.truncate(length);
                Ok(signature)
            }
            Self::RsaAws(pair) => {
                let encoding: &dyn aws::RsaEncoding = match algorithm {
                    SignatureAlgorithm::RsaPkcs1(Digest::Sha256) => &aws::RSA_PKCS1_SHA256,
                    SignatureAlgorithm::RsaPkcs1(Digest::Sha384) => &aws::RSA_PKCS1_SHA384,
                    SignatureAlgorithm::RsaPkcs1(Digest::Sha512) => &aws::RSA_PKCS1_SHA512,
                    SignatureAlgorithm::RsaPss(Digest::Sha256, _) => &aws::RSA_PSS_SHA256,
                    SignatureAlgorithm::RsaPss(Digest::Sha384, _) => &aws::RSA_PSS_SHA384,
                    SignatureAlgorithm::RsaPss(Digest::Sha512, _) => &aws::RSA_PSS_SHA512,
                    other => return Err(KeyError::Unsupported(other.name())),
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &AwsRandom::new(), message, &mut signature).map_err(|_| failed())?;
                Ok(signature)
            }
            Self::RsaRing(pair) => {
                let encoding: &dyn ring_keys::RsaEncoding = match algorithm {
                    SignatureAlgorithm::RsaPkcs1(Digest::Sha256) => &ring_keys::RSA_PKCS1_SHA256,
                    SignatureAlgorithm::RsaPkcs1(Digest::Sha384) => &ring_keys::RSA_PKCS1_SHA384,
                    SignatureAlgorithm::RsaPkcs1(Digest::Sha512) => &ring_keys::RSA_PKCS1_SHA512,
                    SignatureAlgorithm::RsaPss(Digest::Sha256, _) => &ring_keys::RSA_PSS_SHA256,
                    SignatureAlgorithm::RsaPss(Digest::Sha384, _) => &ring_keys::RSA_PSS_SHA384,
                    SignatureAlgorithm::RsaPss(Digest::Sha512, _) => &ring_keys::RSA_PSS_SHA512,
                    other => return Err(KeyError::Unsupported(other.name())),
                };
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(encoding, &SystemRandom::new(), message, &mut signature).map_err(|_| failed())?;
                Ok(signature)
            }
        }
    }
}

fn failed() -> KeyError {
    KeyError::Failed("the signature could not be made".to_owned())
}
