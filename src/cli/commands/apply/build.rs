//! The files of a delivery: where they go, and what is in them. Nothing is written here, so that many are made at once.

use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::secrets::Password;
use super::source::Described;
use crate::ca::Served;
use crate::cli::CliError;
use crate::cli::commands::bundle::Bundle;
use crate::cli::commands::delivery;
use crate::cli::commands::truststore::hashed;
use crate::cli::files::OutputFile;
use crate::container::target::{BuiltFile, Credentials, Layout, Subject, Target, TargetError, Variables};
use crate::container::{self, Content, Encoding, Entry, Format, Keystore};
use crate::keys::{PrivateKey, Secret};
use crate::manifest::{Delivery, Place, StoreFormat, TrustFormat, Truststore};
use crate::store::{DeliveryForm, DeliveryRecord, State};
use crate::x509::Certificate;

/// A certificate with what belongs to it.
#[derive(Clone, Copy)]
pub(super) struct Material<'a> {
    pub(super) lineage: &'a str,
    pub(super) certificate: &'a Certificate,
    /// The certificates between it and the root, nearest first.
    pub(super) chain: &'a [Certificate],
    pub(super) root: Option<&'a Certificate>,
    /// The other roots that are trusted during a rollover.
    pub(super) other_anchors: &'a [Certificate],
}

/// Files that are to be written.
pub(super) struct Files {
    pub(super) dir: PathBuf,
    /// Whether the directory, if it is made, is for its owner alone.
    pub(super) private: bool,
    pub(super) files: Vec<OutputFile>,
}

/// What is recorded of a delivery, lineage and serial included; and where its files are going to be.
///
/// # Errors
/// When the program cannot use the certificate, or the path cannot be recorded.
pub(super) fn record(
    delivery: &Delivery,
    material: &Material<'_>,
    now: OffsetDateTime,
) -> Result<(DeliveryRecord, Vec<PathBuf>), CliError> {
    let place = delivery.place().ok_or_else(|| CliError::failed("a delivery does not say where it goes"))?;
    let preset = |format: &str| {
        let given = delivery.preset.filter(|_| format == Format::Pkcs12.name() || format == "p12");
        given.map(|preset| preset.name().to_owned())
    };
    let (path, file, form, files) = match place {
        Place::Pem(dir) => {
            let key = delivery.key.unwrap_or(true);
            let form = DeliveryForm::Bundle { key, encrypted: delivery.passphrase.is_some() };
            (dir, "cert.pem".to_owned(), form, Bundle::paths(dir, key))
        }
        Place::Certificate(path) => {
            let form = DeliveryForm::Certificate { fullchain: delivery.fullchain.unwrap_or(false) };
            (path, String::new(), form, vec![path.to_path_buf()])
        }
        Place::Keystore(path) => {
            let format = keystore_format(delivery, path)?;
            let form = DeliveryForm::Keystore {
                format: format.name().to_owned(),
                preset: preset(format.name()),
                alias: delivery.alias.clone().unwrap_or_else(|| material.lineage.to_owned()),
                include_root: delivery.include_root.unwrap_or(false),
                protected: takes_password(delivery),
                key_password: false,
            };
            (path, String::new(), form, vec![path.to_path_buf()])
        }
        Place::Export(name, dir) => {
            let target = Target::get(name)?;
            let subject = material.subject(now);
            let (layout, variables) = chosen(&target, &subject, delivery, dir)?;
            let names: Vec<String> = layout.plan(&subject, &variables)?.into_iter().map(|file| file.name).collect();
            let form = DeliveryForm::Export {
                target: name.to_owned(),
                role: layout.role().to_owned(),
                format: layout.format().to_owned(),
                preset: preset(layout.format()),
                variables: delivery.set.clone(),
            };
            let main = names.first().cloned().unwrap_or_default();
            (dir, main, form, names.iter().map(|name| dir.join(name)).collect())
        }
    };
    let path = path.to_str().ok_or_else(|| CliError::failed(format!("{} is no text", path.display())))?.to_owned();
    let record = DeliveryRecord {
        lineage: material.lineage.to_owned(),
        serial: material.certificate.serial.hex(),
        path,
        file,
        form,
        files: std::collections::BTreeMap::new(),
        pending: true,
        command: false,
    };
    Ok((record, files))
}

