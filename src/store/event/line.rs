//! Reading a line of the journal, known to this version or not.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::{CertificateRecord, Entry, Event};
use crate::store::Packed;

/// The part of a line that every event has.
#[derive(Deserialize)]
struct Header<'a> {
    seq: u64,
    #[serde(borrow)]
    prev: Cow<'a, str>,
    tx: u64,
    lines: u64,
    #[serde(borrow)]
    time: Cow<'a, str>,
    #[serde(borrow)]
    actor: Cow<'a, str>,
}

/// A line as read: its event is `None` where this version does not know it.
pub(in crate::store) struct Line {
    pub(in crate::store) seq: u64,
    pub(in crate::store) prev: String,
    pub(in crate::store) tx: u64,
    pub(in crate::store) lines: u64,
    time: String,
    actor: String,
    event: Result<Event, String>,
}

/// A whole line of a certificate. A journal is mostly made of these, and reading one in a single pass is several times
/// faster than through the tagged enum.
#[derive(Deserialize)]
struct CertificateLine<'a> {
    seq: u64,
    prev: String,
    tx: u64,
    lines: u64,
    time: String,
    actor: String,
    #[serde(borrow)]
    event: Cow<'a, str>,
    authority: String,
    lineage: String,
    serial: String,
    profile: String,
    subject: String,
    names: Vec<String>,
    not_before: String,
    not_after: String,
    key_sha256: String,
    key: bool,
    #[serde(default)]
    packed: Option<Packed>,
    certificate: String,
    #[serde(default)]
    variables: BTreeMap<String, String>,
}

impl Line {
    /// Reads a line without its newline.
    pub(in crate::store) fn parse(bytes: &[u8]) -> Result<Self, String> {
        match is_certificate(bytes).then(|| serde_json::from_slice::<CertificateLine<'_>>(bytes)) {
            Some(Ok(line)) if line.event == "certificate-issued" => Ok(line.into()),
            _ => Self::parse_any(bytes),
        }
    }

    fn parse_any(bytes: &[u8]) -> Result<Self, String> {
        let unknown = match serde_json::from_slice(bytes) {
            Ok(Entry { seq, prev, tx, lines, time, actor, event }) => {
                return Ok(Self { seq, prev, tx, lines, time, actor, event: Ok(event) });
            }
            Err(error) => Err(no_line(&error)),
        };
        let header: Header<'_> = serde_json::from_slice(bytes).map_err(|error| no_line(&error))?;
        Ok(Self {
            seq: header.seq,
            prev: header.prev.into_owned(),
            tx: header.tx,
            lines: header.lines,
            event: unknown,
            time: header.time.into_owned(),
            actor: header.actor.into_owned(),
        })
    }

    /// What it says, where this version knows that.
    pub(in crate::store) fn event(&self) -> Option<&Event> {
        self.event.as_ref().ok()
    }

    /// The entry, or why there is none.
    pub(in crate::store) fn into_entry(self) -> Result<Entry, String> {
        let Self { seq, prev, tx, lines, time, actor, event } = self;
        Ok(Entry { seq, prev, tx, lines, time, actor, event: event? })
    }
}

impl From<CertificateLine<'_>> for Line {
    fn from(line: CertificateLine<'_>) -> Self {
        let CertificateLine { seq, prev, tx, lines, time, actor, .. } = line;
        let record = CertificateRecord {
            authority: line.authority,
            lineage: line.lineage,
            serial: line.serial,
            profile: line.profile,
            subject: line.subject,
            names: line.names,
            not_before: line.not_before,
            not_after: line.not_after,
            key_sha256: line.key_sha256,
            key: line.key,
            packed: line.packed,
            certificate: line.certificate,
            chain: Vec::new(),
            variables: line.variables,
        };
        Self { seq, prev, tx, lines, time, actor, event: Ok(Event::CertificateIssued(record)) }
    }
}

/// Whether a line seems to be of a certificate: its event stands near its beginning. No more than advice.
fn is_certificate(bytes: &[u8]) -> bool {
    const EVENT: &[u8] = br#""event":"certificate-issued""#;
    bytes.windows(EVENT.len()).take(512).any(|found| found == EVENT)
}

fn no_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    // The line number that JSON reports is always 1; the journal's is given beside it.
    let text = text.split(" at line ").next().unwrap_or_default();
    let safe: String = text.chars().take(200).flat_map(char::escape_debug).collect();
    format!("is no journal line that this version knows: {safe}")
}
