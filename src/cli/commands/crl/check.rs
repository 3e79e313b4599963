//! `certwright crl check`.

use std::path::{Path, PathBuf};

use serde::Serialize;
use time::OffsetDateTime;

use crate::ca;
use crate::cli::commands::integer::Integer;
use crate::cli::{CliError, Context, Exit, files};
use crate::x509::pem::{self, Block};
use crate::x509::time::{Span, format_instant, parse_instant};
use crate::x509::{Certificate, Crl, KeyUsage};

/// Largest file that is read, in bytes.
const MAX_SIZE: usize = 1 << 30;

const EXAMPLES: &str = "\
certwright crl check issuing.crl                                 # signed by an authority of this store?
certwright crl check issuing.crl --issuer issuing.crt --within 2d
curl -fsS http://pki.corp.test/issuing.crl | certwright crl check - --previous last.crl";

/// Tell whether a CRL is sound, fresh and newer than the one before
///
/// Looked at are the signature and the issuer's right to sign CRLs, thisUpdate and nextUpdate, the number, and with --previous
/// that the number has risen and that no time went back. Exit status 0 means that all is well, 3 that something is not.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Args {
    /// The CRL, PEM or DER; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The issuer's certificate [default: the authorities of the store]
    #[arg(long, value_name = "FILE")]
    issuer: Option<PathBuf>,
    /// The CRL that was published before
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
    /// It must still hold after this time
    #[arg(long, value_name = "DURATION", value_parser = Span::parse)]
    within: Option<Span>,
    /// The instant to check for [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_instant)]
    at: Option<OffsetDateTime>,
}

/// `certwright/crl-check/1`.
#[derive(Debug, Serialize)]
struct Report {
    sound: bool,
    issuer: String,
    number: Option<Integer>,
    this_update: String,
    next_update: Option<String>,
    entries: usize,
    findings: Vec<Finding>,
}

/// Something that is not as it should be.
#[derive(Debug, Serialize)]
struct Finding {
    /// A stable name for scripts.
    rule: &'static str,
    message: String,
}

impl Args {
    pub(super) fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        let crl = read(cx, &self.file)?;
        let issuers = self.issuers(cx)?;
        let previous = self.previous.as_deref().map(|path| read(cx, path)).transpose()?;
        let at = self.at.unwrap_or_else(|| cx.now());
        let mut findings = Vec::new();
        let mut report = |rule, message: String| findings.push(Finding { rule, message });
        check_signature(&crl, &issuers, &mut report);
        self.check_times(&crl, at, &mut report)?;
        if crl.number.is_none() {
            report("no-number", "it has no number".to_owned());
        }
        if let Some(previous) = &previous {
            check_order(&crl, previous, &mut report);
        }
        let report = Report {
            sound: findings.is_empty(),
            issuer: crl.issuer.to_string(),
            number: crl.number.as_deref().map(Integer::from_octets),
            this_update: format_instant(crl.this_update),
            next_update: crl.next_update.map(format_instant),
            entries: crl.entries.len(),
            findings,
        };
        for Finding { message, .. } in &report.findings {
            cx.ui.line(&format!("{}: {message}", self.file.display()))?;
        }
        if report.sound {
            let number = report.number.as_ref().map_or_else(|| "-".to_owned(), Integer::to_string);
            let until = report.next_update.as_deref().unwrap_or("ever");
            cx.ui.line(&format!("{}: sound, number {number}, holds until {until}", self.file.display()))?;
        }
        let exit = if report.sound { Exit::Done } else { Exit::CheckFailed };
        cx.ui.json("crl-check", &report)?;
        Ok(exit)
    }

    fn issuers(&self, cx: &mut Context) -> Result<Vec<Certificate>, CliError> {
        if let Some(path) = &self.issuer {
            let bytes = files::read(cx, path, 4 << 20)?;
            let shown = path.display();
            let found = pem::read_certificates(&bytes).map_err(|error| CliError::from(error).about(shown))?;
            if found.is_empty() {
                return Err(CliError::failed("there is no certificate in it").about(path.display()));
            }
            return Ok(found);
        }
        let state = cx.open_store().and_then(|store| Ok(store.read()?)).map_err(|error| {
            CliError::usage(format!("nothing says who signed it: {}", error.message))
                .hint("name the issuer with --issuer FILE")
        })?;
        let mut issuers = Vec::new();
        for name in state.authorities.keys() {
            for record in state.authority_history(name) {
                issuers.push(record.certificate().map_err(ca::CaError::from)?);
            }
        }
        Ok(issuers)
    }

    fn check_times(
        &self,
        crl: &Crl,
        at: OffsetDateTime,
        report: &mut dyn FnMut(&'static str, String),
    ) -> Result<(), CliError> {
        if crl.this_update > at {
            report("not-yet", format!("it holds from {} on only", format_instant(crl.this_update)));
        }
        let Some(next) = crl.next_update else {
            report("no-next-update", "it does not say until when it holds".to_owned());
            return Ok(());
        };
        if at >= next {
            report("stale", format!("it lapsed at {}", format_instant(next)));
        } else if let Some(within) = self.within
            && within.after(at)? >= next
        {
            report("lapses-soon", format!("it lapses at {}, within {within}", format_instant(next)));
        }
        Ok(())
    }
}

fn check_signature(crl: &Crl, issuers: &[Certificate], report: &mut dyn FnMut(&'static str, String)) {
    let named: Vec<_> = issuers.iter().filter(|issuer| issuer.subject.matches(&crl.issuer)).collect();
    if named.is_empty() {
        report("unknown-issuer", format!("its issuer {} is none of those that are known", crl.issuer));
        return;
    }
    let signer = named.iter().find(|issuer| issuer.public_key().is_ok_and(|key| crl.verify_signature(&key).is_ok()));
    match signer {
        None => report("bad-signature", format!("its signature does not verify under the key of {}", crl.issuer)),
        Some(signer) if signer.key_usage.is_some_and(|usage| !usage.contains(KeyUsage::CRL_SIGN)) => {
            report("no-right", format!("{} may not sign CRLs: its keyUsage lacks cRLSign", crl.issuer));
        }
        Some(_) => {}
    }
}

fn check_order(crl: &Crl, previous: &Crl, report: &mut dyn FnMut(&'static str, String)) {
    if crl.issuer != previous.issuer {
        report("other-issuer", format!("the one before is of another issuer, {}", previous.issuer));
        return;
    }
    if crl.der() == previous.der() {
        return;
    }
    if let (Some(number), Some(before)) = (&crl.number, &previous.number) {
        let (number, before) = (Integer::from_octets(number), Integer::from_octets(before));
        if number <= before {
            report("number-not-higher", format!("its number {number} is not above {before}, the one before"));
        }
    }
    if crl.this_update < previous.this_update {
        let (this, before) = (format_instant(crl.this_update), format_instant(previous.this_update));
        report("time-went-back", format!("its thisUpdate {this} lies before that of the one before, {before}"));
    }
}

fn read(cx: &mut Context, path: &Path) -> Result<Crl, CliError> {
    let bytes = files::read(cx, path, MAX_SIZE)?;
    let blocks = pem::read_all(&bytes).map_err(|error| CliError::from(error).about(path.display()))?;
    let mut crls = blocks.into_iter().filter_map(|block| match block {
        Block::Crl(crl) => Some(crl),
        _ => None,
    });
    match (crls.next(), crls.next()) {
        (Some(crl), None) => Ok(crl),
        (None, _) => Err(CliError::failed("there is no CRL in it").about(path.display())),
        (Some(_), Some(_)) => Err(CliError::failed("there is more than one CRL in it").about(path.display())),
    }
}
