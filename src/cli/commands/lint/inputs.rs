//! What `lint` reads: certificates from files of any kind, and from the store.

use std::path::Path;

use serde::Serialize;

use crate::ca;
use crate::cli::commands::directory::{Wanted, left_out};
use crate::cli::commands::inspect::about;
use crate::cli::commands::options::reference;
use crate::cli::files::{self, places};
use crate::cli::{CliError, Context, Exit};
use crate::container::{self, ContainerError, OpenedContent, Passwords};
use crate::issuance::lint::{Finding, unreadable};
use crate::keys::Secret;
use crate::x509::certificate::Salvaged;
use crate::x509::{Certificate, pem};

/// What is linted of a directory.
const CERTIFICATES: Wanted = Wanted {
    endings: &["cer", "crt", "der", "jks", "p12", "pem", "pfx"],
    what: "certificate",
    word: "certificate",
    done: "linted",
};

/// The certificates behind one word of the command line.
pub(super) struct Source {
    pub(super) items: Vec<Item>,
    /// Certificates that may be the issuers of these, and are not linted.
    pub(super) issuers: Vec<Certificate>,
    /// Whether their order is one that a server would send.
    pub(super) in_order: bool,
}

/// A certificate, read as far as it goes.
pub(super) struct Item {
    /// The file as it was typed, or the name in the store.
    pub(super) file: String,
    /// The line where it begins in a PEM file.
    pub(super) line: Option<usize>,
    /// Its entry in a keystore.
    pub(super) alias: Option<String>,
    /// What could be read, or the finding that nothing could.
    pub(super) salvaged: Result<Salvaged, Finding>,
}

/// A file that could not be read, while others were.
#[derive(Debug, Serialize)]
pub(super) struct Failure {
    file: String,
    #[serde(serialize_with = "Exit::as_status")]
    pub(super) exit: Exit,
    why: String,
    hint: Option<String>,
}

/// What a file holds.
enum Found {
    Certificates(Source),
    /// It is sound, and there is no certificate in it: the error that says so.
    Others(CliError),
}

impl Source {
    /// Reads a file, those of a directory, or finds a certificate of the store where there is neither. A file of a directory that
    /// cannot be read is told, and does not keep the others from being read.
    ///
    /// # Errors
    /// Exit 1 when there is nothing of that name, or no certificate in it.
    pub(super) fn read(cx: &mut Context, name: &str, failed: &mut Vec<Failure>) -> Result<Vec<Self>, CliError> {
        let path = Path::new(name);
        if name != "-" && !places::is_there(path) && !name.contains(std::path::is_separator) {
            return Ok(vec![in_store(cx, name)?]);
        }
        if name != "-" && places::is_directory(path) {
            return Self::of_directory(cx, path, failed);
        }
        match Self::of_file(cx, path)? {
            Found::Certificates(source) => Ok(vec![source]),
            Found::Others(error) => Err(error),
        }
    }

    fn of_directory(cx: &mut Context, dir: &Path, failed: &mut Vec<Failure>) -> Result<Vec<Self>, CliError> {
        let (mut sources, mut others, before) = (Vec::new(), Vec::new(), failed.len());
        for path in CERTIFICATES.files_of(cx, dir)? {
            match Self::of_file(cx, &path) {
                Ok(Found::Certificates(source)) => sources.push(source),
                Ok(Found::Others(_)) => others.extend(path.file_name().map(|name| name.to_string_lossy().into_owned())),
                Err(error) => {
                    cx.ui.warn(&error.message);
                    let CliError { exit, message: why, hint } = error;
                    failed.push(Failure { file: path.display().to_string(), exit, why, hint });
                }
            }
        }
        if sources.is_empty() && failed.len() == before {
            return Err(CERTIFICATES.missing(dir));
        }
        left_out(cx, dir, "there is no certificate in it", &others);
        Ok(sources)
    }

