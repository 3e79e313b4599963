//! `certwright verify`.

mod inputs;
mod journal;
mod outcome;
mod refusals;
mod values;

use time::OffsetDateTime;

use self::inputs::Inputs;
use self::outcome::Trust;
use crate::cli::commands::target::target;
use crate::cli::{CliError, Context, Exit};
use crate::issuance::lint::Target;
use crate::x509::GeneralName;
use crate::x509::path::{PathRequest, Purpose, validate};
use crate::x509::time::parse_instant;

const EXAMPLES: &str = "\
certwright verify server.crt                                    # against the store's own roots
certwright verify fullchain.pem --anchor root.crt --purpose server --host api.corp.test
certwright verify server.crt --anchor root.crt --chain issuing.crt --crl root.crl issuing.crl
certwright verify fullchain.pem --anchor root.crt --for java,apple  # and would these take it?
certwright verify server.crt --anchor root.crt --at 2027-01-01  # still valid then?
certwright verify server.crt --anchor root.crt --json | jq -r .rule";

/// Tell whether a certificate can be trusted, and if not, why
///
/// The first certificate in FILE is the one in question; those after it and those of --chain may be part of the path. Trusted
/// is what --anchor names, else the root authorities of the store, and never what the operating system trusts. With --crl,
/// every certificate below the anchor must be covered by a fresh CRL; without it, revocation is not looked at, but for what the store
/// itself has revoked where its roots are trusted. With --for, the certificates of the path must also
/// keep the rules of these programs, which "certwright lint --list --for TARGET" shows.
///
/// Exit status 0 means yes, 3 no; other statuses mean that the question could not be asked.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    /// What is read.
    #[command(flatten)]
    inputs: Inputs,
    /// What it shall be used for: server, client, code-signing, email, ocsp, timestamping, authority
    #[arg(long, value_name = "PURPOSE")]
    purpose: Option<Purpose>,
    /// The host it must be for: a DNS name or an IP address
    #[arg(long, value_name = "HOST", value_parser = host)]
    host: Option<GeneralName>,
    /// Ask whether these programs would refuse it
    #[arg(long = "for", value_name = "TARGET", value_delimiter = ',', value_parser = target())]
    targets: Vec<Target>,
    /// The instant to check for [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_instant)]
    at: Option<OffsetDateTime>,
}

impl Args {
    /// Verifies and tells the outcome.
    ///
    /// # Errors
    /// Exit 1 when a file cannot be read or holds nothing of use, 2 when nothing is trusted.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let material = self.inputs.read(cx)?;
        let request = PathRequest {
            target: &material.target,
            intermediates: &material.intermediates,
            anchors: &material.anchors,
            crls: &material.crls,
            at: self.at.unwrap_or_else(|| cx.now()),
            purpose: self.purpose,
            host: self.host.as_ref(),
        };
        let trust = |revocation_checked| Trust { source: material.source, revocation_checked };
        let path = match validate(&request) {
            Ok(path) => path,
            Err(error) => {
                return outcome::refused(cx, &request, &trust(!material.crls.is_empty()), &error, &self.targets);
            }
        };
        let known = material.state.as_ref().map(|state| journal::look(state, &path, request.at)).transpose()?;
        let checked = !material.crls.is_empty() || known.as_ref().is_some_and(|known| known.all);
        match known.and_then(|known| known.revoked) {
            Some(error) => outcome::refused(cx, &request, &trust(true), &error, &self.targets),
            None => outcome::trusted(cx, &request, &trust(checked), &path, &self.targets),
        }
    }
}

/// A DNS name or an IP address, for clap's `value_parser`.
pub(super) fn host(text: &str) -> Result<GeneralName, String> {
    match text.parse::<GeneralName>() {
        Ok(name @ (GeneralName::Dns(_) | GeneralName::Ip(_))) => Ok(name),
        Ok(name) => Err(format!("{name} is no host; expected a DNS name or an IP address")),
        Err(error) => Err(error.to_string()),
    }
}
