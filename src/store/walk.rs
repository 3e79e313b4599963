//! Walking through all certificates of a store.

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
    /// As [`State::for_each_certificate`].
    pub fn for_each_brief<E: From<StoreError>>(
        &self,
        visit: &mut impl FnMut(&CertificateBrief<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if let Some(base) = self.base() {
            base.briefs(visit)?;
        }
        self.tail.iter().try_for_each(|(certificate, _)| visit(&certificate.brief()))
    }

    /// How many certificates there are, as far as room can be made for them.
    pub fn expected(&self) -> usize {
        usize::try_from(self.certificate_count()).unwrap_or_default()
    }

    /// Whether each certificate is the newest of its lineage, in order of issuance; `also` sees the least of each meanwhile.
    ///
    /// # Errors
    /// As [`State::for_each_certificate`].
    pub fn newest<E: From<StoreError>>(
        &self,
        also: &mut impl FnMut(&CertificateBrief<'_>) -> Result<(), E>,
    ) -> Result<Vec<bool>, E> {
        // Names may be long, and there may be a million of them: a hash that nobody can aim at tells them apart, and sorting is
        // quicker than a map.
        let hasher = RandomState::new();
        let mut lineages: Vec<(u64, usize)> = Vec::with_capacity(self.expected());
        self.for_each_brief(&mut |brief| {
            lineages.push((hasher.hash_one(brief.lineage), lineages.len()));
            also(brief)
        })?;
        let mut newest = vec![true; lineages.len()];
        lineages.sort_unstable();
        for pair in lineages.windows(2) {
            if let [(one, place), (next, _)] = pair
                && one == next
                && let Some(newest) = newest.get_mut(*place)
            {
                *newest = false;
            }
        }
        Ok(newest)
    }

    /// As [`State::for_each_certificate`], with whether the certificate is the newest of its lineage.
    ///
    /// # Errors
    /// As there.
    pub fn for_each_in_lineage<E: From<StoreError>>(
        &self,
        visit: &mut impl FnMut(&CertificateRow<'_>, bool) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut newest = self.newest(&mut |_| Ok::<_, E>(()))?.into_iter();
        self.for_each_certificate(&mut |row| visit(row, newest.next().unwrap_or_default()))
    }
}
