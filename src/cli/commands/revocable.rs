//! Choosing the certificates that are revoked, held or released.

use std::collections::HashSet;
use std::path::PathBuf;

use serde::Serialize;
use time::OffsetDateTime;

use super::list::name_matches;
use super::options::reference;
use crate::ca::{self, CaError, Reference, Revocable};
use crate::cli::{CliError, Context};
use crate::store::{CertificateRecord, CertificateRow, State, StoreError};
use crate::x509::display::hex;
use crate::x509::time::format_instant;
use crate::x509::{RevokedEntry, Serial, escape};

/// Which certificates.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Which certificates")]
pub(super) struct SelectArgs {
    /// A name (its newest certificate), a serial (hex, with or without colons, or dec:…), a certificate file or an authority
    #[arg(value_name = "REF", required_unless_present_any = ["lineage", "key", "name"])]
    references: Vec<String>,
    /// Every certificate of a name that has not expired, not only the newest
    #[arg(long, value_name = "NAME")]
    lineage: Vec<String>,
    /// Every certificate with the key of this file: a private key, a certificate or a request
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Every certificate with a name like this (* and ?); shows them, and does it with --yes
    #[arg(long, value_name = "GLOB")]
    name: Option<String>,
    /// The authority that signed them
    #[arg(long, value_name = "NAME")]
    authority: Option<String>,
    /// Take serials that this store has no record of: --authority signed them elsewhere
    #[arg(long, requires = "authority")]
    unknown: bool,
    /// Do it for all that --name found
    #[arg(long)]
    yes: bool,
    /// Only show what would be done
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// A certificate in the reports of `revoke`, `hold` and `release`.
#[derive(Debug, Serialize)]
pub(super) struct Item {
    serial: String,
    authority: String,
    subject: Option<String>,
    lineage: Option<String>,
    not_after: Option<String>,
    /// Its reason, where it is revoked or on hold.
    reason: Option<String>,
    revoked_at: Option<String>,
    /// Whether it was so before.
    pub(super) already: bool,
}

impl Item {
    pub(super) fn new(certificate: &Revocable, entry: Option<&RevokedEntry>, already: bool) -> Self {
        Self {
            serial: certificate.serial.hex(),
            authority: certificate.authority.clone(),
            subject: Some(certificate.subject.clone()).filter(|subject| !subject.is_empty()),
            lineage: certificate.lineage.clone(),
            not_after: certificate.not_after.map(format_instant),
            reason: entry.and_then(|entry| entry.reason).map(|reason| reason.to_string()),
            revoked_at: entry.map(|entry| format_instant(entry.revoked_at)),
            already,
        }
    }
}

/// What people call a certificate in a sentence.
pub(super) fn title(certificate: &Revocable) -> String {
    let name = certificate.lineage.as_deref().unwrap_or(&certificate.subject);
    match name {
        "" => format!("serial {}", certificate.serial),
        name => format!("{name} (serial {})", certificate.serial),
    }
}

impl SelectArgs {
    /// Finds them all, each once.
    ///
    /// # Errors
    /// Exit 1 when one is not found or ambiguous, 4 when no authority here signed it, or `--name` found some
    /// and `--yes` is missing.
    pub(super) fn find(&self, cx: &mut Context, state: &State) -> Result<Vec<Revocable>, CliError> {
        if let Some(name) = &self.authority {
            ca::resolve(state, Some(name))?;
        }
        let mut found = Vec::new();
        for text in &self.references {
            found.push(self.one(cx, state, text)?);
        }
        let now = cx.now();
        for name in &self.lineage {
            let records: Vec<_> =
                ca::find_lineage(state, name)?.into_iter().filter(|record| is_live(&record.row(), now)).collect();
            if records.is_empty() {
                return Err(CaError::not_found(name).into());
            }
            add(&mut found, state, &records)?;
        }
        if let Some(path) = &self.key {
            let digest = key_digest(cx, path)?;
            let records: Vec<_> =
                state.by_key(&digest)?.into_iter().filter(|record| is_live(&record.row(), now)).collect();
            if records.is_empty() {
                return Err(CliError::failed("no certificate of this store that is still valid has this key")
                    .about(path.display())
                    .hint("\"certwright list --json\" shows what was issued"));
            }
            add(&mut found, state, &records)?;
        }
        if let Some(pattern) = &self.name {
            self.by_name(cx, state, pattern, &mut found)?;
        }
        let wanted =
            |certificate: &Revocable| self.authority.as_ref().is_none_or(|name| *name == certificate.authority);
        if let Some(other) = found.iter().find(|certificate| !wanted(certificate)) {
            return Err(CliError::failed(format!("{} was signed by authority {}", title(other), other.authority))
                .hint("leave --authority out, or name that one"));
        }
        Ok(found)
    }

