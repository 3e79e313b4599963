//! Taking away what is not described any more.

use std::path::Path;

use super::MAX_SIZE;
use super::execute::Run;
use crate::ca::Cause;
use crate::cli::files::{digest, places};
use crate::cli::{CliError, Context};
use crate::manifest::{Plan, Pruned, Seen, Work};
use crate::store::{DeliveryForm, DeliveryRecord, Draft, Event, Writer};
use crate::x509::RevocationReason;

impl Run<'_> {
    /// Revokes, removes and forgets.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub(super) fn prune(&mut self, cx: &mut Context, writer: &mut Writer<'_>, plan: &Plan) -> Result<(), CliError> {
        for (step, one) in plan.steps.iter().enumerate() {
            let Work::Prune(pruned) = &one.work else { continue };
            let deliveries = match pruned {
                Pruned::Delivery(record) => std::slice::from_ref(record.as_ref()),
                Pruned::Lineage { serials, deliveries, .. } => {
                    let cause = Cause {
                        reason: RevocationReason::CessationOfOperation,
                        invalidity_date: None,
                        revoked_at: self.now,
                    };
                    if let Err(error) = self.revoke(cx, writer, serials, &cause) {
                        self.fail(step, error);
                        continue;
                    }
                    deliveries.as_slice()
                }
            };
            for record in deliveries {
                match remove(cx, record) {
                    Ok(()) => self.forget(cx, writer, record)?,
                    Err(error) => self.fail(step, error),
                }
            }
        }
        Ok(())
    }

    /// Forgets one delivery, and not another one of the lineage in the same directory.
    fn forget(&self, cx: &Context, writer: &mut Writer<'_>, record: &DeliveryRecord) -> Result<(), CliError> {
        let DeliveryRecord { lineage, path, .. } = record;
        let mut others = writer.state().deliveries(lineage)?;
        others.retain(|known| known.path == *path && known.file != record.file);
        let mut events = vec![Event::DeliveryForgotten { lineage: lineage.clone(), path: path.clone() }];
        if !others.is_empty() {
            events.push(Event::Delivered { deliveries: others });
        }
        let drafts = events.into_iter().map(|event| Draft { event, key_pem: None }).collect();
        Ok(writer.commit(self.now, &cx.settings.actor, drafts)?)
    }
}

/// Removes the files of a delivery that are as they were written, and a directory that is empty then.
fn remove(cx: &mut Context, record: &DeliveryRecord) -> Result<(), CliError> {
    let path = Path::new(&record.path);
    let dir = if record.file.is_empty() { path.parent().unwrap_or(path) } else { path };
    if record.files.is_empty() {
        cx.ui.say(&format!("{} is left: nothing tells whether it is as it was written", path.display()));
    }
    for (name, written) in &record.files {
        let file = dir.join(name);
        match digest::seen(&file, MAX_SIZE) {
            Seen::Missing | Seen::NotLooked => {}
            Seen::File { sha256, .. } if sha256 == *written => places::remove(&file)?,
            Seen::File { .. } | Seen::Other => {
                cx.ui.say(&format!("{} is left: somebody changed it", file.display()));
            }
        }
    }
    if matches!(record.form, DeliveryForm::Bundle { .. } | DeliveryForm::Export { .. }) {
        places::remove_empty(dir);
    }
    Ok(())
}
