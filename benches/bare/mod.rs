//! The least that signing a certificate can cost: ring, hand-written DER, no checks, no store.

use std::fs;
use std::path::Path;

use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::der::{bit_string, sequence, tlv, typed};

const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];

/// An authority: its key and what its certificates need of its own.
pub(crate) struct Authority {
    pair: EcdsaKeyPair,
    name: Vec<u8>,
    key_id: Vec<u8>,
    random: SystemRandom,
}

impl Authority {
    /// Loads a P-256 authority from a certificate and an unencrypted PKCS#8 key, both PEM.
    pub(crate) fn load(certificate: &Path, key: &Path) -> Self {
        let random = SystemRandom::new();
        let key = pem::parse(fs::read(key).expect("the authority's key")).expect("PEM");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.contents(), &random);
        let certificate = pem::parse(fs::read(certificate).expect("the authority's certificate")).expect("PEM");
        let (_, certificate) = X509Certificate::from_der(certificate.contents()).expect("a certificate");
        Self {
            pair: pair.expect("a P-256 key"),
            name: certificate.subject().as_raw().to_vec(),
            key_id: key_id(certificate.public_key().subject_public_key.as_ref()),
            random,
        }
    }

    /// Signs a server's certificate for 90 days; gives it in DER.
    pub(crate) fn sign(&self, spki: &[u8], point: &[u8], common_name: &str) -> Vec<u8> {
        let mut serial = [0; 20];
        self.random.fill(&mut serial).expect("randomness");
        serial[0] = serial[0] & 0x7f | 0x40;
        let algorithm = sequence(&[&tlv(0x06, ECDSA_WITH_SHA256)]);
        let validity = sequence(&[&tlv(0x17, b"260101000000Z"), &tlv(0x17, b"260401000000Z")]);
        let subject = sequence(&[&tlv(0x31, &typed(&[0x55, 0x04, 0x03], &tlv(0x0c, common_name.as_bytes())))]);
        let extension = |oid: &[u8], value: &[u8]| typed(oid, &tlv(0x04, value));
        let critical = |oid: &[u8], value: &[u8]| sequence(&[&tlv(0x06, oid), &[1, 1, 0xff], &tlv(0x04, value)]);
        let extensions = sequence(&[
            &extension(&[0x55, 0x1d, 0x23], &sequence(&[&tlv(0x80, &self.key_id)])),
            &extension(&[0x55, 0x1d, 0x0e], &tlv(0x04, &key_id(point))),
            &critical(&[0x55, 0x1d, 0x13], &sequence(&[])),
            &critical(&[0x55, 0x1d, 0x0f], &[0x03, 0x02, 0x07, 0x80]),
            &extension(&[0x55, 0x1d, 0x25], &sequence(&[&tlv(0x06, &[0x2b, 6, 1, 5, 5, 7, 3, 1])])),
            &extension(&[0x55, 0x1d, 0x11], &sequence(&[&tlv(0x82, common_name.as_bytes())])),
        ]);
        let tbs = sequence(&[
            &[0xa0, 0x03, 0x02, 0x01, 0x02],
            &tlv(0x02, &serial),
            &algorithm,
            &self.name,
            &validity,
            &subject,
            spki,
            &tlv(0xa3, &extensions),
        ]);
        let signature = self.pair.sign(&self.random, &tbs).expect("a signature");
        sequence(&[&tbs, &algorithm, &bit_string(signature.as_ref())])
    }
}

fn key_id(point: &[u8]) -> Vec<u8> {
    digest(&SHA256, point).as_ref()[..20].to_vec()
}
