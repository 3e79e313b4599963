//! Reading PKCS#12: the outermost structure and its MAC.

use std::thread;

use super::super::chain::Linker;
use super::super::error::damaged;
use super::super::{ContainerError, Integrity, Opened, OpenedContent, OpenedEntry, Passwords, ber};
use super::bags::{Bags, FoundCertificate, FoundKey};
use super::safes::{Budget, Safes};
use crate::keys::{KeyError, PasswordMac};
use crate::x509::Certificate;
use crate::x509::tlv::{self, Fault, Reader, Tlv};

pub(super) const FORMAT: &str = "PKCS#12 file";
const DATA: &str = "1.2.840.113549.1.7.1";
const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";

/// Whether it looks like a PKCS#12 file: a SEQUENCE that begins with the version 3. Its lengths may be BER.
pub(in super::super) fn is_pkcs12(bytes: &[u8]) -> bool {
    let Some([tlv::SEQUENCE, first, rest @ ..]) = bytes.get(..32.min(bytes.len())) else { return false };
    let skip = if *first > 0x80 { usize::from(first & 0x7f) } else { 0 };
    let Some(rest) = rest.get(skip..) else { return false };
    // The version, then the SEQUENCE that begins with an object identifier of PKCS#7.
    matches!(rest, [tlv::INTEGER, 1, 3, tlv::SEQUENCE, ..]) || matches!(rest, [tlv::INTEGER, 0x81, 1, 3, ..])
}

/// Reads a PKCS#12 file.
pub(in super::super) fn read(bytes: &[u8], passwords: &Passwords<'_>) -> Result<Opened, ContainerError> {
    let broken = damaged(FORMAT);
    let der = ber::to_der(bytes).map_err(&broken)?;
    let pfx = Pfx::read(&der).map_err(&broken)?;
    match pfx.content_type.as_str() {
        DATA => {}
        SIGNED_DATA => {
            return Err(ContainerError::Unsupported(
                "a PKCS#12 file that is signed with a key, not a password".to_owned(),
            ));
        }
        other => return Err(broken(format!("it holds {other} where data belongs"))),
    }
    let contents = Tlv::only_contents(pfx.content, tlv::OCTET_STRING).map_err(&broken)?;
    let (mac, bags) = open_safes(pfx.mac.as_ref(), contents, passwords)?;
    let integrity = if mac.is_some() { Integrity::Verified } else { Integrity::None };
    let protection = mac.into_iter().chain(bags.protection.iter().cloned()).collect();
    let (entries, skipped) = entries(bags);
    Ok(Opened { format: "PKCS#12", protection, integrity, entries, skipped })
}

/// Verifies the MAC, if there is one, and opens the safes; gives how the MAC was made.
fn open_safes(
    mac: Option<&Mac<'_>>,
    contents: &[u8],
    passwords: &Passwords<'_>,
) -> Result<(Option<String>, Bags), ContainerError> {
    let guess = Password::guess(passwords);
    let mut budget = Budget::default();
    let read =
        |password, budget, verified| Safes { password, key_password: passwords.key, budget, verified }.read(contents);
    let Some(mac) = mac else {
        return Ok((None, read(guess, budget, false)?));
    };
    let check = PasswordMac::read(mac.algorithm, mac.salt, mac.iterations).map_err(inside)?;
    let verify = |candidate| Ok::<bool, ContainerError>(check.verify(candidate, contents, mac.value)?);
    if let Password::Known(password) = guess {
        budget.spend(check.work())?;
        // Each derivation takes long by intent, so the MAC's is made beside those of the safes. What these held counts only
        // if the MAC verifies.
        let (verified, bags) = beside(|| verify(password), || read(guess, budget, true));
        return match verified? {
            true => Ok((Some(check.to_string()), bags?)),
            false => Err(ContainerError::WrongPassword(FORMAT)),
        };
    }
    for candidate in guess.candidates() {
        budget.spend(check.work())?;
        if verify(candidate)? {
            let bags = read(Password::Known(candidate), budget, true)?;
            return Ok((Some(check.to_string()), bags));
        }
    }
    Err(match passwords.store {
        None => ContainerError::PasswordNeeded(FORMAT),
        Some(_) => ContainerError::WrongPassword(FORMAT),
    })
}

/// Does two things at the same time, or one after the other where no thread is to be had.
fn beside<A: Send, B>(one: impl Fn() -> A + Sync, other: impl FnOnce() -> B) -> (A, B) {
    thread::scope(|scope| {
        let started = thread::Builder::new().spawn_scoped(scope, &one);
        let other = other();
        match started {
            // A thread that panicked takes this one with it: there is no result to go on with.
            Ok(thread) => (thread.join().unwrap_or_else(|why| std::panic::resume_unwind(why)), other),
            Err(_) => (one(), other),
        }
    })
}

/// The password of a file.
#[derive(Clone, Copy)]
pub(super) enum Password<'a> {
    /// None was given, and none of a file without a MAC can be verified: no password and an empty one are tried.
    Unknown,
    /// This one; `None` is no password at all, which PKCS#12 tells from an empty one.
    Known(Option<&'a [u8]>),
}

impl<'a> Password<'a> {
    fn guess(passwords: &Passwords<'a>) -> Self {
        match passwords.store {
            Some(password) if !password.is_empty() => Self::Known(Some(password.expose())),
            _ => Self::Unknown,
        }
    }