    fn of_file(cx: &mut Context, path: &Path) -> Result<Found, CliError> {
        let name = &path.display().to_string();
        let bytes = files::read(cx, path, pem::MAX_SIZE)?;
        if container::is_keystore(&bytes) {
            return in_keystore(cx, name, &bytes);
        }
        let found = match pem::undecoded_certificates(&bytes) {
            Ok(found) => found,
            Err(error) => {
                let error = about(path, &error);
                // The chain of what a root signed is an empty file.
                let is_sound = bytes.iter().all(u8::is_ascii_whitespace) || pem::read_all(&bytes).is_ok();
                return if is_sound { Ok(Found::Others(error)) } else { Err(error) };
            }
        };
        let item = |pem::Undecoded { line, der }| Item {
            file: name.to_owned(),
            line,
            alias: None,
            salvaged: Certificate::salvage(&der).map_err(|error| unreadable(&der, &error.to_string())),
        };
        let items = found.into_iter().map(item).collect();
        Ok(Found::Certificates(Self { items, issuers: Vec::new(), in_order: true }))
    }

    /// The certificates, those left out of which nothing could be read.
    pub(super) fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.items.iter().filter_map(Item::certificate)
    }
}

fn sound(file: &str, alias: Option<&str>, certificate: Certificate) -> Item {
    let salvaged = Ok(Salvaged { certificate, defects: Vec::new() });
    Item { file: file.to_owned(), line: None, alias: alias.map(str::to_owned), salvaged }
}

/// The newest certificate of a name, or the one of a serial; its issuers are not linted.
fn in_store(cx: &mut Context, name: &str) -> Result<Source, CliError> {
    let missing = || {
        CliError::failed("no such file, and no certificate of that name in the store")
            .about(name)
            .hint("check the path; \"certwright list\" shows the certificates of the store")
    };
    let store = cx.open_store().map_err(|error| if error.exit == Exit::Failed { missing() } else { error })?;
    let state = store.read()?;
    let found = match ca::find(&state, &reference(cx, name)?) {
        Err(ca::CaError::NotFound(_)) => return Err(missing()),
        found => found?,
    };
    let record = found.last().ok_or_else(missing)?;
    let items = vec![sound(name, None, record.certificate()?)];
    Ok(Source { items, issuers: ca::issuers_of(&state, record)?, in_order: false })
}

/// What a keystore holds; each entry's chain stays together, but only that of a lone key is in the order of a server's.
fn in_keystore(cx: &mut Context, name: &str, bytes: &[u8]) -> Result<Found, CliError> {
    let password = match cx.settings.passphrase.is_some() {
        true => Some(cx.passphrase(None, &format!("password of {name}"))?),
        false => None,
    };
    let open = |store: Option<&Secret>| container::open(bytes, &Passwords { store, key: None });
    let opened = match open(password.as_ref()) {
        // The password that Java's own tools give to what is no secret.
        Err(ContainerError::PasswordNeeded(what)) => {
            open(Some(&Secret::new(*b"changeit"))).map_err(|error| match error {
                ContainerError::WrongPassword(_) => ContainerError::PasswordNeeded(what),
                other => other,
            })
        }
        result => result,
    };
    let opened = opened.map_err(|error| {
        let mut told = CliError::from(error).about(name);
        told.hint = told.hint.map(|hint| hint.replace("--storepass", "--passphrase"));
        told
    })?;
    let in_order = opened.entries.len() == 1;
    let mut items = Vec::new();
    for entry in opened.entries {
        let certificates = match entry.content {
            OpenedContent::Certificate { certificate, .. } => vec![certificate],
            OpenedContent::Key { chain, .. } => chain,
        };
        items.extend(certificates.into_iter().map(|certificate| sound(name, Some(&entry.alias), certificate)));
    }
    if items.is_empty() {
        return Ok(Found::Others(CliError::failed("no certificate in it").about(name)));
    }
    Ok(Found::Certificates(Source { items, issuers: Vec::new(), in_order }))
}
