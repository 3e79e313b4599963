//! The subcommands, one file each.
//!
//! A new one: a file with an `Args` struct, its `EXAMPLES` and a `run`; a line each in the module list and in the table of
//! subcommands, in alphabetical order.

// Before the modules that use its macro.
#[macro_use]
mod dispatch;

mod apply;
mod authority;
mod bundle;
mod completions;
mod crl;
mod csr;
mod delivery;
mod dev;
mod directory;
mod dry_run;
mod export;
mod init;
mod inspect;
mod integer;
mod issue;
mod issued_key;
mod key;
mod keystore;
mod lint;
mod list;
mod log;
mod man;
mod manifest;
mod ocsp;
mod options;
mod pack;
mod profile;
mod publish;
mod renew;
mod report;
mod revocable;
mod revoke;
mod schema;
mod show;
mod sign;
mod status;
mod store;
mod target;
mod test_pki;
mod trust;
mod truststore;
mod verify;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args as _, CommandFactory, Parser, Subcommand};

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

/// Makes one table the enum of all subcommands, the way to run each, and the clap commands of some.
macro_rules! subcommands {
    ($($name:literal => $variant:ident($args:ty),)*) => {
        /// Every subcommand.
        #[derive(Debug, Subcommand)]
        #[expect(missing_docs, reason = "each is described where it is defined, and clap shows that text")]
        pub enum Command {
            $(#[command(name = $name)] $variant($args),)*
        }

        impl Command {
            /// Runs the subcommand.
            ///
            /// # Errors
            /// What the person is told, with the exit code.
            pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
                match self {
                    $(Self::$variant(args) => args.run(cx),)*
                }
            }
        }

        /// The subcommands with the names that `is_typed`.
        fn laid_out(is_typed: impl Fn(&str) -> bool) -> Vec<clap::Command> {
            let mut typed = Vec::new();
            $(if is_typed($name) {
                typed.push(<$args as clap::Args>::augment_args(clap::Command::new($name)));
            })*
            typed
        }
    };
}

subcommands! {
    "apply" => Apply(apply::Args),
    "authority" => Authority(authority::AuthorityArgs),
    "completions" => Completions(completions::Args),
    "crl" => Crl(crl::Args),
    "csr" => Csr(csr::Args),
    "dev" => Dev(dev::DevArgs),
    "export" => Export(Box<export::Args>),
    "hold" => Hold(Box<revoke::HoldArgs>),
    "init" => Init(Box<init::InitArgs>),
    "inspect" => Inspect(inspect::Args),
    "issue" => Issue(Box<issue::IssueArgs>),
    "key" => Key(key::Args),
    "keystore" => Keystore(keystore::Args),
    "lint" => Lint(lint::Args),
    "list" => List(list::ListArgs),
    "log" => Log(log::Args),
    "man" => Man(man::Args),
    "manifest" => Manifest(manifest::Args),
    "ocsp" => Ocsp(ocsp::Args),
    "profile" => Profile(profile::Args),
    "publish" => Publish(Box<publish::Args>),
    "release" => Release(Box<revoke::ReleaseArgs>),
    "renew" => Renew(Box<renew::Args>),
    "revoke" => Revoke(Box<revoke::RevokeArgs>),
    "show" => Show(show::ShowArgs),
    "sign" => Sign(Box<sign::SignArgs>),
    "status" => Status(status::Args),
    "store" => Store(store::Args),
    "test-pki" => TestPki(Box<test_pki::Args>),
    "trust" => Trust(trust::Args),
    "truststore" => Truststore(truststore::Args),
    "verify" => Verify(Box<verify::Args>),
}

/// The clap command, for help, completions and man pages; its help has the examples first.
pub fn command() -> clap::Command {
    help::dressed(Cli::command())
}

/// The clap command for parsing these arguments: what it accepts is what [`command`] accepts, but its help and errors are good
/// for nothing. Laying out every subcommand takes as long as signing a certificate, and so does giving each the global options: only
/// those are there whose name is among the arguments.
pub(super) fn parser(arguments: &[OsString]) -> clap::Command {
    let command = clap::Command::new("certwright").subcommand_required(true).disable_help_subcommand(true);
    let is_typed = |name: &str| arguments.iter().any(|argument| argument == name);
    GlobalArgs::augment_args(command).subcommands(laid_out(is_typed))
}
