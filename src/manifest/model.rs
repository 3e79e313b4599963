//! What a manifest says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use time::OffsetDateTime;

use super::document::{Document, Notation};
use super::{ManifestError, check, field};
use crate::container::{Format, Preset};
use crate::issuance::Validity;
use crate::keys::Algorithm;
use crate::store::lineage_name;
use crate::x509::extension::{NameConstraints, Subtree};
use crate::x509::time::Span;
use crate::x509::{GeneralName, Name, RevocationReason};

/// A whole PKI, as a person describes it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Manifest {
    /// For editors; not looked at.
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    /// What holds where nothing else is said.
    #[serde(deserialize_with = "field::or_default")]
    pub defaults: Defaults,
    /// Settings of the store; those that are not named stay as they are.
    #[serde(deserialize_with = "field::or_default")]
    pub settings: StoreSettings,
    /// Profiles of the store, by name.
    #[serde(deserialize_with = "field::or_default")]
    pub profiles: BTreeMap<String, ProfileText>,
    /// Authorities, by name.
    #[serde(deserialize_with = "field::with_empty")]
    pub authorities: BTreeMap<String, Authority>,
    /// Certificates, by what they are for.
    #[serde(deserialize_with = "field::with_empty")]
    pub certificates: BTreeMap<String, Certificate>,
    /// Files of anchors.
    #[serde(deserialize_with = "field::or_default")]
    pub truststores: Vec<Truststore>,
    /// Where CRLs are published.
    #[serde(deserialize_with = "field::or_default")]
    pub crls: Vec<CrlOutput>,
    /// What is revoked.
    #[serde(deserialize_with = "field::or_default")]
    pub revocations: Vec<Revocation>,
}

/// What holds where nothing else is said. Secrets are sources such as `env:CA_PASS`, as the command line takes them, or `none`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Defaults {
    /// Who signs.
    pub authority: Option<String>,
    /// What may be issued.
    pub profile: Option<String>,
    /// The key algorithm of certificates.
    #[serde(deserialize_with = "field::algorithm")]
    pub key: Option<Algorithm>,
    /// How long certificates are valid.
    #[serde(deserialize_with = "field::span")]
    pub validity: Option<Span>,
    /// How long before the end a certificate is renewed; when two thirds of its life are gone, if nothing is said.
    #[serde(deserialize_with = "field::span")]
    pub renew: Option<Span>,
    /// The passphrase of authorities' keys.
    pub passphrase: Option<String>,
    /// The passphrase of certificates' keys in the store; that of their authority if nothing is said.
    pub key_passphrase: Option<String>,
    /// The password of keystores and truststores.
    pub storepass: Option<String>,
}

/// Settings of the store.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreSettings {
    /// The authority that signs when none is named.
    pub default_authority: Option<String>,
    /// CRL distribution points.
    pub crl_urls: Option<Vec<String>>,
    /// Where issuers' certificates can be fetched.
    pub ca_issuers_urls: Option<Vec<String>>,
    /// OCSP responders.
    pub ocsp_urls: Option<Vec<String>>,
}

/// A profile: a file, or its content.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged, expecting = "expected the path of a profile, or a profile")]
pub enum ProfileText {
    /// Its path, relative to the manifest.
    File(PathBuf),
    /// The profile itself.
    Inline(serde_json::Map<String, serde_json::Value>),
}

/// An authority: to be made, or brought in from files.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Authority {
    /// Whether it is to be there and is otherwise left as it is.
    pub keep: bool,
    /// The authority above it; a root has none.
    pub parent: Option<String>,
    /// Its common name.
    pub cn: Option<String>,
    /// Its whole subject instead.
    #[serde(deserialize_with = "field::subject")]
    pub subject: Option<Name>,
    /// Its profile: `root` or `intermediate` if nothing is said.
    pub profile: Option<String>,
    /// Its key algorithm; the profile's default if nothing is said.
    #[serde(deserialize_with = "field::algorithm")]
    pub key: Option<Algorithm>,
    /// How long it is valid.
    #[serde(deserialize_with = "field::span")]
    pub validity: Option<Span>,
    /// Until when it is valid.
    #[serde(deserialize_with = "field::instant")]
    pub not_after: Option<OffsetDateTime>,
    /// Names that it may certify, and no others.
    #[serde(deserialize_with = "field::subtrees")]
    pub permit: Vec<Subtree>,
    /// Names that it may not certify.
    #[serde(deserialize_with = "field::subtrees")]
    pub exclude: Vec<Subtree>,
    /// How many authorities may follow below it.
    pub path_len: Option<u8>,
    /// Variables of its profile.
    #[serde(deserialize_with = "field::variables")]
    pub set: BTreeMap<String, String>,
    /// The passphrase of its key in the store.
    pub passphrase: Option<String>,
    /// A certificate to bring in, relative to the manifest.
    pub certificate: Option<PathBuf>,
    /// The private key of that certificate.
    pub private_key: Option<PathBuf>,
    /// The passphrase of that file.
    pub private_key_passphrase: Option<String>,
    /// Certificates above it.
    pub chain: Vec<PathBuf>,
    /// How its CRLs are made.
    pub crl: Option<CrlTerms>,
}

