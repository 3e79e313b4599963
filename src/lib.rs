//! A private certificate authority on a local directory.

pub mod clock;
pub mod keys;
pub mod store;
pub mod x509;
