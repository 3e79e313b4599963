//! Looking for what is not as the journal says.

mod packs;
mod paths;

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use packs::Packs;
use paths::{metadata, names};

use super::files::{self, Contents};
use super::open::read_manifest;
use super::{Finding, Layout, Severity, State, Store, StoreError, decode_der, index, journal, keyfile};
use crate::x509::{Certificate, Csr, pem};

/// A finding, and how it is put right.
pub(super) struct Problem {
    pub(super) finding: Finding,
    pub(super) fix: Option<Fix>,
}

/// How a path is put right.
pub(super) enum Fix {
    /// Write the file.
    Content(Vec<u8>),
    /// Let the link name this.
    Link(String),
    /// Write `store.json`.
    Manifest,
    /// Give the private key mode 0600.
    KeyMode,
    /// Give the directory mode 0700.
    Mode,
    /// Remove the directory: the next command that wants it makes it again.
    Cache,
}

/// One look at a store.
pub(super) struct Inspection<'a> {
    layout: &'a Layout,
    state: &'a State,
    problems: Vec<Problem>,
}

impl Inspection<'_> {
    /// Looks at everything; where files are on their way, only at what does not need them, unless nothing `moves`.
    pub(super) fn run(store: &Store, moves: bool) -> Result<Vec<Problem>, StoreError> {
        let layout = store.layout();
        let (scan, head) = match store.sum_all() {
            Ok(found) => found,
            Err(StoreError::Damaged { path, line, why }) => {
                let what = line.map_or(why.clone(), |line| format!("line {line}: {why}"));
                return Ok(vec![Problem { finding: finding(Severity::Damage, path, what, false), fix: None }]);
            }
            Err(error) => return Err(error),
        };
        let mut inspection = Inspection { layout, state: &scan.state, problems: Vec::new() };
        for notice in scan.notices(&head) {
            let finding = finding(Severity::Warning, layout.journal(), format!("is unusual: {notice}"), true);
            inspection.problems.push(Problem { finding, fix: None });
        }
        inspection.manifest()?;
        inspection.index()?;
        inspection.directories()?;
        // While files are on their way, everything below would be called missing.
        if !(inspection.staging(moves)? && moves) {
            inspection.certificates()?;
            inspection.authorities()?;
        }
        Ok(inspection.problems)
    }

    fn manifest(&mut self) -> Result<(), StoreError> {
        let settings = read_manifest(self.layout)?.map(|manifest| manifest.settings);
        if self.state.seq > 0 && settings.as_ref() != Some(&self.state.settings) {
            let what = "differs from the settings in the journal";
            self.report(Severity::Damage, self.layout.manifest(), what, Some(Fix::Manifest));
        }
        Ok(())
    }

    fn index(&mut self) -> Result<(), StoreError> {
        let Some(journal) = journal::open(&self.layout.journal())? else { return Ok(()) };
        if let Some(what) = index::fault(self.layout, &journal)? {
            self.report(Severity::Warning, self.layout.cache(), what, Some(Fix::Cache));
        }
        Ok(())
    }

    fn directories(&mut self) -> Result<(), StoreError> {
        let layout = self.layout;
        let (authorities, issued, packed) = (layout.authorities(), layout.issued_root(), layout.packed());
        let top = [authorities, issued, packed, layout.profiles(), layout.public(), layout.staging()];
        self.directory(layout.root())?;
        top.iter().try_for_each(|dir| self.directory(dir).map(drop))
    }

    fn certificates(&mut self) -> Result<(), StoreError> {
        let state = self.state;
        let contents = Contents::of_all(state)?;
        // What is in the journal; what else is there was released without a record.
        let mut known: HashMap<String, BTreeSet<String>> = HashMap::new();
        let mut packs = Packs::default();
        state.for_each_in_lineage::<StoreError>(&mut |row, newest| {
            if row.pack > 0 {
                return packs.look(self, row, newest);
            }
            known.entry(row.lineage.to_owned()).or_default().insert(row.serial.to_owned());
            let dir = self.layout.issued(row.lineage, row.serial);
            self.directory(&dir)?;
            if let Some(record) = state.copy_by_serial(row.serial)? {
                self.contents(&dir, &contents.certificate(&record)?)?;
                // Of one that a newer one replaced, many a key is taken away on purpose.
                let gone = match newest {
                    true => (Severity::Damage, "is missing: put it back from a backup, or renew with a new key"),
                    false => (Severity::Warning, "is missing; its certificate is not the newest of its name"),
                };
                self.key(&dir.join("key.pem"), record.key.then_some(gone), || {
                    Certificate::from_der(&decode_der(&record.certificate)?)
                })?;
            }
            self.strays(&dir, &["cert.pem", "chain.pem", "fullchain.pem", "key.pem"])?;
            if newest {
                self.current(row.lineage, row.serial)?;
            }
            Ok(())
        })?;
        self.unknown_certificates(&known)?;
        packs.finish(self)
    }

    fn current(&mut self, lineage: &str, serial: &str) -> Result<(), StoreError> {
        let dir = self.layout.lineage(lineage);
        self.directory(&dir)?;
        let link = dir.join("current");
        if fs::read_link(&link).ok().as_deref() != Some(Path::new(serial)) {
            let what = format!("does not name the newest certificate, {serial}");
            self.report(Severity::Damage, link, what, Some(Fix::Link(serial.to_owned())));
        }
        Ok(())
    }

    /// Looks for certificates that are there without a record.
    fn unknown_certificates(&mut self, known: &HashMap<String, BTreeSet<String>>) -> Result<(), StoreError> {
        for lineage in names(&self.layout.issued_root())? {
            let dir = self.layout.lineage(&lineage);
            let Some(serials) = known.get(lineage.as_str()) else {
                self.unknown(dir, &lineage, "is not in the journal: it was released without a record");
                continue;
            };
            for name in names(&dir)? {
                if name != "current" && !serials.contains(name.as_str()) {
                    self.unknown(dir.join(&name), &name, "is not in the journal: it was released without a record");
                }
            }
        }
        Ok(())
    }

    fn authorities(&mut self) -> Result<(), StoreError> {
        let state = self.state;
        for (name, record) in &state.authorities {
            let dir = self.layout.authority(name);
            self.directory(&dir)?;
            self.contents(&dir, &files::authority(record)?)?;
            let elsewhere = (Severity::Warning, "is not here: as long as it is elsewhere, nothing is signed with it");
            self.key(&dir.join("key.pem"), record.key.then_some(elsewhere), || record.certificate())?;
            self.previous_keys(name)?;
            for (ending, bytes) in files::public(record)? {
                self.content(self.layout.public().join(format!("{name}.{ending}")), &bytes)?;
            }
            self.crls(name)?;
        }
        for (name, request) in &state.requested {
            let dir = self.layout.authority(name);
            self.directory(&dir)?;
            self.contents(&dir, &[files::request(request)?])?;
            let requested = || Csr::from_der(&decode_der(request)?);
            let gone = (Severity::Damage, "is missing, so that no certificate can be imported for its request");
            self.key_of(&dir.join("key.pem"), Some(gone), || Ok(requested()?.spki_der))?;
        }
        for name in names(&self.layout.authorities())? {
            let dir = self.layout.authority(&name);
            if state.authorities.contains_key(&name) || state.requested.contains_key(&name) {
                self.strays(&dir, &["ca.pem", "chain.pem", "csr.pem", "key.pem", "previous"])?;
            } else {
                self.unknown(dir, &name, "is an authority that is not in the journal");
            }
        }
        Ok(())
    }

    /// Looks at the keys that an authority had before.
    fn previous_keys(&mut self, authority: &str) -> Result<(), StoreError> {
        let dir = self.layout.previous_keys(authority);
        for name in names(&dir)? {
            let path = dir.join(name);
            if let Some(metadata) = metadata(&path)?
                && let Some(why) = keyfile::unsafe_key(&metadata, keyfile::MAX_SIZE)
            {
                self.report(Severity::Damage, path, why, keyfile::may_close(&metadata).then_some(Fix::KeyMode));
            }
        }
        Ok(())
    }

    fn crls(&mut self, authority: &str) -> Result<(), StoreError> {
        let standing = self.state.standing(authority);
        for (crl, delta) in [(standing.newest_full(), false), (standing.newest_delta(), true)] {
            let path = self.layout.crl(authority, delta);
            let Some(crl) = crl else {
                if metadata(&path)?.is_some() {
                    self.report(
                        Severity::Damage,
                        path,
                        "is not in the journal: it was released without a record",
                        None,
                    );
                }
                continue;
            };
            match files::crl(self.state, crl.seq, &crl.record) {
                Ok(der) => {
                    self.content(path.with_extension("crl.pem"), pem::encode("X509 CRL", &der).as_bytes())?;
                    self.content(path, &der)?;
                }
                Err(error) => self.report(Severity::Damage, path, error.to_string(), None),
            }
        }
        Ok(())
    }

    /// Tells what is in `staging/`; says whether files of recorded transactions are among it.
    fn staging(&mut self, moves: bool) -> Result<bool, StoreError> {
        let staging = self.layout.staging();
        let left = names(&staging)?;
        let seq = |name: &str| {
            let number = name.strip_suffix(".pending").or_else(|| name.strip_suffix(".key.pem"));
            number.and_then(|number| number.parse::<u64>().ok())
        };
        let recorded = left.iter().find(|name| seq(name).is_some_and(|seq| seq <= self.state.seq));
        if let Some(name) = recorded {
            let what = match moves {
                true => {
                    "belongs to a transaction that is recorded and whose files are not all in place: the next command that writes \
                     completes them, and then the rest can be looked at"
                }
                false => "belongs to a transaction that is recorded, and cannot be settled",
            };
            let finding = finding(Severity::Damage, staging.join(name), what, moves);
            self.problems.push(Problem { finding, fix: None });
        } else if let Some(first) = left.first() {
            let what = match left.len() {
                1 => "was left by a command that was stopped; the next one that writes settles it".to_owned(),
                count => format!(
                    "and {} more were left by a command that was stopped; the next one that writes settles it",
                    count - 1
                ),
            };
            let finding = finding(Severity::Warning, staging.join(first), what, true);
            self.problems.push(Problem { finding, fix: None });
        }
        Ok(recorded.is_some())
    }
}

fn finding(severity: Severity, path: impl Into<PathBuf>, what: impl Into<String>, repairable: bool) -> Finding {
    Finding { severity, path: path.into(), what: what.into(), repairable }
}
