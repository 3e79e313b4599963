//! `certwright test-pki serve`.

mod answer;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};
use serde::Serialize;

use self::answer::{ByName, One, Shown, listen};
use super::make::MakeArgs;
use super::{EXPECTATIONS, MAX_EXPECTATIONS, is_for_servers};
use crate::cli::{CliError, Context, Exit, files};
use crate::testing::{Case, Expectations, Options, Purpose, TestPki};
use crate::x509::pem;
use crate::x509::time::{Span, parse_instant};

const EXAMPLES: &str = "\
certwright test-pki serve pki                            # a free port for each case
certwright test-pki serve pki --only expired good --first-port 8443
certwright test-pki serve pki --port 8443                # https://expired.localhost:8443/
certwright test-pki serve pki --mtls --exit-after 10m
certwright test-pki serve --json > ports.json &          # one line, once every port is open";

/// Serve the certificates of a test PKI by TLS, each as wrong as it is
///
/// DIR is what "certwright test-pki DIR" made, whose cases are served; without it, a test PKI is made in memory. The certificates and
/// keys are not read from DIR but made again from the seed in its expectations.json: a file that was changed there is not served.
/// Every port answers HTTP requests with the name of its case. It listens on 127.0.0.1 until a signal ends it, or --exit-after. TLS 1.2 and 1.3, by rustls; clients that
/// accept what they see have accepted a bad certificate.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// A directory that "certwright test-pki" made
    #[arg(value_name = "DIR", conflicts_with_all = ["seed", "at", "host"])]
    dir: Option<PathBuf>,
    #[command(flatten)]
    make: MakeArgs,
    /// One port for all; the server name that the client asks for chooses: CASE.localhost [0: any free one]
    #[arg(long, value_name = "PORT", conflicts_with = "first_port")]
    port: Option<u16>,
    /// A port for each case, from this one on, in the order of their names [default: any free ones]
    #[arg(long, value_name = "PORT")]
    first_port: Option<u16>,
    /// The address to listen on
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// Demand a client certificate, and refuse those that are wrong (see the cases for clients)
    #[arg(long)]
    mtls: bool,
    /// End after this time, with exit status 0
    #[arg(long, value_name = "DURATION", value_parser = Span::parse)]
    exit_after: Option<Span>,
}

/// `certwright/test-pki-serve/1`, on one line.
#[derive(Debug, Serialize)]
struct Report {
    pid: u32,
    address: IpAddr,
    mtls: bool,
    seed: String,
    at: String,
    /// PEM by name.
    anchors: BTreeMap<String, String>,
    cases: Vec<Item>,
}

