//! DER in JSON: base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::x509::X509Error;

/// Encodes DER for a journal line.
pub fn encode_der(der: &[u8]) -> String {
    STANDARD.encode(der)
}

/// Decodes what [`encode_der`] wrote.
///
/// # Errors
/// [`X509Error::Malformed`].
pub fn decode_der(text: &str) -> Result<Vec<u8>, X509Error> {
    STANDARD
        .decode(text)
        .map_err(|error| X509Error::Malformed { what: "journal line", why: format!("not base64: {error}") })
}
