//! What is asked of a state: certificates, deliveries, revocations.

use std::sync::LazyLock;

use super::State;
use crate::store::delivery::Deliveries;
use crate::store::index::{Index, Kind, term};
use crate::store::revocation::{self, Standing};
use crate::store::{AuthorityRecord, CertificateRecord, DeliveryRecord, Event, Revocations, StoreError};
use crate::x509::{RevokedEntry, Serial};

impl State {
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
    pub fn authority_history<'a>(&'a self, name: &'a str) -> impl DoubleEndedIterator<Item = &'a AuthorityRecord> {
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

    /// Whether a certificate was revoked or released and none of its authority's CRLs says so yet.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Damaged`] for the index.
    pub fn is_unpublished(&self, authority: &str, serial: &Serial) -> Result<bool, StoreError> {
        let Some(ledger) = self.ledgers.get(authority) else { return Ok(false) };
        let published = ledger.standing.newest().map_or(0, |newest| newest.seq);
        Ok(ledger.changed_at(authority, serial, self.base())?.is_some_and(|line| line > published))
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
