//! `certwright authority import`: an authority from elsewhere.

use std::path::PathBuf;

use clap::Args;

use crate::ca::{self, ImportPlan};
use crate::cli::commands::options::{NewKeyArgs, read_key, session};
use crate::cli::commands::report::{CertificateReport, summary};
use crate::cli::{CliError, Context, Exit, files};
use crate::store::Store;
use crate::x509::{Certificate, pem};

/// Largest certificate file that is read.
const MAX_FILE: usize = 4 << 20;

const EXAMPLES: &str = "\
certwright authority import issuing --cert issuing.crt  # answers a request made by authority csr
certwright authority import legacy --cert ca.pem --key ca-key.pem
certwright authority import corp --cert issuing.pem --key issuing.key --chain root.pem
certwright authority import corp --cert issuing.pem --chain root.pem  # what it came without, afterwards
certwright authority import partner --cert partner-root.pem  # an anchor only: no key
certwright authority import issuing --cert issuing-2031.crt  # signed again, same key: takes its place";

/// Bring in an authority: an answered request, a certificate with its key, or an anchor
///
/// An authority that is here with the same certificate is given what it came without: the certificates above it, or its key. The
/// certificate of a root completes those below it too. Another certificate of its name and key, as a request of "authority csr"
/// for an authority that is here brings it, takes the place of the one that it has. What was issued before gets the new chain
/// when its files are written again.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
#[command(mut_args = |option: clap::Arg| match option.get_id().as_str() {
    "no_passphrase" | "new_passphrase" => option.requires("key"),
    _ => option,
})]
pub struct ImportArgs {
    /// Name of the authority in the store
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Its certificate; further certificates in the file are taken as its chain
    #[arg(long, value_name = "FILE")]
    pub cert: PathBuf,
    /// Its private key, in any form that OpenSSL, keytool or Go write
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Certificates above it
    #[arg(long, value_name = "FILE")]
    pub chain: Vec<PathBuf>,
    /// Accept an RSA key of at least 2048 bits that a new authority could not have, such as one with exponent 3
    #[arg(long, requires = "key")]
    pub accept_weak: bool,
    /// How its key is kept.
    #[command(flatten)]
    pub new_key: NewKeyArgs,
}

impl ImportArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Exit 1 when certificate, key and chain do not fit together.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let mut certificates = read_certificates(cx, &self.cert)?.into_iter();
        let Some(certificate) = certificates.next() else {
            return Err(CliError::failed("there is no certificate in it").about(self.cert.display()));
        };
        let mut chain: Vec<Certificate> = certificates.collect();
        for path in &self.chain {
            chain.extend(read_certificates(cx, path)?);
        }
        let there = cx.store_if_there()?;
        let state = there.as_ref().map(Store::read).transpose()?.unwrap_or_default();
        let known = state.authorities.get(&self.name).cloned();
        let (is_same, replaces) = match &known {
            Some(known) => (known.certificate()? == certificate, ca::is_resigned(known, &certificate)?),
            None => (false, false),
        };
        if known.is_some() && !is_same && !replaces {
            let error = CliError::from(ca::CaError::AuthorityExists(self.name.clone())).about(format!(
                "{} holds another certificate than that of authority {}",
                self.cert.display(),
                self.name
            ));
            return Err(error.hint(format!(
                "a new certificate of {0} has its name and its key: certwright authority csr {0} asks for one. Another key \
                 belongs to a new authority: certwright authority csr {0}-2, have that signed and import it, then \
                 certwright authority rollover {0} --as {0}-2",
                self.name
            )));
        }
        let key = self.key.as_ref().map(|path| read_key(cx, path)).transpose()?;
        let key = match key {
            Some(key) => {
                let key_pem = self.new_key.encode(cx, &key, &self.name)?;
                Some((key, key_pem))
            }
            None => None,
        };
        let given = chain.clone();
        let plan = ImportPlan { name: &self.name, certificate, chain, key, accept_weak: self.accept_weak };
        if there.is_none() {
            // A refusal leaves no store behind.
            ca::check_import(&plan, cx.now())?;
        }
        let store = cx.create_store()?;
        let mut writer = cx.lock(&store)?;
        let actor = cx.settings.actor.clone();
        let (made, notes) = ca::import(&mut writer, plan, &session(cx, &actor, &|| {}))?;
        drop(writer);
        let done = match known {
            Some(_) if replaces => "put a new certificate in the place of that of",
            Some(_) => "completed",
            None => "imported",
        };
        for note in notes {
            cx.ui.warn(&note);
        }
        for certificate in given.iter().filter(|given| **given != made.certificate && !made.chain.contains(given)) {
            let subject = &certificate.subject;
            cx.ui.warn(&format!("{subject} does not stand above it, and is left out"));
        }
        cx.ui.say(&format!("{done} authority {}: {}", made.name, summary(&made.certificate)));
        if replaces {
            cx.ui.say(
                "files that were written before have the old one in their chains: renew, export or apply write them again",
            );
        }
        cx.ui.json("authority-import", &CertificateReport::from(&made))?;
        cx.ui.line(&store.layout().authority(&made.name).display().to_string())?;
        Ok(Exit::Done)
    }
}

fn read_certificates(cx: &mut Context, path: &std::path::Path) -> Result<Vec<Certificate>, CliError> {
    let bytes = files::read(cx, path, MAX_FILE)?;
    pem::read_certificates(&bytes).map_err(|error| CliError::from(error).about(path.display()))
}
