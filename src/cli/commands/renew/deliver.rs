//! Writing the files of a renewed certificate where those of the old one are.

use std::collections::BTreeMap;
use std::path::Path;

use ring::digest::{SHA256, digest};

use crate::ca::{self, Outcome};
use crate::cli::commands::bundle::Bundle;
use crate::cli::commands::delivery;
use crate::cli::files::{self, OutputFile, places};
use crate::cli::{CliError, Context};
use crate::container::target::{Credentials, Subject, Target, TargetError};
use crate::container::{self, ContainerError, Content, Encoding, Entry, Format, Keystore, OpenedContent};
use crate::keys::{KeyFile, KeyOutline, PrivateKey, Secret};
use crate::store::{CertificateRecord, DeliveryForm, DeliveryRecord, State};
use crate::x509::display::hex;
use crate::x509::{Certificate, pem};

/// Largest file that is looked at, in bytes.
const MAX_SIZE: usize = 4 << 20;

/// What is written.
pub(super) struct Files<'a> {
    state: &'a State,
    lineage: String,
    certificate: Certificate,
    chain: Vec<Certificate>,
    root: Option<Certificate>,
    other_anchors: Vec<Certificate>,
    key: Result<Option<PrivateKey>, CliError>,
}

/// Passwords, where they were given.
pub(super) struct Means {
    pub(super) storepass: Option<Secret>,
    pub(super) key_passphrase: Option<Secret>,
}

impl<'a> Files<'a> {
    /// The files of a certificate that was renewed just now.
    pub(super) fn new(
        state: &'a State,
        lineage: &str,
        outcome: &Outcome,
        key: Result<Option<PrivateKey>, CliError>,
    ) -> Self {
        let certificate = outcome.certificate.clone();
        let ca::Served { chain, root, other_anchors } = ca::Served::clone(&outcome.served);
        Self { lineage: lineage.to_owned(), certificate, chain, root, other_anchors, key, state }
    }

    /// The files of a certificate of the store.
    ///
    /// # Errors
    /// When the journal holds something unreadable.
    pub(super) fn recorded(
        state: &'a State,
        record: &CertificateRecord,
        key: Result<Option<PrivateKey>, CliError>,
    ) -> Result<Self, CliError> {
        let ca::Served { chain, root, other_anchors } = ca::served(state, record)?;
        let (lineage, certificate) = (record.lineage.clone(), record.certificate()?);
        Ok(Self { state, lineage, certificate, chain, root, other_anchors, key })
    }

    fn key(&self) -> Result<&PrivateKey, CliError> {
        match &self.key {
            Ok(Some(key)) => Ok(key),
            Ok(None) => Err(CliError::failed(format!("the private key of {} is not in the store", self.lineage))),
            Err(error) => Err(CliError { exit: error.exit, message: error.message.clone(), hint: error.hint.clone() }),
        }
    }

    /// Refuses to replace what is no certificate of this lineage.
    fn check_place(&self, path: &Path) -> Result<(), CliError> {
        let Some(bytes) = files::read_if_there(path, MAX_SIZE)? else { return Ok(()) };
        let found = pem::read_certificates(&bytes).ok().and_then(|found| found.into_iter().next());
        match found {
            Some(certificate) if self.is_own(&certificate) => Ok(()),
            _ => Err(CliError::failed(format!("{} holds no certificate of {}", path.display(), self.lineage))
                .hint(self.forget(path.parent().unwrap_or(path)))),
        }
    }

