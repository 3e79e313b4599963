//! `certwright revoke`, `hold` and `release`.

use clap::Args;
use serde::Serialize;
use time::OffsetDateTime;

use super::crl::publish::{self, PublishedItem};
use super::crl::warn_of_ahead;
use super::options::load_authority;
use super::revocable::{Item, SelectArgs, same_key, title};
use crate::ca::{self, CaError, Cause, LoadedAuthority, Revocable};
use crate::cli::{CliError, Context, Exit};
use crate::store::{State, Store};
use crate::x509::RevocationReason;
use crate::x509::time::{format_instant, parse_instant};

const REVOKE_EXAMPLES: &str = "\
certwright revoke www.corp.test --reason superseded
certwright revoke www.corp.test --reason key-compromise --invalidity-date 2026-11-01 --publish
certwright revoke 4f1c9a027710aa5e9d41085cb7136690d2fe813c
certwright revoke --lineage www.corp.test           # all of that name that have not expired
certwright revoke --key stolen.key --reason key-compromise
certwright revoke --name '*.old.corp.test' --yes
certwright revoke lost.crt                          # signed by an authority of this store, recorded elsewhere
certwright revoke dec:4660 --authority issuing --unknown";

const HOLD_EXAMPLES: &str = "\
certwright hold laptop-17.corp.test                 # until it is found again
certwright hold --lineage laptop-17.corp.test --publish";

const RELEASE_EXAMPLES: &str = "\
certwright release laptop-17.corp.test
certwright release laptop-17.corp.test --publish";

/// Revoke certificates
///
/// A revocation is recorded at once and for good. Those who check learn of it from the next CRL: --publish signs one right
/// away, "certwright crl publish" later. The key that signs it is opened first: where that fails, nothing is recorded. What is
/// revoked already stays as it is, and the exit status is 0; --publish brings it to the CRL where that does not list it yet.
///
/// Revoking the certificate of an authority forbids it to sign from then on, here and for all who check.
#[derive(Debug, Args)]
#[command(before_help = REVOKE_EXAMPLES)]
pub struct RevokeArgs {
    #[command(flatten)]
    select: SelectArgs,
    /// Why: unspecified, key-compromise, ca-compromise, affiliation-changed, superseded, cessation-of-operation,
    /// privilege-withdrawn, aa-compromise
    #[arg(long, value_name = "REASON", default_value = "unspecified", value_parser = reason)]
    reason: RevocationReason,
    /// When the key is thought to have been compromised (RFC 3339)
    #[arg(long, value_name = "TIME", value_parser = parse_instant)]
    invalidity_date: Option<OffsetDateTime>,
    /// Sign and release the next CRL of every authority concerned
    #[arg(long)]
    publish: bool,
}

/// Suspend certificates, so that they can be released again
///
/// They are on the CRLs with the reason certificateHold until "certwright release" takes them off, or "certwright revoke"
/// revokes them for good.
#[derive(Debug, Args)]
#[command(before_help = HOLD_EXAMPLES)]
pub struct HoldArgs {
    #[command(flatten)]
    select: SelectArgs,
    /// Sign and release the next CRL of every authority concerned
    #[arg(long)]
    publish: bool,
}

/// Take certificates off hold
#[derive(Debug, Args)]
#[command(before_help = RELEASE_EXAMPLES)]
pub struct ReleaseArgs {
    #[command(flatten)]
    select: SelectArgs,
    /// Sign and release the next CRL of every authority concerned
    #[arg(long)]
    publish: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    certificates: Vec<Item>,
    dry_run: bool,
    /// The CRLs that were signed.
    crls: Vec<PublishedItem>,
}

impl RevokeArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Exit 1 when a certificate is not found, 4 when no authority here signed it.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let now = cx.now();
        if let Some(date) = self.invalidity_date.filter(|date| *date > now) {
            return Err(CliError::usage(format!("--invalidity-date {} is in the future", format_instant(date)))
                .hint("it says since when the key may have been in wrong hands"));
        }
        let cause = Cause { reason: self.reason, invalidity_date: self.invalidity_date, revoked_at: now };
        suspend(cx, "revoke", &self.select, &cause, self.publish)
    }
}

impl HoldArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// As `revoke`.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let now = cx.now();
        let cause = Cause { reason: RevocationReason::CertificateHold, invalidity_date: None, revoked_at: now };
        suspend(cx, "hold", &self.select, &cause, self.publish)
    }
}

