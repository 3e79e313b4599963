//! Finding certificates by what people call them.

use super::CaError;
use crate::store::{CertificateRecord, State, lineage_name};
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

/// The certificates of a lineage, oldest first: the one with this very name, as lists and hints show it, else the one that the text
/// was made into; none where there is neither.
///
/// # Errors
/// When the journal cannot be read.
pub fn find_lineage<'a>(state: &'a State, text: &str) -> Result<Vec<&'a CertificateRecord>, CaError> {
    let shown = state.lineage(text)?;
    if !shown.is_empty() {
        return Ok(shown);
    }
    Ok(state.lineage(&lineage_name(text))?)
}

fn find_certificate<'a>(state: &'a State, certificate: &Certificate) -> Result<Vec<&'a CertificateRecord>, CaError> {
    let record = state.by_serial(&certificate.serial.hex())?;
    let same = record.filter(|record| record.certificate().is_ok_and(|known| known.der() == certificate.der()));
    same.map(|record| vec![record])
        .ok_or_else(|| CaError::NotFound(format!("{} serial {}", certificate.subject, certificate.serial)))
}

fn find_text<'a>(state: &'a State, text: &str) -> Result<Vec<&'a CertificateRecord>, CaError> {
    let by_name = find_lineage(state, text)?;
    let by_serial = match text.parse::<Serial>() {
        Ok(serial) => state.by_serial(&serial.hex())?,
        Err(_) => None,
    };
    match (by_name.is_empty(), by_serial) {
        (true, None) => Err(CaError::not_found(text)),
        (true, Some(record)) => Ok(vec![record]),
        (false, Some(record)) if by_name.first().is_some_and(|named| named.lineage != record.lineage) => {
            Err(CaError::Ambiguous {
                reference: text.to_owned(),
                matches: vec![format!("the name {text}"), format!("the serial {}", record.serial)],
            })
        }
        (false, _) => Ok(by_name),
    }
}
