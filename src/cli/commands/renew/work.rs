//! Renewing what was chosen, delivering it, and running what follows.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::deliver::{self, Files, Means};
use super::report::{Delivered, Failure, Item, Report};
use super::terms::{check_rekey, profile_of, rekeys, signer_of, unknown_profile};
use super::{Args, Chosen, Todo, hook};
use crate::ca::{self, CaError, LoadedAuthority, Renewal, Renewed};
use crate::cli::commands::issued_key;
use crate::cli::commands::options::{generate, load_authority, profiles, session};
use crate::cli::{CliError, Context};
use crate::issuance::Profile;
use crate::keys::{Algorithm, KeyOutline, PrivateKey, Secret};
use crate::store::{CertificateRecord, DeliveryRecord, Draft, State, Store};
use zeroize::Zeroizing;

/// A certificate that is about to be renewed.
struct Ready {
    record: CertificateRecord,
    why: &'static str,
    authority: String,
    profile: String,
    key_pem: Option<Zeroizing<Vec<u8>>>,
    public_key: crate::keys::PublicKey,
    /// The private key, where a delivery needs it, or why it cannot be had.
    key: Result<Option<PrivateKey>, CliError>,
    rekeyed: bool,
}

/// Renews, delivers and runs the command.
///
/// # Errors
/// When the store cannot be read or written; what concerns single certificates is in the report.
pub(super) fn run(
    args: &Args,
    cx: &mut Context,
    store: &Store,
    state: State,
    mut chosen: Chosen,
) -> Result<Report, CliError> {
    let mut report = Report::of(&mut chosen);
    if chosen.todo.is_empty() && chosen.unfinished.is_empty() {
        return Ok(report);
    }
    let loaded = authorities(args, cx, store, &state, &chosen.todo);
    let known = profiles(store)?;
    let names: std::collections::BTreeSet<String> =
        chosen.todo.iter().map(|todo| profile_of(args, &todo.record)).collect();
    let profiles: BTreeMap<String, Result<Profile, CliError>> = names
        .into_iter()
        .map(|name| {
            let found = known.get(&name).map_err(CliError::from);
            (name, found)
        })
        .collect();
    let mut ready = Vec::new();
    for todo in chosen.todo {
        let record = todo.record.clone();
        match prepare(args, cx, store, &state, todo, &loaded, &profiles) {
            Ok(one) => ready.push(one),
            Err(error) => report.failed.push(Failure::new(&record, error)),
        }
    }
    let mut unfinished = Vec::new();
    for record in chosen.unfinished {
        let mut pending = state.deliveries(&record.lineage)?;
        pending.retain(|delivery| delivery.pending);
        let key = key_for(cx, store, &record, &pending);
        unfinished.push((record, pending, key));
    }
    let means = means(args, cx, &state, &ready, &unfinished)?;
    let actor = cx.settings.actor.clone();
    let mut writer = cx.lock_knowing(store, state)?;
    let renewed = renew(cx, &mut writer, &actor, args, &mut ready, &loaded, &profiles)?;
    let mut done = Vec::new();
    for (ready, result) in ready.into_iter().zip(renewed) {
        match result {
            None => cx.ui.say(&format!("{} was renewed by somebody else meanwhile", ready.record.lineage)),
            Some(Err(error)) => report.failed.push(Failure::new(&ready.record, error.into())),
            Some(Ok(Renewed { outcome, deliveries })) => {
                crate::cli::commands::report::tell(cx, &outcome.label, &outcome.report);
                let mut item = item(&ready, &outcome.certificate, store);
                let files = Files::new(writer.state(), &ready.record.lineage, &outcome, ready.key);
                item.deliveries = deliver_all(cx, &files, &means, &deliveries);
                done.push((item, deliveries));
            }
        }
    }
    for (record, pending, key) in unfinished {
        // Another command may have renewed it or finished this meanwhile.
        let mut lineage = writer.state().lineage(&record.lineage)?;
        if lineage.pop().is_none_or(|newest| newest.serial != record.serial) {
            continue;
        }
        let before = lineage.pop();
        let files = Files::recorded(writer.state(), &record, key)?;
        let deliveries = deliver_all(cx, &files, &means, &pending);
        let old_serial = before.map_or_else(|| record.serial.clone(), |before| before.serial.clone());
        done.push((unfinished_item(record, old_serial, store, deliveries), pending));
    }
    drop(writer);
    for (item, _) in &mut done {
        if let Some(command) = args.exec.as_ref().filter(|_| item.has_news()) {
            item.hook = Some(hook::run(cx, command, item));
        }
    }
    settle(cx, store, &actor, &done)?;
    report.renewed = done.into_iter().map(|(item, _)| item).collect();
    Ok(report)
}

