//! `AlgorithmIdentifier`s of keys and signatures, and the names people know them by.

use der::asn1::ObjectIdentifier as Oid;

use super::asn1::{self, NULL, OID, Reader, SEQUENCE, Tlv};
use super::{Curve, Digest, KeyError, MlDsaLevel};

pub(super) const RSA: Oid = Oid::new_unwrap("1.2.840.113549.1.1.1");
pub(super) const MGF1: Oid = Oid::new_unwrap("1.2.840.113549.1.1.8");
pub(super) const RSA_PSS: Oid = Oid::new_unwrap("1.2.840.113549.1.1.10");
pub(super) const EC: Oid = Oid::new_unwrap("1.2.840.10045.2.1");
pub(super) const ED25519: Oid = Oid::new_unwrap("1.3.101.112");
const P256: Oid = Oid::new_unwrap("1.2.840.10045.3.1.7");
const P384: Oid = Oid::new_unwrap("1.3.132.0.34");
const P521: Oid = Oid::new_unwrap("1.3.132.0.35");
const ML_DSA_44: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.3.17");
const ML_DSA_65: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.3.18");
const ML_DSA_87: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.3.19");
const SHA1: Oid = Oid::new_unwrap("1.3.14.3.2.26");
const SHA256: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.2.3");

/// An `AlgorithmIdentifier` taken apart.
#[derive(Clone, Copy)]
pub(super) struct Identifier<'a> {
    pub(super) oid: Oid,
    pub(super) parameters: Option<Tlv<'a>>,
}

impl<'a> Identifier<'a> {
    /// Reads the next element as an `AlgorithmIdentifier`.
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, KeyError> {
        let mut inner = reader.nested()?;
        let oid = inner.oid()?;
        let parameters = if inner.is_empty() { None } else { Some(inner.next()?) };
        inner.finish()?;
        Ok(Self { oid, parameters })
    }

    /// Requires absent parameters.
    pub(super) fn no_parameters(&self) -> Result<(), KeyError> {
        match self.parameters {
            None => Ok(()),
            Some(_) => Err(KeyError::Malformed(format!("{} has parameters, none are allowed", name(&self.oid)))),
        }
    }

    /// Requires NULL or absent parameters (RFC 4055 §5 asks readers to take both).
    pub(super) fn null_or_none(&self) -> Result<(), KeyError> {
        match self.parameters {
            None => Ok(()),
            Some(Tlv { tag: NULL, contents: [], .. }) => Ok(()),
            Some(_) => Err(KeyError::Malformed(format!("{} has parameters other than NULL", name(&self.oid)))),
        }
    }
}

/// What the `AlgorithmIdentifier` of a key says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Ec(Curve),
    Ed25519,
    MlDsa(MlDsaLevel),
    Rsa,
    RsaPss(Option<PssParameters>),
}

/// The parameters of RSASSA-PSS, RFC 4055 §3.1, where MGF1 uses the same hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PssParameters {
    pub(super) digest: Digest,
    /// Octets: the salt length of a signature, the least salt length for a key.
    pub(super) salt: usize,
}

impl Family {
    pub(super) fn of(identifier: &Identifier<'_>) -> Result<Self, KeyError> {
        let family = match identifier.oid {
            EC => return curve(identifier.parameters).map(Self::Ec),
            RSA => {
                identifier.null_or_none()?;
                return Ok(Self::Rsa);
            }
            RSA_PSS => return identifier.parameters.map(pss_parameters).transpose().map(Self::RsaPss),
            ED25519 => Self::Ed25519,
            ML_DSA_44 => Self::MlDsa(MlDsaLevel::L44),
            ML_DSA_65 => Self::MlDsa(MlDsaLevel::L65),
            ML_DSA_87 => Self::MlDsa(MlDsaLevel::L87),
            other => return Err(KeyError::Unsupported(name(&other))),
        };
        identifier.no_parameters()?;
        Ok(family)
    }

