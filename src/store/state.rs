//! What the journal adds up to.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::{AuthorityRecord, CertificateRecord, Entry, Settings, StoreError};

/// The sum of all journal lines.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Every certificate, in order of issuance.
    pub certificates: Vec<CertificateRecord>,
    /// The newest record of every usable authority, by name.
    pub authorities: BTreeMap<String, AuthorityRecord>,
    /// Requests of authorities that wait for their certificate, by name: DER in base64.
    pub requested: BTreeMap<String, String>,
    /// The settings as last changed.
    pub settings: Settings,
    /// Number of the last line; 0 before the first.
    pub seq: u64,
    /// SHA-256 of the last line, hex; 64 zeros before the first.
    pub head: String,
    /// The latest time in the journal.
    pub latest: Option<OffsetDateTime>,
}

impl State {
    /// Adds one line to the sum.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the line contradicts those before it.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let _ = entry;
        todo!()
    }

    /// The certificate with a serial (lower-case hex).
    pub fn by_serial(&self, serial: &str) -> Option<&CertificateRecord> {
        let _ = serial;
        todo!()
    }

    /// The certificates of a lineage, oldest first.
    pub fn lineage<'a>(&'a self, lineage: &'a str) -> impl Iterator<Item = &'a CertificateRecord> {
        self.certificates.iter().filter(move |record| record.lineage == lineage)
    }

    /// Whether a serial is taken.
    pub fn has_serial(&self, serial: &str) -> bool {
        self.by_serial(serial).is_some()
    }
}
