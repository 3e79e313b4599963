//! The safes of a PKCS#12 file: encrypted or plain, nested or not, down to their bags.

use zeroize::Zeroizing;

use super::super::error::damaged;
use super::super::{ContainerError, ber};
use super::bags::Bags;
use super::read::{FORMAT, Password, content_info, inside};
use crate::keys::{KeyError, PasswordEncryption, PrivateKey, Secret};
use crate::x509::tlv::{self, Fault, Reader, Tlv};

const DATA: &str = "1.2.840.113549.1.7.1";
const ENVELOPED_DATA: &str = "1.2.840.113549.1.7.3";
const ENCRYPTED_DATA: &str = "1.2.840.113549.1.7.6";

/// Rounds of hashing that one file may ask for: some ten seconds.
const MAX_WORK: u64 = 30_000_000;

/// The work that a file may still ask for.
pub(super) struct Budget(u64);

impl Default for Budget {
    fn default() -> Self {
        Self(MAX_WORK)
    }
}

impl Budget {
    /// Takes the work of one derivation, before it is done.
    pub(super) fn spend(&mut self, work: u64) -> Result<(), ContainerError> {
        self.0 = self.0.checked_sub(work).ok_or_else(|| {
            ContainerError::Unsupported(format!(
                "a {FORMAT} that asks for more than {MAX_WORK} rounds of key derivation"
            ))
        })?;
        Ok(())
    }
}

/// Opens safes with what is known.
pub(super) struct Safes<'a> {
    pub(super) password: Password<'a>,
    pub(super) key_password: Option<&'a Secret>,
    pub(super) budget: Budget,
    /// Whether the password was proved right by the MAC.
    pub(super) verified: bool,
}

impl Safes<'_> {
    /// Reads an `AuthenticatedSafe`, which may be BER.
    pub(super) fn read(&mut self, contents: &[u8]) -> Result<Bags, ContainerError> {
        let broken = damaged(FORMAT);
        let der = ber::to_der(contents).map_err(&broken)?;
        let mut safes = Reader::new(Tlv::only_contents(&der, tlv::SEQUENCE).map_err(&broken)?);
        let mut bags = Bags::default();
        while !safes.is_empty() {
            let (kind, content) = safes.expect(tlv::SEQUENCE).and_then(content_info).map_err(&broken)?;
            let plain = match kind.as_str() {
                DATA => {
                    let octets = Tlv::only_contents(content, tlv::OCTET_STRING).map_err(&broken)?;
                    Zeroizing::new(octets.to_vec())
                }
                ENCRYPTED_DATA => {
                    let (algorithm, data) = encrypted_data(content).map_err(&broken)?;
                    let (plain, how) = self.decrypt_contents(algorithm, &data)?;
                    bags.protected_by(how);
                    plain
                }
                ENVELOPED_DATA => {
                    return Err(ContainerError::Unsupported(
                        "a PKCS#12 file that is encrypted to a key, not with a password".to_owned(),
                    ));
                }
                other => return Err(broken(format!("a safe of the unknown type {other}"))),
            };
            if !plain.is_empty() {
                bags.read(&plain, self)?;
            }
        }
        Ok(bags)
    }

    /// Decrypts a safe; what comes out is the DER of its contents.
    fn decrypt_contents(
        &mut self,
        algorithm: &[u8],
        data: &[u8],
    ) -> Result<(Zeroizing<Vec<u8>>, String), ContainerError> {
        let encryption = PasswordEncryption::read(algorithm).map_err(inside)?;
        for candidate in self.password.candidates() {
            self.budget.spend(encryption.work())?;
            match encryption.decrypt(candidate, data) {
                // Garbage may end in valid padding, but it has no structure.
                Ok(plain) if ber::to_der(&plain).is_ok() => {
                    self.password = Password::Known(candidate);
                    return Ok((plain, encryption.to_string()));
                }
                Ok(_) | Err(KeyError::WrongPassphrase) => {}
                Err(error) => return Err(inside(error)),
            }
        }
        Err(match self.password {
            _ if self.verified => damaged(FORMAT)("its MAC verifies, but a safe does not decrypt"),
            Password::Unknown => ContainerError::PasswordNeeded(FORMAT),
            Password::Known(_) => ContainerError::WrongPassword(FORMAT),
        })
    }

    /// Decrypts a key of its own: with the key password, else the file's.
    pub(super) fn decrypt_key(
        &mut self,
        algorithm: &[u8],
        data: &[u8],
    ) -> Result<(Result<PrivateKey, KeyError>, String), ContainerError> {
        let encryption = match PasswordEncryption::read(algorithm) {
            Ok(encryption) => encryption,
            Err(error) => return Ok((Err(error), String::new())),
        };
        let mut candidates = self.password.candidates();
        if let Some(password) = self.key_password {
            candidates.insert(0, Some(password.expose()));
        }
        let mut result = Err(KeyError::WrongPassphrase);
        for candidate in candidates {
            self.budget.spend(encryption.work())?;
            result = match encryption.decrypt(candidate, data) {
                Ok(plain) => private_key(&plain),
                Err(error) => Err(error),
            };
            if !matches!(result, Err(KeyError::WrongPassphrase)) {
                break;
            }
        }
        if matches!(result, Err(KeyError::WrongPassphrase)) && matches!(self.password, Password::Unknown) {
            result = Err(KeyError::PassphraseNeeded);
        }
        Ok((result, encryption.to_string()))
    }
}

/// Reads a PKCS#8 key in DER or BER; what has no structure came from a wrong password.
pub(super) fn private_key(plain: &[u8]) -> Result<PrivateKey, KeyError> {
    let der = ber::to_der(plain).map_err(|_| KeyError::WrongPassphrase)?;
    PrivateKey::from_pkcs8_der(&der)
}

/// Takes `EncryptedData` (RFC 5652 §8) apart: the algorithm and the encrypted octets.
fn encrypted_data(der: &[u8]) -> Result<(&[u8], Vec<u8>), Fault> {
    let mut fields = Reader::new(Tlv::only_contents(der, tlv::SEQUENCE)?);
    fields.expect(tlv::INTEGER)?;
    let mut info = Reader::new(fields.expect(tlv::SEQUENCE)?);
    let kind = tlv::oid(info.expect(tlv::OBJECT_IDENTIFIER)?)?;
    if kind.to_string() != DATA {
        return Err(format!("encrypted contents of the unknown type {kind}"));
    }
    let algorithm = info.read()?.whole;
    let data = if info.is_empty() { Vec::new() } else { implicit_octets(info.read()?)? };
    info.finish()?;
    Ok((algorithm, data))
}

/// `[0] IMPLICIT OCTET STRING`, which BER may have left in pieces.
fn implicit_octets(content: Tlv<'_>) -> Result<Vec<u8>, Fault> {
    if content.tag == tlv::context(0) {
        return Ok(content.contents.to_vec());
    }
    let mut pieces = Reader::new(content.expect_tag(tlv::context_constructed(0))?);
    let mut data = Vec::new();
    while !pieces.is_empty() {
        data.extend_from_slice(pieces.expect(tlv::OCTET_STRING)?);
    }
    Ok(data)
}
