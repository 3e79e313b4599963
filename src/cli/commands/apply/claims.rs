//! Who has which place, while a plan is done and before.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use time::OffsetDateTime;

use super::MAX_SIZE;
use super::build::{self, Material};
use crate::ca::{self, Outcome};
use crate::cli::commands::crl::bring::check_or;
use crate::cli::commands::truststore::hashed;
use crate::cli::files::{self, Inputs, digest, places};
use crate::cli::{CliError, Context};
use crate::keys::{KeyFile, KeyOutline};
use crate::manifest::{
    Certificate as Described, CertificateWork, Delivery, Manifest, Place, Plan, Seen, Step, Truststore, Work,
};
use crate::store::{DeliveryForm, DeliveryRecord, State};
use crate::x509::display::hex;
use crate::x509::{Certificate, pem};

pub(super) const NOT_OURS: &str =
    "certwright did not put it there: move it away, or replace it with \"certwright apply --force\"";

/// Who has which place, so that two things are never put to one and nothing foreign is replaced.
pub(super) struct Places {
    /// By path and file, what the store knows of it.
    known: HashMap<(String, String), DeliveryRecord>,
    /// Files that certwright put somewhere.
    owned: HashSet<PathBuf>,
    /// Those of them whose content is noted.
    noted: HashSet<PathBuf>,
    /// SHA-256 of what it put there: a directory may have been moved since, with all that is in it.
    digests: HashSet<String>,
    /// Directories that are described for the exports of lineages, with the role where one is said.
    exports: BTreeSet<(String, PathBuf, Option<String>)>,
    /// What is read.
    inputs: Inputs,
    force: bool,
    found: Mutex<Found>,
}

#[derive(Default)]
struct Found {
    /// By path and file, who has it.
    sites: HashMap<(String, String), String>,
    records: BTreeMap<usize, Vec<(usize, DeliveryRecord)>>,
    failed: Vec<(usize, CliError)>,
}

impl Places {
    pub(super) fn new(cx: &Context, manifest: &Manifest, state: &State, force: bool) -> Result<Self, CliError> {
        let site = |known: DeliveryRecord| ((known.path.clone(), known.file.clone()), known);
        let mut exports = BTreeSet::new();
        for (name, certificate) in &manifest.certificates {
            for delivery in &certificate.deliver {
                if let Some(Place::Export(_, dir)) = delivery.place() {
                    exports.insert((Described::lineage(name), dir.to_path_buf(), delivery.role.clone()));
                }
            }
        }
        let all = state.all_deliveries()?;
        let owned = all.iter().flat_map(DeliveryRecord::written).collect();
        let (mut noted, mut digests) = (HashSet::new(), HashSet::new());
        for record in &all {
            for (name, sum) in record.files.iter().filter(|(_, sum)| !sum.is_empty()) {
                noted.insert(record.dir().join(name));
                digests.insert(sum.clone());
            }
        }
        let known = all.into_iter().map(site).collect();
        let inputs = Inputs::new(cx, [])?;
        Ok(Self { known, owned, noted, digests, exports, inputs, force, found: Mutex::default() })
    }

    /// The records of a certificate's deliveries; those that cannot be made are noted.
    pub(super) fn records(
        &self,
        step: usize,
        described: &Described,
        outcome: &Outcome,
        now: OffsetDateTime,
    ) -> Vec<DeliveryRecord> {
        let material = Material::served(&outcome.lineage, &outcome.certificate, &outcome.served);
        let mut records = Vec::new();
        for (index, delivery) in described.deliver.iter().enumerate() {
            let record = build::record(delivery, &material, now).and_then(|(record, files)| self.take(record, &files));
            match (record, self.found.lock()) {
                (Ok(record), Ok(mut found)) => {
                    found.records.entry(step).or_default().push((index, record.clone()));
                    records.push(record);
                }
                (Err(error), Ok(mut found)) => found.failed.push((step, error)),
                (_, Err(_)) => {}
            }
        }
        records
    }

    /// What was found, once all is; nobody has a place then but by the store.
    pub(super) fn taken(&self, failed: &mut Vec<(usize, CliError)>) -> BTreeMap<usize, Vec<(usize, DeliveryRecord)>> {
        let found = self.found.lock().map(|mut found| std::mem::take(&mut *found)).unwrap_or_default();
        failed.extend(found.failed);
        found.records
    }

    /// Claims a place. Until its files are written, the record has those that are there, of which what is not replaced goes then, and
    /// the names of those that are to be: whoever completes it knows them for certwright's.
    pub(super) fn take(&self, mut record: DeliveryRecord, files: &[PathBuf]) -> Result<DeliveryRecord, CliError> {
        self.claim((&record.path, &record.file), &record.lineage, files)?;
        if let Some(known) = self.known.get(&(record.path.clone(), record.file.clone())) {
            record.files.clone_from(&known.files);
        }
        for name in files.iter().filter_map(|file| file.file_name()?.to_str()) {
            record.files.entry(name.to_owned()).or_default();
        }
        Ok(record)
    }

