//! `dev --for`: the files of programs beside the PEM, each program's in a directory of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::cli::commands::export::report::FileReport;
use crate::cli::commands::export::subject::Exported;
use crate::cli::files::{self, OutputFile, digest, places};
use crate::cli::{CliError, Context};
use crate::container::target::{Built, Credentials, Layout, Subject, Target, TargetError, Variables};
use crate::container::{self, OpenedContent, Passwords, Preset};
use crate::keys::Secret;
use crate::x509::{Certificate, pem};

/// Largest such file that is read, in bytes.
const MAX_SIZE: usize = 8 << 20;

/// The variable that configurations take the password of keystores from.
pub(super) const PASSWORD_VARIABLE: &str = "KEYSTORE_PASSWORD";

/// A program, with the part that the certificate plays for it: `nginx`, `postgres:client`.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    target: Target,
    role: Option<String>,
    format: Option<String>,
    variables: BTreeMap<String, String>,
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, role) = text.split_once(':').map_or((text, None), |(name, role)| (name, Some(role)));
        let target = Target::get(name).map_err(|error| format!("{error}; \"certwright export --list\" shows them"))?;
        if target.layouts().all(|layout| layout.wants_authority()) {
            return Err(format!(
                "{name} reads the files of an authority: certwright authority create, then certwright export --for {name}"
            ));
        }
        if let Some(role) = role.filter(|role| !target.roles().contains(role)) {
            let roles = target.roles().join(", ");
            return Err(format!("{name} has no role {}; it has {roles}", crate::x509::escape(role)));
        }
        Ok(Self { target, role: role.map(str::to_owned), format: None, variables: BTreeMap::new() })
    }
}

/// What became of the files of a program.
#[derive(Debug, Serialize)]
pub(super) struct TargetReport {
    target: &'static str,
    role: String,
    format: String,
    directory: String,
    /// Whether they were written now; else they were there as they should be.
    written: bool,
    files: Vec<FileReport>,
    /// Configuration to paste.
    snippet: String,
    #[serde(skip)]
    has_keystore: bool,
}

impl Wanted {
    /// Whether its files depend on a variable.
    pub(super) fn has_variable(&self, name: &str) -> bool {
        self.target.variables().any(|(known, ..)| known == name)
    }

    /// In another format than the first, and with those of the variables that it has.
    #[must_use]
    pub(super) fn with(mut self, format: Option<&str>, variables: &BTreeMap<String, String>) -> Self {
        self.format = format.map(str::to_owned);
        self.variables = variables.clone();
        let known: Vec<String> = self.target.variables().map(|(known, ..)| known.to_owned()).collect();
        self.variables.retain(|name, _| known.contains(name));
        self
    }

    /// Where its files go: `certs/nginx`, `certs/postgres-client`.
    pub(super) fn directory(&self, out: &Path) -> PathBuf {
        match &self.role {
            None => out.join(self.target.name()),
            Some(role) => out.join(format!("{}-{role}", self.target.name())),
        }
    }

    /// Whether a keystore is among its files, in the form that it is given here.
    pub(super) fn takes_password(&self) -> bool {
        let mut roles: Vec<&str> = self.target.roles();
        roles.retain(|role| self.role.as_deref().is_none_or(|wanted| wanted == *role));
        let is_wanted = |layout: &Layout<'_>| self.format.as_deref().is_none_or(|wanted| wanted == layout.format());
        let mut firsts = roles
            .iter()
            .filter_map(|role| self.target.layouts().find(|layout| layout.role() == *role && is_wanted(layout)));
        firsts.any(|layout| layout.store_format().is_some())
    }

