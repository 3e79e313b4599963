//! What the journal adds up to.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::delivery::{self, Deliveries};
use super::naming::{authority_name, is_serial, is_word};
use super::{AuthorityRecord, CertificateRecord, DeliveryRecord, Entry, Event, Revocations, Settings, StoreError};
use crate::x509::{RevokedEntry, Serial};

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
    /// SHA-256 of the last line, hex; 64 zeros before the first, empty in a state that did not come from a journal.
    pub head: String,
    /// The latest time in the journal.
    pub latest: Option<OffsetDateTime>,
    store_id: String,
    /// What is revoked, by authority.
    revocations: BTreeMap<String, Revocations>,
    deliveries: Deliveries,
    /// Certificates by serial.
    serials: HashMap<String, usize>,
    /// Every record of an authority, in order.
    history: Vec<AuthorityRecord>,
    /// Index in `history` of the newest record, by name.
    newest: HashMap<String, usize>,
    /// For every certificate the index in `history` of the authority that signed it.
    issuers: Vec<Option<usize>>,
    /// The transaction that is being added up, and how many certificates there were before it.
    tx: (u64, usize),
}

impl State {
    /// The sum of no lines.
    pub(super) fn empty() -> Self {
        Self { head: "0".repeat(64), ..Self::default() }
    }

