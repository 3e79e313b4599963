//! Subtrees as people write them.

use std::fmt;

use super::Subtree;
use crate::x509::X509Error;

impl Subtree {
    /// Parses what a person types after `--permit`: `corp.test`, `dns:corp.test`, `10.0.0.0/8`, `ip:::1/128`, `ip:127.0.0.1`,
    /// `email:corp.test`, `uri:corp.test`, `dirname:O=Acme`. A leading dot of a DNS name is dropped (pyca refuses it).
    ///
    /// # Errors
    /// [`X509Error::Invalid`].
    pub fn parse(text: &str) -> Result<Self, X509Error> {
        let _ = text;
        Err(X509Error::Invalid("not yet".into()))
    }
}
impl fmt::Display for Subtree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("")
    }
}
