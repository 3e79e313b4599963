//! What has to be done so that everything is as a manifest describes it: a pure function of the manifest, the store's state and what
//! the files look like.

mod authorities;
mod certificates;
mod compare;
mod crls;
mod deliveries;
mod prune;
mod revocations;
mod store;
mod truststores;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use time::OffsetDateTime;

pub use self::authorities::request as authority_request;
pub use self::certificates::{Asked, request as certificate_request};
use super::model::Manifest;
use crate::issuance::{Profile, ProfileError, Profiles, Request};
use crate::keys::Algorithm;
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
    /// The certificates of the authorities that are brought in from files, by name.
    pub brought: &'a BTreeMap<String, Certificate>,
    /// The certificates in the files of truststores.
    pub anchors: &'a BTreeMap<PathBuf, Vec<Certificate>>,
    /// What the certificate signing requests ask for, by the certificate's key in the manifest; else why one cannot be taken.
    pub requests: &'a BTreeMap<String, Result<Request, String>>,
    /// What a file looks like.
    pub look: &'a (dyn Fn(&Path) -> Seen + Sync),
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

/// What is to be done, in order.
#[derive(Debug, Default)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
    /// What cannot be as it is described, and why.
    pub problems: Vec<(Kind, String, String)>,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// One thing to do.
#[derive(Debug)]
pub struct Step {
    /// Whether something is new, changes or goes.
    pub action: Action,
    /// What sort of thing it is.
    pub kind: Kind,
    /// What it is called.
    pub name: String,
    /// Why, and what changes: one phrase each.
    pub why: Vec<String>,
    /// Whether it only follows from other steps of the plan.
    pub follows: bool,
    /// The work.
    pub work: Work,
}

/// Whether something is new, changes or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is not there yet.
    Create,
    /// It is there and differs.
    Change,
    /// It is not described any more.
    Prune,
}

/// What sort of thing a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A profile of the store.
    Profile,
    /// Settings of the store.
    Settings,
    /// An authority.
    Authority,
    /// A revocation.
    Revocation,
    /// A certificate with its key and files.
    Certificate,
    /// Files of a certificate that is as described.
    Delivery,
    /// A file of anchors.
    Truststore,
    /// An authority's CRL.
    Crl,
}

/// The work of a step.
#[derive(Debug)]
pub enum Work {
    /// Writing a profile, whose name is that of the step.
    Profile,
    /// Recording these settings.
    Settings(Box<Settings>),
    /// Making an authority, or making it anew.
    Authority(AuthorityWork),
    /// Revoking certificates.
    Revocation(RevocationWork),
    /// Issuing a certificate and delivering its files.
    Certificate(CertificateWork),
    /// Writing files.
    Delivery(DeliveryWork),
    /// Writing a truststore.
    Truststore(TruststoreWork),
    /// Signing CRLs, and bringing them to where they are published.
    Crl(CrlWork),
    /// Taking away what is not described.
    Prune(Pruned),
}

/// Which key is certified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyChoice {
    /// A new one.
    New(Algorithm),
    /// That of a certificate signing request.
    Requested,
    /// The one that is there.
    Same,
}

/// An authority to be made, brought in, or made anew.
#[derive(Debug)]
pub struct AuthorityWork {
    /// Its key; `None` for one that is brought in from files.
    pub key: Option<KeyChoice>,
    /// Whether it is in the store already.
    pub anew: bool,
}

/// Certificates to be revoked or put on hold.
#[derive(Debug)]
pub struct RevocationWork {
    /// Which of the manifest's revocations it is.
    pub index: usize,
    /// Their serials, lower-case hex.
    pub serials: Vec<String>,
}

/// A certificate to be issued.
#[derive(Debug)]
pub struct CertificateWork {
    /// Its key.
    pub key: KeyChoice,
    /// The one that is there, whose key may be kept.
    pub before: Option<Box<CertificateRecord>>,
    /// Whether it is as described, and only old.
    pub due: bool,
    /// What it is going to be: with a signature that is none, and perhaps with a key that stands in for one that is to be made.
    pub preview: Box<Certificate>,
    /// Those above it, nearest first, likewise.
    pub above: Vec<Certificate>,
}

/// Files to be written.
#[derive(Debug)]
pub struct DeliveryWork {
    /// The certificate's key in the manifest.
    pub certificate: String,
    /// Which of its deliveries.
    pub index: usize,
}

/// A truststore to be written.
#[derive(Debug)]
pub struct TruststoreWork {
    /// Which of the manifest's truststores.
    pub index: usize,
}

/// CRLs to be signed and brought.
#[derive(Debug)]
pub struct CrlWork {
    /// The authority.
    pub authority: String,
    /// Whether a full one is to be signed.
    pub full: bool,
    /// Whether a delta CRL is.
    pub delta: bool,
    /// Where they are published.
    pub to: Vec<PathBuf>,
}

/// What goes.
#[derive(Debug)]
pub enum Pruned {
    /// Certificates that are revoked as superfluous, with the files of their lineage.
    Lineage {
        /// The lineage.
        lineage: String,
        /// Serials of what has not expired.
        serials: Vec<String>,
        /// Files that were put somewhere.
        deliveries: Vec<DeliveryRecord>,
    },
    /// Files that were put somewhere.
    Delivery(Box<DeliveryRecord>),
}

impl Pruned {
    /// The files that go.
    pub fn deliveries(&self) -> &[DeliveryRecord] {
        match self {
            Self::Lineage { deliveries, .. } => deliveries,
            Self::Delivery(record) => std::slice::from_ref(record.as_ref()),
        }
    }
}

impl Plan {
    /// How many things change; what only follows from something else does not count.
    pub fn changes(&self) -> usize {
        self.steps.iter().filter(|step| !step.follows).count()
    }

    fn problem(&mut self, kind: Kind, name: &str, why: impl ToString) {
        self.problems.push((kind, name.to_owned(), why.to_string()));
    }
}

impl Kind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Certificate => "certificate",
            Self::Crl => "crl",
            Self::Delivery => "files",
            Self::Profile => "profile",
            Self::Revocation => "revocation",
            Self::Settings => "settings",
            Self::Truststore => "truststore",
        }
    }
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
