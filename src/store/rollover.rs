//! What the journal knows of an authority that another one replaces, or that replaces another.

use serde::{Deserialize, Serialize};

use super::decode_der;
use crate::x509::{Certificate, X509Error};

/// A rollover as an authority is concerned by it: the one that is replaced, the one that takes its place, and those below
/// either of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rollover {
    /// The authority that takes its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
    /// From when on it signs no certificates any more, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retire: Option<String>,
    /// Whether it was replaced for good: it signs CRLs and nothing else, and is no anchor any more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub finished: bool,
    /// Whether renewals stay with it until it retires, rather than to go to its successor.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub renewals_stay: bool,
    /// What servers send above the usual chain, nearest first: its root's key, certified by the other root. DER in base64.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cross: Vec<String>,
    /// The anchors that are trusted beside its own root as long as the rollover lasts. DER in base64.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub anchors: Vec<String>,
}

impl Rollover {
    /// Whether there is nothing to tell.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a successor stands beside it and both are trusted.
    pub fn stands(&self) -> bool {
        self.successor.is_some() && !self.finished
    }

    /// Decodes the cross-certificates.
    ///
    /// # Errors
    /// [`X509Error::Malformed`].
    pub fn cross(&self) -> Result<Vec<Certificate>, X509Error> {
        decode(&self.cross)
    }

    /// Decodes the other anchors.
    ///
    /// # Errors
    /// [`X509Error::Malformed`].
    pub fn anchors(&self) -> Result<Vec<Certificate>, X509Error> {
        decode(&self.anchors)
    }

    /// The cross-certificates that servers send after a certificate: not those that it has signed itself.
    ///
    /// # Errors
    /// [`X509Error::Malformed`].
    pub fn cross_above(&self, certificate: &Certificate) -> Result<Vec<Certificate>, X509Error> {
        let mut cross = self.cross()?;
        cross.retain(|cross| !certificate.is_ca() || (cross.issuer != certificate.subject && cross != certificate));
        Ok(cross)
    }
}

fn decode(texts: &[String]) -> Result<Vec<Certificate>, X509Error> {
    texts.iter().map(|text| Certificate::from_der(&decode_der(text)?)).collect()
}
