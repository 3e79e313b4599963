//! A certificate, as a report and as labelled lines.

use serde::Serialize;
use time::OffsetDateTime;

use super::facts::{self, ExtensionFacts, KeyFacts, line};
use crate::cli::{CliError, Context};
use crate::x509::Certificate;
use crate::x509::display::hex;
use crate::x509::oid;
use crate::x509::time::format_instant;

/// A certificate in `certwright/inspect/1`.
#[derive(Debug, Serialize)]
pub(super) struct CertificateFacts {
    version: u8,
    subject: String,
    issuer: String,
    serial: String,
    names: Vec<String>,
    not_before: String,
    not_after: String,
    /// `valid`, `expired` or `not-yet-valid`.
    validity: &'static str,
    authority: bool,
    self_issued: bool,
    key: KeyFacts,
    signature_algorithm: String,
    extensions: Vec<ExtensionFacts>,
    sha256: String,
}

impl CertificateFacts {
    pub(super) fn new(certificate: &Certificate, now: OffsetDateTime) -> Self {
        Self {
            version: certificate.version,
            subject: certificate.subject.to_string(),
            issuer: certificate.issuer.to_string(),
            serial: certificate.serial.hex(),
            names: certificate.subject_alt_names.iter().map(ToString::to_string).collect(),
            not_before: format_instant(certificate.not_before),
            not_after: format_instant(certificate.not_after),
            validity: if now > certificate.not_after {
                "expired"
            } else if now < certificate.not_before {
                "not-yet-valid"
            } else {
                "valid"
            },
            authority: certificate.is_ca(),
            self_issued: certificate.is_self_issued(),
            key: KeyFacts::of(&certificate.public_key()),
            signature_algorithm: facts::signature(&certificate.signature_algorithm_der),
            extensions: ExtensionFacts::all(&certificate.extensions),
            sha256: hex(&certificate.fingerprint()),
        }
    }

    /// Whether it is an authority's.
    pub(super) fn is_authority(&self) -> bool {
        self.authority
    }

    /// The end of its validity and its SHA-256.
    pub(super) fn end_and_fingerprint(&self) -> (String, String) {
        (self.not_after.clone(), self.sha256.clone())
    }

    /// What tells it from others: issuer, serial, end of validity, fingerprint.
    pub(super) fn short_lines(&self) -> Vec<String> {
        let end = if self.validity == "expired" { " (expired)" } else { "" };
        vec![
            line("  issuer", if self.self_issued { "itself" } else { &self.issuer }),
            line("  serial", &self.serial),
            line("  not after", &format!("{}{end}", self.not_after)),
            line("  SHA-256", &self.sha256),
        ]
    }

    pub(super) fn lines(&self, certificate: &Certificate, now: OffsetDateTime) -> Vec<String> {
        let mut lines = vec![
            line("subject", &facts::shown(&certificate.subject)),
            line("issuer", &facts::shown(&certificate.issuer)),
            line("serial", &self.serial),
            line("not before", &facts::from(certificate.not_before, now)),
            line("not after", &facts::until(certificate.not_after, now)),
            line("key", &self.key.summary()),
        ];
        lines.extend(self.key.weakness.iter().map(|weakness| line("weakness", weakness)));
        lines.push(line("signature", &self.signature_algorithm));
        if self.version != 3 {
            lines.push(line("version", &self.version.to_string()));
        }
        lines.extend(facts::names(&self.names, &certificate.extensions));
        let told = certificate.extensions.iter().zip(&self.extensions);
        // The names have lines of their own.
        let rest = told.filter(|(extension, _)| extension.oid != oid::SUBJECT_ALT_NAME || self.names.is_empty());
        lines.extend(rest.flat_map(|(_, facts)| facts.lines()));
        lines.push(line("SHA-256", &self.sha256));
        lines
    }
}

/// Prints what a certificate says as labelled lines: subject, issuer, serial, validity, key, signature algorithm, names,
/// extensions, fingerprint.
///
/// # Errors
/// When stdout cannot be written.
pub(in crate::cli::commands) fn certificate_lines(cx: &mut Context, certificate: &Certificate) -> Result<(), CliError> {
    let now = cx.now();
    for line in CertificateFacts::new(certificate, now).lines(certificate, now) {
        cx.ui.line(&line)?;
    }
    Ok(())
}
