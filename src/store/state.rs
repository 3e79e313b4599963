//! What the journal adds up to.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::delivery::{self, Deliveries};
use super::index::{Index, Kind, Summary, term};
use super::ledger::Ledger;
use super::naming::{authority_name, is_serial, is_word};
use super::revocation::{self, Standing};
use super::tail::Tail;
use super::{AuthorityRecord, CertificateRecord, DeliveryRecord, Entry, Event, Revocations, Settings, StoreError};
use crate::x509::{RevokedEntry, Serial};

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

    /// The certificates, recent ones included, that a term finds and `fits` takes, oldest first.
    fn all_found(
        &self,
        kind: Kind,
        text: &str,
        fits: &dyn Fn(&CertificateRecord) -> bool,
    ) -> Result<Vec<&CertificateRecord>, StoreError> {
        let mut found = self.found(kind, text, fits)?;
        found.extend(self.tail.iter().map(|(record, _)| record).filter(|record| fits(record)));
        Ok(found)
    }

    /// The certificates of the index that a term finds and `fits` takes, oldest first.
    fn found(
        &self,
        kind: Kind,
        text: &str,
        fits: &dyn Fn(&CertificateRecord) -> bool,
    ) -> Result<Vec<&CertificateRecord>, StoreError> {
        let mut found = Vec::new();
        if let Some(base) = self.base() {
            for line in base.find(term(kind, text))? {
                found.extend(base.certificate(line)?.filter(|record| fits(record)));
            }
        }
        Ok(found)
    }

    /// The certificate with a serial (lower-case hex).
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Damaged`] for the index.
    pub fn by_serial(&self, serial: &str) -> Result<Option<&CertificateRecord>, StoreError> {
        match self.tail.by_serial(serial) {
            Some(record) => Ok(Some(record)),
            None => match self.line_of(serial)? {
                Some((base, line)) => base.certificate(line),
                None => Ok(None),
            },
        }
    }

    /// A copy of the certificate with a serial, for those who look at very many and keep few.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Damaged`] for the index.
    pub fn copy_by_serial(&self, serial: &str) -> Result<Option<CertificateRecord>, StoreError> {
        match self.tail.by_serial(serial) {
            Some(record) => Ok(Some(record.clone())),
            None => match self.line_of(serial)? {
                Some((base, line)) => base.read(line),
                None => Ok(None),
            },
        }
    }

    fn line_of(&self, serial: &str) -> Result<Option<(&Index, u64)>, StoreError> {
        let Some(base) = self.base() else { return Ok(None) };
        Ok(base.line_of(serial)?.map(|line| (base, line)))
    }

    /// The certificates of a lineage, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Damaged`] for the index.
    pub fn lineage(&self, lineage: &str) -> Result<Vec<&CertificateRecord>, StoreError> {
        let mut found = self.found(Kind::Lineage, lineage, &|record| record.lineage == lineage)?;
        found.extend(self.tail.lineage(lineage));
        Ok(found)
    }

    /// The certificates with a key, oldest first; `sha256` of its `SubjectPublicKeyInfo`, lower-case hex.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Damaged`] for the index.
    pub fn by_key(&self, sha256: &str) -> Result<Vec<&CertificateRecord>, StoreError> {
        self.all_found(Kind::Key, sha256, &|record| record.key_sha256 == sha256)
    }

    /// The certificates with a subject, as shown to people, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Damaged`] for the index.
    pub fn by_subject(&self, subject: &str) -> Result<Vec<&CertificateRecord>, StoreError> {
        self.all_found(Kind::Subject, subject, &|record| record.subject == subject)
    }

    /// Whether a serial is taken.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Damaged`] for the index.
    pub fn has_serial(&self, serial: &str) -> Result<bool, StoreError> {
        Ok(self.tail.has_serial(serial) || self.line_of(serial)?.is_some())
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
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Damaged`] for the index.
    pub fn issuer_of(&self, serial: &str) -> Result<Option<&AuthorityRecord>, StoreError> {
        if self.tail.by_serial(serial).is_some() {
            return Ok(self.tail.issuer(serial).and_then(|place| self.history.get(place)));
        }
        let Some(base) = self.base() else { return Ok(None) };
        let Some(line) = base.line_of(serial)? else { return Ok(None) };
        Ok(base.issuer(line)?.and_then(|place| self.history.get(place)))
    }

    /// Where the files of a lineage were put, in the order in which that was first done, unless another one had the place
    /// meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Damaged`] for the index.
    pub fn deliveries(&self, lineage: &str) -> Result<Vec<DeliveryRecord>, StoreError> {
        let before = self.base().map(|base| deliveries_before(base, lineage)).transpose()?;
        Ok(self.deliveries.of(lineage, before.unwrap_or_default()))
    }

    /// Where the files of all lineages were put, in no order. Reads every line of a long journal that is not a certificate's.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Damaged`] for the index.
    pub fn all_deliveries(&self) -> Result<Vec<DeliveryRecord>, StoreError> {
        let mut before = Deliveries::default();
        if let Some(base) = self.base() {
            base.for_each_other(&mut |event| match event {
                Event::Delivered { deliveries } => deliveries.into_iter().for_each(|one| before.add(one)),
                Event::DeliveryForgotten { lineage, path } => before.forget(&lineage, &path),
                _ => {}
            })?;
        }
        Ok(self.deliveries.all(before.all(Vec::new())))
    }

    /// The deliveries that are pending, in no order.
    pub fn pending_deliveries(&self) -> impl Iterator<Item = &DeliveryRecord> {
        self.deliveries.pending(self.base().map_or(&[], |base| &base.summary.pending))
    }

    /// What an authority has revoked; nothing for one that never did.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Damaged`] for the index.
    pub fn revocations(&self, authority: &str) -> Result<&Revocations, StoreError> {
        static NONE: LazyLock<Revocations> = LazyLock::new(Revocations::default);
        self.ledgers.get(authority).map_or(Ok(&NONE), |ledger| ledger.all(authority, self.base()))
    }

    /// What the CRLs of an authority are at.
    pub fn standing(&self, authority: &str) -> &Standing {
        static NONE: LazyLock<Standing> = LazyLock::new(Standing::default);
        self.ledgers.get(authority).map_or(&NONE, |ledger| &ledger.standing)
    }

    /// The revocation of a certificate, if it is revoked or on hold. `authority` signed it. Before many are asked for,
    /// [`State::revocations`] makes that fast.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Damaged`] for the index.
    pub fn revocation(&self, authority: &str, serial: &Serial) -> Result<Option<RevokedEntry>, StoreError> {
        self.ledgers.get(authority).map_or(Ok(None), |ledger| ledger.find(authority, serial, self.base()))
    }

    /// As [`State::revocation`], for a serial as the journal has it; nothing for what is no serial.
    ///
    /// # Errors
    /// As there.
    pub fn revocation_of(&self, authority: &str, serial: &str) -> Result<Option<RevokedEntry>, StoreError> {
        revocation::read_serial(serial).map_or(Ok(None), |serial| self.revocation(authority, &serial))
    }

    /// Makes [`State::revocation`] fast for everything that any authority signed.
    ///
    /// # Errors
    /// As there.
    pub fn load_revocations(&self) -> Result<(), StoreError> {
        self.ledgers.iter().try_for_each(|(name, ledger)| ledger.all(name, self.base()).map(drop))
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
                .or_else(|| match self.said_of(&record.authority, &record.serial) {
                    Ok(found) => revocation::revoke_contradiction(record, found.as_ref()),
                    Err(why) => Some(why),
                }),
            Event::CertificateReleased { authority, serial } => {
                self.unknown_authority(authority, added).or_else(|| match self.said_of(authority, serial) {
                    Ok(found) => revocation::release_contradiction(serial, found.as_ref()),
                    Err(why) => Some(why),
                })
            }
            // The head is that before the transaction. A line may have been rewritten, and all hashes after it.
            Event::CheckpointSigned(record) if !self.head.is_empty() && record.head != self.head => Some(format!(
                "the checkpoint of authority {} tells of another line {}: that line, or one before it, was rewritten",
                record.authority, record.through
            )),
            Event::CheckpointSigned(record) => self.unknown_authority(&record.authority, added),
            Event::CrlIssued(record) => self
                .unknown_authority(&record.authority, added)
                .or_else(|| self.standing(&record.authority).contradiction(record)),
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

    /// What is said of a serial as a line has it.
    fn said_of(&self, authority: &str, serial: &str) -> Result<Option<RevokedEntry>, String> {
        let serial = revocation::read_serial(serial)?;
        self.revocation(authority, &serial).map_err(|error| error.to_string())
    }
}