#[derive(Debug, Serialize)]
struct Item {
    id: &'static str,
    good: bool,
    what: &'static str,
    /// What the certificate is to be checked under.
    name: Option<String>,
    /// The anchor to check it with.
    anchor: String,
    port: u16,
    url: String,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Exit 1 for a port that is taken, exit 2 for cases that no server presents.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let pause = self.exit_after.map(pause).transpose()?;
        let (options, ids) = match &self.dir {
            Some(dir) => written(dir)?,
            None => (self.make.options(cx)?, BTreeSet::new()),
        };
        let filter = self.make.filter()?;
        // What is asked for by name is served even where the directory was made without it.
        let is_default = self.make.only.is_empty() && self.dir.is_some();
        let wanted = |id: &str| if is_default { ids.contains(id) } else { filter(id) };
        let pki = TestPki::select(&options, |id| wanted(id) && is_for_servers(id))?;
        if pki.cases.is_empty() {
            return Err(CliError::usage("no server presents these cases")
                .hint("--only chooses among the cases for servers, also those that DIR was made without: \"certwright test-pki --list\" shows them"));
        }
        if let Some(dir) = &self.dir {
            same_anchors(dir, &pki)?;
        }
        let verifier = self.mtls.then(|| verifier(&options)).transpose()?;
        if !self.listen.is_loopback() {
            cx.ui.warn(&format!("listening on {}: others can reach it", self.listen));
        }
        let cases = self.open(&pki, verifier)?;
        self.tell(cx, &pki, cases)?;
        match pause {
            Some(pause) => cx.clock().sleep(pause),
            None => loop {
                std::thread::park();
            },
        }
        Ok(Exit::Done)
    }

    /// Opens the ports, and gives each case its own.
    fn open(&self, pki: &TestPki, verifier: Option<Arc<dyn ClientCertVerifier>>) -> Result<Vec<Item>, CliError> {
        let config = |resolver| config(resolver, verifier.clone());
        if let Some(port) = self.port {
            let listener = self.bind(port)?;
            let port = local_port(&listener)?;
            let by_name = ByName::new(pki);
            let shown = pki.cases.iter().map(|case| (own_name(case, pki), Shown::new(case))).collect();
            listen(listener, config(Arc::new(by_name))?, shown);
            let item = |case| Item::new(case, port, &asked_name(case, pki), case.name.clone());
            return Ok(pki.cases.iter().map(item).collect());
        }
        // All of them before the first answers: either every port is open, or none.
        let listeners: Result<Vec<TcpListener>, CliError> = (0..pki.cases.len())
            .map(|index| {
                let port = match self.first_port {
                    Some(first) => usize::from(first).checked_add(index).and_then(|port| u16::try_from(port).ok()),
                    None => Some(0),
                };
                let beyond = || CliError::usage("there are not as many ports from --first-port on");
                self.bind(port.ok_or_else(beyond)?)
            })
            .collect();
        let mut items = Vec::new();
        for (case, listener) in pki.cases.iter().zip(listeners?) {
            let port = local_port(&listener)?;
            let name = case.name.clone().unwrap_or_else(|| pki.options.host.clone());
            items.push(Item::new(case, port, &name, case.name.clone()));
            let shown = BTreeMap::from([(String::new(), Shown::new(case))]);
            listen(listener, config(Arc::new(One(case.certified_key())))?, shown);
        }
        Ok(items)
    }

    fn bind(&self, port: u16) -> Result<TcpListener, CliError> {
        let address = SocketAddr::new(self.listen, port);
        TcpListener::bind(address).map_err(|error| {
            CliError::failed(format!("cannot listen on {address}: {error}"))
                .hint("nothing is served; another program may have the port: choose another one, or leave the choice to the system")
        })
    }

    fn tell(&self, cx: &mut Context, pki: &TestPki, cases: Vec<Item>) -> Result<(), CliError> {
        let rows = cases.iter().map(|item| vec![item.id.to_owned(), item.url.clone(), item.what.to_owned()]);
        cx.ui.table(&["CASE", "URL", "WHAT IS WRONG"], rows.collect())?;
        let anchor = |case: &Case| (case.anchor_name.clone(), pem::encode("CERTIFICATE", &case.anchor));
        let report = Report {
            pid: std::process::id(),
            address: self.listen,
            mtls: self.mtls,
            seed: pki.options.seed.clone(),
            at: crate::x509::time::format_instant(pki.options.at),
            anchors: pki.cases.iter().map(anchor).collect(),
            cases,
        };
        cx.ui.json_line("test-pki-serve", &report)?;
        cx.ui.flush()?;
        match &self.dir {
            Some(dir) => cx.ui.say(&format!("TEST ONLY; the anchors are in {}", dir.join("ca").display())),
            None => cx.ui.say(&format!(
                "TEST ONLY; \"certwright test-pki OUT --seed {} --at {}\" writes the anchors",
                report.seed, report.at
            )),
        }
        Ok(())
    }
}

impl Item {
    fn new(case: &Case, port: u16, host: &str, name: Option<String>) -> Self {
        let (id, good, what) = (case.id, case.good, case.what);
        Self { id, good, what, name, anchor: case.anchor_name.clone(), port, url: format!("https://{host}:{port}/") }
    }
}

/// The name of a case below the host.
fn own_name(case: &Case, pki: &TestPki) -> String {
    format!("{}.{}", case.id, pki.options.host)
}

