//! `certwright csr inspect`.

use std::path::PathBuf;

use crate::cli::commands::inspect::about;
use crate::cli::commands::inspect::request::RequestFacts;
use crate::cli::{CliError, Context, Exit, files};
use crate::x509::Csr;

const EXAMPLES: &str = "\
certwright csr inspect api.csr
certwright csr inspect - < api.csr
certwright csr inspect api.csr --json | jq -r '.names[]'";

/// Say what a certificate request asks for, and whether its own key signed it
///
/// Exit status 3 means that the signature is bad: whoever made the request does not hold the key, or somebody changed it.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// The request; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Args {
    /// Prints what the request says.
    ///
    /// # Errors
    /// When the file holds no request.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let bytes = files::read(cx, &self.file, 2 * Csr::MAX_SIZE)?;
        let csr = Csr::read(&bytes).map_err(|error| about(&self.file, &error))?;
        let facts = RequestFacts::new(&csr);
        for line in facts.lines(&csr) {
            cx.ui.line(&line)?;
        }
        cx.ui.json("csr-inspect", &facts)?;
        Ok(if facts.signature_ok { Exit::Done } else { Exit::CheckFailed })
    }
}
