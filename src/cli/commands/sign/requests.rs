//! The requests of a command line: files, and the files of directories.

use std::path::PathBuf;

use crate::cli::files::{self, places};
use crate::cli::{CliError, Context};
use crate::x509::escape;

/// How the names of requests end that are looked for in a directory.
const ENDINGS: [&str; 4] = ["csr", "der", "pem", "req"];

/// Most entries of a directory.
const MOST: usize = 1 << 20;

/// How many files are named that are left out.
const TOLD: usize = 5;

/// Puts in the place of every directory the requests in it, sorted by name; says which other files are there.
///
/// # Errors
/// When a directory cannot be read or has no request.
pub(super) fn expand(cx: &mut Context, given: &[PathBuf]) -> Result<Vec<PathBuf>, CliError> {
    let mut all = Vec::with_capacity(given.len());
    for path in given {
        if files::is_standard_stream(path) || !places::is_directory(path) {
            all.push(path.clone());
            continue;
        }
        let found = places::files_of(path, &ENDINGS, MOST)?;
        let is_found = |name: &str| found.binary_search(&path.join(name)).is_ok();
        let odd: Vec<String> = places::file_names(path)?.into_iter().filter(|name| !is_found(name)).collect();
        if found.is_empty() {
            return Err(CliError::failed(format!("{}: there is no certificate request in it", path.display()))
                .hint(format!("of a directory the files *.{} are signed", ENDINGS.join(", *."))));
        }
        if !odd.is_empty() {
            let mut names: Vec<String> = odd.iter().take(TOLD).map(|name| escape(name)).collect();
            if odd.len() > TOLD {
                names.push(format!("and {} more", odd.len() - TOLD));
            }
            cx.ui.say(&format!(
                "note: {}: left out, since no request is called so: {}",
                path.display(),
                names.join(", ")
            ));
        }
        all.extend(found);
    }
    Ok(all)
}
