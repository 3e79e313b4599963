//! `certwright store import`.

mod easy_rsa;
mod openssl;
mod step;
mod tree;

use std::path::PathBuf;

use serde::Serialize;

use crate::ca::{self, Left, Moved};
use crate::cli::commands::options::{NewKeyArgs, session};
use crate::cli::{CliError, Context, Exit};
use crate::store::{Store, authority_name};
use crate::x509::escape;

use tree::Source;

/// How many things that stay behind are told one by one; the report has all.
const TOLD: usize = 20;

const EXAMPLES: &str = "\
certwright store import easy-rsa ~/easy-rsa/pki --passphrase prompt
certwright store import openssl ./demoCA --no-passphrase
certwright store import openssl openssl.cnf --section CA_corp --name corp
certwright store import step ~/.step --passphrase file:ca.pass";

/// Move an authority in that another program ran
///
/// Brings in the authority with its key, the certificates that it signed, what it revoked or holds, with dates and reasons, and
/// the number of its last CRL, so that the next one here goes on from there. All of it is one transaction. Nothing is changed
/// where it comes from; what cannot be carried over is listed.
///
/// easy-rsa: the pki directory. openssl: a directory as "openssl ca" or CA.pl make it, or an openssl.cnf. step: what "step path"
/// prints; the certificates that step-ca signed are in its database and stay there.
///
/// From then on only one of the two should sign: serials and CRL numbers are not shared. The passphrase that opens the
/// authority's key also protects it here, unless --new-passphrase or --no-passphrase says otherwise.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// What ran the authority
    #[arg(value_name = "PROGRAM", value_enum)]
    program: Program,
    /// Its directory, or for openssl its configuration file
    #[arg(value_name = "DIR")]
    path: PathBuf,
    /// Name of the authority here [default: root, or issuing for one that another signed]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Section of the openssl.cnf [default: default_ca of its section ca]
    #[arg(long, value_name = "SECTION")]
    section: Option<String>,
    /// Certificates above the authority
    #[arg(long, value_name = "FILE")]
    chain: Vec<PathBuf>,
    /// Accept an RSA key that a new authority could not have, such as one with exponent 3
    #[arg(long)]
    accept_weak: bool,
    /// How its key is kept.
    #[command(flatten)]
    new_key: NewKeyArgs,
}

/// Programs whose authorities can move in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Program {
    /// easy-rsa 3
    EasyRsa,
    /// openssl ca
    Openssl,
    /// step-ca
    Step,
}

/// `certwright/store-import/1`.
#[derive(Serialize)]
struct Report {
    store: String,
    authorities: Vec<AuthorityReport>,
}

#[derive(Serialize)]
struct AuthorityReport {
    name: String,
    subject: String,
    directory: String,
    /// Whether its key came along.
    key: bool,
    certificates: usize,
    keys: usize,
    revocations: usize,
    on_hold: usize,
    /// The next CRL has a higher one.
    last_crl_number: Option<u64>,
    notes: Vec<String>,
    left: Vec<LeftReport>,
}

#[derive(Serialize)]
struct LeftReport {
    what: String,
    why: String,
}

