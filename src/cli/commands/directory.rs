//! Directories in the place of files on a command line.

use std::path::{Path, PathBuf};

use crate::cli::files::places;
use crate::cli::{CliError, Context};
use crate::x509::escape;

/// Most entries of a directory.
const MOST: usize = 1 << 20;

/// How many files are named that are left out.
const TOLD: usize = 5;

/// What is looked for in a directory.
pub(super) struct Wanted {
    /// How the names of such files end.
    pub(super) endings: &'static [&'static str],
    /// What each of them is.
    pub(super) what: &'static str,
    /// The same in a word.
    pub(super) word: &'static str,
    /// What is done with them.
    pub(super) done: &'static str,
}

impl Wanted {
    /// The files of a directory by their endings, sorted by name; says which others are there.
    ///
    /// # Errors
    /// When the directory cannot be read or has no such file.
    pub(super) fn files_of(&self, cx: &mut Context, dir: &Path) -> Result<Vec<PathBuf>, CliError> {
        let found = places::files_of(dir, self.endings, MOST)?;
        if found.is_empty() {
            return Err(self.missing(dir));
        }
        let is_found = |name: &str| found.binary_search(&dir.join(name)).is_ok();
        let odd = places::file_names(dir)?.into_iter().filter(|name| !is_found(name)).collect::<Vec<_>>();
        left_out(cx, dir, &format!("no {} is called so", self.word), &odd);
        Ok(found)
    }

    /// The error for a directory with nothing of the kind in it.
    pub(super) fn missing(&self, dir: &Path) -> CliError {
        let Self { endings, what, done, .. } = self;
        CliError::failed(format!("{}: there is no {what} in it", dir.display()))
            .hint(format!("of a directory the files *.{} are {done}", endings.join(", *.")))
    }
}

/// Says which files of a directory are left out, if any are.
pub(super) fn left_out(cx: &mut Context, dir: &Path, why: &str, odd: &[String]) {
    if odd.is_empty() {
        return;
    }
    let mut names: Vec<String> = odd.iter().take(TOLD).map(|name| escape(name)).collect();
    if odd.len() > TOLD {
        names.push(format!("and {} more", odd.len() - TOLD));
    }
    cx.ui.say(&format!("note: {}: left out, since {why}: {}", dir.display(), names.join(", ")));
}