    /// Refuses to replace a file that holds somebody else's certificate or key, or a keystore that has another password: whoever reads
    /// it would not open the new one. Texts without either are taken for what an earlier export wrote.
    fn check_output(&self, path: &Path, at: &Path, means: &Means) -> Result<(), CliError> {
        let Some(bytes) = files::read_if_there(path, MAX_SIZE)? else { return Ok(()) };
        let about = |why: String| CliError::failed(format!("{} {why}", path.display()));
        if container::is_keystore(&bytes) {
            let passwords = container::Passwords { store: means.storepass.as_ref(), key: None };
            let opened = container::open(&bytes, &passwords).map_err(|error| match error {
                ContainerError::WrongPassword(_) => about("has another password than --storepass gives".to_owned())
                    .hint("give its password, or build it once more with the new one"),
                error => about(format!("cannot be opened: {error}")).hint(self.forget(at)),
            })?;
            let mut chains = opened.entries.iter().filter_map(|entry| match &entry.content {
                OpenedContent::Key { chain, .. } => chain.first(),
                OpenedContent::Certificate { .. } => None,
            });
            return match chains.find(|certificate| !self.is_own(certificate)) {
                Some(_) => {
                    Err(about(format!("holds a certificate that is not of {}", self.lineage)).hint(self.forget(at)))
                }
                None => Ok(()),
            };
        }
        let first = pem::read_certificates(&bytes).ok().and_then(|found| found.into_iter().next());
        if first.is_some_and(|first| !first.is_ca() && !self.is_own(&first)) {
            return Err(about(format!("holds a certificate that is not of {}", self.lineage)).hint(self.forget(at)));
        }
        let key = KeyFile::read(&bytes, &mut || None).ok().map(|file| hex(&file.key.public_key().fingerprint()));
        let lineage = self.state.lineage(&self.lineage)?;
        let own = |key: &String| lineage.iter().any(|record| record.key_sha256 == *key);
        match key.filter(|key| !own(key)) {
            Some(_) => Err(about(format!("holds a private key that is not of {}", self.lineage)).hint(self.forget(at))),
            None => Ok(()),
        }
    }

    /// Whether a certificate is of this lineage.
    fn is_own(&self, certificate: &Certificate) -> bool {
        let known = self.state.by_serial(&certificate.serial.hex()).ok().flatten();
        let known = known.filter(|known| known.lineage == self.lineage);
        known.is_some_and(|known| known.certificate().is_ok_and(|known| known.der() == certificate.der()))
    }

    fn forget(&self, path: &Path) -> String {
        format!(
            "if its files are not wanted there any more, run \"certwright renew {} --forget {}\"",
            self.lineage,
            path.display()
        )
    }
}

/// Whether a delivery takes the private key of a certificate; a directory of files only where it does not have that key.
pub(super) fn takes_key(delivery: &DeliveryRecord, spki: &[u8]) -> bool {
    match delivery.form {
        // What cannot be read there is told when it is written.
        DeliveryForm::Bundle { key, .. } => key && !has_key(Path::new(&delivery.path), spki).unwrap_or(true),
        DeliveryForm::Certificate { .. } | DeliveryForm::Truststore { .. } => false,
        DeliveryForm::Export { .. } | DeliveryForm::Keystore { .. } => true,
    }
}

/// Whether the key in a directory is that of a `SubjectPublicKeyInfo`. An encrypted one is judged by the certificate beside it.
fn has_key(dir: &Path, spki: &[u8]) -> Result<bool, CliError> {
    let path = dir.join("key.pem");
    let Some(bytes) = files::read_if_there(&path, MAX_SIZE)? else { return Ok(false) };
    let outline = KeyOutline::read(&bytes).map_err(|error| CliError::from(error).about(path.display()))?;
    if outline.encryption.is_some() {
        let beside = files::read_if_there(&dir.join("cert.pem"), MAX_SIZE)?;
        let beside = beside.and_then(|bytes| pem::read_certificates(&bytes).ok());
        return Ok(beside.and_then(|all| all.into_iter().next()).is_some_and(|beside| beside.spki_der == spki));
    }
    let key = KeyFile::read(&bytes, &mut || None).map_err(|error| CliError::from(error).about(path.display()))?.key;
    Ok(key.public_key().spki_der() == spki)
}

