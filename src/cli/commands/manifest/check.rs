//! `certwright manifest check`.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::commands::apply::source::{Described, FormatName};
use crate::cli::{CliError, Context, Exit, files};
use crate::manifest::MAX_SIZE;
use crate::x509::escape;

const EXAMPLES: &str = "\
certwright manifest check pki.yaml
certwright manifest check - --format toml < pki.toml";

/// Check a manifest, without a store
///
/// Tells what is wrong and where: line, column, and the nearest known name for what is misspelt. The profiles and certificates that it
/// names are read too. Exit status 3 means that it is not valid.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// The manifest; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How it is written down: json, yaml, toml [default: by its ending]
    #[arg(long, value_name = "FORMAT")]
    format: Option<FormatName>,
}

/// `certwright/manifest-check/1`.
#[derive(Serialize)]
struct Report {
    file: String,
    valid: bool,
    /// What is wrong, with line and column.
    error: Option<String>,
    authorities: usize,
    certificates: usize,
    files: usize,
}

impl Args {
    /// Checks the file.
    ///
    /// # Errors
    /// Exit 1 when the file cannot be read.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let file = self.file.display().to_string();
        let bytes = files::read(cx, &self.file, MAX_SIZE + 1)?;
        let described = match Described::of_bytes(cx, &self.file, &bytes, self.format) {
            Ok(described) => described,
            Err(error) => {
                cx.ui.line(&error.message)?;
                let error = Some(error.message);
                let report = Report { file, valid: false, error, authorities: 0, certificates: 0, files: 0 };
                cx.ui.json("manifest-check", &report)?;
                return Ok(Exit::CheckFailed);
            }
        };
        let manifest = &described.manifest;
        let files =
            manifest.certificates.values().map(|one| one.deliver.len()).sum::<usize>() + manifest.truststores.len();
        let (authorities, certificates) = (manifest.authorities.len(), manifest.certificates.len());
        cx.ui.line(&format!("ok: {} describes {}", escape(&file), described.summary()))?;
        cx.ui.json("manifest-check", &Report { file, valid: true, error: None, authorities, certificates, files })?;
        Ok(Exit::Done)
    }
}
