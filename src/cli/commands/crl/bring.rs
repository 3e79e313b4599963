//! Bringing CRLs to where others fetch them: what may be replaced there, and what the store's own files must be.

use std::path::{Path, PathBuf};

use num_bigint::BigUint;
use ring::digest::{SHA256, digest};
use zeroize::Zeroizing;

use crate::cli::files::OutputFile;
use crate::cli::files::removal::Removal;
use crate::cli::{CliError, Context, files};
use crate::store::{IssuedCrl, Revocations, State, Store, StoreError};
use crate::x509::display::hex;
use crate::x509::pem::{self, Block};
use crate::x509::{Crl, RevocationReason};

/// Largest CRL file that is copied, in bytes.
const MAX_SIZE: usize = 1 << 30;
/// How many serials a message names at most.
const SHOWN: usize = 5;
const ELSEWHERE: &str = "move it away, or name another directory";
/// What an authority's CRLs are called after its name.
const ENDINGS: [&str; 4] = ["crl", "crl.pem", "delta.crl", "delta.crl.pem"];

/// Does something that needs the store's files to fit the journal, and gives the state that they fit. Readers need no lock: it is
/// taken only where another command wrote meanwhile, or was killed before what it had recorded was in place.
///
/// # Errors
/// Those of the work; exit 5 when the lock is not free in time.
pub(in crate::cli::commands) fn with_files<T>(
    cx: &mut Context,
    store: &Store,
    state: State,
    mut work: impl FnMut(&State) -> Result<T, CliError>,
) -> Result<(State, T), CliError> {
    let first = match work(&state) {
        Ok(done) if store.read()?.seq == state.seq => return Ok((state, done)),
        first => first.err(),
    };
    let writer = match (cx.lock(store), first) {
        (Ok(writer), _) => writer,
        (Err(_), Some(error)) | (Err(error), None) => return Err(error),
    };
    let state = store.read()?;
    let done = work(&state)?;
    drop(writer);
    Ok((state, done))
}

/// Brings the newest CRLs of authorities to a directory; files that are there and right stay untouched. Gives those that were
/// written.
///
/// # Errors
/// Exit 4 for what is no CRL, another issuer's, or not known to this store; of that authority nothing is changed then.
pub(in crate::cli::commands) fn bring<'a>(
    store: &Store,
    state: &State,
    names: impl Iterator<Item = &'a String>,
    dir: &Path,
) -> Result<Vec<PathBuf>, CliError> {
    let mut written = Vec::new();
    files::public_directory(dir)?;
    for name in names {
        let standing = state.standing(name);
        look(state, name, dir, |path, there| check(state, name, path, there, (standing.newest(), ELSEWHERE)))?;
        if standing.newest_delta().is_none() {
            // A delta on a full CRL that is no longer the newest says nothing to anybody.
            let mut removal = Removal::default();
            for ending in ["delta.crl", "delta.crl.pem"] {
                removal.file(&dir.join(format!("{name}.{ending}")))?;
            }
            removal.finish()?;
        }
        for crl in [standing.newest_full(), standing.newest_delta()].into_iter().flatten() {
            let der = read_crl(store, crl)?;
            let file = store.layout().crl(name, crl.record.base.is_some());
            let file = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text = pem::encode("X509 CRL", &der).into_bytes();
            for (name, bytes) in [(format!("{file}.pem"), Zeroizing::new(text)), (file, der)] {
                let path = dir.join(&name);
                if files::read_if_there(&path, MAX_SIZE)?.is_none_or(|there| there != bytes) {
                    files::write_set(dir, &[OutputFile { name, bytes, secret: false }], true)?;
                    written.push(path);
                }
            }
        }
    }
    Ok(written)
}

/// Refuses a directory to which the CRLs of an authority cannot be brought, before anything is signed for it.
///
/// # Errors
/// As [`bring`].
pub(in crate::cli::commands) fn check_destination(state: &State, name: &str, dir: &Path) -> Result<(), CliError> {
    check_or(state, name, dir, ELSEWHERE)
}