/// Whether a delivery is protected by a password.
pub(super) fn takes_password(delivery: &DeliveryRecord) -> bool {
    match &delivery.form {
        DeliveryForm::Bundle { .. } | DeliveryForm::Certificate { .. } | DeliveryForm::Truststore { .. } => false,
        DeliveryForm::Export { format, .. } => matches!(format.as_str(), "p12" | "jks"),
        DeliveryForm::Keystore { protected, .. } => *protected,
    }
}

/// Writes one delivery; gives the SHA-256 of each of its files by its name.
///
/// # Errors
/// Why it was left as it is.
pub(super) fn write(
    cx: &mut Context,
    files: &Files<'_>,
    means: &Means,
    delivery: &DeliveryRecord,
) -> Result<BTreeMap<String, String>, CliError> {
    let path = Path::new(&delivery.path);
    let dir = if delivery.file.is_empty() { path.parent().unwrap_or(path) } else { path };
    if !places::is_directory(dir) {
        return Err(CliError::failed(format!("{} is not there any more", dir.display())).hint(files.forget(path)));
    }
    if let Some(real) = places::followed(dir).filter(|real| real != dir) {
        return Err(CliError::failed(format!("{} leads to {} by now", dir.display(), real.display()))
            .hint(format!("if that is meant, put its files there once more; {}", files.forget(path))));
    }
    let names = match &delivery.form {
        DeliveryForm::Bundle { key, encrypted } => bundle(files, means, path, *key, *encrypted)?,
        DeliveryForm::Certificate { fullchain } => {
            files.check_place(path)?;
            let mut text = files.certificate.to_pem();
            if *fullchain {
                text.extend(files.chain.iter().map(Certificate::to_pem));
            }
            files::write(cx, path, text.as_bytes(), false, true)?;
            own_name(path)
        }
        DeliveryForm::Export { .. } => export(cx, files, means, path, &delivery.form)?,
        DeliveryForm::Keystore { .. } => {
            keystore(cx, files, means, path, &delivery.form)?;
            own_name(path)
        }
        DeliveryForm::Truststore { .. } => {
            return Err(CliError::failed("anchors are not renewed")
                .hint("\"certwright apply\" and \"certwright truststore build\" write them"));
        }
    };
    let mut written = BTreeMap::new();
    for name in names {
        if let Some(bytes) = files::read_if_there(&dir.join(&name), MAX_SIZE)? {
            written.insert(name, hex(digest(&SHA256, &bytes).as_ref()));
        }
    }
    Ok(written)
}

fn own_name(path: &Path) -> Vec<String> {
    path.file_name().and_then(|name| name.to_str()).map(str::to_owned).into_iter().collect()
}

/// Writes the files of a directory; gives the names of all that belong there.
fn bundle(
    files: &Files<'_>,
    means: &Means,
    dir: &Path,
    with_key: bool,
    encrypted: bool,
) -> Result<Vec<String>, CliError> {
    files.check_place(&dir.join("cert.pem"))?;
    let key_pem = if with_key && !has_key(dir, &files.certificate.spki_der)? {
        if encrypted && means.key_passphrase.is_none() {
            return Err(match places::is_there(&dir.join("key.pem")) {
                true => CliError::failed("the key there is encrypted").hint("say --key-passphrase for the new one"),
                false => CliError::failed("key.pem, which was encrypted, is not there any more")
                    .hint("put it back, or make a new one with --rekey --key-passphrase"),
            });
        }
        files.check_output(&dir.join("key.pem"), dir, means)?;
        let passphrase = means.key_passphrase.as_ref().filter(|_| encrypted);
        Some(files.key()?.to_pkcs8_pem(passphrase)?)
    } else {
        None
    };
    let anchors: Vec<_> = files.root.iter().chain(&files.other_anchors).collect();
    Bundle::build(&files.certificate, &files.chain, &anchors, key_pem).write(dir, true)?;
    Ok(Bundle::paths(dir, with_key).iter().flat_map(|path| own_name(path)).collect())
}

