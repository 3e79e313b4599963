//! What a command reads, which nothing that it writes may replace.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{CliError, Context, is_standard_stream, places};

/// Files that a command reads.
#[derive(Debug, Default)]
pub(in crate::cli) struct Inputs {
    places: HashSet<PathBuf>,
    /// The last parts of the places: no other output need be looked for on the disk.
    names: HashSet<OsString>,
}

impl Inputs {
    /// These files, and those that the context knows of: what secrets come from, by whatever option.
    ///
    /// # Errors
    /// When the current directory is gone.
    pub(in crate::cli) fn new<'a>(
        cx: &'a Context,
        files: impl IntoIterator<Item = &'a Path>,
    ) -> Result<Self, CliError> {
        let mut inputs = Self::default();
        let mut directories = HashMap::new();
        for input in files.into_iter().chain(cx.inputs()).filter(|input| !is_standard_stream(input)) {
            inputs.add(places::name_in_known(input, &mut directories)?);
            // Both would be missed, a link and what it leads to.
            if places::is_link(input) {
                inputs.add(places::located(input)?);
            }
        }
        Ok(inputs)
    }

    fn add(&mut self, place: PathBuf) {
        self.names.extend(place.file_name().map(OsString::from));
        self.places.insert(place);
    }

    /// Refuses outputs in the place of one of them.
    ///
    /// # Errors
    /// Exit 2, naming the file.
    pub(in crate::cli) fn refuse<'a>(&self, outputs: impl IntoIterator<Item = &'a Path>) -> Result<(), CliError> {
        for output in outputs.into_iter().filter(|output| !is_standard_stream(output)) {
            // What ends in `..` has no name of its own.
            let may_be = output.file_name().is_none_or(|name| self.names.contains(name));
            if may_be && self.places.contains(&places::name_in_place(output)?) {
                return Err(CliError::usage(format!("{} is read, and would be replaced", output.display()))
                    .hint("give the output a file of its own"));
            }
        }
        Ok(())
    }
}
