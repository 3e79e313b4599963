//! Files of certificates and anchors: recorded as pending, made on all cores, written, and recorded as done.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use ring::digest::SHA256;

use super::MAX_SIZE;
use super::build::{self, Files, Material};
use super::claims::Places;
use super::execute::{Run, again};
use super::keys::Keys;
use super::secrets::{self, Protection};
use crate::ca::{self, Outcome, in_parallel};
use crate::cli::files::removal::Removal;
use crate::cli::files::{self, OutputFile, digest, leftovers, places};
use crate::cli::{CliError, Context};
use crate::container::Preset;
use crate::keys::PrivateKey;
use crate::manifest::{Certificate as Described, Plan, Seen, Work};
use crate::store::{DeliveryForm, DeliveryRecord, Draft, State, Writer};
use crate::x509::Certificate;
use crate::x509::display::hex;

/// Mode of the directories that are made.
const PRIVATE_DIR: u32 = 0o700;
const PUBLIC_DIR: u32 = 0o755;

/// Files that are to be made and written.
pub(super) struct Job {
    step: usize,
    record: DeliveryRecord,
    content: Content,
    /// What protects them; `None` where they take nothing.
    protection: Option<Protection>,
}

enum Content {
    Certificate(Box<Leaf>),
    Anchors(Vec<(String, Certificate)>),
}

/// A certificate, those above it, and its key where something takes it.
struct Leaf {
    certificate: Certificate,
    chain: Vec<Certificate>,
    root: Option<Certificate>,
    other_anchors: Vec<Certificate>,
    key: Option<Arc<PrivateKey>>,
}

impl Job {
    pub(super) fn of_certificate(
        step: usize,
        record: DeliveryRecord,
        outcome: &Outcome,
        key: Option<Arc<PrivateKey>>,
        protection: Option<Protection>,
    ) -> Self {
        let certificate = outcome.certificate.clone();
        let ca::Served { chain, root, other_anchors } = ca::Served::clone(&outcome.served);
        Self {
            step,
            record,
            content: Content::Certificate(Box::new(Leaf { certificate, chain, root, other_anchors, key })),
            protection,
        }
    }
}

