//! `certwright manifest init`.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::commands::apply::source::FormatName;
use crate::cli::files;
use crate::cli::{CliError, Context, Exit};
use crate::manifest::{Notation, starter};

const EXAMPLES: &str = "\
certwright manifest init pki.yaml
certwright manifest init pki.toml
certwright manifest init - --format json";

/// Write a commented manifest to start from
///
/// It is complete: "certwright apply" takes it as it is. The notation follows the ending of FILE; JSON has no comments.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// The file; - is standard output
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How it is written down: json, yaml, toml [default: by its ending, else yaml]
    #[arg(long, value_name = "FORMAT")]
    format: Option<FormatName>,
    /// Replace a file that exists
    #[arg(long)]
    force: bool,
}

/// `certwright/manifest-init/1`.
#[derive(Serialize)]
struct Report {
    file: String,
}

impl Args {
    /// Writes the file.
    ///
    /// # Errors
    /// Exit 1 when the file exists.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let notation = self.format.map(Notation::from).or_else(|| Notation::of_path(&self.file));
        let text = starter(notation.unwrap_or(Notation::Yaml));
        files::check_outputs(cx, &[&self.file], &[], self.force)?;
        files::write(cx, &self.file, text.as_bytes(), false, self.force)?;
        let file = self.file.display().to_string();
        if !files::is_standard_stream(&self.file) {
            cx.ui.say(&format!("written to {file}"));
            cx.ui.say(&format!("Next: certwright apply {file} --plan"));
        }
        cx.ui.json("manifest-init", &Report { file })?;
        Ok(Exit::Done)
    }
}
