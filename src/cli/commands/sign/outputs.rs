//! Where the certificates go.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::SignArgs;
use crate::cli::commands::bundle::Bundle;
use crate::cli::files::{self, Inputs};
use crate::cli::{CliError, Context};
use crate::store::lineage_name;

impl SignArgs {
    /// For each request why its certificate cannot be written; without `--keep-going` the first one is an error.
    pub(super) fn check_outputs(
        &self,
        cx: &Context,
        requests: &[PathBuf],
    ) -> Result<Vec<Result<(), CliError>>, CliError> {
        let several = requests.len() > 1;
        if several && self.out.is_some() {
            return Err(CliError::usage("--out takes one certificate, and several requests were given")
                .hint("use --out-dir DIR"));
        }
        if several && self.lineage.is_some() {
            return Err(CliError::usage("--lineage names one certificate, and several requests were given"));
        }
        let inputs = match (&self.out, &self.out_dir) {
            (None, None) => Inputs::default(),
            _ => Inputs::new(cx, requests.iter().map(PathBuf::as_path))?,
        };
        if let Some(out) = &self.out {
            files::refuse_existing(&inputs, std::slice::from_ref(out), self.force)?;
            files::refuse_missing_directory(out)?;
        }
        let mut seen = HashSet::new();
        let check = |request: &PathBuf| {
            let Some(dir) = &self.out_dir else { return Ok(()) };
            let target = directory_for(dir, request);
            let checked = files::refuse_existing(&inputs, &Bundle::paths(&target, false), self.force);
            let checked =
                checked.and_then(|()| if seen.insert(target.clone()) { Ok(()) } else { Err(one_place(&target)) });
            checked.map_err(|error| error.about(request.display()))
        };
        let checked = requests.iter().map(check);
        if self.keep_going { Ok(checked.collect()) } else { checked.map(|checked| checked.map(Ok)).collect() }
    }
}

/// The error for a second request of one name.
fn one_place(dir: &Path) -> CliError {
    let why = format!("another request is written to {} already", dir.display());
    CliError::usage(why).hint("rename one of the files")
}

/// The directory for a request's certificate: named like the request's file, without its last extension.
pub(super) fn directory_for(dir: &Path, request: &Path) -> PathBuf {
    let stem = request.file_stem().map_or_else(|| "stdin".into(), |stem| stem.to_string_lossy().into_owned());
    // `...csr` has the stem `..`, and whoever names the file would choose the directory.
    let plain = !matches!(stem.as_str(), "" | "." | "..");
    dir.join(match stem.as_str() {
        "-" => "stdin".to_owned(),
        _ if plain => stem,
        _ => lineage_name(&stem),
    })
}
