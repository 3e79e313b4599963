//! A private certificate authority on a local directory.
//!
//! In layers, each of which knows those below it and none beside it (`tests/layers.rs`). Below [`cli`] nothing reads the
//! environment, the arguments or the terminal, nothing prints, and the time comes from a [`clock::Clock`] that is handed in;
//! files are touched in [`store`] alone.
//!
//! | | |
//! | --- | --- |
//! | [`cli`] | what a person types and reads |
//! | [`manifest`], [`testing`] | a whole PKI from one file; throwaway certificates for tests |
//! | [`ca`] | what the authority does: issuance and store together |
//! | [`issuance`], [`store`] | from a profile and a request to a certificate; the directory with its journal |
//! | [`container`] | keystores, truststores, and what programs read |
//! | [`x509`] | names, extensions, certificates, CSRs, CRLs, paths |
//! | [`keys`] | private keys and signatures |

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
