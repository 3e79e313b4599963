//! PKCS#12 (RFC 7292): written by p12-keystore, read by code of its own, so that the comparison after writing is between
//! two implementations.
//!
//! Its own reader takes what that crate does not: BER, files without keys or without a MAC, passwords that are absent
//! rather than empty, RC2 with 128 bits, PBMAC1, nested safes; and it says what it does not support.

mod bags;
mod read;
mod safes;
#[cfg(test)]
mod tests;
mod write;

pub(super) use read::{is_pkcs12, read};
pub(super) use write::write;
