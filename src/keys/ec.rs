//! EC private keys and their structure `ECPrivateKey`, RFC 5915.

use std::sync::OnceLock;

use aws_lc_rs::encoding::AsBigEndian as _;
use aws_lc_rs::signature::{self as aws, KeyPair as _};
use ring::rand::SystemRandom;
use ring::signature::{self as ring_ecdsa, KeyPair as _};
use zeroize::Zeroizing;

use super::asn1::{self, BIT_STRING, OCTET_STRING, Reader, SEQUENCE};
use super::pair::Pair;
use super::private::Parts;
use super::public::field_len;
use super::{Curve, KeyError, identifier, point};

const WHAT: &str = "EC private key";

/// Generates a key pair.
pub(super) fn generate(curve: Curve) -> Result<Parts, KeyError> {
    let failed = || KeyError::Failed("no randomness for a key".to_owned());
    let algorithm = match curve {
        Curve::P256 => &ring_ecdsa::ECDSA_P256_SHA256_ASN1_SIGNING,
        Curve::P384 => &ring_ecdsa::ECDSA_P384_SHA384_ASN1_SIGNING,
        Curve::P521 => {
            let pair = aws::EcdsaKeyPair::generate(&aws::ECDSA_P521_SHA512_ASN1_SIGNING).map_err(|_| failed())?;
            return from_aws(pair);
        }
    };
    let pkcs8 = ring_ecdsa::EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).map_err(|_| failed())?;
    let info = super::private::PrivateKeyInfo::read(pkcs8.as_ref())?;
    let (scalar, public) = scalar_and_public(info.key)?;
    let body = body(&scalar, &public);
    Ok(Parts {
        pair: Pair::EcFresh(Box::new(Fresh { curve, scalar, public: public.clone(), loaded: OnceLock::new() })),
        body,
        public,
    })
}

/// A key that ring made just now. Most leave again as a file without ever signing, so ring loads it when it first signs: that
/// takes as long as making it.
pub(super) struct Fresh {
    curve: Curve,
    scalar: Zeroizing<Vec<u8>>,
    public: Vec<u8>,
    loaded: OnceLock<Pair>,
}

impl Fresh {
    pub(super) fn pair(&self) -> Result<&Pair, KeyError> {
        if let Some(pair) = self.loaded.get() {
            return Ok(pair);
        }
        let pair = pair(self.curve, &self.scalar, self.public.clone())?.pair;
        Ok(self.loaded.get_or_init(|| pair))
    }
}

/// The scalar and the public key of what ring wrote.
fn scalar_and_public(der: &[u8]) -> Result<(Zeroizing<Vec<u8>>, Vec<u8>), KeyError> {
    let mut reader = Reader::sequence(der, WHAT)?;
    reader.small()?;
    let scalar = Zeroizing::new(reader.expect(OCTET_STRING)?.to_vec());
    let mut public = Reader::new(reader.expect(0xa1)?, WHAT);
    Ok((scalar, public.bits()?.to_vec()))
}

/// Reads an `ECPrivateKey`. `outer` is the curve that the file names outside of it; the curve used is returned.
pub(super) fn read(outer: Option<Curve>, der: &[u8]) -> Result<(Curve, Parts), KeyError> {
    let mut reader = Reader::sequence(der, WHAT)?;
    if reader.small()? != 1 {
        return Err(KeyError::Malformed("an EC private key of a version other than 1".to_owned()));
    }
    let scalar = reader.expect(OCTET_STRING)?;
    let inner = match reader.optional(0xa0)? {
        Some(parameters) => {
            let mut parameters = Reader::new(parameters, WHAT);
            let curve = identifier::curve(Some(parameters.next()?))?;
            parameters.finish()?;
            Some(curve)
        }
        None => None,
    };
    let public = match reader.optional(0xa1)? {
        Some(public) => {
            let mut public = Reader::new(public, WHAT);
            let bits = public.bits()?;
            public.finish()?;
            Some(bits)
        }
        None => None,
    };
    reader.finish()?;
    let curve = match (outer, inner) {
        (Some(outer), Some(inner)) if outer != inner => {
            return Err(KeyError::Malformed("an EC private key that names two different curves".to_owned()));
        }
        (Some(curve), _) | (None, Some(curve)) => curve,
        (None, None) => return Err(KeyError::Malformed("an EC private key that names no curve".to_owned())),
    };
    let scalar = fixed_len(scalar, field_len(curve))?;
    let public = match public {
        Some(public) => point::uncompressed(curve, public).map(std::borrow::Cow::into_owned),
        None => Some(compute_public(curve, &scalar)?),
    };
    let public = public.ok_or_else(mismatch)?;
    Ok((curve, pair(curve, &scalar, public)?))
}

