//! `certwright dev`: the first minute of a developer.

mod authority;
mod check;
mod environment;
mod existing;
mod foreign;
mod issuing;
mod keystores;
mod rehearse;
mod snippets;
mod targets;
mod wish;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use serde::Serialize;

use super::export::subject::Exported;
use super::options::parse_variable;
use super::report::{CertificateReport, summary};
use super::trust::{self, StoreReport};
use crate::ca::{self, Outcome};
use crate::cli::shell::quoted;
use crate::cli::trust::Kind;
use crate::cli::{CliError, Context, Exit, SecretSource, files};
use crate::keys::{Algorithm, Secret};
use crate::store::{AuthorityRecord, State, hold};
use crate::x509::extension::Subtree;
use crate::x509::time::Span;
use crate::x509::{Certificate, GeneralName};
use environment::{Shell, Variables};
use existing::{Existing, Place};
use foreign::Own;
use targets::{PASSWORD_VARIABLE, TargetReport, Wanted};
use wish::{Wish, service_name};

const EXAMPLES: &str = r#"certwright dev                                    # localhost, 127.0.0.1 and ::1, into ./certs
certwright dev app.localhost api.test 192.168.1.20  # without names it keeps these from now on
certwright dev localhost 127.0.0.1 ::1            # back to the names of the first line
certwright dev orders.test --out orders/certs     # one directory for each service
certwright dev --check || certwright dev          # for scripts: 0 all good, 3 something to do
certwright dev --keystores                        # PKCS#12 and JKS as well, for the JVM
certwright dev --for nginx --for postgres         # and what these programs read, in certs/nginx and certs/postgres
certwright dev --check --for nginx                # its files count as well
eval "$(certwright dev --env --quiet)"            # Node, curl, Python, OpenSSL and Java in this shell trust it
certwright dev --env=fish | source
certwright dev --trust                            # so do this machine's browsers and programs; --trust=nss only browsers
certwright dev www.shop.example --permit shop.example --authority dev-shop"#;

/// Make TLS work on this machine: an authority for development and a certificate
///
/// Run it again any time: what is still good is kept, what is not is put right or renewed. The development authority's key is not
/// encrypted, but name constraints make it worthless beyond localhost, private addresses, names for testing, and the NAMEs and
/// --permit that it was made with. Whoever gets the key can pose as those, so for a name that others use there is a warning.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct DevArgs {
    /// Names of the service [default: those of the certificate in --out, else localhost 127.0.0.1 ::1]
    #[arg(value_name = "NAME", value_parser = service_name)]
    pub names: Vec<GeneralName>,
    /// Where the files go
    #[arg(long, value_name = "DIR", default_value = "certs")]
    pub out: PathBuf,
    /// The development authority; it is made if it is not there, with an unencrypted key, for development names and NAME
    /// [default: that of the certificate in --out, else dev]
    #[arg(long, value_name = "NAME")]
    pub authority: Option<String>,
    /// Another name that a new development authority may sign; may be given several times
    #[arg(long, value_name = "NAME", value_parser = Subtree::parse)]
    pub permit: Vec<Subtree>,
    /// Key algorithm of a new certificate [default: that of the certificate in --out, else ec-p256]
    #[arg(long, value_name = "ALG")]
    pub key: Option<Algorithm>,
    /// How long a new certificate is valid [default: 90d, or as long as its authority]
    #[arg(long, value_name = "DURATION", value_parser = Span::parse)]
    pub validity: Option<Span>,
    /// Change nothing; exit 3 when there is something to do
    #[arg(long)]
    pub check: bool,
    /// Make a new certificate even when the present one is good, and replace foreign files
    #[arg(long, conflicts_with = "check")]
    pub force: bool,
    /// Write keystore.p12, keystore.jks, truststore.p12 and truststore.jks beside the PEM files
    #[arg(long)]
    keystores: bool,
    /// Write the files that this program reads, as export does, in a directory of its own beside the PEM files
    #[arg(long = "for", value_name = "TARGET[:ROLE]", value_parser = Wanted::from_str)]
    targets: Vec<Wanted>,
    /// The form of these files, where a program reads several: pem, p12, jks [default: its first]
    #[arg(long, value_name = "FORMAT", requires = "targets")]
    format: Option<String>,
    /// Give a variable of these programs a value (export --show TARGET lists them); dir is where a program will find its files,
    /// if not where they are written
    #[arg(long = "set", value_name = "KEY=VALUE", requires = "targets", value_parser = parse_variable)]
    variables: Vec<(String, String)>,
    /// Where the password of the keystores comes from [default: pass:changeit]
    #[arg(long, value_name = "SRC")]
    storepass: Option<SecretSource>,
    /// Print, for a shell to evaluate, the variables by which programs trust the authority [without SHELL: sh]
    #[arg(long, value_name = "SHELL", value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "sh", conflicts_with = "check")]
    env: Option<Shell>,
    /// Have this machine trust the authority, as trust install does: every store that is found, or only these kinds
    #[arg(long, value_name = "KIND", value_enum, num_args = 0.., require_equals = true, value_delimiter = ',', conflicts_with = "check")]
    trust: Option<Vec<Kind>>,
}

