//! Issuance, pure: a profile and a request become a linted, prepared certificate, which can be signed once.

pub mod lint;
mod prepare;
pub mod profile;
mod report;
mod request;
mod spiffe;

pub use prepare::{Issued, IssuerFacts, Prepared, Urls, prepare, publication_url};
pub use profile::{Profile, ProfileError, Profiles};
pub use report::{Dropped, Report};
pub use request::{CsrRequest, Request, Validity};

/// Why a certificate is not issued.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IssuanceError {
    /// The profile, the chain of authorities or the key rules forbid it; one sentence for each reason.
    #[error("{}", .0.join("; "))]
    Refused(Vec<String>),
    /// `--strict`: the profile dropped something that was asked for.
    #[error("the profile does not allow all that was asked: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Dropped(Vec<Dropped>),
    /// A variable of the profile is missing, unknown or has a value that it cannot have; one sentence for each.
    #[error("{}", .0.join("; "))]
    Variable(Vec<String>),
    /// The certificate to be signed breaks a rule; one sentence for each finding.
    #[error("the certificate would break a rule: {}", .0.join("; "))]
    Lint(Vec<String>),
    /// The request's signature does not prove possession of its key.
    #[error("the request is not signed by its own key: {0}")]
    Possession(crate::keys::KeyError),
    /// The subject's key is unfit.
    #[error(transparent)]
    Key(#[from] crate::keys::KeyError),
    /// A value in the request or profile cannot be used.
    #[error(transparent)]
    X509(#[from] crate::x509::X509Error),
    /// The profile cannot be used.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// What was signed does not read back as it was meant: a bug or a broken token; nothing is released.
    #[error("the signed certificate failed its check: {0}")]
    CheckFailed(String),
}