/// How an authority's CRLs are made; what is not named is as `certwright crl settings` says by default.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CrlTerms {
    /// How long one holds.
    #[serde(deserialize_with = "field::span")]
    pub validity: Option<Span>,
    /// How long before its end the next is due.
    #[serde(deserialize_with = "field::span")]
    pub overlap: Option<Span>,
    /// How long a delta CRL holds.
    #[serde(deserialize_with = "field::span")]
    pub delta_validity: Option<Span>,
    /// Whether certificates stay listed after they expired.
    pub keep_expired: bool,
    /// Whether it names its distribution points.
    pub distribution_point: bool,
}

/// A certificate with its key and its files.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
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
#[serde(deny_unknown_fields, default)]
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

/// A file of anchors.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Truststore {
    /// The file.
    pub to: PathBuf,
    /// Authorities, whose roots are taken; all that the manifest describes if nothing is said.
    pub authorities: Vec<String>,
    /// Files with further certificates.
    pub files: Vec<PathBuf>,
    /// The format; by the ending of the file if nothing is said.
    #[serde(deserialize_with = "field::store_format")]
    pub format: Option<StoreFormat>,
    /// How PKCS#12 is encrypted.
    #[serde(deserialize_with = "field::preset")]
    pub preset: Option<Preset>,
    /// The password; `changeit` if nothing is said, since a truststore holds no secret.
    pub storepass: Option<String>,
}

/// Where CRLs are published.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CrlOutput {
    /// The directory.
    pub to: PathBuf,
    /// Whose CRLs; those of all authorities that the manifest describes if nothing is said.
    pub authorities: Vec<String>,
}

/// What is revoked: all certificates of a name, or the one with a serial.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Revocation {
    /// A name: every certificate of it that has not expired.
    pub certificate: Option<String>,
    /// A serial.
    #[serde(deserialize_with = "field::serial")]
    pub serial: Option<String>,
    /// Why; `unspecified` if nothing is said.
    #[serde(deserialize_with = "field::reason")]
    pub reason: Option<RevocationReason>,
    /// When the key is thought to have been compromised.
    #[serde(deserialize_with = "field::instant")]
    pub invalidity_date: Option<OffsetDateTime>,
}

/// The format of a keystore or truststore.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreFormat(pub Format);

impl StoreFormat {
    /// The words for them.
    pub const WORDS: [&str; 3] = ["p12", "jks", "pem"];

    /// The format that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(Self(match word {
            "p12" => Format::Pkcs12,
            "jks" => Format::Jks,
            "pem" => Format::Pem,
            _ => return None,
        }))
    }
}

impl Manifest {
    /// Reads a manifest; the notation is guessed where none is said. `check_source` says whether a text names where a secret
    /// comes from. Paths stay as they are written.
    ///
    /// # Errors
    /// With line, column, the way to what is wrong, and for a misspelt word the nearest one.
    pub fn read(
        bytes: &[u8],
        notation: Option<Notation>,
        check_source: fn(&str) -> Result<(), String>,
    ) -> Result<Self, ManifestError> {
        let document = Document::read(bytes, notation).map_err(ManifestError)?;
        let mut manifest: Self = document.decode().map_err(ManifestError)?;
        check::check(&manifest, check_source).map_err(|fault| ManifestError(document.describe(&fault)))?;
        // Whoever sent a request has its key.
        for certificate in manifest.certificates.values_mut().filter(|certificate| certificate.csr.is_some()) {
            certificate.deliver.iter_mut().for_each(|delivery| delivery.key = Some(false));
        }
        Ok(manifest)
    }