    fn one(&self, cx: &mut Context, state: &State, text: &str) -> Result<Revocable, CliError> {
        let reference = reference(cx, text)?;
        if let Reference::Certificate(certificate) = &reference {
            return Ok(Revocable::foreign(state, certificate)?);
        }
        // A serial that nothing is known of is a whole one.
        let found = if self.unknown { ca::find_whole(state, &reference) } else { ca::find(state, &reference) };
        let error = match found {
            Ok(records) => return self.newest(cx, state, text, &records),
            Err(error @ CaError::NotFound(_)) => error,
            Err(error) => return Err(error.into()),
        };
        if let Some(authority) = state.authorities.get(text) {
            return Ok(Revocable::foreign(state, &authority.certificate()?)?);
        }
        match (text.parse::<Serial>(), &self.authority) {
            (Ok(serial), Some(authority)) if self.unknown => Ok(Revocable::unknown(authority, &serial)?),
            (Ok(_), _) => Err(CliError::from(error).hint(
                "if an authority of this store signed it elsewhere, give the certificate's file, or --unknown --authority NAME",
            )),
            (Err(_), _) => Err(error.into()),
        }
    }

    /// The newest certificate of what a text means, with a word on the others.
    fn newest(
        &self,
        cx: &mut Context,
        state: &State,
        text: &str,
        records: &[&CertificateRecord],
    ) -> Result<Revocable, CliError> {
        let Some((newest, others)) = records.split_last() else {
            return Err(CaError::not_found(text).into());
        };
        let now = cx.now();
        let mut left = 0;
        for record in others.iter().filter(|record| is_live(&record.row(), now)) {
            left += usize::from(!is_revoked(state, record)?);
        }
        if left > 0 {
            let (are, them) =
                if left == 1 { ("older certificate of it is", "it") } else { ("older certificates of it are", "them") };
            cx.ui.warn(&format!(
                "{}: {left} {are} still valid; --lineage {} includes {them}",
                escape(text),
                newest.lineage
            ));
        }
        Ok(Revocable::issued(state, newest)?)
    }

    fn by_name(
        &self,
        cx: &mut Context,
        state: &State,
        pattern: &str,
        found: &mut Vec<Revocable>,
    ) -> Result<(), CliError> {
        let now = cx.now();
        let mut serials = Vec::new();
        state.for_each_with_issuer::<CliError>(&mut |row, issuer| {
            // No CRL can speak of what nobody here signed.
            let signed = !row.authority.is_empty() && issuer.is_some();
            let fits = signed && is_live(row, now) && name_matches(pattern, row);
            if fits && self.authority.as_ref().is_none_or(|name| name == row.authority) {
                serials.push(row.serial.to_owned());
            }
            Ok(())
        })?;
        let mut records = Vec::with_capacity(serials.len());
        for serial in serials {
            // Nor of what signed itself.
            let issuer = state.issuer_of(&serial)?.map(|issuer| issuer.certificate.as_str());
            records.extend(state.by_serial(&serial)?.filter(|record| issuer != Some(record.certificate.as_str())));
        }
        if records.is_empty() {
            return Err(CliError::failed(format!(
                "no certificate that is still valid has a name like {}",
                escape(pattern)
            ))
            .hint("\"certwright list\" shows what was issued"));
        }
        add(found, state, &records)?;
        if !self.yes && !self.dry_run {
            let row = |record: &&CertificateRecord| {
                vec![record.lineage.clone(), record.serial.clone(), record.not_after.clone()]
            };
            cx.ui.table(&["NAME", "SERIAL", "VALID UNTIL"], records.iter().map(row).collect())?;
            let count = records.len();
            let what = if count == 1 { "1 certificate fits".to_owned() } else { format!("{count} certificates fit") };
            return Err(CliError::refused(format!("{what} {}; nothing was changed", escape(pattern)))
                .hint("look at what fits, then say --yes"));
        }
        Ok(())
    }
}

fn add(found: &mut Vec<Revocable>, state: &State, records: &[&CertificateRecord]) -> Result<(), CliError> {
    for record in records {
        let certificate = Revocable::issued(state, record)?;
        if !found.iter().any(|other| other.authority == certificate.authority && other.serial == certificate.serial) {
            found.push(certificate);
        }
    }
    Ok(())
}

/// How many other certificates that are still valid have the key of one of these.
///
/// # Errors
/// When the journal cannot be read.
pub(super) fn same_key(state: &State, chosen: &[Revocable], now: OffsetDateTime) -> Result<usize, CliError> {
    let chosen: HashSet<String> = chosen.iter().map(|one| one.serial.hex()).collect();
    let mut keys = HashSet::new();
    for serial in &chosen {
        keys.extend(state.by_serial(serial)?.map(|record| record.key_sha256.as_str()));
    }
    let mut count = 0;
    for key in keys {
        for record in state.by_key(key)? {
            let other = !chosen.contains(&record.serial) && is_live(&record.row(), now);
            count += usize::from(other && !is_revoked(state, record)?);
        }
    }
    Ok(count)
}

fn is_revoked(state: &State, record: &CertificateRecord) -> Result<bool, StoreError> {
    Ok(state.revocation_of(&record.authority, &record.serial)?.is_some())
}

fn is_live(row: &CertificateRow<'_>, now: OffsetDateTime) -> bool {
    row.not_after().is_ok_and(|end| now <= end)
}

/// SHA-256 of the `SubjectPublicKeyInfo` in a file: of a certificate, a request, a public or a private key.
fn key_digest(cx: &mut Context, path: &std::path::Path) -> Result<String, CliError> {
    Ok(hex(&super::key::public_key(cx, path)?.fingerprint()))
}
