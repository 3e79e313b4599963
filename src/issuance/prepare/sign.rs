//! Linting what will be signed, signing it, and making sure that this is what came out.

use super::{Issued, Prepared};
use crate::issuance::lint::{Severity, lint};
use crate::issuance::{IssuanceError, Report};
use crate::keys::{Curve, Digest, KeyError, KeyKind, PublicKey, SignatureAlgorithm, Signer};
use crate::x509::{Certificate, TbsCertificate, X509Error};

/// Encodes the certificate as it will be signed, with a signature that is none, and lints that. Warnings become notes.
pub(super) fn lint_unsigned(
    tbs: &TbsCertificate,
    issuer_key: &PublicKey,
    mut report: Report,
) -> Result<(Certificate, Report), IssuanceError> {
    let certificate = tbs.sign(&Unsigned(issuer_key))?;
    refuse_errors(&certificate, Some(&mut report))?;
    Ok((certificate, report))
}

fn refuse_errors(certificate: &Certificate, report: Option<&mut Report>) -> Result<(), IssuanceError> {
    let (errors, rest): (Vec<_>, Vec<_>) =
        lint(certificate).into_iter().partition(|finding| finding.severity == Severity::Error);
    if !errors.is_empty() {
        let sentence = |finding: &crate::issuance::lint::Finding| {
            format!("{} ({}, {})", finding.message, finding.rule, finding.source)
        };
        return Err(IssuanceError::Lint(errors.iter().map(sentence).collect()));
    }
    if let Some(report) = report {
        let warnings = rest.iter().filter(|finding| finding.severity == Severity::Warning);
        report.notes.extend(warnings.map(|finding| format!("{} ({})", finding.message, finding.rule)));
    }
    Ok(())
}

impl Prepared {
    /// Signs, reads the result back and verifies its signature with the signer's public key.
    ///
    /// # Errors
    /// [`IssuanceError::Key`] when the signer fails, [`IssuanceError::CheckFailed`].
    pub fn sign(self, signer: &dyn Signer) -> Result<Issued, IssuanceError> {
        let failed = |why: &str| IssuanceError::CheckFailed(why.to_owned());
        if signer.public_key().spki_der() != self.issuer_key.spki_der() {
            return Err(failed("the signing key is not that of the issuer's certificate"));
        }
        let told = |error| match error {
            X509Error::Key(error) => IssuanceError::Key(error),
            error => IssuanceError::CheckFailed(error.to_string()),
        };
        let certificate = if signer.signature_algorithm().to_der() == self.linted.signature_algorithm_der {
            self.linted.signed_by(signer).map_err(told)?
        } else {
            // The signer's algorithm is not the usual one of its key, so these bytes have not been linted yet.
            let certificate = self.tbs.sign(signer).map_err(told)?;
            refuse_errors(&certificate, None)?;
            certificate
        };
        certificate
            .verify_signature(signer.public_key())
            .map_err(|error| IssuanceError::CheckFailed(error.to_string()))?;
        Ok(Issued { certificate, report: self.report })
    }
}

/// Stands in for the issuer's key where only the encoding matters.
struct Unsigned<'a>(&'a PublicKey);

impl Signer for Unsigned<'_> {
    fn public_key(&self) -> &PublicKey {
        self.0
    }

    fn signature_algorithm(&self) -> SignatureAlgorithm {
        match self.0.kind() {
            KeyKind::Ec(Curve::P256) => SignatureAlgorithm::Ecdsa(Digest::Sha256),
            KeyKind::Ec(Curve::P384) => SignatureAlgorithm::Ecdsa(Digest::Sha384),
            KeyKind::Ec(Curve::P521) => SignatureAlgorithm::Ecdsa(Digest::Sha512),
            KeyKind::Ed25519 => SignatureAlgorithm::Ed25519,
            KeyKind::MlDsa(level) => SignatureAlgorithm::MlDsa(level),
            KeyKind::Rsa(_) => SignatureAlgorithm::RsaPkcs1(Digest::Sha256),
            KeyKind::RsaPss(_) => SignatureAlgorithm::RsaPss(Digest::Sha256, 32),
        }
    }

    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, KeyError> {
        Ok(vec![0])
    }
}
