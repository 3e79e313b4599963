//! `certwright crl list`.

use serde::Serialize;

use super::{warn_of_ahead, word};
use crate::ca::{self, Schedule};
use crate::cli::{CliError, Context, Exit};
use crate::store::IssuedCrl;

const EXAMPLES: &str = "\
certwright crl list
certwright crl list --json | jq -r '.crls[] | select(.due) | .authority'";

/// List the newest CRL of every authority
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {}

#[derive(Debug, Serialize)]
struct Report {
    crls: Vec<Item>,
}

#[derive(Debug, Serialize)]
struct Item {
    authority: String,
    /// `full`, `delta`, or `none` where the authority has published none.
    kind: &'static str,
    number: Option<u64>,
    entries: Option<u64>,
    this_update: Option<String>,
    next_update: Option<String>,
    /// Why the next one is due: `never published`, `changed`, `made by a clock that ran ahead`, `its number is too low`,
    /// `lapses soon`, `lapsed`.
    due: Option<&'static str>,
}

impl Args {
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let state = cx.open_store()?.read()?;
        let now = cx.now();
        let mut crls = Vec::new();
        for name in state.authorities.keys() {
            let (schedule, standing) = (Schedule::of(&state, name)?, state.standing(name));
            let owes = ca::owes_crls(&state, name, now)?;
            let due = schedule.due(standing, false, now)?.filter(|_| owes).map(word);
            crls.push(item(
                name,
                if standing.newest_full().is_some() { "full" } else { "none" },
                standing.newest_full(),
                due,
            ));
            if standing.newest_delta().is_some()
                || (schedule.delta_validity.is_some() && standing.newest_full().is_some())
            {
                let due = schedule.due(standing, true, now)?.filter(|_| owes).map(word);
                crls.push(item(name, "delta", standing.newest_delta(), due));
            }
        }
        for name in state.authorities.keys() {
            warn_of_ahead(cx, &state, name);
        }
        if crls.is_empty() {
            cx.ui.say("there is no authority in this store");
        } else {
            let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
            let row = |item: &Item| {
                vec![
                    item.authority.clone(),
                    item.kind.to_owned(),
                    or_dash(item.number.map(|number| number.to_string())),
                    or_dash(item.entries.map(|entries| entries.to_string())),
                    or_dash(item.next_update.clone()),
                    or_dash(item.due.map(str::to_owned)),
                ]
            };
            cx.ui.table(
                &["AUTHORITY", "KIND", "NUMBER", "ENTRIES", "NEXT UPDATE", "DUE"],
                crls.iter().map(row).collect(),
            )?;
        }
        cx.ui.json("crl-list", &Report { crls })?;
        Ok(Exit::Done)
    }
}

fn item(authority: &str, kind: &'static str, crl: Option<&IssuedCrl>, due: Option<&'static str>) -> Item {
    Item {
        authority: authority.to_owned(),
        kind,
        number: crl.map(|crl| crl.record.number),
        entries: crl.map(|crl| crl.record.entries),
        this_update: crl.map(|crl| crl.record.this_update.clone()),
        next_update: crl.map(|crl| crl.record.next_update.clone()),
        due,
    }
}
