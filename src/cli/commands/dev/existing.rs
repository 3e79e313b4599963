//! Whether the files of an earlier `dev` are still good.

use std::path::Path;

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::foreign::is_issued;
use super::wish::Wish;
use super::{authority, read_if_there};
use crate::ca;
use crate::cli::CliError;
use crate::cli::commands::bundle::Bundle;
use crate::cli::files::{OutputFile, digest};
use crate::keys::{Algorithm, KeyFile};
use crate::store::{AuthorityRecord, CertificateRecord, State, Store};
use crate::x509::time::format_instant;
use crate::x509::{Certificate, pem};

/// What lies in the output directory.
pub(super) enum Existing {
    /// No certificate of this store.
    Nothing,
    /// A certificate that another one must replace, and why.
    Stale(String),
    /// A good certificate with files beside it that are not as they should be: the files as they should be, and why.
    Damaged(Box<Certificate>, Vec<OutputFile>, String),
    /// Everything is there and good for a while.
    Good(Box<Certificate>),
}

impl Existing {
    /// Why there is something to do.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Nothing => "there was none yet".to_owned(),
            Self::Stale(why) | Self::Damaged(_, _, why) => why.clone(),
            Self::Good(_) => "a new certificate was asked for".to_owned(),
        }
    }
}

/// The certificate of this store in a directory.
///
/// # Errors
/// When a file or the store cannot be read.
pub(super) fn certificate(dir: &Path, state: &State) -> Result<Option<Certificate>, CliError> {
    for name in ["cert.pem", "fullchain.pem"] {
        let Some(bytes) = read_if_there(&dir.join(name))? else { continue };
        let found = pem::read_certificates(&bytes).ok().and_then(|all| all.into_iter().next());
        if let Some(found) = found
            && is_issued(state, &found)?
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Where to look, and when.
pub(super) struct Place<'a> {
    pub(super) dir: &'a Path,
    pub(super) store: &'a Store,
    pub(super) state: &'a State,
    pub(super) now: OffsetDateTime,
}

impl Place<'_> {
    /// Looks at the files. A certificate is good when the authority made it, it is for exactly the names wanted and a third of
    /// its life is left. The files are as they should be when they hold what was written to them and nobody but their owner
    /// gets at the key.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub(super) fn look(
        &self,
        wish: &Wish,
        asked: Option<Algorithm>,
        authority: &AuthorityRecord,
    ) -> Result<Existing, CliError> {
        let Some(certificate) = &wish.present else { return Ok(Existing::Nothing) };
        let Some(record) = self.state.by_serial(&certificate.serial.hex())? else { return Ok(Existing::Nothing) };
        if let Some(why) = self.stale(certificate, record, wish, authority)? {
            return Ok(Existing::Stale(why));
        }
        let kind = certificate.public_key().map(|key| key.kind()).ok();
        if asked.is_some_and(|algorithm| Some(algorithm.kind()) != kind) {
            return Ok(Existing::Stale("another key algorithm was asked for".to_owned()));
        }
        self.damage(certificate, record)
    }

    fn stale(
        &self,
        certificate: &Certificate,
        record: &CertificateRecord,
        wish: &Wish,
        authority: &AuthorityRecord,
    ) -> Result<Option<String>, CliError> {
        if certificate.issuer != authority.certificate()?.subject {
            return Ok(Some("it was signed by another authority".to_owned()));
        }
        if self.state.revocation(&record.authority, &certificate.serial)?.is_some() {
            return Ok(Some("it was revoked".to_owned()));
        }
        let same = wish.names.iter().all(|name| certificate.subject_alt_names.contains(name))
            && certificate.subject_alt_names.iter().all(|name| wish.names.contains(name));
        if !same {
            return Ok(Some("the names changed".to_owned()));
        }
        if self.now > certificate.not_after {
            return Ok(Some(format!("it expired on {}", format_instant(certificate.not_after))));
        }
        let life = certificate.not_after - certificate.not_before;
        // One that lasts as long as its authority gets no longer by being made again.
        if certificate.not_after - self.now < life / 3 && certificate.not_after < authority::end(authority)? {
            return Ok(Some(format!("it ends on {}", format_instant(certificate.not_after))));
        }
        Ok(None)
    }

    /// Compares the files with what was written.
    fn damage(&self, certificate: &Certificate, record: &CertificateRecord) -> Result<Existing, CliError> {
        let ca::Served { chain, root, other_anchors } = ca::served(self.state, record)?;
        let anchors: Vec<_> = root.iter().chain(&other_anchors).collect();
        let (mut wrong, mut reason) = (Vec::new(), None);
        for file in Bundle::build(certificate, &chain, &anchors, None).into_files() {
            let path = self.dir.join(&file.name);
            let what = match read_if_there(&path)? {
                None => "is missing",
                Some(found) if *found == *file.bytes => continue,
                Some(found) if file.name == "ca.pem" && holds(&found, &anchors) => continue,
                Some(_) => "was changed",
            };
            reason.get_or_insert_with(|| format!("{} {what}", path.display()));
            wrong.push(file);
        }
        let path = self.dir.join("key.pem");
        let found = read_if_there(&path)?;
        let fitting = found.as_ref().filter(|found| fits(found, certificate));
        let what = match (&found, fitting) {
            (_, Some(_)) if !digest::is_loose(&path) => None,
            (_, Some(_)) => Some("is open to others"),
            (None, None) => Some("is missing"),
            (Some(_), None) => Some("is not the key of the certificate"),
        };
        if let Some(what) = what {
            let why = format!("{} {what}", path.display());
            let Some(bytes) = fitting.cloned().or_else(|| self.key_in_store(certificate, record)) else {
                return Ok(Existing::Stale(why));
            };
            wrong.push(OutputFile { name: "key.pem".to_owned(), bytes, secret: true });
            reason.get_or_insert(why);
        }
        let certificate = Box::new(certificate.clone());
        Ok(match reason {
            Some(why) => Existing::Damaged(certificate, wrong, why),
            None => Existing::Good(certificate),
        })
    }

    /// The key as the store keeps it, where it does and without a passphrase.
    fn key_in_store(&self, certificate: &Certificate, record: &CertificateRecord) -> Option<Zeroizing<Vec<u8>>> {
        let kept = self.store.read_issued_key(record).ok().filter(|_| record.key)?;
        fits(&kept, certificate).then_some(kept)
    }
}

/// Whether the file of anchors holds all of an authority's. It may hold others: a company's, say, that somebody added.
///
/// # Errors
/// When it cannot be read.
pub(super) fn trusts(dir: &Path, authority: &AuthorityRecord) -> Result<bool, CliError> {
    let ca::Served { root, other_anchors, .. } = ca::served_authority(authority)?;
    let anchors: Vec<_> = root.iter().chain(&other_anchors).collect();
    Ok(read_if_there(&dir.join("ca.pem"))?.is_some_and(|found| holds(&found, &anchors)))
}

fn holds(bytes: &[u8], anchors: &[&Certificate]) -> bool {
    let found = pem::read_certificates(bytes).unwrap_or_default();
    !anchors.is_empty() && anchors.iter().all(|anchor| found.iter().any(|found| found.der() == anchor.der()))
}

fn fits(key: &[u8], certificate: &Certificate) -> bool {
    KeyFile::read(key, &mut || None).is_ok_and(|file| file.key.public_key().spki_der() == certificate.spki_der)
}
