//! What the keys of a batch are encrypted with.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::IssueArgs;
use crate::ca::LoadedAuthority;
use crate::cli::{CliError, Context, SecretSource};
use crate::keys::{KeyError, PrivateKey, Secret};

/// A key's file.
type KeyPem = Zeroizing<Vec<u8>>;

/// What keys are encrypted with.
pub(super) struct Sealers {
    /// The passphrase given for them, in the store and outside.
    pub(super) given: Option<Secret>,
    /// Those of authorities, for the keys in the store.
    of_authorities: BTreeMap<String, Secret>,
}

impl Sealers {
    pub(super) fn new<'a>(
        cx: &mut Context,
        args: &IssueArgs,
        authorities: impl Iterator<Item = &'a LoadedAuthority>,
    ) -> Result<Self, CliError> {
        let source: Option<&SecretSource> = args.key_passphrase.as_ref();
        if let Some(source) = source {
            let secret = cx.new_passphrase(Some(source), "passphrase for the new keys")?;
            return Ok(Self { given: Some(secret), of_authorities: BTreeMap::new() });
        }
        let mut of_authorities = BTreeMap::new();
        for authority in authorities.filter(|_| !args.no_key_passphrase) {
            if let Some(secret) = &authority.passphrase {
                of_authorities.insert(authority.name.clone(), secret.clone());
            }
        }
        Ok(Self { given: None, of_authorities })
    }

    /// The key for the store, and the one for outside where there is such a place.
    pub(super) fn encode(
        &self,
        key: &PrivateKey,
        authority: &LoadedAuthority,
        outside: bool,
    ) -> Result<(KeyPem, Option<KeyPem>), KeyError> {
        let own = self.given.as_ref();
        let stored = key.to_pkcs8_pem(own.or_else(|| self.of_authorities.get(&authority.name)))?;
        let outside = match outside {
            true if own.is_some() || self.of_authorities.is_empty() => Some(stored.clone()),
            true => Some(key.to_pkcs8_pem(None)?),
            false => None,
        };
        Ok((stored, outside))
    }
}
