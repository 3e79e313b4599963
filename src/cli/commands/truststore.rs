//! `certwright truststore`.

pub(super) mod anchors;
mod build;
pub(super) mod hashed;
mod inspect;

const EXAMPLES: &str = "\
certwright truststore build --out truststore.p12              # the roots of the store
certwright truststore build partner.pem --out anchors.jks
certwright truststore inspect truststore.p12";

/// The password that Java's truststores have by custom; an anchor is no secret.
const CUSTOMARY: &str = "changeit";

/// Write and read truststores: PKCS#12, JKS, PEM and OpenSSL's hashed directories
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

dispatch! {
    Build(build::Args),
    Inspect(inspect::Args),
}
