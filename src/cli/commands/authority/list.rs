//! `certwright authority list`.

use clap::Args;
use serde::Serialize;

use crate::ca::{self, Distrust};
use crate::cli::{CliError, Context, Exit};
use crate::store::{AuthorityRecord, Rollover, State, Store};
use crate::x509::time::format_instant;

/// The state of an authority whose own certificate is revoked.
const REVOKED: &str = "revoked";

const EXAMPLES: &str = "\
certwright authority list
certwright authority list --json | jq -r '.authorities[].name'";

/// List the authorities
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct ListArgs {}

/// An authority in a JSON report.
#[derive(Debug, Serialize)]
pub(super) struct AuthorityReport {
    name: String,
    default: bool,
    state: &'static str,
    subject: String,
    issuer: String,
    key: String,
    serial: String,
    not_after: String,
    rollover: Option<RolloverReport>,
    path_len: Option<u32>,
    permitted: Vec<String>,
    excluded: Vec<String>,
    sha256: String,
    certificate: String,
}

/// What takes an authority's place.
#[derive(Debug, Serialize)]
pub(super) struct RolloverReport {
    successor: String,
    retire: Option<String>,
    finished: bool,
    renewals_stay: bool,
}

impl RolloverReport {
    fn new(rollover: &Rollover) -> Option<Self> {
        Some(Self {
            successor: rollover.successor.clone()?,
            retire: rollover.retire.clone(),
            finished: rollover.finished,
            renewals_stay: rollover.renewals_stay,
        })
    }
}

#[derive(Debug, Serialize)]
struct ListReport {
    authorities: Vec<AuthorityReport>,
    requested: Vec<String>,
}

impl ListArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let state = store.read()?;
        let now = cx.now();
        let authorities = state
            .authorities
            .values()
            .map(|record| AuthorityReport::new(record, &state, &store, now))
            .collect::<Result<Vec<_>, _>>()?;
        let mut rows: Vec<Vec<String>> = authorities
            .iter()
            .map(|authority| {
                let marker = if authority.default { " (default)" } else { "" };
                vec![
                    format!("{}{marker}", authority.name),
                    authority.subject.clone(),
                    authority.key.clone(),
                    authority.standing(),
                    authority.not_after.clone(),
                ]
            })
            .collect();
        for name in state.requested.keys() {
            let waiting = "requested, waits for its certificate".to_owned();
            rows.push(vec![name.clone(), String::new(), String::new(), waiting, String::new()]);
        }
        if rows.is_empty() {
            cx.ui.say("no authority yet; certwright init makes one");
        } else {
            cx.ui.table(&["NAME", "SUBJECT", "KEY", "STATE", "VALID UNTIL"], rows)?;
        }
        cx.ui.json(
            "authority-list",
            &ListReport { authorities, requested: state.requested.keys().cloned().collect() },
        )?;
        Ok(Exit::Done)
    }
}

impl AuthorityReport {
    /// Describes an authority of the store.
    pub(super) fn new(
        record: &AuthorityRecord,
        state: &State,
        store: &Store,
        now: time::OffsetDateTime,
    ) -> Result<Self, CliError> {
        let certificate = record.certificate()?;
        let constraints = certificate.name_constraints.clone().unwrap_or_default();
        Ok(Self {
            name: record.authority.clone(),
            default: state.settings.default_authority.as_deref() == Some(record.authority.as_str()),
            state: match ca::distrust(state, record)? {
                Some(Distrust::Revoked) => REVOKED,
                Some(Distrust::BelowRevoked) => "an authority above it is revoked",
                None if now > certificate.not_after => "expired",
                None if now < certificate.not_before => "not valid yet",
                None if record.key && store.has_authority_key(&record.authority) => "can sign",
                None if record.key => "its key is not here",
                None => "anchor only, no key here",
            },
            subject: certificate.subject.to_string(),
            issuer: certificate.issuer.to_string(),
            key: certificate.public_key().map_or_else(|_| "unknown".to_owned(), |key| key.kind().to_string()),
            serial: certificate.serial.hex(),
            not_after: format_instant(certificate.not_after),
            rollover: RolloverReport::new(&record.rollover),
            path_len: certificate.basic_constraints.and_then(|constraints| constraints.path_len),
            permitted: constraints.permitted.iter().map(ToString::to_string).collect(),
            excluded: constraints.excluded.iter().map(ToString::to_string).collect(),
            sha256: crate::cli::commands::report::hex(&certificate.fingerprint()),
            certificate: certificate.to_pem(),
        })
    }

    /// The state, and what takes its place.
    fn standing(&self) -> String {
        match &self.rollover {
            None => self.state.to_owned(),
            Some(RolloverReport { successor, finished: true, .. }) if self.state == REVOKED => {
                format!("{REVOKED}, replaced by {successor}")
            }
            Some(RolloverReport { successor, finished: true, .. }) => {
                format!("replaced by {successor}, signs CRLs only")
            }
            Some(RolloverReport { successor, retire: None, .. }) => {
                format!("{}, {successor} takes its place", self.state)
            }
            Some(RolloverReport { successor, retire: Some(retire), .. }) => {
                format!("{}, {successor} takes its place, retires {retire}", self.state)
            }
        }
    }

    /// Labels and values for people.
    pub(super) fn lines(&self) -> Vec<(&'static str, String)> {
        let or_none = |list: &[String]| if list.is_empty() { "any name".to_owned() } else { list.join(" ") };
        vec![
            ("name", self.name.clone()),
            ("state", self.standing()),
            ("subject", self.subject.clone()),
            ("issuer", self.issuer.clone()),
            ("key", self.key.clone()),
            ("serial", self.serial.clone()),
            ("valid until", self.not_after.clone()),
            ("path length", self.path_len.map_or_else(|| "unlimited".to_owned(), |length| length.to_string())),
            ("may sign", or_none(&self.permitted)),
            ("may not sign", if self.excluded.is_empty() { "-".to_owned() } else { self.excluded.join(" ") }),
            ("SHA-256", self.sha256.clone()),
        ]
    }
}
