//! A CRL, as a report and as labelled lines.

use serde::Serialize;
use time::OffsetDateTime;

use super::facts::{self, ExtensionFacts, line};
use crate::cli::commands::integer::Integer;
use crate::x509::display::hex;
use crate::x509::time::format_instant;
use crate::x509::{Crl, Oid, RevokedEntry};

/// Entries that are shown without `--all`.
const SHOWN: usize = 20;

/// `cRLNumber` and `deltaCRLIndicator`.
const NUMBERS: [Oid; 2] = [Oid::new_unwrap("2.5.29.20"), Oid::new_unwrap("2.5.29.27")];

/// A CRL in `certwright/inspect/1`.
#[derive(Debug, Serialize)]
pub(super) struct CrlFacts {
    issuer: String,
    number: Option<Integer>,
    /// The number of the CRL that a delta CRL builds on.
    delta_base: Option<Integer>,
    this_update: String,
    next_update: Option<String>,
    stale: bool,
    signature_algorithm: String,
    extensions: Vec<ExtensionFacts>,
    /// How many certificates are revoked; without `--all` only the first are listed.
    revoked: usize,
    entries: Vec<EntryFacts>,
    sha256: String,
}

#[derive(Debug, Serialize)]
struct EntryFacts {
    serial: String,
    revoked_at: String,
    reason: Option<String>,
    invalidity_date: Option<String>,
}

impl From<&RevokedEntry> for EntryFacts {
    fn from(entry: &RevokedEntry) -> Self {
        Self {
            serial: entry.serial.hex(),
            revoked_at: format_instant(entry.revoked_at),
            reason: entry.reason.map(|reason| reason.to_string()),
            invalidity_date: entry.invalidity_date.map(format_instant),
        }
    }
}

impl CrlFacts {
    pub(super) fn new(crl: &Crl, now: OffsetDateTime, all: bool) -> Self {
        Self {
            issuer: crl.issuer.to_string(),
            number: crl.number.as_deref().map(Integer::from_octets),
            delta_base: crl.delta_base.as_deref().map(Integer::from_octets),
            this_update: format_instant(crl.this_update),
            next_update: crl.next_update.map(format_instant),
            stale: crl.next_update.is_some_and(|next| now > next),
            signature_algorithm: facts::signature(&crl.signature_algorithm_der),
            extensions: ExtensionFacts::all(&crl.extensions),
            revoked: crl.entries.len(),
            entries: crl.entries.iter().take(if all { usize::MAX } else { SHOWN }).map(EntryFacts::from).collect(),
            sha256: hex(ring::digest::digest(&ring::digest::SHA256, crl.der()).as_ref()),
        }
    }

    pub(super) fn lines(&self, crl: &Crl, now: OffsetDateTime) -> Vec<String> {
        let next = match crl.next_update {
            None => "not given".to_owned(),
            Some(next) if now > next => format!("{} (stale for {})", format_instant(next), facts::length(now - next)),
            Some(next) => facts::until(next, now),
        };
        let mut lines = vec![line("issuer", &facts::shown(&crl.issuer))];
        let number = |octets: &[u8]| format!("{} (0x{})", Integer::from_octets(octets), hex(octets));
        lines.extend(crl.number.as_deref().map(|octets| line("number", &number(octets))));
        lines.extend(crl.delta_base.as_deref().map(|octets| line("delta to", &number(octets))));
        lines.push(line("this update", &facts::from(crl.this_update, now)));
        lines.push(line("next update", &next));
        lines.push(line("signature", &self.signature_algorithm));
        let told = crl.extensions.iter().zip(&self.extensions);
        // The numbers have lines of their own.
        let rest = told.filter(|(extension, _)| !NUMBERS.contains(&extension.oid));
        lines.extend(rest.flat_map(|(_, facts)| facts.lines()));
        lines.push(line("revoked", &self.revoked.to_string()));
        lines.extend(self.entries.iter().map(EntryFacts::line));
        if self.entries.len() < self.revoked {
            let more = self.revoked - self.entries.len();
            lines.push(line("", &format!("… and {more} more (--all shows them)")));
        }
        lines.push(line("SHA-256", &self.sha256));
        lines
    }
}

impl EntryFacts {
    fn line(&self) -> String {
        let mut text = format!("{} on {}", self.serial, self.revoked_at);
        if let Some(reason) = &self.reason {
            text.push_str(&format!(", {reason}"));
        }
        if let Some(date) = &self.invalidity_date {
            text.push_str(&format!(", invalid since {date}"));
        }
        line("", &text)
    }
}
