//! `certwright manifest from-store`.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::commands::apply::source::FormatName;
use crate::cli::files;
use crate::cli::{CliError, Context, Exit};
use crate::manifest::{Notation, describe, write};

const EXAMPLES: &str = "\
certwright manifest from-store --out pki.yaml
certwright manifest from-store --format toml
certwright manifest from-store --out pki.json --store ./pki";

/// Describe a store in a manifest
///
/// Applying the result to this store changes nothing but what is due. What no words describe (a certificate for somebody's request, an
/// authority from elsewhere) is named as kept. Where CRLs are published and where secrets come from is nowhere in the store: say it
/// in the result.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// Write the manifest here; - is standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
    /// How it is written down: json, yaml, toml [default: by the ending of FILE, else yaml]
    #[arg(long, value_name = "FORMAT")]
    format: Option<FormatName>,
    /// Replace a file that exists
    #[arg(long)]
    force: bool,
}

/// `certwright/manifest-from-store/1`.
#[derive(Serialize)]
struct Report {
    /// Where it was written; `null` where it is only in this report.
    file: Option<String>,
    described: serde_json::Value,
    notes: Vec<String>,
}

impl Args {
    /// Describes the store.
    ///
    /// # Errors
    /// Exit 1 when the file exists.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let is_stdout = files::is_standard_stream(&self.out);
        if !is_stdout {
            files::check_outputs(cx, &[&self.out], &[], self.force)?;
        }
        let description = describe(&store.read()?, &store.read_profiles()?, cx.now())
            .map_err(|error| CliError::failed(error.to_string()).hint("please report this"))?;
        let notation = self.format.map(Notation::from).or_else(|| Notation::of_path(&self.out));
        let text = write(&description.manifest, notation.unwrap_or(Notation::Yaml), &description.notes);
        if !is_stdout {
            files::write(cx, &self.out, text.as_bytes(), false, self.force)?;
            cx.ui.say(&format!("written to {}", self.out.display()));
        } else if !cx.ui.is_json() {
            cx.ui.data(text.as_bytes())?;
        }
        for note in &description.notes {
            cx.ui.say(&format!("note: {note}"));
        }
        let file = (!is_stdout).then(|| self.out.display().to_string());
        let report = Report { file, described: description.manifest, notes: description.notes };
        cx.ui.json("manifest-from-store", &report)?;
        Ok(Exit::Done)
    }
}
