//! `certwright crl publish`.

use std::path::PathBuf;

use serde::Serialize;

use super::bring::{bring, check_destination, read_crl, with_files};
use super::{warn_of_ahead, warn_of_lapse, word};
use crate::ca::{self, CaError, Due, LoadedAuthority, Schedule};
use crate::cli::commands::options::load_authority;
use crate::cli::{CliError, Context, Exit};
use crate::store::{AuthorityRecord, CrlRecord, State, Store};
use crate::x509::time::{Span, format_instant};

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
/// Without --authority, every authority whose key is here signs; the others, and those that have expired, are left out with a word.
/// One that cannot sign does not keep the others from it: the exit status tells of the first that could not. What lies in the
/// directory is replaced only where this store knows it; that is looked at before anything is signed.
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
    #[arg(long, value_name = "DURATION", value_parser = ca::holding)]
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
    /// Authorities without a key here, and those that have expired.
    skipped: Vec<String>,
    failed: Vec<Failure>,
    directory: Option<String>,
}

/// An authority whose CRL could not be signed or brought.
#[derive(Debug, Serialize)]
struct Failure {
    authority: String,
    exit: u8,
    why: String,
    hint: Option<String>,
    #[serde(skip)]
    code: Exit,
}

/// Which authorities there are to publish for.
struct Chosen {
    /// Those that sign.
    signing: Vec<String>,
    /// Those whose key is not here.
    elsewhere: Vec<String>,
    /// Those that can sign nothing any more, and why.
    over: Vec<(String, String)>,
}

impl Args {
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let mut state = store.read()?;
        // A run that finds nothing due would not notice.
        ca::check_clock(&state, cx.now())?;
        if state.authorities.values().any(|record| record.key && !store.has_authority_key(&record.authority)) {
            // A command that was killed may have recorded a key before it was in its place: the lock puts it there.
            drop(cx.lock(&store)?);
            state = store.read()?;
        }
        let Chosen { signing, elsewhere, over } = self.choose(cx, &store, &state)?;
        let skipped: Vec<String> = elsewhere.iter().chain(over.iter().map(|(name, _)| name)).cloned().collect();
        let all = || signing.iter().chain(&skipped);
        if let Some(dir) = &self.to {
            let look = |state: &State| all().try_for_each(|name| check_destination(state, name, dir));
            (state, ()) = with_files(cx, &store, state, look)?;
        }
        let (mut crls, mut failures) = (Vec::new(), Vec::new());
        for name in &signing {
            match self.publish(cx, &store, &state, name, &mut crls) {
                Err(error) if error.exit == Exit::LockTimeout => return Err(error),
                result => failures.extend(result.err().map(|error| (name, error))),
            }
        }
        let mut written = Vec::new();
        for name in all() {
            let now = store.read()?;
            let brought = with_files(cx, &store, now, |state| self.bring(&store, state, name, &mut written));
            failures.extend(brought.err().map(|error| (name, error)));
        }
        let after = store.read()?;
        for name in all() {
            warn_of_ahead(cx, &after, name);
        }
        for name in &elsewhere {
            cx.ui.say(&format!("left out {name}: its key is not here"));
            warn_of_lapse(cx, &after, name, false);
        }
        for (name, why) in &over {
            cx.ui.say(&format!("left out {name}: {why}"));
        }
        for path in written {
            cx.ui.line(&path.display().to_string())?;
        }
        if signing.len() + skipped.len() == 1 && !failures.is_empty() {
            return Err(failures.swap_remove(0).1);
        }
        let failed: Vec<Failure> = failures.into_iter().map(|(name, error)| Failure::new(name, error)).collect();
        for Failure { authority, why, hint, .. } in &failed {
            let hint = hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
            cx.ui.warn(&format!("{authority}: {why}{hint}"));
        }
        let exit = failed.first().map_or(Exit::Done, |first| first.code);
        let directory = self.to.as_ref().map(|dir| dir.display().to_string());
        cx.ui.json("crl-publish", &Report { crls, skipped, failed, directory })?;
        Ok(exit)
    }

    fn choose(&self, cx: &Context, store: &Store, state: &State) -> Result<Chosen, CliError> {
        for name in &self.authority {
            ca::resolve(state, Some(name))?;
        }
        if state.authorities.is_empty() {
            return Err(CaError::NoAuthority.into());
        }
        let mut chosen = Chosen { signing: Vec::new(), elsewhere: Vec::new(), over: Vec::new() };
        for (name, record) in &state.authorities {
            let named = self.authority.contains(name);
            if !(self.authority.is_empty() || named) {
                continue;
            }
            // Whoever names one wants to know why it cannot.
            let must = named && !self.if_due;
            if let Some(why) = over(state, record, cx)?.filter(|_| !must) {
                chosen.over.push((name.clone(), why));
            } else if record.key && store.has_authority_key(name) {
                chosen.signing.push(name.clone());
            } else if must {
                return Err(CaError::KeyNotHere(name.clone()).into());
            } else {
                chosen.elsewhere.push(name.clone());
            }
        }
        Ok(chosen)
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
        let record = ca::resolve(state, Some(name))?;
        if !self.if_due {
            let authority = load_authority(cx, store, record)?;
            crls.push(sign_with(cx, store, &authority, &schedule, self.delta, None)?);
            return Ok(());
        }
        let full = schedule.due(standing, false, now)?;
        let with_delta = self.delta || schedule.delta_validity.is_some();
        // The delta on a full CRL that was signed just now is due at once.
        let delta = match schedule.due(standing, true, now)? {
            due if with_delta && (full.is_some() || due.is_some()) => Some(due.unwrap_or(Due::Never)),
            _ => None,
        };
        let due = [(full, false), (delta, true)].into_iter().filter(|(due, _)| due.is_some());
        if full.is_some() || delta.is_some() {
            let authority = load_authority(cx, store, record)?;
            for (due, is_delta) in due {
                crls.push(sign_with(cx, store, &authority, &schedule, is_delta, due)?);
            }
        } else if let Some(newest) = standing.newest_full() {
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
            schedule.check()?;
        }
        Ok(schedule)
    }

    /// Looks whether the store has the newest CRLs of an authority in their places, and brings them.
    fn bring(&self, store: &Store, state: &State, name: &String, written: &mut Vec<PathBuf>) -> Result<(), CliError> {
        let standing = state.standing(name);
        for crl in [standing.newest_full(), standing.newest_delta()].into_iter().flatten() {
            read_crl(store, crl)?;
        }
        if let Some(dir) = &self.to {
            let new = bring(store, state, std::iter::once(name), dir)?;
            written.extend(new.into_iter().filter(|path| !written.contains(path)).collect::<Vec<_>>());
        }
        Ok(())
    }
}

