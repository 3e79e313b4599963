//! A private certificate authority on a local directory.

pub mod ca;
pub mod cli;
pub mod clock;
pub mod container;
pub mod issuance;
pub mod keys;
pub mod manifest;
mod notation;
pub mod store;
pub mod testing;
pub mod x509;
