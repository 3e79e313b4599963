//! Recording where files were put, so that a renewal puts its own there.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use crate::cli::files::{self, places};
use crate::cli::{CliError, Context};
use crate::container::Preset;
use crate::store::{DeliveryForm, DeliveryRecord, Draft, Event, State, Store};

/// The files of a certificate in a directory, `key.pem` among them where there is a key.
pub(super) fn bundle(dir: &Path, key: bool, encrypted: bool) -> Option<DeliveryRecord> {
    delivery(dir, "cert.pem", DeliveryForm::Bundle { key, encrypted })
}

/// A file with a certificate.
pub(super) fn certificate(path: &Path, fullchain: bool) -> Option<DeliveryRecord> {
    delivery(path, "", DeliveryForm::Certificate { fullchain })
}

/// A delivery whose lineage and serial are still to be filled in; none for streams, devices, and paths that are no text.
pub(super) fn delivery(path: &Path, file: &str, form: DeliveryForm) -> Option<DeliveryRecord> {
    let lasts = |path: &PathBuf| !["/dev", "/proc"].iter().any(|device| path.starts_with(device));
    let absolute = Some(path).filter(|path| !files::is_standard_stream(path));
    let absolute = absolute.and_then(|path| place(path).ok()).filter(lasts)?;
    let path = absolute.to_str()?.to_owned();
    let (lineage, serial, file) = (String::new(), String::new(), file.to_owned());
    let files = BTreeMap::new();
    Some(DeliveryRecord { lineage, serial, path, file, form, files, pending: false, command: false })
}

/// The preset that a delivery names; the usual one where it names none.
pub(super) fn preset(name: Option<&str>) -> Preset {
    name.and_then(Preset::named).unwrap_or_default()
}

/// The absolute path of a place as it is now, with the links on the way to it followed: one that is put there later shows.
pub(super) fn place(path: &Path) -> Result<PathBuf, CliError> {
    let absolute = places::absolute(path)?;
    for parent in absolute.ancestors() {
        // What is not there yet is made as it is called.
        if let (Some(real), Ok(rest)) = (places::followed(parent), absolute.strip_prefix(parent)) {
            // A file's own name is replaced, whatever it leads to.
            let is_file = rest.as_os_str().is_empty() && !real.is_dir();
            return match (is_file, absolute.parent(), absolute.file_name()) {
                (true, Some(dir), Some(name)) => Ok(places::followed(dir).unwrap_or(dir.to_owned()).join(name)),
                _ if rest.as_os_str().is_empty() => Ok(real),
                _ => Ok(joined(real, rest)),
            };
        }
    }
    Ok(absolute)
}

/// A path below a directory that has no links in it; nothing of the rest is there yet.
fn joined(mut path: PathBuf, rest: &Path) -> PathBuf {
    for part in rest.components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            part => path.push(part),
        }
    }
    path
}

/// Records a delivery that was made. A store that cannot be written to just now is no reason to fail: the files are there.
pub(super) fn record(cx: &mut Context, store: &Store, state: State, delivery: Option<DeliveryRecord>) {
    let Some(delivery) = delivery else { return };
    if state.deliveries(&delivery.lineage).is_ok_and(|known| known.contains(&delivery)) {
        return;
    }
    let path = delivery.path.clone();
    if let Err(error) = commit(cx, store, state, Event::Delivered { deliveries: vec![delivery] }) {
        cx.ui.warn(&format!("renewals will not bring {path} up to date, it could not be recorded: {}", error.message));
    }
}

/// Records one event.
///
/// # Errors
/// When the store cannot be locked or written.
pub(super) fn commit(cx: &mut Context, store: &Store, state: State, event: Event) -> Result<(), CliError> {
    let (now, actor) = (cx.now(), cx.settings.actor.clone());
    let mut writer = cx.lock_knowing(store, state)?;
    Ok(writer.commit(now, &actor, vec![Draft { event, key_pem: None }])?)
}
