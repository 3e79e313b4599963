//! What `verify` reads: the certificate in question, what may be between, what is trusted, what is revoked.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::values::OneOrMore;
use crate::cli::commands::inspect::about;
use crate::cli::commands::inspect::facts::shown;
use crate::cli::{CliError, Context, files};
use crate::store::State;
use crate::x509::pem::{self, Block};
use crate::x509::{Certificate, Crl};

/// The files of the command line.
#[derive(Debug, Clone)]
pub(super) struct Inputs {
    file: PathBuf,
    anchors: Vec<PathBuf>,
    chain: Vec<PathBuf>,
    crls: Vec<PathBuf>,
}

/// What was read from them.
pub(super) struct Material {
    pub(super) target: Certificate,
    pub(super) intermediates: Vec<Certificate>,
    pub(super) anchors: Vec<Certificate>,
    pub(super) crls: Vec<Crl>,
    /// `files` or `store`: where the anchors are from.
    pub(super) source: &'static str,
    /// The store whose roots are trusted.
    pub(super) state: Option<State>,
}

impl Inputs {
    /// Reads every file. Each must hold what it is named for.
    ///
    /// # Errors
    /// Exit 1 for a file without it, exit 2 when there is nothing to trust.
    pub(super) fn read(&self, cx: &mut Context) -> Result<Material, CliError> {
        let mut certificates = read_certificates(cx, &self.file)?.into_iter();
        let target =
            certificates.next().ok_or_else(|| CliError::failed("no certificate in it").about(self.file.display()))?;
        let mut intermediates: Vec<Certificate> = certificates.collect();
        for path in &self.chain {
            intermediates.extend(read_certificates(cx, path)?);
        }
        let mut anchors = Vec::new();
        for path in &self.anchors {
            anchors.extend(read_certificates(cx, path)?);
        }
        let mut crls = Vec::new();
        for path in &self.crls {
            crls.extend(read_crls(cx, path)?);
        }
        let source = if self.anchors.is_empty() { "store" } else { "files" };
        let mut own = None;
        if self.anchors.is_empty() {
            let (state, roots, others) = store_anchors(cx)?;
            own = Some(state);
            anchors = roots;
            // What the store knows of the path need not be given again.
            intermediates.extend(others);
        }
        Ok(Material { target, intermediates, anchors, crls, source, state: own })
    }
}

/// The store, its root authorities, and the other authorities' certificates.
fn store_anchors(cx: &mut Context) -> Result<(State, Vec<Certificate>, Vec<Certificate>), CliError> {
    let Some(state) = store_state(cx)? else {
        return Err(nothing_trusted("no --anchor is given, and there is no store whose roots could be trusted"));
    };
    let mut anchors: Vec<Certificate> = Vec::new();
    let mut others = Vec::new();
    let mut told = Vec::new();
    for record in state.authorities.values() {
        let certificates = std::iter::once(record.certificate()?).chain(record.chain()?);
        for certificate in certificates {
            if !certificate.is_root() {
                others.push(certificate);
            } else if !anchors.contains(&certificate) {
                told.push(shown(&certificate.subject));
                anchors.push(certificate);
            }
        }
    }
    if anchors.is_empty() {
        return Err(nothing_trusted("no --anchor is given, and the store has no root authority"));
    }
    cx.ui.say(&format!("trusting the store's own roots: {}", told.join("; ")));
    Ok((state, anchors, others))
}

/// What the store's journal adds up to; none where there is no store.
fn store_state(cx: &Context) -> Result<Option<State>, CliError> {
    if cx.store_path().is_err() {
        return Ok(None);
    }
    Ok(cx.store_if_there()?.map(|store| store.read()).transpose()?)
}

fn nothing_trusted(why: &str) -> CliError {
    CliError::usage(why)
        .hint("name the root certificate with --anchor FILE; what the operating system trusts does not count")
}

fn read_certificates(cx: &mut Context, path: &Path) -> Result<Vec<Certificate>, CliError> {
    let bytes = files::read(cx, path, pem::MAX_SIZE)?;
    pem::read_certificates(&bytes).map_err(|error| about(path, &error))
}

fn read_crls(cx: &mut Context, path: &Path) -> Result<Vec<Crl>, CliError> {
    let bytes = files::read(cx, path, pem::MAX_SIZE)?;
    let blocks = pem::read_all(&bytes).map_err(|error| about(path, &error))?;
    let mut others: Vec<String> = blocks.iter().map(Block::describe).collect();
    others.dedup();
    let crls: Vec<Crl> = blocks
        .into_iter()
        .filter_map(|block| match block {
            Block::Crl(crl) => Some(crl),
            _ => None,
        })
        .collect();
    if crls.is_empty() {
        return Err(CliError::failed(format!("no CRL in it, but {}", others.join(", "))).about(path.display()));
    }
    Ok(crls)
}

impl clap::Args for Inputs {
    fn augment_args(command: Command) -> Command {
        let files = |name: &'static str, help: &'static str| {
            Arg::new(name)
                .long(name)
                .value_name("FILE")
                .num_args(1..)
                .action(ArgAction::Append)
                .value_parser(value_parser!(PathBuf))
                .help(help)
        };
        command
            .arg(
                Arg::new("file")
                    .value_name("FILE")
                    .value_parser(value_parser!(PathBuf))
                    .help("The certificate, perhaps with its chain after it; - is standard input"),
            )
            .arg(files("anchor", "Trust these certificates [default: the store's root authorities]"))
            .arg(files("chain", "Certificates that may be between the certificate and an anchor"))
            .arg(files("crl", "CRLs; every certificate below the anchor must be covered by one"))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Inputs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let OneOrMore { file, values: [anchors, chain, crls] } = OneOrMore::from_matches(matches)?;
        Ok(Self { file, anchors, chain, crls })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
