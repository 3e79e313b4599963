//! `certwright keystore import`.

use std::path::PathBuf;

use serde::Serialize;
use zeroize::Zeroizing;

use super::inspect::{Opening, open_file};
use super::target::MAX_SIZE;
use crate::ca::{self, CertificateImport, ImportPlan};
use crate::cli::commands::inspect::facts::title;
use crate::cli::commands::inspect::keystore::EntryFacts;
use crate::cli::commands::options::{NewKeyArgs, read_key, session};
use crate::cli::{CliError, Context, Exit, SecretSource, files};
use crate::container::{Content, Entry, Opened, OpenedContent};
use crate::keys::{KeyError, PrivateKey};
use crate::store::{Store, lineage_name, lineage_word};
use crate::x509::{Certificate, escape, pem};

const EXAMPLES: &str = "\
certwright keystore import legacy.jks --storepass env:OLD_PASS --name billing --no-passphrase
certwright keystore import all.p12 --storepass prompt --alias web --new-passphrase file:key.pass
certwright keystore import web.crt --key web.key --no-passphrase
certwright keystore import ca.p12 --storepass env:OLD_PASS --authority corp --no-passphrase";

/// Bring a key and its certificate into the store
///
/// Reads PKCS#12, JKS and PEM; with --key the certificate and its key are two files. A certificate that an authority of this
/// store signed is recorded as that authority's. A foreign one belongs to no authority here: it is listed, shown and exported
/// like others, and cannot be revoked here.
///
/// With --authority the key becomes an authority that signs, as with "authority import".
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// The keystore, or the certificate; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Name in the store [default: the alias]
    #[arg(long, value_name = "WORD", conflicts_with = "authority")]
    name: Option<String>,
    /// Bring it in as an authority of this name
    #[arg(long, value_name = "NAME")]
    authority: Option<String>,
    /// Which entry, where there are several keys
    #[arg(long, value_name = "ALIAS", conflicts_with = "key")]
    alias: Option<String>,
    /// The private key, where FILE has certificates only
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Certificates above it
    #[arg(long, value_name = "FILE")]
    chain: Vec<PathBuf>,
    /// Where the password of the keystore comes from
    #[arg(long, value_name = "SRC", conflicts_with = "key")]
    storepass: Option<SecretSource>,
    /// Where the password of its keys comes from, if it is another
    #[arg(long, value_name = "SRC", conflicts_with = "key")]
    keypass: Option<SecretSource>,
    /// Accept an RSA key that a new authority could not have, such as one with exponent 3
    #[arg(long, requires = "authority")]
    accept_weak: bool,
    /// How the key is kept.
    #[command(flatten)]
    new_key: NewKeyArgs,
}

/// `certwright/keystore-import/1`.
#[derive(Serialize)]
struct Report {
    /// `certificate` or `authority`.
    kind: &'static str,
    name: String,
    /// The authority of this store that signed it, if one did.
    authority: Option<String>,
    directory: String,
    entry: EntryFacts,
}

/// What was found in the file.
struct Found {
    alias: String,
    key: PrivateKey,
    certificate: Certificate,
    above: Vec<Certificate>,
}

