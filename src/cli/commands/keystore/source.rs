//! What goes into a keystore: certificates of the store with their keys, or files.

use std::path::{Path, PathBuf};

use crate::ca::{self, CaError, Reference};
use crate::cli::commands::inspect::facts::title;
use crate::cli::commands::issued_key;
use crate::cli::commands::options::{open_key, reference};
use crate::cli::{CliError, Context, SecretSource, files};
use crate::container::ordered;
use crate::keys::PrivateKey;
use crate::store::{AuthorityRecord, CertificateRecord, State, Store, lineage_name};
use crate::x509::{Certificate, pem};

/// Largest file of certificates or keys that is read, in bytes.
const MAX_SIZE: usize = 4 << 20;

/// A key with everything that is known above it.
pub(super) struct Source {
    /// The name of it where no other is given.
    pub(super) name: String,
    pub(super) key: PrivateKey,
    /// Its certificate, then the issuers, the root at the end if it is known.
    pub(super) chain: Vec<Certificate>,
    /// The lineage and serial in the store, where it was issued to somebody.
    pub(super) issued: Option<(String, String)>,
    /// Whether it is an authority of the store.
    pub(super) authority: bool,
}

/// Finds a certificate of the store and opens its key; a name means the newest of its lineage, or an authority.
pub(super) fn from_store(cx: &mut Context, store: &Store, state: &State, text: &str) -> Result<Source, CliError> {
    let found = reference(cx, text)?;
    let record = match ca::find(state, &found) {
        Ok(records) => records.last().copied(),
        Err(CaError::NotFound(_)) => None,
        Err(error) => return Err(error.into()),
    };
    if let Some(record) = record.filter(|record| record.key) {
        return issued(cx, store, state, record);
    }
    let certificate = record.map(CertificateRecord::certificate).transpose()?;
    let is_it = |authority: &&AuthorityRecord| match (&certificate, &found) {
        (Some(certificate), _) => authority.certificate().is_ok_and(|own| own == *certificate),
        (None, Reference::Certificate(certificate)) => authority.certificate().is_ok_and(|own| own == **certificate),
        (None, Reference::Text(name)) => authority.authority == *name,
    };
    match (state.authorities.values().find(is_it), record) {
        (Some(authority), _) => authority_key(cx, store, authority),
        (None, Some(record)) => Err(CliError::failed(format!(
            "the store has no private key of {} (serial {}): it was signed for a request",
            record.lineage, record.serial
        ))
        .hint("its key is where the request was made: --cert FILE --key FILE puts both into a keystore")),
        (None, None) => Err(CaError::not_found(text).into()),
    }
}

fn issued(cx: &mut Context, store: &Store, state: &State, record: &CertificateRecord) -> Result<Source, CliError> {
    let key = issued_key::open(cx, store, record, None)?;
    let mut chain = vec![record.certificate()?];
    chain.extend(with_end(ca::served(state, record)?));
    let issued = Some((record.lineage.clone(), record.serial.clone()));
    Ok(Source { name: record.lineage.clone(), key, chain, issued, authority: false })
}

fn authority_key(cx: &mut Context, store: &Store, record: &AuthorityRecord) -> Result<Source, CliError> {
    let name = &record.authority;
    if !record.key || !store.has_authority_key(name) {
        return Err(CaError::KeyNotHere(name.clone()).into());
    }
    let key = open_key(cx, &store.read_authority_key(name)?, None, &format!("authority {name}"))?;
    let mut chain = vec![record.certificate()?];
    let above = with_end(ca::served_authority(record)?);
    chain.extend(above.into_iter().filter(|above| *above != chain[0]).collect::<Vec<_>>());
    Ok(Source { name: name.clone(), key, chain, issued: None, authority: true })
}

/// What is above a certificate, the root that completes it at the end.
fn with_end(served: ca::Served) -> Vec<Certificate> {
    let end = served.end().cloned();
    served.chain.into_iter().chain(end).collect()
}

/// The files that a key and its certificate may stand in.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct LooseArgs {
    /// A certificate that is in no store; others in the file are taken as its chain
    #[arg(long, value_name = "FILE")]
    pub(super) cert: Option<PathBuf>,
    /// Its private key [default: the one in the --cert file]
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(super) key: Option<PathBuf>,
    /// Certificates above it, in any order
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(super) chain: Vec<PathBuf>,
    /// Where the passphrase of --key comes from [default: as --passphrase]
    #[arg(long, value_name = "SRC", requires = "cert")]
    pub(super) key_passphrase: Option<SecretSource>,
}

impl LooseArgs {
    /// The files that are read.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        self.cert.iter().chain(&self.key).chain(&self.chain).map(PathBuf::as_path)
    }

    /// Reads the files, if there are any.
    pub(super) fn read(&self, cx: &mut Context) -> Result<Option<Source>, CliError> {
        let Some(cert) = &self.cert else { return Ok(None) };
        let bytes = files::read(cx, cert, MAX_SIZE)?;
        let mut pool = certificates(&bytes, cert)?;
        let key_path = self.key.as_ref().unwrap_or(cert);
        let key_bytes = match &self.key {
            Some(path) => files::read(cx, path, MAX_SIZE)?,
            None => bytes,
        };
        let shown = key_path.display().to_string();
        let key = open_key(cx, &key_bytes, self.key_passphrase.as_ref(), &shown)?;
        for path in &self.chain {
            let bytes = files::read(cx, path, MAX_SIZE)?;
            pool.extend(certificates(&bytes, path)?);
        }
        let leaf = pool.remove(0);
        let chain = ordered(&leaf, &pool);
        let unused = pool.iter().filter(|certificate| !chain.contains(certificate)).count();
        if unused > 0 {
            cx.ui.warn(&format!(
                "{unused} certificates of the files are no issuers of {} and left out",
                title(&leaf.subject, &leaf.subject_alt_names)
            ));
        }
        let name = leaf.subject.common_name().or_else(|| leaf.subject_alt_names.first().map(ToString::to_string));
        let stem = || cert.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let name = lineage_name(&name.or_else(stem).unwrap_or_default());
        Ok(Some(Source { name, key, chain, issued: None, authority: false }))
    }
}

fn certificates(bytes: &[u8], path: &Path) -> Result<Vec<Certificate>, CliError> {
    pem::read_certificates(bytes).map_err(|error| CliError::from(error).about(path.display()))
}
