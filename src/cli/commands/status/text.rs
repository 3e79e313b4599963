//! The state of a store for people.

use time::OffsetDateTime;

use super::calendar;
use crate::ca::Status;
use crate::cli::{CliError, Context};

/// Prints what is due, then the calendar and the numbers.
///
/// # Errors
/// When stdout is gone.
pub(super) fn tell(cx: &mut Context, status: &Status, now: OffsetDateTime) -> Result<(), CliError> {
    if let Some(clock) = &status.clock {
        cx.ui.line(&format!("Clock: {clock}; nothing is signed meanwhile"))?;
        cx.ui.line("")?;
    }
    let days = |days: i64| if days < 0 { format!("{} d ago", -days) } else { format!("{days} d") };
    let certificates: Vec<Vec<String>> = status
        .certificates
        .iter()
        .map(|one| {
            vec![one.lineage.clone(), one.state.to_owned(), one.not_after.clone(), days(one.days), one.profile.clone()]
        })
        .collect();
    section(cx, "Certificates", &["NAME", "STATE", "VALID UNTIL", "LEFT", "PROFILE"], certificates)?;
    let authorities = status.authorities.iter().filter_map(|one| {
        Some(vec![one.authority.clone(), one.attention.clone()?, one.not_after.clone(), days(one.days)])
    });
    section(cx, "Authorities", &["AUTHORITY", "STATE", "VALID UNTIL", "LEFT"], authorities.collect())?;
    let rollovers = status.rollovers.iter().filter(|one| !one.finished).map(|one| {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let state = one.attention.clone().unwrap_or_else(|| "under way".to_owned());
        let in_use = one.in_use.to_string();
        vec![one.authority.clone(), one.successor.clone(), state, or_none(&one.retire), in_use, or_none(&one.lapses)]
    });
    let header = ["AUTHORITY", "SUCCESSOR", "STATE", "RETIRES", "IN USE", "LAST LAPSES"];
    section(cx, "Rollovers", &header, rollovers.collect())?;
    let crls = status.crls.iter().filter_map(|one| {
        let until = one.next_update.clone().unwrap_or_else(|| "-".to_owned());
        Some(vec![one.authority.clone(), one.kind.to_owned(), one.attention?.to_owned(), until])
    });
    section(cx, "CRLs", &["AUTHORITY", "KIND", "STATE", "HOLDS UNTIL"], crls.collect())?;
    let keys = status.keys.iter();
    let keys = keys.map(|one| vec![one.lineage.clone(), one.attention.clone(), one.since.clone()]);
    section(cx, "Keys", &["NAME", "STATE", "SINCE"], keys.collect())?;
    let files = status.deliveries.iter();
    let files = files.map(|one| vec![one.lineage.clone(), one.path.clone(), one.serial.clone()]);
    section(cx, "Files that wait for a renewed certificate", &["NAME", "PATH", "SERIAL"], files.collect())?;
    if !status.calendar.is_empty() {
        cx.ui.line("What expires in the coming year, by day of the month")?;
        for line in calendar::lines(&status.calendar, now) {
            cx.ui.line(&line)?;
        }
        cx.ui.line("")?;
    }
    let counts = &status.counts;
    cx.ui.line(&format!(
        "{} valid, {} superseded, {} expired, {} revoked, {} on hold",
        counts.valid, counts.superseded, counts.expired, counts.revoked, counts.on_hold
    ))?;
    cx.ui.say(&next(status));
    Ok(())
}

fn section(cx: &mut Context, title: &str, header: &[&str], rows: Vec<Vec<String>>) -> Result<(), CliError> {
    if rows.is_empty() {
        return Ok(());
    }
    cx.ui.line(title)?;
    cx.ui.table(header, rows)?;
    cx.ui.line("")
}

/// What to do next.
fn next(status: &Status) -> String {
    let mut steps = Vec::new();
    if status.clock.is_some() {
        steps.push("set the clock right, or certwright store clock --accept");
    }
    if !status.certificates.is_empty() || !status.deliveries.is_empty() {
        steps.push("certwright renew --due");
    }
    if !status.keys.is_empty() {
        steps.push("certwright renew NAME --rekey");
    }
    if status.crls.iter().any(|one| one.attention.is_some()) {
        steps.push("certwright crl publish --if-due");
    }
    if status.authorities.iter().any(|one| one.exposed) {
        steps.push("certwright store check --repair");
    }
    if status.authorities.iter().any(|one| one.attention.is_some() && !one.exposed)
        || status.rollovers.iter().any(|one| one.attention.is_some())
    {
        steps.push("certwright authority rollover NAME");
    }
    match steps.as_slice() {
        [] => "nothing is due".to_owned(),
        steps => format!("next: {}", steps.join("; ")),
    }
}