    /// Refuses a certificate that this store did not issue, in a place that it did write to: another store has that place as well,
    /// and each would replace what the other one wrote.
    pub(super) fn refuse_strangers(&self, files: &[PathBuf], state: &State) -> Result<(), CliError> {
        for file in files.iter().filter(|file| !self.force && places::is_there(file) && !self.has_our_bytes(file)) {
            let bytes = files::read_if_there(file, 1 << 20).ok().flatten().unwrap_or_default();
            let found = pem::read_certificates(&bytes).unwrap_or_default();
            let what = match (found.first(), KeyOutline::read(&bytes)) {
                (Some(first), _) if !is_known(state, first)? => "is a certificate that this store did not issue",
                // What was begun, or written by a command that notes nothing, may well be ours.
                (None, Ok(outline)) if outline.encryption.is_some() && self.noted.contains(file) => {
                    "is an encrypted key that certwright did not write"
                }
                (None, Ok(_)) if !is_known_key(state, &bytes)? => "is a private key that this store does not know",
                _ => continue,
            };
            return Err(CliError::failed(format!("{} {what}", file.display())).hint(NOT_OURS));
        }
        Ok(())
    }

    /// Anchors of others in a truststore's directory, which would stay trusted there: with `force` they go as what certwright wrote does,
    /// so their SHA-256 is told.
    pub(super) fn other_anchors(
        &self,
        truststore: &Truststore,
        file: &str,
        files: &[PathBuf],
    ) -> Result<Vec<(String, String)>, CliError> {
        let dir = &truststore.to;
        if file.is_empty() || !places::is_directory(dir) {
            return Ok(Vec::new());
        }
        let known = self.known.get(&(dir.to_string_lossy().into_owned(), file.to_owned()));
        let mut others = hashed::names(dir)?;
        others.retain(|name| {
            !files.contains(&dir.join(name)) && known.is_none_or(|known| !known.files.contains_key(name))
        });
        if !self.force {
            hashed::refuse_others(dir, &others, NOT_OURS)?;
        }
        let seen = others.into_iter().map(|name| (digest::seen(&dir.join(&name), MAX_SIZE), name));
        let sums = seen.filter_map(|(seen, name)| match seen {
            Seen::File { sha256, .. } => Some((name, sha256)),
            _ => None,
        });
        Ok(sums.collect())
    }

    /// Whether what is exported to a place is still described so.
    fn stays(&self, known: &DeliveryRecord) -> bool {
        let DeliveryForm::Export { role, .. } = &known.form else { return false };
        [None, Some(role.clone())]
            .into_iter()
            .any(|role| self.exports.contains(&(known.lineage.clone(), PathBuf::from(&known.path), role)))
    }

    /// Whether a file that is there is one that certwright wrote.
    fn is_ours(&self, file: &Path) -> bool {
        self.owned.contains(file) || self.has_our_bytes(file)
    }

    fn has_our_bytes(&self, file: &Path) -> bool {
        matches!(digest::seen(file, MAX_SIZE), Seen::File { sha256, .. } if self.digests.contains(&sha256))
    }

    fn claim(&self, (path, file): (&str, &str), lineage: &str, files: &[PathBuf]) -> Result<(), CliError> {
        let site = (path.to_owned(), file.to_owned());
        let known = self.known.get(&site);
        let dirs: BTreeSet<&Path> = files.iter().filter_map(|file| file.parent()).collect();
        if let Some(file) =
            dirs.iter().find(|dir| dir.ancestors().find(|up| places::is_there(up)).is_some_and(places::is_file))
        {
            return Err(CliError::io(file, "write to", &std::io::ErrorKind::NotADirectory.into()));
        }
        if let Some(link) = dirs.into_iter().find(|dir| places::leads_nowhere(dir)) {
            return Err(CliError::failed(format!("{} is a link that leads nowhere", link.display()))
                .hint("make the directory that it names, or remove it"));
        }
        if let Some(known) = known.filter(|known| known.lineage != lineage)
            && self.stays(known)
        {
            return Err(taken(path, &known.lineage));
        }
        if let Ok(mut found) = self.found.lock()
            && let Some(other) = found.sites.insert(site, lineage.to_owned())
            && other != lineage
        {
            return Err(taken(path, &other));
        }
        self.inputs.refuse(files.iter().map(PathBuf::as_path))?;
        files::refuse_in_stores(files)?;
        let there: Vec<&PathBuf> = files.iter().filter(|file| places::is_there(file)).collect();
        if there.is_empty() {
            return Ok(());
        }
        if self.force || there.iter().any(|file| places::is_directory(file)) {
            return files::refuse_existing(&self.inputs, files, self.force);
        }
        // What another delivery left there is ours to replace: which of those that are described have it was checked.
        let foreign: Vec<PathBuf> = there.into_iter().filter(|file| !self.is_ours(file)).cloned().collect();
        // A place of ours may have been given to somebody else meanwhile.
        files::refuse_existing(&self.inputs, &foreign, false).map_err(|error| error.hint(NOT_OURS))
    }
}

