//! What a renewal tells.

use std::collections::BTreeMap;

use serde::Serialize;

use super::choose::Chosen;
use crate::cli::{CliError, Context, Exit};
use crate::store::{CertificateRecord, DeliveryForm, DeliveryRecord, State};
use crate::x509::escape;

/// `certwright/renew/1`.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    pub(super) dry_run: bool,
    /// What was renewed, and what an earlier run had left to do.
    pub(super) renewed: Vec<Item>,
    /// What was due and left out.
    pub(super) left_out: Vec<Left>,
    /// What could not be renewed.
    pub(super) failed: Vec<Failure>,
    /// Lineages whose files are no longer written to a place.
    pub(super) forgotten: Vec<String>,
    /// What is due next, if nothing is now.
    pub(super) next: Option<Next>,
}

#[derive(Debug, Serialize)]
pub(super) struct Next {
    lineage: String,
    due: String,
}

/// A certificate that was or would be renewed.
#[derive(Debug, Serialize)]
pub(super) struct Item {
    pub(super) lineage: String,
    /// Why: `due`, `expired`, `its authority retires`, `asked for`, `unfinished`.
    pub(super) why: &'static str,
    pub(super) old_serial: String,
    /// The new one; none in a dry run.
    pub(super) serial: Option<String>,
    pub(super) subject: String,
    pub(super) names: Vec<String>,
    pub(super) profile: String,
    pub(super) authority: String,
    pub(super) not_after: String,
    /// Whether it has a new key.
    pub(super) rekeyed: bool,
    /// The files in the store.
    pub(super) directory: Option<String>,
    pub(super) deliveries: Vec<Delivered>,
    /// What became of `--exec`: `done`, or why not; none where there was none to run.
    pub(super) hook: Option<String>,
}

/// Files outside the store.
#[derive(Debug, Serialize)]
pub(super) struct Delivered {
    pub(super) path: String,
    /// `bundle`, `certificate`, `export`, `keystore`.
    pub(super) kind: &'static str,
    pub(super) written: bool,
    /// Why it was not written.
    pub(super) why: Option<String>,
    /// SHA-256 of what was written, by the names of the files.
    #[serde(skip)]
    pub(super) files: BTreeMap<String, String>,
}

/// A certificate that was left out.
#[derive(Debug, Serialize)]
pub(super) struct Left {
    lineage: String,
    serial: String,
    not_after: String,
    why: &'static str,
    /// Whether it has been left out for long: it is told where it is asked for.
    #[serde(skip)]
    old: bool,
}

/// A certificate that could not be renewed.
#[derive(Debug, Serialize)]
pub(super) struct Failure {
    lineage: String,
    serial: String,
    exit: u8,
    why: String,
    hint: Option<String>,
    #[serde(skip)]
    code: Exit,
}

impl Left {
    pub(super) fn new(record: &CertificateRecord, why: &'static str, old: bool) -> Self {
        let (lineage, serial) = (record.lineage.clone(), record.serial.clone());
        Self { lineage, serial, not_after: record.not_after.clone(), why, old }
    }
}

impl Failure {
    pub(super) fn new(record: &CertificateRecord, error: CliError) -> Self {
        let (lineage, serial) = (record.lineage.clone(), record.serial.clone());
        Self { lineage, serial, exit: error.exit as u8, why: error.message, hint: error.hint, code: error.exit }
    }
}

impl Delivered {
    pub(super) fn new(delivery: &DeliveryRecord, result: Result<BTreeMap<String, String>, CliError>) -> Self {
        let (files, why) = match result {
            Ok(files) => (files, None),
            Err(CliError { message, hint: Some(hint), .. }) => (BTreeMap::new(), Some(format!("{message}; {hint}"))),
            Err(error) => (BTreeMap::new(), Some(error.message)),
        };
        Self { path: delivery.path.clone(), kind: kind(delivery), written: why.is_none(), why, files }
    }
}

fn kind(delivery: &DeliveryRecord) -> &'static str {
    match delivery.form {
        DeliveryForm::Bundle { .. } => "bundle",
        DeliveryForm::Certificate { .. } => "certificate",
        DeliveryForm::Export { .. } => "export",
        DeliveryForm::Keystore { .. } => "keystore",
        DeliveryForm::Truststore { .. } => "truststore",
    }
}

impl Item {
    /// Whether there is something new to be read: one place that could not be written keeps nobody from reading the others.
    pub(super) fn has_news(&self) -> bool {
        self.deliveries.is_empty() || self.deliveries.iter().any(|delivery| delivery.written)
    }

    /// Whether all that was to be done is done.
    pub(super) fn is_delivered(&self) -> bool {
        self.deliveries.iter().all(|delivery| delivery.written)
    }
}