impl Args {
    /// Brings it in.
    ///
    /// # Errors
    /// Exit 1 when it cannot be opened, does not fit together or is here already; 4 for the key of an authority.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let mut found = match &self.key {
            Some(key) => self.pair(cx, key)?,
            None => self.entry(cx)?,
        };
        for path in &self.chain {
            found.above.extend(read_certificates(cx, path)?);
        }
        let facts = self.facts(cx, &found)?;
        let name = self.store_name(&found.alias)?;
        let whose = if self.authority.is_some() { "authority " } else { "" };
        let key_pem = self.key_pem(cx, &found.key, &format!("the key of {whose}{name}"))?;
        let report = match &self.authority {
            Some(_) => self.import_authority(cx, &name, (found, key_pem), facts)?,
            None => import_lineage(cx, &name, (found, key_pem), facts)?,
        };
        cx.ui.json("keystore-import", &report)?;
        cx.ui.line(&report.directory)?;
        Ok(Exit::Done)
    }

    /// The name in the store: --name or --authority as it was typed, else a word made from the alias.
    fn store_name(&self, alias: &str) -> Result<String, CliError> {
        if let Some(name) = &self.authority {
            return Ok(name.clone());
        }
        let Some(name) = &self.name else { return Ok(lineage_name(alias)) };
        let word = lineage_word(name);
        if word != *name {
            return Err(CliError::usage(format!("--name \"{}\" is no word that the store can have", escape(name)))
                .hint(format!("use lower-case letters, digits and . _ - @, such as {word}")));
        }
        Ok(word)
    }

    fn import_authority(
        &self,
        cx: &mut Context,
        name: &str,
        (found, key_pem): (Found, Zeroizing<Vec<u8>>),
        entry: EntryFacts,
    ) -> Result<Report, CliError> {
        let Found { key, certificate, above, .. } = found;
        let accept_weak = self.accept_weak;
        let plan = ImportPlan { name, certificate, chain: above, key: Some((key, key_pem)), accept_weak };
        let store = &open_or_create(cx, |cx| ca::check_import(&plan, cx.now()))?;
        if store.read()?.authorities.contains_key(name) {
            return Err(ca::CaError::AuthorityExists(name.to_owned()).into());
        }
        let mut writer = cx.lock(store)?;
        let actor = cx.settings.actor.clone();
        let (made, notes) = ca::import(&mut writer, plan, &session(cx, &actor, &|| {}))?;
        drop(writer);
        notes.iter().for_each(|note| cx.ui.warn(note));
        cx.ui.say(&format!("imported authority {name}: {}", made.certificate.subject));
        let directory = store.layout().authority(name).display().to_string();
        Ok(Report { kind: "authority", name: made.name, authority: None, directory, entry })
    }

    fn key_pem(&self, cx: &mut Context, key: &PrivateKey, whose: &str) -> Result<Zeroizing<Vec<u8>>, CliError> {
        let secret = self.new_key.secret_of(cx, whose)?;
        Ok(key.to_pkcs8_pem(secret.as_ref())?)
    }

    /// A certificate and its key from two files.
    fn pair(&self, cx: &mut Context, key: &std::path::Path) -> Result<Found, CliError> {
        let mut above = read_certificates(cx, &self.file)?;
        let certificate = above.remove(0);
        let key = read_key(cx, key)?;
        let name = certificate.subject.common_name();
        let name = name.or_else(|| certificate.subject_alt_names.first().map(ToString::to_string));
        let stem = || self.file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        Ok(Found { alias: name.or_else(stem).unwrap_or_default(), key, certificate, above })
    }

    /// The entry of a keystore that was asked for, or its only key.
    fn entry(&self, cx: &mut Context) -> Result<Found, CliError> {
        let opening = Opening { storepass: self.storepass.as_ref(), keypass: self.keypass.as_ref(), default: None };
        let opened = open_file(cx, &self.file, &opening)?;
        let shown = self.file.display().to_string();
        let Opened { entries, .. } = opened;
        let (mut keys, mut above) = (Vec::new(), Vec::new());
        for entry in entries {
            match entry.content {
                OpenedContent::Certificate { certificate, .. } => above.push(certificate),
                OpenedContent::Key { key, chain } => keys.push((entry.alias, key, chain)),
            }
        }
        let aliases = keys.iter().map(|(alias, ..)| escape(alias)).collect::<Vec<_>>().join(", ");
        if let Some(wanted) = &self.alias {
            let wanted = wanted.to_lowercase();
            keys.retain(|(alias, ..)| alias.to_lowercase() == wanted);
        }
        if keys.len() > 1 {
            return Err(CliError::usage(format!("{shown} has {} keys: {aliases}", keys.len()))
                .hint("name one with --alias, and import one after the other"));
        }
        let Some((alias, key, mut chain)) = keys.pop() else {
            return Err(match &self.alias {
                Some(wanted) if !aliases.is_empty() => {
                    CliError::failed(format!("{shown} has no key with the alias \"{}\"", escape(wanted)))
                        .hint(format!("it has {aliases}"))
                }
                _ => CliError::failed(format!("{shown} has no private key")).hint(
                    "name its file with --key, or bring in an anchor with \"certwright authority import NAME --cert FILE\"",
                ),
            });
        };
        let key =
            key.map_err(|error| self.unopened(error).about(format!("{shown}: the key \"{}\"", escape(&alias))))?;
        if chain.is_empty() {
            return Err(CliError::failed(format!("{shown} has no certificate for the key \"{}\"", escape(&alias)))
                .hint(
                    "take the key out with \"openssl pkcs12 -nocerts\" and import it with its certificate and --key",
                ));
        }
        let certificate = chain.remove(0);
        above.splice(..0, chain);
        Ok(Found { alias, key, certificate, above })
    }

    /// A key that did not open though the keystore did.
    fn unopened(&self, error: KeyError) -> CliError {
        let hint = match (&error, &self.keypass) {
            (KeyError::WrongPassphrase, Some(_)) => {
                "check what --keypass names: only the first line counts, without its line end"
            }
            (KeyError::WrongPassphrase | KeyError::PassphraseNeeded, None) => {
                "it has another password than the file: name its source with --keypass, such as env:KEY_PASS or file:PATH"
            }
            _ => return error.into(),
        };
        CliError::from(error).hint(hint)
    }

    fn facts(&self, cx: &mut Context, found: &Found) -> Result<EntryFacts, CliError> {
        let key = found.key.duplicate()?;
        let content = Content::Key { key, chain: vec![found.certificate.clone()] };
        Ok(EntryFacts::new(&Entry { alias: found.alias.clone(), content }, cx.now()))
    }
}

