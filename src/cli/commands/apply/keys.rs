//! The keys that a plan takes: new ones made, old ones read, on all cores and before the store is locked.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::authorities::Brought;
use super::execute::again;
use super::secrets::{self, Secrets};
use crate::ca::{self, LoadedAuthority, in_parallel};
use crate::cli::commands::issued_key;
use crate::cli::{CliError, Context};
use crate::issuance::Request;
use crate::keys::{Algorithm, KeyFile, KeyOutline, PrivateKey, PublicKey, Secret};
use crate::manifest::{Certificate, Delivery, KeyChoice, Manifest, Plan, Work};
use crate::store::{CertificateRecord, State, Store};

/// The key of one step.
pub(super) struct Ready {
    pub(super) public: PublicKey,
    /// As it is to lie in the store.
    pub(super) pem: Option<Zeroizing<Vec<u8>>>,
    /// Opened, where something takes it.
    pub(super) private: Option<Arc<PrivateKey>>,
    /// What a new one is encrypted with.
    pub(super) secret: Option<Secret>,
}

/// Keys by the number of their step.
pub(super) type Keys = BTreeMap<usize, Result<Ready, CliError>>;

/// A key that is to be made.
struct New {
    step: usize,
    algorithm: Algorithm,
    secret: Option<Secret>,
}

/// A key that is there.
struct Old {
    step: usize,
    path: PathBuf,
    pem: Zeroizing<Vec<u8>>,
    public: PublicKey,
    /// The passphrase, where it is encrypted and has to be opened.
    secret: Option<Secret>,
    open: bool,
}

/// What keys are looked for in.
pub(super) struct Search<'a> {
    pub(super) manifest: &'a Manifest,
    /// What certificate signing requests ask for, by certificate.
    pub(super) requests: &'a BTreeMap<String, Result<Request, String>>,
    pub(super) store: &'a Store,
    pub(super) state: &'a State,
    pub(super) signers: &'a BTreeMap<String, Result<LoadedAuthority, CliError>>,
    pub(super) brought: &'a BTreeMap<String, Result<Brought, CliError>>,
}