impl Failure {
    fn new(authority: &str, error: CliError) -> Self {
        let CliError { exit, message, hint } = error;
        Self { authority: authority.to_owned(), exit: exit as u8, why: message, hint, code: exit }
    }
}

/// Why an authority signs no CRLs any more.
fn over(state: &State, record: &AuthorityRecord, cx: &Context) -> Result<Option<String>, CliError> {
    let (now, end) = (cx.now(), record.certificate()?.not_after);
    Ok(if now >= end {
        Some(format!("it expired at {}", format_instant(end)))
    } else if ca::owes_crls(state, &record.authority, now)? {
        None
    } else {
        Some("it was replaced, and nothing that it signed is in use".to_owned())
    })
}

/// Signs an authority's next full CRL as its settings say.
///
/// # Errors
/// Exit 4 for an authority that may not sign CRLs.
pub(in crate::cli::commands) fn sign(
    cx: &mut Context,
    store: &Store,
    authority: &LoadedAuthority,
) -> Result<PublishedItem, CliError> {
    let schedule = Schedule::of(&store.read()?, &authority.name)?;
    sign_with(cx, store, authority, &schedule, false, None)
}

fn sign_with(
    cx: &mut Context,
    store: &Store,
    authority: &LoadedAuthority,
    schedule: &Schedule,
    delta: bool,
    due: Option<Due>,
) -> Result<PublishedItem, CliError> {
    let name = &authority.name;
    let (now, actor) = (cx.now(), cx.settings.actor.clone());
    let state = store.read()?;
    let mut writer = cx.lock_knowing(store, state)?;
    let signed = ca::sign_crl(&mut writer, authority, schedule, delta, now, &actor)?;
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
