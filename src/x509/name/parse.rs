//! Reading names as people type them.

use super::Name;
use crate::x509::X509Error;

pub(super) fn parse(text: &str) -> Result<Name, X509Error> {
    let _ = text;
    Err(X509Error::Invalid("not yet".into()))
}
