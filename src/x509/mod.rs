//! X.509 structures: names, extensions, requests, certificates, CRLs. Encoding and decoding, no policy.

mod armor;
pub mod certificate;
pub mod constraints;
mod content;
pub mod crl;
pub mod csr;
pub mod describe;
pub mod display;
pub mod distribution;
pub mod extension;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod general_name;
mod host;
pub mod name;
pub mod ocsp;
pub mod oid;
pub mod path;
pub mod pem;
pub mod serial;
mod structure;
pub mod tbs;
pub mod time;
pub(crate) mod tlv;

pub use certificate::{BasicConstraints, Certificate};
pub use constraints::{NameConstraints, Subtree};
pub use crl::encode::TbsCertList;
pub use crl::{Crl, RevocationReason, RevokedEntry};
pub use csr::Csr;
pub use describe::describe;
pub use display::escape;
pub use distribution::IssuingDistributionPoint;
pub use extension::{Extension, KeyUsage};
pub use general_name::GeneralName;
pub(crate) use host::to_ascii as host_to_ascii;
pub use name::Name;
pub use oid::Oid;
pub use serial::Serial;
pub use tbs::TbsCertificate;

/// Why a structure cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum X509Error {
    /// The bytes are not what they should be.
    #[error("{what}: {why}")]
    Malformed {
        /// The structure: `certificate`, `certificate request`, `CRL`, `name`, …
        what: &'static str,
        /// What is wrong with it, safe to print.
        why: String,
    },
    /// A value given by a person or a profile has no such encoding.
    #[error("{0}")]
    Invalid(String),
    /// A key or signature inside is unfit.
    #[error(transparent)]
    Key(#[from] crate::keys::KeyError),
}
