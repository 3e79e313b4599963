//! `certwright manifest check`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Serialize;

use crate::cli::commands::apply::source::{Described, FormatName};
use crate::cli::{CliError, Context, Exit, files};
use crate::issuance::Profiles;
use crate::manifest::{Authority, MAX_SIZE, Manifest};
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
    /// What a store has to have that the manifest does not bring.
    notes: Vec<String>,
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
        let bytes = files::read(cx, &self.file, MAX_SIZE)?;
        let described = match Described::of_bytes(cx, &self.file, &bytes, self.format) {
            Ok(described) => described,
            Err(error) => {
                cx.ui.line(&error.message)?;
                let error = Some(error.message);
                let notes = Vec::new();
                let report = Report { file, valid: false, error, notes, authorities: 0, certificates: 0, files: 0 };
                cx.ui.json("manifest-check", &report)?;
                return Ok(Exit::CheckFailed);
            }
        };
        let manifest = &described.manifest;
        let files =
            manifest.certificates.values().map(|one| one.deliver.len()).sum::<usize>() + manifest.truststores.len();
        let (authorities, certificates) = (manifest.authorities.len(), manifest.certificates.len());
        cx.ui.line(&format!("ok: {} describes {}", escape(&file), described.summary()))?;
        let notes: Vec<String> = unknown_profiles(&described)
            .into_iter()
            .chain(keyless_defaults(manifest))
            .chain(described.missing().cloned())
            .collect();
        for note in &notes {
            cx.ui.say(&format!("note: {note}"));
        }
        let report = Report { file, valid: true, error: None, notes, authorities, certificates, files };
        cx.ui.json("manifest-check", &report)?;
        Ok(Exit::Done)
    }
}

/// Authorities that are to sign what names no other, and whose key the manifest does not bring.
fn keyless_defaults(manifest: &Manifest) -> impl Iterator<Item = String> {
    let named: BTreeSet<&String> =
        manifest.settings.default_authority.iter().chain(&manifest.defaults.authority).collect();
    let keyless = named.into_iter().filter(|name| {
        let authority = manifest.authorities.get(*name);
        authority.is_some_and(|authority| authority.certificate.is_some() && authority.private_key.is_none())
    });
    keyless.map(|name| format!("the default authority {name} is described without its key; a store may have it"))
}

/// Profiles that are named, and neither built in nor described: a store may have them.
fn unknown_profiles(described: &Described) -> Vec<String> {
    let manifest = &described.manifest;
    let profiles = Profiles::new(described.profiles.clone());
    let of_certificates = manifest.certificates.values().filter(|one| !one.keep).map(|one| manifest.profile_of(one));
    let made = manifest.authorities.values().filter(|one| !one.keep && one.certificate.is_none());
    let named: BTreeSet<&str> = of_certificates.chain(made.map(Authority::profile)).collect();
    let unknown = named.into_iter().filter_map(|name| profiles.get(name).err());
    unknown.map(|error| format!("{error}; a store may have it")).collect()
}
