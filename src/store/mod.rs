//! The store: a directory with a journal that is its only truth.
//!
//! Reading never locks. Every write goes through a [`Writer`], which exists only while the exclusive lock is held;
//! [`Writer::commit`] records in the journal first and lets files appear after.

pub mod atomic;
mod encoding;
mod error;
mod event;
mod journal;
mod layout;
mod lock;
mod manifest;
mod recovery;
mod state;
mod writer;

pub use encoding::{decode_der, encode_der};
pub use error::StoreError;
pub use event::{AuthorityRecord, CertificateRecord, Entry, Event, encode_request};
pub use layout::{Layout, authority_name, lineage_name};
pub use manifest::{Manifest, Settings};
pub use recovery::Notice;
pub use state::State;
pub use writer::{Draft, Store, Writer};
