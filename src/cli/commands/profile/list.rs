//! `certwright profile list`.

use serde::Serialize;

use super::{origin, profiles};
use crate::cli::{CliError, Context, Exit};

const EXAMPLES: &str = "\
certwright profile list
certwright profile list --json | jq -r '.profiles[].name'";

/// List the profiles, built-in ones and the store's own
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {}

/// `certwright/profile-list/1`.
#[derive(Serialize)]
struct Report {
    profiles: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    /// Absent where the profile is not valid.
    description: Option<String>,
    /// Whether it makes authorities.
    authority: Option<bool>,
    /// `built-in`, `store`, or `shadows-built-in`: the store's, in place of a built-in one.
    origin: &'static str,
    /// What is wrong with it.
    error: Option<String>,
}

impl Args {
    /// Prints the list.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let profiles = profiles(cx)?;
        let mut rows = Vec::new();
        for (name, built_in) in profiles.names() {
            let origin = origin(&name, built_in);
            rows.push(match profiles.get(&name) {
                Ok(profile) => Row {
                    description: Some(profile.description().to_owned()),
                    authority: Some(profile.is_authority()),
                    error: None,
                    name,
                    origin,
                },
                Err(error) => Row { description: None, authority: None, error: Some(error.to_string()), name, origin },
            });
        }
        for error in rows.iter().filter_map(|row| row.error.as_ref()) {
            cx.ui.warn(error);
        }
        let cells = rows.iter().map(|row| {
            let origin = if row.origin == "shadows-built-in" { "store (shadows built-in)" } else { row.origin };
            let description = row.description.clone().unwrap_or_else(|| "(not valid)".to_owned());
            vec![row.name.clone(), origin.to_owned(), description]
        });
        cx.ui.table(&["NAME", "ORIGIN", "DESCRIPTION"], cells.collect())?;
        cx.ui.json("profile-list", &Report { profiles: rows })?;
        Ok(Exit::Done)
    }
}
