//! `certwright dev`: the first minute of a developer.

mod authority;
mod check;
mod environment;
mod existing;
mod foreign;
mod keystores;
mod snippets;
mod targets;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use serde::Serialize;

use super::bundle::Bundle;
use super::options::{generate, load_authority, profiles, session};
use super::report::{CertificateReport, summary, tell};
use super::trust::{self, StoreReport};
use crate::ca::{self, Order, Outcome};
use crate::cli::trust::{Kind, quoted};
use crate::cli::{CliError, Context, Exit, SecretSource, files};
use crate::issuance::{IssuerFacts, Profile, Request};
use crate::keys::{Algorithm, Secret};
use crate::store::{AuthorityRecord, State, Store, lineage_name};
use crate::x509::extension::Subtree;
use crate::x509::time::{Span, format_instant};
use crate::x509::{Certificate, GeneralName, Name};
use environment::{Shell, Variables};
use existing::Existing;
use targets::{TargetReport, Wanted};

const EXAMPLES: &str = r#"certwright dev                                    # localhost, 127.0.0.1 and ::1, into ./certs
certwright dev app.localhost api.test 192.168.1.20
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
/// Run it again any time: what is still good is kept, what is not is renewed. The development authority's key is not
/// encrypted, but name constraints make it worthless beyond localhost, private addresses and names for testing.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct DevArgs {
    /// Names of the service [default: localhost 127.0.0.1 ::1]
    #[arg(value_name = "NAME")]
    pub names: Vec<GeneralName>,
    /// Where the files go
    #[arg(long, value_name = "DIR", default_value = "certs")]
    pub out: PathBuf,
    /// The development authority; it is made if it is not there, with an unencrypted key and for development names only
    #[arg(long, value_name = "NAME", default_value = "dev")]
    pub authority: String,
    /// More names that a new development authority may sign
    #[arg(long, value_name = "NAME", num_args = 1.., value_parser = Subtree::parse)]
    pub permit: Vec<Subtree>,
    /// Key algorithm of a new certificate [default: ec-p256]
    #[arg(long, value_name = "ALG")]
    pub key: Option<Algorithm>,
    /// How long a new certificate is valid
    #[arg(long, value_name = "DURATION", default_value = "90d", value_parser = Span::parse)]
    pub validity: Span,
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
        let names = self.wanted_names()?;
        if self.storepass.is_some() && !self.keystores && !self.targets.iter().any(Wanted::takes_password) {
            return Err(targets::no_keystores());
        }
        let password = keystores::password(cx, self.storepass.as_ref())?;
        if self.check {
            return self.run_check(cx, &names, &password);
        }
        let store = Store::create(cx.store_path()?)?;
        let made_authority = authority::ensure(cx, &store, &self.authority, &names, &self.permit)?;
        let state = store.read()?;
        let record = ca::resolve(&state, Some(&self.authority))?.clone();
        let mut existing = existing::look(&self.out, &names, self.key, &record, &state, cx.now())?;
        if !self.force
            && let Some(path) = self.foreign(&password, &state)?
        {
            existing = Existing::Foreign(path.display().to_string());
        }
        match existing {
            Existing::Good(certificate) if !self.force => {
                cx.ui.say(&format!("nothing to do: {}", summary(&certificate)));
                let about = (certificate.as_ref(), None);
                self.complete(cx, &record, ("none", "the certificate is still good"), about, &password)
            }
            Existing::Foreign(what) if !self.force => {
                Err(CliError::failed(format!("{what} was not made by this store"))
                    .hint("nothing was issued; name another directory with --out, or replace the files with --force"))
            }
            other => {
                let reason = other.reason();
                self.issue(cx, &store, &record, &names, (&reason, made_authority), &password)
            }
        }
    }

    /// The first of the files that would be replaced and that this store did not make.
    fn foreign(&self, password: &Secret, state: &State) -> Result<Option<PathBuf>, CliError> {
        let keystores = self.keystores.then_some(password);
        match foreign::find(&self.out, keystores, self.env.is_some(), state)? {
            None => foreign::find_of_targets(&self.out, &self.targets, password, state),
            found => Ok(found),
        }
    }

    fn issue(
        &self,
        cx: &mut Context,
        store: &Store,
        record: &AuthorityRecord,
        names: &[GeneralName],
        (reason, made_authority): (&str, bool),
        password: &Secret,
    ) -> Result<Exit, CliError> {
        let profile = profiles(store)?.get("peer")?;
        let authority = load_authority(cx, store, record)?;
        let key = generate(self.key.unwrap_or(Algorithm::EcP256))?;
        let first = names.first().map_or_else(|| "localhost".to_owned(), GeneralName::value);
        let key_pem = key.to_pkcs8_pem(None)?;
        let request = Request {
            name: Some(first.clone()),
            subject: Name::common_name_only(&first).ok(),
            names: names.to_vec(),
            validity: crate::issuance::Validity { span: Some(self.validity), ..Default::default() },
            ..Request::new(crate::keys::Signer::public_key(key.as_ref()).clone())
        };
        let lineage = lineage_name(&first);
        self.check_targets(cx, &store.read()?, record, &profile, (&lineage, &request))?;
        let order = Order { label: first.clone(), request, lineage, key_pem: Some(key_pem.clone()) };
        let mut writer = cx.lock(store)?;
        let actor = cx.settings.actor.clone();
        let outcomes = ca::issue(&mut writer, &authority, &profile, &session(cx, &actor, &|| {}), vec![order])?;
        drop(writer);
        let Some(outcome) = outcomes.first() else {
            return Err(CliError::failed("nothing was issued"));
        };
        Bundle::new(outcome, Some(key_pem)).write(&self.out, true)?;
        tell(cx, &first, &outcome.report);
        cx.ui.say(&format!("made {} ({reason})", summary(&outcome.certificate)));
        if made_authority {
            self.tell_authority(cx, outcome);
        }
        if self.env.is_none() && self.targets.is_empty() {
            for line in snippets::lines(&self.out, names) {
                cx.ui.say(&line);
            }
        }
        self.complete(cx, record, ("issued", reason), (&outcome.certificate, Some(outcome)), password)
    }

    /// Refuses what a program in `--for` could not use, before it is signed.
    fn check_targets(
        &self,
        cx: &Context,
        state: &State,
        record: &AuthorityRecord,
        profile: &Profile,
        (name, request): (&str, &Request),
    ) -> Result<(), CliError> {
        if self.targets.is_empty() {
            return Ok(());
        }
        let (own, chain) = (record.certificate()?, record.chain()?);
        let issuer = IssuerFacts { name: &record.authority, certificate: &own, chain: &chain };
        let preview = ca::Preview::new(state, &state.settings, cx.now()).certificate(&issuer, profile, request)?;
        let above: Vec<Certificate> = std::iter::once(own.clone()).chain(chain.iter().cloned()).collect();
        self.targets.iter().try_for_each(|wanted| wanted.check(cx, (name, &preview), &above, &self.out))
    }

    /// Brings everything beside the certificate up to date, and reports.
    fn complete(
        &self,
        cx: &mut Context,
        record: &AuthorityRecord,
        (action, reason): (&'static str, &str),
        (certificate, outcome): (&Certificate, Option<&Outcome>),
        password: &Secret,
    ) -> Result<Exit, CliError> {
        if self.lacks_keystores(cx, password)? {
            keystores::write(cx, &self.out, password)?;
            cx.ui.say("wrote keystore.p12, keystore.jks, truststore.p12 and truststore.jks");
        } else if outcome.is_some() && !self.keystores && keystores::are_there(&self.out) {
            cx.ui.warn("the keystores beside it hold the old certificate: --keystores writes them again");
        }
        let mut more = More::default();
        if !self.targets.is_empty() {
            let mut reports = Vec::new();
            for wanted in &self.targets {
                reports.push(wanted.bring_up(cx, &self.out, certificate, password)?);
            }
            for line in reports.iter().flat_map(TargetReport::lines) {
                cx.ui.say(line);
            }
            if reports.iter().any(|report| report.lines().next().is_some())
                && files::places::is_closed_to_others(&self.out)
            {
                let shown = self.out.to_string_lossy();
                cx.ui.say(&format!(
                    "\n{shown} is open to you alone; a program with a user of its own gets through it after: chmod 711 {}",
                    quoted(&shown)
                ));
            }
            more.targets = Some(reports);
        }
        if outcome.is_some() {
            for (word, directory) in targets::there(&self.out, &self.targets) {
                let directory = directory.display();
                cx.ui.warn(&format!("{directory} holds the old certificate: --for {word} writes it again"));
            }
        }
        if let Some(kinds) = &self.trust {
            more.stores = Some(trust::install::install_authority(cx, &self.authority, kinds)?);
        }
        if self.env.is_some() {
            let root = record.chain()?.pop().map_or_else(|| record.certificate(), Ok)?;
            more.variables = Some(environment::prepare(cx, &self.out, &root)?);
        }
        self.finish(cx, action, reason, outcome, more)
    }

    /// Whether keystores are wanted and not there as they should be.
    fn lacks_keystores(&self, cx: &mut Context, password: &Secret) -> Result<bool, CliError> {
        Ok(self.keystores && !keystores::are_current(cx, &self.out, password)?)
    }

    fn tell_authority(&self, cx: &mut Context, outcome: &Outcome) {
        let Some(root) = &outcome.root else { return };
        let constraints = root.name_constraints.clone().unwrap_or_default();
        let permitted: Vec<String> = constraints.permitted.iter().map(ToString::to_string).collect();
        cx.ui.say(&format!(
            "made the development authority {} ({}), valid until {}",
            self.authority,
            root.subject,
            format_instant(root.not_after)
        ));
        cx.ui.say(&format!("  it can sign for nothing but {}", permitted.join(" ")));
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

    fn wanted_names(&self) -> Result<Vec<GeneralName>, CliError> {
        if !self.names.is_empty() {
            return Ok(self.names.clone());
        }
        ["localhost", "127.0.0.1", "::1"].iter().map(|name| Ok(name.parse::<GeneralName>()?)).collect()
    }
}

/// Reads a file in the output directory; `None` when it is not there.
fn read_if_there(path: &std::path::Path) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, CliError> {
    files::read_if_there(path, 1 << 20)
}
