//! `certwright key inspect`.

use std::path::PathBuf;

use serde::Serialize;

use super::source;
use crate::cli::commands::inspect::facts::KeyFacts;
use crate::cli::commands::inspect::inspect_private_key;
use crate::cli::commands::inspect::private_key::PrivateKeyFacts;
use crate::cli::{CliError, Context, Exit, files};
use crate::keys::KeyOutline;

const EXAMPLES: &str = "\
certwright key inspect api.key
certwright key inspect api.key --passphrase prompt
certwright key inspect api.key --public > api.pub
certwright key inspect api.key --json | jq -r .private_key.key.sha256";

/// Say what a key is: kind, size, form, fingerprint, weaknesses
///
/// Takes a private key, a public key, or the public key of a certificate or a request. An encrypted key is opened only if
/// --passphrase says how; without, the form and the encryption are shown. Exit status 3 means that the key is weak. No
/// private part is ever shown.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// The file; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print the public key in PEM, and nothing else
    #[arg(long)]
    public: bool,
}

/// `certwright/key-inspect/1`: one of the two members.
#[derive(Serialize)]
struct Report {
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key: Option<PrivateKeyFacts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<PublicKeyFacts>,
}

#[derive(Serialize)]
struct PublicKeyFacts {
    /// `certificate`, `certificate request`, `private key`, `public key`.
    from: &'static str,
    key: KeyFacts,
    pem: String,
}

impl Args {
    /// Prints what the key is.
    ///
    /// # Errors
    /// Exit 1 when the file has no key.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let bytes = files::read(cx, &self.file, source::MAX_SIZE)?;
        if !self.public && KeyOutline::read(&bytes).is_ok() {
            return self.inspect_private(cx, &bytes);
        }
        let found = source::find(cx, &self.file, &bytes)?;
        let pem = found.key.to_pem();
        let key = KeyFacts::new(&found.key);
        let weak = key.weakness.is_some();
        if self.public {
            if !cx.ui.is_json() {
                cx.ui.data(pem.as_bytes())?;
            }
        } else {
            for line in key.lines() {
                cx.ui.line(&line)?;
            }
        }
        let public_key = Some(PublicKeyFacts { from: found.what, key, pem });
        cx.ui.json("key-inspect", &Report { private_key: None, public_key })?;
        Ok(if weak { Exit::CheckFailed } else { Exit::Done })
    }

    fn inspect_private(&self, cx: &mut Context, bytes: &[u8]) -> Result<Exit, CliError> {
        let what = format!("passphrase of {}", self.file.display());
        let facts =
            inspect_private_key(cx, bytes, &what)?.map_err(|error| CliError::from(error).about(self.file.display()))?;
        for line in facts.lines() {
            cx.ui.line(&line)?;
        }
        let weak = facts.key.as_ref().is_some_and(|key| key.weakness.is_some());
        if facts.key.is_none() {
            cx.ui.say("the key is encrypted; --passphrase prompt shows what is inside");
        }
        cx.ui.json("key-inspect", &Report { private_key: Some(facts), public_key: None })?;
        Ok(if weak { Exit::CheckFailed } else { Exit::Done })
    }
}