    /// The `AlgorithmIdentifier` in DER, as RFC 3279, 5480, 8410 and 9881 write it.
    pub(super) fn to_der(self) -> Vec<u8> {
        let (oid, parameters) = match self {
            Self::Ec(curve) => (EC, asn1::oid(&curve_oid(curve)).to_vec()),
            Self::Ed25519 => (ED25519, Vec::new()),
            Self::MlDsa(level) => (ml_dsa_oid(level), Vec::new()),
            Self::Rsa => (RSA, vec![NULL, 0]),
            Self::RsaPss(limits) => (RSA_PSS, limits.map(PssParameters::to_der).unwrap_or_default()),
        };
        asn1::tlv(SEQUENCE, &[&asn1::oid(&oid), &parameters]).to_vec()
    }
}

impl PssParameters {
    pub(super) fn to_der(self) -> Vec<u8> {
        let hash = asn1::tlv(SEQUENCE, &[&asn1::oid(&digest_oid(self.digest)), &[NULL, 0]]);
        let mgf = asn1::tlv(SEQUENCE, &[&asn1::oid(&MGF1), &hash]);
        let mut fields = Vec::new();
        // DER leaves out a field that has its default value, and the defaults are those of SHA-1.
        if self.digest != Digest::Sha1 {
            fields.extend_from_slice(&asn1::tlv(0xa0, &[&hash]));
            fields.extend_from_slice(&asn1::tlv(0xa1, &[&mgf]));
        }
        if self.salt != 20 {
            fields.extend_from_slice(&asn1::tlv(0xa2, &[&asn1::unsigned(&self.salt.to_be_bytes())]));
        }
        asn1::tlv(SEQUENCE, &[&fields]).to_vec()
    }
}

/// Reads `RSASSA-PSS-params` with the defaults of RFC 4055 §3.1.
pub(super) fn pss_parameters(element: Tlv<'_>) -> Result<PssParameters, KeyError> {
    const WHAT: &str = "RSASSA-PSS parameters";
    let mut fields = Reader::sequence(element.whole, WHAT)?;
    let digest = match fields.optional(0xa0)? {
        Some(value) => hash(value)?,
        None => Digest::Sha1,
    };
    let mask = match fields.optional(0xa1)? {
        Some(value) => {
            let mut inner = Reader::new(value, WHAT);
            let mgf = Identifier::read(&mut inner)?;
            inner.finish()?;
            match mgf.parameters {
                Some(parameters) if mgf.oid == MGF1 => hash(parameters.whole)?,
                _ => return Err(KeyError::Unsupported(format!("RSASSA-PSS with the mask {}", name(&mgf.oid)))),
            }
        }
        None => Digest::Sha1,
    };
    let number = |value: Option<&[u8]>, default: u64| -> Result<u64, KeyError> {
        let Some(value) = value else { return Ok(default) };
        let mut inner = Reader::new(value, WHAT);
        let number = inner.small()?;
        inner.finish()?;
        Ok(number)
    };
    let salt = number(fields.optional(0xa2)?, 20)?;
    let trailer = number(fields.optional(0xa3)?, 1)?;
    fields.finish()?;
    if trailer != 1 {
        return Err(KeyError::Malformed(format!("RSASSA-PSS with trailer field {trailer}")));
    }
    if mask != digest {
        let (hash, mask) = (digest.name(), mask.name());
        return Err(KeyError::Unsupported(format!("RSASSA-PSS with {hash} and MGF1 with {mask}")));
    }
    // No modulus is long enough for more.
    let salt = usize::try_from(salt).ok().filter(|salt| *salt <= 0xffff);
    let salt = salt.ok_or_else(|| KeyError::Malformed("RSASSA-PSS with an absurd salt length".to_owned()))?;
    Ok(PssParameters { digest, salt })
}

