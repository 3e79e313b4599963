//! Beginning a rollover: who signs, what the new authority is like.

use super::report::Report;
use super::{Renewals, RolloverArgs};
use crate::ca::{self, AuthorityPlan, CaError, Cross, LoadedAuthority, RolloverPlan, Signers, Terms};
use crate::cli::commands::dry_run;
use crate::cli::commands::options::{generate, load_authority, profiles, session};
use crate::cli::commands::report::tell;
use crate::cli::{CliError, Context, Exit, files};
use crate::issuance::{Profile, Request};
use crate::keys::{Algorithm, PrivateKey};
use crate::store::{AuthorityRecord, State, Store};
use crate::x509::time::parse_instant;
use crate::x509::{Certificate, Name, pem};
use zeroize::Zeroizing;

/// Largest file of cross-certificates that is read.
const MAX_FILE: usize = 4 << 20;

impl RolloverArgs {
    pub(super) fn begin(
        &self,
        cx: &mut Context,
        store: &Store,
        state: State,
        record: &AuthorityRecord,
    ) -> Result<Exit, CliError> {
        let old = record.certificate()?;
        let is_root = old.is_root();
        self.check_fits(is_root)?;
        let successor = self.successor.clone().unwrap_or_else(|| next_name(&record.authority));
        let known = state.authorities.contains_key(&successor);
        self.check_successor(&state, record, &successor, known)?;
        let cross = self.cross(cx)?;
        let parent = if is_root || known { None } else { Some(self.parent(&state, record, &successor)?) };
        let profile = profiles(store)?.get(&self.profile_name(&state, record, is_root)?)?;
        let signs = is_root && matches!(cross, Cross::Signed);
        // Keys are opened before a new one is made: a passphrase that is wrong leaves nothing behind.
        let (mut loaded_old, mut loaded_new, mut loaded_parent) = (None, None, None);
        if !self.dry_run {
            if signs {
                loaded_old = Some(self.load(cx, store, record, &successor)?);
            }
            if signs && known {
                loaded_new = Some(self.load(cx, store, ca::resolve(&state, Some(&successor))?, &successor)?);
            }
            if let Some(parent) = parent {
                loaded_parent = Some(load_authority(cx, store, parent)?);
            }
        }
        let new = if known { None } else { Some(self.new_authority(cx, &state, &profile, (&old, &successor))?) };
        // Where another successor is put in the place of one that cannot take over, what was agreed on stays.
        let agreed = record.rollover.retire.as_deref().map(parse_instant).transpose()?;
        let retire = self.retire.map_or(Ok(agreed), |retire| retire.resolve(cx.now()))?;
        let renewals_stay = self.renewals.map_or(record.rollover.renewals_stay, |how| how == Renewals::Stay);
        let plan = RolloverPlan {
            authority: &record.authority,
            successor: &successor,
            new,
            parent: parent.map(|parent| parent.authority.as_str()),
            cross,
            terms: Terms { retire, renewals_stay },
        };
        if signs {
            refuse_without_room(&record.authority, &old)?;
        }
        let actor = cx.settings.actor.clone();
        let prepared = ca::prepare_rollover(&state, &plan, &session(cx, &actor, &|| {}))?;
        if let Some(new) = &prepared.new
            && new.preview().extended_key_usage != old.extended_key_usage
        {
            let profile = profile.name();
            cx.ui
                .warn(&format!("the profile {profile} gives {successor} other purposes than {} has", record.authority));
        }
        if signs {
            let known = state.authorities.get(&successor).map(AuthorityRecord::certificate).transpose()?;
            let new = prepared.new.as_ref().map(|new| new.preview().clone()).or(known);
            for (name, root) in [(&record.authority, Some(&old)), (&successor, new.as_ref())] {
                if let Some(why) = root.and_then(|root| lacks_room(&state, record, (name, root))) {
                    cx.ui.warn(&why);
                }
            }
        }
        if self.dry_run {
            let (old, new) = (&record.authority, &successor);
            let crosses =
                [(format!("{new} by {old}"), prepared.new_by_old), (format!("{old} by {new}"), prepared.old_by_new)];
            let all = std::iter::once((new.clone(), prepared.new)).chain(crosses);
            let all: Vec<_> = all.filter_map(|(item, prepared)| Some((item, prepared?))).collect();
            dry_run::tell(cx, &all, dry_run::ALL_SIGNED)?;
            return Ok(Exit::Done);
        }
        let mut writer = cx.lock_knowing(store, state.clone())?;
        let signers = Signers { old: loaded_old.as_ref(), new: loaded_new.as_ref(), parent: loaded_parent.as_ref() };
        let begun = ca::begin_rollover(&mut writer, plan, &signers, &session(cx, &actor, &|| {}))?;
        let state = writer.state().clone();
        drop(writer);
        if let Some(made) = &begun.made {
            tell(cx, &made.name, &made.report);
        }
        Report::new("started", false, &state, &record.authority, cx.now())?.begun(&begun).tell(cx)?;
        Ok(Exit::Done)
    }

