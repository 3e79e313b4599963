//! `certwright key generate`.

use std::path::PathBuf;

use serde::Serialize;

use super::protection::encode_new;
use crate::cli::commands::inspect::facts::KeyFacts;
use crate::cli::files::{self, Output};
use crate::cli::{CliError, Context, Exit};
use crate::keys::{Algorithm, PrivateKey};

const EXAMPLES: &str = "\
certwright key generate --out api.key
certwright key generate --algorithm rsa-3072 --passphrase env:KEY_PASS --out api.key
certwright key generate --no-passphrase --out api.key --public-out api.pub
certwright key generate --no-passphrase --out - | vault kv put secret/api key=-";

/// Make a new private key
///
/// The key is written as PKCS#8 in PEM with mode 0600, encrypted with a passphrase (PBES2, AES-256-CBC, PBKDF2 with 600,000
/// rounds of HMAC-SHA-256) that is asked for, or comes from --passphrase. A file that exists is never overwritten without
/// --force.
///
/// Algorithms: ec-p256, ec-p384, ec-p521, rsa-2048, rsa-3072, rsa-4096, ed25519, ml-dsa-44, ml-dsa-65, ml-dsa-87.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// What kind of key
    #[arg(long, value_name = "ALG", default_value = "ec-p256")]
    algorithm: Algorithm,
    /// Write the private key here; - is standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Write the public key here
    #[arg(long, value_name = "FILE")]
    public_out: Option<PathBuf>,
    /// Leave the private key unencrypted
    #[arg(long, conflicts_with = "passphrase")]
    no_passphrase: bool,
    /// Replace files that exist
    #[arg(long)]
    force: bool,
}

/// `certwright/key-generate/1`.
#[derive(Serialize)]
struct Report {
    file: String,
    public_file: Option<String>,
    algorithm: &'static str,
    encrypted: bool,
    key: KeyFacts,
    public_key: String,
}

impl Args {
    /// Makes the key.
    ///
    /// # Errors
    /// Exit 1 when a file exists, 2 when no passphrase can be had.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let mut paths = vec![self.out.as_path()];
        paths.extend(self.public_out.as_deref());
        files::check_outputs(cx, &paths, &[], self.force)?;
        let (key, pem) = encode_new(cx, &self.out, self.no_passphrase, || Ok(PrivateKey::generate(self.algorithm)?))?;
        let public_key = key.public_key().to_pem();
        let mut outputs = vec![Output { path: &self.out, bytes: &pem, secret: true }];
        outputs.extend(self.public_out.iter().map(|path| Output { path, bytes: public_key.as_bytes(), secret: false }));
        files::write_several(cx, &outputs, self.force)?;
        let encrypted = if self.no_passphrase { "unencrypted" } else { "encrypted" };
        if !files::is_standard_stream(&self.out) {
            cx.ui.say(&format!("{} key, {encrypted}, written to {}", key.public_key().kind(), self.out.display()));
        }
        let report = Report {
            file: self.out.display().to_string(),
            public_file: self.public_out.as_ref().map(|path| path.display().to_string()),
            algorithm: self.algorithm.as_str(),
            encrypted: !self.no_passphrase,
            key: KeyFacts::new(key.public_key()),
            public_key,
        };
        cx.ui.json("key-generate", &report)?;
        Ok(Exit::Done)
    }
}
