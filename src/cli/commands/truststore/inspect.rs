//! `certwright truststore inspect`.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{CUSTOMARY, hashed};
use crate::cli::commands::inspect::keystore::KeystoreFacts;
use crate::cli::commands::keystore::{Opening, open_file};
use crate::cli::files::places;
use crate::cli::{CliError, Context, Exit, SecretSource};
use crate::container::{Integrity, Opened, OpenedContent, OpenedEntry};

const EXAMPLES: &str = "\
certwright truststore inspect truststore.p12
certwright truststore inspect /etc/ssl/certs/java/cacerts
certwright truststore inspect /etc/my-app/certs             # a directory of OpenSSL's
certwright truststore inspect /etc/ssl/certs/ca-certificates.crt --json | jq '.entries | length'";

/// List the anchors of a truststore
///
/// Where PKCS#12 does not mark a certificate as trusted, its kind is "certificate": Java does not see it.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// The truststore: PKCS#12, JKS, PEM or a hashed directory; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where its password comes from [default: changeit is tried, then none]
    #[arg(long, value_name = "SRC")]
    storepass: Option<SecretSource>,
}

/// `certwright/truststore-inspect/1`.
#[derive(Serialize)]
struct Report {
    file: String,
    #[serde(flatten)]
    truststore: KeystoreFacts,
}

impl Args {
    /// Prints the anchors.
    ///
    /// # Errors
    /// Exit 1 when it cannot be opened, 2 when no password can be had.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let opening = Opening { storepass: self.storepass.as_ref(), keypass: None, default: Some(CUSTOMARY) };
        let opened = match places::is_directory(&self.file) {
            true => directory(&self.file)?,
            false => open_file(cx, &self.file, &opening)?,
        };
        let truststore = KeystoreFacts::new(&opened, cx.now());
        for line in truststore.head() {
            cx.ui.line(&line)?;
        }
        cx.ui.table(&["ALIAS", "KIND", "SUBJECT", "NOT AFTER", "SHA-256"], truststore.rows())?;
        cx.ui.json("truststore-inspect", &Report { file: self.file.display().to_string(), truststore })?;
        Ok(Exit::Done)
    }
}

/// A directory of anchors by their hashes, each with its name as the alias.
fn directory(dir: &Path) -> Result<Opened, CliError> {
    let anchors = hashed::read(dir)?;
    if anchors.is_empty() {
        return Err(CliError::failed(format!("{} has no file that OpenSSL would take for an anchor", dir.display()))
            .hint("such files are named <hash>.<number>: \"openssl rehash\" makes the names, or name a file"));
    }
    let entry = |(alias, certificate)| OpenedEntry {
        alias,
        created: None,
        content: OpenedContent::Certificate { certificate, trusted: true },
    };
    Ok(Opened {
        format: "hashed",
        integrity: Integrity::None,
        protection: Vec::new(),
        entries: anchors.into_iter().map(entry).collect(),
        skipped: Vec::new(),
    })
}