/// Whether a certificate was issued here, or is of an authority or above one.
fn is_known(state: &State, certificate: &Certificate) -> Result<bool, CliError> {
    if state.by_serial(&certificate.serial.hex())?.is_some() {
        return Ok(true);
    }
    let names = state.authorities.keys();
    let mut records = names.flat_map(|name| state.authority_history(name));
    Ok(certificate.is_ca()
        && records.any(|record| {
            let all = record.certificate().into_iter().chain(record.chain().into_iter().flatten());
            all.chain(record.rollover.anchors().into_iter().flatten()).any(|known| known == *certificate)
        }))
}

/// Whether a certificate was issued here for a key that is not encrypted.
fn is_known_key(state: &State, bytes: &[u8]) -> Result<bool, CliError> {
    let Ok(file) = KeyFile::read(bytes, &mut || None) else { return Ok(true) };
    Ok(!state.by_key(&hex(&file.key.public_key().fingerprint()))?.is_empty())
}

fn taken(path: &str, other: &str) -> CliError {
    CliError::failed(format!("{path} has files of {other}, with the same names"))
        .hint("give each of them a directory of its own")
}

/// For each step why its files could not be put where they are described; nothing is written.
///
/// # Errors
/// When the journal cannot be read.
pub(super) fn rehearse(
    cx: &Context,
    described: &super::source::Described,
    state: &State,
    plan: &Plan,
    force: bool,
) -> Result<Vec<Option<CliError>>, CliError> {
    if plan.steps.is_empty() {
        return Ok(Vec::new());
    }
    let manifest = &described.manifest;
    let (places, now) = (Places::new(cx, manifest, state, force)?, cx.now());
    // As it is done: certificates first, then the files of those that are as described.
    let mut results = places.rehearse_certificates(manifest, state, plan, now);
    for (step, result) in plan.steps.iter().zip(&mut results) {
        let checked = match &step.work {
            Work::Delivery(work) => {
                let described = manifest.certificates.get(&work.certificate);
                let delivery = described.and_then(|one| one.deliver.get(work.index));
                delivery.map_or(Ok(()), |delivery| places.rehearse_old(&work.certificate, delivery, state, now))
            }
            Work::Crl(work) => match work.to.iter().find(|dir| places::is_file(dir)) {
                Some(file) => Err(CliError::io(file, "write to", &std::io::ErrorKind::NotADirectory.into())),
                None if force => Ok(()),
                None => work.to.iter().try_for_each(|dir| check_or(state, &work.authority, dir, NOT_OURS)),
            },
            Work::Truststore(work) => match manifest.truststores.get(work.index) {
                Some(truststore) => {
                    let anchors = build::anchors(described, truststore, state, now);
                    let (file, files) = build::trust_files(truststore, &anchors);
                    let others = places.other_anchors(truststore, &file, &files).map(drop);
                    others.and_then(|()| places.claim((&truststore.to.to_string_lossy(), &file), "", &files))
                }
                None => Ok(()),
            },
            _ => Ok(()),
        };
        *result = result.take().or(checked.err());
    }
    Ok(results)
}

impl Places {
    /// For each step that issues a certificate why its files could not be put where they are described.
    pub(super) fn rehearse_certificates(
        &self,
        manifest: &Manifest,
        state: &State,
        plan: &Plan,
        now: OffsetDateTime,
    ) -> Vec<Option<CliError>> {
        let refused = |step: &Step| match (&step.work, manifest.certificates.get(&step.name)) {
            (Work::Certificate(work), Some(described)) => {
                self.rehearse_new(&step.name, described, work, (state, now)).err()
            }
            _ => None,
        };
        plan.steps.iter().map(refused).collect()
    }

    fn rehearse_new(
        &self,
        name: &str,
        described: &Described,
        work: &CertificateWork,
        (state, now): (&State, OffsetDateTime),
    ) -> Result<(), CliError> {
        let lineage = Described::lineage(name);
        let (chain, root) = match work.above.split_last() {
            Some((last, chain)) if last.is_root() => (chain, Some(last)),
            _ => (work.above.as_slice(), None),
        };
        let certificate = work.preview.as_ref();
        let material = Material { lineage: &lineage, certificate, chain, root, other_anchors: &[] };
        described.deliver.iter().try_for_each(|delivery| self.rehearse(delivery, &material, (state, now)))
    }

    fn rehearse_old(
        &self,
        name: &str,
        delivery: &Delivery,
        state: &State,
        now: OffsetDateTime,
    ) -> Result<(), CliError> {
        let Some(record) = state.lineage(&Described::lineage(name))?.pop() else { return Ok(()) };
        let (served, certificate) = (ca::served(state, record)?, record.certificate()?);
        self.rehearse(delivery, &Material::served(&record.lineage, &certificate, &served), (state, now))
    }

    fn rehearse(
        &self,
        delivery: &Delivery,
        material: &Material<'_>,
        (state, now): (&State, OffsetDateTime),
    ) -> Result<(), CliError> {
        let (record, files) = build::record(delivery, material, now)?;
        self.refuse_strangers(&files, state)?;
        self.take(record, &files).map(drop)
    }
}