    /// The layout for a certificate: of several roles that fit, the first.
    ///
    /// # Errors
    /// Exit 4 when the program cannot use the certificate.
    fn layout(&self, subject: &Subject<'_>, out: &Path) -> Result<(Layout<'_>, Variables), CliError> {
        let dir = places::absolute(&self.directory(out))?.display().to_string();
        let given = &self.variables;
        let choose = |role| self.target.choose(subject, role, self.format.as_deref(), given, &dir);
        let layout = match (choose(self.role.as_deref()), self.target.roles().first()) {
            (Err(TargetError::Choice(_)), Some(first)) => choose(Some(first))?,
            (chosen, _) => chosen?,
        };
        let variables = layout.variables(given, subject, &dir)?;
        let misfits = layout.misfits(subject, &variables)?;
        if misfits.is_empty() {
            return Ok((layout, variables));
        }
        Err(CliError::from(TargetError::Misfit(misfits)).about(format_args!("not for {layout}")).hint(format!(
            "give the names that it needs as NAME…; \"certwright export --show {}\" shows what it needs of a certificate",
            self.target.name()
        )))
    }

    /// The files that a certificate will be written to. Refuses one that the program could not use.
    ///
    /// # Errors
    /// Exit 4 with the reasons; 1 when something else has the directory's name.
    pub(super) fn plan(&self, subject: &Subject<'_>, out: &Path) -> Result<Vec<PathBuf>, CliError> {
        let (layout, variables) = self.layout(subject, out)?;
        let dir = self.directory(out);
        if places::is_there(&dir) && !places::is_directory(&dir) {
            return Err(CliError::failed(format!(
                "{} is no directory, and the files for {layout} go into one",
                dir.display()
            ))
            .hint("move it away, or name another directory with --out"));
        }
        Ok(layout.plan(subject, &variables)?.into_iter().map(|file| dir.join(file.name)).collect())
    }

    /// Writes the files for a certificate of the store, unless they are there as they should be.
    ///
    /// # Errors
    /// Exit 4 when the program cannot use the certificate.
    pub(super) fn bring_up(
        &self,
        cx: &mut Context,
        out: &Path,
        exported: &Exported,
        password: &Secret,
    ) -> Result<TargetReport, CliError> {
        let dir = self.directory(out);
        let subject = exported.subject(cx.now());
        let (layout, variables) = self.layout(&subject, out)?;
        let built = build(cx, exported, &layout, &variables, password)?;
        let written = defect(&dir, &built, password)?.is_some();
        if written {
            let output = |file: &container::target::BuiltFile| OutputFile {
                name: file.plan.name.clone(),
                bytes: file.bytes.clone(),
                secret: file.plan.secret,
            };
            files::write_public_set(&dir, &built.files.iter().map(output).collect::<Vec<_>>(), true)?;
            files::remove_chains(&dir, &layout.unneeded(&subject, &variables)?)?;
            cx.ui.say(&format!("wrote the files for {layout}: {}", dir.display()));
        }
        Ok(TargetReport {
            target: layout.target_name(),
            role: layout.role().to_owned(),
            format: layout.format().to_owned(),
            directory: dir.display().to_string(),
            written,
            files: built.files.into_iter().map(|file| FileReport::new(&dir, file.plan)).collect(),
            snippet: built.snippet,
            has_keystore: layout.store_format().is_some(),
        })
    }

    /// What is not as it should be with the files for a certificate of the store.
    ///
    /// # Errors
    /// As [`Wanted::bring_up`].
    pub(super) fn defect(
        &self,
        cx: &mut Context,
        out: &Path,
        exported: &Exported,
        password: &Secret,
    ) -> Result<Option<String>, CliError> {
        let (layout, variables) = self.layout(&exported.subject(cx.now()), out)?;
        let built = build(cx, exported, &layout, &variables, password)?;
        defect(&self.directory(out), &built, password)
    }
}

impl TargetReport {
    /// What to paste, where the files were written.
    pub(super) fn lines(&self) -> impl Iterator<Item = &str> {
        let lines = std::iter::once("").chain(self.snippet.lines());
        lines.filter(|_| self.written)
    }

    /// Whether a keystore was written.
    pub(super) fn wrote_keystore(&self) -> bool {
        self.written && self.has_keystore
    }

    /// Whether what is to be pasted takes the password of the keystores from the environment.
    pub(super) fn reads_password(&self) -> bool {
        self.snippet.contains(PASSWORD_VARIABLE)
    }
}