    fn check_fits(&self, is_root: bool) -> Result<(), CliError> {
        if is_root && self.parent.is_some() {
            return Err(CliError::usage(format!("authority {} is a root: it has no parent", self.name)).hint(
                "a root takes the place of a root; \"certwright authority create\" makes authorities below one",
            ));
        }
        if !is_root && (!self.cross.is_empty() || self.no_cross) {
            return Err(CliError::usage(format!(
                "authority {} is no root: there are no cross-certificates",
                self.name
            ))
            .hint("whoever trusts the root above it trusts the new one too; leave --cross and --no-cross out"));
        }
        Ok(())
    }

    fn check_successor(
        &self,
        state: &State,
        record: &AuthorityRecord,
        successor: &str,
        known: bool,
    ) -> Result<(), CliError> {
        let old = &record.authority;
        if state.requested.contains_key(successor) {
            return Err(CliError::failed(format!("authority {successor} waits for its certificate"))
                .hint(format!("bring it first: certwright authority import {successor} --cert FILE")));
        }
        if known && self.successor.is_none() {
            return Err(CliError::from(CaError::AuthorityExists(successor.to_owned())).hint(format!(
                "\"certwright authority rollover {old} --as {successor}\" lets it take the place of {old}, --as NAME makes \
                 another one"
            )));
        }
        if known && self.makes_something() {
            return Err(CliError::usage(format!(
                "authority {successor} exists: its key and certificate stay as they are"
            ))
            .hint("leave the options about the new key and certificate out, or name a new authority with --as"));
        }
        Ok(())
    }

    fn cross(&self, cx: &mut Context) -> Result<Cross, CliError> {
        if self.no_cross {
            return Ok(Cross::None);
        }
        if self.cross.is_empty() {
            return Ok(Cross::Signed);
        }
        let mut given = Vec::new();
        for path in &self.cross {
            let bytes = files::read(cx, path, MAX_FILE)?;
            let found = pem::read_certificates(&bytes).map_err(|error| CliError::from(error).about(path.display()))?;
            given.extend(found);
        }
        Ok(Cross::Given(given))
    }

