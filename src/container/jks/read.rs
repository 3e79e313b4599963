//! Reading JKS, and JCEKS as far as its certificates go.

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::super::error::damaged;
use super::super::{ContainerError, Integrity, Opened, OpenedContent, OpenedEntry, Passwords};
use super::{DIGEST, MAGIC_JCEKS, TAG_KEY, TAG_SECRET, TAG_TRUSTED, X509, integrity_digest, protector, utf};
use crate::keys::{KeyError, PrivateKey};
use crate::x509::tlv::{self, Tlv};
use crate::x509::{Certificate, escape};

const KEY_PROTECTOR: &str = "1.3.6.1.4.1.42.2.17.1.1";
const JCE_KEY_PROTECTOR: &str = "1.3.6.1.4.1.42.2.19.1";

/// Reads a file that begins with one of the magic numbers.
pub(in super::super) fn read(bytes: &[u8], passwords: &Passwords<'_>) -> Result<Opened, ContainerError> {
    let jceks = bytes.starts_with(&MAGIC_JCEKS.to_be_bytes());
    let format = if jceks { "JCEKS" } else { "JKS" };
    let broken = damaged(format);
    let split = bytes.len().checked_sub(DIGEST).filter(|split| *split >= 12);
    let (contents, digest) = bytes.split_at(split.ok_or_else(|| broken("it ends too early".to_owned()))?);
    let integrity = match passwords.store {
        None => Integrity::Unchecked,
        Some(password) => match integrity_digest(password, contents) {
            Some(expected) if expected == digest => Integrity::Verified,
            // What is cut off or garbled beyond reading is called so, whatever the password.
            _ => {
                Reader::open(contents, format)?.entries(passwords, jceks)?;
                return Err(ContainerError::WrongPassword(format));
            }
        },
    };
    let mut reader = Reader::open(contents, format)?;
    let (entries, skipped) = reader.entries(passwords, jceks)?;
    let protection = vec!["SHA-1 of password and contents".to_owned()];
    Ok(Opened { format, protection, integrity, entries, skipped })
}

struct Reader<'a> {
    rest: &'a [u8],
    format: &'static str,
    version: u32,
}

impl<'a> Reader<'a> {
    fn open(contents: &'a [u8], format: &'static str) -> Result<Self, ContainerError> {
        let mut reader = Self { rest: contents, format, version: 0 };
        reader.number()?;
        reader.version = reader.number()?;
        match reader.version {
            1 | 2 => Ok(reader),
            other => Err(ContainerError::Unsupported(format!("version {other} of {format}"))),
        }
    }

    fn entries(
        &mut self,
        passwords: &Passwords<'_>,
        jceks: bool,
    ) -> Result<(Vec<OpenedEntry>, Vec<String>), ContainerError> {
        let count = self.number()?;
        let (mut entries, mut skipped) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let tag = self.number()?;
            let alias = self.text()?;
            let created = self.instant()?;
            let content = match tag {
                TAG_KEY => self.key(passwords)?,
                TAG_TRUSTED => match self.certificate()? {
                    Ok(certificate) => OpenedContent::Certificate { certificate, trusted: true },
                    Err(why) => {
                        skipped.push(format!("the certificate \"{}\": {why}", escape(&alias)));
                        continue;
                    }
                },
                TAG_SECRET if jceks => {
                    return Err(ContainerError::Unsupported(format!(
                        "the secret key \"{}\" in JCEKS (a serialised Java object); `keytool -importkeystore` copies the \
                         other entries to PKCS#12",
                        escape(&alias)
                    )));
                }
                other => return Err(self.broken(format!("an entry of the unknown kind {other}"))),
            };
            entries.push(OpenedEntry { alias, created, content });
        }
        if !self.rest.is_empty() {
            return Err(self.broken("bytes after the last entry"));
        }
        Ok((entries, skipped))
    }

    fn key(&mut self, passwords: &Passwords<'_>) -> Result<OpenedContent, ContainerError> {
        let protected = self.octets()?;
        let count = self.number()?;
        let mut chain = Vec::new();
        for _ in 0..count {
            // A chain with a hole is no chain.
            let certificate =
                self.certificate()?.map_err(|why| self.broken(format!("a certificate of a key: {why}")))?;
            chain.push(certificate);
        }
        Ok(OpenedContent::Key { key: recover(protected, passwords), chain })
    }

    /// Reads a certificate; one that is whole in the file but not understood is no reason to stop.
    fn certificate(&mut self) -> Result<Result<Certificate, String>, ContainerError> {
        let kind = if self.version == 1 { X509.to_owned() } else { self.text()? };
        let der = self.octets()?;
        if kind != X509 && kind != "X509" {
            return Ok(Err(format!("a certificate of the type \"{}\", which is not X.509", escape(&kind))));
        }
        Ok(Certificate::from_der(der).map_err(|error| error.to_string()))
    }

    fn number(&mut self) -> Result<u32, ContainerError> {
        let octets = self.take(4)?;
        Ok(octets.iter().fold(0, |number, octet| number << 8 | u32::from(*octet)))
    }

    fn instant(&mut self) -> Result<Option<OffsetDateTime>, ContainerError> {
        let octets = self.take(8)?;
        let milliseconds = octets.iter().fold(0_i64, |number, octet| number << 8 | i64::from(*octet));
        Ok(OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000).ok())
    }

    fn text(&mut self) -> Result<String, ContainerError> {
        let length = self.take(2)?.iter().fold(0, |length, octet| length << 8 | usize::from(*octet));
        let octets = self.take(length)?;
        utf::decode(octets).ok_or_else(|| self.broken("text that is no modified UTF-8"))
    }

    fn octets(&mut self) -> Result<&'a [u8], ContainerError> {
        let length = self.number()?;
        self.take(usize::try_from(length).unwrap_or(usize::MAX))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], ContainerError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(|| self.broken("it ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn broken(&self, why: impl std::fmt::Display) -> ContainerError {
        damaged(self.format)(why)
    }
}

