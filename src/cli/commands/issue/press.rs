//! Keys and certificates of a chunk of lines, signed and not recorded yet.

use std::collections::BTreeMap;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::IssueArgs;
use super::encryption::Encryption;
use super::input::{Input, Raw};
use super::line::Terms;
use crate::ca::{self, Assignment, LoadedAuthority, Order, Signed, Signing};
use crate::cli::CliError;
use crate::cli::commands::delivery;

/// A certificate's files outside the store.
pub(super) struct Target {
    pub(super) number: u64,
    pub(super) dir: Option<PathBuf>,
    pub(super) key_pem: Option<Zeroizing<Vec<u8>>>,
}

/// What every chunk is signed with.
pub(super) struct Press<'a> {
    pub(super) args: &'a IssueArgs,
    pub(super) input: &'a Input<'a>,
    pub(super) terms: &'a Terms<'a, 'a>,
    pub(super) authorities: &'a BTreeMap<String, LoadedAuthority>,
    pub(super) keys: &'a Encryption,
}

impl Press<'_> {
    /// Generates the keys of a chunk and signs its certificates.
    ///
    /// # Errors
    /// What keeps one of them from being issued.
    pub(super) fn sign(
        &self,
        chunk: Vec<(u64, Result<Raw<'_>, String>)>,
        signing: &mut Signing<'_>,
    ) -> Result<(Signed, Vec<Target>), CliError> {
        let Self { args, input, terms, authorities, keys } = self;
        let out_dir = args.many.out_dir.as_deref();
        let made = ca::in_parallel(chunk, |(number, raw)| {
            let line = terms.line(raw.and_then(|raw| input.fields(&raw)).map_err(CliError::usage)?)?;
            let authority = authorities.get(&line.issuer.name);
            let authority = authority.ok_or_else(|| CliError::failed("an authority went away"))?;
            let key = line.generate()?;
            let (stored, outside) = keys.encode(&key, authority, out_dir.is_some())?;
            let request = line.request(key.public_key().clone());
            let dir = out_dir.map(|out| line.directory(out));
            let delivery = dir.as_deref().and_then(|dir| delivery::bundle(dir, true, keys.given.is_some()));
            let order =
                Order { label: format!("line {number}"), request, lineage: line.lineage, key_pem: Some(stored) };
            Ok::<_, CliError>(((line.profile, authority, order, delivery), Target { number, dir, key_pem: outside }))
        })?;
        let (made, targets): (Vec<_>, Vec<_>) = made.into_iter().unzip();
        let profiles: Vec<_> = made.iter().map(|(profile, ..)| profile.clone()).collect();
        let assign = |((_, authority, order, delivery), profile)| Assignment { authority, profile, order, delivery };
        let assignments = made.into_iter().zip(&profiles).map(assign).collect();
        Ok((signing.sign(assignments)?, targets))
    }
}
