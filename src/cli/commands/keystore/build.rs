//! `certwright keystore build`.

use std::path::PathBuf;

use serde::Serialize;

use super::source::{LooseArgs, Source, from_store};
use super::target::{self, FormatName, PresetName};
use crate::cli::commands::delivery;
use crate::cli::commands::inspect::keystore::EntryFacts;
use crate::cli::{CliError, Context, Exit, SecretSource, files};
use crate::container::{Content, Encoding, Entry, Format, Keystore, gap};
use crate::keys::Secret;
use crate::store::{DeliveryForm, DeliveryRecord};

const EXAMPLES: &str = "\
certwright keystore build www.corp.test --out keystore.p12 --storepass file:store.pass
certwright keystore build www.corp.test --out keystore.jks --storepass env:PASS --keypass env:KEY
certwright keystore build www api --alias web --alias api --out both.p12 --storepass prompt
certwright keystore build www.corp.test --out old.pfx --preset 3des --storepass file:store.pass
certwright keystore build --cert web.crt --key web.key --out web.p12 --storepass env:PASS
certwright keystore build kafka --out kafka.pem      # the key, unencrypted, then the chain";

/// Write private keys with their certificates as a keystore
///
/// A name means the newest certificate of that name in the store; a serial or a certificate file means that one. Each entry has
/// its chain without the root, which those who verify have as their anchor: --include-root adds it, as keytool does. The file
/// has mode 0600, is read again and compared before success is said.
///
/// The password is needed for PKCS#12 and JKS, where Java wants ASCII and PKCS#12 has only one. A PEM file has the key
/// unencrypted unless --storepass is given.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// Names, serials, certificate files or authorities of the store
    #[arg(value_name = "REF", required_unless_present = "cert")]
    references: Vec<String>,
    /// Write the keystore here; - is standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The format [default: by the ending of FILE]
    #[arg(long, value_name = "FORMAT")]
    format: Option<FormatName>,
    /// How PKCS#12 is encrypted [default: modern]
    #[arg(long, value_name = "PRESET")]
    preset: Option<PresetName>,
    /// Where the password of the file comes from
    #[arg(long, value_name = "SRC")]
    storepass: Option<SecretSource>,
    /// Where another password for the keys comes from; JKS only
    #[arg(long, value_name = "SRC")]
    keypass: Option<SecretSource>,
    /// The alias of each entry, in order [default: its name in the store]
    #[arg(long = "alias", value_name = "ALIAS")]
    aliases: Vec<String>,
    /// Put the root at the end of each chain
    #[arg(long)]
    include_root: bool,
    /// Replace a file that exists
    #[arg(long)]
    force: bool,
    /// A key and its certificate from files.
    #[command(flatten, next_help_heading = "From files instead of the store")]
    loose: LooseArgs,
}

/// `certwright/keystore-build/1`.
#[derive(Serialize)]
struct Report {
    file: String,
    format: &'static str,
    preset: Option<&'static str>,
    entries: Vec<EntryFacts>,
}