/// As [`check_destination`], with what can be done where something is in the way that is no CRL.
///
/// # Errors
/// As [`bring`].
pub(in crate::cli::commands) fn check_or(state: &State, name: &str, dir: &Path, next: &str) -> Result<(), CliError> {
    look(state, name, dir, |path, there| check(state, name, path, there, (None, next)))
}

/// Refuses a directory that has CRLs which this store must not replace. What is no CRL at all says nothing about the store, so that it
/// keeps nothing from being signed.
///
/// # Errors
/// Exit 4.
pub(in crate::cli::commands) fn check_crls(state: &State, name: &str, dir: &Path) -> Result<(), CliError> {
    look(state, name, dir, |path, there| match there {
        Some(_) => check(state, name, path, there, (None, ELSEWHERE)),
        None => Ok(()),
    })
}

/// Takes files away that lie where an authority's CRLs belong and are none.
///
/// # Errors
/// Names the file.
pub(in crate::cli::commands) fn clear(state: &State, name: &str, dir: &Path) -> Result<(), CliError> {
    look(state, name, dir, |path, there| match there {
        None => files::places::remove(path),
        Some(_) => Ok(()),
    })
}

/// Refuses a site that has CRLs of an authority which this store does not know. What is not this authority's is left to the site's
/// own rules.
///
/// # Errors
/// Exit 4.
pub(in crate::cli::commands) fn check_site(state: &State, name: &str, dir: &Path) -> Result<(), CliError> {
    look(state, name, dir, |path, there| match there {
        Some(crl) if is_issuer(state, name, crl) => check_known(state, name, path, crl, None),
        _ => Ok(()),
    })
}

/// Calls back with every CRL file of an authority in a directory that is not one of its newest; nothing for what is no CRL.
fn look(
    state: &State,
    name: &str,
    dir: &Path,
    visit: impl Fn(&Path, Option<&Crl>) -> Result<(), CliError>,
) -> Result<(), CliError> {
    let standing = state.standing(name);
    let newest = [standing.newest_full(), standing.newest_delta()];
    let is_newest = |der: &[u8]| {
        let sha256 = hex(digest(&SHA256, der).as_ref());
        newest.iter().flatten().any(|own| own.record.sha256 == sha256)
    };
    for ending in ENDINGS {
        let path = dir.join(format!("{name}.{ending}"));
        let Some(there) = files::read_if_there(&path, MAX_SIZE)? else { continue };
        // What a full disk or an interrupted copy left says nothing to anybody.
        if there.is_empty() || is_newest(&there) {
            continue;
        }
        let crl = pem::read_all(&there).ok().and_then(|blocks| match blocks.into_iter().next() {
            Some(Block::Crl(crl)) => Some(crl),
            _ => None,
        });
        if !crl.as_ref().is_some_and(|crl| is_newest(crl.der())) {
            visit(&path, crl.as_ref())?;
        }
    }
    Ok(())
}

/// Refuses to replace what is no CRL, another issuer's, or not known to this store.
fn check(
    state: &State,
    name: &str,
    path: &Path,
    there: Option<&Crl>,
    (ours, next): (Option<&IssuedCrl>, &str),
) -> Result<(), CliError> {
    let refused = |why: &str, next: &str| Err(CliError::refused(why).about(path.display()).hint(next));
    let Some(crl) = there else {
        return refused("is no CRL, and is not replaced", next);
    };
    if !is_issuer(state, name, crl) {
        let why = format!("is a CRL of another issuer, {}, and is not replaced", crl.issuer);
        return refused(&why, "name another directory with --to");
    }
    check_known(state, name, path, crl, ours)
}

