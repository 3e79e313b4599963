//! Taking away what is not described any more.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::MAX_SIZE;
use super::execute::Run;
use crate::ca::Cause;
use crate::cli::files::removal::Removal;
use crate::cli::files::{digest, places};
use crate::cli::{CliError, Context};
use crate::manifest::{Certificate, Kind, Manifest, Plan, Pruned, Seen, Work};
use crate::store::{DeliveryForm, DeliveryRecord, Draft, Event, State, Writer};
use crate::x509::RevocationReason;

/// What stays, whatever goes around it.
struct Kept {
    /// Files of deliveries that stay.
    files: HashSet<PathBuf>,
    /// What is described and could not be made: what is there instead may be in use.
    unserved: Unserved,
}

/// What is described and is not there.
#[derive(Default)]
struct Unserved {
    places: BTreeSet<PathBuf>,
    lineages: BTreeSet<String>,
    /// Whether a truststore is among it.
    truststore: bool,
}

impl Unserved {
    fn of(manifest: &Manifest, plan: &Plan, results: &[Option<CliError>]) -> Self {
        let mut unserved = Self::default();
        let failed = plan.steps.iter().zip(results).filter(|(_, result)| result.is_some());
        for (step, _) in failed {
            match &step.work {
                Work::Certificate(_) => unserved.add(manifest, &step.name),
                Work::Delivery(work) => unserved.add(manifest, &work.certificate),
                Work::Truststore(_) => unserved.truststore = true,
                _ => {}
            }
        }
        for (kind, name, _) in &plan.problems {
            match kind {
                Kind::Certificate => unserved.add(manifest, name),
                Kind::Truststore => unserved.truststore = true,
                _ => {}
            }
        }
        unserved
    }

    fn add(&mut self, manifest: &Manifest, name: &str) {
        self.lineages.insert(Certificate::lineage(name));
        let deliveries = manifest.certificates.get(name).into_iter().flat_map(|one| &one.deliver);
        self.places.extend(deliveries.filter_map(|delivery| Some(delivery.place()?.path().to_owned())));
    }

    /// Whether files stay for that reason.
    fn keeps(&self, record: &DeliveryRecord) -> bool {
        let is_truststore = matches!(record.form, DeliveryForm::Truststore { .. });
        (self.truststore && is_truststore)
            || self.lineages.contains(&record.lineage)
            || [Path::new(&record.path), record.dir()].iter().any(|place| self.places.contains(*place))
    }

    /// Refuses to take away what is in use as long as what takes its place is not there.
    fn check(&self, pruned: &Pruned) -> Result<(), CliError> {
        match pruned.deliveries().iter().find(|record| self.keeps(record)) {
            None => Ok(()),
            Some(record) => Err(CliError::failed(format!(
                "{} stays, since what takes its place could not be put there",
                record.path
            ))),
        }
    }
}

/// Adds to what a rehearsal found why something would not be taken away.
pub(super) fn rehearse(manifest: &Manifest, plan: &Plan, results: &mut [Option<CliError>]) {
    let unserved = Unserved::of(manifest, plan, results);
    for (step, result) in plan.steps.iter().zip(results) {
        if let Work::Prune(pruned) = &step.work {
            *result = result.take().or(unserved.check(pruned).err());
        }
    }
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
        let kept = Kept {
            files: files_that_stay(writer.state(), going)?,
            unserved: Unserved::of(&self.described.manifest, plan, &self.results),
        };
        for (step, pruned) in pruned {
            if let Err(error) = kept.unserved.check(pruned) {
                self.fail(step, error);
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
    let mut removal = Removal::default();
    for (name, written) in &record.files {
        let file = record.dir().join(name);
        if kept.contains(&file) {
            continue;
        }
        match digest::seen(&file, MAX_SIZE) {
            Seen::Missing | Seen::NotLooked => {}
            Seen::File { sha256, .. } if sha256 == *written => removal.file(&file)?,
            Seen::File { .. } if written.is_empty() => {
                notes.push(format!("{} is left: nothing tells whether it is as it was written", file.display()));
            }
            Seen::Unreadable => notes.push(format!("{} is left: it cannot be read", file.display())),
            Seen::File { .. } | Seen::Other => notes.push(format!("{} is left: somebody changed it", file.display())),
        }
    }
    // A directory of its own.
    if !record.file.is_empty() {
        removal.empty_directory(record.dir());
    }
    // Before the journal forgets them.
    removal.finish()
}