    /// Who signs a new authority below a root: who signed the old one, or what has taken its place.
    fn parent<'a>(
        &self,
        state: &'a State,
        record: &AuthorityRecord,
        successor: &str,
    ) -> Result<&'a AuthorityRecord, CliError> {
        if let Some(parent) = &self.parent {
            return Ok(ca::resolve(state, Some(parent))?);
        }
        let above = record.chain.first();
        let found = state.authorities.values().find(|other| Some(&other.certificate) == above);
        let mut parent = found.ok_or_else(|| {
            CliError::failed(format!("the authority that signed {} is not in this store", record.authority))
                .hint(ceremony(&record.authority, successor))
        })?;
        while let Some(next) = parent.rollover.successor.as_ref().and_then(|name| state.authorities.get(name)) {
            parent = next;
        }
        if !parent.key {
            return Err(CliError::from(CaError::KeyNotHere(parent.authority.clone()))
                .hint(ceremony(&record.authority, successor)));
        }
        Ok(parent)
    }

    fn profile_name(&self, state: &State, record: &AuthorityRecord, is_root: bool) -> Result<String, CliError> {
        let serial = record.certificate().map(|certificate| certificate.serial.hex()).unwrap_or_default();
        let own = state.by_serial(&serial)?.filter(|known| known.certificate == record.certificate);
        let usual = if is_root { "root" } else { "intermediate" };
        let recorded = own.map(|known| known.profile.clone()).filter(|name| name != "imported");
        Ok(self.profile.clone().or(recorded).unwrap_or_else(|| usual.to_owned()))
    }

    fn load(
        &self,
        cx: &mut Context,
        store: &Store,
        record: &AuthorityRecord,
        successor: &str,
    ) -> Result<LoadedAuthority, CliError> {
        let name = &self.name;
        let elsewhere = || {
            CliError::from(CaError::KeyNotHere(record.authority.clone())).hint(format!(
                "roll over where the keys are, bring {successor}.crt, {name}.cross.pem and {successor}.cross.pem of that \
                 store's public/ here, run \"certwright authority import {successor} --cert {successor}.crt\", then \
                 \"certwright authority rollover {name} --as {successor} --cross {name}.cross.pem {successor}.cross.pem\"; \
                 or say --no-cross"
            ))
        };
        if !record.key {
            return Err(elsewhere());
        }
        load_authority(cx, store, record).map_err(|error| match error.hint {
            _ if !store.has_authority_key(&record.authority) => elsewhere(),
            None => error.hint("--no-cross needs no key of the old authority"),
            Some(_) => error,
        })
    }

    fn new_authority<'a>(
        &self,
        cx: &mut Context,
        state: &State,
        profile: &'a Profile,
        (old, successor): (&Certificate, &'a str),
    ) -> Result<AuthorityPlan<'a>, CliError> {
        if !profile.is_authority() {
            return Err(CliError::usage(format!("the profile {} makes no authorities", profile.name())));
        }
        let algorithm = self.key.unwrap_or_else(|| like(old, profile));
        let key = generate(algorithm)?;
        let key_pem = if self.dry_run { Zeroizing::default() } else { self.new_key.encode(cx, &key, successor)? };
        let subject = self.subject_after(state, &old.subject)?;
        let path_len = old.basic_constraints.and_then(|constraints| constraints.path_len);
        let request = Request {
            name: subject.common_name().or_else(|| Some(successor.to_owned())),
            subject: Some(subject),
            validity: self.validity.resolve(),
            variables: self.variables.resolve()?,
            name_constraints: old.name_constraints.clone(),
            path_len: path_len.and_then(|length| u8::try_from(length).ok()),
            ..Request::new(PrivateKey::public_key(&key).clone())
        };
        Ok(AuthorityPlan { name: successor, profile, request, key, key_pem })
    }

    /// The subject of the new authority: the old one's, with the generation after its common name; the first that no authority has,
    /// where one before was given up.
    fn subject_after(&self, state: &State, old: &Name) -> Result<Name, CliError> {
        if let Some(subject) = &self.subject {
            return Ok(subject.clone());
        }
        if let Some(given) = &self.cn {
            return named(old, given);
        }
        let Some(mut common_name) = old.common_name() else {
            return Err(CliError::usage(format!("{old} has no common name to tell the generations apart by"))
                .hint("give the new authority a name with --cn or --subject"));
        };
        loop {
            common_name = next_generation(&common_name);
            let subject = named(old, &common_name)?;
            if !ca::is_authority_name(state, &subject) {
                return Ok(subject);
            }
        }
    }
}

