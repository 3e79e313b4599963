//! `certwright issue --batch`: a key and a certificate for every line of a file.
//!
//! Every line is checked before anything is signed. Then they are issued a chunk at a time, each chunk a transaction, so that
//! memory does not grow with the file and what was issued is durable whatever happens next.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use super::IssueArgs;
use super::encryption::Encryption;
use super::input::{BatchFormat, Input, Raw};
use super::line::{Line, Terms};
use super::missing::Missing;
use super::press::{Press, Target};
use super::summary::{BatchReport, Issued, Refused, Skipped, refusal};
use crate::ca::{self, CaError, Outcome, Rehearsal, Session, Signed, Signing};
use crate::cli::commands::bundle::Bundle;
use crate::cli::commands::options::{load_authority, profiles, session};
use crate::cli::commands::pack::Pack;
use crate::cli::commands::{crl, delivery, dry_run};
use crate::cli::files::{self, Inputs};
use crate::cli::{CliError, Context, Exit};
use crate::issuance::{Prepared, Report};
use crate::store::{CertificateRecord, DeliveryRecord, State, Store, StoreError, Writer};
use crate::x509::time::format_instant;

/// Largest file that is read, in bytes: some millions of lines.
const MAX_SIZE: usize = 256 << 20;

/// Lines that are checked, and certificates that are recorded, at a time. Beyond some hundreds, syncing the disk costs hardly
/// anything beside the rest; with so many, memory stays within a few megabytes.
const CHUNK: usize = 1000;

/// How many lines are told about one by one.
const TOLD: usize = 10;

/// Many certificates at once.
#[derive(Debug, Default, clap::Args)]
pub(super) struct BatchArgs {
    /// Issue a certificate for every line of this file (JSON Lines or CSV); - is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "names", "key_file", "lineage", "out", "self_signed"])]
    pub batch: Option<PathBuf>,
    /// How the file is written [default: as its name ends: .jsonl, .ndjson, .csv, .tsv]
    #[arg(long, value_name = "FORMAT", value_enum, requires = "batch")]
    pub batch_format: Option<BatchFormat>,
    /// For each line a directory here, named like its name in the store, with the files that --out has
    #[arg(long, value_name = "DIR", requires = "batch", group = "place")]
    pub out_dir: Option<PathBuf>,
    /// Leave out lines whose certificate is in the store and good, and write those of its files that are missing
    #[arg(long, requires = "batch")]
    pub skip_existing: bool,
    /// When to keep the new private keys in one file of the store instead of a directory for each name
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, requires = "batch")]
    pub pack: Pack,
    /// Issue the good lines even when others are refused
    #[arg(long, requires = "batch")]
    pub keep_going: bool,
}

/// What becomes of a line.
enum Verdict {
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

impl IssueArgs {
    /// Issues what a file asks for.
    ///
    /// # Errors
    /// Exit 2 and 4 when a line cannot be issued, with nothing signed unless `--keep-going`; 1 when the store fails.
    pub(super) fn run_batch(&self, cx: &mut Context, path: &Path) -> Result<Exit, CliError> {
        let format = self.many.batch_format.or_else(|| BatchFormat::of(path)).ok_or_else(|| {
            CliError::usage(format!("{}: its name does not tell how it is written", path.display()))
                .hint("say --batch-format jsonl or --batch-format csv")
        })?;
        let bytes = files::read(cx, path, MAX_SIZE)?;
        let shown =
            if files::is_standard_stream(path) { "standard input".to_owned() } else { path.display().to_string() };
        let input = Input::new(&bytes, format).map_err(|why| CliError::usage(why).about(&shown))?;
        let store = cx.open_store()?;
        let state = store.read()?;
        let mut batch = Batch { args: self, shown, report: BatchReport::default(), recorded: 0, verdicts: Vec::new() };
        let terms = Terms::new(&state, profiles(&store)?, self)?;
        let rehearsed = batch.check(cx, &input, &terms, &state)?;
        if self.dry_run {
            batch.tell_more(cx);
            dry_run::tell(cx, &rehearsed, &batch.report.refused)?;
            return Ok(batch.exit());
        }
        let terms = terms.detached();
        batch.issue(cx, &input, &store, state, &terms)?;
        batch.finish(cx)
    }
}

/// A batch on its way.
struct Batch<'a> {
    args: &'a IssueArgs,
    /// The file, for messages.
    shown: String,
    report: BatchReport,
    /// How many certificates are in the journal, whether or not their files are written.
    recorded: usize,
    /// Of every line, in order.
    verdicts: Vec<Verdict>,
}

