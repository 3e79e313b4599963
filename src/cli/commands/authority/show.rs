//! `certwright authority show`.

use clap::Args;

use super::list::AuthorityReport;
use crate::ca;
use crate::cli::commands::crl;
use crate::cli::{CliError, Context, Exit};
use crate::x509::Certificate;

const EXAMPLES: &str = "\
certwright authority show root
certwright authority show root --pem > root.pem
certwright authority show issuing --chain > chain.pem  # it and those above it, the root last";

/// Show an authority, or print its certificate
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct ShowArgs {
    /// Name of the authority
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Print its certificate in PEM
    #[arg(long, conflicts_with = "chain")]
    pub pem: bool,
    /// Print its certificate and those above it in PEM
    #[arg(long)]
    pub chain: bool,
}

impl ShowArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Exit 1 when there is no such authority.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let state = store.read()?;
        if state.requested.contains_key(&self.name) {
            let what = format!("authority {} was requested, and its certificate is not here yet", self.name);
            return Err(CliError::failed(what).hint(format!(
                "certwright authority csr {0} prints the request; certwright authority import {0} --cert FILE brings the answer",
                self.name
            )));
        }
        let record = ca::resolve(&state, Some(&self.name))?;
        crl::warn(cx, &state, &record.authority);
        if !cx.ui.is_json() && (self.pem || self.chain) {
            let mut text = record.certificate()?.to_pem();
            if self.chain {
                text.extend(record.chain()?.iter().map(Certificate::to_pem));
            }
            cx.ui.data(text.as_bytes())?;
            return Ok(Exit::Done);
        }
        let report = AuthorityReport::new(record, &state, &store, cx.now())?;
        for (label, value) in report.lines() {
            cx.ui.line(&format!("{label:<16}{value}"))?;
        }
        cx.ui.json("authority-show", &report)?;
        Ok(Exit::Done)
    }
}
