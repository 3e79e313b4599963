//! `certwright renew`: the same certificate once more, and its files where they were put.

mod choose;
mod deliver;
mod hook;
mod rehearse;
mod report;
mod terms;
mod work;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use self::choose::{Chosen, choose};
use self::report::Report;
use super::delivery;
use super::options::{VariableArgs, parse_variable, reference};
use crate::ca;
use crate::cli::files::places;
use crate::cli::{CliError, Context, Exit, SecretSource};
use crate::keys::{Algorithm, random_bytes};
use crate::store::Event;
use crate::x509::time::Span;

/// The longest jitter, in seconds.
const LONGEST_JITTER: i64 = 86_400;

const EXAMPLES: &str = "\
certwright renew www.corp.test
certwright renew --due --rekey --exec \"systemctl reload nginx\"  # for cron or a timer
certwright renew --due --within 30d --jitter 1h
certwright renew --due --storepass file:store.pass          # keystores and exports with a password too
certwright renew --all --signed-by issuing --dry-run        # after \"authority rollover issuing\"
certwright renew www.corp.test --set team=red               # the profile has got a variable since
certwright renew www.corp.test --forget /srv/old/tls        # no files there any more";

/// Renew certificates: the same subject, names, profile and length, signed once more
///
/// The files go where "issue", "sign", "export" and "keystore build" put them, so that no reader finds a certificate beside
/// another one's key. What is due, with --due: two thirds of the lifetime are gone, or with --within that much or less is left.
/// Nothing due is exit status 0.
///
/// The key stays the same unless --rekey is given, and "status" tells of one that is used for long. The old certificate stays valid until it expires or is revoked. What could not
/// be written, and whose command in --exec failed, is tried again by the next "renew --due".
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    /// Names, serials or certificate files
    #[arg(value_name = "REF", required_unless_present_any = ["due", "all"])]
    pub(super) references: Vec<String>,
    /// Renew what is due, and finish what an earlier renewal could not
    #[arg(long, conflicts_with_all = ["references", "all"])]
    due: bool,
    /// With --due: what has this long or less to live [default: two thirds of the lifetime are gone]
    #[arg(long, value_name = "DURATION", requires = "due", value_parser = Span::parse)]
    within: Option<Span>,
    /// Renew everything that is valid
    #[arg(long, conflicts_with = "references")]
    all: bool,
    /// With --due or --all: only what this authority signed
    #[arg(long, value_name = "NAME", conflicts_with = "references")]
    signed_by: Option<String>,
    /// With --due: what has expired as well
    #[arg(long, requires = "due")]
    expired: bool,
    /// With a new key; with --due and --all what was signed for a request keeps the requester's
    #[arg(long)]
    rekey: bool,
    /// Algorithm of the new key [default: that of the old one]
    #[arg(long, value_name = "ALG", requires = "rekey")]
    key: Option<Algorithm>,
    /// Encrypt new keys with this passphrase, in the store whatever the old one was, and outside where the old one was encrypted
    #[arg(long, value_name = "SRC", requires = "rekey")]
    key_passphrase: Option<SecretSource>,
    /// Keep new keys in the store unencrypted; --key-passphrase beside it is for those outside
    #[arg(long, requires = "rekey")]
    no_key_passphrase: bool,
    /// Renew what is revoked or on hold too, with a new key
    #[arg(long, requires_all = ["rekey", "references"])]
    force: bool,
    /// Who signs [default: who signed the old one, or the authority that takes its place]
    #[arg(long, value_name = "NAME")]
    authority: Option<String>,
    /// What may be issued [default: the profile of the old one]
    #[arg(long, value_name = "PROFILE", requires = "references")]
    profile: Option<String>,
    /// How long it is valid [default: as long as the old one]
    #[arg(long, value_name = "DURATION", value_parser = Span::parse)]
    validity: Option<Span>,
    /// Give a variable of the profile a value [default: that of the old one]
    #[arg(long = "set", value_name = "KEY=VALUE", requires = "references", value_parser = parse_variable)]
    variables: Vec<(String, String)>,
    /// Where the password of keystores comes from; without it they are left as they are
    #[arg(long, value_name = "SRC")]
    storepass: Option<SecretSource>,
    /// Run this command with sh for each one whose files were written, CERTWRIGHT_LINEAGE and others in its environment
    #[arg(long, value_name = "COMMAND")]
    exec: Option<String>,
    /// Wait a random time first, at most this long
    #[arg(long, value_name = "DURATION", value_parser = jitter)]
    jitter: Option<Span>,
    /// Say what would be renewed, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Write no files to this directory or file any more; renews nothing
    #[arg(long, value_name = "PATH", requires = "references", conflicts_with_all = ["rekey", "variables", "exec", "dry_run"])]
    forget: Option<PathBuf>,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Exit 1 when a reference fits nothing, 4 when what it means cannot be renewed. What fails for one certificate does not
    /// keep the others from being renewed, and is told in the report and by the exit status.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        if let Some(path) = &self.forget {
            return self.forget(cx, path);
        }
        self.variables()?;
        self.wait(cx)?;
        let store = cx.open_store()?;
        let state = store.read()?;
        for name in self.authority.iter().chain(&self.signed_by) {
            ca::resolve(&state, Some(name))?;
        }
        // A run that finds nothing due would not notice.
        ca::check_clock(&state, cx.now())?;
        let chosen = choose(self, cx, &state)?;
        let report = if self.dry_run {
            rehearse::rehearse(self, cx, &store, &state, chosen)?
        } else {
            work::run(self, cx, &store, state, chosen)?
        };
        report.tell(cx)
    }

    /// The values that were given for variables of the profile.
    fn variables(&self) -> Result<BTreeMap<String, String>, CliError> {
        VariableArgs { variables: self.variables.clone() }.resolve()
    }

    fn wait(&self, cx: &mut Context) -> Result<(), CliError> {
        let longest = self.jitter.map_or(0, |span| span.seconds.unsigned_abs());
        if longest == 0 || self.dry_run {
            return Ok(());
        }
        let mut random = [0; 8];
        random_bytes(&mut random)?;
        let seconds = u64::from_be_bytes(random) % (longest + 1);
        cx.ui.say(&format!("waiting {seconds} s"));
        cx.clock().sleep(Duration::from_secs(seconds));
        Ok(())
    }

    fn forget(&self, cx: &mut Context, path: &std::path::Path) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let typed = places::absolute(path)?.display().to_string();
        let real = delivery::place(path)?.display().to_string();
        let mut report = Report::default();
        for text in &self.references {
            let state = store.read()?;
            let found = reference(cx, text)?;
            let lineage = match ca::find(&state, &found)?.last() {
                Some(record) => record.lineage.clone(),
                None => return Err(ca::CaError::not_found(text).into()),
            };
            // Where a link was put since, what is recorded is what was typed.
            let deliveries = state.deliveries(&lineage)?;
            let known = |path: &&String| deliveries.iter().any(|delivery| delivery.path == **path);
            let path = [&real, &typed].into_iter().find(known).unwrap_or(&typed).clone();
            if !known(&&path) {
                let places: Vec<_> = deliveries.iter().map(|delivery| delivery.path.as_str()).collect();
                let hint = match places.as_slice() {
                    [] => "no files of it are recorded outside the store".to_owned(),
                    places => format!("its files are recorded at {}", places.join(", ")),
                };
                return Err(CliError::failed(format!("no files of {lineage} were put to {path}")).hint(hint));
            }
            let event = Event::DeliveryForgotten { lineage: lineage.clone(), path: path.clone() };
            delivery::commit(cx, &store, state, event)?;
            cx.ui.say(&format!("renewals of {lineage} write nothing to {path} any more"));
            report.forgotten.push(lineage);
        }
        report.tell(cx)
    }
}

fn jitter(text: &str) -> Result<Span, String> {
    let span = Span::parse(text).map_err(|error| error.to_string())?;
    if span.months > 0 || span.seconds > LONGEST_JITTER {
        return Err("the longest is 24h".to_owned());
    }
    Ok(span)
}

/// What was chosen, for the modules below.
type Todo = choose::Todo;
