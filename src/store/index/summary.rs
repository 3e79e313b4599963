//! `cache/index.json`: what the journal adds up to where the index ends, but for the certificates, which are in the segments.

use std::collections::BTreeMap;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::builder::SegmentFile;
use crate::store::event::hex;
use crate::store::revocation::Standing;
use crate::store::{AuthorityRecord, DeliveryRecord, Settings};

/// Goes up whenever the index is written differently; another number is rebuilt.
pub(super) const VERSION: u32 = 4;

/// Longest file that is read, in bytes.
pub(super) const MOST: u64 = 1 << 30;

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::store) struct Summary {
    pub(in crate::store) version: u32,
    pub(in crate::store) store_id: String,
    /// Number of the last line.
    pub(in crate::store) seq: u64,
    /// Its SHA-256, hex.
    pub(in crate::store) head: String,
    /// Where it ends in the journal.
    pub(in crate::store) bytes: u64,
    /// How many certificates there are.
    pub(in crate::store) certificates: u64,
    /// The latest time in the journal, RFC 3339 with all its digits.
    pub(in crate::store) latest: Option<String>,
    pub(in crate::store) settings: Settings,
    /// Every record of an authority, in order.
    pub(in crate::store) history: Vec<AuthorityRecord>,
    pub(in crate::store) requested: BTreeMap<String, String>,
    /// What stands of the CRLs, by authority.
    pub(in crate::store) standing: BTreeMap<String, Standing>,
    /// Deliveries that are pending.
    pub(in crate::store) pending: Vec<DeliveryRecord>,
    pub(in crate::store) segments: Vec<SegmentFile>,
    /// SHA-256 of the rest, hex.
    pub(in crate::store) check: String,
}

impl Summary {
    /// Reads the file; `None` for what this version did not write so.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let summary: Self = serde_json::from_slice(bytes).ok()?;
        let plain = |file: &SegmentFile| !file.file.contains('/') && file.file.ends_with(".segment");
        let whole = summary.version == VERSION && summary.checksum()? == summary.check;
        (whole && summary.segments.iter().all(plain)).then_some(summary)
    }

    /// The hash of all but itself.
    pub(super) fn checksum(&self) -> Option<String> {
        let rest = Self { check: String::new(), ..self.clone() };
        Some(hex(digest(&SHA256, &serde_json::to_vec(&rest).ok()?).as_ref()))
    }
}
