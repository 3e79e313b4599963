//! How a new key file is protected.

use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::{CliError, Context};
use crate::keys::PrivateKey;

/// Encodes a new key as PKCS#8 in PEM: encrypted with a passphrase from `--passphrase` or a prompt, unless
/// `--no-passphrase` was said.
///
/// # Errors
/// Exit 2 when no passphrase can be had.
pub(in crate::cli::commands) fn encode_new(
    cx: &mut Context,
    path: &Path,
    no_passphrase: bool,
    generate: impl FnOnce() -> Result<PrivateKey, CliError>,
) -> Result<(PrivateKey, Zeroizing<Vec<u8>>), CliError> {
    let what = format!("new passphrase of {}", path.display());
    // Asked first: nobody waits for an RSA key only to hear that the two answers differ.
    let secret = if no_passphrase { None } else { Some(cx.new_passphrase(None, &what)?) };
    let key = generate()?;
    let pem = key.to_pkcs8_pem(secret.as_ref())?;
    Ok((key, pem))
}
