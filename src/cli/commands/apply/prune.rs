//! Taking away what is not described any more.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::MAX_SIZE;
use super::execute::Run;
use crate::ca::Cause;
use crate::cli::files::{digest, places};
use crate::cli::{CliError, Context};
use crate::manifest::{Plan, Pruned, Seen, Work};
use crate::store::{DeliveryForm, DeliveryRecord, Draft, Event, State, Writer};
use crate::x509::RevocationReason;

/// What stays, whatever goes around it.
struct Kept {
    /// Files of deliveries that stay.
    files: HashSet<PathBuf>,
    /// Described places whose files could not be put there: what is there may be in use.
    unserved: BTreeSet<PathBuf>,
}

impl Run<'_> {
    /// Revokes, removes and forgets. Gives what a person should know.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub(super) fn prune(
        &mut self,
        cx: &mut Context,
        writer: &mut Writer<'_>,
        plan: &Plan,
    ) -> Result<Vec<String>, CliError> {
        let mut notes = Vec::new();
        let pruned: Vec<(usize, &Pruned)> = plan
            .steps
            .iter()
            .enumerate()
            .filter_map(|(step, one)| match &one.work {
                Work::Prune(pruned) => Some((step, pruned)),
                _ => None,
            })
            .collect();
        if pruned.is_empty() {
            return Ok(notes);
        }
        let going = pruned.iter().flat_map(|(_, pruned)| pruned.deliveries());
        let kept = Kept { files: files_that_stay(writer.state(), going)?, unserved: self.unserved(plan) };
        for (step, pruned) in pruned {
            let stays = |record: &&DeliveryRecord| {
                [Path::new(&record.path), record.dir()].iter().any(|place| kept.unserved.contains(*place))
            };
            if let Some(record) = pruned.deliveries().iter().find(stays) {
                let why = format!("{} stays, since what takes its place could not be put there", record.path);
                self.fail(step, CliError::failed(why));
                continue;
            }
            if let Pruned::Lineage { serials, .. } = pruned {
                let cause = Cause {
                    reason: RevocationReason::CessationOfOperation,
                    invalidity_date: None,
                    revoked_at: self.now,
                };
                if let Err(error) = self.revoke(cx, writer, serials, &cause) {
                    self.fail(step, error);
                    continue;
                }
            }
            for record in pruned.deliveries() {
                match remove(record, &kept.files, &mut notes) {
                    Ok(()) => self.forget(cx, writer, record)?,
                    Err(error) => self.fail(step, error),
                }
            }
        }
        Ok(notes)
    }

    /// The places of the manifest whose files were not put there.
    fn unserved(&self, plan: &Plan) -> BTreeSet<PathBuf> {
        let manifest = &self.described.manifest;
        let failed = plan.steps.iter().zip(&self.results).filter(|(_, result)| result.is_some());
        let mut places = BTreeSet::new();
        for (step, _) in failed {
            let described = match &step.work {
                Work::Certificate(_) => manifest.certificates.get(&step.name).map_or(&[][..], |one| &one.deliver),
                Work::Delivery(work) => {
                    let one = manifest.certificates.get(&work.certificate);
                    one.and_then(|one| one.deliver.get(work.index)).map_or(&[][..], std::slice::from_ref)
                }
                Work::Truststore(work) => {
                    places.extend(manifest.truststores.get(work.index).map(|truststore| truststore.to.clone()));
                    continue;
                }
                _ => continue,
            };
            places.extend(described.iter().filter_map(|delivery| Some(delivery.place()?.path().to_owned())));
        }
        places
    }

    /// Forgets one delivery, and not another one of the lineage in the same directory.
    fn forget(&self, cx: &Context, writer: &mut Writer<'_>, record: &DeliveryRecord) -> Result<(), CliError> {
        let DeliveryRecord { lineage, path, .. } = record;
        let mut others = writer.state().deliveries(lineage)?;
        others.retain(|known| known.path == *path && known.file != record.file);
        let mut events = vec![Event::DeliveryForgotten { lineage: lineage.clone(), path: path.clone() }];
        if !others.is_empty() {
            events.push(Event::Delivered { deliveries: others });
        }
        let drafts = events.into_iter().map(|event| Draft { event, key_pem: None }).collect();
        Ok(writer.commit(self.now, &cx.settings.actor, drafts)?)
    }
}

/// The files of deliveries that do not go.
fn files_that_stay<'a>(
    state: &State,
    going: impl Iterator<Item = &'a DeliveryRecord>,
) -> Result<HashSet<PathBuf>, CliError> {
    let site = |record: &DeliveryRecord| (record.lineage.clone(), record.path.clone(), record.file.clone());
    let going: HashSet<_> = going.map(site).collect();
    let staying = state.all_deliveries()?.into_iter().filter(|record| !going.contains(&site(record)));
    let mut files = HashSet::new();
    for record in staying {
        // Links may have been put on the way to it since.
        let real = places::followed(record.dir());
        for file in record.written() {
            files.extend(real.as_deref().zip(file.file_name()).map(|(dir, name)| dir.join(name)));
            files.insert(file);
        }
    }
    Ok(files)
}

/// Removes the files of a delivery that are as they were written and nobody else's, and a directory that is empty then.
fn remove(record: &DeliveryRecord, kept: &HashSet<PathBuf>, notes: &mut Vec<String>) -> Result<(), CliError> {
    match places::followed(record.dir()) {
        None => return Ok(()),
        // Whoever made it a link did not ask for what is behind it to go.
        Some(real) if real != record.dir() => {
            notes.push(format!("{} is left: a link leads there", record.path));
            return Ok(());
        }
        Some(_) => {}
    }
    if record.files.is_empty() {
        notes.push(format!("{} is left: nothing tells whether it is as it was written", record.path));
    }
    for (name, written) in &record.files {
        let file = record.dir().join(name);
        if kept.contains(&file) {
            continue;
        }
        match digest::seen(&file, MAX_SIZE) {
            Seen::Missing | Seen::NotLooked => {}
            Seen::File { sha256, .. } if sha256 == *written => places::remove(&file)?,
            Seen::File { .. } if written.is_empty() => {
                notes.push(format!("{} is left: nothing tells whether it is as it was written", file.display()));
            }
            Seen::Unreadable => notes.push(format!("{} is left: it cannot be read", file.display())),
            Seen::File { .. } | Seen::Other => notes.push(format!("{} is left: somebody changed it", file.display())),
        }
    }
    if matches!(record.form, DeliveryForm::Bundle { .. } | DeliveryForm::Export { .. }) {
        places::remove_empty(record.dir());
    }
    Ok(())
}
