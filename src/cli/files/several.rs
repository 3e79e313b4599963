//! A few files in places of their own, such as a key and the request for it.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{CliError, Context, is_standard_stream, refuse_existing, write};

/// One of several outputs.
pub(in crate::cli) struct Output<'a> {
    /// Its path; `-` is standard output.
    pub(in crate::cli) path: &'a Path,
    /// Its bytes.
    pub(in crate::cli) bytes: &'a [u8],
    /// Whether it is secret (mode 0600), else 0644.
    pub(in crate::cli) secret: bool,
}

/// Refuses outputs that cannot all be written: the same one twice, standard output beside a JSON report, a directory that is
/// not there, a file that exists unless `force`. Call it before any work is done.
///
/// # Errors
/// Exit 2 for a contradiction, exit 1 for what the file system says.
pub(in crate::cli) fn check_outputs(cx: &Context, paths: &[&Path], force: bool) -> Result<(), CliError> {
    let mut seen = HashSet::new();
    for path in paths {
        if !seen.insert(*path) {
            return Err(CliError::usage(format!("two outputs would be written to {}", path.display()))
                .hint("give each of them a file of its own"));
        }
        if is_standard_stream(path) {
            if cx.ui.is_json() {
                return Err(CliError::usage("--json and the output - both want standard output")
                    .hint("name a file, or leave --json out"));
            }
            continue;
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::metadata(parent).map_err(|error| CliError::io(path, "write", &error))?;
    }
    refuse_existing(&paths.iter().map(|path| path.to_path_buf()).collect::<Vec<PathBuf>>(), force)
}

/// Writes the outputs in order. When one fails, those that were new are removed again; a file that `force` replaced stays
/// replaced.
///
/// # Errors
/// Names the file.
pub(in crate::cli) fn write_several(cx: &mut Context, outputs: &[Output<'_>], force: bool) -> Result<(), CliError> {
    let mut made = Vec::new();
    for output in outputs {
        let is_new = !is_standard_stream(output.path) && fs::symlink_metadata(output.path).is_err();
        if let Err(error) = write(cx, output.path, output.bytes, output.secret, force) {
            for path in made {
                let _ = fs::remove_file(path);
            }
            return Err(error);
        }
        if is_new {
            made.push(output.path);
        }
    }
    Ok(())
}
