//! The certificates of the lines that no index knows.

use std::collections::{HashMap, HashSet};

use ring::digest::{SHA256, digest};

use super::CertificateRecord;

/// Certificates in order, and ways to find them.
#[derive(Debug, Clone, Default)]
pub(super) struct Tail {
    records: Vec<CertificateRecord>,
    /// For every certificate the place in the authorities' history of who signed it.
    issuers: Vec<Option<usize>>,
    serials: HashMap<String, usize>,
    lineages: HashMap<String, Vec<usize>>,
    /// What was let go: hashes of the serials.
    gone: HashSet<u128>,
}

impl Tail {
    pub(super) fn push(&mut self, record: CertificateRecord, issuer: Option<usize>) {
        let index = self.records.len();
        self.serials.insert(record.serial.clone(), index);
        match self.lineages.get_mut(&record.lineage) {
            Some(indices) => indices.push(index),
            None => {
                self.lineages.insert(record.lineage.clone(), vec![index]);
            }
        }
        self.issuers.push(issuer);
        self.records.push(record);
    }

    /// How many are at hand.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// How many there are, with those that were let go.
    pub(super) fn count(&self) -> u64 {
        (self.records.len() + self.gone.len()) as u64
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&CertificateRecord, Option<usize>)> {
        self.records.iter().zip(self.issuers.iter().copied())
    }

    pub(super) fn by_serial(&self, serial: &str) -> Option<&CertificateRecord> {
        self.records.get(*self.serials.get(serial)?)
    }

    pub(super) fn has_serial(&self, serial: &str) -> bool {
        self.serials.contains_key(serial) || (!self.gone.is_empty() && self.gone.contains(&short(serial)))
    }

    pub(super) fn issuer(&self, serial: &str) -> Option<usize> {
        *self.issuers.get(*self.serials.get(serial)?)?
    }

    pub(super) fn lineage(&self, lineage: &str) -> impl Iterator<Item = &CertificateRecord> {
        self.lineages.get(lineage).into_iter().flatten().filter_map(|index| self.records.get(*index))
    }

    /// Lets an authority have signed those from an index on that name it.
    pub(super) fn adopt(&mut self, from: usize, authority: &str, place: usize) {
        for (record, issuer) in self.records.iter().zip(&mut self.issuers).skip(from) {
            if record.authority == authority {
                *issuer = Some(place);
            }
        }
    }

    /// Lets them go, but for their serials; gives who signed them.
    pub(super) fn shed(&mut self) -> Vec<Option<usize>> {
        self.gone.extend(self.records.iter().map(|record| short(&record.serial)));
        self.records.clear();
        self.serials.clear();
        self.lineages.clear();
        std::mem::take(&mut self.issuers)
    }
}

fn short(serial: &str) -> u128 {
    let hash = digest(&SHA256, serial.as_bytes());
    hash.as_ref().iter().take(16).fold(0, |sum, byte| sum << 8 | u128::from(*byte))
}
