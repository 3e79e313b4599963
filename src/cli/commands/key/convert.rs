//! `certwright key convert`.

use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use crate::cli::commands::inspect::facts::KeyFacts;
use crate::cli::commands::options::{about_key, with_passphrase};
use crate::cli::files::{self, places};
use crate::cli::{CliError, Context, Exit, SecretSource};
use crate::keys::{KeyContainer, KeyEncoding, KeyFile, KeyFormat, KeyOutline, KeyRules, Secret};

const EXAMPLES: &str = "\
certwright key convert old.key --out new.key --new-passphrase prompt      # another passphrase
certwright key convert api.key --out plain.key --no-passphrase            # decrypt
certwright key convert ec.key --to sec1 --no-passphrase --out ec-sec1.key
certwright key convert api.key --der --passphrase env:KEY_PASS --out api.der";

/// Largest file that is read, in bytes.
const MAX_SIZE: usize = 1 << 20;

/// Change the form of a private key, its encryption or its passphrase
///
/// Reads PKCS#8, PKCS#1 and SEC1 in PEM or DER, plain or under AES, 3DES, DES or RC2 as OpenSSL writes them. What is encrypted stays
/// encrypted, with the same passphrase unless --new-passphrase names another: it becomes plain only when --no-passphrase is
/// said. PKCS#1 and SEC1 have no encryption of their own, so an encrypted key needs --no-passphrase to get there.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// The key; - is standard input
    #[arg(value_name = "IN")]
    file: PathBuf,
    /// Write the key here; - is standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The structure of the new file
    #[arg(long, value_name = "FORM", default_value = "pkcs8")]
    to: Form,
    /// Write DER
    #[arg(long, conflicts_with = "pem")]
    der: bool,
    /// Write PEM, which is the default
    #[arg(long)]
    pem: bool,
    /// Encrypt the new file with this passphrase
    #[arg(long, value_name = "SRC", conflicts_with = "no_passphrase")]
    new_passphrase: Option<SecretSource>,
    /// Leave the new file unencrypted
    #[arg(long)]
    no_passphrase: bool,
    /// Replace a file that exists
    #[arg(long)]
    force: bool,
}

/// A structure that a key file may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// RSA keys only, unencrypted
    Pkcs1,
    /// Every key, encrypted or not
    Pkcs8,
    /// EC keys only, unencrypted
    Sec1,
}

/// `certwright/key-convert/1`.
#[derive(Serialize)]
struct Report {
    file: String,
    encrypted: bool,
    key: KeyFacts,
}

impl Args {
    /// Writes the key in its new form.
    ///
    /// # Errors
    /// Exit 1 when the key cannot be read or has no such form, 2 when it would become plain without anybody saying so.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        files::check_key_output(cx, &self.out, self.force)?;
        self.check_link()?;
        let bytes = files::read(cx, &self.file, MAX_SIZE)?;
        let shown = self.file.display().to_string();
        let outline = KeyOutline::read(&bytes).map_err(|error| about_key(&shown, error))?;
        let was_encrypted = outline.encryption.is_some();
        self.check_plain(was_encrypted)?;
        let what = format!("passphrase of {shown}");
        let mut old: Option<Secret> = None;
        let file = with_passphrase(cx, |prompt| {
            KeyFile::read(&bytes, &mut || {
                old = prompt(&what);
                old.clone()
            })
            .map_err(|error| about_key(&shown, error))
        })?;
        let secret = self.new_secret(cx, old)?;
        let encoding = if self.der { KeyEncoding::Der } else { KeyEncoding::Pem };
        let format = KeyFormat { encoding, container: self.to.container(secret.is_some()) };
        let encoded = file.key.encode(format, secret.as_ref()).map_err(|error| about_key(&shown, error))?;
        files::write_key(cx, &self.out, &encoded, self.force)?;
        self.tell(cx, was_encrypted, secret.is_some());
        if let Err(weakness) = file.key.public_key().check(&KeyRules::default()) {
            cx.ui.warn(&format!("{shown}: weak key: {weakness}"));
        }
        let report = Report {
            file: self.out.display().to_string(),
            encrypted: secret.is_some(),
            key: KeyFacts::new(file.key.public_key()),
        };
        cx.ui.json("key-convert", &report)?;
        Ok(Exit::Done)
    }

    /// Refuses to put a new file in the place of a link to the key: the key itself would stay as it is.
    fn check_link(&self) -> Result<(), CliError> {
        if files::is_standard_stream(&self.out) || files::is_standard_stream(&self.file) {
            return Ok(());
        }
        let (place, target) = (places::name_in_place(&self.out)?, places::located(&self.out)?);
        if place != target && target == places::located(&self.file)? {
            let what = format!("{} is a link to the key, which would stay as it is", self.out.display());
            return Err(CliError::usage(what).hint(format!("name the file that it leads to: {}", target.display())));
        }
        Ok(())
    }

    /// Refuses a form without encryption for what is or shall be encrypted.
    fn check_plain(&self, was_encrypted: bool) -> Result<(), CliError> {
        if self.to == Form::Pkcs8 || self.no_passphrase {
            return Ok(());
        }
        let name = if self.to == Form::Sec1 { "SEC1" } else { "PKCS#1" };
        if self.new_passphrase.is_some() {
            return Err(CliError::usage(format!("a key in {name} cannot be encrypted")).hint("PKCS#8 can: --to pkcs8"));
        }
        if was_encrypted {
            return Err(CliError::usage(format!(
                "{} is encrypted, and a key in {name} cannot be",
                self.file.display()
            ))
            .hint("say --no-passphrase to write it unencrypted, or keep it encrypted with --to pkcs8"));
        }
        Ok(())
    }

    fn new_secret(&self, cx: &mut Context, old: Option<Secret>) -> Result<Option<Secret>, CliError> {
        match &self.new_passphrase {
            _ if self.no_passphrase => Ok(None),
            Some(source) => {
                let what = format!("new passphrase of {}", self.out.display());
                cx.new_passphrase(Some(source), &what).map(Some)
            }
            None => Ok(old),
        }
    }

    fn tell(&self, cx: &mut Context, was_encrypted: bool, is_encrypted: bool) {
        if files::is_standard_stream(&self.out) {
            return;
        }
        let out = self.out.display();
        cx.ui.say(&match (was_encrypted, is_encrypted) {
            (true, true) if self.new_passphrase.is_none() => {
                format!("written to {out}, encrypted with the same passphrase")
            }
            (_, true) => format!("written to {out}, encrypted with the new passphrase"),
            (true, false) => format!("written to {out}, unencrypted"),
            (false, false) if self.no_passphrase => format!("written to {out}, unencrypted"),
            (false, false) => {
                format!("written to {out}, unencrypted as it was; --new-passphrase SRC encrypts it")
            }
        });
    }
}

impl Form {
    fn container(self, encrypted: bool) -> KeyContainer {
        match self {
            Self::Pkcs1 => KeyContainer::Pkcs1,
            Self::Pkcs8 if encrypted => KeyContainer::EncryptedPkcs8,
            Self::Pkcs8 => KeyContainer::Pkcs8,
            Self::Sec1 => KeyContainer::Sec1,
        }
    }
}