fn password<'a>(means: &'a Means, what: &str) -> Result<&'a Secret, CliError> {
    let missing = || {
        CliError::failed(format!("the password of the {what} is not known")).hint("name its source with --storepass")
    };
    means.storepass.as_ref().ok_or_else(missing)
}

/// Writes the files of a program; gives their names.
fn export(
    cx: &mut Context,
    files: &Files<'_>,
    means: &Means,
    dir: &Path,
    form: &DeliveryForm,
) -> Result<Vec<String>, CliError> {
    let DeliveryForm::Export { target, role, format, preset, variables: given } = form else { return Ok(Vec::new()) };
    let target = Target::get(target)?;
    let layout = target.layouts().find(|layout| layout.role() == role && layout.format() == format);
    let layout =
        layout.ok_or_else(|| CliError::failed(format!("{} has no {role} ({format}) any more", target.name())))?;
    let root = files.root.as_ref().or(files.chain.last()).unwrap_or(&files.certificate);
    let subject = Subject {
        name: &files.lineage,
        certificate: &files.certificate,
        intermediates: &files.chain,
        root,
        other_anchors: &files.other_anchors,
        at: cx.now(),
    };
    let about = |error: TargetError| CliError::from(error).about(&files.lineage);
    let variables = layout.variables(given, &subject, &dir.display().to_string()).map_err(about)?;
    let store_password = match layout.store_format() {
        Some(_) => Some(password(means, "keystore")?),
        None => None,
    };
    let key = if layout.needs_key() { Some(files.key()?) } else { None };
    let credentials = Credentials { key, store_password, preset: delivery::preset(preset.as_deref()) };
    let built = layout.build(&subject, &variables, &credentials).map_err(about)?;
    let output = |file: container::target::BuiltFile| OutputFile {
        name: file.plan.name,
        bytes: file.bytes,
        secret: file.plan.secret,
    };
    let outputs: Vec<OutputFile> = built.files.into_iter().map(output).collect();
    for output in &outputs {
        files.check_output(&dir.join(&output.name), dir, means)?;
    }
    files::write_public_set(dir, &outputs, true)?;
    files::compare_set(dir, &outputs)?;
    files::remove_chains(dir, &layout.unneeded(&subject, &variables).map_err(about)?)?;
    Ok(outputs.into_iter().map(|output| output.name).collect())
}

fn keystore(
    cx: &mut Context,
    files: &Files<'_>,
    means: &Means,
    path: &Path,
    form: &DeliveryForm,
) -> Result<(), CliError> {
    let DeliveryForm::Keystore { format, preset, alias, include_root, protected, key_password } = form else {
        return Ok(());
    };
    if *key_password {
        return Err(CliError::failed("its key has a password of its own, which renewals do not take")
            .hint("build it again with \"certwright keystore build\""));
    }
    let format = Format::named(format).ok_or_else(|| CliError::failed("its format is unknown to this version"))?;
    let store_password = if *protected { Some(password(means, "keystore")?) } else { None };
    let key = files.key()?.duplicate()?;
    let served =
        ca::Served { chain: files.chain.clone(), root: files.root.clone(), other_anchors: files.other_anchors.clone() };
    let root = served.end().into_iter().filter(|_| *include_root);
    let chain = std::iter::once(&files.certificate).chain(&files.chain).chain(root).cloned().collect();
    let keystore = Keystore { entries: vec![Entry { alias: alias.clone(), content: Content::Key { key, chain } }] };
    files.check_output(path, path, means)?;
    let preset = delivery::preset(preset.as_deref());
    let encoding = Encoding { format, preset, store_password, key_password: None, created: cx.now() };
    crate::cli::commands::keystore::target::write(cx, &keystore, &encoding, path, true, true)
}
