//! `certwright profile schema`.

use crate::cli::{CliError, Context, Exit};
use crate::issuance::profile::schema;

const EXAMPLES: &str = "\
certwright profile schema > profile.schema.json  # for an editor";

/// Print the JSON Schema of a profile file
///
/// An editor that knows it completes and checks profiles while they are written. With --json the schema is in a report.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {}

impl Args {
    /// Prints the schema.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        crate::cli::commands::schema::print(cx, "profile", &schema())
    }
}
