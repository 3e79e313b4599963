//! Whether the files of an earlier `dev` are still good.

use std::path::Path;

use time::OffsetDateTime;

use super::read_if_there;
use crate::cli::CliError;
use crate::keys::{Algorithm, KeyFile};
use crate::store::{AuthorityRecord, State};
use crate::x509::time::format_instant;
use crate::x509::{Certificate, GeneralName, pem};

/// What lies in the output directory.
pub(super) enum Existing {
    /// Nothing.
    Nothing,
    /// A certificate of this authority that must be renewed or completed, and why.
    Stale(String),
    /// Everything is there and good for a while.
    Good(Box<Certificate>),
    /// A file that this store did not make.
    Foreign(String),
}

impl Existing {
    /// Why there is something to do.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Nothing => "there was none yet".to_owned(),
            Self::Stale(why) => why.clone(),
            Self::Good(_) => "a new certificate was asked for".to_owned(),
            Self::Foreign(what) => format!("{what} was not made by this store"),
        }
    }
}

/// Looks at the files. A certificate is good when this store made it, it is for exactly the names wanted, a third of its life
/// is left, and its key and chain lie beside it.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn look(
    dir: &Path,
    names: &[GeneralName],
    algorithm: Option<Algorithm>,
    authority: &AuthorityRecord,
    state: &State,
    now: OffsetDateTime,
) -> Result<Existing, CliError> {
    let cert_path = dir.join("cert.pem");
    let Some(bytes) = read_if_there(&cert_path)? else {
        let key_path = dir.join("key.pem");
        return Ok(match read_if_there(&key_path)? {
            Some(_) => Existing::Foreign(key_path.display().to_string()),
            None => Existing::Nothing,
        });
    };
    let certificate = pem::read_certificates(&bytes).ok().and_then(|all| all.into_iter().next());
    let known = match &certificate {
        Some(found) => state.by_serial(&found.serial.hex())?,
        None => None,
    };
    let ours = known.and_then(|record| record.certificate().ok());
    let Some(certificate) = certificate.filter(|found| ours.is_some_and(|ours| ours.der() == found.der())) else {
        return Ok(Existing::Foreign(cert_path.display().to_string()));
    };
    if let Some(why) = stale(&certificate, names, authority, now)? {
        return Ok(Existing::Stale(why));
    }
    let kind = certificate.public_key().map(|key| key.kind()).ok();
    if algorithm.is_some_and(|algorithm| Some(algorithm.kind()) != kind) {
        return Ok(Existing::Stale("another key algorithm was asked for".to_owned()));
    }
    if let Some(why) = incomplete(dir, &certificate, authority)? {
        return Ok(Existing::Stale(why));
    }
    Ok(Existing::Good(Box::new(certificate)))
}

fn stale(
    certificate: &Certificate,
    names: &[GeneralName],
    authority: &AuthorityRecord,
    now: OffsetDateTime,
) -> Result<Option<String>, CliError> {
    if certificate.issuer != authority.certificate()?.subject {
        return Ok(Some("it was signed by another authority".to_owned()));
    }
    let same = names.iter().all(|name| certificate.subject_alt_names.contains(name))
        && certificate.subject_alt_names.iter().all(|name| names.contains(name));
    if !same {
        return Ok(Some("the names changed".to_owned()));
    }
    let life = certificate.not_after - certificate.not_before;
    if now > certificate.not_after {
        return Ok(Some(format!("it expired on {}", format_instant(certificate.not_after))));
    }
    if certificate.not_after - now < life / 3 {
        return Ok(Some(format!("it ends on {}", format_instant(certificate.not_after))));
    }
    Ok(None)
}

fn incomplete(dir: &Path, certificate: &Certificate, authority: &AuthorityRecord) -> Result<Option<String>, CliError> {
    let Some(key) = read_if_there(&dir.join("key.pem"))? else {
        return Ok(Some("its key is missing".to_owned()));
    };
    let fits =
        KeyFile::read(&key, &mut || None).is_ok_and(|file| file.key.public_key().spki_der() == certificate.spki_der);
    if !fits {
        return Ok(Some("the key beside it is another one".to_owned()));
    }
    for name in ["chain.pem", "fullchain.pem", "ca.pem"] {
        if read_if_there(&dir.join(name))?.is_none() {
            return Ok(Some(format!("{name} is missing")));
        }
    }
    let anchor = read_if_there(&dir.join("ca.pem"))?.unwrap_or_default();
    let root = authority.chain()?.pop().map_or_else(|| authority.certificate(), Ok)?;
    let right = pem::read_certificates(&anchor).is_ok_and(|all| all.iter().any(|found| found.der() == root.der()));
    Ok((!right).then(|| "ca.pem is another authority's".to_owned()))
}