/// Whether an authority signed a CRL. One that was made anew may have had another name or key.
fn is_issuer(state: &State, name: &str, crl: &Crl) -> bool {
    let mut certificates = state.authority_history(name).filter_map(|record| record.certificate().ok());
    certificates.any(|certificate| {
        certificate.subject == crl.issuer
            && certificate.public_key().is_ok_and(|key| crl.verify_signature(&key).is_ok())
    })
}

/// Refuses to replace a CRL that is not in the journal: a store that was restored from a backup would take revocations back that
/// others have seen, under a number that they have seen as well. Those up to `--number-after` were given elsewhere; what they
/// list must be known here.
fn check_known(state: &State, name: &str, path: &Path, there: &Crl, ours: Option<&IssuedCrl>) -> Result<(), CliError> {
    let known = state.revocations(name)?;
    let sha256 = hex(digest(&SHA256, there.der()).as_ref());
    if known.crls().iter().any(|own| own.record.sha256 == sha256) {
        return Ok(());
    }
    let number = there.number.as_deref().map(BigUint::from_bytes_be).unwrap_or_default();
    let promised = state.settings.crl.get(name).map_or(0, |schedule| schedule.number_after);
    let (count, serials) = lacking(known, there);
    let again = match count {
        0 => String::new(),
        _ => format!(
            "revoke again what it lists and this store does not ({serials}): \"certwright revoke SERIAL --authority {name}\", \
             with --unknown where nothing else is known of it"
        ),
    };
    let refused = |why: String, next: String| Err(CliError::refused(why).about(path.display()).hint(next));
    if number > BigUint::from(promised) {
        return refused(
            format!(
                "has the number {number} and was not signed by this store: what was published last is not known here"
            ),
            match count {
                0 => format!(
                    "was the store restored from a backup? Run \"certwright crl settings {name} --number-after {number}\", and publish"
                ),
                _ => format!(
                    "was the store restored from a backup? Then {again}; run \"certwright crl settings {name} --number-after \
                     {number}\", and publish"
                ),
            },
        );
    }
    if count > 0 {
        let these = if count == 1 { "a certificate".to_owned() } else { format!("{count} certificates") };
        return refused(format!("lists {these} that this store does not have as revoked"), again);
    }
    if ours.is_some_and(|ours| number >= BigUint::from(ours.record.number)) {
        return refused(
            format!("has the number {number}, which no CRL of this store exceeds yet"),
            format!("run \"certwright crl publish --authority {name}\" where its key is"),
        );
    }
    Ok(())
}

/// How many certificates a CRL lists that the journal does not have as revoked, and the first of their serials.
fn lacking(known: &Revocations, crl: &Crl) -> (usize, String) {
    let lacking = crl
        .entries
        .iter()
        .filter(|entry| entry.reason != Some(RevocationReason::RemoveFromCrl) && known.find(&entry.serial).is_none());
    let serials: Vec<String> = lacking.map(|entry| entry.serial.hex()).collect();
    (serials.len(), first_of(&serials))
}

/// The first few of these serials.
pub(in crate::cli::commands) fn first_of(serials: &[String]) -> String {
    let more = if serials.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", serials.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", "))
}

/// The file of a CRL in the store, which must be what the journal says.
///
/// # Errors
/// Exit 6 when it is not.
pub(in crate::cli::commands) fn read_crl(store: &Store, crl: &IssuedCrl) -> Result<Zeroizing<Vec<u8>>, CliError> {
    let path = store.layout().crl(&crl.record.authority, crl.record.base.is_some());
    let damaged = |path, why: &str| {
        let error = CliError::from(StoreError::Damaged { path, line: None, why: why.to_owned() });
        Err(error.hint("run \"certwright store check --repair\", which rebuilds it from the journal"))
    };
    let Some(der) = files::read_if_there(&path, MAX_SIZE)? else { return damaged(path, "is missing") };
    if hex(digest(&SHA256, &der).as_ref()) != crl.record.sha256 {
        return damaged(path, "is not the CRL that the journal says");
    }
    Ok(der)
}