    /// Every place where a secret comes from.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        let Defaults { passphrase, key_passphrase, storepass, .. } = &self.defaults;
        let authorities = self.authorities.values().flat_map(|one| [&one.passphrase, &one.private_key_passphrase]);
        let certificates = self.certificates.values();
        let keys = certificates.clone().map(|one| &one.key_passphrase);
        let deliveries = certificates.flat_map(|one| &one.deliver).flat_map(|one| [&one.storepass, &one.passphrase]);
        let truststores = self.truststores.iter().map(|one| &one.storepass);
        let all = [passphrase, key_passphrase, storepass].into_iter().chain(authorities).chain(keys);
        all.chain(deliveries).chain(truststores).filter_map(Option::as_deref)
    }

    /// Makes every path one that starts at a directory: the one that the manifest is in.
    pub fn rebase(&mut self, base: &Path) {
        let rebase = |path: &mut PathBuf| *path = tidy(&base.join(&*path));
        for profile in self.profiles.values_mut() {
            if let ProfileText::File(path) = profile {
                rebase(path);
            }
        }
        for authority in self.authorities.values_mut() {
            authority
                .certificate
                .iter_mut()
                .chain(&mut authority.private_key)
                .chain(&mut authority.chain)
                .for_each(rebase);
        }
        for certificate in self.certificates.values_mut() {
            certificate.csr.iter_mut().for_each(rebase);
            for delivery in &mut certificate.deliver {
                let Delivery { pem, certificate, keystore, to, .. } = delivery;
                pem.iter_mut().chain(certificate).chain(keystore).chain(to).for_each(rebase);
            }
        }
        for truststore in &mut self.truststores {
            std::iter::once(&mut truststore.to).chain(&mut truststore.files).for_each(rebase);
        }
        self.crls.iter_mut().map(|crl| &mut crl.to).for_each(rebase);
        for source in self.sources_mut() {
            if let Some(path) = source.strip_prefix("file:") {
                *source = format!("file:{}", base.join(path).display());
            }
        }
    }

    fn sources_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let Defaults { passphrase, key_passphrase, storepass, .. } = &mut self.defaults;
        let authorities =
            self.authorities.values_mut().flat_map(|one| [&mut one.passphrase, &mut one.private_key_passphrase]);
        let certificates = self.certificates.values_mut().flat_map(|one| {
            let deliveries = one.deliver.iter_mut().flat_map(|one| [&mut one.storepass, &mut one.passphrase]);
            deliveries.chain([&mut one.key_passphrase])
        });
        let truststores = self.truststores.iter_mut().map(|one| &mut one.storepass);
        let all = [passphrase, key_passphrase, storepass].into_iter().chain(authorities);
        all.chain(certificates).chain(truststores).filter_map(Option::as_mut)
    }

    /// The authority that signs a certificate.
    pub fn authority_of<'a>(&'a self, certificate: &'a Certificate) -> Option<&'a str> {
        let given = certificate.authority.as_deref().or(self.defaults.authority.as_deref());
        given.or(self.settings.default_authority.as_deref()).or_else(|| match self.authorities.len() {
            1 => self.authorities.keys().next().map(String::as_str),
            _ => None,
        })
    }

    /// The profile of a certificate.
    pub fn profile_of<'a>(&'a self, certificate: &'a Certificate) -> &'a str {
        certificate.profile.as_deref().or(self.defaults.profile.as_deref()).unwrap_or("server")
    }

    /// The key algorithm of a certificate, where one is said; that of a request is what it is.
    pub fn key_of(&self, certificate: &Certificate) -> Option<Algorithm> {
        certificate.key.or(self.defaults.key).filter(|_| certificate.csr.is_none())
    }

    /// How long a certificate is valid, where that is said.
    pub fn validity_of(&self, certificate: &Certificate) -> Validity {
        let Certificate { not_before, not_after, validity, .. } = *certificate;
        let span = validity.or(self.defaults.validity.filter(|_| not_after.is_none()));
        Validity { not_before, not_after, span }
    }

    /// How long before its end a certificate is renewed, where that is said.
    pub fn renew_of(&self, certificate: &Certificate) -> Option<Span> {
        certificate.renew.or(self.defaults.renew)
    }

    /// Authorities, each after the one above it.
    pub fn authorities_in_order(&self) -> Vec<(&str, &Authority)> {
        let mut below: BTreeMap<Option<&str>, Vec<(&str, &Authority)>> = BTreeMap::new();
        for (name, authority) in &self.authorities {
            below.entry(authority.parent.as_deref()).or_default().push((name, authority));
        }
        let mut order = below.remove(&None).unwrap_or_default();
        let mut next = 0;
        // What stands in a ring is never reached, and refused when the manifest is read.
        while let Some((name, _)) = order.get(next) {
            order.extend(below.remove(&Some(*name)).unwrap_or_default());
            next += 1;
        }
        order
    }
}

impl Authority {
    /// Its profile's name.
    pub fn profile(&self) -> &str {
        let usual = if self.parent.is_some() { "intermediate" } else { "root" };
        self.profile.as_deref().unwrap_or(usual)
    }

    /// Its name constraints, if there are any.
    pub fn constraints(&self) -> Option<NameConstraints> {
        let none = self.permit.is_empty() && self.exclude.is_empty();
        (!none).then(|| NameConstraints { permitted: self.permit.clone(), excluded: self.exclude.clone() })
    }
}

impl Certificate {
    /// Its name in the store.
    pub fn lineage(key: &str) -> String {
        lineage_name(key)
    }
}

impl Delivery {
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

/// The format of a keystore or truststore: the one that is said, else that of the file's ending.
pub(super) fn format_of(path: &Path, said: Option<StoreFormat>) -> Option<Format> {
    let ending = || path.extension().and_then(|ending| Format::of_extension(&ending.to_string_lossy()));
    said.map(|format| format.0).or_else(ending)
}

/// A path without `.` and, as far as that needs no look at links, without `..` at its beginning.
fn tidy(path: &Path) -> PathBuf {
    path.components().filter(|part| !matches!(part, std::path::Component::CurDir)).collect()
}
