//! `index.txt`: what `openssl ca` keeps of the certificates that it signed; easy-rsa uses the same file.
//!
//! A line is six fields with tabs between them: `V`, `R` or `E`; the end of the validity; the revocation, empty or
//! `date[,reason[,extra]]`; the serial in hex; a file name or `unknown`; the subject.

use time::OffsetDateTime;
use time::macros::format_description;

use crate::ca::CaError;
use crate::x509::{RevocationReason, Serial, escape};

/// A line of `index.txt`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexLine {
    /// Its number, from 1.
    pub line: usize,
    /// End of the certificate's validity.
    pub not_after: OffsetDateTime,
    /// The serial.
    pub serial: Serial,
    /// The subject as it is written there.
    pub subject: String,
    /// The revocation, if it is revoked.
    pub revocation: Option<IndexRevocation>,
}

/// What a line says about a revocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexRevocation {
    /// Since when.
    pub revoked_at: OffsetDateTime,
    /// Why.
    pub reason: RevocationReason,
    /// When the key is thought to have been compromised.
    pub invalidity_date: Option<OffsetDateTime>,
    /// What is written there and has no place in the store.
    pub lost: Option<String>,
}

/// Reads `index.txt`.
///
/// # Errors
/// [`CaError::Import`] names the first line that cannot be understood, and a serial that has two lines.
pub fn parse_index(bytes: &[u8]) -> Result<Vec<IndexLine>, CaError> {
    let mut seen = std::collections::HashMap::new();
    let mut lines = Vec::new();
    for (number, text) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.is_empty() || text.starts_with(b"#") {
            continue;
        }
        let wrong = |why: String| CaError::Import(format!("line {number}: {why}"));
        let line = parse_line(number, &String::from_utf8_lossy(text)).map_err(wrong)?;
        if let Some(first) = seen.insert(line.serial.clone(), number) {
            return Err(wrong(format!("the serial {} is in line {first} already", line.serial)));
        }
        lines.push(line);
    }
    Ok(lines)
}

fn parse_line(line: usize, text: &str) -> Result<IndexLine, String> {
    let fields: Vec<&str> = text.split('\t').collect();
    let [state, not_after, revocation, serial, _file, subject] = fields.as_slice() else {
        return Err(format!("six fields with tabs between them are expected, and there are {}", fields.len()));
    };
    let revocation = match (*state, revocation.is_empty()) {
        ("R", false) => Some(parse_revocation(revocation)?),
        ("R", true) => return Err("the certificate is marked R, and no date says since when it is revoked".to_owned()),
        // OpenSSL keeps the revocation of a certificate that expired since.
        ("E", false) => Some(parse_revocation(revocation)?),
        ("V" | "E", true) => None,
        ("V", false) => return Err("the certificate is marked V, but has a revocation date".to_owned()),
        (other, _) => return Err(format!("\"{}\" is none of V, R and E", escape(other))),
    };
    let serial: Serial = serial.parse().map_err(|error: crate::x509::X509Error| error.to_string())?;
    Ok(IndexLine { line, not_after: parse_time(not_after)?, serial, subject: (*subject).to_owned(), revocation })
}

fn parse_revocation(text: &str) -> Result<IndexRevocation, String> {
    let mut parts = text.splitn(3, ',');
    let revoked_at = parse_time(parts.next().unwrap_or_default())?;
    let (word, extra) = (parts.next(), parts.next());
    let (mut invalidity_date, mut lost) = (None, None);
    let known =
        |word: &str| RevocationReason::ALL.into_iter().find(|known| known.to_string().eq_ignore_ascii_case(word));
    let reason = match word {
        None | Some("") => RevocationReason::Unspecified,
        Some("keyTime" | "CAkeyTime") => {
            invalidity_date = extra.map(parse_time).transpose()?;
            if word == Some("keyTime") { RevocationReason::KeyCompromise } else { RevocationReason::CaCompromise }
        }
        Some("holdInstruction") => {
            lost = extra.map(|oid| format!("the hold instruction {}", escape(oid)));
            RevocationReason::CertificateHold
        }
        Some(word) => match known(word) {
            Some(RevocationReason::RemoveFromCrl) => {
                lost = Some("the reason removeFromCRL, which only delta CRLs have: it is on hold instead".to_owned());
                RevocationReason::CertificateHold
            }
            Some(reason) => reason,
            None => {
                lost = Some(format!("the reason \"{}\", which RFC 5280 does not know", escape(word)));
                RevocationReason::Unspecified
            }
        },
    };
    Ok(IndexRevocation { revoked_at, reason, invalidity_date, lost })
}

