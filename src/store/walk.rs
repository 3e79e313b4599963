//! Walking through all certificates of a store.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::{AuthorityRecord, CertificateBrief, CertificateRow, State, StoreError};

impl State {
    /// Calls back with what lists need of every certificate, in order of issuance.
    ///
    /// # Errors
    /// What `visit` gives; [`StoreError::Io`], [`StoreError::Damaged`] for the index.
    pub fn for_each_certificate<E: From<StoreError>>(
        &self,
        visit: &mut impl FnMut(&CertificateRow<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.for_each_with_issuer(&mut |row, _| visit(row))
    }

    /// As [`State::for_each_certificate`], with the authority's record under which it was signed: see [`State::issuer_of`].
    ///
    /// # Errors
    /// As there.
    pub fn for_each_with_issuer<E: From<StoreError>>(
        &self,
        visit: &mut impl FnMut(&CertificateRow<'_>, Option<&AuthorityRecord>) -> Result<(), E>,
    ) -> Result<(), E> {
        let record = |place: Option<usize>| place.and_then(|place| self.history.get(place));
        if let Some(base) = self.base() {
            base.rows(&mut |place, row| visit(row, record(place)))?;
        }
        self.tail.iter().try_for_each(|(certificate, place)| visit(&certificate.row(), record(place)))
    }

    /// Calls back with the least of every certificate, in order of issuance.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Damaged`] for the index.
    pub fn for_each_brief(&self, visit: &mut impl FnMut(&CertificateBrief<'_>)) -> Result<(), StoreError> {
        if let Some(base) = self.base() {
            base.briefs(visit)?;
        }
        self.tail.iter().for_each(|(certificate, _)| visit(&certificate.brief()));
        Ok(())
    }

    /// As [`State::for_each_certificate`], with whether the certificate is the newest of its lineage.
    ///
    /// # Errors
    /// As there.
    pub fn for_each_in_lineage<E: From<StoreError>>(
        &self,
        visit: &mut impl FnMut(&CertificateRow<'_>, bool) -> Result<(), E>,
    ) -> Result<(), E> {
        // Names may be long, and there may be a million of them: a hash that nobody can aim at tells them apart.
        let hasher = RandomState::new();
        let mut newest: HashMap<u64, u64> = HashMap::new();
        let mut place = 0;
        self.for_each_brief(&mut |brief| {
            newest.insert(hasher.hash_one(brief.lineage), place);
            place += 1;
        })?;
        place = 0;
        self.for_each_certificate(&mut |row| {
            let is_newest = newest.get(&hasher.hash_one(row.lineage)) == Some(&place);
            place += 1;
            visit(row, is_newest)
        })
    }
}
