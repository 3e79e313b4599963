//! The secrets that a manifest names, each asked for once and before the store is locked.

use std::collections::{BTreeMap, BTreeSet};

use super::build::takes_password;
use crate::cli::{CliError, Context, SecretSource};
use crate::container::Format;
use crate::keys::Secret;
use crate::manifest::{Authority, Certificate, Delivery, Manifest, Place, Plan, TrustFormat, Truststore, Work};

/// The word for no passphrase at all.
const NONE: &str = "none";

const KEY_HINT: &str =
    "say in the manifest where it comes from, \"passphrase\": env:VAR, file:PATH or cmd:COMMAND, or \"none\"";
const STORE_HINT: &str = "say in the manifest where it comes from, for all of them in \"defaults\": \"storepass\": env:VAR, file:PATH \
                          or cmd:COMMAND";

const WRONG_HINT: &str = "check what \"passphrase\" in the manifest, or --passphrase, names: only the first line counts, without its line end";

/// An error whose hint speaks of the manifest, where secrets are named, instead of options that this command does not have.
pub(super) fn told(error: CliError) -> CliError {
    let hint = error.hint.map(|hint| match hint {
        hint if hint.starts_with("check what --passphrase") => WRONG_HINT.to_owned(),
        hint if hint.contains("--passphrase") || hint.contains("--no-passphrase") => KEY_HINT.to_owned(),
        hint if hint.contains("--storepass") => STORE_HINT.to_owned(),
        hint => hint,
    });
    CliError { hint, ..error }
}

/// What protects files, by the source that the secret comes from: the empty one where nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Protection {
    /// A password that opens a keystore or proves a truststore.
    Store(String),
    /// A passphrase that a private key in PEM is encrypted with.
    Key(String),
}

/// What protects files, at hand.
pub(super) enum Password {
    /// Of keystores and truststores.
    Store(Secret),
    /// Of private keys in PEM.
    Key(Secret),
}

impl Password {
    /// The password of a keystore or truststore.
    pub(super) fn of_store(&self) -> Option<&Secret> {
        match self {
            Self::Store(secret) => Some(secret),
            Self::Key(_) => None,
        }
    }

    /// The passphrase of a key.
    pub(super) fn of_key(&self) -> Option<&Secret> {
        match self {
            Self::Key(secret) => Some(secret),
            Self::Store(_) => None,
        }
    }
}

/// The passwords that the files of a plan take.
pub(super) type Passwords = BTreeMap<Protection, Result<Password, CliError>>;

/// Asks for the passwords that the files of a plan take, before the store is locked.
pub(super) fn passwords(cx: &mut Context, manifest: &Manifest, plan: &Plan, secrets: &mut Secrets) -> Passwords {
    let of_certificate = |name: &str| manifest.certificates.get(name).map_or(&[][..], |one| one.deliver.as_slice());
    let mut wanted = BTreeSet::new();
    for step in &plan.steps {
        match &step.work {
            Work::Certificate(_) => {
                wanted.extend(of_certificate(&step.name).iter().filter_map(|delivery| of_delivery(manifest, delivery)));
            }
            Work::Delivery(work) => {
                let delivery = of_certificate(&work.certificate).get(work.index);
                wanted.extend(delivery.and_then(|delivery| of_delivery(manifest, delivery)));
            }
            Work::Truststore(work) => {
                let truststore = manifest.truststores.get(work.index);
                wanted.extend(truststore.and_then(|truststore| of_truststore(manifest, truststore)));
            }
            _ => {}
        }
    }
    let mut passwords = Passwords::new();
    for protection in wanted {
        let password = match &protection {
            Protection::Store(source) => {
                let given = Some(source.as_str()).filter(|source| !source.is_empty());
                secrets.of_store(cx, given).map(Password::Store)
            }
            Protection::Key(source) => secrets.of_delivered_key(cx, source).map(Password::Key),
        };
        passwords.insert(protection, password);
    }
    passwords
}

/// Secrets by what they are for.
#[derive(Default)]
pub(super) struct Secrets {
    known: BTreeMap<(String, String), Secret>,
    /// Sources of certificates' passphrases that opened a key which is there, or of which no key is.
    proven: BTreeSet<String>,
}

