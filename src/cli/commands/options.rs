//! Options that several commands share, and what they resolve to.

use std::collections::BTreeMap;
use std::sync::Arc;

use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::ca::{self, LoadedAuthority, RandomSerials, Session};
use crate::cli::{CliError, Context, SecretSource};
use crate::issuance::{Profiles, Validity};
use crate::keys::{KeyError, KeyFile, PrivateKey, Secret};
use crate::store::{AuthorityRecord, Filing, Store};
use crate::x509::extension::{NameConstraints, Subtree};
use crate::x509::time::{Span, parse_instant};

/// How long a certificate shall be valid.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ValidityArgs {
    /// How long it is valid: 90d, 24h, 1y [default: the profile's]
    #[arg(long, value_name = "DURATION", value_parser = Span::parse)]
    pub validity: Option<Span>,
    /// Valid from this instant (RFC 3339) [default: a little before now]
    #[arg(long, value_name = "TIME", value_parser = parse_instant)]
    pub not_before: Option<OffsetDateTime>,
    /// Valid until this instant (RFC 3339)
    #[arg(long, value_name = "TIME", value_parser = parse_instant, conflicts_with = "validity")]
    pub not_after: Option<OffsetDateTime>,
}

impl ValidityArgs {
    /// The validity as issuance takes it.
    pub(crate) fn resolve(&self) -> Validity {
        Validity { not_before: self.not_before, not_after: self.not_after, span: self.validity }
    }
}

/// Values for the variables of a profile.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct VariableArgs {
    /// Give a variable of the profile a value
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = parse_variable)]
    pub variables: Vec<(String, String)>,
}

impl VariableArgs {
    /// The variables as a map; the same one twice is an error.
    ///
    /// # Errors
    /// Exit 2.
    pub(crate) fn resolve(&self) -> Result<BTreeMap<String, String>, CliError> {
        let mut map = BTreeMap::new();
        for (key, value) in &self.variables {
            if map.insert(key.clone(), value.clone()).is_some() {
                return Err(CliError::usage(format!("--set {key}=… is given twice")));
            }
        }
        Ok(map)
    }
}

/// What an authority may sign.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ConstraintArgs {
    /// Names the authority may certify, and no others: corp.test, 10.0.0.0/8, email:corp.test, uri:corp.test
    #[arg(long, value_name = "NAME", num_args = 1.., value_parser = Subtree::parse)]
    pub permit: Vec<Subtree>,
    /// Names the authority may not certify
    #[arg(long, value_name = "NAME", num_args = 1.., value_parser = Subtree::parse)]
    pub exclude: Vec<Subtree>,
}

impl ConstraintArgs {
    /// The constraints, if there are any.
    pub(crate) fn resolve(&self) -> Option<NameConstraints> {
        if self.permit.is_empty() && self.exclude.is_empty() {
            return None;
        }
        Some(NameConstraints { permitted: self.permit.clone(), excluded: self.exclude.clone() })
    }
}

/// How a new authority's key is kept.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct NewKeyArgs {
    /// Leave the new private key unencrypted
    #[arg(long, conflicts_with = "new_passphrase")]
    pub no_passphrase: bool,
    /// Where the new key's passphrase comes from [default: as --passphrase]
    #[arg(long, value_name = "SRC")]
    pub new_passphrase: Option<SecretSource>,
}

impl NewKeyArgs {
    /// Encodes a new authority key for the store, encrypted unless `--no-passphrase` is given.
    ///
    /// # Errors
    /// Exit 2 when no passphrase can be had.
    pub(crate) fn encode(
        &self,
        cx: &mut Context,
        key: &PrivateKey,
        name: &str,
    ) -> Result<Zeroizing<Vec<u8>>, CliError> {
        let secret = self.secret(cx, name)?;
        Ok(key.to_pkcs8_pem(secret.as_ref())?)
    }

    /// The new passphrase, `None` for `--no-passphrase`.
    ///
    /// # Errors
    /// Exit 2 when no passphrase can be had.
    pub(crate) fn secret(&self, cx: &mut Context, name: &str) -> Result<Option<Secret>, CliError> {
        self.secret_of(cx, &format!("the key of authority {name}"))
    }

    /// As [`NewKeyArgs::secret`], for any key that is kept in the store.
    ///
    /// # Errors
    /// Exit 2 when no passphrase can be had.
    pub(crate) fn secret_of(&self, cx: &mut Context, whose: &str) -> Result<Option<Secret>, CliError> {
        if self.no_passphrase {
            return Ok(None);
        }
        cx.new_passphrase(self.new_passphrase.as_ref(), &format!("passphrase for {whose}")).map(Some)
    }
}

/// The profiles of a store, user's ones included.
///
/// # Errors
/// When the profile folder cannot be read.
pub(crate) fn profiles(store: &Store) -> Result<Profiles, CliError> {
    Ok(Profiles::new(store.read_profiles()?))
}

