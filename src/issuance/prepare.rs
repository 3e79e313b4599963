//! From a profile and a request to a certificate that may be signed.

use time::OffsetDateTime;

use super::{IssuanceError, Profile, Report, Request};
use crate::keys::Signer;
use crate::x509::{Certificate, Serial, TbsCertificate};

/// Who signs.
#[derive(Debug, Clone, Copy)]
pub struct IssuerFacts<'a> {
    /// The authority's name, for the URL templates.
    pub name: &'a str,
    /// The authority's certificate.
    pub certificate: &'a Certificate,
    /// The certificates above it, nearest first, up to the root as far as known.
    pub chain: &'a [Certificate],
}

/// URLs for the certificate, from the store's settings; `{{ authority }}` stands for the signing authority.
#[derive(Debug, Clone, Copy, Default)]
pub struct Urls<'a> {
    /// CRL distribution points.
    pub crl: &'a [String],
    /// caIssuers.
    pub ca_issuers: &'a [String],
    /// OCSP responders.
    pub ocsp: &'a [String],
}

/// A certificate that passed every check and can be signed, once.
#[derive(Debug)]
pub struct Prepared {
    tbs: TbsCertificate,
    report: Report,
}

/// A signed, re-read and verified certificate.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The certificate.
    pub certificate: Certificate,
    /// What was asked and what became of it.
    pub report: Report,
}

/// Resolves a request against a profile, checks the key, the names, the validity and the whole chain above, and lints the
/// result. `issuer` is `None` for a self-signed certificate.
///
/// # Errors
/// [`IssuanceError`]: all reasons found, not only the first.
pub fn prepare(
    profile: &Profile,
    request: &Request,
    issuer: Option<&IssuerFacts<'_>>,
    urls: &Urls<'_>,
    serial: Serial,
    now: OffsetDateTime,
) -> Result<Prepared, IssuanceError> {
    let _ = (profile, request, issuer, urls, serial, now);
    todo!()
}

impl Prepared {
    /// What will be signed.
    pub fn tbs(&self) -> &TbsCertificate {
        &self.tbs
    }

    /// What was asked and what became of it.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Signs, reads the result back and verifies its signature with the signer's public key.
    ///
    /// # Errors
    /// [`IssuanceError::Key`] when the signer fails, [`IssuanceError::CheckFailed`].
    pub fn sign(self, signer: &dyn Signer) -> Result<Issued, IssuanceError> {
        let _ = signer;
        todo!()
    }
}
