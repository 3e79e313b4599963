//! `certwright crl`.

pub(super) mod bring;
mod check;
mod list;
pub(super) mod publish;
mod settings;

use crate::ca::{self, Due, Schedule};
use crate::cli::Context;
use crate::store::State;
use crate::x509::time::{format_instant, parse_instant};

const EXAMPLES: &str = "\
certwright crl publish                          # sign the next CRL of every authority whose key is here
certwright crl publish --if-due --to /srv/pki   # for cron
certwright crl list                             # what there is and until when it holds
certwright crl check issuing.crl --issuer issuing.crt --within 2d";

/// Sign, publish and check CRLs
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

dispatch! {
    Check(check::Args),
    Inspect(super::inspect::Args),
    List(list::Args),
    Publish(publish::Args),
    Settings(settings::Args),
}

/// Warns where an authority's CRL has lapsed, or will before long: those who check it refuse every certificate then.
/// Authorities that never published one have nobody who checks. Warns where it begins in the future, which is as bad. Warns too where the authority is about to retire.
pub(super) fn warn(cx: &mut Context, state: &State, authority: &str) {
    warn_of_retirement(cx, state, authority);
    if warn_of_ahead(cx, state, authority) {
        return;
    }
    let key_here = state.authorities.get(authority).is_some_and(|record| record.key);
    warn_of_lapse(cx, state, authority, key_here);
}

/// Warns where an authority's newest CRL has lapsed or will before long.
fn warn_of_lapse(cx: &mut Context, state: &State, authority: &str, key_here: bool) {
    let standing = state.standing(authority);
    let Some(newest) = standing.newest_full() else { return };
    let Ok(schedule) = Schedule::of(state, authority) else { return };
    let end = format_instant(newest.next_update);
    let next = if key_here {
        format!("run \"certwright crl publish --authority {authority}\"")
    } else {
        "its key is not here: sign the next one where it is, or put its key.pem back".to_owned()
    };
    let what = match schedule.due(standing, false, cx.now()) {
        Ok(Some(Due::Lapsed)) => format!("lapsed at {end}"),
        Ok(Some(Due::Soon)) => format!("lapses at {end} and is due"),
        _ => return,
    };
    // Nobody asks for the CRLs of one that is over.
    if ca::owes_crls(state, authority, cx.now()).unwrap_or(true) {
        cx.ui.warn(&format!("the CRL of {authority} {what}: {next}"));
    }
}

/// Warns where the newest CRL of an authority begins in the future, and says whether it does.
pub(super) fn warn_of_ahead(cx: &mut Context, state: &State, authority: &str) -> bool {
    let ahead = ca::crls_ahead(state, cx.now()).into_iter().find(|(name, _)| name == authority);
    let Some((_, begins)) = &ahead else { return false };
    let begins = format_instant(*begins);
    cx.ui.warn(&format!(
        "the CRLs of {authority} are not valid before {begins}, when the last one begins: a clock that ran ahead made it. Those \
         that check them refuse every certificate until then, unless another authority takes its place (\"certwright authority \
         rollover {authority}\")"
    ));
    true
}

/// Warns where an authority is about to retire.
fn warn_of_retirement(cx: &mut Context, state: &State, authority: &str) {
    const SOON: time::Duration = time::Duration::days(30);
    let Some(rollover) = state.authorities.get(authority).map(|record| &record.rollover) else { return };
    let (Some(successor), Some(retire)) = (&rollover.successor, &rollover.retire) else { return };
    let soon = parse_instant(retire).is_ok_and(|at| cx.now() < at && at - cx.now() <= SOON);
    if soon && !rollover.finished {
        cx.ui.warn(&format!(
            "authority {authority} retires at {retire}: {successor} takes its place, see \"certwright authority rollover \
             {authority}\""
        ));
    }
}

/// Why a CRL is due, in a word for reports.
fn word(due: Due) -> &'static str {
    match due {
        Due::Ahead => "made by a clock that ran ahead",
        Due::Behind => "its number is too low",
        Due::Never => "never published",
        Due::Changed => "changed",
        Due::Soon => "lapses soon",
        Due::Lapsed => "lapsed",
    }
}
