//! Presenting a case in a TLS handshake of rustls, whatever is wrong with it.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::{SignatureAlgorithm, SignatureScheme};

use super::Case;
use super::key::{Hash, TestKey};

impl Case {
    /// The certificate, its chain and its key, as a resolver of rustls gives them to the handshake. rustls never looks at
    /// its own certificate; its libraries would not sign with 1024 bits, so signing is done here.
    pub fn certified_key(&self) -> Arc<CertifiedKey> {
        let presented = std::iter::once(&self.certificate).chain(&self.chain);
        let presented = presented.map(|der| CertificateDer::from(der.clone())).collect();
        Arc::new(CertifiedKey::new(presented, Arc::new(Key(self.private.clone()))))
    }
}

#[derive(Debug)]
struct Key(TestKey);

impl Key {
    /// What it signs with in a handshake, the best first.
    fn schemes(&self) -> &'static [SignatureScheme] {
        match self.algorithm() {
            // SHA-384 and the salt would not fit into 1024 bits.
            SignatureAlgorithm::RSA => &[SignatureScheme::RSA_PSS_SHA256, SignatureScheme::RSA_PKCS1_SHA256],
            SignatureAlgorithm::ED25519 => &[SignatureScheme::ED25519],
            _ if self.0.hash() == Hash::Sha384 => &[SignatureScheme::ECDSA_NISTP384_SHA384],
            _ => &[SignatureScheme::ECDSA_NISTP256_SHA256],
        }
    }
}

impl SigningKey for Key {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let scheme = *self.schemes().iter().find(|scheme| offered.contains(scheme))?;
        Some(Box::new(Handshake { key: self.0.clone(), scheme }))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        if self.0.is_rsa() {
            SignatureAlgorithm::RSA
        } else if self.0.is_ed25519() {
            SignatureAlgorithm::ED25519
        } else {
            SignatureAlgorithm::ECDSA
        }
    }
}

#[derive(Debug)]
struct Handshake {
    key: TestKey,
    scheme: SignatureScheme,
}

impl Signer for Handshake {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        let signature = if self.scheme == SignatureScheme::RSA_PSS_SHA256 {
            let mut salt = [0; 32];
            crate::keys::random_bytes(&mut salt).map_err(|error| rustls::Error::General(error.to_string()))?;
            self.key.sign_pss(Hash::Sha256, message, &salt)
        } else {
            self.key.sign(self.key.hash(), message)
        };
        signature.map_err(|error| rustls::Error::General(error.to_string()))
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }
}
