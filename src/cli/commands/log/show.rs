//! `certwright log show`.

use std::collections::VecDeque;

use clap::builder::PossibleValuesParser;
use serde::Serialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::ca;
use crate::cli::glob;
use crate::cli::{CliError, Context, Exit};
use crate::store::{Entry, Event};
use crate::x509::time::parse_instant;

const EXAMPLES: &str = "\
certwright log show --last 20
certwright log show --name 'api.*' --kind certificate-issued
certwright log show --authority issuing --since 2026-01-01 --until 2026-02-01
certwright log show --jsonl | jq -r .actor | sort | uniq -c";

/// What the table says about an event, where it has it.
const TOLD: [&str; 12] = [
    "authority",
    "lineage",
    "serial",
    "profile",
    "not_after",
    "reason",
    "number",
    "origin",
    "rollover",
    "through",
    "path",
    "settings",
];

/// Show what was done, when and by whom
///
/// All filters must hold. With --json the report is one document; --jsonl prints the journal's lines themselves, one JSON
/// object each.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// Only events of lineages or alternative names like this (* and ? match)
    #[arg(long, value_name = "GLOB")]
    name: Option<String>,
    /// Only events of an authority
    #[arg(long, value_name = "NAME")]
    authority: Option<String>,
    /// Only one kind of event
    #[arg(long, value_name = "KIND", value_parser = PossibleValuesParser::new(Event::KINDS))]
    kind: Option<String>,
    /// Only events at this instant or later
    #[arg(long, value_name = "TIME", value_parser = parse_instant)]
    since: Option<OffsetDateTime>,
    /// Only events before this instant
    #[arg(long, value_name = "TIME", value_parser = parse_instant)]
    until: Option<OffsetDateTime>,
    /// Only the last N of them
    #[arg(long, value_name = "N")]
    last: Option<usize>,
    /// Print the journal's lines, one JSON object each
    #[arg(long, conflicts_with = "json")]
    jsonl: bool,
}

/// `certwright/log/1`.
#[derive(Serialize)]
struct Report<'a> {
    entries: Vec<&'a Map<String, Value>>,
}

impl Args {
    /// Prints the events.
    ///
    /// # Errors
    /// When there is no store, its journal is damaged, or nothing in it speaks of the authority that is asked for.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let name = self.name.as_deref();
        let mut chosen: VecDeque<Line> = VecDeque::new();
        let mut failed = None;
        let mut authority_known = false;
        store.for_each_entry(&mut |entry| match line(entry) {
            Ok(line) => {
                authority_known |= is(&line.fields, "authority", self.authority.as_deref());
                if self.wants(entry, &line.fields, name) {
                    chosen.push_back(line);
                    if self.last.is_some_and(|last| chosen.len() > last) {
                        chosen.pop_front();
                    }
                }
            }
            Err(error) => failed = Some(error),
        })?;
        if let Some(error) = failed {
            return Err(CliError::failed(format!("the journal cannot be printed: {error}")));
        }
        if let Some(name) = self.authority.as_deref().filter(|_| !authority_known) {
            // A typing error would look like good news for ever.
            ca::resolve(&store.read()?, Some(name))?;
        }
        if self.jsonl {
            for line in &chosen {
                cx.ui.line(&line.text)?;
            }
        } else {
            cx.ui.json("log", &Report { entries: chosen.iter().map(|line| &line.fields).collect() })?;
            cx.ui.table(&["LINE", "TIME", "ACTOR", "EVENT", "WHAT"], chosen.iter().map(row).collect())?;
        }
        if chosen.is_empty() {
            cx.ui.say("no such events");
        }
        Ok(Exit::Done)
    }

    fn wants(&self, entry: &Entry, fields: &Map<String, Value>, name: Option<&str>) -> bool {
        let time = parse_instant(&entry.time).ok();
        is(fields, "authority", self.authority.as_deref())
            && is(fields, "event", self.kind.as_deref())
            && self.since.is_none_or(|since| time.is_some_and(|time| time >= since))
            && self.until.is_none_or(|until| time.is_some_and(|time| time < until))
            && name.is_none_or(|name| names(fields).any(|candidate| glob::matches_name(name, candidate)))
    }
}

/// Whether a field has the value that is wanted, if one is.
fn is(fields: &Map<String, Value>, field: &str, wanted: Option<&str>) -> bool {
    wanted.is_none_or(|wanted| fields.get(field).and_then(Value::as_str) == Some(wanted))
}

/// A journal line: as it is written, and its fields.
struct Line {
    text: String,
    fields: Map<String, Value>,
}

fn line(entry: &Entry) -> serde_json::Result<Line> {
    let text = serde_json::to_string(entry)?;
    let fields = serde_json::from_str(&text)?;
    Ok(Line { text, fields })
}

/// The names that an event is about: its lineage, and its alternative names with and without their kind.
fn names(fields: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let lineage = fields.get("lineage").and_then(Value::as_str);
    let alternative = fields.get("names").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let bare = alternative.clone().filter_map(|name| name.split_once(':').map(|(_, value)| value));
    let deliveries = fields.get("deliveries").and_then(Value::as_array).into_iter().flatten();
    let delivered = deliveries.filter_map(|delivery| delivery.get("lineage").and_then(Value::as_str));
    lineage.into_iter().chain(alternative).chain(bare).chain(delivered)
}

/// Who takes an authority's place, and what was agreed on; that certificates are served or trusted beside it for a rollover above.
fn told_rollover(rollover: &Map<String, Value>) -> String {
    let words = ["successor", "retire"].iter().filter_map(|field| rollover.get(*field)?.as_str());
    let finished = rollover.get("finished").and_then(Value::as_bool).unwrap_or_default().then_some("finished");
    let words: Vec<&str> = words.chain(finished).collect();
    if words.is_empty() { "above".to_owned() } else { words.join(",") }
}

fn row(Line { fields, .. }: &Line) -> Vec<String> {
    let text = |field: &str| match fields.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Object(rollover)) if field == "rollover" => told_rollover(rollover),
        Some(value) => value.to_string(),
        None => String::new(),
    };
    let what = TOLD.iter().filter(|field| fields.get(**field).is_some_and(|value| !value.is_null()));
    let what: Vec<String> = what.map(|field| format!("{field}={}", text(field))).collect();
    vec![text("seq"), text("time"), text("actor"), text("event"), what.join(" ")]
}
