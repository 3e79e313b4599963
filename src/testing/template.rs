//! A certificate to be, every field of it in DER or in what only looks like it.

use time::{Duration, OffsetDateTime};

use super::TestingError;
use super::der::{self, bit_string, sequence};
use super::key::{Hash, TestKey};
use crate::x509::tlv;
use crate::x509::{Extension, Oid};

/// What is signed is what is here: no lint, no check, nothing that reads it back. Only [`super`] can make one.
pub(super) struct Template {
    /// The instant that "now" is.
    pub(super) at: OffsetDateTime,
    /// The case's own name below the host: `expired.localhost`.
    pub(super) own_host: String,
    /// The host.
    pub(super) host: String,
    /// `version`, whole; empty for version 1.
    pub(super) version: Vec<u8>,
    /// `serialNumber`, whole.
    pub(super) serial: Vec<u8>,
    /// `signature`, the algorithm that is signed; the signer's if absent.
    pub(super) inner_algorithm: Option<Vec<u8>>,
    /// `signatureAlgorithm`, the one outside; the signer's if absent.
    pub(super) outer_algorithm: Option<Vec<u8>>,
    /// The hash; the signer's if absent.
    pub(super) hash: Option<Hash>,
    /// `issuer`, whole.
    pub(super) issuer: Vec<u8>,
    /// `notBefore`, whole.
    pub(super) not_before: Vec<u8>,
    /// `notAfter`, whole.
    pub(super) not_after: Vec<u8>,
    /// `subject`, whole.
    pub(super) subject: Vec<u8>,
    /// `subjectPublicKeyInfo`, whole.
    pub(super) spki: Vec<u8>,
    /// `extensions` in their order.
    pub(super) extensions: Vec<Extension>,
    /// Extensions after those, each whole.
    pub(super) raw_extensions: Vec<Vec<u8>>,
    /// What is in the signed part after the extensions.
    pub(super) tail: Vec<u8>,
    /// Changes the signed part before it is signed.
    pub(super) before_signing: fn(Vec<u8>) -> Vec<u8>,
    /// Changes the certificate after it was signed.
    pub(super) after_signing: fn(Vec<u8>) -> Vec<u8>,
}

impl Template {
    /// Valid from and until so many days after now.
    pub(super) fn days(&mut self, from: i64, until: i64) {
        self.not_before = der::time(self.day(from));
        self.not_after = der::time(self.day(until));
    }

    /// An instant so many days after now.
    pub(super) fn day(&self, days: i64) -> OffsetDateTime {
        self.at.checked_add(Duration::days(days)).unwrap_or(self.at)
    }

    /// Replaces an extension, or adds it.
    pub(super) fn set(&mut self, extension: Extension) {
        match self.extensions.iter_mut().find(|other| other.oid == extension.oid) {
            Some(other) => *other = extension,
            None => self.extensions.push(extension),
        }
    }

    /// Adds an extension, even if it is there.
    pub(super) fn add(&mut self, extension: Extension) {
        self.extensions.push(extension);
    }

    /// Takes an extension away.
    pub(super) fn remove(&mut self, oid: &Oid) {
        self.extensions.retain(|extension| extension.oid != *oid);
    }

    /// Changes whether an extension is critical.
    pub(super) fn critical(&mut self, oid: &Oid, critical: bool) {
        for extension in self.extensions.iter_mut().filter(|extension| extension.oid == *oid) {
            extension.critical = critical;
        }
    }

    /// The value of an extension.
    pub(super) fn value(&self, oid: &Oid) -> Vec<u8> {
        self.extensions
            .iter()
            .find(|extension| extension.oid == *oid)
            .map(|found| found.value.clone())
            .unwrap_or_default()
    }

    /// Encodes and signs.
    pub(super) fn sign(&self, signer: &TestKey) -> Result<Vec<u8>, TestingError> {
        let hash = self.hash.unwrap_or_else(|| signer.hash());
        let algorithm = signer.algorithm(hash);
        let mut list = Vec::new();
        for extension in &self.extensions {
            let critical = extension.critical.then_some(0xff);
            list.extend(der::raw_extension(&extension.oid, critical, &extension.value));
        }
        list.extend(self.raw_extensions.concat());
        let extensions = if list.is_empty() {
            Vec::new()
        } else {
            tlv::encode(tlv::context_constructed(3), &tlv::encode(tlv::SEQUENCE, &list))
        };
        let tbs = sequence(&[
            &self.version,
            &self.serial,
            self.inner_algorithm.as_ref().unwrap_or(&algorithm),
            &self.issuer,
            &sequence(&[&self.not_before, &self.not_after]),
            &self.subject,
            &self.spki,
            &extensions,
            &self.tail,
        ]);
        let tbs = (self.before_signing)(tbs);
        let signature = bit_string(&signer.sign(hash, &tbs)?);
        let outer = self.outer_algorithm.as_ref().unwrap_or(&algorithm);
        Ok((self.after_signing)(sequence(&[&tbs, outer, &signature])))
    }
}
