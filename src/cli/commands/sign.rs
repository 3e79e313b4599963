//! `certwright sign`: certificates for CSRs.

mod outputs;
mod requests;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use serde::Serialize;

use self::outputs::directory_for;
use super::bundle::Bundle;
use super::options::{ValidityArgs, VariableArgs, load_authority, profiles, session};
use super::pack::Pack;
use super::report::{CertificateReport, summary, tell};
use super::target::target;
use super::{crl, delivery};
use crate::ca::{self, Order, Outcome, Rehearsal, Session};
use crate::cli::{CliError, Context, Exit, files};
use crate::issuance::lint::Target;
use crate::issuance::{IssuerFacts, Profile, Request};
use crate::store::{AuthorityRecord, State, lineage_name, lineage_word};
use crate::x509::{Csr, GeneralName, Name};

const EXAMPLES: &str = "\
certwright sign web.csr --out web.crt
certwright sign web.csr --fullchain > fullchain.pem
certwright sign requests/ --profile client --out-dir signed    # every *.csr, *.req, *.pem and *.der there
certwright sign issuing.csr --profile intermediate --authority root --out issuing.crt
certwright sign web.csr --san www.corp.test --strict --validity 30d
certwright sign web.csr --dry-run                 # what would be signed and what dropped";

/// Sign certificate requests (CSRs)
///
/// A request contributes its key, and names as far as the profile allows; what is left out is reported. All requests are
/// signed in one step: when one is refused, none is, unless --keep-going is given.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct SignArgs {
    /// Certificate requests, PEM or DER, or directories of them; - is standard input
    #[arg(value_name = "CSR", required = true)]
    pub requests: Vec<PathBuf>,
    /// What may be issued
    #[arg(long, value_name = "PROFILE", default_value = "server")]
    pub profile: String,
    /// Who signs [default: the store's default authority]
    #[arg(long, value_name = "NAME")]
    pub authority: Option<String>,
    /// Alternative names to add to those of the request
    #[arg(long = "san", value_name = "NAME")]
    pub names: Vec<GeneralName>,
    /// Subject instead of the request's
    #[arg(long, value_name = "NAME", value_parser = Name::parse)]
    pub subject: Option<Name>,
    /// How long it is valid.
    #[command(flatten)]
    pub validity: ValidityArgs,
    /// Profile variables.
    #[command(flatten)]
    pub variables: VariableArgs,
    /// Write the certificate here [default: standard output]
    #[arg(long, value_name = "FILE", conflicts_with = "out_dir")]
    pub out: Option<PathBuf>,
    /// With --out and on standard output: the intermediates after the certificate
    #[arg(long, conflicts_with = "out_dir")]
    pub fullchain: bool,
    /// For each request a directory here, named like its file, with cert.pem, chain.pem, fullchain.pem and ca.pem
    #[arg(long, value_name = "DIR")]
    pub out_dir: Option<PathBuf>,
    /// Replace files that exist
    #[arg(long)]
    pub force: bool,
    /// Name in the store [default: made from the request's names]
    #[arg(long, value_name = "WORD", value_parser = NonEmptyStringValueParser::new())]
    pub lineage: Option<String>,
    /// Fail when the profile leaves out anything that was asked for
    #[arg(long)]
    pub strict: bool,
    /// Fail when one of these programs would refuse it
    #[arg(long = "for", value_name = "TARGET", value_delimiter = ',', value_parser = target())]
    pub targets: Vec<Target>,
    /// Show what would be signed; sign and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Sign the good requests even when others are refused
    #[arg(long)]
    pub keep_going: bool,
    /// When to keep the certificates in the store's journal alone instead of a directory for each
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    pub pack: Pack,
}

#[derive(Debug, Serialize)]
struct SignReport {
    certificates: Vec<CertificateReport>,
    refused: Vec<Refusal>,
}

#[derive(Debug, Serialize)]
struct Refusal {
    request: String,
    #[serde(serialize_with = "Exit::as_status")]
    exit: Exit,
    why: String,
}

impl Refusal {
    fn new(request: &str, error: CliError) -> Self {
        Self { request: request.to_owned(), exit: error.exit, why: error.message }
    }
}

/// The exit status of a run: that of the first request that was refused.
fn exit(refused: &[Refusal]) -> Exit {
    refused.first().map_or(Exit::Done, |refusal| refusal.exit)
}

/// A request with where it came from and where its certificate goes.
struct Item {
    label: String,
    request: Request,
    lineage: String,
    dir: Option<PathBuf>,
}

