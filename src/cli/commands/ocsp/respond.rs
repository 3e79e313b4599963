//! `certwright ocsp respond`.

use std::path::PathBuf;

use serde::Serialize;

use super::responder::ResponderArgs;
use crate::ca;
use crate::cli::files::{self, check_outputs};
use crate::cli::{CliError, Context, Exit};
use crate::store::{AuthorityRecord, State};
use crate::x509::ocsp::{CertId, CertStatus, MAX_REQUEST, OcspRequest, refusal};
use crate::x509::time::format_instant;

const EXAMPLES: &str = "\
openssl ocsp -issuer issuing.pem -cert www.pem -reqout request.der
certwright ocsp respond request.der --out response.der
openssl ocsp -issuer issuing.pem -cert www.pem -respin response.der -CAfile root.pem
certwright ocsp respond - --out - < request.der > response.der";

/// Answer one OCSP request
///
/// The request is DER, as a client sends it; a nonce is repeated. Certificates are named by their issuer and serial: those of
/// the first authority of this store that is named are answered for, others are unknown. A request that cannot be read, or names
/// no authority of this store, gets the unsigned response that RFC 6960 has for it, and the exit status is 1.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// The request; - is standard input
    #[arg(value_name = "REQUEST")]
    request: PathBuf,
    /// Write the response to this file; - is standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    responder: ResponderArgs,
    /// Replace a file that exists
    #[arg(long)]
    force: bool,
}

/// `certwright/ocsp-respond/1`.
#[derive(Debug, Serialize)]
struct Report {
    authority: String,
    responder: String,
    this_update: String,
    next_update: String,
    nonce: bool,
    certificates: Vec<Item>,
    file: String,
}

#[derive(Debug, Serialize)]
struct Item {
    serial: String,
    /// `good`, `revoked`, `on hold` or `unknown`.
    status: String,
    reason: Option<String>,
    revoked_at: Option<String>,
}

impl Args {
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        check_outputs(cx, &[&self.out], self.force)?;
        let store = cx.open_store()?;
        let der = files::read(cx, &self.request, MAX_REQUEST)?;
        let request = match OcspRequest::from_der(&der) {
            Ok(request) => request,
            Err(error) => {
                files::write(cx, &self.out, &refusal(true), false, self.force)?;
                return Err(CliError::from(error).about(self.request.display().to_string()));
            }
        };
        let mut state = store.read()?;
        let Some(record) = authority(&state, &request.certificates) else {
            files::write(cx, &self.out, &refusal(false), false, self.force)?;
            return Err(CliError::failed("the request names no authority of this store as issuer")
                .hint("\"certwright authority list\" shows them; the response says unauthorized"));
        };
        let record = record.clone();
        let responder = self.responder.responder(cx, &store, &state, &record)?;
        // What was revoked while a passphrase was typed counts.
        state = store.read()?;
        let issuer = responder.issuer();
        let statements: Vec<(CertId, CertStatus)> = request
            .certificates
            .into_iter()
            .map(|id| {
                let status =
                    if id.is_of(issuer) { ca::status(&state, &record, &id.serial)? } else { CertStatus::Unknown };
                Ok((id, status))
            })
            .collect::<Result<_, ca::CaError>>()?;
        let now = cx.now();
        let next_update = responder.next_update(now, self.responder.validity(&state, &record.authority)?)?;
        let items: Vec<Item> = statements.iter().map(Item::new).collect();
        let nonce = request.nonce.is_some();
        let response = responder.sign(statements, (now, next_update), request.nonce)?;
        files::write(cx, &self.out, &response, false, self.force)?;
        for Item { serial, status, .. } in &items {
            cx.ui.say(&format!("{serial}: {status}"));
        }
        let report = Report {
            authority: record.authority.clone(),
            responder: responder.certificate().serial.hex(),
            this_update: format_instant(now),
            next_update: format_instant(next_update),
            nonce,
            certificates: items,
            file: self.out.display().to_string(),
        };
        cx.ui.json("ocsp-respond", &report)?;
        Ok(Exit::Done)
    }
}

impl Item {
    fn new((id, status): &(CertId, CertStatus)) -> Self {
        let (revoked_at, reason) = match status {
            CertStatus::Revoked { at, reason } => (Some(format_instant(*at)), reason.map(|reason| reason.to_string())),
            _ => (None, None),
        };
        Self { serial: id.serial.hex(), status: status.to_string(), reason, revoked_at }
    }
}

/// The first authority that is named.
fn authority<'a>(state: &'a State, certificates: &[CertId]) -> Option<&'a AuthorityRecord> {
    let known: Vec<_> =
        state.authorities.values().filter_map(|record| Some((record, record.certificate().ok()?))).collect();
    certificates
        .iter()
        .find_map(|id| known.iter().find(|(_, certificate)| id.is_of(certificate)).map(|(record, _)| *record))
}