/// Opens every authority that has something to sign.
fn authorities(
    args: &Args,
    cx: &mut Context,
    store: &Store,
    state: &State,
    todo: &[Todo],
) -> BTreeMap<String, Result<LoadedAuthority, CliError>> {
    let mut loaded = BTreeMap::new();
    for todo in todo {
        let name = signer_of(args, state, &todo.record, cx.now());
        if let Entry::Vacant(vacant) = loaded.entry(name) {
            crate::cli::commands::crl::warn(cx, state, vacant.key());
            let record = ca::resolve(state, Some(vacant.key())).cloned().map_err(CliError::from);
            vacant.insert(record.and_then(|record| load_authority(cx, store, &record)));
        }
    }
    loaded
}

/// The same error once more, for the next certificate that it concerns.
fn again(error: &CliError) -> CliError {
    CliError { exit: error.exit, message: error.message.clone(), hint: error.hint.clone() }
}

fn prepare(
    args: &Args,
    cx: &mut Context,
    store: &Store,
    state: &State,
    Todo { record, why }: Todo,
    authorities: &BTreeMap<String, Result<LoadedAuthority, CliError>>,
    profiles: &BTreeMap<String, Result<Profile, CliError>>,
) -> Result<Ready, CliError> {
    let authority = signer_of(args, state, &record, cx.now());
    let profile = profile_of(args, &record);
    let signer = match authorities.get(&authority) {
        Some(Ok(signer)) => signer,
        Some(Err(error)) => return Err(again(error)),
        None => return Err(CaError::not_found(&authority).into()),
    };
    if let Some(Err(error)) = profiles.get(&profile) {
        return Err(unknown_profile(&record, &profile, again(error)));
    }
    let public_key = record.certificate()?.public_key()?;
    let deliveries = state.deliveries(&record.lineage)?;
    if !rekeys(args, &record) {
        let key_pem = if record.key { Some(issued_key::read(cx, store, &record)?) } else { None };
        let key = key_for(cx, store, &record, &deliveries);
        return Ok(Ready { record, why, authority, profile, key_pem, public_key, key, rekeyed: false });
    }
    check_rekey(true, &record)?;
    let secret = key_secret(args, cx, store, &record, signer)?;
    let algorithm = args.key.or_else(|| Algorithm::of_kind(public_key.kind()));
    let algorithm = algorithm.ok_or_else(|| {
        CliError::failed(format!("no key like the old one ({}) can be made", public_key.kind()))
            .hint("name another with --key")
    })?;
    let key = generate(algorithm)?;
    let key_pem = Some(key.to_pkcs8_pem(secret.as_ref())?);
    let public_key = key.public_key().clone();
    let key = key.duplicate().map(Some).map_err(CliError::from);
    Ok(Ready { record, why, authority, profile, key_pem, public_key, key, rekeyed: true })
}

/// The passphrase for a new key in the store: as the old key's, which must not become weaker unseen.
fn key_secret(
    args: &Args,
    cx: &mut Context,
    store: &Store,
    record: &CertificateRecord,
    signer: &LoadedAuthority,
) -> Result<Option<Secret>, CliError> {
    if args.no_key_passphrase {
        return Ok(None);
    }
    if args.key_passphrase.is_some() {
        return cx.new_passphrase(args.key_passphrase.as_ref(), "passphrase for the new keys").map(Some);
    }
    // One that is gone, or of no use, tells nothing.
    let old = store.read_issued_key(record).ok();
    let old = old.and_then(|pem| KeyOutline::read(&pem).ok());
    if old.is_some_and(|old| old.encryption.is_some()) && signer.passphrase.is_none() {
        return Err(CliError::usage("the old key is encrypted with a passphrase of its own")
            .hint("name one for the new key with --key-passphrase, or say --no-key-passphrase"));
    }
    Ok(signer.passphrase.clone())
}

/// The private key of a certificate that stays the same, where one of its deliveries takes it, or why it cannot be had.
fn key_for(
    cx: &mut Context,
    store: &Store,
    record: &CertificateRecord,
    deliveries: &[DeliveryRecord],
) -> Result<Option<PrivateKey>, CliError> {
    let wanted = record.key && {
        let spki = &record.certificate()?.spki_der;
        deliveries.iter().any(|delivery| deliver::takes_key(delivery, spki))
    };
    if wanted { issued_key::open(cx, store, record, None).map(Some) } else { Ok(None) }
}

type Unfinished = (CertificateRecord, Vec<DeliveryRecord>, Result<Option<PrivateKey>, CliError>);

