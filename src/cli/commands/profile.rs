//! `certwright profile`.

mod check;
mod list;
mod schema;
mod show;

use crate::cli::{CliError, Context};
use crate::issuance::Profiles;

const EXAMPLES: &str = "\
certwright profile list
certwright profile show server > internal.json   # start one of your own
certwright profile check internal.json";

/// List, show and check profiles: what may be issued
///
/// A profile of your own is a JSON file in the directory profiles of the store; one that has the name of a built-in profile takes
/// its place.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

dispatch! {
    Check(check::Args),
    List(list::Args),
    Schema(schema::Args),
    Show(show::Args),
}

/// The profiles of the store if there is one, else the built-in ones alone.
fn profiles(cx: &Context) -> Result<Profiles, CliError> {
    if cx.store_path().is_err() {
        return Ok(Profiles::default());
    }
    Ok(match cx.store_if_there()? {
        Some(store) => Profiles::new(store.read_profiles()?),
        None => Profiles::default(),
    })
}

/// Where a profile is from: `built-in`, `store`, or `store, in place of the built-in one`.
fn origin(name: &str, built_in: bool) -> &'static str {
    match built_in {
        true => "built-in",
        false if Profiles::default().names().iter().any(|(known, _)| known == name) => "shadows-built-in",
        false => "store",
    }
}
