//! What an authority revoked and published: known at once as far as it was added up here, looked up where an index has it.

use std::sync::OnceLock;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::index::{Index, Kind, pair, term};
use super::revocation::Standing;
use super::{Entry, Event, Revocations, StoreError};
use crate::x509::{RevokedEntry, Serial};

/// The lines of one authority about revocation.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger {
    pub(super) standing: Standing,
    /// Lines after those of the index: number, what they say, when.
    recent: Vec<(u64, Event, OffsetDateTime)>,
    /// All lines; until somebody asks for them, those of the index are not read.
    all: OnceLock<Revocations>,
}

impl Ledger {
    /// One of which no line is in an index.
    pub(super) fn whole() -> Self {
        Self { all: OnceLock::from(Revocations::default()), ..Self::default() }
    }

    /// One whose lines so far are in the index.
    pub(super) fn resting(standing: Standing) -> Self {
        Self { standing, ..Self::default() }
    }

    /// Adds a line.
    pub(super) fn add(&mut self, seq: u64, event: Event, time: OffsetDateTime) -> Result<(), String> {
        self.standing.add(seq, &event)?;
        match self.all.get_mut() {
            Some(all) => all.add(seq, &event, time),
            None => {
                self.recent.push((seq, event, time));
                Ok(())
            }
        }
    }

    /// Everything.
    pub(super) fn all(&self, authority: &str, base: Option<&Index>) -> Result<&Revocations, StoreError> {
        if let Some(all) = self.all.get() {
            return Ok(all);
        }
        let lines = |base: &Index| base.find(term(Kind::Revocations, authority));
        let all = self.added_up(base.map(lines).transpose()?.unwrap_or_default(), base, &|event| {
            matches!(event, Event::CertificateRevoked(record) if record.authority == authority)
                || matches!(event, Event::CertificateReleased { authority: other, .. } if other == authority)
                || matches!(event, Event::CrlIssued(record) if record.authority == authority)
        })?;
        Ok(self.all.get_or_init(|| all))
    }

    /// What is said of one certificate.
    pub(super) fn find(
        &self,
        authority: &str,
        serial: &Serial,
        base: Option<&Index>,
    ) -> Result<Option<RevokedEntry>, StoreError> {
        self.ask(authority, serial, base, |known| known.find(serial).cloned())
    }

    /// The line that last revoked or released one certificate.
    pub(super) fn changed_at(
        &self,
        authority: &str,
        serial: &Serial,
        base: Option<&Index>,
    ) -> Result<Option<u64>, StoreError> {
        self.ask(authority, serial, base, |known| known.changed_at(serial))
    }

    /// Asks what knows at least the lines about one certificate.
    fn ask<T>(
        &self,
        authority: &str,
        serial: &Serial,
        base: Option<&Index>,
        question: impl FnOnce(&Revocations) -> T,
    ) -> Result<T, StoreError> {
        if let Some(all) = self.all.get() {
            return Ok(question(all));
        }
        let hex = serial.hex();
        let lines = |base: &Index| base.find(pair(Kind::Revoked, authority, &hex));
        let of_it = self.added_up(base.map(lines).transpose()?.unwrap_or_default(), base, &|event| {
            matches!(event, Event::CertificateRevoked(record) if record.authority == authority && record.serial == hex)
                || matches!(event, Event::CertificateReleased { authority: other, serial } if other == authority && *serial == hex)
        })?;
        Ok(question(&of_it))
    }

    fn added_up(
        &self,
        lines: Vec<u64>,
        base: Option<&Index>,
        fits: &dyn Fn(&Event) -> bool,
    ) -> Result<Revocations, StoreError> {
        let mut sum = Revocations::default();
        for seq in lines {
            let Some(base) = base else { break };
            let Entry { event, time, .. } = base.entry(seq)?;
            let wrong = |why: String| StoreError::damaged("journal.jsonl", Some(seq), why);
            let time = OffsetDateTime::parse(&time, &Rfc3339).map_err(|error| wrong(error.to_string()))?;
            if fits(&event) {
                sum.add(seq, &event, time).map_err(wrong)?;
            }
        }
        for (seq, event, time) in self.recent.iter().filter(|(_, event, _)| fits(event)) {
            sum.add(*seq, event, *time).map_err(StoreError::Invalid)?;
        }
        Ok(sum)
    }
}
