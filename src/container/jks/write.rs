//! Writing JKS.

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::super::{ContainerError, Content, Encoding, Keystore};
use super::{MAGIC_JKS, TAG_KEY, TAG_TRUSTED, VERSION, X509, integrity_digest, protector, utf};
use crate::keys::{KeyError, Secret};
use crate::x509::{Certificate, tlv};

/// The AlgorithmIdentifier of Java's key protector, 1.3.6.1.4.1.42.2.17.1.1, with NULL parameters.
const PROTECTOR: &[u8] = &[0x30, 0x0e, 6, 10, 0x2b, 6, 1, 4, 1, 0x2a, 2, 0x11, 1, 1, 5, 0];

/// Writes a keystore that was checked.
pub(in super::super) fn write(
    keystore: &Keystore,
    encoding: &Encoding<'_>,
) -> Result<Zeroizing<Vec<u8>>, ContainerError> {
    let store_password = encoding.store_password.ok_or(ContainerError::PasswordNeeded("JKS"))?;
    let key_password = encoding.key_password.unwrap_or(store_password);
    let mut out = Zeroizing::new(Vec::with_capacity(64 * 1024));
    put_u32(&mut out, MAGIC_JKS);
    put_u32(&mut out, VERSION);
    put_u32(&mut out, length(keystore.entries.len())?);
    for entry in &keystore.entries {
        let tag = if matches!(entry.content, Content::Key { .. }) { TAG_KEY } else { TAG_TRUSTED };
        put_u32(&mut out, tag);
        // Java lower-cases aliases when it looks for one, not when it reads the file.
        put_text(&mut out, &entry.alias.to_lowercase())?;
        out.extend_from_slice(&milliseconds(encoding.created).to_be_bytes());
        match &entry.content {
            Content::Key { key, chain } => {
                put_octets(&mut out, &protected(&key.to_pkcs8_der(), key_password)?)?;
                put_u32(&mut out, length(chain.len())?);
                for certificate in chain {
                    put_certificate(&mut out, certificate)?;
                }
            }
            Content::Trusted(certificate) => put_certificate(&mut out, certificate)?,
        }
    }
    let not_text = || ContainerError::Refused("the password is no UTF-8 text".to_owned());
    let digest = integrity_digest(store_password, &out).ok_or_else(not_text)?;
    out.extend_from_slice(&digest);
    Ok(out)
}

/// The key as an `EncryptedPrivateKeyInfo`.
fn protected(pkcs8: &[u8], password: &Secret) -> Result<Vec<u8>, KeyError> {
    let data = tlv::encode(tlv::OCTET_STRING, &protector::protect(pkcs8, password)?);
    Ok(tlv::encode(tlv::SEQUENCE, &[PROTECTOR, &data].concat()))
}

fn put_certificate(out: &mut Vec<u8>, certificate: &Certificate) -> Result<(), ContainerError> {
    put_text(out, X509)?;
    put_octets(out, certificate.der())
}

fn put_text(out: &mut Vec<u8>, text: &str) -> Result<(), ContainerError> {
    let text = utf::encode(text);
    let length = u16::try_from(text.len()).map_err(|_| too_long())?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&text);
    Ok(())
}

fn put_octets(out: &mut Vec<u8>, octets: &[u8]) -> Result<(), ContainerError> {
    put_u32(out, length(octets.len())?);
    out.extend_from_slice(octets);
    Ok(())
}

fn put_u32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_be_bytes());
}

fn length(length: usize) -> Result<u32, ContainerError> {
    u32::try_from(length).map_err(|_| too_long())
}

fn too_long() -> ContainerError {
    ContainerError::Refused("it is too long for JKS".to_owned())
}

fn milliseconds(instant: OffsetDateTime) -> i64 {
    instant.unix_timestamp().saturating_mul(1000).saturating_add(i64::from(instant.millisecond()))
}
