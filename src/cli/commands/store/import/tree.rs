//! Reading what was found of an authority.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Args;
use crate::ca::{self, ImportPlan, IndexLine, Left, Migration, MovedCertificate, MovedRevocation};
use crate::cli::commands::options::{about_key, with_passphrase};
use crate::cli::files::places;
use crate::cli::{CliError, Context, files};
use crate::keys::{KeyContainer, KeyError, KeyFile, PrivateKey, Secret};
use crate::x509::{Certificate, Crl, RevokedEntry, Serial, X509Error, escape, pem};

/// Largest certificate or key file.
const MAX_FILE: usize = 1 << 20;
/// Largest index or CRL.
const MAX_INDEX: usize = 1 << 30;
/// Most certificates in one directory.
const MAX_FILES: usize = 2_000_000;

/// A key, and how it shall lie in the store.
type KeyAndPem = (PrivateKey, Zeroizing<Vec<u8>>);

/// Where the parts of an authority are.
pub(super) struct Source {
    /// Whether it stands above another one that comes with it.
    pub(super) upper: bool,
    pub(super) certificate: PathBuf,
    pub(super) key: Option<PathBuf>,
    pub(super) chain: Vec<PathBuf>,
    /// `index.txt`.
    pub(super) index: Option<PathBuf>,
    pub(super) folders: Vec<Folder>,
    pub(super) crls: Vec<PathBuf>,
    /// The file with the number of the next CRL.
    pub(super) crl_number: Option<PathBuf>,
    /// What is known to stay behind.
    pub(super) left: Vec<Left>,
}

/// A directory with certificates.
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// Whether its files are called as their certificates are, else by serial.
    pub(super) named: bool,
    /// The directory with their keys.
    pub(super) keys: Option<PathBuf>,
}

/// Something that stays behind.
pub(super) fn left(what: impl Into<String>, why: impl Into<String>) -> Left {
    Left { what: what.into(), why: why.into() }
}

/// The first certificate of a file.
pub(super) fn authority_certificate(cx: &mut Context, path: &Path) -> Result<Certificate, CliError> {
    read_certificates(cx, path).map(|mut certificates| certificates.remove(0))
}

/// Reads everything; gives what stays behind as well.
pub(super) fn read<'a>(
    cx: &mut Context,
    source: Source,
    name: &'a str,
    args: &Args,
) -> Result<(Migration<'a>, Vec<Left>), CliError> {
    let Source { certificate, key, chain, index, folders, crls, crl_number, mut left, .. } = source;
    let mut above = read_certificates(cx, &certificate)?;
    let certificate = above.remove(0);
    for path in chain.iter().chain(&args.chain) {
        above.extend(read_certificates(cx, path)?);
    }
    let (key, passphrase) = match key {
        Some(path) => {
            let (key, passphrase) = read_authority_key(cx, &path)?;
            let key_pem = args.new_key.encode(cx, &key, name)?;
            (Some((key, key_pem)), passphrase)
        }
        None => (None, None),
    };
    let lines = match &index {
        Some(path) => {
            let bytes = files::read(cx, path, MAX_INDEX)?;
            ca::parse_index(&bytes).map_err(|error| CliError::from(error).about(path.display()))?
        }
        None => Vec::new(),
    };
    let mut certificates = Vec::new();
    for folder in &folders {
        read_folder(cx, folder, passphrase.as_ref(), &mut certificates, &mut left)?;
    }
    let mut revocations = from_index(cx, &lines, &certificates, &mut left);
    let mut last = None;
    for path in &crls {
        last = last.max(from_crl(cx, path, &certificate, &lines, &mut revocations, &mut left)?);
    }
    if let Some(path) = &crl_number {
        last = last.max(read_number(cx, path)?);
    }
    if last.is_none() && !crls.is_empty() {
        left.push(self::left("a CRL number", "its CRLs have none; the first one signed here has number 1"));
    }
    let authority = ImportPlan { name, certificate, chain: above, key, accept_weak: args.accept_weak };
    Ok((Migration { authority, certificates, revocations, last_crl_number: last }, left))
}

/// Opens the authority's key; gives the passphrase too, which may open others.
fn read_authority_key(cx: &mut Context, path: &Path) -> Result<(PrivateKey, Option<Secret>), CliError> {
    let bytes = files::read(cx, path, MAX_FILE)?;
    let shown = path.display().to_string();
    let mut used = None;
    let file = with_passphrase(cx, |prompt| {
        let mut ask = || {
            used = prompt(&format!("passphrase of {shown}"));
            used.clone()
        };
        KeyFile::read(&bytes, &mut ask).map_err(|error| about_key(&shown, error))
    })?;
    Ok((file.key, used))
}

fn read_folder(
    cx: &mut Context,
    folder: &Folder,
    passphrase: Option<&Secret>,
    certificates: &mut Vec<MovedCertificate>,
    left: &mut Vec<Left>,
) -> Result<(), CliError> {
    for path in places::files_of(&folder.path, &["crt", "pem", "cer"], MAX_FILES)? {
        let shown = escape(&path.display().to_string());
        let certificate = match read_certificates(cx, &path) {
            Ok(mut found) => found.remove(0),
            Err(error) => {
                left.push(self::left(shown, error.message));
                continue;
            }
        };
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).filter(|_| folder.named);
        let key = match (&folder.keys, &stem) {
            (Some(keys), Some(stem)) => leaf_key(&keys.join(format!("{stem}.key")), passphrase, left)?,
            _ => None,
        };
        certificates.push(MovedCertificate { name: stem, certificate, key });
    }
    Ok(())
}