/// Opens an authority for signing, asking for its passphrase where it is encrypted.
///
/// # Errors
/// Exit 2 when no passphrase can be had, 1 when it is wrong.
pub(crate) fn load_authority(
    cx: &mut Context,
    store: &Store,
    record: &AuthorityRecord,
) -> Result<LoadedAuthority, CliError> {
    let now = cx.now();
    if record.key && !store.has_authority_key(&record.authority) {
        // A command that was killed may have recorded the authority before its key was in place: the lock puts it there.
        drop(cx.lock(store)?);
    }
    with_passphrase(cx, |prompt| ca::load(store, record, now, prompt))
}

/// Runs something that may need a passphrase; a failure to get one is what is reported.
///
/// # Errors
/// Those of the passphrase first, then those of the work.
pub(crate) fn with_passphrase<T, E: Into<CliError>>(
    cx: &mut Context,
    work: impl FnOnce(&mut ca::PassphrasePrompt<'_>) -> Result<T, E>,
) -> Result<T, CliError> {
    with_passphrase_from(cx, None, work)
}

/// As [`with_passphrase`], from a source of its own if one is given.
///
/// # Errors
/// As [`with_passphrase`].
pub(crate) fn with_passphrase_from<T, E: Into<CliError>>(
    cx: &mut Context,
    source: Option<&SecretSource>,
    work: impl FnOnce(&mut ca::PassphrasePrompt<'_>) -> Result<T, E>,
) -> Result<T, CliError> {
    let mut failure = None;
    let result = work(&mut |what| match cx.passphrase(source, what) {
        Ok(secret) => Some(secret),
        Err(error) => {
            failure = Some(error);
            None
        }
    });
    match failure {
        Some(error) => Err(error),
        None => result.map_err(Into::into),
    }
}

/// Reads a private key file that a person named.
///
/// # Errors
/// Names the file.
pub(crate) fn read_key(cx: &mut Context, path: &std::path::Path) -> Result<PrivateKey, CliError> {
    let bytes = crate::cli::files::read(cx, path, 1 << 20)?;
    open_key(cx, &bytes, None, &path.display().to_string())
}

/// As [`read_key`], with a source of its own for the passphrase if one is given.
///
/// # Errors
/// Names the file.
pub(crate) fn read_key_from(
    cx: &mut Context,
    path: &std::path::Path,
    source: Option<&SecretSource>,
) -> Result<PrivateKey, CliError> {
    let bytes = crate::cli::files::read(cx, path, 1 << 20)?;
    open_key(cx, &bytes, source, &path.display().to_string())
}

/// Opens a private key, asking for its passphrase where it is encrypted: from a source of its own if one is given. `what` it is
/// called in the question and in errors.
///
/// # Errors
/// Those of the passphrase first, then those of the key.
pub(crate) fn open_key(
    cx: &mut Context,
    bytes: &[u8],
    source: Option<&SecretSource>,
    what: &str,
) -> Result<PrivateKey, CliError> {
    let question = format!("passphrase of {what}");
    with_passphrase_from(cx, source, |prompt| {
        let file = KeyFile::read(bytes, &mut || prompt(&question)).map_err(|error| about_key(what, error))?;
        Ok::<_, CliError>(file.key)
    })
}

/// A key error with the file it is about.
pub(crate) fn about_key(path: &str, error: KeyError) -> CliError {
    CliError::from(error).about(path)
}

/// What stays the same for every certificate of a run.
pub(crate) fn session<'a>(cx: &Context, actor: &'a str, progress: &'a (dyn Fn() + Sync)) -> Session<'a> {
    Session { now: cx.now(), actor, serials: &RandomSerials, progress, filing: Filing::Directories }
}

/// Generates a key for an authority or a leaf.
///
/// # Errors
/// Exit 1 when the system gives no randomness.
pub(crate) fn generate(algorithm: crate::keys::Algorithm) -> Result<Arc<PrivateKey>, CliError> {
    Ok(Arc::new(PrivateKey::generate(algorithm)?))
}

/// Takes `KEY=VALUE` apart.
pub(crate) fn parse_variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err("write it as KEY=VALUE".to_owned()),
    }
}

/// What a person calls a certificate: a file, if there is one with that name, else a lineage or a serial.
///
/// # Errors
/// When a certificate file cannot be read, or a text is both a file here and looks like nothing else.
pub(crate) fn reference(cx: &mut Context, text: &str) -> Result<ca::Reference, CliError> {
    let path = std::path::Path::new(text);
    let looks_like_file = text.contains('/')
        || ["pem", "crt", "cer", "der"].iter().any(|ending| path.extension().is_some_and(|have| have == *ending));
    if !looks_like_file {
        return Ok(ca::Reference::Text(text.to_owned()));
    }
    if text.contains("://") {
        return Ok(ca::Reference::Text(text.to_owned()));
    }
    let bytes = crate::cli::files::read(cx, path, 4 << 20)?;
    let certificates =
        crate::x509::pem::read_certificates(&bytes).map_err(|error| CliError::from(error).about(text))?;
    match certificates.into_iter().next() {
        Some(certificate) => Ok(ca::Reference::Certificate(Box::new(certificate))),
        None => Err(CliError::failed("there is no certificate in it").about(text)),
    }
}