/// What `--for` takes for the directories of programs that lie there already, and these; but for the ones that are wanted.
pub(super) fn there(out: &Path, but: &[Wanted]) -> Vec<(String, PathBuf)> {
    let but: Vec<PathBuf> = but.iter().map(|wanted| wanted.directory(out)).collect();
    let mut found = Vec::new();
    for target in Target::names().filter_map(|name| Target::get(name).ok()) {
        let roles = target.roles().into_iter().map(|role| Some(role.to_owned())).collect::<Vec<_>>();
        for role in std::iter::once(None).chain(roles) {
            let word =
                role.as_ref().map_or_else(|| target.name().to_owned(), |role| format!("{}:{role}", target.name()));
            let wanted = Wanted { target: target.clone(), role, format: None, variables: BTreeMap::new() };
            let directory = wanted.directory(out);
            if places::is_directory(&directory) && !but.contains(&directory) {
                found.push((word, directory));
            }
        }
    }
    found
}

fn build(
    cx: &mut Context,
    exported: &Exported,
    layout: &Layout<'_>,
    variables: &Variables,
    password: &Secret,
) -> Result<Built, CliError> {
    let key = if layout.needs_key() { Some(exported.key(cx, None, None)?) } else { None };
    let store_password = layout.store_format().map(|_| password);
    let credentials = Credentials { key: key.as_ref(), store_password, preset: Preset::default() };
    Ok(layout.build(&exported.subject(cx.now()), variables, &credentials)?)
}

/// What keeps the files from being those that would be written. No two keystores are the same, octet by octet: what is in them
/// is.
fn defect(dir: &Path, built: &Built, password: &Secret) -> Result<Option<String>, CliError> {
    for file in &built.files {
        let path = dir.join(&file.plan.name);
        let same = match files::read_if_file(&path, MAX_SIZE)? {
            None => false,
            Some(found) if !container::is_keystore(&file.bytes) => *found == *file.bytes,
            Some(found) => {
                let (wanted, found) = (opened(&file.bytes, password), opened(&found, password));
                wanted.is_some() && wanted == found
            }
        };
        if !same {
            return Ok(Some(format!("the files in {} are not those of the certificate", dir.display())));
        }
        if file.plan.secret && digest::is_loose(&path) {
            return Ok(Some(format!("{} is open to others", path.display())));
        }
    }
    Ok(None)
}

/// The certificates in a file: PEM, PEM in base64 (as in the secrets of Kubernetes), or a keystore.
pub(super) fn certificates(bytes: &[u8], passwords: &[&Secret]) -> Vec<Certificate> {
    if container::is_keystore(bytes) {
        return passwords.iter().find_map(|password| opened(bytes, password)).unwrap_or_default();
    }
    let read = |bytes: &[u8]| pem::read_certificates(bytes).unwrap_or_default();
    let is_base64 = |octet: &u8| octet.is_ascii_alphanumeric() || b"+/=".contains(octet);
    let words = bytes.split(|octet| !is_base64(octet)).filter(|word| word.len() > 200);
    let inner = words.filter_map(|word| STANDARD.decode(word).ok()).flat_map(|inner| read(&inner));
    read(bytes).into_iter().chain(inner).collect()
}

/// The certificates in a keystore, those of keys with their chains.
fn opened(bytes: &[u8], password: &Secret) -> Option<Vec<Certificate>> {
    let opened = container::open(bytes, &Passwords { store: Some(password), key: None }).ok()?;
    let certificates = opened.entries.into_iter().flat_map(|entry| match entry.content {
        OpenedContent::Key { chain, .. } => chain,
        OpenedContent::Certificate { certificate, .. } => vec![certificate],
    });
    Some(certificates.collect())
}

/// That there is a password for keystores that nobody asked for.
pub(super) fn no_keystores() -> CliError {
    CliError::usage("--storepass is about keystores, and none is asked for")
        .hint("add --keystores, or --for a program that reads one, such as java")
}
