//! `certwright list`: what was issued.

use std::collections::HashMap;

use clap::Args;
use serde::Serialize;
use time::OffsetDateTime;

use crate::cli::{CliError, Context, Exit, glob};
use crate::store::{CertificateRecord, State};
use crate::x509::RevocationReason;
use crate::x509::time::{Span, parse_instant};

const EXAMPLES: &str = "\
certwright list
certwright list --expiring-within 30d
certwright list --name '*.corp.test' --current
certwright list --revoked
certwright list --profile client --authority issuing --json | jq -r '.certificates[].serial'";

/// List the certificates that were issued
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct ListArgs {
    /// Only certificates with a name, lineage or common name that fits this pattern (* and ?)
    #[arg(long, value_name = "GLOB")]
    pub name: Option<String>,
    /// Only this profile
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// Only certificates that this authority signed
    #[arg(long, value_name = "NAME")]
    pub authority: Option<String>,
    /// Only certificates that are valid now and end within this time
    #[arg(long, value_name = "DURATION", value_parser = Span::parse)]
    pub expiring_within: Option<Span>,
    /// Only expired certificates
    #[arg(long, conflicts_with_all = ["expiring_within", "valid"])]
    pub expired: bool,
    /// Only certificates that are valid now
    #[arg(long)]
    pub valid: bool,
    /// Only certificates that are revoked or on hold
    #[arg(long, conflicts_with_all = ["expiring_within", "valid"])]
    pub revoked: bool,
    /// Only the newest certificate of each name
    #[arg(long)]
    pub current: bool,
}

#[derive(Debug, Serialize)]
struct ListReport {
    certificates: Vec<ListItem>,
}

#[derive(Debug, Serialize)]
struct ListItem {
    serial: String,
    lineage: String,
    subject: String,
    names: Vec<String>,
    profile: String,
    authority: String,
    not_before: String,
    not_after: String,
    state: &'static str,
    current: bool,
}

impl ListArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let state = store.read()?;
        if let Some(name) = &self.authority {
            // A typing error would look like good news for ever.
            crate::ca::resolve(&state, Some(name))?;
        }
        if let Some(name) = &self.profile
            && !state.certificates.iter().any(|record| record.profile == *name)
        {
            super::options::profiles(&store)?.get(name)?;
        }
        let now = cx.now();
        let horizon = self.expiring_within.map(|span| span.after(now)).transpose()?;
        let newest: HashMap<&str, &str> =
            state.certificates.iter().map(|record| (record.lineage.as_str(), record.serial.as_str())).collect();
        let mut items: Vec<ListItem> = state
            .certificates
            .iter()
            .filter(|record| self.matches(record))
            .map(|record| item(&state, record, &newest, now))
            .filter(|item| !self.expired || item.state == "expired")
            .filter(|item| !self.revoked || matches!(item.state, "revoked" | "on hold"))
            .filter(|item| !(self.valid || horizon.is_some()) || item.state == "valid")
            .filter(|item| !self.current || item.current)
            .collect();
        if let Some(horizon) = horizon {
            items.retain(|item| parse_instant(&item.not_after).is_ok_and(|end| end <= horizon));
        }
        items.sort_by(|a, b| a.not_after.cmp(&b.not_after).then_with(|| a.lineage.cmp(&b.lineage)));
        if items.is_empty() {
            cx.ui.say(if state.certificates.is_empty() {
                "no certificate was issued yet"
            } else {
                "no certificate fits"
            });
        } else {
            let rows = items.iter().map(|item| row(item, now)).collect();
            cx.ui.table(&["NAME", "NAMES", "PROFILE", "STATE", "VALID UNTIL", "SERIAL"], rows)?;
        }
        cx.ui.json("list", &ListReport { certificates: items })?;
        Ok(Exit::Done)
    }

    fn matches(&self, record: &CertificateRecord) -> bool {
        let fits = |wanted: &Option<String>, have: &str| wanted.as_deref().is_none_or(|wanted| wanted == have);
        fits(&self.profile, &record.profile)
            && fits(&self.authority, &record.authority)
            && self.name.as_deref().is_none_or(|pattern| name_matches(pattern, record))
    }
}

pub(super) fn name_matches(pattern: &str, record: &CertificateRecord) -> bool {
    let values = record.names.iter().map(|name| name.split_once(':').map_or(name.as_str(), |(_, value)| value));
    let common_names = record.subject.split(", ").filter_map(|part| part.strip_prefix("CN="));
    std::iter::once(record.lineage.as_str())
        .chain(values)
        .chain(record.names.iter().map(String::as_str))
        .chain(common_names)
        .any(|candidate| glob::matches(pattern, candidate))
}

fn item(state: &State, record: &CertificateRecord, newest: &HashMap<&str, &str>, now: OffsetDateTime) -> ListItem {
    ListItem {
        serial: record.serial.clone(),
        lineage: record.lineage.clone(),
        subject: record.subject.clone(),
        names: record.names.clone(),
        profile: record.profile.clone(),
        authority: record.authority.clone(),
        not_before: record.not_before.clone(),
        not_after: record.not_after.clone(),
        state: standing(state, record, now),
        current: newest.get(record.lineage.as_str()) == Some(&record.serial.as_str()),
    }
}

/// `valid`, `expired` or `not valid yet`; `revoked` and `on hold` come first.
pub(super) fn standing(state: &State, record: &CertificateRecord, now: OffsetDateTime) -> &'static str {
    let entry = record.serial().and_then(|serial| state.revocation(&record.authority, &serial));
    match entry.map(|entry| entry.reason) {
        Some(Some(RevocationReason::CertificateHold)) => return "on hold",
        Some(_) => return "revoked",
        None => {}
    }
    if record.not_after().is_ok_and(|end| now > end) {
        "expired"
    } else if parse_instant(&record.not_before).is_ok_and(|start| now < start) {
        "not valid yet"
    } else {
        "valid"
    }
}

fn row(item: &ListItem, now: OffsetDateTime) -> Vec<String> {
    let names: Vec<&str> = item.names.iter().map(|name| name.strip_prefix("dns:").unwrap_or(name)).collect();
    let days = parse_instant(&item.not_after).map_or(0, |end| (end - now).whole_days());
    let end = item.not_after.get(..10).unwrap_or(&item.not_after);
    let left = if item.state == "valid" { format!("{end} ({days} d)") } else { end.to_owned() };
    vec![
        item.lineage.clone(),
        if names.is_empty() { item.subject.clone() } else { names.join(" ") },
        item.profile.clone(),
        item.state.to_owned(),
        left,
        item.serial.clone(),
    ]
}
