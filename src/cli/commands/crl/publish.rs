//! `certwright crl publish`.

use std::path::{Path, PathBuf};

use num_bigint::BigUint;
use ring::digest::{SHA256, digest};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{warn_of_ahead, word};
use crate::ca::{self, CaError, Due, Schedule};
use crate::cli::commands::options::load_authority;
use crate::cli::files::OutputFile;
use crate::cli::{CliError, Context, Exit, files};
use crate::store::{AuthorityRecord, CrlRecord, IssuedCrl, State, Store, StoreError};
use crate::x509::Crl;
use crate::x509::display::hex;
use crate::x509::pem::{self, Block};
use crate::x509::time::Span;

/// Largest CRL file that is copied, in bytes.
const MAX_SIZE: usize = 1 << 30;

const EXAMPLES: &str = "\
certwright crl publish
certwright crl publish --authority issuing --to /srv/pki
certwright crl publish --if-due --to /srv/pki   # for cron: signs only what is due, and always brings the files
certwright crl publish --authority issuing --delta
certwright crl publish --authority root --validity 90d --passphrase file:root.pass";

/// Sign an authority's next CRL and release it
///
/// The CRL appears in the store as public/AUTHORITY.crl (DER) and .crl.pem, and with --to in that directory too, each in one
/// step: a reader never sees half of one. A delta CRL appears beside it as AUTHORITY.delta.crl.
///
/// Without --authority, every authority whose key is here signs; the others are left out with a word.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// Whose CRL [default: every authority whose key is here]
    #[arg(long, value_name = "NAME")]
    authority: Vec<String>,
    /// Sign only where something changed or the newest CRL will lapse soon; nothing due is exit status 0
    #[arg(long)]
    if_due: bool,
    /// Sign a delta CRL, which lists what changed since the newest full one; with --if-due where the settings ask for it
    #[arg(long)]
    delta: bool,
    /// How long it holds [default: as "certwright crl settings" says, or 7d]
    #[arg(long, value_name = "DURATION", value_parser = Span::parse)]
    validity: Option<Span>,
    /// Bring the newest CRLs to this directory as well
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

/// A CRL in the report.
#[derive(Debug, Serialize)]
pub(in crate::cli::commands) struct PublishedItem {
    authority: String,
    number: u64,
    base: Option<u64>,
    this_update: String,
    next_update: String,
    entries: u64,
    sha256: String,
    file: String,
    /// Whether it was signed by this command.
    signed: bool,
    /// Why it was signed.
    due: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Report {
    crls: Vec<PublishedItem>,
    /// Authorities without a key here.
    skipped: Vec<String>,
    directory: Option<String>,
}

impl Args {
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let state = store.read()?;
        // A run that finds nothing due would not notice.
        ca::check_clock(&state, cx.now())?;
        let (names, skipped) = self.authorities(cx, &store, &state)?;
        let mut crls = Vec::new();
        for name in &names {
            self.publish(cx, &store, &state, name, &mut crls)?;
        }
        let after = store.read()?;
        for name in names.iter().chain(&skipped) {
            warn_of_ahead(cx, &after, name);
        }
        for name in &skipped {
            cx.ui.say(&format!("left out {name}: its key is not here"));
        }
        if let Some(dir) = &self.to {
            let named = skipped.iter().filter(|name| self.authority.is_empty() || self.authority.contains(name));
            for path in bring(&store, &after, names.iter().chain(named), dir)? {
                cx.ui.line(&path.display().to_string())?;
            }
        }
        let directory = self.to.as_ref().map(|dir| dir.display().to_string());
        cx.ui.json("crl-publish", &Report { crls, skipped, directory })?;
        Ok(Exit::Done)
    }

