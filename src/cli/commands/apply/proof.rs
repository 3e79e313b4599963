//! That a passphrase is the one that it was, and that every key is at hand before an authority is made anew. A slip of the finger in a
//! source would otherwise lock a new key away under a word that nobody knows, beside others that have the right one.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::keys::{Keys, Search};
use super::secrets;
use crate::ca;
use crate::cli::CliError;
use crate::keys::{KeyError, KeyFile, KeyOutline, Secret};
use crate::manifest::{Authority, AuthorityWork, Certificate, Plan, Step, Work};

/// Keys under one source that are tried: a passphrase that opens one of them is no slip of the finger.
const MOST_WITNESSES: usize = 3;
/// Keys that cannot be opened, of which a refusal tells.
const MOST_TOLD: usize = 5;

const HINT: &str = "correct what the source gives; to change a passphrase, change that of the old key first, with \
                    \"certwright key convert KEY --out KEY --new-passphrase SRC --force\"";

impl Search<'_> {
    /// Proves a passphrase that is read from somewhere: one that a person types is typed twice.
    ///
    /// # Errors
    /// Those of `check`.
    pub(super) fn prove(
        &self,
        source: Option<&str>,
        secret: Option<&Secret>,
        check: impl FnOnce(&str, &Secret) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        match (source.filter(|source| *source != "prompt"), secret) {
            (Some(source), Some(secret)) => check(source, secret),
            _ => Ok(()),
        }
    }

    /// Refuses a passphrase for an authority's new key that does not open the key that it replaces; for one that replaces none,
    /// keys of other authorities whose passphrase comes from the same source.
    ///
    /// # Errors
    /// Names what it does not open.
    pub(super) fn prove_authority(&self, name: &str, source: &str, secret: &Secret) -> Result<(), CliError> {
        let encrypted = |name: &str| encrypted(self.store.read_authority_key(name).ok()?);
        let own = self.state.authorities.get(name).and_then(|record| encrypted(&record.authority));
        if let Some(own) = own {
            return prove(secret, std::iter::once((format!("the key that authority {name} has"), own)), source);
        }
        let shares = |(other, described): &(&String, &Authority)| {
            secrets::of_authority(self.manifest, described) == Some(source)
                && self.state.authorities.contains_key(*other)
        };
        let others = self.manifest.authorities.iter().filter(shares);
        prove(
            secret,
            others.filter_map(|(name, _)| Some((format!("the key of authority {name}"), encrypted(name)?))),
            source,
        )
    }

    /// As [`Search::prove_authority`], for a certificate's new key.
    ///
    /// # Errors
    /// Names what it does not open.
    pub(super) fn prove_certificate(&self, name: &str, source: &str, secret: &Secret) -> Result<(), CliError> {
        let encrypted = |name: &str| {
            let record = self.state.lineage(&Certificate::lineage(name)).ok()?.pop().filter(|record| record.key)?;
            encrypted(self.store.read_issued_key(record).ok()?)
        };
        if let Some(own) = encrypted(name) {
            return prove(secret, std::iter::once((format!("the key that {name} has"), own)), source);
        }
        let shares = |(_, described): &(&String, &Certificate)| {
            secrets::of_certificate(self.manifest, described) == Some(source)
        };
        let others = self.manifest.certificates.iter().filter(shares);
        prove(secret, others.filter_map(|(name, _)| Some((format!("the key of {name}"), encrypted(name)?))), source)
    }
}

/// The file of a key, if it is encrypted.
fn encrypted(pem: Zeroizing<Vec<u8>>) -> Option<Zeroizing<Vec<u8>>> {
    KeyOutline::read(&pem).ok()?.encryption.map(|_| pem)
}

/// Nothing speaks against a passphrase that opens one of the keys, or where there is none to open.
fn prove(
    secret: &Secret,
    witnesses: impl Iterator<Item = (String, Zeroizing<Vec<u8>>)>,
    source: &str,
) -> Result<(), CliError> {
    let mut closed = None;
    for (what, pem) in witnesses.take(MOST_WITNESSES) {
        match KeyFile::read(&pem, &mut || Some(secret.clone())) {
            Err(KeyError::WrongPassphrase) => drop(closed.get_or_insert(what)),
            // What is wrong with the file itself says nothing about the passphrase.
            _ => return Ok(()),
        }
    }
    match closed {
        None => Ok(()),
        Some(what) => {
            Err(CliError::failed(format!("the passphrase that {} gives does not open {what}", shown(source)))
                .hint(HINT))
        }
    }
}

/// A source without what it may give away.
fn shown(source: &str) -> &str {
    if source.starts_with("pass:") { "pass:…" } else { source }
}

impl Search<'_> {
    /// Refuses to make authorities anew where a key that this takes cannot be opened, theirs or one of what stands below them: what
    /// cannot follow would be left under an authority that is gone.
    ///
    /// # Errors
    /// Names the keys.
    pub(super) fn all_at_hand(&self, plan: &Plan, keys: &Keys, now: OffsetDateTime) -> Result<(), CliError> {
        let anew = |step: &&Step| matches!(step.work, Work::Authority(AuthorityWork { anew: true, .. }));
        let remade: BTreeSet<&str> = plan.steps.iter().filter(anew).map(|step| step.name.as_str()).collect();
        let parent = |name: &str| self.manifest.authorities.get(name)?.parent.as_deref();
        let is_below = |name: &str| {
            let mut at = Some(name);
            while let Some(name) = at.filter(|name| !remade.contains(name)) {
                at = parent(name);
            }
            at.is_some()
        };
        let mut closed: BTreeMap<String, &CliError> = BTreeMap::new();
        for (index, step) in plan.steps.iter().enumerate() {
            let (by, signers) = match &step.work {
                Work::Authority(_) => (step.name.as_str(), vec![Some(step.name.as_str()), parent(&step.name)]),
                Work::Certificate(_) => {
                    let described = self.manifest.certificates.get(&step.name);
                    let Some(named) = described.and_then(|one| self.manifest.authority_of(one)) else { continue };
                    (named, vec![Some(ca::renewing_authority(self.state, named, now))])
                }
                Work::Crl(work) if work.full || work.delta => {
                    (work.authority.as_str(), vec![Some(work.authority.as_str())])
                }
                _ => continue,
            };
            if !is_below(by) {
                continue;
            }
            let signer = |name: &str| Some((format!("authority {name}"), self.signers.get(name)?.as_ref().err()?));
            let own = || Some((format!("{} {}", step.kind.word(), step.name), keys.get(&index)?.as_ref().err()?));
            // Without its signer's passphrase a certificate's key cannot be opened either: that is one reason.
            closed.extend(signers.into_iter().flatten().find_map(signer).or_else(own));
        }
        let Some(first) = closed.values().next() else { return Ok(()) };
        let hint = first.hint.clone();
        let mut reasons: Vec<String> =
            closed.iter().take(MOST_TOLD).map(|(what, error)| format!("{what}: {}", error.message)).collect();
        if let Some(more) = closed.len().checked_sub(MOST_TOLD).filter(|more| *more > 0) {
            reasons.push(format!("and {more} more"));
        }
        let names: Vec<&str> = remade.into_iter().collect();
        let error = CliError::failed(format!(
            "nothing was done: {} cannot be made anew without every key below; {}",
            names.join(", "),
            reasons.join("; ")
        ));
        Err(CliError { hint, ..error })
    }
}
