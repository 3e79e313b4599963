//! Signature algorithms as X.509 names them.

use der::asn1::ObjectIdentifier as Oid;

use super::asn1::{self, NULL, Reader, SEQUENCE};
use super::identifier::{self, Identifier, PssParameters};
use super::{Curve, KeyError, MlDsaLevel};

const ECDSA_SHA1: Oid = Oid::new_unwrap("1.2.840.10045.4.1");
const ECDSA_SHA256: Oid = Oid::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: Oid = Oid::new_unwrap("1.2.840.10045.4.3.3");
const ECDSA_SHA512: Oid = Oid::new_unwrap("1.2.840.10045.4.3.4");
const RSA_SHA1: Oid = Oid::new_unwrap("1.2.840.113549.1.1.5");
const RSA_SHA256: Oid = Oid::new_unwrap("1.2.840.113549.1.1.11");
const RSA_SHA384: Oid = Oid::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA512: Oid = Oid::new_unwrap("1.2.840.113549.1.1.13");

/// A hash function inside a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Digest {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Digest {
    /// The hash that goes with a curve: as strong as the curve.
    pub fn for_curve(curve: Curve) -> Self {
        match curve {
            Curve::P256 => Self::Sha256,
            Curve::P384 => Self::Sha384,
            Curve::P521 => Self::Sha512,
        }
    }

    /// The name as OpenSSL writes it inside signature names, such as `SHA256`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha384 => "SHA384",
            Self::Sha512 => "SHA512",
        }
    }

    /// Output length in octets.
    pub fn output_len(self) -> usize {
        self.algorithm().output_len()
    }

    pub(super) fn algorithm(self) -> &'static ring::digest::Algorithm {
        match self {
            Self::Sha1 => &ring::digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &ring::digest::SHA256,
            Self::Sha384 => &ring::digest::SHA384,
            Self::Sha512 => &ring::digest::SHA512,
        }
    }
}

/// A signature algorithm (an `AlgorithmIdentifier` with its parameters).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// ECDSA with the hash, RFC 5758.
    Ecdsa(Digest),
    /// Ed25519, RFC 8410.
    Ed25519,
    /// ML-DSA, RFC 9881.
    MlDsa(MlDsaLevel),
    /// RSASSA-PKCS1-v1_5 with the hash, RFC 8017.
    RsaPkcs1(Digest),
    /// RSASSA-PSS with hash (MGF1 with the same hash) and salt length in octets, RFC 4055.
    RsaPss(Digest, usize),
}