    /// Adds one line to the sum.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the line contradicts those before it.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), StoreError> {
        self.absorb(entry.clone()).map_err(|why| StoreError::damaged("journal.jsonl", Some(entry.seq), why))
    }

    /// The certificate with a serial (lower-case hex).
    pub fn by_serial(&self, serial: &str) -> Option<&CertificateRecord> {
        self.certificates.get(*self.serials.get(serial)?)
    }

    /// The certificates of a lineage, oldest first.
    pub fn lineage<'a>(&'a self, lineage: &'a str) -> impl Iterator<Item = &'a CertificateRecord> {
        self.certificates.iter().filter(move |record| record.lineage == lineage)
    }

    /// Whether a serial is taken.
    pub fn has_serial(&self, serial: &str) -> bool {
        self.serials.contains_key(serial)
    }

    /// The store's id as the journal has it; empty before the first line.
    pub fn store_id(&self) -> &str {
        &self.store_id
    }

    /// Every record of an authority, oldest first: more than one after a rollover or a renewal.
    pub fn authority_history<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a AuthorityRecord> {
        self.history.iter().filter(move |record| record.authority == name)
    }

    /// The authority's record under which a certificate was signed; `None` for a self-signed leaf or an unknown authority.
    pub fn issuer_of(&self, serial: &str) -> Option<&AuthorityRecord> {
        self.history.get((*self.issuers.get(*self.serials.get(serial)?)?)?)
    }

    /// Where the files of a lineage were put, in the order in which that was first done.
    pub fn deliveries<'a>(&'a self, lineage: &str) -> impl Iterator<Item = &'a DeliveryRecord> + use<'a> {
        self.deliveries.of(lineage)
    }

    /// Where the files of all lineages were put, in no order.
    pub fn all_deliveries(&self) -> impl Iterator<Item = &DeliveryRecord> {
        self.deliveries.all()
    }

    /// What an authority has revoked; nothing for one that never did.
    pub fn revocations(&self, authority: &str) -> &Revocations {
        static NONE: LazyLock<Revocations> = LazyLock::new(Revocations::default);
        self.revocations.get(authority).unwrap_or(&NONE)
    }

    /// The revocation of a certificate, if it is revoked or on hold. `authority` signed it.
    pub fn revocation(&self, authority: &str, serial: &Serial) -> Option<&RevokedEntry> {
        self.revocations.get(authority)?.find(serial)
    }

    /// Adds one line; says why it cannot be.
    pub(super) fn absorb(&mut self, entry: Entry) -> Result<(), String> {
        if let Some(why) = self.contradiction(&entry.event, &HashSet::new()) {
            return Err(why);
        }
        let time =
            OffsetDateTime::parse(&entry.time, &Rfc3339).map_err(|_| "its time is no RFC 3339 instant".to_owned())?;
        self.latest = self.latest.max(Some(time));
        self.seq = entry.seq;
        if self.tx.0 != entry.tx {
            self.tx = (entry.tx, self.certificates.len());
        }
        match entry.event {
            Event::StoreCreated { store_id } => self.store_id = store_id,
            Event::AuthorityRequested { authority, request } => {
                self.requested.insert(authority, request);
            }
            Event::AuthorityAdded(record) => self.add_authority(record),
            Event::CertificateIssued(record) => {
                self.issuers.push(self.newest.get(&record.authority).copied());
                self.serials.insert(record.serial.clone(), self.certificates.len());
                self.certificates.push(record);
            }
            Event::CertificateImported(record) => {
                // The certificate of the authority that signed it, which need not be its newest.
                let signed = |authority: &AuthorityRecord| {
                    authority.authority == record.authority && record.chain.first() == Some(&authority.certificate)
                };
                self.issuers.push(self.history.iter().rposition(signed));
                self.serials.insert(record.serial.clone(), self.certificates.len());
                self.certificates.push(record);
            }
            Event::CertificateRevoked(record) => {
                self.revocations.entry(record.authority.clone()).or_default().revoke(entry.seq, &record)?;
            }
            Event::CertificateReleased { authority, serial } => {
                self.revocations.entry(authority).or_default().release(entry.seq, &serial, time)?;
            }
            Event::CrlIssued(record) => {
                self.revocations.entry(record.authority.clone()).or_default().publish(entry.seq, record)?;
            }
            Event::Delivered { deliveries } => deliveries.into_iter().for_each(|one| self.deliveries.add(one)),
            Event::DeliveryForgotten { lineage, path } => self.deliveries.forget(&lineage, &path),
            Event::CheckpointSigned(_) => {}
            Event::ClockAccepted { .. } => self.latest = Some(time),
            Event::SettingsChanged { settings } => self.settings = settings,
        }
        Ok(())
    }

    fn add_authority(&mut self, record: AuthorityRecord) {
        let index = self.history.len();
        // Certificates of the same transaction belong to it, whichever line came first.
        for (certificate, issuer) in self.certificates.iter().zip(&mut self.issuers).skip(self.tx.1) {
            if certificate.authority == record.authority {
                *issuer = Some(index);
            }
        }
        self.newest.insert(record.authority.clone(), index);
        self.requested.remove(&record.authority);
        self.authorities.insert(record.authority.clone(), record.clone());
        self.history.push(record);
    }

    /// Why an event cannot follow what is here and the authorities that its transaction adds; also keeps whatever becomes a
    /// path a safe word.
    pub(super) fn contradiction(&self, event: &Event, added: &HashSet<&str>) -> Option<String> {
        let begun = !self.store_id.is_empty();
        match event {
            Event::StoreCreated { .. } if begun => Some("the store began before".to_owned()),
            Event::StoreCreated { store_id } if store_id.is_empty() => Some("the store has no id".to_owned()),
            Event::StoreCreated { .. } => None,
            _ if !begun => Some("the journal does not begin with store-created".to_owned()),
            Event::AuthorityRequested { authority, .. } => unfit_authority(authority),
            Event::AuthorityAdded(record) => unfit_authority(&record.authority),
            Event::CertificateIssued(record) | Event::CertificateImported(record) => self.unfit_certificate(record),
            Event::CertificateRevoked(record) => self
                .unknown_authority(&record.authority, added)
                .or_else(|| record.entry().err())
                .or_else(|| self.revocations(&record.authority).contradiction(record)),
            Event::CertificateReleased { authority, serial } => self
                .unknown_authority(authority, added)
                .or_else(|| self.revocations(authority).release_contradiction(serial)),
            // The head is that before the transaction. A line may have been rewritten, and all hashes after it.
            Event::CheckpointSigned(record) if !self.head.is_empty() && record.head != self.head => Some(format!(
                "the checkpoint of authority {} tells of another line {}: that line, or one before it, was rewritten",
                record.authority, record.through
            )),
            Event::CheckpointSigned(record) => self.unknown_authority(&record.authority, added),
            Event::CrlIssued(record) => self
                .unknown_authority(&record.authority, added)
                .or_else(|| self.revocations(&record.authority).crl_contradiction(record)),
            Event::Delivered { deliveries } => deliveries.iter().find_map(unfit_delivery),
            Event::DeliveryForgotten { lineage, path } => unfit_lineage(lineage).or_else(|| delivery::unfit_path(path)),
            Event::ClockAccepted { latest } => {
                OffsetDateTime::parse(latest, &Rfc3339).err().map(|_| "its time is no RFC 3339 instant".to_owned())
            }
            Event::SettingsChanged { .. } => None,
        }
    }

    fn unknown_authority(&self, name: &str, added: &HashSet<&str>) -> Option<String> {
        let known = self.authorities.contains_key(name) || added.contains(name);
        (!known).then(|| "the authority is not in the store".to_owned())
    }
}

impl State {
    fn unfit_certificate(&self, record: &CertificateRecord) -> Option<String> {
        if !is_serial(&record.serial) {
            Some("the serial is not lower-case hex".to_owned())
        } else if self.has_serial(&record.serial) {
            Some(format!("the serial {} was issued before", record.serial))
        } else if let Some(why) = unfit_lineage(&record.lineage) {
            Some(why)
        } else if record.authority.is_empty() {
            None
        } else {
            unfit_authority(&record.authority)
        }
    }
}

fn unfit_delivery(record: &DeliveryRecord) -> Option<String> {
    let serial = (!is_serial(&record.serial)).then(|| "the serial is not lower-case hex".to_owned());
    serial.or_else(|| unfit_lineage(&record.lineage)).or_else(|| record.unfit())
}

fn unfit_lineage(name: &str) -> Option<String> {
    (!is_word(name)).then(|| "the lineage is no path-safe word".to_owned())
}

fn unfit_authority(name: &str) -> Option<String> {
    authority_name(name).err().map(|error| error.to_string())
}
