//! How the findings are told.

use serde::Serialize;

use super::inputs::Failure;
use super::{Args, Item};
use crate::cli::commands::inspect::facts;
use crate::cli::{CliError, Context, Exit};
use crate::issuance::lint::{Care, Finding, Severity, Target};
use crate::x509::display::hex;
use crate::x509::escape;

/// A certificate with what was found in it, as the targets see it.
pub(super) struct Judged<'a> {
    pub(super) item: &'a Item,
    pub(super) findings: Vec<Finding>,
    /// How many errors are not among them, because no target minds.
    pub(super) unminded: usize,
}

/// `certwright/lint/1`.
#[derive(Serialize)]
struct Report<'a> {
    /// Whether everything could be read, and nothing is as bad as `fail_on`.
    ok: bool,
    targets: &'a [Target],
    certificates: Vec<CertificateReport<'a>>,
    failed: &'a [Failure],
    counts: Counts,
    /// How many findings were left out, because they are not as bad as `--severity`.
    hidden: usize,
    /// How many errors were left out, because none of the targets minds.
    unminded: usize,
}

#[derive(Serialize)]
struct CertificateReport<'a> {
    file: &'a str,
    line: Option<usize>,
    alias: Option<&'a str>,
    subject: Option<String>,
    serial: Option<String>,
    sha256: Option<String>,
    findings: Vec<FindingReport<'a>>,
}

#[derive(Serialize)]
struct FindingReport<'a> {
    rule: &'static str,
    severity: Severity,
    message: &'a str,
    source: &'static str,
    refused_by: &'static [Care],
    remedy: &'static str,
}

/// How many findings there are of each severity, told or not.
#[derive(Serialize)]
struct Counts {
    error: usize,
    warning: usize,
    notice: usize,
}

/// Tells what was found in all certificates, and how many files could not be read.
pub(super) fn tell(cx: &mut Context, args: &Args, judged: &[Judged<'_>], failed: &[Failure]) -> Result<Exit, CliError> {
    let all = || judged.iter().flat_map(|judged| &judged.findings);
    let count = |severity| all().filter(|finding| finding.severity == severity).count();
    let counts =
        Counts { error: count(Severity::Error), warning: count(Severity::Warning), notice: count(Severity::Notice) };
    let hidden = all().filter(|finding| finding.severity < args.severity).count();
    let is_bad = all().any(|finding| finding.severity >= args.fail_on);
    for judged in judged {
        tell_one(cx, args, judged)?;
    }
    let unminded = judged.iter().map(|judged| judged.unminded).sum();
    let mut summary = summary(&counts, judged.len(), (hidden, unminded), args);
    match failed.len() {
        0 => {}
        1 => summary.push_str("; 1 file could not be read"),
        count => summary.push_str(&format!("; {count} files could not be read")),
    }
    cx.ui.line(&summary)?;
    let certificates = judged.iter().map(|judged| report(judged, args.severity)).collect();
    let exit = match failed.first() {
        Some(failure) => failure.exit,
        None if is_bad => Exit::CheckFailed,
        None => Exit::Done,
    };
    let (ok, targets) = (exit == Exit::Done, args.targets.as_slice());
    cx.ui.json("lint", &Report { ok, targets, certificates, failed, counts, hidden, unminded })?;
    Ok(exit)
}

fn report<'a>(judged: &'a Judged<'a>, least: Severity) -> CertificateReport<'a> {
    let certificate = judged.item.certificate();
    let told = judged.findings.iter().filter(|finding| finding.severity >= least);
    CertificateReport {
        file: &judged.item.file,
        line: judged.item.line,
        alias: judged.item.alias.as_deref(),
        subject: certificate.map(|certificate| certificate.subject.to_string()),
        serial: certificate.map(|certificate| certificate.serial.hex()),
        sha256: certificate.map(|certificate| hex(&certificate.fingerprint())),
        findings: told
            .map(|finding| FindingReport {
                rule: finding.rule,
                severity: finding.severity,
                message: &finding.message,
                source: finding.source,
                refused_by: finding.cares,
                remedy: finding.remedy,
            })
            .collect(),
    }
}

/// Tells of one certificate, if anything of it shall be told.
fn tell_one(cx: &mut Context, args: &Args, judged: &Judged<'_>) -> Result<(), CliError> {
    let mut told = judged.findings.iter().filter(|finding| finding.severity >= args.severity).peekable();
    if told.peek().is_none() {
        return Ok(());
    }
    cx.ui.line(&place(judged.item))?;
    for finding in told {
        let severity = finding.severity.to_string();
        cx.ui.line(&format!("  {severity:<9}{}", finding.message))?;
        cx.ui.line(&format!("{:11}rule    {} ({})", "", finding.rule, finding.source))?;
        if let Some(who) = who(finding.cares, &args.targets) {
            cx.ui.line(&format!("{:11}refused {who}", ""))?;
        }
        cx.ui.line(&format!("{:11}do      {}", "", finding.remedy))?;
    }
    cx.ui.line("")
}

/// `web.p12, entry www: CN=www.corp.test`.
fn place(item: &Item) -> String {
    let mut place = if item.file == "-" { "standard input".to_owned() } else { escape(&item.file) };
    if let Some(line) = item.line {
        place.push_str(&format!(", line {line}"));
    }
    if let Some(alias) = &item.alias {
        place.push_str(&format!(", entry {}", escape(alias)));
    }
    match item.certificate() {
        Some(certificate) => {
            format!("{place}: {}", facts::title(&certificate.subject, &certificate.subject_alt_names))
        }
        None => place,
    }
}

/// Who refuses what breaks a rule: `by go, pyca; apple says so (…); windows may (…)`. With targets, those alone.
pub(super) fn who(cares: &[Care], targets: &[Target]) -> Option<String> {
    let cares = || cares.iter().filter(|care| targets.is_empty() || targets.contains(&care.target));
    let seen: Vec<&str> = cares().filter(|care| care.documented.is_none()).map(|care| care.target.as_str()).collect();
    let mut parts = Vec::new();
    if !seen.is_empty() {
        parts.push(format!("by {}", seen.join(", ")));
    }
    for care in cares() {
        if let Some(source) = care.documented {
            let how = if care.always { "by" } else { "sometimes by" };
            parts.push(format!("{how} {} ({source})", care.target));
        }
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn summary(counts: &Counts, certificates: usize, (hidden, unminded): (usize, usize), args: &Args) -> String {
    let number = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let (error, warning) = (number(counts.error, "error"), number(counts.warning, "warning"));
    let of = number(certificates, "certificate");
    let mut summary = match args.targets.as_slice() {
        [] => format!("{of}: {error}, {warning}"),
        targets => {
            let names: Vec<&str> = targets.iter().map(|target| target.as_str()).collect();
            format!("{of} for {}: {error}, {warning}", names.join(", "))
        }
    };
    if hidden > 0 {
        summary.push_str(&format!("; {} not shown (--severity notice)", number(hidden, "finding")));
    } else if counts.notice > 0 {
        summary.push_str(&format!(", {}", number(counts.notice, "notice")));
    }
    if unminded > 0 {
        let errors = number(unminded, "more error");
        summary.push_str(&format!("; {errors} that these are not known to mind (without --for it is told)"));
    }
    summary
}
