//! PEM (RFC 7468), strict on output, forgiving on input.

use super::{Certificate, Crl, X509Error};

/// Writes one PEM block: 64 columns, `\n` line ends, a final newline.
pub fn encode(label: &str, der: &[u8]) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new(label, der), config)
}

/// What a PEM or DER file holds, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Block {
    /// A certificate.
    Certificate(Certificate),
    /// A CRL.
    Crl(Crl),
    /// A certificate request.
    Csr(super::Csr),
    /// A private key, not decoded: its PEM label (`PRIVATE KEY`, `EC PRIVATE KEY`, …; `PRIVATE KEY` for DER).
    PrivateKey(String),
    /// A public key.
    PublicKey(crate::keys::PublicKey),
    /// Any other PEM block: its label.
    Other(String),
}

/// Reads everything in a file: any number of PEM blocks with text between them, or one DER structure.
///
/// # Errors
/// [`X509Error::Malformed`] names the block by its number and label.
pub fn read_all(bytes: &[u8]) -> Result<Vec<Block>, X509Error> {
    let _ = bytes;
    todo!()
}

/// Reads the certificates of a file: at least one, other blocks ignored.
///
/// # Errors
/// [`X509Error::Malformed`] says what was found instead.
pub fn read_certificates(bytes: &[u8]) -> Result<Vec<Certificate>, X509Error> {
    let _ = bytes;
    todo!()
}
