//! `certwright store restore`.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::{CliError, Context, Exit, files};
use crate::store::{self, Backup, StoreError};

const EXAMPLES: &str = "\
certwright --store /srv/pki store restore pki.tar
age -d pki.tar.age | certwright store restore -";

/// Make a store from the archive of a backup
///
/// The store's directory (--store) must be empty or new. The archive is read, the journal's chain is proved, every file is made
/// anew and compared with it; only then does the store appear, in one step. An archive that was changed, cut off or has in it
/// what no backup has is refused with exit status 6.
///
/// A backup is the past: what was issued or revoked after it is not in it. Where CRLs were published after it, let the next number
/// be higher: "crl settings AUTHORITY --number-after N".
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// The archive; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// `certwright/store-restore/1`.
#[derive(Serialize)]
struct Report {
    store: String,
    lines: u64,
    head: String,
    certificates: u64,
    authorities: usize,
    missing_keys: Vec<String>,
}

impl Args {
    /// Makes the store.
    ///
    /// # Errors
    /// Exit 6 for an archive that is not whole; 1 when something is there already.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let root = cx.store_path()?.to_owned();
        let done = files::reading(cx, &self.file, |input| store::restore(input, &root))?;
        let (backup, state) = done.map_err(|error| match error {
            StoreError::Damaged { .. } => {
                CliError::from(error).hint("nothing was restored; take another copy of the backup")
            }
            StoreError::Exists(_) => {
                CliError::from(error).hint("name an empty or a new directory with --store DIR; nothing was changed")
            }
            error => error.into(),
        })?;
        let Backup { lines, head, missing_keys, .. } = backup;
        for path in &missing_keys {
            cx.ui.warn(&format!("{path} was not in the store when the backup was made"));
        }
        let (certificates, authorities) = (state.certificate_count(), state.authorities.len());
        let store = root.display().to_string();
        cx.ui.say(&format!(
            "{lines} journal lines, {certificates} certificates, {authorities} authorities, head {head}"
        ));
        let last = state.latest.map(crate::x509::time::format_instant).unwrap_or_default();
        cx.ui.say(&format!("it is as of {last}; what happened after that is not in it"));
        cx.ui.json(
            "store-restore",
            &Report { store: store.clone(), lines, head, certificates, authorities, missing_keys },
        )?;
        cx.ui.line(&store)?;
        Ok(Exit::Done)
    }
}