impl SignArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Exit 4 when a request is refused; nothing at all is signed then, unless `--keep-going`.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let requests = requests::expand(cx, &self.requests)?;
        let outputs = self.check_outputs(cx, &requests)?;
        let store = cx.open_store()?;
        let state = store.read()?;
        let profile = profiles(&store)?.get(&self.profile)?;
        let record = ca::resolve(&state, self.authority.as_deref())?.clone();
        let mut refused = Vec::new();
        let items = self.read_items(cx, (&requests, outputs), &state, (&profile, &record), &mut refused)?;
        if self.dry_run {
            return self.run_dry(cx, &state, (&profile, &record), &items, refused);
        }
        if items.is_empty() {
            return self.finish(cx, &[], refused);
        }
        crl::warn(cx, &state, &record.authority);
        let authority = load_authority(cx, &store, &record)?;
        let dirs: Vec<Option<PathBuf>> = items.iter().map(|item| item.dir.clone()).collect();
        let orders: Vec<Order> = items
            .into_iter()
            .map(|item| Order { label: item.label, request: item.request, lineage: item.lineage, key_pem: None })
            .collect();
        let progress = cx.ui.progress(orders.len() as u64, "signing");
        let mut writer = cx.lock_knowing(&store, state)?;
        let actor = cx.settings.actor.clone();
        let tick = || progress.tick();
        let to = dirs.iter().map(|dir| match (dir, &self.out) {
            (Some(dir), _) => delivery::bundle(dir, false, false),
            (None, Some(out)) => delivery::certificate(out, self.fullchain),
            (None, None) => None,
        });
        let to = to.collect();
        let only = if let [order] = &orders[..] { Some(order.label.clone()) } else { None };
        let session = Session { filing: self.pack.filing(orders.len()), ..session(cx, &actor, &tick) };
        let outcomes = ca::issue_to(&mut writer, &authority, &profile, &session, orders, to);
        let outcomes = outcomes.map_err(|error| match (error, only) {
            // Of several, the one that is refused is named anyway.
            (error @ ca::CaError::Issuance(_), Some(request)) => CliError::from(error).about(request),
            (error, _) => error.into(),
        })?;
        drop(writer);
        drop(progress);
        self.write(cx, &outcomes, &dirs)?;
        self.finish(cx, &outcomes, refused)
    }

    /// Tells of a request that is refused, where the others are signed all the same.
    fn put_aside(
        &self,
        cx: &mut Context,
        request: &Path,
        error: CliError,
        refused: &mut Vec<Refusal>,
    ) -> Result<(), CliError> {
        if !self.keep_going {
            return Err(error);
        }
        cx.ui.warn(&error.message);
        refused.push(Refusal::new(&request.display().to_string(), error));
        Ok(())
    }

    /// Reads every request; with `--keep-going` the bad ones are put aside, each checked against the profile already.
    fn read_items(
        &self,
        cx: &mut Context,
        (requests, outputs): (&[PathBuf], Vec<Result<(), CliError>>),
        state: &State,
        (profile, record): (&Profile, &AuthorityRecord),
        refused: &mut Vec<Refusal>,
    ) -> Result<Vec<Item>, CliError> {
        let (certificate, chain) = (record.certificate()?, record.chain()?);
        let facts = IssuerFacts { name: &record.authority, certificate: &certificate, chain: &chain };
        let actor = cx.settings.actor.clone();
        let variables = self.variables.resolve()?;
        let mut files = Vec::with_capacity(requests.len());
        // Files are read by whoever looks into them; beside standard input in order, since a pipe may come from the same program.
        let in_order = requests.iter().any(|path| files::is_standard_stream(path));
        for (path, output) in requests.iter().zip(outputs) {
            let read = (in_order && output.is_ok()).then(|| files::read(cx, path, Csr::MAX_SIZE));
            files.push((path.as_path(), output, read));
        }
        let session = session(cx, &actor, &|| {});
        let rehearsal = Rehearsal::new(state, &session)?;
        let read = ca::in_parallel(files, |(path, output, read)| {
            let bytes = output.and_then(|()| read.unwrap_or_else(|| files::read_file(path, Csr::MAX_SIZE)));
            let item = bytes.and_then(|bytes| {
                let item = self.item(path, &bytes, &variables)?;
                if self.keep_going {
                    rehearsal
                        .prepare(Some(&facts), profile, &item.request)
                        .map_err(|error| CliError::from(error).about(path.display()))?;
                }
                Ok(item)
            });
            match item {
                Err(error) if !self.keep_going => Err(error),
                item => Ok(item.map_err(|error| (path, error))),
            }
        })?;
        let mut items: Vec<Item> = Vec::with_capacity(read.len());
        let mut seen: HashMap<(String, [u8; 32]), String> = HashMap::with_capacity(read.len());
        for (item, path) in read.into_iter().zip(requests) {
            let item = item.and_then(|item| {
                match seen.insert((item.lineage.clone(), item.request.public_key.fingerprint()), item.label.clone()) {
                    None => Ok(item),
                    Some(before) => Err((path.as_path(), twice(&item, &before))),
                }
            });
            match item {
                Ok(item) => items.push(item),
                Err((path, error)) => self.put_aside(cx, path, error, refused)?,
            }
        }
        Ok(items)
    }

    fn item(&self, path: &Path, bytes: &[u8], variables: &BTreeMap<String, String>) -> Result<Item, CliError> {
        let label = path.display().to_string();
        let csr = Csr::read(bytes).map_err(|error| CliError::from(error).about(&label))?;
        let mut request = Request::from_csr(&csr).map_err(|error| CliError::from(error).about(&label))?;
        request.names.clone_from(&self.names);
        request.subject.clone_from(&self.subject);
        request.validity = self.validity.resolve();
        request.variables.clone_from(variables);
        request.strict = self.strict;
        request.targets.clone_from(&self.targets);
        let first = || self.names.first().map_or_else(|| "unnamed".to_owned(), GeneralName::value);
        let name = || request.name.clone().unwrap_or_else(first);
        let lineage = self.lineage.as_deref().map_or_else(|| lineage_name(&name()), lineage_word);
        Ok(Item { label, request, lineage, dir: self.out_dir.as_ref().map(|dir| directory_for(dir, path)) })
    }

    fn run_dry(
        &self,
        cx: &mut Context,
        state: &State,
        (profile, record): (&Profile, &AuthorityRecord),
        items: &[Item],
        mut refused: Vec<Refusal>,
    ) -> Result<Exit, CliError> {
        let (certificate, chain) = (record.certificate()?, record.chain()?);
        let facts = IssuerFacts { name: &record.authority, certificate: &certificate, chain: &chain };
        let actor = cx.settings.actor.clone();
        let mut all = Vec::with_capacity(items.len());
        for item in items {
            let prepared = ca::dry_run(state, Some(&facts), profile, &session(cx, &actor, &|| {}), &item.request);
            match prepared.map_err(|error| CliError::from(error).about(&item.label)) {
                Ok(prepared) => all.push((item.label.clone(), prepared)),
                Err(error) => self.put_aside(cx, Path::new(&item.label), error, &mut refused)?,
            }
        }
        super::dry_run::tell(cx, &all, &refused)?;
        Ok(exit(&refused))
    }

    fn write(&self, cx: &mut Context, outcomes: &[Outcome], dirs: &[Option<PathBuf>]) -> Result<(), CliError> {
        let bundles: Vec<(PathBuf, Bundle)> = outcomes
            .iter()
            .zip(dirs)
            .filter_map(|(outcome, dir)| Some((dir.clone()?, Bundle::new(outcome, None))))
            .collect();
        let written = Bundle::write_all(&bundles, self.force);
        let written = written.and_then(|()| {
            let mut others = outcomes.iter().zip(dirs).filter(|(_, dir)| dir.is_none());
            others.try_for_each(|(outcome, _)| self.write_one(cx, outcome))
        });
        written.map_err(|error| error.hint("what was signed is kept in the store: certwright list shows it"))
    }

    fn write_one(&self, cx: &mut Context, outcome: &Outcome) -> Result<(), CliError> {
        let mut pem = outcome.certificate.to_pem();
        if self.fullchain {
            pem.extend(outcome.served.chain.iter().map(crate::x509::Certificate::to_pem));
        }
        match &self.out {
            Some(path) => files::write(cx, path, pem.as_bytes(), false, self.force),
            None if cx.ui.is_json() => Ok(()),
            None => cx.ui.data(pem.as_bytes()),
        }
    }

    fn finish(&self, cx: &mut Context, outcomes: &[Outcome], refused: Vec<Refusal>) -> Result<Exit, CliError> {
        for (outcome, shown) in outcomes.iter().zip(0..) {
            tell(cx, &outcome.label, &outcome.report);
            if shown < 10 {
                cx.ui.say(&format!("signed {}: {}", outcome.label, summary(&outcome.certificate)));
            }
        }
        if outcomes.len() > 10 {
            cx.ui.say(&format!("signed {} certificates in all", outcomes.len()));
        }
        let exit = exit(&refused);
        if !refused.is_empty() {
            cx.ui.warn(&format!("{} of {} requests were refused", refused.len(), refused.len() + outcomes.len()));
        }
        // Reports that nobody reads are not made: of a thousand they take milliseconds.
        let reported = if cx.ui.is_json() { outcomes } else { &[] };
        let certificates = reported.iter().map(CertificateReport::from).collect();
        cx.ui.json("sign", &SignReport { certificates, refused })?;
        Ok(exit)
    }
}

/// The error for a request whose key and name in the store are those of another one.
fn twice(item: &Item, before: &str) -> CliError {
    let why = format!("its key and its name in the store, {}, are those of {before}", item.lineage);
    CliError::usage(why).about(&item.label).hint("leave one of them out")
}