fn chosen<'a>(
    target: &'a Target,
    subject: &Subject<'_>,
    delivery: &Delivery,
    dir: &Path,
) -> Result<(Layout<'a>, Variables), CliError> {
    let dir = dir.display().to_string();
    let (role, format) = (delivery.role.as_deref(), delivery.format.as_deref());
    let layout = target.choose(subject, role, format, &delivery.set, &dir)?;
    let variables = layout.variables(&delivery.set, subject, &dir)?;
    let misfits = layout.misfits(subject, &variables)?;
    if !misfits.is_empty() {
        return Err(CliError::from(TargetError::Misfit(misfits)).about(format_args!("it is not for {layout}")));
    }
    Ok((layout, variables))
}

/// The format of a keystore.
fn keystore_format(delivery: &Delivery, path: &Path) -> Result<Format, CliError> {
    let said = delivery.format.as_deref().and_then(StoreFormat::from_word).map(|format| format.0);
    let ending = || path.extension().and_then(|ending| Format::of_extension(&ending.to_string_lossy()));
    said.or_else(ending).ok_or_else(|| CliError::failed(format!("{} does not say its format", path.display())))
}

/// Whether a delivery is protected by a keystore's password: a keystore in PEM only if it has one of its own.
pub(super) fn takes_password(delivery: &Delivery) -> bool {
    match delivery.place() {
        Some(Place::Keystore(path)) => {
            keystore_format(delivery, path).is_ok_and(|format| format != Format::Pem) || delivery.storepass.is_some()
        }
        Some(Place::Export(name, _)) => Target::get(name).is_ok_and(|target| {
            let mut layouts = target.layouts().filter(|layout| {
                delivery.role.as_deref().is_none_or(|role| role == layout.role())
                    && delivery.format.as_deref().is_none_or(|format| format == layout.format())
            });
            // Without a word about it, it is the first of a role.
            let usual = delivery.format.is_none();
            let mut seen = Vec::new();
            layouts.any(|layout| {
                let is_first = !seen.contains(&layout.role());
                seen.push(layout.role());
                layout.store_format().is_some() && (!usual || is_first)
            })
        }),
        Some(Place::Pem(_) | Place::Certificate(_)) | None => false,
    }
}

impl<'a> Material<'a> {
    /// A certificate of the store with what goes with it.
    pub(super) fn served(lineage: &'a str, certificate: &'a Certificate, served: &'a Served) -> Self {
        let Served { chain, root, other_anchors } = served;
        Self { lineage, certificate, chain, root: root.as_ref(), other_anchors }
    }

    fn subject(&self, at: OffsetDateTime) -> Subject<'a> {
        Subject {
            name: self.lineage,
            certificate: self.certificate,
            intermediates: self.chain,
            root: self.root.or(self.chain.last()).unwrap_or(self.certificate),
            other_anchors: self.other_anchors,
            at,
        }
    }

    /// Makes the files of a delivery.
    ///
    /// # Errors
    /// What is missing, or cannot be written in this form.
    pub(super) fn build(
        &self,
        record: &DeliveryRecord,
        key: Option<&PrivateKey>,
        password: Option<&Password>,
        now: OffsetDateTime,
    ) -> Result<Files, CliError> {
        let path = Path::new(&record.path);
        let (password, passphrase) = (password.and_then(Password::of_store), password.and_then(Password::of_key));
        let needed = || key.ok_or_else(|| CliError::failed("its private key is not in the store"));
        match &record.form {
            DeliveryForm::Bundle { key: with_key, .. } => {
                let key_pem = if *with_key { Some(needed()?.to_pkcs8_pem(passphrase)?) } else { None };
                let anchors: Vec<_> = self.root.into_iter().chain(self.other_anchors).collect();
                let bundle = Bundle::build(self.certificate, self.chain, &anchors, key_pem);
                Ok(Files { dir: path.to_path_buf(), private: true, files: bundle.into_files() })
            }
            DeliveryForm::Certificate { fullchain } => {
                let mut text = self.certificate.to_pem();
                if *fullchain {
                    text.extend(self.chain.iter().map(Certificate::to_pem));
                }
                Ok(single(path, text.into_bytes().into(), false))
            }
            DeliveryForm::Export { target, role, format, preset, variables: given } => {
                let target = Target::get(target)?;
                let layout = target.layouts().find(|layout| layout.role() == role && layout.format() == format);
                let layout =
                    layout.ok_or_else(|| CliError::failed(format!("{} has no {role} ({format})", target.name())))?;
                let subject = self.subject(now);
                let variables = layout.variables(given, &subject, &path.display().to_string())?;
                let key = if layout.needs_key() { Some(needed()?) } else { None };
                let credentials =
                    Credentials { key, store_password: password, preset: delivery::preset(preset.as_deref()) };
                let built = layout.build(&subject, &variables, &credentials)?;
                let output =
                    |file: BuiltFile| OutputFile { name: file.plan.name, bytes: file.bytes, secret: file.plan.secret };
                let files = built.files.into_iter().map(output).collect();
                Ok(Files { dir: path.to_path_buf(), private: false, files })
            }
            DeliveryForm::Keystore { format, preset, alias, include_root, protected, .. } => {
                let key = needed()?.duplicate()?;
                let root = self.root.iter().filter(|_| *include_root).copied();
                let chain = std::iter::once(self.certificate).chain(self.chain).chain(root).cloned().collect();
                let entry = Entry { alias: alias.clone(), content: Content::Key { key, chain } };
                let password = password.filter(|_| *protected);
                keystore(path, vec![entry], format, preset.as_deref(), password, now, true)
            }
            DeliveryForm::Truststore { .. } => Err(CliError::failed("anchors are no certificate's files")),
        }
    }
}

