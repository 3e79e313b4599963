//! One file that describes a whole PKI, and what has to be done so that it is as described.
//!
//! [`Manifest`] is what a person wrote, read strictly. [`plan()`] compares it with a store and with the files that are there, and
//! says what to do: it is pure, so that a plan can be shown, tested and thrown away. Doing it is the business of the command
//! line, which alone touches files outside the store. [`describe()`] goes the other way, from a store to a manifest.

mod check;
mod describe;
mod document;
mod field;
mod model;
mod places;
mod plan;
mod schema;
mod starter;
mod write;

pub use describe::{Description, describe};
pub use document::{MAX_SIZE, Notation};
pub use model::{
    Authority, Certificate, CrlOutput, CrlTerms, Defaults, Delivery, Manifest, Place, ProfileText, Revocation,
    StoreFormat, StoreSettings, TrustFormat, Truststore,
};
use plan::written_for;
pub use plan::{
    Action, Asked, AuthorityWork, CertificateWork, CrlWork, DeliveryWork, KeyChoice, Kind, Plan, Pruned,
    RevocationWork, Seen, Situation, Step, TruststoreWork, Work, authority_request, certificate_request, plan,
};
pub use schema::schema;
pub use starter::starter;
pub use write::write;

/// Why a manifest cannot be used: one sentence, with line, column and the nearest known word where there is one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ManifestError(pub String);