fn suspend(cx: &mut Context, name: &str, select: &SelectArgs, cause: &Cause, publish: bool) -> Result<Exit, CliError> {
    let store = cx.open_store()?;
    let state = store.read()?;
    let certificates = select.find(cx, &state)?;
    if matches!(cause.reason, RevocationReason::KeyCompromise | RevocationReason::CaCompromise) {
        let left = same_key(&state, &certificates, cx.now())?;
        if left > 0 {
            let are = if left == 1 {
                "1 other certificate that is still valid has".to_owned()
            } else {
                format!("{left} other certificates that are still valid have")
            };
            cx.ui.warn(&format!("{are} the same key: --key FILE, with one of them, revokes them all"));
        }
    }
    let held = cause.reason == RevocationReason::CertificateHold;
    let (done, would) = if held { ("put on hold", "hold") } else { ("revoked", "revoke") };
    if select.dry_run {
        return preview(cx, name, would, &certificates);
    }
    let changes = |one: &Revocable| {
        let before = state.revocation(&one.authority, &one.serial)?;
        let is_held = before.as_ref().is_some_and(|entry| entry.reason == Some(RevocationReason::CertificateHold));
        Ok::<_, CliError>(before.is_none() || (is_held && !held))
    };
    let publisher = if publish { Some(Publisher::open(cx, &store, &state, &certificates, changes)?) } else { None };
    let actor = cx.settings.actor.clone();
    let now = cx.now();
    let mut writer = cx.lock_knowing(&store, state)?;
    let revoked = ca::revoke(&mut writer, certificates, cause, now, &actor)?;
    let owing = owing(writer.state(), revoked.iter().map(|one| &one.certificate))?;
    drop(writer);
    let mut items = Vec::new();
    for one in &revoked {
        let title = title(&one.certificate);
        let reason = one.entry.reason.map(|reason| reason.to_string()).unwrap_or_default();
        if one.already {
            cx.ui.say(&format!("{title}: nothing to do, {reason} since {}", format_instant(one.entry.revoked_at)));
        } else if held {
            cx.ui.say(&format!("{done} {title}"));
        } else {
            cx.ui.say(&format!("{done} {title}: {reason}"));
        }
        items.push(Item::new(&one.certificate, Some(&one.entry), one.already));
    }
    let crls = follow_up(cx, &store, owing, publisher)?;
    cx.ui.json(name, &Report { certificates: items, dry_run: false, crls })?;
    Ok(Exit::Done)
}

impl ReleaseArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Exit 4 for what is not on hold.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let state = store.read()?;
        let certificates = self.select.find(cx, &state)?;
        if self.select.dry_run {
            return preview(cx, "release", "release", &certificates);
        }
        let changes = |one: &Revocable| Ok(state.revocation(&one.authority, &one.serial)?.is_some());
        let publisher =
            if self.publish { Some(Publisher::open(cx, &store, &state, &certificates, changes)?) } else { None };
        let actor = cx.settings.actor.clone();
        let now = cx.now();
        let mut writer = cx.lock_knowing(&store, state)?;
        // One that was released before and that CRLs still list is left to them.
        let (mut before, mut held) = (Vec::new(), Vec::new());
        for certificate in certificates {
            let Revocable { authority, serial, .. } = &certificate;
            let state = writer.state();
            let is_released =
                state.revocation(authority, serial)?.is_none() && state.is_unpublished(authority, serial)?;
            if is_released { &mut before } else { &mut held }.push(certificate);
        }
        ca::release(&mut writer, &held, now, &actor)?;
        let owing = owing(writer.state(), before.iter().chain(&held))?;
        drop(writer);
        for certificate in &before {
            cx.ui.say(&format!("{}: nothing to do, it was released before", title(certificate)));
        }
        for certificate in &held {
            cx.ui.say(&format!("released {}", title(certificate)));
        }
        let crls = follow_up(cx, &store, owing, publisher)?;
        let before = before.iter().map(|certificate| Item::new(certificate, None, true));
        let items = before.chain(held.iter().map(|certificate| Item::new(certificate, None, false))).collect();
        cx.ui.json("release", &Report { certificates: items, dry_run: false, crls })?;
        Ok(Exit::Done)
    }
}

fn preview(cx: &mut Context, name: &str, verb: &str, certificates: &[Revocable]) -> Result<Exit, CliError> {
    for certificate in certificates {
        cx.ui.say(&format!("would {verb} {}, signed by {}", title(certificate), certificate.authority));
    }
    let items = certificates.iter().map(|certificate| Item::new(certificate, None, false)).collect();
    cx.ui.json(name, &Report { certificates: items, dry_run: true, crls: Vec::new() })?;
    Ok(Exit::Done)
}