/// The passwords that deliveries take, asked for before the store is locked.
fn means(
    args: &Args,
    cx: &mut Context,
    state: &State,
    ready: &[Ready],
    unfinished: &[Unfinished],
) -> Result<Means, CliError> {
    let mut takes = unfinished.iter().flat_map(|(_, pending, _)| pending).any(deliver::takes_password);
    for ready in ready {
        takes |= state.deliveries(&ready.record.lineage)?.iter().any(deliver::takes_password);
    }
    let storepass = match &args.storepass {
        Some(source) if takes => Some(cx.password(Some(source), "password for the keystores", "--storepass", true)?),
        _ => None,
    };
    let key_passphrase = match &args.key_passphrase {
        Some(source) => Some(cx.new_passphrase(Some(source), "passphrase for the new keys")?),
        None => None,
    };
    Ok(Means { storepass, key_passphrase })
}

fn renew(
    cx: &mut Context,
    writer: &mut crate::store::Writer<'_>,
    actor: &str,
    args: &Args,
    ready: &mut [Ready],
    authorities: &BTreeMap<String, Result<LoadedAuthority, CliError>>,
    profiles: &BTreeMap<String, Result<Profile, CliError>>,
) -> Result<Vec<Option<Result<Renewed, CaError>>>, CliError> {
    let variables = &args.variables()?;
    let mut renewals = Vec::with_capacity(ready.len());
    for ready in ready.iter_mut() {
        let (Some(Ok(authority)), Some(Ok(profile))) =
            (authorities.get(&ready.authority), profiles.get(&ready.profile))
        else {
            return Err(CliError::failed(format!("{} cannot be signed", ready.record.lineage)));
        };
        renewals.push(Renewal {
            record: ready.record.clone(),
            authority,
            profile,
            public_key: ready.public_key.clone(),
            key_pem: ready.key_pem.take(),
            changes: ca::RenewalChanges { validity: args.validity, variables },
            command: args.exec.is_some(),
        });
    }
    let progress = cx.ui.progress(renewals.len() as u64, "renewing");
    let tick = || progress.tick();
    Ok(ca::renew(writer, &session(cx, actor, &tick), renewals)?)
}

fn deliver_all(cx: &mut Context, files: &Files<'_>, means: &Means, deliveries: &[DeliveryRecord]) -> Vec<Delivered> {
    let one = |delivery: &DeliveryRecord| Delivered::new(delivery, deliver::write(cx, files, means, delivery));
    deliveries.iter().map(one).collect()
}

fn item(ready: &Ready, certificate: &crate::x509::Certificate, store: &Store) -> Item {
    let (lineage, serial) = (ready.record.lineage.clone(), certificate.serial.hex());
    Item {
        directory: store.directory(&lineage, &serial).map(|dir| dir.display().to_string()),
        lineage,
        why: ready.why,
        old_serial: ready.record.serial.clone(),
        serial: Some(serial),
        subject: certificate.subject.to_string(),
        names: certificate.subject_alt_names.iter().map(ToString::to_string).collect(),
        profile: ready.profile.clone(),
        authority: ready.authority.clone(),
        not_after: crate::x509::time::format_instant(certificate.not_after),
        rekeyed: ready.rekeyed,
        deliveries: Vec::new(),
        hook: None,
    }
}

fn unfinished_item(record: CertificateRecord, old_serial: String, store: &Store, deliveries: Vec<Delivered>) -> Item {
    Item {
        directory: store.directory(&record.lineage, &record.serial).map(|dir| dir.display().to_string()),
        lineage: record.lineage,
        why: "unfinished",
        old_serial,
        serial: Some(record.serial),
        subject: record.subject,
        names: record.names,
        profile: record.profile,
        authority: record.authority,
        not_after: record.not_after,
        rekeyed: false,
        deliveries,
        hook: None,
    }
}

/// Records that deliveries are done: their files are written, and whoever reads them was told.
fn settle(cx: &mut Context, store: &Store, actor: &str, done: &[(Item, Vec<DeliveryRecord>)]) -> Result<(), CliError> {
    let mut settled = Vec::new();
    for (item, deliveries) in done {
        if item.hook.as_ref().is_some_and(|hook| hook != "done") {
            continue;
        }
        let written = deliveries.iter().zip(&item.deliveries).filter(|(_, result)| result.written);
        let told = |delivery: &DeliveryRecord| !delivery.command || item.hook.is_some();
        if !deliveries.iter().all(told) {
            cx.ui.warn(&format!(
                "{}: the command that was to run after its renewal has not: give it with --exec",
                item.lineage
            ));
        }
        let told = written.filter(|(delivery, _)| told(delivery));
        settled.extend(told.map(|(delivery, result)| (delivery.clone(), result.files.clone())));
    }
    if settled.is_empty() {
        return Ok(());
    }
    let mut writer = cx.lock(store)?;
    // A later renewal may wait for its own.
    let mut waiting = Vec::with_capacity(settled.len());
    for (delivery, files) in settled {
        if writer.state().deliveries(&delivery.lineage)?.contains(&delivery) {
            waiting.push(DeliveryRecord { files, pending: false, command: false, ..delivery });
        }
    }
    Ok(writer.commit(cx.now(), actor, Draft::delivered(waiting).collect())?)
}