#[derive(Debug, Serialize)]
struct DevReport {
    action: &'static str,
    reason: String,
    directory: String,
    trust: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<CertificateReport>,
    /// With `--env`.
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<BTreeMap<&'static str, String>>,
    /// With `--trust`.
    #[serde(skip_serializing_if = "Option::is_none")]
    stores: Option<Vec<StoreReport>>,
    /// With `--for`.
    #[serde(skip_serializing_if = "Option::is_none")]
    targets: Option<Vec<TargetReport>>,
}

/// What became of the certificate.
struct Done {
    action: &'static str,
    reason: String,
    certificate: Certificate,
    /// Where it was issued now.
    outcome: Option<Outcome>,
}

/// What `--env`, `--for` and `--trust` add.
#[derive(Default)]
struct More {
    targets: Option<Vec<TargetReport>>,
    variables: Option<Variables>,
    stores: Option<Vec<StoreReport>>,
}

impl DevArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Exit 4 when a name is outside what the development authority may sign; 1 when foreign files are in the way.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        wish::check_words(cx)?;
        let password = keystores::password(cx, self.storepass.as_ref())?;
        if self.check {
            return self.run_check(cx, &password);
        }
        self.rehearse(cx, &password)?;
        let store = cx.create_store()?;
        // Build steps that run at once share a directory: the first one makes what is missing, the others find it.
        let _held = hold(store.layout().root(), cx.settings.lock_timeout)?;
        let state = store.read()?;
        let wish = Wish::new(self, Some(&state))?;
        let (state, made_authority) = self.ensure_authority(cx, &store, state, &wish)?;
        let record = ca::resolve(&state, Some(&wish.authority))?.clone();
        if let Some(path) = self.foreign(&record, &password, &state)? {
            return Err(kept(&path));
        }
        let place = Place { dir: &self.out, store: &store, state: &state, now: cx.now() };
        let done = match place.look(&wish, self.key, &record)? {
            Existing::Good(certificate) if !self.force => {
                self.check_targets_of(cx, &wish, &state, &certificate, &password)?;
                cx.ui.say(&format!("nothing to do: {}", summary(&certificate)));
                let reason = "the certificate is still good".to_owned();
                Done { action: "none", reason, certificate: *certificate, outcome: None }
            }
            Existing::Damaged(certificate, files, reason) if !self.force => {
                self.check_targets_of(cx, &wish, &state, &certificate, &password)?;
                files::write_set(&self.out, &files, true)?;
                let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
                cx.ui.say(&format!("restored {} ({reason}): {}", names.join(", "), summary(&certificate)));
                Done { action: "restored", reason, certificate: *certificate, outcome: None }
            }
            other => {
                let outcome = self.issue(cx, (&store, &state), &record, &wish, &password)?;
                let reason = other.reason();
                self.tell_issued(cx, &wish, &outcome, (&reason, made_authority));
                Done { action: "issued", reason, certificate: outcome.certificate.clone(), outcome: Some(outcome) }
            }
        };
        self.warn_of_end(cx, (&state, &record), &wish, &done.certificate)?;
        self.complete(cx, &record, &wish, done, &password)
    }

    /// The first of the files that would be replaced and that this store did not make; nothing with `--force`.
    fn foreign(&self, record: &AuthorityRecord, password: &Secret, state: &State) -> Result<Option<PathBuf>, CliError> {
        if self.force {
            return Ok(None);
        }
        let own = Own::new(state)?;
        match own.first_foreign(self.pem_files(record)?, &[])? {
            None => own.first_foreign_store(&self.out, self.keystores.then_some(password), self.env.is_some()),
            found => Ok(found),
        }
    }

    /// The PEM files that would be replaced.
    fn pem_files(&self, record: &AuthorityRecord) -> Result<Vec<PathBuf>, CliError> {
        let mut paths = super::bundle::Bundle::paths(&self.out, true);
        if existing::trusts(&self.out, record)? {
            paths.retain(|path| !path.ends_with("ca.pem"));
        }
        Ok(paths)
    }

    /// Brings everything beside the certificate up to date, and reports.
    fn complete(
        &self,
        cx: &mut Context,
        record: &AuthorityRecord,
        wish: &Wish,
        Done { action, reason, certificate, outcome }: Done,
        password: &Secret,
    ) -> Result<Exit, CliError> {
        let root = record.top()?;
        if self.keystores && keystores::defect(&self.out, &certificate, &root, password)?.is_some() {
            keystores::write(cx, &self.out, &root, password)?;
            cx.ui.say("wrote keystore.p12, keystore.jks, truststore.p12 and truststore.jks");
        } else if outcome.is_some() && !self.keystores && keystores::are_there(&self.out) {
            cx.ui.warn("the keystores beside it hold the old certificate: --keystores writes them again");
        }
        let mut more = More::default();
        if !wish.targets.is_empty() {
            more.targets = Some(self.bring_up_targets(cx, wish, &certificate, password)?);
        }
        if outcome.is_some() {
            for (word, directory) in targets::there(&self.out, &wish.targets) {
                let directory = directory.display();
                cx.ui.warn(&format!("{directory} holds the old certificate: --for {word} writes it again"));
            }
        }
        if let Some(kinds) = &self.trust {
            more.stores = Some(trust::install::install_authority(cx, &wish.authority, kinds)?);
        }
        if self.env.is_some() {
            more.variables = Some(environment::prepare(cx, &self.out, &root)?);
        }
        self.finish(cx, action, &reason, outcome.as_ref(), more)
    }

    fn bring_up_targets(
        &self,
        cx: &mut Context,
        wish: &Wish,
        certificate: &Certificate,
        password: &Secret,
    ) -> Result<Vec<TargetReport>, CliError> {
        let exported = Exported::of_certificate(cx, certificate)?;
        let mut reports = Vec::new();
        for wanted in &wish.targets {
            reports.push(wanted.bring_up(cx, &self.out, &exported, password)?);
        }
        for line in reports.iter().flat_map(TargetReport::lines) {
            cx.ui.say(line);
        }
        let keystores: Vec<_> = reports.iter().filter(|report| report.wrote_keystore()).collect();
        if !keystores.is_empty() {
            let password = match &self.storepass {
                None => keystores::CHANGEIT,
                Some(_) => "that of --storepass",
            };
            let variable = match keystores.iter().any(|report| report.reads_password()) {
                true => format!("; {PASSWORD_VARIABLE} stands for it"),
                false => String::new(),
            };
            cx.ui.say(&format!("\nthe password of the keystores is {password}{variable}"));
        }
        if reports.iter().any(|report| report.lines().next().is_some()) && files::places::is_closed_to_others(&self.out)
        {
            let shown = self.out.to_string_lossy();
            cx.ui.say(&format!(
                "\n{shown} is open to you alone; a program with a user of its own gets through it after: chmod 711 {}",
                quoted(&shown)
            ));
        }
        Ok(reports)
    }

    fn finish(
        &self,
        cx: &mut Context,
        action: &'static str,
        reason: &str,
        outcome: Option<&Outcome>,
        more: More,
    ) -> Result<Exit, CliError> {
        match (self.env, &more.variables) {
            _ if cx.ui.is_json() => {}
            (Some(shell), Some(variables)) => cx.ui.data(environment::lines(shell, variables).as_bytes())?,
            _ => cx.ui.line(&self.out.display().to_string())?,
        }
        cx.ui.json("dev", &self.report(action, reason, outcome, more))?;
        Ok(Exit::Done)
    }

    fn report(&self, action: &'static str, reason: &str, outcome: Option<&Outcome>, more: More) -> DevReport {
        DevReport {
            action,
            reason: reason.to_owned(),
            directory: self.out.display().to_string(),
            trust: self.out.join("ca.pem").display().to_string(),
            certificate: outcome.map(CertificateReport::from),
            environment: more.variables.map(|variables| variables.into_iter().collect()),
            stores: more.stores,
            targets: more.targets,
        }
    }
}

fn not_ours(path: &Path) -> String {
    format!("{} was not made by this store", path.display())
}

/// That a file of somebody else's stays.
fn kept(path: &Path) -> CliError {
    CliError::failed(not_ours(path))
        .hint("nothing was issued; name another directory with --out, or replace the files with --force")
}

/// Reads a file in the output directory; `None` when it is not there, or something else is that is no file.
fn read_if_there(path: &Path) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, CliError> {
    files::read_if_file(path, 1 << 20)
}
