//! Finding an authority and opening its key.

use std::sync::Arc;

use time::OffsetDateTime;

use super::CaError;
use crate::issuance::IssuerFacts;
use crate::keys::{KeyFile, PrivateKey, Secret, Signer};
use crate::store::{AuthorityRecord, CertificateRecord, Rollover, State, Store};
use crate::x509::Certificate;
use crate::x509::time::format_instant;

/// Asked at most once, for the passphrase of what the argument describes; `None` when there is none to be had.
pub type PassphrasePrompt<'a> = dyn FnMut(&str) -> Option<Secret> + 'a;

/// An authority that can sign.
pub struct LoadedAuthority {
    /// Its name in the store.
    pub name: String,
    /// Its certificate.
    pub certificate: Certificate,
    /// The certificates above it, nearest first, up to the root as far as known.
    pub chain: Vec<Certificate>,
    /// What servers send above that during the rollover of its root: see [`crate::store::Rollover::cross`].
    pub cross: Vec<Certificate>,
    /// What is trusted beside its own root during a rollover.
    pub other_anchors: Vec<Certificate>,
    /// Its key, or the token that holds it.
    pub signer: Arc<dyn Signer>,
    /// The passphrase that opened its key, if it was encrypted.
    pub passphrase: Option<Secret>,
}

impl LoadedAuthority {
    /// What issuance needs to know of it.
    pub(super) fn facts(&self) -> IssuerFacts<'_> {
        IssuerFacts { name: &self.name, certificate: &self.certificate, chain: &self.chain }
    }

    /// What goes with a certificate that it signs.
    pub(super) fn served(&self) -> Arc<Served> {
        let mut chain = self.full_chain();
        let root = chain.pop_if(|last| last.is_root());
        chain.extend_from_slice(&self.cross);
        Arc::new(Served { chain, root, other_anchors: self.other_anchors.clone() })
    }

    /// The certificate followed by the ones above it.
    pub fn full_chain(&self) -> Vec<Certificate> {
        std::iter::once(&self.certificate).chain(&self.chain).cloned().collect()
    }
}

/// The record of the authority with a name, or of the default one.
///
/// # Errors
/// [`CaError::UnknownAuthority`], [`CaError::NoAuthority`].
pub fn resolve<'a>(state: &'a State, name: Option<&str>) -> Result<&'a AuthorityRecord, CaError> {
    let known = || state.authorities.keys().cloned().collect();
    if let Some(name) = name {
        return state
            .authorities
            .get(name)
            .ok_or_else(|| CaError::UnknownAuthority { name: name.to_owned(), known: known() });
    }
    if let Some(name) = &state.settings.default_authority {
        return resolve(state, Some(name));
    }
    match state.authorities.len() {
        0 => Err(CaError::NoAuthority),
        1 => state.authorities.values().next().ok_or(CaError::NoAuthority),
        _ => Err(CaError::Ambiguous { reference: "the default authority".to_owned(), matches: known() }),
    }
}

/// Opens an authority for signing: its certificate must be valid now and its key must be here and fit.
///
/// # Errors
/// [`CaError::AuthorityNotValid`], [`CaError::KeyNotHere`], [`CaError::KeyMismatch`], [`CaError::Key`], [`CaError::Store`].
pub fn load(
    store: &Store,
    record: &AuthorityRecord,
    now: OffsetDateTime,
    passphrase: &mut PassphrasePrompt<'_>,
) -> Result<LoadedAuthority, CaError> {
    let certificate = record.certificate()?;
    check_valid(&record.authority, &certificate, now)?;
    let (key, passphrase) = own_key(store, record, passphrase)?;
    Ok(LoadedAuthority {
        name: record.authority.clone(),
        certificate,
        chain: record.chain()?,
        cross: record.rollover.cross()?,
        other_anchors: record.rollover.anchors()?,
        signer: Arc::new(key),
        passphrase,
    })
}

/// Opens an authority's key, that of one which has expired as well; gives the passphrase that opened it.
///
/// # Errors
/// As [`load`], but for the time.
pub fn own_key(
    store: &Store,
    record: &AuthorityRecord,
    passphrase: &mut PassphrasePrompt<'_>,
) -> Result<(PrivateKey, Option<Secret>), CaError> {
    let name = &record.authority;
    if !record.key || !store.has_authority_key(name) {
        return Err(CaError::KeyNotHere(name.clone()));
    }
    let certificate = record.certificate()?;
    let (key, passphrase) = open_key(store, name, passphrase)?;
    if key.public_key().spki_der() != certificate.spki_der && !same_key(&key, &certificate) {
        return Err(CaError::KeyMismatch(name.clone()));
    }
    Ok((key, passphrase))
}

