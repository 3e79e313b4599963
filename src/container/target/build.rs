//! The files of a layout.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::builtin::TEMPLATES;
use super::table::{FileConfig, Part, StoreFormat};
use super::{Layout, Subject, TargetError, Variables, template};
use crate::container::{Content, Encoding, Entry, Keystore, Preset, encode};
use crate::keys::{KeyContainer, KeyEncoding, KeyFormat, KeyKind, PrivateKey, Secret};
use crate::x509::Certificate;

/// A file that would be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedFile {
    /// Its name in the directory.
    pub name: String,
    /// Whether it holds the private key: mode 0600, else 0644.
    pub secret: bool,
    /// What is in it, in order: `certificate, intermediates`.
    pub what: String,
}

/// What a file's bytes follow from: two that follow from the same have the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The root: PEM.
    Root,
    /// The root and the intermediates: PEM.
    Authority,
    /// The certificate, perhaps its key, and what stands above it: PEM.
    Certificate,
    /// More than that: a keystore or truststore is another one each time that it is made.
    Unique,
}

/// A file with its content.
#[derive(Debug)]
pub struct BuiltFile {
    /// What was planned.
    pub plan: PlannedFile,
    /// Its bytes.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// Everything for a layout.
#[derive(Debug)]
pub struct Built {
    /// The files.
    pub files: Vec<BuiltFile>,
    /// Configuration to paste.
    pub snippet: String,
}

/// The secrets that go into the files.
#[derive(Debug, Clone, Copy, Default)]
pub struct Credentials<'a> {
    /// The private key.
    pub key: Option<&'a PrivateKey>,
    /// The password of keystores and truststores.
    pub store_password: Option<&'a Secret>,
    /// The algorithms of PKCS#12 files.
    pub preset: Preset,
}

impl Layout<'_> {
    /// The files that would be written.
    ///
    /// # Errors
    /// [`TargetError::Table`].
    pub fn plan(&self, subject: &Subject<'_>, variables: &Variables) -> Result<Vec<PlannedFile>, TargetError> {
        let files = self.present(subject);
        files.map(|file| self.planned(file, subject, variables)).collect()
    }

    /// The names of files that another certificate needs and this one does not: left from one before, they would still be read.
    ///
    /// # Errors
    /// [`TargetError::Table`].
    pub fn unneeded(&self, subject: &Subject<'_>, variables: &Variables) -> Result<Vec<String>, TargetError> {
        let needed: Vec<String> = self.plan(subject, variables)?.into_iter().map(|file| file.name).collect();
        let all = self.config.files.iter().map(|file| self.rendered(&file.name, variables));
        let all = all.collect::<Result<Vec<_>, _>>()?;
        Ok(all.into_iter().filter(|name| !needed.contains(name)).collect())
    }

    /// The files for any certificate; names hold their variables as `{{ name }}`.
    pub fn outline(&self) -> Vec<PlannedFile> {
        let file = |file: &FileConfig| PlannedFile {
            name: file.name.clone(),
            secret: file.holds_key(),
            what: describe(file, None),
        };
        self.config.files.iter().map(file).collect()
    }

    /// What the bytes of each file of [`Layout::outline`] follow from.
    pub fn origins(&self) -> Vec<Origin> {
        let origin = |file: &FileConfig| {
            if file.holds.is_empty() {
                Origin::Unique
            } else if file.holds.iter().all(|part| *part == Part::Root) {
                Origin::Root
            } else if file.holds.iter().all(|part| matches!(part, Part::Root | Part::Chain)) {
                Origin::Authority
            } else {
                Origin::Certificate
            }
        };
        self.config.files.iter().map(origin).collect()
    }

    /// The configuration to paste, without a newline at its end.
    ///
    /// # Errors
    /// [`TargetError::Table`].
    pub fn snippet(&self, variables: &Variables) -> Result<String, TargetError> {
        self.rendered(self.target.snippet, variables).map(|text| text.trim_matches('\n').to_owned())
    }

    /// Makes the files. The certificate must fit the layout.
    ///
    /// # Errors
    /// [`TargetError::Misfit`]; [`TargetError::Missing`] without the key or the password it takes;
    /// [`TargetError::KeyMismatch`]; [`TargetError::Key`]; [`TargetError::Container`].
    pub fn build(
        &self,
        subject: &Subject<'_>,
        variables: &Variables,
        credentials: &Credentials<'_>,
    ) -> Result<Built, TargetError> {
        let misfits = self.misfits(subject, variables)?;
        if !misfits.is_empty() {
            return Err(TargetError::Misfit(misfits));
        }
        if let Some(key) = credentials.key {
            check_key(key, subject.certificate)?;
        }
        let builder = Builder { layout: self, subject, variables, credentials };
        let files = self
            .present(subject)
            .map(|file| Ok(BuiltFile { plan: self.planned(file, subject, variables)?, bytes: builder.content(file)? }));
        Ok(Built { files: files.collect::<Result<_, TargetError>>()?, snippet: self.snippet(variables)? })
    }

    fn present(&self, subject: &Subject<'_>) -> impl Iterator<Item = &FileConfig> {
        let none = subject.intermediates.is_empty();
        self.config.files.iter().filter(move |file| !(file.only_with_intermediates && none))
    }

    fn planned(
        &self,
        file: &FileConfig,
        subject: &Subject<'_>,
        variables: &Variables,
    ) -> Result<PlannedFile, TargetError> {
        let name = self.rendered(&file.name, variables)?;
        Ok(PlannedFile { name, secret: file.holds_key(), what: describe(file, Some(subject)) })
    }

    fn rendered(&self, source: &str, variables: &Variables) -> Result<String, TargetError> {
        template::render(source, &variables.values).map_err(|why| self.broken(why))
    }

    fn broken(&self, why: String) -> TargetError {
        TargetError::Table { name: self.target.name().to_owned(), why }
    }
}

