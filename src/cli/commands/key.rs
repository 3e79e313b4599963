//! `certwright key`.

mod compare;
mod convert;
mod generate;
mod inspect;
pub(super) mod protection;
mod source;

use crate::cli::{CliError, Context};

const EXAMPLES: &str = "\
certwright key generate --out api.key                      # asks for a passphrase
certwright key generate --algorithm ed25519 --no-passphrase --out api.key
certwright key inspect api.key
certwright key match api.key api.crt";

/// Make, convert, inspect and compare private keys
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

dispatch! {
    Convert(convert::Args),
    Generate(generate::Args),
    Inspect(inspect::Args),
    Match(compare::Args),
}

/// The key in a file: of a certificate, a request, a public or a private key.
///
/// # Errors
/// Exit 1 when nothing in the file has a key.
pub(super) fn public_key(cx: &mut Context, path: &std::path::Path) -> Result<crate::keys::PublicKey, CliError> {
    Ok(source::read(cx, path)?.key)
}
