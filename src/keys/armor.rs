//! PEM (RFC 7468, and RFC 1421 headers), and what an unknown DER structure is.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::KeyError;
use super::asn1::{BIT_STRING, INTEGER, OCTET_STRING, OID, Reader, SEQUENCE};

const COLUMNS: usize = 64;

/// One PEM block.
pub(super) struct Block {
    pub(super) label: String,
    /// RFC 1421 headers, such as `DEK-Info`.
    pub(super) headers: Vec<(String, String)>,
    pub(super) der: Zeroizing<Vec<u8>>,
}

impl Block {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// What the block is, for an error message.
    pub(super) fn describe(&self) -> String {
        match Content::of_label(&self.label) {
            Some(content) => content.to_string(),
            None => format!("a PEM block {:?}", self.label.chars().take(40).collect::<String>()),
        }
    }
}

/// Finds every PEM block; text before, between and after is skipped, line ends and indentation do not matter.
///
/// An empty list means that the bytes are no PEM at all.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Block>, KeyError> {
    let mut blocks = Vec::new();
    let mut lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::trim_ascii);
    while let Some(line) = lines.next() {
        // A UTF-8 byte order mark may stand before the first block.
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        let Some(label) = boundary(line, "BEGIN") else { continue };
        blocks.push(block(label, &mut lines)?);
    }
    Ok(blocks)
}

fn block<'a>(label: String, lines: &mut impl Iterator<Item = &'a [u8]>) -> Result<Block, KeyError> {
    let broken = |what: &str| KeyError::Malformed(format!("the PEM block {label:?} {what}"));
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut body = Vec::new();
    loop {
        let line = lines.next().ok_or_else(|| broken("has no end line"))?;
        if let Some(end) = boundary(line, "END") {
            if end != label {
                return Err(broken("ends under another label"));
            }
            break;
        }
        if line.starts_with(b"-----") {
            return Err(broken("has no end line"));
        }
        if let Some(colon) = line.iter().position(|byte| *byte == b':') {
            let part = |part: &[u8]| String::from_utf8_lossy(part.trim_ascii()).into_owned();
            headers.push((part(&line[..colon]), part(&line[colon + 1..])));
            continue;
        }
        body.push(line);
    }
    // Sized beforehand, so that no outgrown buffer is left unwiped.
    let mut text = Zeroizing::new(Vec::with_capacity(body.iter().map(|line| line.len()).sum()));
    text.extend(body.into_iter().flatten().filter(|byte| !byte.is_ascii_whitespace()));
    let mut der = Zeroizing::new(vec![0; text.len() / 4 * 3 + 3]);
    let length = STANDARD.decode_slice(&*text, &mut der).map_err(|_| broken("is no valid base64"))?;
    der.truncate(length);
    Ok(Block { label, headers, der })
}

fn boundary(line: &[u8], kind: &str) -> Option<String> {
    let inner = line.strip_prefix(b"-----")?.strip_suffix(b"-----")?;
    let label = inner.strip_prefix(kind.as_bytes())?.strip_prefix(b" ")?;
    String::from_utf8(label.trim_ascii().to_vec()).ok()
}

/// Writes one PEM block with lines of 64 columns: Java refuses longer ones.
pub(super) fn write(label: &str, der: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut base64 = Zeroizing::new(vec![0; der.len().div_ceil(3) * 4]);
    let length = STANDARD.encode_slice(der, &mut base64).unwrap_or_default();
    let mut out = Zeroizing::new(Vec::with_capacity(length + length / COLUMNS + 2 * label.len() + 40));
    out.extend_from_slice(format!("-----BEGIN {label}-----\n").as_bytes());
    for line in base64[..length].chunks(COLUMNS) {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out.extend_from_slice(format!("-----END {label}-----\n").as_bytes());
    out
}

/// What a DER structure is, told by its shape alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Certificate,
    Crl,
    EncryptedPkcs8,
    JavaKeystore,
    OpenSsh,
    Pkcs1,
    Pkcs12,
    Pkcs8,
    PublicKey,
    Request,
    RsaPublicKey,
    Sec1,
    Unknown,
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "a certificate",
            Self::Crl => "a CRL",
            Self::EncryptedPkcs8 => "an encrypted private key",
            Self::JavaKeystore => "a Java keystore",
            Self::OpenSsh => "an OpenSSH private key (convert it with ssh-keygen -p -m PKCS8)",
            Self::Pkcs1 => "an RSA private key",
            Self::Pkcs12 => "a PKCS#12 keystore",
            Self::Pkcs8 => "a private key",
            Self::PublicKey => "a public key",
            Self::Request => "a certificate request",
            Self::RsaPublicKey => "an RSA public key",
            Self::Sec1 => "an EC private key",
            Self::Unknown => "something that is neither PEM nor a known DER structure",
        })
    }
}

