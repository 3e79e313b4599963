//! The words for extended key usages in profiles.

use crate::x509::{Oid, oid};

/// Words that a profile may use instead of dotted numbers.
const WORDS: [(&str, Oid); 12] = [
    ("serverAuth", oid::EKU_SERVER_AUTH),
    ("clientAuth", oid::EKU_CLIENT_AUTH),
    ("codeSigning", oid::EKU_CODE_SIGNING),
    ("emailProtection", oid::EKU_EMAIL_PROTECTION),
    ("timeStamping", oid::EKU_TIME_STAMPING),
    ("OCSPSigning", oid::EKU_OCSP_SIGNING),
    ("anyExtendedKeyUsage", oid::EKU_ANY),
    ("documentSigning", oid::EKU_DOCUMENT_SIGNING),
    ("ipsecIKE", oid::EKU_IPSEC_IKE),
    ("pkinitClientAuth", oid::EKU_PKINIT_CLIENT),
    ("pkinitKDC", oid::EKU_PKINIT_KDC),
    ("smartcardLogon", oid::EKU_SMARTCARD_LOGON),
];

/// Reads a word or a dotted number.
pub(super) fn parse(text: &str) -> Result<Oid, String> {
    if let Some((_, oid)) = WORDS.iter().find(|(word, _)| *word == text) {
        return Ok(*oid);
    }
    Oid::new(text).map_err(|_| {
        let words: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
        format!("unknown purpose {text:?}{} (or a dotted number)", crate::notation::hint(text, &words))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_words_and_numbers() {
        assert_eq!(parse("serverAuth"), Ok(oid::EKU_SERVER_AUTH));
        assert_eq!(parse("1.2.3.4"), Ok(Oid::new_unwrap("1.2.3.4")));
    }

    #[test]
    fn suggests_the_nearest_word() {
        let why = parse("serverauth").unwrap_err();
        assert!(why.contains("did you mean \"serverAuth\"?"), "{why}");
    }
}