impl Report {
    /// What was left out and refused before anything was done.
    pub(super) fn of(chosen: &mut Chosen) -> Self {
        let next = chosen.next.take().map(|(lineage, due)| Next { lineage, due });
        let failed = std::mem::take(&mut chosen.refused);
        let failed = failed.into_iter().map(|(record, error)| Failure::new(&record, error)).collect();
        Self { left_out: std::mem::take(&mut chosen.left), failed, next, ..Self::default() }
    }

    /// Adds what would be renewed, or whose files would be written, and by which authority.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub(super) fn plan(
        &mut self,
        state: &State,
        record: CertificateRecord,
        why: &'static str,
        (authority, profile): (String, String),
        rekeyed: bool,
    ) -> Result<(), CliError> {
        let wanted = |delivery: &&DeliveryRecord| why != "unfinished" || delivery.pending;
        let place = |delivery: &DeliveryRecord| Delivered {
            path: delivery.path.clone(),
            kind: kind(delivery),
            written: false,
            why: None,
            files: BTreeMap::new(),
        };
        self.renewed.push(Item {
            deliveries: state.deliveries(&record.lineage)?.iter().filter(wanted).map(place).collect(),
            lineage: record.lineage,
            why,
            old_serial: record.serial,
            serial: None,
            subject: record.subject,
            names: record.names,
            profile,
            authority,
            not_after: record.not_after,
            rekeyed,
            directory: None,
            hook: None,
        });
        Ok(())
    }

    /// Tells all of it; the exit status says whether something failed.
    ///
    /// # Errors
    /// When stdout is gone.
    pub(super) fn tell(self, cx: &mut Context) -> Result<Exit, CliError> {
        for item in &self.renewed {
            self.tell_item(cx, item)?;
        }
        let old = self.left_out.iter().filter(|left| left.old).count();
        if old > 0 {
            cx.ui.say(&format!("left out: {old} that expired more than 30 days ago (--expired renews them, too)"));
        }
        for left in self.left_out.iter().filter(|left| !left.old) {
            cx.ui.warn(&format!(
                "{} is left out: {} (serial {}, until {})",
                left.lineage, left.why, left.serial, left.not_after
            ));
        }
        for failure in &self.failed {
            let hint = failure.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
            cx.ui.warn(&format!("{} is not renewed: {}{hint}", failure.lineage, failure.why));
        }
        if self.renewed.is_empty() && self.failed.is_empty() && self.forgotten.is_empty() {
            cx.ui.say(&match &self.next {
                Some(next) => format!("nothing is due; the next is {} from {} on", next.lineage, next.due),
                None => "nothing is due".to_owned(),
            });
        }
        let incomplete = self.renewed.iter().any(|item| {
            !(self.dry_run || item.is_delivered()) || item.hook.as_ref().is_some_and(|hook| hook != "done")
        });
        let exit = match self.failed.first() {
            Some(failure) => failure.code,
            None if incomplete => Exit::Failed,
            None => Exit::Done,
        };
        cx.ui.json("renew", &self)?;
        Ok(exit)
    }

    fn tell_item(&self, cx: &mut Context, item: &Item) -> Result<(), CliError> {
        let name = &item.lineage;
        match (&item.serial, item.why) {
            (_, "unfinished") if self.dry_run => cx.ui.say(&format!("would write the files of {name}")),
            (_, "unfinished") => cx.ui.say(&format!("finished the renewal of {name}")),
            (None, why) => cx.ui.say(&format!("would renew {name}: {why}, until {}", item.not_after)),
            (Some(serial), _) => {
                let key = if item.rekeyed { "new key" } else { "same key" };
                cx.ui.say(&format!("renewed {name}: valid until {}, serial {serial}, {key}", item.not_after));
            }
        }
        for delivery in &item.deliveries {
            match &delivery.why {
                _ if self.dry_run => cx.ui.say(&format!("  would write to {}", delivery.path)),
                None => {
                    cx.ui.say(&format!("  written to {}", delivery.path));
                    cx.ui.line(&delivery.path)?;
                }
                Some(why) => cx.ui.warn(&format!("{name}: not written to {}: {}", delivery.path, escape(why))),
            }
        }
        if item.deliveries.is_empty() && !self.dry_run {
            // What has neither is known by its name.
            cx.ui.line(item.directory.as_deref().unwrap_or(&item.lineage))?;
        }
        if let Some(why) = item.hook.as_ref().filter(|hook| *hook != "done") {
            cx.ui.warn(&format!("{name}: the command in --exec {why}; the new certificate stays"));
        }
        Ok(())
    }
}