struct Builder<'a> {
    layout: &'a Layout<'a>,
    subject: &'a Subject<'a>,
    variables: &'a Variables,
    credentials: &'a Credentials<'a>,
}

impl<'a> Builder<'a> {
    fn content(&self, file: &FileConfig) -> Result<Zeroizing<Vec<u8>>, TargetError> {
        if let Some(format) = file.keystore {
            return self.keystore(format);
        }
        if let Some(format) = file.truststore {
            return self.truststore(format);
        }
        match &file.template {
            Some(name) => self.templated(name),
            None => self.pem(&file.holds),
        }
    }

    /// PEM blocks one after the other; a certificate that is two parts at once (a root) stands there once.
    fn pem(&self, parts: &[Part]) -> Result<Zeroizing<Vec<u8>>, TargetError> {
        let mut pieces: Vec<Zeroizing<Vec<u8>>> = Vec::new();
        let mut seen: Vec<&[u8]> = Vec::new();
        for part in parts {
            match part {
                Part::Key => pieces.push(self.key()?.to_pkcs8_pem(None)?),
                Part::KeyTraditional => pieces.push(traditional(self.key()?)?),
                Part::Cert | Part::Chain | Part::Root => {
                    for certificate in &self.certificates(*part) {
                        if !seen.contains(&certificate.der()) {
                            seen.push(certificate.der());
                            pieces.push(Zeroizing::new(certificate.to_pem().into_bytes()));
                        }
                    }
                }
            }
        }
        // Large enough from the start: a vector that grows leaves copies of a key behind.
        let mut out = Zeroizing::new(Vec::with_capacity(pieces.iter().map(|piece| piece.len()).sum()));
        pieces.iter().for_each(|piece| out.extend_from_slice(piece));
        Ok(out)
    }