impl Batch<'_> {
    /// Checks every line; gives what would be signed for a dry run.
    fn check(
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

    fn issue(
        &mut self,
        cx: &mut Context,
        input: &Input<'_>,
        store: &Store,
        state: State,
        terms: &Terms<'_, '_>,
    ) -> Result<(), CliError> {
        let issuers = terms.issuers();
        let total = self.verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Issue)).count();
        let lacking = Missing::of(self.args.many.out_dir.as_deref(), &self.report.skipped, &state, self.args.force)?;
        if total == 0 {
            return lacking.write(cx, store, state, self.args);
        }
        for name in &issuers {
            crl::warn(cx, &state, name);
        }
        let mut authorities = BTreeMap::new();
        for name in &issuers {
            let record = ca::resolve(&state, Some(name))?.clone();
            authorities.insert(name.clone(), load_authority(cx, store, &record)?);
        }
        let keys = Encryption::new(cx, self.args)?;
        let progress = cx.ui.progress(total as u64, "issuing");
        let writer = cx.lock_knowing(store, state)?;
        let actor = cx.settings.actor.clone();
        let tick = || progress.tick();
        let filing = self.args.many.pack.filing(total);
        let (session, state) = (Session { filing, ..session(cx, &actor, &tick) }, writer.state().clone());
        let press = Press { args: self.args, input, terms, authorities: &authorities, keys: &keys };
        self.run(cx, writer, &press, Signing::new(&state, &session)?, &session)
            .map_err(|error| self.interrupted(error, total))?;
        drop(progress);
        if lacking.is_empty() { Ok(()) } else { lacking.write(cx, store, store.read()?, self.args) }
    }

    /// Signs a chunk while the one before it is recorded and the files of the one before that are written.
    fn run(
        &mut self,
        cx: &mut Context,
        mut writer: Writer<'_>,
        press: &Press<'_>,
        mut signing: Signing<'_>,
        session: &Session<'_>,
    ) -> Result<(), CliError> {
        let verdicts = std::mem::take(&mut self.verdicts);
        let wanted = press.input.lines().zip(&verdicts).filter(|(_, verdict)| matches!(verdict, Verdict::Issue));
        let mut wanted = wanted.map(|(line, _)| line).peekable();
        let store = writer.store();
        thread::scope(|scope| {
            let (signed, to_record) = mpsc::sync_channel::<(Signed, Vec<Target>)>(0);
            let (recorded, to_deliver) = mpsc::channel();
            let recorder = scope.spawn(move || {
                to_record.into_iter().try_for_each(|(signed, targets)| {
                    let count = signed.count();
                    let outcomes = signed.record(&mut writer, session).map_err(|error| (count, error))?;
                    // Whoever does not listen any more has failed already.
                    let _ = recorded.send((outcomes, targets));
                    Ok::<_, (usize, CaError)>(())
                })
            });
            let mut done = Ok(());
            while wanted.peek().is_some() && done.is_ok() {
                let chunk: Vec<_> = wanted.by_ref().take(CHUNK).collect();
                done = press.sign(chunk, &mut signing).and_then(|chunk| {
                    if signed.send(chunk).is_err() {
                        // The recorder stopped, and says why.
                        wanted.by_ref().for_each(drop);
                    }
                    to_deliver
                        .try_iter()
                        .try_for_each(|(outcomes, targets)| self.deliver(cx, store, &outcomes, targets))
                });
            }
            drop(signed);
            let left = to_deliver.into_iter();
            let left = left.map(|(outcomes, targets)| self.deliver(cx, store, &outcomes, targets));
            let left = left.fold(Ok(()), Result::and);
            let recorded = recorder.join().unwrap_or_else(|why| std::panic::resume_unwind(why));
            let recorded = recorded.map_err(|(count, error)| {
                // In the journal, though not in place.
                let is_kept = matches!(&error, CaError::Store(StoreError::Recorded { .. }));
                self.recorded += if is_kept { count } else { 0 };
                CliError::from(error)
            });
            done.and(recorded).and(left)
        })
    }

    /// Writes the files of what is durable by now, and tells of it.
    fn deliver(
        &mut self,
        cx: &mut Context,
        store: &Store,
        outcomes: &[Outcome],
        targets: Vec<Target>,
    ) -> Result<(), CliError> {
        self.recorded += outcomes.len();
        let (mut bundles, mut rows) = (Vec::new(), Vec::with_capacity(outcomes.len()));
        for (outcome, Target { number, dir, key_pem }) in outcomes.iter().zip(targets) {
            let serial = outcome.certificate.serial.hex();
            let kept = || store.directory(&outcome.lineage, &serial);
            let directory = dir.clone().or_else(kept).map(|dir| dir.display().to_string());
            self.report.packed += usize::from(directory.is_none());
            if let Some(dir) = dir {
                bundles.push((dir, Bundle::new(outcome, key_pem)));
            }
            rows.push((number, serial, directory));
        }
        Bundle::write_all(&bundles, self.args.force)?;
        for (outcome, (line, serial, directory)) in outcomes.iter().zip(rows) {
            self.tell(cx, line, &outcome.report);
            self.report.count += 1;
            cx.ui.line(directory.as_deref().unwrap_or(&outcome.lineage))?;
            if cx.ui.is_json() {
                let (lineage, not_after) = (outcome.lineage.clone(), format_instant(outcome.certificate.not_after));
                self.report.certificates.push(Issued { line, lineage, serial, not_after, directory });
            }
        }
        Ok(())
    }

    /// Tells what was left out of a certificate, of the first few that this concerns.
    fn tell(&mut self, cx: &mut Context, number: u64, report: &Report) {
        if report.dropped.is_empty() && report.notes.is_empty() {
            return;
        }
        self.report.remarks += 1;
        if self.report.remarks <= TOLD {
            crate::cli::commands::report::tell(cx, &format!("{} line {number}", self.shown), report);
        }
    }

    /// An error in the middle, with what is done.
    fn interrupted(&self, error: CliError, total: usize) -> CliError {
        let done = self.recorded;
        if done == 0 {
            return error.about(&self.shown);
        }
        // What goes on is another command.
        let told = error.hint.clone().map(|hint| hint.replace(" and run the same command again", ""));
        let told = told.map(|hint| format!("{hint}; ")).unwrap_or_default();
        error.about(&self.shown).hint(format!(
            "{told}{done} of {total} certificates are issued and kept; after that the same command with --skip-existing writes what \
             is missing and goes on"
        ))
    }

    fn exit(&self) -> Exit {
        self.report.refused.first().map_or(Exit::Done, |refused| refused.exit)
    }

    /// Says how many lines were refused beyond those that were told.
    fn tell_more(&self, cx: &mut Context) {
        let more = self.report.refused.len().saturating_sub(TOLD);
        if more > 0 {
            cx.ui.warn(&format!("{}: {more} more lines were refused", self.shown));
        }
    }

    fn finish(self, cx: &mut Context) -> Result<Exit, CliError> {
        let BatchReport { remarks, .. } = &self.report;
        if *remarks > TOLD {
            cx.ui
                .say(&format!("note: {} more lines have such remarks; their reports are in a dry run", remarks - TOLD));
        }
        self.tell_more(cx);
        cx.ui.say(&self.report.sentence(&self.shown));
        if self.report.packed > 0 {
            cx.ui.say(&format!(
                "the keys of {} are in packed/ of the store, without a directory for each: the same command with --skip-existing \
                 --out-dir DIR writes their files, and \"certwright export NAME\" those of one",
                self.report.packed
            ));
        }
        cx.ui.json("issue-batch", &self.report)?;
        Ok(self.exit())
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

/// The delivery of a certificate that was issued before to a directory.
pub(super) fn delivered(dir: &Path, record: &CertificateRecord, encrypted: bool) -> Option<DeliveryRecord> {
    let delivery = delivery::bundle(dir, true, encrypted)?;
    Some(DeliveryRecord { lineage: record.lineage.clone(), serial: record.serial.clone(), ..delivery })
}
