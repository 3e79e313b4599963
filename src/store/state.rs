//! What the journal adds up to.

mod contradiction;
mod lookup;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::delivery::Deliveries;
use super::index::{Index, Summary};
use super::ledger::Ledger;
use super::tail::Tail;
use super::{AuthorityRecord, Entry, Event, Settings, StoreError};

/// The sum of all journal lines. What a long journal says of certificates, revocations and deliveries is looked up in its index
/// when it is asked for, which can fail.
#[derive(Debug, Clone, Default)]
pub struct State {
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
    /// What the lines up to a certain one add up to, on disk.
    base: Option<Arc<Index>>,
    /// The certificates of the lines after those.
    pub(super) tail: Tail,
    /// Revocations and CRLs, by authority.
    ledgers: BTreeMap<String, Ledger>,
    /// Deliveries of the lines after those of `base`.
    deliveries: Deliveries,
    /// Every record of an authority, in order.
    pub(super) history: Vec<AuthorityRecord>,
    /// Index in `history` of the newest record, by name.
    newest: HashMap<String, usize>,
    /// The transaction that is being added up, and how many certificates of the tail there were before it.
    tx: (u64, usize),
}

impl State {
    /// The sum of no lines.
    pub(super) fn empty() -> Self {
        Self { head: "0".repeat(64), ..Self::default() }
    }

    /// The sum of the lines of an index.
    pub(super) fn resting_on(index: Arc<Index>) -> Result<Self, StoreError> {
        let Summary { seq, head, store_id, settings, history, requested, standing, latest, .. } = index.summary.clone();
        let parse = |text: String| OffsetDateTime::parse(&text, &Rfc3339);
        let latest = latest.map(parse).transpose().map_err(|error| StoreError::Invalid(error.to_string()))?;
        let mut state = Self { seq, head, store_id, settings, requested, latest, ..Self::default() };
        for (place, record) in history.iter().enumerate() {
            state.newest.insert(record.authority.clone(), place);
            state.authorities.insert(record.authority.clone(), record.clone());
        }
        state.history = history;
        state.ledgers = standing.into_iter().map(|(name, standing)| (name, Ledger::resting(standing))).collect();
        state.base = Some(index);
        Ok(state)
    }

    /// What an index is to know of the lines up to here, but where they are.
    pub(super) fn summary(&self) -> Result<Summary, StoreError> {
        let format = |latest: OffsetDateTime| latest.format(&Rfc3339);
        let latest = self.latest.map(format).transpose().map_err(|error| StoreError::Invalid(error.to_string()))?;
        let mut pending: Vec<_> = self.pending_deliveries().cloned().collect();
        pending.sort_by(|a, b| (a.site(), &a.lineage).cmp(&(b.site(), &b.lineage)));
        Ok(Summary {
            version: 0,
            store_id: self.store_id.clone(),
            seq: self.seq,
            head: self.head.clone(),
            bytes: 0,
            certificates: self.certificate_count(),
            latest,
            settings: self.settings.clone(),
            history: self.history.clone(),
            requested: self.requested.clone(),
            standing: self.ledgers.iter().map(|(name, ledger)| (name.clone(), ledger.standing.clone())).collect(),
            pending,
            segments: Vec::new(),
            check: String::new(),
        })
    }

    /// The index that it rests on.
    pub(super) fn base(&self) -> Option<&Index> {
        self.base.as_deref()
    }

    /// How many lines there are that no index knows.
    pub(super) fn recent_lines(&self) -> u64 {
        self.seq - self.base().map_or(0, |base| base.summary.seq)
    }

    /// The authority's place in the history under which a certificate of the lines that no index knows was signed.
    pub(super) fn recent_issuer(&self, serial: &str) -> Option<usize> {
        self.tail.issuer(serial)
    }

    /// Lets go of the certificates of the lines so far but for their serials: those who add up a long journal keep them
    /// elsewhere. Gives the places in the history of those who signed them.
    pub(super) fn shed(&mut self) -> Vec<Option<usize>> {
        self.tx.1 = 0;
        self.tail.shed()
    }

    /// Adds one line to the sum.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the line contradicts those before it.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), StoreError> {
        self.absorb(entry.clone()).map_err(|why| StoreError::damaged("journal.jsonl", Some(entry.seq), why))
    }

    /// How many certificates there are.
    pub fn certificate_count(&self) -> u64 {
        self.base().map_or(0, |base| base.summary.certificates) + self.tail.count()
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
            self.tx = (entry.tx, self.tail.len());
        }
        let authority = match &entry.event {
            Event::CertificateRevoked(record) => Some(record.authority.clone()),
            Event::CertificateReleased { authority, .. } => Some(authority.clone()),
            Event::CrlIssued(record) => Some(record.authority.clone()),
            _ => None,
        };
        if let Some(authority) = authority {
            return self.ledgers.entry(authority).or_insert_with(Ledger::whole).add(entry.seq, entry.event, time);
        }
        match entry.event {
            Event::StoreCreated { store_id } => self.store_id = store_id,
            Event::AuthorityRequested { authority, request } => {
                self.requested.insert(authority, request);
            }
            Event::AuthorityAdded(record) => self.add_authority(record),
            Event::CertificateIssued(record) => {
                let issuer = self.newest.get(&record.authority).copied();
                self.tail.push(record, issuer);
            }
            Event::CertificateImported(record) => {
                // The certificate of the authority that signed it, which need not be its newest.
                let signed = |authority: &AuthorityRecord| {
                    authority.authority == record.authority && record.chain.first() == Some(&authority.certificate)
                };
                let issuer = self.history.iter().rposition(signed);
                self.tail.push(record, issuer);
            }
            Event::Delivered { deliveries } => deliveries.into_iter().for_each(|one| self.deliveries.add(one)),
            Event::DeliveryForgotten { lineage, path } => self.deliveries.forget(&lineage, &path),
            Event::ClockAccepted { .. } => self.latest = Some(time),
            Event::SettingsChanged { settings } => self.settings = settings,
            Event::CertificateReleased { .. }
            | Event::CertificateRevoked(_)
            | Event::CheckpointSigned(_)
            | Event::CrlIssued(_) => {}
        }
        Ok(())
    }

    fn add_authority(&mut self, record: AuthorityRecord) {
        let index = self.history.len();
        // Certificates of the same transaction belong to it, whichever line came first.
        self.tail.adopt(self.tx.1, &record.authority, index);
        self.newest.insert(record.authority.clone(), index);
        self.requested.remove(&record.authority);
        self.authorities.insert(record.authority.clone(), record.clone());
        self.history.push(record);
    }
}