/// Takes the protection off a key.
fn recover(protected: &[u8], passwords: &Passwords<'_>) -> Result<PrivateKey, KeyError> {
    let (algorithm, data) =
        encrypted_key(protected).map_err(|why| KeyError::Malformed(format!("the protected key: {why}")))?;
    match algorithm.as_str() {
        KEY_PROTECTOR => {}
        JCE_KEY_PROTECTOR => {
            return Err(KeyError::Unsupported(format!(
                "keys in JCEKS (PBEWithMD5AndTripleDES, {JCE_KEY_PROTECTOR}); `keytool -importkeystore` makes PKCS#12 of it"
            )));
        }
        other => return Err(KeyError::Unsupported(format!("the key protection {other}"))),
    }
    let Some(password) = passwords.key.or(passwords.store) else {
        return Err(KeyError::PassphraseNeeded);
    };
    let plain: Zeroizing<Vec<u8>> = protector::recover(data, password)?;
    PrivateKey::from_pkcs8_der(&plain)
}

/// The algorithm and the contents of an `EncryptedPrivateKeyInfo`.
fn encrypted_key(der: &[u8]) -> Result<(String, &[u8]), tlv::Fault> {
    let mut fields = tlv::Reader::new(Tlv::only_contents(der, tlv::SEQUENCE)?);
    let mut identifier = tlv::Reader::new(fields.expect(tlv::SEQUENCE)?);
    let algorithm = tlv::oid(identifier.expect(tlv::OBJECT_IDENTIFIER)?)?;
    let data = fields.expect(tlv::OCTET_STRING)?;
    fields.finish()?;
    Ok((algorithm.to_string(), data))
}

#[cfg(test)]
mod tests {
    use super::super::super::open;
    use super::*;
    use crate::keys::Secret;
    use crate::x509::fixtures::{Node, Spec};

    const JKS: u32 = 0xfeed_feed;
    const JCEKS: u32 = 0xcece_cece;

    fn header(magic: u32, version: u32, count: u32) -> Vec<u8> {
        [magic, version, count].iter().flat_map(|number| number.to_be_bytes()).collect()
    }

    fn entry(tag: u32, alias: &str) -> Vec<u8> {
        let alias = utf::encode(alias);
        [&tag.to_be_bytes()[..], &(alias.len() as u16).to_be_bytes(), &alias, &[0; 8]].concat()
    }

    /// With the digest of an empty password.
    fn sealed(contents: &[u8]) -> Vec<u8> {
        let digest = integrity_digest(&Secret::new(""), contents).unwrap();
        [contents, &digest].concat()
    }

    fn refusal(contents: &[u8]) -> String {
        let password = Secret::new("");
        open(&sealed(contents), &Passwords { store: Some(&password), key: None }).unwrap_err().to_string()
    }

    #[test]
    fn an_empty_store_and_version_1_are_read() {
        let password = Secret::new("");
        let passwords = Passwords { store: Some(&password), key: None };
        assert!(open(&sealed(&header(JKS, 2, 0)), &passwords).unwrap().entries.is_empty());
        let anchor = Node::root(&Spec::ca("Old", None)).certificate;
        let length = (anchor.der().len() as u32).to_be_bytes();
        let old = [&header(JKS, 1, 1)[..], &entry(TAG_TRUSTED, "old"), &length, anchor.der()].concat();
        let opened = open(&sealed(&old), &passwords).unwrap();
        assert_eq!(opened.entries[0].alias, "old");
        assert_eq!(opened.integrity, Integrity::Verified);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        assert!(refusal(&header(JKS, 3, 0)).contains("version 3 of JKS"));
        assert!(refusal(&[&header(JKS, 2, 1)[..], &entry(TAG_SECRET, "s")].concat()).contains("unknown kind 3"));
        let secret = refusal(&[&header(JCEKS, 2, 1)[..], &entry(TAG_SECRET, "pin\n")].concat());
        assert!(secret.contains("the secret key \"pin\\u{a}\" in JCEKS"), "{secret}");
        let mut other = [&header(JKS, 2, 1)[..], &entry(TAG_TRUSTED, "x")].concat();
        other.extend([0, 3, b'P', b'G', b'P', 0, 0, 0, 0]);
        let opened = open(&sealed(&other), &Passwords::default()).unwrap();
        assert!(opened.skipped[0].contains("of the type \"PGP\""), "{opened:?}");
    }

    #[test]
    fn lengths_and_counts_that_lie_are_damage() {
        for contents in [
            header(JKS, 2, u32::MAX),
            header(JKS, 2, 1)[..11].to_vec(),
            [&header(JKS, 2, 1)[..], &entry(TAG_KEY, "k"), &u32::MAX.to_be_bytes()].concat(),
            [&header(JKS, 2, 1)[..], &entry(TAG_KEY, "k"), &[0; 4], &u32::MAX.to_be_bytes()].concat(),
            [&header(JKS, 2, 1)[..], &TAG_KEY.to_be_bytes(), &[0xff, 0xff]].concat(),
            [&header(JKS, 2, 1)[..], &TAG_KEY.to_be_bytes(), &[0, 1, 0x80], &[0; 8]].concat(),
            [&header(JKS, 2, 0)[..], &[0]].concat(),
            Vec::new(),
        ] {
            let file = sealed(&contents);
            let error = open(&file, &Passwords::default()).unwrap_err().to_string();
            assert!(error.contains("damaged JKS") || error.contains("neither a PKCS#12"), "{error}");
        }
    }
}
