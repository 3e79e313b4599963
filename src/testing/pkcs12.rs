//! A PKCS#12 file around a key that everybody knows: the same bytes for the same seed, and few rounds of derivation.
//!
//! [`crate::container`] would read the certificate first, refuse what is wrong with it, and draw salts at random.

use std::num::NonZeroU32;

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeEncrypt as _, KeyIvInit as _};
use md5::digest::Digest as _;

use super::TestingError;
use super::der::sequence;
use super::key::derive;
use crate::x509::tlv;

/// The least that RFC 8018 §4.2 asks for; nothing here is secret.
const ROUNDS: u16 = 1000;

const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
const SHROUDED_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 2];
const CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 3];
const X509: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 22, 1];
const FRIENDLY_NAME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 20];
const LOCAL_KEY_ID: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 21];
const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13];
const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 12];
const HMAC_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 9];
const AES256_CBC: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];

/// Writes a key with its certificate and chain, RFC 7292: PBES2 around the key, certificates in the clear, an HMAC over all.
pub(super) fn write(
    (seed, alias): (&str, &str),
    password: &str,
    key: &[u8],
    certificates: &[&Vec<u8>],
) -> Result<Vec<u8>, TestingError> {
    let mut random = [0; 48];
    derive(seed, &format!("pkcs12 {alias}"), 0, &mut random)?;
    let [salt, iv, mac_salt] = [&random[..16], &random[16..32], &random[32..]];
    let name: Vec<u8> = alias.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let attributes = tlv::encode(
        tlv::SET,
        &[
            sequence(&[&oid(FRIENDLY_NAME), &tlv::encode(tlv::SET, &tlv::encode(tlv::BMP_STRING, &name))]),
            sequence(&[&oid(LOCAL_KEY_ID), &tlv::encode(tlv::SET, &octets(&[1]))]),
        ]
        .concat(),
    );
    let bag = sequence(&[&oid(SHROUDED_KEY), &explicit(&encrypt(password, salt, iv, key)?), &attributes]);
    let mut bags = Vec::new();
    for (index, certificate) in certificates.iter().enumerate() {
        let value = explicit(&sequence(&[&oid(X509), &explicit(&octets(certificate))]));
        let attributes: &[u8] = if index == 0 { &attributes } else { &[] };
        bags.extend(sequence(&[&oid(CERTIFICATE), &value, attributes]));
    }
    let safe = |bags: &[u8]| data(&tlv::encode(tlv::SEQUENCE, bags));
    let safes = sequence(&[&safe(&bag), &safe(&bags)]);
    let digest_info =
        sequence(&[&sequence(&[&oid(SHA256), &[tlv::NULL, 0]]), &octets(&mac(password, mac_salt, &safes))]);
    let mac_data = sequence(&[&digest_info, &octets(mac_salt), &rounds()]);
    Ok(sequence(&[&[2, 1, 3], &data(&safes), &mac_data]))
}

/// `EncryptedPrivateKeyInfo` with PBES2, RFC 8018 §6.2.
fn encrypt(password: &str, salt: &[u8], iv: &[u8], key: &[u8]) -> Result<Vec<u8>, TestingError> {
    let mut derived = [0; 32];
    let iterations = NonZeroU32::from(std::num::NonZeroU16::new(ROUNDS).unwrap_or(std::num::NonZeroU16::MIN));
    ring::pbkdf2::derive(ring::pbkdf2::PBKDF2_HMAC_SHA256, iterations, salt, password.as_bytes(), &mut derived);
    let cipher = cbc::Encryptor::<aes::Aes256>::new_from_slices(&derived, iv);
    let cipher = cipher.map_err(|_| TestingError::new("AES does not take its key"))?;
    let mut sealed = key.to_vec();
    sealed.resize((key.len() / 16 + 1) * 16, 0);
    let length = cipher.encrypt_padded::<Pkcs7>(&mut sealed, key.len()).map(<[u8]>::len);
    sealed.truncate(length.map_err(|_| TestingError::new("AES does not take the key"))?);
    let prf = sequence(&[&oid(HMAC_SHA256), &[tlv::NULL, 0]]);
    let derivation = sequence(&[&oid(PBKDF2), &sequence(&[&octets(salt), &rounds(), &prf])]);
    let scheme = sequence(&[&oid(AES256_CBC), &octets(iv)]);
    let algorithm = sequence(&[&oid(PBES2), &sequence(&[&derivation, &scheme])]);
    Ok(sequence(&[&algorithm, &octets(&sealed)]))
}

/// HMAC-SHA-256 with the key that RFC 7292 appendix B.2 derives: as long as the hash, so that one block of it will do.
fn mac(password: &str, salt: &[u8], contents: &[u8]) -> [u8; 32] {
    use ring::hmac;
    let password: Vec<u8> = password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect();
    let fill =
        |bytes: &[u8]| -> Vec<u8> { bytes.iter().copied().cycle().take(bytes.len().div_ceil(64) * 64).collect() };
    let mut hash = sha2::Sha256::digest([vec![3; 64], fill(salt), fill(&password)].concat());
    for _ in 1..ROUNDS {
        hash = sha2::Sha256::digest(hash);
    }
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &hash), contents);
    let mut out = [0; 32];
    out.copy_from_slice(tag.as_ref());
    out
}

fn rounds() -> Vec<u8> {
    super::der::integer(&ROUNDS.to_be_bytes())
}

fn oid(contents: &[u8]) -> Vec<u8> {
    tlv::encode(tlv::OBJECT_IDENTIFIER, contents)
}

fn octets(contents: &[u8]) -> Vec<u8> {
    tlv::encode(tlv::OCTET_STRING, contents)
}

fn explicit(contents: &[u8]) -> Vec<u8> {
    tlv::encode(tlv::context_constructed(0), contents)
}

/// `ContentInfo` of plain data.
fn data(contents: &[u8]) -> Vec<u8> {
    sequence(&[&oid(DATA), &explicit(&octets(contents))])
}
