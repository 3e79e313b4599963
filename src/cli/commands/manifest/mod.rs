//! `certwright manifest`: making, checking and describing manifests.

mod check;
mod from_store;
mod init;
mod schema;

const EXAMPLES: &str = "\
certwright manifest init pki.yaml                 # a commented manifest to start from
certwright manifest check pki.yaml
certwright manifest from-store --out pki.yaml       # describe what is there
certwright manifest schema > manifest.schema.json # for an editor
certwright apply pki.yaml --plan";

/// Make, check and describe manifests, which "apply" takes
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

dispatch! {
    Check(check::Args),
    FromStore(from_store::Args),
    Init(init::Args),
    Schema(schema::Args),
}
