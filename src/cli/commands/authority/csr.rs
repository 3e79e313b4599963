//! `certwright authority csr`: a request that an authority elsewhere shall sign.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::ca;
use crate::cli::commands::options::{NewKeyArgs, generate, session, with_passphrase};
use crate::cli::files::{self, Inputs};
use crate::cli::{CliError, Context, Exit};
use crate::keys::{Algorithm, PrivateKey};
use crate::store::{AuthorityRecord, State};
use crate::x509::time::format_instant;
use crate::x509::{Csr, Extension, KeyUsage, Name, X509Error};

const EXAMPLES: &str = "\
certwright authority csr issuing --cn \"Acme Issuing CA\" --out issuing.csr
certwright authority csr issuing > /media/stick/issuing.csr
certwright authority csr issuing --out issuing.csr  # once it is here: a new certificate for the same key
On the machine with the root:
certwright sign issuing.csr --profile intermediate --authority root --out issuing.crt";

/// Make a key and a request, to be signed by an authority elsewhere
///
/// The key stays in this store. Run it again to print the same request. For an authority that has its certificate, the request
/// asks for another one for its subject and its key, before or after the one that it has expires.
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
    /// Key algorithm [default: ec-p256]
    #[arg(long, value_name = "ALG")]
    pub key: Option<Algorithm>,
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
    /// Exit 1 when the authority exists without its key; 2 when another one is there, or waiting, than is asked for.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        if let Some(out) = &self.out {
            files::refuse_existing(&Inputs::new(cx, [])?, std::slice::from_ref(out), self.force)?;
            files::refuse_missing_directory(out)?;
        }
        let state = cx.store_if_there()?.map(|store| store.read()).transpose()?.unwrap_or_default();
        let csr = match (state.authorities.get(&self.name), state.requested.get(&self.name)) {
            (Some(record), _) => self.again(cx, &state, record)?,
            (None, Some(waiting)) => {
                let csr = Csr::from_der(&crate::store::decode_der(waiting)?)?;
                self.check_same(&csr.subject, Algorithm::of_kind(csr.public_key()?.kind()))?;
                cx.ui.say(&format!("authority {} was requested before; this is the same request", self.name));
                csr
            }
            (None, None) => self.make(cx, &state)?,
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

    /// The subject that is asked for, if one is.
    fn asked_subject(&self) -> Result<Option<Name>, CliError> {
        match (&self.subject, &self.cn) {
            (Some(subject), _) => Ok(Some(subject.clone())),
            (None, Some(cn)) => Ok(Some(Name::common_name_only(cn)?)),
            (None, None) => Ok(None),
        }
    }

    /// Refuses options that say something else than what is there.
    fn check_same(&self, subject: &Name, algorithm: Option<Algorithm>) -> Result<(), CliError> {
        let told = |what: &str| {
            let hint =
                format!("leave the option out, or request an authority of another name, such as {}-2", self.name);
            Err(CliError::usage(format!("authority {} is there with another {what}", self.name)).hint(hint))
        };
        if self.new_key.no_passphrase || self.new_key.new_passphrase.is_some() {
            let what = format!("the key of authority {} is there, and stays as it is", self.name);
            let convert = "\"certwright key convert\" changes its passphrase";
            return Err(
                CliError::usage(what).hint(format!("leave --no-passphrase and --new-passphrase out; {convert}"))
            );
        }
        if self.asked_subject()?.is_some_and(|asked| !asked.matches(subject)) {
            return told(&format!("subject, {subject}"));
        }
        match (self.key, algorithm) {
            (Some(asked), Some(found)) if asked != found => told(&format!("key: {found}")),
            (Some(_), None) => told("key"),
            _ => Ok(()),
        }
    }

    /// A request for the authority that is here, with its subject and its key. Nothing is recorded.
    fn again(&self, cx: &mut Context, state: &State, record: &AuthorityRecord) -> Result<Csr, CliError> {
        let old = record.certificate()?;
        self.check_same(&old.subject, old.public_key().ok().and_then(|key| Algorithm::of_kind(key.kind())))?;
        ca::check_may_remake(state, &self.name)?;
        if old.is_self_issued() {
            let what = format!("authority {} is a root: nobody else signs it", self.name);
            return Err(CliError::failed(what)
                .hint(format!("certwright authority rollover {} puts another one in its place", self.name)));
        }
        let mut signers = state.authorities.values().filter(|record| record.key);
        if let Some(AuthorityRecord { authority, .. }) =
            signers.find(|record| record.certificate().is_ok_and(|signer| old.is_signed_by(&signer)))
        {
            cx.ui.warn(&format!(
                "authority {authority} signed it, and is in this store, where it signs no request for a key of another authority: \
                 certwright authority rollover {} puts a new one in its place",
                self.name
            ));
        }
        let store = cx.open_store()?;
        let (key, _) = with_passphrase(cx, |prompt| ca::own_key(&store, record, prompt))?;
        let path_len = old.basic_constraints.and_then(|constraints| constraints.path_len);
        let csr = request(&old.subject, path_len.and_then(|length| u8::try_from(length).ok()), &key)?;
        let until = format_instant(old.not_after);
        cx.ui.say(&format!(
            "authority {} is valid until {until}; this asks for a new certificate of its key",
            self.name
        ));
        Ok(csr)
    }

    fn make(&self, cx: &mut Context, state: &State) -> Result<Csr, CliError> {
        // A refusal leaves no store behind.
        ca::check_free(state, &self.name)?;
        let subject = match self.asked_subject()? {
            Some(subject) => subject,
            None => Name::common_name_only(&format!("{} CA", self.name))?,
        };
        let key = generate(self.key.unwrap_or(Algorithm::EcP256))?;
        let key_pem = self.new_key.encode(cx, &key, &self.name)?;
        let csr = request(&subject, Some(0), key.as_ref())?;
        let store = cx.create_store()?;
        let mut writer = cx.lock(&store)?;
        let actor = cx.settings.actor.clone();
        ca::request(&mut writer, &self.name, &csr, key_pem, &session(cx, &actor, &|| {}))?;
        Ok(csr)
    }
}

/// A request for an authority's certificate.
fn request(subject: &Name, path_len: Option<u8>, key: &PrivateKey) -> Result<Csr, X509Error> {
    let usage = KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN);
    let wanted = [Extension::basic_constraints(true, path_len), Extension::key_usage(usage)];
    Csr::create(subject, &wanted, key)
}
