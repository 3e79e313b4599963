//! `certwright show`: one certificate of the store, or a name's whole lineage.

use clap::Args;
use serde::Serialize;

use super::options::reference;
use crate::ca;
use crate::cli::{CliError, Context, Exit};
use crate::store::{CertificateRecord, Packed, State, Store};
use crate::x509::Certificate;

const EXAMPLES: &str = "\
certwright show www.corp.test
certwright show 4f:1c:9a:02:77:10:aa:5e:9d:41:08:5c:b7:13:66:90:d2:fe:81:3c
certwright show dec:452312848583266388373324160190187140051835877600
certwright show certs/cert.pem
certwright show www.corp.test --pem > www.crt
certwright show www.corp.test --fullchain > fullchain.pem";

/// Show a certificate of the store
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct ShowArgs {
    /// A name, a serial (hex, with or without colons, or dec:…) or a certificate file
    #[arg(value_name = "REF")]
    pub reference: String,
    /// Print the certificate in PEM
    #[arg(long, conflicts_with_all = ["fullchain", "chain"])]
    pub pem: bool,
    /// Print the certificate and the intermediates in PEM
    #[arg(long, conflicts_with = "chain")]
    pub fullchain: bool,
    /// Print the intermediates in PEM
    #[arg(long)]
    pub chain: bool,
}

#[derive(Debug, Serialize)]
struct ShowReport<'a> {
    #[serde(flatten)]
    record: CertificateRecord,
    packed: Option<Packed>,
    state: &'static str,
    directory: Option<String>,
    lineage_serials: Vec<&'a str>,
}

impl ShowArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Exit 1 when nothing fits or more than one thing does.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let store = cx.open_store()?;
        let state = store.read()?;
        let found = ca::find(&state, &reference(cx, &self.reference)?)?;
        let Some(record) = found.last() else {
            return Err(ca::CaError::not_found(&self.reference).into());
        };
        if !cx.ui.is_json() && (self.pem || self.fullchain || self.chain) {
            cx.ui.data(self.pem_text(&state, record)?.as_bytes())?;
            return Ok(Exit::Done);
        }
        self.tell(cx, &store, &state, record)?;
        Ok(Exit::Done)
    }

    fn pem_text(&self, state: &State, record: &CertificateRecord) -> Result<String, CliError> {
        let mut text = String::new();
        if !self.chain {
            text.push_str(&record.certificate()?.to_pem());
        }
        if !self.pem {
            text.extend(ca::chain_of(state, record)?.iter().map(Certificate::to_pem));
        }
        Ok(text)
    }

    fn tell(&self, cx: &mut Context, store: &Store, state: &State, record: &CertificateRecord) -> Result<(), CliError> {
        let certificate = record.certificate()?;
        let validity = super::list::standing(state, &record.row(), cx.now())?;
        let directory = store.directory(&record.lineage, &record.serial).map(|dir| dir.display().to_string());
        let pack = (record.packed.is_some() && record.key).then(|| store.issued_key(record).display().to_string());
        let serials: Vec<&str> =
            state.lineage(&record.lineage)?.into_iter().map(|other| other.serial.as_str()).collect();
        cx.ui.line(&format!("{:<16}{}", "name", record.lineage))?;
        cx.ui.line(&format!("{:<16}{validity}", "state"))?;
        cx.ui.line(&format!("{:<16}{}", "profile", record.profile))?;
        cx.ui.line(&format!("{:<16}{}", "authority", record.authority))?;
        super::inspect::certificate_lines(cx, &certificate)?;
        let files =
            directory.clone().unwrap_or_else(|| format!("none: \"certwright show {} --fullchain\"", record.lineage));
        cx.ui.line(&format!("{:<16}{files}", "files"))?;
        if let Some(pack) = pack {
            cx.ui.line(&format!("{:<16}in {pack}", "key"))?;
        }
        if serials.len() > 1 {
            cx.ui.line(&format!(
                "{:<16}{} certificates, this is number {}",
                "lineage",
                serials.len(),
                serials.iter().position(|serial| *serial == record.serial).map_or(0, |at| at + 1)
            ))?;
        }
        cx.ui.json(
            "show",
            &ShowReport {
                record: CertificateRecord { certificate: certificate.to_pem(), packed: None, ..record.clone() },
                packed: record.packed,
                state: validity,
                directory,
                lineage_serials: serials,
            },
        )
    }
}
