//! A private certificate authority on a local directory.

pub mod clock;
pub mod keys;
pub mod x509;
