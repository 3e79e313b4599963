//! `certwright csr create`.

use std::path::{Path, PathBuf};

use serde::Serialize;
use zeroize::Zeroizing;

use crate::cli::commands::inspect::facts::{KeyFacts, title};
use crate::cli::commands::key::protection::encode_new;
use crate::cli::commands::options::read_key;
use crate::cli::files::{self, Output};
use crate::cli::{CliError, Context, Exit};
use crate::keys::{Algorithm, KeyError, KeyRules, PrivateKey};
use crate::x509::{Csr, Extension, GeneralName, Name};

const EXAMPLES: &str = "\
certwright csr create --new-key api.key --subject CN=api api.corp.test --out api.csr
certwright csr create --key mx.key --subject 'CN=mx,O=Corp' mx.test 10.1.2.3 --out mx.csr
certwright csr create --new-key svc.key --no-passphrase spiffe://corp.test/svc --out svc.csr
certwright csr create --key api.key api.corp.test --out - | ssh ca certwright sign -";

/// Make a certificate request
///
/// The alternative names that follow are typed by their look: DNS names, IP addresses, email addresses, URIs; dns:, ip:, email:,
/// uri: and upn: force a type. A request may have names and no subject: the names are marked critical then.
///
/// A new key is written with mode 0600, encrypted with a passphrase that is asked for or comes from --passphrase, unless
/// --no-passphrase is said. When anything fails, neither file is left behind.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// Alternative names to ask for
    #[arg(value_name = "NAME")]
    names: Vec<GeneralName>,
    /// The private key that the certificate is for
    #[arg(long, value_name = "FILE", required_unless_present = "new_key", conflicts_with = "new_key")]
    key: Option<PathBuf>,
    /// Make a new private key and write it here
    #[arg(long, value_name = "FILE")]
    new_key: Option<PathBuf>,
    /// What kind of new key [default: ec-p256]
    #[arg(long, value_name = "ALG", requires = "new_key")]
    algorithm: Option<Algorithm>,
    /// Leave the new private key unencrypted
    #[arg(long, requires = "new_key", conflicts_with = "passphrase")]
    no_passphrase: bool,
    /// The subject: CN=api.corp.test,O=Corp
    #[arg(long, value_name = "NAME", value_parser = Name::parse)]
    subject: Option<Name>,
    /// Write the request here; - is standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Replace files that exist
    #[arg(long)]
    force: bool,
}

/// `certwright/csr-create/1`.
#[derive(Serialize)]
struct Report {
    file: String,
    key_file: String,
    subject: String,
    names: Vec<String>,
    key: KeyFacts,
    request: String,
}

/// The key that signs the request.
struct SigningKey<'a> {
    file: &'a Path,
    key: PrivateKey,
    /// What goes into the file, if it is a new key.
    new: Option<Zeroizing<Vec<u8>>>,
}

impl Args {
    /// Makes the request.
    ///
    /// # Errors
    /// Exit 1 when a file exists or the key cannot be read, 2 when there is neither a subject nor a name.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let subject = self.subject.clone().unwrap_or_else(Name::empty);
        if subject.is_empty() && self.names.is_empty() {
            return Err(CliError::usage("the request names nobody")
                .hint("give --subject CN=…, or alternative names such as api.corp.test"));
        }
        let mut paths: Vec<&Path> = self.new_key.as_deref().into_iter().collect();
        paths.push(&self.out);
        let inputs: Vec<&Path> = self.key.as_deref().into_iter().collect();
        files::check_outputs(cx, &paths, &inputs, self.force)?;
        let wanted = if self.names.is_empty() {
            Vec::new()
        } else {
            vec![Extension::subject_alt_name(&self.names, subject.is_empty())?]
        };
        let SigningKey { file: key_file, key, new: pem } = self.private_key(cx)?;
        check_strength(cx, key_file, &key)?;
        let csr = Csr::create(&subject, &wanted, &key)?;
        let request = csr.to_pem();
        let mut outputs = Vec::new();
        if let Some(pem) = &pem {
            outputs.push(Output { path: key_file, bytes: pem, secret: true });
        }
        outputs.push(Output { path: &self.out, bytes: request.as_bytes(), secret: false });
        files::write_several(cx, &outputs, self.force)?;
        self.tell(cx, &csr, pem.is_some());
        let report = Report {
            file: self.out.display().to_string(),
            key_file: key_file.display().to_string(),
            subject: csr.subject.to_string(),
            names: csr.subject_alt_names.iter().map(ToString::to_string).collect(),
            key: KeyFacts::new(key.public_key()),
            request,
        };
        cx.ui.json("csr-create", &report)?;
        Ok(Exit::Done)
    }

    /// The key that signs: from its file, or new together with its PEM.
    fn private_key(&self, cx: &mut Context) -> Result<SigningKey<'_>, CliError> {
        match (&self.key, &self.new_key) {
            (_, Some(path)) => {
                let algorithm = self.algorithm.unwrap_or(Algorithm::EcP256);
                let (key, pem) = encode_new(cx, path, self.no_passphrase, || Ok(PrivateKey::generate(algorithm)?))?;
                Ok(SigningKey { file: path, key, new: Some(pem) })
            }
            (Some(path), None) => Ok(SigningKey { file: path, key: read_key(cx, path)?, new: None }),
            (None, None) => Err(CliError::usage("no key is named").hint("give --key FILE or --new-key FILE")),
        }
    }

    fn tell(&self, cx: &mut Context, csr: &Csr, with_key: bool) {
        if with_key && let Some(path) = self.new_key.as_ref().filter(|path| !files::is_standard_stream(path)) {
            let protection = if self.no_passphrase { "unencrypted" } else { "encrypted" };
            cx.ui.say(&format!("new private key, {protection}, written to {}", path.display()));
        }
        if !files::is_standard_stream(&self.out) {
            cx.ui.say(&format!(
                "request for {} written to {}",
                title(&csr.subject, &csr.subject_alt_names),
                self.out.display()
            ));
        }
    }
}

/// Refuses a key that no authority should certify. An unusual exponent is one that some take: it is said.
fn check_strength(cx: &mut Context, file: &Path, key: &PrivateKey) -> Result<(), CliError> {
    let any_exponent = KeyRules { any_rsa_exponent: true, ..KeyRules::default() };
    let refused = |weakness| CliError::from(KeyError::Weak(weakness)).about(file.display());
    key.public_key().check(&any_exponent).map_err(refused)?;
    if let Err(weakness) = key.public_key().check(&KeyRules::default()) {
        cx.ui.warn(&format!("{}: {weakness}: only a profile that takes any exponent certifies it", file.display()));
    }
    Ok(())
}
