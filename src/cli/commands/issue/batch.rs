//! `certwright issue --batch`: a key and a certificate for every line of a file.
//!
//! Every line is checked before anything is signed. Then they are issued a chunk at a time, each chunk a transaction, so that
//! memory does not grow with the file and what was issued is durable whatever happens next.

mod check;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use super::IssueArgs;
use super::encryption::Encryption;
use super::input::{BatchFormat, Input};
use super::line::Terms;
use super::missing::Missing;
use super::press::{Press, Target};
use super::summary::{BatchReport, Issued};
use crate::ca::{self, CaError, Outcome, Session, Signed, Signing};
use crate::cli::commands::bundle::Bundle;
use crate::cli::commands::options::{load_authority, profiles, session};
use crate::cli::commands::pack::Pack;
use crate::cli::commands::{crl, dry_run};
use crate::cli::{CliError, Context, Exit, files};
use crate::issuance::Report;
use crate::store::{State, Store, StoreError, Writer};
use crate::x509::time::format_instant;
use check::Verdict;

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
        let filing = self.args.many.pack.filing(self.verdicts.len());
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
