//! Certificates and where their files go, as a manifest describes them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use time::OffsetDateTime;

use crate::container::Preset;
use crate::keys::Algorithm;
use crate::manifest::field;
use crate::store::lineage_name;
use crate::x509::time::Span;
use crate::x509::{GeneralName, Name};

/// A certificate with its key and its files.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a map that describes a certificate")]
pub struct Certificate {
    /// Whether it is to be there and is otherwise left as it is.
    pub keep: bool,
    /// What it is for, if not its key in the manifest: the profile's variable `name`.
    pub name: Option<String>,
    /// A certificate signing request, relative to the manifest: its key is certified, and its names as far as the profile lets
    /// them.
    pub csr: Option<PathBuf>,
    /// Its subject instead of the profile's.
    #[serde(deserialize_with = "field::subject")]
    pub subject: Option<Name>,
    /// More alternative names.
    #[serde(deserialize_with = "field::names")]
    pub names: Vec<GeneralName>,
    /// What may be issued.
    pub profile: Option<String>,
    /// Who signs.
    pub authority: Option<String>,
    /// The key algorithm.
    #[serde(deserialize_with = "field::algorithm")]
    pub key: Option<Algorithm>,
    /// How long it is valid.
    #[serde(deserialize_with = "field::span")]
    pub validity: Option<Span>,
    /// From when it is valid.
    #[serde(deserialize_with = "field::instant")]
    pub not_before: Option<OffsetDateTime>,
    /// Until when it is valid.
    #[serde(deserialize_with = "field::instant")]
    pub not_after: Option<OffsetDateTime>,
    /// How long before its end it is renewed.
    #[serde(deserialize_with = "field::span")]
    pub renew: Option<Span>,
    /// Variables of the profile.
    #[serde(deserialize_with = "field::variables")]
    pub set: BTreeMap<String, String>,
    /// The passphrase of its key in the store.
    pub key_passphrase: Option<String>,
    /// Where its files are put.
    pub deliver: Vec<Delivery>,
}

/// Files of a certificate: exactly one of `pem`, `certificate`, `keystore` and `export` says which.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a map with \"pem\", \"certificate\", \"keystore\" or \"export\"")]
pub struct Delivery {
    /// A directory for `cert.pem`, `key.pem`, `chain.pem`, `fullchain.pem` and `ca.pem`.
    pub pem: Option<PathBuf>,
    /// Of `pem`: whether `key.pem` is among them; where there is a key, if nothing is said.
    pub key: Option<bool>,
    /// Of `pem`: the passphrase that `key.pem` is encrypted with.
    pub passphrase: Option<String>,
    /// A file for the certificate alone.
    pub certificate: Option<PathBuf>,
    /// Of `certificate`: whether the intermediates follow it.
    pub fullchain: Option<bool>,
    /// A keystore.
    pub keystore: Option<PathBuf>,
    /// Of `keystore`: its entry's alias; the certificate's name in the store if nothing is said.
    pub alias: Option<String>,
    /// Of `keystore`: whether the root stands at the end of the chain.
    pub include_root: Option<bool>,
    /// A program, whose files are written.
    pub export: Option<String>,
    /// Of `export`: the directory.
    pub to: Option<PathBuf>,
    /// Of `export`: the part that the certificate plays.
    pub role: Option<String>,
    /// Of `export`: variables of the target.
    #[serde(deserialize_with = "field::variables")]
    pub set: BTreeMap<String, String>,
    /// Of `keystore` and `export`: the format.
    pub format: Option<String>,
    /// Of `keystore` and `export`: how PKCS#12 is encrypted.
    #[serde(deserialize_with = "field::preset")]
    pub preset: Option<Preset>,
    /// Of `keystore` and `export`: the password.
    pub storepass: Option<String>,
}

/// Where a delivery goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// PEM files in a directory.
    Pem(&'a Path),
    /// One file with the certificate.
    Certificate(&'a Path),
    /// A keystore.
    Keystore(&'a Path),
    /// A program's files in a directory.
    Export(&'a str, &'a Path),
}

impl<'a> Place<'a> {
    /// The directory, or the file where there is one.
    pub fn path(self) -> &'a Path {
        match self {
            Self::Pem(path) | Self::Certificate(path) | Self::Keystore(path) | Self::Export(_, path) => path,
        }
    }
}

impl Certificate {
    /// Its name in the store.
    pub fn lineage(key: &str) -> String {
        lineage_name(key)
    }
}

impl Delivery {
    /// Whether the private key is among its files.
    pub fn takes_key(&self) -> bool {
        match self.place() {
            Some(Place::Pem(_)) => self.key.unwrap_or(true),
            Some(Place::Keystore(_) | Place::Export(..)) => true,
            Some(Place::Certificate(_)) | None => false,
        }
    }

    /// Where it goes; `None` where it does not say exactly one thing, which is refused when the manifest is read.
    pub fn place(&self) -> Option<Place<'_>> {
        let Self { pem, certificate, keystore, export, to, .. } = self;
        Some(match (pem, certificate, keystore, export, to) {
            (Some(dir), None, None, None, None) => Place::Pem(dir),
            (None, Some(file), None, None, None) => Place::Certificate(file),
            (None, None, Some(file), None, None) => Place::Keystore(file),
            (None, None, None, Some(target), Some(dir)) => Place::Export(target, dir),
            _ => return None,
        })
    }
}
