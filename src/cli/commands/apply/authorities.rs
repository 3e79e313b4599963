//! Authorities: opened, made, made anew, brought in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::execute::{Run, again};
use super::keys::Keys;
use super::secrets::{self, Secrets};
use super::source::{Described, certificates};
use crate::ca::{self, AuthorityPlan, ImportPlan, LoadedAuthority, RemakePlan};
use crate::cli::commands::crl;
use crate::cli::commands::options::{read_key_from, session};
use crate::cli::{CliError, Context, SecretSource};
use crate::issuance::Profiles;
use crate::keys::{PrivateKey, Secret, Signer};
use crate::manifest::{Authority, AuthorityWork, KeyChoice, Plan, Work, authority_request};
use crate::store::{State, Store, Writer};
use zeroize::Zeroizing;

/// Authorities that sign, by name, and why one cannot.
pub(super) type Signers = BTreeMap<String, Result<LoadedAuthority, CliError>>;

/// Opens the authorities of the store that a plan has to sign with.
pub(super) fn open(
    cx: &mut Context,
    described: &Described,
    (store, state): (&Store, &State),
    plan: &Plan,
    secrets: &mut Secrets,
) -> Signers {
    let manifest = &described.manifest;
    let mut wanted = BTreeSet::new();
    let mut fresh = BTreeSet::new();
    // A successor's passphrase comes from where that of the one that is described comes from, unless it is described too.
    let named = manifest.authorities.keys();
    let stands_for: BTreeMap<&str, &str> =
        named.flat_map(|named| ca::succession(state, named).skip(1).map(move |next| (next, named.as_str()))).collect();
    for step in &plan.steps {
        match &step.work {
            Work::Certificate(_) => {
                let named = manifest.certificates.get(&step.name).and_then(|one| manifest.authority_of(one));
                let signs = named.map(|named| ca::renewing_authority(state, named, cx.now()));
                wanted.extend(signs);
            }
            Work::Crl(work) if work.full || work.delta => drop(wanted.insert(work.authority.as_str())),
            Work::Authority(work) => {
                wanted.extend(manifest.authorities.get(&step.name).and_then(|one| one.parent.as_deref()));
                match work.key {
                    Some(KeyChoice::Same) => drop(wanted.insert(&step.name)),
                    _ => drop(fresh.insert(step.name.as_str())),
                }
            }
            _ => {}
        }
    }
    let mut signers = Signers::new();
    for name in wanted.difference(&fresh) {
        let Some(record) = state.authorities.get(*name) else { continue };
        crl::warn(cx, state, name);
        let described = manifest.authorities.get(*name);
        let described = described.or_else(|| manifest.authorities.get(*stands_for.get(*name)?));
        let source = described.and_then(|authority| secrets::of_authority(manifest, authority));
        let mut failure = None;
        let now = cx.now();
        let loaded = ca::load(store, record, now, &mut |what| {
            secrets.of_key(cx, source, what).map_err(|error| failure = Some(error)).ok()
        });
        let loaded = match failure {
            Some(error) => Err(error),
            None => loaded.map_err(CliError::from),
        };
        signers.insert((*name).to_owned(), loaded);
    }
    signers
}

/// A private key that is brought in, as the store shall have it.
pub(super) struct Brought {
    key: PrivateKey,
    pem: Zeroizing<Vec<u8>>,
    /// What it is encrypted with, as are the keys of what it signs.
    pub(super) secret: Option<Secret>,
}

/// Reads the keys of authorities that are brought in.
pub(super) fn read_brought(
    cx: &mut Context,
    described: &Described,
    plan: &Plan,
    secrets: &mut Secrets,
) -> BTreeMap<String, Result<Brought, CliError>> {
    let mut brought = BTreeMap::new();
    for step in &plan.steps {
        let Work::Authority(AuthorityWork { key: None, .. }) = step.work else { continue };
        let Some(authority) = described.manifest.authorities.get(&step.name) else { continue };
        let Some(path) = &authority.private_key else { continue };
        let one = (|| {
            let source = authority.private_key_passphrase.as_deref();
            let source = source.map(|source| source.parse::<SecretSource>().map_err(CliError::usage)).transpose()?;
            let key = read_key_from(cx, path, source.as_ref())?;
            let what = format!("passphrase for the key of authority {}", step.name);
            let secret = secrets.new_key(cx, secrets::of_authority(&described.manifest, authority), &what)?;
            let pem = key.to_pkcs8_pem(secret.as_ref())?;
            Ok(Brought { key, pem, secret })
        })();
        brought.insert(step.name.clone(), one);
    }
    brought
}

