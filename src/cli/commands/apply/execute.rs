//! Doing what a plan says: secrets and keys first, then everything under one lock.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::SystemTime;

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::authorities::{self, Brought, Signers};
use super::claims::{NOT_OURS, Places};
use super::deliver::Job;
use super::keys::{Keys, Search};
use super::secrets::{self, Passwords, Secrets};
use super::source::Described;
use super::tell::Outcome;
use crate::ca::{self, Cause, Commission, Order, Revocable, Schedule, Session, issue_possible};
use crate::cli::commands::crl::bring::{bring, check_crls, check_or, clear};
use crate::cli::commands::options::session;
use crate::cli::files::{self, OutputFile, leftovers};
use crate::cli::{CliError, Context};
use crate::issuance::{Profile, Profiles};
use crate::manifest::{Asked, Certificate, CrlWork, Plan, Work, certificate_request};
use crate::store::{DeliveryRecord, Draft, Event, Filing, State, Store, Writer};
use crate::x509::RevocationReason;

/// A manifest, the store that it is applied to, and how.
pub(super) struct Execution<'a> {
    described: &'a Described,
    store: &'a Store,
    force: bool,
}

/// What goes on while a plan is done.
pub(super) struct Run<'a> {
    pub(super) described: &'a Described,
    pub(super) store: &'a Store,
    /// Whether files of others are replaced.
    pub(super) force: bool,
    pub(super) now: OffsetDateTime,
    /// When the store's lock was taken, by the clock that files have their times from.
    pub(super) locked_at: SystemTime,
    pub(super) signers: Signers,
    pub(super) brought: BTreeMap<String, Result<Brought, CliError>>,
    pub(super) passwords: Passwords,
    /// For each step why it failed.
    pub(super) results: Vec<Option<CliError>>,
}

impl<'a> Execution<'a> {
    pub(super) fn new(described: &'a Described, store: &'a Store, force: bool) -> Self {
        Self { described, store, force }
    }

    /// Does what the plan says; nothing if the store has changed since it was made.
    ///
    /// # Errors
    /// When the store cannot be locked or written; what concerns single steps is in the outcome.
    pub(super) fn run(&self, cx: &mut Context, state: State, mut plan: Plan) -> Result<Option<Outcome>, CliError> {
        // A command that was killed may have recorded keys before they were in their place: the lock puts them there.
        drop(cx.lock(self.store)?);
        let mut secrets = Secrets::default();
        let signers = authorities::open(cx, self.described, (self.store, &state), &plan, &mut secrets);
        let brought = authorities::read_brought(cx, self.described, &plan, &mut secrets);
        let Described { manifest, requests, .. } = self.described;
        let search =
            Search { manifest, requests, store: self.store, state: &state, signers: &signers, brought: &brought };
        let mut keys = search.run(cx, &plan, &mut secrets)?;
        search.all_at_hand(&plan, &keys, cx.now())?;
        let passwords = secrets::passwords(cx, manifest, &plan, &mut secrets);
        let seq = state.seq;
        let mut writer = cx.lock_knowing(self.store, state)?;
        let locked_at = leftovers::this_moment();
        // A store that was made just now has one line, which says so; where making it was cut off, it has none yet.
        if writer.state().seq.max(1) != seq.max(1) {
            return Ok(None);
        }
        // A certificate with a place that it cannot have is not issued: what is one thing to the manifest is done as a whole.
        let places = Places::new(cx, manifest, writer.state(), self.force)?;
        let results = places.rehearse_certificates(manifest, writer.state(), &plan, cx.now());
        // What was only rehearsed has no place yet.
        places.taken(&mut Vec::new());
        let mut run = Run {
            described: self.described,
            store: self.store,
            force: self.force,
            now: cx.now(),
            locked_at,
            signers,
            brought,
            passwords,
            results,
        };
        run.store_steps(cx, &mut writer, &plan, &mut keys)?;
        let mut jobs = run.certificates(cx, &mut writer, &plan, &mut keys, &places)?;
        run.delivery_jobs(&mut writer, cx, &plan, &mut keys, &mut jobs)?;
        run.deliver(cx, &mut writer, jobs)?;
        let notes = run.prune(cx, &mut writer, &plan)?;
        run.crls(cx, &mut writer, &plan);
        drop(writer);
        let results = run.results;
        plan.notes.extend(notes);
        Ok(Some(Outcome { plan, results, done: true }))
    }
}

