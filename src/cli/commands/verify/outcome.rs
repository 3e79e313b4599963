//! How the outcome of `verify` is told.

use serde::Serialize;

use super::refusals::{self, Refusal};
use crate::cli::commands::inspect::facts::{self, line, until};
use crate::cli::{CliError, Context, Exit};
use crate::issuance::lint::Target;
use crate::x509::path::{PathError, PathRequest};
use crate::x509::time::format_instant;
use crate::x509::{Certificate, display};

/// `certwright/verify/1`.
#[derive(Serialize)]
struct Report<'a> {
    ok: bool,
    /// The stable name of the rule that is broken.
    rule: Option<&'static str>,
    /// One sentence that says why.
    reason: Option<&'a str>,
    /// The certificate that breaks it: 0 is the one in question, 1 its issuer.
    depth: Option<usize>,
    subject: Option<&'a str>,
    /// The certificates from the one in question to the anchor; empty when there is no such path.
    path: Vec<Link>,
    /// `files` or `store`: where the anchors are from.
    anchors_from: &'static str,
    at: String,
    purpose: Option<&'static str>,
    host: Option<String>,
    /// Whether CRLs, or the journal of the store whose roots are trusted, say of every certificate that it is not revoked.
    revocation_checked: bool,
    /// The programs in `--for`.
    targets: &'a [Target],
    /// Why they would refuse a path that is right otherwise.
    refusals: Vec<Refusal>,
}

#[derive(Serialize)]
struct Link {
    /// `certificate`, `intermediate` or `anchor`.
    role: &'static str,
    subject: String,
    serial: String,
    not_before: String,
    not_after: String,
    sha256: String,
}

/// What the verdict rests on.
pub(super) struct Trust {
    /// `files` or `store`: where the anchors are from.
    pub(super) source: &'static str,
    /// Whether it is known of every certificate whether it is revoked.
    pub(super) revocation_checked: bool,
}

/// Tells that the certificate can be trusted, and by which path.
pub(super) fn trusted(
    cx: &mut Context,
    request: &PathRequest<'_>,
    trust: &Trust,
    path: &[&Certificate],
    targets: &[Target],
) -> Result<Exit, CliError> {
    let names: Vec<String> = path.iter().map(|certificate| title(certificate)).collect();
    let refusals = refusals::of(request, path, targets);
    let ok = refusals.is_empty();
    let verdict = if ok { "ok" } else { "failed" };
    cx.ui.line(&format!("{verdict}: {} (anchor)", names.join(" ← ")))?;
    for (depth, certificate) in path.iter().enumerate() {
        let told = format!("{}, valid until {}", title(certificate), until(certificate.not_after, request.at));
        cx.ui.line(&line(role(depth, path.len()), &told))?;
    }
    let links = path.iter().enumerate().map(|(depth, certificate)| link(role(depth, path.len()), certificate));
    for refusal in &refusals {
        cx.ui.line(&refusal.to_string())?;
    }
    let first = refusals.first();
    let reason = first.map(|refusal| refusal.message.clone());
    let subject = first.map(|refusal| refusal.subject.clone());
    let report = Report {
        ok,
        rule: first.map(|refusal| refusal.rule),
        reason: reason.as_deref(),
        depth: first.map(|refusal| refusal.depth),
        subject: subject.as_deref(),
        path: links.collect(),
        refusals,
        ..blank(request, trust, targets)
    };
    cx.ui.json("verify", &report)?;
    if ok && !trust.revocation_checked && path.len() > 1 {
        cx.ui.say("whether it was revoked was not looked at: name the CRLs of its issuers with --crl");
    }
    Ok(if ok { Exit::Done } else { Exit::CheckFailed })
}

/// Tells why the certificate cannot be trusted, and what might help.
pub(super) fn refused(
    cx: &mut Context,
    request: &PathRequest<'_>,
    trust: &Trust,
    error: &PathError,
    targets: &[Target],
) -> Result<Exit, CliError> {
    cx.ui.line(&format!("failed: {}", error.reason))?;
    let report = Report {
        rule: Some(error.rule),
        reason: Some(&error.reason),
        depth: error.depth,
        subject: error.depth.map(|_| error.subject.as_str()),
        ..blank(request, trust, targets)
    };
    cx.ui.json("verify", &report)?;
    let advice = match error.rule {
        "no-issuer" => "give the certificates between with --chain FILE, the root with --anchor FILE",
        "crl-missing" => "every certificate below the anchor needs a CRL of its own issuer: name them all after --crl",
        "crl-stale" => "fetch the CRL again, or have its authority publish a new one",
        _ => return Ok(Exit::CheckFailed),
    };
    cx.ui.say(&format!("hint: {advice}"));
    Ok(Exit::CheckFailed)
}

fn blank<'a>(request: &PathRequest<'_>, trust: &Trust, targets: &'a [Target]) -> Report<'a> {
    Report {
        ok: false,
        rule: None,
        reason: None,
        depth: None,
        subject: None,
        path: Vec::new(),
        anchors_from: trust.source,
        at: format_instant(request.at),
        purpose: request.purpose.map(|purpose| purpose.as_str()),
        host: request.host.map(ToString::to_string),
        revocation_checked: trust.revocation_checked,
        targets,
        refusals: Vec::new(),
    }
}

fn role(depth: usize, length: usize) -> &'static str {
    if depth + 1 == length {
        "anchor"
    } else if depth == 0 {
        "certificate"
    } else {
        "intermediate"
    }
}

fn link(role: &'static str, certificate: &Certificate) -> Link {
    Link {
        role,
        subject: certificate.subject.to_string(),
        serial: certificate.serial.hex(),
        not_before: format_instant(certificate.not_before),
        not_after: format_instant(certificate.not_after),
        sha256: display::hex(&certificate.fingerprint()),
    }
}

fn title(certificate: &Certificate) -> String {
    facts::title(&certificate.subject, &certificate.subject_alt_names)
}
