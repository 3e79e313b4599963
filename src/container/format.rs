//! The formats, how they are told apart, and the encryption that PKCS#12 is written with.

use std::fmt;

/// A format that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Java's own format, for what cannot read PKCS#12.
    Jks,
    /// PEM text: a key with its chain, or anchors.
    Pem,
    /// PKCS#12, RFC 7292.
    Pkcs12,
}

impl Format {
    /// The format that a file name's extension stands for: `p12` and `pfx`, `jks`, `pem` and `crt`.
    pub fn of_extension(extension: &str) -> Option<Self> {
        Some(match extension.to_ascii_lowercase().as_str() {
            "p12" | "pfx" => Self::Pkcs12,
            "jks" => Self::Jks,
            "pem" | "crt" => Self::Pem,
            _ => return None,
        })
    }

    /// The one with this name: see [`Format::name`].
    pub fn named(name: &str) -> Option<Self> {
        [Self::Jks, Self::Pem, Self::Pkcs12].into_iter().find(|format| format.name() == name)
    }

    /// The name people know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jks => "JKS",
            Self::Pem => "PEM",
            Self::Pkcs12 => "PKCS#12",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a PKCS#12 file is encrypted and authenticated: what is safe, or what an old reader understands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Preset {
    /// `modern`: PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC, HMAC-SHA-256. Everything since about 2020.
    #[default]
    Modern,
    /// `3des`: 3DES-CBC and HMAC-SHA-1. Windows Server 2016, macOS keychains, JDK 8 before update 301.
    TripleDes,
    /// `rc2`: RC2-CBC with 40 bits and HMAC-SHA-1, which protects nothing. What reads nothing else.
    Rc2,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 3] = [Self::Modern, Self::TripleDes, Self::Rc2];

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.name() == name)
    }

    /// The name it is asked for by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Modern => "modern",
            Self::TripleDes => "3des",
            Self::Rc2 => "rc2",
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
