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

/// Digits of a serial that stand for it where no other begins so: a narrow terminal shows no more of it.
const SHORTEST_START: usize = 8;

/// Finds the certificates that a reference means: all of a lineage (oldest first), or the one with the serial, its first digits or
/// the DER. A text that is both a lineage and the serial of another certificate is ambiguous, and so are digits with which several
/// begin.
///
/// # Errors
/// [`CaError::NotFound`], [`CaError::Ambiguous`].
pub fn find<'a>(state: &'a State, reference: &Reference) -> Result<Vec<&'a CertificateRecord>, CaError> {
    match (find_whole(state, reference), reference) {
        (Err(CaError::NotFound(_)), Reference::Text(text)) => find_start(state, text).map(|record| vec![record]),
        (found, _) => found,
    }
}

/// As [`find`], for a serial that is said to be whole.
///
/// # Errors
/// As [`find`].
pub fn find_whole<'a>(state: &'a State, reference: &Reference) -> Result<Vec<&'a CertificateRecord>, CaError> {
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

/// The one certificate whose serial begins with these hexadecimal digits. Nothing but names and whole serials is indexed, so every
/// certificate is looked at.
fn find_start<'a>(state: &'a State, text: &str) -> Result<&'a CertificateRecord, CaError> {
    const MOST_NAMED: usize = 5;
    let not_found = || CaError::not_found(text);
    // Lists end what they cut with an ellipsis.
    let start = text.trim_end_matches('…').replace(':', "").to_ascii_lowercase();
    if start.len() < SHORTEST_START || !start.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(not_found());
    }
    let mut found: Vec<String> = Vec::new();
    state.for_each_certificate(&mut |row| {
        if row.serial.starts_with(&start) && found.len() < MOST_NAMED {
            found.push(row.serial.to_owned());
        }
        Ok::<_, CaError>(())
    })?;
    match &found[..] {
        [] => Err(not_found()),
        [serial] => state.by_serial(serial)?.ok_or_else(not_found),
        _ => Err(CaError::Ambiguous { reference: text.to_owned(), matches: found }),
    }
}
