//! Where a keystore or truststore is written, and in what form.

use std::path::Path;

use clap::ValueEnum;
use zeroize::Zeroizing;

use crate::cli::{CliError, Context, files};
use crate::container::{self, Encoding, Format, Keystore, Preset};
use crate::keys::Secret;

/// Largest keystore that is read, in bytes.
pub(in crate::cli::commands) const MAX_SIZE: usize = 8 << 20;

/// A format of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli::commands) enum FormatName {
    /// PKCS#12: Java, Windows, browsers, Node, OpenSSL
    P12,
    /// Java's own format, for JDK 8 and older tools
    Jks,
    /// PEM text
    Pem,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::P12 => Self::Pkcs12,
            FormatName::Jks => Self::Jks,
            FormatName::Pem => Self::Pem,
        }
    }
}

/// The encryption of PKCS#12.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli::commands) enum PresetName {
    /// AES-256, PBKDF2 and HMAC with SHA-256: what is safe, and read since about 2020
    Modern,
    /// 3DES and SHA-1: Windows Server 2016, macOS keychains, JDK 8 before update 301
    #[value(name = "3des")]
    TripleDes,
    /// RC2 with 40 bits, which protects nothing: what reads nothing else
    Rc2,
}

impl From<PresetName> for Preset {
    fn from(name: PresetName) -> Self {
        match name {
            PresetName::Modern => Self::Modern,
            PresetName::TripleDes => Self::TripleDes,
            PresetName::Rc2 => Self::Rc2,
        }
    }
}

/// The format that was asked for, else the one that the file's ending stands for.
///
/// # Errors
/// Exit 2 when nothing says which.
pub(in crate::cli::commands) fn format_of(path: &Path, asked: Option<Format>) -> Result<Format, CliError> {
    let guessed = || path.extension().and_then(|extension| Format::of_extension(&extension.to_string_lossy()));
    asked.or_else(guessed).ok_or_else(|| {
        CliError::usage(format!("the name {} does not say in which format to write", path.display()))
            .hint("say --format p12, jks or pem, or give it the ending .p12, .pfx, .jks or .pem")
    })
}

/// The preset for a format; only PKCS#12 has any.
///
/// # Errors
/// Exit 2 when one is asked for another format.
pub(in crate::cli::commands) fn preset_of(
    cx: &mut Context,
    format: Format,
    asked: Option<PresetName>,
) -> Result<Preset, CliError> {
    let preset = asked.map(Preset::from).unwrap_or_default();
    if asked.is_some() && format != Format::Pkcs12 {
        return Err(CliError::usage(format!("--preset is about the encryption of PKCS#12, and {format} is written"))
            .hint("leave --preset out, or say --format p12"));
    }
    if preset == Preset::Rc2 {
        cx.ui.warn("the preset rc2 has 40 bits of key: whoever has the file has what is in it");
    }
    Ok(preset)
}

/// Writes a keystore and reads it again from where it was written.
///
/// # Errors
/// What cannot be written, with the way out; exit 1 when the file exists.
pub(in crate::cli::commands) fn write(
    cx: &mut Context,
    keystore: &Keystore,
    encoding: &Encoding<'_>,
    out: &Path,
    secret: bool,
    force: bool,
) -> Result<(), CliError> {
    let bytes = container::encode(keystore, encoding)?;
    files::write(cx, out, &bytes, secret, force)?;
    if files::is_regular(out) {
        let written: Zeroizing<Vec<u8>> = files::read_again(out, MAX_SIZE)?;
        if written != bytes {
            return Err(CliError::failed(format!("{} does not hold what was written to it", out.display()))
                .hint("remove it; the disk or the file system is failing, or something else writes there"));
        }
    }
    Ok(())
}

/// Warns about passwords that a program could not take.
pub(in crate::cli::commands) fn warn_short(cx: &mut Context, password: &Secret, what: &str) {
    if !password.is_empty() && password.expose().len() < 6 {
        cx.ui.warn(&format!("the {what} is shorter than 6 characters, which keytool takes for none when it writes"));
    }
}
