//! What a certificate remembers of its signature: to verify one costs more than all else that is read of it.

use std::fmt;
use std::sync::OnceLock;

use ring::digest::{Context, SHA256};

use crate::keys::PublicKey;

/// The key under which a certificate's signature was found good first. It says nothing about the certificate, so two that
/// differ in it are equal.
#[derive(Clone, Default)]
pub(super) struct Proof(OnceLock<[u8; 32]>);

impl Proof {
    /// Whether the signature was found good under this key, read as this algorithm.
    pub(super) fn stands(&self, key: &PublicKey, algorithm_der: &[u8]) -> bool {
        self.0.get().is_some_and(|known| digest(key, algorithm_der).as_ref() == Some(known))
    }

    /// Notes that it was; the first key is kept.
    pub(super) fn note(&self, key: &PublicKey, algorithm_der: &[u8]) {
        if let Some(digest) = digest(key, algorithm_der) {
            self.0.get_or_init(|| digest);
        }
    }
}

/// The algorithm stands first: its DER says where it ends.
fn digest(key: &PublicKey, algorithm_der: &[u8]) -> Option<[u8; 32]> {
    let mut context = Context::new(&SHA256);
    context.update(algorithm_der);
    context.update(key.spki_der());
    context.finish().as_ref().try_into().ok()
}

impl PartialEq for Proof {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Proof {}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.get().is_some() { "Proof(noted)" } else { "Proof(none)" })
    }
}

#[cfg(test)]
mod tests {
    use crate::keys::{Algorithm, Digest, PrivateKey, SignatureAlgorithm};
    use crate::x509::Certificate;
    use crate::x509::fixtures::{Node, Spec};

    #[test]
    fn a_proof_holds_for_its_key_and_its_algorithm_alone() {
        let root = Node::root(&Spec::ca("Root", None));
        let (certificate, own) = (&root.certificate, root.key.public_key());
        let other = PrivateKey::generate(Algorithm::EcP256).unwrap();
        assert!(certificate.verify_signature(other.public_key()).is_err());
        for _ in 0..2 {
            certificate.verify_signature(own).unwrap();
            assert!(certificate.verify_signature(other.public_key()).is_err());
        }
        let mut relabelled = certificate.clone();
        relabelled.signature_algorithm_der = SignatureAlgorithm::Ecdsa(Digest::Sha512).to_der();
        assert!(relabelled.verify_signature(own).is_err(), "that was proved for another algorithm");
        let again = Certificate::from_der(certificate.der()).unwrap();
        assert_eq!(*certificate, again, "a proof is no part of what a certificate says");
    }
}
