//! `certwright lint`.

mod inputs;
mod listing;
mod outcome;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use self::inputs::{Item, Source};
use self::outcome::Judged;
use super::target::target;
use super::verify::host;
use crate::cli::{CliError, Context, Exit};
use crate::issuance::lint::{Finding, Severity, Subject, Target, for_targets, lint_chain, lint_subject};
use crate::x509::path::Purpose;
use crate::x509::{Certificate, GeneralName};

const EXAMPLES: &str = "\
certwright lint server.crt
certwright lint fullchain.pem --for java,python3.13       # will these take it?
certwright lint server.crt --purpose server --host api.corp.test
openssl s_client -connect host:443 -showcerts </dev/null | certwright lint - --for apple
certwright lint keystore.p12 --passphrase file:store.pass --fail-on warning
certwright lint www.corp.test                             # the store's newest one of that name
certwright lint certs/                                    # every certificate and keystore there, by its ending
certwright lint --list                                    # every rule, and who minds";

/// Say what is wrong with a certificate, and who will refuse it
///
/// Every certificate in each FILE is held against named rules: those of the standards, and those that programs were seen to
/// enforce or are documented to. A certificate that no other command reads is linted as far as it goes. Of a directory the files
/// *.pem, *.crt, *.cer, *.der, *.p12, *.pfx and *.jks are linted, and none of the directories in it; one that cannot be read is told.
/// Signatures, time and revocation are what "certwright verify" looks at.
///
/// With --for, only what matters to these programs is told, and what one of them refuses is an error; the last line says how
/// many other errors there are. Exit status 3 means that something was found that is at least as bad as --fail-on;
/// where a file of a directory could not be read, the status says that instead.
#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    /// Certificates: PEM, DER, PKCS#12, JKS, a directory of such files, - for standard input, or a name or serial in the store
    #[arg(value_name = "FILE", required_unless_present = "list")]
    files: Vec<String>,
    /// Judge as these programs do
    #[arg(long = "for", value_name = "TARGET", value_delimiter = ',', value_parser = target())]
    targets: Vec<Target>,
    /// Tell what is at least this bad
    #[arg(long, value_name = "SEVERITY", default_value = "warning", value_parser = severity())]
    severity: Severity,
    /// Exit 3 for what is at least this bad
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = severity())]
    fail_on: Severity,
    /// What the first certificate shall be used for: server, client, code-signing, email, ocsp, timestamping, authority
    #[arg(long, value_name = "PURPOSE")]
    purpose: Option<Purpose>,
    /// The host that the first certificate must be for: a DNS name or an IP address
    #[arg(long, value_name = "HOST", value_parser = host)]
    host: Option<GeneralName>,
    /// List the rules, with --for those that matter to these programs
    #[arg(long, conflicts_with_all = ["files", "purpose", "host", "severity", "fail_on"])]
    list: bool,
}

/// Reads a severity, and lets help and completions name them.
fn severity() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(["notice", "warning", "error"]).try_map(|text| text.parse::<Severity>())
}

impl Args {
    /// Lints every certificate and tells what was found.
    ///
    /// # Errors
    /// Exit 1 when a file cannot be read or has no certificate in it.
    pub fn run(&self, cx: &mut Context) -> Result<Exit, CliError> {
        if self.list {
            return listing::run(cx, &self.targets);
        }
        let (mut sources, mut failed) = (Vec::new(), Vec::new());
        for name in &self.files {
            sources.extend(Source::read(cx, name, &mut failed)?);
        }
        let judged: Vec<Judged<'_>> = sources.iter().flat_map(|source| self.judge(source)).collect();
        outcome::tell(cx, self, &judged, &failed)
    }

    /// Lints what one file holds: its certificates one by one, then their order.
    fn judge<'a>(&self, source: &'a Source) -> Vec<Judged<'a>> {
        let known: Vec<&Certificate> = source.certificates().collect();
        let mut judged: Vec<Judged<'a>> = Vec::new();
        for (index, item) in source.items.iter().enumerate() {
            let mut findings = match &item.salvaged {
                Ok(salvaged) => {
                    let first = index == 0;
                    lint_subject(Subject {
                        certificate: &salvaged.certificate,
                        defects: &salvaged.defects,
                        issuer: issuer(&salvaged.certificate, known.iter().copied().chain(&source.issuers)),
                        purpose: self.purpose.filter(|_| first),
                        host: self.host.as_ref().filter(|_| first),
                    })
                }
                Err(finding) => vec![finding.clone()],
            };
            if index == 0 && source.in_order {
                findings.extend(lint_chain(&known));
            }
            let is_unminded =
                |finding: &&Finding| finding.severity == Severity::Error && finding.seen_by(&self.targets).is_none();
            let unminded = findings.iter().filter(is_unminded).count();
            judged.push(Judged { item, findings: for_targets(&findings, &self.targets), unminded });
        }
        judged
    }
}

/// The certificate that issued another, by name or by key identifier.
fn issuer<'a>(of: &Certificate, among: impl Iterator<Item = &'a Certificate> + Clone) -> Option<&'a Certificate> {
    let by_key = |other: &Certificate| of.authority_key_id.is_some() && of.authority_key_id == other.subject_key_id;
    let by_name = |other: &Certificate| !of.issuer.is_empty() && of.issuer == other.subject;
    let mut others = among.clone();
    others.find(|other| by_key(other) && by_name(other)).or_else(|| {
        let mut others = among;
        others.find(|other| other.der() != of.der() && (by_name(other) || by_key(other) && other.is_ca()))
    })
}

impl Item {
    /// The certificate, if any of it could be read.
    fn certificate(&self) -> Option<&Certificate> {
        self.salvaged.as_ref().ok().map(|salvaged| &salvaged.certificate)
    }
}