fn hash(der: &[u8]) -> Result<Digest, KeyError> {
    let mut reader = Reader::new(der, "RSASSA-PSS parameters");
    let identifier = Identifier::read(&mut reader)?;
    reader.finish()?;
    identifier.null_or_none()?;
    match identifier.oid {
        SHA1 => Ok(Digest::Sha1),
        SHA256 => Ok(Digest::Sha256),
        SHA384 => Ok(Digest::Sha384),
        SHA512 => Ok(Digest::Sha512),
        other => Err(KeyError::Unsupported(format!("RSASSA-PSS with {}", name(&other)))),
    }
}

/// Reads `ECParameters`: a named curve, nothing else (RFC 5480 §2.1.1).
pub(super) fn curve(parameters: Option<Tlv<'_>>) -> Result<Curve, KeyError> {
    let Some(parameters) = parameters else {
        return Err(KeyError::Malformed("an EC key that names no curve".to_owned()));
    };
    match parameters.tag {
        OID => match Reader::new(parameters.whole, "EC parameters").oid()? {
            P256 => Ok(Curve::P256),
            P384 => Ok(Curve::P384),
            P521 => Ok(Curve::P521),
            other => Err(KeyError::Unsupported(format!("the curve {}", name(&other)))),
        },
        SEQUENCE => Err(KeyError::Unsupported("EC with explicit curve parameters (only named curves)".to_owned())),
        _ => Err(KeyError::Malformed("an EC key that names no curve".to_owned())),
    }
}

pub(super) fn curve_oid(curve: Curve) -> Oid {
    match curve {
        Curve::P256 => P256,
        Curve::P384 => P384,
        Curve::P521 => P521,
    }
}

pub(super) fn ml_dsa_oid(level: MlDsaLevel) -> Oid {
    match level {
        MlDsaLevel::L44 => ML_DSA_44,
        MlDsaLevel::L65 => ML_DSA_65,
        MlDsaLevel::L87 => ML_DSA_87,
    }
}

pub(super) fn ml_dsa_level(oid: Oid) -> Option<MlDsaLevel> {
    match oid {
        ML_DSA_44 => Some(MlDsaLevel::L44),
        ML_DSA_65 => Some(MlDsaLevel::L65),
        ML_DSA_87 => Some(MlDsaLevel::L87),
        _ => None,
    }
}

pub(super) fn digest_oid(digest: Digest) -> Oid {
    match digest {
        Digest::Sha1 => SHA1,
        Digest::Sha256 => SHA256,
        Digest::Sha384 => SHA384,
        Digest::Sha512 => SHA512,
    }
}

/// The usual name of an algorithm with its OID, or the OID alone.
pub(super) fn name(oid: &Oid) -> String {
    let text = oid.to_string();
    match KNOWN.iter().find(|(known, _)| *known == text) {
        Some((_, name)) => format!("{name} ({text})"),
        None => text,
    }
}

