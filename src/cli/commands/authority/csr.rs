//! `certwright authority csr`: a request that an authority elsewhere shall sign.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::ca;
use crate::cli::commands::options::{NewKeyArgs, generate, session};
use crate::cli::{CliError, Context, Exit, files};
use crate::keys::Algorithm;
use crate::store::{State, Store, StoreError};
use crate::x509::{Csr, Extension, KeyUsage, Name};

const EXAMPLES: &str = "\
certwright authority csr issuing --cn \"Acme Issuing CA\" --out issuing.csr
certwright authority csr issuing > /media/stick/issuing.csr
On the machine with the root:
certwright sign issuing.csr --profile intermediate --authority root --out issuing.crt";

/// Make a key and a request, to be signed by an authority elsewhere
///
/// The key stays in this store. Run it again to print the same request.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct CsrArgs {
    /// Name of the authority in the store
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Common name [default: NAME with CA after it]
    #[arg(long, value_name = "TEXT", conflicts_with = "subject")]
    pub cn: Option<String>,
    /// Whole subject instead
    #[arg(long, value_name = "NAME", value_parser = Name::parse)]
    pub subject: Option<Name>,
    /// Key algorithm
    #[arg(long, value_name = "ALG", default_value = "ec-p256")]
    pub key: Algorithm,
    /// How its key is kept.
    #[command(flatten)]
    pub new_key: NewKeyArgs,
    /// Write the request here [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Replace a file that exists
    #[arg(long, requires = "out")]
    pub force: bool,
}

#[derive(Debug, Serialize)]
struct CsrReport {
    authority: String,
    subject: String,
    request: String,
}

impl CsrArgs {
    /// Runs the command. A request that is waiting already is printed again.
    ///
    /// # Errors
    /// Exit 1 when the authority exists.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        if let Some(out) = &self.out {
            files::refuse_existing(std::slice::from_ref(out), self.force)?;
            files::refuse_missing_directory(out)?;
        }
        let state = match Store::open(cx.store_path()?) {
            Ok(store) => store.read()?,
            Err(StoreError::Missing(_)) => State::default(),
            Err(error) => return Err(error.into()),
        };
        if state.authorities.contains_key(&self.name) {
            return Err(ca::CaError::AuthorityExists(self.name.clone()).into());
        }
        let csr = match state.requested.get(&self.name) {
            Some(waiting) => {
                cx.ui.say(&format!("authority {} was requested before; this is the same request", self.name));
                Csr::from_der(&crate::store::decode_der(waiting)?)?
            }
            None => self.make(cx)?,
        };
        let report =
            CsrReport { authority: self.name.clone(), subject: csr.subject.to_string(), request: csr.to_pem() };
        cx.ui.json("authority-csr", &report)?;
        match &self.out {
            Some(path) => files::write(cx, path, csr.to_pem().as_bytes(), false, self.force)?,
            None if cx.ui.is_json() => {}
            None => cx.ui.data(csr.to_pem().as_bytes())?,
        }
        cx.ui.say(&format!("Have it signed, then: certwright authority import {} --cert FILE", self.name));
        Ok(Exit::Done)
    }

    fn make(&self, cx: &mut Context) -> Result<Csr, CliError> {
        let subject = match &self.subject {
            Some(subject) => subject.clone(),
            None => Name::common_name_only(&self.cn.clone().unwrap_or_else(|| format!("{} CA", self.name)))?,
        };
        let key = generate(self.key)?;
        let key_pem = self.new_key.encode(cx, &key, &self.name)?;
        let usage = KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN);
        let wanted = [Extension::basic_constraints(true, Some(0)), Extension::key_usage(usage)];
        let csr = Csr::create(&subject, &wanted, key.as_ref())?;
        let store = Store::create(cx.store_path()?)?;
        let mut writer = cx.lock(&store)?;
        let actor = cx.settings.actor.clone();
        ca::request(&mut writer, &self.name, &csr, key_pem, &session(cx, &actor, &|| {}))?;
        Ok(csr)
    }
}
