//! The report of what was asked, what was allowed and what was dropped.

use std::fmt;

use serde::Serialize;

/// Something asked for that the certificate does not have.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Dropped {
    /// What: `dns:x.test`, `subject O=Evil`, `extension basicConstraints CA:TRUE`; escaped for a terminal.
    pub what: String,
    /// Why, as a clause: `the profile server allows no email names`.
    pub why: String,
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.what, self.why)
    }
}

/// What was asked, what was allowed, what was added and what was dropped; all text escaped for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// What the request asked for.
    pub asked: Vec<String>,
    /// What of it is in the certificate.
    pub allowed: Vec<String>,
    /// What the profile added.
    pub added: Vec<String>,
    /// What is left out, and why.
    pub dropped: Vec<Dropped>,
    /// Remarks, such as a validity cut to the issuer's end.
    pub notes: Vec<String>,
}