impl Content {
    /// Tells what the bytes are.
    pub(super) fn of(der: &[u8]) -> Self {
        if der.starts_with(&[0xfe, 0xed, 0xfe, 0xed]) {
            return Self::JavaKeystore;
        }
        Self::of_sequence(der).unwrap_or(Self::Unknown)
    }

    /// Tells what a PEM block with this label holds.
    pub(super) fn of_label(label: &str) -> Option<Self> {
        Some(match label {
            "CERTIFICATE" | "TRUSTED CERTIFICATE" | "X509 CERTIFICATE" => Self::Certificate,
            "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Self::Request,
            "EC PRIVATE KEY" => Self::Sec1,
            "ENCRYPTED PRIVATE KEY" => Self::EncryptedPkcs8,
            "OPENSSH PRIVATE KEY" => Self::OpenSsh,
            "PRIVATE KEY" => Self::Pkcs8,
            "PUBLIC KEY" => Self::PublicKey,
            "RSA PRIVATE KEY" => Self::Pkcs1,
            "RSA PUBLIC KEY" => Self::RsaPublicKey,
            "X509 CRL" => Self::Crl,
            _ => return None,
        })
    }

    fn of_sequence(der: &[u8]) -> Option<Self> {
        let mut outer = Reader::new(der, "file");
        let mut reader = outer.nested().ok()?;
        let first = reader.next().ok()?;
        let second = reader.next().ok()?;
        let third = reader.next().ok();
        Some(match (first.tag, second.tag, third.map(|third| third.tag)) {
            (INTEGER, SEQUENCE, Some(OCTET_STRING)) => Self::Pkcs8,
            (INTEGER, SEQUENCE, None | Some(SEQUENCE)) if first.contents == [3] => Self::Pkcs12,
            (INTEGER, INTEGER, Some(INTEGER)) => Self::Pkcs1,
            (INTEGER, INTEGER, None) => Self::RsaPublicKey,
            (INTEGER, OCTET_STRING, _) if first.contents == [1] => Self::Sec1,
            (SEQUENCE, OCTET_STRING, None) => Self::EncryptedPkcs8,
            (SEQUENCE, BIT_STRING, None) if first.contents.first() == Some(&OID) => Self::PublicKey,
            (SEQUENCE, SEQUENCE, Some(BIT_STRING)) => Self::of_signed(first.contents)?,
            _ => return None,
        })
    }

    /// Tells certificates, requests and CRLs apart by the first fields of what is signed.
    fn of_signed(body: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(body, "file");
        let tags: Vec<u8> = std::iter::from_fn(|| reader.next().ok()).map(|element| element.tag).take(5).collect();
        Some(match tags[..] {
            [0xa0, INTEGER, SEQUENCE, ..] => Self::Certificate,
            [INTEGER, SEQUENCE, SEQUENCE, 0xa0, ..] | [INTEGER, SEQUENCE, SEQUENCE] => Self::Request,
            [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, ..] => Self::Certificate,
            [INTEGER, SEQUENCE, SEQUENCE, 0x17 | 0x18, ..] | [SEQUENCE, SEQUENCE, 0x17 | 0x18, ..] => Self::Crl,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::asn1;

    #[test]
    fn survives_mail_windows_and_editors() {
        let der = asn1::tlv(SEQUENCE, &[&[5; 100]]);
        let pem = String::from_utf8(write("X", &der).to_vec()).unwrap();
        assert!(pem.lines().all(|line| line.len() <= COLUMNS));
        for text in [
            pem.clone(),
            pem.replace('\n', "\r\n"),
            format!("\u{feff}{pem}"),
            format!("Bag Attributes\n  localKeyID: 01\n{pem}\n\ntrailing"),
            pem.replace('\n', "  \n   "),
        ] {
            let blocks = read(text.as_bytes()).unwrap();
            assert_eq!(blocks.len(), 1);
            assert_eq!(blocks[0].der, der);
        }
    }

    #[test]
    fn broken_blocks_are_named() {
        for (text, complaint) in [
            ("-----BEGIN A-----\nAAAA\n", "has no end line"),
            ("-----BEGIN A-----\nAAAA\n-----END B-----\n", "ends under another label"),
            ("-----BEGIN A-----\nA!AA\n-----END A-----\n", "is no valid base64"),
            ("-----BEGIN A-----\nAAAA\n-----BEGIN B-----\n", "has no end line"),
        ] {
            let error = read(text.as_bytes()).err().unwrap().to_string();
            assert_eq!(error, format!("not a usable key: the PEM block \"A\" {complaint}"));
        }
        assert!(read(b"no PEM at all").unwrap().is_empty());
    }

    #[test]
    fn headers_are_kept() {
        let text = "-----BEGIN K-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00FF\n\nAAAA\n-----END K-----\n";
        let blocks = read(text.as_bytes()).unwrap();
        assert_eq!(blocks[0].header("DEK-Info"), Some("AES-256-CBC,00FF"));
        assert_eq!(blocks[0].header("Proc-Type"), Some("4,ENCRYPTED"));
        assert_eq!(*blocks[0].der, [0, 0, 0]);
    }
}