/// A certificate's key, protected as it was: one that the authority's passphrase does not open stays behind.
fn leaf_key(path: &Path, passphrase: Option<&Secret>, left: &mut Vec<Left>) -> Result<Option<KeyAndPem>, CliError> {
    let Some(bytes) = files::read_if_there(path, MAX_FILE)? else { return Ok(None) };
    match KeyFile::read(&bytes, &mut || passphrase.cloned()) {
        Ok(file) => {
            let encrypted =
                matches!(file.format.container, KeyContainer::EncryptedPkcs8 | KeyContainer::LegacyEncrypted);
            let pem = file.key.to_pkcs8_pem(passphrase.filter(|_| encrypted))?;
            Ok(Some((file.key, pem)))
        }
        Err(error) => {
            let why = match error {
                KeyError::PassphraseNeeded | KeyError::WrongPassphrase => {
                    "it is encrypted with a passphrase of its own; keep the file".to_owned()
                }
                error => error.to_string(),
            };
            left.push(self::left(escape(&path.display().to_string()), why));
            Ok(None)
        }
    }
}

/// What the index says is revoked; what it lists and no file holds stays behind.
fn from_index(
    cx: &Context,
    lines: &[IndexLine],
    certificates: &[MovedCertificate],
    left: &mut Vec<Left>,
) -> Vec<MovedRevocation> {
    let found: HashSet<&Serial> = certificates.iter().map(|moved| &moved.certificate.serial).collect();
    let mut revocations = Vec::new();
    for line in lines {
        if !found.contains(&line.serial) && line.not_after > cx.now() {
            let what = format!("the certificate {}, serial {}", escape(&line.subject), line.serial);
            let why = match line.revocation {
                Some(_) => "there is no file of it; its revocation is carried over",
                None => "there is no file of it: it is not listed here, but can be revoked by its serial",
            };
            left.push(self::left(what, why));
        }
        let Some(revocation) = &line.revocation else { continue };
        if let Some(lost) = &revocation.lost {
            left.push(self::left(
                lost.clone(),
                format!("of serial {} in line {} of its index", line.serial, line.line),
            ));
        }
        let entry = RevokedEntry {
            serial: line.serial.clone(),
            revoked_at: revocation.revoked_at,
            reason: Some(revocation.reason),
            invalidity_date: revocation.invalidity_date,
        };
        revocations.push(MovedRevocation { entry, not_after: Some(line.not_after) });
    }
    revocations
}

/// What a CRL lists and the index does not know; gives the CRL's number.
fn from_crl(
    cx: &mut Context,
    path: &Path,
    authority: &Certificate,
    lines: &[IndexLine],
    revocations: &mut Vec<MovedRevocation>,
    left: &mut Vec<Left>,
) -> Result<Option<u64>, CliError> {
    let bytes = files::read(cx, path, MAX_INDEX)?;
    let shown = escape(&path.display().to_string());
    let crl = match read_crl(&bytes) {
        Ok(crl) => crl,
        Err(error) => {
            left.push(self::left(shown, error.to_string()));
            return Ok(None);
        }
    };
    let proved = authority.public_key().and_then(|key| crl.verify_signature(&key));
    if let Err(error) = proved {
        left.push(self::left(shown, format!("this authority did not sign it: {error}")));
        return Ok(None);
    }
    if crl.delta_base.is_none() {
        let known: HashMap<&Serial, &IndexLine> = lines.iter().map(|line| (&line.serial, line)).collect();
        let more: HashSet<Serial> = revocations.iter().map(|moved| moved.entry.serial.clone()).collect();
        for entry in crl.entries.iter().filter(|entry| !more.contains(&entry.serial)) {
            match known.get(&entry.serial) {
                Some(line) => left.push(self::left(
                    format!("the entry for serial {} in {shown}", entry.serial),
                    format!("line {} of the index says that it is not revoked", line.line),
                )),
                None => revocations.push(MovedRevocation { entry: entry.clone(), not_after: None }),
            }
        }
    }
    crl.number.as_deref().map(|number| as_number(number, path)).transpose()
}

/// The number of the last CRL, from the file with that of the next one in hex.
fn read_number(cx: &mut Context, path: &Path) -> Result<Option<u64>, CliError> {
    let bytes = files::read(cx, path, MAX_FILE)?;
    let text = String::from_utf8_lossy(&bytes);
    let number = text.trim().parse::<Serial>().map_err(|error| {
        CliError::failed(format!("{} has no hexadecimal number: {error}", path.display()))
            .hint("it should have the number of the next CRL; nothing was changed")
    })?;
    Ok(as_number(number.content(), path)?.checked_sub(1).filter(|last| *last > 0))
}

fn as_number(octets: &[u8], path: &Path) -> Result<u64, CliError> {
    let significant: Vec<u8> = octets.iter().copied().skip_while(|octet| *octet == 0).collect();
    if significant.len() > 8 || significant.iter().all(|octet| *octet == 0xff) && significant.len() == 8 {
        return Err(CliError::failed(format!("{}: the CRL number is larger than 64 bits", path.display()))
            .hint("CRLs here could not go on from it; nothing was changed"));
    }
    Ok(significant.iter().fold(0, |number, octet| number << 8 | u64::from(*octet)))
}

fn read_crl(bytes: &[u8]) -> Result<Crl, X509Error> {
    let blocks = pem::read_all(bytes)?;
    let found = blocks.into_iter().find_map(|block| match block {
        pem::Block::Crl(crl) => Some(crl),
        _ => None,
    });
    found.ok_or_else(|| X509Error::Malformed { what: "CRL", why: "there is none in the file".to_owned() })
}

fn read_certificates(cx: &mut Context, path: &Path) -> Result<Vec<Certificate>, CliError> {
    let bytes = files::read(cx, path, MAX_FILE)?;
    pem::read_certificates(&bytes).map_err(|error| CliError::from(error).about(path.display()))
}