/// Names for what a refusal may have to name.
const KNOWN: [(&str, &str); 75] = [
    ("1.2.112.0.2.0.34.101.45.2.1", "bign"),
    ("1.2.156.10197.1.301", "SM2"),
    ("1.2.156.10197.1.501", "SM2 with SM3"),
    ("1.2.643.2.2.9", "GOST R 34.11-94"),
    ("1.2.643.2.2.19", "GOST R 34.10-2001"),
    ("1.2.643.7.1.1.1.1", "GOST R 34.10-2012 with 256 bits"),
    ("1.2.643.7.1.1.1.2", "GOST R 34.10-2012 with 512 bits"),
    ("1.2.643.7.1.1.2.2", "GOST R 34.11-2012 with 256 bits"),
    ("1.2.643.7.1.1.2.3", "GOST R 34.11-2012 with 512 bits"),
    ("1.2.643.7.1.1.4.2", "HMAC with GOST R 34.11-2012"),
    ("1.2.840.10040.4.1", "DSA"),
    ("1.2.840.10040.4.3", "dsa-with-SHA1"),
    ("1.2.840.10045.2.1", "id-ecPublicKey"),
    ("1.2.840.10045.3.1.1", "P-192"),
    ("1.2.840.10045.3.1.7", "P-256"),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
    ("1.2.840.10045.4.3.1", "ecdsa-with-SHA224"),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512"),
    ("1.2.840.10046.2.1", "X9.42 Diffie-Hellman"),
    ("1.2.840.113549.1.1.1", "rsaEncryption"),
    ("1.2.840.113549.1.1.2", "md2WithRSAEncryption"),
    ("1.2.840.113549.1.1.3", "md4WithRSAEncryption"),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption"),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption"),
    ("1.2.840.113549.1.1.7", "RSAES-OAEP"),
    ("1.2.840.113549.1.1.10", "RSASSA-PSS"),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption"),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption"),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption"),
    ("1.2.840.113549.1.1.14", "sha224WithRSAEncryption"),
    ("1.2.840.113549.1.3.1", "Diffie-Hellman"),
    ("1.2.840.113549.1.5.1", "pbeWithMD2AndDES-CBC"),
    ("1.2.840.113549.1.5.3", "pbeWithMD5AndDES-CBC"),
    ("1.2.840.113549.1.5.4", "pbeWithMD2AndRC2-CBC"),
    ("1.2.840.113549.1.5.6", "pbeWithMD5AndRC2-CBC"),
    ("1.2.840.113549.1.5.10", "pbeWithSHA1AndDES-CBC"),
    ("1.2.840.113549.1.5.11", "pbeWithSHA1AndRC2-CBC"),
    ("1.2.840.113549.1.5.12", "PBKDF2"),
    ("1.2.840.113549.1.5.13", "PBES2"),
    ("1.2.840.113549.1.12.1.1", "pbeWithSHA1And128BitRC4"),
    ("1.2.840.113549.1.12.1.2", "pbeWithSHA1And40BitRC4"),
    ("1.2.840.113549.1.12.1.3", "pbeWithSHA1And3-KeyTripleDES-CBC"),
    ("1.2.840.113549.1.12.1.4", "pbeWithSHA1And2-KeyTripleDES-CBC"),
    ("1.2.840.113549.1.12.1.5", "pbeWithSHA1And128BitRC2-CBC"),
    ("1.2.840.113549.1.12.1.6", "pbeWithSHA1And40BitRC2-CBC"),
    ("1.2.840.113549.2.5", "MD5"),
    ("1.2.840.113549.2.12", "HMAC-SHA-512-224"),
    ("1.2.840.113549.2.13", "HMAC-SHA-512-256"),
    ("1.2.840.113549.3.2", "RC2-CBC"),
    ("1.2.840.113549.3.4", "RC4"),
    ("1.3.6.1.4.1.1722.12.2.1.16", "BLAKE2b-512"),
    ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1"),
    ("1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1"),
    ("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1"),
    ("1.3.101.110", "X25519"),
    ("1.3.101.111", "X448"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
    ("1.3.132.0.10", "secp256k1"),
    ("1.3.132.0.33", "P-224"),
    ("2.16.840.1.101.3.4.1.6", "AES-128-GCM"),
    ("2.16.840.1.101.3.4.1.26", "AES-192-GCM"),
    ("2.16.840.1.101.3.4.1.46", "AES-256-GCM"),
    ("2.16.840.1.101.3.4.2.4", "SHA224"),
    ("2.16.840.1.101.3.4.2.5", "SHA512-224"),
    ("2.16.840.1.101.3.4.2.6", "SHA512-256"),
    ("2.16.840.1.101.3.4.2.8", "SHA3-256"),
    ("2.16.840.1.101.3.4.3.2", "dsa-with-SHA256"),
    ("2.16.840.1.101.3.4.3.17", "ML-DSA-44"),
    ("2.16.840.1.101.3.4.3.18", "ML-DSA-65"),
    ("2.16.840.1.101.3.4.3.19", "ML-DSA-87"),
    ("2.16.840.1.101.3.4.4.2", "ML-KEM-768"),
    ("2.16.840.1.101.3.4.4.3", "ML-KEM-1024"),
];
