//! `certwright manifest schema`.

use crate::cli::{CliError, Context, Exit};
use crate::manifest::schema;

const EXAMPLES: &str = "\
certwright manifest schema > manifest.schema.json # for an editor";

/// Print the JSON Schema of a manifest
///
/// An editor that knows it completes and checks manifests while they are written, in YAML and TOML too. With --json the schema is in
/// a report.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {}

impl Args {
    /// Prints the schema.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        crate::cli::commands::schema::print(cx, "manifest", &schema())
    }
}