impl Run<'_> {
    /// Notes why a step failed; the first reason is kept.
    pub(super) fn fail(&mut self, step: usize, error: CliError) {
        if let Some(result) = self.results.get_mut(step)
            && result.is_none()
        {
            *result = Some(secrets::told(error));
        }
    }

    fn settle(&mut self, step: usize, result: Result<(), CliError>) {
        if let Err(error) = result {
            self.fail(step, error);
        }
    }

    /// Profiles, settings, authorities and revocations, in the order of the plan.
    fn store_steps(
        &mut self,
        cx: &mut Context,
        writer: &mut Writer<'_>,
        plan: &Plan,
        keys: &mut Keys,
    ) -> Result<(), CliError> {
        let mut profiles = None;
        for (step, one) in plan.steps.iter().enumerate() {
            let result = match &one.work {
                Work::Profile => self.profile(&one.name),
                Work::Settings(settings) => {
                    let event = Event::SettingsChanged { settings: settings.as_ref().clone() };
                    self.commit(cx, writer, std::iter::once(Draft { event, key_pem: None }))
                }
                Work::Authority(work) => {
                    if profiles.is_none() {
                        profiles = Some(Profiles::new(self.store.read_profiles()?));
                    }
                    let Some(profiles) = &profiles else { continue };
                    let result = self.authority(cx, writer, (step, &one.name, work), keys, profiles);
                    if let Err(error) = &result {
                        // Whatever it was to sign says the same.
                        self.signers.insert(one.name.clone(), Err(again(error)));
                    }
                    result
                }
                Work::Revocation(work) => {
                    let cause = self.described.manifest.revocations.get(work.index).map(|one| Cause {
                        reason: one.reason.unwrap_or(RevocationReason::Unspecified),
                        invalidity_date: one.invalidity_date,
                        revoked_at: self.now,
                    });
                    cause.map_or(Ok(()), |cause| self.revoke(cx, writer, &work.serials, &cause))
                }
                _ => continue,
            };
            self.settle(step, result);
        }
        Ok(())
    }

    fn profile(&self, name: &str) -> Result<(), CliError> {
        let Some((_, json)) = self.described.profiles.iter().find(|(known, _)| known == name) else { return Ok(()) };
        let file = OutputFile { name: format!("{name}.json"), bytes: Zeroizing::new(json.clone()), secret: false };
        files::write_set(&self.store.layout().profiles(), &[file], true)
    }

    pub(super) fn commit(
        &self,
        cx: &Context,
        writer: &mut Writer<'_>,
        drafts: impl Iterator<Item = Draft>,
    ) -> Result<(), CliError> {
        Ok(writer.commit(self.now, &cx.settings.actor, drafts.collect())?)
    }

    pub(super) fn revoke(
        &self,
        cx: &Context,
        writer: &mut Writer<'_>,
        serials: &[String],
        cause: &Cause,
    ) -> Result<(), CliError> {
        let mut certificates = Vec::with_capacity(serials.len());
        for serial in serials {
            if let Some(record) = writer.state().by_serial(serial)? {
                certificates.push(Revocable::issued(writer.state(), record)?);
            }
        }
        ca::revoke(writer, certificates, cause, self.now, &cx.settings.actor)?;
        Ok(())
    }

    /// Issues everything in one transaction; gives the files that are to be written.
    fn certificates(
        &mut self,
        cx: &mut Context,
        writer: &mut Writer<'_>,
        plan: &Plan,
        keys: &mut Keys,
        places: &Places,
    ) -> Result<Vec<Job>, CliError> {
        let manifest = &self.described.manifest;
        let profiles = self.profiles(plan)?;
        let (mut commissions, mut of_step, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for (step, one) in plan.steps.iter().enumerate() {
            let (Work::Certificate(_), Some(certificate)) = (&one.work, manifest.certificates.get(&one.name)) else {
                continue;
            };
            if self.results.get(step).is_some_and(Option::is_some) {
                continue;
            }
            let commission = (|| {
                let named = manifest.authority_of(certificate).unwrap_or_default();
                let name = ca::renewing_authority(writer.state(), named, self.now);
                let authority = match self.signers.get(name) {
                    Some(Ok(authority)) => authority,
                    Some(Err(error)) => return Err(again(error).about(format_args!("authority {name}"))),
                    None => return Err(CliError::failed(format!("the authority {name} is not there"))),
                };
                // Nothing is signed whose files could not be written for want of a password.
                let mut protections = certificate.deliver.iter().filter_map(|one| secrets::of_delivery(manifest, one));
                if let Some(error) = protections.find_map(|one| self.passwords.get(&one)?.as_ref().err()) {
                    return Err(again(error));
                }
                let profile = match profiles.get(manifest.profile_of(certificate)) {
                    Some(Ok(profile)) => profile,
                    Some(Err(error)) => return Err(again(error)),
                    None => return Err(CliError::failed("its profile was not read")),
                };
                let ready = keys.remove(&step).transpose()?;
                let ready = ready.ok_or_else(|| CliError::failed("its key was not read"))?;
                let asked = match self.described.requests.get(&one.name) {
                    Some(Ok(request)) => Asked::Csr(request),
                    _ => Asked::Key(ready.public),
                };
                let request = certificate_request(manifest, &one.name, certificate, asked);
                let lineage = Certificate::lineage(&one.name);
                let order = Order { label: one.name.clone(), request, lineage, key_pem: ready.pem };
                Ok((Commission { order, authority, profile }, ready.private))
            })();
            match commission {
                Ok((commission, key)) => {
                    commissions.push(commission);
                    of_step.push((step, certificate, key));
                }
                Err(error) => failed.push((step, error)),
            }
        }
        if commissions.is_empty() {
            failed.into_iter().for_each(|(step, error)| self.fail(step, error));
            return Ok(Vec::new());
        }
        let progress = cx.ui.progress(commissions.len() as u64, "issuing");
        let tick = || progress.tick();
        let actor = cx.settings.actor.clone();
        let session = Session { now: self.now, filing: Filing::AsBefore, ..session(cx, &actor, &tick) };
        let issued = issue_possible(writer, &session, commissions, &|index, outcome| {
            let Some((step, certificate, _)) = of_step.get(index) else { return Vec::new() };
            places.records(*step, certificate, outcome, self.now)
        })?;
        let mut records: BTreeMap<usize, Vec<(usize, DeliveryRecord)>> = places.taken(&mut failed);
        let mut jobs = Vec::new();
        for ((step, certificate, key), result) in of_step.into_iter().zip(issued) {
            match result {
                Err(error) => failed.push((step, error.into())),
                Ok(outcome) => {
                    crate::cli::commands::report::tell(cx, &outcome.label, &outcome.report);
                    for (index, record) in records.remove(&step).unwrap_or_default() {
                        let Some(delivery) = certificate.deliver.get(index) else { continue };
                        let protection = secrets::of_delivery(manifest, delivery);
                        jobs.push(Job::of_certificate(step, record, &outcome, key.clone(), protection));
                    }
                }
            }
        }
        failed.into_iter().for_each(|(step, error)| self.fail(step, error));
        Ok(jobs)
    }

    fn profiles(&self, plan: &Plan) -> Result<BTreeMap<&str, Result<Profile, CliError>>, CliError> {
        let manifest = &self.described.manifest;
        let wanted = |work: &Work| matches!(work, Work::Certificate(_));
        let steps = plan.steps.iter().filter(|step| wanted(&step.work));
        let names: BTreeSet<&str> = steps
            .filter_map(|step| manifest.certificates.get(&step.name))
            .map(|certificate| manifest.profile_of(certificate))
            .collect();
        let known = Profiles::new(self.store.read_profiles()?);
        Ok(names.into_iter().map(|name| (name, known.get(name).map_err(CliError::from))).collect())
    }

    /// Signs CRLs and brings them to where they are published.
    fn crls(&mut self, cx: &mut Context, writer: &mut Writer<'_>, plan: &Plan) {
        for (step, one) in plan.steps.iter().enumerate() {
            if let Work::Crl(work) = &one.work {
                let result = self.crl(cx, writer, work);
                self.settle(step, result);
            }
        }
    }

    fn crl(&self, cx: &mut Context, writer: &mut Writer<'_>, work: &CrlWork) -> Result<(), CliError> {
        let name = &work.authority;
        let dirs: BTreeSet<&PathBuf> = work.to.iter().collect();
        for dir in &dirs {
            if self.force {
                clear(writer.state(), name, dir)?;
            }
            check_crls(writer.state(), name, dir)?;
        }
        // What is in the way in one place keeps a revocation from no other.
        let (mut refused, mut free) = (None, Vec::new());
        for dir in dirs {
            match check_or(writer.state(), name, dir, NOT_OURS) {
                Ok(()) => free.push(dir),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        for (wanted, delta) in [(work.full, false), (work.delta, true)] {
            if !wanted {
                continue;
            }
            let authority = match self.signers.get(name) {
                Some(Ok(authority)) => authority,
                Some(Err(error)) => return Err(again(error)),
                None => return Err(ca::CaError::KeyNotHere(name.clone()).into()),
            };
            let schedule = Schedule::of(writer.state(), name)?;
            let actor = cx.settings.actor.clone();
            ca::sign_crl(writer, authority, &schedule, delta, self.now, &actor)?;
        }
        for dir in free {
            bring(self.store, writer.state(), std::iter::once(name), dir)?;
        }
        refused.map_or(Ok(()), Err)
    }
}

/// The same error once more, for the next thing that it concerns.
pub(super) fn again(error: &CliError) -> CliError {
    CliError { exit: error.exit, message: error.message.clone(), hint: error.hint.clone() }
}
