//! Verification of signatures: which library does which combination.

use aws_lc_rs::signature as aws;
use ring::signature as ring;

use super::{Curve, Digest, KeyError, KeyKind, MlDsaLevel, PublicKey, SignatureAlgorithm, point, rsa};

impl PublicKey {
    /// Verifies a signature over the whole message.
    ///
    /// # Errors
    /// [`KeyError::BadSignature`]; [`KeyError::Unsupported`] when key and algorithm do not fit together or the hash is
    /// SHA-1; [`KeyError::Weak`] for an RSA key of a size or exponent that is not computed with.
    pub fn verify(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        let key = self.subject_public_key();
        if algorithm.digest() == Some(Digest::Sha1) {
            return Err(KeyError::Unsupported(format!("signatures with SHA-1 ({})", algorithm.name())));
        }
        match (self.kind(), algorithm) {
            (KeyKind::Ec(curve), SignatureAlgorithm::Ecdsa(digest)) => {
                let point = point::uncompressed(curve, key).ok_or(KeyError::BadSignature)?;
                ecdsa(curve, digest, &point, message, signature)
            }
            (KeyKind::Ed25519, SignatureAlgorithm::Ed25519) => with_ring(&ring::ED25519, key, message, signature),
            (KeyKind::MlDsa(level), SignatureAlgorithm::MlDsa(asked)) if level == asked => match level {
                MlDsaLevel::L44 => with_aws(&aws::ML_DSA_44, key, message, signature),
                MlDsaLevel::L65 => with_aws(&aws::ML_DSA_65, key, message, signature),
                MlDsaLevel::L87 => with_aws(&aws::ML_DSA_87, key, message, signature),
            },
            (KeyKind::Rsa(_), SignatureAlgorithm::RsaPkcs1(digest)) => {
                rsa::verify_pkcs1(digest, key, message, signature)
            }
            (KeyKind::Rsa(_) | KeyKind::RsaPss(_), SignatureAlgorithm::RsaPss(digest, salt)) => {
                // RFC 4055 §3.3: the key's parameters fix the hash and bound the salt from below.
                if self.pss.is_some_and(|limit| limit.digest != digest || limit.salt > salt) {
                    return Err(self.misfit(algorithm));
                }
                rsa::verify_pss((digest, salt), key, message, signature)
            }
            _ => Err(self.misfit(algorithm)),
        }
    }

    fn misfit(&self, algorithm: SignatureAlgorithm) -> KeyError {
        KeyError::Unsupported(format!("{} with a key {}", algorithm.name(), self.kind()))
    }
}

fn ecdsa(curve: Curve, digest: Digest, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
    let ring = |algorithm| with_ring(algorithm, key, message, signature);
    let aws = |algorithm| with_aws(algorithm, key, message, signature);
    match (curve, digest) {
        (_, Digest::Sha1) => Err(KeyError::Unsupported("signatures with SHA-1".to_owned())),
        (Curve::P256, Digest::Sha256) => ring(&ring::ECDSA_P256_SHA256_ASN1),
        (Curve::P256, Digest::Sha384) => ring(&ring::ECDSA_P256_SHA384_ASN1),
        (Curve::P256, Digest::Sha512) => aws(&aws::ECDSA_P256_SHA512_ASN1),
        // Four times as fast as ring, and verifying needs none of the entropy that costs the other library its start.
        (Curve::P384, Digest::Sha256) => aws(&aws::ECDSA_P384_SHA256_ASN1),
        (Curve::P384, Digest::Sha384) => aws(&aws::ECDSA_P384_SHA384_ASN1),
        (Curve::P384, Digest::Sha512) => aws(&aws::ECDSA_P384_SHA512_ASN1),
        (Curve::P521, Digest::Sha256) => aws(&aws::ECDSA_P521_SHA256_ASN1),
        (Curve::P521, Digest::Sha384) => aws(&aws::ECDSA_P521_SHA384_ASN1),
        (Curve::P521, Digest::Sha512) => aws(&aws::ECDSA_P521_SHA512_ASN1),
    }
}

fn with_ring(
    algorithm: &'static dyn ring::VerificationAlgorithm,
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), KeyError> {
    let key = ring::UnparsedPublicKey::new(algorithm, key);
    key.verify(message, signature).map_err(|_| KeyError::BadSignature)
}

fn with_aws(
    algorithm: &'static dyn aws::VerificationAlgorithm,
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), KeyError> {
    let key = aws::UnparsedPublicKey::new(algorithm, key);
    key.verify(message, signature).map_err(|_| KeyError::BadSignature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Algorithm, PrivateKey, Signer};

    #[test]
    fn sha1_and_misfits_are_unsupported() {
        use SignatureAlgorithm::{Ecdsa, Ed25519, MlDsa, RsaPkcs1, RsaPss};
        let offered = [
            Ecdsa(Digest::Sha1),
            Ecdsa(Digest::Sha256),
            Ed25519,
            MlDsa(MlDsaLevel::L44),
            MlDsa(MlDsaLevel::L65),
            RsaPkcs1(Digest::Sha1),
            RsaPkcs1(Digest::Sha256),
            RsaPss(Digest::Sha1, 20),
            RsaPss(Digest::Sha256, 32),
        ];
        for algorithm in [Algorithm::EcP256, Algorithm::Ed25519, Algorithm::MlDsa44, Algorithm::Rsa2048] {
            let key = PrivateKey::generate(algorithm).unwrap();
            let fits = |offer: &SignatureAlgorithm| match key.public_key().verify(*offer, b"message", b"signature") {
                Err(KeyError::BadSignature) => true,
                Err(KeyError::Unsupported(_)) => false,
                other => panic!("{other:?}"),
            };
            let fitting: Vec<_> = offered.into_iter().filter(fits).collect();
            let expected = match key.signature_algorithm() {
                RsaPkcs1(_) => vec![RsaPkcs1(Digest::Sha256), RsaPss(Digest::Sha256, 32)],
                own => vec![own],
            };
            assert_eq!(fitting, expected, "{algorithm}");
        }
    }

    #[test]
    fn every_hash_is_verified_on_every_curve() {
        for algorithm in [Algorithm::EcP256, Algorithm::EcP384, Algorithm::EcP521] {
            let key = PrivateKey::generate(algorithm).unwrap();
            let signature = key.sign(b"message").unwrap();
            for digest in [Digest::Sha256, Digest::Sha384, Digest::Sha512] {
                let offer = SignatureAlgorithm::Ecdsa(digest);
                let result = key.public_key().verify(offer, b"message", &signature);
                match offer == key.signature_algorithm() {
                    true => result.unwrap(),
                    false => assert!(matches!(result, Err(KeyError::BadSignature))),
                }
            }
        }
    }
}
