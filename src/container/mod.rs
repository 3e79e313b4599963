//! Keystores and truststores: the files that carry a key, its chain, or anchors to those who use them.

pub mod pem;
pub mod target;
