//! What is checked before a keystore is written: whatever would make one reader see another keystore than the next.

use std::collections::HashSet;

use super::{ContainerError, Content, Encoding, Entry, Format, Keystore, chain};
use crate::keys::Secret;
use crate::x509::{Certificate, escape};

/// Characters of an alias; Java's JKS has room for 65,535 octets, lists get unreadable long before.
const MAX_ALIAS: usize = 255;

/// Checks that a keystore can be written so that every reader finds in it what was put in.
pub(super) fn check(keystore: &Keystore, encoding: &Encoding<'_>) -> Result<(), ContainerError> {
    if keystore.entries.is_empty() {
        return refused("nothing to write: no entry was given");
    }
    let mut aliases = HashSet::new();
    for entry in &keystore.entries {
        check_alias(&entry.alias, encoding.format)?;
        if !aliases.insert(entry.alias.to_lowercase()) {
            return refused(format!(
                "two entries have the alias \"{}\" (Java takes upper and lower case for the same, and loses one)",
                escape(&entry.alias)
            ));
        }
        check_entry(entry)?;
    }
    match encoding.format {
        Format::Jks => {
            check_password(encoding.store_password, "a JKS")?;
            if encoding.key_password.is_some() {
                check_password(encoding.key_password, "a key in JKS")?;
            }
            Ok(())
        }
        Format::Pem => check_pem(keystore),
        Format::Pkcs12 => check_pkcs12(keystore, encoding),
    }
}

fn check_alias(alias: &str, format: Format) -> Result<(), ContainerError> {
    let shown = escape(alias);
    if alias.trim().is_empty() {
        return refused("an alias is empty; every entry needs a name");
    }
    if alias.trim() != alias {
        return refused(format!("the alias \"{shown}\" begins or ends with a blank, which nobody could type again"));
    }
    if alias.chars().count() > MAX_ALIAS {
        return refused(format!("an alias has more than {MAX_ALIAS} characters"));
    }
    if alias.chars().any(char::is_control) {
        return refused(format!("the alias \"{shown}\" has a control character"));
    }
    match alias.chars().find(|character| u32::from(*character) > 0xffff) {
        Some(character) if format == Format::Pkcs12 => refused(format!(
            "the alias \"{shown}\" has the character {character:?}, which PKCS#12 has no place for (BMPString); JKS has"
        )),
        _ => Ok(()),
    }
}

fn check_entry(entry: &Entry) -> Result<(), ContainerError> {
    let Content::Key { key, chain } = &entry.content else { return Ok(()) };
    let alias = escape(&entry.alias);
    let Some(leaf) = chain.first() else {
        return refused(format!("the key \"{alias}\" has no certificate; Java and TLS servers want one beside it"));
    };
    if leaf.public_key()? != *key.public_key() {
        return refused(format!(
            "the private key \"{alias}\" does not belong to its first certificate ({}); the chain begins with the \
             key's own certificate",
            escape(&leaf.subject.to_string())
        ));
    }
    for pair in chain.windows(2) {
        if !chain::issued(&pair[1], &pair[0]) {
            return refused(format!(
                "the chain of \"{alias}\" is out of order: {} did not issue {}",
                escape(&pair[1].subject.to_string()),
                escape(&pair[0].subject.to_string()),
            ));
        }
    }
    Ok(())
}

fn check_password(password: Option<&Secret>, what: &str) -> Result<(), ContainerError> {
    let Some(password) = password else {
        return refused(format!("{what} needs a password"));
    };
    if password.is_empty() {
        return refused(format!(
            "{what} with an empty password is read in a different way by every program; give it a password"
        ));
    }
    if std::str::from_utf8(password.expose()).is_err() {
        return refused(format!("the password of {what} is no UTF-8 text"));
    }
    Ok(())
}

fn check_pkcs12(keystore: &Keystore, encoding: &Encoding<'_>) -> Result<(), ContainerError> {
    const WHAT: &str = "a PKCS#12 file";
    check_password(encoding.store_password, WHAT)?;
    let password = encoding.store_password.map(Secret::expose).unwrap_or_default();
    if password.iter().any(u8::is_ascii_control) {
        return refused(
            "the password of a PKCS#12 file has a control character, which Java refuses; a carriage return comes from a file \
             with the line ends of Windows, a tab from a paste",
        );
    }
    if !password.is_ascii() {
        return refused(
            "the password of a PKCS#12 file may have ASCII characters only: Java refuses others, and programs differ in \
             how they read them",
        );
    }
    if encoding.key_password.is_some_and(|key| key.expose() != password) {
        return refused(
            "a key in PKCS#12 has the password of the file: Java, Windows and NSS know no other; JKS has a key password \
             of its own",
        );
    }
    check_issuers(keystore)
}

/// Java puts chains together by the names of issuers alone, so there may be only one certificate of each.
fn check_issuers(keystore: &Keystore) -> Result<(), ContainerError> {
    let mut issuers: std::collections::HashMap<&[u8], &Certificate> = std::collections::HashMap::new();
    for entry in &keystore.entries {
        let Content::Key { chain, .. } = &entry.content else { continue };
        for issuer in chain.iter().skip(1) {
            let known = *issuers.entry(issuer.subject.der()).or_insert(issuer);
            if known != issuer {
                return refused(format!(
                    "two different certificates of the issuer {} are in the chains: Java would take one of them for \
                     both; write two files, or JKS",
                    escape(&issuer.subject.to_string())
                ));
            }
        }
    }
    Ok(())
}

fn check_pem(keystore: &Keystore) -> Result<(), ContainerError> {
    let keys = keystore.entries.iter().filter(|entry| matches!(entry.content, Content::Key { .. })).count();
    match keys {
        0 => Ok(()),
        1 if keystore.entries.len() == 1 => Ok(()),
        1 => refused("a PEM file holds a key with its chain, or anchors: readers could not tell which is which"),
        _ => refused("a PEM file holds one key with its chain; write a file for each, or PKCS#12"),
    }
}

fn refused<T>(why: impl Into<String>) -> Result<T, ContainerError> {
    Err(ContainerError::Refused(why.into()))
}
