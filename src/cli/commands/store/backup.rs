//! `certwright store backup`.

use std::path::PathBuf;

use serde::Serialize;
use zeroize::Zeroizing;

use crate::cli::files::{self, Inputs};
use crate::cli::{CliError, Context, Exit};
use crate::issuance::Profile;
use crate::store::Backup;

const EXAMPLES: &str = "\
certwright store backup /mnt/usb/pki.tar
certwright store backup - | age -r age1… > pki.tar.age
certwright --store /tmp/look store restore pki.tar    # look at one without touching the store";

/// Write the whole store into one file
///
/// A tar archive of the journal, settings, private keys and profiles, taken while no other command writes; everything else is
/// rebuilt from the journal by "store restore". The same store gives the same bytes. Keys are in it as they are in the store:
/// encrypted, unless that was not wanted, and the archive adds no encryption of its own. Its mode is 0600. A store on a disk that is
/// mounted read-only is read without the lock.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// The archive; - is standard output
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace it if it is there
    #[arg(long)]
    force: bool,
}

/// `certwright/store-backup/1`.
#[derive(Serialize)]
struct Report {
    file: String,
    bytes: usize,
    files: u64,
    lines: u64,
    head: String,
    unencrypted_keys: usize,
    missing_keys: Vec<String>,
}

impl Args {
    /// Writes the archive.
    ///
    /// # Errors
    /// When it is there already, or something of the store cannot be read.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        if cx.ui.is_json() && files::is_standard_stream(&self.file) {
            return Err(CliError::usage("the archive and the JSON report cannot both go to standard output"));
        }
        files::refuse_existing(&Inputs::new(cx, [])?, std::slice::from_ref(&self.file), self.force)?;
        files::refuse_missing_directory(&self.file)?;
        let store = cx.open_store()?;
        let with_room = |size| Zeroizing::new(Vec::with_capacity(usize::try_from(size).unwrap_or_default()));
        let (bytes, (backup, unencrypted_keys)) = if store.is_read_only() {
            let state = store.read()?;
            let mut bytes = with_room(store.backup_size(&state)?);
            let done = store.backup_read_only(&state, &mut *bytes)?;
            (bytes, done)
        } else {
            let mut writer = cx.lock(&store)?;
            let mut bytes = with_room(writer.backup_size()?);
            let done = writer.backup(&mut *bytes)?;
            (bytes, done)
        };
        files::write(cx, &self.file, &bytes, true, self.force)?;
        let Backup { lines, head, files, missing_keys, .. } = backup;
        if unencrypted_keys > 0 {
            let keys = if unencrypted_keys == 1 {
                "1 private key".to_owned()
            } else {
                format!("{unencrypted_keys} private keys")
            };
            cx.ui.warn(&format!(
                "{keys} in it {} not encrypted: keep it as safe as the store",
                if unencrypted_keys == 1 { "is" } else { "are" }
            ));
        }
        for path in &missing_keys {
            cx.ui.warn(&format!("{path} is not in the store, and so not in the backup"));
        }
        for (name, _) in store.read_profiles()?.iter().filter(|(_, json)| json.len() > Profile::MAX_SIZE) {
            cx.ui.warn(&format!("profiles/{name}.json is larger than a profile can be, and so not in the backup"));
        }
        let file = self.file.display().to_string();
        if !files::is_standard_stream(&self.file) {
            cx.ui.say(&format!("{file}: {files} files, {lines} journal lines, head {head}"));
        }
        let bytes = bytes.len();
        cx.ui.json("store-backup", &Report { file, bytes, files, lines, head, unencrypted_keys, missing_keys })?;
        Ok(Exit::Done)
    }
}
