//! How `--dry-run` shows what would be signed.

use serde::Serialize;

use super::inspect::facts::ExtensionFacts;
use crate::cli::{CliError, Context};
use crate::issuance::{Prepared, Report};
use crate::x509::time::format_instant;

/// Nothing was refused.
pub(super) const ALL_SIGNED: &[()] = &[];

#[derive(Debug, Serialize)]
struct DryRunReport<'a, R> {
    certificates: Vec<PreparedReport<'a>>,
    /// Of many: what would not be signed.
    refused: &'a [R],
}

#[derive(Debug, Serialize)]
struct PreparedReport<'a> {
    item: &'a str,
    subject: String,
    issuer: String,
    not_before: String,
    not_after: String,
    key: String,
    extensions: Vec<ExtensionFacts>,
    report: &'a Report,
}

/// Prints prepared certificates: data on stdout, what was dropped as warnings. `refused` are those of many that would not be
/// signed, for the JSON.
///
/// # Errors
/// When stdout is gone.
pub(super) fn tell<R: Serialize>(
    cx: &mut Context,
    prepared: &[(String, Prepared)],
    refused: &[R],
) -> Result<(), CliError> {
    let mut reports = Vec::with_capacity(prepared.len());
    for (item, prepared) in prepared {
        reports.push(tell_one(cx, item, prepared)?);
    }
    cx.ui.json("dry-run", &DryRunReport { certificates: reports, refused })
}

fn tell_one<'a>(cx: &mut Context, item: &'a str, prepared: &'a Prepared) -> Result<PreparedReport<'a>, CliError> {
    let tbs = prepared.tbs();
    let extensions = ExtensionFacts::all(&tbs.extensions);
    super::report::tell(cx, item, prepared.report());
    cx.ui.line(&format!("Would sign {item}:"))?;
    cx.ui.line(&format!("  Subject:   {}", tbs.subject))?;
    cx.ui.line(&format!("  Issuer:    {}", tbs.issuer))?;
    cx.ui.line(&format!("  Validity:  {} to {}", format_instant(tbs.not_before), format_instant(tbs.not_after)))?;
    cx.ui.line(&format!("  Key:       {}", tbs.public_key.kind()))?;
    for extension in &extensions {
        cx.ui.line(&format!("  {}", extension.line()))?;
    }
    Ok(PreparedReport {
        item,
        subject: tbs.subject.to_string(),
        issuer: tbs.issuer.to_string(),
        not_before: format_instant(tbs.not_before),
        not_after: format_instant(tbs.not_after),
        key: tbs.public_key.kind().to_string(),
        extensions,
        report: prepared.report(),
    })
}
