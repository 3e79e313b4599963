//! What a plan is made of.

use std::path::PathBuf;

use crate::keys::Algorithm;
use crate::store::{CertificateRecord, DeliveryRecord, Settings};
use crate::x509::Certificate;

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

    pub(super) fn problem(&mut self, kind: Kind, name: &str, why: impl ToString) {
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
