//! What the keys of a batch are encrypted with.

use zeroize::Zeroizing;

use super::IssueArgs;
use crate::ca::LoadedAuthority;
use crate::cli::{CliError, Context};
use crate::keys::{KeyError, PrivateKey, Secret};

/// A key's file.
type KeyPem = Zeroizing<Vec<u8>>;

/// What keys are encrypted with.
pub(super) struct Encryption {
    /// The passphrase given for them, in the store and outside.
    pub(super) given: Option<Secret>,
    /// Whether those in the store are not encrypted even where their authority's key is.
    plain: bool,
}

impl Encryption {
    pub(super) fn new(cx: &mut Context, args: &IssueArgs) -> Result<Self, CliError> {
        let source = args.key_passphrase.as_ref();
        let given = source.map(|source| cx.new_passphrase(Some(source), "passphrase for the new keys")).transpose()?;
        Ok(Self { given, plain: args.no_key_passphrase })
    }

    /// The key for the store, and the one for outside where there is such a place.
    pub(super) fn encode(
        &self,
        key: &PrivateKey,
        authority: &LoadedAuthority,
        outside: bool,
    ) -> Result<(KeyPem, Option<KeyPem>), KeyError> {
        let own = self.given.as_ref();
        let secret = own.or(authority.passphrase.as_ref().filter(|_| !self.plain));
        let stored = key.to_pkcs8_pem(secret)?;
        let outside = match outside {
            true if own.is_some() || secret.is_none() => Some(stored.clone()),
            true => Some(key.to_pkcs8_pem(None)?),
            false => None,
        };
        Ok((stored, outside))
    }
}
