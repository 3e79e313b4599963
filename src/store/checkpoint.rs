//! Checkpoints: an authority's signature over the journal so far.

use serde::{Deserialize, Serialize};

/// A signed statement of what the journal was: whoever rewrites a line before it, and every hash after that line, cannot make it
/// anew without the authority's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointRecord {
    /// The authority that signed it.
    pub authority: String,
    /// SHA-256 of the authority's certificate at that time, hex.
    pub issuer_sha256: String,
    /// Number of the last line that it covers: the one before its own transaction.
    pub through: u64,
    /// SHA-256 of that line, hex.
    pub head: String,
    /// DER of the signature's AlgorithmIdentifier in base64.
    pub algorithm: String,
    /// The signature's octets over [`CheckpointRecord::message`] in base64.
    pub signature: String,
}

impl CheckpointRecord {
    /// What is signed. No certificate or CRL begins like this, so that none can be made of it.
    pub fn message(store_id: &str, through: u64, head: &str) -> Vec<u8> {
        format!("certwright checkpoint 1\nstore {store_id}\nthrough {through}\nhead {head}\n").into_bytes()
    }
}
