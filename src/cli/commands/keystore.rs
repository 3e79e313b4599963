//! `certwright keystore`.

mod build;
mod import;
mod inspect;
mod source;
pub(super) mod target;

pub(super) use inspect::{Opening, open_file};

const EXAMPLES: &str = "\
certwright keystore build www.corp.test --out keystore.p12 --storepass file:store.pass
certwright keystore inspect keystore.p12 --storepass file:store.pass
certwright keystore import legacy.jks --storepass env:OLD_PASS --name billing --no-passphrase";

/// Write, read and import keystores: PKCS#12, JKS and PEM
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

dispatch! {
    Build(Box<build::Args>),
    Import(Box<import::Args>),
    Inspect(inspect::Args),
}