    /// What to try, in order.
    pub(super) fn candidates(self) -> Vec<Option<&'a [u8]>> {
        match self {
            Self::Unknown => vec![Some(&[]), None],
            Self::Known(password) => vec![password],
        }
    }
}

/// The outermost structure: `PFX`.
struct Pfx<'a> {
    content_type: String,
    content: &'a [u8],
    mac: Option<Mac<'a>>,
}

impl<'a> Pfx<'a> {
    fn read(der: &'a [u8]) -> Result<Self, Fault> {
        let mut fields = Reader::new(Tlv::only_contents(der, tlv::SEQUENCE)?);
        if fields.expect(tlv::INTEGER)? != [3] {
            return Err("its version is not 3".to_owned());
        }
        let (content_type, content) = content_info(fields.expect(tlv::SEQUENCE)?)?;
        let mac = if fields.is_empty() { None } else { Some(Mac::read(fields.expect(tlv::SEQUENCE)?)?) };
        fields.finish()?;
        Ok(Self { content_type, content, mac })
    }
}

/// An algorithm that is not supported is named; anything else wrong with it is damage.
pub(super) fn inside(error: KeyError) -> ContainerError {
    match error {
        KeyError::Malformed(why) => damaged(FORMAT)(why),
        other => other.into(),
    }
}

/// Takes a `ContentInfo` apart: its type, and the element inside.
pub(super) fn content_info(contents: &[u8]) -> Result<(String, &[u8]), Fault> {
    let mut fields = Reader::new(contents);
    let content_type = tlv::oid(fields.expect(tlv::OBJECT_IDENTIFIER)?)?;
    let content = fields.expect(tlv::context_constructed(0))?;
    fields.finish()?;
    Ok((content_type.to_string(), content))
}

/// `MacData`.
struct Mac<'a> {
    algorithm: &'a [u8],
    value: &'a [u8],
    salt: &'a [u8],
    iterations: u64,
}

impl<'a> Mac<'a> {
    fn read(contents: &'a [u8]) -> Result<Self, Fault> {
        let mut fields = Reader::new(contents);
        let mut digest = Reader::new(fields.expect(tlv::SEQUENCE)?);
        let algorithm = digest.read()?.whole;
        let value = digest.expect(tlv::OCTET_STRING)?;
        digest.finish()?;
        let salt = fields.expect(tlv::OCTET_STRING)?;
        let iterations = match fields.optional(tlv::INTEGER)? {
            None => 1,
            Some(tlv) if tlv.contents.len() <= 8 && tlv.contents.first().is_some_and(|octet| octet & 0x80 == 0) => {
                tlv.contents.iter().fold(0, |count, octet| count << 8 | u64::from(*octet))
            }
            Some(_) => return Err("the MAC's iterations are no count".to_owned()),
        };
        fields.finish()?;
        Ok(Self { algorithm, value, salt, iterations })
    }
}

/// Puts keys and certificates together: a key's own certificate by the local key identifier or the public key, its
/// issuers by name and signature.
fn entries(bags: Bags) -> (Vec<OpenedEntry>, Vec<String>) {
    let Bags { keys, certificates, skipped, .. } = bags;
    let mut used = vec![false; certificates.len()];
    let pool: Vec<&Certificate> =
        certificates.iter().filter(|found| !found.trusted).map(|found| &found.certificate).collect();
    let mut linker = Linker::new(&pool);
    let mut entries = Vec::new();
    for key in keys {
        let leaf = own_certificate(&key, &certificates);
        let chain: Vec<Certificate> = match leaf {
            None => Vec::new(),
            Some(leaf) => linker.chain(&certificates[leaf].certificate).into_iter().cloned().collect(),
        };
        for (found, used) in certificates.iter().zip(&mut used) {
            *used |= !found.trusted && chain.contains(&found.certificate);
        }
        // Some programs name the certificate alone.
        let named = leaf.and_then(|leaf| certificates[leaf].name.clone());
        let alias = key.name.or(named).unwrap_or_default();
        entries.push(OpenedEntry { alias, created: None, content: OpenedContent::Key { key: key.key, chain } });
    }
    drop(linker);
    for (found, used) in certificates.into_iter().zip(used) {
        if !used {
            let FoundCertificate { name, certificate, trusted, .. } = found;
            let content = OpenedContent::Certificate { certificate, trusted };
            entries.push(OpenedEntry { alias: name.unwrap_or_default(), created: None, content });
        }
    }
    (entries, skipped)
}

fn own_certificate(key: &FoundKey, certificates: &[FoundCertificate]) -> Option<usize> {
    let spki = key.key.as_ref().ok().map(|key| key.public_key().spki_der());
    let fits = |found: &FoundCertificate| spki.is_none_or(|spki| spki == found.certificate.spki_der);
    let tied = |found: &FoundCertificate| key.id.is_some() && key.id == found.id;
    certificates
        .iter()
        .position(|found| tied(found) && fits(found))
        .or_else(|| certificates.iter().position(|found| !found.trusted && spki.is_some() && fits(found)))
        // A file with one key and one certificate needs no identifiers.
        .or_else(|| (certificates.len() == 1 && spki.is_none() && !certificates[0].trusted).then_some(0))
}
