//! The subcommands, one file each.
//!
//! A new one: a file with an `Args` struct, its `EXAMPLES` and a `run`; a line each in the module list, in [`Command`] and in
//! [`Command::run`], in alphabetical order.

mod authority;
mod bundle;
mod completions;
mod csr;
mod dev;
mod dry_run;
mod export;
mod init;
mod inspect;
mod issue;
mod key;
mod keystore;
mod list;
mod log;
mod man;
mod options;
mod profile;
mod report;
mod show;
mod sign;
mod store;
mod truststore;
mod verify;

use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};

use super::{CliError, Context, Exit, SecretSource, help};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "certwright",
    bin_name = "certwright",
    version,
    about = "A private certificate authority on a local directory",
    before_help = EXAMPLES,
    propagate_version = true,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// The options that every command takes.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// The subcommand.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
certwright dev                                    # TLS for localhost in a minute
certwright init --with-issuing                    # a root and an issuing authority
certwright issue www.corp.test --out certs        # a key and its certificate
certwright sign web.csr --out web.crt             # a certificate for a request";

/// The options that every command takes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// The store's directory [env: CERTWRIGHT_STORE] [default: the platform's data directory]
    #[arg(long, global = true, value_name = "DIR")]
    pub store: Option<PathBuf>,
    /// Print a JSON report on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// Never ask on the terminal; a missing value is an error
    #[arg(long, global = true)]
    pub non_interactive: bool,
    /// Say nothing on stderr but warnings and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// How long to wait for another certwright to finish
    #[arg(long, global = true, value_name = "DURATION", default_value = "30s")]
    pub lock_timeout: String,
    /// Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT
    /// [env: CERTWRIGHT_PASSPHRASE_SOURCE]
    #[arg(long, global = true, value_name = "SRC")]
    pub passphrase: Option<SecretSource>,
}

/// Every subcommand.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "each is described where it is defined, and clap shows that text")]
pub enum Command {
    Authority(authority::AuthorityArgs),
    Completions(completions::Args),
    Csr(csr::Args),
    Dev(dev::DevArgs),
    Export(Box<export::Args>),
    Init(Box<init::InitArgs>),
    Inspect(inspect::Args),
    Issue(Box<issue::IssueArgs>),
    Key(key::Args),
    Keystore(keystore::Args),
    List(list::ListArgs),
    Log(log::Args),
    Man(man::Args),
    Profile(profile::Args),
    Show(show::ShowArgs),
    Sign(Box<sign::SignArgs>),
    Store(store::Args),
    Truststore(truststore::Args),
    Verify(Box<verify::Args>),
}

impl Command {
    /// Runs the subcommand.
    ///
    /// # Errors
    /// What the person is told, with the exit code.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        match self {
            Self::Authority(args) => args.run(cx),
            Self::Completions(args) => args.run(cx),
            Self::Csr(args) => args.run(cx),
            Self::Dev(args) => args.run(cx),
            Self::Export(args) => args.run(cx),
            Self::Init(args) => args.run(cx),
            Self::Inspect(args) => args.run(cx),
            Self::Issue(args) => args.run(cx),
            Self::Key(args) => args.run(cx),
            Self::Keystore(args) => args.run(cx),
            Self::List(args) => args.run(cx),
            Self::Log(args) => args.run(cx),
            Self::Man(args) => args.run(cx),
            Self::Profile(args) => args.run(cx),
            Self::Show(args) => args.run(cx),
            Self::Sign(args) => args.run(cx),
            Self::Store(args) => args.run(cx),
            Self::Truststore(args) => args.run(cx),
            Self::Verify(args) => args.run(cx),
        }
    }
}

/// The clap command, for parsing and completions; its help has the examples first.
pub fn command() -> clap::Command {
    help::dressed(Cli::command())
}
