//! How an issued certificate is told, to people and as JSON.

use serde::Serialize;

use crate::ca::{Made, Outcome};
use crate::cli::Context;
use crate::issuance::Report;
use crate::x509::Certificate;
pub(crate) use crate::x509::display::hex;
use crate::x509::time::format_instant;

/// A certificate in a JSON report.
#[derive(Debug, Serialize)]
pub(crate) struct CertificateReport {
    /// Lineage in the store; absent for what is in no store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lineage: Option<String>,
    /// Lower-case hex.
    pub(crate) serial: String,
    /// As shown to people.
    pub(crate) subject: String,
    /// As shown to people.
    pub(crate) issuer: String,
    /// `kind:value`.
    pub(crate) names: Vec<String>,
    /// RFC 3339.
    pub(crate) not_before: String,
    /// RFC 3339.
    pub(crate) not_after: String,
    /// What the key is: `EC P-256`.
    pub(crate) key: String,
    /// SHA-256 of the DER, hex.
    pub(crate) sha256: String,
    /// The certificate in PEM.
    pub(crate) certificate: String,
    /// What was asked and what became of it.
    pub(crate) report: Report,
}

impl CertificateReport {
    /// Describes a certificate.
    pub(crate) fn new(lineage: Option<&str>, certificate: &Certificate, report: &Report) -> Self {
        Self {
            lineage: lineage.map(str::to_owned),
            serial: certificate.serial.hex(),
            subject: certificate.subject.to_string(),
            issuer: certificate.issuer.to_string(),
            names: certificate.subject_alt_names.iter().map(ToString::to_string).collect(),
            not_before: format_instant(certificate.not_before),
            not_after: format_instant(certificate.not_after),
            key: certificate.public_key().map_or_else(|_| "unknown".to_owned(), |key| key.kind().to_string()),
            sha256: hex(&certificate.fingerprint()),
            certificate: certificate.to_pem(),
            report: report.clone(),
        }
    }
}

impl From<&Outcome> for CertificateReport {
    fn from(outcome: &Outcome) -> Self {
        Self::new(Some(&outcome.lineage), &outcome.certificate, &outcome.report)
    }
}

impl From<&Made> for CertificateReport {
    fn from(made: &Made) -> Self {
        Self::new(Some(&made.name), &made.certificate, &made.report)
    }
}

/// Tells people what was dropped, and remarks.
pub(crate) fn tell(cx: &mut Context, label: &str, report: &Report) {
    for dropped in &report.dropped {
        cx.ui.warn(&format!("{label}: left out {dropped}"));
    }
    for note in &report.notes {
        cx.ui.say(&format!("note: {label}: {note}"));
    }
}

/// One line about a certificate, for people.
pub(crate) fn summary(certificate: &Certificate) -> String {
    let names: Vec<String> = certificate.subject_alt_names.iter().map(ToString::to_string).collect();
    let shown = match names.len() {
        0 => certificate.subject.to_string(),
        1..=4 => names.join(" "),
        more => format!("{} and {} more", names[..3].join(" "), more - 3),
    };
    format!("{shown}, valid until {}, serial {}", format_instant(certificate.not_after), certificate.serial)
}