impl Args {
    /// Moves it in.
    ///
    /// # Errors
    /// Exit 1 when something does not fit together or is here already.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        if self.section.is_some() && self.program != Program::Openssl {
            return Err(CliError::usage("--section names a part of an openssl.cnf: only openssl has it"));
        }
        let sources = match self.program {
            Program::EasyRsa => easy_rsa::find(&self.path)?,
            Program::Openssl => openssl::find(cx, &self.path, self.section.as_deref())?,
            Program::Step => step::find(cx, &self.path)?,
        };
        let names = self.names(cx, &sources)?;
        let there = cx.store_if_there()?;
        let known = there.as_ref().map(Store::read).transpose()?.unwrap_or_default().authorities;
        // Before anybody types a passphrase.
        if let Some(name) = names.iter().find(|name| known.contains_key(*name)) {
            return Err(CliError::from(ca::CaError::AuthorityExists(name.clone()))
                .hint("if it is another authority, give this one a name of its own with --name; nothing was changed"));
        }
        let (mut migrations, mut left) = (Vec::new(), Vec::new());
        for (source, name) in sources.into_iter().zip(&names) {
            let (migration, behind) = tree::read(cx, source, name, self)?;
            migrations.push(migration);
            left.push(behind);
        }
        let keys: Vec<bool> = migrations.iter().map(|migration| migration.authority.key.is_some()).collect();
        if there.is_none() {
            // A refusal leaves no store behind.
            migrations.iter().try_for_each(|migration| ca::check_import(&migration.authority, cx.now()))?;
        }
        let store = cx.create_store()?;
        let mut writer = cx.lock(&store)?;
        let actor = cx.settings.actor.clone();
        let moved = ca::migrate(&mut writer, migrations, &session(cx, &actor, &|| {}))?;
        drop(writer);
        let authorities = moved
            .into_iter()
            .zip(left)
            .zip(keys)
            .map(|((moved, left), key)| AuthorityReport::new(&store, moved, left, key))
            .collect();
        let report = Report { store: store.layout().root().display().to_string(), authorities };
        report.authorities.iter().for_each(|authority| authority.tell(cx));
        cx.ui.json("store-import", &report)?;
        for authority in &report.authorities {
            cx.ui.line(&authority.directory)?;
        }
        Ok(Exit::Done)
    }

    /// A name for each source.
    fn names(&self, cx: &mut Context, sources: &[Source]) -> Result<Vec<String>, CliError> {
        let mut names = Vec::new();
        for source in sources {
            let certificate = tree::authority_certificate(cx, &source.certificate)?;
            let name = match (&self.name, source.upper, certificate.is_self_issued()) {
                (Some(name), true, _) => format!("{name}-root"),
                (Some(name), false, _) => name.clone(),
                (None, _, true) => "root".to_owned(),
                (None, _, false) => "issuing".to_owned(),
            };
            names.push(authority_name(&name).map_err(|error| CliError::usage(error.to_string()))?);
        }
        Ok(names)
    }
}

impl AuthorityReport {
    fn new(store: &Store, moved: Moved, behind: Vec<Left>, key: bool) -> Self {
        let left = behind.into_iter().chain(moved.left);
        Self {
            directory: store.layout().authority(&moved.made.name).display().to_string(),
            subject: moved.made.certificate.subject.to_string(),
            name: moved.made.name,
            key,
            certificates: moved.certificates,
            keys: moved.keys,
            revocations: moved.revocations,
            on_hold: moved.on_hold,
            last_crl_number: moved.last_crl_number,
            notes: moved.notes,
            left: left.map(|Left { what, why }| LeftReport { what, why }).collect(),
        }
    }

    fn tell(&self, cx: &mut Context) {
        let Self { name, certificates, keys, revocations, on_hold, .. } = self;
        let number =
            self.last_crl_number.map_or("no CRL number".to_owned(), |number| format!("last CRL number {number}"));
        cx.ui.say(&format!(
            "moved in authority {name}, {}: {certificates} certificates ({keys} with keys), {revocations} revocations \
             ({on_hold} on hold), {number}",
            escape(&self.subject)
        ));
        for note in &self.notes {
            cx.ui.warn(&format!("{name}: {note}"));
        }
        for LeftReport { what, why } in self.left.iter().take(TOLD) {
            cx.ui.warn(&format!("{name}: not carried over: {what}: {why}"));
        }
        if self.left.len() > TOLD {
            cx.ui.warn(&format!(
                "{name}: {} more things were not carried over; --json lists all",
                self.left.len() - TOLD
            ));
        }
        if self.key {
            cx.ui.say(&format!("sign its next CRL here: certwright crl publish --authority {name}"));
        }
    }
}