    fn certificates(&self, part: Part) -> Vec<&'a Certificate> {
        match part {
            Part::Cert => vec![self.subject.certificate],
            Part::Chain => self.subject.intermediates.iter().collect(),
            Part::Root => std::iter::once(self.subject.root).chain(self.subject.other_anchors).collect(),
            Part::Key | Part::KeyTraditional => Vec::new(),
        }
    }

    fn key(&self) -> Result<&PrivateKey, TargetError> {
        let missing = || TargetError::Missing("the private key is needed and not given".to_owned());
        self.credentials.key.ok_or_else(missing)
    }

    fn templated(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, TargetError> {
        let Some((_, source)) = TEMPLATES.iter().find(|(known, _)| *known == name) else {
            return Err(self.layout.broken(format!("there is no template {name}")));
        };
        let text = self.layout.rendered(source, self.variables)?;
        // Texts and marks alternate.
        let pieces = text.split(template::MARK).enumerate().map(|(index, piece)| match index % 2 {
            0 => Ok(Zeroizing::new(piece.as_bytes().to_vec())),
            _ => self.base64(piece),
        });
        let pieces = pieces.collect::<Result<Vec<_>, TargetError>>()?;
        let mut out = Zeroizing::new(Vec::with_capacity(pieces.iter().map(|piece| piece.len()).sum()));
        pieces.iter().for_each(|piece| out.extend_from_slice(piece));
        Ok(out)
    }

    /// The base64 of parts that a mark names: `cert+chain`.
    fn base64(&self, names: &str) -> Result<Zeroizing<Vec<u8>>, TargetError> {
        let parts = names.split('+').map(|name| {
            serde_json::from_value(serde_json::Value::from(name)).map_err(|error| self.layout.broken(error.to_string()))
        });
        let pem = self.pem(&parts.collect::<Result<Vec<Part>, TargetError>>()?)?;
        let mut out = Zeroizing::new(vec![0; pem.len().div_ceil(3) * 4]);
        let length =
            STANDARD.encode_slice(pem.as_slice(), &mut out).map_err(|error| self.layout.broken(error.to_string()))?;
        out.truncate(length);
        Ok(out)
    }

    /// The private key with its certificate and the intermediates, under the name of the certificate.
    fn keystore(&self, format: StoreFormat) -> Result<Zeroizing<Vec<u8>>, TargetError> {
        let key = self.key()?.duplicate()?;
        let parts = [Part::Cert, Part::Chain].into_iter();
        let chain = parts.flat_map(|part| self.certificates(part)).cloned().collect();
        self.encode(format, vec![Entry { alias: self.subject.name.to_owned(), content: Content::Key { key, chain } }])
    }

    fn truststore(&self, format: StoreFormat) -> Result<Zeroizing<Vec<u8>>, TargetError> {
        let aliases = std::iter::once("ca".to_owned()).chain((2..).map(|number| format!("ca-{number}")));
        let anchors = aliases.zip(self.certificates(Part::Root));
        let entry =
            |(alias, anchor): (String, &Certificate)| Entry { alias, content: Content::Trusted(anchor.clone()) };
        self.encode(format, anchors.map(entry).collect())
    }

    fn encode(&self, format: StoreFormat, entries: Vec<Entry>) -> Result<Zeroizing<Vec<u8>>, TargetError> {
        let Some(password) = self.credentials.store_password else {
            return Err(TargetError::Missing("the password of the keystore is needed and not given".to_owned()));
        };
        let encoding = Encoding {
            format: format.into(),
            preset: self.credentials.preset,
            store_password: Some(password),
            key_password: None,
            created: self.subject.at,
        };
        Ok(encode(&Keystore { entries }, &encoding)?)
    }
}

/// The key as OpenSSL wrote keys before PKCS#8: PKCS#1 or SEC1.
fn traditional(key: &PrivateKey) -> Result<Zeroizing<Vec<u8>>, TargetError> {
    let container = match key.public_key().kind() {
        KeyKind::Rsa(_) => KeyContainer::Pkcs1,
        _ => KeyContainer::Sec1,
    };
    Ok(key.encode(KeyFormat { encoding: KeyEncoding::Pem, container }, None)?)
}

fn check_key(key: &PrivateKey, certificate: &Certificate) -> Result<(), TargetError> {
    let public = certificate.public_key()?;
    // Two encodings of one key are one key: RSA without NULL parameters, say.
    if public.subject_public_key() == key.public_key().subject_public_key() {
        Ok(())
    } else {
        Err(TargetError::KeyMismatch)
    }
}

fn describe(file: &FileConfig, subject: Option<&Subject<'_>>) -> String {
    let without_chain = subject.is_some_and(|subject| subject.intermediates.is_empty());
    let is_root = subject.is_some_and(|subject| subject.root.der() == subject.certificate.der());
    if let Some(what) = &file.what {
        return what.clone();
    }
    if file.keystore.is_some() {
        return "private key, certificate, intermediates".to_owned();
    }
    if file.truststore.is_some() {
        return "root".to_owned();
    }
    let words = file.holds.iter().filter_map(|part| match part {
        Part::Cert => Some("certificate"),
        Part::Chain if without_chain => None,
        Part::Chain => Some("intermediates"),
        Part::Key => Some("private key (PKCS#8)"),
        Part::KeyTraditional => Some("private key (PKCS#1 or SEC1)"),
        Part::Root if is_root && file.holds.contains(&Part::Cert) => None,
        Part::Root => Some("root"),
    });
    words.collect::<Vec<_>>().join(", ")
}
