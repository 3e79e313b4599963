//! RSA private keys and their structure `RSAPrivateKey`, RFC 8017 appendix A.1.2.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::signature::RsaKeyPair as AwsPair;
use ring::signature::RsaKeyPair;
use zeroize::Zeroizing;

pub(super) use aws_lc_rs::rsa::KeySize as Size;

use super::KeyError;
use super::asn1::{self, Reader, SEQUENCE};
use super::pair::Pair;
use super::private::{Parts, PrivateKeyInfo};
use super::rsa::Public;

const WHAT: &str = "RSA private key";

/// Generates a key pair.
pub(super) fn generate(size: Size) -> Result<Parts, KeyError> {
    let failed = |_| KeyError::Failed("the RSA key could not be generated".to_owned());
    let pair = AwsPair::generate(size).map_err(failed)?;
    let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
    read(PrivateKeyInfo::read(pkcs8.as_ref())?.key)
}

/// Reads an `RSAPrivateKey`.
pub(super) fn read(der: &[u8]) -> Result<Parts, KeyError> {
    let mut reader = Reader::sequence(der, WHAT)?;
    match reader.small()? {
        0 => {}
        1 => return Err(KeyError::Unsupported("RSA with more than two primes".to_owned())),
        _ => return Err(reader.broken()),
    }
    let public = Public { modulus: reader.unsigned()?, exponent: reader.unsigned()? };
    for _private in ["d", "p", "q", "d mod (p-1)", "d mod (q-1)", "q⁻¹ mod p"] {
        reader.unsigned()?;
    }
    reader.finish()?;
    public.check_usable()?;
    let public = asn1::tlv(SEQUENCE, &[&asn1::unsigned(public.modulus), &asn1::unsigned(public.exponent)]).to_vec();
    let body = Zeroizing::new(der.to_vec());
    // ring needs no warm-up but takes only what it deems regular; AWS-LC also takes p < q, e = 3 and more than 4096 bits.
    if let Ok(pair) = RsaKeyPair::from_der(der) {
        return Ok(Parts { pair: Pair::RsaRing(Box::new(pair)), body, public });
    }
    let pair = AwsPair::from_der(der)
        .map_err(|_| KeyError::Malformed("an RSA private key whose numbers do not belong together".to_owned()))?;
    Ok(Parts { pair: Pair::RsaAws(pair), body, public })
}
