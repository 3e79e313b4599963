//! The end of a segment: what it says of itself, and what proves the rest. The file's form is told in [`super::segment`].

use ring::digest::{Context, SHA256, digest};

use super::term::Term;

pub(super) const MAGIC: u64 = 0x3278_6469_7477_6365;
pub(super) const LOCATION: usize = 16;
pub(super) const TERM: usize = 12;
pub(super) const NUMBERS: usize = 48;
pub(super) const FOOTER: usize = NUMBERS + HASH;
pub(super) const HASH: usize = 32;
pub(super) const GROUP_GUARD: usize = 16 + HASH;
pub(super) const BLOCK_GUARD: usize = 8 + HASH;
/// How many lines are hashed together.
pub(super) const GROUP: u64 = 256;
/// How many terms are hashed together.
pub(super) const BLOCK: u64 = 1024;

/// What proves a group of lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct GroupGuard {
    /// Where the first line begins in the journal.
    pub(super) begin: u64,
    /// Where the row of the last ends.
    pub(super) rows: u64,
    pub(super) hash: [u8; HASH],
}

/// What proves a block of terms.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockGuard {
    pub(super) first: Term,
    pub(super) hash: [u8; HASH],
}

/// What a segment says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Footer {
    /// Number of the first line.
    pub(super) first: u64,
    /// How many lines there are.
    pub(super) lines: u64,
    /// Where the last line ends in the journal.
    pub(super) end: u64,
    /// Length of the rows.
    pub(super) rows: u64,
    /// How many terms there are.
    pub(super) terms: u64,
}

impl Footer {
    fn numbers(self) -> Vec<u8> {
        [MAGIC, self.first, self.lines, self.end, self.rows, self.terms].iter().flat_map(|n| n.to_le_bytes()).collect()
    }

    /// The guards and the footer as they are in the file.
    pub(super) fn encode(self, groups: &[GroupGuard], blocks: &[BlockGuard]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(groups.len() * GROUP_GUARD + blocks.len() * BLOCK_GUARD + FOOTER);
        for guard in groups {
            bytes.extend_from_slice(&guard.begin.to_le_bytes());
            bytes.extend_from_slice(&guard.rows.to_le_bytes());
            bytes.extend_from_slice(&guard.hash);
        }
        for guard in blocks {
            bytes.extend_from_slice(&guard.first.to_le_bytes());
            bytes.extend_from_slice(&guard.hash);
        }
        let numbers = self.numbers();
        let all = hash_of(&numbers, &bytes);
        bytes.extend_from_slice(&numbers);
        bytes.extend_from_slice(&all);
        bytes
    }

    pub(super) fn decode(bytes: &[u8; FOOTER]) -> Option<Self> {
        let mut numbers = bytes[..NUMBERS].chunks_exact(8).map(number);
        (numbers.next() == Some(MAGIC)).then_some(())?;
        let mut next = || numbers.next().unwrap_or_default();
        Some(Self { first: next(), lines: next(), end: next(), rows: next(), terms: next() })
    }

    pub(super) fn groups(self) -> u64 {
        self.lines.div_ceil(GROUP)
    }

    pub(super) fn blocks(self) -> u64 {
        self.terms.div_ceil(BLOCK)
    }

    /// Where the terms begin.
    pub(super) fn terms_at(self) -> Option<u64> {
        self.rows.checked_add(self.lines.checked_mul(LOCATION as u64)?)
    }

    /// Where the guards begin.
    pub(super) fn guards_at(self) -> Option<u64> {
        self.terms_at()?.checked_add(self.terms.checked_mul(TERM as u64)?)
    }

    /// Length of the whole file.
    pub(super) fn length(self) -> Option<u64> {
        let groups = self.groups().checked_mul(GROUP_GUARD as u64)?;
        let blocks = self.blocks().checked_mul(BLOCK_GUARD as u64)?;
        self.guards_at()?.checked_add(groups)?.checked_add(blocks)?.checked_add(FOOTER as u64)
    }
}

/// The hash of two parts: a group's locations and rows, a segment's numbers and guards.
pub(super) fn hash_of(first: &[u8], second: &[u8]) -> [u8; HASH] {
    let mut hash = Context::new(&SHA256);
    hash.update(first);
    hash.update(second);
    octets(hash.finish().as_ref())
}

/// The hash of a block of terms.
pub(super) fn block_hash(terms: &[u8]) -> [u8; HASH] {
    octets(digest(&SHA256, terms).as_ref())
}

pub(super) fn octets(hash: &[u8]) -> [u8; HASH] {
    hash.first_chunk::<HASH>().copied().unwrap_or_default()
}

/// A little-endian number of four or eight octets.
pub(super) fn number(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk::<8>(), bytes.first_chunk::<4>()) {
        (Some(octets), _) => u64::from_le_bytes(*octets),
        (None, Some(octets)) => u64::from(u32::from_le_bytes(*octets)),
        (None, None) => 0,
    }
}