impl Search<'_> {
    /// Makes and reads the keys of a plan.
    ///
    /// # Errors
    /// When the system gives no randomness; what concerns one key is in its place.
    pub(super) fn run(&self, cx: &mut Context, plan: &Plan, secrets: &mut Secrets) -> Result<Keys, CliError> {
        let (mut new, mut old, mut keys) = (Vec::new(), Vec::new(), Keys::new());
        // The passphrases of authorities that this plan makes or brings in.
        let mut made = BTreeMap::new();
        for (step, one) in plan.steps.iter().enumerate() {
            let found = match &one.work {
                Work::Authority(work) => match work.key {
                    Some(KeyChoice::New(algorithm)) => {
                        let source = self.manifest.authorities.get(&one.name);
                        let source = source.and_then(|authority| secrets::of_authority(self.manifest, authority));
                        let what = format!("passphrase for the key of authority {}", one.name);
                        let secret = secrets.new_key(cx, source, &what);
                        let proven = secret.and_then(|secret| {
                            self.prove(source, secret.as_ref(), |source, secret| {
                                self.prove_authority(&one.name, source, secret)
                            })?;
                            Ok(secret)
                        });
                        proven.map(|secret| {
                            made.insert(one.name.clone(), secret.clone());
                            new.push(New { step, algorithm, secret });
                        })
                    }
                    // Those of what it signs are encrypted as its own is.
                    None => {
                        if let Some(Ok(brought)) = self.brought.get(&one.name) {
                            made.insert(one.name.clone(), brought.secret.clone());
                        }
                        Ok(())
                    }
                    Some(KeyChoice::Same | KeyChoice::Requested) => Ok(()),
                },
                Work::Certificate(work) => match (self.manifest.certificates.get(&one.name), work.key, &work.before) {
                    (Some(certificate), KeyChoice::New(algorithm), _) => self
                        .new_secret(cx, (&one.name, certificate), &made, secrets)
                        .map(|secret| new.push(New { step, algorithm, secret })),
                    (Some(certificate), KeyChoice::Same, Some(before)) => {
                        let open = certificate.deliver.iter().any(Delivery::takes_key);
                        self.old(cx, certificate, before, step, open, secrets).map(|found| match found {
                            Ok(key) => old.push(key),
                            Err(ready) => drop(keys.insert(step, Ok(ready))),
                        })
                    }
                    (Some(_), KeyChoice::Requested, _) => {
                        if let Some(Ok(request)) = self.requests.get(&one.name) {
                            let public = request.public_key.clone();
                            keys.insert(step, Ok(Ready { public, pem: None, private: None, secret: None }));
                        }
                        Ok(())
                    }
                    _ => Ok(()),
                },
                Work::Delivery(work) => {
                    let certificate = self.manifest.certificates.get(&work.certificate);
                    let record = self.state.lineage(&Certificate::lineage(&work.certificate))?.pop().cloned();
                    match (certificate, record) {
                        (Some(certificate), Some(record))
                            if certificate.deliver.get(work.index).is_some_and(Delivery::takes_key) =>
                        {
                            self.old(cx, certificate, &record, step, true, secrets).map(|found| {
                                old.extend(found.ok());
                            })
                        }
                        _ => Ok(()),
                    }
                }
                _ => Ok(()),
            };
            if let Err(error) = found {
                keys.insert(step, Err(error));
            }
        }
        let progress = cx.ui.progress((new.len() + old.len()) as u64, "preparing keys");
        let generated = in_parallel(new, |New { step, algorithm, secret }| {
            let key = PrivateKey::generate(algorithm)?;
            let pem = key.to_pkcs8_pem(secret.as_ref())?;
            progress.tick();
            let public = key.public_key().clone();
            Ok::<_, CliError>((step, Ready { public, pem: Some(pem), private: Some(Arc::new(key)), secret }))
        })?;
        keys.extend(generated.into_iter().map(|(step, ready)| (step, Ok(ready))));
        let read = in_parallel(old, |key| {
            let step = key.step;
            let opened = open(key);
            progress.tick();
            Ok::<_, CliError>((step, opened))
        })?;
        keys.extend(read);
        Ok(keys)
    }

    /// The passphrase of a certificate's new key: its own, else that of its authority, if that has one.
    fn new_secret(
        &self,
        cx: &mut Context,
        (name, certificate): (&str, &Certificate),
        made: &BTreeMap<String, Option<Secret>>,
        secrets: &mut Secrets,
    ) -> Result<Option<Secret>, CliError> {
        if let Some(source) = secrets::of_certificate(self.manifest, certificate) {
            let secret = secrets.new_key(cx, Some(source), "passphrase for the keys of certificates")?;
            // What one key proved holds for all of them.
            if !secrets.is_proven(source) {
                self.prove(Some(source), secret.as_ref(), |source, secret| {
                    self.prove_certificate(name, source, secret)
                })?;
                secrets.proven(source);
            }
            return Ok(secret);
        }
        let authority = self.manifest.authority_of(certificate).unwrap_or_default();
        let authority = ca::renewing_authority(self.state, authority, cx.now());
        match (made.get(authority), self.signers.get(authority)) {
            (Some(secret), _) => Ok(secret.clone()),
            (None, Some(Ok(signer))) => Ok(signer.passphrase.clone()),
            (None, Some(Err(error))) => Err(again(error)),
            (None, None) => Ok(None),
        }
    }

    /// A key that the store has; what is ready at once where it has none.
    fn old(
        &self,
        cx: &mut Context,
        certificate: &Certificate,
        record: &CertificateRecord,
        step: usize,
        open: bool,
        secrets: &mut Secrets,
    ) -> Result<Result<Old, Ready>, CliError> {
        let public = record.certificate()?.public_key()?;
        if !record.key {
            return Ok(Err(Ready { public, pem: None, private: None, secret: None }));
        }
        let pem = issued_key::read_known(self.store, record)?;
        let is_encrypted = open && KeyOutline::read(&pem)?.encryption.is_some();
        let secret = match is_encrypted {
            true => Some(self.old_secret(cx, certificate, &record.lineage, secrets)?),
            false => None,
        };
        Ok(Ok(Old { step, path: self.store.issued_key(record), pem, public, secret, open }))
    }

    fn old_secret(
        &self,
        cx: &mut Context,
        certificate: &Certificate,
        lineage: &str,
        secrets: &mut Secrets,
    ) -> Result<Secret, CliError> {
        if let Some(source) = secrets::of_certificate(self.manifest, certificate) {
            return secrets.of_key(cx, Some(source), "passphrase of the keys of certificates");
        }
        let name = self.manifest.authority_of(certificate).unwrap_or_default();
        let signs = ca::renewing_authority(self.state, name, cx.now());
        if let Some(Ok(LoadedAuthority { passphrase: Some(secret), .. })) = self.signers.get(signs) {
            return Ok(secret.clone());
        }
        let source = self.manifest.authorities.get(name);
        let source = source.and_then(|authority| secrets::of_authority(self.manifest, authority));
        match source {
            Some(source) => secrets.of_key(cx, Some(source), &format!("passphrase of authority {name}")),
            None => secrets.of_key(cx, None, &format!("passphrase of the key of {lineage}")),
        }
    }
}

fn open(key: Old) -> Result<Ready, CliError> {
    let Old { path, pem, public, secret, open, .. } = key;
    let private = match open {
        true => Some(Arc::new(KeyFile::read(&pem, &mut || secret.clone())?.key)),
        false => None,
    };
    // Of an encrypted one that only shows now.
    if let Some(key) = &private {
        issued_key::check_own(key, &public, path)?;
    }
    Ok(Ready { public, pem: Some(pem), private, secret: None })
}