/// Reads a UTCTime (`YYMMDDHHMMSSZ`, 1950 to 2049) or a GeneralizedTime (`YYYYMMDDHHMMSSZ`).
fn parse_time(text: &str) -> Result<OffsetDateTime, String> {
    let format = format_description!("[year][month][day][hour][minute][second]");
    let digits = text.strip_suffix('Z').filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
    let full = match digits {
        Some(digits) if digits.len() == 12 => {
            let century = if digits < "50" { "20" } else { "19" };
            Some(format!("{century}{digits}"))
        }
        Some(digits) if digits.len() == 14 => Some(digits.to_owned()),
        _ => None,
    };
    full.and_then(|full| time::PrimitiveDateTime::parse(&full, format).ok())
        .map(time::PrimitiveDateTime::assume_utc)
        .ok_or_else(|| format!("\"{}\" is no UTCTime or GeneralizedTime", escape(text)))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn line(text: &str) -> Result<IndexLine, String> {
        parse_index(text.as_bytes()).map(|mut lines| lines.remove(0)).map_err(|error| error.to_string())
    }

    #[test]
    fn every_kind_of_line_is_read() {
        let valid = line("V\t271122083000Z\t\t0A1B\tunknown\t/CN=www.test\n").unwrap();
        assert_eq!(valid.serial.hex(), "0a1b");
        assert_eq!((valid.not_after, valid.revocation), (datetime!(2027-11-22 8:30 UTC), None));
        assert_eq!(valid.subject, "/CN=www.test");
        let late = line("V\t20630101000000Z\t\tFF\tunknown\t/CN=a\r\n").unwrap();
        assert_eq!((late.not_after, late.serial.hex().as_str()), (datetime!(2063-01-01 0:00 UTC), "00ff"));
        assert_eq!(line("E\t991231235959Z\t\t01\tunknown\t/CN=a").unwrap().not_after.year(), 1999);
    }

    #[test]
    fn revocations_keep_date_reason_and_invalidity_date() {
        use RevocationReason::*;
        for (text, reason, invalidity, lost) in [
            ("250102030405Z", Unspecified, None, false),
            ("250102030405Z,keyCompromise", KeyCompromise, None, false),
            ("250102030405Z,CACompromise", CaCompromise, None, false),
            ("250102030405Z,certificateHold", CertificateHold, None, false),
            ("250102030405Z,keyTime,20250101000000Z", KeyCompromise, Some(datetime!(2025-01-01 0:00 UTC)), false),
            ("250102030405Z,CAkeyTime,20250101000000Z", CaCompromise, Some(datetime!(2025-01-01 0:00 UTC)), false),
            ("250102030405Z,holdInstruction,holdInstructionReject", CertificateHold, None, true),
            ("250102030405Z,removeFromCRL", CertificateHold, None, true),
            ("250102030405Z,because", Unspecified, None, true),
        ] {
            for state in ["R", "E"] {
                let found = line(&format!("{state}\t271122083000Z\t{text}\t01\tunknown\t/CN=a")).unwrap();
                let found = found.revocation.unwrap();
                assert_eq!(found.revoked_at, datetime!(2025-01-02 3:04:05 UTC), "{text}");
                assert_eq!((found.reason, found.invalidity_date), (reason, invalidity), "{text}");
                assert_eq!(found.lost.is_some(), lost, "{text}");
            }
        }
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_line() {
        for (text, why) in [
            ("V\t271122083000Z\t\t01\tunknown", "six fields"),
            ("X\t271122083000Z\t\t01\tunknown\t/CN=a", "none of V, R and E"),
            ("R\t271122083000Z\t\t01\tunknown\t/CN=a", "no date"),
            ("V\t271122083000Z\t250102030405Z\t01\tunknown\t/CN=a", "marked V"),
            ("V\t271322083000Z\t\t01\tunknown\t/CN=a", "no UTCTime"),
            ("V\t2711220830Z\t\t01\tunknown\t/CN=a", "no UTCTime"),
            ("R\t271122083000Z\tyesterday\t01\tunknown\t/CN=a", "no UTCTime"),
            ("V\t271122083000Z\t\tnumber\tunknown\t/CN=a", "not a serial"),
            ("V\t271122083000Z\t\t01\tunknown\t/CN=a\nV\t271122083000Z\t\t0001\tunknown\t/CN=b", "line 1 already"),
        ] {
            let error = line(text).unwrap_err();
            assert!(error.contains(why) && error.contains("line "), "{text}: {error}");
        }
        assert_eq!(parse_index(b"\n\n").unwrap(), []);
        for noise in [&b"\xff\xfe\0"[..], b"V\t\t\t\t\t", b"\t\t\t\t\t\t\t\t"] {
            assert!(parse_index(noise).is_err());
        }
    }
}
