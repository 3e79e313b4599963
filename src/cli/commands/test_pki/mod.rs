//! `certwright test-pki`.

mod make;
mod present;
mod serve;

use std::path::{Path, PathBuf};

use serde::Serialize;

use self::make::MakeArgs;
use crate::cli::files::tree::{TreeFile, check_tree, write_tree};
use crate::cli::{CliError, Context, Exit};
use crate::testing::{Entry, Purpose, entries};
use crate::x509::time::format_instant;

/// The document that says what everything is.
const EXPECTATIONS: &str = "expectations.json";
/// Largest such document that is read, in bytes.
const MAX_EXPECTATIONS: usize = 8 << 20;

const EXAMPLES: &str = "\
certwright test-pki pki                       # good certificates and bad ones
certwright test-pki some --only good 'expired*' wrong-host
certwright test-pki same --seed ci --at 2026-01-01T00:00:00Z    # the same bytes every time, good at that time
certwright test-pki --list
certwright test-pki serve pki                 # each of them on a TLS port";

/// Make a throwaway PKI for tests: good certificates, and one for each way in which a certificate can be wrong
///
/// OUT/good and OUT/bad have a directory for each case, with cert.pem, key.pem, chain.pem, fullchain.pem, keystore.p12 and crl.pem
/// as far as they make sense; OUT/ca has the trust anchors. OUT/expectations.json says of each what is wrong, by which rule, what to
/// verify it with, and which of OpenSSL, Go, Java, GnuTLS, Node, pyca/cryptography, rustls and certwright refuse it.
///
/// TEST ONLY: whoever has the seed has the keys, and those of RSA are the same in every test PKI. Never trust one of its roots
/// outside of a test.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// The directory to make; all of it appears at once
    #[arg(value_name = "OUT", required_unless_present = "list")]
    out: Option<PathBuf>,
    /// Print the cases, and make nothing
    #[arg(long, conflicts_with_all = ["out", "force", "seed", "at", "host"])]
    list: bool,
    #[command(flatten)]
    make: MakeArgs,
    /// Replace a test PKI that is there, if nothing else is in its directory
    #[arg(long)]
    force: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Serve(Box<serve::Args>),
}

/// `certwright/test-pki/1`.
#[derive(Debug, Serialize)]
struct Report {
    directory: String,
    expectations: String,
    seed: String,
    at: String,
    host: String,
    good: usize,
    bad: usize,
}

/// `certwright/test-pki-list/1`.
#[derive(Debug, Serialize)]
struct ListReport {
    cases: Vec<Entry>,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Exit 2 for a case that there is not, exit 1 for a directory that is not empty.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        match (&self.command, &self.out) {
            (Some(Command::Serve(args)), _) => args.run(cx),
            (None, Some(out)) => self.write(cx, out),
            (None, None) => self.print(cx),
        }
    }

    fn write(&self, cx: &mut Context, out: &Path) -> Result<Exit, CliError> {
        check_tree(out, self.force, &present::foreign)?;
        let pki = self.make.make(cx)?;
        let made = pki.files()?;
        let tree: Vec<TreeFile<'_>> =
            made.iter().map(|file| TreeFile { path: &file.path, bytes: &file.bytes, secret: file.key }).collect();
        write_tree(out, &tree, self.force, &present::foreign)?;
        let good = pki.cases.iter().filter(|case| case.good).count();
        let bad = pki.cases.len() - good;
        let expectations = out.join(EXPECTATIONS).display().to_string();
        cx.ui.say(&format!("TEST ONLY: {good} good and {bad} bad certificates, from the seed {}", pki.options.seed));
        cx.ui.line(&expectations)?;
        let (seed, host, at) = (pki.options.seed, pki.options.host, format_instant(pki.options.at));
        let directory = out.display().to_string();
        cx.ui.json("test-pki", &Report { directory, expectations, seed, at, host, good, bad })?;
        Ok(Exit::Done)
    }

    fn print(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let wanted = self.make.filter()?;
        let cases: Vec<Entry> = entries().into_iter().filter(|entry| wanted(&entry.id)).collect();
        let rows = cases.iter().map(|entry| {
            let unnoticed = if entry.good { String::new() } else { names(entry) };
            vec![entry.id.clone(), entry.purpose.as_str().to_owned(), entry.what.clone(), unnoticed]
        });
        cx.ui.table(&["CASE", "FOR", "WHAT IS WRONG", "NOT NOTICED BY"], rows.collect())?;
        cx.ui.json("test-pki-list", &ListReport { cases })?;
        Ok(Exit::Done)
    }
}

fn names(entry: &Entry) -> String {
    entry.accepted_by.iter().map(|program| program.as_str()).collect::<Vec<_>>().join(" ")
}

/// Whether a case is one that a server presents.
fn is_for_servers(id: &str) -> bool {
    entries().iter().any(|entry| entry.id == id && entry.purpose == Purpose::Server)
}
