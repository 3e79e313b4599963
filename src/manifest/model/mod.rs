//! What a manifest says.

mod authority;
mod certificate;
mod outputs;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use self::authority::{Authority, CrlTerms};
pub use self::certificate::{Certificate, Delivery, Place};
pub(super) use self::outputs::format_of;
pub use self::outputs::{CrlOutput, Revocation, StoreFormat, TrustFormat, Truststore};
use super::document::{Document, Notation};
use super::{ManifestError, check, field};
use crate::issuance::Validity;
use crate::keys::Algorithm;
use crate::x509::time::Span;

/// A whole PKI, as a person describes it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a map that describes a PKI")]
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
#[serde(deny_unknown_fields, default, expecting = "a map of what holds where nothing else is said")]
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
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
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

    /// Files that cannot be made again, and are read: requests, private keys and what secrets come from.
    pub fn inputs(&self) -> impl Iterator<Item = &Path> {
        let secrets = self.sources().filter_map(|source| source.strip_prefix("file:")).map(Path::new);
        let keys = self.authorities.values().filter_map(|authority| authority.private_key.as_deref());
        let requests = self.certificates.values().filter_map(|certificate| certificate.csr.as_deref());
        secrets.chain(keys).chain(requests)
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
        self.certificates.values_mut().filter_map(|certificate| certificate.csr.as_mut()).for_each(rebase);
        self.truststores.iter_mut().flat_map(|truststore| &mut truststore.files).for_each(rebase);
        self.places_mut().for_each(rebase);
        for source in self.sources_mut() {
            if let Some(path) = source.strip_prefix("file:") {
                *source = format!("file:{}", base.join(path).display());
            }
        }
    }

    /// Refuses two things that are put into one file; when links were followed, two spellings of one show.
    ///
    /// # Errors
    /// Names both, and the way to the second.
    pub fn check_places(&self) -> Result<(), ManifestError> {
        super::places::check(self).map_err(|fault| ManifestError(fault.describe_at(None)))
    }

    /// Every place that something is written to.
    pub fn places_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let deliveries = self.certificates.values_mut().flat_map(|certificate| &mut certificate.deliver);
        let delivered = deliveries.flat_map(|delivery| {
            let Delivery { pem, certificate, keystore, to, .. } = delivery;
            pem.iter_mut().chain(certificate).chain(keystore).chain(to)
        });
        let truststores = self.truststores.iter_mut().map(|truststore| &mut truststore.to);
        delivered.chain(truststores).chain(self.crls.iter_mut().map(|crl| &mut crl.to))
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

/// A path without `.` and, as far as that needs no look at links, without `..` at its beginning.
fn tidy(path: &Path) -> PathBuf {
    path.components().filter(|part| !matches!(part, std::path::Component::CurDir)).collect()
}