/// The anchors of a truststore.
pub(super) fn anchors(
    described: &Described,
    truststore: &Truststore,
    state: &State,
    now: OffsetDateTime,
) -> Vec<(String, Certificate)> {
    let files = truststore.files.iter().filter_map(|file| described.anchors.get(file)?.as_ref().ok());
    truststore.anchors(&described.manifest, state, files.flatten(), now)
}

/// What the store calls a truststore beside its path, and its files.
pub(super) fn trust_files(truststore: &Truststore, anchors: &[(String, Certificate)]) -> (String, Vec<PathBuf>) {
    if truststore.format() != Some(TrustFormat::Hashed) {
        return (String::new(), vec![truststore.to.clone()]);
    }
    let files = hashed::files_of(anchors.iter().map(|(_, anchor)| anchor));
    (TrustFormat::Hashed.name().to_owned(), files.into_iter().map(|file| truststore.to.join(file.name)).collect())
}

/// A file of anchors, or a directory of them.
///
/// # Errors
/// What cannot be written in this format.
pub(super) fn truststore(
    record: &DeliveryRecord,
    anchors: Vec<(String, Certificate)>,
    password: Option<&Password>,
    now: OffsetDateTime,
) -> Result<Files, CliError> {
    let password = password.and_then(Password::of_store);
    let DeliveryForm::Truststore { format, preset, .. } = &record.form else {
        return Err(CliError::failed("this is no truststore"));
    };
    if format == TrustFormat::Hashed.name() {
        let files = hashed::files_of(anchors.iter().map(|(_, anchor)| anchor));
        return Ok(Files { dir: PathBuf::from(&record.path), private: false, files });
    }
    let entry = |(alias, anchor)| Entry { alias, content: Content::Trusted(anchor) };
    let entries = anchors.into_iter().map(entry).collect();
    keystore(Path::new(&record.path), entries, format, preset.as_deref(), password, now, false)
}

fn keystore(
    path: &Path,
    entries: Vec<Entry>,
    format: &str,
    preset: Option<&str>,
    password: Option<&Secret>,
    now: OffsetDateTime,
    secret: bool,
) -> Result<Files, CliError> {
    let known = Format::named(format);
    let format = known.ok_or_else(|| CliError::failed(format!("the format {format} is unknown to this version")))?;
    let encoding = Encoding {
        format,
        preset: delivery::preset(preset),
        store_password: password,
        key_password: None,
        created: now,
    };
    Ok(single(path, container::encode(&Keystore { entries }, &encoding)?, secret))
}

fn single(path: &Path, bytes: zeroize::Zeroizing<Vec<u8>>, secret: bool) -> Files {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let dir = path.parent().unwrap_or(Path::new("/")).to_path_buf();
    Files { dir, private: false, files: vec![OutputFile { name, bytes, secret }] }
}