/// The authorities that will sign CRLs, opened before anything is recorded.
struct Publisher {
    authorities: Vec<LoadedAuthority>,
}

impl Publisher {
    /// Opens those whose CRLs will have something new to say: of what `changes`, or was not published before.
    fn open(
        cx: &mut Context,
        store: &Store,
        state: &State,
        certificates: &[Revocable],
        changes: impl Fn(&Revocable) -> Result<bool, CliError>,
    ) -> Result<Self, CliError> {
        let mut names = owing(state, certificates.iter())?;
        for certificate in certificates {
            if !names.contains(&certificate.authority) && changes(certificate)? {
                names.push(certificate.authority.clone());
            }
        }
        let mut authorities = Vec::new();
        for name in &names {
            let record = ca::resolve(state, Some(name))?;
            // What cannot be signed is no reason to record half of it.
            let schedule = ca::Schedule::of(state, &record.authority).and_then(|schedule| schedule.check());
            let opened =
                schedule.map_err(CliError::from).and_then(|()| load_authority(cx, store, record)).map_err(|error| {
                    let next = "nothing was recorded: without --publish it is, and a CRL can say so later";
                    let hint = error.hint.as_ref().map_or(next.to_owned(), |hint| format!("{hint}; {next}"));
                    error.hint(hint)
                })?;
            authorities.push(opened);
        }
        Ok(Self { authorities })
    }

    /// The next CRL of an authority; one that became concerned meanwhile is opened now.
    fn sign(&self, cx: &mut Context, store: &Store, name: &str) -> Result<PublishedItem, CliError> {
        match self.authorities.iter().find(|authority| authority.name == name) {
            Some(authority) => publish::sign(cx, store, authority),
            None => {
                let state = store.read()?;
                let authority = load_authority(cx, store, ca::resolve(&state, Some(name))?)?;
                publish::sign(cx, store, &authority)
            }
        }
    }
}

/// The authorities whose CRLs do not say yet what was recorded of their certificates.
fn owing<'a>(state: &State, certificates: impl Iterator<Item = &'a Revocable>) -> Result<Vec<String>, CaError> {
    let mut names = Vec::new();
    for Revocable { authority, serial, .. } in certificates {
        if !names.contains(authority) && state.is_unpublished(authority, serial)? {
            names.push(authority.clone());
        }
    }
    names.sort();
    Ok(names)
}

/// Signs the CRLs, or says what is still to be done.
fn follow_up(
    cx: &mut Context,
    store: &Store,
    authorities: Vec<String>,
    publisher: Option<Publisher>,
) -> Result<Vec<PublishedItem>, CliError> {
    let Some(publisher) = publisher else {
        for name in &authorities {
            let next = if store.has_authority_key(name) {
                format!("run \"certwright crl publish --authority {name}\"")
            } else {
                "its key is not here: revoke it where that key is too, by its file, and publish there".to_owned()
            };
            cx.ui.say(&format!("the CRL of {name} does not say so yet: {next}"));
        }
        return Ok(Vec::new());
    };
    let crls: Vec<_> = authorities.iter().map(|name| publisher.sign(cx, store, name)).collect::<Result<_, _>>()?;
    let after = store.read()?;
    for name in &authorities {
        warn_of_ahead(cx, &after, name);
    }
    Ok(crls)
}

/// The reasons in the form of the help; a hold is a command of its own.
pub(super) const REASONS: [&str; 8] = [
    "unspecified",
    "key-compromise",
    "ca-compromise",
    "affiliation-changed",
    "superseded",
    "cessation-of-operation",
    "privilege-withdrawn",
    "aa-compromise",
];

/// A reason, in the form of the help or by its ASN.1 name, for clap's `value_parser`.
fn reason(text: &str) -> Result<RevocationReason, String> {
    let plain = |text: &str| text.replace(['-', '_'], "").to_ascii_lowercase();
    let found = RevocationReason::ALL.into_iter().find(|reason| plain(&reason.to_string()) == plain(text));
    match found {
        Some(RevocationReason::CertificateHold) => Err("to suspend a certificate, use \"certwright hold\"".to_owned()),
        Some(RevocationReason::RemoveFromCrl) => Err("to lift a suspension, use \"certwright release\"".to_owned()),
        Some(reason) => Ok(reason),
        None => Err(format!("expected one of {}", REASONS.join(", "))),
    }
}
