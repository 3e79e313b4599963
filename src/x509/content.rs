//! What a piece of DER is, told by its shape, and which PEM label says so.

use super::tlv::{self, Reader, Tlv};

/// The structures that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Certificate,
    Crl,
    Csr,
    EncryptedPrivateKey,
    PrivateKey,
    PublicKey,
}

/// `[0]` constructed: the version of a certificate, the attributes of a request.
const CONTEXT_0: u8 = tlv::context_constructed(0);

impl Content {
    /// What a PEM label promises, for the labels whose contents are read here.
    pub(super) fn of_label(label: &str) -> Option<Self> {
        Some(match label {
            "CERTIFICATE" | "X509 CERTIFICATE" | "X.509 CERTIFICATE" => Self::Certificate,
            "X509 CRL" | "CRL" => Self::Crl,
            "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Self::Csr,
            "ENCRYPTED PRIVATE KEY" => Self::EncryptedPrivateKey,
            "PUBLIC KEY" => Self::PublicKey,
            "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" | "DSA PRIVATE KEY" => Self::PrivateKey,
            _ => return None,
        })
    }

    /// The label of RFC 7468.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Certificate => "CERTIFICATE",
            Self::Crl => "X509 CRL",
            Self::Csr => "CERTIFICATE REQUEST",
            Self::EncryptedPrivateKey => "ENCRYPTED PRIVATE KEY",
            Self::PrivateKey => "PRIVATE KEY",
            Self::PublicKey => "PUBLIC KEY",
        }
    }

    /// What it is, for a sentence.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Certificate => "a certificate",
            Self::Crl => "a CRL",
            Self::Csr => "a certificate request",
            Self::EncryptedPrivateKey => "an encrypted private key",
            Self::PrivateKey => "a private key",
            Self::PublicKey => "a public key",
        }
    }

    /// Tells what DER holds by the tags of its first fields; what it says of itself need not be true.
    pub(super) fn of_der(der: &[u8]) -> Option<Self> {
        let mut outer = Reader::new(Tlv::only(der).ok()?.expect_tag(tlv::SEQUENCE).ok()?);
        let first = outer.read().ok()?;
        let second = outer.read().ok()?;
        let third = outer.read().ok().map(|tlv| tlv.tag);
        match (first.tag, second.tag, third) {
            (tlv::SEQUENCE, tlv::SEQUENCE, Some(tlv::BIT_STRING)) => Self::of_signed(first.contents),
            (tlv::SEQUENCE, tlv::BIT_STRING, None) => Some(Self::PublicKey),
            (tlv::SEQUENCE, tlv::OCTET_STRING, None) => Some(Self::EncryptedPrivateKey),
            // PKCS#8; SEC1; PKCS#1 and DSA.
            (tlv::INTEGER, tlv::SEQUENCE, Some(tlv::OCTET_STRING))
            | (tlv::INTEGER, tlv::OCTET_STRING, _)
            | (tlv::INTEGER, tlv::INTEGER, Some(tlv::INTEGER)) => Some(Self::PrivateKey),
            _ => None,
        }
    }

    /// Tells a certificate, a CRL and a request apart by the fields of the signed part.
    fn of_signed(contents: &[u8]) -> Option<Self> {
        let mut fields = Reader::new(contents);
        if fields.optional(CONTEXT_0).ok()?.is_some() {
            return Some(Self::Certificate);
        }
        fields.optional(tlv::INTEGER).ok()?;
        fields.expect(tlv::SEQUENCE).ok()?;
        fields.expect(tlv::SEQUENCE).ok()?;
        match fields.read().ok().map(|tlv| tlv.tag) {
            Some(super::structure::UTC_TIME | super::structure::GENERALIZED_TIME) => Some(Self::Crl),
            Some(tlv::SEQUENCE) => Some(Self::Certificate),
            Some(CONTEXT_0) | None => Some(Self::Csr),
            Some(_) => None,
        }
    }

    /// Names files of other kinds that people mistake for certificates.
    pub(super) fn foreign(bytes: &[u8]) -> Option<&'static str> {
        const CONTENT_INFO: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07";
        match bytes {
            [0xfe, 0xed, 0xfe, 0xed, ..] => return Some("it is a JKS keystore, not a certificate file"),
            [0xce, 0xce, 0xce, 0xce, ..] => return Some("it is a JCEKS keystore, not a certificate file"),
            [0x50, 0x4b, 0x03, 0x04, ..] => return Some("it is a ZIP archive, not a certificate file"),
            _ => {}
        }
        // Keystores of old tools are BER of indefinite length, so only the first octets are looked at.
        let head = bytes.get(..40.min(bytes.len()))?;
        let content = head.strip_prefix(&[tlv::SEQUENCE])?;
        let skip = match *content.first()? {
            first @ 0x81..=0x84 => 1 + usize::from(first & 0x7f),
            _ => 1,
        };
        match content.get(skip..)? {
            [tlv::INTEGER, 1, 3, ..] => Some("it is a PKCS#12 keystore (.p12, .pfx), not a certificate file"),
            rest if rest.starts_with(CONTENT_INFO) => Some(
                "it is a PKCS#7 bundle (.p7b); `openssl pkcs7 -inform DER -print_certs` takes the certificates out of it",
            ),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keystores() {
        let foreign = |bytes: &[u8]| Content::foreign(bytes).unwrap_or_default();
        assert!(foreign(b"\xfe\xed\xfe\xed\0\0\0\x02").contains("JKS"));
        assert!(foreign(b"\x30\x82\x0a\x00\x02\x01\x03\x30\x82").contains("PKCS#12"));
        assert!(foreign(b"\x30\x80\x02\x01\x03\x30\x80").contains("PKCS#12"));
        assert!(foreign(b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02").contains("PKCS#7"));
        assert_eq!(foreign(b""), "");
        assert_eq!(foreign(b"\x30"), "");
        assert_eq!(foreign(b"\x30\x84\xff"), "");
    }

    #[test]
    fn tells_keys_by_their_first_fields() {
        let of = |contents: &[u8]| Content::of_der(&tlv::encode(tlv::SEQUENCE, contents));
        assert_eq!(of(&[0x30, 0, 3, 1, 0]), Some(Content::PublicKey));
        assert_eq!(of(&[0x30, 0, 4, 0]), Some(Content::EncryptedPrivateKey));
        assert_eq!(of(&[2, 1, 0, 0x30, 0, 4, 0]), Some(Content::PrivateKey));
        assert_eq!(of(&[2, 1, 1, 4, 0, 0xa0, 0]), Some(Content::PrivateKey));
        assert_eq!(of(&[2, 1, 0, 2, 0, 2, 0]), Some(Content::PrivateKey));
        assert_eq!(of(&[2, 1, 0, 2, 0]), None);
        assert_eq!(of(&[0x30, 0, 0x30, 0, 3, 0]), None);
    }
}