impl Run<'_> {
    /// Adds the files of certificates that are as described, and truststores; records what is new as pending.
    pub(super) fn delivery_jobs(
        &mut self,
        writer: &mut Writer<'_>,
        cx: &Context,
        plan: &Plan,
        keys: &mut Keys,
        jobs: &mut Vec<Job>,
    ) -> Result<(), CliError> {
        let (mut added, mut failed) = (Vec::new(), Vec::new());
        let places = Places::new(cx, &self.described.manifest, writer.state(), self.force)?;
        for (step, one) in plan.steps.iter().enumerate() {
            let job = match &one.work {
                Work::Delivery(work) => {
                    self.of_delivery(&places, writer.state(), step, (&work.certificate, work.index), keys)
                }
                Work::Truststore(work) => self.of_truststore(&places, writer.state(), step, work.index),
                _ => continue,
            };
            match job {
                Ok(job) => added.push(job),
                Err(error) => failed.push((step, error)),
            }
        }
        let deliveries: Vec<_> = added.iter().map(|job| job.record.clone()).collect();
        self.commit(cx, writer, Draft::delivered(deliveries))?;
        jobs.append(&mut added);
        failed.into_iter().for_each(|(step, error)| self.fail(step, error));
        Ok(())
    }

    fn of_delivery(
        &self,
        places: &Places,
        state: &State,
        step: usize,
        (name, index): (&str, usize),
        keys: &mut Keys,
    ) -> Result<Job, CliError> {
        let manifest = &self.described.manifest;
        let certificate = manifest.certificates.get(name);
        let delivery = certificate.and_then(|one| one.deliver.get(index));
        let record = state.lineage(&Described::lineage(name))?.pop().cloned();
        let (Some(delivery), Some(record)) = (delivery, record) else {
            return Err(CliError::failed("the certificate is not there any more"));
        };
        let (served, certificate) = (ca::served(state, &record)?, record.certificate()?);
        let material = Material::served(&record.lineage, &certificate, &served);
        let (to, files) = build::record(delivery, &material, self.now)?;
        places.refuse_strangers(&files, state)?;
        let to = places.take(to, &files)?;
        let key = keys.remove(&step).transpose()?.and_then(|ready| ready.private);
        let protection = secrets::of_delivery(manifest, delivery);
        let ca::Served { chain, root, other_anchors } = served;
        Ok(Job {
            step,
            record: to,
            content: Content::Certificate(Box::new(Leaf { certificate, chain, root, other_anchors, key })),
            protection,
        })
    }

    fn of_truststore(&self, places: &Places, state: &State, step: usize, index: usize) -> Result<Job, CliError> {
        let manifest = &self.described.manifest;
        let truststore = manifest.truststores.get(index).ok_or_else(|| CliError::failed("it is not described"))?;
        let anchors = build::anchors(self.described, truststore, state, self.now);
        let Some((_, first)) = anchors.first() else {
            return Err(CliError::failed("there is no anchor to write: none of its authorities is there"));
        };
        let format = truststore.format().ok_or_else(|| CliError::failed("its name does not say its format"))?;
        let path = truststore.to.to_str().ok_or_else(|| CliError::failed("its path is no text"))?;
        let (file, files) = build::trust_files(truststore, &anchors);
        let going = places.other_anchors(truststore, &file, &files)?;
        let owner = truststore.authorities.first().or_else(|| manifest.authorities.keys().next());
        let record = DeliveryRecord {
            lineage: format!("authority-{}", owner.map_or("anchors", String::as_str)),
            serial: first.serial.hex(),
            path: path.to_owned(),
            file,
            form: DeliveryForm::Truststore {
                format: format.name().to_owned(),
                preset: truststore.preset.map(Preset::name).map(str::to_owned),
                anchors: anchors.iter().map(|(_, anchor)| hex(&anchor.fingerprint())).collect(),
            },
            files: BTreeMap::new(),
            pending: true,
            command: false,
        };
        let mut record = places.take(record, &files)?;
        record.files.extend(going);
        let protection = secrets::of_truststore(manifest, truststore);
        Ok(Job { step, record, content: Content::Anchors(anchors), protection })
    }

    /// Makes the files, writes them, and records what was written.
    pub(super) fn deliver(
        &mut self,
        cx: &mut Context,
        writer: &mut Writer<'_>,
        jobs: Vec<Job>,
    ) -> Result<(), CliError> {
        if jobs.is_empty() {
            return Ok(());
        }
        let progress = cx.ui.progress(jobs.len() as u64, "writing files");
        let made = in_parallel(jobs, |job| {
            let made = self.make(&job);
            progress.tick();
            Ok::<_, std::convert::Infallible>((job.step, job.record, made))
        });
        let Ok(made) = made;
        let mut ready = Vec::new();
        for (step, record, made) in made {
            match made {
                Ok(files) => ready.push((step, record, files)),
                Err(error) => self.fail(step, error),
            }
        }
        remove_stale(&ready, writer.state())?;
        let results = write(&ready, self.locked_at);
        let mut deliveries = Vec::new();
        for ((step, mut record, files), result) in ready.into_iter().zip(results) {
            match result {
                Err(error) => self.fail(step, error.about(&record.path)),
                Ok(()) => {
                    let sum = |file: &OutputFile| {
                        (file.name.clone(), hex(ring::digest::digest(&SHA256, &file.bytes).as_ref()))
                    };
                    record.files = files.files.iter().map(sum).collect();
                    record.pending = false;
                    deliveries.push(record);
                }
            }
        }
        self.commit(cx, writer, Draft::delivered(deliveries))?;
        Ok(())
    }

    fn make(&self, job: &Job) -> Result<Files, CliError> {
        let password = match job.protection.as_ref().map(|protection| self.passwords.get(protection)) {
            None => None,
            Some(Some(Ok(password))) => Some(password),
            Some(Some(Err(error))) => return Err(again(error)),
            Some(None) => return Err(CliError::failed("its password is not known")),
        };
        match &job.content {
            Content::Certificate(leaf) => {
                let Leaf { certificate, chain, root, other_anchors, key } = leaf.as_ref();
                let lineage = &job.record.lineage;
                let material = Material { lineage, certificate, chain, root: root.as_ref(), other_anchors };
                material.build(&job.record, key.as_deref(), password, self.now)
            }
            Content::Anchors(anchors) => build::truststore(&job.record, anchors.clone(), password, self.now),
        }
    }
}

type Made = (usize, DeliveryRecord, Files);

/// What was written to this place before, was not changed since, and is not written again.
fn stale(record: &DeliveryRecord, files: &Files) -> Vec<PathBuf> {
    let goes = |(name, _): &(&String, &String)| !files.files.iter().any(|file| file.name == **name);
    let is_as_written = |(name, written): (&String, &String)| {
        let file = files.dir.join(name);
        let same = matches!(digest::seen(&file, MAX_SIZE), Seen::File { sha256, .. } if sha256 == *written);
        same.then_some(file)
    };
    record.files.iter().filter(goes).filter_map(is_as_written).collect()
}

