//! `certwright csr`.

mod create;
mod inspect;

const EXAMPLES: &str = "\
certwright csr create --new-key api.key --subject CN=api api.corp.test --out api.csr
certwright csr inspect api.csr";

/// Make and inspect certificate requests
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

dispatch! {
    Create(Box<create::Args>),
    Inspect(inspect::Args),
}