impl SignatureAlgorithm {
    /// Reads an `AlgorithmIdentifier` from its DER (the whole SEQUENCE).
    ///
    /// Algorithms with SHA-1 are read, so that they can be named; [`PublicKey::verify`](super::PublicKey::verify)
    /// refuses them.
    ///
    /// # Errors
    /// [`KeyError::Unsupported`] names the algorithm's OID; [`KeyError::Malformed`] for broken DER or parameters.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let mut reader = Reader::new(der, "signature algorithm");
        let identifier = Identifier::read(&mut reader)?;
        reader.finish()?;
        let rsa = |digest| identifier.null_or_none().map(|()| Self::RsaPkcs1(digest));
        let algorithm = match identifier.oid {
            RSA_SHA1 => return rsa(Digest::Sha1),
            RSA_SHA256 => return rsa(Digest::Sha256),
            RSA_SHA384 => return rsa(Digest::Sha384),
            RSA_SHA512 => return rsa(Digest::Sha512),
            identifier::RSA_PSS => {
                let missing = || KeyError::Malformed("an RSASSA-PSS signature without parameters".to_owned());
                let parameters = identifier::pss_parameters(identifier.parameters.ok_or_else(missing)?)?;
                return Ok(Self::RsaPss(parameters.digest, parameters.salt));
            }
            ECDSA_SHA1 => Self::Ecdsa(Digest::Sha1),
            ECDSA_SHA256 => Self::Ecdsa(Digest::Sha256),
            ECDSA_SHA384 => Self::Ecdsa(Digest::Sha384),
            ECDSA_SHA512 => Self::Ecdsa(Digest::Sha512),
            identifier::ED25519 => Self::Ed25519,
            other => match identifier::ml_dsa_level(other) {
                Some(level) => Self::MlDsa(level),
                None => return Err(KeyError::Unsupported(identifier::name(&other))),
            },
        };
        identifier.no_parameters()?;
        Ok(algorithm)
    }

    /// The DER of the `AlgorithmIdentifier`.
    pub fn to_der(self) -> Vec<u8> {
        let null = vec![NULL, 0];
        let (oid, parameters) = match self {
            Self::Ecdsa(Digest::Sha1) => (ECDSA_SHA1, Vec::new()),
            Self::Ecdsa(Digest::Sha256) => (ECDSA_SHA256, Vec::new()),
            Self::Ecdsa(Digest::Sha384) => (ECDSA_SHA384, Vec::new()),
            Self::Ecdsa(Digest::Sha512) => (ECDSA_SHA512, Vec::new()),
            Self::Ed25519 => (identifier::ED25519, Vec::new()),
            Self::MlDsa(level) => (identifier::ml_dsa_oid(level), Vec::new()),
            Self::RsaPkcs1(Digest::Sha1) => (RSA_SHA1, null),
            Self::RsaPkcs1(Digest::Sha256) => (RSA_SHA256, null),
            Self::RsaPkcs1(Digest::Sha384) => (RSA_SHA384, null),
            Self::RsaPkcs1(Digest::Sha512) => (RSA_SHA512, null),
            Self::RsaPss(digest, salt) => (identifier::RSA_PSS, PssParameters { digest, salt }.to_der()),
        };
        asn1::tlv(SEQUENCE, &[&asn1::oid(&oid), &parameters]).to_vec()
    }

    /// The name OpenSSL prints, such as `ecdsa-with-SHA256`; PSS adds its hash and salt length in octets.
    pub fn name(self) -> String {
        match self {
            Self::Ecdsa(digest) => format!("ecdsa-with-{}", digest.name()),
            Self::Ed25519 => "ED25519".to_owned(),
            Self::MlDsa(MlDsaLevel::L44) => "ML-DSA-44".to_owned(),
            Self::MlDsa(MlDsaLevel::L65) => "ML-DSA-65".to_owned(),
            Self::MlDsa(MlDsaLevel::L87) => "ML-DSA-87".to_owned(),
            Self::RsaPkcs1(digest) => format!("{}WithRSAEncryption", digest.name().to_lowercase()),
            Self::RsaPss(digest, salt) => format!("rsassaPss with {}, salt {salt}", digest.name()),
        }
    }

    /// The hash that goes over the message first, if the algorithm has one of its own choice.
    pub fn digest(self) -> Option<Digest> {
        match self {
            Self::Ecdsa(digest) | Self::RsaPkcs1(digest) | Self::RsaPss(digest, _) => Some(digest),
            Self::Ed25519 | Self::MlDsa(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<SignatureAlgorithm> {
        let digests = [Digest::Sha1, Digest::Sha256, Digest::Sha384, Digest::Sha512];
        let levels = [MlDsaLevel::L44, MlDsaLevel::L65, MlDsaLevel::L87];
        let mut all = vec![SignatureAlgorithm::Ed25519];
        all.extend(levels.map(SignatureAlgorithm::MlDsa));
        for digest in digests {
            all.push(SignatureAlgorithm::Ecdsa(digest));
            all.push(SignatureAlgorithm::RsaPkcs1(digest));
            all.extend([0, 20, digest.output_len(), 222].map(|salt| SignatureAlgorithm::RsaPss(digest, salt)));
        }
        all
    }

    #[test]
    fn every_algorithm_survives_der() {
        for algorithm in all() {
            assert_eq!(SignatureAlgorithm::from_der(&algorithm.to_der()).unwrap(), algorithm);
        }
    }

    #[test]
    fn der_is_that_of_the_rfcs() {
        let hex = |algorithm: SignatureAlgorithm| {
            algorithm.to_der().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        assert_eq!(hex(SignatureAlgorithm::Ecdsa(Digest::Sha256)), "300a06082a8648ce3d040302");
        assert_eq!(hex(SignatureAlgorithm::RsaPkcs1(Digest::Sha256)), "300d06092a864886f70d01010b0500");
        assert_eq!(hex(SignatureAlgorithm::Ed25519), "300506032b6570");
        assert_eq!(
            hex(SignatureAlgorithm::RsaPss(Digest::Sha256, 32)),
            "304106092a864886f70d01010a3034a00f300d06096086480165030402010500\
             a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120"
        );
        assert_eq!(hex(SignatureAlgorithm::RsaPss(Digest::Sha1, 20)), "300d06092a864886f70d01010a3000");
    }

    #[test]
    fn names_are_those_of_openssl() {
        assert_eq!(SignatureAlgorithm::Ecdsa(Digest::Sha384).name(), "ecdsa-with-SHA384");
        assert_eq!(SignatureAlgorithm::RsaPkcs1(Digest::Sha512).name(), "sha512WithRSAEncryption");
        assert_eq!(SignatureAlgorithm::MlDsa(MlDsaLevel::L65).name(), "ML-DSA-65");
    }

    #[test]
    fn foreign_algorithms_are_named() {
        let md5 = asn1::tlv(SEQUENCE, &[&asn1::oid(&Oid::new_unwrap("1.2.840.113549.1.1.4")), &[NULL, 0]]);
        let error = SignatureAlgorithm::from_der(&md5).unwrap_err().to_string();
        assert_eq!(error, "not supported: md5WithRSAEncryption (1.2.840.113549.1.1.4)");
        let unknown = asn1::tlv(SEQUENCE, &[&asn1::oid(&Oid::new_unwrap("1.2.3.4"))]);
        assert!(SignatureAlgorithm::from_der(&unknown).unwrap_err().to_string().contains("1.2.3.4"));
    }

    #[test]
    fn parameters_are_strict() {
        let with_null = asn1::tlv(SEQUENCE, &[&asn1::oid(&ECDSA_SHA256), &[NULL, 0]]);
        assert!(matches!(SignatureAlgorithm::from_der(&with_null), Err(KeyError::Malformed(_))));
        let without_null = asn1::tlv(SEQUENCE, &[&asn1::oid(&RSA_SHA256)]);
        assert_eq!(SignatureAlgorithm::from_der(&without_null).unwrap(), SignatureAlgorithm::RsaPkcs1(Digest::Sha256));
        let mut trailing = SignatureAlgorithm::Ed25519.to_der();
        trailing.push(0);
        assert!(SignatureAlgorithm::from_der(&trailing).is_err());
    }
}
