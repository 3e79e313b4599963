//! `certwright ocsp`.

pub(super) mod publish;
mod published;
mod respond;
pub(super) mod responder;

const EXAMPLES: &str = "\
certwright ocsp publish --to /srv/pki/ocsp              # signed in advance, for a static web server
certwright ocsp publish --if-due --to /srv/pki/ocsp     # for cron
certwright ocsp respond request.der --out response.der  # one request, one response";

/// Answer for certificates by OCSP (RFC 6960)
///
/// Responses are signed by a responder that the authority certifies for that with the profile `ocsp`, so that the authority's own
/// key is needed once in a while only. It is kept as the lineage ocsp-AUTHORITY, and replaced in the last third of its life.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

dispatch! {
    Publish(publish::Args),
    Respond(respond::Args),
}