impl Run<'_> {
    /// Does the step of one authority, and keeps it ready to sign.
    pub(super) fn authority(
        &mut self,
        cx: &mut Context,
        writer: &mut Writer<'_>,
        (step, name, work): (usize, &str, &AuthorityWork),
        keys: &mut Keys,
        profiles: &Profiles,
    ) -> Result<(), CliError> {
        let described = self.described;
        let Some(authority) = described.manifest.authorities.get(name) else { return Ok(()) };
        let Some(choice) = work.key else { return self.bring(cx, writer, name, authority) };
        let profile = profiles.get(authority.profile())?;
        let ready = match keys.remove(&step).transpose()? {
            Some(ready) => Some((ready.private, ready.pem, ready.secret)),
            None => None,
        };
        let parent = match authority.parent.as_deref() {
            None => None,
            Some(parent) => match self.signers.get(parent) {
                Some(Ok(parent)) => Some(parent),
                Some(Err(error)) => return Err(again(error).about(format_args!("authority {parent}"))),
                None => return Err(CliError::failed(format!("the authority above it, {parent}, is not there"))),
            },
        };
        let actor = cx.settings.actor.clone();
        let session = session(cx, &actor, &|| {});
        let (signer, made, passphrase): (Arc<dyn Signer>, _, _) = match (choice, ready) {
            (KeyChoice::New(_), Some((Some(key), Some(pem), secret))) => {
                let request = authority_request(name, authority, key.public_key().clone()).map_err(CliError::failed)?;
                let made = if work.anew {
                    let signer: Arc<dyn Signer> = key.clone();
                    let plan = RemakePlan { name, profile: &profile, request, key: signer, key_pem: Some(pem) };
                    ca::remake(writer, parent, plan, &session)?
                } else {
                    let plan = AuthorityPlan { name, profile: &profile, request, key: key.clone(), key_pem: pem };
                    match parent {
                        Some(parent) => ca::create_subordinate(writer, parent, plan, &session)?,
                        None => {
                            let settings = writer.state().settings.clone();
                            let made = ca::create_root(writer, plan, None, settings, &session)?;
                            made.into_iter().next().ok_or_else(|| CliError::failed("no root was made"))?
                        }
                    }
                };
                (key, made, secret)
            }
            (KeyChoice::Same, _) => {
                let (signer, secret) = match self.signers.get(name) {
                    Some(Ok(own)) => (Arc::clone(&own.signer), own.passphrase.clone()),
                    Some(Err(error)) => return Err(again(error)),
                    None => return Err(ca::CaError::KeyNotHere(name.to_owned()).into()),
                };
                let request =
                    authority_request(name, authority, signer.public_key().clone()).map_err(CliError::failed)?;
                let key = Arc::clone(&signer);
                let plan = RemakePlan { name, profile: &profile, request, key, key_pem: None };
                (signer, ca::remake(writer, parent, plan, &session)?, secret)
            }
            (KeyChoice::New(_) | KeyChoice::Requested, _) => return Err(CliError::failed("its key could not be made")),
        };
        crate::cli::commands::report::tell(cx, name, &made.report);
        let loaded = LoadedAuthority {
            name: name.to_owned(),
            certificate: made.certificate,
            chain: made.chain,
            cross: Vec::new(),
            other_anchors: Vec::new(),
            signer,
            passphrase,
        };
        self.signers.insert(name.to_owned(), Ok(loaded));
        Ok(())
    }

    fn bring(
        &mut self,
        cx: &mut Context,
        writer: &mut Writer<'_>,
        name: &str,
        authority: &Authority,
    ) -> Result<(), CliError> {
        let certificate = self.described.brought.get(name).cloned();
        let certificate = certificate.ok_or_else(|| CliError::failed("its certificate was not read"))?;
        let certificate = certificate.map_err(CliError::failed)?;
        let mut chain = Vec::new();
        for file in authority.certificate.iter().chain(&authority.chain) {
            chain.extend(certificates(cx, file)?);
        }
        chain.retain(|other| *other != certificate);
        let brought = self.brought.remove(name).transpose()?;
        let key = match &brought {
            Some(brought) => Some((brought.key.duplicate()?, brought.pem.clone())),
            None => None,
        };
        let actor = cx.settings.actor.clone();
        let session = session(cx, &actor, &|| {});
        let plan = ImportPlan { name, certificate, chain, key, accept_weak: false };
        let (made, notes) = ca::import(writer, plan, &session)?;
        for note in notes {
            cx.ui.say(&format!("note: {name}: {note}"));
        }
        let loaded = match brought {
            Some(brought) => Ok(LoadedAuthority {
                name: name.to_owned(),
                certificate: made.certificate,
                chain: made.chain,
                cross: Vec::new(),
                other_anchors: Vec::new(),
                signer: Arc::new(brought.key),
                passphrase: brought.secret,
            }),
            None => Err(ca::CaError::KeyNotHere(name.to_owned()).into()),
        };
        self.signers.insert(name.to_owned(), loaded);
        Ok(())
    }
}