impl State {
    fn taken(&self, serial: &str) -> Option<String> {
        match self.has_serial(serial) {
            Ok(taken) => taken.then(|| format!("the serial {serial} was issued before")),
            Err(error) => Some(error.to_string()),
        }
    }

    fn unfit_certificate(&self, record: &CertificateRecord) -> Option<String> {
        if !is_serial(&record.serial) {
            Some("the serial is not lower-case hex".to_owned())
        } else if let Some(why) = self.taken(&record.serial) {
            Some(why)
        } else if let Some(why) = unfit_lineage(&record.lineage) {
            Some(why)
        } else if record.authority.is_empty() {
            None
        } else {
            unfit_authority(&record.authority)
        }
    }
}

/// Where the lines of an index put the files of a lineage.
fn deliveries_before(base: &Index, lineage: &str) -> Result<Vec<DeliveryRecord>, StoreError> {
    let mut sum = Deliveries::default();
    for line in base.find(term(Kind::Deliveries, lineage))? {
        match base.entry(line)?.event {
            Event::Delivered { deliveries } => {
                deliveries.into_iter().filter(|one| one.lineage == lineage).for_each(|one| sum.add(one));
            }
            Event::DeliveryForgotten { lineage: other, path } if other == lineage => sum.forget(lineage, &path),
            _ => {}
        }
    }
    let mut found = sum.of(lineage, Vec::new());
    // Another lineage may have taken a place since.
    let mut failure = None;
    found.retain(|record| match last_at(base, &record.site()) {
        Ok(last) => last.is_none_or(|last| last == lineage),
        Err(error) => {
            failure = Some(error);
            true
        }
    });
    failure.map_or(Ok(found), Err)
}

/// The lineage whose files were put in a place last.
fn last_at(base: &Index, site: &str) -> Result<Option<String>, StoreError> {
    for line in base.find(term(Kind::Site, site))?.into_iter().rev() {
        if let Event::Delivered { deliveries } = base.entry(line)?.event
            && let Some(last) = deliveries.into_iter().rev().find(|one| one.site() == site)
        {
            return Ok(Some(last.lineage));
        }
    }
    Ok(None)
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
