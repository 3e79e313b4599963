//! The requests of a command line: files, and the files of directories.

use std::path::PathBuf;

use crate::cli::commands::directory::Wanted;
use crate::cli::files::{self, places};
use crate::cli::{CliError, Context};

const REQUESTS: Wanted =
    Wanted { endings: &["csr", "der", "pem", "req"], what: "certificate request", word: "request", done: "signed" };

/// Puts in the place of every directory the requests in it, sorted by name; says which other files are there.
///
/// # Errors
/// When a directory cannot be read or has no request.
pub(super) fn expand(cx: &mut Context, given: &[PathBuf]) -> Result<Vec<PathBuf>, CliError> {
    let mut all = Vec::with_capacity(given.len());
    for path in given {
        if files::is_standard_stream(path) || !places::is_directory(path) {
            all.push(path.clone());
        } else {
            all.extend(REQUESTS.files_of(cx, path)?);
        }
    }
    Ok(all)
}
