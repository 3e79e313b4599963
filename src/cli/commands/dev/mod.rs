//! `certwright dev`: the first minute of a developer.

mod authority;
mod existing;
mod snippets;

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::bundle::Bundle;
use super::options::{generate, load_authority, profiles, session};
use super::report::{CertificateReport, summary, tell};
use crate::ca::{self, Order, Outcome};
use crate::cli::{CliError, Context, Exit, files};
use crate::issuance::Request;
use crate::keys::Algorithm;
use crate::store::{Store, lineage_name};
use crate::x509::extension::Subtree;
use crate::x509::time::{Span, format_instant};
use crate::x509::{GeneralName, Name};
use existing::Existing;

const EXAMPLES: &str = "\
certwright dev                                    # localhost, 127.0.0.1 and ::1, into ./certs
certwright dev app.localhost api.test 192.168.1.20
certwright dev orders.test --out orders/certs     # one directory for each service
certwright dev --check || certwright dev          # for scripts: 0 all good, 3 something to do
certwright dev www.shop.example --permit shop.example --authority dev-shop";

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
}

#[derive(Debug, Serialize)]
struct DevReport {
    action: &'static str,
    reason: String,
    directory: String,
    trust: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<CertificateReport>,
}

impl DevArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Exit 4 when a name is outside what the development authority may sign; 1 when foreign files are in the way.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let names = self.wanted_names()?;
        if self.check {
            return self.run_check(cx, &names);
        }
        let store = Store::create(cx.store_path()?)?;
        let made_authority = authority::ensure(cx, &store, &self.authority, &names, &self.permit)?;
        let state = store.read()?;
        let record = ca::resolve(&state, Some(&self.authority))?.clone();
        match existing::look(&self.out, &names, self.key, &record, &state, cx.now())? {
            Existing::Good(certificate) if !self.force => {
                cx.ui.say(&format!("nothing to do: {}", summary(&certificate)));
                self.finish(cx, "none", "the certificate is still good", None)
            }
            Existing::Foreign(what) if !self.force => {
                Err(CliError::failed(format!("{what} was not made by this store"))
                    .hint("name another directory with --out, or replace the files with --force"))
            }
            other => {
                let reason = other.reason();
                self.issue(cx, &store, &record, &names, &reason, made_authority)
            }
        }
    }

    fn run_check(&self, cx: &mut Context, names: &[GeneralName]) -> Result<Exit, CliError> {
        let reason = match Store::open(cx.store_path()?) {
            Err(crate::store::StoreError::Missing(_)) => "there is no store yet".to_owned(),
            Err(error) => return Err(error.into()),
            Ok(store) => {
                let state = store.read()?;
                match state.authorities.get(&self.authority) {
                    None => format!("there is no authority {} yet", self.authority),
                    Some(record) => match existing::look(&self.out, names, self.key, record, &state, cx.now())? {
                        Existing::Good(certificate) => {
                            cx.ui.say(&format!("good: {}", summary(&certificate)));
                            return self.finish(cx, "none", "the certificate is still good", None);
                        }
                        other => other.reason(),
                    },
                }
            }
        };
        cx.ui.say(&format!("something to do: {reason}"));
        cx.ui.json("dev", &self.report("needed", &reason, None))?;
        Ok(Exit::CheckFailed)
    }

    fn issue(
        &self,
        cx: &mut Context,
        store: &Store,
        record: &crate::store::AuthorityRecord,
        names: &[GeneralName],
        reason: &str,
        made_authority: bool,
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
        let order =
            Order { label: first.clone(), request, lineage: lineage_name(&first), key_pem: Some(key_pem.clone()) };
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
        for line in snippets::lines(&self.out, names) {
            cx.ui.say(&line);
        }
        self.finish(cx, "issued", reason, Some(outcome))
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
    ) -> Result<Exit, CliError> {
        cx.ui.json("dev", &self.report(action, reason, outcome))?;
        cx.ui.line(&self.out.display().to_string())?;
        Ok(Exit::Done)
    }

    fn report(&self, action: &'static str, reason: &str, outcome: Option<&Outcome>) -> DevReport {
        DevReport {
            action,
            reason: reason.to_owned(),
            directory: self.out.display().to_string(),
            trust: self.out.join("ca.pem").display().to_string(),
            certificate: outcome.map(CertificateReport::from),
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