impl Secrets {
    /// The passphrase of a new key in the store; `None` where it is to have none.
    pub(super) fn new_key(
        &mut self,
        cx: &mut Context,
        source: Option<&str>,
        what: &str,
    ) -> Result<Option<Secret>, CliError> {
        if source == Some(NONE) {
            return Ok(None);
        }
        let given = read(source)?;
        let secret = self.once(source, what, || cx.new_passphrase(given.as_ref(), what))?;
        Ok(Some(secret))
    }

    /// The passphrase of a key that is there.
    pub(super) fn of_key(&mut self, cx: &mut Context, source: Option<&str>, what: &str) -> Result<Secret, CliError> {
        let source = source.filter(|source| *source != NONE);
        let given = read(source)?;
        self.once(source, what, || cx.passphrase(given.as_ref(), what))
    }

    /// The password of a keystore.
    pub(super) fn of_store(&mut self, cx: &mut Context, source: Option<&str>) -> Result<Secret, CliError> {
        let given = read(source)?;
        let what = "password for the keystores";
        self.once(source, what, || cx.password(given.as_ref(), what, "--storepass", true))
    }

    /// What keys that are delivered are encrypted with.
    fn of_delivered_key(&mut self, cx: &mut Context, source: &str) -> Result<Secret, CliError> {
        let secret = self.new_key(cx, Some(source), "passphrase for the keys that are delivered")?;
        secret.ok_or_else(|| CliError::failed("a passphrase is needed"))
    }

    /// Whether a source of certificates' passphrases was proven already.
    pub(super) fn is_proven(&self, source: &str) -> bool {
        self.proven.contains(source)
    }

    /// Notes that a source of certificates' passphrases gives what it gave before.
    pub(super) fn proven(&mut self, source: &str) {
        self.proven.insert(source.to_owned());
    }

    fn once(
        &mut self,
        source: Option<&str>,
        what: &str,
        ask: impl FnOnce() -> Result<Secret, CliError>,
    ) -> Result<Secret, CliError> {
        let slot = (source.unwrap_or_default().to_owned(), what.to_owned());
        if let Some(known) = self.known.get(&slot) {
            return Ok(known.clone());
        }
        let secret = ask()?;
        self.known.insert(slot, secret.clone());
        Ok(secret)
    }
}

fn read(source: Option<&str>) -> Result<Option<SecretSource>, CliError> {
    source.map(|source| source.parse::<SecretSource>().map_err(CliError::usage)).transpose()
}

/// Where the passphrase of an authority's key comes from.
pub(super) fn of_authority<'a>(manifest: &'a Manifest, authority: &'a Authority) -> Option<&'a str> {
    authority.passphrase.as_deref().or(manifest.defaults.passphrase.as_deref())
}

/// Where the passphrase of a certificate's key comes from; `None` means that of its authority.
pub(super) fn of_certificate<'a>(manifest: &'a Manifest, certificate: &'a Certificate) -> Option<&'a str> {
    certificate.key_passphrase.as_deref().or(manifest.defaults.key_passphrase.as_deref())
}

/// What protects the files of a delivery.
pub(super) fn of_delivery(manifest: &Manifest, delivery: &Delivery) -> Option<Protection> {
    let source = match delivery.place() {
        Some(Place::Pem(_)) => return delivery.passphrase.clone().map(Protection::Key),
        _ => delivery.storepass.clone().or_else(|| manifest.defaults.storepass.clone()),
    };
    takes_password(delivery).then(|| Protection::Store(source.unwrap_or_default()))
}

/// What protects a truststore; `None` where its format has no password.
pub(super) fn of_truststore(manifest: &Manifest, truststore: &Truststore) -> Option<Protection> {
    let source = truststore.storepass.as_deref().or(manifest.defaults.storepass.as_deref());
    let source = source.unwrap_or("pass:changeit").to_owned();
    let is_open = matches!(truststore.format(), Some(TrustFormat::File(Format::Pem) | TrustFormat::Hashed));
    (!is_open).then_some(Protection::Store(source))
}
