//! `certwright status`: what expires and what else needs attention.

mod calendar;
mod prometheus;
mod text;

use std::path::PathBuf;

use clap::ValueEnum;

use crate::ca::{Limits, Status};
use crate::cli::{CliError, Context, Exit, files};
use crate::x509::time::Span;

const EXAMPLES: &str = "\
certwright status
certwright status --within 14d --quiet || mail -s \"certificates\" ops@corp.test < /dev/null
certwright status --json | jq -r '.certificates[].lineage'
certwright status --format prometheus --out /var/lib/node_exporter/textfile/certwright.prom";

/// Show what expires, and which authorities, CRLs, keys and files need attention
///
/// The exit status is 3 when something is due. Certificates that a newer one of the same name has replaced are not talked about,
/// nor those that expired long ago.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    /// What has this long or less to live is due [default: 30d, or a third of the lifetime if that is less; for an authority a tenth if that is more]
    #[arg(long, value_name = "DURATION", value_parser = Span::parse)]
    within: Option<Span>,
    /// A key that was renewed and is older than this is due
    #[arg(long, value_name = "DURATION", default_value = "1y", value_parser = Span::parse)]
    key_age: Span,
    /// A key that was renewed more often than this is due
    #[arg(long, value_name = "NUMBER", default_value_t = 8)]
    key_uses: u32,
    /// The form of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
    /// With --format prometheus: replace this file in one step
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people
    Text,
    /// As --json
    Json,
    /// Prometheus text exposition format, for node_exporter's textfile collector
    Prometheus,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// When the store cannot be read. What is due is no error: exit 3.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        if self.out.is_some() && self.format != Form::Prometheus {
            return Err(CliError::usage("--out is for --format prometheus").hint("redirect standard output"));
        }
        if self.format == Form::Prometheus && self.out.is_none() && cx.ui.is_json() {
            return Err(CliError::usage("--json and --format prometheus cannot both have standard output")
                .hint("give --format prometheus a file with --out FILE, or leave out one of the two"));
        }
        let store = cx.open_store()?;
        let state = store.read()?;
        let limits = Limits { within: self.within, key_age: self.key_age, key_uses: self.key_uses };
        let now = cx.now();
        let mut status = Status::of(&state, &limits, now)?;
        status.note_keys(&store);
        match self.format {
            Form::Json => cx.ui.configure(true, cx.ui.is_quiet()),
            Form::Text => text::tell(cx, &status, now)?,
            Form::Prometheus => {
                let metrics = prometheus::metrics(&state, &status, now)?;
                match &self.out {
                    Some(path) => files::write(cx, path, metrics.as_bytes(), false, true)?,
                    None => cx.ui.data(metrics.as_bytes())?,
                }
            }
        }
        cx.ui.json("status", &status)?;
        Ok(if status.ok { Exit::Done } else { Exit::CheckFailed })
    }
}