impl Args {
    /// Writes the keystore.
    ///
    /// # Errors
    /// Exit 1 when the file exists or what was asked cannot be written; 2 when no password can be had.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let format = target::format_of(&self.out, self.format.map(Format::from))?;
        let preset = target::preset_of(cx, format, self.preset)?;
        files::check_outputs(cx, &[&self.out], &self.loose.files().collect::<Vec<_>>(), self.force)?;
        let sources = self.sources(cx)?;
        let issued: Vec<_> = sources.iter().filter_map(|source| source.issued.clone()).collect();
        for name in sources.iter().filter(|source| source.authority).map(|source| &source.name) {
            cx.ui.warn(&format!(
                "the private key of authority {name} leaves the store: whoever opens {} can sign in its name",
                self.out.display()
            ));
        }
        let keystore = Keystore { entries: self.entries(cx, sources)? };
        let (store_password, key_password) = self.passwords(cx, format)?;
        let encoding = Encoding {
            format,
            preset,
            store_password: store_password.as_ref(),
            key_password: key_password.as_ref(),
            created: cx.now(),
        };
        target::write(cx, &keystore, &encoding, &self.out, true, self.force)?;
        self.deliver(cx, &issued, &keystore, &encoding)?;
        let now = cx.now();
        let report = Report {
            file: self.out.display().to_string(),
            format: format.name(),
            preset: (format == Format::Pkcs12).then(|| preset.name()),
            entries: keystore.entries.iter().map(|entry| EntryFacts::new(entry, now)).collect(),
        };
        if !files::is_standard_stream(&self.out) {
            let protected = if store_password.is_none() { ", the key unencrypted" } else { "" };
            cx.ui.say(&format!("written to {}: {}{protected}", self.out.display(), format.name()));
            for entry in &report.entries {
                cx.ui.say(&entry.summary());
            }
        }
        cx.ui.json("keystore-build", &report)?;
        Ok(Exit::Done)
    }

    /// Records what a renewal has to write again.
    fn deliver(
        &self,
        cx: &mut Context,
        issued: &[(String, String)],
        keystore: &Keystore,
        encoding: &Encoding<'_>,
    ) -> Result<(), CliError> {
        let ([(lineage, serial)], [entry]) = (issued, keystore.entries.as_slice()) else {
            if !issued.is_empty() {
                cx.ui.say("renewals do not bring a keystore of several entries up to date: build it again after them");
            }
            return Ok(());
        };
        let form = DeliveryForm::Keystore {
            format: encoding.format.name().to_owned(),
            preset: (encoding.format == Format::Pkcs12).then(|| encoding.preset.name().to_owned()),
            alias: entry.alias.clone(),
            include_root: self.include_root,
            protected: encoding.store_password.is_some(),
            key_password: encoding.key_password.is_some(),
        };
        let delivery = delivery::delivery(&self.out, "", form);
        let delivery =
            delivery.map(|delivery| DeliveryRecord { lineage: lineage.clone(), serial: serial.clone(), ..delivery });
        let store = cx.open_store()?;
        let state = store.read()?;
        delivery::record(cx, &store, state, delivery);
        Ok(())
    }

    fn sources(&self, cx: &mut Context) -> Result<Vec<Source>, CliError> {
        let mut sources = Vec::new();
        if !self.references.is_empty() {
            let store = cx.open_store()?;
            let state = store.read()?;
            for text in &self.references {
                sources.push(from_store(cx, &store, &state, text)?);
            }
        }
        sources.extend(self.loose.read(cx)?);
        Ok(sources)
    }

    /// Names the entries and cuts their chains.
    fn entries(&self, cx: &mut Context, sources: Vec<Source>) -> Result<Vec<Entry>, CliError> {
        if !self.aliases.is_empty() && self.aliases.len() != sources.len() {
            return Err(CliError::usage(format!("{} aliases for {} entries", self.aliases.len(), sources.len()))
                .hint("give --alias once for each entry, in their order, or not at all"));
        }
        let mut aliases = self.aliases.iter().cloned().map(Some).chain(std::iter::repeat(None));
        let mut entries = Vec::with_capacity(sources.len());
        for Source { name, key, mut chain, .. } in sources {
            if let Some(missing) = gap(&chain) {
                cx.ui.warn(&format!(
                    "the chain of {name} is incomplete: the certificate of {missing} is not known here, and a reader that \
                     does not have it cannot use this one"
                ));
            }
            if !self.include_root && chain.len() > 1 && chain.last().is_some_and(crate::x509::Certificate::is_root) {
                chain.pop();
            }
            let alias = aliases.next().flatten().unwrap_or(name);
            entries.push(Entry { alias, content: Content::Key { key, chain } });
        }
        Ok(entries)
    }

    fn passwords(&self, cx: &mut Context, format: Format) -> Result<(Option<Secret>, Option<Secret>), CliError> {
        if self.keypass.is_some() && format != Format::Jks {
            return Err(CliError::usage(format!(
                "--keypass is for JKS: a key in {format} has the password of the file"
            ))
            .hint("leave --keypass out, or say --format jks"));
        }
        if format == Format::Pem && self.storepass.is_none() {
            return Ok((None, None));
        }
        let what = format!("password for {}", self.out.display());
        let store = cx.password(self.storepass.as_ref(), &what, "--storepass", true)?;
        target::warn_short(cx, &store, &what);
        let key = match &self.keypass {
            Some(source) => {
                let what = format!("password for the keys in {}", self.out.display());
                Some(cx.password(Some(source), &what, "--keypass", true)?)
            }
            None => None,
        };
        Ok((Some(store), key))
    }
}
