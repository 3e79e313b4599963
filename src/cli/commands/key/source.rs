//! Keys wherever they stand: private and public key files, certificates, requests.

use std::path::Path;

use crate::cli::commands::options::open_key;
use crate::cli::{CliError, Context, files};
use crate::keys::PublicKey;
use crate::x509::pem::{self, Block};

/// Largest file that is read for its key, in bytes.
pub(super) const MAX_SIZE: usize = 8 << 20;

/// A public key and what it was taken from.
pub(super) struct Found {
    /// `certificate`, `certificate request`, `private key`, `public key`.
    pub(super) what: &'static str,
    /// The key.
    pub(super) key: PublicKey,
}

/// Reads the first thing in a file that has a key; for a private one its passphrase may be asked for.
///
/// # Errors
/// Exit 1 when nothing in the file has a key, naming what is in it.
pub(super) fn read(cx: &mut Context, path: &Path) -> Result<Found, CliError> {
    let bytes = files::read(cx, path, MAX_SIZE)?;
    find(cx, path, &bytes)
}

/// As [`read`], of a file that is read already.
pub(super) fn find(cx: &mut Context, path: &Path, bytes: &[u8]) -> Result<Found, CliError> {
    let shown = path.display().to_string();
    let named = |error: CliError| error.about(&shown);
    let blocks = pem::read_all(bytes).map_err(|error| super::super::inspect::about(path, &error))?;
    let mut others = Vec::new();
    for block in &blocks {
        let (what, key) = match block {
            Block::Certificate(certificate) => ("certificate", certificate.public_key()),
            Block::Csr(csr) => ("certificate request", csr.public_key()),
            Block::PublicKey(key) => ("public key", Ok(key.clone())),
            Block::PrivateKey(_) => ("private key", Ok(open_key(cx, bytes, None, &shown)?.public_key().clone())),
            other => {
                others.push(other.describe());
                continue;
            }
        };
        return Ok(Found { what, key: key.map_err(|error| named(error.into()))? });
    }
    others.dedup();
    Err(named(CliError::failed(format!("there is no key in it, but {}", others.join(", ")))))
}
