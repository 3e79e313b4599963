//! How far a rollover is.

use serde::Serialize;
use time::OffsetDateTime;

use crate::ca::{self, Begun, Remaining};
use crate::cli::commands::report::{CertificateReport, summary};
use crate::cli::{CliError, Context};
use crate::issuance;
use crate::store::State;
use crate::x509::Certificate;

/// `certwright/authority-rollover/1`.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// `started`, `changed`, `finished`, or `none`.
    action: &'static str,
    dry_run: bool,
    authority: String,
    successor: String,
    /// RFC 3339.
    retire: Option<String>,
    finished: bool,
    /// `move` or `stay`.
    renewals: &'static str,
    /// The certificate of the successor.
    certificate: CertificateReport,
    /// What servers send during the rollover of a root: the successor by the old one, the old one by the successor.
    cross: Vec<CertificateReport>,
    /// What of the old authority is in use.
    in_use: Vec<Remaining>,
    /// What to do, one after the other.
    next: Vec<String>,
    /// Whether it is about roots.
    #[serde(skip)]
    root: bool,
    #[serde(skip)]
    made: Option<Certificate>,
}

impl Report {
    pub(super) fn new(
        action: &'static str,
        dry_run: bool,
        state: &State,
        authority: &str,
        now: OffsetDateTime,
    ) -> Result<Self, CliError> {
        let record = ca::resolve(state, Some(authority))?;
        let name = record.rollover.successor.clone().ok_or_else(|| {
            CliError::refused(format!("nothing takes the place of authority {authority}"))
                .hint(format!("begin with \"certwright authority rollover {authority}\""))
        })?;
        let successor = ca::resolve(state, Some(&name))?;
        let (old, new) = (record.certificate()?, successor.certificate()?);
        let mut cross = Vec::new();
        for (record, own) in [(successor, &new), (record, &old)] {
            let of_own = record.rollover.cross()?.into_iter().filter(|cross| cross.subject == own.subject);
            cross.extend(of_own.map(|cross| CertificateReport::new(None, &cross, &issuance::Report::default())));
        }
        let in_use = ca::remaining(state, authority, now)?;
        let next = if record.rollover.finished { Vec::new() } else { steps(state, authority, &name, &old, &in_use) };
        Ok(Self {
            action,
            dry_run,
            authority: authority.to_owned(),
            certificate: CertificateReport::new(Some(&name), &new, &issuance::Report::default()),
            successor: name,
            retire: record.rollover.retire.clone(),
            finished: record.rollover.finished,
            renewals: if record.rollover.renewals_stay { "stay" } else { "move" },
            cross,
            in_use,
            next,
            root: old.is_root(),
            made: None,
        })
    }

    /// With what was made just now.
    pub(super) fn begun(mut self, begun: &Begun) -> Self {
        if let Some(made) = &begun.made {
            self.certificate = CertificateReport::from(made);
            self.made = Some(made.certificate.clone());
        }
        self
    }

    /// Tells people, and prints what is in use.
    ///
    /// # Errors
    /// When stdout is gone.
    pub(super) fn tell(self, cx: &mut Context) -> Result<(), CliError> {
        let Self { authority, successor, .. } = &self;
        if let Some(made) = &self.made {
            cx.ui.say(&format!("made authority {successor}: {}", summary(made)));
        }
        if self.finished {
            let anchor = if self.root { " and is no anchor any more" } else { "" };
            cx.ui.say(&format!("{successor} has taken the place of {authority}, which signs CRLs only{anchor}"));
        } else {
            cx.ui.say(&format!("{successor} takes the place of {authority}"));
            for cross in &self.cross {
                cx.ui.say(&format!(
                    "  cross-certificate: {} by {}, until {}",
                    cross.subject, cross.issuer, cross.not_after
                ));
            }
            let renews = if self.renewals == "stay" { authority } else { successor };
            let retires = match &self.retire {
                Some(retire) => format!("{authority} retires {retire}"),
                None => format!("{authority} has no date to retire (--retire)"),
            };
            cx.ui.say(&format!("  {renews} signs renewals; {retires}"));
        }
        if !self.in_use.is_empty() {
            cx.ui.say(&format!("in use and signed by {authority}: {}", self.in_use.len()));
        }
        let row =
            |one: &Remaining| vec![one.name.clone(), one.kind.to_owned(), one.not_after.clone(), one.next.to_owned()];
        cx.ui.table(&["NAME", "WHAT", "LAPSES", "NEXT"], self.in_use.iter().map(row).collect())?;
        for (number, step) in (1..).zip(&self.next) {
            cx.ui.say(&format!("{number}. {step}"));
        }
        cx.ui.json("authority-rollover", &self)
    }
}

/// What is to be done until the rollover can be finished.
fn steps(state: &State, authority: &str, successor: &str, old: &Certificate, in_use: &[Remaining]) -> Vec<String> {
    let mut steps = Vec::new();
    let has = |next: &str| in_use.iter().any(|one| one.next == next);
    if !state.settings.crl_urls.is_empty() && state.standing(successor).newest_full().is_none() {
        steps.push(format!("certwright crl publish --authority {successor}"));
    }
    if !in_use.is_empty() && old.is_root() {
        steps.push(
            "certwright truststore build --out FILE, certwright publish --to DIR: bring both roots to all clients"
                .to_owned(),
        );
    }
    for below in in_use.iter().filter(|one| one.next == "rollover") {
        steps.push(format!("certwright authority rollover {}", below.name));
    }
    for below in in_use.iter().filter(|one| one.next == "sign") {
        steps.push(format!(
            "have a new authority take the place of {0} where its store is: certwright sign its request --profile intermediate \
             --authority {successor}; then certwright revoke {1} --reason superseded",
            below.name, below.serial
        ));
    }
    if has("renew") {
        steps.push(format!("certwright renew --all --signed-by {authority}"));
    }
    if has("deliver") {
        steps.push("certwright renew --due".to_owned());
    }
    steps.push(format!("certwright authority rollover {authority} --finish"));
    steps
}
