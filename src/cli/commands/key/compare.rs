//! `certwright key match`.

use std::path::PathBuf;

use serde::Serialize;

use super::source::{self, Found};
use crate::cli::{CliError, Context, Exit};
use crate::x509::display::hex;

const EXAMPLES: &str = "\
certwright key match api.key api.crt
certwright key match api.key api.csr
certwright key match new.pub api.crt || echo 'the certificate is for another key'";

/// Tell whether a key belongs to a certificate, a request or another key
///
/// Exit status 0 means that both hold the same key, 3 that they do not. Either file may be a private key, a public key, a
/// certificate or a request; of several certificates in a file the first counts.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// The key
    #[arg(value_name = "KEY")]
    key: PathBuf,
    /// What it is compared with
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// `certwright/key-match/1`.
#[derive(Serialize)]
struct Report {
    #[serde(rename = "match")]
    matches: bool,
    /// The first file, then the second one.
    files: [Side; 2],
}

#[derive(Serialize)]
struct Side {
    file: String,
    /// `certificate`, `certificate request`, `private key`, `public key`.
    what: &'static str,
    kind: String,
    key_sha256: String,
}

impl Args {
    /// Compares the keys.
    ///
    /// # Errors
    /// Exit 1 when a file has no key.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let (one, other) = (source::read(cx, &self.key)?, source::read(cx, &self.file)?);
        // What identifies a key are its bits: the parameters around them may be written in more than one way.
        let (left, right) = (&one.key, &other.key);
        let matches = left.kind() == right.kind() && left.subject_public_key() == right.subject_public_key();
        let report = Report { matches, files: [side(&self.key.display(), &one), side(&self.file.display(), &other)] };
        let [one, other] = &report.files;
        if matches {
            let (Side { file, what, kind, key_sha256 }, with) = (one, other);
            cx.ui.line(&format!(
                "match: the {what} {file} and the {} {} hold the same {kind} key, SHA-256 {key_sha256}",
                with.what, with.file
            ))?;
        } else {
            let told = |side: &Side| format!("the {} {} has {} {}", side.what, side.file, side.kind, side.key_sha256);
            cx.ui.line(&format!("no match: {}, {}", told(one), told(other)))?;
        }
        cx.ui.json("key-match", &report)?;
        Ok(if matches { Exit::Done } else { Exit::CheckFailed })
    }
}

fn side(file: &impl std::fmt::Display, found: &Found) -> Side {
    Side {
        file: file.to_string(),
        what: found.what,
        kind: found.key.kind().to_string(),
        key_sha256: hex(&found.key.fingerprint()),
    }
}
