//! What can go wrong in the authority.

use time::OffsetDateTime;

use crate::issuance::{IssuanceError, ProfileError};
use crate::keys::KeyError;
use crate::store::StoreError;
use crate::x509::X509Error;
use crate::x509::time::format_instant;

/// Why the authority did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaError {
    /// No authority has the name.
    #[error("no authority {name:?} in this store (there {} {})", if known.len() == 1 { "is" } else { "are" }, if known.is_empty() { "none".to_owned() } else { known.join(", ") })]
    UnknownAuthority {
        /// The name asked for.
        name: String,
        /// The authorities there are.
        known: Vec<String>,
    },
    /// The store has no authority that could sign.
    #[error("this store has no authority yet")]
    NoAuthority,
    /// An authority with the name exists.
    #[error("an authority {0:?} exists already")]
    AuthorityExists(String),
    /// The authority's private key is not in this store.
    #[error("the private key of authority {0:?} is not in this store")]
    KeyNotHere(String),
    /// The authority's certificate expired, or is not valid yet.
    #[error("the certificate of authority {name:?} {state}")]
    AuthorityNotValid {
        /// The authority.
        name: String,
        /// `expired on …` or `is not valid before …`.
        state: String,
    },
    /// The key file of an authority does not fit its certificate.
    #[error("the private key of authority {0:?} does not belong to its certificate")]
    KeyMismatch(String),
    /// The certificate that was brought does not fit what is here.
    #[error("{0}")]
    Import(String),
    /// The clock shows an earlier time than the journal's last line.
    #[error("the clock shows {}, but the journal was last written at {}: the clock was set back", format_instant(*now), format_instant(*latest))]
    ClockSetBack {
        /// What the clock shows.
        now: OffsetDateTime,
        /// The latest time in the journal.
        latest: OffsetDateTime,
    },
    /// A reference fits nothing; it is safe to print ([`CaError::not_found`]).
    #[error("no certificate \"{0}\" in this store")]
    NotFound(String),
    /// A reference fits more than one thing.
    #[error("{reference:?} is ambiguous: {}", matches.join(", "))]
    Ambiguous {
        /// The reference.
        reference: String,
        /// What it could be.
        matches: Vec<String>,
    },
    /// A name cannot be used for an authority or a lineage.
    #[error("{0}")]
    BadName(String),
    /// A rule forbids it.
    #[error("{why}")]
    Refused {
        /// What, and the rule.
        why: String,
        /// What to do instead.
        next: String,
    },
    /// One of several requests failed.
    #[error("{item}: {source}")]
    Item {
        /// Which one.
        item: String,
        /// Why.
        source: Box<CaError>,
    },
    /// Issuance said no.
    #[error(transparent)]
    Issuance(#[from] IssuanceError),
    /// A key cannot be used.
    #[error("{what}: {source}")]
    Key {
        /// Whose key.
        what: String,
        /// Why.
        source: KeyError,
    },
    /// A profile cannot be used.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A structure cannot be read or written.
    #[error(transparent)]
    X509(#[from] X509Error),
}

impl CaError {
    /// What somebody named and is not there.
    pub fn not_found(reference: &str) -> Self {
        Self::NotFound(crate::x509::escape(reference))
    }

    /// A key error with whose key it is about.
    pub fn key(what: impl Into<String>, source: KeyError) -> Self {
        Self::Key { what: what.into(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_found_is_escaped_once() {
        let said = CaError::not_found("e\u{1b}[2J").to_string();
        assert_eq!(said, "no certificate \"e\\u{1b}[2J\" in this store");
        // As names of certificates are shown.
        let shown = CaError::NotFound("CN=e\\u{1b}".to_owned()).to_string();
        assert_eq!(shown, "no certificate \"CN=e\\u{1b}\" in this store");
    }
}
