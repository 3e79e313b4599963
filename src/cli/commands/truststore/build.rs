//! `certwright truststore build`.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::PossibleValue;
use serde::Serialize;

use super::anchors::Anchors;
use super::{CUSTOMARY, hashed};
use crate::cli::commands::inspect::keystore::EntryFacts;
use crate::cli::commands::keystore::target::{self, PresetName};
use crate::cli::{CliError, Context, Exit, SecretSource, files};
use crate::container::{Encoding, Format, Keystore};
use crate::keys::Secret;
use crate::manifest::TrustFormat;

const EXAMPLES: &str = "\
certwright truststore build --out truststore.p12                    # the roots of the store
certwright truststore build root partner.pem --out truststore.jks --storepass file:store.pass
certwright truststore build --system corp-root.pem --out cacerts.p12
certwright truststore build --out anchors.pem
certwright truststore build --format hashed --out /etc/my-app/certs # OpenSSL's -CApath";

/// Write anchors as a truststore
///
/// Without AUTHORITY and FILE: the roots of every authority in the store. An authority stands for the root above it; where it
/// was followed by a new one, the older root is included while it is valid. The same certificate is written once, and every
/// anchor gets an alias of its own.
///
/// Anchors are no secret: the password is "changeit", as Java has it, unless --storepass says otherwise.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// Authorities of the store, and files with certificates (a path with a slash, or an ending such as .pem)
    #[arg(value_name = "AUTHORITY|FILE")]
    sources: Vec<String>,
    /// Add the anchors of this system
    #[arg(long)]
    system: bool,
    /// Write the truststore here (a directory for hashed); - is standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The format [default: by the ending of FILE]
    #[arg(long, value_name = "FORMAT")]
    format: Option<TrustFormat>,
    /// How PKCS#12 is encrypted [default: modern]
    #[arg(long, value_name = "PRESET")]
    preset: Option<PresetName>,
    /// Where the password comes from [default: pass:changeit]
    #[arg(long, value_name = "SRC")]
    storepass: Option<SecretSource>,
    /// Replace files that exist
    #[arg(long)]
    force: bool,
}

impl ValueEnum for TrustFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::File(Format::Pkcs12), Self::File(Format::Jks), Self::File(Format::Pem), Self::Hashed]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::File(Format::Pkcs12) => "PKCS#12 with Oracle's mark, so that Java sees the anchors",
            Self::File(Format::Jks) => "Java's own format, for JDK 8 and older tools",
            Self::File(Format::Pem) => "A bundle: one certificate after the other",
            Self::Hashed => "OpenSSL's directory, a file for each anchor",
        };
        Some(PossibleValue::new(self.word()).help(help))
    }
}

/// `certwright/truststore-build/1`.
#[derive(Serialize)]
struct Report {
    file: String,
    format: &'static str,
    preset: Option<&'static str>,
    entries: Vec<EntryFacts>,
}

impl Args {
    /// Writes the truststore.
    ///
    /// # Errors
    /// Exit 1 when the file exists or there is no anchor.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let format = match self.format {
            Some(TrustFormat::Hashed) => None,
            Some(TrustFormat::File(format)) => Some(format),
            None => Some(target::format_of(&self.out, None)?),
        };
        if format.is_none() && self.storepass.is_some() {
            return Err(CliError::usage("anchors in a hashed directory have no password")
                .hint("leave --storepass out, or choose --format p12 or jks"));
        }
        if format.is_some() {
            let read: Vec<_> = self.sources.iter().filter(|source| is_file(source)).map(Path::new).collect();
            files::check_outputs(cx, &[&self.out], &read, self.force)?;
        }
        let anchors = self.anchors(cx)?;
        let expired = anchors.certificates().filter(|anchor| anchor.not_after < cx.now()).count();
        if expired > 0 {
            cx.ui.warn(&format!("{expired} of the anchors have expired: what hangs on them is trusted by none"));
        }
        let (name, preset, keystore) = match format {
            None => {
                hashed::write(cx, &self.out, anchors.certificates(), self.force)?;
                ("hashed", None, Keystore { entries: anchors.into_entries() })
            }
            Some(format) => {
                let keystore = Keystore { entries: anchors.into_entries() };
                let preset = self.write(cx, format, &keystore)?;
                (format.name(), preset, keystore)
            }
        };
        let now = cx.now();
        if !files::is_standard_stream(&self.out) {
            let count = keystore.entries.len();
            let anchors = if count == 1 { "anchor" } else { "anchors" };
            cx.ui.say(&format!("written to {}: {name}, {count} {anchors}", self.out.display()));
        }
        let entries = if cx.ui.is_json() {
            keystore.entries.iter().map(|entry| EntryFacts::new(entry, now)).collect()
        } else {
            Vec::new()
        };
        cx.ui.json(
            "truststore-build",
            &Report { file: self.out.display().to_string(), format: name, preset, entries },
        )?;
        Ok(Exit::Done)
    }

    fn anchors(&self, cx: &mut Context) -> Result<Anchors, CliError> {
        let mut anchors = Anchors::default();
        let mut state = None;
        if self.sources.is_empty() && !self.system || self.sources.iter().any(|source| !is_file(source)) {
            state = Some(cx.open_store()?.read()?);
        }
        for source in &self.sources {
            match &state {
                Some(state) if !is_file(source) => anchors.add_authority(cx, state, source)?,
                _ => anchors.add_file(cx, Path::new(source))?,
            }
        }
        if let (true, Some(state)) = (self.sources.is_empty(), &state) {
            anchors.add_store(cx, state)?;
        }
        if self.system {
            anchors.add_system(cx)?;
        }
        if anchors.certificates().next().is_none() {
            return Err(CliError::failed("there is no anchor to write: the store has no authority")
                .hint("make one with \"certwright init\", or name a file with certificates"));
        }
        Ok(anchors)
    }

    fn write(&self, cx: &mut Context, format: Format, keystore: &Keystore) -> Result<Option<&'static str>, CliError> {
        let preset = target::preset_of(cx, format, self.preset)?;
        let password = match &self.storepass {
            Some(_) if format == Format::Pem => {
                return Err(CliError::usage("anchors in PEM have no password").hint("leave --storepass out"));
            }
            Some(source) => {
                let what = format!("password for {}", self.out.display());
                let password = cx.password(Some(source), &what, "--storepass", true)?;
                target::warn_short(cx, &password, &what);
                password
            }
            None => Secret::new(CUSTOMARY),
        };
        let encoding = Encoding {
            format,
            preset,
            store_password: (format != Format::Pem).then_some(&password),
            key_password: None,
            created: cx.now(),
        };
        target::write(cx, keystore, &encoding, &self.out, false, self.force)?;
        Ok((format == Format::Pkcs12).then(|| preset.name()))
    }
}

/// Whether an argument names a file, and no authority of the store.
fn is_file(text: &str) -> bool {
    let endings = ["pem", "crt", "cer", "der"];
    let ending = Path::new(text).extension();
    text.contains('/') || ending.is_some_and(|ending| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}