/// Reads an authority's key from the store; gives the passphrase that opened it.
pub(super) fn open_key(
    store: &Store,
    name: &str,
    passphrase: &mut PassphrasePrompt<'_>,
) -> Result<(PrivateKey, Option<Secret>), CaError> {
    let pem = store.read_authority_key(name)?;
    let mut used = None;
    let file = KeyFile::read(&pem, &mut || {
        used = passphrase(&format!("passphrase of authority {name}"));
        used.clone()
    })
    .map_err(|error| CaError::key(format!("the key of authority {name}"), error))?;
    Ok((file.key, used))
}

/// Two encodings of one key: an RSA key without NULL parameters, say.
fn same_key(key: &PrivateKey, certificate: &Certificate) -> bool {
    certificate.public_key().is_ok_and(|public| public.subject_public_key() == key.public_key().subject_public_key())
}

fn check_valid(name: &str, certificate: &Certificate, now: OffsetDateTime) -> Result<(), CaError> {
    let state = if now > certificate.not_after {
        format!("expired on {}", format_instant(certificate.not_after))
    } else if now < certificate.not_before {
        format!("is not valid before {}", format_instant(certificate.not_before))
    } else {
        return Ok(());
    };
    Err(CaError::AuthorityNotValid { name: name.to_owned(), state })
}

/// What a server sends after a certificate of the store: see [`Served::chain`].
///
/// # Errors
/// [`CaError::X509`] when the journal holds something unreadable.
pub fn chain_of(state: &State, record: &CertificateRecord) -> Result<Vec<Certificate>, CaError> {
    Ok(served(state, record)?.chain)
}

/// What goes with a certificate to its server, and to those who check it.
#[derive(Debug, Clone, Default)]
pub struct Served {
    /// What the server sends after it: the certificates between it and the root, nearest first, and during the rollover of the
    /// root its cross-certificates, so that clients find a way to either root.
    pub chain: Vec<Certificate>,
    /// The root, as far as known.
    pub root: Option<Certificate>,
    /// The other roots that are trusted during a rollover.
    pub other_anchors: Vec<Certificate>,
}

impl Served {
    fn new(mut above: Vec<Certificate>, rollover: &Rollover, certificate: &Certificate) -> Result<Self, CaError> {
        let root = above.pop_if(|last| last.is_root());
        above.retain(|certificate| !certificate.is_root());
        above.extend(rollover.cross_above(certificate)?);
        Ok(Self { chain: above, root, other_anchors: rollover.anchors()? })
    }

    /// The root that signed the last certificate of the chain, where it is known: with it the chain is complete.
    pub fn end(&self) -> Option<&Certificate> {
        let roots = || self.root.iter().chain(&self.other_anchors);
        let signed = |last: &Certificate| roots().find(|root| root.subject == last.issuer);
        self.chain.last().map_or(self.root.as_ref(), |last| signed(last).or(self.root.as_ref()))
    }
}

/// What goes with a certificate of the store.
///
/// # Errors
/// [`CaError::X509`] when the journal holds something unreadable.
pub fn served(state: &State, record: &CertificateRecord) -> Result<Served, CaError> {
    let above = issuers_of(state, record)?;
    let issuer = state.issuer_of(&record.serial)?.filter(|issuer| issuer.certificate != record.certificate);
    // A rollover that began or was finished since concerns it as well.
    let newest = issuer.and_then(|issuer| state.authorities.get(&issuer.authority));
    let newest = newest.filter(|newest| issuer.is_some_and(|issuer| issuer.certificate == newest.certificate));
    let none = Rollover::default();
    let rollover = newest.or(issuer).map_or(&none, |authority| &authority.rollover);
    Served::new(above, rollover, &record.certificate()?)
}

/// What goes with the certificate of an authority.
///
/// # Errors
/// [`CaError::X509`] when the journal holds something unreadable.
pub fn served_authority(record: &AuthorityRecord) -> Result<Served, CaError> {
    let certificate = record.certificate()?;
    let is_root = certificate.is_root();
    let mut served = Served::new(record.chain()?, &record.rollover, &certificate)?;
    if is_root {
        served.chain.clear();
        served.root = Some(certificate);
    }
    Ok(served)
}

/// The certificates above one of the store's, nearest first, up to the root as far as known; nothing for what signed
/// itself, and what was brought with it for an imported one.
///
/// # Errors
/// [`CaError::X509`] when the journal holds something unreadable.
pub fn issuers_of(state: &State, record: &CertificateRecord) -> Result<Vec<Certificate>, CaError> {
    let issuer = state.issuer_of(&record.serial)?.filter(|issuer| issuer.certificate != record.certificate);
    let Some(issuer) = issuer else { return Ok(record.chain()?) };
    // What is above it may have become known since.
    let newest = state.authorities.get(&issuer.authority).filter(|newest| newest.certificate == issuer.certificate);
    let issuer = newest.unwrap_or(issuer);
    let mut all = vec![issuer.certificate()?];
    all.extend(issuer.chain()?);
    Ok(all)
}
