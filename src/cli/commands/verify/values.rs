//! Options with several values that may stand before the file in question.
//!
//! `verify leaf.pem --anchor a.pem b.pem` and `verify --anchor a.pem leaf.pem` are both what people type. The parser takes
//! every word after an option as one of its values; where the file is missing then, it was the last of those words.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{ArgMatches, Command};

/// Options that take one value or more.
pub(super) const OPTIONS: [&str; 3] = ["anchor", "chain", "crl"];

/// The file in question, and the values of each of [`OPTIONS`].
#[derive(Debug, Clone)]
pub(super) struct OneOrMore {
    pub(super) file: PathBuf,
    pub(super) values: [Vec<PathBuf>; 3],
}

impl OneOrMore {
    /// Takes them from what was parsed.
    ///
    /// # Errors
    /// When there is no word left for the file.
    pub(super) fn from_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut values =
            OPTIONS.map(|option| matches.get_many::<PathBuf>(option).unwrap_or_default().cloned().collect::<Vec<_>>());
        if let Some(file) = matches.get_one::<PathBuf>("file") {
            return Ok(Self { file: file.clone(), values });
        }
        let last = OPTIONS
            .iter()
            .zip(&mut values)
            .max_by_key(|(option, _)| matches.indices_of(option).and_then(Iterator::max));
        let spare = last.and_then(|(option, values)| {
            let words = matches.get_occurrences::<PathBuf>(option)?.next_back()?.count();
            if words > 1 { values.pop() } else { None }
        });
        match spare {
            Some(file) => Ok(Self { file, values }),
            None => Err(Command::new("verify").override_usage("certwright verify [OPTIONS] <FILE>").error(
                ErrorKind::MissingRequiredArgument,
                "the following required arguments were not provided:\n  <FILE>",
            )),
        }
    }
}
