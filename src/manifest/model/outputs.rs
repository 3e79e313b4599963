//! Truststores, CRLs and revocations, as a manifest describes them.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use time::OffsetDateTime;

use crate::container::{Format, Preset};
use crate::manifest::field;
use crate::x509::RevocationReason;

/// A file of anchors, or a directory of them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a map with \"to\"")]
pub struct Truststore {
    /// The file, or the directory.
    pub to: PathBuf,
    /// Authorities, whose roots are taken; all that the manifest describes if nothing is said.
    pub authorities: Vec<String>,
    /// Files with further certificates.
    pub files: Vec<PathBuf>,
    /// The format; by the ending of the file if nothing is said.
    #[serde(deserialize_with = "field::trust_format")]
    pub format: Option<TrustFormat>,
    /// How PKCS#12 is encrypted.
    #[serde(deserialize_with = "field::preset")]
    pub preset: Option<Preset>,
    /// The password; `changeit` if nothing is said, since a truststore holds no secret.
    pub storepass: Option<String>,
}

/// Where CRLs are published.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a map with \"to\"")]
pub struct CrlOutput {
    /// The directory.
    pub to: PathBuf,
    /// Whose CRLs; those of all authorities that the manifest describes if nothing is said.
    pub authorities: Vec<String>,
}

/// What is revoked: all certificates of a name, or the one with a serial.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a map with \"certificate\" or \"serial\"")]
pub struct Revocation {
    /// A name: every certificate of it that has not expired.
    pub certificate: Option<String>,
    /// A serial.
    #[serde(deserialize_with = "field::serial")]
    pub serial: Option<String>,
    /// Why; `unspecified` if nothing is said.
    #[serde(deserialize_with = "field::reason")]
    pub reason: Option<RevocationReason>,
    /// When the key is thought to have been compromised.
    #[serde(deserialize_with = "field::instant")]
    pub invalidity_date: Option<OffsetDateTime>,
}

/// The format of a keystore or truststore.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreFormat(pub Format);

impl StoreFormat {
    /// The words for them.
    pub const WORDS: [&str; 3] = ["p12", "jks", "pem"];

    /// The format that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(Self(match word {
            "p12" => Format::Pkcs12,
            "jks" => Format::Jks,
            "pem" => Format::Pem,
            _ => return None,
        }))
    }
}

/// The format of a truststore.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrustFormat {
    /// One file.
    File(Format),
    /// OpenSSL's directory, a file for each anchor.
    Hashed,
}

impl TrustFormat {
    /// The words for them.
    pub const WORDS: [&str; 4] = ["p12", "jks", "pem", "hashed"];
    /// The name of OpenSSL's directories.
    const HASHED: &str = "hashed";

    /// The format that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            Self::HASHED => Some(Self::Hashed),
            word => StoreFormat::from_word(word).map(|format| Self::File(format.0)),
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::File(Format::Pkcs12) => "p12",
            Self::File(Format::Jks) => "jks",
            Self::File(Format::Pem) => "pem",
            Self::Hashed => Self::HASHED,
        }
    }

    /// Its name, as the store records it.
    pub fn name(self) -> &'static str {
        match self {
            Self::File(format) => format.name(),
            Self::Hashed => Self::HASHED,
        }
    }
}

/// The format of a keystore or truststore: the one that is said, else that of the file's ending.
pub(in crate::manifest) fn format_of(path: &Path, said: Option<StoreFormat>) -> Option<Format> {
    let ending = || path.extension().and_then(|ending| Format::of_extension(&ending.to_string_lossy()));
    said.map(|format| format.0).or_else(ending)
}
