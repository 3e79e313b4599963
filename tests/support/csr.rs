//! Certificate requests, encoded by hand so that they can be wrong in any way.

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};

use crate::der::{bit_string, sequence, tlv, typed};

/// Contents of the object identifier `id-ecPublicKey`.
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// Contents of the object identifier `prime256v1`.
const PRIME256V1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// Contents of the object identifier `ecdsa-with-SHA256`.
const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
/// Contents of the object identifier `extensionRequest`.
const EXTENSION_REQUEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e];
/// Contents of the object identifier `commonName`.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// Contents of the object identifier `subjectAltName`.
pub(crate) const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];

/// A request that is put together from its encoded parts, not signed yet.
pub(crate) struct Draft {
    /// The subject's name.
    pub(crate) subject: Vec<u8>,
    /// The `SubjectPublicKeyInfo`.
    pub(crate) spki: Vec<u8>,
    /// The extensions asked for.
    pub(crate) extensions: Vec<Vec<u8>>,
}

impl Draft {
    /// A sound request for a P-256 key and some DNS names.
    pub(crate) fn new(pair: &EcdsaKeyPair, common_name: &str, dns: &[&str]) -> Self {
        let names: Vec<_> = dns.iter().map(|name| tlv(0x82, name.as_bytes())).collect();
        Self {
            subject: name(common_name.as_bytes()),
            spki: ec_spki(pair.public_key().as_ref()),
            extensions: vec![typed(SUBJECT_ALT_NAME, &tlv(0x04, &tlv(0x30, &names.concat())))],
        }
    }

    /// The part that is signed.
    pub(crate) fn info(&self) -> Vec<u8> {
        let extensions = tlv(0x30, &self.extensions.concat());
        let attribute = typed(EXTENSION_REQUEST, &tlv(0x31, &extensions));
        sequence(&[&[0x02, 0x01, 0x00], &self.subject, &self.spki, &tlv(0xa0, &attribute)])
    }

    /// The request in PEM, signed with a P-256 key.
    pub(crate) fn sign(&self, pair: &EcdsaKeyPair) -> String {
        pem(&finish(&self.info(), pair))
    }
}

/// Signs an encoded `CertificationRequestInfo` with a P-256 key.
pub(crate) fn finish(info: &[u8], pair: &EcdsaKeyPair) -> Vec<u8> {
    let signature = pair.sign(&SystemRandom::new(), info).expect("a signature");
    sequence(&[info, &sequence(&[&tlv(0x06, ECDSA_WITH_SHA256)]), &bit_string(signature.as_ref())])
}

/// PEM with the usual label.
pub(crate) fn pem(der: &[u8]) -> String {
    ::pem::encode(&::pem::Pem::new("CERTIFICATE REQUEST", der))
}

/// A new P-256 key.
pub(crate) fn p256() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("randomness");
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).expect("a key")
}

/// The `SubjectPublicKeyInfo` of a point on P-256 (or not on it).
pub(crate) fn ec_spki(point: &[u8]) -> Vec<u8> {
    sequence(&[&typed(EC_PUBLIC_KEY, &tlv(0x06, PRIME256V1)), &bit_string(point)])
}

/// A distinguished name of one common name, a UTF8String of any bytes.
pub(crate) fn name(common_name: &[u8]) -> Vec<u8> {
    sequence(&[&tlv(0x31, &typed(COMMON_NAME, &tlv(0x0c, common_name)))])
}
