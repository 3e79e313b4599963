//! A certificate request, as a report and as labelled lines.

use serde::Serialize;

use super::facts::{self, ExtensionFacts, KeyFacts, line};
use crate::keys::KeyError;
use crate::x509::display::hex;
use crate::x509::{Csr, escape, oid};

/// Names of attributes, RFC 2985 and Microsoft's.
const ATTRIBUTES: [(&str, &str); 7] = [
    ("1.2.840.113549.1.9.2", "unstructuredName"),
    ("1.2.840.113549.1.9.7", "challengePassword"),
    ("1.2.840.113549.1.9.14", "extensionRequest"),
    ("1.3.6.1.4.1.311.2.1.14", "extensionRequest (Microsoft)"),
    ("1.3.6.1.4.1.311.13.2.3", "osVersion (Microsoft)"),
    ("1.3.6.1.4.1.311.13.2.2", "enrollmentCSP (Microsoft)"),
    ("1.3.6.1.4.1.311.21.20", "requestClientInfo (Microsoft)"),
];

/// A request in `certwright/inspect/1` and `certwright/csr-inspect/1`.
#[derive(Debug, Serialize)]
pub(in crate::cli::commands) struct RequestFacts {
    subject: String,
    names: Vec<String>,
    key: KeyFacts,
    signature_algorithm: String,
    /// Whether its own key signed it.
    pub(in crate::cli::commands) signature_ok: bool,
    /// Why it did not.
    signature_error: Option<String>,
    extensions: Vec<ExtensionFacts>,
    /// Object identifiers.
    attributes: Vec<String>,
    sha256: String,
}

impl RequestFacts {
    pub(in crate::cli::commands) fn new(csr: &Csr) -> Self {
        let signature_error = csr.verify_signature().err().map(|error| told(&error));
        Self {
            subject: csr.subject.to_string(),
            names: csr.subject_alt_names.iter().map(ToString::to_string).collect(),
            key: KeyFacts::of(&csr.public_key()),
            signature_algorithm: facts::signature(&csr.signature_algorithm_der),
            signature_ok: signature_error.is_none(),
            signature_error,
            extensions: ExtensionFacts::all(&csr.extensions),
            attributes: csr.attributes.iter().map(ToString::to_string).collect(),
            sha256: hex(ring::digest::digest(&ring::digest::SHA256, csr.der()).as_ref()),
        }
    }

    pub(in crate::cli::commands) fn lines(&self, csr: &Csr) -> Vec<String> {
        let signature = match &self.signature_error {
            None => format!("{}, made with this key", self.signature_algorithm),
            Some(error) => format!("{}, BAD: {error}", self.signature_algorithm),
        };
        let mut lines = vec![line("subject", &facts::shown(&csr.subject))];
        lines.extend(facts::names(&self.names, &csr.extensions));
        lines.extend(self.key.lines());
        lines.push(line("signature", &signature));
        let asked = csr.extensions.iter().zip(&self.extensions);
        let rest = asked.filter(|(extension, _)| extension.oid != oid::SUBJECT_ALT_NAME || self.names.is_empty());
        lines.extend(rest.flat_map(|(_, facts)| facts.lines()));
        let others: Vec<String> = self.attributes.iter().map(|attribute| named(attribute)).collect();
        lines.extend(facts::list("attributes", &others));
        lines.push(line("SHA-256", &self.sha256));
        lines
    }
}

fn told(error: &KeyError) -> String {
    match error {
        KeyError::BadSignature => "it was not made with the key in the request, or the request was changed".to_owned(),
        other => escape(&other.to_string()),
    }
}

fn named(attribute: &str) -> String {
    ATTRIBUTES
        .iter()
        .find(|(oid, _)| *oid == attribute)
        .map_or_else(|| attribute.to_owned(), |(_, name)| (*name).into())
}
