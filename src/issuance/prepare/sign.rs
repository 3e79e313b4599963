//! Linting what will be signed, signing it, and making sure that this is what came out.

use super::{Issued, IssuerFacts, Prepared};
use crate::issuance::lint::{Finding, Refused, Severity, Subject, Target, lint_subject, refused_along};
use crate::issuance::{IssuanceError, Report};
use crate::keys::{Curve, Digest, KeyError, KeyKind, PublicKey, SignatureAlgorithm, Signer};
use crate::x509::{Certificate, TbsCertificate, X509Error};

/// Encodes the certificate as it will be signed, with a signature that is none, and lints that beside its issuer. Warnings
/// become notes.
pub(super) fn lint_unsigned(
    tbs: &TbsCertificate,
    issuer_key: &PublicKey,
    issuer: Option<&IssuerFacts<'_>>,
    targets: &[Target],
    mut report: Report,
) -> Result<(Certificate, Report), IssuanceError> {
    let certificate = tbs.sign(&Unsigned(issuer_key))?;
    let subject = Subject::new(&certificate).issued_by(issuer.map(|issuer| issuer.certificate));
    refuse_errors(subject, targets, Some(&mut report))?;
    if let Some(issuer) = issuer.filter(|_| !targets.is_empty()) {
        refuse_issuers(&certificate, issuer, targets)?;
    }
    Ok((certificate, report))
}

/// Refuses what one of the targets would refuse for the certificates above it, whatever it is itself.
fn refuse_issuers(
    certificate: &Certificate,
    issuer: &IssuerFacts<'_>,
    targets: &[Target],
) -> Result<(), IssuanceError> {
    let above: Vec<&Certificate> = std::iter::once(issuer.certificate).chain(issuer.chain).collect();
    let anchored = above.last().is_some_and(|last| last.is_root());
    let refused = refused_along(Subject::new(certificate), &above, anchored, targets);
    let mut told: Vec<String> = Vec::new();
    for Refused { depth, finding, .. } in refused.iter().filter(|refused| refused.depth > 0) {
        let sentence = format!("the authority {} above it: {}", above[depth - 1].subject, sentence(finding, targets));
        if !told.contains(&sentence) {
            told.push(sentence);
        }
    }
    if told.is_empty() { Ok(()) } else { Err(IssuanceError::Lint(told)) }
}

/// Refuses what a standard forbids, and what one of the targets would refuse.
fn refuse_errors(subject: Subject<'_>, targets: &[Target], report: Option<&mut Report>) -> Result<(), IssuanceError> {
    let refused = |finding: &Finding| {
        let for_them = finding.seen_by(targets).is_some_and(|finding| finding.severity == Severity::Error);
        finding.severity == Severity::Error || !targets.is_empty() && for_them
    };
    let (errors, rest): (Vec<_>, Vec<_>) = lint_subject(subject).into_iter().partition(refused);
    if !errors.is_empty() {
        return Err(IssuanceError::Lint(errors.iter().map(|finding| sentence(finding, targets)).collect()));
    }
    if let Some(report) = report {
        let warnings = rest.iter().filter(|finding| finding.severity == Severity::Warning);
        report.notes.extend(warnings.map(|finding| format!("{} ({})", finding.message, finding.rule)));
    }
    Ok(())
}

/// A finding with its rule, and the targets that are asked about and would refuse the certificate for it.
fn sentence(finding: &Finding, targets: &[Target]) -> String {
    let who: Vec<&str> =
        finding.cares.iter().map(|care| care.target).filter(|who| targets.contains(who)).map(Target::as_str).collect();
    let refused = if who.is_empty() { String::new() } else { format!(", refused by {}", who.join(", ")) };
    format!("{} ({}, {}{refused})", finding.message, finding.rule, finding.source)
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
            refuse_errors(Subject::new(&certificate), &self.targets, None)?;
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
