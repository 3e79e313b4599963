//! `dev --keystores`: PKCS#12 and JKS beside the PEM.

use std::path::Path;

use crate::cli::files::{self, OutputFile, digest};
use crate::cli::{CliError, Context, SecretSource};
use crate::container::{self, Content, Encoding, Entry, Format, Keystore, OpenedContent, Passwords, Preset};
use crate::keys::{KeyFile, Secret};
use crate::x509::{Certificate, pem};

/// The password without another; the key lies beside it without any.
pub(super) const CHANGEIT: &str = "changeit";

/// What is written: the key with its chain, and the root alone.
const FILES: [(&str, Format, bool); 4] = [
    ("keystore.p12", Format::Pkcs12, true),
    ("keystore.jks", Format::Jks, true),
    ("truststore.p12", Format::Pkcs12, false),
    ("truststore.jks", Format::Jks, false),
];

/// What keeps them from holding this certificate, or the root, under the password and for nobody but their owner.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn defect(
    dir: &Path,
    certificate: &Certificate,
    root: &Certificate,
    password: &Secret,
) -> Result<Option<String>, CliError> {
    let others = || Ok(Some("the keystores are not those of the certificate".to_owned()));
    for (name, _, with_key) in FILES {
        let path = dir.join(name);
        let Some(bytes) = files::read_if_file(&path, 1 << 20)? else { return others() };
        let wanted = Some(if with_key { certificate } else { root });
        let passwords = Passwords { store: Some(password), key: None };
        let holds = container::open(&bytes, &passwords).is_ok_and(|opened| {
            opened.entries.iter().any(|entry| match &entry.content {
                OpenedContent::Key { chain, .. } => with_key && chain.first() == wanted,
                OpenedContent::Certificate { certificate, .. } => !with_key && Some(certificate) == wanted,
            })
        });
        if !holds {
            return others();
        }
        if with_key && digest::is_loose(&path) {
            return Ok(Some(format!("{} is open to others", path.display())));
        }
    }
    Ok(None)
}

/// Whether any of them is there.
pub(super) fn are_there(dir: &Path) -> bool {
    names().any(|name| files::places::is_there(&dir.join(name)))
}

/// What they are called.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, ..)| *name)
}

/// The password: the given one, else `changeit`.
///
/// # Errors
/// When the source cannot be read.
pub(super) fn password(cx: &mut Context, source: Option<&SecretSource>) -> Result<Secret, CliError> {
    match source {
        Some(_) => cx.password(source, "password of the keystores", "--storepass", true),
        None => Ok(Secret::new(CHANGEIT)),
    }
}

/// Writes them from the PEM files in the directory, over those that are there.
///
/// # Errors
/// When a file cannot be read or written.
pub(super) fn write(cx: &mut Context, dir: &Path, root: &Certificate, password: &Secret) -> Result<(), CliError> {
    let path = dir.join("fullchain.pem");
    let chain = pem::read_certificates(&files::read_again(&path, 1 << 20)?)
        .map_err(|error| CliError::from(error).about(path.display()))?;
    let key = files::read_again(&dir.join("key.pem"), 1 << 20)?;
    let key = KeyFile::read(&key, &mut || None).map_err(|error| CliError::from(error).about("key.pem"))?.key;
    let of_key = [Entry { alias: "dev".to_owned(), content: Content::Key { key, chain } }];
    let of_root = [Entry { alias: "dev-root".to_owned(), content: Content::Trusted(root.clone()) }];
    let (of_key, of_root) = (Keystore { entries: of_key.into() }, Keystore { entries: of_root.into() });
    let created = cx.now();
    let mut outputs = Vec::new();
    for (name, format, secret) in FILES {
        let keystore = if secret { &of_key } else { &of_root };
        let preset = Preset::default();
        let encoding = Encoding { format, preset, store_password: Some(password), key_password: None, created };
        outputs.push(OutputFile { name: name.to_owned(), bytes: container::encode(keystore, &encoding)?, secret });
    }
    files::write_set(dir, &outputs, true)
}