fn import_lineage(
    cx: &mut Context,
    lineage: &str,
    (found, key_pem): (Found, Zeroizing<Vec<u8>>),
    entry: EntryFacts,
) -> Result<Report, CliError> {
    let Found { alias, key, certificate, above } = found;
    let title = title(&certificate.subject, &certificate.subject_alt_names);
    let plan = CertificateImport { lineage, certificate, above, key: (key, key_pem) };
    let store = &open_or_create(cx, |_| ca::check_import_certificate(&plan))?;
    let mut writer = cx.lock(store)?;
    let actor = cx.settings.actor.clone();
    let (record, notes) = ca::import_certificate(&mut writer, plan, &session(cx, &actor, &|| {}))?;
    drop(writer);
    notes.iter().for_each(|note| cx.ui.warn(note));
    let authority = Some(record.authority).filter(|name| !name.is_empty());
    let by = match &authority {
        Some(name) => format!("signed by authority {name}"),
        None => "signed by no authority of this store".to_owned(),
    };
    let from = if alias == lineage { String::new() } else { format!(" (\"{}\" in the file)", escape(&alias)) };
    cx.ui.say(&format!("imported {lineage}{from}: {title}, serial {}, {by}", record.serial));
    let directory = store.layout().issued(lineage, &record.serial).display().to_string();
    Ok(Report { kind: "certificate", name: lineage.to_owned(), authority, directory, entry })
}

/// Opens the store, or makes one, where `check` has nothing against it, and says so: a path that was mistyped shall not go unseen.
fn open_or_create(
    cx: &mut Context,
    check: impl FnOnce(&Context) -> Result<(), ca::CaError>,
) -> Result<Store, CliError> {
    let is_new = cx.store_if_there()?.is_none();
    if is_new {
        check(cx)?;
    }
    let store = cx.create_store()?;
    if is_new {
        cx.ui.say(&format!("made a new store: {}", store.layout().root().display()));
    }
    Ok(store)
}

/// Reads certificates, at least one.
fn read_certificates(cx: &mut Context, path: &std::path::Path) -> Result<Vec<Certificate>, CliError> {
    let bytes = files::read(cx, path, MAX_SIZE)?;
    pem::read_certificates(&bytes).map_err(|error| CliError::from(error).about(path.display()))
}
