//! Finding certificates by what people call them.

use super::CaError;
use crate::store::{CertificateRecord, State};
use crate::x509::{Certificate, Serial};

/// What a person may call a certificate.
pub enum Reference {
    /// A certificate, read from a file.
    Certificate(Box<Certificate>),
    /// A lineage or a serial, as typed.
    Text(String),
}

/// Finds the certificates that a reference means: all of a lineage (oldest first), or the one with the serial or the DER.
/// A text that is both a lineage and the serial of another certificate is ambiguous.
///
/// # Errors
/// [`CaError::NotFound`], [`CaError::Ambiguous`].
pub fn find<'a>(state: &'a State, reference: &Reference) -> Result<Vec<&'a CertificateRecord>, CaError> {
    match reference {
        Reference::Certificate(certificate) => find_certificate(state, certificate),
        Reference::Text(text) => find_text(state, text),
    }
}

fn find_certificate<'a>(state: &'a State, certificate: &Certificate) -> Result<Vec<&'a CertificateRecord>, CaError> {
    let record = state.by_serial(&certificate.serial.hex())?;
    let same = record.filter(|record| record.certificate().is_ok_and(|known| known.der() == certificate.der()));
    same.map(|record| vec![record])
        .ok_or_else(|| CaError::NotFound(format!("{} serial {}", certificate.subject, certificate.serial)))
}

fn find_text<'a>(state: &'a State, text: &str) -> Result<Vec<&'a CertificateRecord>, CaError> {
    let lineage = crate::store::lineage_name(text);
    let by_name = state.lineage(&lineage)?;
    let by_serial = match text.parse::<Serial>() {
        Ok(serial) => state.by_serial(&serial.hex())?,
        Err(_) => None,
    };
    match (by_name.is_empty(), by_serial) {
        (true, None) => Err(CaError::NotFound(text.to_owned())),
        (true, Some(record)) => Ok(vec![record]),
        (false, Some(record)) if record.lineage != lineage => Err(CaError::Ambiguous {
            reference: text.to_owned(),
            matches: vec![format!("the name {lineage}"), format!("the serial {}", record.serial)],
        }),
        (false, _) => Ok(by_name),
    }
}