/// The `ECPrivateKey` with the curve's name inside, as it stands in an `EC PRIVATE KEY` file.
pub(super) fn with_parameters(curve: Curve, body: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut reader = Reader::sequence(body, WHAT)?;
    let (version, scalar) = (reader.next()?, reader.next()?);
    let parameters = asn1::tlv(0xa0, &[&asn1::oid(&identifier::curve_oid(curve))]);
    Ok(asn1::tlv(SEQUENCE, &[version.whole, scalar.whole, &parameters, reader.rest()]))
}

/// Pads a scalar that lost its leading zeros (Java and old tools) and takes off superfluous ones.
fn fixed_len(scalar: &[u8], length: usize) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let surplus = scalar.len().saturating_sub(length);
    if scalar.is_empty() || scalar[..surplus].iter().any(|octet| *octet != 0) {
        return Err(KeyError::Malformed(format!("an EC private scalar of {} octets for {length}", scalar.len())));
    }
    let scalar = &scalar[surplus..];
    let mut fixed = Zeroizing::new(vec![0; length]);
    fixed[length - scalar.len()..].copy_from_slice(scalar);
    Ok(fixed)
}

/// Computes the public point of a scalar; ring offers no way to do so.
fn compute_public(curve: Curve, scalar: &[u8]) -> Result<Vec<u8>, KeyError> {
    let algorithm = match curve {
        Curve::P256 => &aws::ECDSA_P256_SHA256_ASN1_SIGNING,
        Curve::P384 => &aws::ECDSA_P384_SHA384_ASN1_SIGNING,
        Curve::P521 => &aws::ECDSA_P521_SHA512_ASN1_SIGNING,
    };
    let parameters = asn1::tlv(0xa0, &[&asn1::oid(&identifier::curve_oid(curve))]);
    let der = asn1::tlv(SEQUENCE, &[&asn1::unsigned(&[1]), &asn1::tlv(OCTET_STRING, &[scalar]), &parameters]);
    let pair = aws::EcdsaKeyPair::from_private_key_der(algorithm, &der)
        .map_err(|_| KeyError::Malformed("an EC private scalar out of range".to_owned()))?;
    Ok(pair.public_key().as_ref().to_vec())
}

fn pair(curve: Curve, scalar: &[u8], public: Vec<u8>) -> Result<Parts, KeyError> {
    let algorithm = match curve {
        Curve::P256 => &ring_ecdsa::ECDSA_P256_SHA256_ASN1_SIGNING,
        Curve::P384 => &ring_ecdsa::ECDSA_P384_SHA384_ASN1_SIGNING,
        Curve::P521 => {
            let algorithm = &aws::ECDSA_P521_SHA512_ASN1_SIGNING;
            let pair = aws::EcdsaKeyPair::from_private_key_and_public_key(algorithm, scalar, &public);
            return from_aws(pair.map_err(|_| mismatch())?);
        }
    };
    // ring computes the public point and compares it.
    let random = SystemRandom::new();
    let pair = ring_ecdsa::EcdsaKeyPair::from_private_key_and_public_key(algorithm, scalar, &public, &random)
        .map_err(|_| mismatch())?;
    let public = pair.public_key().as_ref().to_vec();
    Ok(Parts { pair: Pair::EcRing(pair), body: body(scalar, &public), public })
}

fn from_aws(pair: aws::EcdsaKeyPair) -> Result<Parts, KeyError> {
    let scalar = pair.private_key().as_be_bytes();
    let scalar = scalar.map_err(|_| KeyError::Failed("the key could not be taken out".to_owned()))?;
    let public = pair.public_key().as_ref().to_vec();
    Ok(Parts { body: body(scalar.as_ref(), &public), pair: Pair::EcAws(pair), public })
}

/// `ECPrivateKey` with the public key and without the curve, which PKCS#8 names outside.
fn body(scalar: &[u8], public: &[u8]) -> Zeroizing<Vec<u8>> {
    let public = asn1::tlv(0xa1, &[&asn1::tlv(BIT_STRING, &[&[0], public])]);
    asn1::tlv(SEQUENCE, &[&asn1::unsigned(&[1]), &asn1::tlv(OCTET_STRING, &[scalar]), &public])
}

fn mismatch() -> KeyError {
    KeyError::Malformed("an EC private key out of range or with a public key that is not its own".to_owned())
}
