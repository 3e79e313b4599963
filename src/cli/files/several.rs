//! A few files in places of their own, such as a key and the request for it.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::stores::Except;
use super::{CliError, Context, Inputs, is_standard_stream, places, refuse_existing_but, write, write_but};

/// One of several outputs.
pub(in crate::cli) struct Output<'a> {
    /// Its path; `-` is standard output.
    pub(in crate::cli) path: &'a Path,
    /// Its bytes.
    pub(in crate::cli) bytes: &'a [u8],
    /// Whether it is secret (mode 0600), else 0644.
    pub(in crate::cli) secret: bool,
}

/// Refuses outputs that cannot all be written: the same one twice, by whatever path, one that the command reads, standard output beside
/// a JSON report, a directory that is not there, a file that exists unless `force`. Call it before any work is done.
///
/// # Errors
/// Exit 2 for a contradiction, exit 1 for what the file system says.
pub(in crate::cli) fn check_outputs(
    cx: &Context,
    paths: &[&Path],
    inputs: &[&Path],
    force: bool,
) -> Result<(), CliError> {
    Inputs::new(cx, inputs.iter().copied())?.refuse(paths.iter().copied())?;
    check(cx, paths, Except::Nothing, force)
}

/// As [`check_outputs`] for a key that is written in another form, perhaps in its own place, which may be in a store.
///
/// # Errors
/// As [`check_outputs`].
pub(in crate::cli) fn check_key_output(cx: &Context, path: &Path, force: bool) -> Result<(), CliError> {
    Inputs::new(cx, [])?.refuse([path])?;
    check(cx, &[path], Except::Keys, force)
}

/// Writes what [`check_key_output`] is for.
///
/// # Errors
/// Names the file.
pub(in crate::cli) fn write_key(cx: &mut Context, path: &Path, bytes: &[u8], force: bool) -> Result<(), CliError> {
    write_but(cx, &Output { path, bytes, secret: true }, Except::Keys, force)
}

fn check(cx: &Context, paths: &[&Path], except: Except, force: bool) -> Result<(), CliError> {
    let mut seen = HashSet::new();
    for path in paths {
        let place = if is_standard_stream(path) { path.to_path_buf() } else { places::name_in_place(path)? };
        if !seen.insert(place) {
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
    refuse_existing_but(&paths.iter().map(|path| path.to_path_buf()).collect::<Vec<PathBuf>>(), except, force)
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
