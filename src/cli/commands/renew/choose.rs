//! What is renewed.

use std::collections::BTreeSet;

use time::{Duration, OffsetDateTime};

use super::Args;
use super::report::Left;
use crate::ca::{self, CaError, Reference};
use crate::cli::commands::list::standing;
use crate::cli::commands::options::reference;
use crate::cli::{CliError, Context, Exit};
use crate::store::{CertificateRecord, CertificateRow, State};
use crate::x509::time::{format_instant, parse_instant};

/// How the lineages of authorities' own certificates begin.
const AUTHORITY: &str = "authority-";

/// For how long one that has expired is told of, as `status` does.
const LATELY: Duration = Duration::days(30);

/// A certificate that is to be renewed.
pub(super) struct Todo {
    pub(super) record: CertificateRecord,
    /// Why.
    pub(super) why: &'static str,
}

/// What is to be done.
#[derive(Default)]
pub(super) struct Chosen {
    pub(super) todo: Vec<Todo>,
    /// Certificates of an earlier renewal whose files are not all written.
    pub(super) unfinished: Vec<CertificateRecord>,
    pub(super) left: Vec<Left>,
    /// What was asked for by name and is refused.
    pub(super) refused: Vec<(CertificateRecord, CliError)>,
    /// The lineage that is due next, and when.
    pub(super) next: Option<(String, String)>,
}

/// Finds what is to be renewed.
///
/// # Errors
/// When a reference fits nothing, or a duration leaves the calendar.
pub(super) fn choose(args: &Args, cx: &mut Context, state: &State) -> Result<Chosen, CliError> {
    let mut chosen = Chosen::default();
    if args.references.is_empty() {
        every(args, cx, state, &mut chosen)?;
    } else {
        let mut seen = BTreeSet::new();
        for text in &args.references {
            let record = one(cx, state, text)?;
            if seen.insert(record.lineage.clone()) {
                named(args, cx.now(), state, record, &mut chosen)?;
            }
        }
    }
    Ok(chosen)
}

fn every(args: &Args, cx: &mut Context, state: &State, chosen: &mut Chosen) -> Result<(), CliError> {
    let now = cx.now();
    let horizon = args.within.map(|span| span.after(now)).transpose()?;
    state.load_revocations()?;
    let pending: BTreeSet<&str> = state.pending_deliveries().map(|delivery| delivery.lineage.as_str()).collect();
    let mut next: Option<(OffsetDateTime, String)> = None;
    state.for_each_in_lineage::<CliError>(&mut |row, newest| {
        let other = args.signed_by.as_ref().is_some_and(|name| name != row.authority);
        if other || !newest || row.lineage.starts_with(AUTHORITY) {
            return Ok(());
        }
        let (begin, end) = (parse_instant(row.not_before)?, row.not_after()?);
        let due = match horizon {
            Some(horizon) => end <= horizon,
            None => now >= ca::due_from(begin, end),
        };
        let retires = !due && ca::is_to_be_moved(state, row.authority, horizon, now)?;
        let due = due || retires;
        let standing = standing(state, row, now)?;
        if !due && !args.all {
            if standing == "valid" {
                let at = ca::due_from(begin, end);
                if next.as_ref().is_none_or(|(other, _)| *other > at) {
                    next = Some((at, row.lineage.to_owned()));
                }
                if pending.contains(row.lineage) {
                    chosen.unfinished.push(record(state, row)?);
                }
            }
            return Ok(());
        }
        let record = record(state, row)?;
        let why = match standing {
            "revoked" | "on hold" if now > end => return Ok(()),
            "revoked" | "on hold" => Some(standing),
            "expired" if args.all || !args.expired => Some("expired"),
            _ => unfit(&record)?,
        };
        match why {
            Some(why) => chosen.left.push(Left::new(&record, why, end.saturating_add(LATELY) < now)),
            None => {
                let why = if args.all {
                    "asked for"
                } else if standing == "expired" {
                    "expired"
                } else if retires {
                    "its authority retires"
                } else {
                    "due"
                };
                chosen.todo.push(Todo { record, why });
            }
        }
        Ok(())
    })?;
    chosen.next = next.map(|(at, lineage)| (lineage, format_instant(at)));
    Ok(())
}

/// All that is known of a certificate.
fn record(state: &State, row: &CertificateRow<'_>) -> Result<CertificateRecord, CliError> {
    let record = state.copy_by_serial(row.serial)?;
    record.ok_or_else(|| CaError::not_found(row.serial).into())
}

/// Why a certificate cannot be renewed by itself.
fn unfit(record: &CertificateRecord) -> Result<Option<&'static str>, CliError> {
    if record.authority.is_empty() {
        return Ok(Some("no authority of this store signed it"));
    }
    Ok(record.certificate()?.is_ca().then_some("it is an authority's certificate"))
}

fn one(cx: &mut Context, state: &State, text: &str) -> Result<CertificateRecord, CliError> {
    let found = reference(cx, text)?;
    let records = match ca::find(state, &found) {
        Err(CaError::NotFound(_)) if state.authorities.contains_key(text) => return Err(of_authority(text)),
        records => records?,
    };
    let Some(record) = records.last() else { return Err(CaError::not_found(text).into()) };
    let newest = state.lineage(&record.lineage)?.pop().unwrap_or(record);
    if let Some(name) = record.lineage.strip_prefix(AUTHORITY) {
        return Err(of_authority(name));
    }
    if newest.serial != record.serial {
        let what = match found {
            Reference::Certificate(_) => "the certificate in",
            Reference::Text(_) => "the certificate",
        };
        return Err(CliError::failed(format!("{what} {text} was renewed before: {} is newer", newest.serial))
            .hint(format!("to renew that one, run \"certwright renew {}\"", record.lineage)));
    }
    Ok((*newest).clone())
}

fn of_authority(name: &str) -> CliError {
    CliError::refused(format!("{name} is an authority, whose certificate is not renewed like those that it signs"))
        .hint("put a new one in its place with \"certwright authority rollover\"")
}

fn named(
    args: &Args,
    now: OffsetDateTime,
    state: &State,
    record: CertificateRecord,
    chosen: &mut Chosen,
) -> Result<(), CliError> {
    let standing = standing(state, &record.row(), now)?;
    let refused = |why: String, hint: &str| {
        let error = CliError { exit: Exit::Refused, message: why, hint: None };
        error.hint(hint)
    };
    if matches!(standing, "revoked" | "on hold") && !args.force {
        let why = format!("{} is {standing}", record.lineage);
        chosen.refused.push((record, refused(why, "a new certificate needs a new key: say --rekey --force")));
    } else if record.authority.is_empty() && args.authority.is_none() {
        let why = format!("no authority of this store signed {}", record.lineage);
        chosen.refused.push((record, refused(why, "name one with --authority, and what may be issued with --profile")));
    } else {
        chosen.todo.push(Todo { record, why: "asked for" });
    }
    Ok(())
}
