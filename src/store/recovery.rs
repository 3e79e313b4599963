//! Making a store sound again after a kill or a power cut.

use std::fmt;

/// What recovery did, one plain sentence each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice(
    /// The sentence.
    pub String,
);

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
