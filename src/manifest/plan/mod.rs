//! What has to be done so that everything is as a manifest describes it: a pure function of the manifest, the store's state and what
//! the files look like.

mod age;
mod authorities;
mod certificates;
mod compare;
mod crls;
mod deliveries;
mod prune;
mod revocations;
mod step;
mod store;
mod truststores;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use time::OffsetDateTime;

pub use self::authorities::request as authority_request;
pub use self::certificates::{Asked, request as certificate_request};
pub use self::step::{
    Action, AuthorityWork, CertificateWork, CrlWork, DeliveryWork, KeyChoice, Kind, Plan, Pruned, RevocationWork, Step,
    TruststoreWork, Work,
};
pub(super) use self::truststores::written_for;
use super::model::Manifest;
use crate::issuance::{Profile, ProfileError, Profiles, Request};
use crate::store::{CertificateRecord, DeliveryRecord, Settings, State, StoreError};
use crate::x509::Certificate;

/// What a manifest is compared with.
pub struct Situation<'a> {
    /// The store.
    pub state: &'a State,
    /// The profiles that the store has, by name.
    pub store_profiles: &'a [(String, Vec<u8>)],
    /// The profiles that the manifest describes, read.
    pub profiles: &'a [(String, Vec<u8>)],
    /// The certificates of the authorities that are brought in from files, by name; else why one cannot be taken.
    pub brought: &'a BTreeMap<String, Result<Certificate, String>>,
    /// The certificates in the files of truststores; else why they cannot be taken.
    pub anchors: &'a BTreeMap<PathBuf, Result<Vec<Certificate>, String>>,
    /// What the certificate signing requests ask for, by the certificate's key in the manifest; else why one cannot be taken.
    pub requests: &'a BTreeMap<String, Result<Request, String>>,
    /// What a file looks like.
    pub look: &'a (dyn Fn(&Path) -> Seen + Sync),
    /// The anchors in one of OpenSSL's directories, by their file names.
    pub anchors_in: &'a (dyn Fn(&Path) -> Vec<String> + Sync),
    /// The instant.
    pub now: OffsetDateTime,
    /// Whether what is not described is to go.
    pub prune: bool,
    /// Whether files are written again that are as they were written.
    pub rewrite: bool,
}

/// What a file looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// There is none.
    Missing,
    /// A file.
    File {
        /// Its content's SHA-256, lower-case hex.
        sha256: String,
        /// Whether it is more than its owner may do with it, and its group may read: mode 0640.
        loose: bool,
    },
    /// Something else, or too large.
    Other,
    /// It is there, and this process may not read it.
    Unreadable,
    /// Nobody looked: it is taken for what it should be.
    NotLooked,
}

/// Compares a manifest with what is there. The manifest's paths are absolute.
///
/// # Errors
/// When the journal cannot be read.
pub fn plan(manifest: &Manifest, situation: &Situation<'_>) -> Result<Plan, StoreError> {
    let mut plan = Plan::default();
    let facts = Facts::new(manifest, situation)?;
    store::profiles(&facts, &mut plan);
    let settings = store::settings(&facts, &mut plan);
    let facts = Facts { settings: &settings, ..facts };
    let standings = authorities::plan(&facts, &mut plan);
    let revoked = revocations::plan(&facts, &mut plan);
    certificates::plan(&facts, &standings, &revoked, &mut plan);
    deliveries::note_replaced(&facts, &mut plan);
    truststores::plan(&facts, &standings, &mut plan);
    if situation.prune {
        prune::plan(&facts, &mut plan);
    } else {
        prune::note(&facts, &mut plan);
    }
    crls::plan(&facts, &standings, &mut plan);
    match facts.fault.into_inner() {
        Ok(None) => Ok(plan),
        Ok(Some(error)) => Err(error),
        Err(_) => Err(StoreError::Invalid("the plan was not finished".to_owned())),
    }
}

/// What the parts of a plan look at.
struct Facts<'a> {
    manifest: &'a Manifest,
    situation: &'a Situation<'a>,
    state: &'a State,
    /// The settings, as they are going to be.
    settings: &'a Settings,
    /// The newest certificate of each lineage.
    newest: HashMap<&'a str, &'a CertificateRecord>,
    /// The files that were put somewhere, by lineage: all of them at once, since one line of the journal tells of many.
    deliveries: HashMap<String, Vec<DeliveryRecord>>,
    profiles: Profiles,
    /// Why something could not be looked up: then there is no plan.
    fault: Mutex<Option<StoreError>>,
}

impl<'a> Facts<'a> {
    fn new(manifest: &'a Manifest, situation: &'a Situation<'a>) -> Result<Self, StoreError> {
        let state = situation.state;
        let mut newest = HashMap::new();
        state.for_each_in_lineage::<StoreError>(&mut |row, is_newest| {
            if is_newest && let Some(record) = state.by_serial(row.serial)? {
                newest.insert(record.lineage.as_str(), record);
            }
            Ok(())
        })?;
        let mut deliveries: HashMap<String, Vec<DeliveryRecord>> = HashMap::new();
        for delivery in state.all_deliveries()? {
            deliveries.entry(delivery.lineage.clone()).or_default().push(delivery);
        }
        // The journal's order is nobody's business.
        for all in deliveries.values_mut() {
            all.sort_by(|one, other| (&one.path, &one.file).cmp(&(&other.path, &other.file)));
        }
        let mut all: BTreeMap<&String, &Vec<u8>> =
            situation.store_profiles.iter().map(|(name, json)| (name, json)).collect();
        all.extend(situation.profiles.iter().map(|(name, json)| (name, json)));
        let profiles = Profiles::new(all.into_iter().map(|(name, json)| (name.clone(), json.clone())).collect());
        let settings = &state.settings;
        Ok(Self { manifest, situation, state, settings, newest, deliveries, profiles, fault: Mutex::default() })
    }

    /// What was looked up; a failure is kept for the end.
    fn found<T: Default>(&self, result: Result<T, StoreError>) -> T {
        result.unwrap_or_else(|error| {
            if let Ok(mut fault) = self.fault.lock() {
                fault.get_or_insert(error);
            }
            T::default()
        })
    }

    /// Where files of a lineage were put.
    fn delivered(&self, lineage: &str) -> &[DeliveryRecord] {
        self.deliveries.get(lineage).map_or(&[], Vec::as_slice)
    }

    fn look(&self, path: &Path) -> Seen {
        (self.situation.look)(path)
    }

    /// The profiles with these names, each read once.
    fn read_profiles<'b>(
        &self,
        names: impl Iterator<Item = &'b str>,
    ) -> BTreeMap<&'b str, Result<Profile, ProfileError>> {
        let names: BTreeSet<&str> = names.collect();
        names.into_iter().map(|name| (name, self.profiles.get(name))).collect()
    }
}

#[cfg(test)]
mod tests;
