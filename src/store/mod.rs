//! The store: a directory with a journal that is its only truth.
//!
//! Reading never locks. Every write goes through a [`Writer`], which exists only while the exclusive lock is held;
//! [`Writer::commit`] records in the journal first and lets files appear after.

pub mod atomic;
mod authority_files;
mod backup;
mod check;
mod checkpoint;
mod commit;
mod create;
mod delivery;
mod error;
mod event;
#[cfg(test)]
mod faults;
mod files;
mod flush;
mod head;
mod index;
mod inspection;
mod io;
mod journal;
mod keyfile;
mod layout;
mod ledger;
mod lock;
mod manifest;
mod naming;
mod open;
mod pack;
mod reading;
mod recovery;
mod release;
mod restore;
mod revocation;
mod rollover;
mod row;
mod state;
mod tail;
#[cfg(test)]
mod tests;
mod walk;
mod writer;

pub use backup::Backup;
pub use check::{Finding, Severity};
pub use checkpoint::CheckpointRecord;
pub use create::rebuild_manifest;
pub use delivery::{DeliveryForm, DeliveryRecord, bundle_files};
pub use error::StoreError;
pub use event::{AuthorityRecord, CertificateRecord, Entry, Event, decode_der, encode_der, encode_request};
pub use io::open_file;
pub use journal::{JournalReport, parse_journal};
pub use layout::Layout;
pub use lock::{Held, hold};
pub use manifest::{CrlSchedule, Manifest, Settings};
pub use naming::{authority_name, lineage_name, lineage_word};
pub use open::Store;
pub use pack::{Filing, Packed};
pub use recovery::Notice;
pub use restore::restore;
pub use revocation::{CrlRecord, CrlScope, IssuedCrl, RevocationRecord, Revocations, Standing};
pub use rollover::Rollover;
pub use row::{CertificateBrief, CertificateRow};
pub use state::State;
pub use writer::{Draft, Writer};
