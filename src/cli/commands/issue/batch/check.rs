//! What every line of a batch asks for, before anything is signed.

use std::collections::HashMap;

use super::super::input::{Input, Raw};
use super::super::line::{Line, Terms};
use super::super::summary::{Refused, Skipped, refusal};
use super::{Batch, CHUNK, TOLD};
use crate::ca::{self, Rehearsal};
use crate::cli::commands::bundle::Bundle;
use crate::cli::commands::options::session;
use crate::cli::files::{self, Inputs};
use crate::cli::{CliError, Context};
use crate::issuance::Prepared;
use crate::store::{CertificateRecord, State};

/// What becomes of a line.
pub(super) enum Verdict {
    Issue,
    Refused,
    /// Its certificate is there.
    Skip,
}

/// What checking a line gives.
struct Checked {
    number: u64,
    name: String,
    /// The line, and what would be signed, where that is asked for.
    outcome: Result<(Line, Option<Prepared>), CliError>,
}

impl Batch<'_> {
    /// Checks every line; gives what would be signed for a dry run.
    pub(super) fn check(
        &mut self,
        cx: &mut Context,
        input: &Input<'_>,
        terms: &Terms<'_, '_>,
        state: &State,
    ) -> Result<Vec<(String, Prepared)>, CliError> {
        let actor = cx.settings.actor.clone();
        let session = session(cx, &actor, &|| {});
        let rehearsal = Rehearsal::new(state, &session)?;
        let inputs = Inputs::new(cx, self.args.many.batch.as_deref())?;
        let mut lineages: HashMap<String, u64> = HashMap::new();
        let mut rehearsed = Vec::new();
        let mut lines = input.lines().peekable();
        while lines.peek().is_some() {
            let chunk: Vec<_> = lines.by_ref().take(CHUNK).collect();
            let check = |(number, raw): (u64, Result<Raw<'_>, String>)| {
                let mut checked = check_line(number, raw, input, terms, &rehearsal);
                if let Ok((_, prepared)) = &mut checked.outcome
                    && !(self.args.dry_run || self.args.many.skip_existing)
                {
                    // Many of them: each core clears away its own.
                    *prepared = None;
                }
                Ok::<_, CliError>(checked)
            };
            for Checked { number, name, outcome } in ca::in_parallel(chunk, check)? {
                let verdict = outcome.and_then(|(line, prepared)| {
                    if let Some(before) = lineages.insert(line.lineage.clone(), number) {
                        return Err(CliError::usage(format!(
                            "its name in the store, {}, is that of line {before}",
                            line.lineage
                        ))
                        .hint("give one of them another with lineage, or leave it out"));
                    }
                    let newest = if self.args.many.skip_existing { state.lineage(&line.lineage)?.pop() } else { None };
                    let is_same = |record: &&CertificateRecord| {
                        prepared.as_ref().is_some_and(|prepared| is_same(state, record, &line, prepared, session.now))
                    };
                    let same = newest.filter(is_same);
                    if let Some(record) = same {
                        self.report.skipped.push(Skipped {
                            line: number,
                            lineage: line.lineage,
                            serial: record.serial.clone(),
                        });
                        return Ok(Verdict::Skip);
                    }
                    if let Some(out) = &self.args.many.out_dir {
                        let paths = Bundle::paths(&line.directory(out), true);
                        files::refuse_existing(&inputs, &paths, self.args.force)?;
                    }
                    if self.args.dry_run {
                        rehearsed.extend(prepared.map(|prepared| (format!("line {number}"), prepared)));
                    }
                    Ok(Verdict::Issue)
                });
                self.verdicts.push(verdict.unwrap_or_else(|error| {
                    self.report.refused.push(Refused::new(number, name, error));
                    Verdict::Refused
                }));
            }
        }
        if !self.report.refused.is_empty() {
            if !self.args.many.keep_going {
                return Err(refusal(&self.shown, &self.report.refused, self.verdicts.len()));
            }
            for refused in self.report.refused.iter().take(TOLD) {
                cx.ui.warn(&format!("{}: {refused}", self.shown));
            }
        }
        Ok(rehearsed)
    }
}

fn check_line(
    number: u64,
    raw: Result<Raw<'_>, String>,
    input: &Input<'_>,
    terms: &Terms<'_, '_>,
    rehearsal: &Rehearsal<'_>,
) -> Checked {
    let mut name = String::new();
    let outcome = raw.and_then(|raw| input.fields(&raw)).map_err(CliError::usage).and_then(|fields| {
        name = fields.name.clone().unwrap_or_default();
        let line = terms.line(fields)?;
        let prepared = terms.rehearse(rehearsal, &line)?;
        Ok((line, Some(prepared)))
    });
    Checked { number, name, outcome }
}

/// Whether a certificate is what a line asks for, and good.
fn is_same(
    state: &State,
    record: &CertificateRecord,
    line: &Line,
    prepared: &Prepared,
    now: time::OffsetDateTime,
) -> bool {
    let wanted = prepared.preview();
    let live = record.not_after().is_ok_and(|end| now < end);
    let stands = record
        .serial()
        .is_some_and(|serial| state.revocation(&record.authority, &serial).is_ok_and(|found| found.is_none()));
    live && stands
        && record.profile == line.profile.name()
        && record.authority == line.issuer.name
        && record.subject == wanted.subject.to_string()
        && record.names.iter().eq(wanted.subject_alt_names.iter().map(ToString::to_string).collect::<Vec<_>>().iter())
}
