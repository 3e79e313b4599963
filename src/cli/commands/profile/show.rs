//! `certwright profile show`.

use serde::Serialize;

use super::{origin, profiles};
use crate::cli::{CliError, Context, Exit};

const EXAMPLES: &str = "\
certwright profile show server
certwright profile show server > internal.json   # start one of your own";

/// Print a profile's JSON
///
/// The file is printed as it is; --json wraps it in a report.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// The profile
    #[arg(value_name = "PROFILE")]
    name: String,
}

/// `certwright/profile-show/1`.
#[derive(Serialize)]
struct Report<'a> {
    name: &'a str,
    /// `built-in`, `store`, or `shadows-built-in`.
    origin: &'static str,
    profile: serde_json::Value,
}

impl Args {
    /// Prints the profile.
    ///
    /// # Errors
    /// Exit 2 when there is none with this name, with a near one.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let profiles = profiles(cx)?;
        let profile = profiles.get(&self.name)?;
        if cx.ui.is_json() {
            let built_in = profiles.names().iter().any(|(name, built_in)| *name == self.name && *built_in);
            let json = serde_json::from_str(profile.json())
                .map_err(|error| CliError::failed(format!("profile {}: {error}", self.name)))?;
            let report = Report { name: profile.name(), origin: origin(&self.name, built_in), profile: json };
            cx.ui.json("profile-show", &report)?;
        } else {
            cx.ui.line(profile.json().trim_end())?;
        }
        Ok(Exit::Done)
    }
}
