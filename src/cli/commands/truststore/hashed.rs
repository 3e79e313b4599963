//! OpenSSL's certificate directories: a file for each anchor, named by the hash of its subject (`SSL_CERT_DIR`, `-CApath`).

use std::collections::HashMap;
use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::files::removal::Removal;
use crate::cli::files::{self, OutputFile, places};
use crate::cli::{CliError, Context};
use crate::x509::{Certificate, pem};

/// Largest file that is read of a directory, in bytes.
const MAX_SIZE: usize = 1 << 20;
/// Names that are listed in a message before the rest is counted.
const MOST_NAMED: usize = 5;

/// The names in a directory under which OpenSSL finds anchors.
///
/// # Errors
/// Names the directory.
pub(in crate::cli::commands) fn names(dir: &Path) -> Result<Vec<String>, CliError> {
    Ok(places::file_names(dir)?.into_iter().filter(|name| is_hash_name(name)).collect())
}

/// What a directory's anchors are, by their names: a file may hold several certificates, of which OpenSSL takes the first.
///
/// # Errors
/// Names the file.
pub(super) fn read(dir: &Path) -> Result<Vec<(String, Certificate)>, CliError> {
    let mut anchors = Vec::new();
    for name in names(dir)? {
        let path = dir.join(&name);
        let found = pem::read_certificates(&files::read_again(&path, MAX_SIZE)?);
        let found = found.map_err(|error| CliError::from(error).about(path.display()))?;
        anchors.extend(found.into_iter().next().map(|certificate| (name, certificate)));
    }
    Ok(anchors)
}

/// The files of a directory: `<hash>.0`, and `.1`, `.2`, … for further certificates of one subject.
pub(in crate::cli::commands) fn files_of<'a>(certificates: impl Iterator<Item = &'a Certificate>) -> Vec<OutputFile> {
    let mut counts: HashMap<u32, u32> = HashMap::new();
    let mut outputs = Vec::new();
    for certificate in certificates {
        let hash = certificate.subject.openssl_hash();
        let count = counts.entry(hash).or_default();
        let bytes = Zeroizing::new(certificate.to_pem().into_bytes());
        outputs.push(OutputFile { name: format!("{hash:08x}.{count}"), bytes, secret: false });
        *count += 1;
    }
    outputs
}

/// Refuses a directory that holds other anchors.
///
/// # Errors
/// Names them.
pub(in crate::cli::commands) fn refuse_others(dir: &Path, others: &[String], next: &str) -> Result<(), CliError> {
    if others.is_empty() {
        return Ok(());
    }
    let what = format!("{} holds other anchors, which would stay trusted: {}", dir.display(), listed(others));
    Err(CliError::failed(what).hint(next))
}

/// Writes the directory. Other anchors in it would stay trusted: without `force` they are a reason to refuse, with it they are
/// removed once the new ones are there.
pub(super) fn write<'a>(
    cx: &mut Context,
    dir: &Path,
    certificates: impl Iterator<Item = &'a Certificate>,
    force: bool,
) -> Result<Vec<String>, CliError> {
    let outputs = files_of(certificates);
    let stays = |name: &String| outputs.iter().any(|output| output.name == *name);
    let others: Vec<String> = names(dir)?.into_iter().filter(|name| !stays(name)).collect();
    if !force {
        refuse_others(dir, &others, "name a directory of its own, or let --force remove them")?;
    }
    files::public_directory(dir)?;
    files::write_set(dir, &outputs, force)?;
    for output in &outputs {
        if files::read_again(&dir.join(&output.name), MAX_SIZE)? != output.bytes {
            return Err(CliError::failed(format!("{} does not hold what was written to it", output.name))
                .about(dir.display())
                .hint("the disk or the file system is failing, or something else writes there"));
        }
    }
    let mut removal = Removal::default();
    for name in &others {
        removal.file(&dir.join(name))?;
    }
    removal.finish()?;
    if !others.is_empty() {
        cx.ui.say(&format!("removed from {}: {}", dir.display(), listed(&others)));
    }
    Ok(outputs.into_iter().map(|output| output.name).collect())
}

/// `a, b and 3 more`.
fn listed(names: &[String]) -> String {
    let (named, rest) = names.split_at(names.len().min(MOST_NAMED));
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    named.join(", ") + &more
}

/// `<hash>.<number>`, as OpenSSL looks certificates up; CRLs have an `r` before the number.
fn is_hash_name(name: &str) -> bool {
    name.split_once('.').is_some_and(|(hash, number)| {
        hash.len() == 8
            && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_anchors_count() {
        for name in ["0a1b2c3d.0", "ffffffff.12"] {
            assert!(is_hash_name(name), "{name}");
        }
        for name in
            ["0a1b2c3d.r0", "0a1b2c3.0", "0a1b2c3d.", "0A1B2C3D.0", "0a1b2c3d", "0a1b2c3d.0.bak", "root.pem", ".0"]
        {
            assert!(!is_hash_name(name), "{name}");
        }
    }
}
