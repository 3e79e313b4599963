//! The files of certificates that an earlier run issued and did not come to write.

use std::path::{Path, PathBuf};

use super::IssueArgs;
use super::summary::Skipped;
use crate::ca;
use crate::cli::commands::bundle::Bundle;
use crate::cli::commands::{delivery, issued_key};
use crate::cli::files::{self, leftovers, places};
use crate::cli::{CliError, Context};
use crate::store::{CertificateRecord, DeliveryRecord, Draft, Event, State, Store};
use crate::x509::pem;

/// Directories that are not there or not complete, with the serials of the certificates whose files belong into them.
pub(super) struct Missing(Vec<(PathBuf, String)>);

/// How many are written at a time.
const CHUNK: usize = 500;

impl Missing {
    /// What is missing below a directory, if files go to one.
    ///
    /// # Errors
    /// When a certificate that is there cannot be read; without `force` when it is none of this store's, so that its files
    /// would be lost.
    pub(super) fn of(out: Option<&Path>, skipped: &[Skipped], state: &State, force: bool) -> Result<Self, CliError> {
        let Some(out) = out else { return Ok(Self(Vec::new())) };
        let mut lacking = Vec::new();
        for skipped in skipped {
            let dir = out.join(&skipped.lineage);
            let with_key = state.by_serial(&skipped.serial)?.is_some_and(|record| record.key);
            let there = present(&dir, state)?;
            if matches!(there, Present::Foreign) && !force {
                return Err(CliError::failed(format!("{} was not made by this store", dir.join("cert.pem").display()))
                    .hint(
                        "nothing was issued; name another directory with --out-dir, or replace the files with --force",
                    ));
            }
            let is_right = matches!(there, Present::Ours(serial) if serial == skipped.serial);
            if !is_right || !Bundle::paths(&dir, with_key).iter().all(|path| places::is_file(path)) {
                lacking.push((dir, skipped.serial.clone()));
            }
        }
        Ok(Self(lacking))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes them, with the keys that the store has, and records where they are.
    ///
    /// # Errors
    /// When a key cannot be opened or a file not be written.
    pub(super) fn write(
        &self,
        cx: &mut Context,
        store: &Store,
        state: State,
        args: &IssueArgs,
    ) -> Result<(), CliError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let secret =
            args.key_passphrase.as_ref().map(|source| cx.passphrase(Some(source), "passphrase for the new keys"));
        let secret = secret.transpose()?;
        // A run that was killed may have recorded them and not come to their files in the store: the lock puts those there.
        let mut writer = cx.lock_knowing(store, state)?;
        leftovers::sweep_beside(self.0.iter().map(|(dir, _)| dir.as_path()), leftovers::this_moment());
        let state = writer.state();
        let mut deliveries = Vec::new();
        for chunk in self.0.chunks(CHUNK) {
            let mut bundles = Vec::with_capacity(chunk.len());
            for (dir, serial) in chunk {
                let Some(record) = state.by_serial(serial)? else { continue };
                let served = ca::served(state, record)?;
                let anchors: Vec<_> = served.root.iter().chain(&served.other_anchors).collect();
                let key_pem = if record.key {
                    let pem = store.read_key_of(record)?;
                    let key = issued_key::open_read(cx, store, record, &pem, args.key_passphrase.as_ref())?;
                    Some(key.to_pkcs8_pem(secret.as_ref())?)
                } else {
                    None
                };
                bundles.push((dir.clone(), Bundle::build(&record.certificate()?, &served.chain, &anchors, key_pem)));
                let delivery = delivered(dir, record, secret.is_some());
                let known = state.deliveries(&record.lineage)?;
                let is_new = |new: &_| !known.contains(new);
                deliveries.extend(delivery.filter(is_new));
            }
            Bundle::write_all(&bundles, true)?;
        }
        cx.ui.say(&format!("wrote the files of {} certificates that were issued before", self.0.len()));
        if deliveries.is_empty() {
            return Ok(());
        }
        let (now, actor) = (cx.now(), cx.settings.actor.clone());
        Ok(writer.commit(now, &actor, vec![Draft { event: Event::Delivered { deliveries }, key_pem: None }])?)
    }
}

/// Whose certificate is in a directory.
enum Present {
    /// One of this store, with its serial.
    Ours(String),
    Foreign,
    None,
}

fn present(dir: &Path, state: &State) -> Result<Present, CliError> {
    let Some(bytes) = files::read_if_there(&dir.join("cert.pem"), 1 << 20)? else { return Ok(Present::None) };
    let Some(found) = pem::read_certificates(&bytes).ok().and_then(|all| all.into_iter().next()) else {
        return Ok(Present::Foreign);
    };
    let serial = found.serial.hex();
    let record = state.by_serial(&serial)?.and_then(|record| record.certificate().ok());
    Ok(if record.is_some_and(|ours| ours.der() == found.der()) { Present::Ours(serial) } else { Present::Foreign })
}

/// The delivery of a certificate that was issued before to a directory.
fn delivered(dir: &Path, record: &CertificateRecord, encrypted: bool) -> Option<DeliveryRecord> {
    let delivery = delivery::bundle(dir, true, encrypted)?;
    Some(DeliveryRecord { lineage: record.lineage.clone(), serial: record.serial.clone(), ..delivery })
}
