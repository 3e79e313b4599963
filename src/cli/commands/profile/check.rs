//! `certwright profile check`.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::{CliError, Context, Exit, files};
use crate::issuance::{Profile, ProfileError};
use crate::x509::escape;

const EXAMPLES: &str = "\
certwright profile check internal.json
certwright profile show server | certwright profile check -";

/// Largest file that is read, in bytes.
const MAX_SIZE: usize = 4 << 20;

/// Check a profile file
///
/// Tells what is wrong and where: line, column, and the nearest known name for what is misspelt. Exit status 3 means that the
/// profile is not valid.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// The file; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// `certwright/profile-check/1`.
#[derive(Serialize)]
struct Report {
    file: String,
    valid: bool,
    /// What is wrong, with line and column.
    error: Option<String>,
    description: Option<String>,
    /// Whether it makes authorities.
    authority: Option<bool>,
    /// The key algorithm that is generated when none is asked for.
    default_algorithm: Option<&'static str>,
}

impl Args {
    /// Checks the file.
    ///
    /// # Errors
    /// Exit 1 when the file cannot be read.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let bytes = files::read(cx, &self.file, MAX_SIZE)?;
        let file = self.file.display().to_string();
        let name = self.file.file_stem().map_or_else(|| file.clone(), |stem| stem.to_string_lossy().into_owned());
        let profile = match Profile::from_json(&name, &bytes) {
            Ok(profile) => profile,
            Err(error) => {
                let why = match error {
                    ProfileError::Invalid { why, .. } => why,
                    other => other.to_string(),
                };
                cx.ui.line(&format!("{}: {why}", escape(&file)))?;
                let none = Report {
                    file,
                    valid: false,
                    error: Some(why),
                    description: None,
                    authority: None,
                    default_algorithm: None,
                };
                cx.ui.json("profile-check", &none)?;
                return Ok(Exit::CheckFailed);
            }
        };
        let kind = if profile.is_authority() { "authorities" } else { "certificates" };
        let description = profile.description();
        cx.ui.line(&format!("ok: {} is a profile for {kind}: {description}", escape(&file)))?;
        let report = Report {
            file,
            valid: true,
            error: None,
            description: Some(description.to_owned()),
            authority: Some(profile.is_authority()),
            default_algorithm: Some(profile.default_algorithm().as_str()),
        };
        cx.ui.json("profile-check", &report)?;
        Ok(Exit::Done)
    }
}