/// The name to ask for: what the case is checked under, where that is below its own name (one behind a wildcard is).
fn asked_name(case: &Case, pki: &TestPki) -> String {
    let own = own_name(case, pki);
    match &case.name {
        Some(name) if name.ends_with(&format!(".{own}")) => name.clone(),
        _ => own,
    }
}

fn local_port(listener: &TcpListener) -> Result<u16, CliError> {
    let address =
        listener.local_addr().map_err(|error| CliError::failed(format!("a port that was opened: {error}")))?;
    Ok(address.port())
}

fn pause(span: Span) -> Result<Duration, CliError> {
    match (span.months, u64::try_from(span.seconds)) {
        (0, Ok(seconds)) => Ok(Duration::from_secs(seconds)),
        _ => Err(CliError::usage("--exit-after takes seconds, minutes or hours: 30s, 10m, 2h")),
    }
}

/// What a directory was made from, and the names of the cases in it.
fn written(dir: &Path) -> Result<(Options, BTreeSet<String>), CliError> {
    let path = dir.join(EXPECTATIONS);
    let missing = || {
        CliError::failed(format!("{} is no test PKI: it has no {EXPECTATIONS}", dir.display()))
            .hint(format!("\"certwright test-pki {}\" makes one", dir.display()))
    };
    let json = files::read_if_there(&path, MAX_EXPECTATIONS)?.ok_or_else(missing)?;
    let read = Expectations::read(&json).map_err(|why| CliError::failed(why).about(path.display()))?;
    let at = parse_instant(&read.at).map_err(|error| CliError::from(error).about(path.display()))?;
    let ids = read.cases.into_iter().map(|case| case.entry.id).collect();
    Ok((Options { host: read.host, ..Options::new(read.seed, at) }, ids))
}

/// Sees to it that a directory's anchors are those of what is served: another certwright may have made them.
fn same_anchors(dir: &Path, pki: &TestPki) -> Result<(), CliError> {
    for case in &pki.cases {
        let path = dir.join("ca").join(format!("{}.pem", case.anchor_name));
        let found = files::read_if_there(&path, 1 << 20)?;
        if found.is_some_and(|found| found.as_slice() != pem::encode("CERTIFICATE", &case.anchor).as_bytes()) {
            return Err(CliError::failed(format!("{} is not what this certwright makes of its seed", path.display()))
                .hint(format!("make it again: certwright test-pki {} --force", dir.display())));
        }
    }
    Ok(())
}

/// Who may come in: clients below the root that the good ones are below, and are not revoked.
fn verifier(options: &Options) -> Result<Arc<dyn ClientCertVerifier>, CliError> {
    let clients = TestPki::select(options, |id| id == "good-client" || id == "client-revoked")?;
    let failed =
        |error: &dyn std::fmt::Display| CliError::failed(format!("client certificates cannot be verified: {error}"));
    let mut roots = RootCertStore::empty();
    let mut crls = Vec::new();
    for case in clients.cases.iter().filter(|case| case.purpose == Purpose::Client) {
        roots.add(case.anchor.clone().into()).map_err(|error| failed(&error))?;
        crls.extend(case.crls.iter().cloned().map(Into::into));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).with_crls(crls);
    let builder = builder.allow_unknown_revocation_status();
    let built: Arc<dyn ClientCertVerifier> = builder.build().map_err(|error| failed(&error))?;
    Ok(built)
}

fn config(
    resolver: Arc<dyn rustls::server::ResolvesServerCert>,
    verifier: Option<Arc<dyn ClientCertVerifier>>,
) -> Result<Arc<ServerConfig>, CliError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| CliError::failed(format!("TLS cannot be set up: {error}")))?;
    let builder = match verifier {
        Some(verifier) => builder.with_client_cert_verifier(verifier),
        None => builder.with_no_client_auth(),
    };
    Ok(Arc::new(builder.with_cert_resolver(resolver)))
}
