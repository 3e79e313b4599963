//! `certwright log verify`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::ca::{self, Audit, Kept};
use crate::cli::commands::store::check::compare;
use crate::cli::{CliError, Context, Exit, files};
use crate::store::{Severity, StoreError};
use crate::x509::pem::{self, Block};

/// Largest CRL that is read.
const MAX_CRL: usize = 1 << 30;

const EXAMPLES: &str = "\
certwright log verify
certwright log verify --json > head.json      # keep it elsewhere
certwright log verify --kept head.json        # is everything from then still there?
certwright log verify --crl published.crl     # does the journal know what was published?";

/// Prove that no line of the journal was changed
///
/// Proves the chain of hashes, the signature of every checkpoint (an authority signs the journal's head with each CRL), that every
/// CRL lists what the lines before it say, and that the files in the store agree. Whoever rewrites a line and all hashes after it
/// is found by the next checkpoint. What is cut off the end together with its checkpoints is found by --kept and --crl. A journal
/// that was changed is exit status 6, with its line.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// A report that "log verify --json" gave before: its line must still be there
    #[arg(long, value_name = "FILE")]
    kept: Vec<PathBuf>,
    /// A CRL that was published: the journal must know it
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
}

/// `certwright/log-verify/1`.
#[derive(Serialize)]
struct Report<'a> {
    lines: u64,
    head: &'a str,
    unfinished: u64,
    checkpoints: u64,
    signed_through: u64,
    crls: u64,
    notices: Vec<String>,
}

/// What `--kept` needs of an earlier report.
#[derive(Deserialize)]
struct Earlier {
    schema: String,
    lines: u64,
    head: String,
}

impl Args {
    /// Reads the whole journal.
    ///
    /// # Errors
    /// Exit 6 with the first line that does not fit.
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let mut kept = Vec::new();
        for path in &self.kept {
            kept.push(read_head(cx, path)?);
        }
        for path in &self.crl {
            kept.push(read_crl(cx, path)?);
        }
        let store = cx.open_store()?;
        let journal = store.verify()?;
        let Audit { checkpoints, signed_through, crls } = ca::audit(&store, &kept)?;
        // Keys do not follow from the journal; one may well be kept elsewhere.
        let wrong = compare(cx, &store)?
            .into_iter()
            .find(|finding| finding.severity == Severity::Damage && !finding.path.ends_with("key.pem"));
        if let Some(finding) = wrong {
            return Err(StoreError::Damaged { path: finding.path, line: None, why: finding.what }.into());
        }
        let notices: Vec<String> = journal.notices.iter().map(ToString::to_string).collect();
        for notice in &notices {
            cx.ui.warn(notice);
        }
        let (lines, head, unfinished) = (journal.seq, journal.head.as_str(), journal.unfinished);
        let report = Report { lines, head, unfinished, checkpoints, signed_through, crls, notices };
        cx.ui.json("log-verify", &report)?;
        cx.ui.line(&format!("{lines} lines, unbroken; head {head}"))?;
        if checkpoints > 0 {
            cx.ui.line(&format!(
                "{checkpoints} checkpoints signed, the last through line {signed_through}; {crls} CRLs agree"
            ))?;
        }
        Ok(Exit::Done)
    }
}

fn read_head(cx: &mut Context, path: &Path) -> Result<Kept, CliError> {
    let bytes = files::read(cx, path, 16 << 20)?;
    let earlier: Option<Earlier> = serde_json::from_slice(&bytes).ok();
    match earlier.filter(|earlier| earlier.schema == "certwright/log-verify/1") {
        Some(Earlier { lines, head, .. }) => Ok(Kept::Head { line: lines, sha256: head }),
        None => Err(CliError::failed(format!("{} is no report of \"log verify --json\"", path.display()))
            .hint("--kept takes the JSON that the command printed before")),
    }
}

fn read_crl(cx: &mut Context, path: &Path) -> Result<Kept, CliError> {
    let bytes = files::read(cx, path, MAX_CRL)?;
    let blocks = pem::read_all(&bytes).map_err(|error| CliError::from(error).about(path.display()))?;
    let crl = blocks.into_iter().find_map(|block| match block {
        Block::Crl(crl) => Some(crl),
        _ => None,
    });
    let crl = crl.ok_or_else(|| CliError::failed(format!("there is no CRL in {}", path.display())))?;
    Ok(Kept::Crl(Box::new(crl)))
}
