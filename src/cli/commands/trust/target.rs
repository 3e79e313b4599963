//! Which root is meant, and which stores.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::ca;
use crate::cli::files::{self, places};
use crate::cli::trust::{Anchor, Kind, Selection, shell_line};
use crate::cli::{CliError, Context, SecretSource};
use crate::store::AuthorityRecord;
use crate::x509::{Certificate, pem};

/// The largest file of roots, bytes.
const LARGEST: usize = 4 << 20;
/// Roots that are installed at once.
const MOST: usize = 50;

/// The options that every subcommand takes.
#[derive(Debug, clap::Args)]
pub(super) struct TargetArgs {
    /// An authority of the store, or a certificate file; - is standard input [default: the root of the default authority]
    #[arg(value_name = "AUTHORITY|FILE")]
    anchor: Option<String>,
    /// Only these kinds of stores [default: all that are found here]
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    to: Vec<Kind>,
    /// The system store of the image in this directory, not of this machine; its programs run with chroot
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// This NSS database; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    nss_db: Vec<PathBuf>,
    /// The Java runtime in this directory
    #[arg(long, value_name = "DIR")]
    java_home: Vec<PathBuf>,
    /// Where the password of NSS databases comes from, if they have one
    #[arg(long, value_name = "SRC")]
    nss_password: Option<SecretSource>,
    /// Where the password of cacerts comes from [default: pass:changeit]
    #[arg(long, value_name = "SRC")]
    java_storepass: Option<SecretSource>,
}

impl TargetArgs {
    /// The certificates that are meant, at least one.
    ///
    /// # Errors
    /// When there is no such authority or file, or its root is not known.
    pub(super) fn anchors(&self, cx: &mut Context) -> Result<Vec<Anchor>, CliError> {
        let certificates = match &self.anchor {
            Some(text) if is_file(text) => {
                let bytes = files::read(cx, Path::new(text), LARGEST)?;
                pem::read_certificates(&bytes).map_err(|error| CliError::from(error).about(text))?
            }
            name => vec![authority(cx, name.as_deref())?],
        };
        if certificates.len() > MOST {
            return Err(CliError::usage(format!("more than {MOST} certificates at once")).hint("give fewer"));
        }
        let mut anchors: Vec<Anchor> = Vec::new();
        for anchor in certificates.into_iter().map(Anchor::new) {
            if !anchors.iter().any(|known| known.certificate == anchor.certificate) {
                anchors.push(anchor);
            }
        }
        Ok(anchors)
    }

    /// The stores that are meant.
    ///
    /// # Errors
    /// When a password cannot be had.
    pub(super) fn selection(&self, cx: &mut Context, removing: bool) -> Result<Selection, CliError> {
        let mut secret = |source: &Option<SecretSource>, what| {
            source.as_ref().map(|source| cx.passphrase(Some(source), what)).transpose()
        };
        Ok(Selection {
            nss_password: secret(&self.nss_password, "password of the NSS database")?,
            java_password: secret(&self.java_storepass, "password of cacerts")?,
            kinds: self.to.clone(),
            image: self.root.clone(),
            databases: self.nss_db.clone(),
            runtimes: self.java_home.clone(),
            removing,
        })
    }

    /// The command line that does this for some kinds of stores as the administrator.
    pub(super) fn with_sudo(&self, cx: &Context, verb: &str, kinds: &[Kind], more: &[&str]) -> String {
        let absolute = |path: &Path| places::absolute(path).unwrap_or_else(|_| path.to_owned()).into_os_string();
        let mut words: Vec<OsString> = vec!["sudo".into(), "certwright".into()];
        let file = self.anchor.as_deref().filter(|text| is_file(text));
        if file.is_none() {
            words.extend(["--store".into(), absolute(&cx.settings.store)]);
        }
        words.extend(["trust".into(), verb.into()]);
        match (file, &self.anchor) {
            (Some("-"), _) => words.push("-".into()),
            (Some(file), _) => words.push(absolute(Path::new(file))),
            (None, Some(name)) => words.push(name.into()),
            (None, None) => {}
        }
        for kind in kinds {
            words.extend(["--to".into(), kind.as_str().into()]);
            let (option, places): (_, Vec<&PathBuf>) = match kind {
                Kind::System => ("--root", self.root.iter().collect()),
                Kind::Nss => ("--nss-db", self.nss_db.iter().collect()),
                Kind::Java => ("--java-home", self.java_home.iter().collect()),
            };
            words.extend(places.into_iter().flat_map(|place| [option.into(), absolute(place)]));
        }
        words.extend(more.iter().map(OsString::from));
        shell_line(words.iter().map(OsString::as_os_str))
    }
}

/// Whether a text names a file: it has a slash or the ending of a certificate, or stands for standard input.
fn is_file(text: &str) -> bool {
    let ending = Path::new(text).extension().and_then(OsStr::to_str);
    text == "-" || text.contains('/') || ending.is_some_and(|ending| ["pem", "crt", "cer", "der"].contains(&ending))
}

/// The certificate of the root with a name, or of the one above the default authority.
fn authority(cx: &Context, name: Option<&str>) -> Result<Certificate, CliError> {
    let state = match (cx.open_store(), name) {
        (Ok(store), _) => store.read()?,
        (Err(error), Some(name)) if places::is_file(Path::new(name)) => {
            return Err(error.hint(format!("if the file is meant, write ./{name}")));
        }
        (Err(error), _) => return Err(error),
    };
    let record = ca::resolve(&state, name)?;
    let certificate = record.certificate()?;
    if certificate.is_root() {
        return Ok(certificate);
    }
    let root = root_of(record)?;
    match name {
        None => Ok(root),
        Some(name) => {
            let known = state
                .authorities
                .values()
                .find(|other| other.certificate().is_ok_and(|certificate| certificate == root));
            let known = known.map_or_else(|| "FILE with it".to_owned(), |record| record.authority.clone());
            Err(CliError::refused(format!("authority {name} is no root, and most programs trust roots only"))
                .hint(format!("its root is {}: certwright trust install {known}", root.subject)))
        }
    }
}

fn root_of(record: &AuthorityRecord) -> Result<Certificate, CliError> {
    record.chain()?.into_iter().find(Certificate::is_root).ok_or_else(|| {
        CliError::failed(format!("the root of authority {} is not in this store", record.authority))
            .hint("name the file with its certificate")
    })
}
