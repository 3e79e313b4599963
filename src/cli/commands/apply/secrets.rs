//! The secrets that a manifest names, each asked for once and before the store is locked.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::{CliError, Context, SecretSource};
use crate::container::Format;
use crate::keys::Secret;
use crate::manifest::{Authority, Certificate, Delivery, Manifest, Truststore};

/// The word for no passphrase at all.
const NONE: &str = "none";

const KEY_HINT: &str =
    "say in the manifest where it comes from, \"passphrase\": env:VAR, file:PATH or cmd:COMMAND, or \"none\"";
const STORE_HINT: &str = "say in the manifest where it comes from, for all of them in \"defaults\": \"storepass\": env:VAR, file:PATH \
                          or cmd:COMMAND";

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
        let secret = self.once(source, what, || {
            let said = given.is_some();
            cx.new_passphrase(given.as_ref(), what).map_err(|error| match said {
                true => error,
                false => error.hint(KEY_HINT),
            })
        })?;
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
        self.once(source, what, || {
            let said = given.is_some();
            cx.password(given.as_ref(), what, "--storepass", true).map_err(|error| match said {
                true => error,
                false => error.hint(STORE_HINT),
            })
        })
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

/// Where the password of a delivery comes from.
pub(super) fn of_delivery<'a>(manifest: &'a Manifest, delivery: &'a Delivery) -> Option<&'a str> {
    delivery.storepass.as_deref().or(manifest.defaults.storepass.as_deref())
}

/// Where the password of a truststore comes from; `None` where its format has none.
pub(super) fn of_truststore<'a>(manifest: &'a Manifest, truststore: &'a Truststore) -> Option<&'a str> {
    let source = truststore.storepass.as_deref().or(manifest.defaults.storepass.as_deref());
    Some(source.unwrap_or("pass:changeit")).filter(|_| truststore.format() != Some(Format::Pem))
}