    /// Those that sign, and those whose key is not here.
    fn authorities(
        &self,
        cx: &mut Context,
        store: &Store,
        state: &State,
    ) -> Result<(Vec<String>, Vec<String>), CliError> {
        for name in &self.authority {
            ca::resolve(state, Some(name))?;
        }
        if state.authorities.is_empty() {
            return Err(CaError::NoAuthority.into());
        }
        let is_missing = |record: &AuthorityRecord| {
            let standing = state.standing(&record.authority);
            let newest = [standing.newest_full(), standing.newest_delta()].into_iter().flatten();
            let crl = |crl: &IssuedCrl| store.layout().crl(&record.authority, crl.record.base.is_some());
            record.key && !store.has_authority_key(&record.authority) || newest.map(crl).any(|path| !path.exists())
        };
        if state.authorities.values().any(is_missing) {
            // A command that was killed may have recorded a key or a CRL before it was in its place: the lock puts it there.
            drop(cx.lock(store)?);
        }
        let wanted = state
            .authorities
            .values()
            .filter(|record| self.authority.is_empty() || self.authority.contains(&record.authority));
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            wanted.partition(|record| record.key && store.has_authority_key(&record.authority));
        let names = |records: Vec<&AuthorityRecord>| -> Vec<String> {
            records.into_iter().map(|record| record.authority.clone()).collect()
        };
        let (here, elsewhere) = (names(here), names(elsewhere));
        if let Some(name) = elsewhere.iter().find(|name| self.authority.contains(name) && !self.if_due) {
            return Err(CaError::KeyNotHere(name.clone()).into());
        }
        Ok((here, elsewhere))
    }

    fn publish(
        &self,
        cx: &mut Context,
        store: &Store,
        state: &State,
        name: &str,
        crls: &mut Vec<PublishedItem>,
    ) -> Result<(), CliError> {
        let schedule = self.schedule(state, name)?;
        let standing = state.standing(name);
        let now = cx.now();
        if !self.if_due {
            crls.push(sign_with(cx, store, name, &schedule, self.delta, None)?);
            return Ok(());
        }
        let mut signed = false;
        if let Some(due) = schedule.due(standing, false, now)? {
            crls.push(sign_with(cx, store, name, &schedule, false, Some(due))?);
            signed = true;
        }
        let with_delta = self.delta || schedule.delta_validity.is_some();
        // The delta on a full CRL that was signed just now is due at once.
        if with_delta && (signed || schedule.due(standing, true, now)?.is_some()) {
            let due = schedule.due(standing, true, now)?.unwrap_or(Due::Never);
            crls.push(sign_with(cx, store, name, &schedule, true, Some(due))?);
            signed = true;
        }
        if !signed && let Some(newest) = standing.newest_full() {
            read_crl(store, newest)?;
            cx.ui.say(&format!(
                "{name}: nothing is due, CRL {} holds until {}",
                newest.record.number, newest.record.next_update
            ));
            crls.push(item(store, &newest.record, false, None));
        }
        Ok(())
    }

    fn schedule(&self, state: &State, name: &str) -> Result<Schedule, CliError> {
        let mut schedule = Schedule::of(state, name)?;
        if let Some(validity) = self.validity {
            if self.delta && !self.if_due {
                schedule.delta_validity = Some(validity);
            } else {
                schedule.validity = validity;
            }
        }
        Ok(schedule)
    }
}

/// Signs an authority's next full CRL as its settings say.
///
/// # Errors
/// Exit 4 for an authority that may not sign CRLs, 1 for one whose key is not here.
pub(in crate::cli::commands) fn sign(cx: &mut Context, store: &Store, name: &str) -> Result<PublishedItem, CliError> {
    let schedule = Schedule::of(&store.read()?, name)?;
    sign_with(cx, store, name, &schedule, false, None)
}

fn sign_with(
    cx: &mut Context,
    store: &Store,
    name: &str,
    schedule: &Schedule,
    delta: bool,
    due: Option<Due>,
) -> Result<PublishedItem, CliError> {
    let state = store.read()?;
    let record = ca::resolve(&state, Some(name))?.clone();
    let authority = load_authority(cx, store, &record)?;
    let (now, actor) = (cx.now(), cx.settings.actor.clone());
    let mut writer = cx.lock_knowing(store, state)?;
    let signed = ca::sign_crl(&mut writer, &authority, schedule, delta, now, &actor)?;
    drop(writer);
    let CrlRecord { number, entries, next_update, base, .. } = &signed.record;
    let kind = base.map_or("CRL".to_owned(), |base| format!("delta CRL on {base},"));
    let revoked = if *entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") };
    let why = due.map(|due| format!(" ({})", word(due))).unwrap_or_default();
    cx.ui.say(&format!("{name}: signed {kind} number {number}, {revoked}, holds until {next_update}{why}"));
    let item = item(store, &signed.record, true, due);
    cx.ui.line(&item.file)?;
    Ok(item)
}

fn item(store: &Store, record: &CrlRecord, signed: bool, due: Option<Due>) -> PublishedItem {
    PublishedItem {
        authority: record.authority.clone(),
        number: record.number,
        base: record.base,
        this_update: record.this_update.clone(),
        next_update: record.next_update.clone(),
        entries: record.entries,
        sha256: record.sha256.clone(),
        file: store.layout().crl(&record.authority, record.base.is_some()).display().to_string(),
        signed,
        due: due.map(word),
    }
}