/// Takes away what is stale, unless deliveries to other places have it too: the key of an earlier certificate must not lie beside
/// the new one.
fn remove_stale(made: &[Made], state: &State) -> Result<(), CliError> {
    let stale: Vec<_> = made.iter().map(|(_, record, files)| (record, stale(record, files))).collect();
    if stale.iter().all(|(_, files)| files.is_empty()) {
        return Ok(());
    }
    let site = |record: &DeliveryRecord| (record.path.clone(), record.file.clone());
    let mut sites: HashMap<PathBuf, HashSet<(String, String)>> = HashMap::new();
    for known in state.all_deliveries()? {
        for file in known.written() {
            sites.entry(file).or_default().insert(site(&known));
        }
    }
    let mut removal = Removal::default();
    for (record, files) in stale {
        let is_shared = |file: &PathBuf| sites.get(file).is_some_and(|all| all.iter().any(|one| *one != site(record)));
        for file in files.iter().filter(|file| !is_shared(file)) {
            // What cannot be removed cannot be replaced either, and that is told.
            let _ = removal.file(file);
        }
    }
    removal.finish()
}

/// Writes files, as many as possible together: what is new in one directory appears with few syncs, what is replaced is replaced
/// each by itself. Gives the result of each. What was left there before a moment is taken away.
fn write(made: &[Made], before: SystemTime) -> Vec<Result<(), CliError>> {
    leftovers::sweep_beside(made.iter().map(|(_, _, files)| files.dir.as_path()), before);
    for (_, _, files) in made {
        // Keys may be among them. Whatever run of apply began them has ended: it had the store's lock.
        leftovers::sweep(&files.dir, files.files.iter().map(|file| file.name.as_str()), before);
    }
    let is_new = |files: &Files| !files.files.iter().any(|file| places::is_there(&files.dir.join(&file.name)));
    let mut results: Vec<Option<Result<(), CliError>>> = made.iter().map(|_| None).collect();
    for private in [false, true] {
        let mut sets: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
        for (index, (_, _, files)) in made.iter().enumerate() {
            if files.private == private && is_new(files) {
                sets.entry(&files.dir).or_default().push(index);
            }
        }
        if together(made, &sets, private).is_ok() {
            for index in sets.values().flatten() {
                if let Some(result) = results.get_mut(*index) {
                    *result = Some(Ok(()));
                }
            }
        }
    }
    // What was there, and what could not be written together, so that it is known what failed.
    let left: Vec<usize> = (0..made.len()).filter(|index| results.get(*index).is_some_and(Option::is_none)).collect();
    let written = in_parallel(left.clone(), |index| {
        let result = made.get(index).map_or(Ok(()), |(_, _, files)| {
            files::write_sets_with(&[(files.dir.as_path(), files.files.as_slice())], mode(files.private), true)
        });
        Ok::<_, std::convert::Infallible>(result)
    });
    let Ok(written) = written;
    for (index, result) in left.into_iter().zip(written) {
        if let Some(place) = results.get_mut(index) {
            *place = Some(result);
        }
    }
    results.into_iter().map(|result| result.unwrap_or(Ok(()))).collect()
}

/// Writes new files, each directory's in one go.
fn together(made: &[Made], sets: &BTreeMap<&Path, Vec<usize>>, private: bool) -> Result<(), CliError> {
    let mut seen = BTreeSet::new();
    let mut outputs: Vec<(&Path, Vec<OutputFile>)> = Vec::with_capacity(sets.len());
    for (dir, indices) in sets {
        let mut all = Vec::new();
        for (_, _, files) in indices.iter().filter_map(|index| made.get(*index)) {
            for file in &files.files {
                if !seen.insert((*dir, file.name.as_str())) {
                    return Err(CliError::failed("two things have one name"));
                }
                all.push(OutputFile { name: file.name.clone(), bytes: file.bytes.clone(), secret: file.secret });
            }
        }
        outputs.push((dir, all));
    }
    let outputs: Vec<(&Path, &[OutputFile])> = outputs.iter().map(|(dir, files)| (*dir, files.as_slice())).collect();
    files::write_sets_with(&outputs, mode(private), true)
}

fn mode(private: bool) -> u32 {
    if private { PRIVATE_DIR } else { PUBLIC_DIR }
}