/// The path length of an authority, if it has one.
fn path_len(certificate: &Certificate) -> Option<u32> {
    certificate.basic_constraints.and_then(|constraints| constraints.path_len)
}

/// Refuses a root that may certify no other one.
fn refuse_without_room(name: &str, root: &Certificate) -> Result<(), CliError> {
    if path_len(root) != Some(0) {
        return Ok(());
    }
    Err(CliError::refused(format!("authority {name} may certify no other root: its path length is 0"))
        .hint("--no-cross does without cross-certificates: bring the new root to all clients first"))
}

/// That the path length of a root has no room for what is below the other one, where its cross-certificate stands between.
fn lacks_room(state: &State, old: &AuthorityRecord, (name, root): (&str, &Certificate)) -> Option<String> {
    let room = path_len(root)?;
    let tiers = |record: &AuthorityRecord| {
        let above = record.chain.iter().position(|above| *above == old.certificate)?;
        u32::try_from(above).ok()?.checked_add(1)
    };
    let below = state.authorities.values().filter_map(tiers).max()?;
    (room < below.saturating_add(1)).then(|| {
        format!(
            "clients that trust only {name} will refuse what authorities below the other root sign: the path length of {name} is \
             {room}, and its cross-certificate takes one of it. Bring both roots to them before servers get such certificates; \
             --no-cross does without cross-certificates"
        )
    })
}

/// A subject with another common name.
fn named(old: &Name, common_name: &str) -> Result<Name, CliError> {
    let mut attributes = old.attributes();
    match attributes.iter_mut().rev().find(|(kind, _)| kind == "CN") {
        Some((_, value)) => *value = common_name.to_owned(),
        None => attributes.push(("CN".to_owned(), common_name.to_owned())),
    }
    let attributes: Vec<_> = attributes.iter().map(|(kind, value)| (kind.as_str(), value.as_str())).collect();
    Name::from_attributes(&attributes)
        .map_err(|error| CliError::from(error).hint("give the new authority a name with --cn or --subject"))
}

/// A key like the old one's, where the profile has it and such keys are still made.
fn like(old: &Certificate, profile: &Profile) -> Algorithm {
    let kind = old.public_key().ok().map(|key| key.kind()).filter(|kind| profile.allows_key(*kind));
    kind.and_then(Algorithm::of_kind).unwrap_or_else(|| profile.default_algorithm())
}

/// `root` has `root-2`, that has `root-3`.
fn next_name(name: &str) -> String {
    match name.rsplit_once('-').map(|(stem, number)| (stem, number.parse::<u32>())) {
        Some((stem, Ok(number))) if number >= 2 && !stem.is_empty() => format!("{stem}-{}", number.saturating_add(1)),
        _ => format!("{name}-2"),
    }
}

/// `Acme Root CA` has `Acme Root CA G2`, that has `Acme Root CA G3`.
fn next_generation(name: &str) -> String {
    match name.rsplit_once(" G").map(|(stem, number)| (stem, number.parse::<u32>())) {
        Some((stem, Ok(number))) if number >= 1 && !stem.is_empty() => format!("{stem} G{}", number.saturating_add(1)),
        _ => format!("{name} G2"),
    }
}

fn ceremony(old: &str, successor: &str) -> String {
    format!(
        "have it signed where the key is: certwright authority csr {successor} --out {successor}.csr, there certwright sign \
         {successor}.csr --profile intermediate --out {successor}.crt, here certwright authority import {successor} --cert \
         {successor}.crt, then certwright authority rollover {old} --as {successor}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations_are_counted() {
        for (name, next) in [("root", "root-2"), ("root-2", "root-3"), ("eu-west", "eu-west-2"), ("ca-1", "ca-1-2")] {
            assert_eq!(next_name(name), next);
        }
        for (name, next) in [("Acme CA", "Acme CA G2"), ("Acme CA G2", "Acme CA G3"), ("Acme Gx", "Acme Gx G2")] {
            assert_eq!(next_generation(name), next);
        }
    }
}