/// Brings the newest CRLs of authorities to a directory; files that are there and right stay untouched. Gives those that were
/// written.
///
/// # Errors
/// Exit 4 for what is no CRL, another issuer's, or newer than what the store knows.
pub(in crate::cli::commands) fn bring<'a>(
    store: &Store,
    state: &State,
    names: impl Iterator<Item = &'a String>,
    dir: &Path,
) -> Result<Vec<PathBuf>, CliError> {
    let mut written = Vec::new();
    files::public_directory(dir)?;
    for name in names {
        let standing = state.standing(name);
        if standing.newest_delta().is_none() {
            // A delta on a full CRL that is no longer the newest says nothing to anybody.
            for ending in ["delta.crl", "delta.crl.pem"] {
                files::places::remove(&dir.join(format!("{name}.{ending}")))?;
            }
        }
        for crl in [standing.newest_full(), standing.newest_delta()].into_iter().flatten() {
            let der = read_crl(store, crl)?;
            let file = store.layout().crl(name, crl.record.base.is_some());
            let file = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text = pem::encode("X509 CRL", &der).into_bytes();
            for (name, bytes) in [(format!("{file}.pem"), Zeroizing::new(text)), (file, der)] {
                let path = dir.join(&name);
                let there = files::read_if_there(&path, MAX_SIZE)?;
                if there.as_ref().is_none_or(|there| *there != bytes) {
                    if let Some(there) = there {
                        check_older(&path, &there, crl, (state, &bytes))?;
                    }
                    files::write_set(dir, &[OutputFile { name, bytes, secret: false }], true)?;
                    written.push(path);
                }
            }
        }
    }
    Ok(written)
}

/// Refuses to replace what is no CRL, another issuer's, or newer than what this store knows: a store that was restored from a
/// backup would take revocations back that others have seen.
fn check_older(path: &Path, there: &[u8], ours: &IssuedCrl, (state, bytes): (&State, &[u8])) -> Result<(), CliError> {
    let crl = |bytes: &[u8]| match pem::read_all(bytes).ok()?.into_iter().next() {
        Some(Block::Crl(crl)) => Some(crl),
        _ => None,
    };
    let refused = |why: String, next: String| Err(CliError::refused(why).about(path.display()).hint(next));
    let (Some(there), Some(own)) = (crl(there), crl(bytes)) else {
        return refused(
            "is no CRL, and is not replaced".to_owned(),
            "move it away, or name another directory".to_owned(),
        );
    };
    // An authority that was made anew may have had another name.
    let mut earlier = state.authority_history(&ours.record.authority).filter_map(|record| record.certificate().ok());
    if there.issuer != own.issuer && !earlier.any(|certificate| certificate.subject == there.issuer) {
        let why = format!("is a CRL of another issuer, {}, and is not replaced", there.issuer);
        return refused(why, "name another directory with --to".to_owned());
    }
    let number = |crl: &Crl| crl.number.as_deref().map(BigUint::from_bytes_be).unwrap_or_default();
    if number(&there) > number(&own) {
        let (newer, name) = (number(&there), &ours.record.authority);
        return refused(
            format!(
                "has the number {newer}, which is above {}: this store does not know what was published last",
                ours.record.number
            ),
            format!(
                "was the store restored from a backup? Revoke again what that CRL lists, run \"certwright crl settings {name} --number-after {newer}\", and publish"
            ),
        );
    }
    Ok(())
}

/// The file of a CRL in the store, which must be what the journal says.
///
/// # Errors
/// Exit 6 when it is not.
pub(in crate::cli::commands) fn read_crl(store: &Store, crl: &IssuedCrl) -> Result<Zeroizing<Vec<u8>>, CliError> {
    let path = store.layout().crl(&crl.record.authority, crl.record.base.is_some());
    let damaged = |path, why: &str| {
        let error = CliError::from(StoreError::Damaged { path, line: None, why: why.to_owned() });
        Err(error.hint("run \"certwright store check --repair\", which rebuilds it from the journal"))
    };
    let Some(der) = files::read_if_there(&path, MAX_SIZE)? else { return damaged(path, "is missing") };
    if hex(digest(&SHA256, &der).as_ref()) != crl.record.sha256 {
        return damaged(path, "is not the CRL that the journal says");
    }
    Ok(der)
}
