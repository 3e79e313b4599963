//! Which certificate issued which: chains taken from a heap of certificates.

use std::collections::HashMap;

use crate::keys::KeyError;
use crate::x509::Certificate;

/// Links that a chain may have; nobody's has ten.
const MAX_LENGTH: usize = 32;
/// Signatures that are checked for one file, so that many certificates of one name cost little.
const MAX_CHECKS: usize = 10_000;

/// Puts issuers behind a certificate, each behind what it issued, as far as they are among the candidates. A root ends
/// the chain and is part of it.
pub fn ordered(leaf: &Certificate, candidates: &[Certificate]) -> Vec<Certificate> {
    let pool: Vec<&Certificate> = candidates.iter().collect();
    Linker::new(&pool).chain(leaf).into_iter().cloned().collect()
}

/// Where a chain ends before its root: the issuer that its last certificate names, unless that certificate is a root.
/// A reader that does not have this certificate as an anchor cannot use the chain.
pub fn gap(chain: &[Certificate]) -> Option<&crate::x509::Name> {
    chain.last().filter(|last| !last.is_root()).map(|last| &last.issuer)
}

/// Finds issuers in a heap of certificates by name, key identifiers and signature.
pub(super) struct Linker<'a> {
    by_subject: HashMap<&'a [u8], Vec<&'a Certificate>>,
    checks: usize,
}

impl<'a> Linker<'a> {
    pub(super) fn new(pool: &[&'a Certificate]) -> Self {
        let mut by_subject: HashMap<&[u8], Vec<&Certificate>> = HashMap::new();
        for certificate in pool {
            by_subject.entry(certificate.subject.der()).or_default().push(certificate);
        }
        Self { by_subject, checks: 0 }
    }

    /// The chain from a certificate on.
    pub(super) fn chain(&mut self, leaf: &'a Certificate) -> Vec<&'a Certificate> {
        let mut chain = vec![leaf];
        let mut last = leaf;
        while chain.len() < MAX_LENGTH && !last.is_root() {
            let Some(issuer) = self.issuer(last, &chain) else { break };
            chain.push(issuer);
            last = issuer;
        }
        chain
    }

    fn issuer(&mut self, certificate: &Certificate, chain: &[&Certificate]) -> Option<&'a Certificate> {
        for candidate in self.by_subject.get(certificate.issuer.der())? {
            if chain.contains(candidate) || !key_ids_agree(certificate, candidate) {
                continue;
            }
            self.checks += 1;
            if self.checks <= MAX_CHECKS && verifies(certificate, candidate) {
                return Some(candidate);
            }
        }
        None
    }
}

/// Whether one certificate issued the other, as far as it can be told here: a signature of an algorithm that is not
/// known counts where the names and key identifiers agree.
pub(super) fn issued(issuer: &Certificate, certificate: &Certificate) -> bool {
    certificate.issuer.matches(&issuer.subject) && key_ids_agree(certificate, issuer) && verifies(certificate, issuer)
}

fn key_ids_agree(certificate: &Certificate, issuer: &Certificate) -> bool {
    match (&certificate.authority_key_id, &issuer.subject_key_id) {
        (Some(wanted), Some(own)) => wanted == own,
        _ => true,
    }
}

fn verifies(certificate: &Certificate, issuer: &Certificate) -> bool {
    let verified = issuer.public_key().and_then(|key| certificate.verify_signature(&key));
    matches!(verified, Ok(()) | Err(KeyError::Unsupported(_) | KeyError::Weak(_)))
}
